/* rational_parts.c -- numerators, denominators, common divisors, decimals of exact fractions. */
#include <string.h>

#include "base/fraction.h"

static Rational store(Arena *arena, Fraction *f)
{
    Rational out = RATIONAL(0);

    (void)fraction_store(arena, f, &out); /* not larger than what it came from */
    return out;
}

Rational rational_numerator(Arena *arena, Rational a)
{
    Fraction f;

    if (a.big == NULL)
        return RATIONAL(a.num);
    fraction_load(&f, a);
    natural_set(&f.den, 1);
    return store(arena, &f);
}

Rational rational_denominator(Arena *arena, Rational a)
{
    Fraction f;

    if (a.big == NULL)
        return RATIONAL(a.den);
    fraction_load(&f, a);
    f.negative = false;
    natural_copy(&f.num, &f.den);
    natural_set(&f.den, 1);
    return store(arena, &f);
}

bool rational_gcd(Arena *arena, Rational a, Rational b, Rational *out)
{
    Fraction x, y;
    Natural left, right;

    if (a.big == NULL && b.big == NULL && a.den == 1 && b.den == 1) {
        uint64_t p = a.num < 0 ? 0 - (uint64_t)a.num : (uint64_t)a.num, q = b.num < 0 ? 0 - (uint64_t)b.num : (uint64_t)b.num;

        *out = RATIONAL((int64_t)natural_gcd_u64(p, q));
        return true;
    }
    fraction_load(&x, a);
    fraction_load(&y, b);
    natural_mul(&left, &x.num, &y.den);
    natural_mul(&right, &y.num, &x.den);
    natural_gcd(&left, &right);
    natural_copy(&x.num, &left);
    natural_mul(&left, &x.den, &y.den);
    natural_copy(&x.den, &left);
    x.negative = false;
    return fraction_store(arena, &x, out);
}

bool rational_decimal(Arena *arena, Rational a, Text *out)
{
    Text decimal;
    const char *digits;
    Rational back;

    text_init(&decimal, arena);
    text_double(&decimal, rational_to_double(a));
    digits = text_string(&decimal);
    digits += *digits == '-';
    if (*digits == 'i' || !rational_parse(arena, digits, strlen(digits), &back) ||
        !rational_equal(back, rational_abs(arena, a)))
        return false;
    text_add(out, text_string(&decimal));
    return true;
}

bool rational_is_decimal(Arena *arena, Rational a)
{
    Text decimal, fraction;

    if (rational_is_whole(a))
        return true;
    text_init(&decimal, arena);
    text_init(&fraction, arena);
    rational_print(a, &fraction);
    return rational_decimal(arena, a, &decimal) && decimal.size < fraction.size;
}
