/* polynomial_print.c -- polynomials as expressions; how large they are; their values. */
#include "sym/polynomial.h"

#include <string.h>

#include "sym/count.h"

static bool has_names(const ExprPool *pool, Arena *arena, ExprId id)
{
    ExprVec reached = { 0 };
    bool found = false;

    expr_reach(pool, arena, &id, 1, &reached);
    for (size_t i = 0; i < reached.count; i++)
        found |= pool->nodes.at[reached.at[i]].kind == EXPR_NAME;
    return found;
}

ExprId polynomial_opaque(const Polynomial *p, const ExprPool *pool, Arena *arena)
{
    for (size_t i = 0; i < p->atom_count; i++)
        if (pool->nodes.at[p->atoms[i]].kind != EXPR_NAME && has_names(pool, arena, p->atoms[i]))
            return p->atoms[i];
    return EXPR_NONE;
}

ExprId polynomial_divisor(const Polynomial *p, const ExprPool *pool)
{
    for (size_t i = 0; i < p->atom_count; i++)
        if (pool->nodes.at[p->atoms[i]].kind == EXPR_OP && pool->nodes.at[p->atoms[i]].op == OP_DIV)
            return p->atoms[i];
    return EXPR_NONE;
}

/* ---- as an expression -------------------------------------------------------------------------------- */

/* 7*x/6, as tidy writes it. */
static ExprId term_expr(const Polynomial *p, ExprPool *pool, Arena *arena, const PolynomialTerm *term, Rational coefficient)
{
    bool decimal = rational_is_decimal(arena, coefficient);
    Rational above = decimal ? coefficient : rational_numerator(arena, coefficient);
    Rational below = decimal ? RATIONAL(1) : rational_denominator(arena, coefficient);
    bool negative = rational_is_int(above, -1) && term->count > 0;
    ExprId product = expr_number(pool, negative ? RATIONAL(1) : above);

    for (uint32_t i = 0; i < term->count; i++) {
        ExprId power = p->atoms[term->factors[i].atom];

        if (term->factors[i].exponent > 1)
            power = expr_raw(pool, OP_POW, power, expr_int(pool, term->factors[i].exponent), EXPR_NONE);
        if (negative && i == 0)
            power = expr_raw(pool, OP_NEG, power, EXPR_NONE, EXPR_NONE);
        product = expr_fold(pool, OP_MUL, product, power, EXPR_NONE);
    }
    return rational_is_int(below, 1) ? product : expr_raw(pool, OP_DIV, product, expr_number(pool, below), EXPR_NONE);
}

/* The sum of the terms divided by a number. */
static ExprId sum_expr(const Polynomial *p, ExprPool *pool, Arena *arena, Rational divisor)
{
    ExprId sum = EXPR_NONE;

    for (size_t i = 0; i < p->count; i++) {
        const PolynomialTerm *term = &p->terms[i];
        Rational c;
        bool minus;

        if (!rational_div(arena, term->coefficient, divisor, &c))
            pool->full = true;
        minus = sum != EXPR_NONE && rational_sign(c) < 0;
        if (sum == EXPR_NONE)
            sum = term_expr(p, pool, arena, term, c);
        else
            sum = expr_raw(pool, minus ? OP_SUB : OP_ADD, sum,
                           term_expr(p, pool, arena, term, minus ? rational_neg(arena, c) : c), EXPR_NONE);
    }
    return sum == EXPR_NONE ? expr_int(pool, 0) : sum;
}

/* What all coefficients are whole multiples of; negative if the first one is. */
static Rational common_factor(const Polynomial *p, ExprPool *pool, Arena *arena)
{
    Rational common = RATIONAL(0);

    for (size_t i = 0; i < p->count; i++)
        if (!rational_gcd(arena, common, p->terms[i].coefficient, &common))
            pool->full = true;
    if (rational_is_int(common, 1) || rational_sign(p->terms[0].coefficient) > 0)
        return common;
    return rational_neg(arena, common);
}

ExprId polynomial_expr(const Polynomial *p, ExprPool *pool, Arena *arena, bool common)
{
    Rational factor = RATIONAL(1), above, below;
    ExprId sum;

    if (common && p->count >= 3)
        factor = common_factor(p, pool, arena);
    sum = sum_expr(p, pool, arena, factor);
    if (rational_is_int(factor, 1))
        return sum;
    above = rational_numerator(arena, factor);
    below = rational_denominator(arena, factor);
    if (rational_is_int(above, -1))
        sum = expr_raw(pool, OP_NEG, sum, EXPR_NONE, EXPR_NONE);
    else
        sum = expr_fold(pool, OP_MUL, expr_number(pool, above), sum, EXPR_NONE);
    return expr_fold(pool, OP_DIV, sum, expr_number(pool, below), EXPR_NONE);
}

/* ---- size and value ---------------------------------------------------------------------------------- */

uint64_t polynomial_operations(const Polynomial *p, ExprPool *pool, Arena *arena)
{
    Rational operations, nodes;
    int64_t count;

    if (!count_tree(pool, arena, polynomial_expr(p, pool, arena, false), &operations, &nodes) ||
        !rational_to_int(operations, &count))
        return UINT64_MAX;
    return (uint64_t)count;
}

unsigned polynomial_digits(const Polynomial *p, Arena *arena)
{
    size_t most = 1;

    for (size_t i = 0; i < p->count; i++) {
        Text text;

        text_init(&text, arena);
        rational_print(rational_numerator(arena, rational_abs(arena, p->terms[i].coefficient)), &text);
        most = text.size > most ? text.size : most;
    }
    return (unsigned)most;
}

double polynomial_horner(const Polynomial *p, double x)
{
    uint32_t degree = p->count > 0 ? p->terms[p->count - 1].degree : 0;
    double value = 0;

    for (size_t i = p->count; i-- > 0;) {
        for (; degree > p->terms[i].degree; degree--)
            value *= x;
        value += rational_to_double(p->terms[i].coefficient);
    }
    for (; degree > 0; degree--)
        value *= x;
    return value;
}
