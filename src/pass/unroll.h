/* unroll.h -- the parts of the unroller; private to unroll*.c. */
#ifndef BPGEN_UNROLL_H
#define BPGEN_UNROLL_H

#include "pass/pass.h"

/* What becomes of a stage. `inner` dimensions at the end of its domain are unrolled. */
typedef struct {
    uint8_t inner;
    LoopId loop;       /* the innermost loop around it that stays, or NO_ID */
    IndexId turn;      /* the index of the unrolled loop around it, or NO_ID */
    bool protects;     /* in its guard stands the value of an index: it may be what keeps subscripts in range */
} StagePlan;

typedef struct {
    Program *from;     /* gets the substituted copies of nodes */
    uint64_t most;     /* points of what is unrolled */
    uint64_t most_scalars; /* elements of what becomes scalars */
    bool brackets;     /* elements are called a[1] instead of a_1 */
    uint32_t *ordinals; /* brackets; by symbol: which one of its name it is, 0: not known yet */
    Program *to;
    Arena *scratch;
    Rebuild rebuild;
    StagePlan *plans;  /* by stage */
    bool *whole_loop;  /* by loop: it is unrolled */
    NodeId **scalars;  /* by symbol: the nodes of its elements (in `to`), or NULL where it stays a symbol; in a loop that
                        * stays, those of the present turn */
    uint8_t *turns;    /* by symbol: how many of its first dimensions are turns of loops that stay */
    uint32_t *writers; /* by symbol: copies of stages that write it, one a turn, but for those of which no point was left */
    bool *unwritten;   /* by symbol: there were stages, and none of their copies is left */
    LoopId *outer;     /* by loop: the loop around it that stays, or NO_ID */
} Unroller;

/* unroll_plan.c: fills plans, whole_loop and scalars. */
void unroll_plan(Unroller *u);

/* Is its guard never true? It counts for no writer. */
bool unroll_writes_nothing(const Program *p, const Stage *stage);

/* Is the dimension kept in the target, or reduced over? */
bool unroll_is_kept(const Program *p, const Stage *stage, unsigned dimension);

#endif
