/* count_ad.c -- the operations of automatic differentiation on a graph, gate by gate. */
#include "sym/count.h"
#include "sym/derivative.h"

typedef struct {
    ExprPool *pool;
    Arena *arena;
    ExprPool *scratch;                       /* where products are made to count them */
    VariableId operands[OP_MOST_ARGS], upstream; /* of the scratch pool */
    bool *active;                            /* by node */
    uint32_t *wires;                         /* by node: gradients that arrive at it */
    AdCost cost;
} AdCounting;

/* The gate with names for operands; constants stay, since they may fold, and the same operand has the same name. */
static ExprId gate_alone(const AdCounting *c, ExprId id)
{
    const Expr *node = &c->pool->nodes.at[id];
    ExprId arg[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE };

    for (unsigned k = 0; k < expr_arity(c->pool, id); k++) {
        unsigned first = 0;
        Rational value;

        while (node->u.arg[first] != node->u.arg[k])
            first++;
        arg[k] = expr_is_number(c->pool, node->u.arg[k], &value) ? expr_number(c->scratch, value)
                                                                 : expr_name(c->scratch, c->operands[first], NULL);
    }
    return expr_raw(c->scratch, (Op)node->op, arg[0], arg[1], arg[2]);
}

/* Operations of the local gradient by operand `k` times what comes from above; the gate's value and operands are there. */
static uint64_t product_operations(const AdCounting *c, ExprId id, unsigned k)
{
    ExprId gate = gate_alone(c, id), above = expr_name(c->scratch, c->upstream, NULL), both[2];
    Expr node = c->scratch->nodes.at[gate]; /* the table moves when it grows */

    if (node.op == OP_SELECT) {
        ExprId zero = expr_int(c->scratch, 0), condition = node.u.arg[0];

        both[0] = k == 1 ? expr_raw(c->scratch, OP_SELECT, condition, above, zero)
                         : expr_raw(c->scratch, OP_SELECT, condition, zero, above);
    } else {
        both[0] = expr_fold(c->scratch, OP_MUL, sym_partial(c->scratch, gate, k, expr_fold), above, EXPR_NONE);
    }
    both[1] = gate;
    return count_graph(c->scratch, c->arena, both, 2) - count_graph(c->scratch, c->arena, &gate, 1);
}

/* Is there a gradient of the node by its operand? */
static bool passes_on(const AdCounting *c, ExprId id, unsigned k)
{
    return c->active[expr_args(c->pool, id)[k]] && sym_passes_on(&c->pool->nodes.at[id], k);
}

static void count_gate(AdCounting *c, ExprId id)
{
    unsigned terms = 0;

    for (unsigned k = 0; k < expr_arity(c->pool, id); k++) {
        uint64_t operations;

        if (!passes_on(c, id, k))
            continue;
        operations = c->pool->nodes.at[id].kind == EXPR_SUM ? 0 : product_operations(c, id, k);
        c->cost.reverse += operations;
        c->cost.forward += operations;
        c->wires[expr_args(c->pool, id)[k]]++;
        terms++;
    }
    c->cost.forward += terms > 1 ? terms - 1 : 0;
    c->active[id] = terms > 0;
}

static void count_node(AdCounting *c, ExprId id, const bool *active)
{
    const Expr *node = &c->pool->nodes.at[id];

    if (node->kind == EXPR_NAME)
        c->active[id] = active == NULL || active[node->u.name.variable];
    else
        count_gate(c, id);
}

static void begin(AdCounting *c, size_t nodes)
{
    Name name = NAME_NONE;

    c->scratch = expr_pool(c->arena, c->pool->names);
    for (unsigned k = 0; k < OP_MOST_ARGS; k++)
        c->operands[k] = expr_variable(c->scratch, name, UINT32_MAX, 0, NULL);
    c->upstream = expr_variable(c->scratch, name, UINT32_MAX, 0, NULL);
    c->active = arena_array(c->arena, bool, nodes);
    c->wires = arena_array(c->arena, uint32_t, nodes);
}

AdCost count_ad(ExprPool *pool, Arena *arena, const ExprId *roots, size_t count, const bool *active)
{
    AdCounting c = { .pool = pool, .arena = arena };
    ExprVec reached = { 0 };
    ExprId *values = arena_array(arena, ExprId, count);

    for (size_t i = 0; i < count; i++)
        values[i] = roots[i];
    expr_unmark_all(pool, values, count);
    c.cost.value = count_graph(pool, arena, values, count);
    /* Stated derivatives are computed for the gradient alone. */
    c.cost.reverse = c.cost.forward = count_graph(pool, arena, roots, count) - c.cost.value;
    expr_reach(pool, arena, roots, count, &reached);
    begin(&c, pool->nodes.count);
    for (size_t i = 0; i < reached.count; i++)
        count_node(&c, reached.at[i], active);
    for (size_t i = 0; i < count; i++)
        c.wires[roots[i]]++;
    for (size_t i = 0; i < reached.count; i++)
        if (c.active[reached.at[i]] && c.wires[reached.at[i]] > 1)
            c.cost.reverse += c.wires[reached.at[i]] - 1;
    expr_drop(arena, &reached);
    return c.cost;
}
