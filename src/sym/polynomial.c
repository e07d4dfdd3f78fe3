/* polynomial.c -- multiplying out: the polynomial of every part, from the leaves upwards. */
#include "sym/polynomial_parts.h"

#include <stdlib.h>

/* ---- atoms ------------------------------------------------------------------------------------------- */

static PartVec atom(Expansion *e, ExprId id)
{
    PolynomialFactor factor = { .exponent = 1 };
    PartVec parts = { 0 };

    while (e->atom_of.count <= id)
        vec_push(e->work, &e->atom_of, 0);
    if (e->atom_of.at[id] == 0) {
        vec_push(e->arena, &e->atoms, id);
        e->atom_of.at[id] = (uint32_t)e->atoms.count;
    }
    factor.atom = e->atom_of.at[id] - 1;
    vec_push(e->work, &parts, (Part){ parts_monomial(e, &factor, 1), RATIONAL(1) });
    return parts;
}

static ExprId part_expr(const Expansion *e, const Part *part)
{
    const Monomial *m = &e->monomials.at[part->monomial];
    ExprId product = expr_number(e->pool, part->coefficient);

    for (uint32_t i = 0; i < m->count; i++) {
        ExprId power = e->atoms.at[m->factors[i].atom];

        if (m->factors[i].exponent > 1)
            power = expr_raw(e->pool, OP_POW, power, expr_int(e->pool, m->factors[i].exponent), EXPR_NONE);
        product = expr_fold(e->pool, OP_MUL, product, power, EXPR_NONE);
    }
    return product;
}

/* For each pair of terms of a sum that is made tidy, in products. */
enum { WORK_OF_A_PAIR = 8 };

/* The polynomial as a tidy expression, in the order in which its terms appeared. Neighbours are added first, then these sums, and so
 * on: to tidy a sum looks at all its terms. What is made of it looks at each of its parts again, hence the square. */
static ExprId parts_expr(Expansion *e, const PartVec *parts)
{
    ExprId *sums = arena_array(e->work, ExprId, parts->count + 1);
    size_t count = parts->count;

    e->products += WORK_OF_A_PAIR * (uint64_t)count * count;
    e->large |= e->products > POLYNOMIAL_MOST_PRODUCTS;
    if (count == 0 || e->large)
        return expr_int(e->pool, 0);
    for (size_t i = 0; i < count; i++)
        sums[i] = part_expr(e, &parts->at[i]);
    for (; count > 1; count = (count + 1) / 2)
        for (size_t i = 0; i < count; i += 2)
            sums[i / 2] = i + 1 < count ? expr_fold(e->pool, OP_ADD, sums[i], sums[i + 1], EXPR_NONE) : sums[i];
    return tidy(e->tidy, sums[0], NULL);
}

/* The same operator on arguments that are multiplied out. */
static PartVec operator_atom(Expansion *e, ExprId id)
{
    Expr node = e->pool->nodes.at[id];
    ExprId args[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE }, made;
    Rational value;

    for (unsigned k = 0; k < expr_arity(e->pool, id); k++)
        args[k] = parts_expr(e, &e->parts[expr_args(e->pool, id)[k]]);
    if (node.kind == EXPR_SUM)
        made = expr_sum(e->pool, node.u.sum.index, node.u.sum.low, node.u.sum.high, args[0]);
    else if (expr_arity(e->pool, id) == 0)
        made = id;
    else
        made = expr_fold(e->pool, (Op)node.op, args[0], args[1], args[2]);
    made = tidy(e->tidy, made, NULL);
    return expr_is_number(e->pool, made, &value) ? parts_constant(e, value) : atom(e, made);
}

/* ---- operators --------------------------------------------------------------------------------------- */

/* The number that the polynomial is. */
static bool is_constant(const PartVec *parts, Rational *value)
{
    if (parts->count > 1 || (parts->count == 1 && parts->at[0].monomial != 0))
        return false;
    *value = parts->count == 0 ? RATIONAL(0) : parts->at[0].coefficient;
    return true;
}

