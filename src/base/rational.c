/* rational.c -- exact fractions: 64 bits where they suffice, else naturals of any size up to a stated limit.
 *
 * Not GMP: it aborts when memory runs out, and its allocator is global state.
 */
#include "base/rational.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/natural.h"

/* In lowest terms; the limbs of the denominator follow those of the numerator. */
struct BigFraction {
    bool negative;
    uint32_t num_size, den_size;
    uint32_t limbs[];
};

/* Numerator and denominator on the stack, while an operation works on them. */
typedef struct {
    bool negative;
    Natural num, den;
} Fraction;

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static Rational small(bool negative, uint64_t num, uint64_t den)
{
    return (Rational){ negative ? -(int64_t)num : (int64_t)num, (int64_t)den, NULL };
}

static void load(Fraction *f, Rational a)
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

/* The fraction, which need not be in lowest terms, as a value. */
static bool store(Arena *arena, Fraction *f, Rational *out)
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
    load(&x, a);
    load(&y, b);
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
    return store(arena, &x, out);
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
    load(&x, a);
    load(&y, b);
    natural_mul(&product, &x.num, &y.num);
    natural_copy(&x.num, &product);
    natural_mul(&product, &x.den, &y.den);
    natural_copy(&x.den, &product);
    x.negative = x.negative != y.negative;
    return store(arena, &x, out);
}

/* 1/a for a != 0. */
static Rational reciprocal(Arena *arena, Rational a)
{
    Fraction x, y;
    Rational out = a;

    if (a.big == NULL)
        return small(a.num < 0, (uint64_t)a.den, magnitude(a.num));
    load(&x, a);
    y.negative = x.negative;
    natural_copy(&y.num, &x.den);
    natural_copy(&y.den, &x.num);
    (void)store(arena, &y, &out); /* as large as a, so it fits */
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
        if (!rational_mul(arena, power, power, &power) || ((times & bit) != 0 && !rational_mul(arena, power, a, &power)))
            return false;
    *out = exponent < 0 ? reciprocal(arena, power) : power;
    return true;
}

Rational rational_neg(Arena *arena, Rational a)
{
    size_t size;
    BigFraction *big;

    if (a.big == NULL)
        return (Rational){ -a.num, a.den, NULL };
    size = sizeof *big + (a.big->num_size + a.big->den_size) * sizeof(uint32_t);
    big = arena_alloc(arena, size);
    memcpy(big, a.big, size);
    big->negative = !a.big->negative;
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
    load(&x, a);
    load(&y, b);
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

    load(&f, a);
    if (!is_power(&f.num, &up) || !is_power(&f.den, &down))
        return false;
    *exponent = up - down;
    return true;
}

/* ---- floating point --------------------------------------------------------------------------------- */

/* bits * 2^*exponent is the magnitude; 2^61 < bits < 2^63, and what is below its last bit has been or-ed into it. */
static uint64_t quotient_bits(Rational a, int *exponent)
{
    Fraction f;
    Natural quotient;
    uint64_t bits;

    load(&f, a);
    *exponent = (int)natural_bits(&f.num) - (int)natural_bits(&f.den) - 62;
    if (*exponent < 0)
        natural_shift_left(&f.num, (uint32_t)-*exponent);
    else
        natural_shift_left(&f.den, (uint32_t)*exponent);
    natural_divide(&f.num, &f.den, &quotient);
    (void)natural_to_u64(&quotient, &bits);
    return bits | (f.num.size != 0);
}

/* To nearest, ties to even, with `digits` bits and the lowest one not below 2^least: result * 2^*exponent. */
static uint64_t round_bits(uint64_t bits, int *exponent, int digits, int least)
{
    int drop = digits < 62 ? 62 - digits : 0;
    uint64_t kept, rest, half;

    if (bits >> 62 != 0)
        drop++;
    if (*exponent + drop < least)
        drop = least - *exponent;
    *exponent += drop;
    if (drop > 63)
        return 0;
    kept = bits >> drop;
    rest = bits - (kept << drop);
    half = (uint64_t)1 << (drop - 1);
    return kept + (rest > half || (rest == half && kept % 2 == 1));
}

double rational_to_double(Rational a)
{
    int exponent;
    uint64_t bits;
    double value;

    if (rational_sign(a) == 0)
        return 0.0;
    bits = quotient_bits(a, &exponent);
    bits = round_bits(bits, &exponent, DBL_MANT_DIG, DBL_MIN_EXP - DBL_MANT_DIG);
    value = ldexp((double)bits, exponent);
    return rational_sign(a) < 0 ? -value : value;
}

