/* tidy_product.c -- products, quotients and powers: like factors collected, the number in front, one fraction line. */
#include "sym/tidy_parts.h"

/* Powers of numbers are made where the exponent is not larger. */
enum { MOST_NUMBER_EXPONENT = 64 };

/* ---- like factors ------------------------------------------------------------------------------------ */

/* May b^m * b^n be written b^(m+n) without another domain? What may be 0 stays in the denominator if it was there, and does not
 * appear from nothing; what has to be positive or zero stays so. */
static bool may_merge(Tidy *t, ExprId base, Rational m, Rational n, Rational sum)
{
    if (tidy_fact(t, base).positive)
        return true;
    if (rational_is_whole(m) != rational_is_whole(sum) && rational_is_whole(n) != rational_is_whole(sum))
        return false;
    if (rational_sign(m) == rational_sign(n))
        return !rational_is_whole(sum) || (rational_is_whole(m) && rational_is_whole(n));
    if (expr_is_number(t->pool, base, &m))
        return true;
    return rational_sign(sum) < 0 && rational_is_whole(m) && rational_is_whole(n);
}

void product_drop(FactorVec *factors, size_t at)
{
    for (size_t i = at; i + 1 < factors->count; i++)
        factors->at[i] = factors->at[i + 1];
    factors->count--;
}

/* Merges factors of the same base into the first of them for as long as that can be done. */
static void merge_like(Tidy *t, FactorVec *factors, size_t changed)
{
    for (size_t i = 0; i < factors->count; i++) {
        Factor *f = &factors->at[changed], *g = &factors->at[i];
        size_t first = i < changed ? i : changed;
        Rational sum;

        if (i == changed || f->base != g->base)
            continue;
        sum = tidy_plus(t, f->exponent, g->exponent);
        if (!may_merge(t, f->base, f->exponent, g->exponent, sum))
            continue;
        tidy_used(t, TIDY_LIKE_FACTORS);
        factors->at[first].exponent = sum;
        product_drop(factors, first == i ? changed : i);
        if (rational_sign(sum) == 0) {
            product_drop(factors, first);
            return;
        }
        changed = first;
        i = SIZE_MAX;
    }
}

static void add_factor(Tidy *t, Product *p, ExprId base, Rational exponent)
{
    vec_push(t->arena, &p->factors, (Factor){ base, exponent });
    merge_like(t, &p->factors, p->factors.count - 1);
}

void product_lower(Tidy *t, Product *p, Factor by)
{
    for (size_t i = 0; i < p->factors.count; i++) {
        Factor *f = &p->factors.at[i];

        if (f->base != by.base || !rational_is_whole(f->exponent) || rational_sign(f->exponent) < 0)
            continue;
        f->exponent = tidy_plus(t, f->exponent, rational_neg(t->arena, by.exponent));
        if (rational_sign(f->exponent) == 0)
            product_drop(&p->factors, i);
        return;
    }
}

/* ---- taking apart ------------------------------------------------------------------------------------ */

static void later(Tidy *t, ExprId id, Rational exponent)
{
    vec_push(t->arena, &t->walk, (Walk){ id, exponent });
}

/* A number to a power becomes part of the coefficient where it is exact and not too long. */
static bool multiply_number(Tidy *t, Product *p, Rational value, Rational exponent)
{
    int64_t whole;
    Rational power;

    if (!rational_to_int(exponent, &whole) || (rational_sign(value) == 0 && whole < 0))
        return false;
    if (!tidy_is_unit(value) && (whole > MOST_NUMBER_EXPONENT || whole < -MOST_NUMBER_EXPONENT))
        return false;
    if (!rational_power(t->arena, value, whole, &power))
        return false;
    if (rational_is_int(power, -1))
        tidy_used(t, TIDY_SIGNS);
    else if (!rational_is_int(p->coefficient, 1) && !rational_is_int(power, 1))
        tidy_used(t, TIDY_NUMBERS);
    else if (!rational_is_whole(power) || rational_is_int(value, 1))
        tidy_used(t, rational_is_int(value, 1) ? TIDY_ONE : TIDY_FRACTIONS);
    p->coefficient = tidy_times(t, p->coefficient, power);
    return true;
}

