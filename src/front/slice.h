/* slice.h -- derivatives inside a model. Private to src/front.
 *
 * Of the program made so far the slice between a name x and a value f is cut out: copies of the stages that f needs and
 * that depend on x. The passes differentiate it, and the stages that they appended are put back where lowering stands.
 *
 * Indices that are in scope (of comprehensions, reductions, left sides, open loops) stand still in the slice: their
 * values are integer inputs of it. What was computed in their scope has dimensions for them, which its copy loses; so
 * in a loop only the present turn is followed.
 */
#ifndef BPGEN_SLICE_H
#define BPGEN_SLICE_H

#include "front/lowering.h"
#include "pass/pass.h"

/* A symbol of the whole program at fixed subscripts, where it has dimensions for indices that stand still. */
typedef struct {
    SymId symbol;
    SymId made;       /* of the slice */
    const AffId *at;  /* by dimension: the subscript if it is a fixed one, */
    AffId *held;      /* and the same in the slice */
    uint32_t next;    /* another slot of the symbol, or NO_ID */
    bool needed;      /* by the value, */
    bool depends;     /* and depends on the name: its stages are copied */
} Slot;

typedef struct {
    Lowering *l;
    Program *whole, *part;
    Arena *arena;
    VEC(Dim) dims;         /* what is put back has these dimensions in front */
    NodeId guard;          /* and this guard, or NO_ID */
    SymId *holders;        /* by index of `whole`: the integer input of `part` that holds it, or NO_ID */
    bool **fixed;          /* by symbol of `whole`: its fixed dimensions, or NULL */
    uint32_t *slot_of;     /* by symbol of `whole`: its first slot, or NO_ID */
    VEC(Slot) slots;
    uint32_t x;            /* the slot of the name, */
    uint32_t x_rank;       /* and the subscripts that are the name's, without the fixed ones: axes, or for a name that a loop */
    AffId x_subs[MOST_DIMS]; /* carried the turn of its last value */
    NodeId value;
    uint8_t value_rank;
    SymId output;          /* the value, in the slice */
    SymId known_symbols;   /* of `part`: what passes made has larger numbers */
    IndexId known_indices;
} Slice;

/* lower_slice.c: the slice of `value`, a node over `shape`, by `x`, the read of a name. False: the value does not depend on it.
 * What is put back depends on the indices `deps`, too. */
bool slice_begin(Slice *s, Lowering *l, NodeId value, const Shape *shape, NodeId x, SetId deps);
void slice_end(Slice *s);
SymId slice_wanted(const Slice *s);

uint32_t slice_slot_of_read(Slice *s, NodeId read);
uint32_t slice_slot_of_stage(Slice *s, const Stage *stage);

/* lower_follow.c: marks the slots that the value needs; those of them that depend on the name. False: the value does not. */
void slice_find_needed(Slice *s, NodeId value);
bool slice_find_dependents(Slice *s, NodeId value);
bool slice_follows(const Slice *s, Item item);

/* lower_splice.c: puts back what the passes made of the slice. The result is the read of `symbol`, one of theirs: over `shape`, or
 * (NULL) as the name is read. `direction`: what stands for SYM_DIRECTION, a value of the shape of the name, or NULL. */
NodeId slice_put_back(Slice *s, SymId symbol, const Shape *shape, const Value *direction, Span at);

#endif
