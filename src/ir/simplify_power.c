/* simplify_power.c -- powers with simple exponents or bases. */
#include <math.h>

#include "ir/simplify_rules.h"

enum { MOST_FACTORS = 8 };

/* x^n by squaring from the left (Knuth, The Art of Computer Programming 2, 4.6.3): n - 1 roundings whatever the
 * chain, so the shortest one is taken; up to 8 squaring is optimal but for 7, where x^3 * x^4 shares x^2. */
static NodeId whole_power(Program *p, NodeId x, int64_t n)
{
    NodeId square, third, fourth;

    if (n == 1)
        return x;
    square = node_op2(p, OP_MUL, x, x);
    if (n == 2)
        return square;
    third = n == 3 || n >= 6 ? node_op2(p, OP_MUL, square, x) : NO_ID;
    if (n == 3)
        return third;
    if (n == 6)
        return node_op2(p, OP_MUL, third, third);
    fourth = node_op2(p, OP_MUL, square, square);
    switch (n) {
    case 4: return fourth;
    case 5: return node_op2(p, OP_MUL, fourth, x);
    case 7: return node_op2(p, OP_MUL, fourth, third);
    default: return node_op2(p, OP_MUL, fourth, fourth);
    }
}

static NodeId literal_power(Program *p, Rational base, int64_t exponent)
{
    Rational value;

    if (rational_sign(base) == 0 && exponent < 0)
        return NO_ID;
    if (!rational_power(p->arena, base, exponent, &value) || !isfinite(rational_to_double(value)))
        return NO_ID;
    return node_literal(p, value);
}

/* Never negative, never -0, never -infinity (NaN is possible): there pow(x, 0.5) and sqrt(x) agree. */
static bool is_not_negative(const Program *p, NodeId node)
{
    const Node *at = &p->nodes.at[node];

    switch (at->op) {
    case OP_EXP:
    case OP_EXP2:
    case OP_ABS:
    case OP_SIG:
    case OP_SOFTPLUS:
    case OP_HYPOT:
        return true;
    case OP_MUL:
        return at->u.arg[0] == at->u.arg[1];
    default:
        return false;
    }
}

static bool is_sum_of_not_negative(const Program *p, NodeId node)
{
    const Node *at = &p->nodes.at[node];

    return at->op == OP_ADD && is_not_negative(p, at->u.arg[0]) && is_not_negative(p, at->u.arg[1]);
}

NodeId simplify_pow(Program *p, NodeId a, NodeId b)
{
    Rational base, exponent;
    int64_t n;

    if (is_op(p, a, OP_E))
        return node_op1(p, OP_EXP, b);
    if (node_is_int(p, a, 2) && !is_op(p, b, OP_LITERAL))
        return node_op1(p, OP_EXP2, b);
    if (node_is_int(p, a, 1))
        return a;
    if (!node_is_literal(p, b, &exponent))
        return NO_ID;
    if (exponent.big == NULL && exponent.num == 1 && exponent.den == 2)
        return is_not_negative(p, a) || is_sum_of_not_negative(p, a) ? node_op1(p, OP_SQRT, a) : NO_ID;
    if (!rational_to_int(exponent, &n))
        return NO_ID;
    if (node_is_literal(p, a, &base))
        return literal_power(p, base, n);
    if (n == 0)
        return node_int(p, 1);
    if (n < -MOST_FACTORS || n > MOST_FACTORS)
        return NO_ID;
    /* 1/x first: x*x may overflow where x^-2 is a subnormal number. */
    return n > 0 ? whole_power(p, a, n) : whole_power(p, node_op2(p, OP_DIV, node_int(p, 1), a), -n);
}
