/* print.h -- expressions as text that bpgen reads back. */
#ifndef BPGEN_SYM_PRINT_H
#define BPGEN_SYM_PRINT_H

#include "sym/expr.h"

/* How tightly the text of an expression binds, as in LANGUAGE.md section 4; a printer sets brackets around what binds less than
 * its place asks. */
typedef enum {
    BIND_CHOICE,
    BIND_OR,
    BIND_AND,
    BIND_NOT,
    BIND_COMPARE,
    BIND_SUM,
    BIND_PRODUCT,
    BIND_SIGN,
    BIND_POWER,
    BIND_ATOM
} Binding;

Binding expr_binding(const ExprPool *pool, ExprId id);
/* The least binding that operand `k` needs to stand without brackets. */
Binding expr_operand_binding(const ExprPool *pool, ExprId id, unsigned k);

/* Infix text with the fewest brackets; `^` for powers. A tree is printed whole, so look at its size first. */
void expr_print(const ExprPool *pool, Arena *arena, ExprId root, Text *out);

/* The same with names for shared parts: `names[id]` is printed in place of id where it is not NAME_NONE (id < count; not for the
 * root itself). */
void expr_print_named(const ExprPool *pool, Arena *arena, ExprId root, const Name *names, size_t count, Text *out);

#endif
