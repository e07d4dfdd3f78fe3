/* tool_functions.c -- a driver that compares every emitted function with the evaluator:
 *
 *     tool_functions MODEL.expr POINTS OPTIONS > driver.c      (of bpgen MODEL.expr --name m OPTIONS -o m.c)
 *     OPTIONS: functions=LIST float directions=K lower-triangle mode=reverse
 *
 * What `bpgen eval` prints for a kind of derivative is the same evaluation of the same program. Of long results some thousand
 * elements are compared. The driver prints the worst gap as a fraction of the tolerance, or the first elements that are wrong.
 */
#include "emit/c_sample.h"
#include "eval/point.h"
#include "tests/support/given.h"
#include "tool_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 60, MOST_COMPARED = 3000 };

typedef struct {
    const char *model;
    unsigned points;
    int code;
    CModel m;
    CFunction functions[FUNCTION_COUNT];
    Sample sample;
    Evaluation runs[FUNCTION_COUNT];
    Random random;
    Unit *unit;
} Job;

/* ---- points ------------------------------------------------------------------------------------------ */

static bool outputs_are_finite(const Evaluation *e)
{
    const Program *p = e->program;

    for (size_t k = 0; k < p->outputs.count; k++)
        for (size_t i = 0; i < eval_elements(p, p->outputs.at[k]); i++)
            if (!isfinite(e->reals[p->outputs.at[k]][i]))
                return false;
    return true;
}

static double as_held(const Job *job, double value)
{
    volatile float held = (float)value;

    return job->m.is_float ? (double)held : value;
}

/* Values of the declared symbols go where c_sample_fill takes them from. */
static void choose(Job *job, bool positive)
{
    Evaluation *e = &job->runs[FUNCTION_VALUE];

    for (size_t k = 0; k < job->sample.symbols.count; k++) {
        SampleSymbol *symbol = &job->sample.symbols.at[k];
        const Declared *d = &job->unit->lowered.declared.at[k];

        if (symbol->part == PART_INDEX)
            continue;
        symbol->spelled = true;
        if (symbol->values == NULL)
            symbol->values = arena_array(job->unit->arena, double, symbol->count);
        point_sample(e, d, &job->random);
        for (uint64_t i = 0; i < symbol->count; i++) {
            double x = e->reals[symbol->symbol][i];

            symbol->values[i] = as_held(job, positive && !d->has_range ? 0.2 + 1.2 * x * x : x);
        }
    }
}

static bool find_point(Job *job)
{
    for (unsigned tries = 0; tries < TRIES; tries++) {
        choose(job, tries > TRIES / 2);
        c_sample_fill(&job->sample, &job->m, &job->runs[FUNCTION_VALUE]);
        eval_run(&job->runs[FUNCTION_VALUE]);
        if (outputs_are_finite(&job->runs[FUNCTION_VALUE]))
            return true;
    }
    return false;
}

/* ---- the driver -------------------------------------------------------------------------------------- */

static void print_arguments(const Job *job)
{
    static const Part parts[] = { PART_PARAMS, PART_INPUTS, PART_INDEX, PART_SAMPLES };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *name = c_argument_names[parts[i]];

        if (!c_model_has(&job->m, parts[i]))
            continue;
        print_given("double", &job->sample, &job->runs[FUNCTION_VALUE], parts[i],
                    parts[i] == PART_SAMPLES ? (uint64_t)job->unit->lowered.program->samples : 1);
        if (parts[i] == PART_INDEX)
            printf("    memcpy(&%s, given_%s, sizeof %s);\n", name, name, name);
        else
            printf("    fill((REAL *)&%s, given_%s, sizeof given_%s / sizeof(double));\n", name, name, name);
    }
}

/* Results of a program in the order of their struct, copies one behind the other. */
static const SymId *symbols_of(const Program *p, Part part, size_t *count)
{
    *count = part == PART_OUTPUTS ? p->outputs.count : part == PART_GRAD ? p->gradients.count : p->derivatives.count;
    return part == PART_OUTPUTS ? p->outputs.at : part == PART_GRAD ? p->gradients.at : p->derivatives.at;
}

