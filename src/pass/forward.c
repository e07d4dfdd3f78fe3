/* forward.c -- forward mode as a transform: behind every stage the one that computes its tangent.
 *
 * For a stage T[m] op= e over D: T_dot[m] op= sum of de/dA[g] * A_dot[g] over the active reads A[g] of e, over the same
 * domain under the same guard (Griewank and Walther, Evaluating Derivatives, chapter 3). Inside an expression every
 * active node gets its tangent from those of its arguments; what is 0 by structure never appears.
 */
#include <string.h>

#include "pass/derive.h"

typedef struct {
    Program *p;
    Arena *arena;     /* gone after the pass */
    Forward *forward;
    Activity active;
    Hulls hulls;
    SymId *tangents;  /* by symbol: its tangent, or NO_ID */
    bool *wanted;     /* by symbol: its tangent is the direction */
    bool *results;    /* by symbol: its tangent is asked for */
    bool *summed;
    NodeId nodes;     /* how many there were before */
    NodeId *dots;     /* by node: its tangent; NO_ID: 0, or not made yet */
    bool *made;       /* by node: is dots what it will be? */
    NodeId stored;    /* the value that the stage at hand stores, or NO_ID, */
    NodeId result;    /* and the read of it: partials take it from there */
    Span at;
    NodeVec stack;
} Push;

/* ---- symbols ------------------------------------------------------------------------------------------- */

static SymId tangent_of(Push *t, SymId symbol)
{
    if (t->tangents[symbol] == NO_ID)
        t->tangents[symbol] =
            derive_symbol(t->p, symbol, t->results[symbol] && !t->forward->local ? SYM_TANGENT : SYM_LOCAL, true);
    return t->tangents[symbol];
}

static void make_directions(Push *t, const SymId *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        t->wanted[wanted[i]] = true;
        if (t->forward->directions != NULL)
            t->tangents[wanted[i]] = t->forward->directions[i];
        else
            t->tangents[wanted[i]] = derive_symbol(t->p, wanted[i], SYM_DIRECTION, true);
    }
}

/* ---- expressions --------------------------------------------------------------------------------------- */

static NodeId tangent_of_select(Push *t, const Node *node)
{
    NodeId a = t->dots[node->u.arg[1]], b = t->dots[node->u.arg[2]];

    if (a == NO_ID && b == NO_ID)
        return NO_ID;
    a = a == NO_ID ? node_int(t->p, 0) : a;
    b = b == NO_ID ? node_int(t->p, 0) : b;
    return node_op(t->p, OP_SELECT, node->u.arg[0], a, b);
}

static Span place_of(const Push *t, NodeId id)
{
    Span at = t->p->infos.at[id].at;

    return at.end == 0 ? t->at : at;
}

/* The tangents of its arguments are there. */
static NodeId tangent_of_node(Push *t, NodeId id)
{
    Node node = t->p->nodes.at[id];
    NodeId sum = NO_ID;

    if (node.op == OP_READ)
        return node_read(t->p, tangent_of(t, node.u.read.symbol), node_subs(t->p, id));
    if (node.op == OP_SELECT)
        return tangent_of_select(t, &node);
    for (unsigned k = 0; k < op_info[node.op].arity; k++) {
        NodeId dot, partial;

        if (!activity_edge((Op)node.op, k) || (dot = t->dots[node.u.arg[k]]) == NO_ID)
            continue;
        partial = derive_partial(t->p, id, id == t->stored ? t->result : id, k, &t->forward->no_derivative,
                                 place_of(t, id));
        if (partial != NO_ID)
            sum = derive_plus(t->p, sum, derive_times(t->p, partial, dot));
    }
    return sum;
}

/* Pushes the active arguments whose tangents are still missing; was there any? */
static bool push_missing(Push *t, NodeId id)
{
    const Node *node = &t->p->nodes.at[id];
    size_t before = t->stack.count;

    for (unsigned k = op_info[node->op].arity; k-- > 0;) {
        NodeId arg = node->u.arg[k];

        if (activity_edge((Op)node->op, k) && t->active.nodes[arg] && !t->made[arg])
            vec_push(t->arena, &t->stack, arg);
    }
    return t->stack.count > before;
}

/* Scalars have names: den_dot. */
static void describe(Push *t, NodeId id, NodeId dot)
{
    if (dot != NO_ID && dot >= t->nodes && t->p->nodes.at[id].deps == 0 && t->p->nodes.at[id].op != OP_READ)
        node_describe(t->p, dot, derive_name(t->p, node_telling_name(t->p, id), true), place_of(t, id));
}

