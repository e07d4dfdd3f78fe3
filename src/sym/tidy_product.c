/* tidy_product.c -- products, quotients and powers: like factors collected, the number in front, one fraction line. */
#include <stdlib.h>

#include "sym/tidy_parts.h"

/* Powers of numbers are made where the exponent is not larger. */
enum { MOST_NUMBER_EXPONENT = 64 };

static bool is_whole(Rational value)
{
    return rational_is_whole(value);
}

static bool is_unit(Rational value)
{
    return rational_is_int(value, 1) || rational_is_int(value, -1);
}

/* ---- like factors ------------------------------------------------------------------------------------ */

/* May b^m * b^n be written b^(m+n) without another domain? What may be 0 stays in the denominator if it was there, and does not appear
 * from nothing; what has to be positive or zero stays so. */
static bool may_merge(Tidy *t, ExprId base, Rational m, Rational n, Rational sum)
{
    if (tidy_fact(t, base).positive)
        return true;
    if (is_whole(m) != is_whole(sum) && is_whole(n) != is_whole(sum))
        return false;
    if (rational_sign(m) == rational_sign(n))
        return !is_whole(sum) || (is_whole(m) && is_whole(n));
    if (expr_is_number(t->pool, base, &m))
        return true;
    return rational_sign(sum) < 0 && is_whole(m) && is_whole(n);
}

static void drop_factor(FactorVec *factors, size_t at)
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
        drop_factor(factors, first == i ? changed : i);
        if (rational_sign(sum) == 0) {
            drop_factor(factors, first);
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

        if (f->base != by.base || !is_whole(f->exponent) || rational_sign(f->exponent) < 0)
            continue;
        f->exponent = tidy_plus(t, f->exponent, rational_neg(t->arena, by.exponent));
        if (rational_sign(f->exponent) == 0)
            drop_factor(&p->factors, i);
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
    if (!is_unit(value) && (whole > MOST_NUMBER_EXPONENT || whole < -MOST_NUMBER_EXPONENT))
        return false;
    if (!rational_power(t->arena, value, whole, &power))
        return false;
    if (!rational_is_int(p->coefficient, 1) && !rational_is_int(power, 1))
        tidy_used(t, is_unit(power) || is_unit(p->coefficient) ? TIDY_SIGNS : TIDY_NUMBERS);
    else if (!is_whole(power) || rational_is_int(value, 1))
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
    if (!is_whole(n) && !is_unit(exponent))
        return false;
    if (!is_unit(exponent) && !rational_is_int(n, 1))
        tidy_used(t, TIDY_POWERS);
    n = tidy_times(t, n, exponent);
    if (is_whole(n))
        later(t, base, n);
    else
        add_factor(t, p, base, n);
    return true;
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
        if (!is_unit(exponent))
            tidy_used(t, TIDY_POWERS);
        later(t, tidy_arg(t, id, 1), exponent);
        later(t, tidy_arg(t, id, 0), exponent);
        return true;
    }
    if (tidy_is_op(t, id, OP_DIV))
        return split_quotient(t, id, exponent);
    if (tidy_is_op(t, id, OP_POW))
        return split_power(t, p, id, exponent);
    return false;
}

void product_multiply(Tidy *t, Product *p, ExprId id, Rational exponent)
{
    size_t floor = t->walk.count;

    later(t, id, exponent);
    while (t->walk.count > floor) {
        Walk next = vec_pop(&t->walk);

        if (!is_whole(next.by) || !split(t, p, next.id, next.by))
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
        drop_factor(&p->factors, at);
        tidy_used(t, TIDY_SIGNS);
        add_factor(t, p, opposite, factor.exponent);
        return true;
    }
    return false;
}

