/* c_place.c -- the order of a scope: lines, branches and loops.
 *
 * Everything is put behind what it needs, in the order in which the scope's items ask for it. What belongs in a branch
 * goes into the last `if` made for that branch if all it needs is known in front of it (or inside it), else a new `if`
 * is opened. So several selects with one condition share one `if` where that is possible; a value needed by two
 * separate ones is declared in front of the first. */
#include "emit/c_place.h"

/* ---- lines and branches ------------------------------------------------------------------------------ */

static uint32_t new_segment(Placer *p, uint32_t opening, unsigned side)
{
    uint32_t depth = opening == NO_ID ? 0 : p->order->segments.at[p->order->openings.at[opening].segment].depth + 1;

    vec_push(p->b->arena, &p->order->segments, (Segment){ NO_ID, NO_ID, opening, depth, (uint8_t)side });
    return (uint32_t)p->order->segments.count - 1;
}

static void append(Placer *p, uint32_t segment, OrderKind kind, uint32_t id)
{
    Segment *s = &p->order->segments.at[segment];
    uint32_t item = (uint32_t)p->order->items.count;

    vec_push(p->b->arena, &p->order->items, (OrderItem){ (uint8_t)kind, id, NO_ID });
    if (s->last == NO_ID)
        s->first = item;
    else
        p->order->items.at[s->last].next = item;
    s->last = item;
}

/* Something in `user` refers to the instance: if it is computed inside an `if` around which `user` is not, it is
 * declared in front. */
static void note_user(Placer *p, uint32_t inst, uint32_t user)
{
    const Segment *segments = p->order->segments.at;
    const Opening *openings = p->order->openings.at;
    Inst *i = &p->b->insts.at[inst];
    uint32_t own = i->segment, escape = NO_ID;

    while (own != user) {
        if (segments[user].depth > segments[own].depth) {
            user = openings[segments[user].opening].segment;
            continue;
        }
        if (segments[user].depth == segments[own].depth)
            user = openings[segments[user].opening].segment;
        escape = segments[own].opening;
        own = openings[escape].segment;
    }
    if (escape != NO_ID &&
        (i->escape == NO_ID || segments[openings[escape].segment].depth < segments[openings[i->escape].segment].depth))
        i->escape = escape;
}

static void note_users(Placer *p, size_t first, uint32_t segment)
{
    for (size_t i = first; i < p->needs.count; i++)
        if (p->needs.at[i].inst != NO_ID)
            note_user(p, p->needs.at[i].inst, segment);
}

/* The condition is asked again: it gets a line in front of the first `if`. */
static void define_condition(Placer *p, const Group *group, uint32_t first)
{
    uint32_t id = c_find(p->b, group->condition, group->context);
    const Scope *scope = &p->b->scopes[p->scope];
    Inst *inst;

    if (id == NO_ID || id < scope->first_inst || id >= scope->first_inst + scope->inst_count || p->b->insts.at[id].own)
        return;
    inst = &p->b->insts.at[id];
    inst->own = true;
    inst->segment = p->order->openings.at[first].segment;
    inst->time = p->order->openings.at[first].time - 1;
    p->order->openings.at[first].defines = true;
}

static uint32_t new_opening(Placer *p, uint32_t group, uint32_t segment)
{
    uint32_t opening = (uint32_t)p->order->openings.count, side;
    Group g = p->b->groups.at[group];
    size_t needs = p->needs.count, links = p->links.count;

    if (g.opening != NO_ID)
        define_condition(p, &g, g.opening);
    c_need_node(p, g.condition, g.context, 0);
    note_users(p, needs, segment);
    p->needs.count = needs;
    p->links.count = links;
    p->clock += 2;
    vec_push(p->b->arena, &p->order->openings,
             (Opening){ .group = group, .segment = segment, .time = p->clock, .declared = NO_ID });
    for (unsigned k = 0; k < 2; k++) {
        side = new_segment(p, opening, k);
        p->order->openings.at[opening].side[k] = side;
    }
    append(p, segment, ITEM_OPEN, opening);
    p->b->groups.at[group].opening = opening;
    return opening;
}

/* Is all that is needed known in front of the opening, or inside it on the right side? */
static bool fits(const Placer *p, uint32_t opening, uint32_t level, unsigned side, bool either)
{
    const Opening *o = &p->order->openings.at[opening];

    for (size_t i = 0; i < p->needs.count; i++) {
        const Need *n = &p->needs.at[i];
        uint32_t depth = p->order->segments.at[n->segment].depth;
        const Link *link = &p->links.at[n->chain + level];

        if (depth < level || link->segment != o->segment || link->time < o->time)
            continue;
        if (link->time > o->time || depth == level)
            return false;
        if (p->order->segments.at[link[1].segment].side != (either ? n->side : side))
            return false;
    }
    return true;
}

