/* tool_accuracy.c -- how exact every function of the table is, value and derivatives, as emitted C in double and float:
 *
 *     tool_accuracy list                      every function and its arguments, a line each
 *     tool_accuracy promises                  the beginnings of the rows of the page: what is promised
 *     tool_accuracy check LIBRARY POINTS      measures, prints PASS and FAIL
 *     tool_accuracy page LIBRARY POINTS       measures, prints the tables of doc/ACCURACY.md
 *     tool_accuracy floats LIBRARY STEP       every STEP-th float through the runtime's own functions, against their double versions
 *
 * LIBRARY (accuracy.sh makes it) has the emitted functions d_NAME_value, d_NAME_value_grad, d_NAME_hessian and f_NAME_... in float.
 * The reference is MPFR; of derivatives, differences of the function's own values in MPFR, so that no rule judges itself.
 */
#include <dlfcn.h>
#include <stdlib.h>

#include "accuracy_arrays.h"
#include "unit.h"

enum { MARGIN = 1500 }; /* bits by which derivatives may be smaller than values */

typedef enum { VALUE, FIRST, SECOND, ORDERS } Order;

typedef struct {
    Op op;
    const Format *format;
    void *value, *value_grad, *hessian;
    Worst ulp[ORDERS];   /* in ulp of the exact result */
    Worst bound[ORDERS]; /* of derivatives: as a fraction of the running error bound of the emitted code */
    char wrong[160];          /* a special value that is not what real numbers have */
    Oracle *measured[ORDERS];
    Evaluation fill[ORDERS];
    const Unit *unit;
    Random random;
} Row;

void *accuracy_symbol(void *library, const Format *f, const char *name, const char *kind)
{
    char symbol[80];

    (void)snprintf(symbol, sizeof symbol, "%s%s_%s", f->prefix, name, kind);
    return dlsym(library, symbol);
}

/* ---- calling emitted functions ------------------------------------------------------------------------ */

typedef double DoubleValue(const double *), DoubleGradient(const double *, double *), DoubleHessian(const double *, double *, double *);
typedef float FloatValue(const float *), FloatGradient(const float *, float *), FloatHessian(const float *, float *, float *);

/* A symbol of a library is an object's address for dlsym; POSIX says that it may be used as a function's. */
#define AS(Type, symbol) (*(Type **)&(symbol))

static double call(Row *row, Order order, const double *x)
{
    if (row->format->digits == DBL_MANT_DIG) {
        double gradient[2], hessian[4];

        if (order == VALUE)
            return AS(DoubleValue, row->value)(x);
        if (order == FIRST)
            return AS(DoubleGradient, row->value_grad)(x, gradient), gradient[0];
        return AS(DoubleHessian, row->hessian)(x, gradient, hessian), hessian[0];
    } else {
        float held[2] = { (float)x[0], (float)x[1] }, gradient[2], hessian[4];

        if (order == VALUE)
            return (double)AS(FloatValue, row->value)(held);
        if (order == FIRST)
            return AS(FloatGradient, row->value_grad)(held, gradient), (double)gradient[0];
        return AS(FloatHessian, row->hessian)(held, gradient, hessian), (double)hessian[0];
    }
}

/* ---- references --------------------------------------------------------------------------------------- */

typedef struct {
    mpfr_t y[3], x[3]; /* at x - h, x, x + h */
    mpfr_t b, h, size;
} Work;

static void work_init(Work *w, mpfr_prec_t bits)
{
    for (int i = 0; i < 3; i++)
        mpfr_inits2(bits, w->y[i], w->x[i], (mpfr_ptr)0);
    mpfr_inits2(bits, w->b, w->h, w->size, (mpfr_ptr)0);
}

static void work_clear(Work *w)
{
    for (int i = 0; i < 3; i++)
        mpfr_clears(w->y[i], w->x[i], (mpfr_ptr)0);
    mpfr_clears(w->b, w->h, w->size, (mpfr_ptr)0);
}