/* What all terms of the sum at `at` have in common becomes factors of the product. */
static bool settle_sum(Tidy *t, Product *p, size_t at)
{
    Factor factor = p->factors.at[at];
    Product common;
    Rational power;
    int64_t whole;

    if (rational_sign(factor.exponent) < 0 || !rational_to_int(factor.exponent, &whole) || whole > MOST_NUMBER_EXPONENT)
        return false;
    if (tidy_fact(t, factor.base).settled)
        return false;
    common = sum_common(t, factor.base);
    t->facts.at[factor.base].settled = rational_is_int(common.coefficient, 1) && common.factors.count == 0;
    if (t->facts.at[factor.base].settled || !rational_power(t->arena, common.coefficient, whole, &power))
        return false;
    tidy_used(t, TIDY_COMMON);
    p->coefficient = tidy_times(t, p->coefficient, power);
    drop_factor(&p->factors, at);
    for (size_t i = 0; i < common.factors.count; i++)
        add_factor(t, p, common.factors.at[i].base, tidy_times(t, common.factors.at[i].exponent, factor.exponent));
    product_multiply(t, p, sum_divided(t, factor.base, &common), factor.exponent);
    return true;
}

/* -(x + y) and a sum by itself stay. */
static bool stays(const Product *p)
{
    return p->factors.count == 1 && rational_is_int(p->factors.at[0].exponent, 1) && is_unit(p->coefficient);
}

void product_settle(Tidy *t, Product *p)
{
    if (rational_sign(p->coefficient) == 0 || stays(p))
        return;
    for (size_t i = 0; i < p->factors.count && !t->pool->full; i++)
        if (tidy_is_sum(t, p->factors.at[i].base) && (settle_sum(t, p, i) || oppose(t, p, i)))
            i = SIZE_MAX;
}

/* ---- putting together -------------------------------------------------------------------------------- */

/* The order of factors: constants, names, powers such as x^n, functions, sums, choices. */
static unsigned rank_of(Tidy *t, ExprId base)
{
    const Expr *node = &t->pool->nodes.at[base];

    if (tidy_fact(t, base).constant)
        return 0;
    if (node->kind != EXPR_OP)
        return node->kind == EXPR_SUM ? 3 : 1;
    if (node->op == OP_POW || node->op == OP_DIV)
        return 2;
    if (tidy_is_sum(t, base))
        return 4;
    return op_info[node->op].form == FORM_CALL ? 3 : 5;
}

/* Stable; products are short or mostly in order. */
static void sort_factors(Tidy *t, FactorVec *factors)
{
    for (size_t i = 1; i < factors->count; i++) {
        Factor factor = factors->at[i];
        unsigned rank = rank_of(t, factor.base);
        size_t k = i;

        for (; k > 0 && rank_of(t, factors->at[k - 1].base) > rank; k--)
            factors->at[k] = factors->at[k - 1];
        factors->at[k] = factor;
        if (k < i)
            tidy_used(t, TIDY_ORDER);
    }
}

static int compare_pairs(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : x[1] != y[1] ? (x[1] < y[1] ? -1 : 1) : 0;
}

static void write_key(Tidy *t, const Product *p)
{
    t->words.count = 0;
    for (size_t i = 0; i < p->factors.count; i++) {
        vec_push(t->arena, &t->words, p->factors.at[i].base);
        vec_push(t->arena, &t->words, expr_number(t->pool, p->factors.at[i].exponent));
    }
    qsort(t->words.at, t->words.count / 2, 2 * sizeof *t->words.at, compare_pairs);
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
    bool whole = rational_is_whole(value) || rational_decimal(t->arena, value, NULL);

    *above = whole ? value : rational_numerator(t->arena, value);
    *below = whole ? RATIONAL(1) : rational_denominator(t->arena, value);
}

/* A quotient in the denominator was left whole. */
static bool divides_by_quotient(const Tidy *t, const Product *p)
{
    for (size_t i = 0; i < p->factors.count; i++)
        if (rational_sign(p->factors.at[i].exponent) < 0 && tidy_is_op(t, p->factors.at[i].base, OP_DIV))
            return true;
    return false;
}

