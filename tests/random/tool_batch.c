/* tool_batch.c -- random models as C, many in one file, with what they should give: tool_batch FIRST MODELS SIZES BYTES KIND > batch.c
 *
 * The program calls every emitted function at one point, compares each number, and runs the self-tests. KIND is
 *   plain        one output after the other: values, gradients, products, bit for bit what the evaluator gives
 *   matrices     Jacobians and Hessians, dense and sparse, several directions, a triangle: likewise
 *   checkpoints  --tape-limit, where it cuts a loop (with longer extents): bit for bit what the evaluator gives without it
 *   float        --real=float: within the running error bounds of floats of what MPFR gives
 *   bounds       likewise in double, however the compiler contracts and rounds
 * Models have up to SIZES statements besides declarations; what becomes more than BYTES of C is left out. C functions of the
 * user's cannot be evaluated: of models that call them the self-test is all.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit/c_sample.h"
#include "eval/point.h"
#include "tests/support/generate.h"
#include "tests/support/given.h"
#include "tests/support/oracle.h"

enum { TRIES = 12, MOST_MEASURED = 50000, SMALL_TAPE = 16 };

typedef enum { PLAIN, MATRICES, CHECKPOINTS, FLOAT, BOUNDS, KIND_COUNT } Kind;

static const char *const kind_names[KIND_COUNT] = { "plain", "matrices", "checkpoints", "float", "bounds" };

typedef struct {
    Kind kind;
    uint64_t seed;
    unsigned sizes;
    size_t most_bytes;
    const char *name;
    Text model;
    CModel m;
    CFunction functions[FUNCTION_COUNT];
    Sample sample;
    Unit *unit;
    Unit *reference; /* whose programs are evaluated: the same, or without --tape-limit */
    bool printed;
} Job;

typedef struct {
    unsigned count;
    FunctionId ids[8];
} Asked;

static const Asked asked[KIND_COUNT] = {
    [PLAIN] = { 7, { FUNCTION_VALUE, FUNCTION_VALUE_GRAD, FUNCTION_VJP, FUNCTION_FORWARD, FUNCTION_BACKWARD, FUNCTION_JVP, FUNCTION_HVP } },
    [MATRICES] = { 8, { FUNCTION_VALUE_GRAD, FUNCTION_VJP, FUNCTION_JVP, FUNCTION_JACOBIAN, FUNCTION_HVP, FUNCTION_HESSIAN,
                        FUNCTION_JACOBIAN_SPARSE, FUNCTION_HESSIAN_SPARSE } },
    [CHECKPOINTS] = { 6, { FUNCTION_VALUE, FUNCTION_VALUE_GRAD, FUNCTION_VJP, FUNCTION_FORWARD, FUNCTION_BACKWARD, FUNCTION_HVP } },
    [FLOAT] = { 6, { FUNCTION_VALUE, FUNCTION_VALUE_GRAD, FUNCTION_FORWARD, FUNCTION_BACKWARD, FUNCTION_JVP, FUNCTION_HVP } },
    [BOUNDS] = { 6, { FUNCTION_VALUE, FUNCTION_VALUE_GRAD, FUNCTION_FORWARD, FUNCTION_BACKWARD, FUNCTION_JVP, FUNCTION_HVP } },
};

extern const Emitter emit_c;

/* ---- the point ------------------------------------------------------------------------------------------ */

static bool is_finite(const Evaluation *e)
{
    for (size_t k = 0; k < e->program->outputs.count; k++)
        for (size_t i = 0; i < eval_elements(e->program, e->program->outputs.at[k]); i++)
            if (!isfinite(e->reals[e->program->outputs.at[k]][i]))
                return false;
    return true;
}

/* Values go where c_sample_fill takes them from. A point where the value is not finite is one, too. */
static void choose_point(Job *job)
{
    Random random = { job->seed };
    Evaluation e;

    unit_make_value(job->unit);
    eval_init(&e, job->unit->arena, job->unit->value);
    for (unsigned tries = 0; tries < TRIES; tries++) {
        for (size_t k = 0; k < job->sample.symbols.count; k++) {
            SampleSymbol *symbol = &job->sample.symbols.at[k];

            if (symbol->part == PART_INDEX)
                continue;
            symbol->spelled = true;
            symbol->values = arena_array(job->unit->arena, double, symbol->count);
            point_sample(&e, &job->unit->lowered.declared.at[k], &random);
            for (uint64_t i = 0; i < symbol->count; i++) {
                double given = e.reals[symbol->symbol][i];

                symbol->values[i] = job->m.is_float ? (double)(float)given : given;
            }
        }
        c_sample_fill(&job->sample, &job->m, &e);
        eval_run(&e);
        if (is_finite(&e))
            return;
    }
}

