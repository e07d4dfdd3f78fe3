/* simplify_condition.c -- rules about conditions and selects. */
#include "ir/simplify_rules.h"

/* i + 1 > i: integer expressions whose difference is a number, written into loops or found by substitution. */
NodeId simplify_integers(Program *p, Op op, NodeId a, NodeId b)
{
    int64_t difference;

    if (op < OP_EQ || op > OP_GE || !is_op(p, a, OP_INTEGER) || !is_op(p, b, OP_INTEGER) ||
        !aff_is_const(&p->affs, aff_sub(&p->affs, p->nodes.at[a].u.aff, p->nodes.at[b].u.aff), &difference))
        return NO_ID;
    return fold_literals(p, op, node_int(p, difference), node_int(p, 0));
}

static bool is_known(const Program *p, NodeId condition, bool *holds)
{
    *holds = !node_is_int(p, condition, 0);
    return is_op(p, condition, OP_LITERAL);
}

/* The negation of < is not >= where a NaN is possible; that of == is !=. */
NodeId simplify_not(Program *p, NodeId a)
{
    Node node = p->nodes.at[a];
    bool holds;

    if (is_known(p, a, &holds))
        return node_int(p, !holds);
    switch (node.op) {
    case OP_NOT: return node.u.arg[0];
    case OP_EQ: return node_op2(p, OP_NE, node.u.arg[0], node.u.arg[1]);
    case OP_NE: return node_op2(p, OP_EQ, node.u.arg[0], node.u.arg[1]);
    default: return NO_ID;
    }
}

NodeId simplify_junction(Program *p, Op op, NodeId a, NodeId b)
{
    bool holds;

    if (a == b)
        return a;
    if (is_known(p, a, &holds))
        return holds == (op == OP_AND) ? b : a;
    if (is_known(p, b, &holds))
        return holds == (op == OP_AND) ? a : b;
    return NO_ID;
}

/* The branch of a select under the same condition that is taken there. */
static NodeId taken(const Program *p, NodeId condition, NodeId branch, unsigned which)
{
    const Node *node = &p->nodes.at[branch];

    return node->op == OP_SELECT && node->u.arg[0] == condition ? node->u.arg[which] : branch;
}

NodeId simplify_select(Program *p, NodeId c, NodeId a, NodeId b)
{
    NodeId yes, no;
    bool holds;

    if (is_known(p, c, &holds))
        return holds ? a : b;
    if (a == b)
        return a;
    if (is_op(p, c, OP_NOT))
        return node_op(p, OP_SELECT, first_of(p, c), b, a);
    yes = taken(p, c, a, 1);
    no = taken(p, c, b, 2);
    return yes != a || no != b ? node_op(p, OP_SELECT, c, yes, no) : NO_ID;
}
