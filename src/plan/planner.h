/* planner.h -- what the files of the planner share while one plan is made; nothing outside src/plan includes it.
 *
 * The planner works on entries: stages of the given program with the order of their loops decided. Inside an entry the
 * index of its outermost loop has the number 0, the next one 1, and so on ("levels"), in an affine pool of the planner.
 * Two entries in one loop nest share their outer levels, so equal loops and equal subscripts are equal numbers.
 */
#ifndef BPGEN_PLANNER_H
#define BPGEN_PLANNER_H

#include "plan/plan.h"

typedef uint32_t EntryId, SlotId, BlockId;

enum {
    MOST_LEVELS = 256 /* a stage's rank is a uint8_t; the index of a Loop has the number MOST_LEVELS + LoopId */
};

typedef enum {
    ENTRY_STAGE,
    ENTRY_ZERO, /* the start values of the ENTRY_STAGE that follows */
    ENTRY_LOOP, /* a Loop with its body: a barrier for what it touches */
    ENTRY_ORDER /* no code: something that others come after (a scalar node's reads; a symbol's accesses so far) */
} EntryKind;

typedef struct {
    IndexId index;      /* of the given program, or NO_ID */
    AffId low, high;    /* in levels */
    int64_t least, most; /* bounds of the index's values */
} Dim;

typedef struct {
    uint8_t kind;     /* EntryKind */
    uint8_t rank;     /* number of loops */
    uint8_t held;     /* from this level on loops only reduce: the element stays the same; `rank` if there are none */
    bool fresh;       /* of the plan's stage */
    uint32_t of;      /* stage or loop */
    uint32_t dims;    /* first of rank Dims, outermost loop first */
    uint32_t subs;    /* ENTRY_STAGE, ENTRY_ZERO: the target's subscripts in levels, in Planner.subs */
    uint32_t access, access_end;
    uint32_t after, after_end; /* in Planner.afters: ENTRY_ORDER entries that come before it */
    uint32_t edge, edge_end;   /* in Planner.edges, while its list is being fused */
    EntryId asked;    /* the last entry whose `after` got it */
    EntryId next;     /* in its list */
    SlotId slot;      /* where its list put it */
} Entry;

/* One element or region of a symbol that some stage writes. */
typedef struct {
    SymId symbol;
    bool write;
    EntryId owner; /* whose levels the subscripts use */
    uint32_t subs, sub_count; /* in Planner.subs; a missing subscript may be anything */
} Access;

/* `to` must come before the entry that has the edge; `same_turn`: unless both are in one loop of the present level,
 * too. */
typedef struct {
    EntryId to;
    bool same_turn;
} Edge;

/* A place in the list that fusion makes: a loop with entries in it, or (`low` AFF_FAIL) one entry. */
typedef struct {
    AffId low, high;
    IndexId index; /* of the given program: whose name the loop gets; or NO_ID */
    EntryId first, last;
    SlotId previous, next, child; /* child: the first slot of the loop's body */
    /* The last entry that needs it, that cannot share a loop with it, that needs something else that needs it. */
    EntryId needed, apart, blocked;
} Slot;

/* The accesses of one symbol in the list that is being fused, chained in fuse.c. */
typedef struct {
    uint32_t newest, count;
} RefList;

/* The body of a Loop, or the whole program. */
typedef struct {
    EntryId first, last;
    BlockId parent;
    LoopId loop;
    uint32_t access; /* the first access made in it */
    SlotId slot;     /* the first slot, once it is fused; NO_ID: none */
} Block;

typedef struct {
    Arena *arena; /* given back when the tree is made */
    Arena *work;  /* of depend.c and fuse.c: given back before */
    const Program *from;
    bool fuses;   /* there are loops; else the stages stay as they are, and nobody asks what depends on what */
    AffPool pool; /* expressions in levels */
    AffId *levels; /* by index of `from`: its expression in the pool */
    bool *written; /* by symbol: by a stage */
    bool *open;    /* by loop: encloses the present block */
    VEC(Entry) entries;
    VEC(Dim) dims;
    VEC(AffId) subs;
    VEC(Access) accesses;
    VEC(EntryId) afters;
    VEC(Block) blocks;
    BlockId *block_of; /* by loop */
    BlockId block;     /* the present one */
    VEC(Slot) slots;
    VEC(Edge) edges;
    RefList *refs; /* by symbol */
    struct Depend *depend; /* depend.c's own */
} Planner;

typedef struct {
    int64_t least, most; /* a saturated end is infinite */
} Interval;

/* ---- order.c ---- */

/* Decides the order of the loops: order[level] = position in the stage's domain. `reads`: of depend_list. */
void order_find(const Planner *planner, const Stage *stage, const NodeVec *reads, uint8_t *order);

/* By position in the domain: does the target element determine the value of the index? */
void order_determined(const Planner *planner, const Stage *stage, bool *determined);

/* ---- start.c ---- */

/* How the entry's accumulation starts: fills in `fresh` and `held`; if leaves with start values have to go in front,
 * true and their entry. */
bool start_find(Planner *planner, EntryId entry, const uint8_t *order, Entry *zero);

/* ---- depend.c ---- */

void depend_begin(Planner *planner);

/* The leaves OP_READ and OP_INTEGER with indices, and the largest subexpressions without, that value and guard need. */
void depend_list(Planner *planner, NodeId value, NodeId guard, NodeVec *reads, NodeVec *scalars);

/* Lists what the entry touches; entries that it comes after are appended to the present block before it. */
void depend_stage(Planner *planner, EntryId entry, const NodeVec *reads, const NodeVec *scalars);
void depend_zero(Planner *planner, EntryId entry, SymId target, unsigned sub_count);

/* What the condition of the present block's loop and its count of turns touch; called before the block ends. */
void depend_loop(Planner *planner, EntryId entry, const Loop *loop);

/* Subscripts, in levels, of the count of turns of the block's loop: the turns of the loops around it. Gives their number. */
unsigned planner_turn_subs(Planner *planner, BlockId block, AffId *subs);

/* Expressions of the given program in levels. */
AffId depend_import(Planner *planner, AffId aff);

/* Can both accesses meet in one element, the loops outside `level` being at the same turn? And if so, is the later one
 * never at an earlier turn of the loop `level`? */
bool depend_meet(const Planner *planner, const Access *earlier, const Access *later, unsigned level);
bool depend_in_turn(const Planner *planner, const Access *earlier, const Access *later, unsigned level);

/* The values that an expression in levels takes inside an entry. */
Interval depend_interval(const Planner *planner, AffId aff, const Entry *entry);

/* ---- fuse.c ---- */

void planner_append(Planner *planner, EntryId entry); /* to the present block */
void fuse_block(Planner *planner, Block *block);

/* ---- settle.c ---- */

/* Of the fused slots of a recurrence: see there. */
void settle_block(Planner *planner, Block *block);

Plan *plan_new(Heap *heap); /* empty, in an arena of its own */

/* ---- build.c, contract.c ---- */

Plan *build_plan(Planner *planner);
void contract_symbols(Plan *plan);

#endif
