/* check.h -- is the gradient right? Reverse mode against central differences. */
#ifndef BPGEN_CHECK_H
#define BPGEN_CHECK_H

#include "eval/point.h"

typedef double CheckFunction(void *context, double at);

typedef struct {
    double estimate;
    double noise; /* how far off it may be: the change of the last extrapolation, and round-off over the step */
} Difference;

/* The derivative at x of a function whose values are sums of terms of this size; the estimate is NaN on a kink. */
Difference check_differentiate(CheckFunction *f, void *context, double x, double size);
/* Does it say anything about a derivative of this size? */
bool check_is_settled(Difference difference, double size);
/* |derivative - difference| over the larger of both, after the noise was taken off. */
double check_gap(double derivative, Difference difference);

/* One comparison: the derivative of sum(seed * outputs) by one element of a wanted symbol. */
typedef struct {
    SymId symbol;
    size_t element;
    double reverse, difference;
    double noise; /* how far the difference itself may be off: its extrapolation error and round-off */
    double gap;   /* |reverse - difference| over the larger of both, after the noise was taken off */
} CheckGap;

typedef struct {
    size_t compared;
    size_t skipped;  /* elements where the differences did not settle (kinks, edges of the domain) */
    CheckGap worst;
    bool finite;     /* false: the value was not finite at this point, nothing was compared */
} CheckReport;

/* Compares all elements of the wanted symbols, or `most` of them chosen at random, at the point that `reversed` holds; `value`
 * is an evaluation of a program of the same outputs. The seeds of `reversed` are filled by the caller, too. */
void check_point(CheckReport *report, Evaluation *value, Evaluation *reversed, const SymId *wanted, size_t wanted_count,
                 size_t most, Random *random);

/* Copies the declared symbols of one evaluation to another of the same model. */
void check_copy_point(const Evaluation *from, Evaluation *to, const Declared *declared, size_t count);

/* sum(seed * outputs) of a program that was run. */
double check_total(const Evaluation *value, const Evaluation *reversed);

/* ---- check_second.c: forward mode and second derivatives ---------------------------------------------- */

/* At one point, with random directions u and v. */
typedef struct {
    double forward;    /* |<seed, J v> - <J' seed, v>| over the sizes of the terms */
    double symmetry;   /* |<u, H v> - <v, H u>| likewise */
    double product;    /* <u, H v> against differences of <u, gradient> along v */
    bool settled;      /* did the differences? */
} SecondReport;

/* `reversed` holds the point and the seeds; `jvp` and `hvp` are evaluations of programs with one direction (`hvp` may be NULL). */
void check_second(SecondReport *report, Evaluation *reversed, Evaluation *jvp, Evaluation *hvp, const Declared *declared,
                  size_t declared_count, Random *random);

#endif
