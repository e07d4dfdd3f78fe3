/* fraction.h -- the inside of a Rational, for rational.c and rational_convert.c. */
#ifndef BPGEN_FRACTION_H
#define BPGEN_FRACTION_H

#include "base/natural.h"

/* In lowest terms; the limbs of the denominator follow those of the numerator. */
struct BigFraction {
    bool negative;
    uint32_t num_size, den_size;
    uint32_t limbs[];
};

/* Numerator and denominator on the stack, while an operation works on them. */
typedef struct {
    bool negative;
    Natural num, den;
} Fraction;

void fraction_load(Fraction *f, Rational a);

/* The fraction, which need not be in lowest terms, as a value; false if it is too large. Changes *f. */
bool fraction_store(Arena *arena, Fraction *f, Rational *out);

#endif
