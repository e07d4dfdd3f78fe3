/* c_formula.h -- symbolic expressions as C functions: double df_dx(double x, double y). */
#ifndef BPGEN_EMIT_C_FORMULA_H
#define BPGEN_EMIT_C_FORMULA_H

#include "base/names.h"
#include "sym/expr.h"

typedef struct {
    Name name;
    ExprId value;
} CFormula;

/* A C99 file: the helper functions that are called, prototypes, the functions. All take all variables of the program, in order,
 * arrays as arrays. Parts that occur several times are computed once. False: a number is too large for a double. */
bool c_formulas(ExprPool *pool, Arena *arena, const char *title, const CFormula *formulas, size_t count, Text *out);

#endif
