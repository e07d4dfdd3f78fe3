/* recompute.c -- --tape-limit, second half: before the backward sweep goes through a segment, it computes again what it needs of
 * the forward sweep there, from the checkpoint, into symbols of its own. So what the forward sweep computes inside of a segment
 * is not kept.
 */
#include "pass/pass.h"

typedef struct {
    Program *p;
    Arena *arena;
    size_t adjoint;      /* the first item of the backward sweep */
    bool *local;         /* by symbol: written by the segment at hand, and nothing outside of both sweeps through it touches it */
    bool *needed;        /* by symbol: of those, what the backward sweep needs */
    SymId *copies;       /* by symbol: NO_ID, or itself where it is not copied */
    Rebuild rebuild;
    bool *counted;       /* by node */
    uint64_t weight;     /* of what is done again */
} Recomputer;

static size_t end_of(const Program *p, size_t begin)
{
    size_t i = begin + 1;

    while (p->body.at[i].kind != ITEM_END || p->body.at[i].id != p->body.at[begin].id)
        i++;
    return i;
}

/* The forward loop with this index. */
static size_t find_forward(const Recomputer *r, IndexId index)
{
    for (size_t i = 0; i < r->adjoint; i++)
        if (r->p->body.at[i].kind == ITEM_LOOP && r->p->loops.at[r->p->body.at[i].id].index == index)
            return i;
    return r->adjoint;
}

/* Sets `flags` of all symbols that these stages read. */
static void mark_reads(const Recomputer *r, const NodeVec *roots, bool *flags, bool value)
{
    NodeVec reached = { 0 };

    node_reach(r->p, r->arena, roots->at, roots->count, &reached);
    for (size_t i = 0; i < reached.count; i++)
        if (r->p->nodes.at[reached.at[i]].op == OP_READ)
            flags[r->p->nodes.at[reached.at[i]].u.read.symbol] = value;
}

static void push_roots(const Recomputer *r, const Stage *stage, NodeVec *roots)
{
    vec_push(r->arena, roots, stage->value);
    if (stage->guard != NO_ID)
        vec_push(r->arena, roots, stage->guard);
}

static bool between(size_t i, size_t begin, size_t end)
{
    return i > begin && i < end;
}

/* What only the two loops over the segments touch. */
static void find_local(Recomputer *r, size_t forward, size_t backward)
{
    const Program *p = r->p;
    size_t forward_end = end_of(p, forward), backward_end = end_of(p, backward);
    bool *outside = arena_array(r->arena, bool, p->symbols.count);
    NodeVec roots = { 0 };

    r->local = arena_array(r->arena, bool, p->symbols.count);
    for (size_t i = 0; i < p->body.count; i++) {
        const Stage *stage = &p->stages.at[p->body.at[i].id];

        if (p->body.at[i].kind != ITEM_STAGE)
            continue;
        if (between(i, forward, forward_end)) {
            r->local[stage->target] = p->symbols.at[stage->target].role == SYM_LOCAL;
        } else if (!between(i, backward, backward_end)) {
            outside[stage->target] = true;
            push_roots(r, stage, &roots);
        }
    }
    mark_reads(r, &roots, outside, true);
    for (SymId s = 0; s < p->symbols.count; s++)
        r->local[s] = r->local[s] && !outside[s];
}

/* What the backward sweep reads of it, and what that is computed from. */
static void find_needed(Recomputer *r, size_t forward, size_t backward)
{
    const Program *p = r->p;
    size_t forward_end = end_of(p, forward), backward_end = end_of(p, backward), before, count = 0;
    NodeVec roots = { 0 };

    r->needed = arena_array(r->arena, bool, p->symbols.count);
    for (size_t i = backward + 1; i < backward_end; i++)
        if (p->body.at[i].kind == ITEM_STAGE)
            push_roots(r, &p->stages.at[p->body.at[i].id], &roots);
    do {
        before = count;
        mark_reads(r, &roots, r->needed, true);
        for (SymId s = 0; s < p->symbols.count; s++)
            r->needed[s] = r->needed[s] && r->local[s];
        for (size_t i = forward + 1; i < forward_end; i++)
            if (p->body.at[i].kind == ITEM_STAGE && r->needed[p->stages.at[p->body.at[i].id].target])
                push_roots(r, &p->stages.at[p->body.at[i].id], &roots);
        count = 0;
        for (SymId s = 0; s < p->symbols.count; s++)
            count += r->needed[s];
    } while (count > before);
}

