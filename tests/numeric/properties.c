/* properties.c -- values, gradients, products with Jacobian and Hessian in double against the oracle, relative to what rounding may
 * do to them: properties [N] works N times as much.
 *
 * Models: those of the examples, of tests/regress and tests/derive, of the language's collection, and random ones. The reference are
 * values and differences of the lowered program in MPFR. The error of each element is asserted to be at most the running error bound of
 * the program that was evaluated (oracle_measure); the worst ones are printed as fractions of their bounds, and in ulp.
 */
#define _POSIX_C_SOURCE 200809L /* glob */

#include <glob.h>
#include <math.h>
#include <string.h>

#include "tests/numeric/tool_model.h"
#include "tests/support/generate.h"
#include "tests/support/sample.h"

enum {
    POINTS = 2, EXTREME_POINTS = 3,
    FIRST_SEED = 1, RANDOM_MODELS = 24,
    VALUE_BITS = 1400, /* 1e100 squared and 1e-100 squared side by side */
    BUDGET = 60000,    /* operators of differences, for one derivative at one point */
    MOST_SHOWN = 3, MOST_PRINTED = 2000
};

typedef enum { VALUE, GRADIENT, JVP, HVP, KIND_COUNT } Kind;

static const char *const kind_names[KIND_COUNT] = { "value", "gradient", "jvp", "hvp" };

typedef struct {
    double most;
    char at[200];
} Worst;

typedef struct {
    unsigned long compared;
    unsigned long kinks;     /* no derivative there, or only by convention */
    unsigned long none;      /* real arithmetic has no value there */
    unsigned long undecided; /* rounding may turn a decision */
    unsigned long unbounded; /* an overflow on the way, or a division by what may be 0 */
    Worst error;             /* as a fraction of the bound */
    Worst bound;             /* in ulp of the result: how badly conditioned the worst ones are */
} Figures;

typedef struct {
    const char *name; /* of the model */
    const char *text;
    size_t size;
    unsigned effort;
    Figures figures[KIND_COUNT];
    unsigned shown;   /* failures of this model */
    const char *left_out;
    /* of the model */
    Unit *unit;
    Evaluation point;
    Oracle *oracle;
    OracleQuery query;
    Random random;
    /* of the kind */
    const Program *program;
    Evaluation e;
    Oracle *measured;
} Test;

/* ---- one element ------------------------------------------------------------------------------------- */

static void keep_worst(Worst *w, double value, const Test *t, Kind kind, size_t place)
{
    if (value <= w->most)
        return;
    w->most = value;
    (void)snprintf(w->at, sizeof w->at, "%s, element %zu of the %s", t->name, place, kind_names[kind]);
}

static void print_point(const Test *t)
{
    Text text;

    text_init(&text, t->unit->arena);
    for (size_t k = 0; k < t->unit->lowered.declared.count && text.size < MOST_PRINTED; k++) {
        SymId s = t->unit->lowered.declared.at[k].symbol;

        text_printf(&text, " %s=", names_text(t->program->names, t->program->symbols.at[s].name));
        point_print(&t->point, s, &text);
    }
    printf("    at%.*s\n", MOST_PRINTED, text_string(&text));
}

static void fail(Test *t, Kind kind, size_t place, double got, const OracleReal *expected, double bound)
{
    if (t->shown++ >= MOST_SHOWN)
        return;
    mpfr_printf("FAIL %s: element %zu of the %s is %.17g, the oracle has %.20Rg, rounding may move it by %.3g\n", t->name, place,
                kind_names[kind], got, expected->at, bound);
    print_point(t);
}

/* Differences of values at 400 bits leave less than this behind. */
static double noise(double value)
{
    return 1e-35 * (1 + fabs(value));
}

