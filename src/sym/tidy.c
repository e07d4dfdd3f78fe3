/* tidy.c -- expressions as a person would write them: one walk from the leaves upwards. */
#include "sym/tidy_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

Tidy *tidy_new(ExprPool *pool, Arena *arena)
{
    Tidy *t = arena_new(arena, Tidy);

    t->pool = pool;
    t->arena = arena;
    t->one = expr_int(pool, 1);
    return t;
}

void tidy_used(Tidy *t, TidyRule rule)
{
    t->rules |= 1u << rule;
}

bool tidy_is_op(const Tidy *t, ExprId id, Op op)
{
    return t->pool->nodes.at[id].kind == EXPR_OP && t->pool->nodes.at[id].op == op;
}

bool tidy_is_sum(const Tidy *t, ExprId id)
{
    return tidy_is_op(t, id, OP_ADD) || tidy_is_op(t, id, OP_SUB);
}

ExprId tidy_arg(const Tidy *t, ExprId id, unsigned k)
{
    return t->pool->nodes.at[id].u.arg[k];
}

/* ---- facts ------------------------------------------------------------------------------------------- */

/* 1 - sig(u), 1 + tanh(u) */
static bool is_one_and_bounded(const Tidy *t, const Expr *node)
{
    return expr_is_int(t->pool, node->u.arg[0], 1) && t->facts.at[node->u.arg[1]].bounded;
}

static bool is_bounded_op(const Tidy *t, const Expr *node)
{
    const Fact *facts = t->facts.at;

    if (node->op == OP_MUL)
        return facts[node->u.arg[0]].bounded && facts[node->u.arg[1]].bounded;
    if (node->op == OP_POW)
        return facts[node->u.arg[0]].bounded && expr_is_int(t->pool, node->u.arg[1], 2);
    return node->op == OP_NEG ? facts[node->u.arg[0]].bounded : op_info[node->op].bounded;
}

static bool is_positive_op(const Tidy *t, const Expr *node)
{
    const Fact *facts = t->facts.at;

    switch (node->op) {
    case OP_PI:
    case OP_E:
        return true;
    case OP_ADD:
        return (facts[node->u.arg[0]].positive && facts[node->u.arg[1]].positive) || is_one_and_bounded(t, node);
    case OP_SUB:
        return is_one_and_bounded(t, node);
    case OP_MUL:
    case OP_DIV:
        return facts[node->u.arg[0]].positive && facts[node->u.arg[1]].positive;
    case OP_POW:
        return facts[node->u.arg[0]].positive;
    default:
        return op_info[node->op].positive;
    }
}

static Fact fact_of(const Tidy *t, ExprId id)
{
    const Expr *node = &t->pool->nodes.at[id];
    const ExprId *args = expr_args(t->pool, id);
    unsigned arity = expr_arity(t->pool, id);
    Fact fact = { .size = arity > 0, .constant = node->kind == EXPR_NUMBER || node->kind == EXPR_OP };
    Rational value;

    for (unsigned k = 0; k < arity; k++) {
        fact.size += t->facts.at[args[k]].size;
        fact.constant &= t->facts.at[args[k]].constant;
    }
    if (expr_is_number(t->pool, id, &value))
        fact.positive = rational_sign(value) > 0;
    else if (node->kind == EXPR_OP)
        fact.positive = is_positive_op(t, node);
    if (node->kind == EXPR_OP)
        fact.bounded = is_bounded_op(t, node);
    return fact;
}

Fact tidy_fact(Tidy *t, ExprId id)
{
    for (ExprId i = (ExprId)t->facts.count; i <= id; i++)
        vec_push(t->arena, &t->facts, fact_of(t, i));
    return t->facts.at[id];
}

bool tidy_is_number(const Tidy *t, ExprId id, Rational *value)
{
    Rational above, below;

    if (expr_is_number(t->pool, id, value))
        return true;
    return tidy_is_op(t, id, OP_DIV) && expr_is_number(t->pool, tidy_arg(t, id, 0), &above) &&
           expr_is_number(t->pool, tidy_arg(t, id, 1), &below) && rational_div(t->arena, above, below, value);
}

ExprId tidy_number(Tidy *t, Rational value)
{
    ExprId above;

    if (rational_is_decimal(t->arena, value))
        return expr_number(t->pool, value);
    above = expr_number(t->pool, rational_numerator(t->arena, value));
    return expr_raw(t->pool, OP_DIV, above, expr_number(t->pool, rational_denominator(t->arena, value)), EXPR_NONE);
}

bool tidy_never_zero(Tidy *t, ExprId id)
{
    Rational value;

    return tidy_is_number(t, id, &value) ? rational_sign(value) != 0 : tidy_fact(t, id).positive;
}

