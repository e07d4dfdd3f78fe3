/* contract.h -- what contract.c and fold.c share while the symbols of one plan get their stores. */
#ifndef BPGEN_CONTRACT_H
#define BPGEN_CONTRACT_H

#include "plan/planner.h"

/* One access in the tree. Nodes of the tree have ascending numbers in program order. */
typedef struct {
    SymId symbol;
    PlanId place;     /* the loop in whose body it happens */
    PlanId from, to;  /* the first and the last leaf that makes it or needs it; a FOR: its bounds or its condition */
    bool write;
    uint8_t sub_count;
    const AffId *subs; /* of positions of maxima one less than dimensions */
    uint32_t next;    /* of the same symbol, or NO_ID */
} Use;

/* Of a scalar node: the innermost loop around all that need it, the first and the last of them. */
typedef struct {
    PlanId place, from, to;
} Needed;

/* A subscript that is the index of a loop plus an offset. */
typedef struct {
    PlanId loop; /* or NO_ID */
    int64_t offset;
} Slice;

typedef struct {
    Plan *plan;
    Arena *arena;
    uint32_t *depth;  /* by plan node */
    PlanId *end;      /* by plan node: the last node inside it, or itself */
    PlanId *loop_of;  /* by index: its FOR, or NO_ID */
    PlanId *home;     /* by symbol: the innermost loop around all its uses */
    uint32_t *first;  /* by symbol: of its uses, the last one first */
    Needed *needed;   /* by node */
    uint32_t *seen;   /* by node: the last leaf (+ 1) that met it */
    VEC(Use) uses;
    NodeVec stack;
    VEC(AffId) affs;
} Contractor;

/* The innermost loop around both, NO_ID being the top. */
PlanId contract_common(const Contractor *c, PlanId a, PlanId b);

/* fold.c: can one of the dimensions that `slices` does not drop be folded? Then the fields of `store` that say how. */
bool fold_symbol(const Contractor *c, SymId symbol, const Slice *slices, Store *store);

#endif
