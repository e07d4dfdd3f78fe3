/* rational.c -- exact fractions: 64 bits where they suffice, else naturals of any size up to a stated limit.
 *
 * Not GMP: it aborts when memory runs out, and its allocator is global state.
 */
#include "base/rational.h"

#include <string.h>

#include "base/fraction.h"
#include "base/hash.h"

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static Rational small(bool negative, uint64_t num, uint64_t den)
{
    return (Rational){ negative ? -(int64_t)num : (int64_t)num, (int64_t)den, NULL };
}

void fraction_load(Fraction *f, Rational a)
{
    if (a.big != NULL) {
        f->negative = a.big->negative;
        natural_load(&f->num, a.big->limbs, a.big->num_size);
        natural_load(&f->den, a.big->limbs + a.big->num_size, a.big->den_size);
    } else {
        f->negative = a.num < 0;
        natural_set(&f->num, magnitude(a.num));
        natural_set(&f->den, (uint64_t)a.den);
    }
}

static void reduce(Fraction *f)
{
    Natural divisor, other;

    if (f->den.size == 1 && f->den.limb[0] == 1)
        return;
    natural_copy(&divisor, &f->num);
    natural_copy(&other, &f->den);
    natural_gcd(&divisor, &other);
    if (divisor.size == 1 && divisor.limb[0] == 1)
        return;
    natural_divide(&f->num, &divisor, &other);
    natural_copy(&f->num, &other);
    natural_divide(&f->den, &divisor, &other);
    natural_copy(&f->den, &other);
}

bool fraction_store(Arena *arena, Fraction *f, Rational *out)
{
    uint64_t num, den;
    BigFraction *big;

    reduce(f);
    if (natural_to_u64(&f->num, &num) && natural_to_u64(&f->den, &den) && num <= INT64_MAX && den <= INT64_MAX) {
        *out = small(f->negative, num, den);
        return true;
    }
    if (natural_bits(&f->num) > RATIONAL_MOST_BITS || natural_bits(&f->den) > RATIONAL_MOST_BITS)
        return false;
    big = arena_alloc(arena, sizeof *big + (f->num.size + f->den.size) * sizeof(uint32_t));
    big->negative = f->negative;
    big->num_size = f->num.size;
    big->den_size = f->den.size;
    memcpy(big->limbs, f->num.limb, f->num.size * sizeof(uint32_t));
    memcpy(big->limbs + f->num.size, f->den.limb, f->den.size * sizeof(uint32_t));
    *out = (Rational){ 0, 1, big };
    return true;
}

/* ---- arithmetic ------------------------------------------------------------------------------------- */

static bool add_small(Rational a, Rational b, Rational *out)
{
    int64_t left, right, num, den;
    uint64_t divisor;

    if (a.big != NULL || b.big != NULL || __builtin_mul_overflow(a.num, b.den, &left) ||
        __builtin_mul_overflow(b.num, a.den, &right) || __builtin_add_overflow(left, right, &num) ||
        __builtin_mul_overflow(a.den, b.den, &den) || num == INT64_MIN)
        return false;
    divisor = natural_gcd_u64((uint64_t)den, magnitude(num));
    *out = small(num < 0, magnitude(num) / divisor, (uint64_t)den / divisor);
    return true;
}

bool rational_add(Arena *arena, Rational a, Rational b, Rational *out)
{
    Fraction x, y;
    Natural left, right;

    if (add_small(a, b, out))
        return true;
    fraction_load(&x, a);
    fraction_load(&y, b);
    natural_mul(&left, &x.num, &y.den);
    natural_mul(&right, &y.num, &x.den);
    if (x.negative == y.negative) {
        natural_add(&left, &right);
        natural_copy(&x.num, &left);
    } else if (natural_compare(&left, &right) >= 0) {
        natural_sub(&left, &right);
        natural_copy(&x.num, &left);
    } else {
        natural_sub(&right, &left);
        natural_copy(&x.num, &right);
        x.negative = y.negative;
    }
    natural_mul(&left, &x.den, &y.den);
    natural_copy(&x.den, &left);
    return fraction_store(arena, &x, out);
}

bool rational_sub(Arena *arena, Rational a, Rational b, Rational *out)
{
    return rational_add(arena, a, rational_neg(arena, b), out);
}

static bool mul_small(Rational a, Rational b, Rational *out)
{
    uint64_t p, q;
    int64_t num, den;

    if (a.big != NULL || b.big != NULL)
        return false;
    p = natural_gcd_u64((uint64_t)b.den, magnitude(a.num)); /* the two gcds leave nothing to cancel in the products */
    q = natural_gcd_u64((uint64_t)a.den, magnitude(b.num));
    if (__builtin_mul_overflow(a.num / (int64_t)p, b.num / (int64_t)q, &num) ||
        __builtin_mul_overflow(a.den / (int64_t)q, b.den / (int64_t)p, &den) || num == INT64_MIN)
        return false;
    *out = (Rational){ num, den, NULL };
    return true;
}

bool rational_mul(Arena *arena, Rational a, Rational b, Rational *out)
{
    Fraction x, y;
    Natural product;

    if (mul_small(a, b, out))
        return true;
    fraction_load(&x, a);
    fraction_load(&y, b);
    natural_mul(&product, &x.num, &y.num);
    natural_copy(&x.num, &product);
    natural_mul(&product, &x.den, &y.den);
    natural_copy(&x.den, &product);
    x.negative = x.negative != y.negative;
    return fraction_store(arena, &x, out);
}

