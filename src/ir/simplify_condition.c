/* simplify_condition.c -- rules about conditions and selects. */
#include "ir/simplify_rules.h"

/* The values that an integer expression may have by the ranges of the elements in it: `end` 0 the least, 1 the largest. */
static bool end_of_range(const Program *p, AffId aff, unsigned end, int64_t *value)
{
    const Affine *sum = &p->affs.affs.at[aff];

    *value = sum->constant;
    for (uint32_t i = 0; i < sum->count; i++) {
        AffTerm term = p->affs.terms.at[sum->first + i];
        const Atom *atom = &p->affs.atoms.at[term.atom];
        int64_t range[2], product;

        if (atom->kind == ATOM_INDEX || p->symbols.at[atom->of].local)
            return false;
        program_element_range(p, atom, &range[0], &range[1]);
        if (range[0] >= range[1]) /* not known yet */
            return false;
        range[1]--;
        if (__builtin_mul_overflow(term.coef, range[term.coef > 0 ? end : 1 - end], &product) ||
            __builtin_add_overflow(*value, product, value))
            return false;
    }
    return sum->den == 1;
}

/* Is the difference of two numbers as the operator wants it? */
static bool compares(Op op, int64_t difference)
{
    return op_value(op, (const double[]){ (double)difference, 0 }) != 0;
}

static AffId integer_of(Program *p, NodeId node)
{
    Rational literal;
    int64_t value;

    if (is_op(p, node, OP_INTEGER))
        return p->nodes.at[node].u.aff;
    return node_is_literal(p, node, &literal) && rational_to_int(literal, &value) ? aff_const(&p->affs, value) : AFF_FAIL;
}

/* i + 1 > i: integer expressions whose difference is a number, written into loops or found by substitution; or one whose
 * sign is known by the ranges of integer inputs: k < 3 with k in 0..3. */
NodeId simplify_integers(Program *p, Op op, NodeId a, NodeId b)
{
    int64_t least, most;
    AffId difference;

    if (op < OP_EQ || op > OP_GE || (!is_op(p, a, OP_INTEGER) && !is_op(p, b, OP_INTEGER)))
        return NO_ID;
    difference = aff_sub(&p->affs, integer_of(p, a), integer_of(p, b));
    if (difference == AFF_FAIL || !end_of_range(p, difference, 0, &least) || !end_of_range(p, difference, 1, &most))
        return NO_ID;
    if (compares(op, least) != compares(op, most) || ((op == OP_EQ || op == OP_NE) && least <= 0 && most >= 0 && least != most))
        return NO_ID;
    return node_int(p, compares(op, least));
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

static bool is_opposite(const Program *p, NodeId a, NodeId b)
{
    return is_op(p, a, OP_NOT) && first_of(p, a) == b;
}

NodeId simplify_junction(Program *p, Op op, NodeId a, NodeId b)
{
    bool holds;

    if (a == b)
        return a;
    if (is_opposite(p, a, b) || is_opposite(p, b, a))
        return node_int(p, op == OP_OR);
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
