/* lower.h -- from the checked model to the program of stages, gate by gate as the user wrote it. */
#ifndef BPGEN_LOWER_H
#define BPGEN_LOWER_H

#include "front/checked.h"
#include "ir/program.h"

/* What the caller has to know of a declared name, beside its symbol. In the order of CheckedModel.declared. */
typedef struct {
    SymId symbol;
    bool has_range;
    double low, high;       /* has_range: closed range for sampling (integer inputs: low .. high-1) */
    const Rational *defaults; /* row-major, or NULL */
} Declared;

/* A C function of the user's. */
typedef struct {
    Name name;
    Span at;
    uint32_t arg_count;
} Extern;

typedef struct {
    Program *program;       /* not simplified */
    VEC(Declared) declared;
    VEC(Extern) externs;    /* all that the model declares */
} Lowered;

/* What is too large is reported through `diag` with its place; then program is NULL.
 * `samples` >= 1: Program.samples of a model with data. */
void lower_model(Lowered *lowered, Arena *arena, const CheckedModel *model, int32_t samples, Diag *diag, Heap *heap);

/* A program of a function with stated derivatives alone: `declared` are its arguments, the one output is its value, whose
 * derivatives are the stated ones. `function` counts in model->functions. */
void lower_function(Lowered *lowered, Arena *arena, const CheckedModel *model, size_t function, Diag *diag, Heap *heap);

#endif
