/* count.c -- sizes of trees by dynamic programming over the graph, and the operations of automatic differentiation. */
#include "sym/count.h"
#include "sym/derivative.h"

static bool is_operation(const ExprPool *pool, ExprId id)
{
    const Expr *node = &pool->nodes.at[id];

    if (node->kind == EXPR_SUM)
        return true;
    return node->kind == EXPR_OP && expr_arity(pool, id) > 0 && node->op != OP_STOP && node->op != OP_LINK &&
           node->op != OP_LIST;
}

typedef struct {
    Rational operations, nodes;
} TreeSize;

static bool add_size(Arena *arena, TreeSize *size, const TreeSize *more)
{
    return rational_add(arena, size->operations, more->operations, &size->operations) &&
           rational_add(arena, size->nodes, more->nodes, &size->nodes);
}

bool count_together(const ExprPool *pool, Arena *arena, const ExprId *roots, size_t count, Rational *operations, Rational *nodes)
{
    TreeSize *sizes, sum = { RATIONAL(0), RATIONAL(0) };
    ExprVec reached = { 0 };
    ExprId last = 0;
    bool ok = true;

    for (size_t i = 0; i < count; i++)
        last = roots[i] > last ? roots[i] : last;
    sizes = arena_array(arena, TreeSize, (size_t)last + 1);
    expr_reach(pool, arena, roots, count, &reached);
    for (size_t i = 0; i < reached.count && ok; i++) {
        ExprId id = reached.at[i];

        sizes[id] = (TreeSize){ RATIONAL(is_operation(pool, id)), RATIONAL(1) };
        for (unsigned k = 0; k < expr_arity(pool, id) && ok; k++)
            ok = add_size(arena, &sizes[id], &sizes[expr_args(pool, id)[k]]);
    }
    for (size_t i = 0; i < count && ok; i++)
        ok = add_size(arena, &sum, &sizes[roots[i]]);
    *operations = sum.operations;
    *nodes = sum.nodes;
    expr_drop(arena, &reached);
    arena_drop(arena, sizes, ((size_t)last + 1) * sizeof *sizes);
    return ok;
}

bool count_tree(const ExprPool *pool, Arena *arena, ExprId root, Rational *operations, Rational *nodes)
{
    return count_together(pool, arena, &root, 1, operations, nodes);
}

uint64_t count_graph(const ExprPool *pool, Arena *arena, const ExprId *roots, size_t count)
{
    ExprVec reached = { 0 };
    uint64_t operations = 0;

    expr_reach(pool, arena, roots, count, &reached);
    for (size_t i = 0; i < reached.count; i++)
        operations += is_operation(pool, reached.at[i]);
    expr_drop(arena, &reached);
    return operations;
}
