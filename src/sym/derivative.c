/* derivative.c -- textbook derivatives: one loop upwards over what an expression needs. */
#include "sym/derivative.h"

#include <string.h>

typedef struct {
    ExprPool *pool;
    ExprId by;
    ExprMake *make;
    DerivativeLog *log; /* or NULL */
    ExprId *map;        /* by node: its derivative, 0 for what is constant; meaningful for what was visited */
    bool *active;       /* by node: it depends on the variable */
    bool *needed;       /* by node: the derivative goes through it */
    bool *told;         /* by node: a constant that is in the log */
    ExprId zero;
} Deriving;

/* ---- rows of ops.def --------------------------------------------------------------------------------- */

enum { LONGEST_FORMULA = 64 };

ExprId sym_formula(ExprPool *pool, const char *postfix, const ExprId *args, ExprId result, ExprMake *make)
{
    ExprId stack[LONGEST_FORMULA] = { EXPR_NONE };
    size_t depth = 0;

    while (*postfix != '\0' && depth < LONGEST_FORMULA) {
        PartialWord word = partial_word(&postfix);
        ExprId x[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE };

        if (word.kind == WORD_NUMBER) {
            stack[depth++] = expr_int(pool, word.value);
        } else if (word.kind != WORD_OP) {
            stack[depth++] = word.kind == WORD_RESULT ? result : args[word.value];
        } else {
            depth -= op_info[word.value].arity;
            for (unsigned i = 0; i < op_info[word.value].arity; i++)
                x[i] = stack[depth + i];
            stack[depth++] = make(pool, (Op)word.value, x[0], x[1], x[2]);
        }
    }
    return stack[0];
}

ExprId sym_partial(ExprPool *pool, ExprId node, unsigned k, ExprMake *make)
{
    Expr of = pool->nodes.at[node]; /* a copy: the pool grows */
    const char *postfix = op_info[of.op].partial[k];

    return postfix == NULL ? EXPR_NONE : sym_formula(pool, postfix, of.u.arg, node, make);
}

/* ---- rules ------------------------------------------------------------------------------------------- */

static ExprId make1(const Deriving *d, Op op, ExprId a)
{
    return d->make(d->pool, op, a, EXPR_NONE, EXPR_NONE);
}

static ExprId make2(const Deriving *d, Op op, ExprId a, ExprId b)
{
    return d->make(d->pool, op, a, b, EXPR_NONE);
}

static ExprId product_rule(const Deriving *d, const ExprId *u, const ExprId *du)
{
    ExprId left = make2(d, OP_MUL, du[0], u[1]);

    return make2(d, OP_ADD, left, make2(d, OP_MUL, u[0], du[1]));
}

static ExprId quotient_rule(const Deriving *d, const ExprId *u, const ExprId *du)
{
    ExprId left = make2(d, OP_MUL, du[0], u[1]), right = make2(d, OP_MUL, u[0], du[1]);
    ExprId over = make2(d, OP_SUB, left, right);

    return make2(d, OP_DIV, over, make2(d, OP_POW, u[1], expr_int(d->pool, 2)));
}

static ExprId power_rule(const Deriving *d, const ExprId *u, ExprId exponent, ExprId du)
{
    ExprId less = make2(d, OP_SUB, exponent, expr_int(d->pool, 1));

    return make2(d, OP_MUL, make2(d, OP_MUL, exponent, make2(d, OP_POW, u[0], less)), du);
}

/* The number that the expression is, if folding makes it one. */
static bool known_number(const Deriving *d, ExprId id, ExprId *number)
{
    Rational value;

    *number = expr_remake(d->pool, id, expr_fold);
    return expr_is_number(d->pool, *number, &value);
}

static ExprId chain_rule(const Deriving *d, ExprId id, DerivativeStep *step)
{
    ExprId sum = EXPR_NONE;

    for (unsigned k = 0; k < expr_arity(d->pool, id); k++) {
        ExprId term;

        if (!d->active[expr_args(d->pool, id)[k]])
            continue;
        step->partial[k] = sym_partial(d->pool, id, k, d->make);
        if (step->partial[k] == EXPR_NONE)
            continue;
        term = make2(d, OP_MUL, step->partial[k], step->inner[k]);
        sum = sum == EXPR_NONE ? term : make2(d, OP_ADD, sum, term);
    }
    return sum == EXPR_NONE ? d->zero : sum;
}

