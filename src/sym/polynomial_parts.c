/* polynomial_parts.c -- sums and products of polynomials whose monomials are held once. */
#include "sym/polynomial_parts.h"

#include <string.h>

/* ---- monomials --------------------------------------------------------------------------------------- */

typedef struct {
    const Expansion *e;
    const PolynomialFactor *factors;
    uint32_t count;
} Sought;

static bool same_monomial(const void *context, uint32_t id)
{
    const Sought *sought = context;
    const Monomial *m = &sought->e->monomials.at[id];

    return m->count == sought->count && memcmp(m->factors, sought->factors, m->count * sizeof *m->factors) == 0;
}

MonomialId parts_monomial(Expansion *e, const PolynomialFactor *factors, uint32_t count)
{
    uint64_t hash = hash_bytes(factors, count * sizeof *factors);
    uint32_t id = hash_find(&e->table, hash, same_monomial, &(Sought){ e, factors, count });
    Monomial made = { .count = count };
    PolynomialFactor *copy;

    if (id != HASH_NONE)
        return id;
    copy = arena_array(e->arena, PolynomialFactor, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        copy[i] = factors[i];
        made.degree += factors[i].exponent;
    }
    made.factors = copy;
    id = (uint32_t)e->monomials.count;
    vec_push(e->arena, &e->monomials, made);
    vec_push(e->arena, &e->where, 0);
    hash_add(e->arena, &e->table, hash, id);
    return id;
}

/* Factors of both, in the order of atoms. */
static MonomialId times(Expansion *e, MonomialId a, MonomialId b)
{
    Monomial x = e->monomials.at[a], y = e->monomials.at[b];
    VEC(PolynomialFactor) factors = { 0 };
    uint32_t i = 0, k = 0;
    MonomialId result;

    if (x.count == 0 || y.count == 0)
        return x.count == 0 ? b : a;
    while (i < x.count || k < y.count) {
        PolynomialFactor next;

        if (k == y.count || (i < x.count && x.factors[i].atom < y.factors[k].atom)) {
            next = x.factors[i++];
        } else if (i == x.count || y.factors[k].atom < x.factors[i].atom) {
            next = y.factors[k++];
        } else {
            next = x.factors[i++];
            e->large |= __builtin_add_overflow(next.exponent, y.factors[k++].exponent, &next.exponent);
        }
        vec_push(e->work, &factors, next);
    }
    result = parts_monomial(e, factors.at, (uint32_t)factors.count);
    arena_drop(e->work, factors.at, factors.room * sizeof *factors.at);
    return result;
}

/* ---- sums and products of polynomials ---------------------------------------------------------------- */

static void add_part(Expansion *e, PartVec *sum, MonomialId id, Rational coefficient)
{
    uint32_t *place = &e->where.at[id];

    if (*place == 0) {
        vec_push(e->work, sum, (Part){ id, coefficient });
        *place = (uint32_t)sum->count;
        e->large |= sum->count > POLYNOMIAL_MOST_TERMS;
    } else if (!rational_add(e->work, sum->at[*place - 1].coefficient, coefficient, &sum->at[*place - 1].coefficient)) {
        e->large = true;
    }
}

/* What cancelled is gone, and so are the marks in `where`. */
static void settle(Expansion *e, PartVec *sum)
{
    size_t count = 0;

    for (size_t i = 0; i < sum->count; i++) {
        e->where.at[sum->at[i].monomial] = 0;
        if (rational_sign(sum->at[i].coefficient) != 0)
            sum->at[count++] = sum->at[i];
    }
    sum->count = count;
}

static void add_scaled(Expansion *e, PartVec *sum, const PartVec *parts, Rational factor)
{
    for (size_t i = 0; i < parts->count && !e->large; i++) {
        Rational product;

        if (rational_mul(e->work, parts->at[i].coefficient, factor, &product))
            add_part(e, sum, parts->at[i].monomial, product);
        else
            e->large = true;
    }
}

PartVec parts_sum(Expansion *e, const PartVec *a, const PartVec *b, int64_t sign)
{
    PartVec sum = { 0 };

    add_scaled(e, &sum, a, RATIONAL(1));
    add_scaled(e, &sum, b, RATIONAL(sign));
    settle(e, &sum);
    return sum;
}

/* Moves the numbers of a polynomial out of the scratch memory, which is given back. */
static void leave_scratch(Expansion *e, PartVec *parts, Arena *outer)
{
    Arena *scratch = e->work;
    PartVec kept = { 0 };

    for (size_t i = 0; i < parts->count; i++) {
        Part part = parts->at[i];

        part.coefficient = rational_copy(outer, part.coefficient);
        vec_push(outer, &kept, part);
    }
    *parts = kept;
    e->work = outer;
    heap_release(e->heap, scratch);
}

/* A product of numbers takes time by the product of their lengths; so many words more are as much as everything else. */
enum { WORDS_OF_A_PRODUCT = 64 };

static uint64_t size_of(const PartVec *parts)
{
    uint64_t size = 0;

    for (size_t i = 0; i < parts->count; i++)
        size += rational_size(parts->at[i].coefficient);
    return size;
}

static void count_products(Expansion *e, const PartVec *a, const PartVec *b)
{
    e->products += (uint64_t)a->count * b->count + size_of(a) * size_of(b) / WORDS_OF_A_PRODUCT;
    e->large |= e->products > POLYNOMIAL_MOST_PRODUCTS;
}

/* Scratch memory is given back once it holds more than this. */
enum { MUCH = 64 << 20 };

PartVec parts_product(Expansion *e, const PartVec *a, const PartVec *b)
{
    PartVec sum = { 0 };
    Arena *outer = e->work;

    count_products(e, a, b);
    e->work = heap_arena(e->heap);
    for (size_t i = 0; i < a->count && !e->large; i++) {
        for (size_t k = 0; k < b->count && !e->large; k++) {
            MonomialId id = times(e, a->at[i].monomial, b->at[k].monomial);
            Rational product;

            if (rational_mul(e->work, a->at[i].coefficient, b->at[k].coefficient, &product))
                add_part(e, &sum, id, product);
            else
                e->large = true;
        }
        if (e->work->total > MUCH) {
            Arena *fresh = heap_arena(e->heap);

            leave_scratch(e, &sum, fresh);
        }
    }
    settle(e, &sum);
    leave_scratch(e, &sum, outer);
    return sum;
}

PartVec parts_constant(Expansion *e, Rational value)
{
    PartVec parts = { 0 };

    if (rational_sign(value) != 0)
        vec_push(e->work, &parts, (Part){ 0, value });
    return parts;
}

/* By squaring: few products of long polynomials. */
PartVec parts_power(Expansion *e, const PartVec *base, int64_t exponent)
{
    PartVec power = parts_constant(e, RATIONAL(1)), square = *base;

    for (; exponent > 0 && !e->large; exponent >>= 1) {
        if (exponent % 2 == 1)
            power = parts_product(e, &power, &square);
        if (exponent > 1)
            square = parts_product(e, &square, &square);
    }
    return power;
}
