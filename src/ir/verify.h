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
    int64_t *coefs;          /* by position: work space (verify_scope.c) */
    size_t coefs_room;
} Scope;

void scope_init(Scope *s, Arena *scratch, const Program *p);
void scope_push(Scope *s, ScopeEntry entry);
void scope_pop(Scope *s, size_t count); /* until `count` entries are left */

/* Are all indices of the expression in scope? */
bool scope_knows(const Scope *s, AffId aff);
/* The elements that these subscripts reach; false if there are none. Exact if every subscript is a constant or an
 * index of its own that runs over a constant range. */
bool scope_box(Scope *s, const AffId *subs, uint32_t count, Box *box);

/* The elements that subscripts reach, one after the other: `room` of them at most, `count` subscripts each. False if
 * they are more, or not known. An element may come twice. */
bool scope_elements(Scope *s, const AffId *subs, uint32_t count, int64_t *elements, size_t room, size_t *found);

/* ---- verify.c ---------------------------------------------------------------------------------------- */

/* A write inside the loops that are open now. */
typedef struct {
    StageId stage;
    uint32_t next; /* + 1: the one before of the same symbol */
    size_t depth;  /* loops around it */
    LoopId *loops; /* those, outermost first */
    Box *box;
} Pending;

typedef struct {
    NodeId node;
    bool conditional;
} Visit;

typedef struct {
    const Program *p;
    Arena *scratch;
    const char *wrong;
    Scope scope;
    CoverWork cover;
    Elements *written; /* by symbol */
    Elements *read;    /* by symbol: some of what was surely read, outside loops */
    bool *given;       /* by symbol: the caller fills it */
    bool *on_index;    /* by node: a condition in which an index stands */
    uint32_t *epoch;   /* by node: the domain under which it was visited last, */
    uint8_t *seen;     /* and how */
    HashTable domains; /* stages with different domains */
    uint32_t epochs;
    size_t loops_open;
    VEC(Pending) pending;
    uint32_t *last_pending; /* by symbol, + 1 */
    bool *passed;           /* by stage */
    VEC(Visit) visits;
    StageId stage;          /* being checked, or NO_ID */
} Verifier;

/* Notes what is wrong first, with the stage that is being checked. */
__attribute__((format(printf, 2, 3))) void verify_fail(Verifier *v, const char *format, ...);
const char *verify_symbol_name(const Verifier *v, SymId symbol);

/* ---- verify_read.c: what a stage reads --------------------------------------------------------------- */

/* The box that these subscripts of a symbol reach; false if there is nothing to check (or something is wrong).
 * Subscripts under a condition may leave the range where the condition fails. */
bool verify_box(Verifier *v, SymId id, const AffId *subs, uint32_t count, bool conditional, Box *box);
/* Indices in scope, and the elements of integer symbols inside the expression. */
void verify_aff(Verifier *v, AffId aff, bool conditional);
/* Everything that is evaluated for a node. */
void verify_value(Verifier *v, NodeId root, bool conditional);

#endif
