/* cover.h -- which elements of an array were reached: disjoint boxes and single elements. Private to src/pass. */
#ifndef BPGEN_COVER_H
#define BPGEN_COVER_H

#include "base/hash.h"
#include "base/vec.h"

typedef struct {
    int64_t low, high; /* low .. high-1 */
} Interval;

/* A box is an interval for each dimension. */
typedef VEC(const Interval *) BoxVec;

/* More boxes than this are not told apart: who asks then fills the whole array with zeros and adds. */
enum { COVER_MOST_BOXES = 32, COVER_MOST_PIECES = 4 };

typedef struct {
    Arena *arena;
    uint32_t rank;
    const int32_t *extents;
    BoxVec boxes;
    VEC(int64_t) points;  /* row-major positions of single elements */
    HashTable table;      /* of points, once there are several */
    uint64_t reached;     /* elements in all */
} Cover;

void cover_init(Cover *cover, Arena *arena, const int32_t *extents, uint32_t rank);

/* Adds a box. What of it is new comes as disjoint boxes in *rest. False: that would be too many boxes, nothing was
 * added. */
bool cover_add(Cover *cover, const Interval *box, BoxVec *rest);

#endif