static void check_number(Test *t, Kind kind, size_t place, double got, const OracleReal *expected, double bound)
{
    double value = mpfr_get_d(expected->at, MPFR_RNDN), error;
    mpfr_t gap;

    mpfr_init2(gap, mpfr_get_prec(expected->at));
    mpfr_sub_d(gap, expected->at, got, MPFR_RNDN);
    error = fabs(mpfr_get_d(gap, MPFR_RNDA));
    mpfr_clear(gap);
    t->figures[kind].compared++;
    if (!(error <= bound + (kind == VALUE ? 0 : noise(value))))
        fail(t, kind, place, got, expected, bound);
    else if (bound > 0)
        keep_worst(&t->figures[kind].error, error / bound, t, kind, place);
    if (fabs(value) > 1e-30)
        keep_worst(&t->figures[kind].bound, bound / (fabs(value) * 2 * oracle_double.unit), t, kind, place);
}

/* NaN and infinities of values are exactly those of real arithmetic; derivatives are not promised where there is none. */
static void check_element(Test *t, Kind kind, size_t place, double got, const OracleReal *expected, double bound)
{
    Figures *f = &t->figures[kind];

    if (expected->kink) {
        f->kinks++;
    } else if (oracle_undecided(t->measured)) {
        f->undecided++;
    } else if (!mpfr_number_p(expected->at) && mpfr_overflow_p()) {
        f->unbounded++; /* even for MPFR */
    } else if (!mpfr_number_p(expected->at)) {
        f->none++;
        if (kind == VALUE && !(mpfr_nan_p(expected->at) ? isnan(got) : got == mpfr_get_d(expected->at, MPFR_RNDN)))
            fail(t, kind, place, got, expected, 0);
    } else if (!isfinite(bound)) {
        f->unbounded++;
    } else {
        check_number(t, kind, place, got, expected, bound);
    }
}

/* ---- one kind of derivative -------------------------------------------------------------------------- */

static size_t offset_of(const Program *p, const SymId *symbols, SymId symbol)
{
    size_t offset = 0;

    for (; *symbols != symbol; symbols++)
        offset += eval_elements(p, *symbols);
    return offset;
}

/* The point, and the seeds and directions that the oracle has. */
static void fill(Test *t)
{
    const Program *p = t->program;

    for (size_t i = 0; i < t->unit->lowered.declared.count; i++) {
        SymId s = t->unit->lowered.declared.at[i].symbol;
        size_t count = eval_elements(p, s);

        if (t->e.reals[s] != NULL && p->symbols.at[s].role != SYM_TABLE)
            memcpy(t->e.reals[s], t->point.reals[s], count * sizeof(double));
        else if (p->symbols.at[s].role == SYM_INTEGER)
            memcpy(t->e.integers[s], t->point.integers[s], count * sizeof(int32_t));
    }
    for (SymId s = 0; s < p->symbols.count; s++) {
        const Symbol *symbol = &p->symbols.at[s];

        if (symbol->role == SYM_SEED)
            memcpy(t->e.reals[s], t->query.seeds + offset_of(p, p->outputs.at, symbol->of), eval_elements(p, s) * sizeof(double));
        if (symbol->role == SYM_DIRECTION)
            memcpy(t->e.reals[s], t->query.directions + offset_of(p, t->query.wanted, symbol->of),
                   eval_elements(p, s) * sizeof(double));
    }
}

static const SymId *results(const Program *p, Kind kind, size_t *count)
{
    *count = kind == VALUE ? p->outputs.count : kind == GRADIENT ? p->gradients.count : p->derivatives.count;
    return kind == VALUE ? p->outputs.at : kind == GRADIENT ? p->gradients.at : p->derivatives.at;
}

static void reference(Test *t, Kind kind, OracleReal *out)
{
    oracle_set_point(t->oracle, &t->point);
    mpfr_clear_overflow();
    switch (kind) {
    case VALUE: oracle_values(t->oracle, out); return;
    case GRADIENT: oracle_gradient(t->oracle, &t->query, out); return;
    case JVP: oracle_jvp(t->oracle, &t->query, out); return;
    default: oracle_hvp(t->oracle, &t->query, out);
    }
}