static double element_at(const Evaluation *e, const SymId *symbols, size_t count, uint64_t batch, uint64_t one, uint64_t place)
{
    uint64_t b = place / one, i = place % one;

    for (size_t k = 0; k < count; k++) {
        uint64_t elements = eval_elements(e->program, symbols[k]) / batch;

        if (i < elements)
            return e->reals[symbols[k]][i * batch + b];
        i -= elements;
    }
    return 0;
}

/* Both sweeps together give what vjp gives. */
static FunctionId evaluated(FunctionId id)
{
    return id == FUNCTION_BACKWARD ? FUNCTION_VJP : id;
}

static void print_result(const Job *job, FunctionId id, Part part)
{
    const Evaluation *e = &job->runs[evaluated(id)];
    uint64_t batch = c_model_is_batch(&job->m, part) ? (uint64_t)job->unit->options.directions : 1, all = 0, stride;
    size_t count;
    const SymId *symbols = symbols_of(e->program, part, &count);
    bool returned = part == PART_OUTPUTS && job->m.scalar;

    for (size_t k = 0; k < count; k++)
        all += eval_elements(e->program, symbols[k]);
    stride = (all + MOST_COMPARED - 1) / MOST_COMPARED;
    printf("    {\n        static const double expected[] = {");
    for (uint64_t i = 0; i < all; i += stride)
        printf("%a,", element_at(e, symbols, count, batch, all / batch, i + (i / stride * 7 % stride) < all ? i + (i / stride * 7 % stride) : i));
    printf("};\n        bad += differs(\"%s: %s\", (const REAL *)%s%s, expected, %llu, %llu);\n    }\n", job->functions[id].name,
           returned ? "value" : c_argument_names[part],
           part == PART_JACOBIAN || part == PART_HESSIAN || c_model_is_batch(&job->m, part) ? "" : "&",
           returned ? "value" : c_argument_names[part], (unsigned long long)all, (unsigned long long)stride);
}

static void print_function(Job *job, FunctionId id)
{
    const CFunction *function = &job->functions[id];
    Text call;

    text_init(&call, job->unit->arena);
    c_sample_call(&job->m, function, &call);
    for (unsigned part = PART_OUTPUTS; part < PART_WORK; part++)
        if (c_function_has(function, (Part)part))
            printf("    memset(&%s, 0x7f, sizeof %s);\n", c_argument_names[part], c_argument_names[part]);
    printf("    %s%s;\n", function->returns ? "value = " : "", text_string(&call));
    if (function->returns)
        print_result(job, id, PART_OUTPUTS);
    for (unsigned part = PART_OUTPUTS; part < PART_WORK; part++)
        if (c_function_has(function, (Part)part))
            print_result(job, id, (Part)part);
}

static bool print_point(Job *job, unsigned point)
{
    if (!find_point(job))
        return false;
    printf("static int point%u(void)\n{\n    int bad = 0;\n", point);
    if (job->m.scalar)
        printf("    REAL value = 0;\n\n");
    print_arguments(job);
    for (unsigned id = 0; id < FUNCTION_COUNT; id++) {
        Evaluation *e = &job->runs[evaluated((FunctionId)id)];

        if (!job->functions[id].made)
            continue;
        c_sample_fill(&job->sample, &job->m, e);
        eval_run(e);
        print_function(job, (FunctionId)id);
    }
    printf("    return bad;\n}\n\n");
    return true;
}

