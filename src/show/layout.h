/* layout.h -- boxes joined by wires, from left to right: where everything goes so that nothing overlaps.
 *
 * Layers after Sugiyama, Tagawa and Toda (1981): boxes stand in columns, and every wire goes through the columns between its
 * ends, too, where it has a place of its own, straight across the column; it bends only in the gaps between columns, where
 * nothing else stands. Labels lie on their wires in columns of their own. So no label or box overlaps another one or a wire
 * that is not its own. What is too wide is folded into rows, like lines of music: wires break off at the end of one and go on in
 * the next one.
 */
#ifndef BPGEN_SHOW_LAYOUT_H
#define BPGEN_SHOW_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

typedef struct {
    double x, y;
} LayoutPoint;

typedef struct {
    /* Given. `up` and `down` are measured from the line on which a single wire reaches the box. */
    double width, up, down;
    double span;     /* several wires spread over at most so much above and below the line */
    bool ordered;    /* incoming wires end from top to bottom in the order of Layout.wires; else as they come */
    /* Found. */
    double x, y;     /* the middle of the width; the line */
    uint32_t column; /* from the left; between columns of boxes stand those of labels */
} LayoutBox;

typedef struct {
    /* Given. */
    uint32_t from, to;      /* numbers of boxes, from < to */
    double width, up, down; /* of the label, measured from the wire; width 0: there is none */
    /* Found. */
    double x, y;            /* the middle of the label, on the wire; without a label: of the wire */
    uint32_t first, gaps;   /* Layout.gaps[first .. first + gaps - 1]: those between columns that it crosses. From the end of
                             * one to the beginning of the next it is level, and so it is at both boxes */
} LayoutWire;

/* A curve between two columns, level at both ends. */
typedef struct {
    LayoutPoint from, to;
    uint32_t broken; /* 1, 2, ... from above: it is not drawn, `to` lies in the next row; else 0 */
} LayoutGap;

typedef struct {
    VEC(LayoutBox) boxes;
    VEC(LayoutWire) wires;
    VEC(LayoutGap) gaps;
    double most_width;                 /* given: rows are not much wider; 0: a single row */
    double lead;                       /* given: room where a row begins in which wires go on */
    uint32_t rows;
    double width, height;              /* of the whole; the left upper corner is 0, 0 */
    uint64_t first_crossings, crossings; /* of wires: in the order in which boxes and wires were given, and as drawn */
} Layout;

/* How many places in columns a drawing may have; beyond that nobody could read it. */
#define LAYOUT_MOST_PLACES 200000

/* Finds the places. Deterministic. False: there are more than LAYOUT_MOST_PLACES of them. */
bool layout_run(Layout *layout, Arena *arena);

#endif
