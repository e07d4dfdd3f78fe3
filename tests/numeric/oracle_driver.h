/* oracle_driver.h -- the first half of a driver written by tool_oracle: the emitted header and one case. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "m.h"

#ifndef REAL
#define REAL double
#endif

typedef struct {
    const double *params, *inputs;
    const int32_t *index;
    const double *data;
    const double *seeds, *values, *gradient;
} Case;
