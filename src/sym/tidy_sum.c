/* tidy_sum.c -- sums: flat, like terms collected, in the order in which they were written. */
#include "sym/tidy_parts.h"

/* ---- taking apart ------------------------------------------------------------------------------------ */

static void later(Tidy *t, ExprId id, Rational coefficient)
{
    vec_push(t->arena, &t->walk, (Walk){ id, coefficient });
}

/* A term that is no sum: its number apart from the rest. */
static Term make_term(Tidy *t, ExprId id, Rational coefficient)
{
    Product p = { .coefficient = coefficient };
    Term term;

    product_multiply(t, &p, id, RATIONAL(1));
    product_settle(t, &p);
    term.coefficient = p.coefficient;
    p.coefficient = RATIONAL(1);
    term.term = product_build(t, &p);
    return term;
}

/* Sums of sums become one; the same sum with a number before it stays a term, as long as that number is not 1 or -1. */
void sum_add(Tidy *t, TermVec *terms, ExprId id, Rational coefficient)
{
    size_t floor = t->walk.count;

    later(t, id, coefficient);
    while (t->walk.count > floor) {
        Walk next = vec_pop(&t->walk);
        Rational number;

        if (tidy_is_number(t, next.id, &number)) {
            if (rational_sign(number) == 0)
                tidy_used(t, TIDY_ZERO);
            else
                vec_push(t->arena, terms, (Term){ tidy_times(t, number, next.by), t->one });
        } else if (tidy_is_sum(t, next.id)) {
            bool minus = tidy_is_op(t, next.id, OP_SUB);

            later(t, tidy_arg(t, next.id, 1), minus ? rational_neg(t->arena, next.by) : next.by);
            later(t, tidy_arg(t, next.id, 0), next.by);
        } else {
            Term term = make_term(t, next.id, next.by);

            if (tidy_is_sum(t, term.term) && tidy_is_unit(term.coefficient))
                later(t, term.term, term.coefficient);
            else
                vec_push(t->arena, terms, term);
        }
    }
}

/* ---- like terms -------------------------------------------------------------------------------------- */

static uint32_t *place_of(Tidy *t, ExprId id)
{
    while (t->where.count <= id)
        vec_push(t->arena, &t->where, 0);
    return &t->where.at[id];
}

static void forget_places(Tidy *t, const TermVec *terms)
{
    for (size_t i = 0; i < terms->count; i++)
        *place_of(t, terms->at[i].term) = 0;
}

/* Each term once, at its first place; those that are 0 are gone. */
static void collect(Tidy *t, TermVec *terms)
{
    size_t count = 0, left = 0;

    for (size_t i = 0; i < terms->count; i++) {
        Term term = terms->at[i];
        uint32_t *place = place_of(t, term.term);

        if (*place == 0) {
            *place = (uint32_t)count + 1;
            terms->at[count++] = term;
        } else {
            Term *first = &terms->at[*place - 1];

            tidy_used(t, term.term == t->one ? TIDY_NUMBERS : TIDY_LIKE_TERMS);
            first->coefficient = tidy_plus(t, first->coefficient, term.coefficient);
        }
    }
    terms->count = count;
    forget_places(t, terms);
    for (size_t i = 0; i < count; i++) {
        if (rational_sign(terms->at[i].coefficient) != 0)
            terms->at[left++] = terms->at[i];
        else
            tidy_used(t, TIDY_ZERO);
    }
    terms->count = left;
}

/* A sum that has got the number 1 or -1 by collecting is no term any more. */
static bool flatten(Tidy *t, TermVec *terms)
{
    TermVec flat = { 0 };
    bool any = false;

    for (size_t i = 0; i < terms->count; i++)
        any |= tidy_is_sum(t, terms->at[i].term) && tidy_is_unit(terms->at[i].coefficient);
    if (!any)
        return false;
    for (size_t i = 0; i < terms->count; i++)
        sum_add(t, &flat, terms->at[i].term, terms->at[i].coefficient);
    collect(t, &flat);
    *terms = flat;
    return true;
}

/* ---- a product with a sum, in a sum ------------------------------------------------------------------ */

static double cost_of(Tidy *t, const TermVec *terms)
{
    double cost = terms->count > 0 ? (double)(terms->count - 1) : 0;

    for (size_t i = 0; i < terms->count; i++) {
        Term term = terms->at[i];

        cost += tidy_fact(t, term.term).size + (!tidy_is_unit(term.coefficient) && term.term != t->one);
    }
    return cost;
}

/* Where the only sum among the factors stands; p->factors.count if there is none, or several, or one to a power. */
static size_t only_sum(Tidy *t, const Product *p)
{
    size_t found = p->factors.count;

    for (size_t i = 0; i < p->factors.count; i++) {
        if (!tidy_is_sum(t, p->factors.at[i].base))
            continue;
        if (found < p->factors.count || !rational_is_int(p->factors.at[i].exponent, 1))
            return p->factors.count;
        found = i;
    }
    return found;
}

