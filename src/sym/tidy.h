/* tidy.h -- expressions as a person would write them.
 *
 * Rules, from the leaves upwards, until none applies; the same again changes nothing:
 *
 *   numbers    are put together exactly; f(0) and f(1) that are exact, log(e) = 1; 0*u = 0, u^0 = 1, u^1 = u.
 *   sums       (u + v) - (w - x) = u + v - w + x. Like terms are collected: 2*u + u = 3*u, u - u = 0. A term such as 4*(1 - x) or
 *              x*(u + v), with one sum in it, is multiplied out where that lets terms be collected and takes no more operations.
 *              A positive term comes first if there is one. What all terms have in common comes out if a sum is among it:
 *              sig(x)*(1 - sig(x))*u + sig(x)*(1 - sig(x))*v = sig(x)*(1 - sig(x))*(u + v).
 *   products   u*u^2 = u^3, (u*v)^2 = u^2*v^2, a number in front, the sign in front of that. In a product with others or to a
 *              power, what the terms of a sum have in common comes out: x*(4*y - 8*x*y) = 4*x*y*(1 - 2*x); -(x + y) stays.
 *              (c ? u : 0)*v = c ? u*v : 0.
 *   fractions  u/v*w = u*w/v, u/v/w = u/(v*w). Nothing is cancelled that could be 0 and would then be gone: x/x and x^3/x stay,
 *              x/x^3 is 1/x^2, and u/(v/w) stays; what is positive wherever it is defined (exp) is cancelled.
 *   order      as first written, but in products: number, constants, names (in the order of their variables, or as learnt), powers
 *              such as x^n, functions, sums, choices.
 *
 * exp(u)*exp(v), sin(-u), sqrt(u)^2 and log(u*v) are left alone. So the domain stays, except that of terms that vanish: 0*u and
 * u - u are 0 everywhere.
 */
#ifndef BPGEN_SYM_TIDY_H
#define BPGEN_SYM_TIDY_H

#include "sym/expr.h"

/* What was done at a place, for listings. */
typedef enum {
    TIDY_NUMBERS,     /* numbers put together */
    TIDY_ZERO,        /* u + 0, 0*u */
    TIDY_ONE,         /* 1*u, u/1, u^1 */
    TIDY_SIGNS,       /* -(-u), (-u)*v */
    TIDY_LIKE_TERMS,  /* 2*u + u */
    TIDY_LIKE_FACTORS, /* u*u^2 */
    TIDY_POWERS,      /* (u*v)^2, (u^2)^3 */
    TIDY_FRACTIONS,   /* u/v*w, u/v/w */
    TIDY_MULTIPLIED,  /* 4*(1 - x) - 4*x */
    TIDY_COMMON,      /* x*(4 - 8*x) */
    TIDY_VALUES,      /* sin(0), log(e) */
    TIDY_CHOICES,     /* c ? u : u */
    TIDY_ORDER,       /* brackets and order */
    TIDY_COUNT
} TidyRule;

/* `of`, whose operands are tidy already, became `result`. */
typedef struct {
    uint32_t rules; /* 1 << TidyRule of each that was used */
    ExprId of, result;
} TidyStep;

typedef VEC(TidyStep) TidyLog;

/* Expressions made tidy by the same Tidy share: of two that differ only in the order of operands, the first one is used for
 * both. */
typedef struct Tidy Tidy;
Tidy *tidy_new(ExprPool *pool, Arena *arena);

/* Names in products from now on stand in the order in which these expressions have them: what is c*x there stays so, also where x is
 * the earlier variable. */
void tidy_learn_order(Tidy *t, const ExprId *roots, size_t count);

/* `log` may be NULL; steps are added, operands before users. Marks of stated derivatives stay what they are. If pool->full is set
 * afterwards, the result is of no use. */
ExprId tidy(Tidy *t, ExprId root, TidyLog *log);

#endif
