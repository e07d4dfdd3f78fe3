/* plan.h -- how a program becomes code: a tree of loops beside the program, and where each symbol is kept.
 *
 * The plan owns a copy of the program in which fused loops share one index (so common subexpressions of fused stages
 * are the same node); a program without any loop is not copied. Symbols keep their numbers; stages, indices and nodes do
 * not. The program is not changed after planning: emitters read both. The tree alone gives the order of execution; of the program's body they need nothing.
 */
#ifndef BPGEN_PLAN_H
#define BPGEN_PLAN_H

#include "ir/program.h"

typedef uint32_t PlanId;

typedef enum {
    PLAN_FOR,  /* a loop over a domain index, or (`sequential`) a Loop of the program */
    PLAN_STAGE /* a leaf: one point of the stage's domain is computed here (all its domain indices are in scope) */
} PlanKind;

/* What a leaf does with `value` (and only where `guard` holds, except for start values, which do not ask it):
 *
 *   zero                        target[subs] = start, the start being 0 of ADD and -infinity of MAX. Its stage may be
 *                               made for this purpose: of it only op, domain, target and subs count.
 *   SET                         target[subs] = value
 *   fresh ADD, MAX; hold none   target[subs] = value, and = start where the guard does not hold: every element is
 *                               reached once
 *   ADD, MAX; hold none         target[subs] op= value
 *   ADD, MAX; hold = F          op= into a local that lives as long as the loop F runs (F is on the path to the leaf;
 *                               its index and all below it are reduced over, so that the element stays the same).
 *                               Before F the local is declared and gets the start value if the stage is fresh, else
 *                               target[subs] is loaded; after F it is stored to target[subs]. Where the target itself
 *                               is a C local (STORE_CELL, or a STORE_CALLER of rank 0) there is nothing to load or to
 *                               store: a fresh one is set to its start value (declared, if this is its first write)
 *                               before F, and that is all. No other leaf in F touches that element, so several held
 *                               leaves of F never share a local.
 *   ARGMAX                      always held: before F a local best value and one local for each reduced index; the leaf
 *                               compares and the first position wins; after F the positions go to target[subs, 0],
 *                               target[subs, 1], ... in the order of the reduced indices in the domain.
 *
 * A stage is `fresh` in the plan's program only if this table starts it; where neither a write nor a hold can (the
 * loops of the reduction are outside, or the subscripts meet elements several times), the plan cleared `fresh` and put
 * `zero` leaves in front. A fresh reduction starts its elements also where its own range is empty (sum over j < i: 0 at
 * i = 0). */
typedef struct {
    uint8_t kind;
    bool reverse;      /* FOR: from high-1 down to low */
    bool sequential;   /* FOR: a recurrence; `loop` is its Loop, whose condition, if it has one, is tested before each
                        * turn and ends it */
    bool zero;         /* STAGE: a leaf that only writes the start value */
    IndexId index;     /* FOR */
    AffId low, high;   /* FOR: low .. high-1; indices of enclosing loops may occur. The loop may be empty. */
    AffId count;       /* FOR and sequential: the element of an integer symbol that counts the turns, or AFF_FAIL. With a
                        * condition it is written behind the loop; without one `high` says how many are made. */
    LoopId loop;       /* FOR and sequential */
    StageId stage;     /* STAGE */
    PlanId hold;       /* STAGE: the loop F of the table above, or NO_ID */
    PlanId next_held;  /* STAGE: the next leaf that is held over the same loop, or NO_ID */
    PlanId first_held; /* FOR: the first leaf that is held over this loop, in program order, or NO_ID */
    PlanId parent;     /* NO_ID at the top */
    PlanId first_child, next; /* NO_ID at the end */
} PlanNode;

typedef enum {
    STORE_CALLER, /* memory of the caller: params, inputs, outputs, gradients, seeds, tangents, tape, integers. Of rank 0
                   * and written here: held in a C local of the function's block like a CELL and copied out at the end
                   * (reads see the local). */
    STORE_ARRAY,  /* an array of the function: on the stack or in the workspace */
    STORE_CELL,   /* one C local, declared in the block `scope`: rank 0, or an array with all dimensions contracted */
    STORE_TABLE   /* static const */
} StoreKind;