/* Of digamma below 0, a difference of two parts: the larger part, at least 1. */
static void digamma_size(Work *w)
{
    mpfr_ui_sub(w->size, 1, w->x[1], MPFR_RNDN);
    mpfr_digamma(w->size, w->size, MPFR_RNDN);
    mpfr_sub(w->h, w->size, w->y[1], MPFR_RNDN); /* pi cot(pi x) */
    mpfr_abs(w->size, w->size, MPFR_RNDN);
    mpfr_abs(w->h, w->h, MPFR_RNDN);
    mpfr_max(w->size, w->size, w->h, MPFR_RNDN);
    mpfr_set_ui(w->h, 1, MPFR_RNDN);
    mpfr_max(w->size, w->size, w->h, MPFR_RNDN);
}

/* Which exponent a step has: far below x, and below the distance of x to whole numbers. */
static int step_of(double x)
{
    int exponent = x == 0 ? DBL_MIN_EXP - DBL_MANT_DIG : ilogb(x);

    return (exponent < 0 ? exponent : 0) - 100;
}

/* Bits in front of the point. */
static int size_of(double x)
{
    return fabs(x) < 2 ? 0 : ilogb(x);
}

/* The derivative by the first argument into y[1]; false at a kink. */
static bool differentiate(Work *w, Op op, Order order, const double *x)
{
    int step = step_of(x[0]);
    unsigned ways[3];

    for (int i = 0; i < 3; i++) {
        mpfr_set_si_2exp(w->h, i - 1, step, MPFR_RNDN);
        mpfr_set_d(w->x[i], x[0], MPFR_RNDN);
        mpfr_add(w->x[i], w->x[i], w->h, MPFR_RNDN);
        ways[i] = oracle_decision(op, w->x[i], w->b, w->b);
        if (i != 1 || order == SECOND)
            oracle_function(op, w->y[i], w->x[i], w->b, w->b);
    }
    if (order == FIRST) {
        mpfr_sub(w->y[1], w->y[2], w->y[0], MPFR_RNDN);
        mpfr_mul_2si(w->y[1], w->y[1], -step - 1, MPFR_RNDN);
    } else {
        mpfr_mul_2ui(w->y[1], w->y[1], 1, MPFR_RNDN);
        mpfr_add(w->y[0], w->y[0], w->y[2], MPFR_RNDN);
        mpfr_sub(w->y[1], w->y[0], w->y[1], MPFR_RNDN);
        mpfr_mul_2si(w->y[1], w->y[1], -2 * step, MPFR_RNDN);
    }
    return ways[0] == ways[1] && ways[1] == ways[2];
}

/* ---- one point ---------------------------------------------------------------------------------------- */

static bool is_pole(Op op, double x)
{
    return (op == OP_DIGAMMA || op == OP_TRIGAMMA || op == OP_LGAMMA) && x <= 0 && floor(x) == x;
}

/* Where real numbers have no value there is NaN, and an infinite limit is infinite. */
static void check_special(Row *row, double got, const mpfr_t exact, const double *x)
{
    if (mpfr_nan_p(exact) ? isnan(got) : got == mpfr_get_d(exact, MPFR_RNDN))
        return;
    (void)snprintf(row->wrong, sizeof row->wrong, "%s(%g, %g) is %g", op_info[row->op].name, x[0], x[1], got);
}

static void measure_value(Row *row, const double *x)
{
    double got;
    Work w;

    if (is_pole(row->op, x[0]))
        return;
    got = call(row, VALUE, x);
    work_init(&w, 200);
    mpfr_set_d(w.x[1], x[0], MPFR_RNDN);
    mpfr_set_d(w.b, x[1], MPFR_RNDN);
    oracle_function(row->op, w.y[1], w.x[1], w.b, w.b);
    mpfr_set(w.size, w.y[1], MPFR_RNDN);
    if (row->op == OP_DIGAMMA && x[0] < 0)
        digamma_size(&w);
    if (!mpfr_number_p(w.y[1])) {
        if (isfinite(x[0]) && isfinite(x[1]))
            check_special(row, got, w.y[1], x);
    } else {
        keep_worst(&row->ulp[VALUE], error_in_ulp(row->format, got, w.y[1], w.size), x);
    }
    work_clear(&w);
}

