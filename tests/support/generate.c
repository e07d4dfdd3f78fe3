/* generate.c -- random models: the order of statements, assignments, loops, results. */
#include "tests/support/generating.h"

#include <string.h>

const char *const construct_names[CONSTRUCT_COUNT] = {
#define CONSTRUCT(ID, what) what,
    CONSTRUCTS(CONSTRUCT)
#undef CONSTRUCT
};

enum { EXPRESSION = 10, TURN = 6 };

/* ---- assignments ---------------------------------------------------------------------------------------------- */

/* "y[i,j] = e for i in 0..n, j in 0..m" */
static void assign_by_index(Generator *g, const char *name, Axes shape, bool sampled)
{
    Axes inner = shape;
    const char *left = "", *clauses = " for ";
    Piece *piece = make(g, PIECE_STATEMENT, "", NULL), *body;
    unsigned count_ = shape.rank > 1 && chance(g, 50) ? 2 : 1;

    for (unsigned k = 0; k < count_; k++) {
        const char *i = push_index(g, shape.dims[k]);

        left = formatted(g, "%s%s%s", left, k > 0 ? "," : "", i);
        clauses = formatted(g, "%s%s%s in 0..$", clauses, k > 0 ? ", " : "", i);
        inner = without_first(inner);
    }
    body = value_of_size(g, inner, EXPRESSION);
    piece_add(g->arena, piece, body);
    for (unsigned k = 0; k < count_; k++) {
        piece_add(g->arena, piece, dim_piece(g, shape.dims[k]));
        pop_index(g);
    }
    piece->text = formatted(g, "%s[%s] = $%s", name, left, clauses);
    statement(g, piece);
    count(g, CONSTRUCT_ASSIGN_INDEX);
    declare(g, (Variable){ .name = name, .shape = shape, .assigned = true, .sampled = sampled });
}

static void add_assignment(Generator *g)
{
    Axes shape = some_shape(g, chance(g, 10) ? 3 : 2);
    const char *name = fresh_name(g);
    bool sampled = g->has_data && g->loops == 0 && chance(g, 40);

    g->in_data = sampled;
    if (shape.rank > 0 && chance(g, 30)) {
        assign_by_index(g, name, shape, sampled);
    } else {
        count(g, CONSTRUCT_ASSIGN);
        statement(g, make(g, PIECE_STATEMENT, formatted(g, "%s = $", name), value_of_size(g, shape, EXPRESSION)));
        declare(g, (Variable){ .name = name, .shape = shape, .assigned = true, .sampled = sampled });
    }
    g->in_data = false;
}

/* ---- loops ------------------------------------------------------------------------------------------------------ */

typedef struct {
    uint8_t dim;
    const char *index;
    Variable carried[2];
    unsigned carried_count;
    Variable gathered[2];
    unsigned gathered_count;
    Piece *body;
} LoopParts;

/* Is what comes now per sample? Until in_data is false again. */
static bool begin_sampled(Generator *g)
{
    g->in_data = g->sampled_turns || (g->sampled_loop && chance(g, 60));
    return g->in_data;
}

/* A name with a value before the loop. */
static void begin_carried(Generator *g, LoopParts *loop)
{
    Axes shape = some_shape(g, chance(g, 20) ? 2 : 1);
    const char *name = fresh_name(g);
    bool sampled = begin_sampled(g);

    if (shape.rank > 0)
        count(g, CONSTRUCT_CARRIED_ARRAY);
    statement(g, make(g, PIECE_STATEMENT, formatted(g, "%s = $", name), tame(g, value_of_size(g, shape, 3))));
    g->in_data = false;
    loop->carried[loop->carried_count++] = *declare(g, (Variable){ .name = name, .shape = shape, .assigned = true, .sampled = sampled });
}

/* Its new value stays small. */
static void carry(Generator *g, const Variable *v)
{
    static const char *const texts[] = { "%s = 0.5*%s + 0.4*sin($)", "%s = tanh(%s + $)", "%s = %s - 0.1*sin($)", "%s = cos($)" };
    unsigned which = choose(g, 4);

    g->in_data = v->sampled;
    if (v->shape.rank == 1 && chance(g, 25)) {
        const char *i = push_index(g, v->shape.dims[0]);
        Piece *inner = tame(g, value_of_size(g, scalar_shape, TURN));

        count(g, CONSTRUCT_ASSIGN_INDEX);
        pop_index(g);
        statement(g, make(g, PIECE_STATEMENT, formatted(g, "%s[%s] = 0.6*%s[%s] + 0.3*($) for %s in 0..$", v->name, i, v->name, i, i),
                          inner, dim_piece(g, v->shape.dims[0])));
    } else {
        statement(g, make(g, PIECE_STATEMENT, which == 3 ? formatted(g, texts[3], v->name) : formatted(g, texts[which], v->name, v->name),
                          value_of_size(g, v->shape, TURN)));
    }
    g->in_data = false;
}

