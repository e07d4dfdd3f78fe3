/* lower_op.c -- operators, element by element, and branches. */
#include "front/lowering.h"

#include <string.h>

static bool constant_fraction(const AffPool *pool, AffId aff, int64_t *num, int64_t *den)
{
    const Affine *sum = &pool->affs.at[aff];

    *num = sum->constant;
    *den = sum->den;
    return sum->count == 0;
}

static AffId combine(AffPool *pool, Op op, AffId a, AffId b)
{
    int64_t num, den;

    switch ((int)op) {
    case OP_ADD:
        return aff_add(pool, a, b);
    case OP_SUB:
        return aff_sub(pool, a, b);
    case OP_NEG:
        return aff_scale(pool, a, -1, 1);
    case OP_MUL:
        if (constant_fraction(pool, b, &num, &den))
            return aff_scale(pool, a, num, den);
        return constant_fraction(pool, a, &num, &den) ? aff_scale(pool, b, num, den) : AFF_FAIL;
    case OP_DIV:
        return constant_fraction(pool, b, &num, &den) && num != 0 ? aff_scale(pool, a, den, num) : AFF_FAIL;
    default:
        return AFF_FAIL;
    }
}

/* The operator on integer expressions as one, or AFF_FAIL. */
static AffId integer_op(AffPool *pool, Op op, AffId a, AffId b)
{
    AffId made = combine(pool, op, a, b);

    return made != AFF_FAIL && aff_is_small(pool, made) ? made : AFF_FAIL;
}

/* Integer expressions stay one expression; the arithmetic of constants stands as the user wrote it. */
static bool lower_integer(Lowering *l, const CheckedNode *n, const Value *arg)
{
    AffId a = arg[0].aff, b = n->count > 1 ? arg[1].aff : AFF_ZERO, made;

    if (n->value != VALUE_INTEGER || a == AFF_FAIL || b == AFF_FAIL)
        return false;
    made = integer_op(&l->p->affs, n->u.op, a, b);
    if (made == AFF_FAIL || l->p->affs.affs.at[made].count == 0)
        return false;
    l->stack.count -= n->count;
    vec_push(l->arena, &l->stack, value_of_aff(made, n->shape));
    return true;
}

/* min and max of several join from the left. */
static void lower_several(Lowering *l, const CheckedNode *n, Value *arg)
{
    NodeId made = value_node(l, &arg[0], n->at);

    for (uint32_t k = 1; k < n->count; k++)
        made = describe(l, node_op2(l->p, n->u.op, made, value_node(l, &arg[k], n->at)), n->at);
    l->stack.count -= n->count;
    vec_push(l->arena, &l->stack, value_of_node(made, n->shape));
}

/* Names that tell all of an operand are good names up to this length. */
enum { TELLING = 12 };

/* A long-winded operand of a division is called what it is there. */
static void name_operand(Lowering *l, NodeId node, const char *name)
{
    Name telling = node_telling_name(l->p, node);

    if (op_info[l->p->nodes.at[node].op].arity == 0 || l->p->infos.at[node].name != NAME_NONE)
        return;
    if (telling == NAME_NONE || strlen(names_text(l->p->names, telling)) > TELLING)
        node_describe(l->p, node, names_intern_text(l->p->names, name), l->p->infos.at[node].at);
}

void lower_op(Lowering *l, const CheckedNode *n)
{
    Value *arg = l->stack.at + l->stack.count - n->count;
    NodeId node[OP_MOST_ARGS] = { NO_ID, NO_ID, NO_ID };
    AffId aff = AFF_FAIL;
    Value made;

    if (n->u.op == OP_MIN || n->u.op == OP_MAX) {
        lower_several(l, n, arg);
        return;
    }
    if (lower_integer(l, n, arg))
        return;
    if (n->value == VALUE_INTEGER && arg[0].aff != AFF_FAIL && (n->count == 1 || arg[1].aff != AFF_FAIL))
        aff = integer_op(&l->p->affs, n->u.op, arg[0].aff, n->count > 1 ? arg[1].aff : AFF_ZERO);
    for (uint32_t k = 0; k < n->count; k++)
        node[k] = value_node(l, &arg[k], n->at);
    if (n->u.op == OP_DIV) {
        name_operand(l, node[0], "num");
        name_operand(l, node[1], "den");
    }
    made = value_of_node(describe(l, node_op(l->p, n->u.op, node[0], node[1], node[2]), n->at), n->shape);
    made.aff = aff;
    l->stack.count -= n->count;
    vec_push(l->arena, &l->stack, made);
}

/* The branch's value is made a node while its guard stands. */
void lower_select(Lowering *l, const CheckedNode *n)
{
    Value *arg = l->stack.at + l->stack.count - n->count;
    Op op = n->kind == CHECKED_SELECT ? OP_SELECT : n->kind == CHECKED_AND ? OP_AND : OP_OR;
    NodeId last = value_node(l, &arg[n->count - 1], n->at), made;

    guard_pop(l);
    made = node_op(l->p, op, arg[0].node, n->count == 3 ? arg[1].node : last, n->count == 3 ? last : NO_ID);
    l->stack.count -= n->count;
    vec_push(l->arena, &l->stack, value_of_node(describe(l, made, n->at), n->shape));
}
