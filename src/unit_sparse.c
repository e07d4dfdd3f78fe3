/* unit_sparse.c -- the patterns of a unit's Jacobian and Hessian, their colours, and the programs of their entries. */
#include "unit_passes.h"

/* ---- patterns ------------------------------------------------------------------------------------------- */

/* False, with a message, where too much would have to be looked at. */
static bool find(Unit *unit, const char *what, const Dependence *asked, Pattern *pattern)
{
    switch (pattern_find(pattern, unit->arena, asked)) {
    case PATTERN_FOUND:
        return true;
    case PATTERN_MANY_STEPS:
        diag_error(&unit->diag, (Span){ 0, unit->source.size > 0 },
                   "the pattern of the %s takes more than %llu steps; look at a smaller size of the model (--const)", what,
                   (unsigned long long)PATTERN_MOST_STEPS);
        return false;
    case PATTERN_MANY_ENTRIES:
        break;
    }
    diag_error(&unit->diag, (Span){ 0, unit->source.size > 0 },
               "the pattern of the %s has more than %llu entries; a product with it (jvp, hvp) needs no pattern", what,
               (unsigned long long)PATTERN_MOST_ENTRIES);
    return false;
}

/* Programs that are still to be differentiated, as stated derivatives stand in them; freed here. */
bool unit_jacobian_sparsity(Unit *unit, const int32_t *const *given, Sparsity *s)
{
    Program *program = unit_prepare(unit, unit->wanted.count);
    Dependence asked = { .program = program, .wanted = unit->wanted.at, .wanted_count = unit->wanted.count, .given = given,
                         .results = program->outputs.at, .result_count = program->outputs.count };
    Pattern turned;
    bool found;

    *s = (Sparsity){ 0 };
    found = find(unit, "Jacobian", &asked, &s->pattern);
    program_free(program);
    if (!found)
        return false;
    turned = pattern_transpose(unit->arena, &s->pattern);
    s->columns = colour_columns(&unit->heap, unit->arena, &s->pattern);
    s->rows = colour_columns(&unit->heap, unit->arena, &turned);
    return true;
}

bool unit_hessian_sparsity(Unit *unit, const int32_t *const *given, Sparsity *s)
{
    Reverse reverse = { .seeds = true };
    Program *program = unit_reverse(unit, &reverse);
    Dependence asked = { .program = program, .wanted = unit->wanted.at, .wanted_count = unit->wanted.count, .given = given };
    Pattern pattern;
    bool found;

    *s = (Sparsity){ 0 };
    if (program == NULL)
        return false;
    asked.results = program->gradients.at;
    asked.result_count = program->gradients.count;
    found = find(unit, "Hessian", &asked, &pattern);
    program_free(program);
    if (!found)
        return false;
    s->pattern = pattern_symmetric(unit->arena, &pattern, false);
    s->columns = colour_columns(&unit->heap, unit->arena, &s->pattern);
    s->star = colour_star(&unit->heap, unit->arena, &s->pattern);
    return true;
}

/* ---- entries -------------------------------------------------------------------------------------------- */

static void *number_array(Unit *unit, size_t count)
{
    return arena_array(unit->arena, uint32_t, count + 1);
}

/* A matrix without an entry has no function. */
static bool has_entries(Unit *unit, const char *what, const Pattern *columns)
{
    if (columns->entries == 0)
        diag_error(&unit->diag, (Span){ 0, unit->source.size > 0 }, "the %s is 0 everywhere: it has no entries to compute", what);
    return columns->entries > 0;
}

static Program *compress(Unit *unit, Program *program, const Compression *c, const char *name)
{
    program = unit_replace(unit, name, program, sparse_compress(program, c));
    program = unit_run_pass(unit, "prune", pass_prune, program);
    program = unit_run_pass(unit, "simplify", pass_simplify, program);
    return unit_finish(unit, program);
}

/* Forward sweeps for colours of columns or reverse sweeps for colours of rows, whichever are fewer. */
bool unit_make_jacobian_sparse(Unit *unit)
{
    Compression c = { .arena = unit->arena, .role = SYM_JACOBIAN };
    SymVec seeds = { 0 };
    Program *program;
    bool forward;
    uint32_t *rows, *groups;
    Sparsity s;

    if (unit->jacobian_sparse != NULL || unit->wanted.count == 0)
        return true;
    if (!unit_jacobian_sparsity(unit, NULL, &s) || !has_entries(unit, "Jacobian", &s.pattern))
        return false;
    forward = unit->options.mode == MODE_FORWARD || (unit->options.mode == MODE_CHEAPER && s.columns.count <= s.rows.count);
    program = unit_jacobian_program(unit, forward);
    if (program == NULL)
        return false;
    unit_find_role(unit, program, forward ? SYM_DIRECTION : SYM_SEED, &seeds);
    c.seeds = seeds.at;
    c.seed_count = seeds.count;
    c.results = forward ? program->derivatives.at : program->gradients.at;
    c.result_count = forward ? program->derivatives.count : program->gradients.count;
    c.transposed = !forward;
    c.colours = forward ? &s.columns : &s.rows;
    unit->jacobian_columns = pattern_transpose(unit->arena, &s.pattern);
    c.entries = s.pattern.entries;
    c.rows = rows = number_array(unit, c.entries);
    c.groups = groups = number_array(unit, c.entries);
    (forward ? compress_by_columns : compress_by_rows)(&unit->jacobian_columns, c.colours, rows, groups);
    unit->jacobian_sparse = compress(unit, program, &c, "jacobian_sparse");
    return true;
}

/* Hessian-vector products for the colours of a star colouring, or of columns where they are as few: their entries are taken from
 * rows in order. With stated derivatives a Hessian need not be symmetric: elements are not taken from the other side. */
bool unit_make_hessian_sparse(Unit *unit)
{
    Compression c = { .arena = unit->arena, .role = SYM_HESSIAN };
    SymVec directions = { 0 };
    Program *program;
    uint32_t *rows, *groups;
    Pattern part;
    Sparsity s;

    if (unit->hessian_sparse != NULL || unit->wanted.count == 0)
        return true;
    if (!unit_hessian_sparsity(unit, NULL, &s) || !has_entries(unit, "Hessian", &s.pattern))
        return false;
    program = unit_second_program(unit);
    if (program == NULL)
        return false;
    unit_find_role(unit, program, SYM_DIRECTION, &directions);
    c.seeds = directions.at;
    c.seed_count = directions.count;
    c.results = program->derivatives.at;
    c.result_count = program->derivatives.count;
    c.colours = s.columns.count <= s.star.count || program_has(program, OP_LINK) ? &s.columns : &s.star;
    part = pattern_symmetric(unit->arena, &s.pattern, unit->options.lower_triangle);
    unit->hessian_columns = pattern_transpose(unit->arena, &part);
    c.entries = part.entries;
    c.rows = rows = number_array(unit, c.entries);
    c.groups = groups = number_array(unit, c.entries);
    if (c.colours == &s.columns)
        compress_by_columns(&unit->hessian_columns, c.colours, rows, groups);
    else
        compress_by_star(unit->arena, &s.pattern, &unit->hessian_columns, c.colours, rows, groups);
    unit->hessian_sparse = compress(unit, program, &c, "hessian_sparse");
    return true;
}
