/* reverse_work.c -- the active nodes of an expression: who uses whom, statements, scopes. */
#include "base/sort.h"
#include "pass/reverse.h"

Slot *work_slot(const Work *w, NodeId node)
{
    return &w->slots.at[w->slot_of[node] - 1];
}

bool work_is_leaf(const Sweep *s, const Work *w, NodeId node)
{
    const Node *n = &s->p->nodes.at[node];

    return n->op == OP_READ || (w->stops && n->deps == 0);
}

void work_clear(Work *w)
{
    for (size_t i = 0; i < w->nodes.count; i++)
        w->slot_of[w->nodes.at[i]] = 0;
    w->nodes.count = w->slots.count = 0;
    w->selects = false;
}

/* ---- collecting -------------------------------------------------------------------------------------- */

static void collect_one(Sweep *s, Work *w, NodeId node)
{
    if (!s->active.nodes[node] || w->slot_of[node] != 0)
        return;
    w->slot_of[node] = 1;
    vec_push(s->arena, &w->nodes, node);
}

static const Slot empty_slot = {
    .adjoint = NO_ID, .scope = SCOPE_NONE, .needed = NO_ID, .masked = NO_ID, .input = NO_ID, .gate = NO_ID, .symbol = NO_ID
};

void work_collect(Sweep *s, Work *w, NodeId root)
{
    size_t first = w->nodes.count;

    collect_one(s, w, root);
    for (size_t i = first; i < w->nodes.count; i++) {
        const Node *node = &s->p->nodes.at[w->nodes.at[i]];

        if (work_is_leaf(s, w, w->nodes.at[i]))
            continue;
        w->selects |= node->op == OP_SELECT;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            if (activity_edge((Op)node->op, k))
                collect_one(s, w, node->u.arg[k]);
    }
    if (w->nodes.count > first)
        sort_ids(s->p->heap, w->nodes.at + first, w->nodes.count - first);
    for (size_t i = first; i < w->nodes.count; i++) {
        vec_push(s->arena, &w->slots, empty_slot);
        w->slot_of[w->nodes.at[i]] = (uint32_t)i + 1;
    }
}

/* A condition of more parts is not made: branches may be nested as deep as the text is long. */
enum { LONGEST_WAY = 64 };

/* The condition of a use in `scope` on the way from `outer`; NO_ID: it always holds. */
static NodeId way_to(Scopes *scopes, ScopeId outer, ScopeId scope, NodeId needed)
{
    NodeId way = scope_condition(scopes, outer, scope);

    if (way == NO_ID || needed == NO_ID)
        return way == NO_ID ? needed : way;
    return node_op2(scopes->p, OP_AND, way, needed);
}

/* One more use, in this scope where `needed` (unless NO_ID) holds. */
static void widen(Scopes *scopes, Slot *slot, ScopeId scope, NodeId needed)
{
    ScopeId before = slot->scope, joined = scope_join(scopes, before, scope), meet;
    bool wider, side_by_side;

    slot->scope = joined;
    if (before == SCOPE_NONE) {
        slot->needed = needed;
        return;
    }
    meet = scope_meet(scopes, before, scope);
    side_by_side = (before - 1) / 2 == (scope - 1) / 2; /* both sides of one condition: always one of them */
    wider = joined == meet && joined != before && joined != scope && !side_by_side;
    if (!wider && slot->needed == NO_ID && needed == NO_ID)
        return;
    if (scope_distance(scopes, meet, before) > LONGEST_WAY || scope_distance(scopes, meet, scope) > LONGEST_WAY) {
        slot->loose = true;
        slot->needed = NO_ID;
    } else {
        NodeId a = way_to(scopes, meet, before, slot->needed), b = way_to(scopes, meet, scope, needed);

        slot->needed = a == NO_ID || b == NO_ID ? NO_ID : node_op2(scopes->p, OP_OR, a, b);
    }
}

void work_use(Work *w, Scopes *scopes, NodeId root, ScopeId scope)
{
    Slot *slot = work_slot(w, root);

    slot->left++;
    widen(scopes, slot, scope, NO_ID);
}

/* ---- preparing --------------------------------------------------------------------------------------- */

static bool is_edge(const Sweep *s, const Node *node, unsigned k)
{
    return activity_edge((Op)node->op, k) && s->active.nodes[node->u.arg[k]];
}

