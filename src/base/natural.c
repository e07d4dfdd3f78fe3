/* natural.c -- natural numbers of a bounded size on the stack. */
#include "base/natural.h"

#include <string.h>

static void trim(Natural *n)
{
    while (n->size > 0 && n->limb[n->size - 1] == 0)
        n->size--;
}

void natural_set(Natural *n, uint64_t value)
{
    n->limb[0] = (uint32_t)value;
    n->limb[1] = (uint32_t)(value >> 32);
    n->size = 2;
    trim(n);
}

void natural_load(Natural *n, const uint32_t *limbs, uint32_t size)
{
    memcpy(n->limb, limbs, size * sizeof *limbs);
    n->size = size;
}

void natural_copy(Natural *n, const Natural *from)
{
    natural_load(n, from->limb, from->size);
}

bool natural_to_u64(const Natural *n, uint64_t *value)
{
    *value = 0;
    if (n->size > 2)
        return false;
    for (uint32_t i = n->size; i-- > 0;)
        *value = *value << 32 | n->limb[i];
    return true;
}

static uint32_t leading_zeros(uint32_t limb)
{
    uint32_t zeros = 0;

    for (; (limb & 0x80000000u) == 0; limb <<= 1)
        zeros++;
    return zeros;
}

uint32_t natural_bits(const Natural *n)
{
    return n->size == 0 ? 0 : 32 * n->size - leading_zeros(n->limb[n->size - 1]);
}

