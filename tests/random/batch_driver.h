/* batch_driver.h -- what the programs written by tool_batch share. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Numbers compared; those that are not the same, but so near that another order of the same additions explains it; those that are wrong. */
static unsigned long compared, near, wrong;
static unsigned failed;

/* Set by -DSAME=0: compilers may contract or reorder. */
#ifndef MOST_GAP
#define MOST_GAP 0.0
#endif

static void compare(const char *model, const char *what, const double *got, const double *expected, size_t count)
{
    double largest = 0;

    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, isfinite(expected[i]) ? fabs(expected[i]) : 0);
    for (size_t i = 0; i < count; i++) {
        compared++;
        if (got[i] == expected[i] || (isnan(got[i]) && isnan(expected[i])))
            continue;
        if (fabs(got[i] - expected[i]) <= MOST_GAP * largest) {
            near++;
            continue;
        }
        if (wrong++ < 20)
            printf("FAIL model %s: %s[%u] is %.17g (%a), evaluated %.17g (%a)\n", model, what, (unsigned)i, got[i], got[i], expected[i], expected[i]);
        return;
    }
}

static void tested(const char *model, int status)
{
    if (status != 0 && failed++ < 20)
        printf("FAIL model %s: self-test fails with %d\n", model, status);
}
