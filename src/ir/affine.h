/* affine.h -- integer expressions: constant + sum of coefficient * atom, held once in a pool.
 *
 * An atom is an index, or an element of an integer array (an integer input, a table, an argmax position)
 * whose subscripts are affine again. The pool does not know what an index or a symbol is: it holds their
 * numbers. sema proves subscripts with one pool, a Program has another.
 */
#ifndef BPGEN_AFFINE_H
#define BPGEN_AFFINE_H

#include "base/hash.h"
#include "base/text.h"
#include "base/vec.h"

typedef uint32_t AffId;  /* equal ids are equal expressions */
typedef uint32_t AtomId;
#define AFF_ZERO 0u          /* the constant 0 has id 0 in every pool */
#define AFF_FAIL UINT32_MAX  /* a coefficient left -INT64_MAX .. INT64_MAX */

typedef enum { ATOM_INDEX, ATOM_ELEMENT } AtomKind;

typedef struct {
    uint8_t kind;     /* AtomKind */
    uint8_t rank;     /* ATOM_ELEMENT: number of subscripts */
    uint32_t of;      /* the index, or the integer array's symbol */
    uint32_t subs;    /* ATOM_ELEMENT: first subscript in AffPool.subs */
    uint32_t uses, use_count; /* ATOM_ELEMENT: the indices in its subscripts, at any depth, in AffPool.uses */
} Atom;

typedef struct {
    AtomId atom;
    int64_t coef; /* not 0 */
} AffTerm;

/* terms sorted by atom id; value = (constant + sum coef*atom) / den, den > 0 and in lowest terms.
 * den is 1 in a Program; sema meets fractions on the way (i/2*2). */
typedef struct {
    int64_t constant, den;
    uint32_t first, count; /* in AffPool.terms */
} Affine;

typedef struct {
    Arena *arena;
    VEC(Affine) affs;
    VEC(AffTerm) terms;
    VEC(Atom) atoms;
    VEC(AffId) subs;
    VEC(uint32_t) uses;
    HashTable aff_table, atom_table;
} AffPool;

void aff_init(AffPool *pool, Arena *arena);

AffId aff_const(AffPool *pool, int64_t value);
AffId aff_index(AffPool *pool, uint32_t index);
AffId aff_element(AffPool *pool, uint32_t symbol, const AffId *subs, uint32_t rank);

/* Sums, differences and products with a constant; AFF_FAIL on overflow or if an operand is AFF_FAIL. */
AffId aff_add(AffPool *pool, AffId a, AffId b);
AffId aff_sub(AffPool *pool, AffId a, AffId b);
AffId aff_scale(AffPool *pool, AffId a, int64_t num, int64_t den); /* a*num/den, den != 0 */
AffId aff_offset(AffPool *pool, AffId a, int64_t constant);

bool aff_is_const(const AffPool *pool, AffId a, int64_t *value); /* false also for fractions */
bool aff_is_whole(const AffPool *pool, AffId a);                 /* den == 1 */
/* A constant, or so small that it does not leave 64 bits whatever numbers of 32 bits its atoms are. The language takes larger ones for
 * real expressions, so passes may put numbers in place of atoms. */
bool aff_is_small(const AffPool *pool, AffId a);
/* Is it exactly one index (coefficient 1, constant 0)? */
bool aff_is_index(const AffPool *pool, AffId a, uint32_t *index);
/* Is it index + constant? */
bool aff_is_shifted_index(const AffPool *pool, AffId a, uint32_t *index, int64_t *offset);
/* The coefficient of an index at the top level (0 if it does not occur there). */
int64_t aff_coef(const AffPool *pool, AffId a, uint32_t index);
/* Does the index occur, at the top level or in the subscripts of an element? */
bool aff_uses_index(const AffPool *pool, AffId a, uint32_t index);
bool aff_has_element(const AffPool *pool, AffId a);

/* Replaces every index i by map(context, i), also inside the subscripts of elements, and every element of a symbol
 * by element(context, symbol, subscripts), the subscripts being replaced already (NULL: elements stay elements). */
typedef AffId AffIndexMap(void *context, AffPool *pool, uint32_t index);
typedef AffId AffElementMap(void *context, AffPool *pool, uint32_t symbol, const AffId *subs, uint32_t rank);
AffId aff_substitute(AffPool *pool, AffId a, AffIndexMap *map, AffElementMap *element, void *context);

/* Copies an expression of another pool, with the same replacement. */
AffId aff_import(AffPool *pool, const AffPool *from, AffId a, AffIndexMap *map, AffElementMap *element, void *context);

/* "2*i+j-1", "label[n]": the callers print names of indices and symbols. */
typedef const char *AffNamer(const void *context, AtomKind kind, uint32_t id);
void aff_print(const AffPool *pool, AffId a, AffNamer *namer, const void *context, Text *out);

#endif