Rational tidy_times(Tidy *t, Rational a, Rational b)
{
    if (!rational_mul(t->arena, a, b, &a))
        t->pool->full = true;
    return a;
}

Rational tidy_plus(Tidy *t, Rational a, Rational b)
{
    if (!rational_add(t->arena, a, b, &a))
        t->pool->full = true;
    return a;
}

/* ---- what was made of the same parts ----------------------------------------------------------------- */

static bool same_key(const void *context, uint32_t id)
{
    const Tidy *t = context;
    const Known *known = &t->known.at[id];

    return known->count == t->words.count && memcmp(known->words, t->words.at, known->count * sizeof *known->words) == 0;
}

static uint64_t key_hash(const Tidy *t)
{
    return hash_bytes(t->words.at, t->words.count * sizeof *t->words.at);
}

static int compare_pairs(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : x[1] != y[1] ? (x[1] < y[1] ? -1 : 1) : 0;
}

void tidy_sort_pairs(Tidy *t)
{
    qsort(t->words.at, t->words.count / 2, 2 * sizeof *t->words.at, compare_pairs);
}

ExprId tidy_find(Tidy *t, Op kind)
{
    uint32_t id;

    vec_push(t->arena, &t->words, kind);
    id = hash_find(&t->known_table, key_hash(t), same_key, t);
    return id == HASH_NONE ? EXPR_NONE : t->known.at[id].result;
}

void tidy_know(Tidy *t, Op kind, ExprId result)
{
    uint32_t *words = arena_array(t->arena, uint32_t, t->words.count);

    memcpy(words, t->words.at, t->words.count * sizeof *words);
    hash_add(t->arena, &t->known_table, key_hash(t), (uint32_t)t->known.count);
    vec_push(t->arena, &t->known, (Known){ kind, (uint32_t)t->words.count, words, result });
}

/* ---- one node, its operands being tidy --------------------------------------------------------------- */

static ExprId make_product(Tidy *t, ExprId a, ExprId b, Rational exponent)
{
    Product p = { .coefficient = RATIONAL(1) };

    product_multiply(t, &p, a, RATIONAL(1));
    product_multiply(t, &p, b, exponent);
    product_settle(t, &p);
    return product_build(t, &p);
}

static ExprId make_sum(Tidy *t, ExprId a, ExprId b, Rational sign)
{
    TermVec terms = { 0 };

    sum_add(t, &terms, a, RATIONAL(1));
    sum_add(t, &terms, b, sign);
    return sum_build(t, &terms);
}

static ExprId make_negative(Tidy *t, ExprId a)
{
    Product p = { .coefficient = RATIONAL(-1) };

    product_multiply(t, &p, a, RATIONAL(1));
    product_settle(t, &p);
    return product_build(t, &p);
}

/* Functions of 0 and 1 that are a multiple of 1/2 to the last bit are so exactly: sin(0), cos(0), log(1), sig(0). */
static ExprId known_value(Tidy *t, Op op, const ExprId *args)
{
    Rational value;
    double x[OP_MOST_ARGS] = { 0 }, y;

    if (op_info[op].form != FORM_CALL || op_info[op].arity != 1 || !op_info[op].callable)
        return EXPR_NONE;
    if (op == OP_LOG && tidy_is_op(t, args[0], OP_E))
        return t->one;
    if (!expr_is_number(t->pool, args[0], &value) || !(rational_is_int(value, 0) || rational_is_int(value, 1)))
        return EXPR_NONE;
    x[0] = rational_to_double(value);
    y = op_value(op, x);
    if (!isfinite(y) || 2 * y != floor(2 * y))
        return EXPR_NONE;
    return tidy_number(t, rational_from_double(t->arena, y));
}

/* Comparisons of numbers, and of what is positive with 0. */
static ExprId known_comparison(Tidy *t, Op op, const ExprId *args)
{
    Rational a, b;

    if (op_info[op].result != KIND_CONDITION || op_info[op].arity != 2 || op == OP_AND || op == OP_OR)
        return EXPR_NONE;
    if (tidy_is_number(t, args[0], &a) && tidy_is_number(t, args[1], &b))
        return expr_fold(t->pool, op, expr_number(t->pool, a), expr_number(t->pool, b), EXPR_NONE);
    if (!expr_is_int(t->pool, args[1], 0) || !tidy_fact(t, args[0]).positive)
        return EXPR_NONE;
    return expr_fold(t->pool, op, t->one, args[1], EXPR_NONE);
}

