/* tex_expr.h -- symbolic expressions as LaTeX formulas (amsmath). */
#ifndef BPGEN_SHOW_TEX_EXPR_H
#define BPGEN_SHOW_TEX_EXPR_H

#include "show/message.h"
#include "sym/print.h"

/* Writes a name (EXPR_NAME) in another way: true if it did. */
typedef bool TexName(const void *context, ExprId name, Text *out);

typedef struct {
    ExprPool *pool;
    Arena *arena;
    Language language;    /* of "if" and "otherwise" */
    TexName *name;        /* or NULL */
    const void *context;
} TexStyle;

void tex_expr(const TexStyle *style, ExprId root, Text *out);

/* "x_{1}", "\theta", "\mathit{loss}": what stands behind an underscore, or digits at the end, is a subscript;
 * underscores at the end are primes. */
void tex_name(const char *name, Text *out);

#endif
