/* polynomial_parts.h -- polynomials while they are multiplied out: the inside of polynomial.c and polynomial_parts.c. */
#ifndef BPGEN_SYM_POLYNOMIAL_PARTS_H
#define BPGEN_SYM_POLYNOMIAL_PARTS_H

#include "sym/polynomial.h"

typedef uint32_t MonomialId; /* 0 is 1 */

/* A product of atoms to powers, held once. */
typedef struct {
    const PolynomialFactor *factors;
    uint32_t count, degree;
} Monomial;

typedef struct {
    MonomialId monomial;
    Rational coefficient;
} Part;

typedef VEC(Part) PartVec;

typedef struct {
    ExprPool *pool;
    Tidy *tidy;
    Arena *arena;  /* of the result */
    Heap *heap;
    Arena *work;   /* parts and monomials while it is made */
    VEC(ExprId) atoms;
    VEC(uint32_t) atom_of;    /* by node: 1 + its atom, 0: none */
    VEC(Monomial) monomials;
    HashTable table;
    VEC(uint32_t) where;      /* by monomial: 1 + its place in the result at hand */
    PartVec *parts;           /* by node */
    uint64_t products;
    bool large;
} Expansion;

/* The product of these factors, in the order of atoms, without any: 1. */
MonomialId parts_monomial(Expansion *e, const PolynomialFactor *factors, uint32_t count);

/* a + sign*b, a*b, base^exponent. */
PartVec parts_sum(Expansion *e, const PartVec *a, const PartVec *b, int64_t sign);
PartVec parts_product(Expansion *e, const PartVec *a, const PartVec *b);
PartVec parts_power(Expansion *e, const PartVec *base, int64_t exponent);
PartVec parts_constant(Expansion *e, Rational value);

#endif
