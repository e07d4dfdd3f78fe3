/* simplify.c -- local simplification: what an operator on simplified arguments becomes.
 *
 * Allowed is what leaves every finite result as it is or nearer to the exact one. So 0*x, x-x and x/x stay (x may be
 * infinite), products and sums are not re-associated, and a factor +-2^k moves only where nothing can overflow that
 * did not before. What --fast may add (shared reciprocals) has to see all users of a node and belongs in a pass.
 */
#include "ir/simplify.h"

#include "ir/simplify_rules.h"

/* ---- addition --------------------------------------------------------------------------------------- */

/* a + b or a - b where one operand is a number, the other e.g. exp(x). */
static NodeId add_number(Program *p, NodeId a, NodeId number)
{
    if (node_is_int(p, number, 0))
        return a;
    if (node_is_int(p, number, -1) && is_op(p, a, OP_EXP))
        return node_op1(p, OP_EXPM1, first_of(p, a));
    return NO_ID;
}

static bool is_zero(const Program *p, NodeId a, NodeId b)
{
    return node_is_int(p, a, 0) || node_is_int(p, b, 0);
}

/* select(c,a,0) + select(c,0,b) is select(c,a,b), and select(c,a,0) + select(c,b,0) is select(c,a+b,0). Sums of
 * selects are not entered: each would meet this rule again, as deep as the model nests its branches. */
static NodeId add_selects(Program *p, NodeId a, NodeId b)
{
    Node x = p->nodes.at[a], y = p->nodes.at[b];
    NodeId arg[OP_MOST_ARGS];
    bool zero = false;

    if (x.op != OP_SELECT || y.op != OP_SELECT || x.u.arg[0] != y.u.arg[0])
        return NO_ID;
    for (unsigned k = 1; k < OP_MOST_ARGS; k++) {
        zero |= is_zero(p, x.u.arg[k], y.u.arg[k]);
        if (!is_zero(p, x.u.arg[k], y.u.arg[k]) && is_op(p, x.u.arg[k], OP_SELECT) && is_op(p, y.u.arg[k], OP_SELECT))
            return NO_ID;
    }
    for (unsigned k = 1; zero && k < OP_MOST_ARGS; k++)
        arg[k] = node_op2(p, OP_ADD, x.u.arg[k], y.u.arg[k]);
    return zero ? node_op(p, OP_SELECT, x.u.arg[0], arg[1], arg[2]) : NO_ID;
}

/* a + (-2)*x is a - 2*x: the same value, and how one would write it. NO_ID if b has no minus to give away. */
static NodeId without_minus(Program *p, NodeId b)
{
    Node node = p->nodes.at[b];
    Rational factor;

    if (node.op == OP_NEG)
        return node.u.arg[0];
    if (node.op != OP_MUL && node.op != OP_DIV)
        return NO_ID;
    for (unsigned k = 0; k < 2; k++) {
        if (node_is_literal(p, node.u.arg[k], &factor) && rational_sign(factor) < 0) {
            node.u.arg[k] = node_literal(p, rational_neg(p->arena, factor));
            return node_op2(p, (Op)node.op, node.u.arg[0], node.u.arg[1]);
        }
    }
    return NO_ID;
}

static NodeId simplify_add(Program *p, NodeId a, NodeId b)
{
    NodeId node = add_number(p, a, b);

    if (node == NO_ID)
        node = add_number(p, b, a);
    if (node == NO_ID)
        node = like_terms(p, a, b, false);
    if (node == NO_ID)
        node = add_selects(p, a, b);
    if (node != NO_ID)
        return node;
    if ((node = without_minus(p, b)) != NO_ID)
        return node_op2(p, OP_SUB, a, node);
    if ((node = without_minus(p, a)) != NO_ID)
        return node_op2(p, OP_SUB, b, node);
    return NO_ID;
}

/* (c - x) - (c + x) is -2*x, and (c + x) - (c - x) is 2*x, for a number c beside which x may be rounded away: the derivative of
 * (1 - x)*(1 + x), which stands in those of asin, acos and atanh. */
