/* generate_array.c -- reductions, comprehensions, products and other array functions, derivatives inside the model. */
#include "tests/support/generating.h"

#include <string.h>

/* Reductions that may be empty come first. */
static const char *const reductions[] = { "sum", "prod", "norm", "sum", "mean", "max", "min", "logsumexp" };
enum { REDUCTIONS = 8, MAY_BE_EMPTY = 4, MOST_NESTING = 3, MOST_OPEN = 4 };

static bool may_open(const Generator *g)
{
    return g->nesting < MOST_NESTING && g->index_count < MOST_OPEN;
}

/* What stands under clauses is computed often, and has few operators. */
static Piece *inner_value(Generator *g, Axes shape)
{
    unsigned budget = g->budget < 6 ? g->budget : 6;
    Piece *piece;

    g->budget -= budget;
    g->nesting++;
    piece = value_of_size(g, shape, budget);
    g->nesting--;
    return piece;
}

/* ---- scalars ------------------------------------------------------------------------------------------------ */

static Piece *reduce_array(Generator *g)
{
    Axes shape = some_shape(g, 2);

    if (shape.rank == 0)
        shape = with_first(some_dim(g), shape);
    count(g, CONSTRUCT_REDUCE_ARRAY);
    return expression(g, formatted(g, "%s($)", reductions[choose(g, REDUCTIONS)]), value(g, shape));
}

static Piece *inner_product(Generator *g)
{
    Axes shape = { 1, { some_dim(g) } };

    if (chance(g, 50)) {
        count(g, CONSTRUCT_MATMUL);
        return expression(g, "(($) @ ($))", value(g, shape), value(g, shape));
    }
    count(g, CONSTRUCT_DOT);
    if (chance(g, 30))
        shape = with_first(some_dim(g), shape);
    return expression(g, "dot($, $)", value(g, shape), value(g, shape));
}

static Piece *size_of(Generator *g)
{
    Axes shape = { 1, { some_dim(g) } };
    const Variable *v = find_variable(g, shape, NULL);

    if (v == NULL)
        return NULL;
    count(g, CONSTRUCT_SIZE);
    return expression(g, chance(g, 50) ? "size($)" : "size($, 0)", word(g, v->name));
}

/* ---- reductions by clauses ---------------------------------------------------------------------------------- */

/* A vector whose subscript is the index alone fixes the range. */
static Piece *reduce_inferred(Generator *g)
{
    Axes shape = { 1, { some_dim(g) } };
    const Variable *v = find_variable(g, shape, NULL);
    const char *index;
    Piece *piece;

    if (v == NULL)
        return NULL;
    index = push_index(g, shape.dims[0]);
    piece = expression(g, formatted(g, "%s($[%s]*($) for %s)", reductions[choose(g, REDUCTIONS)], index, index), word(g, v->name),
                       inner_value(g, scalar_shape));
    pop_index(g);
    count(g, CONSTRUCT_REDUCE_INFERRED);
    return piece;
}

/* `j` runs up to an index outside. */
static Piece *reduce_triangle(Generator *g, Axes shape)
{
    uint8_t dim = some_dim(g);
    const char *i = push_index(g, dim), *j = push_index(g, dim);
    bool empty = chance(g, 50);
    const char *name = reductions[choose(g, empty ? MAY_BE_EMPTY : REDUCTIONS)];
    Piece *piece = expression(g, formatted(g, "%s($ for %s in 0..$, %s in 0..%s%s)", name, i, j, i, empty ? "" : "+1"),
                              inner_value(g, shape), dim_piece(g, dim));

    pop_index(g);
    pop_index(g);
    count(g, CONSTRUCT_REDUCE_TRIANGLE);
    return piece;
}

static Piece *reduce_window(Generator *g)
{
    Axes shape = { 1, { some_dim(g) } };
    const Variable *v = find_variable(g, shape, NULL);
    const char *i;
    Piece *piece;

    if (v == NULL || dim_value(g, shape.dims[0]) < 2)
        return NULL;
    i = push_index(g, shape.dims[0]);
    g->indices[g->index_count - 1].slack = true;
    piece = expression(g, formatted(g, "%s(($[%s+1] - $[%s])*($) for %s in 0..$-1)", reductions[choose(g, REDUCTIONS)], i, i, i),
                       word(g, v->name), word(g, v->name), inner_value(g, scalar_shape), dim_piece(g, shape.dims[0]));
    pop_index(g);
    count(g, CONSTRUCT_REDUCE_WINDOW);
    return piece;
}

