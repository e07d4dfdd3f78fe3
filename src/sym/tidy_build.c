/* tidy_build.c -- products put together from their factors: order, one fraction line, choices around it. */
#include "sym/tidy_parts.h"

/* ---- the order of factors ---------------------------------------------------------------------------- */

enum { RANK_CONSTANT, RANK_NAME, RANK_INDEX, RANK_POWER, RANK_FUNCTION, RANK_SUM, RANK_CHOICE };

static unsigned rank_of(Tidy *t, ExprId base)
{
    const Expr *node = &t->pool->nodes.at[base];

    if (tidy_fact(t, base).constant)
        return RANK_CONSTANT;
    if (node->kind != EXPR_OP)
        return node->kind == EXPR_SUM ? RANK_FUNCTION : node->kind == EXPR_NAME ? RANK_NAME : RANK_INDEX;
    if (node->op == OP_POW || node->op == OP_DIV)
        return RANK_POWER;
    if (tidy_is_sum(t, base))
        return RANK_SUM;
    return op_info[node->op].form == FORM_CALL ? RANK_FUNCTION : RANK_CHOICE;
}

static uint32_t rank_of_variable(const Tidy *t, ExprId name)
{
    VariableId v = t->pool->nodes.at[name].u.name.variable;

    return v < t->ranks.count ? t->ranks.at[v] : v;
}

/* Names in the order of their variables, or as learnt; what else is of one rank, as it was written. */
static bool is_before(Tidy *t, ExprId a, ExprId b)
{
    unsigned x = rank_of(t, a), y = rank_of(t, b);

    if (x != y || x != RANK_NAME)
        return x < y;
    return rank_of_variable(t, a) < rank_of_variable(t, b);
}

/* Stable; products are short or mostly in order. */
static void sort_factors(Tidy *t, FactorVec *factors)
{
    for (size_t i = 1; i < factors->count; i++) {
        Factor factor = factors->at[i];
        size_t k = i;

        for (; k > 0 && is_before(t, factor.base, factors->at[k - 1].base); k--)
            factors->at[k] = factors->at[k - 1];
        factors->at[k] = factor;
        if (k < i)
            tidy_used(t, TIDY_ORDER);
    }
}

/* ---- numerator and denominator ----------------------------------------------------------------------- */

static void write_key(Tidy *t, const Product *p)
{
    t->words.count = 0;
    for (size_t i = 0; i < p->factors.count; i++) {
        vec_push(t->arena, &t->words, p->factors.at[i].base);
        vec_push(t->arena, &t->words, expr_number(t->pool, p->factors.at[i].exponent));
    }
    tidy_sort_pairs(t);
    vec_push(t->arena, &t->words, expr_number(t->pool, p->coefficient));
}

static ExprId build_power(Tidy *t, ExprId base, Rational exponent)
{
    if (rational_is_int(exponent, 1))
        return base;
    return expr_raw(t->pool, OP_POW, base, tidy_number(t, exponent), EXPR_NONE);
}

static ExprId times(Tidy *t, ExprId product, ExprId factor)
{
    return product == EXPR_NONE ? factor : expr_raw(t->pool, OP_MUL, product, factor, EXPR_NONE);
}

/* 3*x/2, but 0.1*x. */
static void split_number(Tidy *t, Rational value, Rational *above, Rational *below)
{
    bool whole = rational_is_decimal(t->arena, value);

    *above = whole ? value : rational_numerator(t->arena, value);
    *below = whole ? RATIONAL(1) : rational_denominator(t->arena, value);
}

static ExprId build_above(Tidy *t, const Product *p, Rational number)
{
    ExprId above = EXPR_NONE;
    bool alone = true, negative = rational_is_int(number, -1);

    for (size_t i = 0; i < p->factors.count; i++)
        alone &= rational_sign(p->factors.at[i].exponent) < 0;
    if (alone || !tidy_is_unit(number))
        above = expr_number(t->pool, number);
    for (size_t i = 0; i < p->factors.count; i++) {
        Factor f = p->factors.at[i];
        ExprId power;

        if (rational_sign(f.exponent) < 0)
            continue;
        power = build_power(t, f.base, f.exponent);
        above = times(t, above, negative && above == EXPR_NONE ? expr_raw(t->pool, OP_NEG, power, EXPR_NONE, EXPR_NONE) : power);
    }
    return above;
}

static ExprId build_below(Tidy *t, const Product *p, Rational number)
{
    ExprId below = rational_is_int(number, 1) ? EXPR_NONE : expr_number(t->pool, number);

    for (size_t i = 0; i < p->factors.count; i++)
        if (rational_sign(p->factors.at[i].exponent) < 0)
            below = times(t, below,
                          build_power(t, p->factors.at[i].base, rational_abs(t->arena, p->factors.at[i].exponent)));
    return below;
}

static ExprId build(Tidy *t, const Product *p)
{
    Rational above, below;
    ExprId over, under;

    split_number(t, p->coefficient, &above, &below);
    over = build_above(t, p, above);
    under = build_below(t, p, below);
    return under == EXPR_NONE ? over : expr_raw(t->pool, OP_DIV, over, under, EXPR_NONE);
}

bool tidy_is_switch(const Tidy *t, ExprId id)
{
    return tidy_is_op(t, id, OP_SELECT) &&
           (expr_is_int(t->pool, tidy_arg(t, id, 1), 0) || expr_is_int(t->pool, tidy_arg(t, id, 2), 0));
}

