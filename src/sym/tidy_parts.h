/* tidy_parts.h -- sums and products taken apart and put together: the inside of tidy*.c. */
#ifndef BPGEN_SYM_TIDY_PARTS_H
#define BPGEN_SYM_TIDY_PARTS_H

#include "sym/tidy.h"

typedef struct {
    ExprId base; /* never a product, a quotient or a negation, but for those that must not be taken apart */
    Rational exponent; /* not 0; a fraction only if the power was written so */
} Factor;

typedef VEC(Factor) FactorVec;

/* coefficient * base^exponent * ... */
typedef struct {
    Rational coefficient;
    FactorVec factors;
} Product;

/* coefficient * term, where the term is a product without a coefficient; of constants it is the number 1. */
typedef struct {
    Rational coefficient;
    ExprId term;
} Term;

typedef VEC(Term) TermVec;

/* What is known of an expression. */
typedef struct {
    double size;   /* operations of its tree */
    bool constant; /* no names */
    bool positive; /* wherever it is defined */
    bool bounded;  /* less than 1 in magnitude */
    bool settled;  /* a sum whose terms have nothing in common */
    ExprId opposite; /* of a sum: its negative, once it was asked for, else 0 */
} Fact;

/* A sum or product by its parts, without their order. */
typedef struct {
    Op kind;
    uint32_t count;
    const uint32_t *words;
    ExprId result;
} Known;

/* Still to be taken apart. */
typedef struct {
    ExprId id;
    Rational by; /* of a product: the exponent; of a sum: the coefficient */
} Walk;

struct Tidy {
    ExprPool *pool;
    Arena *arena;
    uint32_t rules;      /* used for the present node */
    unsigned depth;      /* of denominators in denominators, choices in choices, sums that are taken apart in such, at hand */
    VEC(Fact) facts;     /* by node, as far as it was asked */
    VEC(ExprId) results; /* by node: tidy, or EXPR_NONE */
    VEC(Known) known;
    HashTable known_table;
    VEC(uint32_t) where; /* by node: 1 + its place in the sum at hand, else 0 */
    VEC(Walk) walk;
    VEC(uint32_t) words; /* of a key */
    ExprId one;
    VEC(uint32_t) ranks; /* by variable: its place among names, as learnt; else the variables' own order */
};

/* Quotients in denominators of quotients in denominators, choices of 0 in such choices, sums in products in sums: deeper ones
 * stay as they are. */
enum { TIDY_MOST_DEPTH = 100 };

void tidy_used(Tidy *t, TidyRule rule);
Fact tidy_fact(Tidy *t, ExprId id);
bool tidy_is_op(const Tidy *t, ExprId id, Op op);
bool tidy_is_sum(const Tidy *t, ExprId id); /* ADD or SUB */
ExprId tidy_arg(const Tidy *t, ExprId id, unsigned k);
bool tidy_never_zero(Tidy *t, ExprId id);

/* A number, also one written as a fraction; and its expression: 1/2, but 0.1 where that is shorter. */
bool tidy_is_number(const Tidy *t, ExprId id, Rational *value);
ExprId tidy_number(Tidy *t, Rational value);

/* Exact, or pool->full. */
Rational tidy_times(Tidy *t, Rational a, Rational b);
Rational tidy_plus(Tidy *t, Rational a, Rational b);

static inline bool tidy_is_unit(Rational value)
{
    return rational_is_int(value, 1) || rational_is_int(value, -1);
}

/* Sorts t->words by pairs, for a key. */
void tidy_sort_pairs(Tidy *t);
/* The expression made before of the same parts (t->words), or EXPR_NONE; tidy_know remembers one. */
ExprId tidy_find(Tidy *t, Op kind);
void tidy_know(Tidy *t, Op kind, ExprId result);

/* ---- products (tidy_product.c) ---- */

/* Multiplies by id^exponent. */
void product_multiply(Tidy *t, Product *p, ExprId id, Rational exponent);
void product_drop(FactorVec *factors, size_t at);
/* What terms of sums have in common comes out; then it is a product that can be built. */
void product_settle(Tidy *t, Product *p);
/* Takes away a whole positive power that it has. */
void product_lower(Tidy *t, Product *p, Factor by);
ExprId tidy_power(Tidy *t, ExprId base, ExprId exponent);

/* -(x + y) and a sum by itself stay as they are. */
static inline bool product_stays(const Product *p)
{
    return p->factors.count == 1 && rational_is_int(p->factors.at[0].exponent, 1) && tidy_is_unit(p->coefficient);
}

/* tidy_build.c */
ExprId product_build(Tidy *t, Product *p);
/* c ? u : 0, or c ? 0 : u; then u; another value in its place. */
bool tidy_is_switch(const Tidy *t, ExprId id);
ExprId tidy_switched(const Tidy *t, ExprId id);
ExprId tidy_switch(Tidy *t, ExprId like, ExprId value);

/* ---- sums (tidy_sum.c) ---- */

/* Adds coefficient*id, taken apart. */
void sum_add(Tidy *t, TermVec *terms, ExprId id, Rational coefficient);
/* Collects like terms and builds. */
ExprId sum_build(Tidy *t, TermVec *terms);
/* What all terms of a sum have in common: a whole number, negative if all its terms are, and whole powers. */
Product sum_common(Tidy *t, ExprId sum);
/* The sum of its terms divided by that. */
ExprId sum_divided(Tidy *t, ExprId sum, const Product *by);

#endif
