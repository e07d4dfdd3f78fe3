/* natural.h -- natural numbers of a bounded size on the stack: what rational.c computes with. */
#ifndef BPGEN_NATURAL_H
#define BPGEN_NATURAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rational.h"

/* Room for a product of two numbers of RATIONAL_MOST_BITS, a sum of two such products, and a shift by 64. */
enum { NATURAL_LIMBS = 2 * RATIONAL_MOST_BITS / 32 + 4 };

/* Little-endian limbs; the last one is not 0; 0 has size 0. Callers see to it that results fit. */
typedef struct {
    uint32_t size;
    uint32_t limb[NATURAL_LIMBS];
} Natural;

void natural_set(Natural *n, uint64_t value);
void natural_load(Natural *n, const uint32_t *limbs, uint32_t size);
void natural_copy(Natural *n, const Natural *from);
bool natural_to_u64(const Natural *n, uint64_t *value); /* false if it does not fit */
uint32_t natural_bits(const Natural *n);                /* of 0: 0 */
int natural_compare(const Natural *a, const Natural *b);

void natural_mul_add_small(Natural *n, uint32_t factor, uint32_t addend); /* n*factor + addend */
uint32_t natural_divide_small(Natural *n, uint32_t divisor);              /* n /= divisor; the remainder */
void natural_add(Natural *a, const Natural *b);                           /* a += b */
void natural_sub(Natural *a, const Natural *b);                           /* a -= b, where b <= a */
void natural_shift_left(Natural *n, uint32_t bits);
void natural_mul(Natural *out, const Natural *a, const Natural *b); /* out is neither of them */
void natural_power_of_ten(Natural *n, uint32_t exponent);

/* a becomes the remainder; the quotient too if it is asked for. b is not 0. */
void natural_divide(Natural *a, const Natural *b, Natural *quotient);

/* The greatest common divisor into a; b is used up. */
void natural_gcd(Natural *a, Natural *b);

uint64_t natural_gcd_u64(uint64_t a, uint64_t b);

#endif
