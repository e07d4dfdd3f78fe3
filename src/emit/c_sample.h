/* c_sample.h -- a point at which the emitted functions can be tried: values, results there, and how C fills the
 * structs. All of it is found while the programs are alive; the text that shows it stands behind the functions. */
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
    double *values; /* `spelled`: all of them */
} SampleSymbol;

/* An element of a result, counted as in a flat vector (several directions: one struct behind the other). */
typedef struct {
    uint64_t place;
    double value;
} Golden;

/* Some elements of one kind of result. */
typedef struct {
    VEC(Golden) at;
    double scale;    /* the size of the largest, or `rounding` */
    double rounding; /* the size that numbers of such rounding errors have; 0: it is not above that of the largest element */
    bool found;
    bool infinite;   /* not found: some element is not finite at the point */
} GoldenList;

/* An element of the gradient that differences agree with, and what has to be moved for them. */
typedef struct {
    uint64_t place;
    Part part;
    uint64_t moved; /* in the struct as a flat vector */
} Difference;

typedef VEC(Difference) DifferenceVec;

typedef struct {
    Evaluation value;    /* of unit->value; both only inside c_sample_find */
    Evaluation gradient; /* of value_grad or reversed */
    bool has_gradient;
    bool finite;
    bool too_large;      /* an evaluation here would take too long or too much memory: there is no self-test */
    bool calls_c;        /* C functions of the user's: nothing can be evaluated here, so there are no golden values */
    VEC(SampleSymbol) symbols;    /* as declared */
    GoldenList golden[PART_COUNT]; /* by kind of result; not found: it is not emitted, or not finite at the point */
    DifferenceVec differences;
    VEC(uint64_t) curvatures; /* places of the first product that differences of gradients agree with */
    double curvature_gap;
    double slope_gap;         /* of the first tangent, likewise; 0: they do not agree */
    double total;             /* the size of the sum of seed times output, with its rounding */
} Sample;

/* The function whose program gives the gradient at the point; FUNCTION_COUNT: no emitted function has a gradient. */
FunctionId c_sample_gradient(const Unit *unit);

/* Finds a point where value and gradient are finite, if there is one among the first few tried, and evaluates there.
 * The programs of the unit serve only here. */
void c_sample_find(Sample *sample, const CModel *m, Arena *arena);

/* Does an evaluation of the program take too much? */
bool c_sample_is_costly(const CModel *m, const Program *program);

/* Sets params, inputs, index, seeds and directions of a program of the model. */
void c_sample_fill(const Sample *sample, const CModel *m, Evaluation *e);

/* Is a matrix among these results that is too large to be evaluated here, and to be a static array of the self-test? */
bool c_sample_is_large(const CModel *m, uint32_t parts);

/* c_golden.c: what the self-test compares with, from the evaluations. */
void c_golden_find(Sample *sample, const CModel *m, Arena *arena);
/* The differences of a model that calls C functions: all that there may be. */
void c_golden_unknown(Sample *sample, const CModel *m, Arena *arena);
/* Of the program of another function, after c_sample_find. */
void c_sample_take(Sample *sample, const CModel *m, const Program *program, Arena *arena);

/* Steps and tolerances: of float like those that held on the small machines of the firmware trials. `bits`: with so many numbers are
 * computed to see what rounding does. */
typedef struct {
    double golden, step, difference;
    unsigned bits;
} Tolerance;
static inline Tolerance c_tolerance(const CModel *m)
{
    return m->is_float ? (Tolerance){ 1e-3, 1e-2, 1e-2, FLOAT_BITS } : (Tolerance){ 1e-9, 1e-5, 1e-6, 40 };
}

/* emit_c.c: makes one program after the other, prints its function and forgets it. False: unit->diag has errors. */
bool c_functions_make(CModel *m, Unit *unit, Arena *arena, CFunction *functions, Sample *sample, Text *out);

/* c_selftest.c */
void c_selftest_print(CModel *m, const CFunction *functions, const Sample *sample, Text *out);

/* Statements that fill p, in, index; `x` and `y` are the flat vectors of the first two. */
void c_sample_print(const Sample *sample, const CModel *m, Text *out);

/* The seed that the tests give to element `i` of all outputs; element `i` of all directions. */
double c_sample_seed(const CModel *m, uint64_t i);
double c_sample_direction(uint64_t i);

/* "model_value_grad(&p, &grad)"; `after` stands for the first argument that is an output ("out"). */
void c_sample_call(const CModel *m, const CFunction *function, Text *out);

/* Declarations of all structs in the set of parts, each static. */
void c_sample_declare(const CModel *m, uint32_t parts, Text *out);

/* Does c_sample_print use the flat vector of params or inputs? */
bool c_sample_has_formula(const Sample *sample, Part part);

#endif