static ExprId build_above(Tidy *t, const Product *p, Rational number)
{
    ExprId above = EXPR_NONE;
    bool alone = true, negative = rational_is_int(number, -1);

    for (size_t i = 0; i < p->factors.count; i++)
        alone &= rational_sign(p->factors.at[i].exponent) < 0;
    if (alone || !is_unit(number))
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

/* With a quotient in the denominator: the denominator is a tidy product by itself, so that it stays as it is when it comes again. */
static ExprId build_over_quotient(Tidy *t, const Product *p)
{
    Product over = { 0 }, under = { 0 };
    ExprId below;

    split_number(t, p->coefficient, &over.coefficient, &under.coefficient);
    for (size_t i = 0; i < p->factors.count; i++) {
        Factor f = p->factors.at[i];

        if (rational_sign(f.exponent) < 0)
            product_multiply(t, &under, f.base, rational_abs(t->arena, f.exponent));
        else
            vec_push(t->arena, &over.factors, f);
    }
    product_settle(t, &under);
    sort_factors(t, &under.factors);
    below = build(t, &under);
    return expr_raw(t->pool, OP_DIV, build_above(t, &over, over.coefficient), below, EXPR_NONE);
}

static ExprId build_once(Tidy *t, Product *p)
{
    ExprId made;

    sort_factors(t, &p->factors);
    write_key(t, p);
    made = tidy_find(t, OP_MUL);
    if (made != EXPR_NONE)
        return made;
    made = divides_by_quotient(t, p) ? build_over_quotient(t, p) : build(t, p);
    write_key(t, p);
    vec_push(t->arena, &t->words, OP_MUL);
    tidy_know(t, OP_MUL, made);
    return made;
}

/* -(x + y) and a sum by itself stay as they are, and so does a choice. */
static ExprId build_plain(Tidy *t, Product *p)
{
    if (rational_sign(p->coefficient) == 0 || p->factors.count == 0) {
        if (rational_sign(p->coefficient) == 0)
            tidy_used(t, TIDY_ZERO);
        return tidy_number(t, p->coefficient);
    }
    if (stays(p) && rational_is_int(p->coefficient, 1))
        return p->factors.at[0].base;
    return build_once(t, p);
}

/* ---- choices ----------------------------------------------------------------------------------------- */

/* c ? u : 0, to a whole positive power? */
static bool is_switch(const Tidy *t, const Factor *f)
{
    return tidy_is_op(t, f->base, OP_SELECT) && is_whole(f->exponent) && rational_sign(f->exponent) > 0 &&
           (expr_is_int(t->pool, tidy_arg(t, f->base, 1), 0) || expr_is_int(t->pool, tidy_arg(t, f->base, 2), 0));
}

/* (c ? u : 0)*v is c ? u*v : 0. The choices that were taken off are put around the product, the first one outermost. */
static void take_switches(Tidy *t, Product *p, ExprVec *switches)
{
    for (size_t i = 0; i < p->factors.count && !t->pool->full; i++) {
        Factor f = p->factors.at[i];

        if (!is_switch(t, &f))
            continue;
        vec_push(t->arena, switches, f.base);
        drop_factor(&p->factors, i);
        product_multiply(t, p, tidy_arg(t, f.base, expr_is_int(t->pool, tidy_arg(t, f.base, 1), 0) ? 2 : 1), f.exponent);
        product_settle(t, p);
        i = SIZE_MAX;
    }
}

static ExprId build_switched(Tidy *t, Product *p)
{
    ExprVec switches = { 0 };
    ExprId made, zero = expr_int(t->pool, 0);

    take_switches(t, p, &switches);
    if (switches.count > 0)
        tidy_used(t, TIDY_CHOICES);
    made = build_plain(t, p);
    for (size_t i = switches.count; i-- > 0;) {
        ExprId condition = tidy_arg(t, switches.at[i], 0);
        bool second = expr_is_int(t->pool, tidy_arg(t, switches.at[i], 1), 0);

        made = expr_fold(t->pool, OP_SELECT, condition, second ? zero : made, second ? made : zero);
    }
    return made;
}

ExprId product_build(Tidy *t, Product *p)
{
    return stays(p) && rational_is_int(p->coefficient, 1) ? p->factors.at[0].base : build_switched(t, p);
}

ExprId tidy_power(Tidy *t, ExprId base, ExprId exponent)
{
    Product p = { .coefficient = RATIONAL(1) };
    Rational value, of;

    if (!tidy_is_number(t, exponent, &value) || (tidy_is_number(t, base, &of) && !is_whole(value))) {
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
