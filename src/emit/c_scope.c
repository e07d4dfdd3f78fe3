/* c_scope.c -- scopes, contexts and instances: what is computed in which loop and in which branch.
 *
 * Inner scopes are looked at first. Walking the nodes that a scope needs downwards by number meets all users of a node
 * before the node itself, so its context is known when it is met: the deepest one around all uses. There it is decided
 * whether the parent computes it instead; then its own operands are the parent's business.
 */
#include "emit/c_body.h"

/* What becomes an instance of the scope, or an export. */
typedef struct {
    NodeId node;
    uint32_t context, item;
    SymId result;
    uint32_t next; /* the same node in another branch, or NO_ID */
    bool merged;   /* into another one */
    bool taken;    /* as the largest node left; a condition around a smaller one may yet ask for it, in a wider context or earlier */
} Wanted;

/* What stages, loops and branches ask for, as against operands. */
typedef struct {
    NodeId node;
    uint32_t context, uses;
} Asked;

typedef struct {
    CBody *b;
    Arena *arena; /* of the lists below */
    uint32_t scope;
    PlanId plan;
    VEC(Wanted) pending;  /* in the order of the first demand; CBody.where finds them */
    VEC(uint32_t) heap;   /* of pending: the largest node first; only the nodes from `below` on */
    NodeId below;         /* the pending nodes under it are those with where[] */
    VEC(uint32_t) popped; /* of pending, in descending order of nodes */
    VEC(Asked) asked;
} Finder;

/* ---- demands ----------------------------------------------------------------------------------------- */

/* Is it printed where it is used, without an instance? */
static bool is_plain(const CBody *b, NodeId node)
{
    const Node *n = &b->p->nodes.at[node];

    if (n->op != OP_READ)
        return op_info[n->op].form == FORM_LEAF;
    return b->p->symbols.at[n->u.read.symbol].rank == 0 || b->plan->stores[n->u.read.symbol].kind == STORE_CELL;
}

static void note_use(CBody *b, NodeId node)
{
    const Node *n = &b->p->nodes.at[node];

    if (n->op == OP_READ)
        b->symbols[n->u.read.symbol].loaded = true;
}

static NodeId node_of(const Finder *f, uint32_t wanted)
{
    return f->pending.at[wanted].node;
}

static void push_heap(Finder *f, uint32_t wanted)
{
    size_t i = f->heap.count;

    vec_push(f->arena, &f->heap, wanted);
    for (; i > 0 && node_of(f, f->heap.at[(i - 1) / 2]) < node_of(f, wanted); i = (i - 1) / 2)
        f->heap.at[i] = f->heap.at[(i - 1) / 2];
    f->heap.at[i] = wanted;
}

static uint32_t pop_heap(Finder *f)
{
    uint32_t top = f->heap.at[0], last = vec_pop(&f->heap);
    size_t i = 0, child = 1;

    for (; child < f->heap.count; i = child, child = 2 * i + 1) {
        if (child + 1 < f->heap.count && node_of(f, f->heap.at[child + 1]) > node_of(f, f->heap.at[child]))
            child++;
        if (node_of(f, f->heap.at[child]) <= node_of(f, last))
            break;
        f->heap.at[i] = f->heap.at[child];
    }
    if (f->heap.count > 0)
        f->heap.at[i] = last;
    return top;
}

static void merge(Finder *f, Wanted *wanted, uint32_t context, uint32_t item)
{
    wanted->context = context;
    wanted->item = item < wanted->item ? item : wanted->item;
    for (uint32_t id = wanted->next; id != NO_ID; id = f->pending.at[id].next) {
        Wanted *other = &f->pending.at[id];

        if (other->merged || !c_context_is_around(f->b, context, other->context))
            continue;
        other->merged = true;
        wanted->item = other->item < wanted->item ? other->item : wanted->item;
    }
}

/* What may be computed anywhere is computed where all its uses meet. What may not (a subscript that only a condition
 * keeps in range, an element that was written only under a condition) is computed in each of several branches. */
