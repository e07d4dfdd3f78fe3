/* generate_scope.c -- choices, names, shapes, indices, and what stands at the ends of expressions. */
#include "tests/support/generating.h"

#include <stdarg.h>
#include <string.h>

unsigned choose(Generator *g, unsigned count_)
{
    return (unsigned)(random_next(&g->random) >> 33) % count_;
}

bool chance(Generator *g, unsigned percent)
{
    return choose(g, 100) < percent;
}

void count(Generator *g, Construct construct)
{
    g->tally->counts[construct]++;
}

Piece *make(Generator *g, PieceSort sort, const char *text, ...)
{
    Piece *piece = piece_new(g->arena, sort, text, 0, NULL);
    va_list args;

    va_start(args, text);
    for (const char *at = strchr(text, '$'); at != NULL; at = strchr(at + 1, '$'))
        piece_add(g->arena, piece, va_arg(args, Piece *));
    va_end(args);
    return piece;
}

Piece *word(Generator *g, const char *text)
{
    return piece_new(g->arena, PIECE_FIXED, text, 0, NULL);
}

/* Some mean something in C, in libm or in the emitted file. */
const char *fresh_name(Generator *g)
{
    static const char *const words[] = { "x", "y", "z", "w", "v", "a", "b", "c", "h", "s", "int", "sin", "double", "y0", "t1", "out",
                                         "work", "tape", "u", "seed", "grad", "p", "dot", "index", "A", "W", "value", "d_x", "long" };
    enum { WORDS = sizeof words / sizeof *words };
    unsigned n = g->used_names++;

    return n < WORDS ? words[(n * 11) % WORDS] : formatted(g, "%s%u", words[n % WORDS], n / WORDS + 1);
}

Piece *statement(Generator *g, Piece *piece)
{
    piece_add(g->arena, g->statements, piece);
    return piece;
}

/* ---- shapes ---------------------------------------------------------------------------------------------- */

unsigned dim_value(const Generator *g, uint8_t dim)
{
    return dim >= DIM_NUMBER ? dim - (unsigned)DIM_NUMBER : g->extents[dim];
}

static const char *dim_name(Generator *g, uint8_t dim)
{
    static const char *const names[MOST_DIMS] = { "n", "m", "q" };

    return dim >= DIM_NUMBER ? formatted(g, "%u", dim - (unsigned)DIM_NUMBER) : names[dim];
}

Piece *dim_piece(Generator *g, uint8_t dim)
{
    return word(g, dim_name(g, dim));
}

uint8_t some_dim(Generator *g)
{
    if (g->dim_count == 0 || chance(g, 10))
        return (uint8_t)(DIM_NUMBER + 1 + choose(g, 3));
    return (uint8_t)choose(g, g->dim_count);
}

Axes shape_of(unsigned rank, uint8_t first, uint8_t second)
{
    return (Axes){ (uint8_t)rank, { first, second } };
}

Axes some_shape(Generator *g, unsigned most_rank)
{
    Axes shape = { (uint8_t)choose(g, most_rank + 1), { 0 } };

    for (unsigned k = 0; k < shape.rank; k++)
        shape.dims[k] = some_dim(g);
    return shape;
}

Axes without_first(Axes shape)
{
    Axes rest = { (uint8_t)(shape.rank - 1), { 0 } };

    memcpy(rest.dims, shape.dims + 1, rest.rank);
    return rest;
}

Axes with_first(uint8_t dim, Axes shape)
{
    Axes more = { (uint8_t)(shape.rank + 1), { dim } };

    memcpy(more.dims + 1, shape.dims, shape.rank);
    return more;
}

bool same_shape(Axes a, Axes b)
{
    return a.rank == b.rank && memcmp(a.dims, b.dims, a.rank) == 0;
}

Piece *shape_list(Generator *g, Axes shape)
{
    Piece *list = piece_new(g->arena, PIECE_LIST, ",", 0, NULL);

    for (unsigned k = 0; k < shape.rank; k++)
        piece_add(g->arena, list, dim_piece(g, shape.dims[k]));
    return list;
}