/* u/v to a whole power: the denominator of a denominator goes up only if it cannot be 0. */
static bool split_quotient(Tidy *t, ExprId id, Rational exponent)
{
    if (rational_sign(exponent) < 0 && !tidy_never_zero(t, tidy_arg(t, id, 1)))
        return false;
    later(t, tidy_arg(t, id, 1), rational_neg(t->arena, exponent));
    later(t, tidy_arg(t, id, 0), exponent);
    return true;
}

/* (u^n)^exponent */
static bool split_power(Tidy *t, Product *p, ExprId id, Rational exponent)
{
    ExprId base = tidy_arg(t, id, 0);
    Rational n;

    if (!tidy_is_number(t, tidy_arg(t, id, 1), &n) || rational_sign(n) == 0)
        return false;
    if (rational_sign(n) < 0 && rational_sign(exponent) < 0 && !tidy_never_zero(t, base))
        return false;
    if (!rational_is_whole(n) && !tidy_is_unit(exponent))
        return false;
    if (!tidy_is_unit(exponent) && !rational_is_int(n, 1))
        tidy_used(t, TIDY_POWERS);
    n = tidy_times(t, n, exponent);
    if (rational_is_whole(n))
        later(t, base, n);
    else
        add_factor(t, p, base, n);
    return true;
}

/* NOLINTBEGIN(misc-no-recursion): TIDY_MOST_DEPTH, which split_switch and product_settle count, limits it. */

static bool split_chosen(Tidy *t, Product *p, ExprId id, Rational exponent)
{
    Product inner = { .coefficient = RATIONAL(1) };
    uint32_t rules = t->rules;
    Rational power;
    int64_t whole;

    product_multiply(t, &inner, tidy_switched(t, id), RATIONAL(1));
    if (rational_is_int(inner.coefficient, 1) || rational_sign(inner.coefficient) == 0 || !rational_to_int(exponent, &whole) ||
        !rational_power(t->arena, inner.coefficient, whole, &power))
        return false;
    p->coefficient = tidy_times(t, p->coefficient, power);
    inner.coefficient = RATIONAL(1);
    product_settle(t, &inner);
    add_factor(t, p, tidy_switch(t, id, product_build(t, &inner)), exponent);
    t->rules = rules;
    return true;
}

/* c ? 2*u : 0 is 2*(c ? u : 0) as long as it is taken apart, so that it is a like term. */
static bool split_switch(Tidy *t, Product *p, ExprId id, Rational exponent)
{
    bool done;

    if (t->depth > TIDY_MOST_DEPTH)
        return false;
    t->depth++;
    done = split_chosen(t, p, id, exponent);
    t->depth--;
    return done;
}

/* Takes the node apart if it is made of factors; the exponent is whole. */
static bool split(Tidy *t, Product *p, ExprId id, Rational exponent)
{
    Rational value;

    if (expr_is_number(t->pool, id, &value))
        return multiply_number(t, p, value, exponent);
    if (tidy_is_op(t, id, OP_NEG)) {
        later(t, tidy_arg(t, id, 0), exponent);
        return multiply_number(t, p, RATIONAL(-1), exponent);
    }
    if (tidy_is_op(t, id, OP_MUL)) {
        if (!tidy_is_unit(exponent))
            tidy_used(t, TIDY_POWERS);
        later(t, tidy_arg(t, id, 1), exponent);
        later(t, tidy_arg(t, id, 0), exponent);
        return true;
    }
    if (tidy_is_op(t, id, OP_DIV))
        return split_quotient(t, id, exponent);
    if (tidy_is_op(t, id, OP_POW))
        return split_power(t, p, id, exponent);
    return tidy_is_switch(t, id) && split_switch(t, p, id, exponent);
}

void product_multiply(Tidy *t, Product *p, ExprId id, Rational exponent)
{
    size_t floor = t->walk.count;

    later(t, id, exponent);
    while (t->walk.count > floor) {
        Walk next = vec_pop(&t->walk);

        if (!rational_is_whole(next.by) || !split(t, p, next.id, next.by))
            add_factor(t, p, next.id, next.by);
    }
}

/* ---- common factors of sums -------------------------------------------------------------------------- */

