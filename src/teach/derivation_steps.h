/* derivation_steps.h -- the lines of derive --steps: one rule, or one simplification, a line. */
#ifndef BPGEN_TEACH_DERIVATION_STEPS_H
#define BPGEN_TEACH_DERIVATION_STEPS_H

#include "teach/derivation.h"

typedef enum {
    STEP_RULE,     /* the derivative of `of` by a rule of differentiation is `result`, with names for inner derivatives */
    STEP_TOGETHER, /* all of them put together: the derivative of `of` is `result` */
    STEP_REWRITE   /* `of` is written as `result` */
} StepKind;

typedef struct {
    uint8_t kind;        /* StepKind */
    DerivativeRule rule; /* STEP_RULE */
    uint32_t rewrites;   /* STEP_REWRITE: 1 << TidyRule */
    ExprId of, result;
} StepLine;

/* The name that stands for the derivative of an expression. */
typedef struct {
    VariableId variable;
    ExprId of;
} InnerDerivative;

typedef struct {
    VEC(StepLine) lines;
    VEC(InnerDerivative) inner;
} StepLines;

/* From the outside in, each subexpression once; then the whole, and its simplifications from the inside out. The names of inner
 * derivatives are "d/dx(u)". False: too long. */
bool derivation_steps(const Derivation *d, const Differentiation *stage, StepLines *out);

/* What the variable stands for, or EXPR_NONE. */
ExprId steps_inner(const StepLines *steps, VariableId variable);

#endif
