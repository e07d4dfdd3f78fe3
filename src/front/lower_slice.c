/* lower_slice.c -- cuts out of the program what stands between a name and a value that depends on it. */
#include "front/slice.h"

#include <string.h>

/* ---- slots ------------------------------------------------------------------------------------------ */

static bool stands_still(const Slice *s, AffId sub)
{
    uint32_t count;
    const IndexId *items = set_items(s->whole, set_of_aff(s->whole, sub), &count);

    for (uint32_t i = 0; i < count; i++)
        if (s->holders[items[i]] != NO_ID)
            return true;
    return false;
}

static void fix_dimensions(Slice *s, SymId symbol, const AffId *subs, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        if (!stands_still(s, subs[k]))
            continue;
        if (s->fixed[symbol] == NULL)
            s->fixed[symbol] = arena_array(s->arena, bool, s->whole->symbols.at[symbol].rank);
        s->fixed[symbol][k] = true;
    }
}

static bool same_place(const Slice *s, const Slot *slot, const AffId *at, const AffId *subs)
{
    const bool *fixed = s->fixed[slot->symbol];

    for (unsigned k = 0; fixed != NULL && k < s->whole->symbols.at[slot->symbol].rank; k++)
        if (fixed[k] && at[k] != subs[k])
            return false;
    return true;
}

/* A slot, or NO_ID. */
static uint32_t find_slot(const Slice *s, SymId symbol, const AffId *subs)
{
    for (uint32_t slot = s->slot_of[symbol]; slot != NO_ID; slot = s->slots.at[slot].next)
        if (same_place(s, &s->slots.at[slot], s->slots.at[slot].at, subs))
            return slot;
    return NO_ID;
}

/* The same by subscripts of the slice. */
static uint32_t find_held(const Slice *s, SymId symbol, const AffId *subs)
{
    for (uint32_t slot = s->slot_of[symbol]; slot != NO_ID; slot = s->slots.at[slot].next)
        if (same_place(s, &s->slots.at[slot], s->slots.at[slot].held, subs))
            return slot;
    return NO_ID;
}

static uint32_t slot_at(Slice *s, SymId symbol, const AffId *subs)
{
    uint32_t rank = s->whole->symbols.at[symbol].rank, found = find_slot(s, symbol, subs);
    AffId *at;

    if (found != NO_ID)
        return found;
    at = arena_array(s->arena, AffId, rank);
    for (uint32_t k = 0; s->fixed[symbol] != NULL && k < rank; k++)
        at[k] = subs[k];
    vec_push(s->arena, &s->slots, (Slot){ .symbol = symbol, .made = symbol, .at = at, .next = s->slot_of[symbol] });
    return s->slot_of[symbol] = (uint32_t)(s->slots.count - 1);
}

uint32_t slice_slot_of_read(Slice *s, NodeId read)
{
    return slot_at(s, s->whole->nodes.at[read].u.read.symbol, node_subs(s->whole, read));
}

uint32_t slice_slot_of_stage(Slice *s, const Stage *stage)
{
    return slot_at(s, stage->target, stage->subs);
}

/* The subscripts that are left without the fixed ones. */
static uint32_t free_subs(const Slice *s, SymId symbol, const AffId *subs, AffId *left)
{
    uint32_t count = 0;

    for (unsigned k = 0; k < s->whole->symbols.at[symbol].rank; k++)
        if (s->fixed[symbol] == NULL || !s->fixed[symbol][k])
            left[count++] = subs[k];
    return count;
}

/* ---- symbols and indices ---------------------------------------------------------------------------- */

static bool is_copied(const Slice *s, uint32_t slot)
{
    return slot != s->x && s->slots.at[slot].needed && s->slots.at[slot].depends;
}

static SymRole role_of_leaf(const Symbol *symbol)
{
    return symbol->role == SYM_LOCAL ? SYM_INPUT : (SymRole)symbol->role;
}

/* All symbols under their numbers: what is not computed in the slice is given. */
static void copy_symbols(Slice *s)
{
    for (SymId i = 0; i < s->whole->symbols.count; i++) {
        Symbol symbol = s->whole->symbols.at[i];

        symbol.role = (uint8_t)role_of_leaf(&symbol);
        symbol.local = false;
        symbol.of = NO_ID;
        program_symbol(s->part, symbol);
    }
}