/* ---- the program ---------------------------------------------------------------------------------------- */

static bool has(const Job *job, Part part)
{
    return (job->m.parts >> part & 1) != 0;
}

static size_t batch_of(const Job *job, Part part)
{
    return part != PART_SAMPLES && c_model_is_batch(&job->m, part) ? (size_t)job->m.unit->options.directions : 1;
}

static void print_vectors(const Job *job)
{
    static const Part parts[] = { PART_PARAMS, PART_INPUTS, PART_INDEX, PART_SAMPLES };
    Evaluation e;

    eval_init(&e, job->unit->arena, job->unit->value);
    c_sample_fill(&job->sample, &job->m, &e);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *name = c_argument_names[parts[i]];

        if (!c_model_has(&job->m, parts[i]))
            continue;
        print_given(job->m.real, &job->sample, &e, parts[i], parts[i] == PART_SAMPLES ? (uint64_t)job->unit->lowered.program->samples : 1);
        printf("    memcpy(&%s, given_%s, sizeof %s);\n", name, name, name);
    }
    for (uint64_t i = 0; !job->m.scalar && has(job, PART_SEED) && i < c_model_reals(&job->m, PART_SEED); i++)
        printf("    ((%s *)&seed)[%llu] = %a;\n", job->m.real, (unsigned long long)i, c_sample_seed(&job->m, i));
    for (uint64_t i = 0; has(job, PART_DIRECTION) && i < batch_of(job, PART_DIRECTION) * c_model_reals(&job->m, PART_DIRECTION); i++)
        printf("    ((%s *)&direction)[%llu] = %a;\n", job->m.real, (unsigned long long)i, c_sample_direction(i));
}

/* What is expected of one result: the evaluator's numbers, or those of MPFR with bounds, which are -1 where there are none. */
typedef struct {
    Job *job;
    const CFunction *function;
    const Evaluation *e;
    Oracle *exact; /* or NULL */
} Expected;

static void print_number(double x)
{
    if (isfinite(x))
        printf("%a,", x);
    else
        printf(isnan(x) ? "NAN," : x > 0 ? "INFINITY," : "-INFINITY,");
}

static void print_exact(const Oracle *o, SymId symbol, size_t i)
{
    double exact = mpfr_get_d(oracle_elements(o, symbol)[i], MPFR_RNDN);

    printf("%a,", isfinite(exact) ? exact : 0);
}

static void print_bound(const Oracle *o, SymId symbol, size_t i)
{
    double exact = mpfr_get_d(oracle_elements(o, symbol)[i], MPFR_RNDN), bound = oracle_bounds(o, symbol)[i];

    printf("%a,", isfinite(exact) && isfinite(bound) && !oracle_undecided(o) ? bound + ldexp(fabs(exact), -52) : -1);
}

/* Several directions: the last dimension of a symbol, one struct behind the other in C. */
static size_t print_elements(const Expected *x, Part part, bool bounds)
{
    const Program *p = x->e->program;
    const SymId *symbols = part == PART_OUTPUTS ? p->outputs.at : part == PART_GRAD ? p->gradients.at : p->derivatives.at;
    size_t count = part == PART_OUTPUTS ? p->outputs.count : part == PART_GRAD ? p->gradients.count : p->derivatives.count, all = 0;
    size_t batch = batch_of(x->job, part);

    for (size_t b = 0; b < batch; b++)
        for (size_t k = 0; k < count; k++)
            for (size_t i = b; i < eval_elements(p, symbols[k]); i += batch, all++) {
                if (bounds)
                    print_bound(x->exact, symbols[k], i);
                else if (x->exact != NULL)
                    print_exact(x->exact, symbols[k], i);
                else
                    print_number(x->e->reals[symbols[k]][i]);
            }
    return all;
}

static void print_expected(const Expected *x, Part part)
{
    const char *what = part == PART_OUTPUTS && x->job->m.scalar ? "value" : c_argument_names[part];
    size_t count;

    printf("    {\n        static const double expected[] = {");
    count = print_elements(x, part, false);
    if (x->exact != NULL) {
        printf("};\n        static const double bounds[] = {");
        (void)print_elements(x, part, true);
    }
    printf("};\n        compare%s(\"%s\", \"%s: %s\", (const %s *)&%s, expected, %s%zu);\n    }\n",
           x->exact == NULL ? "" : x->job->m.is_float ? "_floats" : "_doubles", x->job->name, x->function->name, what, x->job->m.real, what,
           x->exact != NULL ? "bounds, " : "", count);
}

