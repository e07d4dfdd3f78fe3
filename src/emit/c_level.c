/* c_level.c -- how tightly expressions bind in C, and what compilers ask to be put in brackets beyond that. */
#include "emit/c_body.h"

unsigned c_level_infix(Op op)
{
    switch (op) {
    case OP_OR:
        return LEVEL_OR;
    case OP_AND:
        return LEVEL_AND;
    case OP_EQ:
    case OP_NE:
        return LEVEL_EQUAL;
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
        return LEVEL_RELATION;
    case OP_ADD:
    case OP_SUB:
        return LEVEL_ADD;
    default:
        return LEVEL_MUL;
    }
}

/* && inside || gets parentheses, as compilers ask for. */
unsigned c_level_left(const CBody *b, Op op, NodeId left)
{
    if (op == OP_OR)
        return b->p->nodes.at[left].op == OP_OR ? LEVEL_OR : LEVEL_EQUAL;
    return op == OP_EQ || op == OP_NE ? LEVEL_ADD : c_level_infix(op) == LEVEL_RELATION ? LEVEL_ADD : c_level_infix(op);
}

unsigned c_level_right(Op op)
{
    switch (c_level_infix(op)) {
    case LEVEL_OR:
    case LEVEL_AND:
        return LEVEL_EQUAL;
    case LEVEL_EQUAL:
    case LEVEL_RELATION:
        return LEVEL_ADD;
    case LEVEL_ADD:
        return LEVEL_MUL;
    default:
        return LEVEL_UNARY;
    }
}

unsigned c_level(const CBody *b, const Node *node)
{
    switch (op_info[node->op].form) {
    case FORM_INFIX:
        return c_level_infix((Op)node->op);
    case FORM_PREFIX:
        return LEVEL_UNARY;
    case FORM_SELECT:
        return LEVEL_TERNARY;
    default:
        break;
    }
    if (node->op == OP_LITERAL && rational_sign(b->p->literals.at[node->u.literal]) < 0)
        return LEVEL_UNARY;
    if (node->op == OP_INTEGER || (node->op == OP_READ && b->p->symbols.at[node->u.read.symbol].integer))
        return LEVEL_UNARY;
    return LEVEL_PRIMARY;
}
