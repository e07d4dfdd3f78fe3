/* tidy_order.c -- in which order names stand in products: as they do in the expressions to begin with. */
#include "sym/tidy_parts.h"

/* Of more variables the order is that of the variables. */
enum { MOST_VARIABLES = 64 };

typedef struct {
    Tidy *t;
    uint32_t count;
    uint64_t before[MOST_VARIABLES]; /* by variable: those that have to stand before it */
} Learning;

/* The name that the factor is, or is a power of. */
static bool find_variable(const Tidy *t, ExprId factor, VariableId *variable)
{
    if (tidy_is_op(t, factor, OP_POW))
        factor = tidy_arg(t, factor, 0);
    if (t->pool->nodes.at[factor].kind != EXPR_NAME)
        return false;
    *variable = t->pool->nodes.at[factor].u.name.variable;
    return true;
}

/* All that stands before `v`, also by way of others. */
static uint64_t all_before(const Learning *l, VariableId v)
{
    uint64_t all = l->before[v], known = 0;

    while (all != known) {
        known = all;
        for (VariableId k = 0; k < l->count; k++)
            if ((known >> k & 1) != 0)
                all |= l->before[k];
    }
    return all;
}

/* In u*v, u stands before v, unless it is the other way round somewhere else that came first. */
static void learn(Learning *l, ExprId product)
{
    ExprId left = tidy_arg(l->t, product, 0), right = tidy_arg(l->t, product, 1);
    VariableId u, v;

    while (tidy_is_op(l->t, left, OP_MUL))
        left = tidy_arg(l->t, left, 1);
    while (tidy_is_op(l->t, right, OP_MUL))
        right = tidy_arg(l->t, right, 0);
    if (find_variable(l->t, left, &u) && find_variable(l->t, right, &v) && u != v && u < l->count && v < l->count &&
        (all_before(l, u) >> v & 1) == 0)
        l->before[v] |= (uint64_t)1 << u;
}

/* The first variable of all whose predecessors have their places. */
static VariableId next_variable(const Learning *l, uint64_t placed)
{
    VariableId v = 0;

    while ((placed >> v & 1) != 0 || (l->before[v] & ~placed) != 0)
        v++;
    return v;
}

void tidy_learn_order(Tidy *t, const ExprId *roots, size_t count)
{
    Learning l = { .t = t, .count = (uint32_t)t->pool->variables.count };
    ExprVec reached = { 0 };
    uint64_t placed = 0;

    if (l.count > MOST_VARIABLES || t->ranks.count > 0)
        return;
    expr_reach(t->pool, t->arena, roots, count, &reached);
    for (size_t i = 0; i < reached.count; i++)
        if (tidy_is_op(t, reached.at[i], OP_MUL))
            learn(&l, reached.at[i]);
    for (uint32_t v = 0; v < l.count; v++)
        vec_push(t->arena, &t->ranks, 0);
    for (uint32_t place = 0; place < l.count; place++) {
        VariableId v = next_variable(&l, placed);

        t->ranks.at[v] = place;
        placed |= (uint64_t)1 << v;
    }
}
