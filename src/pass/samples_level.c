/* samples_level.c -- which stages have a value for every sample, and in which pass over the samples each can run.
 *
 * A reduction over the samples is known after the pass that it is made in; what needs it comes later. What has a value
 * for every sample comes as early as it can: later passes compute it again.
 */
#include <string.h>

#include "pass/samples.h"

/* ---- what a stage reads ------------------------------------------------------------------------------- */

typedef struct {
    Samples *s;
    uint32_t *stamp; /* by symbol: the last step (+ 1) that reads it */
    uint32_t step;
    VEC(AffId) affs;
    NodeVec nodes;
} Reader;

static void read_symbol(Reader *r, SymId symbol)
{
    if (r->stamp[symbol] == r->step)
        return;
    r->stamp[symbol] = r->step;
    vec_push(r->s->arena, &r->s->reads, symbol);
}

static void read_aff(Reader *r, AffId aff)
{
    const AffPool *pool = &r->s->from->affs;

    if (!aff_has_element(pool, aff))
        return;
    vec_push(r->s->arena, &r->affs, aff);
    while (r->affs.count > 0) {
        Affine a = pool->affs.at[vec_pop(&r->affs)];

        for (uint32_t t = a.first; t < a.first + a.count; t++) {
            Atom atom = pool->atoms.at[pool->terms.at[t].atom];

            if (atom.kind != ATOM_ELEMENT)
                continue;
            read_symbol(r, atom.of);
            for (uint32_t k = 0; k < atom.rank; k++)
                vec_push(r->s->arena, &r->affs, pool->subs.at[atom.subs + k]);
        }
    }
}

static void read_nodes(Reader *r, const NodeId *roots, size_t count)
{
    const Program *p = r->s->from;

    r->nodes.count = 0;
    node_reach(p, r->s->arena, roots, count, &r->nodes);
    for (size_t i = 0; i < r->nodes.count; i++) {
        NodeId id = r->nodes.at[i];
        const Node *node = &p->nodes.at[id];

        if (node->op == OP_INTEGER)
            read_aff(r, node->u.aff);
        if (node->op != OP_READ)
            continue;
        read_symbol(r, node->u.read.symbol);
        for (uint32_t k = 0; k < p->symbols.at[node->u.read.symbol].rank; k++)
            read_aff(r, node_subs(p, id)[k]);
    }
}

/* The loops around a stage decide how often it runs. */
static void read_loops(Reader *r, const Step *step)
{
    const Program *p = r->s->from;

    for (LoopId loop = step->loop; loop != NO_ID; loop = r->s->outer[loop]) {
        read_nodes(r, &p->loops.at[loop].condition, 1);
        if (p->loops.at[loop].turns != NO_ID)
            read_symbol(r, p->loops.at[loop].turns);
    }
}

static void read_stage(Reader *r, const Stage *stage)
{
    const Program *p = r->s->from;
    NodeId roots[2] = { stage->value, stage->guard };

    read_nodes(r, roots, 2);
    for (unsigned d = 0; d < stage->rank; d++) {
        read_aff(r, stage->domain[d].low);
        read_aff(r, stage->domain[d].high);
    }
    for (uint32_t k = 0; k < stage_subs(p, stage); k++)
        read_aff(r, stage->subs[k]);
}

static void read_step(Reader *r, Step *step)
{
    r->step++;
    step->reads = (uint32_t)r->s->reads.count;
    if (step->stage != NO_ID)
        read_stage(r, &r->s->from->stages.at[step->stage]);
    read_loops(r, step);
    step->read_end = (uint32_t)r->s->reads.count;
}

/* ---- steps -------------------------------------------------------------------------------------------- */

/* The loop over the samples itself, if it stands around already. */
static bool is_in_sample_loop(const Samples *s, LoopId loop)
{
    while (loop != NO_ID && s->from->loops.at[loop].index != s->from->sample)
        loop = s->outer[loop];
    return loop != NO_ID;
}

static bool is_by_sample(const Samples *s, const Step *step)
{
    const Program *p = s->from;
    const Stage *stage = step->stage == NO_ID ? NULL : &p->stages.at[step->stage];

    for (unsigned d = 0; stage != NULL && d < stage->rank; d++)
        if (stage->domain[d].index == p->sample)
            return true;
    return is_in_sample_loop(s, step->loop) || samples_has(s, step->target);
}

static void add_step(Samples *s, Step step)
{
    step.by_sample = is_by_sample(s, &step);
    step.next = s->first_writer[step.target];
    vec_push(s->arena, &s->steps, step);
    s->step_of[step.item] = (uint32_t)s->steps.count;
    s->first_writer[step.target] = (uint32_t)s->steps.count;
}

static void add_stage(Samples *s, size_t item, size_t top, LoopId loop)
{
    StageId id = s->items[item].id;
    const Stage *stage = &s->from->stages.at[id];
    bool first = stage->fresh || stage->op == STAGE_SET || stage->op == STAGE_ARGMAX;

    add_step(s, (Step){ .stage = id, .target = stage->target, .item = item, .top = top, .loop = loop, .first = first });
}

