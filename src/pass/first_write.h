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

/* A box to be set to 0 before the item `at`. */
typedef struct {
    uint32_t at, order;
    SymId symbol;
    const Interval *box;
    const AffId *subs; /* by dimension: in place of the box's side, or AFF_FAIL; NULL: none */
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
    Interval **boxes;    /* by symbol: a local: around what is read of it, or NULL */
    uint32_t *begin;     /* by loop: its item */
    uint8_t *time;       /* by loop: the dimension that has its index, while a group of contributions is sorted */
    SymId **turns;       /* by symbol: NULL, or by dimension: the count of turns that limits it, or NO_ID (turns.c) */
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

/* The offset c of the subscript t+c that has the loop's index, and where it stands. */
bool reach_time(const Writes *w, const Stage *stage, LoopId loop, unsigned *dimension, int64_t *offset);

/* Sorts the contributions of one loop to one symbol by the turn that reaches an element; false if that is not the same
 * order everywhere. */
bool reach_sort_by_time(Writes *w, Contribution *group, size_t count);

/* ---- fill.c ------------------------------------------------------------------------------------------- */

/* Sets a box to 0 before the contribution that reaches it next; false if there is no place for that. `in_order`: the
 * contributions are known in the order in which they reach an element, also in loops. */
bool fill_before(Writes *w, const Contribution *c, const Interval *box, bool in_order);
/* The same before the item `at`: of elements that nothing reaches. */
bool fill_at(Writes *w, uint32_t at, SymId symbol, const Interval *box, StageId like);
/* Puts the fills into the body. */
void fill_insert(Writes *w);

/* ---- turns.c ------------------------------------------------------------------------------------------ */

/* A dimension of an adjoint that is the time of a loop with a count of turns is treated as if all turns were made, where
 * that is the same: contributions and reads have the loop's index there or the count itself, so that what is not reached
 * by fewer turns is not read, either. Element `extent - 1` then stands for the one that the count names. */
void turns_find(Writes *w);

#endif
