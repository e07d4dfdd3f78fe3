/* expand.h -- expressions written out and multiplied out. */
#ifndef BPGEN_SYM_EXPAND_H
#define BPGEN_SYM_EXPAND_H

#include "sym/polynomial.h"

/* Functions that are made of exp, log and arithmetic (the column `gates` of ops.def) written that way: sig(x) becomes
 * 1/(1 + exp(-x)). For the rules to be taken of, hence before derivatives. */
ExprId expand_functions(ExprPool *pool, ExprId root);

/* Multiplied out and tidy: a sum of products; terms with the same denominator over one fraction line, denominators as they are.
 * EXPR_NONE: more terms than a polynomial may have, or a number is too large. */
ExprId expand_products(Tidy *t, ExprPool *pool, Arena *arena, Heap *heap, ExprId root);

#endif
