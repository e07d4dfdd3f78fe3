/* elaborate.h -- runs a program on symbols instead of numbers: an expression for every element. */
#ifndef BPGEN_SYM_ELABORATE_H
#define BPGEN_SYM_ELABORATE_H

#include "ir/program.h"
#include "sym/expr.h"

/* A result, or an intermediate result that the user named. */
typedef struct {
    Name name;
    SymId symbol;          /* or NO_ID: a scalar that is a node of the program */
    uint8_t rank;
    const int32_t *extents;
    ExprId *elements;      /* row-major; EXPR_NONE for elements that were never computed */
} ElaboratedValue;

typedef struct {
    VEC(ElaboratedValue) outputs; /* in the order of the program */
    VEC(ElaboratedValue) named;   /* scalars and arrays that the user named, outputs among them; each behind what it needs */
    VariableId *variables;        /* by symbol: its variable in the pool, or EXPR_NONE */
} Elaboration;

/* `program` is the lowered one. Loops are unrolled, arrays taken element by element, reductions are chains of their operator from
 * the first element on; nothing is folded but what concerns integers alone. The scales and shifts of norm, logsumexp and softmax, which
 * cancel exactly, are left out: norm(x) is sqrt(x[0]^2 + ...). False: diag has an error with place and advice (no closed form:
 * data, `while` on values, positions of a maximum, integer inputs in subscripts, C functions; or too large). */
bool sym_elaborate(Elaboration *out, ExprPool *pool, const Program *program, Diag *diag);

#endif