static ExprId opposite_of(Tidy *t, ExprId sum)
{
    ExprId opposite = tidy_fact(t, sum).opposite;

    if (opposite == 0) {
        opposite = sum_divided(t, sum, &(Product){ .coefficient = RATIONAL(-1) });
        t->facts.at[sum].opposite = opposite;
    }
    return opposite;
}

/* u - v and v - u are one base: the one that stands first. */
static bool oppose(Tidy *t, Product *p, size_t at)
{
    Factor factor = p->factors.at[at];
    ExprId opposite = at == 0 ? EXPR_NONE : opposite_of(t, factor.base);
    int64_t whole;

    for (size_t i = 0; i < at; i++) {
        if (p->factors.at[i].base != opposite || !rational_to_int(factor.exponent, &whole))
            continue;
        if (whole % 2 != 0)
            p->coefficient = rational_neg(t->arena, p->coefficient);
        product_drop(&p->factors, at);
        tidy_used(t, TIDY_SIGNS);
        add_factor(t, p, opposite, factor.exponent);
        return true;
    }
    return false;
}

/* In place of the sum at `at`: what is common to its terms, and the rest of it. */
static void put_in_place(Tidy *t, Product *p, size_t at, const Product *common)
{
    Factor sum = p->factors.at[at];
    FactorVec factors = p->factors;

    p->factors = (FactorVec){ 0 };
    for (size_t i = 0; i < factors.count; i++) {
        if (i != at) {
            add_factor(t, p, factors.at[i].base, factors.at[i].exponent);
            continue;
        }
        for (size_t k = 0; k < common->factors.count; k++)
            add_factor(t, p, common->factors.at[k].base, tidy_times(t, common->factors.at[k].exponent, sum.exponent));
        product_multiply(t, p, sum_divided(t, sum.base, common), sum.exponent);
    }
}

/* What all terms of the sum at `at` have in common becomes factors of the product. */
static bool settle_sum(Tidy *t, Product *p, size_t at)
{
    Factor factor = p->factors.at[at];
    Product common;
    Rational power;
    int64_t whole;

    if (!rational_to_int(factor.exponent, &whole) || whole > MOST_NUMBER_EXPONENT || whole < -MOST_NUMBER_EXPONENT)
        return false;
    if (tidy_fact(t, factor.base).settled)
        return false;
    common = sum_common(t, factor.base);
    t->facts.at[factor.base].settled = rational_is_int(common.coefficient, 1) && common.factors.count == 0;
    if (t->facts.at[factor.base].settled || !rational_power(t->arena, common.coefficient, whole, &power))
        return false;
    tidy_used(t, TIDY_COMMON);
    p->coefficient = tidy_times(t, p->coefficient, power);
    put_in_place(t, p, at, &common);
    return true;
}

void product_settle(Tidy *t, Product *p)
{
    if (rational_sign(p->coefficient) == 0 || product_stays(p) || t->depth > TIDY_MOST_DEPTH)
        return;
    t->depth++;
    for (size_t i = 0; i < p->factors.count && !t->pool->full; i++)
        if (tidy_is_sum(t, p->factors.at[i].base) && (settle_sum(t, p, i) || oppose(t, p, i)))
            i = SIZE_MAX;
    t->depth--;
}

/* NOLINTEND(misc-no-recursion) */

/* ---- powers ------------------------------------------------------------------------------------------ */

ExprId tidy_power(Tidy *t, ExprId base, ExprId exponent)
{
    Product p = { .coefficient = RATIONAL(1) };
    Rational value, of;

    if (!tidy_is_number(t, exponent, &value) || (tidy_is_number(t, base, &of) && !rational_is_whole(value))) {
        ExprId made = expr_fold(t->pool, OP_POW, base, exponent, EXPR_NONE);

        if (made != expr_raw(t->pool, OP_POW, base, exponent, EXPR_NONE))
            tidy_used(t, TIDY_ONE);
        return made;
    }
    if (rational_sign(value) == 0) {
        tidy_used(t, TIDY_ONE);
        return t->one;
    }
    product_multiply(t, &p, base, value);
    product_settle(t, &p);
    return product_build(t, &p);
}
