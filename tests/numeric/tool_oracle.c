/* tool_oracle.c -- a driver that compares emitted C with MPFR: tool_oracle MODEL.expr PREFIX POINTS > driver.c
 *
 * The values are those of the lowered program, before any simplification, in 256 bits; derivatives are central differences with
 * h = 2^-64, so no derivative rule of bpgen judges itself. For several outputs the derivative of sum(seed * output) is compared.
 */
#include "tests/support/sample.h"
#include "tool_model.h"

enum { STEP = -64 };

/* ---- points and the driver --------------------------------------------------------------------------- */

typedef struct {
    Unit *unit;
    const Program *p;
    Oracle *oracle;
    OracleQuery query;
    Evaluation point; /* doubles of the declared symbols */
    const char *prefix;
    Random random;
    double *seeds;
    size_t seed_count;
} Job;

static void print_declared(Job *job, SymRole role)
{
    for (size_t i = 0; i < job->unit->lowered.declared.count; i++) {
        SymId s = job->unit->lowered.declared.at[i].symbol;

        if (job->p->symbols.at[s].role != role)
            continue;
        for (size_t k = 0; k < eval_elements(job->p, s); k++) {
            if (role == SYM_INTEGER)
                printf("%d,", (int)job->point.integers[s][k]);
            else
                printf("%a,", job->point.reals[s][k]);
        }
    }
}

/* One sample after the other, as structs. */
static void print_data(Job *job)
{
    int32_t samples = job->p->samples;

    for (int32_t n = 0; n < samples; n++)
        for (size_t i = 0; i < job->unit->lowered.declared.count; i++) {
            SymId s = job->unit->lowered.declared.at[i].symbol;
            size_t own = eval_elements(job->p, s) / (size_t)samples;

            for (size_t k = 0; job->p->symbols.at[s].role == SYM_DATA && k < own; k++)
                printf("%a,", job->point.reals[s][(size_t)n * own + k]);
        }
}

static void print_reals(const char *name, unsigned point, const OracleReal *reals, size_t count)
{
    printf("static const double %s%u[] = {", name, point);
    for (size_t i = 0; i < count; i++)
        mpfr_printf("%.25Re,", reals[i].at);
    printf("0};\n");
}

static bool write_tables(Job *job, unsigned points)
{
    OracleReal *values = oracle_reals(job->oracle, job->seed_count);
    OracleReal *gradient = oracle_reals(job->oracle, oracle_chosen_count(job->oracle, &job->query));

    for (unsigned i = 0; i < points; i++) {
        for (size_t k = 0; k < job->seed_count; k++)
            job->seeds[k] = job->unit->scalar ? 1 : random_between(&job->random, 0.5, 1.5);
        if (!sample_point(job->unit, &job->point, job->oracle, &job->query, &job->random)) {
            fprintf(stderr, "oracle: no point with a finite value\n");
            return false;
        }
        printf("static const double params%u[] = {", i), print_declared(job, SYM_PARAM), printf("0};\n");
        printf("static const double inputs%u[] = {", i), print_declared(job, SYM_INPUT), printf("0};\n");
        printf("static const int32_t index%u[] = {", i), print_declared(job, SYM_INTEGER), printf("0};\n");
        printf("static const double data%u[] = {", i), print_data(job), printf("0};\n");
        printf("static const double seeds%u[] = {", i);
        for (size_t k = 0; k < job->seed_count; k++)
            printf("%a,", job->seeds[k]);
        printf("0};\n");
        oracle_values(job->oracle, values);
        print_reals("values", i, values, job->seed_count);
        oracle_gradient(job->oracle, &job->query, gradient);
        print_reals("gradient", i, gradient, oracle_chosen_count(job->oracle, &job->query));
    }
    printf("static const Case cases[] = {\n");
    for (unsigned i = 0; i < points; i++)
        printf("    { params%u, inputs%u, index%u, data%u, seeds%u, values%u, gradient%u },\n", i, i, i, i, i, i, i);
    printf("};\n");
    return true;
}

typedef struct {
    const char *model, *prefix;
    unsigned points;
    int code;
} Request;

static void work(Unit *unit, void *context)
{
    Request *request = context;
    Job job = { .unit = unit, .prefix = request->prefix, .random = { 20 } };
    size_t size;
    char *text = read_all(request->model, &size);

    request->code = 1;
    if (!unit_open(unit, request->model, text, size)) {
        print_messages(unit);
        return;
    }
    job.p = unit->lowered.program;
    job.oracle = oracle_new(job.p, unit->arena, ORACLE_VALUE_BITS);
    eval_init(&job.point, unit->arena, job.p);
    job.seed_count = oracle_output_count(job.oracle);
    job.seeds = arena_array(unit->arena, double, job.seed_count);
    job.query = (OracleQuery){ .wanted = unit->wanted.at, .wanted_count = unit->wanted.count, .seeds = job.seeds, .step = STEP };
    printf("#define N_SAMPLES %d\n", (int)job.p->samples);
    printf("#define N_OUTPUTS %zu\n#define SCALAR %d\n#define HAS_GRADIENT %d\n", job.seed_count, unit->scalar,
           unit->wanted.count > 0);
    printf("#include \"oracle_driver.h\"\n");
    if (write_tables(&job, request->points))
        request->code = 0;
    printf("#include \"oracle_main.h\"\n");
    free(text);
}

int main(int argc, char **argv)
{
    Request request;
    Unit unit;
    Options options = options_default();

    if (argc != 4) {
        fprintf(stderr, "usage: tool_oracle MODEL.expr PREFIX POINTS > driver.c\n");
        return 2;
    }
    request = (Request){ argv[1], argv[2], (unsigned)atoi(argv[3]), 70 };
    unit_init(&unit, &options);
    if (!unit_run(&unit, work, &request))
        fprintf(stderr, "oracle: %s\n", unit.failure);
    unit_close(&unit);
    return request.code;
}