/* What rounding may do to the emitted derivative. */
static double bound_at(Row *row, Order order, const double *x)
{
    Oracle *o = row->measured[order];
    const Program *p = row->fill[order].program;
    SymId result = order == FIRST ? p->gradients.at[0] : p->derivatives.at[0];

    for (size_t i = 0; i < row->unit->wanted.count; i++)
        *row->fill[order].reals[row->unit->wanted.at[i]] = x[i];
    oracle_set_point(o, &row->fill[order]);
    oracle_run(o);
    return oracle_undecided(o) ? HUGE_VAL : oracle_bounds(o, result)[0];
}

static void measure_derivative(Row *row, Order order, const double *x)
{
    double got, bound, error;
    Work w;

    if (!isfinite(x[0]) || !isfinite(x[1]) || is_pole(row->op, x[0]) || (row->op == OP_CBRT && x[0] == 0)) /* infinite there */
        return;
    work_init(&w, MARGIN - 2 * step_of(x[0]) + 2 * size_of(x[0]) + 2 * size_of(x[1]));
    mpfr_set_d(w.b, x[1], MPFR_RNDN);
    if (differentiate(&w, row->op, order, x) && mpfr_number_p(w.y[1])) {
        got = call(row, order, x);
        bound = bound_at(row, order, x);
        error = error_in_ulp(row->format, got, w.y[1], w.y[1]);
        keep_worst(&row->ulp[order], error, x);
        if (isfinite(bound))
            keep_worst(&row->bound[order], error * ulp_of(row->format, w.y[1]) / fmax(bound, ulp_of(row->format, w.y[1])), x);
    }
    work_clear(&w);
}

/* Derivatives cost more, and are taken at some of the points; the library may not have them. */
static void measure(Row *row, double x, double y, bool all)
{
    double at[2] = { as_held(row->format, x), as_held(row->format, y) };

    measure_value(row, at);
    if (all && row->value_grad != NULL)
        measure_derivative(row, FIRST, at);
    if (all && row->hessian != NULL)
        measure_derivative(row, SECOND, at);
}

/* ---- points ------------------------------------------------------------------------------------------- */

static const double specials[] = {
    0, 4.94065645841246544e-324, 2.2250738585072014e-308, 1.401298464324817e-45, 1.1754943508222875e-38, 1e-20, 1e-8, 0.25, 0.5, 0.75,
    1, 1.5, 2, 3, 4, 5, 10, 20, 40, 87.3, 88.7, 103.9, 700, 708.3, 709.7, 745.1, 1e3, 1e5, 1e8, 1e15, 1e22, 1e37, 1e150, 1e300, DBL_MAX,
    (double)FLT_MAX, 1.5707963267948966, 3.141592653589793, 6.283185307179586, 1.4616321449683622, 0.5040830082644554, 1.5734984731623904,
    1.2784645427610738, 0.7517915247,
};

/* Also a little beside each, where poles and zeros are. */
static void measure_specials(Row *row)
{
    double far = row->format->digits == DBL_MANT_DIG ? HUGE_VAL : (double)HUGE_VALF;

    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        for (int sign = -1; sign <= 1; sign += 2)
            for (int beside = -1; beside <= 1; beside++) {
                double x = as_held(row->format, sign * specials[i]);

                if (beside != 0 && row->format->digits == DBL_MANT_DIG)
                    x = nextafter(x, beside * far);
                else if (beside != 0)
                    x = (double)nextafterf((float)x, (float)(beside * far));
                measure(row, x, specials[(i * 7 + 3) % (sizeof specials / sizeof *specials)], beside == 0 || i % 3 == 0);
            }
    measure(row, HUGE_VAL, 1, false);
    measure(row, -HUGE_VAL, 1, false);
    if (!isnan(call(row, VALUE, (double[]){ (double)NAN, 1 })))
        (void)snprintf(row->wrong, sizeof row->wrong, "%s(NaN) is a number", op_info[row->op].name);
}

static double any_size(Row *row)
{
    double sign = random_next(&row->random) % 2 == 0 ? 1 : -1;

    return sign * ldexp(random_between(&row->random, 0.5, 1), (int)random_between(&row->random, row->format->least, row->format->most));
}

