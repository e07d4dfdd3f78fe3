/* samples.c -- models with data against the same models with the samples in arrays, for several numbers of samples: results of all
 * programs element by element. How many passes over the data each function takes, and that nothing grows with the samples. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/eval.h"
#include "plan/plan.h"
#include "unit.h"

typedef struct {
    const char *name;
    const char *data, *arrays;             /* `arrays` stands behind const N = the number of samples */
    unsigned value, grad, forward, backward; /* passes over the data */
} Case;

static const Case cases[] = {
    { "regression",
      "param w[3], b\ndata x[3], y\nJ = mean((y - x @ w - b)^2 for data) + 0.01*sum(w^2)",
      "param w[3], b\ninput x[N,3], y[N]\nJ = mean((y[s] - x[s] @ w - b)^2 for s) + 0.01*sum(w^2)",
      1, 1, 1, 1 },
    { "variance",
      "param w[3], b\ndata x[3]\nz = tanh(x @ w) + b\nm = mean(z for data)\nv = mean((z - m)^2 for data)\nJ = v/(1 + m^2)",
      "param w[3], b\ninput x[N,3]\nz[s] = tanh(x[s] @ w) + b\nm = mean(z)\nv = mean((z - m)^2)\nJ = v/(1 + m^2)",
      2, 3, 2, 2 },
    { "log of a sum",
      "param w[3]\ndata x[3]\nJ = log(sum(exp(x @ w) for data))*sum(w^2)",
      "param w[3]\ninput x[N,3]\nJ = log(sum(exp(x[s] @ w) for s))*sum(w^2)",
      2, 3, 2, 1 }, /* shifted by the largest exponent */
    { "log of a sum of tiny numbers",
      "param w[3]\ndata x[3]\nJ = log(sum(exp(x @ w - 2000) for data))",
      "param w[3]\ninput x[N,3]\nJ = log(sum(exp(x[s] @ w - 2000) for s))",
      2, 3, 2, 1 },
    { "normalised sums",
      "param w[3]\ndata x[3]\nJ = sum(x[0]*exp(x @ w) for data)/sum(exp(x @ w) for data)",
      "param w[3]\ninput x[N,3]\nJ = sum(x[s,0]*exp(x[s] @ w) for s)/sum(exp(x[s] @ w) for s)",
      1, 2, 1, 1 },
    { "two sums in one pass",
      "param w[12]\ndata x[12], y\na = sum(x*w*y for data)\nb = mean(sum(sin(x*w)) for data)\noutput a, b",
      "param w[12]\ninput x[N,12], y[N]\na = sum(x[s]*w*y[s] for s)\nb = mean(sum(sin(x[s]*w)) for s)\noutput a, b",
      1, 0, 1, 1 },
    { "recurrence",
      "param w[3], A[3,3]\ndata x[3], y\nh = 0*w\nfor t in 0..5 { h = tanh(A @ h + x*w) }\nJ = mean((y - sum(h))^2 for data)",
      "param w[3], A[3,3]\ninput x[N,3], y[N]\ndef run(x) { h = 0*w\nfor t in 0..5 { h = tanh(A @ h + x*w) }\nr = sum(h) }\n"
      "J = mean((y[s] - run(x[s]))^2 for s)",
      1, 1, 1, 1 },
    { "sums gathered in a recurrence",
      "param w\ndata x[6]\nh = w\nfor t in 0..6 { h = sin(h + x[t]); m[t] = mean(h for data) }\nJ = sum(m^2)",
      "param w\ninput x[N,6]\nH[s] = w for s in 0..N\nh = H\nfor t in 0..6 { h[s] = sin(h[s] + x[s,t]); m[t] = mean(h) }\nJ = sum(m^2)",
      1, 2, 1, 1 },
    { "Newton's iteration",
      "param c in [0.5, 1]\ndata a in [1, 4]\nx = a; r = 1\nfor k in 0..30 while abs(r) > 1e-9 { r = x^2 - c*a; x = x - r/(2*x) }\n"
      "m = mean(x for data)\nJ = mean((x - m)^2 for data) + c",
      "param c in [0.5, 1]\ninput a[N] in [1, 4]\ndef root(a) { x = a; r = 1\nfor k in 0..30 while abs(r) > 1e-9 { r = x^2 - c*a; x = x - r/(2*x) }\n"
      "y = x }\nX[s] = root(a[s])\nJ = mean((X - mean(X))^2) + c",
      2, 3, 2, 2 },
    { "branches and maxima",
      "param w[9]\ndata x[9], y\nt = max(w[i]*x[i] for i)\nJ = sum(y > 0 ? sqrt(y)*t : norm(x - w) for data)",
      "param w[9]\ninput x[N,9], y[N]\nt[s] = max(w[i]*x[s,i] for i)\nJ = sum(y[s] > 0 ? sqrt(y[s])*t[s] : norm(x[s] - w) for s)",
      1, 1, 1, 1 },
    { "sums for every index",
      "param w[4]\ndata x[4]\nm = mean(x*w for data)\nC[i,j] = mean((w[i]*x[i] - m[i])*(w[j]*x[j] - m[j]) for data)",
      "param w[4]\ninput x[N,4]\nm = sum(x[s]*w for s)/N\nC[i,j] = mean((w[i]*x[s,i] - m[i])*(w[j]*x[s,j] - m[j]) for s)",
      2, 0, 2, 2 },
    { "derivative inside",
      "param w[3]\ndata x[3], y\nu = tanh(x @ w)\ng = grad(u, w)\nJ = mean((y - u)^2 + sum(g^2) for data)",
      "param w[3]\ninput x[N,3], y[N]\nu[s] = tanh(x[s] @ w)\ng[s,k] = (1 - u[s]^2)*x[s,k]\n"
      "J = mean((y[s] - u[s])^2 + sum(g[s]^2) for s)",
      1, 1, 1, 1 },
};

