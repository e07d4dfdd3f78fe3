/* circuit_list.c -- which nodes of a stage are gates, and where in the domain its branches need them. */
#include "teach/circuit_make.h"

#include "base/sort.h"

/* ---- what is a gate ----------------------------------------------------------------------------------- */

/* Written inside the gate that uses it: constants, reads, conditions, and what protects a shift from infinities. */
bool gate_is_inline(const Maker *m, NodeId id)
{
    Op op = (Op)m->flat.program->nodes.at[id].op;

    return m->constant[id] || op_info[op].arity == 0 || op_info[op].result != KIND_REAL || op == OP_FINITE || op == OP_SCALE_OF;
}

bool gate_is_stated(const Maker *m, NodeId id)
{
    return m->flat.program->nodes.at[id].op == OP_LINK || m->flat.program->nodes.at[id].op == OP_STOP;
}

/* The operands that have gates of their own, last first. */
static void push_operands(Maker *m, NodeId id)
{
    const Node *node = &m->flat.program->nodes.at[id];

    if (gate_is_stated(m, id)) {
        for (; node->op == OP_LINK; node = &m->flat.program->nodes.at[node->u.arg[0]])
            vec_push(m->arena, &m->stack, node->u.arg[1]);
    } else if (flat_is_branch(&m->flat, id)) {
        vec_push(m->arena, &m->stack, node->u.arg[flat_taken(&m->flat, id)]);
    } else {
        for (unsigned k = op_info[node->op].arity; k-- > (node->op == OP_SELECT);)
            vec_push(m->arena, &m->stack, node->u.arg[k]);
    }
}

/* What protects a shift has gates below it, conditions are written out. */
static bool has_operands(const Maker *m, NodeId id)
{
    Op op = (Op)m->flat.program->nodes.at[id].op;

    return !gate_is_inline(m, id) || ((op == OP_FINITE || op == OP_SCALE_OF) && !m->constant[id]);
}

/* The nodes below `root` that are gates, ascending, appended to m->list. */
static void list_gates(Maker *m, NodeId root)
{
    size_t first = m->list.count;

    m->round++;
    vec_push(m->arena, &m->stack, root);
    while (m->stack.count > 0) {
        NodeId id = vec_pop(&m->stack);

        if (m->mark[id] == m->round || !has_operands(m, id))
            continue;
        m->mark[id] = m->round;
        if (!gate_is_inline(m, id))
            vec_push(m->arena, &m->list, id);
        push_operands(m, id);
    }
    if (m->list.count > first)
        sort_ids(m->flat.program->heap, m->list.at + first, m->list.count - first);
}

/* Everything under a branch inside a domain, or under a guard, is needed only at some points. */
static void mark_masked(Maker *m, NodeId root, bool masked)
{
    const Program *flat = m->flat.program;
    NodeVec nodes = { 0 };

    if (masked)
        node_reach(flat, m->arena, &root, 1, &nodes);
    for (size_t i = 0; i < m->list.count; i++) {
        NodeId id = m->list.at[i];

        if (flat->nodes.at[id].op == OP_SELECT && !flat_is_branch(&m->flat, id))
            node_reach(flat, m->arena, &flat->nodes.at[id].u.arg[1], 2, &nodes);
    }
    for (size_t i = 0; i < nodes.count; i++)
        m->masked[nodes.at[i]] = true;
}

/* ---- branches inside a domain ------------------------------------------------------------------------- */

NodeId gate_both(Program *p, NodeId a, NodeId b)
{
    return a == NO_ID ? b : b == NO_ID || a == b ? a : node_raw(p, OP_AND, a, b, NO_ID);
}

#define UNSEEN (NO_ID - 1)

static void meet_branch(Maker *m, NodeId id, NodeId condition)
{
    if (m->branch[id].stage != m->stage)
        return; /* not a gate of this stage */
    if (m->branch[id].condition == UNSEEN)
        m->branch[id].condition = condition;
    else if (m->branch[id].condition != condition)
        m->branch[id].condition = NO_ID;
}

static void meet_operands(Maker *m, NodeId id)
{
    Node node = m->flat.program->nodes.at[id];
    NodeId condition = m->branch[id].condition, test;

    if (node.op != OP_SELECT || flat_is_branch(&m->flat, id)) {
        for (unsigned k = 0; k < op_info[node.op].arity; k++)
            meet_branch(m, node.u.arg[k], gate_is_stated(m, id) ? NO_ID : condition);
        return;
    }
    test = gate_operand(m, node.u.arg[0]);
    meet_branch(m, node.u.arg[1], gate_both(m->p, condition, test));
    meet_branch(m, node.u.arg[2], gate_both(m->p, condition, node_raw(m->p, OP_NOT, test, NO_ID, NO_ID)));
}

/* Where the gates listed are needed: users come before what they use. */
static void find_branches(Maker *m)
{
    for (size_t i = 0; i < m->list.count; i++)
        m->branch[m->list.at[i]] = (Branch){ m->stage, UNSEEN };
    for (size_t i = m->list.count; i-- > 0;) {
        Branch *branch = &m->branch[m->list.at[i]];

        if (branch->condition == UNSEEN)
            branch->condition = NO_ID;
        meet_operands(m, m->list.at[i]);
    }
}
void gates_list(Maker *m, const Stage *stage, bool product)
{
    const Node *node = &m->flat.program->nodes.at[stage->value];

    m->list.count = 0;
    if (product) {
        list_gates(m, node->u.arg[0]);
        list_gates(m, node->u.arg[1]);
    } else {
        list_gates(m, stage->value);
    }
    find_branches(m);
    mark_masked(m, stage->value, stage->guard != NO_ID && m->flat.program->nodes.at[stage->guard].deps != 0);
}
