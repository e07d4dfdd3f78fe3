/* expand.c -- functions written out, sums of products over one denominator. */
#include "sym/expand.h"

#include "sym/derivative.h"

/* ---- functions by their gates ------------------------------------------------------------------------ */

static ExprId make_written_out(ExprPool *pool, Op op, ExprId a, ExprId b, ExprId c)
{
    if (op_info[op].gates != NULL)
        return sym_formula(pool, op_info[op].gates, (const ExprId[]){ a, b, c }, EXPR_NONE, expr_raw);
    return expr_raw(pool, op, a, b, c);
}

ExprId expand_functions(ExprPool *pool, ExprId root)
{
    return expr_remake(pool, root, make_written_out);
}

/* ---- one fraction for each denominator --------------------------------------------------------------- */

typedef struct {
    const Polynomial *p;
    ExprPool *pool;
} Grouping;

static bool is_divisor(const Grouping *g, uint32_t atom)
{
    const Expr *node = &g->pool->nodes.at[g->p->atoms[atom]];

    return node->kind == EXPR_OP && node->op == OP_DIV;
}

/* The part of a term that is, or is not, made of atoms 1/u. */
static ExprId part_of(const Grouping *g, const PolynomialTerm *term, bool divisors)
{
    ExprId product = divisors ? expr_int(g->pool, 1) : expr_number(g->pool, term->coefficient);

    for (uint32_t i = 0; i < term->count; i++) {
        PolynomialFactor f = term->factors[i];
        ExprId power = g->p->atoms[f.atom];

        if (is_divisor(g, f.atom) != divisors)
            continue;
        if (f.exponent > 1)
            power = expr_raw(g->pool, OP_POW, power, expr_int(g->pool, f.exponent), EXPR_NONE);
        product = expr_fold(g->pool, OP_MUL, product, power, EXPR_NONE);
    }
    return product;
}

/* The terms with the denominator of the one at `first`, over that; they are marked as done. */
static ExprId fraction_of(const Grouping *g, const ExprId *divisors, bool *done, size_t first)
{
    ExprId sum = expr_int(g->pool, 0);

    for (size_t i = first; i < g->p->count; i++) {
        if (done[i] || divisors[i] != divisors[first])
            continue;
        done[i] = true;
        sum = expr_fold(g->pool, OP_ADD, sum, part_of(g, &g->p->terms[i], false), EXPR_NONE);
    }
    return expr_fold(g->pool, OP_MUL, sum, divisors[first], EXPR_NONE);
}

ExprId expand_products(Tidy *t, ExprPool *pool, Arena *arena, Heap *heap, ExprId root)
{
    Polynomial p;
    Grouping g = { &p, pool };
    ExprId sum = expr_int(pool, 0), *divisors;
    bool *done;

    if (!polynomial_of(&p, t, pool, arena, heap, root))
        return EXPR_NONE;
    divisors = arena_array(arena, ExprId, p.count + 1);
    done = arena_array(arena, bool, p.count + 1);
    for (size_t i = 0; i < p.count; i++)
        divisors[i] = part_of(&g, &p.terms[i], true);
    for (size_t i = 0; i < p.count; i++)
        if (!done[i])
            sum = expr_fold(pool, OP_ADD, sum, fraction_of(&g, divisors, done, i), EXPR_NONE);
    return tidy(t, sum, NULL);
}