typedef struct {
    const Case *at;
    int32_t samples;
    bool arrays;
    VEC(double) results; /* of all programs, in a fixed order */
    int passed, failed;
} Test;

static void expect(Test *t, bool good, const char *what)
{
    t->passed += good;
    t->failed += !good;
    if (!good)
        printf("FAIL %s, %d samples: %s\n", t->at->name, (int)t->samples, what);
}

/* ---- running ----------------------------------------------------------------------------------------- */

static double sample_at(size_t i, size_t symbol)
{
    return 0.3 + 0.9 * sin(1.7 * (double)i + 2.3 * (double)symbol + 0.4);
}

/* Both models have the same names in the same order, and samples lie behind one another in both. */
static void fill(const Unit *unit, Evaluation *e)
{
    const Program *p = e->program;

    for (size_t d = 0; d < unit->lowered.declared.count; d++) {
        const Declared *declared = &unit->lowered.declared.at[d];

        for (size_t i = 0; i < eval_elements(p, declared->symbol); i++) {
            double value = sample_at(i, d);

            if (declared->has_range)
                value = declared->low + (declared->high - declared->low) * (0.5 + 0.4 * sin(value * 7));
            e->reals[declared->symbol][i] = value;
        }
    }
    for (SymId s = 0; s < p->symbols.count; s++)
        for (size_t i = 0; i < eval_elements(p, s); i++)
            if (p->symbols.at[s].role == SYM_SEED || p->symbols.at[s].role == SYM_DIRECTION)
                e->reals[s][i] = 1 + 0.3 * cos((double)i);
}

static void take(Test *t, Unit *unit, const Evaluation *e, const SymId *symbols, size_t count)
{
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < eval_elements(e->program, symbols[k]); i++)
            vec_push(unit->arena, &t->results, e->reals[symbols[k]][i]);
}

static unsigned count_passes(const Program *p)
{
    unsigned count = 0;

    for (size_t i = 0; i < p->body.count; i++)
        count += p->body.at[i].kind == ITEM_LOOP && p->loops.at[p->body.at[i].id].samples;
    return count;
}

static void check_plan(Test *t, Unit *unit, const Program *p)
{
    Plan *plan = plan_make(&unit->heap, p);
    const char *wrong = plan_check(plan);

    expect(t, wrong == NULL, wrong == NULL ? "" : wrong);
    expect(t, plan_growing(plan) == NO_ID, "an array grows with the samples");
    plan_free(plan);
}

static void run(Test *t, Unit *unit, const Program *p)
{
    Evaluation e;

    eval_init(&e, unit->arena, p);
    fill(unit, &e);
    eval_run(&e);
    take(t, unit, &e, p->outputs.at, p->outputs.count);
    take(t, unit, &e, p->gradients.at, p->gradients.count);
    take(t, unit, &e, p->derivatives.at, p->derivatives.count);
    if (!t->arrays)
        check_plan(t, unit, p);
}

/* The backward sweep reads the tape of the forward sweep. */
static void run_sweeps(Test *t, Unit *unit)
{
    Program *forward = unit->sweeps.forward, *backward = unit->sweeps.backward;
    Evaluation f, b;
    SymId to = 0;

    if (!t->arrays) {
        check_plan(t, unit, forward);
        check_plan(t, unit, backward);
    }
    eval_init(&f, unit->arena, forward);
    eval_init(&b, unit->arena, backward);
    fill(unit, &f);
    eval_run(&f);
    fill(unit, &b);
    for (SymId from = 0; from < forward->symbols.count; from++) {
        if (forward->symbols.at[from].role != SYM_TAPE)
            continue;
        while (backward->symbols.at[to].role != SYM_TAPE)
            to++;
        backward->symbols.at[to].role = SYM_INPUT; /* the evaluator clears a tape */
        for (size_t i = 0; i < eval_elements(forward, from); i++) {
            if (f.reals[from] != NULL)
                b.reals[to][i] = f.reals[from][i];
            else
                b.integers[to][i] = f.integers[from][i];
        }
        to++;
    }
    eval_run(&b);
    take(t, unit, &b, backward->gradients.at, backward->gradients.count);
}

