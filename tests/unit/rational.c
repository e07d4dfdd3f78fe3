/* rational.c -- exact fractions against GMP, their rounding against MPFR. */
#include "base/rational.h"

#include <gmp.h>
#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    Heap heap;
    Arena *arena;
    uint64_t seed;
    unsigned passed, failed;
} Test;

static void expect(Test *t, bool ok, const char *what, const char *detail)
{
    if (ok) {
        t->passed++;
    } else if (t->failed++ < 20) {
        printf("failed: %s: %.300s\n", what, detail);
    }
}

/* splitmix64 */
static uint64_t draw(Test *t)
{
    uint64_t z = t->seed += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t below(Test *t, uint64_t limit)
{
    return draw(t) % limit;
}

static const char *show(Test *t, Rational a)
{
    Text text;

    text_init(&text, t->arena);
    rational_print(a, &text);
    return text_string(&text);
}

static void to_gmp(Test *t, Rational a, mpq_t out)
{
    if (mpq_set_str(out, show(t, a), 10) != 0)
        abort();
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* MPFR's rounding with the range of the format: subnormal results are rounded once. */
static double rounded(mpq_t q, mpfr_prec_t digits, mpfr_exp_t least, mpfr_exp_t most)
{
    mpfr_t x;
    mpfr_exp_t old_least = mpfr_get_emin(), old_most = mpfr_get_emax();
    double value;
    int inexact;

    mpfr_init2(x, digits);
    mpfr_set_emin(least);
    mpfr_set_emax(most);
    inexact = mpfr_set_q(x, q, MPFR_RNDN);
    inexact = mpfr_check_range(x, inexact, MPFR_RNDN);
    (void)mpfr_subnormalize(x, inexact, MPFR_RNDN);
    value = mpfr_get_d(x, MPFR_RNDN);
    mpfr_set_emin(old_least);
    mpfr_set_emax(old_most);
    mpfr_clear(x);
    return value;
}

static void check_rounding(Test *t, Rational a)
{
    mpq_t q;

    mpq_init(q);
    to_gmp(t, a, q);
    expect(t, same_bits(rational_to_double(a), rounded(q, 53, -1073, 1024)), "to_double", show(t, a));
    expect(t, same_bits((double)rational_to_float(a), rounded(q, 24, -148, 128)), "to_float", show(t, a));
    mpq_clear(q);
}

/* A whole number of up to `limbs` times 32 bits, often with long runs of equal bits. */
static Rational random_whole(Test *t, unsigned limbs)
{
    Rational value = RATIONAL(0), base = RATIONAL((int64_t)1 << 32);

    for (uint64_t i = below(t, limbs) + 1; i > 0; i--) {
        uint64_t kind = below(t, 4), limb = kind == 0 ? 0 : kind == 1 ? 0xffffffffu : draw(t) & 0xffffffffu;

        if (!rational_mul(t->arena, value, base, &value) ||
            !rational_add(t->arena, value, RATIONAL((int64_t)limb), &value))
            abort();
    }
    return draw(t) % 2 == 0 ? value : rational_neg(t->arena, value);
}

static Rational random_fraction(Test *t, unsigned limbs)
{
    Rational value, num = random_whole(t, limbs), den = random_whole(t, limbs);

    if (below(t, 3) == 0 || !rational_div(t->arena, num, den, &value))
        return num;
    return value;
}

typedef bool Operation(Arena *arena, Rational a, Rational b, Rational *out);
typedef void Reference(mpq_t out, const mpq_t a, const mpq_t b);

static void check_operation(Test *t, Operation *operation, Reference *reference, Rational a, Rational b,
    const char *what)
{
    mpq_t x, y, expected, got;
    Rational out;

    mpq_inits(x, y, expected, got, NULL);
    to_gmp(t, a, x);
    to_gmp(t, b, y);
    if (reference == mpq_div && mpq_sgn(y) == 0) {
        expect(t, !operation(t->arena, a, b, &out), what, "division by 0");
    } else if (operation(t->arena, a, b, &out)) {
        reference(expected, x, y);
        to_gmp(t, out, got);
        expect(t, mpz_cmp(mpq_numref(got), mpq_numref(expected)) == 0 &&
                   mpz_cmp(mpq_denref(got), mpq_denref(expected)) == 0, what, show(t, a));
        expect(t, (out.big == NULL) == (mpz_fits_slong_p(mpq_numref(got)) && mpz_fits_slong_p(mpq_denref(got)) &&
                                        mpz_cmp_si(mpq_numref(got), INT64_MIN) != 0), "representation", show(t, out));
    } else {
        expect(t, false, what, "refused");
    }
    expect(t, rational_compare(t->arena, a, b) == (mpq_cmp(x, y) > 0) - (mpq_cmp(x, y) < 0), "compare", show(t, a));
    expect(t, rational_equal(a, b) == (mpq_equal(x, y) != 0), "equal", show(t, a));
    mpq_clears(x, y, expected, got, NULL);
}

static void test_arithmetic(Test *t, unsigned rounds, unsigned limbs)
{
    for (unsigned i = 0; i < rounds; i++) {
        Rational a = random_fraction(t, limbs), b = random_fraction(t, limbs), back;

        check_operation(t, rational_add, mpq_add, a, b, "add");
        check_operation(t, rational_sub, mpq_sub, a, b, "sub");
        check_operation(t, rational_mul, mpq_mul, a, b, "mul");
        check_operation(t, rational_div, mpq_div, a, b, "div");
        check_operation(t, rational_add, mpq_add, a, a, "add");
        check_rounding(t, a);
        expect(t, rational_sub(t->arena, a, b, &back) && rational_add(t->arena, back, b, &back) &&
                   rational_equal(back, a) && rational_hash(back) == rational_hash(a), "a - b + b", show(t, a));
    }
}

/* Around the middle of two neighbours: exactly there and a little beside. */
static void check_halfway(Test *t, double low, double high)
{
    Rational middle, little, near_by;

    if (!rational_add(t->arena, rational_from_double(t->arena, low), rational_from_double(t->arena, high), &middle) ||
        !rational_div(t->arena, middle, RATIONAL(2), &middle) ||
        !rational_mul(t->arena, middle, rational_from_double(t->arena, 0x1p-300), &little))
        abort();
    check_rounding(t, middle);
    for (int i = 0; i < 2; i++) {
        little = rational_neg(t->arena, little);
        if (!rational_add(t->arena, middle, little, &near_by))
            abort();
        check_rounding(t, near_by);
    }
}

static void test_halfway(Test *t)
{
    const double edges[] = { 0x1p-1074, 0x1p-1073, 0x1p-1022, 0x1.fffffffffffffp-1023, 1.0, 0x1.fffffffffffffp1023,
                             0x1p-149, 0x1p-126, 0x1.fffffep127, 0x1.ffffffp127 };

    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        check_halfway(t, nextafter(edges[i], 0.0), edges[i]);
        if (edges[i] < 1e308)
            check_halfway(t, edges[i], nextafter(edges[i], INFINITY));
        check_halfway(t, (double)nextafterf((float)fmin(edges[i], 3e38), 0.0f), (double)(float)fmin(edges[i], 3e38));
    }
    for (int i = 0; i < 3000; i++) {
        double value = ldexp(1.0 + (double)(draw(t) >> 12) * 0x1p-52, (int)below(t, 2120) - 1085);
        float single = (float)ldexp(1.0 + (double)(draw(t) >> 41) * 0x1p-23, (int)below(t, 300) - 155);

        if (!isfinite(value) || !isfinite(single))
            continue;
        expect(t, same_bits(rational_to_double(rational_from_double(t->arena, value)), value), "from_double", "");
        check_halfway(t, value, nextafter(value, 0.0));
        check_halfway(t, (double)single, (double)nextafterf(single, 0.0f));
    }
}

static void check_parse(Test *t, const char *text)
{
    Rational value;
    double expected = strtod(text, NULL);
    bool zero = text[strspn(text, "0.")] == '\0' || strchr("eE", text[strspn(text, "0.")]) != NULL;
    bool fits = isfinite(expected) && (zero || expected != 0.0);

    if (!rational_parse(t->arena, text, strlen(text), &value)) {
        expect(t, !fits, "parse refuses", text);
        return;
    }
    expect(t, fits && same_bits(rational_to_double(value), expected), "parse", text);
    check_rounding(t, value);
}

static void test_parse(Test *t)
{
    static const char *const fixed[] = {
        "0", "0.", ".0", "0e5", "0.000E-99999999999999999999", "1.", ".5", "2.5E+2", "1e400", "1e-400", "1e308",
        "1.8e308",
        "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "179769313486231580793e289",
        "5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "2.5e-324", "1e-323", "2.2250738585072014e-308",
        "2.2250738585072011e-308", "9007199254740993", "9007199254740992.5", "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616", "1e99999999999999999999999", "1e-99999999999999999999999", "0.1", "100",
        "1000000000000000000000",
        "00000000000000000000000000000000000001", "1000000000000000000000000000000e-30",
        "123456789012345678901234567890",
    };
    char text[1500];

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        check_parse(t, fixed[i]);
    for (int i = 0; i < 3000; i++) {
        size_t size = 0, digits = 1 + below(t, i % 100 == 0 ? 1400 : 30), point = below(t, digits + 1);

        for (size_t k = 0; k < digits; k++) {
            if (k == point)
                text[size++] = '.';
            text[size++] = below(t, 3) == 0 ? '0' : (char)('0' + below(t, 10));
        }
        text[size] = '\0';
        if (below(t, 2) == 0)
            (void)snprintf(text + size, 16, "e%d", (int)below(t, 720) - 360);
        check_parse(t, text);
    }
}

static void test_limits(Test *t)
{
    Rational two = RATIONAL(2), most, least, sum, out, tenth;
    int exponent;
    static char digits[6000];

    expect(t, rational_power(t->arena, two, 16383, &most) && rational_is_power_of_two(most, &exponent) &&
        exponent == 16383,
           "2^16383", "");
    expect(t, !rational_power(t->arena, two, 16384, &out), "2^16384 is too large", "");
    expect(t, !rational_add(t->arena, most, most, &out) && !rational_mul(t->arena, most, two, &out), "2^16384", "");
    expect(t, rational_power(t->arena, RATIONAL(-2), -16383, &least) && rational_is_power_of_two(least, &exponent) &&
               exponent == -16383 && rational_sign(least) == -1, "(-2)^-16383", "");
    expect(t, rational_mul(t->arena, most, least, &out) && rational_is_int(out, -1), "product 1", "");
    expect(t, !rational_add(t->arena, most, least, &sum) , "most + least is too large", "");
    expect(t, isinf(rational_to_double(most)) && rational_to_double(most) > 0 &&
        isinf(rational_to_float(most)), "infinite", "");
    expect(t, rational_to_double(least) == 0.0 && signbit(rational_to_double(least)), "-0", "");
    expect(t, rational_compare(t->arena, most, least) == 1 && rational_compare(t->arena, least, most) == -1,
        "compare", "");
    expect(t, !rational_div(t->arena, most, RATIONAL(0), &out) &&
        !rational_power(t->arena, RATIONAL(0), -1, &out), "1/0", "");
    expect(t, rational_power(t->arena, RATIONAL(0), 0, &out) && rational_is_int(out, 1), "0^0", "");
    expect(t, rational_power(t->arena, RATIONAL(-1), INT64_MIN, &out) && rational_is_int(out, 1), "(-1)^min", "");
    expect(t, rational_power(t->arena, RATIONAL(-1), INT64_MAX, &out) && rational_is_int(out, -1), "(-1)^max", "");
    expect(t, rational_div(t->arena, RATIONAL(1), RATIONAL(-10), &tenth) && tenth.num == -1 && tenth.den == 10 &&
               rational_power(t->arena, tenth, -3, &out) && rational_is_int(out, -1000), "(-1/10)^-3", "");
    expect(t, rational_sub(t->arena, RATIONAL(-INT64_MAX), RATIONAL(1), &out) && out.big != NULL &&
               rational_is_whole(out) && rational_is_power_of_two(out, &exponent) && exponent == 63 &&
               rational_add(t->arena, out, RATIONAL(1), &out) &&
                   rational_is_int(out, -INT64_MAX), "INT64_MIN is big", "");
    expect(t, !rational_is_power_of_two(RATIONAL(0), &exponent) &&
        !rational_is_power_of_two(RATIONAL(3), &exponent), "no powers", "");
    memset(digits, '3', sizeof digits);
    expect(t, !rational_parse(t->arena, digits, 300, &out) == false &&
        !rational_parse(t->arena, digits, 400, &out), "300 and 400 digits", "");
    digits[1] = '.';
    expect(t, rational_parse(t->arena, digits, 4900, &out), "4900 digits", "");
    check_rounding(t, out);
    expect(t, !rational_parse(t->arena, digits, 5900, &out), "5900 digits", "");
}

int main(void)
{
    static Test t;

    t.seed = 1;
    if (setjmp(t.heap.on_failure) != 0)
        return 1;
    t.arena = heap_arena(&t.heap);
    test_limits(&t);
    test_parse(&t);
    test_halfway(&t);
    test_arithmetic(&t, 3000, 2);
    test_arithmetic(&t, 2000, 8);
    test_arithmetic(&t, 60, 120);
    heap_free(&t.heap);
    mpfr_free_cache();
    printf("rational: %u passed, %u failed\n", t.passed, t.failed);
    return t.failed != 0;
}
