/* samples.c -- loops over the samples of a call in place of a dimension that is as long as they are many.
 *
 * The body becomes: what needs no sample; one loop over the samples for everything that it can do in one pass; what
 * needs its sums; the next loop; and so on. A stage that has a value for every sample stands in each loop that needs
 * it, so that nothing of a sample outlives its turn. With a constant seed the adjoint stages need no sum of the forward
 * stages where the samples do not depend on one another, and forward and backward stages share one loop.
 */
#include "pass/samples.h"

#include <string.h>

/* ---- what a loop over the samples contains ------------------------------------------------------------ */

static void choose(Samples *s, uint32_t step)
{
    if (s->steps.at[step].chosen)
        return;
    s->steps.at[step].chosen = true;
    vec_push(s->arena, &s->work, step);
}

static void choose_writers(Samples *s, const Step *reader, SymId symbol, bool strictly)
{
    for (uint32_t w = s->first_writer[symbol]; w != 0; w = s->steps.at[w - 1].next) {
        const Step *writer = &s->steps.at[w - 1];

        if (strictly ? writer->item < reader->item : samples_before(writer, reader))
            choose(s, w - 1);
    }
}

static bool choose_for_pass(Samples *s, uint32_t level)
{
    for (uint32_t i = 0; i < s->steps.count; i++) {
        const Step *step = &s->steps.at[i];

        if (samples_in_part(s, step) && step->by_sample && step->level == level && !samples_has(s, step->target))
            choose(s, i);
    }
    if (s->work.count == 0)
        return false;
    while (s->work.count > 0) {
        const Step *step = &s->steps.at[vec_pop(&s->work)];

        for (uint32_t i = step->reads; i < step->read_end; i++)
            if (samples_has(s, s->reads.at[i]))
                choose_writers(s, step, s->reads.at[i], false);
        if (!step->first && samples_has(s, step->target))
            choose_writers(s, step, step->target, true);
    }
    return true;
}

static void choose_outside(Samples *s, uint32_t level)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        Step *step = &s->steps.at[i];

        step->chosen = samples_in_part(s, step) && !step->by_sample && step->level == level;
    }
}

/* ---- symbols of their own for every pass --------------------------------------------------------------- */

static void version(Samples *s, SymId symbol)
{
    if (s->used[symbol] && s->rebuild.symbols[symbol] == s->home[symbol])
        s->rebuild.symbols[symbol] = program_symbol(s->p, s->p->symbols.at[s->home[symbol]]);
}

static void make_versions(Samples *s)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const Step *step = &s->steps.at[i];

        if (step->chosen && samples_has(s, step->target))
            version(s, step->target);
    }
}

static void end_versions(Samples *s)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        Step *step = &s->steps.at[i];

        if (step->chosen)
            s->used[step->target] = true;
        step->chosen = false;
    }
    for (SymId i = 0; s->rebuild.symbols[i] != NO_ID; i++)
        s->rebuild.symbols[i] = s->home[i];
    rebuild_forget(&s->rebuild);
}

/* ---- stages ------------------------------------------------------------------------------------------- */

static void without_range(Samples *s, StageId id, IndexId index)
{
    Stage *stage = &s->p->stages.at[id];
    Range *domain = arena_array(s->p->arena, Range, stage->rank + 1u);
    uint8_t rank = 0;

    for (unsigned d = 0; d < stage->rank; d++)
        if (stage->domain[d].index != index)
            domain[rank++] = stage->domain[d];
    stage->domain = domain;
    stage->rank = rank;
}

