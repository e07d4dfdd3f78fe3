/* fuse.c -- plain fusion: greedy, from the outermost loops in, by dependence distance.
 *
 * Every entry in turn joins the last loop with the same bounds in which nothing it depends on would come too late; what
 * it needs from behind that loop moves in front of it. Accumulations count as conflicts like any others, so each
 * element gets its contributions in the order of the program, and the results are the same to the last bit.
 */
#include "plan/planner.h"

enum {
    /* An entry looks back over so many slots, and over so many edges of what would have to move with it: enough for the
     * loops of one model's layer, and a constant, so that programs of any length are planned in linear time. */
    WINDOW_SLOTS = 1024,
    WINDOW_EDGES = 8192,
    /* So many accesses of one symbol are compared one by one; then an ENTRY_ORDER stands for all of them. */
    MOST_REFS = 128
};

/* An access in the present list, chained by symbol. */
typedef struct {
    EntryId entry;
    uint32_t access; /* NO_ID: the whole symbol */
    uint32_t older;
} Ref;

/* One list of entries that share `level` loops. */
typedef struct {
    Planner *planner;
    unsigned level;
    SlotId first, last;
    VEC(Ref) refs;
    VEC(SymId) touched;  /* symbols whose list is not empty */
    VEC(SlotId) moving;  /* slots that the present entry needs, last one first */
} Fuser;

static bool has_loop(const Fuser *f, const Entry *entry)
{
    return (entry->kind == ENTRY_STAGE || entry->kind == ENTRY_ZERO) && entry->rank > f->level;
}

/* ---- dependences ------------------------------------------------------------------------------------- */

static void add_edge(Fuser *f, EntryId from, EntryId to, bool same_turn)
{
    Planner *planner = f->planner;
    size_t first = planner->entries.at[from].edge;

    if (planner->edges.count > first && vec_top(&planner->edges).to == to) {
        vec_top(&planner->edges).same_turn &= same_turn;
        return;
    }
    vec_push(planner->work, &planner->edges, (Edge){ to, same_turn });
}

/* Edges to the earlier entries that the access may meet. */
static void add_edges_of_access(Fuser *f, EntryId id, const Access *access)
{
    const Planner *planner = f->planner;
    bool in_loop = has_loop(f, &planner->entries.at[id]);

    for (uint32_t r = f->planner->refs[access->symbol].newest; r != NO_ID; r = f->refs.at[r].older) {
        const Ref *ref = &f->refs.at[r];
        const Access *other = ref->access == NO_ID ? NULL : &planner->accesses.at[ref->access];
        bool same_turn;

        if (ref->entry == id)
            continue;
        if (other == NULL) {
            add_edge(f, id, ref->entry, false);
            continue;
        }
        if ((!access->write && !other->write) || !depend_meet(planner, other, access, f->level))
            continue;
        same_turn = in_loop && has_loop(f, &planner->entries.at[ref->entry]) &&
                    depend_in_turn(planner, other, access, f->level);
        add_edge(f, id, ref->entry, same_turn);
    }
}

static void find_edges(Fuser *f, EntryId id)
{
    Planner *planner = f->planner;
    Entry *entry = &planner->entries.at[id];

    entry->edge = (uint32_t)planner->edges.count;
    if (f->level == 0)
        for (uint32_t i = entry->after; i < entry->after_end; i++)
            add_edge(f, id, planner->afters.at[i], false);
    for (uint32_t i = entry->access; i < entry->access_end; i++)
        add_edges_of_access(f, id, &planner->accesses.at[i]);
    entry->edge_end = (uint32_t)planner->edges.count;
}

/* Behind a write of a scalar nothing older has to be asked: what comes after the write comes after that, too. */
static void add_ref(Fuser *f, SymId symbol, EntryId entry, uint32_t access)
{
    const Planner *planner = f->planner;
    RefList *list = &f->planner->refs[symbol];

    if (access != NO_ID && planner->accesses.at[access].write && planner->from->symbols.at[symbol].rank == 0)
        list->newest = NO_ID;
    if (list->count == 0) {
        vec_push(f->planner->work, &f->touched, symbol);
        list->newest = NO_ID;
    }
    list->count++;
    vec_push(f->planner->work, &f->refs, (Ref){ entry, access, list->newest });
    list->newest = (uint32_t)f->refs.count - 1;
}