static NodeId opposite_sums(Program *p, NodeId a, NodeId b)
{
    Node x = p->nodes.at[a], y = p->nodes.at[b];
    const Node *difference = x.op == OP_SUB ? &x : &y, *sum = x.op == OP_SUB ? &y : &x;
    NodeId c = difference->u.arg[0], term = difference->u.arg[1];

    if (difference->op != OP_SUB || sum->op != OP_ADD || p->nodes.at[c].op != OP_LITERAL)
        return NO_ID;
    if ((sum->u.arg[0] != c || sum->u.arg[1] != term) && (sum->u.arg[0] != term || sum->u.arg[1] != c))
        return NO_ID;
    return node_op2(p, OP_MUL, node_int(p, difference == &x ? -2 : 2), term);
}

static NodeId simplify_sub(Program *p, NodeId a, NodeId b)
{
    NodeId node;

    if (node_is_int(p, b, 0))
        return a;
    if (node_is_int(p, b, 1) && is_op(p, a, OP_EXP))
        return node_op1(p, OP_EXPM1, first_of(p, a));
    if (node_is_int(p, a, 1) && is_op(p, b, OP_EXP)) {
        node = node_op1(p, OP_EXPM1, first_of(p, b));
        return node_op1(p, OP_NEG, node);
    }
    node = like_terms(p, a, b, true);
    if (node == NO_ID)
        node = opposite_sums(p, a, b);
    if (node != NO_ID)
        return node;
    node = without_minus(p, b);
    return node != NO_ID ? node_op2(p, OP_ADD, a, node) : NO_ID;
}

static NodeId simplify_neg(Program *p, NodeId a)
{
    Node node = p->nodes.at[a];
    Rational factor;

    if (node.op == OP_NEG)
        return node.u.arg[0];
    if (node.op != OP_MUL && node.op != OP_DIV)
        return NO_ID;
    for (unsigned k = 0; k < 2; k++) {
        if (node_is_literal(p, node.u.arg[k], &factor) && rational_sign(factor) != 0) {
            node.u.arg[k] = node_literal(p, rational_neg(p->arena, factor));
            return node_op2(p, (Op)node.op, node.u.arg[0], node.u.arg[1]);
        }
    }
    return NO_ID;
}

/* ---- multiplication and division -------------------------------------------------------------------- */

/* A value with a name is used as it is: d_den in  d_x = sig_x*(1 - sig_x)*d_den. */
static bool is_anonymous_minus(const Program *p, NodeId node)
{
    return is_op(p, node, OP_NEG) && p->infos.at[node].name == NAME_NONE;
}

/* Without pairs of minus signs, of which what was not simplified yet may have any number. */
static NodeId without_pairs(const Program *p, NodeId node)
{
    while (is_anonymous_minus(p, node) && is_anonymous_minus(p, first_of(p, node)))
        node = first_of(p, first_of(p, node));
    return node;
}

/* A minus of a factor goes to the front: what it meets there, a sum or another minus, takes it up. */
static NodeId pull_minus(Program *p, Op op, NodeId a, NodeId b)
{
    Rational number;
    NodeId product;
    bool minus_a, minus_b;

    if (without_pairs(p, a) != a || without_pairs(p, b) != b)
        return node_op2(p, op, without_pairs(p, a), without_pairs(p, b));
    minus_a = is_anonymous_minus(p, a);
    minus_b = is_anonymous_minus(p, b);
    if (!minus_a && !minus_b)
        return NO_ID;
    if (minus_a && node_is_literal(p, b, &number))
        return rational_sign(number) == 0
                   ? NO_ID
                   : node_op2(p, op, first_of(p, a), node_literal(p, rational_neg(p->arena, number)));
    if (minus_b && node_is_literal(p, a, &number))
        return rational_sign(number) == 0
                   ? NO_ID
                   : node_op2(p, op, node_literal(p, rational_neg(p->arena, number)), first_of(p, b));
    product = node_op2(p, op, minus_a ? first_of(p, a) : a, minus_b ? first_of(p, b) : b);
    return minus_a && minus_b ? product : node_op1(p, OP_NEG, product);
}

/* x times a number. */
static NodeId multiply_number(Program *p, NodeId a, NodeId number)
{
    if (node_is_int(p, number, 1))
        return a;
    if (node_is_int(p, number, -1))
        return node_op1(p, OP_NEG, a);
    return merge_factor(p, a, number);
}

static NodeId simplify_mul(Program *p, NodeId a, NodeId b)
{
    NodeId node = multiply_number(p, a, b);

    if (node == NO_ID)
        node = multiply_number(p, b, a);
    return node != NO_ID ? node : pull_minus(p, OP_MUL, a, b);
}