static ExprId operator_rule(const Deriving *d, ExprId id, DerivativeStep *step)
{
    Op op = (Op)d->pool->nodes.at[id].op;
    const ExprId *du = step->inner;
    ExprId u[OP_MOST_ARGS], exponent;

    memcpy(u, d->pool->nodes.at[id].u.arg, sizeof u);
    switch (op) {
    case OP_ADD:
        step->rule = RULE_SUM;
        return make2(d, OP_ADD, du[0], du[1]);
    case OP_SUB:
        step->rule = RULE_DIFFERENCE;
        return make2(d, OP_SUB, du[0], du[1]);
    case OP_NEG:
        step->rule = RULE_NEGATION;
        return make1(d, OP_NEG, du[0]);
    case OP_MUL:
        step->rule = RULE_PRODUCT;
        return product_rule(d, u, du);
    case OP_DIV:
        step->rule = RULE_QUOTIENT;
        return quotient_rule(d, u, du);
    case OP_SELECT:
        step->rule = RULE_CHOICE;
        return d->make(d->pool, OP_SELECT, u[0], du[1], du[2]);
    case OP_POW:
        if (d->active[u[1]] || !known_number(d, u[1], &exponent))
            break;
        step->rule = RULE_POWER;
        return power_rule(d, u, exponent, du[0]);
    default:
        break;
    }
    step->rule = op == OP_LINK ? RULE_STATED : RULE_CHAIN;
    return chain_rule(d, id, step);
}

static ExprId apply_rule(const Deriving *d, ExprId id, DerivativeStep *step)
{
    Expr node = d->pool->nodes.at[id];

    if (id == d->by) {
        step->rule = RULE_VARIABLE;
        return expr_int(d->pool, 1);
    }
    if (node.kind == EXPR_SUM) {
        step->rule = RULE_SIGMA;
        return expr_sum(d->pool, node.u.sum.index, node.u.sum.low, node.u.sum.high, step->inner[0]);
    }
    return operator_rule(d, id, step);
}

ExprId sym_rule(ExprPool *pool, const DerivativeStep *step, const ExprId *inner, ExprMake *make)
{
    size_t size = (size_t)step->of + 1;
    Deriving d = { .pool = pool, .by = step->rule == RULE_VARIABLE ? step->of : EXPR_NONE, .make = make, .zero = expr_int(pool, 0) };
    DerivativeStep again = { .of = step->of };
    ExprId result;

    if (step->rule == RULE_CONSTANT)
        return d.zero;
    d.active = arena_array(pool->arena, bool, size);
    for (unsigned k = 0; k < expr_arity(pool, step->of); k++) {
        again.inner[k] = inner[k];
        d.active[expr_args(pool, step->of)[k]] |= step->partial[k] != EXPR_NONE;
    }
    result = apply_rule(&d, step->of, &again);
    arena_drop(pool->arena, d.active, size * sizeof *d.active);
    return result;
}

/* ---- the loop ---------------------------------------------------------------------------------------- */

bool sym_passes_on(const Expr *node, unsigned k)
{
    if (node->kind == EXPR_SUM)
        return true;
    return node->op == OP_SELECT ? k > 0 : op_info[node->op].partial[k] != NULL;
}

static bool is_active(const Deriving *d, ExprId id)
{
    const Expr *node = &d->pool->nodes.at[id];

    if (id == d->by)
        return true;
    for (unsigned k = 0; k < expr_arity(d->pool, id); k++)
        if (sym_passes_on(node, k) && d->active[expr_args(d->pool, id)[k]])
            return true;
    return false;
}

/* An operator that has no derivative in the language, on something that depends on the variable. */
static bool lacks_derivative(const Deriving *d, ExprId id)
{
    const Expr *node = &d->pool->nodes.at[id];

    if (node->kind != EXPR_OP || !op_info[node->op].no_derivative)
        return false;
    for (unsigned k = 0; k < expr_arity(d->pool, id); k++)
        if (d->active[node->u.arg[k]])
            return true;
    return false;
}

