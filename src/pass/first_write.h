/* first_write.h -- contributions to adjoints and what they reach. Private to src/pass. */
#ifndef BPGEN_FIRST_WRITE_H
#define BPGEN_FIRST_WRITE_H

#include "pass/cover.h"
#include "pass/pass.h"

typedef struct {
    StageId stage;
    LoopId loop;   /* the innermost around it, or NO_ID */
    uint32_t top;  /* position in the body of the stage, or of the outermost loop around it */
    uint32_t order;
    bool first;    /* it writes first, everywhere that it writes, */
    bool reduces;  /* and sums over indices then */
} Contribution;

/* A box to be set to 0 before the item `top`. */
typedef struct {
    uint32_t top, order;
    SymId symbol;
    const Interval *box;
    StageId like; /* the stage whose indices are used, or NO_ID */
} Fill;

typedef struct {
    Program *p;
    Arena *arena;
    bool *adds_only;     /* by symbol: written by plain ADD and nothing else */
    NodeId *guards;      /* by symbol: the guard without index of all stages that write it, or NO_ID */
    uint32_t *first;     /* by symbol: its first place in `all` */
    uint32_t *read;      /* by symbol: the first top (see Contribution) that reads it, or NO_ID */
    VEC(Contribution) all;
    LoopId *outer;       /* by loop: the loop around it, or NO_ID */
    VEC(Fill) fills;
    VEC(IndexId) indices; /* by dimension: of fills that have no model */
} Writes;

/* The box that a contribution reaches at most. It is `regular` if every element of it is reached, and once unless
 * there are indices to be summed over. */
typedef struct {
    Interval *box;
    bool regular;
    bool reduces;
} Reach;

Reach reach_of(Writes *w, const Contribution *c);

/* Sorts the contributions of one loop to one symbol by the turn that reaches an element; false if that is not the same
 * order everywhere. */
bool reach_sort_by_time(Writes *w, Contribution *group, size_t count);

#endif
