/* rational.h -- exact constants: fractions of integers of any size. */
#ifndef BPGEN_RATIONAL_H
#define BPGEN_RATIONAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

typedef struct BigFraction BigFraction; /* numerator and denominator that do not fit in 64 bits */

/* num/den in lowest terms with den > 0 where both fit in int64_t and num > INT64_MIN; then `big` is NULL.
 * Equal values have equal representations. Values are immutable; big parts live in the arena given. */
typedef struct {
    int64_t num, den;
    const BigFraction *big;
} Rational;

#define RATIONAL(n) ((Rational){ (n), 1, NULL })

/* Numerators and denominators of more than this many bits count as too large; the functions that return
 * bool then return false and leave *out alone. 1e308 has 1024 bits; sums of such keep room. */
enum { RATIONAL_MOST_BITS = 16384 };

/* Reads digits, optional point, optional exponent ("12", "1.", ".5", "2.5E+2"); the text must have that form.
 * False if the number is too large or too small to be a double other than 0 (1e400, 1e-400). */
bool rational_parse(Arena *arena, const char *text, size_t size, Rational *out);

bool rational_add(Arena *arena, Rational a, Rational b, Rational *out);
bool rational_sub(Arena *arena, Rational a, Rational b, Rational *out);
bool rational_mul(Arena *arena, Rational a, Rational b, Rational *out);
bool rational_div(Arena *arena, Rational a, Rational b, Rational *out); /* false also for b = 0 */
bool rational_power(Arena *arena, Rational a, int64_t exponent, Rational *out);
Rational rational_copy(Arena *arena, Rational a); /* nothing of it lies outside `arena` */
Rational rational_neg(Arena *arena, Rational a);
Rational rational_abs(Arena *arena, Rational a);

int rational_compare(Arena *arena, Rational a, Rational b); /* -1, 0, 1 */
bool rational_equal(Rational a, Rational b);
int rational_sign(Rational a); /* -1, 0, 1 */
bool rational_is_whole(Rational a);
bool rational_is_int(Rational a, int64_t value);
uint64_t rational_hash(Rational a);

/* The value as int64_t; false if it is not whole or does not fit. */
bool rational_to_int(Rational a, int64_t *out);

/* How long it is: the 32-bit words of numerator and denominator. */
uint32_t rational_size(Rational a);

/* +-2^k with k in *exponent? */
bool rational_is_power_of_two(Rational a, int *exponent);

/* Correctly rounded (to nearest, ties to even), subnormals too; overflow gives an infinity. */
double rational_to_double(Rational a);
float rational_to_float(Rational a);

/* The exact value of a finite double. */
Rational rational_from_double(Arena *arena, double value);

/* The fraction in lowest terms; its sign belongs to the numerator. */
Rational rational_numerator(Arena *arena, Rational a);
Rational rational_denominator(Arena *arena, Rational a);

/* The largest number whose whole multiples are both: gcd(4, -6) = 2, gcd(1/2, 1/3) = 1/6, gcd(0, a) = |a|. */
bool rational_gcd(Arena *arena, Rational a, Rational b, Rational *out);

/* The shortest decimal text of the nearest double ("0.1", "-2.5e-10"), if it is exactly the value; else false, and nothing is written. */
bool rational_decimal(Arena *arena, Rational a, Text *out);
/* Whole, or shorter so than as a fraction, as 0.1 is, but not 1/2? */
bool rational_is_decimal(Arena *arena, Rational a);

/* "3", "-5/2". */
void rational_print(Rational a, Text *out);

#endif
