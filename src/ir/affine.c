/* affine.c -- the pool of integer expressions: each is made once and never changes.
 *
 * A candidate is written behind the terms in use and stays there only if no equal one is found.
 */
#include "ir/affine.h"

#include <string.h>

typedef struct {
    const AffPool *pool;
    Affine aff;
} AffKey;

typedef struct {
    const AffPool *pool;
    Atom atom;
    const AffId *subs;
} AtomKey;

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* The range is symmetric, so that a sign can always change. */
static bool multiply(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out) && *out != INT64_MIN;
}

static bool add(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_add_overflow(a, b, out) && *out != INT64_MIN;
}

/* ---- holding everything once ------------------------------------------------------------------------ */

static bool same_aff(const void *context, uint32_t id)
{
    const AffKey *key = context;
    const Affine *other = &key->pool->affs.at[id];
    const AffTerm *a = key->pool->terms.at + key->aff.first, *b = key->pool->terms.at + other->first;

    if (other->constant != key->aff.constant || other->den != key->aff.den || other->count != key->aff.count)
        return false;
    for (uint32_t i = 0; i < other->count; i++)
        if (a[i].atom != b[i].atom || a[i].coef != b[i].coef)
            return false;
    return true;
}

/* The largest number that divides the constant and all coefficients; 0 for the constant 0. */
static uint64_t content(const AffPool *pool, const Affine *aff)
{
    uint64_t divisor = magnitude(aff->constant);

    for (uint32_t i = 0; i < aff->count && divisor != 1; i++)
        divisor = gcd(divisor, magnitude(pool->terms.at[aff->first + i].coef));
    return divisor;
}

static void reduce(AffPool *pool, Affine *aff)
{
    int64_t divisor;

    if (aff->den == 1)
        return;
    divisor = (int64_t)gcd((uint64_t)aff->den, content(pool, aff));
    aff->constant /= divisor;
    aff->den /= divisor;
    for (uint32_t i = 0; i < aff->count; i++)
        pool->terms.at[aff->first + i].coef /= divisor;
}

/* The id of an expression whose terms are the last ones of the pool. */
static AffId intern(AffPool *pool, Affine aff)
{
    AffKey key = { pool, aff };
    uint64_t hash;
    AffId id;

    reduce(pool, &key.aff);
    hash = hash_mix(hash_mix(HASH_START, (uint64_t)key.aff.constant), (uint64_t)key.aff.den);
    for (uint32_t i = 0; i < key.aff.count; i++) {
        const AffTerm *term = &pool->terms.at[key.aff.first + i];

        hash = hash_mix(hash_mix(hash, term->atom), (uint64_t)term->coef);
    }
    id = hash_find(&pool->aff_table, hash, same_aff, &key);
    if (id != HASH_NONE) {
        pool->terms.count = key.aff.first;
        return id;
    }
    id = (AffId)pool->affs.count;
    vec_push(pool->arena, &pool->affs, key.aff);
    hash_add(pool->arena, &pool->aff_table, hash, id);
    return id;
}

static AffId give_up(AffPool *pool, uint32_t first)
{
    pool->terms.count = first;
    return AFF_FAIL;
}

static bool same_atom(const void *context, uint32_t id)
{
    const AtomKey *key = context;
    const Atom *other = &key->pool->atoms.at[id];

    return other->kind == key->atom.kind && other->of == key->atom.of && other->rank == key->atom.rank &&
           (other->rank == 0 ||
            memcmp(key->pool->subs.at + other->subs, key->subs, other->rank * sizeof *key->subs) == 0);
}

static void note_use(AffPool *pool, uint32_t first, uint32_t index)
{
    for (size_t i = first; i < pool->uses.count; i++)
        if (pool->uses.at[i] == index)
            return;
    vec_push(pool->arena, &pool->uses, index);
}

static void note_uses_of(AffPool *pool, uint32_t first, AffId sub)
{
    Affine aff = pool->affs.at[sub];

    for (uint32_t i = 0; i < aff.count; i++) {
        Atom atom = pool->atoms.at[pool->terms.at[aff.first + i].atom];

        if (atom.kind == ATOM_INDEX)
            note_use(pool, first, atom.of);
        for (uint32_t k = 0; k < atom.use_count; k++)
            note_use(pool, first, pool->uses.at[atom.uses + k]);
    }
}

static void complete_element(AffPool *pool, Atom *atom, const AffId *subs)
{
    AffId *copy = arena_array(pool->arena, AffId, atom->rank); /* `subs` may be a part of pool->subs, which grows */

    if (atom->rank > 0)
        memcpy(copy, subs, atom->rank * sizeof *subs);
    atom->subs = (uint32_t)pool->subs.count;
    atom->uses = (uint32_t)pool->uses.count;
    for (uint32_t i = 0; i < atom->rank; i++) {
        vec_push(pool->arena, &pool->subs, copy[i]);
        note_uses_of(pool, atom->uses, copy[i]);
    }
    atom->use_count = (uint32_t)pool->uses.count - atom->uses;
}

