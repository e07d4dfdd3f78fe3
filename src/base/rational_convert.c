/* rational_convert.c -- exact fractions from and to floating point and text. */
#include <float.h>
#include <math.h>

#include "base/fraction.h"

/* ---- floating point --------------------------------------------------------------------------------- */

/* bits * 2^*exponent is the magnitude; 2^61 < bits < 2^63, and what is below its last bit has been or-ed into it. */
static uint64_t quotient_bits(Rational a, int *exponent)
{
    Fraction f;
    Natural quotient;
    uint64_t bits;

    fraction_load(&f, a);
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
    (void)fraction_store(arena, &f, &out); /* at most 1128 bits */
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
#define FAR_AWAY (INT64_MAX / 32)

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
    if (!fraction_store(arena, &f, &value))
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

    fraction_load(&f, a);
    if (f.negative)
        text_add(out, "-");
    print_natural(&f.num, out);
    if (!rational_is_whole(a)) {
        text_add(out, "/");
        print_natural(&f.den, out);
    }
}
