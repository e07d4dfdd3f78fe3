/* generate_declaration.c -- params, inputs, data, consts, and functions. */
#include "tests/support/generating.h"

/* ---- declarations -------------------------------------------------------------------------------------------- */

/* "param W[n,3] in [-1, 1] = 0.5" */
static void declare_real(Generator *g, const char *role, Axes shape, Variable variable)
{
    static const char *const ranges[] = { " in [-1, 1]", " in [0.25, 1.5]", " in [-2, 3/2]", " in [0, 1]" };
    const char *name = fresh_name(g), *range = "", *given = "";

    if (chance(g, 30)) {
        range = ranges[choose(g, 4)];
        count(g, CONSTRUCT_RANGE);
    }
    if (!variable.sampled && chance(g, 15)) {
        given = " = 0.625";
        count(g, CONSTRUCT_DEFAULT);
    }
    if (shape.rank == 0)
        statement(g, make(g, PIECE_STATEMENT, formatted(g, "%s %s%s%s", role, name, range, given)));
    else
        statement(g, make(g, PIECE_STATEMENT, formatted(g, "%s %s[$]%s%s", role, name, range, given), shape_list(g, shape)));
    variable.name = name;
    variable.shape = shape;
    declare(g, variable);
}

static void declare_extents(Generator *g)
{
    static const char *const texts[MOST_DIMS] = { "const n = $", "const m = $", "const q = $" };

    g->dim_count = 1 + choose(g, MOST_DIMS);
    for (unsigned k = 0; k < g->dim_count; k++) {
        g->extents[k] = (uint8_t)(1 + choose(g, 4));
        count(g, CONSTRUCT_CONST);
        statement(g, make(g, PIECE_STATEMENT, texts[k], make(g, PIECE_EXTENT, formatted(g, "%u", (unsigned)g->extents[k]))));
    }
}

static void declare_table(Generator *g)
{
    Axes shape = some_shape(g, 1);
    Piece *list = piece_new(g->arena, PIECE_LIST, ", ", 0, NULL);
    const char *name = fresh_name(g);

    if (shape.rank == 0)
        return;
    for (unsigned k = 0; k < dim_value(g, shape.dims[0]); k++)
        piece_add(g->arena, list, number(g));
    piece_add(g->arena, list, number(g));
    list->parts.count--; /* one more than is wanted was drawn: an array of one number is one, too */
    count(g, CONSTRUCT_CONST_ARRAY);
    statement(g, make(g, PIECE_STATEMENT, formatted(g, "const %s = [$]%s", name, chance(g, 30) ? "/4" : ""), list));
    declare(g, (Variable){ .name = name, .shape = shape, .constant = true });
}

/* Whole numbers that may stand in subscripts. */
static void declare_places(Generator *g)
{
    uint8_t axis = some_dim(g), to = some_dim(g);
    Piece *list = piece_new(g->arena, PIECE_LIST, ", ", 0, NULL);
    const char *name = fresh_name(g);

    for (unsigned k = 0; k < dim_value(g, axis); k++)
        piece_add(g->arena, list, word(g, formatted(g, "%u", choose(g, dim_value(g, to)))));
    count(g, CONSTRUCT_CONST_PLACES);
    statement(g, make(g, PIECE_STATEMENT, formatted(g, "const %s = [$]", name), list));
    declare(g, (Variable){ .name = name, .shape = shape_of(1, axis, 0), .integer = true, .values = to, .constant = true });
}

static void declare_integers(Generator *g)
{
    uint8_t axis = some_dim(g), to = some_dim(g);
    const char *name = fresh_name(g);
    bool array = chance(g, 70);

    count(g, CONSTRUCT_INPUT_INTEGER);
    if (array)
        statement(g, make(g, PIECE_STATEMENT, formatted(g, "input %s[$] in 0..$", name), dim_piece(g, axis), dim_piece(g, to)));
    else
        statement(g, make(g, PIECE_STATEMENT, formatted(g, "input %s in 0..$", name), dim_piece(g, to)));
    declare(g, (Variable){ .name = name, .shape = shape_of(array, axis, 0), .integer = true, .values = to, .constant = true });
}

static void declare_data(Generator *g)
{
    Axes shape = { 1, { some_dim(g) } };

    g->has_data = true;
    count(g, CONSTRUCT_DATA);
    declare_real(g, "data", scalar_shape, (Variable){ .sampled = true, .constant = true });
    if (chance(g, 50))
        declare_real(g, "data", shape, (Variable){ .sampled = true, .constant = true });
}

static void declare_params(Generator *g)
{
    unsigned arrays = 1 + choose(g, 3);

    for (unsigned k = choose(g, 3); k > 0; k--) {
        count(g, CONSTRUCT_PARAM);
        declare_real(g, "param", scalar_shape, (Variable){ .sampled = false });
    }
    for (unsigned k = 0; k < arrays; k++) {
        Axes shape = some_shape(g, k == 0 ? 3 : 2);

        if (shape.rank == 0)
            shape = with_first(some_dim(g), shape);
        count(g, CONSTRUCT_PARAM_ARRAY);
        declare_real(g, "param", shape, (Variable){ .sampled = false });
    }
}