static AtomId atom_id(AffPool *pool, Atom atom, const AffId *subs)
{
    AtomKey key = { pool, atom, subs };
    uint64_t hash = hash_mix(hash_mix(HASH_START, atom.kind), atom.of);
    AtomId id;

    for (uint32_t i = 0; i < atom.rank; i++)
        hash = hash_mix(hash, subs[i]);
    id = hash_find(&pool->atom_table, hash, same_atom, &key);
    if (id != HASH_NONE)
        return id;
    complete_element(pool, &atom, subs);
    id = (AtomId)pool->atoms.count;
    vec_push(pool->arena, &pool->atoms, atom);
    hash_add(pool->arena, &pool->atom_table, hash, id);
    return id;
}

static AffId of_atom(AffPool *pool, AtomId atom)
{
    Affine aff = { .den = 1, .first = (uint32_t)pool->terms.count, .count = 1 };

    vec_push(pool->arena, &pool->terms, (AffTerm){ atom, 1 });
    return intern(pool, aff);
}

/* ---- making expressions ----------------------------------------------------------------------------- */

void aff_init(AffPool *pool, Arena *arena)
{
    *pool = (AffPool){ .arena = arena };
    vec_reserve(arena, &pool->terms, 1); /* empty lists of terms and of subscripts begin in an array, too */
    vec_reserve(arena, &pool->subs, 1);
    (void)aff_const(pool, 0);
}

AffId aff_const(AffPool *pool, int64_t value)
{
    if (value == INT64_MIN)
        return AFF_FAIL;
    return intern(pool, (Affine){ .constant = value, .den = 1, .first = (uint32_t)pool->terms.count });
}

AffId aff_index(AffPool *pool, uint32_t index)
{
    return of_atom(pool, atom_id(pool, (Atom){ .kind = ATOM_INDEX, .of = index }, &(AffId){ AFF_ZERO }));
}

AffId aff_element(AffPool *pool, uint32_t symbol, const AffId *subs, uint32_t rank)
{
    for (uint32_t i = 0; i < rank; i++)
        if (subs[i] == AFF_FAIL)
            return AFF_FAIL;
    return of_atom(pool, atom_id(pool, (Atom){ .kind = ATOM_ELEMENT, .of = symbol, .rank = (uint8_t)rank }, subs));
}

/* a*p + b*q, both numbers within the range. */
static bool mix(int64_t a, int64_t p, int64_t b, int64_t q, int64_t *out)
{
    int64_t left, right;

    return multiply(a, p, &left) && multiply(b, q, &right) && add(left, right, out);
}

/* (a*p + b*q) / den, where a and b are taken without their denominators. */
static AffId combine(AffPool *pool, AffId a, int64_t p, AffId b, int64_t q, int64_t den)
{
    Affine x = pool->affs.at[a], y = pool->affs.at[b];
    Affine out = { .den = den, .first = (uint32_t)pool->terms.count };
    uint32_t i = 0, k = 0;

    if (!mix(x.constant, p, y.constant, q, &out.constant))
        return AFF_FAIL;
    while (i < x.count || k < y.count) {
        AtomId of_x = i < x.count ? pool->terms.at[x.first + i].atom : UINT32_MAX;
        AtomId of_y = k < y.count ? pool->terms.at[y.first + k].atom : UINT32_MAX;
        int64_t in_x = of_x <= of_y ? pool->terms.at[x.first + i++].coef : 0;
        int64_t in_y = of_y <= of_x ? pool->terms.at[y.first + k++].coef : 0;
        AffTerm term = { of_x < of_y ? of_x : of_y, 0 };

        if (!mix(in_x, p, in_y, q, &term.coef))
            return give_up(pool, out.first);
        if (term.coef != 0)
            vec_push(pool->arena, &pool->terms, term);
    }
    out.count = (uint32_t)pool->terms.count - out.first;
    return intern(pool, out);
}

static AffId sum(AffPool *pool, AffId a, AffId b, int64_t sign)
{
    int64_t x, y, common, den;

    if (a == AFF_FAIL || b == AFF_FAIL)
        return AFF_FAIL;
    x = pool->affs.at[a].den;
    y = pool->affs.at[b].den;
    common = (int64_t)gcd((uint64_t)x, (uint64_t)y);
    if (!multiply(x, y / common, &den))
        return AFF_FAIL;
    return combine(pool, a, y / common, b, sign * (x / common), den);
}

AffId aff_add(AffPool *pool, AffId a, AffId b)
{
    return sum(pool, a, b, 1);
}

