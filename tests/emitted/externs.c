/* externs.c -- the C functions that the models of language/valid declare with `extern`; tests/support/oracle.c has the same. */
#include <math.h>

#ifndef REAL
#define REAL double
#endif

REAL lut(REAL x);
REAL dlut(REAL x);
REAL d2lut(REAL x);
REAL rho(REAL p, REAL t);

REAL lut(REAL x)
{
    return (REAL)sin((double)x);
}

REAL dlut(REAL x)
{
    return (REAL)cos((double)x);
}

REAL d2lut(REAL x)
{
    return (REAL)-sin((double)x);
}

REAL rho(REAL p, REAL t)
{
    return p / (287 * t);
}