static void measure_points(Row *row, unsigned points)
{
    static const double widths[] = { 1, 4, 12, 50, 120, 760 };

    measure_specials(row);
    for (unsigned i = 0; i < points; i++) {
        double width = widths[i % (sizeof widths / sizeof *widths)], x = random_between(&row->random, -width, width);

        measure(row, x, random_between(&row->random, -width, width), i % 8 == 0);
        measure(row, any_size(row), any_size(row), i % 16 == 0);
        measure(row, any_size(row), x, false);
    }
}

/* ---- rows --------------------------------------------------------------------------------------------- */

/* Functions of one or two arguments; of two, derivatives are by the first. */
static bool is_measured(Op op)
{
    return op_info[op].callable && op_info[op].arity < 3;
}

static const char *promise(Op op, char *text, size_t size)
{
    const OpInfo *info = &op_info[op];
    const char *origin = info->source == FROM_LIBM ? (oracle_ulps(op) <= 0.5 ? "IEEE 754" : "libm") : "bpgen";

    (void)snprintf(text, size, "| `%s` | %s | %g |", info->name, origin, oracle_ulps(op));
    return text;
}

static void print_worst(const Worst *w, Op op)
{
    if (w->count == 0)
        printf(" – |");
    else if (w->error == 0)
        printf(" 0 |");
    else if (isinf(w->error))
        printf(" lost at %.6g |", w->at[0]);
    else if (op_info[op].arity > 1)
        printf(" %.3g at %.6g, %.6g |", w->error, w->at[0], w->at[1]);
    else
        printf(" %.3g at %.9g |", w->error, w->at[0]);
}

static void report(const Row *row, bool page)
{
    const char *name = op_info[row->op].name, *format = row->format->name;
    char text[80];

    if (page) {
        printf("%s %s |", promise(row->op, text, sizeof text), format);
        for (Order order = VALUE; order < ORDERS; order++)
            print_worst(&row->ulp[order], row->op);
        printf(" %.2g |\n", fmax(row->bound[FIRST].error, row->bound[SECOND].error));
        return;
    }
    if (row->ulp[VALUE].error <= oracle_ulps(row->op) && row->ulp[VALUE].count > 0)
        printf("PASS %s, %s: %.3g ulp\n", name, format, row->ulp[VALUE].error);
    else
        printf("FAIL %s, %s: %.3g ulp at %.17g, %.17g\n", name, format, row->ulp[VALUE].error, row->ulp[VALUE].at[0], row->ulp[VALUE].at[1]);
    if (row->wrong[0] != '\0')
        printf("FAIL %s, %s: %s\n", name, format, row->wrong);
    for (Order order = FIRST; order <= SECOND; order++)
        if (row->bound[order].error > 1)
            printf("FAIL %s, %s: derivative %d: %.3g of its bound at %.17g, %.17g\n", name, format, (int)order, row->bound[order].error,
                   row->bound[order].at[0], row->bound[order].at[1]);
        else if (row->bound[order].count > 0)
            printf("PASS %s, %s: derivative %d: %.3g of its bound\n", name, format, (int)order, row->bound[order].error);
}

/* ---- all functions ------------------------------------------------------------------------------------ */

typedef struct {
    void *library;
    Op op;
    unsigned points;
    bool page;
} Job;

static void prepare(Row *row, Order order, const Program *p)
{
    if (p == NULL)
        return;
    eval_init(&row->fill[order], row->unit->arena, p);
    row->measured[order] = oracle_new(p, row->unit->arena, ORACLE_VALUE_BITS);
    oracle_measure(row->measured[order], row->format == &formats[FORMAT_DOUBLE] ? oracle_double : oracle_float);
}

