/* fill.c -- zeros for what no contribution writes first: before the first of them, inside the loops whose turns each have
 * their own elements.
 */
#include <stdlib.h>
#include <string.h>

#include "pass/first_write.h"

/* ---- where ------------------------------------------------------------------------------------------- */

static void add_fill(Writes *w, Fill fill)
{
    fill.order = (uint32_t)w->fills.count;
    vec_push(w->arena, &w->fills, fill);
}

static AffId *new_subs(Writes *w, SymId symbol)
{
    unsigned rank = w->p->symbols.at[symbol].rank;
    AffId *subs = arena_array(w->arena, AffId, rank);

    for (unsigned k = 0; k < rank; k++)
        subs[k] = AFF_FAIL;
    return subs;
}

/* Dimensions that are limited by a count of turns: the last element is the one that the count names, which takes the turns
 * of the loops around; all elements together are themselves. `first`: nothing was written before, so that others are
 * themselves, too. */
static bool name_turns(Writes *w, SymId symbol, const Interval *box, AffId *subs, bool first)
{
    Program *p = w->p;
    const Symbol *s = &p->symbols.at[symbol];

    for (unsigned k = 0; w->turns[symbol] != NULL && k < s->rank; k++) {
        SymId turns = w->turns[symbol][k];
        bool last = box[k].low == s->extents[k] - 1, all = box[k].low == 0 && box[k].high == s->extents[k];

        if (turns == NO_ID || subs[k] != AFF_FAIL || all || (!last && first && box[k].high < s->extents[k]))
            continue;
        if (!last || p->symbols.at[turns].rank > k)
            return false;
        for (unsigned j = 0; j < p->symbols.at[turns].rank; j++)
            if (subs[j] == AFF_FAIL)
                return false;
        subs[k] = aff_element(&p->affs, turns, subs, p->symbols.at[turns].rank);
    }
    return true;
}

/* The loops around a contribution, outermost first. */
static unsigned list_loops(const Writes *w, LoopId loop, LoopId *loops)
{
    unsigned count = 0;

    for (; loop != NO_ID && count < UINT8_MAX; loop = w->outer[loop])
        loops[count++] = loop;
    for (unsigned i = 0; i < count / 2; i++) {
        LoopId other = loops[i];

        loops[i] = loops[count - 1 - i];
        loops[count - 1 - i] = other;
    }
    return count;
}

/* Do the turns of the loop reach all that is read of the dimension? */
static bool reaches_all(const Writes *w, SymId symbol, LoopId loop, unsigned dimension)
{
    const Loop *l = &w->p->loops.at[loop];

    return l->condition == NO_ID &&
           (l->turns == NO_ID || (w->turns[symbol] != NULL && w->turns[symbol][dimension] == l->turns));
}

/* Inside the loops whose turns together reach the box in full, each one its own part. */
bool fill_before(Writes *w, const Contribution *c, const Interval *box, bool in_order)
{
    const Stage *stage = &w->p->stages.at[c->stage];
    Fill fill = { .at = c->top, .symbol = stage->target, .box = box, .like = c->stage };
    AffId *subs = new_subs(w, stage->target);
    LoopId loops[UINT8_MAX];
    unsigned count = list_loops(w, c->loop, loops), inside = 0, dimension;
    int64_t offset;

    for (; in_order && inside < count && reach_time(w, stage, loops[inside], &dimension, &offset); inside++) {
        const Loop *loop = &w->p->loops.at[loops[inside]];

        if (box[dimension].low != loop->low + offset || box[dimension].high != loop->high + offset ||
            !reaches_all(w, stage->target, loops[inside], dimension))
            break;
        subs[dimension] = stage->subs[dimension];
    }
    if (count > 0)
        fill.at = inside == count ? c->order : w->begin[loops[inside]];
    fill.subs = subs;
    if (!name_turns(w, stage->target, box, subs, false))
        return false;
    add_fill(w, fill);
    return true;
}

bool fill_at(Writes *w, uint32_t at, SymId symbol, const Interval *box, StageId like)
{
    AffId *subs = new_subs(w, symbol);

    if (!name_turns(w, symbol, box, subs, true))
        return false;
    add_fill(w, (Fill){ .at = at, .symbol = symbol, .box = box, .like = like, .subs = subs });
    return true;
}

/* ---- writing it down --------------------------------------------------------------------------------- */

/* The index that a model stage uses for this dimension; else one of the fills' own. */
static IndexId fill_index(Writes *w, const Fill *fill, unsigned dimension)
{
    const Stage *like = fill->like == NO_ID ? NULL : &w->p->stages.at[fill->like];
    int64_t offset;
    uint32_t index;

    if (like != NULL && aff_is_shifted_index(&w->p->affs, like->subs[dimension], &index, &offset))
        for (unsigned d = 0; d < like->rank; d++)
            if (like->domain[d].index == index)
                return index;
    while (w->indices.count <= dimension)
        vec_push(w->arena, &w->indices, program_index(w->p, NAME_NONE, (Span){ 0, 0 }));
    return w->indices.at[dimension];
}

static bool has_index(const Range *domain, unsigned rank, IndexId index)
{
    for (unsigned d = 0; d < rank; d++)
        if (domain[d].index == index)
            return true;
    return false;
}

static StageId fill_stage(Writes *w, const Fill *fill)
{
    Program *p = w->p;
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];
    Stage stage = { .target = fill->symbol, .op = STAGE_SET, .value = node_int(p, 0), .guard = NO_ID, .domain = domain,
                    .subs = subs };

    for (unsigned k = 0; k < p->symbols.at[fill->symbol].rank; k++) {
        Interval side = fill->box[k];
        IndexId index;

        if (fill->subs != NULL && fill->subs[k] != AFF_FAIL) {
            subs[k] = fill->subs[k];
            continue;
        }
        subs[k] = aff_const(&p->affs, side.low);
        if (side.high == side.low + 1)
            continue;
        index = fill_index(w, fill, k);
        if (has_index(domain, stage.rank, index)) /* the diagonal of the model */
            index = program_index(p, NAME_NONE, (Span){ 0, 0 });
        domain[stage.rank++] = (Range){ index, subs[k], aff_const(&p->affs, side.high) };
        subs[k] = aff_index(&p->affs, index);
    }
    return program_stage(p, stage);
}

static int compare_fills(const void *a, const void *b)
{
    const Fill *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* The body with the fills in their places. */
void fill_insert(Writes *w)
{
    Program *p = w->p;
    size_t count = p->body.count, next = 0;
    Item *old = arena_array(w->arena, Item, count);

    if (w->fills.count == 0)
        return;
    qsort(w->fills.at, w->fills.count, sizeof *w->fills.at, compare_fills);
    memcpy(old, p->body.at, count * sizeof *old);
    p->body.count = 0;
    for (size_t i = 0; i <= count; i++) {
        while (next < w->fills.count && w->fills.at[next].at == i)
            fill_stage(w, &w->fills.at[next++]);
        if (i < count)
            vec_push(p->arena, &p->body, old[i]);
    }
}