/* 1/v as a polynomial: of a number its reciprocal, of a power b^n the n-th power of the atom 1/b, else an atom. */
static PartVec reciprocal(Expansion *e, ExprId id)
{
    const Expr *node = &e->pool->nodes.at[id];
    ExprId base = id, one = expr_int(e->pool, 1);
    int64_t exponent = 1;
    Rational value;
    PartVec parts;

    if (is_constant(&e->parts[id], &value) && rational_div(e->work, RATIONAL(1), value, &value))
        return parts_constant(e, value);
    if (node->kind == EXPR_OP && node->op == OP_POW && expr_is_number(e->pool, node->u.arg[1], &value) &&
        rational_to_int(value, &exponent) && exponent > 0)
        base = node->u.arg[0];
    else
        exponent = 1;
    parts = atom(e, tidy(e->tidy, expr_raw(e->pool, OP_DIV, one, base, EXPR_NONE), NULL));
    return parts_power(e, &parts, exponent);
}

/* A product in a denominator is taken factor by factor, so that each is an atom. */
static PartVec quotient_of(Expansion *e, ExprId id)
{
    PartVec quotient = e->parts[e->pool->nodes.at[id].u.arg[0]];
    VEC(ExprId) divisors = { 0 };

    vec_push(e->work, &divisors, e->pool->nodes.at[id].u.arg[1]);
    while (divisors.count > 0 && !e->large) {
        ExprId next = vec_pop(&divisors);
        const Expr *node = &e->pool->nodes.at[next];
        PartVec factor;

        if (node->kind == EXPR_OP && node->op == OP_MUL) {
            ExprId left = node->u.arg[0], right = node->u.arg[1];

            vec_push(e->work, &divisors, right);
            vec_push(e->work, &divisors, left);
            continue;
        }
        factor = reciprocal(e, next);
        quotient = parts_product(e, &quotient, &factor);
    }
    return quotient;
}

static PartVec expand_power(Expansion *e, ExprId id)
{
    const ExprId *args = expr_args(e->pool, id);
    const PartVec *base = &e->parts[args[0]];
    Rational value;
    int64_t exponent;

    if (!is_constant(&e->parts[args[1]], &value) || !rational_to_int(value, &exponent) || exponent < 0)
        return operator_atom(e, id);
    e->large |= exponent > UINT32_MAX || (exponent > POLYNOMIAL_MOST_TERMS && base->count > 1);
    return parts_power(e, base, exponent);
}

static PartVec expand_node(Expansion *e, ExprId id)
{
    const Expr *node = &e->pool->nodes.at[id];
    const ExprId *args = expr_args(e->pool, id);
    PartVec none = { 0 };

    if (node->kind == EXPR_NUMBER)
        return parts_constant(e, e->pool->numbers.at[node->u.number]);
    if (node->kind != EXPR_OP)
        return operator_atom(e, id);
    switch (node->op) {
    case OP_ADD:
        return parts_sum(e, &e->parts[args[0]], &e->parts[args[1]], 1);
    case OP_SUB:
        return parts_sum(e, &e->parts[args[0]], &e->parts[args[1]], -1);
    case OP_NEG:
        return parts_sum(e, &none, &e->parts[args[0]], -1);
    case OP_MUL:
        return parts_product(e, &e->parts[args[0]], &e->parts[args[1]]);
    case OP_DIV:
        return quotient_of(e, id);
    case OP_POW:
        return expand_power(e, id);
    default:
        return operator_atom(e, id);
    }
}

/* ---- the result -------------------------------------------------------------------------------------- */