static void make_holder(Slice *s, const Dim *dim)
{
    Symbol holder = { .name = s->whole->indices.at[dim->index].name, .role = SYM_INTEGER, .integer = true, .of = NO_ID,
                      .low = dim->least, .high = dim->least + dim->extent };

    s->holders[dim->index] = program_symbol(s->part, holder);
}

/* The symbol without its fixed dimensions. */
static SymId copy_slot(Slice *s, const Slot *slot)
{
    Symbol symbol = s->whole->symbols.at[slot->symbol];
    int32_t extents[UINT8_MAX];
    uint8_t rank = 0;

    for (unsigned k = 0; k < symbol.rank; k++)
        if (!s->fixed[slot->symbol][k])
            extents[rank++] = symbol.extents[k];
    symbol.rank = rank;
    symbol.extents = extents;
    symbol.local = false;
    symbol.of = NO_ID;
    return program_symbol(s->part, symbol);
}

static void make_slots(Slice *s)
{
    for (uint32_t i = 0; i < s->slots.count; i++) {
        Slot *slot = &s->slots.at[i];

        bool integer = s->whole->symbols.at[slot->symbol].integer;

        if (i != s->x && !is_copied(s, i) && !integer)
            continue;
        if (s->fixed[slot->symbol] != NULL)
            slot->made = copy_slot(s, slot);
        if (!integer)
            s->part->symbols.at[slot->made].role = i == s->x ? SYM_PARAM : SYM_LOCAL;
    }
}

static void make_output(Slice *s, const Shape *shape)
{
    Symbol output = { .role = SYM_OUTPUT, .rank = shape->rank, .extents = shape->extent, .of = NO_ID };

    s->output = program_symbol(s->part, output);
    vec_push(s->part->arena, &s->part->outputs, s->output);
}

/* ---- stages ----------------------------------------------------------------------------------------- */

/* Reads of what is computed in the slice, or is the name; others keep their dimensions. */
static NodeId copy_read(Rebuild *r, NodeId old, SymId symbol, const AffId *subs)
{
    Slice *s = r->context;
    uint32_t slot = find_held(s, symbol, subs);
    AffId left[UINT8_MAX];

    (void)old;
    if (slot == NO_ID || s->slots.at[slot].made == symbol)
        return NO_ID;
    free_subs(s, symbol, subs, left);
    return node_read(s->part, s->slots.at[slot].made, left);
}

/* Numbers of turns and positions of maxima likewise. */
static AffId copy_element(Rebuild *r, SymId symbol, const AffId *subs, uint32_t rank)
{
    Slice *s = r->context;
    uint32_t slot = find_held(s, symbol, subs);
    AffId left[UINT8_MAX];

    (void)rank;
    if (slot == NO_ID || s->slots.at[slot].made == symbol)
        return AFF_FAIL;
    return aff_element(&s->part->affs, s->slots.at[slot].made, left, free_subs(s, symbol, subs, left));
}

static void copy_stage(Slice *s, Rebuild *r, StageId old, uint32_t slot)
{
    Stage stage = s->whole->stages.at[old];
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX] = { AFF_ZERO }, left[UINT8_MAX];
    uint8_t rank = 0;

    for (unsigned d = 0; d < stage.rank; d++) {
        const Range *range = &stage.domain[d];

        if (s->holders[range->index] == NO_ID)
            domain[rank++] = (Range){ range->index, rebuild_aff(r, range->low), rebuild_aff(r, range->high) };
    }
    for (unsigned k = 0; k < s->whole->symbols.at[stage.target].rank; k++)
        subs[k] = rebuild_aff(r, stage.subs[k]);
    free_subs(s, stage.target, subs, left);
    stage.target = s->slots.at[slot].made;
    stage.value = rebuild_node(r, stage.value);
    stage.guard = stage.guard == NO_ID || stage.guard == s->guard ? NO_ID : rebuild_node(r, stage.guard);
    stage.domain = domain;
    stage.rank = rank;
    stage.subs = left;
    program_stage(s->part, stage);
}