/* ---- slots ------------------------------------------------------------------------------------------- */

static void link_slot(Fuser *f, SlotId id, SlotId before)
{
    Slot *slots = f->planner->slots.at;
    SlotId previous = before == NO_ID ? f->last : slots[before].previous;

    slots[id].previous = previous;
    slots[id].next = before;
    if (previous == NO_ID)
        f->first = id;
    else
        slots[previous].next = id;
    if (before == NO_ID)
        f->last = id;
    else
        slots[before].previous = id;
}

static void unlink_slot(Fuser *f, SlotId id)
{
    Slot *slots = f->planner->slots.at;
    SlotId previous = slots[id].previous, next = slots[id].next;

    if (previous == NO_ID)
        f->first = next;
    else
        slots[previous].next = next;
    if (next == NO_ID)
        f->last = previous;
    else
        slots[next].previous = previous;
}

static SlotId new_slot(Fuser *f, EntryId entry)
{
    Planner *planner = f->planner;
    const Entry *e = &planner->entries.at[entry];
    Slot slot = { .low = AFF_FAIL, .high = AFF_FAIL, .index = NO_ID, .first = NO_ID, .last = NO_ID, .child = NO_ID };

    slot.needed = slot.apart = slot.blocked = NO_ID;
    if (has_loop(f, e)) {
        slot.low = planner->dims.at[e->dims + f->level].low;
        slot.high = planner->dims.at[e->dims + f->level].high;
    }
    vec_push(planner->arena, &planner->slots, slot);
    link_slot(f, (SlotId)planner->slots.count - 1, NO_ID);
    return (SlotId)planner->slots.count - 1;
}

static bool has_name(const Planner *planner, IndexId index)
{
    return index != NO_ID && planner->from->indices.at[index].name != NAME_NONE;
}

static void put_in_slot(Fuser *f, EntryId entry, SlotId slot)
{
    Planner *planner = f->planner;
    Slot *s = &planner->slots.at[slot];

    planner->entries.at[entry].slot = slot;
    planner->entries.at[entry].next = NO_ID;
    if (s->low != AFF_FAIL && !has_name(planner, s->index))
        s->index = planner->dims.at[planner->entries.at[entry].dims + f->level].index;
    if (s->last == NO_ID)
        s->first = entry;
    else
        planner->entries.at[s->last].next = entry;
    s->last = entry;
}

/* ---- the search for a loop --------------------------------------------------------------------------- */

static void mark_needed(Fuser *f, EntryId id)
{
    Planner *planner = f->planner;
    const Entry *entry = &planner->entries.at[id];

    for (uint32_t i = entry->edge; i < entry->edge_end; i++) {
        Slot *slot = &planner->slots.at[planner->entries.at[planner->edges.at[i].to].slot];

        slot->needed = id;
        if (!planner->edges.at[i].same_turn)
            slot->apart = id;
    }
}

/* `slot` will have to move with the entry: so will what it needs. Gives the number of edges that it looked at. */
static uint32_t mark_blocked(Fuser *f, EntryId id, SlotId slot)
{
    Planner *planner = f->planner;
    uint32_t looked = 0;

    vec_push(planner->work, &f->moving, slot);
    for (EntryId m = planner->slots.at[slot].first; m != NO_ID; m = planner->entries.at[m].next) {
        const Entry *member = &planner->entries.at[m];

        for (uint32_t i = member->edge; i < member->edge_end; i++)
            planner->slots.at[planner->entries.at[planner->edges.at[i].to].slot].blocked = id;
        looked += 1 + member->edge_end - member->edge;
    }
    return looked;
}

static bool may_join(const Fuser *f, EntryId id, SlotId slot)
{
    const Planner *planner = f->planner;
    const Slot *s = &planner->slots.at[slot];
    const Dim *dim = &planner->dims.at[planner->entries.at[id].dims + f->level];

    return s->low == dim->low && s->high == dim->high && s->low != AFF_FAIL && s->apart != id && s->blocked != id;
}