/* The condition keeps the subscript inside. */
static Piece *bounded_choice(Generator *g)
{
    static const char *const texts[] = { "($ == 0 ? $ : $[$-1])", "($ > 0 ? $[$-1] : $)", "($ + 1 < $ ? $[$+1] : $)" };
    const IndexName *index;
    Axes shape = { 1, { 0 } };
    const Variable *v;
    Piece *name;

    if (g->index_count == 0)
        return NULL;
    index = &g->indices[g->index_count - 1];
    shape.dims[0] = index->dim;
    v = find_variable(g, shape, NULL);
    if (v == NULL)
        return NULL;
    name = word(g, index->name);
    count(g, CONSTRUCT_CHOICE_BOUND);
    switch (choose(g, 3)) {
    case 0: return expression(g, texts[0], name, value(g, scalar_shape), word(g, v->name), name);
    case 1: return expression(g, texts[1], name, word(g, v->name), name, value(g, scalar_shape));
    default: return expression(g, texts[2], name, dim_piece(g, index->dim), word(g, v->name), name, value(g, scalar_shape));
    }
}

static Piece *reduce_clauses(Generator *g, Axes shape)
{
    const char *name = reductions[choose(g, REDUCTIONS)];
    uint8_t first = some_dim(g), second = some_dim(g);
    bool two = chance(g, 30);
    const char *i = push_index(g, first), *j = two ? push_index(g, second) : "";
    Piece *inner = inner_value(g, shape);

    count(g, shape.rank == 0 ? CONSTRUCT_REDUCE_INDEX : CONSTRUCT_REDUCE_ROWS);
    pop_index(g);
    if (!two)
        return expression(g, formatted(g, "%s($ for %s in 0..$)", name, i), inner, dim_piece(g, first));
    pop_index(g);
    return expression(g, formatted(g, "%s($ for %s in 0..$, %s in 0..$)", name, i, j), inner, dim_piece(g, first), dim_piece(g, second));
}

static bool is_data(const Variable *v)
{
    return v->sampled && !v->assigned;
}

static Piece *reduce_data(Generator *g, Axes shape)
{
    const Variable *v;
    Piece *piece = NULL;

    if (!g->has_data || g->in_data || g->in_def || g->loops > 0)
        return NULL;
    g->in_data = true;
    v = find_variable(g, scalar_shape, is_data);
    if (v != NULL) {
        count(g, CONSTRUCT_REDUCE_DATA);
        piece = expression(g, chance(g, 50) ? "sum($*($) for data)" : "mean($*($) for data)", word(g, v->name), inner_value(g, shape));
    }
    g->in_data = false;
    return piece;
}

/* ---- arrays -------------------------------------------------------------------------------------------------- */

static Piece *comprehension(Generator *g, Axes shape)
{
    const char *i = push_index(g, shape.dims[0]);
    bool two = shape.rank > 1 && chance(g, 50);
    const char *j = two ? push_index(g, shape.dims[1]) : "";
    Piece *inner = inner_value(g, two ? without_first(without_first(shape)) : without_first(shape));

    count(g, CONSTRUCT_COMPREHENSION);
    pop_index(g);
    if (!two)
        return expression(g, formatted(g, "[$ for %s in 0..$]", i), inner, dim_piece(g, shape.dims[0]));
    pop_index(g);
    return expression(g, formatted(g, "[$ for %s in 0..$, %s in 0..$]", i, j), inner, dim_piece(g, shape.dims[0]),
                      dim_piece(g, shape.dims[1]));
}

static Piece *literal_array(Generator *g, Axes shape)
{
    Piece *list = piece_new(g->arena, PIECE_LIST, ", ", 0, NULL);

    if (shape.dims[0] < DIM_NUMBER)
        return NULL;
    count(g, CONSTRUCT_LITERAL_ARRAY);
    for (unsigned k = 0; k < dim_value(g, shape.dims[0]); k++)
        piece_add(g->arena, list, value(g, without_first(shape)));
    return expression(g, "[$]", list);
}

static Piece *concatenation(Generator *g, Axes shape)
{
    unsigned length = dim_value(g, shape.dims[0]), first;

    if (shape.dims[0] < DIM_NUMBER || length < 2)
        return NULL;
    count(g, CONSTRUCT_CONCAT);
    first = 1 + choose(g, length - 1);
    if (shape.rank == 1 && first + 1 == length)
        return expression(g, "concat($, $)", value(g, shape_of(1, (uint8_t)(DIM_NUMBER + first), 0)), value(g, scalar_shape));
    return expression(g, "concat($, $)", value(g, with_first((uint8_t)(DIM_NUMBER + first), without_first(shape))),
                      value(g, with_first((uint8_t)(DIM_NUMBER + length - first), without_first(shape))));
}

