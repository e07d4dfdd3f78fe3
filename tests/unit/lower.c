/* lower.c -- models with known results: the lowered program and what it becomes after every pass up to outlining are
 * sound and compute them; what only an untaken branch needs is neither computed nor differentiated. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/eval.h"
#include "unit.h"

typedef struct {
    const char *text;
    unsigned count;
    double expected[12]; /* elements of all outputs */
} Case;

static const Case cases[] = {
    /* element by element, broadcast, subscripts */
    { "param x = 3, y = -4\nf = (x + sig(y)) / (sig(x) + (x+y)^2)", 1, { 1.5456448841066441 } },
    { "param A[2,3] = [[1,2,3],[4,5,6]], c[3] = [10,20,30], r[2,1] = [[1],[2]]\nB = A + c + r\nf = B[1]\noutput f", 3,
      { 16, 27, 38 } },
    { "param A[2,3] = [[1,2,3],[4,5,6]]\nB = A'\ng = B[1..3, 1]\noutput B, g", 8, { 1, 4, 2, 5, 3, 6, 5, 6 } },
    { "param x[5] = [1,2,3,4,5]\ny = (x*x + 1)[1..4][..2]", 2, { 5, 10 } },
    { "const perm = [2,0,1]\nparam x[3] = [5,6,7]\ny[i] = x[2-i]*x[perm[i]] + perm[i]/2", 3, { 50, 30, 30.5 } },
    { "input k[2] in 0..3 = [2,0]\nparam x[3] = [5,6,7]\ny[i] = x[k[i]] + k[i]", 2, { 9, 5 } },
    { "param a = 2, b = 3\nv = [a*b, a - b, 1]\nf = v[0]*v[1]\ng = sum(v*[[1, 2, 3], [0, 0, 1]])\noutput v, f, g", 5,
      { 6, -1, 1, -6, 8 } },
    { "param x[3] = [1,2,3]\ny = concat(x[1..], 7, x*x)", 6, { 2, 3, 7, 1, 4, 9 } },
    { "param x[2] = [1,2], y[3] = [3,4,5]\nf = outer(2*x, y + 1)", 6, { 8, 10, 12, 16, 20, 24 } },
    { "param x = 0.5\nf = [j + 10*i + x for i in 2..4, j in 0..3]", 6, { 20.5, 21.5, 22.5, 30.5, 31.5, 32.5 } },
    { "param x[1] = 3, A[2,1] = [[1],[2]]\ny = A @ x\nz = sum(A[i] for i)\noutput y, z", 3, { 3, 6, 3 } },
    /* products */
    { "param W[2,3] = [[1,2,3],[4,5,6]], X[3,2] = [[1,0],[0,1],[1,1]]\nD = W @ X", 4, { 4, 5, 10, 11 } },
    { "param W[2,3] = [[1,2,3],[4,5,6]], x[3] = [1,0,2], y[2] = [1,-1]\nu = W @ (x + 1)\nv = (2*y) @ W\nd = y @ y\n"
      "output u, v, d", 6, { 13, 31, -6, -6, -6, 2 } },
    { "param A[2,2] = [[1,2],[3,4]]\nf = dot(A, A + 1)", 1, { 40 } },
    { "param A[2,3] = [[1,2,3],[4,5,6]]\nP[i,j] = sum(A[i,k]*A[j,k] for k)\nq = [P[i] @ P for i]\noutput P, q", 8,
      { 14, 32, 32, 77, 1220, 2912, 2912, 6953 } },
    /* reductions */
    { "param A[2,3] = [[1,2,3],[4,5,6]]\nf = [sum(A), prod(A), max(A), min(A), mean(A)]", 5, { 21, 720, 6, 1, 3.5 } },
    { "param A[2,3] = [[1,2,3],[4,5,6]]\n"
      "r = [sum(A[i]) for i]; c = sum(A[i] for i); m = max(A[i] for i); p = prod(A[i] for i)\n"
      "output r, c, m, p", 11, { 6, 15, 5, 7, 9, 4, 5, 6, 4, 10, 18 } },
    { "param x[10] = 2\nf = prod(x)\ng = prod(x[i]*x[j] for i, j in 0..i)\noutput f, g", 2, { 1024, 0x1p90 } },
    { "param x[4] = [1,2,3,4]\nf[i] = prod(x[j] for j in 0..i) for i in 0..5\n"
      "g = sum(x[j] for i in 0..5, j in 0..i)\n"
      "output f, g", 6, { 1, 1, 2, 6, 24, 20 } },
    { "param x[12] = 1.5\nf[i] = prod(x[j] for j in i..2*i) for i in 0..7", 7,
      { 1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 11.390625 } },
    { "param x[4] = [1,2,3,4]\nm[i] = mean(x[j] for j in 0..i+1) for i in 0..4\n"
      "t = mean(x[j] for i in 0..4, j in 0..i+1)\n"
      "output m, t", 5, { 1, 1.5, 2, 2.5, 2 } },
    { "param x[2] = [3e200, 4e200], z[2] = 0\n"
      "f = norm(x); g = norm(z); h[i] = norm(x[j] for j in 0..i) for i in 0..2\n"
      "output f, g, h", 4, { 5e200, 0, 0, 3e200 } },
    { "param x[2] = [1000, 1000], y[2] = 0\n"
      "f = logsumexp(x); s = softmax(x); t[i] = logsumexp(y[j] for j in 0..i+1) for i in 0..2\n"
      "output f, s, t", 5, { 1000.6931471805599, 0.5, 0.5, 0, 0.69314718055994531 } },
    { "param x[2,3] = [[1,2,3],[4,5,6]]\nP = [softmax(x[i]*0) for i]\nf = P[1] + [norm(x[i]*0) for i in 0..1][0]", 3,
      { 1. / 3, 1. / 3, 1. / 3 } },
    { "param w[3] = [1,2,1], x[5] = [1,2,3,4,5]\ny[i] = sum(w[k]*x[i+k] for k)", 3, { 8, 12, 16 } },
    { "param L[3,3] = [[1,0,0],[2,3,0],[4,5,6]], r[3] = [1,1,1]\n"
      "f = sum((exp(0*r[i])*r[i] + sum(L[i,j]*r[j] for j in 0..i))^2 "
      "for i in 0..3)", 1, { 110 } },
    /* functions */
    { "param s0[2] = [1, 0]\ndef g(s) = [s[1], -2*s[0]]\n"
      "def step4(s, h) { k1 = g(s); k2 = g(s + h*k1); r = s + h/2*(k1 + k2) }\n"
      "s = step4(s0, 0.5)\ntheta = step4(s, 0.5)\noutput s, theta", 4, { 0.75, -1, 0.0625, -1.5 } },
    { "param x[2,2] = [[1,2],[3,4]]\ndef h(v) { m = mean(v); d = v - m; q = sum(d*d) }\n"
      "f[i] = h(x[i]) + h([x[i,0], 0])", 2,
      { 1, 5 } },
    { "param x[3] = [1,2,3]\ndef twice(v) { w[i] = 2*v[i]; u = w + w[0] }\n"
      "f = sum(twice(x*n) for n in 0..3)", 3, { 12, 18, 24 } },
    /* branches */
    { "param x = 0\nf = x > 0 ? sqrt(x) : 0", 1, { 0 } },
    { "param u[4] = [1,2,4,8]\n"
      "l[i] = (i == 0 ? 0 : u[i-1]) - 2*u[i] + (i == 3 ? 0 : u[i+1]) for i in 0..4", 4, { 0, 1, 2, -12 } },
    { "param u[4] = [1,2,4,8]\n"
      "f[i] = i > 0 && u[i-1] > 1 ? sum(u[i-1]*u[k] for k) : i == 0 || u[i-1] < 1 ? -1 : -2 for i in 0..4", 4,
      { -1, -2, 30, 60 } },
    { "param u[4] = [1,2,4,8]\n"
      "f[i] = sum(j < i ? sum(u[i-j-1]*u[k] for k in 0..2) : 0 for j in 0..4) for i in 0..4", 4,
      { 0, 3, 9, 21 } },
    { "param a[3] = [1, 0, 4]\ns[i] = sqrt(a[i]); k[i] = 1/s[i]\nf[i] = a[i] > 0 ? k[i]*norm([k[i], a[i]]) : 7", 3,
      { 1.4142135623730951, 7, 2.0155644370746373 } },
    { "param a[2,3] = [[1,2,3],[4,5,6]], c = 1\nf = c > 2 ? a @ [1,1,1] : c > 0 ? a[0,..2]*2 : [1,2]", 2, { 2, 4 } },
    { "param a = 3, b = 5\nf = max(a, b, 4) - min(a, b, 1)\n"
      "g = !(a > b) && (b > 9 || a < 4) ? 1 : 2\noutput f, g", 2, { 4, 1 } },
};

