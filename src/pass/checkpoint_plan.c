/* checkpoint_plan.c -- what recurrences keep for the backward sweep, which of them are cut into segments, and into how many. */
#include <stdlib.h>

#include "pass/checkpoint.h"

/* ---- one loop ------------------------------------------------------------------------------------------ */

int64_t long_loop_turns(const LongLoop *l)
{
    return (int64_t)l->p->loops.at[l->loop].high - l->p->loops.at[l->loop].low;
}

bool long_loop_time(const LongLoop *l, AffId sub, int64_t *offset)
{
    uint32_t index;

    if (!aff_is_shifted_index(&l->p->affs, sub, &index, offset) || index != l->turn)
        return false;
    *offset += l->p->loops.at[l->loop].low;
    return *offset == 0 || *offset == 1;
}

bool long_loop_end(const LongLoop *l, AffId sub, bool *last)
{
    int64_t value;

    if (!aff_is_const(&l->p->affs, sub, &value))
        return false;
    *last = value != 0;
    return value == 0 || value == long_loop_turns(l);
}

/* Writes of the loop: all at the turn, or all at the next. */
static void look_at_write(LongLoop *l, const Stage *stage, bool inside)
{
    SymId target = stage->target;
    bool ranked = stage->op != STAGE_ARGMAX && l->p->symbols.at[target].rank > 0, last;
    int64_t offset;
    uint8_t kind;

    if (!inside) {
        l->outside[target] |= !ranked || !long_loop_end(l, stage->subs[0], &last) || last;
        return;
    }
    if (!ranked || !long_loop_time(l, stage->subs[0], &offset)) {
        l->outside[target] = l->written[target] = true;
        return;
    }
    kind = offset == 1 ? CARRIED : OF_TURN;
    l->outside[target] |= l->written[target] && l->kinds[target] != kind;
    l->written[target] = true;
    l->kinds[target] = kind;
}

static void look_at_read(LongLoop *l, NodeId read)
{
    SymId symbol = l->p->nodes.at[read].u.read.symbol;
    bool of_turn = l->kinds[symbol] == OF_TURN, last;
    int64_t offset;

    if (!l->written[symbol] || l->p->symbols.at[symbol].rank == 0)
        return;
    if (long_loop_time(l, node_subs(l->p, read)[0], &offset))
        l->outside[symbol] |= of_turn && offset == 1;
    else
        l->outside[symbol] |= of_turn || !long_loop_end(l, node_subs(l->p, read)[0], &last);
}

static void find_kinds(LongLoop *l)
{
    const Program *p = l->p;
    NodeVec roots = { 0 }, reached = { 0 };

    l->kinds = arena_array(l->arena, uint8_t, p->symbols.count);
    l->written = arena_array(l->arena, bool, p->symbols.count);
    l->outside = arena_array(l->arena, bool, p->symbols.count);
    for (size_t i = 0; i < p->body.count; i++) {
        const Stage *stage = &p->stages.at[p->body.at[i].id];

        if (p->body.at[i].kind != ITEM_STAGE)
            continue;
        look_at_write(l, stage, i > l->begin && i < l->end);
        vec_push(l->arena, &roots, stage->value);
        vec_push(l->arena, &roots, stage->guard);
    }
    node_reach(p, l->arena, roots.at, roots.count, &reached);
    for (size_t i = 0; i < reached.count; i++)
        if (p->nodes.at[reached.at[i]].op == OP_READ)
            look_at_read(l, reached.at[i]);
    for (SymId s = 0; s < p->symbols.count; s++)
        if (l->outside[s] || p->symbols.at[s].role != SYM_LOCAL || p->symbols.at[s].rank == UINT8_MAX)
            l->kinds[s] = KEPT;
}

bool long_loop_find(LongLoop *l, const Program *p, Arena *arena, IndexId index)
{
    *l = (LongLoop){ .p = p, .arena = arena, .turn = index };
    for (size_t i = 0; i < p->body.count && l->end == 0; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE || p->loops.at[item.id].index != index)
            continue;
        if (item.kind == ITEM_LOOP)
            l->begin = i;
        else
            l->end = i;
        l->loop = item.id;
    }
    if (l->end == 0)
        return false;
    find_kinds(l);
    return true;
}

/* Does anything else run over its index? Code that stands in the program several times does. */
static bool shares_index(const LongLoop *l)
{
    const Program *p = l->p;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_LOOP && item.id != l->loop && p->loops.at[item.id].index == l->turn)
            return true;
        for (unsigned d = 0; item.kind == ITEM_STAGE && d < p->stages.at[item.id].rank; d++)
            if (p->stages.at[item.id].domain[d].index == l->turn)
                return true;
    }
    return false;
}

/* Why it cannot be cut, or NULL. */
static const char *refusal_of(const LongLoop *l)
{
    const Program *p = l->p;
    bool carries = false;

    if (p->loops.at[l->loop].samples)
        return "it runs over the samples of a call";
    for (size_t i = l->begin; i < l->end; i++) {
        const Loop *loop = &p->loops.at[p->body.at[i].id];

        if (p->body.at[i].kind == ITEM_LOOP && (loop->condition != NO_ID || loop->turns != NO_ID))
            return i == l->begin ? "it is ended by a condition" : "a loop in it is ended by a condition";
    }
    if (shares_index(l))
        return "its code stands in the program several times";
    for (SymId s = 0; s < p->symbols.count; s++)
        carries |= l->kinds[s] == CARRIED;
    return carries ? NULL : "all that it keeps is used behind it, too";
}