/* The lower triangle of a Hessian is filled before, and the upper one has to stay as it was. */
static void print_beginning(const Job *job)
{
    Text declarations;

    text_init(&declarations, job->unit->arena);
    c_sample_declare(&job->m, job->m.parts, &declarations);
    printf("#define REAL %s\n#define LOWER %d\n#define N_COLUMNS %llu\n#define BPGEN_SELFTEST\n#include \"m.h\"\n#include \"functions_driver.h\"\n\n%s\n",
           job->m.real, job->unit->options.lower_triangle, (unsigned long long)c_model_reals(&job->m, PART_GRAD),
           text_string(&declarations));
    printf("static void fill_vectors(void)\n{\n");
    if ((job->m.parts >> PART_SEED & 1) != 0 && !job->m.scalar)
        printf("    for (size_t i = 0; i < sizeof seed / (sizeof(REAL)); i++)\n        ((REAL *)&seed)[i] = (REAL)(1 - 0.25 * (double)(i %% 3));\n");
    if ((job->m.parts >> PART_DIRECTION & 1) != 0)
        printf("    for (size_t i = 0; i < sizeof direction / (sizeof(REAL)); i++)\n        ((REAL *)&direction)[i] = (REAL)(0.5 - 0.125 * (double)(i %% 7));\n");
    printf("}\n\n");
}

static void write_driver(Job *job)
{
    Unit *unit = job->unit;

    for (unsigned f = 0; f < FUNCTION_COUNT; f++) {
        FunctionId id = evaluated((FunctionId)f);

        if ((job->functions[f].made || id == FUNCTION_VALUE) && job->runs[id].program == NULL && function_rows[id].make(unit))
            eval_init(&job->runs[id], unit->arena, *function_program(unit, id));
    }
    print_beginning(job);
    for (unsigned i = 0; i < job->points; i++)
        if (!print_point(job, i)) {
            fprintf(stderr, "no point with a finite value\n");
            job->code = 1;
            return;
        }
    printf("int main(void)\n{\n    int bad = 0;\n\n    fill_vectors();\n");
    for (unsigned i = 0; i < job->points; i++)
        printf("    bad += point%u();\n", i);
    printf("    if (m_selftest() != 0)\n        bad += printf(\"self-test failed: %%d\\n\", m_selftest());\n");
    printf("    printf(\"%%g of the tolerance\\n\", worst);\n    return bad != 0;\n}\n");
}

static void work(Unit *unit, void *context)
{
    Job *job = context;
    size_t size;
    char *text = read_all(job->model, &size);
    Text code;

    job->unit = unit;
    job->random = (Random){ 20 };
    job->code = 1;
    text_init(&code, unit->arena);
    if (unit_open(unit, job->model, text, size) &&
        c_functions_make(&job->m, unit, unit->arena, job->functions, &job->sample, &code)) {
        job->code = 0;
        write_driver(job);
    } else {
        print_messages(unit);
    }
    free(text);
}

static bool read_option(Options *options, const char *text)
{
    if (strncmp(text, "functions=", 10) == 0) {
        for (const char *at = text + 10; *at != '\0'; at += *at == ',') {
            size_t size = strcspn(at, ",");

            options->functions |= 1u << function_find(at, size);
            at += size;
        }
    } else if (strncmp(text, "directions=", 11) == 0) {
        options->directions = atoi(text + 11);
    } else if (strcmp(text, "float") == 0) {
        options->real = REAL_FLOAT;
    } else if (strcmp(text, "lower-triangle") == 0) {
        options->lower_triangle = true;
    } else if (strncmp(text, "mode=", 5) == 0) {
        options->mode = strcmp(text + 5, "forward") == 0 ? MODE_FORWARD : MODE_REVERSE;
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    Job job = { .model = argc > 2 ? argv[1] : "", .points = argc > 2 ? (unsigned)atoi(argv[2]) : 0 };
    Options options = options_default();
    Unit unit;

    options.prefix = "m";
    for (int i = 3; i < argc; i++)
        if (!read_option(&options, argv[i]))
            return 2;
    unit_init(&unit, &options);
    if (!unit_run(&unit, work, &job)) {
        fprintf(stderr, "%s\n", unit.failure);
        job.code = 70;
    }
    unit_close(&unit);
    return job.code;
}