void add_declarations(Generator *g)
{
    if (chance(g, 6)) {
        count(g, CONSTRUCT_IMPLICIT);
        for (unsigned k = 1 + choose(g, 3); k > 0; k--)
            declare(g, (Variable){ .name = fresh_name(g) });
        return;
    }
    declare_extents(g);
    declare_params(g);
    if (chance(g, 40)) {
        count(g, CONSTRUCT_INPUT);
        declare_real(g, "input", scalar_shape, (Variable){ .sampled = false });
    }
    if (chance(g, 50)) {
        count(g, CONSTRUCT_INPUT_ARRAY);
        declare_real(g, "input", with_first(some_dim(g), some_shape(g, 1)), (Variable){ .sampled = false });
    }
    if (chance(g, 40))
        declare_integers(g);
    if (chance(g, 30))
        declare_table(g);
    if (chance(g, 25))
        declare_places(g);
    if (chance(g, 15))
        declare_data(g);
}

/* ---- functions ------------------------------------------------------------------------------------------------ */

static void declare_extern(Generator *g, const char *text, const char *name, unsigned args, bool stated)
{
    count(g, stated ? CONSTRUCT_EXTERN_STATED : CONSTRUCT_EXTERN);
    statement(g, make(g, PIECE_STATEMENT, text));
    if (stated)
        g->externs[g->extern_count++] = (Function){ .name = name, .count = args, .elementwise = true };
}

/* Those of tests/emitted/externs.c. A function without a derivative is only that of another one. */
void add_externs(Generator *g)
{
    if (chance(g, 50)) {
        declare_extern(g, "extern d2lut(x)", "d2lut", 1, false);
        declare_extern(g, "extern dlut(x) derivative d2lut(x)", "dlut", 1, true);
    } else {
        declare_extern(g, "extern dlut(x)", "dlut", 1, false);
    }
    declare_extern(g, "extern lut(x) derivative dlut(x)", "lut", 1, true);
    if (chance(g, 50))
        declare_extern(g, "extern rho(p, t) derivative 1/(287*t), -p/(287*t^2)", "rho", 2, true);
}

/* The true derivatives, and surrogates. */
static void add_stated(Generator *g, const char *name)
{
    static const struct {
        const char *text;
        unsigned count;
    } rows[] = { { "def %s(a1) = a1^2*3 derivative 6*a1", 1 },
                 { "def %s(a1, a2) = a1*sin(a2) derivative sin(a2), a1*cos(a2)", 2 },
                 { "def %s(a1) = a1 > 0 ? 1 : 0 derivative 1/(1 + 10*abs(a1))^2", 1 },
                 { "def %s(a1, a2) = a1 > 0.3 ? a2 : 0 derivative a2*exp(-a1^2), a1 > 0.3 ? 1 : 0.125", 2 } };
    unsigned which = choose(g, 4);

    count(g, CONSTRUCT_DEF_STATED);
    statement(g, make(g, PIECE_STATEMENT, formatted(g, rows[which].text, name)));
    g->defs[g->def_count++] = (Function){ .name = name, .count = rows[which].count, .elementwise = true };
}

/* Of the shape of the arguments, whatever that is at the call. */
static Piece *own_value(Generator *g, Axes result, unsigned budget)
{
    Piece *body = value_of_size(g, result, budget);

    return g->elementwise ? expression(g, "(a1 + $)", body) : body;
}

/* Statements that leave a value in the name `r`. */
static Piece *body_block(Generator *g, Axes result)
{
    Piece *block = piece_new(g->arena, PIECE_LIST, "; ", 0, NULL);

    count(g, CONSTRUCT_DEF_BLOCK);
    if (chance(g, 40) && !g->elementwise) {
        count(g, CONSTRUCT_DEF_LOOP);
        piece_add(g->arena, block, make(g, PIECE_STATEMENT, "b1 = $", value_of_size(g, result, 2)));
        declare(g, (Variable){ .name = "b1", .shape = result });
        piece_add(g->arena, block, make(g, PIECE_STATEMENT, "for b9 in 0..$ { b1 = $ }", dim_piece(g, some_dim(g)),
                                        tame(g, value_of_size(g, result, 3))));
    } else {
        piece_add(g->arena, block, make(g, PIECE_STATEMENT, "b1 = $", value_of_size(g, scalar_shape, 3)));
        declare(g, (Variable){ .name = "b1", .shape = scalar_shape });
    }
    piece_add(g->arena, block, make(g, PIECE_STATEMENT, "b2 = $", own_value(g, result, 3)));
    return block;
}

void add_function(Generator *g)
{
    static const char *const texts[2][2] = { { "def %s(a1) = $", "def %s(a1, a2) = $" },
                                             { "def %s(a1) { $ }", "def %s(a1, a2) { $ }" } };
    static const char *const arguments[DEF_MOST_ARGS] = { "a1", "a2" };
    Function f = { .name = formatted(g, "f%u", g->used_names++), .count = 1 + choose(g, DEF_MOST_ARGS), .elementwise = chance(g, 50) };
    unsigned kept = g->name_count;
    bool block = chance(g, 50);
    Piece *body;

    if (g->def_count == MOST_DEFS || kept + DEF_MOST_ARGS + 2 > MOST_NAMES)
        return;
    if (chance(g, 20)) {
        add_stated(g, f.name);
        return;
    }
    for (unsigned k = 0; k < f.count; k++) {
        f.args[k] = f.elementwise ? scalar_shape : some_shape(g, 2);
        declare(g, (Variable){ .name = arguments[k], .shape = f.args[k] });
    }
    f.result = f.elementwise ? scalar_shape : some_shape(g, 2);
    g->elementwise = f.elementwise;
    g->in_def = true;
    body = block ? body_block(g, f.result) : own_value(g, f.result, 5);
    g->elementwise = g->in_def = false;
    g->name_count = kept;
    count(g, CONSTRUCT_DEF);
    statement(g, make(g, PIECE_STATEMENT, formatted(g, texts[block][f.count - 1], f.name), body));
    g->defs[g->def_count++] = f;
}
