/* c_sample.h -- a point at which the emitted functions can be tried: values, results there, and how C fills the
 * structs. */
#ifndef BPGEN_EMIT_C_SAMPLE_H
#define BPGEN_EMIT_C_SAMPLE_H

#include "emit/c_model.h"
#include "eval/eval.h"

/* Arrays of more elements are filled by a formula: base + step*((i % 101*37 + first) % 101). */
enum { MOST_SPELLED = 16 };

typedef struct {
    SymId symbol;
    Part part;
    uint64_t offset, count; /* in the struct as a flat vector */
    double base, step;
    uint64_t first;
    bool spelled;
} SampleSymbol;

typedef struct {
    Evaluation value;    /* of unit->value */
    Evaluation gradient; /* of value_grad or reversed */
    bool has_gradient;
    bool finite;
    VEC(SampleSymbol) symbols; /* as declared */
} Sample;

/* Finds a point where value and gradient are finite, if there is one among the first few tried, and evaluates there. */
void c_sample_find(Sample *sample, const CModel *m, Arena *arena);

/* Statements that fill p, in, index; `x` and `y` are the flat vectors of the first two. */
void c_sample_print(const Sample *sample, const CModel *m, Text *out);

/* Element `i` of all outputs; the seed that the tests give it. */
double c_sample_seed(uint64_t i);

/* "model_value_grad(&p, &grad)"; `after` stands for the first argument that is an output ("out"). */
void c_sample_call(const CModel *m, const CFunction *function, Text *out);

/* Declarations of all structs in the set of parts, each static. */
void c_sample_declare(const CModel *m, uint16_t parts, Text *out);

/* Does c_sample_print use the flat vector of params or inputs? */
bool c_sample_has_formula(const Sample *sample, Part part);

#endif
