/* reach.c -- which elements a contribution to an adjoint reaches, and in which turn of a loop. */
#include "pass/first_write.h"

/* ---- what a contribution reaches --------------------------------------------------------------------- */

enum { NO_DIMENSION = UINT8_MAX };

typedef struct {
    Writes *w;
    const Stage *stage;
    LoopId loop;
    SymId turns;   /* of the dimension at hand, see turns.c; or NO_ID */
    int32_t extent; /* likewise */
} Finding;

static bool constant_range(const Program *p, const Range *range, Interval *out)
{
    return aff_is_const(&p->affs, range->low, &out->low) && aff_is_const(&p->affs, range->high, &out->high);
}

/* The range of an index of the domain or of a loop around the stage. */
static bool index_range(const Finding *f, IndexId index, Interval *out)
{
    const Program *p = f->w->p;

    for (unsigned d = 0; d < f->stage->rank; d++)
        if (f->stage->domain[d].index == index)
            return constant_range(p, &f->stage->domain[d], out);
    for (LoopId loop = f->loop; loop != NO_ID; loop = f->w->outer[loop]) {
        const Loop *l = &p->loops.at[loop];

        *out = (Interval){ l->low, l->high };
        if (l->index == index)
            return l->condition == NO_ID && (l->turns == NO_ID || l->turns == f->turns);
    }
    return false;
}

/* Do the subscripts before this one use the index, too? A loop's, as a domain's, then reaches a diagonal. */
static bool is_used_before(const Finding *f, unsigned k, IndexId index)
{
    while (k-- > 0)
        if (aff_uses_index(&f->w->p->affs, f->stage->subs[k], index))
            return true;
    return false;
}

/* The interval of subscript k: a constant, or an index with a factor +-1. */
static bool sub_interval(const Finding *f, unsigned k, Interval *out)
{
    const AffPool *affs = &f->w->p->affs;
    const Affine *a = &affs->affs.at[f->stage->subs[k]];
    AffTerm term;
    Interval range;

    *out = (Interval){ a->constant, a->constant + 1 };
    if (a->count == 0)
        return true;
    term = affs->terms.at[a->first];
    if (f->turns != NO_ID && affs->atoms.at[term.atom].kind == ATOM_ELEMENT) {
        *out = (Interval){ f->extent - 1, f->extent };
        return true;
    }
    if (a->count > 1 || affs->atoms.at[term.atom].kind != ATOM_INDEX || (term.coef != 1 && term.coef != -1) ||
        !index_range(f, affs->atoms.at[term.atom].of, &range) || is_used_before(f, k, affs->atoms.at[term.atom].of))
        return false;
    if (term.coef == 1)
        *out = (Interval){ a->constant + range.low, a->constant + range.high };
    else
        *out = (Interval){ a->constant - range.high + 1, a->constant - range.low + 1 };
    return true;
}

static bool uses_index(const Finding *f, uint32_t rank, IndexId index)
{
    for (uint32_t k = 0; k < rank; k++)
        if (aff_uses_index(&f->w->p->affs, f->stage->subs[k], index))
            return true;
    return false;
}

/* Is the range of an index that is summed over empty for no element, or may it be, since the sum then is the 0
 * that it begins with? It may use indices of the target, but no other sum. */
static bool range_is_sum(const Finding *f, uint32_t rank, unsigned d)
{
    const AffPool *affs = &f->w->p->affs;
    const Range *range = &f->stage->domain[d];

    for (unsigned k = 0; k < d; k++) {
        IndexId index = f->stage->domain[k].index;

        if (!uses_index(f, rank, index) &&
            (aff_uses_index(affs, range->low, index) || aff_uses_index(affs, range->high, index)))
            return false;
    }
    return true;
}

