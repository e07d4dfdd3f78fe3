/* second.h -- a model at a point, and its derivatives by differences in MPFR: for the tests of second derivatives. */
#ifndef BPGEN_TESTS_SECOND_H
#define BPGEN_TESTS_SECOND_H

#include <math.h>
#include <string.h>

#include "eval/point.h"
#include "tests/support/oracle.h"
#include "unit.h"

/* Points are as small as 1e-200, and values there still smaller. */
enum { MOST_VARIABLES = 16, BITS = 2400, STEP_BITS = 200 };

typedef struct {
    const char *declared, *expression;
    unsigned count;               /* of variables */
    double point[MOST_VARIABLES];
    const double *expected;       /* value, gradient, lower triangle of the Hessian row by row; NULL and no `entries`: MPFR */
    const double *entries;        /* of many variables: the value, then i, v of the gradient, then i, j, v of the Hessian's lower
                                   * triangle; both end in END, and what is not there is 0 */
} Case;

static void set_variables(Oracle *o, const Unit *unit, const Case *at)
{
    unsigned k = 0;

    for (size_t w = 0; w < unit->wanted.count; w++)
        for (size_t i = 0; i < eval_elements(unit->lowered.program, unit->wanted.at[w]); i++)
            mpfr_set_d(oracle_elements(o, unit->wanted.at[w])[i], at->point[k++], MPFR_RNDN);
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
static double difference(Oracle *o, const Unit *unit, const Case *at, size_t i, unsigned j)
{
    double direction[MOST_VARIABLES] = { 0 };
    OracleQuery q = { .wanted = unit->wanted.at, .wanted_count = unit->wanted.count, .directions = direction, .chosen = &i,
                      .chosen_count = 1, .step = ilogb(smallest_of(at)) - STEP_BITS };
    OracleReal *result = oracle_reals(o, 1);

    set_variables(o, unit, at);
    if (j < at->count) {
        direction[j] = 1;
        oracle_hvp(o, &q, result);
    } else {
        oracle_gradient(o, &q, result);
    }
    return mpfr_get_d(result->at, MPFR_RNDN);
}

#endif
