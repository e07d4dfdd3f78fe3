/* unit.c -- the pipeline: parse, check, lower; simplify, unroll, sink guards, outline; reverse, split. What is made of
 * them by forward mode stands in unit_derive.c. */
#include "unit_passes.h"

#include <string.h>

/* DESIGN.md, section 4: arrays of a function up to this size lie on the stack. */
enum { DEFAULT_STACK_LIMIT = 4096 };

/* Hours of work, or terabytes. */
static const uint64_t DEFAULT_MOST_WORK = (uint64_t)1 << 40;

/* What stands in for the number of samples of a call, and how many a self-test has. */
enum { DEFAULT_SAMPLES = 5 };

Options options_default(void)
{
    return (Options){ .prefix = "model", .header_name = "model_grad.h", .tables_name = "model_grad_sparsity.h", .real = REAL_DOUBLE,
                      .stack_limit = DEFAULT_STACK_LIMIT, .tape_limit = NO_TAPE_LIMIT, .most_work = DEFAULT_MOST_WORK,
                      .samples = DEFAULT_SAMPLES };
}

/* ---- running passes ---------------------------------------------------------------------------------- */

static bool is_asked(const char *list, const char *name)
{
    size_t size = strlen(name);

    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, size) == 0 && (at[size] == ',' || at[size] == '\0'))
            return true;
    }
    return false;
}

/* Larger programs are verified only when they are finished: it takes as long as the passes themselves. */
enum { MOST_VERIFIED = 100000 };

bool unit_dumps(const Unit *unit, const char *name)
{
    return is_asked(unit->options.dump, name);
}

static Program *end_pass(Unit *unit, const char *name, Program *program, bool finished)
{
    const char *wrong = finished || program->nodes.count <= MOST_VERIFIED ? program_verify(program) : NULL;

    if (wrong != NULL) {
        Text text;

        text_init(&text, unit->arena);
        text_printf(&text, "after the pass '%s': %s", name, wrong);
        unit->failure = text_string(&text);
        longjmp(unit->heap.on_failure, 2);
    }
    if (is_asked(unit->options.dump, name)) {
        text_line(&unit->dump, "# after %s", name);
        program_dump(program, &unit->dump);
        text_add(&unit->dump, "\n");
    }
    return program;
}

Program *unit_end_pass(Unit *unit, const char *name, Program *program)
{
    return end_pass(unit, name, program, false);
}

Program *unit_replace(Unit *unit, const char *name, Program *program, Program *next)
{
    if (next != program)
        program_free(program);
    return unit_end_pass(unit, name, next);
}

Program *unit_run_pass(Unit *unit, const char *name, Program *(*pass)(Program *), Program *program)
{
    return unit_replace(unit, name, program, pass(program));
}

/* A simplified copy of the lowered program. */
static Program *begin_program(Unit *unit)
{
    Program *program;

    unit->lowered.program->fast = unit->options.fast;
    program = pass_simplify(unit->lowered.program);
    return unit_end_pass(unit, "simplify", program);
}

Program *unit_outline(Unit *unit, Program *program, size_t wanted_count)
{
    return unit_replace(unit, "outline", program, pass_outline(program, unit->wanted.at, wanted_count));
}

Program *unit_prepare(Unit *unit, size_t wanted_count)
{
    Program *program = begin_program(unit), *simplified;

    if (wanted_count == 0)
        program = unit_run_pass(unit, "unlink", pass_unlink, program);
    program = unit_run_pass(unit, "merge", pass_merge, program);
    simplified = program;
    program = unit_run_pass(unit, "unroll", pass_unroll, program);
    if (program != simplified) {
        program = unit_run_pass(unit, "part", pass_part, program);
        program = unit_run_pass(unit, "simplify", pass_simplify, program);
    }
    program = unit_run_pass(unit, "prune", pass_prune, program);
    program = unit_run_pass(unit, "sink", pass_sink_guards, program);
    return unit_outline(unit, program, wanted_count);
}

Program *unit_finish(Unit *unit, Program *program)
{
    Program *next;

    program = unit_run_pass(unit, "unlink", pass_unlink, program);
    if (unit->options.fast)
        program = unit_run_pass(unit, "share", pass_share_reciprocals, program);
    program = unit_end_pass(unit, "samples", pass_samples(program, NULL));
    next = pass_prune(program);
    if (next != program)
        program_free(program);
    return end_pass(unit, "prune", next, true);
}

Program *unit_refuse(Unit *unit, const NoDerivative *no_derivative, Program *program)
{
    no_derivative_report(no_derivative, &unit->names, &unit->diag);
    program_free(program);
    return NULL;
}

