/* polynomial.h -- polynomials with exact coefficients, over names and whatever else is not made of + - * and powers.
 *
 * An atom is a name, a function call, a power that is not whole, a choice, or 1/u where u is not a number: 1/u is an atom of its
 * own, so x*(1/x) stays. The arguments of functions are multiplied out, too; u is tidy, but as it was written.
 */
#ifndef BPGEN_SYM_POLYNOMIAL_H
#define BPGEN_SYM_POLYNOMIAL_H

#include "sym/tidy.h"

/* An atom to a power. */
typedef struct {
    uint32_t atom; /* in Polynomial.atoms */
    uint32_t exponent; /* 1 or more */
} PolynomialFactor;

typedef struct {
    Rational coefficient; /* not 0 */
    const PolynomialFactor *factors; /* by atoms, ascending */
    uint32_t count;
    uint32_t degree;
} PolynomialTerm;

typedef struct {
    const ExprId *atoms; /* names in the order of their variables, then others in the order of their first use */
    size_t atom_count;
    const PolynomialTerm *terms; /* by degree; of the same degree, higher powers of earlier atoms first */
    size_t count;
} Polynomial;

/* The most terms that a polynomial may have on the way, and products of terms that are made for all of them; a product of long
 * numbers counts as several. It is about a second of work. */
enum { POLYNOMIAL_MOST_TERMS = 20000, POLYNOMIAL_MOST_PRODUCTS = 2000000 };

/* Multiplies out. Everything lives in the arena; `heap` is for scratch. False: too many terms, or a number is too large. */
bool polynomial_of(Polynomial *out, Tidy *tidy, ExprPool *pool, Arena *arena, Heap *heap, ExprId root);

/* The first atom that is no name and has one in it (a call, 1/u), or EXPR_NONE: then it is a polynomial in the names. */
ExprId polynomial_opaque(const Polynomial *p, const ExprPool *pool, Arena *arena);
/* The first atom 1/u, or EXPR_NONE. */
ExprId polynomial_divisor(const Polynomial *p, const ExprPool *pool);

/* As a sum of terms, in order. With `common`, three or more terms with a common whole factor or denominator have it in front:
 * 16*(1 - 10*x + 24*x^2 - 16*x^3), but 4 - 8*x. */
ExprId polynomial_expr(const Polynomial *p, ExprPool *pool, Arena *arena, bool common);

/* Operations of polynomial_expr without a common factor. */
uint64_t polynomial_operations(const Polynomial *p, ExprPool *pool, Arena *arena);
/* Decimal digits of the largest coefficient, of its numerator; of the polynomial 0: 1. */
unsigned polynomial_digits(const Polynomial *p, Arena *arena);
/* At most one atom: Horner's rule in double, from coefficients rounded to double. */
double polynomial_horner(const Polynomial *p, double x);

#endif