/* How many turns a loop made is known. */
static LoopId copy_loop(Slice *s, LoopId old)
{
    Loop loop = s->whole->loops.at[old];

    loop.condition = NO_ID;
    if (loop.turns != NO_ID && s->slot_of[loop.turns] != NO_ID)
        loop.turns = s->slots.at[s->slot_of[loop.turns]].made;
    return program_begin_loop(s->part, loop);
}

/* Loops that have ended; open ones stand still, and so do loops over an index that does. */
static bool *find_moving(const Slice *s)
{
    const Program *whole = s->whole;
    bool *moving = arena_array(s->arena, bool, whole->loops.count + 1);

    for (size_t i = 0; i < whole->body.count; i++) {
        LoopId loop = whole->body.at[i].id;

        if (whole->body.at[i].kind == ITEM_END)
            moving[loop] = s->holders[whole->loops.at[loop].index] == NO_ID;
    }
    return moving;
}

static void copy_body(Slice *s, Rebuild *r)
{
    const Program *whole = s->whole;
    const bool *moving = find_moving(s);
    VEC(LoopId) open = { 0 };

    for (size_t i = 0; i < whole->body.count; i++) {
        Item item = whole->body.at[i];

        if (item.kind == ITEM_LOOP && moving[item.id]) {
            vec_push(s->arena, &open, copy_loop(s, item.id));
        } else if (item.kind == ITEM_END && moving[item.id]) {
            program_close_loop(s->part, vec_pop(&open));
        } else if (slice_follows(s, item)) {
            uint32_t slot = slice_slot_of_stage(s, &whole->stages.at[item.id]);

            if (is_copied(s, slot))
                copy_stage(s, r, item.id, slot);
        }
    }
}

static void hold_slots(Slice *s, Rebuild *r)
{
    for (size_t i = 0; i < s->slots.count; i++) {
        Slot *slot = &s->slots.at[i];
        const bool *fixed = s->fixed[slot->symbol];
        uint32_t rank = s->whole->symbols.at[slot->symbol].rank;

        slot->held = arena_array(s->arena, AffId, rank);
        for (uint32_t k = 0; fixed != NULL && k < rank; k++)
            slot->held[k] = fixed[k] ? rebuild_aff(r, slot->at[k]) : AFF_ZERO;
    }
}

static void add_output(Slice *s, Rebuild *r, NodeId value, const Shape *shape)
{
    AffPool *affs = &s->part->affs;
    Stage stage = { .target = s->output, .op = STAGE_SET, .guard = NO_ID, .value = rebuild_node(r, value),
                    .at = s->whole->infos.at[value].at };
    Range domain[MOST_AXES];
    AffId subs[MOST_AXES];

    for (unsigned k = 0; k < shape->rank; k++) {
        IndexId axis = shape->rank - 1u - k;

        subs[k] = shape->extent[k] == 1 ? AFF_ZERO : aff_index(affs, axis);
        if (shape->extent[k] > 1)
            domain[stage.rank++] = (Range){ axis, AFF_ZERO, aff_const(affs, shape->extent[k]) };
    }
    stage.domain = domain;
    stage.subs = subs;
    program_stage(s->part, stage);
}

static void cut_out(Slice *s, NodeId value, const Shape *shape)
{
    Rebuild r;

    s->part = program_new(s->whole->heap, s->whole->names, s->whole->source);
    for (IndexId i = 0; i < s->whole->indices.count; i++)
        program_index(s->part, s->whole->indices.at[i].name, s->whole->indices.at[i].at);
    copy_symbols(s);
    for (size_t k = 0; k < s->dims.count; k++)
        make_holder(s, &s->dims.at[k]);
    make_slots(s);
    make_output(s, shape);
    rebuild_begin(&r, s->whole, s->part);
    r.read = copy_read;
    r.context = s;
    r.indices = arena_array(s->arena, AffId, s->whole->indices.count);
    for (IndexId i = 0; i < s->whole->indices.count; i++)
        r.indices[i] = s->holders[i] == NO_ID ? AFF_FAIL : aff_element(&s->part->affs, s->holders[i], NULL, 0);
    hold_slots(s, &r);
    r.element = copy_element;
    copy_body(s, &r);
    add_output(s, &r, value, shape);
    s->known_symbols = (SymId)s->part->symbols.count;
    s->known_indices = (IndexId)s->part->indices.count;
}

/* ---- begin and end ---------------------------------------------------------------------------------- */

