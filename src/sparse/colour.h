/* colour.h -- groups of columns that one sweep finds together.
 *
 * Sources: Curtis, Powell and Reid, On the estimation of sparse Jacobian matrices (1974); Coleman and More, Estimation of sparse
 * Jacobian matrices and graph coloring problems (1983); Gebremedhin, Manne and Pothen, What color is your Jacobian? (SIAM Review
 * 2005); for star colouring Gebremedhin, Tarafdar, Manne and Pothen, New acyclic and star coloring algorithms (SIAM J. Sci. Comput.
 * 2007), algorithm 4.1.
 */
#ifndef BPGEN_SPARSE_COLOUR_H
#define BPGEN_SPARSE_COLOUR_H

#include "sparse/pattern.h"

typedef enum { ORDER_NATURAL, ORDER_LARGEST_FIRST, ORDER_SMALLEST_LAST, ORDER_COUNT } ColourOrder;

typedef struct {
    uint32_t count;    /* colours 0 .. count-1 */
    uint32_t *of;      /* by column */
    bool skipped;      /* too much work: every column has a colour of its own */
} Colouring;

/* No two columns with an entry in the same row have one colour: the smallest of the orders, or j mod m where that is as small
 * (its tables are loops). Of rows: the same of the transpose. */
Colouring colour_columns(Heap *heap, Arena *arena, const Pattern *pattern);
/* For tests: the same in one of the orders. */
Colouring colour_columns_in(Heap *heap, Arena *arena, const Pattern *pattern, ColourOrder order);

/* Of a symmetric pattern: neighbours differ, and every path of four vertices has three colours. An entry (i, j) then stands alone
 * in the group of j in row i, or in the group of i in row j. */
Colouring colour_star(Heap *heap, Arena *arena, const Pattern *pattern);
/* For tests: the same in one of the orders. */
Colouring colour_star_in(Heap *heap, Arena *arena, const Pattern *pattern, ColourOrder order);

/* Order in which columns get their colour. (colour_order.c) */
uint32_t *colour_order(Arena *arena, const Pattern *rows, const Pattern *columns, ColourOrder order);

#endif
