/* build.c -- the fused slots become the tree of the plan, and the program is copied along it, each loop with an index
 * of its own. */
#include "plan/planner.h"

/* A list of slots that is being built. */
typedef struct {
    SlotId slot;   /* the next one */
    PlanId parent, last;
    uint32_t base; /* of the present block's loops in Builder.path */
    uint32_t level;
    bool body;     /* of a Loop */
} Frame;

typedef struct {
    Planner *planner;
    Plan *plan;
    Rebuild rebuild;
    VEC(Frame) frames;
    VEC(PlanId) path;     /* the loops over domain indices that are open, outermost first */
    VEC(LoopId) loops;    /* the Loops that are open */
    IndexId *loop_index;  /* by Loop of the given program: its index in the plan's */
    uint32_t base;        /* of the present frame */
} Builder;

/* ---- expressions ------------------------------------------------------------------------------------- */

static AffId index_of_level(void *context, AffPool *pool, uint32_t level)
{
    const Builder *b = context;

    if (level >= MOST_LEVELS)
        return aff_index(pool, b->loop_index[level - MOST_LEVELS]);
    return aff_index(pool, b->plan->nodes.at[b->path.at[b->base + level]].index);
}

static AffId build_aff(Builder *b, AffId aff)
{
    return aff_import(&b->plan->copy->affs, &b->planner->pool, aff, index_of_level, NULL, b);
}

/* Scalar nodes do not change with the names of indices: they are copied once, in their old order, and never forgotten.
 * */
static void build_scalars(Builder *b)
{
    const Program *p = b->planner->from;
    NodeVec roots = { 0 }, reached = { 0 };

    for (StageId s = 0; s < p->stages.count; s++) {
        vec_push(b->planner->arena, &roots, p->stages.at[s].value);
        vec_push(b->planner->arena, &roots, p->stages.at[s].guard);
    }
    for (LoopId l = 0; l < p->loops.count; l++)
        vec_push(b->planner->arena, &roots, p->loops.at[l].condition);
    node_reach(p, b->planner->arena, roots.at, roots.count, &reached);
    for (size_t i = 0; i < reached.count; i++)
        if (p->nodes.at[reached.at[i]].deps == 0)
            (void)rebuild_node(&b->rebuild, reached.at[i]);
    b->rebuild.dirty.count = 0;
}

/* True: something that was built has another name for the index. */
static bool map_index(Builder *b, IndexId old, IndexId now)
{
    AffId before = b->rebuild.indices[old];

    b->rebuild.indices[old] = aff_index(&b->plan->copy->affs, now);
    return before != AFF_FAIL && before != b->rebuild.indices[old];
}

/* Gives the entry's indices the names of its loops. */
static void map_indices(Builder *b, const Entry *entry)
{
    Planner *planner = b->planner;
    bool changed = false;

    for (unsigned l = 0; l < entry->rank; l++)
        changed |= map_index(b, planner->dims.at[entry->dims + l].index,
                             b->plan->nodes.at[b->path.at[b->base + l]].index);
    if (changed)
        rebuild_forget(&b->rebuild);
}

/* ---- nodes of the tree ------------------------------------------------------------------------------- */

static PlanId new_node(Builder *b, PlanNode node)
{
    Frame *frame = &vec_top(&b->frames);
    PlanId id = (PlanId)b->plan->nodes.count;

    if (!node.sequential)
        node.count = AFF_FAIL;
    node.hold = node.next_held = node.first_held = node.first_child = node.next = NO_ID;
    node.parent = frame->parent;
    vec_push(b->plan->arena, &b->plan->nodes, node);
    if (frame->last != NO_ID)
        b->plan->nodes.at[frame->last].next = id;
    else if (frame->parent != NO_ID)
        b->plan->nodes.at[frame->parent].first_child = id;
    else
        b->plan->first = id;
    frame->last = id;
    return id;
}

static void build_leaf(Builder *b, EntryId id)
{
    Planner *planner = b->planner;
    const Entry *entry = &planner->entries.at[id];
    Stage stage = planner->from->stages.at[entry->of];
    unsigned sub_count = stage_subs(planner->from, &stage);
    Range domain[MOST_LEVELS];
    AffId subs[MOST_LEVELS];
    PlanId leaf = new_node(b, (PlanNode){ .kind = PLAN_STAGE, .zero = entry->kind == ENTRY_ZERO });

    for (unsigned l = 0; l < entry->rank; l++) {
        const PlanNode *loop = &b->plan->nodes.at[b->path.at[b->base + l]];

        domain[l] = (Range){ loop->index, loop->low, loop->high };
    }
    for (unsigned k = 0; k < sub_count; k++)
        subs[k] = build_aff(b, planner->subs.at[entry->subs + k]);
    stage.fresh = entry->fresh;
    stage.rank = entry->rank;
    stage.domain = domain;
    stage.subs = subs;
    if (entry->kind == ENTRY_ZERO) {
        stage.value = node_int(b->plan->copy, 0);
        stage.guard = NO_ID;
    } else {
        map_indices(b, entry);
        stage.value = rebuild_node(&b->rebuild, stage.value);
        stage.guard = stage.guard == NO_ID ? NO_ID : rebuild_node(&b->rebuild, stage.guard);
    }
    b->plan->nodes.at[leaf].stage = program_stage(b->plan->copy, stage);
    if (entry->held < entry->rank)
        b->plan->nodes.at[leaf].hold = b->path.at[b->base + entry->held];
}