static NodeId tangent_of_value(Push *t, NodeId root)
{
    if (!t->active.nodes[root])
        return NO_ID;
    t->stack.count = 0;
    vec_push(t->arena, &t->stack, root);
    while (t->stack.count > 0) {
        NodeId top = vec_top(&t->stack);

        if (!t->made[top] && push_missing(t, top))
            continue;
        t->stack.count--;
        if (t->made[top])
            continue;
        t->dots[top] = tangent_of_node(t, top);
        t->made[top] = true;
        describe(t, top, t->dots[top]);
    }
    return t->dots[root];
}

/* Only behind the stage that stores a value can its tangent read what was stored. */
static NodeId tangent_of_stored(Push *t, const Stage *stage)
{
    NodeId dot;

    t->stored = stage->value;
    t->result = node_read(t->p, stage->target, stage->subs);
    t->made[stage->value] = false;
    dot = tangent_of_value(t, stage->value);
    t->made[stage->value] = false;
    t->stored = NO_ID;
    return dot;
}

/* ---- stages -------------------------------------------------------------------------------------------- */

static bool has_index(const Program *p, const Stage *stage, IndexId index)
{
    for (uint32_t k = 0; k < stage_subs(p, stage); k++)
        if (aff_uses_index(&p->affs, stage->subs[k], index))
            return true;
    return false;
}

/* The ranges of the indices that subscripts use; false if their bounds use others. */
static bool kept_ranges(const Program *p, const Stage *stage, Range *kept, uint8_t *count)
{
    *count = 0;
    for (unsigned d = 0; d < stage->rank; d++)
        if (has_index(p, stage, stage->domain[d].index))
            kept[(*count)++] = stage->domain[d];
    for (unsigned d = 0; d < stage->rank; d++)
        for (unsigned k = 0; k < *count && !has_index(p, stage, stage->domain[d].index); k++)
            if (aff_uses_index(&p->affs, kept[k].low, stage->domain[d].index) ||
                aff_uses_index(&p->affs, kept[k].high, stage->domain[d].index))
                return false;
    return true;
}

/* What begins a sum or a maximum, but has no tangent, begins that of the tangents with 0. */
static void begin_with_zero(Push *t, Stage stage)
{
    Range kept[UINT8_MAX];
    uint8_t count;

    stage.value = node_int(t->p, 0);
    if (stage.op == STAGE_ADD)
        stage.guard = NO_ID;
    if (stage.op == STAGE_MAX) {
        stage.op = STAGE_SET;
        stage.fresh = false;
    }
    if (kept_ranges(t->p, &stage, kept, &count)) {
        stage.domain = kept;
        stage.rank = count;
    }
    program_stage(t->p, stage);
}

/* The tangent of a maximum is that of the element which attains it. */
static void push_maximum(Push *t, Stage stage, NodeId dot)
{
    Winner winner;
    NodeId guard = stage.guard, at_winner;

    hulls_enter(&t->hulls, stage.domain, stage.rank);
    winner_find(&winner, t->p, t->arena, &t->hulls, &stage);
    hulls_leave(&t->hulls, stage.domain, stage.rank);
    stage.target = tangent_of(t, stage.target);
    stage.op = STAGE_SET;
    stage.fresh = false;
    stage.value = winner_value(&winner, dot);
    stage.domain = winner.domain;
    stage.rank = (uint8_t)winner.kept;
    at_winner = guard == NO_ID ? NO_ID : winner_value(&winner, guard);
    if (at_winner != guard) { /* it may hold nowhere */
        stage.value = node_op(t->p, OP_SELECT, at_winner, stage.value, node_int(t->p, 0));
        stage.guard = NO_ID;
    }
    program_stage(t->p, stage);
}

static void push_stage(Push *t, Stage stage, unsigned depth)
{
    bool stores = stage.op == STAGE_SET && !t->summed[stage.target] && (stage.rank > 0 || depth > 0);
    NodeId dot;

    if (stage.op == STAGE_ARGMAX || !t->active.symbols[stage.target] || t->wanted[stage.target])
        return;
    t->at = stage.at;
    dot = stores && t->active.nodes[stage.value] ? tangent_of_stored(t, &stage) : tangent_of_value(t, stage.value);
    if (dot != NO_ID && stage.op == STAGE_MAX) {
        push_maximum(t, stage, dot);
        return;
    }
    stage.target = tangent_of(t, stage.target);
    if (dot == NO_ID) {
        if (stage.op != STAGE_ADD || stage.fresh)
            begin_with_zero(t, stage);
        return;
    }
    stage.value = dot;
    program_stage(t->p, stage);
}