/* "o[t] = e", "o[s,t] = e": an element of an array that is there after the outermost of `depth` loops. */
static void gather(Generator *g, LoopParts *loop, unsigned depth)
{
    Axes element = some_shape(g, 1), shape = element;
    const char *name = fresh_name(g), *left = "";
    bool sampled;

    if (loop->gathered_count == 2)
        return;
    for (unsigned k = 0; k < depth; k++) {
        const IndexName *index = &g->indices[g->index_count - 1 - k];

        left = formatted(g, "%s%s%s", index->name, k > 0 ? "," : "", left);
        shape = with_first(index->dim, shape);
    }
    count(g, depth > 1 ? CONSTRUCT_GATHERED_BOTH : CONSTRUCT_GATHERED);
    sampled = begin_sampled(g);
    statement(g, make(g, PIECE_STATEMENT, formatted(g, "%s[%s] = $", name, left), value_of_size(g, element, TURN)));
    g->in_data = false;
    loop->gathered[loop->gathered_count++] = (Variable){ .name = name, .shape = shape, .assigned = true, .sampled = sampled };
}

static void local(Generator *g)
{
    Axes shape = some_shape(g, 1);
    const char *name = fresh_name(g);
    bool sampled = begin_sampled(g);

    count(g, CONSTRUCT_LOCAL);
    statement(g, make(g, PIECE_STATEMENT, formatted(g, "%s = $", name), value_of_size(g, shape, TURN)));
    g->in_data = false;
    declare(g, (Variable){ .name = name, .shape = shape, .assigned = true, .sampled = sampled });
}

/* The names that the loop carries are the last that were declared. */
static void sample_turns(Generator *g, LoopParts *loop)
{
    g->sampled_turns = true;
    for (unsigned k = 0; k < loop->carried_count; k++)
        loop->carried[k].sampled = g->names[g->name_count - 1 - k].sampled = true;
}

/* A condition over a carried name and the index. */
static Piece *loop_condition(Generator *g, LoopParts *loop)
{
    static const char *const texts[] = { "$ < 0.45", "abs($) > 0.05", "$ != 0.375", "$ > -0.35" };
    const Variable *v = &loop->carried[0];
    Piece *x = v->shape.rank == 0 ? expression(g, v->name) : expression(g, formatted(g, "sum(%s)", v->name));
    Piece *c = condition(g, texts[choose(g, 4)], x);

    if (v->sampled)
        sample_turns(g, loop);
    if (chance(g, 20))
        return condition(g, formatted(g, "(%s < 1 || $)", loop->index), c);
    return c;
}

/* Everything but the statements around: the header is printed by end_loop. */
static Piece *begin_loop(Generator *g, LoopParts *loop)
{
    Piece *around = g->statements;

    loop->dim = some_dim(g);
    loop->index = push_index(g, loop->dim);
    loop->body = piece_new(g->arena, PIECE_LIST, "; ", 0, NULL);
    g->statements = loop->body;
    g->loops++;
    return around;
}

static void end_loop(Generator *g, const LoopParts *loop, Piece *around, Piece *while_)
{
    Piece *dim = dim_piece(g, loop->dim);

    g->statements = around;
    g->loops--;
    pop_index(g);
    if (while_ == NULL)
        statement(g, make(g, PIECE_STATEMENT, formatted(g, "for %s in 0..$ { $ }", loop->index), dim, loop->body));
    else
        statement(g, make(g, PIECE_STATEMENT, formatted(g, "for %s in 0..$ while $ { $ }", loop->index), dim, while_, loop->body));
    count(g, while_ == NULL ? CONSTRUCT_FOR : CONSTRUCT_FOR_WHILE);
}