/* False: it would take too long. */
static bool measure(Expected *x)
{
    if (eval_work(x->e->program) + x->e->program->nodes.count > MOST_MEASURED)
        return false;
    x->exact = oracle_new(x->e->program, x->e->arena, ORACLE_VALUE_BITS);
    oracle_measure(x->exact, x->job->kind == FLOAT ? oracle_float : oracle_double);
    oracle_set_point(x->exact, x->e);
    oracle_run(x->exact);
    return true;
}

/* Both sweeps together give what vjp gives. */
static FunctionId evaluated(FunctionId id)
{
    return id == FUNCTION_BACKWARD ? FUNCTION_VJP : id == FUNCTION_FORWARD ? FUNCTION_VALUE : id;
}

/* Floats, and what is contracted. And a backward sweep of its own over samples, which may begin an element with another term than vjp. */
static bool is_bounded(const Job *job, FunctionId id)
{
    return job->kind == FLOAT || job->kind == BOUNDS || (id == FUNCTION_BACKWARD && c_model_has(&job->m, PART_SAMPLES));
}

static void print_call(Job *job, FunctionId id)
{
    const CFunction *function = &job->functions[id];
    Expected x = { .job = job, .function = function };
    Evaluation e;
    Text call;

    if (!function->made || !function_rows[evaluated(id)].make(job->reference))
        return;
    eval_init(&e, job->reference->arena, *function_program(job->reference, evaluated(id)));
    c_sample_fill(&job->sample, &job->m, &e);
    eval_run(&e);
    x.e = &e;
    if (is_bounded(job, id) && !measure(&x))
        return;
    text_init(&call, job->unit->arena);
    c_sample_call(&job->m, function, &call);
    for (unsigned part = PART_OUTPUTS; part < PART_WORK; part++)
        if (c_function_has(function, (Part)part))
            printf("    memset(&%s, %s, sizeof %s);\n", c_argument_names[part],
                   part == PART_HESSIAN && job->m.unit->options.lower_triangle ? "0" : "0x7f", c_argument_names[part]);
    printf("    %s%s;\n", function->returns ? "value = " : "", text_string(&call));
    if (function->returns)
        print_expected(&x, PART_OUTPUTS);
    for (unsigned part = PART_OUTPUTS; part < PART_WORK; part++)
        if (c_function_has(function, (Part)part))
            print_expected(&x, (Part)part);
}

static void print_runner(Job *job)
{
    Text declarations;

    text_init(&declarations, job->unit->arena);
    c_sample_declare(&job->m, job->m.parts, &declarations);
    printf("\nstatic void run_%s(void)\n{\n%s", job->name, text_string(&declarations));
    if (job->m.scalar)
        printf("    %s value = 0;\n\n    (void)value;\n", job->m.real);
    choose_point(job);
    print_vectors(job);
    for (size_t i = 0; i < asked[job->kind].count; i++)
        print_call(job, asked[job->kind].ids[i]);
    printf("    tested(\"%s\", %s_selftest());\n}\n\n", job->name, job->name);
}

/* ---- models --------------------------------------------------------------------------------------------- */

/* What a model has: without derivatives that the language does not know, and matrices without an entry. */
static void ask(Job *job, Unit *unit)
{
    bool derivatives = unit->wanted.count > 0 && unit_make_reversed(unit) && unit_make_jvp(unit) && unit_make_hvp(unit);

    for (size_t i = 0; i < asked[job->kind].count; i++) {
        FunctionId id = asked[job->kind].ids[i];

        if (job->kind == CHECKPOINTS && id == FUNCTION_HVP && job->seed % 4 != 0) /* large, and the first derivative is in it */
            continue;
        if (id == FUNCTION_VALUE || (derivatives && (unit->scalar || id != FUNCTION_VALUE_GRAD) && function_rows[id].make(unit)))
            unit->options.functions |= 1u << id;
    }
    if (unit->options.functions == 0)
        unit->options.functions = 1u << FUNCTION_VALUE;
    unit->diag.errors = 0;
}

static void reference_work(Unit *unit, void *context)
{
    Job *job = context;

    job->reference = unit;
    if (unit_open(unit, job->name, text_string(&job->model), job->model.size))
        print_runner(job);
}

/* The program of the run, from the same model without --tape-limit. */
static void print_without_limit(Job *job)
{
    Options options = job->unit->options;
    Unit unit;

    options.tape_limit = NO_TAPE_LIMIT;
    unit_init(&unit, &options);
    if (!unit_run(&unit, reference_work, job))
        printf("#error %s\n", unit.failure);
    unit_close(&unit);
}

