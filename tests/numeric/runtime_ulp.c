/* runtime_ulp.c -- the worst error of every runtime helper, double and float, against MPFR. */
#include <float.h>
#include <gmp.h>
#include <mpfr.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpgen_runtime.h"

enum { PRECISION = 200, SHIFT = 40, TERMS = 40, PER_KIND = 1000 };

typedef struct {
    const char *name;
    double (*function)(double);
    float (*single)(float);
    void (*reference)(mpfr_t out, const mpfr_t x);
    /* What the error is measured by, if not by the value itself. */
    void (*scale)(mpfr_t out, const mpfr_t x, const mpfr_t value);
    double most; /* ulp that are asserted */
    bool has_poles; /* at 0, -1, -2, ... */
    int side;    /* 1, -1: only x > 0, x < 0 */
    double specials[12]; /* points to look closely at */
} Helper;

/* ---- references ------------------------------------------------------------------------------------- */

static void reference_sig(mpfr_t out, const mpfr_t x)
{
    mpfr_neg(out, x, MPFR_RNDN);
    mpfr_exp(out, out, MPFR_RNDN);
    mpfr_add_ui(out, out, 1, MPFR_RNDN);
    mpfr_ui_div(out, 1, out, MPFR_RNDN);
}

static void reference_softplus(mpfr_t out, const mpfr_t x)
{
    mpfr_exp(out, x, MPFR_RNDN);
    mpfr_log1p(out, out, MPFR_RNDN);
    if (mpfr_inf_p(out))
        mpfr_set(out, x, MPFR_RNDN);
}

static void reference_logsig(mpfr_t out, const mpfr_t x)
{
    mpfr_t minus;

    mpfr_init2(minus, mpfr_get_prec(x));
    mpfr_neg(minus, x, MPFR_RNDN);
    reference_softplus(out, minus);
    mpfr_neg(out, out, MPFR_RNDN);
    mpfr_clear(minus);
}

static void reference_silu(mpfr_t out, const mpfr_t x)
{
    reference_sig(out, x);
    mpfr_mul(out, out, x, MPFR_RNDN);
}