/* Is it 1 + exp(z), in either order? */
static bool is_one_plus_exp(const Program *p, NodeId node, NodeId *exponential)
{
    NodeId a, b;

    if (!is_op(p, node, OP_ADD))
        return false;
    a = p->nodes.at[node].u.arg[0];
    b = p->nodes.at[node].u.arg[1];
    *exponential = node_is_int(p, a, 1) ? b : a;
    return (node_is_int(p, a, 1) || node_is_int(p, b, 1)) && is_op(p, *exponential, OP_EXP);
}

/* x/(1+exp(z)) and exp(z)/(1+exp(z)): sig and its derivative have no infinity on the way where exp(z) overflows. */
static NodeId divide_logistic(Program *p, NodeId a, NodeId b)
{
    NodeId exponential;

    if (!is_one_plus_exp(p, b, &exponential))
        return NO_ID;
    if (a == exponential)
        return node_op1(p, OP_SIG, first_of(p, exponential));
    return node_op2(p, OP_MUL, a, node_op1(p, OP_SIG, node_op1(p, OP_NEG, first_of(p, exponential))));
}

static NodeId simplify_div(Program *p, NodeId a, NodeId b)
{
    NodeId node = divide_logistic(p, a, b);

    if (node != NO_ID)
        return node;
    if (node_is_int(p, b, 1))
        return a;
    if (node_is_int(p, b, -1))
        return node_op1(p, OP_NEG, a);
    node = divide_power_of_two(p, a, b);
    return node != NO_ID ? node : pull_minus(p, OP_DIV, a, b);
}

/* ---- functions -------------------------------------------------------------------------------------- */

static NodeId simplify_log(Program *p, NodeId a)
{
    Node node = p->nodes.at[a];
    NodeId exponential;

    if (is_one_plus_exp(p, a, &exponential))
        return node_op1(p, OP_SOFTPLUS, first_of(p, exponential));
    if (node.op == OP_SIG)
        return node_op1(p, OP_LOGSIG, first_of(p, a));
    if (node.op == OP_ADD && node_is_int(p, node.u.arg[0], 1))
        return node_op1(p, OP_LOG1P, node.u.arg[1]);
    if (node.op == OP_ADD && node_is_int(p, node.u.arg[1], 1))
        return node_op1(p, OP_LOG1P, node.u.arg[0]);
    if (node.op == OP_SUB && node_is_int(p, node.u.arg[0], 1))
        return node_op1(p, OP_LOG1P, node_op1(p, OP_NEG, node.u.arg[1]));
    return NO_ID;
}

static NodeId simplify_unary(Program *p, Op op, NodeId a)
{
    switch (op) {
    case OP_NEG:
        return simplify_neg(p, a);
    case OP_NOT:
        return simplify_not(p, a);
    case OP_LOG:
        return simplify_log(p, a);
    case OP_LOG1P:
        return is_op(p, a, OP_EXP) ? node_op1(p, OP_SOFTPLUS, first_of(p, a)) : NO_ID;
    case OP_ABS:
    case OP_COS:
    case OP_COSH: /* even */
        return is_op(p, a, OP_NEG) ? node_op1(p, op, first_of(p, a)) : NO_ID;
    default:
        return NO_ID;
    }
}

NodeId simplify_op(Program *p, Op op, NodeId a, NodeId b, NodeId c)
{
    NodeId folded = fold_literals(p, op, a, b);

    if (folded == NO_ID)
        folded = simplify_integers(p, op, a, b);
    if (folded != NO_ID)
        return folded;
    switch (op) {
    case OP_ADD:
        return simplify_add(p, a, b);
    case OP_SUB:
        return simplify_sub(p, a, b);
    case OP_MUL:
        return simplify_mul(p, a, b);
    case OP_DIV:
        return simplify_div(p, a, b);
    case OP_POW:
        return simplify_pow(p, a, b);
    case OP_AND:
    case OP_OR:
        return simplify_junction(p, op, a, b);
    case OP_MIN:
    case OP_MAX:
        return a == b ? a : NO_ID;
    case OP_SELECT:
        return simplify_select(p, a, b, c);
    default:
        return op_info[op].arity == 1 ? simplify_unary(p, op, a) : NO_ID;
    }
}
