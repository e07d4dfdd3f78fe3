/* cost.h -- what a value, its gradient and a Hessian-vector product cost. */
#ifndef BPGEN_TEACH_COST_H
#define BPGEN_TEACH_COST_H

#include "unit.h"

/* Each contains those before it. */
typedef enum {
    COST_VALUE,
    COST_GRADIENT,        /* value and gradient: one backward sweep */
    COST_PRODUCT,         /* and the Hessian times a vector v: the derivative of the gradient along v */
    COST_PRODUCT_REVERSE, /* the same as the gradient of <gradient, v>, as Corollary 1 has it */
    COST_COUNT
} CostKind;

typedef struct {
    bool known;
    uint64_t gates;
} GateCount;

/* Of the program that was emitted; filled by who sees the emitter. */
typedef struct {
    bool known;
    uint64_t weight;
    const char *operations; /* "3 add/sub, 1 mul" */
} WeightCount;

typedef struct {
    uint64_t inputs;            /* elements that are differentiated by */
    GateCount gates[COST_COUNT];
    WeightCount weights[COST_COUNT];
    const char *no_gates;       /* why none are known, or NULL */
    const char *no_product;     /* why there is no second derivative, or NULL */
} Cost;

/* Fills inputs and gates: the operations of the model as written, every one 1 (sym/count.h has the rule). Models without a closed
 * form have no gates; no_gates says why. */
void cost_count_gates(Cost *cost, Unit *unit);

#endif