/* A loop with a condition is a step, so that its turns are counted where the condition is known, whatever stands in it. */
static void add_count(Samples *s, size_t item, size_t top, LoopId loop)
{
    SymId turns = s->from->loops.at[loop].turns;

    if (s->from->loops.at[loop].condition != NO_ID)
        add_step(s, (Step){ .stage = NO_ID, .target = turns, .item = item, .top = top, .loop = loop, .first = true });
}

static void list_steps(Samples *s)
{
    LoopId loop = NO_ID;
    size_t top = 0;

    for (size_t i = 0; i < s->count; i++) {
        Item item = s->items[i];

        if (loop == NO_ID)
            top = i;
        if (item.kind == ITEM_LOOP) {
            s->outer[item.id] = loop;
            loop = item.id;
            add_count(s, i, top, loop);
        } else if (item.kind == ITEM_END) {
            loop = s->outer[item.id];
        } else {
            add_stage(s, i, top, loop);
        }
    }
}

void samples_list(Samples *s)
{
    size_t symbols = s->from->symbols.count;
    Reader reader = { .s = s, .stamp = arena_array(s->arena, uint32_t, symbols + 1) };

    s->count = s->end = s->from->body.count;
    s->items = arena_array(s->arena, Item, s->count + 1);
    if (s->count > 0)
        memcpy(s->items, s->from->body.at, s->count * sizeof *s->items);
    s->dimension = sample_dimensions(s->from, s->arena);
    s->first_writer = arena_array(s->arena, uint32_t, symbols + 1);
    s->step_of = arena_array(s->arena, uint32_t, s->count + 1);
    s->outer = arena_array(s->arena, LoopId, s->from->loops.count + 1);
    list_steps(s);
    for (size_t i = 0; i < s->steps.count; i++)
        read_step(&reader, &s->steps.at[i]);
}

/* ---- levels ------------------------------------------------------------------------------------------- */

/* In a loop a later write may serve an earlier read of the next turn. */
bool samples_before(const Step *writer, const Step *reader)
{
    return writer->item < reader->item || (writer->loop != NO_ID && writer->top == reader->top);
}

/* The level at which the reader can run for all that this writer does. */
static uint32_t level_after(const Samples *s, const Step *writer, const Step *reader, bool sampled)
{
    uint32_t written = writer->item < s->begin ? writer->by_sample && sampled : writer->level;

    if (writer->by_sample && sampled)
        return written;
    return ((written + 1) & ~1u) + reader->by_sample;
}

static uint32_t level_of_reads(const Samples *s, const Step *step)
{
    uint32_t level = step->by_sample;

    for (uint32_t i = step->reads; i < step->read_end; i++) {
        SymId symbol = s->reads.at[i];

        for (uint32_t w = s->first_writer[symbol]; w != 0; w = s->steps.at[w - 1].next) {
            const Step *writer = &s->steps.at[w - 1];
            uint32_t after = samples_before(writer, step) ? level_after(s, writer, step, samples_has(s, symbol)) : 0;

            level = after > level ? after : level;
        }
    }
    return level;
}

/* What adds to elements comes after the first writes, which in a loop may stand behind it: in the turn before. A sum over the samples
 * may begin earlier (`early`). */
static uint32_t level_of_target(const Samples *s, const Step *step)
{
    SymId target = step->target;
    uint32_t level = 0;

    if (step->first || (step->by_sample && !samples_has(s, target)))
        return 0;
    for (uint32_t w = s->first_writer[target]; w != 0; w = s->steps.at[w - 1].next) {
        const Step *writer = &s->steps.at[w - 1];
        bool before = writer->first ? samples_before(writer, step) : writer->item < step->item;
        uint32_t after = before ? level_after(s, writer, step, samples_has(s, target)) : 0;

        level = after > level ? after : level;
    }
    return level;
}

static bool raise(Samples *s, Step *step)
{
    uint32_t reads = level_of_reads(s, step), target = level_of_target(s, step);
    uint32_t level = reads > target ? reads : target;

    if (level <= step->level)
        return false;
    step->level = level;
    return true;
}

bool samples_order(Samples *s, Span *at)
{
    uint32_t most = 2 * (uint32_t)s->steps.count + 2;
    bool changed = true;

    while (changed) {
        changed = false;
        for (size_t i = 0; i < s->steps.count; i++) {
            Step *step = &s->steps.at[i];

            if (step->item < s->begin || step->item >= s->end || !raise(s, step))
                continue;
            changed = true;
            if (step->level <= most)
                continue;
            *at = step->stage == NO_ID ? s->from->loops.at[step->loop].at : s->from->stages.at[step->stage].at;
            return false;
        }
    }
    return true;
}

bool pass_samples_check(const Program *p, Span *at)
{
    Samples s = { .from = p, .arena = heap_arena(p->heap) };
    bool good = true;

    if (p->samples > 0) {
        samples_list(&s);
        good = samples_order(&s, at);
    }
    heap_release(p->heap, s.arena);
    return good;
}