/* What it gathers over both loops is handed to the outer one. */
static void add_inner_loop(Generator *g, LoopParts *outer)
{
    LoopParts loop = { 0 };
    Piece *around, *while_ = NULL;
    bool sampled_turns = g->sampled_turns;
    unsigned kept;

    begin_carried(g, &loop);
    kept = g->name_count;
    around = begin_loop(g, &loop);
    if (chance(g, 25))
        while_ = loop_condition(g, &loop);
    carry(g, &loop.carried[0]);
    if (chance(g, 40)) {
        gather(g, outer, 2);
    } else if (chance(g, 50)) {
        gather(g, &loop, 1);
    }
    g->name_count = kept;
    g->sampled_turns = sampled_turns;
    end_loop(g, &loop, around, while_);
    for (unsigned k = 0; k < loop.gathered_count; k++)
        declare(g, loop.gathered[k]);
    count(g, CONSTRUCT_FOR_NESTED);
}

static void add_loop(Generator *g)
{
    LoopParts loop = { 0 };
    Piece *around, *while_ = NULL;
    unsigned kept;

    if (g->name_count + 12 > MOST_NAMES)
        return;
    g->sampled_loop = g->has_data && chance(g, 50);
    if (g->sampled_loop)
        count(g, CONSTRUCT_FOR_DATA);
    begin_carried(g, &loop);
    if (chance(g, 40))
        begin_carried(g, &loop);
    kept = g->name_count;
    around = begin_loop(g, &loop);
    if (chance(g, 25))
        while_ = loop_condition(g, &loop);
    if (chance(g, 40))
        local(g);
    if (chance(g, 20))
        add_inner_loop(g, &loop);
    for (unsigned k = 0; k < loop.carried_count; k++)
        carry(g, &loop.carried[k]);
    if (chance(g, 60))
        gather(g, &loop, 1);
    g->name_count = kept;
    g->sampled_loop = g->sampled_turns = false;
    end_loop(g, &loop, around, while_);
    for (unsigned k = 0; k < loop.gathered_count; k++)
        declare(g, loop.gathered[k]);
}

/* ---- results ---------------------------------------------------------------------------------------------------- */

/* A number from everything that was assigned. */
static Piece *summary(Generator *g)
{
    static const char *const texts[] = { "sum($)", "mean($)", "sum(($)^2)", "norm($)" };
    Piece *all = piece_new(g->arena, PIECE_LIST, " + ", 0, NULL);

    for (unsigned k = 0; k < g->name_count; k++) {
        const Variable *v = &g->names[k];

        if (!v->assigned || v->sampled || chance(g, 15))
            continue;
        piece_add(g->arena, all, v->shape.rank == 0 ? expression(g, v->name)
                                                    : expression(g, texts[choose(g, 4)], word(g, v->name)));
    }
    piece_add(g->arena, all, value_of_size(g, scalar_shape, 3));
    return all;
}

static bool is_claimed(const char *const *names, unsigned count_, const char *name)
{
    for (unsigned k = 0; k < count_; k++)
        if (strcmp(names[k], name) == 0)
            return true;
    return false;
}

/* Several results, in any order. */
static void add_outputs(Generator *g)
{
    const char *names[4] = { NULL };
    unsigned count_ = 0;
    Piece *list = piece_new(g->arena, PIECE_LIST, ", ", 0, NULL);

    for (unsigned tries = 0; tries < 6 && count_ < 3; tries++) {
        const Variable *v = &g->names[choose(g, g->name_count)];

        if (!v->assigned || v->sampled || is_claimed(names, count_, v->name))
            continue;
        names[count_++] = v->name;
        piece_add(g->arena, list, word(g, v->name));
    }
    piece_add(g->arena, list, word(g, "J"));
    statement(g, make(g, PIECE_STATEMENT, "output $", list));
}

static void add_result(Generator *g)
{
    statement(g, make(g, PIECE_STATEMENT, "J = $", summary(g)));
    if (g->name_count > 0 && chance(g, 40)) {
        count(g, CONSTRUCT_OUTPUT);
        add_outputs(g);
    } else {
        count(g, CONSTRUCT_LAST_STATEMENT);
    }
}

Piece *generate_model(Arena *arena, uint64_t seed, unsigned size, Tally *tally)
{
    Tally unused = { { 0 } };
    Generator g = { .arena = arena, .random = { seed * 0x9e3779b97f4a7c15u }, .tally = tally != NULL ? tally : &unused };
    Piece *root = piece_new(arena, PIECE_LIST, "\n", 0, NULL);

    g.statements = root;
    add_declarations(&g);
    if (g.dim_count > 0 && chance(&g, 12))
        add_externs(&g);
    for (unsigned k = 0; k < size; k++)
        switch (choose(&g, 10)) {
        case 0: case 1: case 2: add_loop(&g); break;
        case 3: add_function(&g); break;
        default: add_assignment(&g);
        }
    add_result(&g);
    statement(&g, word(&g, ""));
    return root;
}
