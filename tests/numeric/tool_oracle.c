/* tool_oracle.c -- a driver that compares emitted C with MPFR: tool_oracle MODEL.expr PREFIX POINTS > driver.c
 *
 * The values are those of the lowered program, before any simplification, in 256 bits; derivatives are central differences with
 * h = 2^-64, so no derivative rule of bpgen judges itself. For several outputs the derivative of sum(seed * output) is compared.
 */
#include "eval/point.h"
#include "oracle.h"
#include "tool_model.h"

enum { STEP_EXPONENT = -64, TRIES = 60 };

/* ---- points and the driver --------------------------------------------------------------------------- */

typedef struct {
    Unit *unit;
    Oracle oracle;
    Evaluation point; /* doubles of the declared symbols */
    const char *prefix;
    Random random;
    double *seeds;
    size_t seed_count;
} Job;

static void take_point(Job *job)
{
    for (size_t i = 0; i < job->unit->lowered.declared.count; i++) {
        SymId s = job->unit->lowered.declared.at[i].symbol;

        for (size_t k = 0; k < eval_elements(job->oracle.p, s); k++) {
            if (job->oracle.elements[s] != NULL)
                mpfr_set_d(job->oracle.elements[s][k], job->point.reals[s][k], MPFR_RNDN);
            else
                job->oracle.integers[s][k] = job->point.integers[s][k];
        }
    }
}

/* sum(seed * output) */
static void total(Job *job, mpfr_t y)
{
    const Program *p = job->oracle.p;
    size_t at = 0;

    oracle_run(&job->oracle);
    mpfr_set_zero(y, 1);
    for (size_t k = 0; k < p->outputs.count; k++)
        for (size_t i = 0; i < eval_elements(p, p->outputs.at[k]); i++) {
            mpfr_mul_d(job->oracle.t, job->oracle.elements[p->outputs.at[k]][i], job->seeds[at++], MPFR_RNDN);
            mpfr_add(y, y, job->oracle.t, MPFR_RNDN);
        }
}

/* To numbers that float holds, too, so that one reference serves both. */
static void round_point(Job *job)
{
    for (size_t i = 0; i < job->unit->lowered.declared.count; i++) {
        SymId s = job->unit->lowered.declared.at[i].symbol;

        for (size_t k = 0; job->point.reals[s] != NULL && k < eval_elements(job->oracle.p, s); k++)
            job->point.reals[s][k] = (double)(float)job->point.reals[s][k];
    }
}

static bool sample(Job *job)
{
    mpfr_t y;
    bool good = false;

    mpfr_init2(y, BITS);
    for (unsigned tries = 0; tries < TRIES && !good; tries++) {
        for (size_t i = 0; i < job->unit->lowered.declared.count; i++) {
            const Declared *d = &job->unit->lowered.declared.at[i];

            point_sample(&job->point, d, &job->random);
            for (size_t k = 0; tries > TRIES / 2 && !d->has_range && job->point.reals[d->symbol] != NULL &&
                               k < eval_elements(job->oracle.p, d->symbol); k++)
                job->point.reals[d->symbol][k] = 0.2 + 1.2 * job->point.reals[d->symbol][k] * job->point.reals[d->symbol][k];
        }
        round_point(job);
        take_point(job);
        total(job, y);
        good = mpfr_number_p(y);
    }
    mpfr_clear(y);
    return good;
}

static void print_declared(Job *job, SymRole role)
{
    for (size_t i = 0; i < job->unit->lowered.declared.count; i++) {
        SymId s = job->unit->lowered.declared.at[i].symbol;

        if (job->oracle.p->symbols.at[s].role != role)
            continue;
        for (size_t k = 0; k < eval_elements(job->oracle.p, s); k++) {
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
    int32_t samples = job->oracle.p->samples;

    for (int32_t n = 0; n < samples; n++)
        for (size_t i = 0; i < job->unit->lowered.declared.count; i++) {
            SymId s = job->unit->lowered.declared.at[i].symbol;
            size_t own = eval_elements(job->oracle.p, s) / (size_t)samples;

            for (size_t k = 0; job->oracle.p->symbols.at[s].role == SYM_DATA && k < own; k++)
                printf("%a,", job->point.reals[s][(size_t)n * own + k]);
        }
}

static void print_outputs(Job *job)
{
    const Program *p = job->oracle.p;

    for (size_t k = 0; k < p->outputs.count; k++)
        for (size_t i = 0; i < eval_elements(p, p->outputs.at[k]); i++)
            mpfr_printf("%.25Rg,", job->oracle.elements[p->outputs.at[k]][i]);
}

static void print_gradient(Job *job)
{
    mpfr_t above, below, x, h;

    mpfr_inits2(BITS, above, below, x, h, (mpfr_ptr)0);
    job->oracle.replays = true;
    for (size_t w = 0; w < job->unit->wanted.count; w++) {
        SymId s = job->unit->wanted.at[w];

        for (size_t k = 0; k < eval_elements(job->oracle.p, s); k++) {
            mpfr_set(x, job->oracle.elements[s][k], MPFR_RNDN);
            mpfr_set_si_2exp(h, 1, STEP_EXPONENT, MPFR_RNDN);
            mpfr_add(job->oracle.elements[s][k], x, h, MPFR_RNDN);
            total(job, above);
            mpfr_sub(job->oracle.elements[s][k], x, h, MPFR_RNDN);
            total(job, below);
            mpfr_set(job->oracle.elements[s][k], x, MPFR_RNDN);
            mpfr_sub(above, above, below, MPFR_RNDN);
            mpfr_div(above, above, h, MPFR_RNDN);
            mpfr_div_si(above, above, 2, MPFR_RNDN);
            mpfr_printf("%.25Rg,", above);
        }
    }
    job->oracle.replays = false;
    mpfr_clears(above, below, x, h, (mpfr_ptr)0);
}

static bool write_tables(Job *job, unsigned points)
{
    for (unsigned i = 0; i < points; i++) {
        mpfr_t y;

        for (size_t k = 0; k < job->seed_count; k++)
            job->seeds[k] = job->unit->scalar ? 1 : random_between(&job->random, 0.5, 1.5);
        if (!sample(job)) {
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
        mpfr_init2(y, BITS);
        total(job, y);
        printf("static const double values%u[] = {", i), print_outputs(job), printf("0};\n");
        printf("static const double gradient%u[] = {", i), print_gradient(job), printf("0};\n");
        mpfr_clear(y);
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
    oracle_init(&job.oracle, unit->lowered.program, unit->arena);
    eval_init(&job.point, unit->arena, unit->lowered.program);
    for (size_t k = 0; k < unit->lowered.program->outputs.count; k++)
        job.seed_count += eval_elements(unit->lowered.program, unit->lowered.program->outputs.at[k]);
    job.seeds = arena_array(unit->arena, double, job.seed_count);
    printf("#define N_SAMPLES %d\n", (int)unit->lowered.program->samples);
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
