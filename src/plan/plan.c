/* plan.c -- the driver: a program's stages become entries, entries are fused block by block, and the result becomes a
 * plan. */
#include "plan/planner.h"

/* ---- entries ----------------------------------------------------------------------------------------- */

void planner_append(Planner *planner, EntryId id)
{
    Block *block = &planner->blocks.at[planner->block];

    planner->entries.at[id].next = NO_ID;
    if (block->last == NO_ID)
        block->first = id;
    else
        planner->entries.at[block->last].next = id;
    block->last = id;
}

static EntryId new_entry(Planner *planner, Entry entry)
{
    entry.asked = entry.next = entry.slot = NO_ID;
    vec_push(planner->arena, &planner->entries, entry);
    return (EntryId)planner->entries.count - 1;
}

static void add_dim(Planner *planner, EntryId id, const Range *range)
{
    Dim dim = { .index = range->index };
    Entry *entry = &planner->entries.at[id];

    dim.low = depend_import(planner, range->low);
    dim.high = depend_import(planner, range->high);
    dim.least = depend_interval(planner, dim.low, entry).least;
    dim.most = depend_interval(planner, dim.high, entry).most;
    if (dim.most != INT64_MAX)
        dim.most--;
    planner->levels[range->index] = aff_index(&planner->pool, entry->rank);
    vec_push(planner->arena, &planner->dims, dim);
    entry->rank++;
}

static EntryId add_stage_entry(Planner *planner, StageId id, const uint8_t *order)
{
    const Stage *stage = &planner->from->stages.at[id];
    EntryId entry = new_entry(planner, (Entry){ .kind = ENTRY_STAGE, .of = id, .dims = (uint32_t)planner->dims.count });
    unsigned sub_count = stage_subs(planner->from, stage);

    for (unsigned l = 0; l < stage->rank; l++)
        add_dim(planner, entry, &stage->domain[order[l]]);
    planner->entries.at[entry].subs = (uint32_t)planner->subs.count;
    for (unsigned k = 0; k < sub_count; k++)
        vec_push(planner->arena, &planner->subs, depend_import(planner, stage->subs[k]));
    return entry;
}

static void add_stage(Planner *planner, StageId id, NodeVec *reads, NodeVec *scalars)
{
    const Stage *stage = &planner->from->stages.at[id];
    uint8_t order[MOST_LEVELS];
    EntryId entry;
    Entry zero;

    if (planner->fuses)
        depend_list(planner, stage->value, stage->guard, reads, scalars);
    order_find(planner, stage, reads, order);
    entry = add_stage_entry(planner, id, order);
    if (start_find(planner, entry, order, &zero)) {
        EntryId first = new_entry(planner, zero);

        depend_zero(planner, first, stage->target, stage_subs(planner->from, stage));
        planner_append(planner, first);
    }
    if (planner->fuses)
        depend_stage(planner, entry, reads, scalars);
    planner_append(planner, entry);
}

/* ---- blocks ------------------------------------------------------------------------------------------ */

static void begin_block(Planner *planner, LoopId loop)
{
    Block block = { .first = NO_ID, .last = NO_ID, .parent = planner->block, .loop = loop, .slot = NO_ID };

    block.access = (uint32_t)planner->accesses.count;
    planner->block = (BlockId)planner->blocks.count;
    vec_push(planner->arena, &planner->blocks, block);
    if (loop == NO_ID)
        return;
    planner->block_of[loop] = planner->block;
    planner->open[loop] = true;
    planner->levels[planner->from->loops.at[loop].index] = aff_index(&planner->pool, MOST_LEVELS + loop);
}

static void end_block(Planner *planner)
{
    Block *block = &planner->blocks.at[planner->block];
    LoopId loop = block->loop;
    EntryId entry = NO_ID;

    if (loop != NO_ID) {
        entry = new_entry(planner, (Entry){ .kind = ENTRY_LOOP, .of = loop, .access = block->access });
        depend_loop(planner, entry, &planner->from->loops.at[loop]);
        planner->entries.at[entry].access_end = (uint32_t)planner->accesses.count;
    }
    fuse_block(planner, block);
    planner->block = block->parent;
    if (loop == NO_ID)
        return;
    planner->open[loop] = false;
    planner_append(planner, entry);
}

static void find_written(Planner *planner)
{
    const Program *p = planner->from;

    planner->written = arena_array(planner->work, bool, p->symbols.count);
    for (StageId s = 0; s < p->stages.count; s++)
        planner->written[p->stages.at[s].target] = true;
    for (LoopId l = 0; l < p->loops.count; l++)
        if (p->loops.at[l].turns != NO_ID)
            planner->written[p->loops.at[l].turns] = true;
}

