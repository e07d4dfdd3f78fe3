/* sink_loop.c -- stages inside loops: where they stand, and what is known there. */
#include "pass/sink.h"

void sink_find_places(Sinker *s)
{
    const Program *p = s->p;
    LoopId loop = NO_ID;

    s->inside = arena_array(s->arena, LoopId, p->stages.count + 1);
    s->outer = arena_array(s->arena, LoopId, p->loops.count + 1);
    s->around = arena_array(s->arena, LoopId, p->body.count + 1);
    s->begin = arena_array(s->arena, uint32_t, p->loops.count + 1);
    s->end = arena_array(s->arena, uint32_t, p->loops.count + 1);
    for (uint32_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        s->around[i] = loop;
        if (item.kind == ITEM_STAGE) {
            s->place[item.id] = PLACE(i, 0);
            s->inside[item.id] = loop;
        } else if (item.kind == ITEM_LOOP) {
            s->outer[item.id] = loop;
            s->begin[item.id] = i;
            loop = item.id;
        } else {
            s->end[item.id] = i;
            loop = s->outer[item.id];
        }
    }
}

uint32_t sink_item_in(const Sinker *s, LoopId loop, uint32_t item)
{
    uint32_t at = item;

    while (s->around[at] != loop && s->around[at] != NO_ID)
        at = s->begin[s->around[at]];
    return s->around[at] == loop ? at : s->end[loop];
}

/* The loops around, outermost first. */
static uint32_t list_loops(const Sinker *s, LoopId loop, LoopId *loops)
{
    uint32_t count = 0, k;

    for (LoopId l = loop; l != NO_ID; l = s->outer[l])
        count++;
    k = count;
    for (LoopId l = loop; l != NO_ID && k <= UINT8_MAX; l = s->outer[l])
        loops[--k] = l;
    return count;
}

/* Is the subscript the number of the loop's turn, or that of another one `ahead` of it? */
static bool is_turn(const Sinker *s, AffId sub, LoopId loop, int64_t ahead)
{
    const Loop *l = &s->p->loops.at[loop];
    uint32_t index;
    int64_t offset;

    return aff_is_shifted_index(&s->p->affs, sub, &index, &offset) && index == l->index && offset == ahead - l->low;
}

bool sink_is_of_turn(const Sinker *s, StageId id)
{
    const Stage *stage = &s->p->stages.at[id];
    LoopId loops[UINT8_MAX];
    uint32_t count = list_loops(s, s->inside[id], loops);

    if (count > s->p->symbols.at[stage->target].rank)
        return false;
    for (uint32_t k = 0; k < count; k++)
        if (!is_turn(s, stage->subs[k], loops[k], 0))
            return false;
    return true;
}

/* Loops with a condition, and those that run backwards, have elements that are not there behind them, or not in this order. */
static bool runs_all(const Sinker *s, LoopId loop)
{
    for (; loop != NO_ID; loop = s->outer[loop])
        if (s->p->loops.at[loop].condition != NO_ID || s->p->loops.at[loop].turns != NO_ID ||
            s->p->loops.at[loop].samples || s->p->loops.at[loop].segments)
            return false;
    return true;
}

Asking sink_is_known(const Sinker *s, StageId reader, NodeId read, StageId writer)
{
    LoopId of_reader[UINT8_MAX], of_writer[UINT8_MAX];
    uint32_t readers = list_loops(s, s->inside[reader], of_reader), writers = list_loops(s, s->inside[writer], of_writer);
    uint32_t common = 0;
    const AffId *subs = node_subs(s->p, read), *written = s->p->stages.at[writer].subs;
    bool before = s->place[writer] < s->place[reader];

    while (common < readers && common < writers && of_reader[common] == of_writer[common])
        common++;
    if (writers > s->p->symbols.at[s->p->stages.at[writer].target].rank)
        return ASK_NO;
    if (writers > common && !runs_all(s, of_writer[writers - 1]))
        return ASK_NO;
    if (common == 0)
        return before ? ASK_YES : ASK_LATER;
    for (uint32_t k = 0; k < common; k++)
        if (!is_turn(s, subs[k], of_reader[k], 0))
            return ASK_NO;
    for (uint32_t k = 0; k + 1 < common; k++)
        if (!is_turn(s, written[k], of_reader[k], 0))
            return ASK_NO;
    if (is_turn(s, written[common - 1], of_reader[common - 1], 1))
        return writers == common ? ASK_YES : ASK_NO;
    if (!is_turn(s, written[common - 1], of_reader[common - 1], 0))
        return ASK_NO;
    return before ? ASK_YES : ASK_LATER;
}

void sink_enter_loops(Sinker *s, StageId id)
{
    for (LoopId loop = s->inside[id]; loop != NO_ID; loop = s->outer[loop]) {
        const Loop *l = &s->p->loops.at[loop];

        s->hulls.of[l->index] = (Hull){ l->low, l->high - 1 };
        s->hulls.known[l->index] = true;
    }
}