/* A CELL's subscripts are ignored: it holds the one element that is alive in a turn of `scope`. Its first write is a
 * leaf that is a child of `scope`, or a fresh leaf held over a FOR that is a child of `scope`: that is where it can be
 * declared (in front of the guard, if the leaf has one). All other accesses lie in `scope`, behind it, perhaps in
 * deeper loops. The same is true of written STORE_CALLER symbols of rank 0, with the function's block as scope. A CELL
 * for a count of turns (an integer) is declared in front of its loop.
 *
 * Folding. Of a CELL or ARRAY one dimension, `folded`, may be kept for one or two elements only. That dimension is the
 * time of one recurrence, `loop`: all its accesses in the loop have the loop's index plus `new` there, or plus the
 * neighbouring offset through which a turn reads what the turn before made (new - 1; in a reversed loop new + 1): the
 * new and the old element. Accesses before the loop are to the old element of its first turn, those behind it to the
 * new element of its last one (with a condition: of the last one that was made). All lie in the body of the loop's
 * parent, and a write comes before the loop: of a CELL, one that can declare it.
 *
 *   FOLD_IN_PLACE  one place for both: where the new element is written, the old one is not needed any more. This is a
 *                  statement about the order of the tree: leaves must not be moved across such a write.
 *   FOLD_COPY      the new element has a place of its own, as if it were another symbol: a CELL of the loop's body, or
 *                  another ARRAY. At the end of each turn it is copied to the old one's, which is what all accesses
 *                  outside of the loop mean. In an ARRAY, all subscripts that are left are constants, and all elements
 *                  that are written are written in every turn.
 *   FOLD_PARITY    ARRAY: the dimension has the extent 2, its subscript s becomes s & 1. */
typedef enum { FOLD_NONE, FOLD_IN_PLACE, FOLD_COPY, FOLD_PARITY } FoldKind;

typedef struct {
    uint8_t kind;      /* StoreKind */
    PlanId scope;      /* CELL: the FOR in whose body it is declared; NO_ID: the function's block */
    bool *dropped;     /* ARRAY: by dimension, true: contracted away, its subscript is not used; or NULL */
    uint8_t fold;      /* FoldKind */
    uint8_t folded;    /* the dimension */
    PlanId loop;       /* the recurrence, or NO_ID */
    int64_t new;       /* the offset of the new element's subscript */
} Store;

typedef struct Plan {
    Arena *arena;      /* of the program's heap: everything but the program */
    const Program *program;
    Program *copy;     /* the same, if the plan owns it; NULL: the planned program itself, which has no loops */
    VEC(PlanNode) nodes;
    PlanId first;      /* the first child of the top, or NO_ID */
    Store *stores;     /* by symbol */
    uint64_t array_elements; /* elements of all STORE_ARRAY symbols together, without dropped dimensions */
} Plan;

/* Plain fusion, unit-stride loop order, contraction. Consumes nothing: `program` stays as it was and outlives the plan. */
Plan *plan_make(Heap *heap, const Program *program);
void plan_free(Plan *plan);

/* The elements that a STORE_ARRAY symbol occupies; 0 for other stores. */
uint64_t plan_elements(const Plan *plan, SymId symbol);

/* How many places the dimension of a STORE_ARRAY has: its extent, 2, or 0 if its subscript is not used. */
int32_t plan_extent(const Plan *plan, SymId symbol, unsigned dimension);

/* Is this the new element of a symbol with FOLD_COPY? */
bool plan_is_new(const Plan *plan, SymId symbol, const AffId *subs);

/* An array that is as long as the samples of a call are many, or NO_ID: there may be none. */
SymId plan_growing(const Plan *plan);

/* The loop tree and the stores as text (-d plan). */
void plan_dump(const Plan *plan, Text *out);

/* For tests: NULL, or what is wrong (a bug of bpgen): the tree's links, every stage once, indices in scope, holds and stores as
 * stated above. */
const char *plan_check(const Plan *plan);

#endif