ExprId tidy_switched(const Tidy *t, ExprId id)
{
    return tidy_arg(t, id, expr_is_int(t->pool, tidy_arg(t, id, 1), 0) ? 2 : 1);
}

ExprId tidy_switch(Tidy *t, ExprId like, ExprId value)
{
    ExprId zero = expr_int(t->pool, 0);
    bool second = expr_is_int(t->pool, tidy_arg(t, like, 1), 0);

    return expr_fold(t->pool, OP_SELECT, tidy_arg(t, like, 0), second ? zero : value, second ? value : zero);
}

/* Does the denominator have a factor that would not stay as it is if the denominator were tidied by itself: a quotient that was
 * left whole, or a choice of 0? */
static bool has_open_divisor(const Tidy *t, const Product *p)
{
    for (size_t i = 0; i < p->factors.count; i++)
        if (rational_sign(p->factors.at[i].exponent) < 0 &&
            (tidy_is_op(t, p->factors.at[i].base, OP_DIV) || tidy_is_switch(t, p->factors.at[i].base)))
            return true;
    return false;
}

/* NOLINTBEGIN(misc-no-recursion): TIDY_MOST_DEPTH, which build_once counts, limits it. */

/* Then it is made as a product by itself, so that the same again changes nothing. */
static ExprId build_over_divisor(Tidy *t, const Product *p)
{
    Product over = { 0 }, under = { .coefficient = RATIONAL(1) };
    Rational number;

    for (size_t i = 0; i < p->factors.count; i++) {
        Factor f = p->factors.at[i];

        if (rational_sign(f.exponent) < 0)
            product_multiply(t, &under, f.base, rational_abs(t->arena, f.exponent));
        else
            vec_push(t->arena, &over.factors, f);
    }
    product_settle(t, &under);
    if (!rational_div(t->arena, p->coefficient, under.coefficient, &number))
        return build(t, p);
    split_number(t, number, &over.coefficient, &under.coefficient);
    return expr_raw(t->pool, OP_DIV, build_above(t, &over, over.coefficient), product_build(t, &under), EXPR_NONE);
}

/* What is divided by the number 0 is divided by nothing else. */
static bool divides_by_zero(const Tidy *t, const Product *p)
{
    for (size_t i = 0; i < p->factors.count; i++)
        if (expr_is_int(t->pool, p->factors.at[i].base, 0))
            return true;
    return false;
}

static ExprId build_over_zero(Tidy *t, const Product *p)
{
    Product over = { .coefficient = RATIONAL(1) };

    for (size_t i = 0; i < p->factors.count; i++)
        if (rational_sign(p->factors.at[i].exponent) > 0)
            vec_push(t->arena, &over.factors, p->factors.at[i]);
    return expr_raw(t->pool, OP_DIV, build_above(t, &over, over.coefficient), expr_int(t->pool, 0), EXPR_NONE);
}

static ExprId build_once(Tidy *t, Product *p)
{
    ExprId made;

    sort_factors(t, &p->factors);
    write_key(t, p);
    made = tidy_find(t, OP_MUL);
    if (made != EXPR_NONE)
        return made;
    t->depth++;
    made = divides_by_zero(t, p) ? build_over_zero(t, p)
           : t->depth <= TIDY_MOST_DEPTH && has_open_divisor(t, p) ? build_over_divisor(t, p) : build(t, p);
    t->depth--;
    write_key(t, p);
    vec_push(t->arena, &t->words, OP_MUL);
    tidy_know(t, OP_MUL, made);
    return made;
}

static ExprId build_plain(Tidy *t, Product *p)
{
    if (rational_sign(p->coefficient) == 0 || p->factors.count == 0) {
        if (rational_sign(p->coefficient) == 0)
            tidy_used(t, TIDY_ZERO);
        return tidy_number(t, p->coefficient);
    }
    if (product_stays(p) && rational_is_int(p->coefficient, 1))
        return p->factors.at[0].base;
    return build_once(t, p);
}

/* ---- choices ----------------------------------------------------------------------------------------- */

/* (c ? u : 0)*v is c ? u*v : 0. The choices that were taken off are put around the product, the first one outermost. */
static void take_switches(Tidy *t, Product *p, ExprVec *switches)
{
    for (size_t i = 0; i < p->factors.count && !t->pool->full; i++) {
        Factor f = p->factors.at[i];

        if (!tidy_is_switch(t, f.base) || !rational_is_whole(f.exponent) || rational_sign(f.exponent) < 0)
            continue;
        vec_push(t->arena, switches, f.base);
        product_drop(&p->factors, i);
        product_multiply(t, p, tidy_switched(t, f.base), f.exponent);
        product_settle(t, p);
        i = SIZE_MAX;
    }
}

static ExprId build_switched(Tidy *t, Product *p)
{
    ExprVec switches = { 0 };
    ExprId made;

    take_switches(t, p, &switches);
    if (switches.count > 0)
        tidy_used(t, TIDY_CHOICES);
    made = build_plain(t, p);
    for (size_t i = switches.count; i-- > 0;)
        made = tidy_switch(t, switches.at[i], made);
    return made;
}

ExprId product_build(Tidy *t, Product *p)
{
    return product_stays(p) && rational_is_int(p->coefficient, 1) ? p->factors.at[0].base : build_switched(t, p);
}

/* NOLINTEND(misc-no-recursion) */
