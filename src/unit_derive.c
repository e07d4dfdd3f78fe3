/* unit_derive.c -- forward mode and what is made with it: jvp, Jacobian, Hessian-vector product, Hessian.
 *
 * Second derivatives are forward over reverse: the tangents of the gradient in a given direction cost a constant
 * multiple of the value (Griewank and Walther, Evaluating Derivatives, section 5.4).
 */
#include "unit_passes.h"

/* ---- forward mode -------------------------------------------------------------------------------------- */

/* Adds the tangents of these results; NULL: a function has no derivative. */
static Program *add_tangents(Unit *unit, Program *program, const SymId *results, size_t count)
{
    Forward forward = { .local = false };
    Program *next = pass_forward(program, unit->wanted.at, unit->wanted.count, results, count, &forward);

    if (next != program)
        program_free(program);
    if (forward.no_derivative.found)
        return unit_refuse(unit, &forward.no_derivative, next);
    return unit_end_pass(unit, "tangents", next);
}

void unit_find_role(Unit *unit, const Program *program, SymRole role, SymVec *found)
{
    for (SymId s = 0; s < program->symbols.count; s++)
        if (program->symbols.at[s].role == role)
            vec_push(unit->arena, found, s);
}

static Program *add_directions(Unit *unit, Program *program)
{
    SymVec directions = { 0 };
    Batch batch = { .extent = unit->options.directions };

    if (unit->options.directions == 0)
        return program;
    unit_find_role(unit, program, SYM_DIRECTION, &directions);
    batch.seeds = directions.at;
    batch.count = directions.count;
    return unit_replace(unit, "batch", program, pass_batch(program, &batch));
}

/* Outputs and their tangents. NULL: a function has no derivative, the unit has the message. */
static Program *forward_program(Unit *unit)
{
    Program *program = unit_prepare(unit, unit->wanted.count);

    return add_tangents(unit, program, program->outputs.at, program->outputs.count);
}

Program *unit_second_program(Unit *unit)
{
    Reverse reverse = { .seeds = !unit->scalar };
    Program *program = unit_reverse(unit, &reverse);

    if (program == NULL)
        return NULL;
    program = unit_run_pass(unit, "prune", pass_prune, program);
    program = unit_outline(unit, program, unit->wanted.count);
    return add_tangents(unit, program, program->gradients.at, program->gradients.count);
}

static bool make_product(Unit *unit, Program **made, Program *(*derive)(Unit *))
{
    Program *program;

    if (*made != NULL || unit->wanted.count == 0)
        return true;
    program = derive(unit);
    if (program != NULL)
        *made = unit_finish(unit, add_directions(unit, program));
    return program != NULL;
}

bool unit_make_jvp(Unit *unit)
{
    return make_product(unit, &unit->jvp, forward_program);
}

bool unit_make_hvp(Unit *unit)
{
    return make_product(unit, &unit->hvp, unit_second_program);
}

/* ---- matrices ------------------------------------------------------------------------------------------ */

static bool is_too_large(Unit *unit, const char *what, int64_t rows, int64_t columns)
{
    if (rows <= INT32_MAX && columns <= INT32_MAX && rows * columns <= INT32_MAX)
        return false;
    diag_error(&unit->diag, (Span){ 0, unit->source.size > 0 },
               "the %s would have %lld rows and %lld columns; choose fewer variables with --wrt", what, (long long)rows,
               (long long)columns);
    return true;
}

/* What is written out is simplified once more, and local arrays fall apart. */
static Program *finish_matrix(Unit *unit, Program *program, const Matrix *matrix, const char *name)
{
    Program *before;

    before = program = unit_replace(unit, name, program, pass_matrix(program, matrix));
    program = unit_run_pass(unit, "prune", pass_prune, program);
    program = unit_run_pass(unit, "unroll", pass_unroll, program);
    if (program != before)
        program = unit_run_pass(unit, "simplify", pass_simplify, program);
    return unit_finish(unit, program);
}

Program *unit_jacobian_program(Unit *unit, bool forward)
{
    Reverse reverse = { .seeds = true };

    return forward ? forward_program(unit) : unit_reverse(unit, &reverse);
}

static Program *make_jacobian(Unit *unit, bool forward)
{
    Program *program = unit_jacobian_program(unit, forward);
    Matrix matrix = { .role = SYM_JACOBIAN, .transposed = !forward };
    SymVec seeds = { 0 };

    if (program == NULL)
        return NULL;
    unit_find_role(unit, program, forward ? SYM_DIRECTION : SYM_SEED, &seeds);
    matrix.seeds = seeds.at;
    matrix.seed_count = seeds.count;
    matrix.results = forward ? program->derivatives.at : program->gradients.at;
    matrix.result_count = forward ? program->derivatives.count : program->gradients.count;
    return finish_matrix(unit, program, &matrix, "jacobian");
}

bool unit_make_jacobian(Unit *unit)
{
    const Program *lowered = unit->lowered.program;
    int64_t rows = (int64_t)program_elements(lowered, lowered->outputs.at, lowered->outputs.count);
    int64_t columns = (int64_t)program_elements(lowered, unit->wanted.at, unit->wanted.count);
    bool forward = unit->options.mode == MODE_FORWARD || (unit->options.mode == MODE_CHEAPER && columns <= rows);

    if (unit->jacobian != NULL || unit->wanted.count == 0)
        return true;
    if (is_too_large(unit, "Jacobian", rows, columns))
        return false;
    unit->jacobian = make_jacobian(unit, forward);
    return unit->jacobian != NULL;
}

bool unit_make_hessian(Unit *unit)
{
    int64_t count = (int64_t)program_elements(unit->lowered.program, unit->wanted.at, unit->wanted.count);
    Matrix matrix = { .role = SYM_HESSIAN, .lower = unit->options.lower_triangle };
    SymVec directions = { 0 };
    Program *program;

    if (unit->hessian != NULL || unit->wanted.count == 0)
        return true;
    if (is_too_large(unit, "Hessian", count, count))
        return false;
    program = unit_second_program(unit);
    if (program == NULL)
        return false;
    unit_find_role(unit, program, SYM_DIRECTION, &directions);
    matrix.symmetric = !program_has(program, OP_LINK); /* stated derivatives need not be exact */
    matrix.seeds = directions.at;
    matrix.seed_count = directions.count;
    matrix.results = program->derivatives.at;
    matrix.result_count = program->derivatives.count;
    unit->hessian = finish_matrix(unit, program, &matrix, "hessian");
    return true;
}