/* Every loop has an index of its own, named like the one it had. */
static IndexId new_index(Builder *b, IndexId old)
{
    const Index *index = &b->planner->from->indices.at[old];

    return program_index(b->plan->copy, index->name, index->at);
}

/* A loop over a domain index; its body is built next. */
static void build_for(Builder *b, const Slot *slot)
{
    const Frame *frame = &vec_top(&b->frames);
    Frame body = { .slot = slot->child, .last = NO_ID, .base = frame->base, .level = frame->level + 1 };
    PlanNode node = { .kind = PLAN_FOR, .loop = NO_ID, .stage = NO_ID };

    if (slot->index == NO_ID)
        node.index = program_index(b->plan->copy, NAME_NONE, (Span){ 0, 0 });
    else
        node.index = new_index(b, slot->index);
    node.low = build_aff(b, slot->low);
    node.high = build_aff(b, slot->high);
    body.parent = new_node(b, node);
    vec_push(b->planner->arena, &b->path, body.parent);
    vec_push(b->planner->arena, &b->frames, body);
}

/* The element that counts the loop's turns. */
static AffId count_of_turns(Builder *b, LoopId id)
{
    Planner *planner = b->planner;
    SymId turns = planner->from->loops.at[id].turns;
    AffId subs[UINT8_MAX];
    unsigned rank;

    if (turns == NO_ID)
        return AFF_FAIL;
    rank = planner_turn_subs(planner, planner->block_of[id], subs);
    for (unsigned k = 0; k < rank; k++)
        subs[k] = build_aff(b, subs[k]);
    return aff_element(&b->plan->copy->affs, turns, subs, rank);
}

static void build_loop(Builder *b, LoopId id)
{
    Program *to = b->plan->copy;
    Loop loop = b->planner->from->loops.at[id];
    PlanNode node = { .kind = PLAN_FOR, .sequential = true, .reverse = loop.reverse, .stage = NO_ID };
    Frame body = { .slot = b->planner->blocks.at[b->planner->block_of[id]].slot, .last = NO_ID, .body = true };

    node.low = aff_const(&to->affs, loop.low);
    node.high = aff_const(&to->affs, loop.high);
    node.count = count_of_turns(b, id);
    if (node.count != AFF_FAIL && loop.condition == NO_ID)
        node.high = aff_offset(&to->affs, node.count, loop.low);
    node.index = b->loop_index[id] = new_index(b, loop.index);
    if (map_index(b, loop.index, node.index))
        rebuild_forget(&b->rebuild);
    if (loop.condition != NO_ID)
        loop.condition = rebuild_node(&b->rebuild, loop.condition);
    loop.index = node.index;
    node.loop = program_begin_loop(to, loop);
    body.parent = new_node(b, node);
    body.base = (uint32_t)b->path.count;
    vec_push(b->planner->arena, &b->loops, node.loop);
    vec_push(b->planner->arena, &b->frames, body);
}

static void end_frame(Builder *b)
{
    Frame frame = vec_pop(&b->frames);

    if (frame.body)
        program_end_loop(b->plan->copy, vec_pop(&b->loops));
    else if (frame.level > 0)
        (void)vec_pop(&b->path);
}

static void build_tree(Builder *b)
{
    const Planner *planner = b->planner;
    Frame top = { .slot = planner->blocks.at[0].slot, .parent = NO_ID, .last = NO_ID };

    vec_push(planner->arena, &b->frames, top);
    while (b->frames.count > 0) {
        Frame *frame = &vec_top(&b->frames);
        const Slot *slot;

        if (frame->slot == NO_ID) {
            end_frame(b);
            continue;
        }
        slot = &planner->slots.at[frame->slot];
        frame->slot = slot->next;
        b->base = frame->base;
        if (slot->low != AFF_FAIL)
            build_for(b, slot);
        else if (planner->entries.at[slot->first].kind == ENTRY_LOOP)
            build_loop(b, planner->entries.at[slot->first].of);
        else if (planner->entries.at[slot->first].kind != ENTRY_ORDER)
            build_leaf(b, slot->first);
    }
}

/* From the last leaf to the first, so that the lists come out in program order. */
static void list_held(Plan *plan)
{
    for (PlanId id = (PlanId)plan->nodes.count; id-- > 0;) {
        PlanId hold = plan->nodes.at[id].hold;

        if (hold == NO_ID)
            continue;
        plan->nodes.at[id].next_held = plan->nodes.at[hold].first_held;
        plan->nodes.at[hold].first_held = id;
    }
}

Plan *build_plan(Planner *planner)
{
    const Program *from = planner->from;
    Program *to = program_like(from);
    Builder b = { .planner = planner, .plan = plan_new(from->heap) };
    AffId *indices = arena_array(planner->arena, AffId, from->indices.count);

    for (IndexId i = 0; i < from->indices.count; i++)
        indices[i] = AFF_FAIL;
    b.plan->program = b.plan->copy = to;
    rebuild_begin(&b.rebuild, from, to);
    b.rebuild.indices = indices;
    b.loop_index = arena_array(planner->arena, IndexId, from->loops.count + 1);
    build_scalars(&b);
    build_tree(&b);
    list_held(b.plan);
    return b.plan;
}