static void measure_function(Unit *unit, void *context)
{
    const Job *job = context;
    const char *name = op_info[job->op].name;
    char text[80];

    (void)snprintf(text, sizeof text, "param a%s\nf = %s(a%s)\n", op_info[job->op].arity > 1 ? ", b" : "", name,
                   op_info[job->op].arity > 1 ? ", b" : "");
    if (!unit_open(unit, name, text, strlen(text))) {
        printf("FAIL %s is not in the language\n", name);
        return;
    }
    for (int k = 0; k < FORMAT_COUNT; k++) {
        const Format *f = &formats[k];
        Row row = { .op = job->op, .format = f, .unit = unit, .random = { 20 } };

        row.value = accuracy_symbol(job->library, f, name, "value");
        row.value_grad = accuracy_symbol(job->library, f, name, "value_grad");
        row.hessian = accuracy_symbol(job->library, f, name, "hessian");
        if (row.value_grad != NULL && unit_make_value_grad(unit))
            prepare(&row, FIRST, unit->value_grad);
        if (row.hessian != NULL && unit_make_hessian(unit))
            prepare(&row, SECOND, unit->hessian);
        measure_points(&row, job->points);
        report(&row, job->page);
    }
}

static int measure_all(Job *job)
{
    for (Op op = 0; op < OP_COUNT; op++) {
        Options options = options_default();
        Unit unit;

        if (!is_measured(op))
            continue;
        job->op = op;
        unit_init(&unit, &options);
        if (!unit_run(&unit, measure_function, job))
            printf("FAIL %s: %s\n", op_info[op].name, unit.failure);
        unit_close(&unit);
    }
    accuracy_arrays(job->library, job->page);
    return 0;
}

/* ---- floats ------------------------------------------------------------------------------------------- */

/* Every so many of all floats, in the order of their bits. The double version, exact to 3 ulp of a double, is the reference. */
static void sweep_floats(void *library, Op op, unsigned step)
{
    Row single = { .op = op, .format = &formats[FORMAT_FLOAT] }, twice = { .op = op, .format = &formats[FORMAT_DOUBLE] };
    Worst worst = { .count = 0 };

    single.value = accuracy_symbol(library, single.format, op_info[op].name, "value");
    twice.value = accuracy_symbol(library, twice.format, op_info[op].name, "value");
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += step) {
        uint32_t low = (uint32_t)bits;
        double x[2] = { 0 }, got, exact;
        float held;
        int exponent;

        memcpy(&held, &low, sizeof held);
        x[0] = (double)held;
        if (!isfinite(x[0]) || is_pole(op, x[0]) || (op == OP_DIGAMMA && x[0] < 0)) /* there its error is that of two parts */
            continue;
        got = call(&single, VALUE, x);
        exact = call(&twice, VALUE, x);
        if (isinf(got) && fabs(exact) > (double)FLT_MAX)
            continue;
        exponent = fabs(exact) < (double)FLT_MIN ? FLT_MIN_EXP - 1 : ilogb(exact);
        keep_worst(&worst, fabs(got - exact) / ldexp(1, exponent + 1 - FLT_MANT_DIG), x);
    }
    printf("| `%s` | %lu | %.3g | %.9g |%s\n", op_info[op].name, worst.count, worst.error, worst.at[0],
           worst.error <= oracle_ulps(op) ? "" : " FAIL");
}

static int measure_floats(void *library, unsigned step)
{
    printf("\n| function of the runtime | floats | worst ulp | at |\n|---|---|---|---|\n");
    for (Op op = 0; op < OP_COUNT; op++)
        if (is_measured(op) && op_info[op].source == FROM_RUNTIME && oracle_ulps(op) > 0)
            sweep_floats(library, op, step);
    return 0;
}

int main(int argc, char **argv)
{
    Job job = { .page = argc > 1 && strcmp(argv[1], "page") == 0 };
    char text[80];

    for (Op op = 0; argc == 2 && op < OP_COUNT; op++) {
        if (is_measured(op) && strcmp(argv[1], "list") == 0)
            printf("%s %s\n", op_info[op].name, op_info[op].arity > 1 ? "a, b" : "a");
        else if (is_measured(op))
            printf("%s\n", promise(op, text, sizeof text));
    }
    if (argc != 4)
        return argc != 2;
    job.points = (unsigned)atoi(argv[3]);
    job.library = dlopen(argv[2], RTLD_NOW);
    if (job.library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 3;
    }
    return strcmp(argv[1], "floats") == 0 ? measure_floats(job.library, job.points) : measure_all(&job);
}
