/* exact.c -- one loop over the nodes that are needed. */
#include "teach/exact.h"

typedef struct {
    Arena *arena;
    Rational *known; /* by node */
} Exact;

static bool apply(const Exact *x, const Expr *e, Rational *out)
{
    Rational a = e->u.arg[0] == EXPR_NONE ? RATIONAL(0) : x->known[e->u.arg[0]];
    Rational b = e->u.arg[1] == EXPR_NONE ? RATIONAL(0) : x->known[e->u.arg[1]];
    int64_t exponent;

    switch ((Op)e->op) {
    case OP_ADD: return rational_add(x->arena, a, b, out);
    case OP_SUB: return rational_sub(x->arena, a, b, out);
    case OP_MUL: return rational_mul(x->arena, a, b, out);
    case OP_DIV: return rational_div(x->arena, a, b, out);
    case OP_POW: return rational_to_int(b, &exponent) && rational_power(x->arena, a, exponent, out);
    case OP_NEG:
        *out = rational_neg(x->arena, a);
        return true;
    default: return false;
    }
}

bool exact_value(const ExprPool *pool, Arena *arena, ExprId root, const Rational *const *values, Rational *out)
{
    Exact x = { arena, arena_array(arena, Rational, root + 1u) };
    ExprVec needed = { 0 };

    expr_reach(pool, arena, &root, 1, &needed);
    for (size_t i = 0; i < needed.count; i++) {
        ExprId id = needed.at[i];
        const Expr *e = &pool->nodes.at[id];

        if (e->kind == EXPR_NUMBER)
            x.known[id] = pool->numbers.at[e->u.number];
        else if (e->kind == EXPR_NAME)
            x.known[id] = values[e->u.name.variable][expr_place(pool, id)];
        else if (e->kind != EXPR_OP || !apply(&x, e, &x.known[id]))
            return false;
    }
    *out = x.known[root];
    return true;
}