static Piece *product(Generator *g, Axes shape)
{
    uint8_t dim = some_dim(g);

    if (shape.rank > 2)
        return NULL;
    count(g, CONSTRUCT_MATMUL);
    if (shape.rank == 2)
        return expression(g, "(($) @ ($))", value(g, shape_of(2, shape.dims[0], dim)), value(g, shape_of(2, dim, shape.dims[1])));
    if (chance(g, 60))
        return expression(g, "(($) @ ($))", value(g, shape_of(2, shape.dims[0], dim)), value(g, shape_of(1, dim, 0)));
    return expression(g, "(($) @ ($))", value(g, shape_of(1, dim, 0)), value(g, shape_of(2, dim, shape.dims[0])));
}

static Piece *matrix(Generator *g, Axes shape)
{
    if (shape.rank != 2)
        return NULL;
    if (chance(g, 50)) {
        count(g, CONSTRUCT_OUTER);
        return expression(g, "outer($, $)", value(g, shape_of(1, shape.dims[0], 0)), value(g, shape_of(1, shape.dims[1], 0)));
    }
    count(g, CONSTRUCT_TRANSPOSE);
    return expression(g, "($)'", value(g, shape_of(2, shape.dims[1], shape.dims[0])));
}

static Piece *softmax(Generator *g, Axes shape)
{
    if (shape.rank != 1)
        return NULL;
    count(g, CONSTRUCT_SOFTMAX);
    return expression(g, "softmax($)", value(g, shape));
}

/* ---- derivatives -------------------------------------------------------------------------------------------- */

static bool can_vary(const Variable *v)
{
    return !v->constant && !v->sampled;
}

/* The derivative of a value that depends on the name. */
static Piece *derivative(Generator *g, Axes shape)
{
    Axes by = chance(g, 50) ? shape : some_shape(g, 1);
    const Variable *x = g->derived > 1 ? NULL : find_variable(g, by, can_vary);
    Piece *piece = NULL;

    if (x == NULL || by.rank + shape.rank > MOST_RANK)
        return NULL;
    g->derived++;
    if (same_shape(by, shape) && chance(g, 60)) {
        count(g, CONSTRUCT_GRAD);
        piece = expression(g, "grad(sin($)*($), $)", element_of(g, x, 0), inner_value(g, scalar_shape), word(g, x->name));
    } else if (by.rank == 1 && shape.rank > 0 && by.dims[0] == shape.dims[shape.rank - 1]) {
        shape.rank--;
        count(g, CONSTRUCT_JACOBIAN);
        piece = expression(g, "jacobian(($)*($), $)", inner_value(g, shape), element_of(g, x, 0), word(g, x->name));
    } else {
        count(g, CONSTRUCT_JVP);
        piece = expression(g, "jvp(($)*($), $, $)", inner_value(g, shape), element_of(g, x, 0), word(g, x->name), inner_value(g, by));
    }
    g->derived--;
    return piece;
}

/* ---- all ------------------------------------------------------------------------------------------------------ */

static Piece *scalar(Generator *g)
{
    if (!may_open(g))
        return NULL;
    switch (choose(g, 13)) {
    case 0: case 1: case 2: return reduce_array(g);
    case 3: return inner_product(g);
    case 4: return size_of(g);
    case 5: return reduce_inferred(g);
    case 6: return reduce_triangle(g, scalar_shape);
    case 7: return reduce_window(g);
    case 8: case 9: return bounded_choice(g);
    case 10: return reduce_data(g, scalar_shape);
    case 11: return derivative(g, scalar_shape);
    default: return reduce_clauses(g, scalar_shape);
    }
}

Piece *array_value(Generator *g, Axes shape)
{
    Piece *piece = NULL;

    if (shape.rank == 0)
        return scalar(g);
    if (may_open(g) && !g->elementwise)
        switch (choose(g, 12)) {
        case 0: case 1: piece = product(g, shape); break;
        case 2: piece = matrix(g, shape); break;
        case 3: piece = softmax(g, shape); break;
        case 4: piece = concatenation(g, shape); break;
        case 5: piece = literal_array(g, shape); break;
        case 6: piece = reduce_clauses(g, shape); break;
        case 7: piece = reduce_triangle(g, shape); break;
        case 8: piece = reduce_data(g, shape); break;
        case 9: piece = derivative(g, shape); break;
        default: break;
        }
    return piece != NULL ? piece : comprehension(g, shape);
}