static void demand(Finder *f, NodeId node, uint32_t context, uint32_t item)
{
    CBody *b = f->b;

    if (is_plain(b, node)) {
        note_use(b, node);
        return;
    }
    if (b->handed_up[node] == f->scope + 1) /* as a condition around a smaller node: the parent has it for the whole scope */
        return;
    for (uint32_t id = b->where[node]; id != NO_ID; id = f->pending.at[id].next) {
        Wanted *wanted = &f->pending.at[id];
        uint32_t held = wanted->context, before = wanted->item, common;

        if (wanted->merged)
            continue;
        common = c_context_is_around(b, held, context)   ? held
                 : c_context_is_around(b, context, held) ? context
                                                         : c_context_common(b, held, context);
        if (!b->unsafe[node] || common == held || common == context) {
            merge(f, wanted, common, item);
            if (wanted->taken && (common != held || wanted->item < before)) /* so do its arguments and conditions */
                push_heap(f, id);
            return;
        }
    }
    vec_push(f->arena, &f->pending, (Wanted){ node, context, item, NO_ID, b->where[node], false, false });
    b->where[node] = (uint32_t)f->pending.count - 1;
    if (node >= f->below)
        push_heap(f, b->where[node]);
}

static void ask(Finder *f, NodeId node, uint32_t context, uint32_t item, uint32_t uses)
{
    demand(f, node, context, item);
    vec_push(f->arena, &f->asked, (Asked){ node, context, uses });
}

/* What the scope's parent can compute: it does not change from turn to turn, and what it reads is complete before the
 * loop. */
static bool is_invariant(const Finder *f, NodeId node)
{
    const CBody *b = f->b;

    return f->plan != NO_ID && !set_has(b->p, b->p->nodes.at[node].deps, b->plan->nodes.at[f->plan].index) &&
           b->last_write[node] < b->first_leaf[f->plan];
}

/* Asks for the conditions around a context. Those above one that was asked for were asked for with it. */
static void demand_conditions(Finder *f, uint32_t context, uint32_t item)
{
    CBody *b = f->b;

    for (; b->contexts.at[context].depth > 0; context = b->contexts.at[context].parent) {
        Group *group = &b->groups.at[b->contexts.at[context].group];

        if (group->demanded)
            return;
        group->demanded = true;
        ask(f, group->condition, group->context, item, 1);
    }
}

/* The context of a branch whose condition was just asked for. */
static uint32_t branch(Finder *f, uint32_t parent, NodeId condition, unsigned side)
{
    uint32_t context = c_context(f->b, parent, condition, side);

    f->b->groups.at[f->b->contexts.at[context].group].demanded = true;
    return context;
}

static void demand_arguments(Finder *f, const Wanted *wanted)
{
    CBody *b = f->b;
    const Node *node = &b->p->nodes.at[wanted->node];
    uint32_t context = wanted->context, item = wanted->item;
    unsigned arity = op_info[node->op].arity, side = 0;
    NodeId condition;

    if (node->op == OP_SELECT || node->op == OP_AND || node->op == OP_OR) {
        condition = c_condition(b, node->u.arg[0], &side);
        demand(f, condition, context, item);
        if (node->op == OP_SELECT)
            demand(f, node->u.arg[1], branch(f, context, node->u.arg[0], 0), item);
        demand(f, node->u.arg[arity - 1], branch(f, context, node->u.arg[0], node->op != OP_AND), item);
        return;
    }
    for (unsigned k = 0; k < arity; k++)
        demand(f, node->u.arg[k], context, item);
}

/* ---- one scope --------------------------------------------------------------------------------------- */

/* All stages with one guard ask for it together. */
static uint32_t demand_guard(Finder *f, NodeId guard, uint32_t context, uint32_t item)
{
    CBody *b = f->b;
    uint32_t inside = branch(f, context, guard, 0);
    uint32_t group = b->contexts.at[inside].group;

    ask(f, b->groups.at[group].condition, context, item, b->groups.at[group].asked ? 0 : 1);
    b->groups.at[group].asked = true;
    return inside;
}

/* A local that is written once gives its name to the value, if that has none. */
static void note_result(Finder *f, const Stage *stage)
{
    CBody *b = f->b;
    Wanted *wanted;

    if (stage->op != STAGE_SET || stage->guard != NO_ID || is_plain(b, stage->value) ||
        b->symbols[stage->target].writes != 1 || !c_is_local(b, stage->target))
        return;
    wanted = &f->pending.at[b->where[stage->value]];
    if (wanted->result == NO_ID && wanted->context == b->scopes[f->scope].context)
        wanted->result = stage->target;
}

