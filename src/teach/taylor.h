/* taylor.h -- Taylor coefficients of an expression along one variable. */
#ifndef BPGEN_TEACH_TAYLOR_H
#define BPGEN_TEACH_TAYLOR_H

#include "sym/expr.h"

typedef struct Taylor Taylor;

/* Of `root` along `by` (EXPR_NAME) up to `order`. Adds partial derivatives to the pool, in whose arena it lives. NULL: a function
 * without a derivative, a sum in index form, or the pool is full. */
Taylor *taylor_new(ExprPool *pool, ExprId root, ExprId by, unsigned order);

/* coefficients[k], k = 0 .. order: the k-th derivative over k!, at the point that `values` holds (`values[variable]`: row-major
 * elements). At kinks they are those of the side that the rows of ops.def choose. */
void taylor_compute(Taylor *t, const double *const *values, double *coefficients);

/* Do all comparisons, signs and steps that the series depends on come out at this point as they did for taylor_compute? If not,
 * the two points lie on different sides of a kink. */
bool taylor_same_side(const Taylor *t, const double *const *values);

#endif