/* ---- results ------------------------------------------------------------------------------------------- */

/* Over the whole array: 0, or the direction itself. */
static SymId fill_result(Push *t, SymId result)
{
    Program *p = t->p;
    SymId target = derive_symbol(t->p, result, t->forward->local ? SYM_LOCAL : SYM_TANGENT, true);
    const Symbol *symbol = &p->symbols.at[target];
    Stage stage = { .target = target, .op = STAGE_SET, .rank = symbol->rank, .guard = NO_ID, .at = symbol->at };
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];

    program_domain(p, symbol->extents, symbol->rank, domain, subs);
    stage.value = t->wanted[result] ? node_read(p, t->tangents[result], subs) : node_int(p, 0);
    stage.domain = domain;
    stage.subs = subs;
    program_stage(p, stage);
    return target;
}

static void list_results(Push *t, const SymId *results, size_t count)
{
    t->forward->tangents = arena_array(t->p->arena, SymId, count + 1);
    for (size_t i = 0; i < count; i++) {
        bool written = t->active.symbols[results[i]] && !t->wanted[results[i]];
        SymId tangent = written ? tangent_of(t, results[i]) : fill_result(t, results[i]);

        t->forward->tangents[i] = tangent;
        if (!t->forward->local)
            vec_push(t->p->arena, &t->p->derivatives, tangent);
    }
}

/* ---- the pass ------------------------------------------------------------------------------------------ */

static void enter_loop(Push *t, LoopId id, bool enter)
{
    const Loop *loop = &t->p->loops.at[id];
    Range range = { loop->index, aff_const(&t->p->affs, loop->low), aff_const(&t->p->affs, loop->high) };

    if (enter)
        hulls_enter(&t->hulls, &range, 1);
    else
        hulls_leave(&t->hulls, &range, 1);
}

static void push_body(Push *t)
{
    Program *p = t->p;
    size_t count = p->body.count;
    Item *items = arena_array(t->arena, Item, count + 1);
    unsigned depth = 0;

    memcpy(items, p->body.at, count * sizeof *items);
    p->body.count = 0;
    for (size_t i = 0; i < count; i++) {
        Item item = items[i];

        vec_push(p->arena, &p->body, item);
        if (item.kind == ITEM_STAGE) {
            push_stage(t, p->stages.at[item.id], depth);
        } else {
            depth += item.kind == ITEM_LOOP ? 1 : UINT32_MAX;
            enter_loop(t, item.id, item.kind == ITEM_LOOP);
        }
    }
}

static void push_init(Push *t, Program *p, Forward *forward)
{
    *t = (Push){ .p = p, .arena = heap_arena(p->heap), .forward = forward, .stored = NO_ID };
    forward->no_derivative.found = false;
    p->simplify = true;
    t->nodes = (NodeId)p->nodes.count;
    t->tangents = arena_array(t->arena, SymId, p->symbols.count + 1);
    for (SymId i = 0; i < p->symbols.count; i++)
        t->tangents[i] = NO_ID;
    t->wanted = arena_array(t->arena, bool, p->symbols.count + 1);
    t->results = arena_array(t->arena, bool, p->symbols.count + 1);
    t->summed = derive_find_summed(p, t->arena);
    t->dots = arena_array(t->arena, NodeId, t->nodes + 1u);
    memset(t->dots, 0xff, t->nodes * sizeof *t->dots);
    t->made = arena_array(t->arena, bool, t->nodes + 1u);
}

Program *pass_forward(Program *p, const SymId *wanted, size_t wanted_count, const SymId *results, size_t result_count,
                      Forward *forward)
{
    Push t;

    push_init(&t, p, forward);
    activity_find(&t.active, t.arena, p, wanted, wanted_count, results, result_count);
    for (size_t i = 0; i < result_count; i++)
        t.results[results[i]] = true;
    make_directions(&t, wanted, wanted_count);
    hulls_init(&t.hulls, t.arena, p);
    push_body(&t);
    list_results(&t, results, result_count);
    heap_release(p->heap, t.arena);
    return p;
}