static void demand_item(Finder *f, PlanId id)
{
    CBody *b = f->b;
    const PlanNode *plan = &b->plan->nodes.at[id];
    uint32_t context = b->scopes[f->scope].context;

    if (plan->kind == PLAN_FOR) {
        const Scope *inner = &b->scopes[id + 1];

        for (uint32_t i = inner->first_export; i < inner->first_export + inner->export_count; i++)
            ask(f, b->exports.at[i], context, b->ordinals[id], 2);
    } else if (!plan->zero) {
        const Stage *stage = &b->p->stages.at[plan->stage];

        if (stage->guard != NO_ID)
            context = demand_guard(f, stage->guard, context, b->ordinals[id]);
        ask(f, stage->value, context, b->ordinals[id], 1);
        note_result(f, stage);
    }
}

/* The largest node that is left. Its arguments come later; the conditions around it may lie above it. The function's
 * block needs most nodes, and walks them; loops need few. */
static uint32_t next_wanted(Finder *f)
{
    while (f->heap.count == 0 && f->below > 0) {
        f->below--;
        for (uint32_t id = f->b->where[f->below]; id != NO_ID; id = f->pending.at[id].next)
            push_heap(f, id);
    }
    return f->heap.count == 0 ? NO_ID : pop_heap(f);
}

static void take_all(Finder *f)
{
    CBody *b = f->b;
    Scope *scope = &b->scopes[f->scope];

    scope->first_export = (uint32_t)b->exports.count;
    for (;;) {
        uint32_t id = next_wanted(f);
        Wanted wanted;

        if (id == NO_ID)
            break;
        wanted = f->pending.at[id];

        if (wanted.merged)
            continue;
        if (!wanted.taken && wanted.context == scope->context && !c_is_part(b, wanted.node) && is_invariant(f, wanted.node)) {
            vec_push(b->arena, &b->exports, wanted.node);
            b->where[wanted.node] = NO_ID;
            b->handed_up[wanted.node] = f->scope + 1;
        } else {
            if (!wanted.taken)
                vec_push(f->arena, &f->popped, id);
            f->pending.at[id].taken = true;
            demand_conditions(f, wanted.context, wanted.item);
            demand_arguments(f, &wanted);
        }
    }
    scope->export_count = (uint32_t)b->exports.count - scope->first_export;
}

/* What was taken in a branch and asked for again around it is one instance. */
static void drop_merged(Finder *f)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->popped.count; i++)
        if (!f->pending.at[f->popped.at[i]].merged)
            f->popped.at[kept++] = f->popped.at[i];
    f->popped.count = kept;
}

static bool is_seen_from(CBody *b, uint32_t inst, uint32_t context)
{
    return c_context_is_around(b, b->insts.at[inst].context, context);
}

uint32_t c_find(CBody *b, NodeId node, uint32_t context)
{
    uint32_t id = b->where[node];

    if (is_plain(b, node))
        return NO_ID;
    while (id != NO_ID && b->insts.at[id].twin != NO_ID && !is_seen_from(b, id, context))
        id = b->insts.at[id].twin;
    return id;
}

/* Appends the instances by (item, node): counts the items, for the nodes come in order. where[] then points to them. */
static void keep_instances(Finder *f, uint32_t items)
{
    CBody *b = f->b;
    Scope *scope = &b->scopes[f->scope];
    uint32_t *start = arena_array(f->arena, uint32_t, items + 2u);

    scope->first_inst = (uint32_t)b->insts.count;
    scope->inst_count = (uint32_t)f->popped.count;
    vec_reserve(b->arena, &b->insts, f->popped.count);
    b->insts.count += f->popped.count;
    for (size_t i = 0; i < f->popped.count; i++)
        start[f->pending.at[f->popped.at[i]].item + 1]++;
    for (uint32_t k = 0; k <= items; k++)
        start[k + 1] += start[k];
    for (size_t i = f->popped.count; i-- > 0;) {
        const Wanted *wanted = &f->pending.at[f->popped.at[i]];
        uint32_t at = scope->first_inst + start[wanted->item]++;

        b->insts.at[at] = (Inst){ .node = wanted->node,
                                  .context = wanted->context,
                                  .item = wanted->item,
                                  .result = wanted->result,
                                  .segment = NO_ID,
                                  .escape = NO_ID,
                                  .next_declared = NO_ID,
                                  .shadowed = NO_ID };
    }
    c_sort_scope(b, f->scope, f->arena);
}

