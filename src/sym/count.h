/* count.h -- how large expressions are: as trees, as graphs, and what automatic differentiation costs on them.
 *
 * The rule: operators with two operands, the unary minus and function calls count 1 each, and so do choices and comparisons; numbers,
 * pi, e and names count nothing, nor do marks of stated derivatives, but what stands below them does (expr_unmark takes
 * both away). A tree counts every repetition: its size is found on the graph by adding up the sizes of operands, exactly,
 * however large it is. A graph counts every distinct operation once.
 */
#ifndef BPGEN_SYM_COUNT_H
#define BPGEN_SYM_COUNT_H

#include "sym/expr.h"

/* Operations and nodes (leaves too) of the tree below `root`: whole numbers. False: more than RATIONAL_MOST_BITS bits. */
bool count_tree(const ExprPool *pool, Arena *arena, ExprId root, Rational *operations, Rational *nodes);

/* Of many trees, added up. */
bool count_together(const ExprPool *pool, Arena *arena, const ExprId *roots, size_t count, Rational *operations, Rational *nodes);

/* Distinct operations that the roots need together. */
uint64_t count_graph(const ExprPool *pool, Arena *arena, const ExprId *roots, size_t count);

/* Operations of a value and its derivative by automatic differentiation on the graph. `active[variable]` tells by which variables
 * (NULL: by all of them).
 *
 * reverse: the value, plus for every operand that depends on an active variable: the operations of the local gradient (by the rows of
 *     ops.def) and one multiplication by the upstream gradient, where a local gradient of 1 costs nothing, one of -1 a
 *     negation, and u*(1/v) is the division u/v; plus an addition for every further wire that joins at a value. The gradient of
 *     the output is a free seed. This is all partial derivatives at once.
 * forward: the value, plus the same products for every active operand with the operand's tangent in place of the upstream
 *     gradient, and an addition for every further one that meets them in an operation; the tangent of the variable is a free seed.
 *     This is the derivative along one direction. */
typedef struct {
    uint64_t value;    /* operations of the value */
    uint64_t reverse;  /* of the backward sweep */
    uint64_t forward;  /* of the tangents */
} AdCost;

AdCost count_ad(ExprPool *pool, Arena *arena, const ExprId *roots, size_t count, const bool *active);

#endif
