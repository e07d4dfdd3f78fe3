/* batch_driver.h -- what the programs written by tool_batch share. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Numbers compared, and those that are not the same, bit for bit; self-tests that failed. */
static unsigned long compared, wrong;
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

static void tested(const char *model, int status)
{
    if (status != 0 && failed++ < 20)
        printf("FAIL model %s: self-test fails with %d\n", model, status);
}