AffId aff_sub(AffPool *pool, AffId a, AffId b)
{
    return sum(pool, a, b, -1);
}

/* Common factors go first, so that only a result that is too large fails. */
AffId aff_scale(AffPool *pool, AffId a, int64_t num, int64_t den)
{
    Affine x, out = { .first = (uint32_t)pool->terms.count };
    int64_t common, whole;

    if (a == AFF_FAIL || num == INT64_MIN || den == INT64_MIN)
        return AFF_FAIL;
    x = pool->affs.at[a];
    if (num == 0 || (x.count == 0 && x.constant == 0))
        return AFF_ZERO;
    common = (int64_t)gcd(magnitude(num), magnitude(den));
    num /= den < 0 ? -common : common;
    den = (int64_t)magnitude(den) / common;
    whole = (int64_t)gcd(content(pool, &x), (uint64_t)den);
    common = (int64_t)gcd(magnitude(num), (uint64_t)x.den);
    num /= common;
    if (!multiply(x.den / common, den / whole, &out.den) || !multiply(x.constant / whole, num, &out.constant))
        return AFF_FAIL;
    for (; out.count < x.count; out.count++) {
        AffTerm term = pool->terms.at[x.first + out.count];

        if (!multiply(term.coef / whole, num, &term.coef))
            return give_up(pool, out.first);
        vec_push(pool->arena, &pool->terms, term);
    }
    return intern(pool, out);
}

AffId aff_offset(AffPool *pool, AffId a, int64_t constant)
{
    return aff_add(pool, a, aff_const(pool, constant));
}

/* ---- looking ---------------------------------------------------------------------------------------- */

bool aff_is_const(const AffPool *pool, AffId a, int64_t *value)
{
    const Affine *aff = &pool->affs.at[a];

    if (aff->count != 0 || aff->den != 1)
        return false;
    *value = aff->constant;
    return true;
}

bool aff_is_whole(const AffPool *pool, AffId a)
{
    return pool->affs.at[a].den == 1;
}

bool aff_is_small(const AffPool *pool, AffId a)
{
    const int64_t most = 3000000000, most_constant = INT64_C(1) << 60; /* 3e9 * 2^31 + 2^60 < 2^63 */
    const Affine *aff = &pool->affs.at[a];
    int64_t coefs = 0;

    for (uint32_t i = 0; i < aff->count; i++) {
        int64_t coef = pool->terms.at[aff->first + i].coef;

        if (coef > most || coef < -most)
            return false;
        coefs += coef < 0 ? -coef : coef;
    }
    return aff->count == 0 || (coefs <= most && aff->den <= most && aff->constant <= most_constant && aff->constant >= -most_constant);
}

bool aff_is_index(const AffPool *pool, AffId a, uint32_t *index)
{
    int64_t offset;
    uint32_t found;

    if (!aff_is_shifted_index(pool, a, &found, &offset) || offset != 0)
        return false;
    *index = found;
    return true;
}

bool aff_is_shifted_index(const AffPool *pool, AffId a, uint32_t *index, int64_t *offset)
{
    const Affine *aff = &pool->affs.at[a];
    const AffTerm *term = pool->terms.at + aff->first;

    if (aff->count != 1 || aff->den != 1 || term->coef != 1 || pool->atoms.at[term->atom].kind != ATOM_INDEX)
        return false;
    *index = pool->atoms.at[term->atom].of;
    *offset = aff->constant;
    return true;
}

int64_t aff_coef(const AffPool *pool, AffId a, uint32_t index)
{
    const Affine *aff = &pool->affs.at[a];

    for (uint32_t i = 0; i < aff->count; i++) {
        AffTerm term = pool->terms.at[aff->first + i];
        const Atom *atom = &pool->atoms.at[term.atom];

        if (atom->kind == ATOM_INDEX && atom->of == index)
            return term.coef;
    }
    return 0;
}

bool aff_uses_index(const AffPool *pool, AffId a, uint32_t index)
{
    const Affine *aff = &pool->affs.at[a];

    for (uint32_t i = 0; i < aff->count; i++) {
        const Atom *atom = &pool->atoms.at[pool->terms.at[aff->first + i].atom];

        if (atom->kind == ATOM_INDEX && atom->of == index)
            return true;
        for (uint32_t k = 0; k < atom->use_count; k++)
            if (pool->uses.at[atom->uses + k] == index)
                return true;
    }
    return false;
}

bool aff_has_element(const AffPool *pool, AffId a)
{
    const Affine *aff = &pool->affs.at[a];

    for (uint32_t i = 0; i < aff->count; i++)
        if (pool->atoms.at[pool->terms.at[aff->first + i].atom].kind == ATOM_ELEMENT)
            return true;
    return false;
}
