/* plan.h -- how a program becomes code: a tree of loops beside the program, and where each symbol is kept.
 *
 * The plan owns a copy of the program whose indices are renamed so that fused loops share one index (so common subexpressions
 * of fused stages are the same node). The program is not changed after planning: emitters read both.
 */
#ifndef BPGEN_PLAN_H
#define BPGEN_PLAN_H

#include "ir/program.h"

typedef uint32_t PlanId;

typedef enum {
    PLAN_FOR,  /* a loop over a domain index, or (`sequential`) a Loop of the program */
    PLAN_STAGE /* a leaf: one point of the stage's domain is computed here (all domain indices are in scope) */
} PlanKind;

typedef struct {
    uint8_t kind;
    bool reverse;      /* FOR: from high-1 down to low */
    bool sequential;   /* FOR: a recurrence; `loop` is its Loop, whose condition is tested before each turn */
    IndexId index;     /* FOR */
    AffId low, high;   /* FOR */
    LoopId loop;       /* FOR and sequential */
    StageId stage;     /* STAGE */
    bool zero;         /* STAGE: a fresh accumulation cannot start in a local; these are leaves that only write 0 (-inf for MAX) */
    PlanId parent;     /* NO_ID at the top */
    PlanId first_child, next; /* NO_ID at the end */
} PlanNode;

typedef enum {
    STORE_CALLER, /* params, inputs, outputs, gradients, seeds, tape, integer inputs: memory of the caller (rank 0: may be held in a local and written at the end) */
    STORE_ARRAY,  /* an array of the function: on the stack or in the workspace */
    STORE_CELL,   /* one C local, declared in the block `scope`: rank 0, or an array all of whose dimensions were contracted */
    STORE_TABLE   /* static const */
} StoreKind;

typedef struct {
    uint8_t kind;
    PlanId scope;      /* CELL: the FOR in whose body it is declared; NO_ID: the function's block */
    bool *dropped;     /* ARRAY: dimensions contracted away (by dimension), or NULL */
} Store;

typedef struct {
    Program *program;
    VEC(PlanNode) nodes;
    PlanId first;      /* the first child of the top */
    Store *stores;     /* by symbol */
    uint64_t array_elements; /* elements of all STORE_ARRAY symbols together */
} Plan;

/* Plain fusion, unit-stride loop order, contraction. Consumes nothing: `program` stays as it was. */
Plan *plan_make(Heap *heap, const Program *program);
void plan_free(Plan *plan);

/* The loop tree and the stores as text (-d plan). */
void plan_dump(const Plan *plan, Text *out);

#endif
