/* fold.c -- the constructor that folds 0, 1 and exact constants, and nothing else. */
#include "sym/expr.h"

/* The exact result of an operator on numbers. */
static bool fold_numbers(ExprPool *pool, Op op, Rational a, Rational b, Rational *out)
{
    int64_t exponent;

    switch (op) {
    case OP_ADD:
        return rational_add(pool->arena, a, b, out);
    case OP_SUB:
        return rational_sub(pool->arena, a, b, out);
    case OP_MUL:
        return rational_mul(pool->arena, a, b, out);
    case OP_DIV:
        return rational_div(pool->arena, a, b, out);
    case OP_POW:
        return rational_to_int(b, &exponent) && rational_power(pool->arena, a, exponent, out);
    default:
        return false;
    }
}

/* 1/v, and v. */
static bool is_reciprocal(const ExprPool *pool, ExprId id, ExprId *v)
{
    const Expr *node = &pool->nodes.at[id];

    if (node->kind != EXPR_OP || node->op != OP_DIV || !expr_is_int(pool, node->u.arg[0], 1))
        return false;
    *v = node->u.arg[1];
    return true;
}

static ExprId fold_product(ExprPool *pool, ExprId a, ExprId b)
{
    ExprId v;

    if (expr_is_int(pool, a, 0) || expr_is_int(pool, b, 0))
        return expr_int(pool, 0);
    if (expr_is_int(pool, a, 1))
        return b;
    if (expr_is_int(pool, b, 1))
        return a;
    if (is_reciprocal(pool, b, &v))
        return expr_raw(pool, OP_DIV, a, v, EXPR_NONE);
    if (is_reciprocal(pool, a, &v))
        return expr_raw(pool, OP_DIV, b, v, EXPR_NONE);
    return expr_raw(pool, OP_MUL, a, b, EXPR_NONE);
}

static ExprId fold_negation(ExprPool *pool, ExprId a)
{
    Rational value;

    if (expr_is_number(pool, a, &value))
        return expr_number(pool, rational_neg(pool->arena, value));
    return expr_raw(pool, OP_NEG, a, EXPR_NONE, EXPR_NONE);
}

static ExprId fold_arithmetic(ExprPool *pool, Op op, ExprId a, ExprId b)
{
    Rational u, v, result;

    if (expr_is_number(pool, a, &u) && expr_is_number(pool, b, &v) && fold_numbers(pool, op, u, v, &result))
        return expr_number(pool, result);
    if (op == OP_MUL)
        return fold_product(pool, a, b);
    if (op == OP_ADD && expr_is_int(pool, a, 0))
        return b;
    if (op == OP_SUB && expr_is_int(pool, a, 0))
        return fold_negation(pool, b);
    if ((op == OP_ADD || op == OP_SUB) && expr_is_int(pool, b, 0))
        return a;
    if ((op == OP_DIV || op == OP_POW) && expr_is_int(pool, b, 1))
        return a;
    if (op == OP_DIV && expr_is_int(pool, a, 0) && !expr_is_int(pool, b, 0))
        return a;
    if (op == OP_POW && expr_is_int(pool, b, 0))
        return expr_int(pool, 1);
    return expr_raw(pool, op, a, b, EXPR_NONE);
}

/* ---- conditions -------------------------------------------------------------------------------------- */

/* Of two numbers in this order (-1, 0, 1). */
static bool holds(Op op, int order)
{
    return op_value(op, (const double[]){ order, 0 }) != 0;
}

static ExprId fold_comparison(ExprPool *pool, Op op, ExprId a, ExprId b)
{
    Rational u, v;

    if (a == b)
        return expr_int(pool, holds(op, 0));
    if (expr_is_number(pool, a, &u) && expr_is_number(pool, b, &v))
        return expr_int(pool, holds(op, rational_compare(pool->arena, u, v)));
    return expr_raw(pool, op, a, b, EXPR_NONE);
}

/* `deciding` is the value of a side that makes the other one not matter: of && 0, of || 1. */
static ExprId fold_junction(ExprPool *pool, Op op, ExprId a, ExprId b, int64_t deciding)
{
    if (expr_is_int(pool, a, deciding) || expr_is_int(pool, b, 1 - deciding))
        return a;
    if (expr_is_int(pool, b, deciding) || expr_is_int(pool, a, 1 - deciding))
        return b;
    return expr_raw(pool, op, a, b, EXPR_NONE);
}

static ExprId fold_not(ExprPool *pool, ExprId a)
{
    if (expr_is_int(pool, a, 0) || expr_is_int(pool, a, 1))
        return expr_int(pool, expr_is_int(pool, a, 0));
    return expr_raw(pool, OP_NOT, a, EXPR_NONE, EXPR_NONE);
}

static ExprId fold_choice(ExprPool *pool, ExprId condition, ExprId a, ExprId b)
{
    if (a == b || expr_is_int(pool, condition, 1))
        return a;
    if (expr_is_int(pool, condition, 0))
        return b;
    return expr_raw(pool, OP_SELECT, condition, a, b);
}

ExprId expr_fold(ExprPool *pool, Op op, ExprId a, ExprId b, ExprId c)
{
    switch (op) {
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_DIV:
    case OP_POW:
        return fold_arithmetic(pool, op, a, b);
    case OP_NEG:
        return fold_negation(pool, a);
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
        return fold_comparison(pool, op, a, b);
    case OP_AND:
        return fold_junction(pool, op, a, b, 0);
    case OP_OR:
        return fold_junction(pool, op, a, b, 1);
    case OP_NOT:
        return fold_not(pool, a);
    case OP_SELECT:
        return fold_choice(pool, a, b, c);
    default:
        return expr_raw(pool, op, a, b, c);
    }
}
