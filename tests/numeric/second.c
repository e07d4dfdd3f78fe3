/* second.c -- value, gradient and Hessian where it is hard: under guards, at kinks, at the origin, with huge and tiny
 * elements. At ordinary points they are compared with MPFR differences of the value, at special points with what the
 * reference of the language promises. Every model also runs inside loops, inside a branch of a loop, and in sums and arrays,
 * and those of one variable with the derivatives written inside the language.
 */
#include "second.h"

enum { TEXT_SIZE = 4096 };

typedef struct {
    const Unit *unit;
    const Case *at;
    const char *shape;
    double factor;                /* that the shape multiplies by */
    const char *text;
    double differences[MOST_VARIABLES][MOST_VARIABLES + 1];
    unsigned passed, failed;
} Test;

#define EXPECT(...) (const double[]){ __VA_ARGS__ }, NULL
#define ENTRIES(...) NULL, (const double[]){ __VA_ARGS__ }
#define MPFR NULL, NULL
#define END (-7778.0)
#define ANY (-7777.0) /* nothing is promised */

/* ---- the models ---------------------------------------------------------------------------------------- */

#define X "param x"
#define XY "param x, y"
#define V3 "param v[3]"
#define GUARDED_ROOT "v @ v > 0 ? sqrt(v @ v) : 0"
#define ROTATE "def cross(a, b) = [a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]]\n" \
               "def rotate(r, p) {\n th2 = dot(r, r); th = sqrt(th2); k = r/th\n" \
               " q = th2 > 0 ? p*cos(th) + cross(k, p)*sin(th) + k*dot(k, p)*(1 - cos(th)) : p + cross(r, p)\n}\n"