static void log_step(const Deriving *d, const DerivativeStep *step)
{
    if (d->log != NULL)
        vec_push(d->pool->arena, d->log, *step);
}

/* Derivatives of the operands; constants go to the log where they are met first. */
static void inner_derivatives(const Deriving *d, ExprId id, ExprId *inner)
{
    for (unsigned k = 0; k < expr_arity(d->pool, id); k++) {
        ExprId arg = expr_args(d->pool, id)[k];

        inner[k] = d->active[arg] ? d->map[arg] : d->zero;
        if (!sym_passes_on(&d->pool->nodes.at[id], k) || d->active[arg] || d->told[arg])
            continue;
        d->told[arg] = true;
        log_step(d, &(DerivativeStep){ .rule = RULE_CONSTANT, .of = arg, .result = d->zero,
                                       .inner = { EXPR_NONE, EXPR_NONE, EXPR_NONE },
                                       .partial = { EXPR_NONE, EXPR_NONE, EXPR_NONE } });
    }
}

static void derive_node(const Deriving *d, ExprId id)
{
    DerivativeStep step = { .of = id, .inner = { EXPR_NONE, EXPR_NONE, EXPR_NONE },
                            .partial = { EXPR_NONE, EXPR_NONE, EXPR_NONE } };

    inner_derivatives(d, id, step.inner);
    step.result = apply_rule(d, id, &step);
    d->map[id] = step.result;
    log_step(d, &step);
}

/* What the derivative goes through: not conditions, nor the body of a function whose derivative is stated, nor that derivative. */
static void find_needed(const Deriving *d, const ExprVec *reached, ExprId of)
{
    d->needed[of] = true;
    for (size_t i = reached->count; i-- > 0;) {
        ExprId id = reached->at[i];
        const Expr *node = &d->pool->nodes.at[id];
        bool lacking = node->kind == EXPR_OP && op_info[node->op].no_derivative;

        for (unsigned k = 0; d->needed[id] && k < expr_arity(d->pool, id); k++)
            d->needed[expr_args(d->pool, id)[k]] |= lacking || sym_passes_on(node, k);
    }
}

/* Derives all that is needed; false: the operator of `*at` has no derivative. */
static bool derive_all(const Deriving *d, const ExprVec *reached, ExprId *at)
{
    for (size_t i = 0; i < reached->count && !d->pool->full; i++) {
        *at = reached->at[i];
        if (!d->needed[*at])
            continue;
        if (lacks_derivative(d, *at))
            return false;
        d->active[*at] = is_active(d, *at);
        if (d->active[*at])
            derive_node(d, *at);
    }
    return true;
}

ExprId sym_derivative(ExprPool *pool, ExprId of, ExprId by, ExprMake *make, DerivativeLog *log, Op *without)
{
    size_t size = (size_t)of + 1;
    Deriving d = { .pool = pool, .by = by, .make = make, .log = log, .zero = expr_int(pool, 0) };
    ExprVec reached = { 0 };
    ExprId result, at = of;

    d.map = arena_array(pool->arena, ExprId, size);
    d.active = arena_array(pool->arena, bool, size);
    d.told = arena_array(pool->arena, bool, size);
    d.needed = arena_array(pool->arena, bool, size);
    expr_reach(pool, pool->arena, &of, 1, &reached);
    find_needed(&d, &reached, of);
    if (derive_all(&d, &reached, &at)) {
        result = pool->full ? EXPR_NONE : d.active[of] ? d.map[of] : d.zero;
    } else {
        result = EXPR_NONE;
        if (without != NULL)
            *without = (Op)pool->nodes.at[at].op;
    }
    expr_drop(pool->arena, &reached);
    arena_drop(pool->arena, d.needed, size * sizeof *d.needed);
    arena_drop(pool->arena, d.told, size * sizeof *d.told);
    arena_drop(pool->arena, d.active, size * sizeof *d.active);
    arena_drop(pool->arena, d.map, size * sizeof *d.map);
    return result;
}