/* The terms of a product that has one sum among its factors, multiplied out. */
static bool distribute(Tidy *t, Term term, TermVec *out)
{
    Product p = { .coefficient = RATIONAL(1) };
    TermVec inner = { 0 };
    size_t at;

    product_multiply(t, &p, term.term, RATIONAL(1));
    at = only_sum(t, &p);
    if (at == p.factors.count)
        return false;
    sum_add(t, &inner, p.factors.at[at].base, term.coefficient);
    for (size_t i = 0; i < inner.count; i++) {
        Product each = { .coefficient = inner.at[i].coefficient };

        for (size_t k = 0; k < p.factors.count; k++)
            product_multiply(t, &each, k == at ? inner.at[i].term : p.factors.at[k].base,
                             k == at ? RATIONAL(1) : p.factors.at[k].exponent);
        product_settle(t, &each);
        sum_add(t, out, product_build(t, &each), RATIONAL(1));
    }
    return true;
}

/* How often each term occurs: those that cannot be multiplied out, and what the others give. */
static void count_terms(Tidy *t, const TermVec *terms, TermVec *inner)
{
    for (size_t i = 0; i < terms->count; i++)
        if (!distribute(t, terms->at[i], inner))
            vec_push(t->arena, inner, terms->at[i]);
    for (size_t i = 0; i < inner->count; i++)
        ++*place_of(t, inner->at[i].term);
}

/* Does one of the terms occur elsewhere, too? */
static bool shares(Tidy *t, const TermVec *own)
{
    bool found = false;

    for (size_t i = 0; i < own->count; i++)
        found |= *place_of(t, own->at[i].term) > 1;
    return found;
}

/* 4*(1 - x) - 4*x, x*cos(x) + x*(cos(x) + 1): multiplied out where that lets terms be collected and takes no more operations. */
static bool multiply_out(Tidy *t, TermVec *terms)
{
    TermVec inner = { 0 }, tried = { 0 };
    uint32_t rules = t->rules;
    bool any = false;

    count_terms(t, terms, &inner);
    for (size_t i = 0; i < terms->count; i++) {
        TermVec own = { 0 };

        if (distribute(t, terms->at[i], &own) && shares(t, &own)) {
            any = true;
            for (size_t k = 0; k < own.count; k++)
                vec_push(t->arena, &tried, own.at[k]);
        } else {
            vec_push(t->arena, &tried, terms->at[i]);
        }
    }
    forget_places(t, &inner);
    t->rules = rules;
    if (!any)
        return false;
    collect(t, &tried);
    t->rules = rules;
    if (cost_of(t, &tried) > cost_of(t, terms))
        return false;
    tidy_used(t, TIDY_MULTIPLIED);
    tidy_used(t, TIDY_LIKE_TERMS);
    *terms = tried;
    return true;
}

/* ---- putting together -------------------------------------------------------------------------------- */

/* coefficient * term. */
static ExprId scaled_term(Tidy *t, Term term)
{
    Product p = { .coefficient = term.coefficient };

    if (rational_is_int(term.coefficient, 1))
        return term.term;
    product_multiply(t, &p, term.term, RATIONAL(1));
    product_settle(t, &p);
    return product_build(t, &p);
}

/* Something positive comes first, if there is anything. */
static void positive_first(Tidy *t, TermVec *terms)
{
    size_t first = 0;
    Term term;

    while (first < terms->count && rational_sign(terms->at[first].coefficient) < 0)
        first++;
    if (first == 0 || first == terms->count)
        return;
    tidy_used(t, TIDY_ORDER);
    term = terms->at[first];
    for (size_t i = first; i > 0; i--)
        terms->at[i] = terms->at[i - 1];
    terms->at[0] = term;
}

static void write_key(Tidy *t, const TermVec *terms)
{
    t->words.count = 0;
    for (size_t i = 0; i < terms->count; i++) {
        vec_push(t->arena, &t->words, terms->at[i].term);
        vec_push(t->arena, &t->words, expr_number(t->pool, terms->at[i].coefficient));
    }
    tidy_sort_pairs(t);
}

static ExprId build(Tidy *t, const TermVec *terms)
{
    ExprId sum = scaled_term(t, terms->at[0]);

    for (size_t i = 1; i < terms->count; i++) {
        Term term = terms->at[i];
        bool minus = rational_sign(term.coefficient) < 0;

        term.coefficient = rational_abs(t->arena, term.coefficient);
        sum = expr_raw(t->pool, minus ? OP_SUB : OP_ADD, sum, scaled_term(t, term), EXPR_NONE);
    }
    return sum;
}

/* NOLINTBEGIN(misc-no-recursion): TIDY_MOST_DEPTH, which factor_out counts, limits it. */

static ExprId take_out(Tidy *t, ExprId sum, Product *common)
{
    t->depth++;
    product_multiply(t, common, sum_divided(t, sum, common), RATIONAL(1));
    product_settle(t, common);
    tidy_used(t, TIDY_COMMON);
    sum = product_build(t, common);
    t->depth--;
    return sum;
}