static void compare(Test *t, Kind kind)
{
    size_t symbols, at = 0, next = 0;
    const SymId *list = results(t->program, kind, &symbols);
    bool chosen = kind == GRADIENT || kind == HVP;
    size_t count = chosen ? t->query.chosen_count : oracle_output_count(t->oracle);
    OracleReal *expected = oracle_reals(t->oracle, count);

    fill(t);
    eval_run(&t->e);
    oracle_set_point(t->measured, &t->e);
    oracle_run(t->measured);
    reference(t, kind, expected);
    for (size_t k = 0; k < symbols; k++)
        for (size_t i = 0; i < eval_elements(t->program, list[k]); i++, at++)
            if (next < count && (!chosen || t->query.chosen[next] == at))
                check_element(t, kind, at, t->e.reals[list[k]][i], &expected[next++], oracle_bounds(t->measured, list[k])[i]);
    if (next != count && t->shown++ < MOST_SHOWN)
        printf("FAIL %s: the %s has %zu elements\n", t->name, kind_names[kind], at);
}

static const Program *program_of(Unit *unit, Kind kind)
{
    switch (kind) {
    case VALUE: return unit_make_value(unit) ? unit->value : NULL;
    case GRADIENT: return unit_make_reversed(unit) ? unit->reversed : NULL;
    case JVP: return unit_make_jvp(unit) ? unit->jvp : NULL;
    default: return unit_make_hvp(unit) ? unit->hvp : NULL;
    }
}

/* ---- one model --------------------------------------------------------------------------------------- */

/* Some of the wanted elements, so that two runs for each stay below the budget. */
static void choose_elements(Test *t)
{
    uint64_t work = oracle_work(t->oracle) + 1, most = (uint64_t)BUDGET * t->effort / (2 * work) + 1;
    size_t all = oracle_wanted_count(t->oracle, &t->query), count = all < most ? all : (size_t)most;
    size_t *chosen = arena_array(t->unit->arena, size_t, count);

    for (size_t i = 0; i < count; i++) {
        size_t low = i * all / count, high = (i + 1) * all / count;

        chosen[i] = low + random_next(&t->random) % (high - low);
    }
    t->query.chosen = chosen;
    t->query.chosen_count = count;
}

static bool choose_point(Test *t)
{
    size_t seeds = oracle_output_count(t->oracle), directions = oracle_wanted_count(t->oracle, &t->query);
    double *seed = arena_array(t->unit->arena, double, seeds), *direction = arena_array(t->unit->arena, double, directions);

    for (size_t i = 0; i < seeds; i++)
        seed[i] = t->unit->scalar ? 1 : random_between(&t->random, 0.5, 1.5);
    for (size_t i = 0; i < directions; i++)
        direction[i] = random_between(&t->random, -1, 1);
    t->query.seeds = seed;
    t->query.directions = direction;
    if (!sample_point(t->unit, &t->point, t->oracle, &t->query, &t->random))
        return false;
    choose_elements(t);
    return true;
}

/* Values at points that nobody chose with care: there are NaN and infinities where real numbers have none, and nowhere else. */
static void check_extremes(Test *t)
{
    static const double extremes[] = { 0, 1, -1, 2, -0.5, 1e-8, -1e8, 1e100, -1e-100, 30, -700, 0.25 };

    for (unsigned i = 0; i < EXTREME_POINTS * t->effort; i++) {
        for (size_t k = 0; k < t->unit->lowered.declared.count; k++) {
            SymId s = t->unit->lowered.declared.at[k].symbol;

            for (size_t j = 0; t->point.reals[s] != NULL && j < eval_elements(t->point.program, s); j++)
                t->point.reals[s][j] = extremes[random_next(&t->random) % (sizeof extremes / sizeof *extremes)];
        }
        compare(t, VALUE);
    }
}