/* Every index that a value made here may depend on stands still. */
static void find_still(Slice *s, SetId deps)
{
    domain_begin(s->l, deps, NULL, 0);
    for (size_t k = 0; k < s->l->dims.count; k++)
        vec_push(s->arena, &s->dims, s->l->dims.at[k]);
    s->guard = s->l->guard;
    s->holders = arena_array(s->arena, SymId, s->whole->indices.count);
    for (IndexId i = 0; i < s->whole->indices.count; i++)
        s->holders[i] = NO_ID;
    for (size_t k = 0; k < s->dims.count; k++)
        s->holders[s->dims.at[k].index] = 0; /* till it is made */
}

/* The number of turns has the turns of the loops around as dimensions. */
static void fix_turns(Slice *s, LoopId inner, const LoopId *open, size_t count)
{
    SymId turns = s->whole->loops.at[inner].turns;
    AffPool *affs = &s->whole->affs;
    AffId subs[UINT8_MAX] = { AFF_ZERO };

    if (turns == NO_ID)
        return;
    for (size_t k = 0; k < count; k++) {
        const Loop *loop = &s->whole->loops.at[open[k]];

        subs[k] = aff_offset(affs, aff_index(affs, loop->index), -loop->low);
    }
    fix_dimensions(s, turns, subs, (uint32_t)count);
    (void)slot_at(s, turns, subs);
}

static void find_fixed_turns(Slice *s)
{
    VEC(LoopId) open = { 0 };

    for (size_t i = 0; i < s->whole->body.count; i++) {
        Item item = s->whole->body.at[i];

        if (item.kind == ITEM_LOOP) {
            fix_turns(s, item.id, open.at, open.count);
            vec_push(s->arena, &open, item.id);
        } else if (item.kind == ITEM_END) {
            open.count--;
        }
    }
}

/* What an open loop carries is of the present turn, also where the loop has not written it yet. */
static void fix_carried(Slice *s)
{
    for (size_t i = 0; i < s->l->carries.count; i++) {
        const Carry *carry = &s->l->carries.at[i];
        uint32_t rank = s->whole->symbols.at[carry->symbol].rank;

        if (s->fixed[carry->symbol] == NULL)
            s->fixed[carry->symbol] = arena_array(s->arena, bool, rank);
        for (uint32_t k = 0; k < carry->depth; k++)
            s->fixed[carry->symbol][k] = true;
    }
}

static void find_fixed(Slice *s, NodeId x)
{
    s->fixed = arena_array(s->arena, bool *, s->whole->symbols.count);
    s->slot_of = arena_array(s->arena, uint32_t, s->whole->symbols.count);
    for (SymId i = 0; i < s->whole->symbols.count; i++)
        s->slot_of[i] = NO_ID;
    for (size_t i = 0; i < s->whole->body.count; i++) {
        const Stage *stage = &s->whole->stages.at[s->whole->body.at[i].id];

        if (s->whole->body.at[i].kind == ITEM_STAGE)
            fix_dimensions(s, stage->target, stage->subs, stage_subs(s->whole, stage));
    }
    fix_carried(s);
    find_fixed_turns(s);
    fix_dimensions(s, s->whole->nodes.at[x].u.read.symbol, node_subs(s->whole, x),
                   s->whole->symbols.at[s->whole->nodes.at[x].u.read.symbol].rank);
}

bool slice_begin(Slice *s, Lowering *l, NodeId value, const Shape *shape, NodeId x, SetId deps)
{
    *s = (Slice){ .l = l, .whole = l->p, .arena = heap_arena(l->p->heap), .value = value, .value_rank = shape->rank };
    find_still(s, set_union(l->p, l->p->nodes.at[value].deps, deps));
    find_fixed(s, x);
    s->x = slice_slot_of_read(s, x);
    s->x_rank = free_subs(s, l->p->nodes.at[x].u.read.symbol, node_subs(l->p, x), s->x_subs);
    slice_find_needed(s, value);
    if (!slice_find_dependents(s, value))
        return false;
    cut_out(s, value, shape);
    return true;
}

void slice_end(Slice *s)
{
    if (s->part != NULL)
        program_free(s->part);
    heap_release(s->whole->heap, s->arena);
}

SymId slice_wanted(const Slice *s)
{
    return s->slots.at[s->x].made;
}
