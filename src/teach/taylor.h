/* taylor.h -- Taylor coefficients of an expression along one variable. */
#ifndef BPGEN_TEACH_TAYLOR_H
#define BPGEN_TEACH_TAYLOR_H

#include "sym/expr.h"

/* coefficients[k], k = 0 .. order: the k-th derivative by `by` (EXPR_NAME) over k!, at the point that `values` holds
 * (`values[variable]`: row-major elements). Adds partial derivatives to the pool. False: a function without a derivative, a
 * sum in index form, or the pool is full. At kinks the coefficients are those of the side that the rows of ops.def choose. */
bool taylor_series(ExprPool *pool, ExprId root, ExprId by, const double *const *values, unsigned order, double *coefficients);

#endif
