/* print.h -- expressions as text that bpgen reads back. */
#ifndef BPGEN_SYM_PRINT_H
#define BPGEN_SYM_PRINT_H

#include "sym/expr.h"

/* How tightly its text binds. */
Precedence expr_precedence(const ExprPool *pool, ExprId id);
/* The least precedence that operand `k` needs to stand without brackets. */
Precedence expr_operand_precedence(const ExprPool *pool, ExprId id, unsigned k);

/* Infix text with the fewest brackets; `^` for powers. A tree is printed whole, so look at its size first. */
void expr_print(const ExprPool *pool, Arena *arena, ExprId root, Text *out);

#endif