/* How many of the contexts on p->path, from the last on, have an `if` that can be used again; *segment: in the last of
 * these. `either`: the innermost branch is entered on both sides. */
static size_t reusable(const Placer *p, bool either, uint32_t *segment)
{
    size_t level = 0;

    for (*segment = 0; level < p->path.count; level++) {
        const Context *c = &p->b->contexts.at[p->path.at[p->path.count - 1 - level]];
        uint32_t opening = p->b->groups.at[c->group].opening;

        if (opening == NO_ID || p->order->openings.at[opening].segment != *segment ||
            !fits(p, opening, (uint32_t)level, c->side, either && level + 1 == p->path.count))
            break;
        *segment = p->order->openings.at[opening].side[c->side];
    }
    return level;
}

/* A segment of the context to whose end something with the present needs can be appended. A new `if` inside of one that
 * is used again needs its condition there, which may be known only behind that one. */
static uint32_t enter(Placer *p, uint32_t context, bool either)
{
    size_t needs = p->needs.count, links = p->links.count, level, asked;
    uint32_t segment;

    p->path.count = 0;
    for (uint32_t c = context; p->b->contexts.at[c].parent != NO_ID; c = p->b->contexts.at[c].parent)
        vec_push(p->b->arena, &p->path, c);
    for (asked = p->path.count; (level = reusable(p, either, &segment)) < asked;)
        for (; asked > level; asked--) {
            Group g = p->b->groups.at[p->b->contexts.at[p->path.at[p->path.count - asked]].group];

            c_need_node(p, g.condition, g.context, 0);
        }
    p->needs.count = needs;
    p->links.count = links;
    for (; level < p->path.count; level++) {
        Context c = p->b->contexts.at[p->path.at[p->path.count - 1 - level]];
        uint32_t opening = new_opening(p, c.group, segment);

        segment = p->order->openings.at[opening].side[c.side];
    }
    return segment;
}

static void forget_needs(Placer *p)
{
    p->needs.count = p->links.count = 0;
}

static void place_branch(Placer *p, uint32_t id)
{
    CBody *b = p->b;
    const Node *node = &b->p->nodes.at[b->insts.at[id].node];
    unsigned arity = op_info[node->op].arity, flip = 0;
    uint32_t segment, opening;

    c_condition(b, node->u.arg[0], &flip);
    for (unsigned k = 1; k < arity; k++) {
        uint32_t context;
        NodeId operand = c_operand(b, b->insts.at[id].node, b->insts.at[id].context, k, &context);

        c_need_node(p, operand, context, flip ^ (node->op == OP_SELECT ? k - 1 : node->op == OP_OR));
    }
    segment = enter(p, c_context(b, b->insts.at[id].context, node->u.arg[0], 0), true);
    opening = p->order->segments.at[segment].opening;
    for (unsigned k = 0; k < 2; k++)
        append(p, p->order->openings.at[opening].side[k], ITEM_ASSIGN, id);
    b->insts.at[id].opening = opening;
    b->insts.at[id].segment = p->order->openings.at[opening].segment;
    b->insts.at[id].time = p->order->openings.at[opening].time;
    for (size_t i = 0; i < p->needs.count; i++)
        if (p->needs.at[i].inst != NO_ID)
            note_user(p, p->needs.at[i].inst, p->order->openings.at[opening].side[p->needs.at[i].side]);
    forget_needs(p);
}

static void place_instance(Placer *p, uint32_t id)
{
    Inst *inst = &p->b->insts.at[id];
    uint32_t segment;

    if (!inst->own)
        return;
    if (inst->branch) {
        place_branch(p, id);
        return;
    }
    c_need_parts(p, inst->node, inst->context, 0);
    segment = enter(p, inst->context, false);
    append(p, segment, ITEM_DEFINE, id);
    inst = &p->b->insts.at[id];
    inst->segment = segment;
    inst->time = ++p->clock;
    note_users(p, 0, segment);
    forget_needs(p);
}

/* ---- stages and loops -------------------------------------------------------------------------------- */

static void record_write(Placer *p, SymId symbol, uint32_t segment)
{
    CSymbol *s = &p->b->symbols[symbol];

    s->write_scope = p->scope;
    s->write_segment = segment;
    s->write_time = p->clock;
}

/* The opening right in the scope that contains the segment. */
static uint32_t outermost_opening(const Placer *p, uint32_t segment)
{
    while (p->order->segments.at[segment].depth > 1)
        segment = p->order->openings.at[p->order->segments.at[segment].opening].segment;
    return p->order->segments.at[segment].opening;
}

/* Is the leaf the one that declares its target, a C local of this scope? */
static bool is_first_write(const Placer *p, const Stage *stage)
{
    PlanId scope = c_scope_of_local(p->b, stage->target, stage->subs);

    return c_is_local(p->b, stage->target) && c_scope_id(scope) == p->scope &&
           p->b->symbols[stage->target].write_scope != p->scope;
}