static ExprId make_function(Tidy *t, Op op, const ExprId *args)
{
    ExprId value = known_value(t, op, args), made;

    if (value == EXPR_NONE)
        value = known_comparison(t, op, args);
    if ((op == OP_AND || op == OP_OR) && args[0] == args[1])
        value = args[0];
    if (value != EXPR_NONE) {
        tidy_used(t, TIDY_VALUES);
        return value;
    }
    made = expr_fold(t->pool, op, args[0], args[1], args[2]);
    if (made != expr_raw(t->pool, op, args[0], args[1], args[2]))
        tidy_used(t, op_info[op].form == FORM_SELECT ? TIDY_CHOICES : TIDY_VALUES);
    return made;
}

static ExprId make(Tidy *t, Op op, const ExprId *args)
{
    switch (op) {
    case OP_ADD:
        return make_sum(t, args[0], args[1], RATIONAL(1));
    case OP_SUB:
        return make_sum(t, args[0], args[1], RATIONAL(-1));
    case OP_NEG:
        return make_negative(t, args[0]);
    case OP_MUL:
        return make_product(t, args[0], args[1], RATIONAL(1));
    case OP_DIV:
        return make_product(t, args[0], args[1], RATIONAL(-1));
    case OP_POW:
        return tidy_power(t, args[0], args[1]);
    default:
        return make_function(t, op, args);
    }
}

static ExprId make_node(Tidy *t, ExprId id, bool absorbed, TidyLog *log)
{
    Expr node = t->pool->nodes.at[id];
    ExprId args[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE }, raw, made;
    unsigned arity = expr_arity(t->pool, id);
    Rational value;

    for (unsigned k = 0; k < arity; k++)
        args[k] = t->results.at[expr_args(t->pool, id)[k]];
    if (node.kind == EXPR_SUM)
        return expr_sum(t->pool, node.u.sum.index, node.u.sum.low, node.u.sum.high, args[0]);
    if (expr_is_number(t->pool, id, &value))
        return tidy_number(t, value);
    if (arity == 0)
        return id;
    t->rules = 0;
    raw = expr_raw(t->pool, (Op)node.op, args[0], args[1], args[2]);
    if (absorbed)
        return raw;
    made = make(t, (Op)node.op, args);
    if (made != raw && log != NULL)
        vec_push(t->arena, log, (TidyStep){ t->rules == 0 ? 1u << TIDY_ORDER : t->rules, raw, made });
    return made;
}

/* ---- the walk ---------------------------------------------------------------------------------------- */

static bool is_sum_op(Op op)
{
    return op == OP_ADD || op == OP_SUB;
}

/* By node: it is a sum in a sum, or a product in a product, and has no other use, so that it is taken apart anyway. */
static bool *find_absorbed(Tidy *t, const ExprVec *needed, ExprId root)
{
    const Expr *nodes = t->pool->nodes.at;
    uint32_t *uses = arena_array(t->arena, uint32_t, (size_t)root + 1);
    bool *absorbed = arena_array(t->arena, bool, (size_t)root + 1);

    for (size_t i = 0; i < needed->count; i++) {
        ExprId id = needed->at[i];

        for (unsigned k = 0; k < expr_arity(t->pool, id); k++) {
            ExprId arg = expr_args(t->pool, id)[k];
            bool both = nodes[id].kind == EXPR_OP && nodes[arg].kind == EXPR_OP;

            uses[arg]++;
            absorbed[arg] = both && ((is_sum_op((Op)nodes[id].op) && is_sum_op((Op)nodes[arg].op)) ||
                                     (nodes[id].op == OP_MUL && nodes[arg].op == OP_MUL));
        }
    }
    for (size_t i = 0; i < needed->count; i++)
        absorbed[needed->at[i]] &= uses[needed->at[i]] == 1;
    return absorbed;
}

ExprId tidy(Tidy *t, ExprId root, TidyLog *log)
{
    ExprVec needed = { 0 };
    bool *absorbed;

    expr_reach(t->pool, t->arena, &root, 1, &needed);
    absorbed = find_absorbed(t, &needed, root);
    while (t->results.count <= root)
        vec_push(t->arena, &t->results, EXPR_NONE);
    for (size_t i = 0; i < needed.count && !t->pool->full; i++) {
        ExprId id = needed.at[i];

        if (t->results.at[id] == EXPR_NONE || log != NULL)
            t->results.at[id] = make_node(t, id, absorbed[id], log);
    }
    for (size_t i = 0; i < needed.count; i++)
        if (absorbed[needed.at[i]])
            t->results.at[needed.at[i]] = EXPR_NONE;
    return t->pool->full ? root : t->results.at[root];
}