/* sig(x)*(1 - sig(x))*a + sig(x)*(1 - sig(x))*b: where all terms have a sum as a factor, what they have in common comes out. */
static ExprId factor_out(Tidy *t, ExprId sum)
{
    Product common;
    bool any = false;

    if (!tidy_is_sum(t, sum) || tidy_fact(t, sum).settled || t->depth > TIDY_MOST_DEPTH)
        return sum;
    common = sum_common(t, sum);
    for (size_t i = 0; i < common.factors.count; i++)
        any |= tidy_is_sum(t, common.factors.at[i].base);
    return any ? take_out(t, sum, &common) : sum;
}

ExprId sum_build(Tidy *t, TermVec *terms)
{
    ExprId made;

    collect(t, terms);
    while (!t->pool->full && (flatten(t, terms) || multiply_out(t, terms)))
        ;
    if (terms->count == 0)
        return expr_int(t->pool, 0);
    if (terms->count == 1)
        return scaled_term(t, terms->at[0]);
    positive_first(t, terms);
    write_key(t, terms);
    made = tidy_find(t, OP_ADD);
    if (made != EXPR_NONE)
        return made;
    made = factor_out(t, build(t, terms));
    write_key(t, terms);
    vec_push(t->arena, &t->words, OP_ADD);
    tidy_know(t, OP_ADD, made);
    return made;
}

/* ---- common factors ---------------------------------------------------------------------------------- */

/* The exponent with which the base stands in the product, 0 if it does not, or not to a whole positive power. */
static Rational exponent_in(const Product *p, ExprId base)
{
    for (size_t i = 0; i < p->factors.count; i++)
        if (p->factors.at[i].base == base && rational_is_whole(p->factors.at[i].exponent) &&
            rational_sign(p->factors.at[i].exponent) > 0)
            return p->factors.at[i].exponent;
    return RATIONAL(0);
}

/* Keeps of `common` what the term has, too. */
static void keep_common(Tidy *t, Product *common, ExprId term)
{
    Product p = { .coefficient = RATIONAL(1) };
    size_t count = 0;

    product_multiply(t, &p, term, RATIONAL(1));
    for (size_t i = 0; i < common->factors.count; i++) {
        Factor f = common->factors.at[i];
        Rational other = exponent_in(&p, f.base);

        if (rational_compare(t->arena, other, f.exponent) < 0)
            f.exponent = other;
        if (rational_sign(f.exponent) > 0)
            common->factors.at[count++] = f;
    }
    common->factors.count = count;
}

/* The whole powers of the first term, of which the others keep some. */
static void common_powers(Tidy *t, const TermVec *terms, Product *common)
{
    Product first = { .coefficient = RATIONAL(1) };

    product_multiply(t, &first, terms->at[0].term, RATIONAL(1));
    for (size_t i = 0; i < first.factors.count; i++) {
        Factor f = first.factors.at[i];

        if (rational_is_whole(f.exponent) && rational_sign(f.exponent) > 0)
            vec_push(t->arena, &common->factors, f);
    }
    for (size_t i = 1; i < terms->count && common->factors.count > 0; i++)
        keep_common(t, common, terms->at[i].term);
}

Product sum_common(Tidy *t, ExprId sum)
{
    uint32_t rules = t->rules;
    TermVec terms = { 0 };
    Product common = { .coefficient = RATIONAL(0) };
    bool negative = true, whole = true;

    sum_add(t, &terms, sum, RATIONAL(1));
    for (size_t i = 0; i < terms.count; i++) {
        whole &= rational_is_whole(terms.at[i].coefficient);
        negative &= rational_sign(terms.at[i].coefficient) < 0;
        if (!rational_gcd(t->arena, common.coefficient, terms.at[i].coefficient, &common.coefficient))
            t->pool->full = true;
    }
    if (!whole)
        common.coefficient = RATIONAL(1);
    if (negative)
        common.coefficient = rational_neg(t->arena, common.coefficient);
    common_powers(t, &terms, &common);
    t->rules = rules;
    return common;
}

ExprId sum_divided(Tidy *t, ExprId sum, const Product *by)
{
    uint32_t rules = t->rules;
    TermVec terms = { 0 }, divided = { 0 };
    ExprId made;

    sum_add(t, &terms, sum, RATIONAL(1));
    for (size_t i = 0; i < terms.count; i++) {
        Product p = { 0 };

        if (!rational_div(t->arena, terms.at[i].coefficient, by->coefficient, &p.coefficient))
            t->pool->full = true;
        product_multiply(t, &p, terms.at[i].term, RATIONAL(1));
        for (size_t k = 0; k < by->factors.count; k++)
            product_lower(t, &p, by->factors.at[k]);
        product_settle(t, &p);
        sum_add(t, &divided, product_build(t, &p), RATIONAL(1));
    }
    made = sum_build(t, &divided);
    t->rules = rules;
    return made;
}

/* NOLINTEND(misc-no-recursion) */