static void make_copies(Recomputer *r)
{
    Program *p = r->p;
    size_t symbols = p->symbols.count;

    r->copies = arena_array(r->arena, SymId, symbols);
    for (SymId s = 0; s < symbols; s++)
        r->copies[s] = r->needed[s] ? program_symbol(p, p->symbols.at[s]) : s;
    rebuild_begin(&r->rebuild, p, p);
    r->rebuild.symbols = r->copies;
}

/* Loops of which nothing is needed stay away. */
static bool is_needed(const Recomputer *r, const Item *items, size_t place)
{
    if (items[place].kind == ITEM_STAGE)
        return r->needed[r->p->stages.at[items[place].id].target];
    for (size_t i = place + 1; items[i].kind != ITEM_END || items[i].id != items[place].id; i++)
        if (items[i].kind == ITEM_STAGE && r->needed[r->p->stages.at[items[i].id].target])
            return true;
    return false;
}

/* Operations of a stage that no stage before has done, times its points and the turns around. */
static void count_stage(Recomputer *r, StageId id, uint64_t turns)
{
    const Program *p = r->p;
    const Stage *stage = &p->stages.at[id];
    uint64_t times = turns * stage_points(p, stage), weight = stage->op != STAGE_SET;
    NodeVec roots = { 0 }, reached = { 0 };

    for (unsigned d = 0; d < stage->rank && p->samples > 0; d++)
        times /= stage->domain[d].index == p->sample ? (uint64_t)p->samples : 1; /* with one sample */
    push_roots(r, stage, &roots);
    node_reach(p, r->arena, roots.at, roots.count, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        if (!r->counted[reached.at[i]] && p->nodes.at[reached.at[i]].deps != 0)
            weight += op_info[p->nodes.at[reached.at[i]].op].weight;
        r->counted[reached.at[i]] = true;
    }
    r->weight += weight * times;
}

static uint64_t turns_of(const Program *p, LoopId id)
{
    return (uint64_t)((int64_t)p->loops.at[id].high - p->loops.at[id].low);
}

static void copy_forward(Recomputer *r, const Item *items, size_t begin)
{
    uint64_t turns = turns_of(r->p, items[begin].id);
    VEC(LoopId) open = { 0 };

    r->counted = arena_array(r->arena, bool, r->p->nodes.count);
    for (size_t i = begin + 1; items[i].kind != ITEM_END || items[i].id != items[begin].id; i++) {
        if (items[i].kind == ITEM_END) {
            if (open.count > 0 && vec_top(&open) == items[i].id) {
                rebuild_item(&r->rebuild, items[i]);
                turns /= turns_of(r->p, vec_pop(&open));
            }
        } else if (is_needed(r, items, i) && items[i].kind == ITEM_LOOP) {
            rebuild_item(&r->rebuild, items[i]);
            vec_push(r->arena, &open, items[i].id);
            turns *= turns_of(r->p, items[i].id);
        } else if (is_needed(r, items, i)) {
            count_stage(r, items[i].id, turns);
            rebuild_item(&r->rebuild, items[i]);
        }
    }
}

/* A stage of the backward sweep reads the copies. */
static void redirect(Recomputer *r, StageId id)
{
    NodeId value = r->p->stages.at[id].value, guard = r->p->stages.at[id].guard;

    value = rebuild_in_order(&r->rebuild, value);
    guard = guard == NO_ID ? NO_ID : rebuild_in_order(&r->rebuild, guard);
    r->p->stages.at[id].value = value;
    r->p->stages.at[id].guard = guard;
}

static void recompute(Recomputer *r, size_t backward)
{
    Program *p = r->p;
    size_t forward = find_forward(r, p->loops.at[p->body.at[backward].id].index), count = p->body.count, end;
    Item *items = arena_array(r->arena, Item, count);

    if (forward == r->adjoint)
        return;
    find_local(r, forward, backward);
    find_needed(r, forward, backward);
    make_copies(r);
    end = end_of(p, backward);
    for (size_t i = 0; i < count; i++)
        items[i] = p->body.at[i];
    p->body.count = backward + 1;
    copy_forward(r, items, forward);
    for (size_t i = backward + 1; i < count; i++) {
        if (i < end && items[i].kind == ITEM_STAGE)
            redirect(r, items[i].id);
        vec_push(p->arena, &p->body, items[i]);
    }
}

uint64_t pass_recompute(Program *p, const Reverse *reverse)
{
    Recomputer r = { .p = p, .arena = heap_arena(p->heap), .adjoint = reverse->first_adjoint };

    for (size_t i = r.adjoint; i < p->body.count; i++)
        if (p->body.at[i].kind == ITEM_LOOP && p->loops.at[p->body.at[i].id].segments)
            recompute(&r, i);
    heap_release(p->heap, r.arena);
    return r.weight;
}
