/* verify.h -- the parts of the verifier; private to src/ir. */
#ifndef BPGEN_VERIFY_H
#define BPGEN_VERIFY_H

#include "ir/program.h"

/* The elements between low[k] and high[k] (inclusive) in every dimension k. */
typedef struct {
    int64_t low[UINT8_MAX], high[UINT8_MAX];
    uint8_t rank;
    bool exact; /* every element of the box is met; else some of them */
} Box;

/* ---- verify_written.c: sets of elements of one symbol ------------------------------------------------ */

/* Boxes; where there are many exact ones (an array written point by point in no order), bits. */
typedef struct {
    VEC(int32_t) ends; /* low and high of every dimension, box by box */
    VEC(bool) exact;   /* by box */
    uint64_t *bits;    /* by element, row-major; NULL: not used yet */
    uint64_t set;      /* how many bits are 1 */
    bool whole;        /* every element */
} Elements;

/* Work space of elements_cover: boxes as pairs of ends. */
typedef struct {
    Arena *arena;
    VEC(int32_t) left, next;
} CoverWork;

void elements_add(Arena *arena, Elements *e, const Symbol *symbol, const Box *box);
bool elements_cover(CoverWork *work, const Elements *e, const Symbol *symbol, const Box *box);
/* Do they have an element of the box; with `exact`: surely? */
bool elements_meet(const Elements *e, const Symbol *symbol, const Box *box, bool exact);

/* ---- verify_scope.c: indices in scope and what expressions of them reach ----------------------------- */

typedef struct {
    IndexId index;
    LoopId loop;     /* NO_ID: an index of a domain, with the bounds `low` and `high` */
    AffId low, high;
} ScopeEntry;

typedef struct {
    const Program *p;
    Arena *scratch;
    VEC(ScopeEntry) entries; /* loops, then the domain of the stage */
    uint32_t *position;      /* by index: 1 + position in entries, 0: not in scope */
    int64_t *coefs;          /* by position: work space of scope_range */
    size_t coefs_room;
} Scope;

void scope_init(Scope *s, Arena *scratch, const Program *p);
void scope_push(Scope *s, ScopeEntry entry);
void scope_pop(Scope *s, size_t count); /* until `count` entries are left */

/* Are all indices of the expression in scope? */
bool scope_knows(const Scope *s, AffId aff);
/* The least and the largest value of an expression whose indices are in scope; false if the domain is empty. */
bool scope_range(Scope *s, AffId aff, int64_t *least, int64_t *most);
/* The elements that these subscripts reach; false if there are none. Exact if every subscript is a constant or an index of its
 * own that runs over a constant range. */
bool scope_box(Scope *s, const AffId *subs, uint32_t count, Box *box);

#endif