static void count_use(const Finder *f, NodeId node, uint32_t context, uint32_t uses)
{
    uint32_t id = c_find(f->b, node, context);

    if (id != NO_ID)
        f->b->insts.at[id].uses += uses;
}

/* As often as it is printed: which instance a user sees is known when all have their contexts. */
static void count_uses(const Finder *f)
{
    CBody *b = f->b;
    Scope scope = b->scopes[f->scope];

    for (size_t i = 0; i < f->asked.count; i++)
        count_use(f, f->asked.at[i].node, f->asked.at[i].context, f->asked.at[i].uses);
    for (uint32_t i = scope.first_inst; i < scope.first_inst + scope.inst_count; i++) {
        NodeId node = b->insts.at[i].node;

        for (unsigned k = 0; k < op_info[b->p->nodes.at[node].op].arity; k++) {
            uint32_t context;
            NodeId operand = c_operand(b, node, b->insts.at[i].context, k, &context);

            count_use(f, operand, context, 1);
        }
    }
}

static void find_scope(Finder *f, PlanId plan)
{
    CBody *b = f->b;
    uint32_t items = 0;
    NodeId condition = c_loop_condition(b, plan);
    unsigned side = 0;

    f->plan = plan;
    f->scope = c_scope_id(plan);
    f->pending.count = f->popped.count = f->asked.count = 0;
    f->below = plan == NO_ID ? (NodeId)b->p->nodes.count : 0;
    b->scopes[f->scope].context = c_context_new(b, NO_ID, NO_ID, 0);
    if (condition != NO_ID) {
        ask(f, c_condition(b, condition, &side), b->scopes[f->scope].context, 0, 1);
        items++;
    }
    for (PlanId id = c_first_item(b, plan); id != NO_ID; id = b->plan->nodes.at[id].next, items++)
        demand_item(f, id);
    take_all(f);
    drop_merged(f);
    keep_instances(f, items);
    count_uses(f);
    c_shape_scope(b, f->scope);
    for (uint32_t i = 0; i < b->scopes[f->scope].inst_count; i++)
        b->where[b->insts.at[b->scopes[f->scope].first_inst + i].node] = NO_ID;
}

/* ---- all of them -------------------------------------------------------------------------------------- */

/* How often the body of a FOR runs, with one sample: the points of the domain of all loops down to it. */
static uint64_t loop_times(const CBody *b, PlanId id)
{
    Range ranges[UINT8_MAX];
    Stage stage = { .domain = ranges };

    for (PlanId at = id; at != NO_ID && stage.rank < UINT8_MAX; at = b->plan->nodes.at[at].parent)
        stage.rank++;
    for (unsigned k = stage.rank; k-- > 0; id = b->plan->nodes.at[id].parent) {
        const PlanNode *loop = &b->plan->nodes.at[id];

        ranges[k] = (Range){ loop->index, loop->low, loop->high };
        if (c_loop_is_samples(b, loop))
            ranges[k].high = aff_offset(&b->plan->copy->affs, loop->low, 1);
    }
    return stage_points(b->p, &stage);
}

void c_scopes_find(CBody *b)
{
    Finder f = { .b = b, .arena = heap_arena(&b->m->unit->heap) };
    PlanId id = b->plan->first;

    c_writes_find(b);
    b->scopes[0].times = 1;
    while (id != NO_ID) {
        const PlanNode *node = &b->plan->nodes.at[id];

        if (node->kind == PLAN_FOR && b->scopes[id + 1].times == 0) {
            b->scopes[id + 1].times = loop_times(b, id) + 1;
            if (node->first_child != NO_ID) {
                id = node->first_child;
                continue;
            }
        }
        for (;; node = &b->plan->nodes.at[id]) {
            if (node->kind == PLAN_FOR) {
                b->scopes[id + 1].times--;
                find_scope(&f, id);
            }
            if (node->next != NO_ID || node->parent == NO_ID)
                break;
            id = node->parent;
        }
        id = node->next;
    }
    find_scope(&f, NO_ID);
    heap_release(&b->m->unit->heap, f.arena);
}
