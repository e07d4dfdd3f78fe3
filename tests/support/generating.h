/* generating.h -- what the parts of the generator share. Private to tests/support/generate*.c. */
#ifndef BPGEN_TESTS_GENERATING_H
#define BPGEN_TESTS_GENERATING_H

#include "eval/point.h"
#include "tests/support/generate.h"

/* An extent: below DIM_NUMBER a named const of the model, from there on the number that is left. */
enum { MOST_DIMS = 3, DIM_NUMBER = 100, MOST_RANK = 4, MOST_NAMES = 60, MOST_INDICES = 12, MOST_DEFS = 5, DEF_MOST_ARGS = 2 };

typedef struct {
    uint8_t rank;
    uint8_t dims[MOST_RANK];
} Axes;

static const Axes scalar_shape = { 0 };

typedef struct {
    const char *name;
    Axes shape;
    bool integer;   /* may stand in subscripts: its elements are in 0..extent of `values` */
    uint8_t values;
    bool sampled;   /* per sample */
    bool constant;  /* nothing is differentiated by it */
    bool assigned;  /* by a statement */
} Variable;

typedef struct {
    const char *name;
    uint8_t dim;
    bool slack;     /* i+1 is below the extent, too */
} IndexName;

typedef struct {
    const char *name;
    unsigned count;
    bool elementwise;
    Axes args[DEF_MOST_ARGS], result;
} Function;

typedef struct {
    Arena *arena;
    Random random;
    Tally *tally;
    uint8_t extents[MOST_DIMS];
    unsigned dim_count;
    Variable names[MOST_NAMES];
    unsigned name_count;
    IndexName indices[MOST_INDICES];
    unsigned index_count;
    Function defs[MOST_DEFS], externs[MOST_DEFS];
    unsigned def_count, extern_count;
    Piece *statements; /* where they go now */
    unsigned budget;   /* operators that the present expression may still have */
    unsigned nesting;  /* comprehensions and reductions around */
    unsigned derived;  /* derivatives around */
    unsigned loops;    /* around */
    bool sampled_loop; /* some names of the loop around are per sample */
    bool sampled_turns; /* every name in it is: each sample ends it at a turn of its own */
    bool has_data, in_data; /* data is declared; may be used here */
    bool in_def;
    bool elementwise;  /* no array functions: the body of a function for any shapes */
    unsigned used_names;
} Generator;

/* ---- generate_scope.c ------------------------------------------------------------------------------------ */

unsigned choose(Generator *g, unsigned count);      /* 0 .. count-1 */
bool chance(Generator *g, unsigned percent);
void count(Generator *g, Construct construct);
Piece *make(Generator *g, PieceSort sort, const char *text, ...); /* as many pieces as the text has $ */
#define expression(g, ...) make((g), PIECE_EXPRESSION, __VA_ARGS__)
#define condition(g, ...) make((g), PIECE_CONDITION, __VA_ARGS__)
#define formatted(g, ...) text_formatted((g)->arena, __VA_ARGS__)
Piece *word(Generator *g, const char *text);        /* fixed */
const char *fresh_name(Generator *g);
Piece *statement(Generator *g, Piece *piece);

unsigned dim_value(const Generator *g, uint8_t dim);
Piece *dim_piece(Generator *g, uint8_t dim);
uint8_t some_dim(Generator *g);
Axes some_shape(Generator *g, unsigned most_rank);
Axes shape_of(unsigned rank, uint8_t first, uint8_t second);
Axes without_first(Axes shape);
Axes with_first(uint8_t dim, Axes shape);
bool same_shape(Axes a, Axes b);
Piece *shape_list(Generator *g, Axes shape);       /* "n,3" */

Variable *declare(Generator *g, Variable variable);
const Variable *find_variable(Generator *g, Axes shape, bool (*wanted)(const Variable *)); /* a random one of this shape, or NULL */
const char *push_index(Generator *g, uint8_t dim);
void pop_index(Generator *g);

Piece *number(Generator *g);
Piece *subscript(Generator *g, uint8_t dim, unsigned depth); /* an integer expression in 0..dim */
Piece *element_of(Generator *g, const Variable *v, unsigned kept); /* `v` with its last `kept` axes */
Piece *leaf(Generator *g, Axes shape);

/* ---- generate_expression.c, generate_array.c --------------------------------------------------------------- */

Piece *value(Generator *g, Axes shape);            /* of this shape */
Piece *test(Generator *g, Axes shape);             /* a condition of this shape */
Piece *value_of_size(Generator *g, Axes shape, unsigned budget);
Piece *array_value(Generator *g, Axes shape);      /* by array functions; NULL: none fits */
Piece *tame(Generator *g, Piece *inner);            /* small whatever `inner` is */

/* ---- generate_declaration.c ------------------------------------------------------------------------------------ */

void add_function(Generator *g);
void add_declarations(Generator *g);
void add_externs(Generator *g);

#endif