static bool emit(Job *job, Emitted *out)
{
    Unit *unit = job->unit;
    Text again;

    text_init(&out->main, unit->arena);
    text_init(&out->header, unit->arena);
    text_init(&out->tables, unit->arena);
    text_init(&again, unit->arena);
    return emit_c.emit(unit, out) && out->main.size <= job->most_bytes && (job->kind != CHECKPOINTS || unit->cuts.count > 0) &&
           c_functions_make(&job->m, unit, unit->arena, job->functions, &job->sample, &again);
}

/* Most loops are too short to be cut. Models that have the extents that they have for good reasons are no models then. */
static void lengthen(const Job *job, Unit *unit)
{
    static const ConstOverride extents[] = { { "n", "8" }, { "m", "7" }, { "q", "9" } };

    unit->options.overrides = extents;
    for (size_t k = 0; k < sizeof extents / sizeof *extents; k++)
        unit->options.override_count += strstr(text_string(&job->model), text_formatted(unit->arena, "const %s = ", extents[k].name)) != NULL;
}

static void work(Unit *unit, void *context)
{
    Job *job = context;
    Emitted out;
    bool calls;

    job->unit = job->reference = unit;
    text_init(&job->model, unit->arena);
    piece_print(generate_model(unit->arena, job->seed, 1 + (unsigned)(job->seed % job->sizes), NULL), &job->model);
    if (job->kind == CHECKPOINTS)
        lengthen(job, unit);
    if (!unit_open(unit, job->name, text_string(&job->model), job->model.size))
        return;
    calls = program_has(unit->lowered.program, OP_CALL);
    if (calls && job->kind != PLAIN && job->kind != MATRICES)
        return;
    ask(job, unit);
    if (!emit(job, &out))
        return;
    printf("/* model %s\n%s*/\n%s\n%s\n%s\n", job->name, text_string(&job->model), text_string(&out.header), text_string(&out.tables),
           text_string(&out.main));
    if (calls)
        printf("\nstatic void run_%s(void)\n{\n    tested(\"%s\", %s_selftest());\n}\n\n", job->name, job->name, job->name);
    else if (job->kind == CHECKPOINTS)
        print_without_limit(job);
    else
        print_runner(job);
    job->printed = true;
}

static void choose_options(const Job *job, Options *options)
{
    uint64_t which = job->seed / 7;

    options->prefix = job->name;
    options->header_name = options->tables_name = "";
    options->include_runtime = true;
    if (job->kind == FLOAT)
        options->real = REAL_FLOAT;
    if (job->kind == CHECKPOINTS)
        options->tape_limit = SMALL_TAPE;
    if (job->kind != MATRICES)
        return;
    options->directions = which % 3 == 0 ? 2 : 0;
    options->lower_triangle = which % 4 == 0;
    options->mode = which % 5 == 0 ? MODE_FORWARD : which % 5 == 1 ? MODE_REVERSE : MODE_CHEAPER;
}

static bool print_model(Job job)
{
    char name[24];
    Options options = options_default();
    Unit unit;

    (void)snprintf(name, sizeof name, "m%llu", (unsigned long long)job.seed);
    job.name = name;
    choose_options(&job, &options);
    unit_init(&unit, &options);
    (void)unit_run(&unit, work, &job); /* what fails there, differential.c reports */
    unit_close(&unit);
    mpfr_free_cache();
    return job.printed;
}

int main(int argc, char **argv)
{
    uint64_t first = argc == 6 ? strtoull(argv[1], NULL, 10) : 1;
    unsigned models = argc == 6 ? (unsigned)atoi(argv[2]) : 0, count = 0;
    bool *printed = calloc(models + 1, sizeof *printed);
    Job job = { .sizes = models > 0 ? (unsigned)atoi(argv[3]) : 1, .most_bytes = models > 0 ? (size_t)strtoull(argv[4], NULL, 10) : 0 };

    while (models > 0 && strcmp(argv[5], kind_names[job.kind]) != 0)
        if (++job.kind == KIND_COUNT)
            return 2;
    if (printed == NULL)
        return 70;
    printf("#define BPGEN_SELFTEST\n#include \"batch_driver.h\"\n\n");
    for (unsigned k = 0; k < models; k++) {
        job.seed = first + k;
        printed[k] = print_model(job);
    }
    printf("int main(void)\n{\n");
    for (unsigned k = 0; k < models; k++)
        if (printed[k] && ++count > 0)
            printf("    run_m%llu();\n", (unsigned long long)(first + k));
    printf("    return summary(%u);\n}\n", count);
    free(printed);
    return 0;
}