/* By degree, then higher powers of earlier atoms first. */
static int compare_terms(const void *a, const void *b)
{
    const PolynomialTerm *x = a, *y = b;

    if (x->degree != y->degree)
        return x->degree < y->degree ? -1 : 1;
    for (uint32_t i = 0; i < x->count && i < y->count; i++) {
        if (x->factors[i].atom != y->factors[i].atom)
            return x->factors[i].atom < y->factors[i].atom ? -1 : 1;
        if (x->factors[i].exponent != y->factors[i].exponent)
            return x->factors[i].exponent > y->factors[i].exponent ? -1 : 1;
    }
    return 0;
}

static bool is_atom_before(const Expansion *e, ExprId a, ExprId b)
{
    const Expr *x = &e->pool->nodes.at[a], *y = &e->pool->nodes.at[b];

    if (x->kind != EXPR_NAME || y->kind != EXPR_NAME)
        return x->kind == EXPR_NAME && y->kind != EXPR_NAME;
    return x->u.name.variable < y->u.name.variable;
}

/* Names come first, in the order of their variables; then the others in the order of their first use. */
static void order_atoms(const Expansion *e, ExprId *atoms, uint32_t *place_of)
{
    size_t count = 0;

    for (size_t i = 0; i < e->atoms.count; i++)
        place_of[i] = UINT32_MAX;
    for (;;) {
        size_t least = e->atoms.count;

        for (size_t i = 0; i < e->atoms.count; i++) {
            bool better = least == e->atoms.count || is_atom_before(e, e->atoms.at[i], e->atoms.at[least]);

            if (place_of[i] == UINT32_MAX && better)
                least = i;
        }
        if (least == e->atoms.count)
            return;
        place_of[least] = (uint32_t)count;
        atoms[count++] = e->atoms.at[least];
    }
}

static int compare_factors(const void *a, const void *b)
{
    const PolynomialFactor *x = a, *y = b;

    return x->atom < y->atom ? -1 : x->atom > y->atom;
}

static PolynomialTerm finish_term(const Expansion *e, const Part *part, const uint32_t *place_of)
{
    const Monomial *m = &e->monomials.at[part->monomial];
    PolynomialFactor *factors = arena_array(e->arena, PolynomialFactor, m->count + 1);

    for (uint32_t i = 0; i < m->count; i++)
        factors[i] = (PolynomialFactor){ place_of[m->factors[i].atom], m->factors[i].exponent };
    qsort(factors, m->count, sizeof *factors, compare_factors);
    return (PolynomialTerm){ rational_copy(e->arena, part->coefficient), factors, m->count, m->degree };
}

static void finish(const Expansion *e, const PartVec *parts, Polynomial *out)
{
    PolynomialTerm *terms = arena_array(e->arena, PolynomialTerm, parts->count + 1);
    ExprId *atoms = arena_array(e->arena, ExprId, e->atoms.count + 1);
    uint32_t *place_of = arena_array(e->arena, uint32_t, e->atoms.count + 1);

    order_atoms(e, atoms, place_of);
    for (size_t i = 0; i < parts->count; i++)
        terms[i] = finish_term(e, &parts->at[i], place_of);
    qsort(terms, parts->count, sizeof *terms, compare_terms);
    *out = (Polynomial){ atoms, e->atoms.count, terms, parts->count };
}

bool polynomial_of(Polynomial *out, Tidy *tidy, ExprPool *pool, Arena *arena, Heap *heap, ExprId root)
{
    Expansion e = { .pool = pool, .tidy = tidy, .arena = arena, .heap = heap, .work = heap_arena(heap) };
    ExprVec needed = { 0 };
    bool good;

    expr_reach(pool, arena, &root, 1, &needed);
    e.parts = arena_array(e.work, PartVec, (size_t)root + 1);
    (void)parts_monomial(&e, NULL, 0);
    for (size_t i = 0; i < needed.count && !e.large && !pool->full; i++)
        e.parts[needed.at[i]] = expand_node(&e, needed.at[i]);
    good = !e.large && !pool->full;
    if (good)
        finish(&e, &e.parts[root], out);
    heap_release(heap, e.work);
    return good;
}
