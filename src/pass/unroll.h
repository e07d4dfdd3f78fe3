/* unroll.h -- the parts of the unroller; private to unroll*.c. */
#ifndef BPGEN_UNROLL_H
#define BPGEN_UNROLL_H

#include "pass/pass.h"

/* What becomes of a stage. `inner` dimensions at the end of its domain are unrolled. */
typedef struct {
    uint8_t inner;
    bool in_loop;      /* inside a loop that stays */
    IndexId turn;      /* the index of the unrolled loop around it, or NO_ID */
} StagePlan;

typedef struct {
    Program *from;     /* gets the substituted copies of nodes */
    Program *to;
    Arena *scratch;
    Rebuild rebuild;
    StagePlan *plans;  /* by stage */
    bool *whole_loop;  /* by loop: it is unrolled */
    NodeId **scalars;  /* by symbol: the nodes of its elements (in `to`), or NULL where it stays a symbol */
} Unroller;

/* unroll_plan.c: fills plans, whole_loop and scalars. */
void unroll_plan(Unroller *u);

/* Do only these indices (the last `inner` of the domain, and the turn) stand in the expression, so that it becomes a constant? */
bool unroll_makes_constant(const Unroller *u, const Stage *stage, const StagePlan *plan, AffId aff);

/* Is the dimension kept in the target, or reduced over? */
bool unroll_is_kept(const Program *p, const Stage *stage, unsigned dimension);

#endif