Reach reach_of(Writes *w, const Contribution *c)
{
    const Stage *stage = &w->p->stages.at[c->stage];
    const Symbol *target = &w->p->symbols.at[stage->target];
    Finding f = { .w = w, .stage = stage, .loop = c->loop };
    Reach reach = { .box = arena_array(w->arena, Interval, target->rank), .regular = true };

    for (unsigned k = 0; k < target->rank; k++) {
        Interval *side = &reach.box[k];

        f.turns = w->turns[stage->target] == NULL ? NO_ID : w->turns[stage->target][k];
        f.extent = target->extents[k];
        if (!sub_interval(&f, k, side) || side->low < 0 || side->high > target->extents[k]) {
            reach.regular = false;
            *side = (Interval){ 0, target->extents[k] };
        }
    }
    for (unsigned d = 0; d < stage->rank; d++) {
        if (uses_index(&f, target->rank, stage->domain[d].index))
            continue;
        reach.reduces = true;
        reach.regular &= range_is_sum(&f, target->rank, d);
    }
    for (LoopId loop = c->loop; loop != NO_ID; loop = w->outer[loop])
        reach.regular &= uses_index(&f, target->rank, w->p->loops.at[loop].index);
    return reach;
}

/* ---- the order of contributions in a loop ------------------------------------------------------------- */

bool reach_time(const Writes *w, const Stage *stage, LoopId loop, unsigned *dimension, int64_t *offset)
{
    uint32_t index;

    for (unsigned k = 0; k < w->p->symbols.at[stage->target].rank; k++) {
        if (aff_is_shifted_index(&w->p->affs, stage->subs[k], &index, offset) && index == w->p->loops.at[loop].index) {
            *dimension = k;
            return true;
        }
    }
    return false;
}

static const Stage *stage_of(const Writes *w, const Contribution *c)
{
    return &w->p->stages.at[c->stage];
}

/* Does each loop's index stand in one dimension, the same in all of the group? */
static bool same_times(Writes *w, const Contribution *group, size_t count)
{
    bool same = true;

    for (size_t i = 0; i < count; i++)
        for (LoopId loop = group[i].loop; loop != NO_ID; loop = w->outer[loop])
            w->time[loop] = NO_DIMENSION;
    for (size_t i = 0; i < count; i++)
        for (LoopId loop = group[i].loop; loop != NO_ID; loop = w->outer[loop]) {
            unsigned dimension;
            int64_t offset;

            if (!reach_time(w, stage_of(w, &group[i]), loop, &dimension, &offset))
                return false;
            same &= w->time[loop] == NO_DIMENSION || w->time[loop] == dimension;
            w->time[loop] = (uint8_t)dimension;
        }
    return same;
}

static bool is_around(const Writes *w, LoopId outer, LoopId loop)
{
    while (loop != NO_ID && loop != outer)
        loop = w->outer[loop];
    return loop == outer;
}

/* Does b reach an element that both reach at an earlier turn than a? The outermost loop around both decides first. */
static bool runs_earlier(const Writes *w, const Contribution *b, const Contribution *a)
{
    bool earlier = b->order < a->order;

    for (LoopId loop = a->loop; loop != NO_ID; loop = w->outer[loop]) {
        unsigned dimension;
        int64_t a_offset = 0, b_offset = 0;

        if (!is_around(w, loop, b->loop))
            continue;
        reach_time(w, stage_of(w, a), loop, &dimension, &a_offset);
        reach_time(w, stage_of(w, b), loop, &dimension, &b_offset);
        if (a_offset != b_offset)
            earlier = (b_offset < a_offset) == w->p->loops.at[loop].reverse;
    }
    return earlier;
}

bool reach_sort_by_time(Writes *w, Contribution *group, size_t count)
{
    if (!same_times(w, group, count))
        return false;
    for (size_t i = 1; i < count; i++) {
        Contribution moved = group[i];
        size_t k = i;

        for (; k > 0 && runs_earlier(w, &moved, &group[k - 1]); k--)
            group[k] = group[k - 1];
        group[k] = moved;
    }
    return true;
}