/* Where the new element takes the place of the old one, all that stands before the leaf may read the old one: the leaf
 * must not go into an `if` further up. */
static void need_all_before(Placer *p, const Stage *stage)
{
    if (p->b->plan->stores[stage->target].fold == FOLD_IN_PLACE)
        c_need(p, NO_ID, 0, p->clock, 0);
}

static void place_leaf(Placer *p, PlanId id)
{
    CBody *b = p->b;
    const PlanNode *leaf = &b->plan->nodes.at[id];
    const Stage *stage = &b->p->stages.at[leaf->stage];
    uint32_t context = b->scopes[p->scope].context, segment;
    unsigned subs = b->p->symbols.at[stage->target].rank - (stage->op == STAGE_ARGMAX ? 1u : 0u);
    bool first = is_first_write(p, stage);

    if (c_leaf_needs_start(b, id)) {
        append(p, 0, ITEM_START_LEAF, id);
        p->clock++;
        record_write(p, stage->target, 0);
    }
    c_need_symbol(p, stage->target, 0);
    need_all_before(p, stage);
    for (unsigned k = 0; k < subs; k++)
        c_need_aff(p, stage->subs[k], 0);
    if (!leaf->zero && stage->guard != NO_ID)
        context = c_context(b, context, stage->guard, 0);
    if (!leaf->zero)
        c_need_node(p, stage->value, context, 0);
    segment = enter(p, context, false);
    append(p, segment, ITEM_LEAF, id);
    p->clock++;
    if (first && segment != 0 && leaf->hold == NO_ID && !c_leaf_needs_start(b, id))
        vec_push(b->arena, &p->order->openings.at[outermost_opening(p, segment)].cells, stage->target);
    record_write(p, stage->target, segment);
    note_users(p, 0, segment);
    forget_needs(p);
}

static void place_loop(Placer *p, PlanId id)
{
    const Plan *plan = p->b->plan;
    PlanId at = id;

    append(p, 0, ITEM_FOR, id);
    p->clock++;
    for (;;) {
        const PlanNode *node = &plan->nodes.at[at];
        SymId count = c_loop_count(p->b, at, NULL);

        if (count != NO_ID)
            record_write(p, count, 0);
        if (node->kind == PLAN_STAGE)
            record_write(p, p->b->p->stages.at[node->stage].target, 0);
        if (node->kind == PLAN_FOR && node->first_child != NO_ID) {
            at = node->first_child;
            continue;
        }
        while (at != id && plan->nodes.at[at].next == NO_ID)
            at = plan->nodes.at[at].parent;
        if (at == id)
            return;
        at = plan->nodes.at[at].next;
    }
}

/* The loop's condition, asked before all else in a turn. */
static void place_stop(Placer *p, PlanId loop, NodeId condition)
{
    c_need_node(p, condition, p->b->scopes[p->scope].context, 0);
    note_users(p, 0, 0);
    append(p, 0, ITEM_STOP, loop);
    p->clock++;
    forget_needs(p);
}

static void declare_escaped(Placer *p)
{
    const Scope *scope = &p->b->scopes[p->scope];

    for (uint32_t i = scope->first_inst + scope->inst_count; i-- > scope->first_inst;) {
        Inst *inst = &p->b->insts.at[i];

        if (inst->escape == NO_ID && inst->own && inst->branch)
            inst->escape = inst->opening;
        if (inst->escape == NO_ID)
            continue;
        inst->next_declared = p->order->openings.at[inst->escape].declared;
        p->order->openings.at[inst->escape].declared = i;
    }
}

void c_order_scope(CBody *b, PlanId plan, Order *order)
{
    Placer p = { .b = b, .scope = c_scope_id(plan), .order = order };
    const Scope *scope = &b->scopes[p.scope];
    uint32_t inst = scope->first_inst, end = scope->first_inst + scope->inst_count;
    NodeId condition = c_loop_condition(b, plan);
    unsigned side = 0;

    *order = (Order){ 0 };
    new_segment(&p, NO_ID, 0);
    if (condition != NO_ID) {
        for (; inst < end && b->insts.at[inst].item == 0; inst++)
            place_instance(&p, inst);
        place_stop(&p, plan, c_condition(b, condition, &side));
    }
    for (PlanId id = c_first_item(b, plan); id != NO_ID; id = b->plan->nodes.at[id].next) {
        for (; inst < end && b->insts.at[inst].item <= b->ordinals[id]; inst++)
            place_instance(&p, inst);
        if (b->plan->nodes.at[id].kind == PLAN_FOR)
            place_loop(&p, id);
        else
            place_leaf(&p, id);
    }
    declare_escaped(&p);
}