/* ---- names ----------------------------------------------------------------------------------------------- */

Variable *declare(Generator *g, Variable variable)
{
    if (g->name_count == MOST_NAMES) /* the oldest is forgotten */
        memmove(g->names, g->names + 1, sizeof *g->names * --g->name_count);
    g->names[g->name_count] = variable;
    return &g->names[g->name_count++];
}

static bool is_visible(const Generator *g, const Variable *v)
{
    return !v->sampled || g->in_data;
}

/* Random, but those of later statements more often. */
static const Variable *find(Generator *g, bool (*fits)(const Variable *, const void *), const void *context)
{
    const Variable *found = NULL;
    unsigned weights = 0;

    for (unsigned i = 0; i < g->name_count; i++) {
        unsigned weight = g->names[i].assigned ? 3 : 1;

        if (!is_visible(g, &g->names[i]) || !fits(&g->names[i], context))
            continue;
        weights += weight;
        if (choose(g, weights) < weight)
            found = &g->names[i];
    }
    return found;
}

typedef struct {
    Axes shape;
    bool (*wanted)(const Variable *);
} Search;

static bool has_shape(const Variable *v, const void *context)
{
    const Search *search = context;

    return same_shape(v->shape, search->shape) && !v->integer && (search->wanted == NULL || search->wanted(v));
}

/* Its last axes are those of the shape. */
static bool ends_in_shape(const Variable *v, const void *context)
{
    const Axes *shape = context;

    return !v->integer && v->shape.rank >= shape->rank &&
           memcmp(v->shape.dims + v->shape.rank - shape->rank, shape->dims, shape->rank) == 0;
}

static bool begins_with_shape(const Variable *v, const void *context)
{
    const Axes *shape = context;

    return !v->integer && v->shape.rank == 2 && shape->rank == 1 && v->shape.dims[0] == shape->dims[0];
}

static bool is_transposed(const Variable *v, const void *context)
{
    const Axes *shape = context;

    return !v->integer && v->shape.rank == 2 && shape->rank == 2 && v->shape.dims[0] == shape->dims[1] &&
           v->shape.dims[1] == shape->dims[0];
}

static bool is_vector(const Variable *v, const void *context)
{
    (void)context;
    return !v->integer && v->shape.rank == 1;
}

static bool counts_to(const Variable *v, const void *context)
{
    const uint8_t *dim = context;

    return v->integer && v->values == *dim;
}

const Variable *find_variable(Generator *g, Axes shape, bool (*wanted)(const Variable *))
{
    Search search = { shape, wanted };

    return find(g, has_shape, &search);
}

const char *push_index(Generator *g, uint8_t dim)
{
    static const char *const names[MOST_INDICES] = { "i", "j", "k", "l", "r", "o", "i2", "j2", "k2", "l2", "r2", "o2" };
    IndexName *index = &g->indices[g->index_count];

    *index = (IndexName){ names[g->index_count], dim, false };
    g->index_count++;
    return index->name;
}

void pop_index(Generator *g)
{
    g->index_count--;
}

/* ---- ends of expressions ---------------------------------------------------------------------------------- */

Piece *number(Generator *g)
{
    static const char *const plain[] = { "1", "2", "0.5", "-0.75", "1.25", "3", ".5", "2.", "-1", "0.1", "1e-1", "pi/4", "e/2", "0", "1.5E0",
                                         "0.3333333333333333333333", "7/3", "-2.5e-1" };

    return expression(g, chance(g, 3) ? "1e-20" : plain[choose(g, sizeof plain / sizeof *plain)]);
}

/* One of the integer inputs and const arrays whose elements are below the extent. */
static Piece *gathered_subscript(Generator *g, uint8_t dim, unsigned depth)
{
    const Variable *v = find(g, counts_to, &dim);

    if (v == NULL)
        return NULL;
    count(g, CONSTRUCT_SUBSCRIPT_GATHER);
    if (v->shape.rank == 0)
        return word(g, v->name);
    return make(g, PIECE_FIXED, "$[$]", word(g, v->name), subscript(g, v->shape.dims[0], depth + 1));
}

