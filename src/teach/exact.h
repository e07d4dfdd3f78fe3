/* exact.h -- expressions in exact fractions: what floating-point results are measured against. */
#ifndef BPGEN_TEACH_EXACT_H
#define BPGEN_TEACH_EXACT_H

#include "sym/expr.h"

/* The value where `values[variable]` are the row-major elements. False: an operator that is not + - * / neg or a power with a whole
 * exponent, a division by 0, or a number of more than RATIONAL_MOST_BITS bits. */
bool exact_value(const ExprPool *pool, Arena *arena, ExprId root, const Rational *const *values, Rational *out);

#endif