typedef struct {
    unsigned passed, failed;
    const Case *at;
} Test;

static void expect(Test *t, bool ok, const char *what, const char *pass)
{
    if (ok) {
        t->passed++;
    } else {
        t->failed++;
        printf("failed: %s (%s):\n%s\n", what, pass, t->at->text);
    }
}

static void fill_defaults(Evaluation *e, const Lowered *lowered)
{
    for (size_t i = 0; i < lowered->declared.count; i++) {
        Declared declared = lowered->declared.at[i];

        for (size_t k = 0; k < eval_elements(e->program, declared.symbol) && declared.defaults != NULL; k++) {
            double value = rational_to_double(declared.defaults[k]);

            if (e->integers[declared.symbol] != NULL)
                e->integers[declared.symbol][k] = (int32_t)value;
            else
                e->reals[declared.symbol][k] = value;
        }
    }
}

static bool agrees(const Evaluation *e, const Case *at)
{
    unsigned position = 0;

    for (size_t i = 0; i < e->program->outputs.count; i++) {
        SymId output = e->program->outputs.at[i];

        for (size_t k = 0; k < eval_elements(e->program, output); k++, position++) {
            double value = e->reals[output][k];
            double expected = position < at->count ? at->expected[position] : (double)NAN;

            if (!(fabs(value - expected) <= 1e-14 * fabs(expected))) {
                printf("element %u: %.17g\n", position, value);
                return false;
            }
        }
    }
    return position == at->count;
}

