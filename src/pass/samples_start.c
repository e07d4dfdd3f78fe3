/* samples_start.c -- beginnings: where sums over the samples, and what is added to in several passes, get the value that they
 * begin with. */
#include "pass/samples.h"

static bool is_subscript(const Program *p, const Stage *stage, IndexId index)
{
    for (uint32_t k = 0; k < stage_subs(p, stage); k++)
        if (aff_uses_index(&p->affs, stage->subs[k], index))
            return true;
    return false;
}

/* The value from which a stage counts: a number that every double and float takes for minus infinity, if it is a maximum. */
static NodeId start_of(Program *p, const Stage *stage)
{
    static const char root[] = "1e200";
    Rational value;

    if (stage->op != STAGE_MAX || !rational_parse(p->arena, root, sizeof root - 1, &value) ||
        !rational_mul(p->arena, value, value, &value))
        return node_int(p, 0);
    return node_literal(p, rational_neg(p->arena, value));
}

/* The start of all elements that the stage writes, whatever loops are around it. */
static void write_start(Samples *s, const Step *step)
{
    Program *p = s->p;
    Stage stage = p->stages.at[step->stage];
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];
    uint32_t count = stage_subs(p, &stage);
    uint8_t rank = 0;

    for (LoopId loop = step->loop; loop != NO_ID; loop = s->outer[loop]) {
        const Loop *around = &p->loops.at[loop];
        IndexId index = around->index;

        if (index == p->sample || !is_subscript(p, &stage, index))
            continue;
        domain[rank] = (Range){ .low = aff_const(&p->affs, around->low), .high = aff_const(&p->affs, around->high) };
        domain[rank].index = program_index(p, p->indices.at[index].name, p->indices.at[index].at);
        samples_rename(s, index, aff_index(&p->affs, domain[rank++].index));
    }
    for (unsigned d = 0; d < stage.rank; d++)
        if (is_subscript(p, &stage, stage.domain[d].index))
            domain[rank++] = (Range){ stage.domain[d].index, rebuild_aff(&s->rebuild, stage.domain[d].low),
                                      rebuild_aff(&s->rebuild, stage.domain[d].high) };
    for (uint32_t k = 0; k < count; k++)
        subs[k] = rebuild_aff(&s->rebuild, stage.subs[k]);
    program_stage(p, (Stage){ .target = stage.target, .op = STAGE_SET, .rank = rank, .value = start_of(p, &stage), .guard = NO_ID,
                              .domain = domain, .subs = subs });
    for (LoopId loop = step->loop; loop != NO_ID; loop = s->outer[loop])
        samples_rename(s, p->loops.at[loop].index, AFF_FAIL);
}

/* The first pass that adds to the symbol, or UINT32_MAX. */
static uint32_t first_pass(const Samples *s, SymId symbol)
{
    uint32_t first = UINT32_MAX;

    for (uint32_t w = s->first_writer[symbol]; w != 0; w = s->steps.at[w - 1].next) {
        const Step *step = &s->steps.at[w - 1];

        if (step->by_sample && samples_in_part(s, step) && step->level / 2 < first)
            first = step->level / 2;
    }
    return first;
}

static bool begins_before(const Samples *s, const Step *step)
{
    if (!step->first || samples_has(s, step->target))
        return false;
    return step->by_sample || first_pass(s, step->target) < step->level / 2;
}

/* Is the element chosen by a count of turns? */
static bool is_at_turns(const Samples *s, const Step *step)
{
    const Stage *stage = step->stage == NO_ID ? NULL : &s->p->stages.at[step->stage];

    for (uint32_t k = 0; stage != NULL && k < stage_subs(s->p, stage); k++)
        if (aff_has_element(&s->p->affs, stage->subs[k]))
            return true;
    return false;
}

/* The first pass before which the symbol is written, if some first write begins early and another one has its place by a count of
 * turns, which may be among the elements of the other: then all elements start before all that, and every write adds. */
static uint32_t find_start(const Samples *s, SymId symbol)
{
    uint32_t least = UINT32_MAX;
    bool early = false, at_turns = false;

    for (uint32_t w = s->first_writer[symbol]; w != 0; w = s->steps.at[w - 1].next) {
        const Step *step = &s->steps.at[w - 1];

        if (!samples_in_part(s, step))
            continue;
        early |= step->early;
        at_turns |= step->first && is_at_turns(s, step);
        least = step->level / 2 < least ? step->level / 2 : least;
    }
    return early && at_turns ? least : UINT32_MAX;
}

void samples_find_starts(Samples *s)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        Step *step = &s->steps.at[i];

        step->early = samples_in_part(s, step) && begins_before(s, step);
    }
    for (SymId i = 0; i < s->symbols; i++)
        s->start[i] = samples_has(s, i) ? UINT32_MAX : find_start(s, i);
    for (size_t i = 0; i < s->steps.count; i++) {
        Step *step = &s->steps.at[i];

        step->early |= samples_in_part(s, step) && step->first && s->start[step->target] != UINT32_MAX;
    }
}

static void write_whole_start(Samples *s, SymId symbol)
{
    Program *p = s->p;
    Stage stage = { .target = symbol, .op = STAGE_SET, .rank = p->symbols.at[symbol].rank, .guard = NO_ID };
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];

    program_domain(p, p->symbols.at[symbol].extents, stage.rank, domain, subs);
    stage.value = node_int(p, 0);
    stage.domain = domain;
    stage.subs = subs;
    program_stage(p, stage);
}

void samples_write_whole_starts(Samples *s, uint32_t pass)
{
    for (SymId i = 0; i < s->symbols; i++)
        if (s->start[i] == pass)
            write_whole_start(s, i);
}

void samples_write_starts(Samples *s, uint32_t pass)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const Step *step = &s->steps.at[i];

        if (step->early && s->start[step->target] == UINT32_MAX && first_pass(s, step->target) == pass)
            write_start(s, step);
    }
}
