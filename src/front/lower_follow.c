/* lower_follow.c -- which stages stand between a name and a value: those that the value needs and that depend on the name. */
#include "front/slice.h"

/* Positions of maxima and numbers of turns are given: nothing varies with them continuously. */
bool slice_follows(const Slice *s, Item item)
{
    return item.kind == ITEM_STAGE && s->whole->stages.at[item.id].op != STAGE_ARGMAX;
}

/* ---- what the value needs --------------------------------------------------------------------------- */

typedef struct {
    Slice *s;
    bool *seen; /* by node */
    NodeVec stack;
    bool again;
} Needs;

static void need_node(Needs *n, NodeId node)
{
    if (n->seen[node])
        return;
    n->seen[node] = true;
    vec_push(n->s->arena, &n->stack, node);
}

static void need_value(Needs *n, NodeId root)
{
    Slice *s = n->s;

    need_node(n, root);
    while (n->stack.count > 0) {
        NodeId top = vec_pop(&n->stack);
        const Node *node = &s->whole->nodes.at[top];
        uint32_t slot;

        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            need_node(n, node->u.arg[k]);
        if (node->op != OP_READ)
            continue;
        slot = slice_slot_of_read(s, top);
        n->again |= !s->slots.at[slot].needed;
        s->slots.at[slot].needed = true;
    }
}

/* From the end to the beginning; a loop may need late what stands further down in it. */
void slice_find_needed(Slice *s, NodeId value)
{
    Needs n = { .s = s, .seen = arena_array(s->arena, bool, s->whole->nodes.count) };

    need_value(&n, value);
    do {
        n.again = false;
        for (size_t i = s->whole->body.count; i-- > 0;) {
            const Stage *stage = &s->whole->stages.at[s->whole->body.at[i].id];
            uint32_t slot;

            if (!slice_follows(s, s->whole->body.at[i]))
                continue;
            slot = slice_slot_of_stage(s, stage);
            if (slot != s->x && s->slots.at[slot].needed)
                need_value(&n, stage->value);
        }
    } while (n.again);
}

/* ---- what depends on the name ----------------------------------------------------------------------- */

typedef struct {
    Slice *s;
    uint32_t *seen; /* by node: the round that looked at it last */
    bool *depends;
    uint32_t round;
    NodeVec stack;
} Dependents;

static bool push_unseen(Dependents *d, const Node *node)
{
    size_t before = d->stack.count;

    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        if (d->seen[node->u.arg[k]] != d->round)
            vec_push(d->s->arena, &d->stack, node->u.arg[k]);
    return d->stack.count > before;
}

static bool node_depends(Dependents *d, NodeId id)
{
    const Node *node = &d->s->whole->nodes.at[id];

    if (node->op == OP_READ)
        return d->s->slots.at[slice_slot_of_read(d->s, id)].depends;
    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        if (d->depends[node->u.arg[k]])
            return true;
    return false;
}

static bool value_depends(Dependents *d, NodeId root)
{
    vec_push(d->s->arena, &d->stack, root);
    while (d->stack.count > 0) {
        NodeId top = vec_top(&d->stack);

        if (d->seen[top] != d->round && push_unseen(d, &d->s->whole->nodes.at[top]))
            continue;
        d->stack.count--;
        if (d->seen[top] == d->round)
            continue;
        d->seen[top] = d->round;
        d->depends[top] = node_depends(d, top);
    }
    return d->depends[root];
}

/* One round suffices for straight code; a loop may find late that a carried symbol depends. */
bool slice_find_dependents(Slice *s, NodeId value)
{
    size_t nodes = s->whole->nodes.count;
    Dependents d = { .s = s, .seen = arena_array(s->arena, uint32_t, nodes), .depends = arena_array(s->arena, bool, nodes) };
    bool again;

    s->slots.at[s->x].depends = true;
    do {
        again = false;
        d.round++;
        for (size_t i = 0; i < s->whole->body.count; i++) {
            const Stage *stage = &s->whole->stages.at[s->whole->body.at[i].id];
            uint32_t slot;

            if (!slice_follows(s, s->whole->body.at[i]))
                continue;
            slot = slice_slot_of_stage(s, stage);
            if (!s->slots.at[slot].needed || s->slots.at[slot].depends || !value_depends(&d, stage->value))
                continue;
            s->slots.at[slot].depends = again = true;
        }
    } while (again && s->whole->loops.count > 0);
    d.round++;
    return value_depends(&d, value);
}