static void reference_gelu(mpfr_t out, const mpfr_t x)
{
    mpfr_sqrt_ui(out, 2, MPFR_RNDN);
    mpfr_div(out, x, out, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
    mpfr_erfc(out, out, MPFR_RNDN);
    mpfr_mul(out, out, x, MPFR_RNDN);
    mpfr_div_2ui(out, out, 1, MPFR_RNDN);
}

static void reference_digamma(mpfr_t out, const mpfr_t x)
{
    mpfr_digamma(out, x, MPFR_RNDN);
}

/* B_2k = 2 (2k)! zeta(2k) / (2 pi)^2k, but for the sign (-1)^(k+1). */
static void bernoulli(mpfr_t out, unsigned long k)
{
    mpfr_t power;

    mpfr_init2(power, PRECISION);
    mpfr_const_pi(power, MPFR_RNDN);
    mpfr_mul_2ui(power, power, 1, MPFR_RNDN);
    mpfr_pow_ui(power, power, 2 * k, MPFR_RNDN);
    mpfr_zeta_ui(out, 2 * k, MPFR_RNDN);
    mpfr_div(out, out, power, MPFR_RNDN);
    mpfr_fac_ui(power, 2 * k, MPFR_RNDN);
    mpfr_mul(out, out, power, MPFR_RNDN);
    mpfr_mul_si(out, out, k % 2 == 0 ? -2 : 2, MPFR_RNDN);
    mpfr_clear(power);
}

/* trigamma(x) for x >= 1: 1/x^2 + 1/(x+1)^2 + ... until x >= SHIFT, then 1/x + 1/(2 x^2) + sum B_2k/x^(2k+1)
 * (Abramowitz and Stegun 6.4.12). */
static void trigamma_above_one(mpfr_t out, const mpfr_t from)
{
    static mpfr_t numbers[TERMS + 1];
    mpfr_t x, square, term;

    if (numbers[0]->_mpfr_d == NULL)
        for (unsigned long k = 0; k <= TERMS; k++) {
            mpfr_init2(numbers[k], PRECISION);
            bernoulli(numbers[k], k);
        }
    mpfr_inits2(PRECISION + 64, x, square, term, NULL);
    mpfr_set(x, from, MPFR_RNDN);
    mpfr_set_ui(out, 0, MPFR_RNDN);
    for (; mpfr_cmp_ui(x, SHIFT) < 0; mpfr_add_ui(x, x, 1, MPFR_RNDN)) {
        mpfr_sqr(term, x, MPFR_RNDN);
        mpfr_ui_div(term, 1, term, MPFR_RNDN);
        mpfr_add(out, out, term, MPFR_RNDN);
    }
    mpfr_ui_div(x, 1, x, MPFR_RNDN);
    mpfr_sqr(square, x, MPFR_RNDN);
    mpfr_add(out, out, x, MPFR_RNDN);
    mpfr_div_2ui(term, square, 1, MPFR_RNDN);
    mpfr_add(out, out, term, MPFR_RNDN);
    for (unsigned k = 1; k <= TERMS; k++) {
        mpfr_mul(x, x, square, MPFR_RNDN);
        mpfr_mul(term, x, numbers[k], MPFR_RNDN);
        mpfr_add(out, out, term, MPFR_RNDN);
    }
    mpfr_clears(x, square, term, NULL);
}

static void reference_trigamma(mpfr_t out, const mpfr_t x)
{
    mpfr_t one_less, sine;

    if (mpfr_cmp_ui(x, 1) >= 0) {
        trigamma_above_one(out, x);
        return;
    }
    mpfr_inits2(2200, one_less, sine, NULL);
    mpfr_ui_sub(one_less, 1, x, MPFR_RNDN);
    trigamma_above_one(out, one_less);
    mpfr_const_pi(one_less, MPFR_RNDN);
    mpfr_mul(sine, one_less, x, MPFR_RNDN);
    mpfr_sin(sine, sine, MPFR_RNDN);
    mpfr_div(sine, one_less, sine, MPFR_RNDN);
    mpfr_sqr(sine, sine, MPFR_RNDN);
    mpfr_sub(out, sine, out, MPFR_RNDN);
    mpfr_clears(one_less, sine, NULL);
}

/* The largest of 1, digamma(1 - x) and the difference to the value, pi cot(pi x). */
static void scale_digamma(mpfr_t out, const mpfr_t x, const mpfr_t value)
{
    mpfr_t term;

    mpfr_init2(term, PRECISION);
    mpfr_ui_sub(term, 1, x, MPFR_RNDN);
    mpfr_digamma(term, term, MPFR_RNDN);
    mpfr_sub(out, term, value, MPFR_RNDN);
    mpfr_abs(out, out, MPFR_RNDN);
    mpfr_abs(term, term, MPFR_RNDN);
    mpfr_max(out, out, term, MPFR_RNDN);
    mpfr_set_ui(term, 1, MPFR_RNDN);
    mpfr_max(out, out, term, MPFR_RNDN);
    mpfr_clear(term);
}

/* ---- measuring -------------------------------------------------------------------------------------- */

typedef struct {
    mpfr_prec_t digits;
    mpfr_exp_t least, most; /* the exponents of the smallest and of the largest numbers, as MPFR counts */
    double worst, where;
    unsigned long points;
} Format;

/* Where the exact value is infinite or too large: is that what was computed? */
static bool is_overflow(const Format *f, double got, const mpfr_t exact)
{
    return isinf(got) && (got < 0.0) == (mpfr_sgn(exact) < 0) && (mpfr_inf_p(exact) || mpfr_get_exp(exact) >= f->most);
}

/* The error of `got` in ulp of `scale`, at least of the spacing of the smallest numbers. */
static double error_in_ulp(const Format *f, double got, const mpfr_t exact, const mpfr_t scale)
{
    mpfr_exp_t exponent = mpfr_zero_p(scale) ? f->least : mpfr_get_exp(scale) - f->digits;
    mpfr_t difference;
    double error;

    if (isnan(got) || isinf(got) || mpfr_inf_p(exact))
        return is_overflow(f, got, exact) ? 0.0 : HUGE_VAL;
    mpfr_init2(difference, PRECISION);
    mpfr_sub_d(difference, exact, got, MPFR_RNDN);
    mpfr_mul_2si(difference, difference, -(long)(exponent > f->least ? exponent : f->least), MPFR_RNDN);
    error = fabs(mpfr_get_d(difference, MPFR_RNDN));
    mpfr_clear(difference);
    return error;
}

static void measure(const Helper *h, Format *f, double x)
{
    mpfr_t exact, scale, at;
    double error;

    if (f->digits == FLT_MANT_DIG)
        x = fabs(x) <= (double)FLT_MAX ? (double)(float)x : x > 0.0 ? (double)FLT_MAX : -(double)FLT_MAX;
    if (h->side * x < 0.0 || (h->has_poles && x <= 0.0 && floor(x) == x))
        return;
    mpfr_inits2(PRECISION, exact, scale, NULL);
    mpfr_init2(at, DBL_MANT_DIG);
    mpfr_set_d(at, x, MPFR_RNDN);
    h->reference(exact, at);
    mpfr_set(scale, exact, MPFR_RNDN);
    if (h->scale != NULL)
        h->scale(scale, at, exact);
    error = error_in_ulp(f, f->digits == FLT_MANT_DIG ? (double)h->single((float)x) : h->function(x), exact, scale);
    f->points++;
    if (!(error <= f->worst)) {
        f->worst = error;
        f->where = x;
    }
    mpfr_clears(exact, scale, at, NULL);
}

/* splitmix64, as a number in [low, high) */
static double draw(uint64_t *seed, double low, double high)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return low + (high - low) * ldexp((double)((z ^ (z >> 31)) >> 11), -53);
}