static void begin_planner(Planner *planner, Heap *heap, const Program *program)
{
    Arena *arena = heap_arena(heap);

    *planner = (Planner){ .arena = arena, .from = program, .block = NO_ID, .fuses = program->loops.count > 0 };
    planner->work = heap_arena(heap);
    for (StageId s = 0; s < program->stages.count; s++)
        planner->fuses |= program->stages.at[s].rank > 0;
    aff_init(&planner->pool, arena);
    planner->levels = arena_array(arena, AffId, program->indices.count);
    planner->open = arena_array(arena, bool, program->loops.count);
    planner->block_of = arena_array(arena, BlockId, program->loops.count);
    planner->refs = arena_array(planner->work, RefList, program->symbols.count);
    for (SymId s = 0; s < program->symbols.count; s++)
        planner->refs[s].newest = NO_ID;
    find_written(planner);
    depend_begin(planner);
}

static void plan_body(Planner *planner)
{
    const Program *p = planner->from;
    NodeVec reads = { 0 }, scalars = { 0 };

    begin_block(planner, NO_ID);
    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE)
            add_stage(planner, item.id, &reads, &scalars);
        else if (item.kind == ITEM_LOOP)
            begin_block(planner, item.id);
        else
            end_block(planner);
    }
    end_block(planner);
}

/* ---- the plan ---------------------------------------------------------------------------------------- */

Plan *plan_new(Heap *heap)
{
    Arena *arena = heap_arena(heap);
    Plan *plan = arena_new(arena, Plan);

    plan->arena = arena;
    plan->first = NO_ID;
    return plan;
}

/* Only points: no loop to order or fuse, no position to find, so every stage is a leaf where it stands. */
static bool is_straight(const Program *program)
{
    for (StageId s = 0; s < program->stages.count; s++)
        if (program->stages.at[s].rank > 0 || program->stages.at[s].op == STAGE_ARGMAX)
            return false;
    return program->loops.count == 0;
}

static Plan *plan_straight(Heap *heap, const Program *program)
{
    Plan *plan = plan_new(heap);

    plan->program = program;
    vec_reserve(plan->arena, &plan->nodes, program->body.count);
    for (size_t i = 0; i < program->body.count; i++) {
        PlanNode leaf = { .kind = PLAN_STAGE, .index = NO_ID, .loop = NO_ID, .stage = program->body.at[i].id };

        leaf.hold = leaf.next_held = leaf.first_held = leaf.parent = leaf.first_child = NO_ID;
        leaf.count = AFF_FAIL;
        leaf.next = i + 1 < program->body.count ? (PlanId)i + 1 : NO_ID;
        plan->nodes.at[plan->nodes.count++] = leaf;
        plan->first = 0;
    }
    return plan;
}

static Plan *plan_loops(Heap *heap, const Program *program)
{
    Planner planner;
    Plan *plan;

    begin_planner(&planner, heap, program);
    plan_body(&planner);
    heap_release(heap, planner.work);
    plan = build_plan(&planner);
    heap_release(heap, planner.arena);
    return plan;
}

Plan *plan_make(Heap *heap, const Program *program)
{
    Plan *plan = is_straight(program) ? plan_straight(heap, program) : plan_loops(heap, program);

    contract_symbols(plan);
    return plan;
}

void plan_free(Plan *plan)
{
    Heap *heap = plan->program->heap;

    if (plan->copy != NULL)
        program_free(plan->copy);
    heap_release(heap, plan->arena); /* the plan lies in it */
}

int32_t plan_extent(const Plan *plan, SymId symbol, unsigned dimension)
{
    const Store *store = &plan->stores[symbol];

    if (store->dropped != NULL && store->dropped[dimension])
        return 0;
    if (store->fold != FOLD_NONE && dimension == store->folded)
        return store->fold == FOLD_PARITY ? 2 : 0;
    return plan->program->symbols.at[symbol].extents[dimension];
}

uint64_t plan_elements(const Plan *plan, SymId symbol)
{
    uint64_t count = plan->stores[symbol].fold == FOLD_COPY ? 2 : 1;

    if (plan->stores[symbol].kind != STORE_ARRAY)
        return 0;
    for (unsigned k = 0; k < plan->program->symbols.at[symbol].rank; k++) {
        int32_t extent = plan_extent(plan, symbol, k);

        count *= extent == 0 ? 1 : (uint64_t)extent;
    }
    return count;
}

bool plan_is_new(const Plan *plan, SymId symbol, const AffId *subs)
{
    const Store *store = &plan->stores[symbol];
    uint32_t index;
    int64_t offset;

    return store->fold == FOLD_COPY && aff_is_shifted_index(&plan->program->affs, subs[store->folded], &index, &offset) &&
           index == plan->nodes.at[store->loop].index && offset == store->new;
}
