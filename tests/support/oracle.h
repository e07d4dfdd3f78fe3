/* oracle.h -- what the numbers of bpgen are compared with: the lowered program, before any simplification, run in MPFR.
 *
 * It knows no derivative. Derivatives are central differences of values, at 400 bits with a step of 2^-130, so that no derivative
 * rule of bpgen judges itself. Memory is the arena's; nothing has to be freed. C functions of the user's are those of
 * tests/emitted/externs.c; an operator without a rule here ends the test program with a message.
 *
 * A function with stated derivatives is replaced, in the runs for differences, by the linear function that it has by definition:
 * its value at the point plus stated derivatives (at the point) times what the arguments moved.
 */
#ifndef BPGEN_TESTS_ORACLE_H
#define BPGEN_TESTS_ORACLE_H

#include <stdio.h>

#include <gmp.h>
#include <mpfr.h>

#include "eval/eval.h"

enum { ORACLE_BITS = 400, ORACLE_STEP = -130, ORACLE_VALUE_BITS = 256 };

typedef struct Oracle Oracle;

/* `program` is the lowered one (unit->lowered.program) for reference values; any other program of stages runs, too. All numbers
 * have `bits` bits: ORACLE_VALUE_BITS are enough for values, ORACLE_BITS for first and second differences. */
Oracle *oracle_new(const Program *program, Arena *arena, mpfr_prec_t bits);

/* The elements of a symbol, row-major, to read or to set: params, inputs, data before a run, outputs after it. Integer inputs are
 * in oracle_integers; the other function gives NULL. */
mpfr_t *oracle_elements(const Oracle *o, SymId symbol);
int32_t *oracle_integers(const Oracle *o, SymId symbol);

/* Takes params, inputs, data and integer inputs from an evaluation of any program of the same unit (they have the same numbers
 * there); seeds and directions, if the program is the same. */
void oracle_set_point(Oracle *o, const Evaluation *from);

/* Computes all symbols. Zeros that are computed have no sign: real numbers have one zero, and programs of bpgen do not keep it (x*0
 * is 0), so 1/0 is infinite by the same sign in all of them. */
void oracle_run(Oracle *o);
/* How many operators it has computed in the last run. */
uint64_t oracle_work(const Oracle *o);

/* A result. NaN or infinite where real numbers have none. */
typedef struct {
    mpfr_t at;
    /* Of a derivative: some decision (a comparison, a sign, the larger one of two) comes out differently at the point and a step
     * beside it. There `at` means nothing; what bpgen gives is a convention of the language's, or the function jumps. */
    bool kink;
} OracleReal;

/* Room for so many results. */
OracleReal *oracle_reals(const Oracle *o, size_t count);

/* What is asked for. Elements of several symbols stand one after the other, each symbol's row-major: outputs in the order of
 * program->outputs, variables in that of `wanted`. */
typedef struct {
    const SymId *wanted;      /* params and inputs: unit->wanted.at */
    size_t wanted_count;
    const double *seeds;      /* a factor for each element of the outputs; NULL: 1 for all */
    const double *directions; /* of jvp, hvp: a tangent for each element of the wanted symbols; NULL: 1 for all */
    const size_t *chosen;     /* of gradient, hvp: only these elements of the wanted symbols, `chosen_count` of them; NULL: all */
    size_t chosen_count;
    int step;                 /* its binary exponent; 0: ORACLE_STEP. Below the distance to kinks and poles, and below the point */
} OracleQuery;

/* How many elements: of all outputs; of all wanted symbols; of the results of gradient and hvp. */
size_t oracle_output_count(const Oracle *o);
size_t oracle_wanted_count(const Oracle *o, const OracleQuery *q);
size_t oracle_chosen_count(const Oracle *o, const OracleQuery *q);

/* Values of all outputs; oracle_output_count results. */
void oracle_values(Oracle *o, OracleReal *out);
/* sum(seed * output) */
void oracle_total(Oracle *o, const OracleQuery *q, mpfr_t out);
/* Its derivatives: (F(x + h e) - F(x - h e)) / 2h. oracle_chosen_count results. */
void oracle_gradient(Oracle *o, const OracleQuery *q, OracleReal *out);
/* The derivatives of all outputs along the direction v: (f(x + h v) - f(x - h v)) / 2h. oracle_output_count results. */
void oracle_jvp(Oracle *o, const OracleQuery *q, OracleReal *out);
/* Hessian of sum(seed * output) times the direction: the central difference, along v, of the central differences of
 * oracle_gradient, (g(x + h v) - g(x - h v)) / 2h. Functions with stated derivatives follow these from x to x + h v, and on from there
 * those that are stated for there. oracle_chosen_count results. */
void oracle_hvp(Oracle *o, const OracleQuery *q, OracleReal *out);

/* ---- what rounding may do ----------------------------------------------------------------------------- */

/* unit: half the distance from 1 to the next number; the smallest and the largest number. */
typedef struct {
    double unit, smallest, largest;
} OracleFormat;

extern const OracleFormat oracle_double, oracle_float;

/* Makes every run of the program compute, beside each number, a bound of the error that an evaluation in `format` has there: running
 * error analysis (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.3; Wilkinson). With inputs that are
 * exact, y = op(a, b) has
 *
 *     bound(y) = |what y moves by if a moves by bound(a)| + the same for b + 2 k unit |y| + k smallest,
 *
 * k being the error of op in ulp: 1/2 for + - * / and roots, what glibc's manual and the runtime's header say for functions. It is the
 * sum over all operations of |d result / d operation| |operation| unit, with absolute values taken along every path, so it never is
 * less than the condition of the program as written, and an evaluation that exceeds it is wrong. The program here is the transformed
 * one (unit->value, value_grad, jvp, hvp): it serves only to measure rounding, never as a reference.
 *
 * Where a comparison is closer than its errors, either branch counts; of guards, loops and positions that is not known: then the
 * run is undecided and its bounds mean nothing. An overflow has an infinite bound. After oracle_new; runs take two to three times as
 * long. */
void oracle_measure(Oracle *o, OracleFormat format);
const double *oracle_bounds(const Oracle *o, SymId symbol); /* of its elements, after a run */
bool oracle_undecided(const Oracle *o);

/* What an operator may be wrong by, in ulp, for these bounds: of libm at least what glibc's manual ("Known Maximum Errors in Math
 * Functions", x86_64, the worse one of double and float) says, of the runtime's helpers what its header promises. */
double oracle_ulps(Op op);

/* ---- functions ---------------------------------------------------------------------------------------- */

/* y = op(a, b, c), correctly rounded but for compositions; the precision is that of y, and no argument is y. b and c may be
 * anything where the operator has fewer arguments. Not for leaves, calls, and marks of differentiation. */
void oracle_function(Op op, mpfr_t y, const mpfr_t a, const mpfr_t b, const mpfr_t c);

/* What a value jumps or bends by: for comparisons, signs, the larger one of two, which way it went; else 0. */
unsigned oracle_decision(Op op, const mpfr_t a, const mpfr_t b, const mpfr_t c);

#endif
