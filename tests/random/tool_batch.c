/* tool_batch.c -- random models as C, many in one file, with what the evaluator gives: tool_batch FIRST MODELS SIZES BYTES > batch.c
 *
 * The program calls every emitted function at one point and compares each number with the evaluator's, and runs the self-tests.
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

enum { TRIES = 12 };

typedef struct {
    uint64_t seed;
    unsigned sizes;
    size_t most_bytes;
    const char *name;
    CModel m;
    CFunction functions[FUNCTION_COUNT];
    Sample sample;
    Unit *unit;
    bool printed;
} Job;

static const FunctionId asked[] = { FUNCTION_VALUE, FUNCTION_VALUE_GRAD, FUNCTION_VJP, FUNCTION_FORWARD, FUNCTION_BACKWARD, FUNCTION_JVP,
                                    FUNCTION_HVP };

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
            memcpy(symbol->values, e.reals[symbol->symbol], symbol->count * sizeof *symbol->values);
        }
        c_sample_fill(&job->sample, &job->m, &e);
        eval_run(&e);
        if (is_finite(&e))
            return;
    }
}

/* ---- the program ---------------------------------------------------------------------------------------- */

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
        print_given(&job->sample, &e, parts[i], parts[i] == PART_SAMPLES ? (uint64_t)job->unit->lowered.program->samples : 1);
        printf("    memcpy(&%s, given_%s, sizeof %s);\n", name, name, name);
    }
    for (uint64_t i = 0; !job->m.scalar && (job->m.parts >> PART_SEED & 1) != 0 && i < c_model_reals(&job->m, PART_SEED); i++)
        printf("    ((double *)&seed)[%llu] = %a;\n", (unsigned long long)i, c_sample_seed(&job->m, i));
    for (uint64_t i = 0; (job->m.parts >> PART_DIRECTION & 1) != 0 && i < c_model_reals(&job->m, PART_DIRECTION); i++)
        printf("    ((double *)&direction)[%llu] = %a;\n", (unsigned long long)i, c_sample_direction(i));
}

static void print_expected(const Job *job, const CFunction *function, const Evaluation *e, Part part)
{
    const Program *p = e->program;
    const SymId *symbols = part == PART_OUTPUTS ? p->outputs.at : part == PART_GRAD ? p->gradients.at : p->derivatives.at;
    size_t count = part == PART_OUTPUTS ? p->outputs.count : part == PART_GRAD ? p->gradients.count : p->derivatives.count, all = 0;
    bool returned = part == PART_OUTPUTS && job->m.scalar;

    printf("    {\n        static const double expected[] = {");
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < eval_elements(p, symbols[k]); i++, all++)
            printf("%a,", e->reals[symbols[k]][i]);
    printf("};\n        compare(\"%s\", \"%s: %s\", (const double *)&%s, expected, %zu);\n    }\n", job->name, function->name,
           c_argument_names[part], returned ? "value" : c_argument_names[part], all);
}

/* Both sweeps together give what vjp gives. */
static FunctionId evaluated(FunctionId id)
{
    return id == FUNCTION_BACKWARD ? FUNCTION_VJP : id == FUNCTION_FORWARD ? FUNCTION_VALUE : id;
}

static void print_call(Job *job, FunctionId id)
{
    const CFunction *function = &job->functions[id];
    Evaluation e;
    Text call;

    if (!function->made || !function_rows[evaluated(id)].make(job->unit))
        return;
    eval_init(&e, job->unit->arena, *function_program(job->unit, evaluated(id)));
    c_sample_fill(&job->sample, &job->m, &e);
    eval_run(&e);
    text_init(&call, job->unit->arena);
    c_sample_call(&job->m, function, &call);
    for (unsigned part = PART_OUTPUTS; part < PART_WORK; part++)
        if (c_function_has(function, (Part)part))
            printf("    memset(&%s, 0x7f, sizeof %s);\n", c_argument_names[part], c_argument_names[part]);
    printf("    %s%s;\n", function->returns ? "value = " : "", text_string(&call));
    if (function->returns)
        print_expected(job, function, &e, PART_OUTPUTS);
    for (unsigned part = PART_OUTPUTS; part < PART_WORK; part++)
        if (c_function_has(function, (Part)part))
            print_expected(job, function, &e, (Part)part);
}

