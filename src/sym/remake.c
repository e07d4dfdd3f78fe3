/* remake.c -- expressions made anew: by another constructor, with parts replaced, without marks; and their values. */
#include <math.h>

#include "sym/expr.h"

/* A table by node up to `root`, given back with arena_drop. */
static ExprId *new_map(const ExprPool *pool, ExprId root)
{
    return arena_array(pool->arena, ExprId, (size_t)root + 1);
}

static void drop_map(const ExprPool *pool, ExprId *map, ExprId root)
{
    arena_drop(pool->arena, map, ((size_t)root + 1) * sizeof *map);
}

/* The node with its operands mapped. */
static ExprId remake_node(ExprPool *pool, ExprId id, const ExprId *map, ExprMake *make)
{
    Expr node = pool->nodes.at[id];
    ExprId arg[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE };

    for (unsigned k = 0; k < expr_arity(pool, id); k++)
        arg[k] = map[expr_args(pool, id)[k]];
    if (node.kind == EXPR_SUM)
        return expr_sum(pool, node.u.sum.index, node.u.sum.low, node.u.sum.high, arg[0]);
    if (node.kind == EXPR_OP)
        return make(pool, (Op)node.op, arg[0], arg[1], arg[2]);
    return id;
}

static bool is_mark(const Expr *node)
{
    return node->kind == EXPR_OP && (node->op == OP_STOP || node->op == OP_LINK);
}

/* In place. */
static void replace_all(ExprPool *pool, ExprId *roots, size_t count, const ExprId *by, size_t by_count, ExprMake *make)
{
    ExprId last = 0, *map;
    ExprVec reached = { 0 };

    for (size_t i = 0; i < count; i++)
        last = roots[i] > last ? roots[i] : last;
    map = new_map(pool, last);
    expr_reach(pool, pool->arena, roots, count, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        ExprId id = reached.at[i];

        map[id] = id < by_count && by[id] != EXPR_NONE ? by[id] : remake_node(pool, id, map, make);
    }
    for (size_t i = 0; i < count; i++)
        roots[i] = map[roots[i]];
    expr_drop(pool->arena, &reached);
    drop_map(pool, map, last);
}

ExprId expr_replace(ExprPool *pool, ExprId root, const ExprId *by, size_t by_count, ExprMake *make)
{
    replace_all(pool, &root, 1, by, by_count, make);
    return root;
}

ExprId expr_remake(ExprPool *pool, ExprId root, ExprMake *make)
{
    return expr_replace(pool, root, NULL, 0, make);
}

static ExprId make_unmarked(ExprPool *pool, Op op, ExprId a, ExprId b, ExprId c)
{
    return op == OP_STOP || op == OP_LINK ? a : expr_raw(pool, op, a, b, c);
}

ExprId expr_unmark(ExprPool *pool, ExprId root)
{
    return expr_remake(pool, root, make_unmarked);
}

void expr_unmark_all(ExprPool *pool, ExprId *roots, size_t count)
{
    replace_all(pool, roots, count, &(ExprId){ EXPR_NONE }, 0, make_unmarked);
}

/* ---- values ------------------------------------------------------------------------------------------ */

double expr_node_value(const ExprPool *pool, ExprId id, const double *known, const double *const *values)
{
    const Expr *node = &pool->nodes.at[id];
    double args[OP_MOST_ARGS] = { 0 };
    size_t place;

    switch ((ExprKind)node->kind) {
    case EXPR_NUMBER:
        return rational_to_double(pool->numbers.at[node->u.number]);
    case EXPR_NAME:
        place = expr_place(pool, id);
        return place == SIZE_MAX ? (double)NAN : values[node->u.name.variable][place];
    case EXPR_OP:
        break;
    case EXPR_INTEGER:
    case EXPR_SUM:
        return (double)NAN;
    }
    for (unsigned k = 0; k < expr_arity(pool, id); k++)
        args[k] = known[node->u.arg[k]];
    if (node->op == OP_SELECT)
        return args[0] != 0 ? args[1] : args[2];
    return is_mark(node) ? args[0] : op_value((Op)node->op, args);
}

double expr_value(const ExprPool *pool, Arena *arena, ExprId root, const double *const *values)
{
    double *value = arena_array(arena, double, (size_t)root + 1), result;
    ExprVec reached = { 0 };

    expr_reach(pool, arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++)
        value[reached.at[i]] = expr_node_value(pool, reached.at[i], value, values);
    result = value[root];
    expr_drop(arena, &reached);
    arena_drop(arena, value, ((size_t)root + 1) * sizeof *value);
    return result;
}
