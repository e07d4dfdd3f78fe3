/* second.h -- a model at a point, and its derivatives by differences in MPFR: for the tests of second derivatives. */
#ifndef BPGEN_TESTS_SECOND_H
#define BPGEN_TESTS_SECOND_H

#define ORACLE_BITS 2400

#include <math.h>

#include "eval/point.h"
#include "oracle.h"
#include "unit.h"

enum { MOST_VARIABLES = 16, STEP_BITS = 200 };

typedef struct {
    const char *declared, *expression;
    unsigned count;               /* of variables */
    double point[MOST_VARIABLES];
    const double *expected;       /* value, gradient, lower triangle of the Hessian row by row; NULL and no `entries`: MPFR */
    const double *entries;        /* of many variables: the value, then i, v of the gradient, then i, j, v of the Hessian's lower
                                   * triangle; both end in END, and what is not there is 0 */
} Case;

static void set_variables(Oracle *o, const Case *at)
{
    unsigned k = 0;

    for (SymId s = 0; s < o->p->symbols.count && k < at->count; s++)
        for (size_t i = 0; o->p->symbols.at[s].role == SYM_PARAM && i < eval_elements(o->p, s); i++)
            mpfr_set_d(o->elements[s][i], at->point[k++], MPFR_RNDN);
}

static mpfr_t *variable(Oracle *o, unsigned k)
{
    for (SymId s = 0;; s++) {
        size_t count = o->p->symbols.at[s].role == SYM_PARAM ? eval_elements(o->p, s) : 0;

        if (k < count)
            return &o->elements[s][k];
        k -= (unsigned)count;
    }
}

static void value_at(Oracle *o, mpfr_t y)
{
    oracle_run(o);
    mpfr_set(y, o->elements[o->p->outputs.at[0]][0], MPFR_RNDN);
}

static double smallest_of(const Case *at)
{
    double least = 1;

    for (unsigned k = 0; k < at->count; k++)
        if (at->point[k] != 0 && fabs(at->point[k]) < least)
            least = fabs(at->point[k]);
    return least;
}

/* d2 / dxi dxj, or with j = count d / dxi, as a central difference. */
static double difference(Oracle *o, const Case *at, unsigned i, unsigned j)
{
    mpfr_t h, sum, y;
    double result;

    mpfr_inits2(BITS, h, sum, y, (mpfr_ptr)0);
    mpfr_set_d(h, smallest_of(at), MPFR_RNDN);
    mpfr_mul_2si(h, h, -STEP_BITS, MPFR_RNDN);
    mpfr_set_zero(sum, 1);
    for (int a = -1; a <= 1; a += 2)
        for (int b = -1; b <= 1; b += 2) {
            set_variables(o, at);
            mpfr_mul_si(y, h, a, MPFR_RNDN);
            mpfr_add(*variable(o, i), *variable(o, i), y, MPFR_RNDN);
            mpfr_mul_si(y, h, b, MPFR_RNDN);
            if (j < at->count)
                mpfr_add(*variable(o, j), *variable(o, j), y, MPFR_RNDN);
            value_at(o, y);
            mpfr_mul_si(y, y, j < at->count ? a * b : a, MPFR_RNDN);
            mpfr_add(sum, sum, y, MPFR_RNDN);
        }
    mpfr_div(sum, sum, h, MPFR_RNDN);
    if (j < at->count)
        mpfr_div(sum, sum, h, MPFR_RNDN);
    mpfr_div_si(sum, sum, 4, MPFR_RNDN);
    result = mpfr_get_d(sum, MPFR_RNDN);
    mpfr_clears(h, sum, y, (mpfr_ptr)0);
    return result;
}

#endif
