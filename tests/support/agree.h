/* agree.h -- does everything that the library computes of a model agree? */
#ifndef BPGEN_TESTS_AGREE_H
#define BPGEN_TESTS_AGREE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/oracle.h"
#include "unit.h"

enum { AGREE_TEXT = 400 };

typedef struct {
    char what[AGREE_TEXT];      /* what does not agree, "kind: more"; "": nothing */
    char refused[AGREE_TEXT];   /* a message about something that has no derivative, or is not compiled */
    bool undefined;             /* no point with finite values was found */
    unsigned long compared;     /* numbers with those of MPFR */
    unsigned long kinks;        /* numbers not compared: the function is not smooth there */
    unsigned long poles;        /* of these: NaN, where a partial derivative on the way is infinite */
    unsigned large;             /* programs that were not run: they would take too long in MPFR */
    double worst;               /* rounding error of doubles over what arithmetic of fewer bits lets expect */
    unsigned long ops[OP_COUNT]; /* nodes of the lowered program */
} Agreement;

/* The model at points of this seed:
 * - what is printed of it and read again is the same program;
 * - all programs (value, gradient, vjp, jvp, Jacobian, hvp, Hessian), run in MPFR, have the values of the lowered program and its
 *   central differences: so far there is no rounding, and nothing is forgiven; sparse matrices have the elements of dense ones;
 * - the same programs in double are as near to that as their rounding lets expect: what arithmetic of fewer bits shows, or else
 *   running error bounds. */
void agree(Agreement *a, const char *text, uint64_t seed);

/* The first of these. */
void agree_reread(Unit *unit, Agreement *a);

/* A dense matrix that was computed, in MPFR, and the sparse one. */
void agree_sparse(Agreement *a, Unit *unit, const Oracle *exact, const Evaluation *dense);

/* A program in double (its point, and what it gave) and in MPFR. */
void agree_rounding(Agreement *a, Unit *unit, const char *name, const Oracle *exact, const Evaluation *doubles);

/* The same as agree in a process of its own, which may crash or run for too long. */
void agree_apart(Agreement *a, const char *text, uint64_t seed);

#endif
