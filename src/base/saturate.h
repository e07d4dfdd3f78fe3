/* saturate.h -- counts that may be larger than any number: UINT64_MAX stands for all that do not fit. */
#ifndef BPGEN_SATURATE_H
#define BPGEN_SATURATE_H

#include <stdint.h>

static inline uint64_t saturating_sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static inline uint64_t saturating_product(uint64_t a, uint64_t b)
{
    return a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

#endif