int natural_compare(const Natural *a, const Natural *b)
{
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    for (uint32_t i = a->size; i-- > 0;)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

void natural_mul_add_small(Natural *n, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;

    for (uint32_t i = 0; i < n->size; i++) {
        carry += (uint64_t)n->limb[i] * factor;
        n->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0)
        n->limb[n->size++] = (uint32_t)carry;
    trim(n);
}

uint32_t natural_divide_small(Natural *n, uint32_t divisor)
{
    uint64_t rest = 0;

    for (uint32_t i = n->size; i-- > 0;) {
        rest = rest << 32 | n->limb[i];
        n->limb[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    trim(n);
    return (uint32_t)rest;
}

void natural_add(Natural *a, const Natural *b)
{
    uint32_t size = a->size > b->size ? a->size : b->size;
    uint64_t carry = 0;

    for (uint32_t i = 0; i < size; i++) {
        carry += (uint64_t)(i < a->size ? a->limb[i] : 0) + (i < b->size ? b->limb[i] : 0);
        a->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0)
        a->limb[size++] = (uint32_t)carry;
    a->size = size;
}

void natural_sub(Natural *a, const Natural *b)
{
    uint64_t borrow = 0;

    for (uint32_t i = 0; i < a->size; i++) {
        uint64_t take = (i < b->size ? b->limb[i] : 0) + borrow;

        borrow = a->limb[i] < take;
        a->limb[i] = (uint32_t)(a->limb[i] - take);
    }
    trim(a);
}

void natural_shift_left(Natural *n, uint32_t bits)
{
    uint32_t whole = bits / 32, part = bits % 32;

    if (n->size == 0)
        return;
    n->limb[n->size] = 0;
    for (uint32_t i = n->size + 1; i-- > 0;) {
        uint64_t pair = (uint64_t)n->limb[i] << 32 | (i > 0 ? n->limb[i - 1] : 0);

        n->limb[i + whole] = (uint32_t)(pair >> (32 - part));
    }
    memset(n->limb, 0, whole * sizeof *n->limb);
    n->size += whole + 1;
    trim(n);
}

void natural_mul(Natural *out, const Natural *a, const Natural *b)
{
    memset(out->limb, 0, (a->size + b->size) * sizeof *out->limb);
    for (uint32_t i = 0; i < a->size; i++) {
        uint64_t carry = 0;

        for (uint32_t k = 0; k < b->size; k++) {
            carry += (uint64_t)a->limb[i] * b->limb[k] + out->limb[i + k];
            out->limb[i + k] = (uint32_t)carry;
            carry >>= 32;
        }
        out->limb[i + b->size] = (uint32_t)carry;
    }
    out->size = a->size + b->size;
    trim(out);
}

void natural_power_of_ten(Natural *n, uint32_t exponent)
{
    natural_set(n, 1);
    for (; exponent >= 9; exponent -= 9)
        natural_mul_add_small(n, 1000000000, 0);
    for (; exponent > 0; exponent--)
        natural_mul_add_small(n, 10, 0);
}

/* One digit of the quotient: subtracts digit * b from the limbs of `a` that begin at `at`, as in step D3 to D6 of
 * Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D. The top bit of b is set. */
static uint32_t divide_digit(uint32_t *at, const uint32_t *b, uint32_t size)
{
    uint64_t top = (uint64_t)at[size] << 32 | at[size - 1];
    uint64_t digit = top / b[size - 1], rest = top % b[size - 1];
    uint64_t carry = 0, borrow = 0;

    while (digit >> 32 != 0 || digit * b[size - 2] > (rest << 32 | at[size - 2])) {
        digit--;
        rest += b[size - 1];
        if (rest >> 32 != 0)
            break;
    }
    for (uint32_t i = 0; i <= size; i++) {
        uint64_t take;

        carry += i < size ? digit * b[i] : 0;
        take = (uint32_t)carry + borrow;
        carry >>= 32;
        borrow = at[i] < take;
        at[i] = (uint32_t)(at[i] - take);
    }
    if (borrow == 0)
        return (uint32_t)digit;
    carry = 0;
    for (uint32_t i = 0; i <= size; i++) {
        carry += (uint64_t)at[i] + (i < size ? b[i] : 0);
        at[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return (uint32_t)(digit - 1);
}

static void shift_right_small(Natural *n, uint32_t bits)
{
    for (uint32_t i = 0; i < n->size; i++) {
        uint64_t pair = (uint64_t)(i + 1 < n->size ? n->limb[i + 1] : 0) << 32 | n->limb[i];

        n->limb[i] = (uint32_t)(pair >> bits);
    }
    trim(n);
}

static void divide_by_limb(Natural *a, uint32_t divisor, Natural *quotient)
{
    uint32_t rest = natural_divide_small(a, divisor);

    if (quotient != NULL)
        natural_copy(quotient, a);
    natural_set(a, rest);
}

void natural_divide(Natural *a, const Natural *b, Natural *quotient)
{
    Natural divisor;
    uint32_t shift, digits;

    if (b->size == 1) {
        divide_by_limb(a, b->limb[0], quotient);
        return;
    }
    if (a->size < b->size) {
        if (quotient != NULL)
            quotient->size = 0;
        return;
    }
    digits = a->size - b->size + 1;
    shift = leading_zeros(b->limb[b->size - 1]);
    natural_copy(&divisor, b);
    natural_shift_left(&divisor, shift);
    a->limb[a->size] = 0;
    a->size += 1;
    for (uint32_t i = a->size; shift > 0 && i-- > 0;)
        a->limb[i] = (uint32_t)(((uint64_t)a->limb[i] << 32 | (i > 0 ? a->limb[i - 1] : 0)) >> (32 - shift));
    for (uint32_t i = digits; i-- > 0;) {
        uint32_t digit = divide_digit(a->limb + i, divisor.limb, divisor.size);

        if (quotient != NULL)
            quotient->limb[i] = digit;
    }
    if (quotient != NULL) {
        quotient->size = digits;
        trim(quotient);
    }
    a->size = divisor.size;
    trim(a);
    shift_right_small(a, shift);
}

uint64_t natural_gcd_u64(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

void natural_gcd(Natural *a, Natural *b)
{
    Natural *large = a, *small = b;
    uint64_t x, y;

    while (!natural_to_u64(small, &y)) {
        Natural *next = large;

        natural_divide(large, small, NULL);
        large = small;
        small = next;
    }
    if (y == 0) {
        if (large != a)
            natural_copy(a, large);
        return;
    }
    natural_divide(large, small, NULL);
    (void)natural_to_u64(large, &x);
    natural_set(a, natural_gcd_u64(y, x));
}