/* 1/a for a != 0. */
static Rational reciprocal(Arena *arena, Rational a)
{
    Fraction x, y;
    Rational out = a;

    if (a.big == NULL)
        return small(a.num < 0, (uint64_t)a.den, magnitude(a.num));
    fraction_load(&x, a);
    y.negative = x.negative;
    natural_copy(&y.num, &x.den);
    natural_copy(&y.den, &x.num);
    (void)fraction_store(arena, &y, &out); /* as large as a, so it fits */
    return out;
}

bool rational_div(Arena *arena, Rational a, Rational b, Rational *out)
{
    if (rational_sign(b) == 0)
        return false;
    return rational_mul(arena, a, reciprocal(arena, b), out);
}

bool rational_power(Arena *arena, Rational a, int64_t exponent, Rational *out)
{
    uint64_t times = magnitude(exponent);
    Rational power = RATIONAL(1);
    int sign = rational_sign(a);

    if (exponent < 0 && sign == 0)
        return false;
    if (rational_is_int(rational_abs(arena, a), sign != 0) && times > 1)
        times = 2 - times % 2; /* 0, 1, -1: only the parity counts */
    if (times > RATIONAL_MOST_BITS)
        return false;
    for (uint64_t bit = (uint64_t)RATIONAL_MOST_BITS; bit > 0; bit >>= 1)
        if (!rational_mul(arena, power, power, &power) ||
            ((times & bit) != 0 && !rational_mul(arena, power, a, &power)))
            return false;
    *out = exponent < 0 ? reciprocal(arena, power) : power;
    return true;
}

static BigFraction *copy_big(Arena *arena, const BigFraction *big)
{
    size_t size = sizeof *big + (big->num_size + big->den_size) * sizeof(uint32_t);
    BigFraction *copy = arena_alloc(arena, size);

    memcpy(copy, big, size);
    return copy;
}

Rational rational_copy(Arena *arena, Rational a)
{
    if (a.big != NULL)
        a.big = copy_big(arena, a.big);
    return a;
}

Rational rational_neg(Arena *arena, Rational a)
{
    BigFraction *big;

    if (a.big == NULL)
        return (Rational){ -a.num, a.den, NULL };
    big = copy_big(arena, a.big);
    big->negative = !big->negative;
    return (Rational){ 0, 1, big };
}

Rational rational_abs(Arena *arena, Rational a)
{
    return rational_sign(a) < 0 ? rational_neg(arena, a) : a;
}

/* ---- questions -------------------------------------------------------------------------------------- */

int rational_sign(Rational a)
{
    if (a.big != NULL)
        return a.big->negative ? -1 : 1;
    return (a.num > 0) - (a.num < 0);
}

int rational_compare(Arena *arena, Rational a, Rational b)
{
    int sign = rational_sign(a), order;
    Fraction x, y;
    Natural left, right;

    (void)arena;
    if (sign != rational_sign(b))
        return sign < rational_sign(b) ? -1 : 1;
    fraction_load(&x, a);
    fraction_load(&y, b);
    natural_mul(&left, &x.num, &y.den);
    natural_mul(&right, &y.num, &x.den);
    order = natural_compare(&left, &right);
    return sign < 0 ? -order : order;
}

bool rational_equal(Rational a, Rational b)
{
    if (a.big == NULL || b.big == NULL)
        return a.big == b.big && a.num == b.num && a.den == b.den;
    return a.big->negative == b.big->negative && a.big->num_size == b.big->num_size &&
           a.big->den_size == b.big->den_size &&
           memcmp(a.big->limbs, b.big->limbs, (a.big->num_size + a.big->den_size) * sizeof(uint32_t)) == 0;
}

static bool is_one(const uint32_t *limbs, uint32_t size)
{
    return size == 1 && limbs[0] == 1;
}

uint32_t rational_size(Rational a)
{
    return a.big == NULL ? 4 : a.big->num_size + a.big->den_size;
}

bool rational_is_whole(Rational a)
{
    return a.big == NULL ? a.den == 1 : is_one(a.big->limbs + a.big->num_size, a.big->den_size);
}

bool rational_is_int(Rational a, int64_t value)
{
    return a.big == NULL && a.den == 1 && a.num == value;
}

uint64_t rational_hash(Rational a)
{
    uint64_t hash = hash_mix(hash_mix(HASH_START, (uint64_t)a.num), (uint64_t)a.den);

    if (a.big == NULL)
        return hash;
    hash = hash_mix(hash_mix(hash, a.big->negative), a.big->num_size);
    for (uint32_t i = 0; i < a.big->num_size + a.big->den_size; i++)
        hash = hash_mix(hash, a.big->limbs[i]);
    return hash;
}

bool rational_to_int(Rational a, int64_t *out)
{
    if (a.big != NULL || a.den != 1)
        return false;
    *out = a.num;
    return true;
}

static bool is_power(const Natural *n, int *exponent)
{
    uint32_t top = n->size == 0 ? 0 : n->limb[n->size - 1];

    for (uint32_t i = 0; i + 1 < n->size; i++)
        if (n->limb[i] != 0)
            return false;
    *exponent = (int)natural_bits(n) - 1;
    return top != 0 && (top & (top - 1)) == 0;
}

bool rational_is_power_of_two(Rational a, int *exponent)
{
    Fraction f;
    int up, down;

    fraction_load(&f, a);
    if (!is_power(&f.num, &up) || !is_power(&f.den, &down))
        return false;
    *exponent = up - down;
    return true;
}