static void measure_all(const Helper *h, Format *f)
{
    const double widths[] = { 1.0, 4.0, 12.0, 50.0, 120.0, 760.0 };
    const int lowest = (int)f->least, highest = (int)f->most;
    uint64_t seed = 1;

    for (int i = 0; i < PER_KIND; i++) {
        double sign = i % 2 == 0 ? 1.0 : -1.0, bits = draw(&seed, 0.5, 1.0);

        measure(h, f, sign * ldexp(bits, (int)draw(&seed, lowest, highest)));
        for (size_t k = 0; k < sizeof widths / sizeof *widths; k++)
            measure(h, f, draw(&seed, -widths[k], widths[k]));
        for (size_t k = 0; k < sizeof h->specials / sizeof *h->specials && h->specials[k] != 0.0; k++)
            measure(h, f, h->specials[k] + sign * ldexp(bits, (int)draw(&seed, -56.0, 3.0)));
    }
    for (int i = -2000; i <= 2000; i++)
        measure(h, f, i * 0.5);
    measure(h, f, ldexp(1.0, lowest));
    measure(h, f, -ldexp(1.0, lowest));
    measure(h, f, f->digits == FLT_MANT_DIG ? (double)FLT_MAX : DBL_MAX);
    measure(h, f, f->digits == FLT_MANT_DIG ? -(double)FLT_MAX : -DBL_MAX);
}

static const Helper helpers[] = {
    { "sig", sig, sigf, reference_sig, NULL, 3.0, false, 0, { -700.0, -87.0, -745.0, -103.0 } },
    { "softplus", softplus, softplusf, reference_softplus, NULL, 3.0, false, 0, { -700.0, -87.0, 30.0, 10.0 } },
    { "logsig", logsig, logsigf, reference_logsig, NULL, 3.0, false, 0, { 700.0, 87.0, -30.0, -10.0 } },
    { "silu", silu, siluf, reference_silu, NULL, 3.0, false, 0, { -40.0, -1.278, -708.0, -745.0, -87.0, -103.0 } },
    { "gelu", gelu, geluf, reference_gelu, NULL, 3.0, false, 0, { -38.0, -37.5, -13.0, -14.0, -5.0, -2.0 } },
    { "digamma+", digamma, digammaf, reference_digamma, NULL, 3.0, true, 1,
      { 1.4616321449683622, 1.0, 2.0, 3.0, 0.5 } },
    { "digamma-", digamma, digammaf, reference_digamma, scale_digamma, 4.0, true, -1,
      { -0.504, -1.573, -2.61, -10.5 } },
    { "trigamma", trigamma, trigammaf, reference_trigamma, NULL, 3.0, true, 0, { 1.0, 2.0, 3.0, -0.5, -1.5, -7.75 } },
};

static void test_accuracy(unsigned *passed, unsigned *failed)
{
    for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++) {
        Format formats[] = { { DBL_MANT_DIG, DBL_MIN_EXP - DBL_MANT_DIG, DBL_MAX_EXP, 0.0, 0.0, 0 },
                             { FLT_MANT_DIG, FLT_MIN_EXP - FLT_MANT_DIG, FLT_MAX_EXP, 0.0, 0.0, 0 } };

        for (int k = 0; k < 2; k++) {
            Format *f = &formats[k];

            measure_all(&helpers[i], f);
            printf("%-9s %-6s %6.2f ulp at %.17g (%lu points)\n", helpers[i].name, k == 0 ? "double" : "float",
                   f->worst, f->where, f->points);
            ++*(f->worst <= helpers[i].most ? passed : failed);
        }
    }
}

