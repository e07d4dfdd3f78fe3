/* simplify_number.c -- rules about literals: exact folding, like terms, factors that are powers of two. */
#include <math.h>

#include "ir/simplify_rules.h"

/* ---- folding ---------------------------------------------------------------------------------------- */

/* Where both operands are finite numbers and the program would compute an infinity, it keeps computing it. */
static bool is_finite(Rational value)
{
    return isfinite(rational_to_double(value));
}

static bool fold_arithmetic(Program *p, Op op, Rational a, Rational b, Rational *value)
{
    bool zero = rational_sign(a) == 0 || rational_sign(b) == 0;

    switch (op) {
    case OP_ADD:
        return rational_add(p->arena, a, b, value);
    case OP_SUB:
        return rational_sub(p->arena, a, b, value);
    case OP_MUL: /* 0*(-2) is -0, which no literal is */
        return !(zero && rational_sign(a) + rational_sign(b) < 0) && rational_mul(p->arena, a, b, value);
    case OP_DIV:
        return !(zero && rational_sign(b) < 0) && rational_div(p->arena, a, b, value);
    default:
        return false;
    }
}

static bool fold_comparison(Program *p, Op op, Rational a, Rational b, bool *holds)
{
    int order = rational_compare(p->arena, a, b);

    switch (op) {
    case OP_EQ: *holds = order == 0; return true;
    case OP_NE: *holds = order != 0; return true;
    case OP_LT: *holds = order < 0; return true;
    case OP_LE: *holds = order <= 0; return true;
    case OP_GT: *holds = order > 0; return true;
    case OP_GE: *holds = order >= 0; return true;
    default: return false;
    }
}

static NodeId fold_unary(Program *p, Op op, Rational a)
{
    switch (op) {
    case OP_NEG:
        return rational_sign(a) == 0 ? NO_ID : node_literal(p, rational_neg(p->arena, a));
    case OP_ABS:
        return node_literal(p, rational_abs(p->arena, a));
    case OP_SIGN:
        return node_int(p, rational_sign(a));
    case OP_STEP:
        return node_int(p, rational_sign(a) > 0);
    default:
        return NO_ID;
    }
}

static NodeId fold_binary(Program *p, Op op, NodeId a, NodeId b, Rational x, Rational y)
{
    Rational value;
    bool holds;

    if (op == OP_MIN || op == OP_MAX)
        return (rational_compare(p->arena, x, y) <= 0) == (op == OP_MIN) ? a : b;
    if (fold_comparison(p, op, x, y, &holds))
        return node_int(p, holds);
    return fold_arithmetic(p, op, x, y, &value) && is_finite(value) ? node_literal(p, value) : NO_ID;
}

NodeId fold_literals(Program *p, Op op, NodeId a, NodeId b)
{
    Rational x, y;

    if (op_info[op].arity == 0 || op_info[op].arity > 2 || !node_is_literal(p, a, &x))
        return NO_ID;
    if (op_info[op].arity == 1)
        return fold_unary(p, op, x);
    return node_is_literal(p, b, &y) ? fold_binary(p, op, a, b, x, y) : NO_ID;
}

/* ---- like terms ------------------------------------------------------------------------------------- */

/* node = factor * base. */
static NodeId split_factor(Program *p, NodeId node, Rational *factor)
{
    Node at = p->nodes.at[node];

    *factor = RATIONAL(1);
    if (at.op == OP_NEG) {
        *factor = RATIONAL(-1);
        return at.u.arg[0];
    }
    if (at.op == OP_MUL && node_is_literal(p, at.u.arg[0], factor))
        return at.u.arg[1];
    if (at.op == OP_MUL && node_is_literal(p, at.u.arg[1], factor))
        return at.u.arg[0];
    return node;
}

/* One product with the exact sum of the factors rounds once where two products and a sum round up to three times. If
 * the factors cancel, the terms stay: x may be infinite. */
NodeId like_terms(Program *p, NodeId a, NodeId b, bool subtract)
{
    Rational x, y, factor;
    NodeId base = split_factor(p, a, &x);

    if (base != split_factor(p, b, &y) || is_op(p, base, OP_LITERAL))
        return NO_ID;
    if (!(subtract ? rational_sub(p->arena, x, y, &factor) : rational_add(p->arena, x, y, &factor)))
        return NO_ID;
    if (rational_sign(factor) == 0 || !is_finite(factor))
        return NO_ID;
    return node_op2(p, OP_MUL, node_literal(p, factor), base);
}

/* ---- powers of two ---------------------------------------------------------------------------------- */

/* A literal that float and double hold without overflow or loss of digits, so that merging it with +-2^k is exact. */
static bool is_moderate(Rational value)
{
    double size = fabs(rational_to_double(value));

    return size >= 0x1p-126 && size <= 0x1p126;
}

/* The product of two literals of which one is +-2^k, as a node, where both it and the factors are moderate. */
static NodeId merge_literals(Program *p, Rational a, Rational b)
{
    Rational product;
    int exponent;

    if (!rational_is_power_of_two(a, &exponent) && !rational_is_power_of_two(b, &exponent))
        return NO_ID;
    if (!is_moderate(a) || !is_moderate(b) || !rational_mul(p->arena, a, b, &product) || !is_moderate(product))
        return NO_ID;
    return node_literal(p, product);
}

/* a * number where a is itself literal*x or literal/x: the product rounds as before, since 2^k is exact. */
NodeId merge_factor(Program *p, NodeId a, NodeId number)
{
    Node node = p->nodes.at[a];
    Rational outer, inner;
    NodeId merged;

    if (!node_is_literal(p, number, &outer) || (node.op != OP_MUL && node.op != OP_DIV))
        return NO_ID;
    if (node_is_literal(p, node.u.arg[0], &inner)) {
        merged = merge_literals(p, outer, inner);
        return merged == NO_ID ? NO_ID : node_op2(p, (Op)node.op, merged, node.u.arg[1]);
    }
    if (node.op == OP_MUL && node_is_literal(p, node.u.arg[1], &inner)) {
        merged = merge_literals(p, outer, inner);
        return merged == NO_ID ? NO_ID : node_op2(p, OP_MUL, node.u.arg[0], merged);
    }
    return NO_ID;
}

NodeId divide_power_of_two(Program *p, NodeId a, NodeId b)
{
    Rational number, factor, reciprocal;
    int exponent;
    NodeId merged, base;

    if (node_is_literal(p, b, &number)) {
        if (!rational_is_power_of_two(number, &exponent) || !is_moderate(number))
            return NO_ID;
        if (!rational_div(p->arena, RATIONAL(1), number, &reciprocal))
            return NO_ID;
        return node_op2(p, OP_MUL, a, node_literal(p, reciprocal));
    }
    /* number / (2^k * x) */
    if (!node_is_literal(p, a, &number) || !is_op(p, b, OP_MUL))
        return NO_ID;
    base = split_factor(p, b, &factor);
    if (base == b || !rational_is_power_of_two(factor, &exponent))
        return NO_ID;
    if (!rational_div(p->arena, RATIONAL(1), factor, &reciprocal))
        return NO_ID;
    merged = merge_literals(p, number, reciprocal);
    return merged == NO_ID ? NO_ID : node_op2(p, OP_DIV, merged, base);
}