/* The last loop that the entry can join, or NO_ID. f->moving is then what has to be moved in front of it. */
static SlotId find_loop(Fuser *f, EntryId id)
{
    const Planner *planner = f->planner;
    uint32_t slots = 0, edges = 0;
    SlotId s = f->last;

    f->moving.count = 0;
    mark_needed(f, id);
    for (; s != NO_ID && slots < WINDOW_SLOTS && edges < WINDOW_EDGES; s = planner->slots.at[s].previous) {
        if (may_join(f, id, s))
            return s;
        if (planner->slots.at[s].needed == id || planner->slots.at[s].blocked == id)
            edges += mark_blocked(f, id, s);
        slots++;
    }
    return NO_ID;
}

static void move_before(Fuser *f, SlotId loop)
{
    while (f->moving.count > 0) {
        SlotId slot = vec_pop(&f->moving);

        unlink_slot(f, slot);
        link_slot(f, slot, loop);
    }
}

/* ---- lists ------------------------------------------------------------------------------------------- */

static void fuse_entry(Fuser *f, EntryId id)
{
    Planner *planner = f->planner;
    SlotId slot = NO_ID;

    find_edges(f, id);
    if (has_loop(f, &planner->entries.at[id]))
        slot = find_loop(f, id);
    if (slot == NO_ID)
        slot = new_slot(f, id);
    else
        move_before(f, slot);
    put_in_slot(f, id, slot);
    for (uint32_t i = planner->entries.at[id].access; i < planner->entries.at[id].access_end; i++)
        add_ref(f, planner->accesses.at[i].symbol, id, i);
}

/* Puts an ENTRY_ORDER after all that touched the symbol so far, and lets it stand for them. */
static void join_refs(Fuser *f, SymId symbol)
{
    Planner *planner = f->planner;
    RefList *list = &f->planner->refs[symbol];
    EntryId id = (EntryId)planner->entries.count;
    Entry order = { .kind = ENTRY_ORDER, .asked = NO_ID, .next = NO_ID };

    order.edge = (uint32_t)planner->edges.count;
    vec_push(planner->arena, &planner->entries, order);
    for (uint32_t r = list->newest; r != NO_ID; r = f->refs.at[r].older)
        add_edge(f, id, f->refs.at[r].entry, false);
    planner->entries.at[id].edge_end = (uint32_t)planner->edges.count;
    put_in_slot(f, id, new_slot(f, id));
    list->newest = NO_ID;
    add_ref(f, symbol, id, NO_ID);
    list->count = 1;
}

static void join_long_lists(Fuser *f, EntryId id)
{
    const Planner *planner = f->planner;

    for (uint32_t i = planner->entries.at[id].access; i < planner->entries.at[id].access_end; i++)
        if (f->planner->refs[planner->accesses.at[i].symbol].count > MOST_REFS)
            join_refs(f, planner->accesses.at[i].symbol);
}

static SlotId fuse_list(Fuser *f, EntryId first, unsigned level)
{
    f->level = level;
    f->first = f->last = NO_ID;
    f->planner->edges.count = 0;
    for (EntryId id = first; id != NO_ID;) {
        EntryId next = f->planner->entries.at[id].next;

        fuse_entry(f, id);
        join_long_lists(f, id);
        id = next;
    }
    while (f->touched.count > 0)
        f->planner->refs[vec_pop(&f->touched)] = (RefList){ NO_ID, 0 };
    f->refs.count = 0;
    return f->first;
}

/* A loop whose body is still to be fused. */
typedef struct {
    SlotId slot;
    unsigned level; /* of the body */
} Body;

void fuse_block(Planner *planner, Block *block)
{
    Fuser f = { .planner = planner };
    VEC(Body) bodies = { 0 };

    block->slot = fuse_list(&f, block->first, 0);
    settle_block(planner, block);
    for (SlotId s = block->slot; s != NO_ID; s = planner->slots.at[s].next)
        if (planner->slots.at[s].low != AFF_FAIL)
            vec_push(planner->work, &bodies, (Body){ s, 1 });
    while (bodies.count > 0) {
        Body body = vec_pop(&bodies);
        SlotId child = fuse_list(&f, planner->slots.at[body.slot].first, body.level);

        planner->slots.at[body.slot].child = child;
        for (SlotId s = child; s != NO_ID; s = planner->slots.at[s].next)
            if (planner->slots.at[s].low != AFF_FAIL)
                vec_push(planner->work, &bodies, (Body){ s, body.level + 1 });
    }
}