/* ---- values that are exact ---------------------------------------------------------------------------- */

static void expect(bool ok, const char *what, unsigned *passed, unsigned *failed)
{
    if (ok) {
        ++*passed;
    } else {
        ++*failed;
        printf("failed: %s\n", what);
    }
}

#define EXPECT(condition) expect((condition), #condition, passed, failed)

static void test_special_values(unsigned *passed, unsigned *failed)
{
    const double inf = HUGE_VAL, nan = inf - inf;

    EXPECT(isnan(min(nan, 1.0)) && isnan(min(1.0, nan)) && isnan(max(nan, 1.0)) && isnan(max(1.0, nan)));
    EXPECT(isnan(relu(nan)) && isnan(step(nan)) && isnan(sign(nan)) && isnan(clamp(nan, 0.0, 1.0)));
    EXPECT(isnan(clamp(0.5, nan, 1.0)) && isnan(clamp(0.5, 0.0, nan)));
    EXPECT(isnan(sig(nan)) && isnan(softplus(nan)) && isnan(silu(nan)) && isnan(gelu(nan)));
    EXPECT(isnan(digamma(nan)) && isnan(trigamma(nan)) && isinf(digamma(-3.0)) && trigamma(-3.0) == inf);
    EXPECT(signbit(min(-0.0, 0.0)) && !signbit(min(0.0, -0.0)) && signbit(max(-0.0, 0.0)) && !signbit(max(0.0, -0.0)));
    EXPECT(relu(-0.0) == 0.0 && !signbit(relu(-0.0)) && relu(-inf) == 0.0 && relu(2.0) == 2.0);
    EXPECT(step(0.0) == 0.0 && step(1e-300) == 1.0 && step(-1.0) == 0.0);
    EXPECT(sign(-0.0) == 0.0 && !signbit(sign(-0.0)) && sign(-2.0) == -1.0 && sign(inf) == 1.0);
    EXPECT(clamp(-1.0, 0.0, 1.0) == 0.0 && clamp(2.0, 0.0, 1.0) == 1.0 && clamp(0.25, 0.0, 1.0) == 0.25);
    EXPECT(sig(inf) == 1.0 && sig(-inf) == 0.0 && softplus(inf) == inf && softplus(-inf) == 0.0);
    EXPECT(gelu(inf) == inf && gelu(-inf) == 0.0 && silu(inf) == inf && digamma(inf) == inf && trigamma(inf) == 0.0);
    EXPECT(finite_or_zero(nan) == 0.0 && finite_or_zero(-inf) == 0.0 && finite_or_zero(-3.0) == -3.0);
    EXPECT(scale_of(0.0) == 1.0 && scale_of(inf) == 1.0 && scale_of(nan) == 1.0 && scale_of(-3.0) == 0.25);
}

/* k = scale_of(x) is a normal number, a power of two, and k*x squared neither overflows nor underflows. */
static void test_scale(unsigned *passed, unsigned *failed)
{
    bool ok = true, ok_float = true;
    int e;

    for (int i = DBL_MIN_EXP - DBL_MANT_DIG; i < DBL_MAX_EXP; i++) {
        double x = ldexp(1.0, i), k = scale_of(x), square = k * x * (k * x);

        ok = ok && isnormal(k) && frexp(k, &e) == 0.5 && square > 1e-100 && square < 100.0;
    }
    for (int i = FLT_MIN_EXP - FLT_MANT_DIG; i < FLT_MAX_EXP; i++) {
        float x = ldexpf(1.0f, i), k = scale_off(x), square = k * x * (k * x);

        ok_float = ok_float && isnormal(k) && frexpf(k, &e) == 0.5f && square > 1e-35f && square < 100.0f;
    }
    EXPECT(ok);
    EXPECT(ok_float);
}

int main(void)
{
    unsigned passed = 0, failed = 0;

    test_accuracy(&passed, &failed);
    test_special_values(&passed, &failed);
    test_scale(&passed, &failed);
    mpfr_free_cache();
    printf("runtime_ulp: %u passed, %u failed\n", passed, failed);
    return failed != 0;
}