/* ---- what is kept -------------------------------------------------------------------------------------- */

/* Of one sample: the others take its place. */
static uint64_t elements_of(const Symbol *symbol, uint32_t sample)
{
    uint64_t elements = 1;

    for (unsigned k = 0; k < symbol->rank; k++)
        elements *= k == sample ? 1 : (uint64_t)symbol->extents[k];
    return elements;
}

/* The symbols that the backward sweep reads. */
static bool *find_read(const Program *p, Arena *arena, const Reverse *reverse)
{
    bool *read = arena_array(arena, bool, p->symbols.count);
    NodeVec roots = { 0 }, reached = { 0 };

    for (size_t i = reverse->first_adjoint; i < p->body.count; i++) {
        if (p->body.at[i].kind != ITEM_STAGE)
            continue;
        vec_push(arena, &roots, p->stages.at[p->body.at[i].id].value);
        vec_push(arena, &roots, p->stages.at[p->body.at[i].id].guard);
    }
    node_reach(p, arena, roots.at, roots.count, &reached);
    for (size_t i = 0; i < reached.count; i++)
        if (p->nodes.at[reached.at[i]].op == OP_READ)
            read[p->nodes.at[reached.at[i]].u.read.symbol] = true;
    return read;
}

static int by_elements(const void *a, const void *b)
{
    const TapedLoop *x = a, *y = b;

    if (x->elements != y->elements)
        return x->elements > y->elements ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

/* The outermost loop in which a symbol is written: its place in tape->loops, + 1. */
static uint32_t *find_owners(Tape *tape, Arena *arena, const Program *p, const Reverse *reverse)
{
    uint32_t *owners = arena_array(arena, uint32_t, p->symbols.count);
    unsigned depth = 0;

    for (size_t i = 0; i < reverse->first_adjoint; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_LOOP && depth++ == 0)
            vec_push(arena, &tape->loops, (TapedLoop){ p->loops.at[item.id].index, p->loops.at[item.id].at, 0 });
        depth -= item.kind == ITEM_END;
        if (item.kind == ITEM_STAGE && depth > 0)
            owners[p->stages.at[item.id].target] = (uint32_t)tape->loops.count;
    }
    return owners;
}

void tape_measure(Tape *tape, Arena *arena, const Program *p, const Reverse *reverse)
{
    const uint32_t *owners;

    *tape = (Tape){ .read = find_read(p, arena, reverse), .symbols = reverse->first_symbol };
    owners = find_owners(tape, arena, p, reverse);
    tape->sample = sample_dimensions(p, arena);
    for (SymId s = 0; s < tape->symbols; s++) {
        uint64_t elements = elements_of(&p->symbols.at[s], tape->sample[s]);

        if (!tape->read[s] || p->symbols.at[s].role < SYM_LOCAL)
            continue;
        tape->elements += elements;
        if (owners[s] > 0)
            tape->loops.at[owners[s] - 1].elements += elements;
    }
    if (tape->loops.count > 1)
        qsort(tape->loops.at, tape->loops.count, sizeof *tape->loops.at, by_elements);
}

/* ---- how many segments --------------------------------------------------------------------------------- */

static uint64_t elements_of_turn(const Symbol *symbol, uint32_t sample)
{
    return elements_of(symbol, sample) / (uint64_t)symbol->extents[0];
}

/* Elements in memory at once: a checkpoint for every segment, the turns before the first one, one segment. */
static uint64_t elements_with(uint64_t turns, uint64_t length, uint64_t state, uint64_t checkpoint)
{
    uint64_t count = turns / length;

    return (count + 1) * checkpoint + (turns - count * length) * state + (length + 1) * state;
}

static Segments best_segments(const LongLoop *l, const Tape *tape, uint64_t *elements)
{
    uint64_t turns = (uint64_t)long_loop_turns(l), state = 0, checkpoint = 0, kept = 0;
    Segments best = { l->turn, (int32_t)turns, 1 };

    for (SymId s = 0; s < tape->symbols; s++) {
        const Symbol *symbol = &l->p->symbols.at[s];

        if (l->kinds[s] == CARRIED)
            checkpoint += elements_of_turn(symbol, tape->sample[s]);
        if (l->kinds[s] != KEPT && tape->read[s])
            state += elements_of_turn(symbol, tape->sample[s]);
        if (l->kinds[s] == KEPT && l->written[s] && tape->read[s])
            kept += elements_of(symbol, tape->sample[s]);
    }
    *elements = elements_with(turns, 1, state, checkpoint);
    for (uint64_t length = 1; length <= turns && length * length <= 16 * turns * (checkpoint + 1); length++) {
        uint64_t here = elements_with(turns, length, state, checkpoint);

        if (here >= *elements)
            continue;
        *elements = here;
        best.count = (int32_t)(turns / length);
        best.length = (int32_t)length;
    }
    *elements += kept;
    return best;
}

const char *tape_segments(const Program *p, const Tape *tape, IndexId loop, Segments *segments, uint64_t *elements)
{
    Arena *arena = heap_arena(p->heap);
    const char *refusal = NULL;
    LongLoop l;

    *elements = UINT64_MAX;
    if (long_loop_find(&l, p, arena, loop)) {
        refusal = refusal_of(&l);
        if (refusal == NULL)
            *segments = best_segments(&l, tape, elements);
    }
    heap_release(p->heap, arena);
    return refusal;
}
