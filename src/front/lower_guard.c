/* lower_guard.c -- the conditions under which stages inside branches are made. */
#include "front/lowering.h"

/* A condition over axes says nothing about a stage: inside the branch the same axes are those of other arrays. */
void guard_push(Lowering *l, NodeId condition, bool negated)
{
    Guard guard = { .condition = condition, .negated = negated, .all = NO_ID };
    uint32_t count;
    const IndexId *items = set_items(l->p, l->p->nodes.at[condition].deps, &count);

    if (count > 0 && items[0] < USER_INDEX)
        guard.condition = NO_ID;
    if (l->guards.count > 0)
        guard.deps = vec_top(&l->guards).deps;
    if (guard.condition != NO_ID)
        guard.deps = set_union(l->p, guard.deps, l->p->nodes.at[condition].deps);
    vec_push(l->arena, &l->guards, guard);
}

void guard_pop(Lowering *l)
{
    l->guards.count--;
}

static NodeId both(Lowering *l, NodeId a, NodeId b)
{
    if (a == NO_ID || b == NO_ID)
        return a == NO_ID ? b : a;
    return node_op2(l->p, OP_AND, a, b);
}

static NodeId own_condition(Lowering *l, const Guard *guard)
{
    if (guard->condition == NO_ID || !guard->negated)
        return guard->condition;
    return node_op1(l->p, OP_NOT, guard->condition);
}

/* All conditions as one; made once for every level, so deep chains of ? : stay linear. */
static NodeId all_conditions(Lowering *l)
{
    size_t level = l->guards.count;

    while (level > 0 && !l->guards.at[level - 1].made)
        level--;
    for (; level < l->guards.count; level++) {
        Guard *guard = &l->guards.at[level];

        guard->all = both(l, level == 0 ? NO_ID : l->guards.at[level - 1].all, own_condition(l, guard));
        guard->made = true;
    }
    return vec_top(&l->guards).all;
}

static void push_conjunct(Lowering *l, NodeId condition, bool negated)
{
    vec_push(l->arena, &l->conjuncts, negated ? node_op1(l->p, OP_NOT, condition) : condition);
}

/* The parts of one condition that hold each by itself, first to last. */
static void split_condition(Lowering *l, const Guard *guard)
{
    NodeVec rest = { 0 };

    vec_push(l->arena, &rest, guard->condition);
    while (rest.count > 0) {
        NodeId condition = vec_pop(&rest);
        const Node *node = &l->p->nodes.at[condition];

        if (node->op == (guard->negated ? OP_OR : OP_AND)) {
            vec_push(l->arena, &rest, node->u.arg[1]);
            vec_push(l->arena, &rest, node->u.arg[0]);
        } else {
            push_conjunct(l, condition, guard->negated);
        }
    }
}

static bool is_within(Lowering *l, SetId part, SetId whole)
{
    return set_union(l->p, part, whole) == whole;
}

static bool is_integer(const Lowering *l, NodeId node)
{
    Rational value;

    return l->p->nodes.at[node].op == OP_INTEGER || (node_is_literal(l->p, node, &value) && rational_is_whole(value));
}

/* The innermost index that stands in the expression itself, by sema's numbers; NO_ID if there are only elements. */
static IndexId innermost(const Lowering *l, NodeId node, IndexId found)
{
    const AffPool *affs = &l->p->affs;
    const Affine *sum;

    if (l->p->nodes.at[node].op != OP_INTEGER)
        return found;
    sum = &affs->affs.at[l->p->nodes.at[node].u.aff];
    for (uint32_t i = 0; i < sum->count; i++) {
        const Atom *atom = &affs->atoms.at[affs->terms.at[sum->first + i].atom];

        if (atom->kind == ATOM_INDEX && (found == NO_ID || l->checked_of[atom->of] > l->checked_of[found]))
            found = atom->of;
    }
    return found;
}

/* A comparison of integers narrows its innermost index, or elements: it may be what keeps a subscript in range. */
static bool protects(const Lowering *l, NodeId condition, SetId set)
{
    const Node *node = &l->p->nodes.at[condition];
    const IndexId *items;
    uint32_t count;
    IndexId index;

    if (node->op == OP_NOT)
        node = &l->p->nodes.at[node->u.arg[0]];
    if (op_info[node->op].arity != 2 || op_info[node->op].result != KIND_CONDITION)
        return false;
    if (!is_integer(l, node->u.arg[0]) || !is_integer(l, node->u.arg[1]))
        return false;
    index = innermost(l, node->u.arg[1], innermost(l, node->u.arg[0], NO_ID));
    if (index != NO_ID)
        return set_has(l->p, set, index);
    items = set_items(l->p, node->deps, &count);
    for (uint32_t i = 0; i < count; i++)
        if (set_has(l->p, set, items[i]))
            return true;
    return false;
}

static void join(Lowering *l, SetId *set, SetId deps)
{
    uint32_t count;
    const IndexId *items = set_items(l->p, deps, &count);

    for (uint32_t i = 0; i < count; i++) {
        *set = set_union(l->p, *set, l->closures[items[i]]);
        items = set_items(l->p, deps, &count);
    }
}

/* The guard of a stage whose domain has the indices `set`. Indices of conditions that may protect a subscript join the
 * set; other conditions with further indices are dropped: then more is computed than needed. */
NodeId guard_for(Lowering *l, SetId *set)
{
    NodeId guard = NO_ID;
    SetId before;

    if (l->guards.count == 0)
        return NO_ID;
    if (is_within(l, vec_top(&l->guards).deps, *set))
        return all_conditions(l);
    l->conjuncts.count = 0;
    for (size_t i = 0; i < l->guards.count; i++)
        if (l->guards.at[i].condition != NO_ID)
            split_condition(l, &l->guards.at[i]);
    do {
        before = *set;
        for (size_t i = 0; i < l->conjuncts.count; i++)
            if (protects(l, l->conjuncts.at[i], *set))
                join(l, set, l->p->nodes.at[l->conjuncts.at[i]].deps);
    } while (*set != before);
    for (size_t i = 0; i < l->conjuncts.count; i++)
        if (is_within(l, l->p->nodes.at[l->conjuncts.at[i]].deps, *set))
            guard = both(l, guard, l->conjuncts.at[i]);
    return guard;
}