float rational_to_float(Rational a)
{
    int exponent;
    uint64_t bits;
    float value;

    if (rational_sign(a) == 0)
        return 0.0f;
    bits = quotient_bits(a, &exponent);
    bits = round_bits(bits, &exponent, FLT_MANT_DIG, FLT_MIN_EXP - FLT_MANT_DIG);
    value = ldexpf((float)bits, exponent);
    return rational_sign(a) < 0 ? -value : value;
}

Rational rational_from_double(Arena *arena, double value)
{
    int exponent;
    double bits = ldexp(frexp(fabs(value), &exponent), DBL_MANT_DIG);
    Fraction f;
    Rational out = RATIONAL(0);

    exponent -= DBL_MANT_DIG;
    f.negative = value < 0.0;
    natural_set(&f.num, (uint64_t)bits);
    natural_set(&f.den, 1);
    natural_shift_left(exponent < 0 ? &f.den : &f.num, (uint32_t)(exponent < 0 ? -exponent : exponent));
    (void)store(arena, &f, &out); /* at most 1128 bits */
    return out;
}

/* ---- text ------------------------------------------------------------------------------------------- */

/* What was read of a decimal number: digits * 10^exponent, without zeros at the end of the digits. */
typedef struct {
    Natural digits;
    uint32_t count;    /* of significant digits */
    int64_t exponent;
} Decimal;

/* A bound that no sum of exponents and lengths of texts can reach from the other side. */
#define FAR_AWAY (INT64_MAX / 4)

enum { MOST_DIGITS = 4933, HIGHEST_DECADE = 309, LOWEST_DECADE = -325 };

static int64_t read_exponent(const char *text, size_t size)
{
    bool negative = size > 0 && text[0] == '-';
    int64_t value = 0;

    for (size_t i = size > 0 && (text[0] == '-' || text[0] == '+'); i < size; i++)
        if (value < FAR_AWAY)
            value = 10 * value + (text[i] - '0');
    if (value > FAR_AWAY)
        value = FAR_AWAY;
    return negative ? -value : value;
}

/* The digits and their decimal exponent; false if there are too many of them. Zeros are held back until a digit
 * behind them shows that they count. */
static bool read_decimal(Decimal *d, const char *text, size_t size)
{
    bool behind_point = false;
    int64_t zeros = 0, shift = 0;
    size_t i;

    natural_set(&d->digits, 0);
    d->count = 0;
    for (i = 0; i < size && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.') {
            behind_point = true;
            continue;
        }
        shift -= behind_point;
        zeros++;
        if (text[i] == '0')
            continue;
        if (d->count + zeros > MOST_DIGITS && d->count > 0)
            return false;
        d->count += d->count > 0 ? (uint32_t)zeros : 1;
        for (; zeros > 1 && d->digits.size > 0; zeros--)
            natural_mul_add_small(&d->digits, 10, 0);
        natural_mul_add_small(&d->digits, 10, (uint32_t)(text[i] - '0'));
        zeros = 0;
    }
    d->exponent = shift + zeros + (i < size ? read_exponent(text + i + 1, size - i - 1) : 0);
    return true;
}

bool rational_parse(Arena *arena, const char *text, size_t size, Rational *out)
{
    Decimal decimal;
    Fraction f;
    Natural scale;
    Rational value;
    double rounded;

    if (!read_decimal(&decimal, text, size))
        return false;
    if (decimal.count == 0) {
        *out = RATIONAL(0);
        return true;
    }
    if (decimal.exponent + decimal.count > HIGHEST_DECADE || decimal.exponent + decimal.count < LOWEST_DECADE)
        return false;
    f.negative = false;
    natural_copy(&f.num, &decimal.digits);
    natural_set(&f.den, 1);
    natural_power_of_ten(&scale, (uint32_t)(decimal.exponent < 0 ? -decimal.exponent : decimal.exponent));
    if (decimal.exponent < 0) {
        natural_copy(&f.den, &scale);
    } else {
        natural_mul(&f.num, &decimal.digits, &scale);
    }
    if (!store(arena, &f, &value))
        return false;
    rounded = rational_to_double(value);
    if (isinf(rounded) || rounded == 0.0)
        return false;
    *out = value;
    return true;
}

static void print_natural(Natural *n, Text *out)
{
    uint32_t pieces[NATURAL_LIMBS + NATURAL_LIMBS / 8], count = 0;

    do
        pieces[count++] = natural_divide_small(n, 1000000000);
    while (n->size > 0);
    text_printf(out, "%u", (unsigned)pieces[--count]);
    while (count > 0)
        text_printf(out, "%09u", (unsigned)pieces[--count]);
}

void rational_print(Rational a, Text *out)
{
    Fraction f;

    load(&f, a);
    if (f.negative)
        text_add(out, "-");
    print_natural(&f.num, out);
    if (!rational_is_whole(a)) {
        text_add(out, "/");
        print_natural(&f.den, out);
    }
}