Program *unit_reverse(Unit *unit, Reverse *reverse)
{
    Program *program = unit_prepare(unit, unit->wanted.count);
    Program *next = pass_reverse(program, unit->wanted.at, unit->wanted.count, reverse);

    if (next != program)
        program_free(program);
    if (reverse->no_derivative.found)
        return unit_refuse(unit, &reverse->no_derivative, next);
    return unit_end_pass(unit, "reverse", next);
}

/* ---- the programs of a unit -------------------------------------------------------------------------- */

bool unit_make_value(Unit *unit)
{
    if (unit->value == NULL)
        unit->value = unit_finish(unit, unit_prepare(unit, 0));
    return true;
}

static Program *make_reversed(Unit *unit, bool seeds)
{
    Reverse reverse = { .seeds = seeds };
    Program *program = unit_reverse_bounded(unit, &reverse);

    return program == NULL ? NULL : unit_finish(unit, program);
}

bool unit_make_value_grad(Unit *unit)
{
    if (unit->value_grad == NULL && unit->scalar && unit->wanted.count > 0)
        unit->value_grad = make_reversed(unit, false);
    return unit->diag.errors == 0;
}

bool unit_make_reversed(Unit *unit)
{
    if (unit->reversed == NULL)
        unit->reversed = make_reversed(unit, true);
    return unit->diag.errors == 0;
}

bool unit_make_sweeps(Unit *unit)
{
    Reverse reverse = { .seeds = true };
    Program *program;

    if (unit->sweeps.backward != NULL) /* who prints them forgets the forward sweep first */
        return true;
    program = unit_reverse_bounded(unit, &reverse);
    if (program == NULL)
        return false;
    program = unit_run_pass(unit, "unlink", pass_unlink, program);
    program = unit_end_pass(unit, "samples", pass_samples(program, &reverse.first_adjoint));
    pass_split(program, &reverse, &unit->sweeps);
    program_free(program);
    if (unit->options.fast) {
        unit->sweeps.forward = unit_run_pass(unit, "share", pass_share_reciprocals, unit->sweeps.forward);
        unit->sweeps.backward = unit_run_pass(unit, "share", pass_share_reciprocals, unit->sweeps.backward);
    }
    end_pass(unit, "forward", unit->sweeps.forward, true);
    end_pass(unit, "backward", unit->sweeps.backward, true);
    return true;
}

void unit_forget(Program **program)
{
    if (*program != NULL)
        program_free(*program);
    *program = NULL;
}

/* ---- opening ----------------------------------------------------------------------------------------- */

static Span whole_file(const Unit *unit)
{
    return (Span){ 0, unit->source.size > 0 };
}

SymId unit_find_declared(const Unit *unit, const char *name, size_t size)
{
    Name sought;

    if (!names_have(&unit->names, name, size, &sought))
        return NO_ID;
    for (size_t i = 0; i < unit->lowered.declared.count; i++)
        if (unit->lowered.program->symbols.at[unit->lowered.declared.at[i].symbol].name == sought)
            return unit->lowered.declared.at[i].symbol;
    return NO_ID;
}

static bool is_wanted(Unit *unit, SymId symbol)
{
    const Symbol *s = &unit->lowered.program->symbols.at[symbol];

    if (unit->options.wanted == NULL)
        return s->role == SYM_PARAM;
    for (size_t i = 0; i < unit->options.wanted_count; i++)
        if (strcmp(unit->options.wanted[i], names_text(&unit->names, s->name)) == 0)
            return true;
    return false;
}

static void check_wanted_names(Unit *unit)
{
    for (size_t i = 0; i < unit->options.wanted_count; i++) {
        const char *name = unit->options.wanted[i];
        SymId symbol = unit_find_declared(unit, name, strlen(name));

        if (symbol == NO_ID)
            diag_error(&unit->diag, whole_file(unit), "--wrt: '%s' is not a param or input of this model", name);
        else if (unit->lowered.program->symbols.at[symbol].role == SYM_DATA)
            diag_error(&unit->diag, unit->lowered.program->symbols.at[symbol].at,
                       "--wrt: '%s' is data; there is no gradient by the values of single samples", name);
        else if (unit->lowered.program->symbols.at[symbol].role == SYM_INTEGER)
            diag_error(&unit->diag, unit->lowered.program->symbols.at[symbol].at,
                       "--wrt: '%s' is an integer input; nothing varies with it continuously", name);
    }
}

