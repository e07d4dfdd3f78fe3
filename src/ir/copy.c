/* copy.c -- copying the parts of a program that are not nodes. */
#include "ir/program.h"

Program *program_like(const Program *from)
{
    Program *to = program_new(from->heap, from->names, from->source);

    for (SymId i = 0; i < from->symbols.count; i++)
        program_symbol(to, from->symbols.at[i]);
    for (IndexId i = 0; i < from->indices.count; i++)
        program_index(to, from->indices.at[i].name, from->indices.at[i].at);
    for (size_t i = 0; i < from->outputs.count; i++)
        vec_push(to->arena, &to->outputs, from->outputs.at[i]);
    for (size_t i = 0; i < from->gradients.count; i++)
        vec_push(to->arena, &to->gradients, from->gradients.at[i]);
    for (size_t i = 0; i < from->derivatives.count; i++)
        vec_push(to->arena, &to->derivatives, from->derivatives.at[i]);
    to->simplify = from->simplify;
    to->fast = from->fast;
    to->samples = from->samples;
    to->sample = from->sample;
    return to;
}

static IndexId rebuild_index(const Rebuild *r, IndexId old)
{
    uint32_t renamed;

    if (r->indices != NULL && r->indices[old] != AFF_FAIL && aff_is_index(&r->to->affs, r->indices[old], &renamed))
        return renamed;
    return old;
}

static SymId rebuild_symbol(const Rebuild *r, SymId old)
{
    return r->symbols == NULL || old == NO_ID ? old : r->symbols[old];
}

StageId rebuild_stage(Rebuild *r, StageId old)
{
    Stage stage = r->from->stages.at[old];
    uint32_t count = stage_subs(r->from, &stage);
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];

    for (unsigned d = 0; d < stage.rank; d++) {
        const Range *range = &stage.domain[d];

        domain[d].index = rebuild_index(r, range->index);
        domain[d].low = rebuild_aff(r, range->low);
        domain[d].high = rebuild_aff(r, range->high);
    }
    for (uint32_t i = 0; i < count; i++)
        subs[i] = rebuild_aff(r, stage.subs[i]);
    stage.target = rebuild_symbol(r, stage.target);
    stage.value = rebuild_node(r, stage.value);
    stage.guard = stage.guard == NO_ID ? NO_ID : rebuild_node(r, stage.guard);
    stage.domain = domain;
    stage.subs = subs;
    return program_stage(r->to, stage);
}

static LoopId innermost_open_loop(const Program *p)
{
    size_t closed = 0;

    for (size_t i = p->body.count; i-- > 0;) {
        if (p->body.at[i].kind == ITEM_END)
            closed++;
        else if (p->body.at[i].kind == ITEM_LOOP && closed-- == 0)
            return p->body.at[i].id;
    }
    return NO_ID;
}

static void rebuild_loop(Rebuild *r, LoopId old)
{
    Loop loop = r->from->loops.at[old];

    loop.index = rebuild_index(r, loop.index);
    loop.condition = loop.condition == NO_ID ? NO_ID : rebuild_node(r, loop.condition);
    loop.turns = rebuild_symbol(r, loop.turns);
    program_begin_loop(r->to, loop);
}

void rebuild_item(Rebuild *r, Item item)
{
    if (item.kind == ITEM_STAGE)
        rebuild_stage(r, item.id);
    else if (item.kind == ITEM_LOOP)
        rebuild_loop(r, item.id);
    else
        program_end_loop(r->to, innermost_open_loop(r->to));
}

void rebuild_all_nodes(Rebuild *r)
{
    const Program *p = r->from;
    Arena *scratch = heap_arena(p->heap);
    NodeVec roots = { 0 }, reached = { 0 };

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE) {
            vec_push(scratch, &roots, p->stages.at[item.id].value);
            vec_push(scratch, &roots, p->stages.at[item.id].guard);
        } else if (item.kind == ITEM_LOOP) {
            vec_push(scratch, &roots, p->loops.at[item.id].condition);
        }
    }
    node_reach(p, scratch, roots.at, roots.count, &reached);
    for (size_t i = 0; i < reached.count; i++)
        rebuild_node(r, reached.at[i]);
    heap_release(p->heap, scratch);
}