static void check_program(Test *t, Unit *unit, const Program *p, const char *pass)
{
    const char *wrong = program_verify(p);
    Evaluation e;

    expect(t, wrong == NULL, wrong == NULL ? "" : wrong, pass);
    if (wrong != NULL)
        return;
    eval_init(&e, unit->arena, p);
    fill_defaults(&e, &unit->lowered);
    eval_run(&e);
    expect(t, agrees(&e, t->at), "the results", pass);
}

static void check_passes(Test *t, Unit *unit, size_t wanted_count)
{
    Program *p = unit->lowered.program;

    check_program(t, unit, p, "lower");
    p = pass_simplify(p);
    check_program(t, unit, p, "simplify");
    check_program(t, unit, pass_sink_guards(p), "sink");
    check_program(t, unit, pass_outline(p, unit->wanted.at, wanted_count), "outline");
    p = pass_prune(pass_simplify(pass_unroll(pass_simplify(unit->lowered.program))));
    check_program(t, unit, pass_sink_guards(p), "unroll, sink");
    check_program(t, unit, pass_outline(p, unit->wanted.at, wanted_count), "unroll, outline");
}

static void work(Unit *unit, void *context)
{
    Test *t = context;
    Text text;

    if (!unit_open(unit, "test", t->at->text, strlen(t->at->text))) {
        text_init(&text, unit->arena);
        diag_print(&unit->diag, &text);
        expect(t, t->at->count == 0, text_string(&text), "open");
        return;
    }
    check_passes(t, unit, unit->wanted.count);
    check_passes(t, unit, 0);
}

/* The gradient of what stands in an untaken branch is 0, also where it was given names outside of it. */
static const Case branch_gradients[] = {
    { "param a[3] = [0, 1, 4]\ns[i] = sqrt(a[i]); k[i] = 1/s[i]\n"
      "f = sum(a[i] > 0 ? k[i] : 0 for i)", 3, { 0, -0.5, -0.0625 } },
    { "param a[3] = [0, 1, 4]\ndef g(v) { s = sqrt(v); q = 1/s }\n"
      "f = sum(a > 0 ? g(a) : 0)", 3, { 0, -0.5, -0.0625 } },
    { "param x[9] = [0,4,4,4,4,4,4,4,4]\ns = sqrt(x); d = sum(1/s)\nf = min(x) > 0 ? d : max(x) < -1 ? 2*d : x[1]", 9,
      { 0, 1 } },
    { "param x[9] = [1,4,4,4,4,4,4,4,4]\ns = sqrt(x); d = sum(1/s)\nf = min(x) > 1 ? d : max(x) > 1 ? 2*d : x[1]", 2,
      { -1, -0.125 } },
    { "param r[2,9] = 0\ndef unit(v) { s2 = dot(v, v); s = sqrt(s2); k = v/s; q = s2 > 0 ? k*cos(s) : v }\n"
      "f = sum(sum(unit(r[n])) for n in 0..1)", 18, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0 } },
};

static void gradient_work(Unit *unit, void *context)
{
    Test *t = context;
    Evaluation e;
    bool good = true;

    if (!unit_open(unit, "test", t->at->text, strlen(t->at->text)) || !unit_make_value_grad(unit)) {
        expect(t, false, "compiles", "reverse");
        return;
    }
    eval_init(&e, unit->arena, unit->value_grad);
    fill_defaults(&e, &unit->lowered);
    eval_run(&e);
    for (unsigned i = 0; i < t->at->count; i++) {
        double expected = i < sizeof t->at->expected / sizeof *t->at->expected ? t->at->expected[i] : 0;
        double value = e.reals[unit->value_grad->gradients.at[0]][i];

        good = good && fabs(value - expected) <= 1e-14;
    }
    expect(t, good, "the gradient", "reverse");
}

static void run(Test *t, const Case *at, UnitWork *todo)
{
    Options options = options_default();
    Unit unit;

    t->at = at;
    unit_init(&unit, &options);
    if (!unit_run(&unit, todo, t))
        expect(t, false, unit.failure, "run");
    unit_close(&unit);
}

int main(void)
{
    Test t = { 0 };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        run(&t, &cases[i], work);
    for (size_t i = 0; i < sizeof branch_gradients / sizeof *branch_gradients; i++)
        run(&t, &branch_gradients[i], gradient_work);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
