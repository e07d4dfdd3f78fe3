/* settle.c -- in a recurrence, what a turn carries on is written after the last look at what it was, where that changes
 * nothing else: then one place holds both (fold.c).
 */
#include "plan/planner.h"

enum { FARTHEST = 256 }; /* slots that one write is moved over at most */

typedef struct {
    Planner *planner;
    Block *block;
    const Loop *loop;
} Settler;

static const Access *write_of(const Settler *s, const Slot *slot)
{
    const Entry *entry = &s->planner->entries.at[slot->first];
    const Stage *stage;

    if (slot->low != AFF_FAIL || entry->kind != ENTRY_STAGE || entry->access == entry->access_end)
        return NULL;
    stage = &s->planner->from->stages.at[entry->of];
    return stage->op == STAGE_SET && stage->guard == NO_ID && s->planner->accesses.at[entry->access].write
               ? &s->planner->accesses.at[entry->access] : NULL;
}

static AffId sub_of(const Settler *s, const Access *access, unsigned k)
{
    return s->planner->subs.at[access->subs + k];
}

/* The dimension whose subscript is the turn, with its offset. */
static bool time_of(const Settler *s, const Access *access, unsigned *dimension, int64_t *offset)
{
    uint32_t index;

    for (*dimension = 0; *dimension < access->sub_count; ++*dimension)
        if (aff_is_shifted_index(&s->planner->pool, sub_of(s, access, *dimension), &index, offset) &&
            index == MOST_LEVELS + s->block->loop)
            return true;
    return false;
}

/* Does it look at what the element was that `write` writes? */
static bool is_old(const Settler *s, const Access *access, const Access *write, unsigned time)
{
    const AffPool *pool = &s->planner->pool;
    AffId old = aff_offset(&s->planner->pool, sub_of(s, write, time), s->loop->reverse ? 1 : -1);
    int64_t x, y;

    if (access->symbol != write->symbol || access->sub_count != write->sub_count || sub_of(s, access, time) != old)
        return false;
    for (unsigned k = 0; k < access->sub_count; k++)
        if (k != time && aff_is_const(pool, sub_of(s, access, k), &x) && aff_is_const(pool, sub_of(s, write, k), &y) &&
            x != y)
            return false;
    return true;
}

static bool slot_looks(const Settler *s, SlotId slot, const Access *write, unsigned time)
{
    const Planner *planner = s->planner;

    for (EntryId id = planner->slots.at[slot].first; id != NO_ID; id = planner->entries.at[id].next)
        for (uint32_t a = planner->entries.at[id].access; a < planner->entries.at[id].access_end; a++)
            if (is_old(s, &planner->accesses.at[a], write, time))
                return true;
    return false;
}

/* Must the entry stay where it is, as seen from a stage that would move over it? */
static bool conflicts(const Settler *s, const Entry *moving, const Entry *entry)
{
    const Planner *planner = s->planner;

    if (entry->kind == ENTRY_ORDER && entry->access == entry->access_end && entry->edge < entry->edge_end)
        return true; /* it stands for many */
    for (uint32_t a = moving->access; a < moving->access_end; a++)
        for (uint32_t b = entry->access; b < entry->access_end; b++) {
            const Access *x = &planner->accesses.at[a], *y = &planner->accesses.at[b];

            if (x->symbol == y->symbol && (x->write || y->write) && depend_meet(planner, x, y, 0))
                return true;
        }
    return false;
}

static bool may_pass(const Settler *s, SlotId moving, SlotId slot)
{
    const Planner *planner = s->planner;

    for (EntryId id = planner->slots.at[slot].first; id != NO_ID; id = planner->entries.at[id].next)
        if (conflicts(s, &planner->entries.at[planner->slots.at[moving].first], &planner->entries.at[id]))
            return false;
    return true;
}

static void move_behind(Settler *s, SlotId moving, SlotId last)
{
    Slot *slots = s->planner->slots.at;
    SlotId previous = slots[moving].previous, next = slots[moving].next;

    if (previous == NO_ID)
        s->block->slot = next;
    else
        slots[previous].next = next;
    slots[next].previous = previous;
    slots[moving].previous = last;
    slots[moving].next = slots[last].next;
    if (slots[last].next != NO_ID)
        slots[slots[last].next].previous = moving;
    slots[last].next = moving;
}

static void settle_slot(Settler *s, SlotId moving)
{
    const Planner *planner = s->planner;
    const Access *write = write_of(s, &planner->slots.at[moving]);
    SlotId last = NO_ID, at = planner->slots.at[moving].next;
    unsigned time, passed = 0;
    int64_t offset;

    if (write == NULL || !time_of(s, write, &time, &offset))
        return;
    for (; at != NO_ID && passed < FARTHEST && may_pass(s, moving, at); at = planner->slots.at[at].next, passed++)
        if (slot_looks(s, at, write, time))
            last = at;
    if (last != NO_ID)
        move_behind(s, moving, last);
}

void settle_block(Planner *planner, Block *block)
{
    Settler s = { .planner = planner, .block = block };
    VEC(SlotId) slots = { 0 };

    if (block->loop == NO_ID)
        return;
    s.loop = &planner->from->loops.at[block->loop];
    for (SlotId id = block->slot; id != NO_ID; id = planner->slots.at[id].next)
        vec_push(planner->work, &slots, id);
    for (size_t i = 0; i < slots.count; i++)
        settle_slot(&s, slots.at[i]);
}