static void choose_wanted(Unit *unit)
{
    unit->wanted_is_params = true;
    for (size_t i = 0; i < unit->lowered.declared.count; i++) {
        SymId symbol = unit->lowered.declared.at[i].symbol;
        bool wanted = is_wanted(unit, symbol);

        if (wanted)
            vec_push(unit->arena, &unit->wanted, symbol);
        if (wanted != (unit->lowered.program->symbols.at[symbol].role == SYM_PARAM))
            unit->wanted_is_params = false;
    }
}

static const Rational *keep(Unit *unit, SymId symbol, const Rational *values)
{
    const Symbol *s = &unit->lowered.program->symbols.at[symbol];
    size_t count = 1;
    Rational *kept;

    for (unsigned k = 0; k < s->rank; k++)
        count *= (size_t)s->extents[k];
    kept = values == NULL ? NULL : arena_array(unit->arena, Rational, count);
    for (size_t i = 0; values != NULL && i < count; i++)
        kept[i] = rational_copy(unit->arena, values[i]);
    return kept;
}

/* Tables and defaults that lie in the checked model get a place that outlives it. */
static void keep_constants(Unit *unit)
{
    Program *program = unit->lowered.program;

    for (SymId s = 0; s < program->symbols.count; s++)
        program->symbols.at[s].values = keep(unit, s, program->symbols.at[s].values);
    for (size_t i = 0; i < unit->lowered.declared.count; i++)
        unit->lowered.declared.at[i].defaults =
            keep(unit, unit->lowered.declared.at[i].symbol, unit->lowered.declared.at[i].defaults);
}

void unit_forget_model(Unit *unit)
{
    if (unit->front != NULL)
        heap_release(&unit->heap, unit->front);
    unit->front = NULL;
    unit->ast = (Ast){ 0 };
    unit->model = (CheckedModel){ 0 };
}

static bool is_scalar_model(const Program *program)
{
    return program->outputs.count == 1 && program->symbols.at[program->outputs.at[0]].rank == 0;
}

static bool lower(Unit *unit)
{
    lower_model(&unit->lowered, unit->arena, &unit->model, unit->options.samples, &unit->diag, &unit->heap);
    if (unit->diag.errors > 0)
        return false;
    unit_end_pass(unit, "lower", unit->lowered.program);
    keep_constants(unit);
    return true;
}

void unit_set_samples(Unit *unit, int32_t samples)
{
    if (unit->lowered.program->samples == 0 || unit->options.samples == samples)
        return;
    program_free(unit->lowered.program);
    unit->options.samples = samples;
    (void)lower(unit);
}

/* Source text up to the first error-free program; what fails leaves its messages in unit->diag. */
static void open_model(Unit *unit)
{
    Span at;

    unit->front = heap_arena(&unit->heap);
    ast_init(&unit->ast, unit->front, &unit->names, &unit->source);
    ast_parse(&unit->ast, &unit->diag);
    if (unit->diag.errors > 0)
        return;
    sema_check(&unit->model, unit->front, &unit->ast, unit->options.overrides, unit->options.override_count, &unit->diag);
    if (unit->diag.errors > 0)
        return;
    if (!lower(unit))
        return;
    if (!pass_samples_check(unit->lowered.program, &at))
        diag_error(&unit->diag, at, "every turn of the loop around this needs all samples once more, which is not compiled");
    check_wanted_names(unit);
    choose_wanted(unit);
    unit->scalar = is_scalar_model(unit->lowered.program);
}

bool unit_open(Unit *unit, const char *source_name, const char *text, size_t size)
{
    unit->source = (Source){ source_name, text, (uint32_t)size };
    diag_init(&unit->diag, unit->arena, &unit->source);
    if (size > INT32_MAX - 2) { /* Flex adds two bytes */
        unit->source.size = 0;
        diag_error(&unit->diag, (Span){ 0, 0 }, "the file is larger than 2 GB");
        return false;
    }
    open_model(unit);
    return unit->diag.errors == 0;
}

void unit_init(Unit *unit, const Options *options)
{
    *unit = (Unit){ .options = *options };
}

bool unit_run(Unit *unit, UnitWork *work, void *context)
{
    switch (setjmp(unit->heap.on_failure)) {
    case 0:
        unit->arena = heap_arena(&unit->heap);
        names_init(&unit->names, unit->arena);
        text_init(&unit->dump, unit->arena);
        work(unit, context);
        return true;
    case 1:
        unit->failure = "memory ran out";
        return false;
    default: /* end_pass has said what */
        return false;
    }
}

void unit_close(Unit *unit)
{
    heap_free(&unit->heap);
}