/* A zero fill has an index of its own where the others have the sample, or (one sample) a constant. */
static void write_by_sample(Samples *s, const Step *step, IndexId sample)
{
    const Stage *stage = &s->p->stages.at[step->stage];
    uint32_t k = s->dimension[stage->target], own;
    AffId present = aff_index(&s->p->affs, sample);
    bool renamed = k != NO_ID && aff_is_index(&s->p->affs, stage->subs[k], &own) && own != s->p->sample;
    StageId made;

    if (renamed)
        samples_rename(s, own, present);
    made = rebuild_stage(&s->rebuild, step->stage);
    if (renamed)
        samples_rename(s, own, AFF_FAIL);
    without_range(s, made, sample);
    if (k == NO_ID) {
        s->p->stages.at[made].fresh = false;
    } else {
        Stage *at = &s->p->stages.at[made];
        uint32_t count = stage_subs(s->p, at);
        AffId *subs = arena_array(s->p->arena, AffId, count + 1);

        memcpy(subs, at->subs, count * sizeof *subs);
        subs[k] = present;
        at->subs = subs;
    }
}

static void write_outside(Samples *s, const Step *step)
{
    StageId made = rebuild_stage(&s->rebuild, step->stage);
    Stage *stage = &s->p->stages.at[made];

    if (!step->early)
        return;
    stage->op = stage->op == STAGE_SET ? STAGE_ADD : stage->op;
    stage->fresh = false;
}

/* ---- loops -------------------------------------------------------------------------------------------- */

/* A loop of the old body around what is being written, begun when the first step comes. */
typedef struct {
    LoopId old, made; /* NO_ID: not begun */
    bool counts;      /* it asks its condition */
} Open;
typedef VEC(Open) Opens;

/* A second loop with the index of the first gets one of its own. Where its turns were counted before, it takes their number. */
static void begin_loop(Samples *s, Open *open)
{
    Program *p = s->p;
    Loop loop = p->loops.at[open->old];

    if (loop.index == p->sample)
        return;
    if (s->index_used[open->old]) {
        IndexId index = program_index(p, p->indices.at[loop.index].name, p->indices.at[loop.index].at);

        samples_rename(s, loop.index, aff_index(&p->affs, index));
        loop.index = index;
    }
    s->index_used[open->old] = true;
    loop.condition = open->counts ? rebuild_node(&s->rebuild, loop.condition) : NO_ID;
    if (loop.turns != NO_ID)
        loop.turns = s->rebuild.symbols[loop.turns];
    open->made = program_begin_loop(p, loop);
}

static void end_loop(Samples *s, Opens *opens)
{
    Open open = vec_pop(opens);

    if (open.made == NO_ID)
        return;
    program_end_loop(s->p, open.made);
    samples_rename(s, s->p->loops.at[open.old].index, AFF_FAIL);
}

/* The chosen steps with the loops around them; `sample`: the index of the loop over the samples, or NO_ID. */
static void write_chosen(Samples *s, IndexId sample)
{
    Opens opens = { 0 };

    for (size_t i = 0; i < s->end; i++) {
        Item item = s->items[i];
        const Step *step = s->step_of[i] == 0 ? NULL : &s->steps.at[s->step_of[i] - 1];
        bool chosen = step != NULL && step->chosen;

        if (item.kind == ITEM_LOOP)
            vec_push(s->arena, &opens, (Open){ item.id, NO_ID, chosen });
        else if (item.kind == ITEM_END)
            end_loop(s, &opens);
        for (size_t k = 0; k < opens.count && chosen; k++)
            if (opens.at[k].made == NO_ID)
                begin_loop(s, &opens.at[k]);
        if (item.kind != ITEM_STAGE || !chosen)
            continue;
        if (sample != NO_ID)
            write_by_sample(s, step, sample);
        else
            write_outside(s, step);
    }
}

