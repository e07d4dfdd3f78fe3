/* functions_driver.h -- what the drivers of tool_functions share. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Relative to the element, and to the largest one of the result. */
#ifndef CLOSE
#define CLOSE 1e-12
#define CLOSE_TO_LARGEST 1e-14
#endif

static double worst;

static void fill(REAL *to, const double *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (REAL)from[i];
}

/* The memory holds 0x7f... where nothing was written. */
static int is_untouched(REAL x)
{
    unsigned char bytes[sizeof x];

    memcpy(bytes, &x, sizeof x);
    return bytes[0] == 0x7f && bytes[sizeof x - 1] == 0x7f && bytes[sizeof x / 2] == 0x7f;
}

static int differs(const char *what, const REAL *got, const double *expected, size_t all, size_t stride)
{
    int triangle = LOWER && strstr(what, ": hessian") != NULL;
    double largest = 0;

    for (size_t i = 0, k = 0; i < all; i += stride, k++)
        largest = fmax(largest, isfinite(expected[k]) ? fabs(expected[k]) : 0);
    for (size_t i = 0, k = 0; i < all; i += stride, k++) {
        size_t place = i + k * 7 % stride < all ? i + k * 7 % stride : i;
        double gap = fabs((double)got[place] - expected[k]), limit = CLOSE * fabs(expected[k]) + CLOSE_TO_LARGEST * largest;

        if (triangle && place % N_COLUMNS > place / N_COLUMNS) {
            if (is_untouched(got[place]))
                continue;
            gap = HUGE_VAL; /* above the diagonal nothing is written */
        }
        if ((isnan(expected[k]) && isnan((double)got[place])) || (double)got[place] == expected[k])
            continue;
        if (!(gap <= limit)) {
            printf("%s[%u] is %.17g, evaluated %.17g\n", what, (unsigned)place, (double)got[place], expected[k]);
            return 1;
        }
        worst = fmax(worst, gap / limit);
    }
    return 0;
}