static void count_uses(const Sweep *s, Work *w, const Node *node)
{
    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        if (is_edge(s, node, k))
            work_slot(w, node->u.arg[k])->left++;
}

static void find_input(const Sweep *s, Work *w, const Node *node, Slot *slot)
{
    for (unsigned k = 0; k < op_info[node->op].arity; k++) {
        const Slot *arg;
        bool boundary;
        NodeId input;

        if (!is_edge(s, node, k))
            continue;
        arg = work_slot(w, node->u.arg[k]);
        boundary = arg->left > 1 || work_is_leaf(s, w, node->u.arg[k]);
        input = boundary ? node->u.arg[k] : arg->input;
        slot->input = slot->input == NO_ID || slot->input == input ? input : MANY_INPUTS;
        slot->occurs += boundary ? 1 : arg->occurs;
    }
}

/* By value: conditions that are joined make new nodes. */
static void find_scopes(Sweep *s, Work *w, Node node, const Slot *user)
{
    ScopeId scope = user->scope;
    NodeId needed = user->needed;
    bool loose = user->loose;

    for (unsigned k = 0; k < op_info[node.op].arity; k++) {
        ScopeId inside = scope;

        if (!is_edge(s, &node, k) || (work_is_leaf(s, w, node.u.arg[k]) && !work_slot(w, node.u.arg[k])->strict))
            continue;
        if (node.op == OP_SELECT)
            inside = scope_branch(&s->scopes, scope, node.u.arg[0], k == 1);
        widen(&s->scopes, work_slot(w, node.u.arg[k]), inside, needed);
        work_slot(w, node.u.arg[k])->loose |= loose;
    }
}

/* Subscript k of a read may lie below (or, if `above`, above) the elements of the symbol. */
static bool may_leave(const Sweep *s, NodeId id, unsigned k, bool above)
{
    const Symbol *symbol = &s->p->symbols.at[s->p->nodes.at[id].u.read.symbol];
    Hull hull;

    if (!hull_of_aff(&s->hulls, node_subs(s->p, id)[k], &hull))
        return true;
    return above ? hull.most >= symbol->extents[k] : hull.least < 0;
}

bool work_leaves_range(const Sweep *s, NodeId id)
{
    const Node *node = &s->p->nodes.at[id];

    if (node->op != OP_READ)
        return false;
    for (unsigned k = 0; k < s->p->symbols.at[node->u.read.symbol].rank; k++)
        if (may_leave(s, id, k, false) || may_leave(s, id, k, true))
            return true;
    return false;
}

NodeId work_in_range(const Sweep *s, NodeId id)
{
    Program *p = s->p;
    Symbol symbol = p->symbols.at[p->nodes.at[id].u.read.symbol];
    NodeId all = NO_ID;

    for (unsigned k = 0; k < symbol.rank; k++) {
        for (unsigned above = 0; above < 2; above++) {
            NodeId sub, one;

            if (!may_leave(s, id, k, above))
                continue;
            sub = node_integer(p, node_subs(p, id)[k]);
            one = node_op2(p, above ? OP_LT : OP_GE, sub, node_int(p, above ? symbol.extents[k] : 0));
            all = all == NO_ID ? one : node_op2(p, OP_AND, all, one);
        }
    }
    return all;
}

void work_prepare(Sweep *s, Work *w, ScopeId base)
{
    const Program *p = s->p;

    for (size_t i = 0; i < w->nodes.count; i++)
        if (!work_is_leaf(s, w, w->nodes.at[i]))
            count_uses(s, w, &p->nodes.at[w->nodes.at[i]]);
    for (size_t i = 0; i < w->nodes.count; i++)
        if (!work_is_leaf(s, w, w->nodes.at[i]))
            find_input(s, w, &p->nodes.at[w->nodes.at[i]], &w->slots.at[i]);
    for (size_t i = 0; w->selects && !w->scalars && i < w->nodes.count; i++)
        w->slots.at[i].strict = work_leaves_range(s, w->nodes.at[i]);
    for (size_t i = w->nodes.count; i-- > 0;) {
        if (!work_is_leaf(s, w, w->nodes.at[i]))
            find_scopes(s, w, p->nodes.at[w->nodes.at[i]], &w->slots.at[i]);
        else if (!w->scalars && !w->slots.at[i].strict)
            w->slots.at[i].scope = base;
    }
}