Piece *subscript(Generator *g, uint8_t dim, unsigned depth)
{
    unsigned first = choose(g, MOST_INDICES);
    Piece *gathered = depth < 2 && chance(g, 15) ? gathered_subscript(g, dim, depth) : NULL;

    if (gathered != NULL)
        return gathered;
    for (unsigned i = 0; i < g->index_count; i++) {
        const IndexName *index = &g->indices[(first + i) % g->index_count];

        if (index->dim != dim)
            continue;
        if (index->slack && chance(g, 40))
            return make(g, PIECE_FIXED, "$+1", word(g, index->name));
        if (chance(g, 12))
            return make(g, PIECE_FIXED, "$-1-$", dim_piece(g, dim), word(g, index->name));
        return word(g, index->name);
    }
    if (chance(g, 50))
        return word(g, "0");
    return make(g, PIECE_FIXED, "$-1", dim_piece(g, dim));
}

Piece *element_of(Generator *g, const Variable *v, unsigned kept)
{
    Piece *list = piece_new(g->arena, PIECE_LIST, ",", 0, NULL);

    if (v->shape.rank == kept)
        return expression(g, "$", word(g, v->name));
    count(g, CONSTRUCT_SUBSCRIPT);
    for (unsigned k = 0; k + kept < v->shape.rank; k++)
        piece_add(g->arena, list, subscript(g, v->shape.dims[k], 0));
    if (kept > 0 && chance(g, 20)) {
        count(g, CONSTRUCT_SUBSCRIPT_ALL);
        piece_add(g->arena, list, word(g, ":"));
    }
    return expression(g, "$[$]", word(g, v->name), list);
}

/* A part of a vector, if its length is a number. */
static Piece *slice(Generator *g, Axes shape)
{
    const Variable *v = shape.rank == 1 && shape.dims[0] >= DIM_NUMBER ? find(g, is_vector, NULL) : NULL;
    unsigned length = shape.rank == 1 ? dim_value(g, shape.dims[0]) : 0, first;

    if (v == NULL || dim_value(g, v->shape.dims[0]) < length)
        return NULL;
    count(g, CONSTRUCT_SLICE);
    first = choose(g, dim_value(g, v->shape.dims[0]) - length + 1);
    if (first == 0 && chance(g, 50))
        return expression(g, formatted(g, "$[..%u]", length), word(g, v->name));
    if (first + length == dim_value(g, v->shape.dims[0]) && chance(g, 50))
        return expression(g, formatted(g, "$[%u..]", first), word(g, v->name));
    return expression(g, formatted(g, "$[%u..%u]", first, first + length), word(g, v->name));
}

static Piece *integer_value(Generator *g)
{
    const IndexName *index = &g->indices[choose(g, g->index_count)];

    count(g, CONSTRUCT_INTEGER);
    if (chance(g, 50))
        return expression(g, "($ + 1)/$", word(g, index->name), dim_piece(g, index->dim));
    return expression(g, "0.3*$", word(g, index->name));
}

Piece *leaf(Generator *g, Axes shape)
{
    const Variable *v = NULL;
    Piece *piece;

    if (shape.rank == 0 && chance(g, 15))
        return number(g);
    if (shape.rank == 0 && g->index_count > 0 && chance(g, 10))
        return integer_value(g);
    if (chance(g, 30) && (piece = slice(g, shape)) != NULL)
        return piece;
    if (chance(g, 30) && (v = find(g, begins_with_shape, &shape)) != NULL) {
        count(g, CONSTRUCT_SUBSCRIPT_ALL);
        return expression(g, "$[:,$]", word(g, v->name), subscript(g, v->shape.dims[1], 0));
    }
    if (chance(g, 30) && (v = find(g, is_transposed, &shape)) != NULL) {
        count(g, CONSTRUCT_TRANSPOSE);
        return expression(g, "$'", word(g, v->name));
    }
    v = find(g, ends_in_shape, &shape);
    if (v != NULL)
        return element_of(g, v, shape.rank);
    return shape.rank == 0 ? number(g) : array_value(g, shape);
}