static void print_runner(Job *job)
{
    Text declarations;

    text_init(&declarations, job->unit->arena);
    c_sample_declare(&job->m, job->m.parts, &declarations);
    printf("\nstatic void run_%s(void)\n{\n%s", job->name, text_string(&declarations));
    if (job->m.scalar)
        printf("    double value = 0;\n\n    (void)value;\n");
    choose_point(job);
    print_vectors(job);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        print_call(job, asked[i]);
    printf("    tested(\"%s\", %s_selftest());\n}\n\n", job->name, job->name);
}

/* ---- models --------------------------------------------------------------------------------------------- */

/* What has a derivative that the language does not know is emitted as a value only. */
static void ask(Unit *unit)
{
    bool derivatives = unit->wanted.count > 0 && unit_make_reversed(unit) && unit_make_jvp(unit) && unit_make_hvp(unit);

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (asked[i] == FUNCTION_VALUE || (derivatives && (unit->scalar || asked[i] != FUNCTION_VALUE_GRAD)))
            unit->options.functions |= 1u << asked[i];
}

static void work(Unit *unit, void *context)
{
    Job *job = context;
    Emitted out;
    Text model, again;

    job->unit = unit;
    text_init(&model, unit->arena);
    piece_print(generate_model(unit->arena, job->seed, 1 + (unsigned)(job->seed % job->sizes), NULL), &model);
    if (!unit_open(unit, job->name, text_string(&model), model.size))
        return;
    ask(unit);
    if (unit->diag.errors > 0)
        return;
    text_init(&out.main, unit->arena);
    text_init(&out.header, unit->arena);
    text_init(&out.tables, unit->arena);
    text_init(&again, unit->arena);
    if (!emit_c.emit(unit, &out) || out.main.size > job->most_bytes ||
        !c_functions_make(&job->m, unit, unit->arena, job->functions, &job->sample, &again))
        return;
    printf("/* model %s\n%s*/\n%s\n%s\n", job->name, text_string(&model), text_string(&out.header), text_string(&out.main));
    if (program_has(unit->lowered.program, OP_CALL))
        printf("\nstatic void run_%s(void)\n{\n    tested(\"%s\", %s_selftest());\n}\n\n", job->name, job->name, job->name);
    else
        print_runner(job);
    job->printed = true;
}

static bool print_model(uint64_t seed, unsigned sizes, size_t most_bytes)
{
    char name[24];
    Options options = options_default();
    Job job = { .seed = seed, .sizes = sizes, .most_bytes = most_bytes, .name = name };
    Unit unit;

    (void)snprintf(name, sizeof name, "m%llu", (unsigned long long)seed);
    options.prefix = name;
    options.header_name = options.tables_name = "";
    options.include_runtime = true;
    unit_init(&unit, &options);
    (void)unit_run(&unit, work, &job); /* what fails there, differential.c reports */
    unit_close(&unit);
    return job.printed;
}

int main(int argc, char **argv)
{
    uint64_t first = argc == 5 ? strtoull(argv[1], NULL, 10) : 1;
    unsigned models = argc == 5 ? (unsigned)atoi(argv[2]) : 0;
    unsigned count = 0;
    bool *printed = calloc(models + 1, sizeof *printed);

    if (printed == NULL)
        return 70;
    printf("#define BPGEN_SELFTEST\n#include \"batch_driver.h\"\n\n");
    for (unsigned k = 0; k < models; k++)
        printed[k] = print_model(first + k, (unsigned)atoi(argv[3]), (size_t)strtoull(argv[4], NULL, 10));
    printf("int main(void)\n{\n");
    for (unsigned k = 0; k < models; k++)
        if (printed[k] && ++count > 0)
            printf("    run_m%llu();\n", (unsigned long long)(first + k));
    printf("    printf(\"%u models, %%lu numbers, %%lu wrong, %%u self-tests failed\\n\", compared, wrong, failed);\n"
           "    return wrong + failed > 0;\n}\n", count);
    free(printed);
    return 0;
}
