/* sema_shape.c -- shapes: broadcasting, products, and what is said where they do not agree. */
#include <string.h>

#include "front/sema.h"

bool sema_same_shape(Shape p, Shape q)
{
    if (p.rank != q.rank)
        return false;
    for (unsigned k = 0; k < p.rank; k++)
        if (p.extent[k] != q.extent[k])
            return false;
    return true;
}

/* NumPy's rule without stretching and padding in one operation: either the ranks are equal and axes of extent 1
 * stretch, or the shorter shape is exactly the end of the longer one.
 * NOLINTNEXTLINE(misc-no-recursion): one level */
bool sema_broadcast(Shape p, Shape q, Shape *out)
{
    Shape result;

    if (p.rank > q.rank)
        return sema_broadcast(q, p, out); /* once: then the ranks are in order */
    result = q;
    for (unsigned k = 0; k < p.rank; k++) {
        int32_t a = p.extent[k], b = q.extent[q.rank - p.rank + k];

        if (a != b && (p.rank < q.rank || (a != 1 && b != 1)))
            return false;
        if (b == 1)
            result.extent[q.rank - p.rank + k] = a;
    }
    *out = result;
    return true;
}

bool sema_matmul_shape(Shape p, Shape q, Shape *out)
{
    Shape result = { 0 };

    if (p.rank == 0 || q.rank == 0 || p.rank > 2 || q.rank > 2 || p.extent[p.rank - 1] != q.extent[0])
        return false;
    if (p.rank == 2)
        result.extent[result.rank++] = p.extent[0];
    if (q.rank == 2)
        result.extent[result.rank++] = q.extent[1];
    *out = result;
    return true;
}

Shape sema_prefix_shape(Shape first, Shape rest)
{
    for (unsigned k = 0; k < rest.rank && first.rank + k < MOST_AXES; k++)
        first.extent[first.rank + k] = rest.extent[k];
    first.rank = (uint8_t)(first.rank + rest.rank);
    return first;
}

bool sema_fits(Sema *s, Shape shape, AstId ast)
{
    int64_t elements = 1;

    if (shape.rank > MOST_AXES) {
        sema_error(s, sema_at(s, ast), "an array has at most %d axes; this one has %d", (int)MOST_AXES, shape.rank);
        return false;
    }
    for (unsigned k = 0; k < shape.rank; k++) {
        elements *= shape.extent[k];
        if (elements > INT32_MAX) {
            sema_error(s, sema_at(s, ast), "an array has at most %d elements; %s has more", INT32_MAX,
                       sema_shape_text(s, shape));
            return false;
        }
    }
    return true;
}

bool sema_is_number(Sema *s, const Value *value)
{
    if (value->is == IS_NUMBER)
        return true;
    if (value->is == IS_CONDITION)
        sema_error(s, sema_at(s, value->ast), "a condition is not a number; write  %s ? 1 : 0",
                   sema_text(s, value->ast));
    return false;
}

static bool is_column_case(Shape p, Shape q)
{
    return p.rank == 2 && q.rank == 1 && p.extent[0] == q.extent[0];
}

/* A vector against the first axis of a matrix. */
static void column_hint(Sema *s, AstId at, const Value *a, const Value *b, Text *text)
{
    const AstNode *node = &s->ast->nodes.at[at];
    const char *left = sema_text(s, a->ast), *right = sema_text(s, b->ast);

    if (node->kind != AST_BINARY || s->ast->nodes.at[a->ast].kind != AST_NAME ||
        s->ast->nodes.at[b->ast].kind != AST_NAME) {
        text_add(text, "; a vector lines up with the last axis; for the first write B[i,j] = A[i,j] + c[i]");
        return;
    }
    text_printf(text, "; a vector lines up with the last axis; for the first write B[i,j] = %s[i%s] %s %s[i%s]", left,
                a->shape.rank == 2 ? ",j" : "", ast_op_text(node->u.op), right, b->shape.rank == 2 ? ",j" : "");
}

static bool is_product(const Sema *s, AstId at, const Value *a, const Value *b)
{
    const AstNode *node = &s->ast->nodes.at[at];
    Shape shape;

    return a->star_fits || b->star_fits ||
           (node->kind == AST_BINARY && node->u.op == AST_OP_MUL && sema_matmul_shape(a->shape, b->shape, &shape));
}

void sema_disagree(Sema *s, AstId at, const Value *a, const Value *b)
{
    Text text;

    if (sema_is_full(s)) {
        sema_error(s, sema_at(s, at), "%s", "");
        return;
    }
    text_init(&text, s->arena);
    text_printf(&text, "shapes %s (%s) and %s (%s) do not agree", sema_shape_text(s, a->shape), sema_text(s, a->ast),
                sema_shape_text(s, b->shape), sema_text(s, b->ast));
    if (is_product(s, at, a, b))
        text_add(&text, "; the matrix product is @, not *");
    else if (is_column_case(a->shape, b->shape) || is_column_case(b->shape, a->shape))
        column_hint(s, at, a, b, &text);
    sema_error(s, sema_at(s, at), "%s", text_string(&text));
}
