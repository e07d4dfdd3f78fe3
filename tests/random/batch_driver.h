/* batch_driver.h -- what the programs written by tool_batch share. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Numbers compared, and those that are wrong: not the same, bit for bit, or beyond their bounds. Numbers without bounds; the worst
 * error as a fraction of its bound; self-tests that failed. */
static unsigned long compared, wrong, unbounded;
static double worst;
static unsigned failed;

static void compare(const char *model, const char *what, const double *got, const double *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        compared++;
        if (got[i] == expected[i] || (isnan(got[i]) && isnan(expected[i])))
            continue;
        if (wrong++ < 20)
            printf("FAIL model %s: %s[%u] is %.17g (%a), evaluated %.17g (%a)\n", model, what, (unsigned)i, got[i], got[i], expected[i], expected[i]);
        return;
    }
}

static void compare_one(const char *model, const char *what, size_t i, double got, double expected, double bound)
{
    if (bound < 0) {
        unbounded++;
        return;
    }
    compared++;
    if (bound > 0 && fabs(got - expected) <= bound)
        worst = fmax(worst, fabs(got - expected) / bound);
    else if (got != expected && wrong++ < 20)
        printf("FAIL model %s: %s[%u] is %.17g, not %.17g; rounding may move it by %.3g\n", model, what, (unsigned)i, got, expected, bound);
}

static void compare_doubles(const char *model, const char *what, const double *got, const double *expected, const double *bounds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        compare_one(model, what, i, got[i], expected[i], bounds[i]);
}

static void compare_floats(const char *model, const char *what, const float *got, const double *expected, const double *bounds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        compare_one(model, what, i, (double)got[i], expected[i], bounds[i]);
}

static void tested(const char *model, int status)
{
    if (status != 0 && failed++ < 20)
        printf("FAIL model %s: self-test fails with %d\n", model, status);
}

static int summary(unsigned models)
{
    printf("%u models, %lu numbers, %lu wrong, %u self-tests failed", models, compared, wrong, failed);
    if (unbounded > 0 || worst > 0)
        printf("; %lu numbers without a bound, worst error %.2g of its bound", unbounded, worst);
    printf("\n");
    return wrong + failed > 0;
}