static void expect_passes(Test *t, const char *function, unsigned passes, unsigned expected)
{
    char what[80];

    sprintf(what, "%s takes %u passes, not %u", function, passes, expected);
    expect(t, passes == expected, what);
}

static void work(Unit *unit, void *context)
{
    Test *t = context;
    char text[2000];

    t->results.count = t->results.room = 0;
    sprintf(text, t->arrays ? "const N = %d\n%s" : "# %d\n%s", (int)t->samples, t->arrays ? t->at->arrays : t->at->data);
    if (!unit_open(unit, "test", text, strlen(text))) {
        Text messages;

        text_init(&messages, unit->arena);
        diag_print(&unit->diag, &messages);
        expect(t, false, text_string(&messages));
        return;
    }
    unit_set_samples(unit, t->samples);
    unit_make_value(unit);
    unit_make_value_grad(unit);
    unit_make_reversed(unit);
    unit_make_sweeps(unit);
    unit_make_jvp(unit);
    unit_make_hvp(unit);
    run(t, unit, unit->value);
    if (unit->value_grad != NULL)
        run(t, unit, unit->value_grad);
    run(t, unit, unit->reversed);
    run(t, unit, unit->jvp);
    run(t, unit, unit->hvp);
    run_sweeps(t, unit);
    if (t->arrays)
        return;
    expect_passes(t, "value", count_passes(unit->value), t->at->value);
    if (unit->value_grad != NULL)
        expect_passes(t, "value_grad", count_passes(unit->value_grad), t->at->grad);
    expect_passes(t, "forward", count_passes(unit->sweeps.forward), t->at->forward);
    expect_passes(t, "backward", count_passes(unit->sweeps.backward), t->at->backward);
}

/* ---- comparing --------------------------------------------------------------------------------------- */

static void compare(Test *t, const Test *expected)
{
    char what[120];
    double largest = 1;

    expect(t, t->results.count == expected->results.count && t->results.count > 0, "another number of results");
    if (t->results.count != expected->results.count)
        return;
    for (size_t i = 0; i < t->results.count; i++)
        largest = fmax(largest, fabs(expected->results.at[i]));
    for (size_t i = 0; i < t->results.count; i++) {
        sprintf(what, "result %u is %.17g, with arrays %.17g", (unsigned)i, t->results.at[i], expected->results.at[i]);
        expect(t, fabs(t->results.at[i] - expected->results.at[i]) <= 1e-13 * largest, what);
    }
}

static void check_case(const Case *at, int32_t samples, int *passed, int *failed)
{
    Test data = { .at = at, .samples = samples }, arrays = { .at = at, .samples = samples, .arrays = true };
    Options options = options_default();
    Unit of_data, of_arrays;

    unit_init(&of_data, &options);
    unit_init(&of_arrays, &options);
    if (!unit_run(&of_data, work, &data))
        expect(&data, false, of_data.failure);
    if (!unit_run(&of_arrays, work, &arrays))
        expect(&arrays, false, of_arrays.failure);
    compare(&data, &arrays);
    unit_close(&of_data);
    unit_close(&of_arrays);
    *passed += data.passed + arrays.passed;
    *failed += data.failed + arrays.failed;
}

/* ---- what is refused --------------------------------------------------------------------------------- */

typedef struct {
    const char *text, *message, *wanted;
    bool good;
} Refusal;

static void refuse_work(Unit *unit, void *context)
{
    Refusal *r = context;
    Text messages;

    text_init(&messages, unit->arena);
    if (unit_open(unit, "test", r->text, strlen(r->text)))
        return;
    diag_print(&unit->diag, &messages);
    r->good = strstr(text_string(&messages), r->message) != NULL;
}

static void check_refusals(int *passed, int *failed)
{
    static const Refusal refusals[] = {
        { "param w; data x\nm = w\nfor t in 0..4 { m = mean(tanh(x*m) for data) }\nJ = m", "needs all samples once more", NULL, false },
        { "param w; data x\nJ = mean(x > 0 ? mean(x*w for data) : w for data)", "give it a name before", NULL, false },
        { "param w; data x\nJ = mean(x*w for data)", "'x' is data; there is no gradient", "x", false },
    };

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        Options options = options_default();
        Refusal r = refusals[i];
        Unit unit;

        options.wanted = r.wanted == NULL ? NULL : &r.wanted;
        options.wanted_count = r.wanted != NULL;
        unit_init(&unit, &options);
        if (!unit_run(&unit, refuse_work, &r) || !r.good) {
            printf("FAIL no message '%s'\n", r.message);
            ++*failed;
        } else {
            ++*passed;
        }
        unit_close(&unit);
    }
}

int main(void)
{
    static const int32_t samples[] = { 5, 1, 2, 9 };
    int passed = 0, failed = 0;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t k = 0; k < sizeof samples / sizeof *samples; k++)
            check_case(&cases[i], samples[k], &passed, &failed);
    check_refusals(&passed, &failed);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