static void check_model(Unit *unit, void *context)
{
    Test *t = context;
    const Program *p;

    t->unit = unit;
    if (!unit_open(unit, t->name, t->text, t->size)) {
        print_messages(unit);
        t->left_out = "refused";
        return;
    }
    if (program_has(unit->lowered.program, OP_CALL)) {
        t->left_out = "calls C functions, which the evaluator does not know";
        return;
    }
    p = unit->lowered.program;
    t->query = (OracleQuery){ .wanted = unit->wanted.at, .wanted_count = unit->wanted.count };
    eval_init(&t->point, unit->arena, p);
    for (Kind kind = VALUE; kind < KIND_COUNT && (kind == VALUE || unit->wanted.count > 0); kind++) {
        t->random = (Random){ 20 };
        t->program = program_of(unit, kind);
        if (t->program == NULL) {
            t->left_out = kind == JVP ? "has no jvp" : kind == HVP ? "has no second derivative" : "has no gradient";
            return;
        }
        eval_init(&t->e, unit->arena, t->program);
        t->oracle = oracle_new(p, unit->arena, kind == VALUE ? VALUE_BITS : ORACLE_BITS);
        t->measured = oracle_new(t->program, unit->arena, kind == VALUE ? VALUE_BITS : ORACLE_VALUE_BITS);
        oracle_measure(t->measured, oracle_double);
        for (unsigned i = 0; i < POINTS * t->effort; i++) {
            if (!choose_point(t)) {
                t->left_out = "has no point with a finite value";
                return;
            }
            compare(t, kind);
        }
        if (kind == VALUE)
            check_extremes(t);
    }
}

static void check_text(Test *t)
{
    Options options = options_default();
    Unit unit;

    t->shown = 0;
    t->left_out = NULL;
    unit_init(&unit, &options);
    if (!unit_run(&unit, check_model, t)) {
        printf("FAIL %s: %s\n", t->name, unit.failure);
        t->shown++;
    }
    if (t->left_out != NULL)
        printf("left out: %s: %s\n", t->name, t->left_out);
    else if (t->shown == 0)
        printf("PASS %s\n", t->name);
    unit_close(&unit);
}

/* ---- all models -------------------------------------------------------------------------------------- */

static void check_files(Test *t, const char *pattern)
{
    glob_t found;

    if (glob(pattern, 0, NULL, &found) != 0) {
        printf("SKIP %s is not here\n", pattern);
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *text = read_all(found.gl_pathv[i], &t->size);

        t->name = found.gl_pathv[i];
        t->text = text;
        check_text(t);
        free(text);
    }
    globfree(&found);
}

typedef struct {
    Test *t;
    uint64_t seed;
} Generated;

static void check_generated(Unit *unit, void *context)
{
    Generated *g = context;
    char name[32];
    Text text;

    text_init(&text, unit->arena);
    piece_print(generate_model(unit->arena, g->seed, 4, NULL), &text);
    (void)snprintf(name, sizeof name, "random %llu", (unsigned long long)g->seed);
    g->t->name = name;
    g->t->text = text_string(&text);
    g->t->size = strlen(g->t->text);
    check_text(g->t);
    if (g->t->shown > 0)
        printf("%s", g->t->text);
}

static void check_random(Test *t, unsigned count)
{
    for (unsigned seed = FIRST_SEED; seed < FIRST_SEED + count; seed++) {
        Generated g = { t, seed };
        Options options = options_default();
        Unit unit;

        unit_init(&unit, &options);
        if (!unit_run(&unit, check_generated, &g))
            printf("FAIL random %u: %s\n", seed, unit.failure);
        unit_close(&unit);
    }
}

static void print_figures(const Test *t)
{
    for (Kind kind = VALUE; kind < KIND_COUNT; kind++) {
        const Figures *f = &t->figures[kind];

        printf("%s: %lu elements compared; %lu at kinks, %lu without a value, %lu undecided, %lu without a bound\n", kind_names[kind],
               f->compared, f->kinks, f->none, f->undecided, f->unbounded);
        printf("    worst error %.3g of its bound (%s)\n", f->error.most, f->error.at);
        printf("    largest bound %.3g ulp (%s)\n", f->bound.most, f->bound.at);
    }
}

int main(int argc, char **argv)
{
    static const char *const patterns[] = {
        "examples/*.expr", "tests/regress/*.expr", "tests/derive/*.expr", "../shared/language/valid/*.expr"
    };
    Test t = { .effort = argc > 1 ? (unsigned)atoi(argv[1]) : 1 };

    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        check_files(&t, patterns[i]);
    check_random(&t, RANDOM_MODELS * t.effort);
    print_figures(&t);
    return 0;
}
