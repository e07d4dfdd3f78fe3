/* sink_loop.c -- recurrences: what belongs to the present turn can be guarded like what stands outside of loops. */
#include "pass/sink.h"

void sink_find_loops(Sinker *s)
{
    const Program *p = s->p;
    uint32_t open = OUTSIDE;

    s->around = arena_array(s->arena, uint32_t, p->body.count);
    s->ends = arena_array(s->arena, uint32_t, p->body.count);
    for (uint32_t i = 0; i < p->body.count; i++) {
        if (p->body.at[i].kind == ITEM_END) {
            s->ends[open] = i;
            open = s->around[open];
        }
        s->around[i] = open;
        if (p->body.at[i].kind == ITEM_LOOP)
            open = i;
    }
}

uint32_t sink_loops_of(const Sinker *s, size_t item, uint32_t *path)
{
    uint32_t count = 0, k;

    for (uint32_t at = s->around[item]; at != OUTSIDE; at = s->around[at])
        count++;
    k = count;
    for (uint32_t at = s->around[item]; at != OUTSIDE; at = s->around[at])
        if (--k < UINT8_MAX)
            path[k] = at;
    return count < UINT8_MAX ? count : UINT8_MAX;
}

static const Loop *loop_at(const Sinker *s, uint32_t item)
{
    return &s->p->loops.at[s->p->body.at[item].id];
}

void sink_enter_loops(Sinker *s, size_t item, bool enter)
{
    uint32_t path[UINT8_MAX], count = sink_loops_of(s, item, path);

    for (uint32_t k = 0; k < count; k++) {
        const Loop *loop = loop_at(s, path[k]);
        Range range = { loop->index, aff_const(&s->p->affs, loop->low), aff_const(&s->p->affs, loop->high) };

        if (enter)
            hulls_enter(&s->hulls, &range, 1);
        else
            hulls_leave(&s->hulls, &range, 1);
    }
}

bool sink_is_of_turn(const Sinker *s, size_t item, const AffId *subs, uint32_t rank)
{
    uint32_t path[UINT8_MAX], count = sink_loops_of(s, item, path), index;
    int64_t offset;

    for (uint32_t k = 0; k < count; k++) {
        const Loop *loop = loop_at(s, path[k]);

        if (k >= rank || !aff_is_shifted_index(&s->p->affs, subs[k], &index, &offset) || index != loop->index ||
            offset != -(int64_t)loop->low)
            return false;
    }
    return true;
}

bool sink_is_of_earlier_turn(Sinker *s, size_t item, const Stage *writer, const AffId *subs)
{
    uint32_t path[UINT8_MAX], count = sink_loops_of(s, item, path);

    for (uint32_t k = 0; k < count && k < stage_subs(s->p, writer); k++) {
        const Loop *loop = loop_at(s, path[k]);
        int64_t ahead;

        if (aff_coef(&s->p->affs, subs[k], loop->index) != 1 || aff_coef(&s->p->affs, writer->subs[k], loop->index) != 1 ||
            !aff_is_const(&s->p->affs, aff_sub(&s->p->affs, writer->subs[k], subs[k]), &ahead))
            return false;
        if (ahead != 0)
            return (ahead > 0) != loop->reverse;
    }
    return false;
}

size_t sink_item_in(const Sinker *s, size_t item, uint32_t loop)
{
    while (s->around[item] != loop && s->around[item] != OUTSIDE)
        item = s->around[item];
    return item;
}