static void write_pass(Samples *s)
{
    Program *p = s->p;
    IndexId sample = p->sample;
    Loop loop = { .high = p->samples, .condition = NO_ID, .turns = NO_ID, .samples = true };
    LoopId made;

    if (s->passes++ > 0)
        sample = program_index(p, p->indices.at[sample].name, p->indices.at[sample].at);
    make_versions(s);
    loop.index = sample;
    made = program_begin_loop(p, loop);
    samples_rename(s, p->sample, aff_index(&p->affs, sample));
    write_chosen(s, sample);
    program_end_loop(p, made);
    samples_rename(s, p->sample, AFF_FAIL);
    end_versions(s);
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

static void write_part(Samples *s)
{
    uint32_t most = 0;

    for (size_t i = 0; i < s->steps.count; i++)
        if (samples_in_part(s, &s->steps.at[i]) && s->steps.at[i].level > most)
            most = s->steps.at[i].level;
    samples_find_starts(s);
    for (uint32_t pass = 0; 2 * pass <= most; pass++) {
        samples_write_whole_starts(s, pass);
        choose_outside(s, 2 * pass);
        write_chosen(s, NO_ID);
        for (size_t i = 0; i < s->steps.count; i++)
            s->steps.at[i].chosen = false;
        samples_write_starts(s, pass);
        if (choose_for_pass(s, 2 * pass + 1))
            write_pass(s);
    }
}

/* The loop over the samples is the outermost one now, and the dimensions of counted turns are the loops in their order. */
static void order_turns(Samples *s, SymId turns)
{
    Symbol symbol = s->p->symbols.at[turns];
    int32_t extents[UINT8_MAX];

    extents[0] = symbol.extents[s->dimension[turns]];
    for (uint32_t k = 1; k < symbol.rank; k++)
        extents[k] = symbol.extents[k - (k <= s->dimension[turns])];
    symbol.extents = extents;
    s->home[turns] = program_symbol(s->p, symbol);
}

static AffId element_of_turns(Rebuild *r, SymId symbol, const AffId *subs, uint32_t rank)
{
    const Samples *s = r->context;
    AffId ordered[UINT8_MAX];

    if (s->home[symbol] == symbol)
        return AFF_FAIL;
    ordered[0] = subs[s->dimension[symbol]];
    for (uint32_t k = 1; k < rank; k++)
        ordered[k] = subs[k - (k <= s->dimension[symbol])];
    return aff_element(&r->to->affs, r->symbols[symbol], ordered, rank);
}

static void begin_symbols(Samples *s)
{
    s->home = arena_array(s->arena, SymId, s->symbols + 1);
    s->rebuild.symbols = arena_array(s->arena, SymId, s->symbols + 1);
    for (SymId i = 0; i <= s->symbols; i++)
        s->home[i] = i < s->symbols ? i : NO_ID;
    for (size_t i = 0; i < s->steps.count; i++) {
        SymId target = s->steps.at[i].target;

        if (s->steps.at[i].stage == NO_ID && samples_has(s, target) && s->dimension[target] > 0 && s->home[target] == target)
            order_turns(s, target);
    }
    memcpy(s->rebuild.symbols, s->home, (s->symbols + 1) * sizeof *s->home);
    s->rebuild.element = element_of_turns;
    s->rebuild.context = s;
}

static void begin(Samples *s, Program *p)
{
    *s = (Samples){ .from = p, .p = p, .arena = heap_arena(p->heap) };
    samples_list(s);
    p->body.count = 0;
    s->used = arena_array(s->arena, bool, p->symbols.count + 1);
    s->index_used = arena_array(s->arena, bool, p->loops.count + 1);
    s->symbols = (SymId)p->symbols.count;
    s->start = arena_array(s->arena, uint32_t, p->symbols.count + 1);
    rebuild_begin(&s->rebuild, p, p);
    begin_symbols(s);
    s->rebuild.indices = arena_array(s->arena, AffId, p->indices.count + 1);
    for (IndexId i = 0; i < p->indices.count; i++)
        s->rebuild.indices[i] = AFF_FAIL;
}

Program *pass_samples(Program *p, size_t *first_adjoint)
{
    Samples s;
    Span at;

    if (p->samples == 0)
        return p;
    begin(&s, p);
    s.end = first_adjoint == NULL ? s.count : *first_adjoint;
    (void)samples_order(&s, &at); /* pass_samples_check has asked */
    write_part(&s);
    if (first_adjoint != NULL)
        *first_adjoint = p->body.count;
    s.begin = s.end;
    s.end = s.count;
    (void)samples_order(&s, &at);
    write_part(&s);
    heap_release(p->heap, s.arena);
    return p;
}