static const Case cases[] = {
    /* guards: a derivative is that of the branch taken */
    { X, "x > 0 ? sqrt(x) : 0", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "x > 0 ? sqrt(x) : 0", 1, { 4 }, EXPECT(2, 0.25, -0.03125) },
    { X, "x > 0 ? sqrt(x) : 0", 1, { 1e-200 }, EXPECT(1e-100, 5e99, -2.5e299) },
    { X, "x == 0 ? 1 : sin(x)/x", 1, { 0 }, EXPECT(1, 0, 0) },
    { X, "x == 0 ? 1 : sin(x)/x", 1, { 0.7 }, MPFR },
    { X, "abs(x) < 1e-2 ? 1 - x^2/6 : sin(x)/x", 1, { 0 }, EXPECT(1, 0, -1.0 / 3) },
    { X, "x != 0 ? 1/x : 0", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "x > 0 ? x*log(x) : 0", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "x > 0 ? x*log(x) : 0", 1, { 1e-5 }, MPFR },
    { X, "x > 0 ? x^1.5 : 0", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "x > 0 ? (x > 1 ? log(x - 1) : sqrt(x)) : -x", 1, { 1 }, EXPECT(1, 0.5, -0.25) },
    { X, "x > 0 ? (x > 1 ? log(x - 1) : sqrt(x)) : -x", 1, { 0 }, EXPECT(0, -1, 0) },
    { X, "(x > 0 ? sqrt(x) : 0)*(x > 0 ? log(x) : 3)", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "(x > 0 ? sqrt(x) : 0)^2 + exp(x > 0 ? log(x) : x)", 1, { 0 }, EXPECT(1, 1, 1) },
    { X, "(x > 0 ? log(x) : 0) > -1 ? x^2 : 1/x", 1, { 0 }, EXPECT(0, 0, 2) },
    { X, "cbrt(x == 0 ? 1 : x)", 1, { 0 }, EXPECT(1, 0, 0) },
    { X, "x < 1 && x > -1 ? acos(x) : 0", 1, { 1 }, EXPECT(0, 0, 0) },
    { XY, "x == 0 && y == 0 ? 0 : x*y/(x^2 + y^2)", 2, { 0, 0 }, EXPECT(0, 0, 0, 0, 0, 0) },
    { XY, "x == 0 && y == 0 ? 0 : x*y/(x^2 + y^2)", 2, { 0, 2 }, EXPECT(0, 0.5, 0, 0, -0.25, 0) },
    { XY, "x == 0 && y == 0 ? 0 : atan2(y, x)", 2, { 0, 0 }, EXPECT(0, 0, 0, 0, 0, 0) },
    { XY, "y > 0 ? x/y : 0", 2, { 3, 0 }, EXPECT(0, 0, 0, 0, 0, 0) },
    { V3, GUARDED_ROOT, 3, { 0, 0, 0 }, EXPECT(0, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
    { V3, GUARDED_ROOT, 3, { 3, 0, 4 }, EXPECT(5, 0.6, 0, 0.8, 0.128, 0, 0.2, -0.096, 0, 0.072) },
    { "param v[12]", "sum(v[i] > 0 ? sqrt(v[i]) : 0 for i)", 12, { 0, 4, -1, 0 },
      ENTRIES( 2, 1, 0.25, END, 1, 1, -0.03125, END) },
    { "param v[12]", "sum(v[i] == 0 ? 1 : sin(v[i])/v[i] for i)", 12, { 0 }, ENTRIES( 12, END, END) },
    { "param v[12]", "sum((v[i] > 0 ? sqrt(v[i]) : 0)*(v[i+1] > 0 ? log(v[i+1]) : 0) for i in 0..11)", 12, { 0, 1, 0, 0, 1, 1 },
      ENTRIES( 0, 5, 1, END, 5, 4, 0.5, 5, 5, -1, END) },
    { ROTATE "param r[3], p[3]", "dot(rotate(r, p), [1, 2, 3])", 6, { 0, 0, 0, 1, 2, -1 },
      EXPECT(2, 8, -4, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, -3, 2, 0, 3, 0, -1, 0, 0, -2, 1, 0, 0, 0, 0) },
    { ROTATE "param r[3], p[3]", "dot(rotate(r, p), [1, 2, 3])", 6, { 0.3, -0.2, 0.5, 1, 2, -1 }, MPFR },
    { "param v[12]\nr = [sqrt(v[i]) for i in 0..9]\nT = [log(r[i] + v[i]^2) for i in 0..9]",
      "(v[9] > 0 ? sum(T) : 0) + (v[9] > 1 ? 2*sum(T) : 0) + (v[9] > 2 ? 3*sum(T) : 0) + (v[9] > 3 ? 4*sum(T) : 0) + "
      "(v[9] > 4 ? 5*sum(T) : 0) + (v[9] > 5 ? 6*sum(T) : 0) + (v[9] > 6 ? 7*sum(T) : 0) + (v[9] > 7 ? 8*sum(T) : 0)",
      12, { 0 }, ENTRIES(0, END, END) },
    { "param v[12]\nr = [sqrt(v[i]) for i in 0..9]\nT = [log(r[i] + v[i]^2) for i in 0..9]",
      "sum((v[9] > 0 ? T[k] : 0) + (v[9] > 1 ? 2*T[8-k] : 0) + (v[9] > 2 ? 3*T[k] : 0) + (v[10] > 3 ? 4*T[8-k] : 0) + "
      "(v[9] > 4 ? 5*T[k] : 0) + (v[9] > 5 ? 6*T[8-k] : 0) + (v[10] > 6 ? 7*T[k] : 0) + (v[10] > 7 ? 8*T[8-k] : 0) for k in 0..9)",
      12, { 0 }, ENTRIES(0, END, END) },
    /* norms: 0 with all derivatives at the origin, no overflow anywhere else */
    { V3, "norm(v)", 3, { 0, 0, 0 }, EXPECT(0, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
    { V3, "norm(v)", 3, { 3, 0, 4 }, EXPECT(5, 0.6, 0, 0.8, 0.128, 0, 0.2, -0.096, 0, 0.072) },
    { V3, "norm(v)", 3, { 3e200, 0, 4e200 }, EXPECT(5e200, 0.6, 0, 0.8, 1.28e-201, 0, 2e-201, -9.6e-202, 0, 7.2e-202) },
    { V3, "norm(v)", 3, { 3e-200, 0, 4e-200 }, EXPECT(5e-200, 0.6, 0, 0.8, 1.28e199, 0, 2e199, -9.6e198, 0, 7.2e198) },
    { V3, "norm(v)", 3, { 0, 1e-300, 0 }, EXPECT(1e-300, 0, 1, 0, 1e300, 0, 0, 0, 0, 1e300) },
    { V3, "norm(v)^2", 3, { 0, 0, 0 }, EXPECT(0, 0, 0, 0, ANY, ANY, ANY, ANY, ANY, ANY) },
    { "param v[12]", "norm(v)", 12, { 0 }, ENTRIES( 0, END, END) },
    { "param v[12]", "norm(v)", 12, { 3e180, 0, 4e180 }, MPFR },
    { "param v[12]", "norm(v)", 12, { 3e-180, 0, 4e-180 }, MPFR },
    { "param v[12]", "norm(v)", 12, { 0.5, -0.25, 2, 1, 0, 0, 1, 3, -1, 0.125, 7, 1 }, MPFR },
    { "param v[12]", "sum(norm([v[i], v[i+1]]) for i in 0..11)", 12, { 3, 4, 0, 0, 0, 3 },
      ENTRIES( 15, 0, 0.6, 1, 1.8, 5, 2, END, 0, 0, 0.128, 1, 0, -0.096, 1, 1, 0.072, 2, 2, 0.25, 4, 4, 1.0 / 3, 6, 6, 1.0 / 3, END) },
    { XY, "hypot(x, y)", 2, { 0, 0 }, EXPECT(0, 0, 0, 0, 0, 0) },
    { XY, "hypot(x, y)", 2, { 3e200, 4e200 }, EXPECT(5e200, 0.6, 0.8, 1.28e-201, -9.6e-202, 7.2e-202) },
    { XY, "hypot(x, y)", 2, { 3e-200, 4e-200 }, EXPECT(5e-200, 0.6, 0.8, 1.28e199, -9.6e198, 7.2e198) },
    { XY, "hypot(x, y)", 2, { 0, -2 }, EXPECT(2, 0, -1, 0.5, 0, 0) },
    /* exponentials */
    { V3, "logsumexp(v)", 3, { 1000, 1000, -1e4 }, EXPECT(1000.6931471805599, 0.5, 0.5, 0, 0.25, -0.25, 0.25, 0, 0, 0) },
    { V3, "logsumexp(v)", 3, { -1e300, 1e300, 0 }, EXPECT(1e300, 0, 1, 0, 0, 0, 0, 0, 0, 0) },
    { V3, "logsumexp(v)", 3, { 0.5, -1, 2 }, MPFR },
    { V3, "log(sum(exp(v)))", 3, { 900, 900, 900 }, EXPECT(901.0986122886681, 1.0 / 3, 1.0 / 3, 1.0 / 3, 2.0 / 9, -1.0 / 9, 2.0 / 9,
                                                            -1.0 / 9, -1.0 / 9, 2.0 / 9) },
    { "param v[12]", "logsumexp(v)", 12, { 800, -800, 0, 1e5, 1e5 }, MPFR },
    { V3, "softmax(v)[0]", 3, { 1000, 1000, -1e4 }, EXPECT(0.5, 0.25, -0.25, 0, 0, 0, 0, 0, 0, 0) },
    { V3, "dot(softmax(v), [1, 2, 4])", 3, { 0.5, -1, 2 }, MPFR },
    { X, "log(1 + x)", 1, { 0 }, EXPECT(0, 1, -1) },
    { X, "log(1 + x)", 1, { 1e-20 }, EXPECT(1e-20, 1, -1) },
    { X, "exp(x) - 1", 1, { 1e-20 }, EXPECT(1e-20, 1, 1) },
    { X, "log(1 + exp(x))", 1, { 800 }, EXPECT(800, 1, 0) },
    { X, "log(1 + exp(x))", 1, { -800 }, EXPECT(0, 0, 0) },
    { X, "1/(1 + exp(-x))", 1, { -800 }, EXPECT(0, 0, 0) },
    { X, "1/(1 + exp(-x))", 1, { 800 }, EXPECT(1, 0, 0) },
    { X, "exp(x)/(1 + exp(x))", 1, { 800 }, EXPECT(1, 0, 0) },
    { X, "log(sig(x))", 1, { 30 }, MPFR },
    { X, "softplus(x)^2 + silu(x) + gelu(x)", 1, { -900 }, EXPECT(0, 0, 0) },
    { X, "tanh(x)", 1, { 800 }, EXPECT(1, 0, 0) },
    /* kinks */
    { X, "abs(x)", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "abs(x)^3", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "relu(x)", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "relu(x)^2", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "relu(x)^2", 1, { 3 }, EXPECT(9, 6, 2) },
    { X, "x*step(x) + sign(x)*x^2", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "clamp(x, -1, 1)^2", 1, { 1 }, EXPECT(1, 2, 2) },
    { X, "clamp(x, -1, 1)^2", 1, { 1.5 }, EXPECT(1, 0, 0) },
    { XY, "max(x, y)^2", 2, { 2, 2 }, EXPECT(4, 4, 0, 2, 0, 0) },
    { XY, "min(x, y)^2*y", 2, { 2, 2 }, EXPECT(8, 8, 4, 4, 4, 0) },
    { V3, "max(v)^2", 3, { 2, 2, 2 }, EXPECT(4, 4, 0, 0, 2, 0, 0, 0, 0, 0) },
    { "param v[12]", "min(v)^3", 12, { 2, 1, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, ENTRIES( 1, 1, 3, END, 1, 1, 6, END) },
    /* powers and products at 0 */
    { X, "x^0", 1, { 0 }, EXPECT(1, 0, 0) },
    { X, "x^1", 1, { 0 }, EXPECT(0, 1, 0) },
    { X, "x^2", 1, { 0 }, EXPECT(0, 0, 2) },
    { X, "x^3", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "x^7", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "x^40", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "x^2.5", 1, { 0 }, EXPECT(0, 0, 0) },
    { X, "x^2.5", 1, { 0.3 }, MPFR },
    { X, "pow(x, 2)", 1, { -3 }, EXPECT(9, -6, 2) },
    { X, "x^-2", 1, { -2 }, EXPECT(0.25, 0.25, 0.375) },
    { XY, "x^y", 2, { 0, 0 }, EXPECT(1, 0, ANY, 0, ANY, ANY) },
    { XY, "x^y", 2, { 0, 1 }, EXPECT(0, 1, 0, 0, ANY, 0) },
    { XY, "x^y", 2, { 0, 2 }, EXPECT(0, 0, 0, 2, 0, 0) },
    { XY, "x^y", 2, { 0, 3 }, EXPECT(0, 0, 0, 0, 0, 0) },
    { XY, "x^y", 2, { 0, 2.5 }, EXPECT(0, 0, 0, 0, 0, 0) },
    { XY, "x^y", 2, { 0.5, 2.5 }, MPFR },
    { XY, "x > 0 ? x^y : 0", 2, { 0, 0.5 }, EXPECT(0, 0, 0, 0, 0, 0) },
    { "input k in 0..5\n" X, "x^k", 1, { 0 }, EXPECT(1, 0, 0) },
    { V3, "prod(v)", 3, { 0, 0, 5 }, EXPECT(0, 0, 0, 0, 0, 5, 0, 0, 0, 0) },
    { V3, "prod(v)", 3, { 0, 2, 5 }, EXPECT(0, 10, 0, 0, 0, 5, 0, 2, 0, 0) },
    { "param v[12]", "prod(v)", 12, { 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2 },
      ENTRIES( 0, END, 1, 0, 2, END) },
    { XY, "sqrt(x^2 + y^2 + 1e-12)", 2, { 0, 0 }, EXPECT(1e-6, 0, 0, 1e6, 0, 1e6) },
    { XY, "asin(x) + atanh(y)", 2, { 1e-12, 1e-13 }, EXPECT(1.1e-12, 1, 1, 1e-12, 0, 2e-13) }, /* digits of x, not of 1 - x */
    { XY, "asin(x)*atanh(y) + acosh(1 + x^2 + y^2)", 2, { 0.5, -0.5 }, MPFR },
    { XY, "lgamma(x)*erf(y) + atan2(x, y)", 2, { 0.5, -0.5 }, MPFR },
};

/* What is put around a model: the expression stands for %s twice. */
static const struct {
    const char *name, *before, *after;
    double factor;
} shapes[] = {
    { "plain", "f = ", "\n", 1 },
    { "loop", "s = 0\nfor t in 0..3 { s = s + (", ") }\nf = s\n", 3 },
    { "branch of a loop", "s = 0\nfor t in 0..4 { s = s + (t == 2 ? 2*(", ") : t) }\nf = s - 4\n", 2 },
    { "gathered", "for t in 0..12 { o[t] = (", ")*(t + 1) }\nf = sum(o)\n", 78 },
    { "sum", "f = sum((", ")*(j + 1) for j in 0..12)\n", 78 },
    { "array", "g[j] = ", " for j in 0..12\nf = sum(g)\n", 12 },
};

/* ---- numbers ------------------------------------------------------------------------------------------- */

/* Relative, but absolute among what is of the size of 1 or below, and what is lost among much larger elements. */
static bool is_close(double got, double expected, double largest)
{
    if (expected == ANY)
        return true;
    return got == expected || fabs(got - expected) <= 1e-10 * fabs(expected) + 1e-13 * fmin(largest, 1) + 1e-15 * largest;
}

static void compare(Test *t, const char *what, double got, double expected, double largest)
{
    if (is_close(got, expected, largest)) {
        t->passed++;
    } else if (t->failed++ < 40) {
        printf("failed: %s: %s at (", t->shape, t->at->expression);
        for (unsigned k = 0; k < t->at->count; k++)
            printf("%s%g", k == 0 ? "" : ", ", t->at->point[k]);
        printf("): %s is %.17g, expected %.17g\n", what, got, expected);
    }
}

/* ---- one model in one shape ------------------------------------------------------------------------------ */

static double times_factor(const Test *t, double expected)
{
    return expected == ANY ? ANY : t->factor * expected;
}

static double find_entry(const Case *at, unsigned i, unsigned j)
{
    const double *entry = at->entries + 1;

    for (; *entry != END; entry += 2)
        if (j == at->count && entry[0] == i)
            return entry[1];
    for (entry++; *entry != END; entry += 3)
        if ((entry[0] == i && entry[1] == j) || (entry[0] == j && entry[1] == i))
            return entry[2];
    return 0;
}

static bool by_mpfr(const Case *at)
{
    return at->expected == NULL && at->entries == NULL;
}

/* The differences are those of the plain shape, which comes first. */
static double expected_element(Test *t, Oracle *o, unsigned i, unsigned j)
{
    unsigned n = t->at->count;

    if (by_mpfr(t->at) && t->factor == 1)
        t->differences[i][j] = difference(o, t->unit, t->at, i, j);
    if (by_mpfr(t->at))
        return t->factor * t->differences[i][j];
    if (t->at->entries != NULL)
        return t->factor * find_entry(t->at, i, j);
    if (j == n)
        return times_factor(t, t->at->expected[1 + i]);
    return times_factor(t, t->at->expected[1 + n + (i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i)]);
}

static void check_elements(Test *t, Oracle *o, const Evaluation *e, const double *gradient)
{
    const Program *p = e->program;
    const double *hessian = e->reals[p->derivatives.at[0]];
    unsigned n = t->at->count;
    double largest = 0;
    char what[64];

    for (unsigned i = 0; i < n * n; i++)
        largest = fmax(largest, fabs(hessian[i]));
    for (unsigned i = 0; i < n; i++) {
        (void)snprintf(what, sizeof what, "d/d%u", i);
        compare(t, what, gradient[i], expected_element(t, o, i, n), 1);
        for (unsigned j = 0; j < n; j++) {
            (void)snprintf(what, sizeof what, "d2/d%ud%u", i, j);
            compare(t, what, hessian[i * n + j], expected_element(t, o, i, j), largest);
        }
    }
}

static void run_at(const Test *t, Evaluation *e)
{
    const Program *p = e->program;
    unsigned k = 0;

    for (SymId s = 0; s < p->symbols.count; s++)
        for (size_t i = 0; p->symbols.at[s].role == SYM_PARAM && i < eval_elements(p, s); i++)
            e->reals[s][i] = t->at->point[k++];
    eval_run(e);
}

static void check_model(Unit *unit, void *context)
{
    Test *t = context;
    double gradient[MOST_VARIABLES], value;
    Evaluation e, reversed;
    unsigned k = 0;
    Oracle *o;

    if (!unit_open(unit, t->at->expression, t->text, strlen(t->text)) || !unit_make_hessian(unit) || !unit_make_value_grad(unit)) {
        Text messages;

        text_init(&messages, unit->arena);
        diag_print(&unit->diag, &messages);
        printf("failed: %s: %s", t->shape, text_string(&messages));
        t->failed++;
        return;
    }
    t->unit = unit;
    o = oracle_new(unit->lowered.program, unit->arena, BITS);
    eval_init(&e, unit->arena, unit->hessian);
    eval_init(&reversed, unit->arena, unit->value_grad);
    run_at(t, &e);
    run_at(t, &reversed);
    set_variables(o, unit, t->at);
    oracle_run(o);
    value = by_mpfr(t->at) ? mpfr_get_d(*oracle_elements(o, unit->lowered.program->outputs.at[0]), MPFR_RNDN) : t->factor * (t->at->entries != NULL ? t->at->entries : t->at->expected)[0];
    compare(t, "the value", e.reals[e.program->outputs.at[0]][0], value, 1);
    for (size_t g = 0; g < reversed.program->gradients.count; g++)
        for (size_t i = 0; i < eval_elements(reversed.program, reversed.program->gradients.at[g]); i++)
            gradient[k++] = reversed.reals[reversed.program->gradients.at[g]][i];
    check_elements(t, o, &e, gradient);
}

/* The same through derivatives inside the language: value, first and second derivative as outputs. */
static void check_inside(Unit *unit, void *context)
{
    static const char *const names[] = { "the value inside", "grad inside", "grad of grad inside" };
    Test *t = context;
    Evaluation e;

    if (!unit_open(unit, t->at->expression, t->text, strlen(t->text)) || !unit_make_value(unit)) {
        printf("failed: grad inside: %s\n", t->text);
        t->failed++;
        return;
    }
    eval_init(&e, unit->arena, unit->value);
    run_at(t, &e);
    for (size_t k = 0; k < 3; k++)
        compare(t, names[k], e.reals[e.program->outputs.at[k]][0], t->at->expected[k], 1);
}

static void check_grad(Test *t, const Case *at)
{
    Options options = options_default();
    char text[TEXT_SIZE];
    Unit unit;

    if (at->count != 1 || at->expected == NULL)
        return;
    (void)snprintf(text, sizeof text, "%s\nf = %s\ng = grad(f, x)\nh = grad(g, x)\noutput f, g, h\n", at->declared, at->expression);
    *t = (Test){ .at = at, .text = text, .shape = "inside", .factor = 1, .passed = t->passed, .failed = t->failed };
    unit_init(&unit, &options);
    if (!unit_run(&unit, check_inside, t)) {
        printf("failed: grad inside: %s: %s\n", at->expression, unit.failure);
        t->failed++;
    }
    unit_close(&unit);
}

static void check_case(Test *t, const Case *at)
{
    char text[TEXT_SIZE];

    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        Options options = options_default();
        Unit unit;

        (void)snprintf(text, sizeof text, "%s\n%s%s%s", at->declared, shapes[k].before, at->expression, shapes[k].after);
        t->at = at;
        t->text = text;
        t->shape = shapes[k].name;
        t->factor = shapes[k].factor;
        unit_init(&unit, &options);
        if (!unit_run(&unit, check_model, t)) {
            printf("failed: %s: %s: %s\n", t->shape, at->expression, unit.failure);
            t->failed++;
        }
        unit_close(&unit);
    }
}

int main(void)
{
    Test t = { 0 };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(&t, &cases[i]);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_grad(&t, &cases[i]);
    printf("second: %u passed, %u failed\n", t.passed, t.failed);
    return t.failed != 0;
}
