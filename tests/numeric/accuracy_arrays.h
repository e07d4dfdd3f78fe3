/* accuracy_arrays.h -- the part of tool_accuracy for logsumexp and norm of n numbers: d_lN_value, d_nN_value and so on. */
#ifndef BPGEN_TESTS_ACCURACY_ARRAYS_H
#define BPGEN_TESTS_ACCURACY_ARRAYS_H

#include "accuracy.h"

enum { MOST_NUMBERS = 10000, DRAWS = 40, ARRAY_BITS = 2300 /* squares of the largest and smallest doubles side by side */ };

static const int array_sizes[] = { 1, 2, 3, 8, 9, 10, 100, 1000, MOST_NUMBERS };

typedef enum { SPREAD, EQUAL, ONE_HUGE, MINUS_INFINITY, ALL_SIZES, SUBNORMAL, LARGEST, NEARLY_EQUAL, FILLING_COUNT } Filling;

static double number(const Format *f, Filling filling, int i, int n, Random *random, double some)
{
    double x = random_between(random, -30, 30), sign = x < 0 ? -1 : 1;

    switch (filling) {
    case EQUAL: return some;
    case ONE_HUGE: return i == n / 2 ? ldexp(sign, f->most - 8) : x;
    case MINUS_INFINITY: return i % 2 == 0 && n > 1 ? -HUGE_VAL : x;
    case ALL_SIZES: return ldexp(sign, (int)random_between(random, f->least, f->most - 8));
    case SUBNORMAL: return ldexp(sign * floor(random_between(random, 1, 1000)), f->least);
    case NEARLY_EQUAL: return i == 0 ? 0.0625 : some / 1024;
    case LARGEST: return ldexp(sign, f->most - 8); /* 10 000 of them are in range, their squares are not */
    default: return x;
    }
}

/* log(sum(exp(x))), with the largest one taken out so that no exponent leaves MPFR's range; of -inf alone -inf. */
static void exact_logsumexp(mpfr_t y, const double *x, int n, double largest)
{
    mpfr_t term;

    mpfr_init2(term, mpfr_get_prec(y));
    mpfr_set_zero(y, 1);
    for (int i = 0; i < n && !isinf(largest); i++) {
        mpfr_set_d(term, x[i], MPFR_RNDN);
        mpfr_sub_d(term, term, largest, MPFR_RNDN);
        mpfr_exp(term, term, MPFR_RNDN);
        mpfr_add(y, y, term, MPFR_RNDN);
    }
    mpfr_log(y, y, MPFR_RNDN);
    mpfr_add_d(y, y, largest, MPFR_RNDN);
    mpfr_clear(term);
}

static void exact_norm(mpfr_t y, const double *x, int n)
{
    mpfr_t term;

    mpfr_init2(term, mpfr_get_prec(y));
    mpfr_set_zero(y, 1);
    for (int i = 0; i < n; i++) {
        mpfr_set_d(term, x[i], MPFR_RNDN);
        mpfr_sqr(term, term, MPFR_RNDN);
        mpfr_add(y, y, term, MPFR_RNDN);
    }
    mpfr_sqrt(y, y, MPFR_RNDN);
    mpfr_clear(term);
}

static double call_array(const Format *f, void *function, const double *x, int n)
{
    static float held[MOST_NUMBERS];

    if (f->digits == DBL_MANT_DIG)
        return (*(double (**)(const double *))&function)(x);
    for (int i = 0; i < n; i++)
        held[i] = (float)x[i];
    return (double)(*(float (**)(const float *))&function)(held);
}

static double over(double error, double limit)
{
    return error == 0 ? 0 : limit == 0 ? HUGE_VAL : error / limit;
}

/* The error as a fraction of its limit: 4u max(|result|, |max x|) (1 + log2 n) of logsumexp, 3 + log2 n ulp of norm. */
static double array_error(const Format *f, bool is_norm, double got, const mpfr_t exact, int n, double largest)
{
    double error, limit;
    mpfr_t gap;

    if (is_norm)
        return error_in_ulp(f, got, exact, exact) / (3 + log2(n));
    if (isinf(largest))
        return got == largest ? 0 : HUGE_VAL;
    mpfr_init2(gap, mpfr_get_prec(exact));
    mpfr_sub_d(gap, exact, got, MPFR_RNDN);
    error = fabs(mpfr_get_d(gap, MPFR_RNDU));
    mpfr_clear(gap);
    limit = 4 * ldexp(1, -f->digits) * fmax(fabs(mpfr_get_d(exact, MPFR_RNDN)), fabs(largest)) * (1 + log2(n));
    return over(error, fmax(limit, ldexp(1, f->least)));
}

static void measure_array(const Format *f, void *function, bool is_norm, int n, Worst *worst)
{
    static double x[MOST_NUMBERS];
    Random random = { 20 };
    mpfr_t exact;

    mpfr_init2(exact, is_norm ? ARRAY_BITS : 200);
    for (Filling filling = SPREAD; filling < FILLING_COUNT; filling++)
        for (int draw = 0; draw < (n > 100 ? 2 : DRAWS); draw++) {
            double largest = -HUGE_VAL, some = as_held(f, random_between(&random, -100, 100));

            if (is_norm && filling == MINUS_INFINITY)
                continue;
            for (int i = 0; i < n; i++) {
                x[i] = as_held(f, number(f, filling, i, n, &random, some));
                largest = fmax(largest, x[i]);
            }
            if (is_norm)
                exact_norm(exact, x, n);
            else
                exact_logsumexp(exact, x, n, largest);
            keep_worst(&worst[filling], array_error(f, is_norm, call_array(f, function, x, n), exact, n, largest), (double[]){ n, 0 });
        }
    mpfr_clear(exact);
}

static void report_array(const char *name, const Format *f, const char *filling, const Worst *worst, bool page)
{
    if (page)
        printf("| `%s` | %s | %s | %.2g at %g |\n", name, filling, f->name, worst->error, worst->at[0]);
    else
        printf("%s %s, %s, %s: %.3g of its limit at n = %g\n", worst->error <= 1 ? "PASS" : "FAIL", name, f->name, filling,
               worst->error, worst->at[0]);
}

void accuracy_arrays(void *library, bool page)
{
    static const char *const fillings[] = { "between -30 and 30", "all equal", "one huge", "some -infinity", "all magnitudes", "subnormal",
                                            "all near the largest", "all but one equal" };

    if (page)
        printf("\n| function | numbers | format | of the limit, at n = |\n|---|---|---|---|\n");
    for (int is_norm = 0; is_norm < 2; is_norm++)
        for (int k = 0; k < FORMAT_COUNT; k++) {
            Worst worst[FILLING_COUNT] = { { .count = 0 } };

            for (size_t i = 0; i < sizeof array_sizes / sizeof *array_sizes; i++) {
                char model[16];
                void *function;

                (void)snprintf(model, sizeof model, "%c%d", is_norm ? 'n' : 'l', array_sizes[i]);
                function = accuracy_symbol(library, &formats[k], model, "value");
                if (function == NULL)
                    printf("FAIL no function %s\n", model);
                else
                    measure_array(&formats[k], function, is_norm, array_sizes[i], worst);
            }
            for (Filling filling = SPREAD; filling < FILLING_COUNT; filling++)
                if (worst[filling].count > 0)
                    report_array(is_norm ? "norm" : "logsumexp", &formats[k], fillings[filling], &worst[filling], page);
        }
}

#endif
