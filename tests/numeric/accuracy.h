/* accuracy.h -- what is shared by the parts of tool_accuracy: points, formats, errors in ulp. */
#ifndef BPGEN_TESTS_ACCURACY_H
#define BPGEN_TESTS_ACCURACY_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "eval/point.h"
#include "tests/support/oracle.h"

enum { FORMAT_DOUBLE, FORMAT_FLOAT, FORMAT_COUNT };

typedef struct {
    const char *name, *prefix; /* of the emitted functions */
    int digits, least, most;   /* exponents of the smallest and the largest numbers, as MPFR counts */
} Format;

static const Format formats[FORMAT_COUNT] = {
    { "double", "d_", DBL_MANT_DIG, DBL_MIN_EXP - DBL_MANT_DIG, DBL_MAX_EXP },
    { "float", "f_", FLT_MANT_DIG, FLT_MIN_EXP - FLT_MANT_DIG, FLT_MAX_EXP },
};

/* The worst of many. */
typedef struct {
    double error, at[2];
    unsigned long count;
} Worst;

static inline void keep_worst(Worst *w, double error, const double *at)
{
    w->count++;
    if (error <= w->error)
        return;
    w->error = error;
    w->at[0] = at[0];
    w->at[1] = at[1];
}

/* As the format holds it; what is too large becomes infinite. (volatile: gcc 12 at -O2 forgets the rounding here.) */
static inline double as_held(const Format *f, double x)
{
    volatile float held = (float)x;

    return f->digits == FLT_MANT_DIG ? (double)held : x;
}

/* One ulp of a number of this size, at least the spacing of the smallest numbers. */
static inline double ulp_of(const Format *f, const mpfr_t size)
{
    long exponent = mpfr_regular_p(size) ? (long)mpfr_get_exp(size) - f->digits : f->least;

    return ldexp(1, (int)(exponent > f->least ? exponent : f->least));
}

/* |got - exact| in ulp of `size`; where the exact value is too large, infinity is right. HUGE_VAL: it is not even near. */
static inline double error_in_ulp(const Format *f, double got, const mpfr_t exact, const mpfr_t size)
{
    bool beyond = mpfr_inf_p(exact) || (mpfr_regular_p(exact) && mpfr_get_exp(exact) >= f->most);
    mpfr_t gap;
    double error;

    if (!isfinite(got) || mpfr_inf_p(exact))
        return isinf(got) && beyond && (got < 0) == (mpfr_sgn(exact) < 0) ? 0 : HUGE_VAL;
    mpfr_init2(gap, mpfr_get_prec(exact));
    mpfr_sub_d(gap, exact, got, MPFR_RNDN);
    mpfr_abs(gap, gap, MPFR_RNDN);
    mpfr_div_d(gap, gap, ulp_of(f, size), MPFR_RNDN);
    error = mpfr_get_d(gap, MPFR_RNDU);
    mpfr_clear(gap);
    return error;
}

/* A function of the library under test: prefix, name, kind. NULL if it is not there. */
void *accuracy_symbol(void *library, const Format *f, const char *name, const char *kind);

/* logsumexp and norm: prints PASS and FAIL, or rows of the page. */
void accuracy_arrays(void *library, bool page);

#endif
