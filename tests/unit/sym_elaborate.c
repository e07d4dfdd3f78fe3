/* sym_elaborate.c -- models with arrays, loops, branches and stated derivatives written out as expressions: values and derivatives
 * against the evaluator; what has no closed form is refused. */
#include "sym_models.h"

#include <math.h>

#include "eval/point.h"

static bool is_near(double a, double b)
{
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-11 * (1 + fabs(a) + fabs(b));
}

/* ---- values and gradients ---------------------------------------------------------------------------- */

/* The values of all given symbols for expr_value, by variable. */
static const double **values_of(const Model *m, const Evaluation *e)
{
    const double **values = arena_array(m->unit->arena, const double *, m->pool->variables.count + 1);

    for (size_t v = 0; v < m->pool->variables.count; v++) {
        SymId symbol = m->pool->variables.at[v].symbol;
        size_t count = eval_elements(e->program, symbol);
        double *whole = arena_array(m->unit->arena, double, count);

        for (size_t i = 0; i < count && e->integers[symbol] != NULL; i++)
            whole[i] = e->integers[symbol][i];
        values[v] = e->integers[symbol] != NULL ? whole : e->reals[symbol];
    }
    return values;
}

static void check_output(Model *m, Evaluation *e, size_t output)
{
    const Program *p = m->unit->reversed;
    const ElaboratedValue *value = &m->all.outputs.at[output];
    const double *const *values = values_of(m, e);
    SymId of_output = p->outputs.at[output];

    for (size_t i = 0; i < eval_elements(p, of_output); i++) {
        double got;

        for (SymId s = 0; s < p->symbols.count; s++)
            if (p->symbols.at[s].role == SYM_SEED)
                for (size_t k = 0; k < eval_elements(p, s); k++)
                    e->reals[s][k] = p->symbols.at[s].of == of_output && k == i;
        eval_run(e);
        got = expr_value(m->pool, m->unit->arena, value->elements[i], values);
        expect(&m->t->tally, is_near(got, e->reals[of_output][i]), "%s: value %.17g, expected %.17g", m->unit->source.text, got,
               e->reals[of_output][i]);
        for (size_t g = 0; g < p->gradients.count; g++) {
            SymId of = p->symbols.at[p->gradients.at[g]].of;

            for (size_t k = 0; k < eval_elements(p, of); k++) {
                ExprId by = expr_element(m->pool, m->all.variables[of], k);
                ExprId d = sym_derivative(m->pool, value->elements[i], by, expr_fold, NULL, NULL);
                double expected = e->reals[p->gradients.at[g]][k];

                got = d == EXPR_NONE ? (double)NAN : expr_value(m->pool, m->unit->arena, d, values);
                expect(&m->t->tally, is_near(got, expected), "%s: output %zu[%zu] by %s[%zu]: %.17g, expected %.17g", m->unit->source.text,
                       output, i, names_text(&m->unit->names, p->symbols.at[of].name), k, got, expected);
            }
        }
    }
}

static void check_model(Model *m, const void *context)
{
    Evaluation e;
    Random random = { 7 };

    (void)context;
    expect(&m->t->tally, m->ok, "elaborates: %s: %s", m->unit->source.text,
           m->unit->diag.messages.count > 0 ? m->unit->diag.messages.at[0].text : "");
    if (!m->ok || !unit_make_reversed(m->unit))
        return;
    eval_init(&e, m->unit->arena, m->unit->reversed);
    for (size_t i = 0; i < m->unit->lowered.declared.count; i++)
        point_sample(&e, &m->unit->lowered.declared.at[i], &random);
    for (size_t k = 0; k < m->all.outputs.count; k++)
        check_output(m, &e, k);
}

static const char *const models[] = {
    "param W1[3,2], b1[3], W2[3], b2, x[2]; input y\nz = W1 @ x + b1; a = sig(z); o = W2 @ a + b2; J = 0.5*(y - o)^2",
    "param X[4,3], W[3,2], b[2]\nS = X @ W + b\noutput S",
    "param x[5]\nf = norm(x) + logsumexp(x) + prod(x)\ng = softmax(x)\noutput f, g",
    "param x[5]\nf = max(x) - min(x) + mean(x^2)\n",
    "param x[12]\nf = prod(x)",
    "param x[6]\nf = sum(norm(x[j] for j in 0..i) for i in 0..6)",
    "param x[10]\nrough = sum((x[i+1] - x[i])^2 for i in 0..9)\nback[i] = x[9-i]\nf = rough + sum(back*x)",
    "param u[7]\nd[i] = (i == 6 ? 0 : u[i+1]) - (i == 0 ? 0 : u[i-1]) for i in 0..7\nf = sum(d^2)",
    "param W[3,3], v[3], start[3]; input x[4,3]\nh = start\nfor t in 0..4 { h = tanh(W @ h + x[t]); y[t] = v @ h }\n"
    "f = sum(y^2) + norm(h)",
    "param a\nx = a\nfor k in 0..9 while k < 5 { x = x*a + 1 }\noutput x",
    "param x[4]\nf = x[0] > 0 ? sum(x^2) : prod(x)\ng = [x[i] > 0.1 ? sum(x[j]*x[i] for j) : x[i] for i]\noutput f, g",
    "param v[3]\ndef fire(u) = u > 0 ? 1 : 0 derivative 1/(1 + 10*abs(u))^2\nf = fire(v[0] - 0.1)*sum(v)",
    "param p[2]\nr = [p[0]^2*p[1], exp(p[1]*p[0])]\nd = jvp(r, p, [1, 2])\nJ = jacobian(r, p)\ng = grad(r[0]*r[1], p)\noutput d, J, g",
    "param x\nf = x > 0 ? grad(x^3, x) : grad(sin(x)*x, x)",
    "const pick = [2, 0, 1]\nparam x[3], w[3]; input k in 0..5\nf = sum(x[pick[i]]*w[i]*i for i) + k*x[0] + pi*x[1]*e",
    "param w[3]\nJ = sum(sig(w)^2)\nHv = grad(dot(grad(J, w), [1, 2, 3]), w)\noutput Hv",
    "param x, y\nf = clamp(x, -0.5, y) + pow(2, x) + (2 + x)^y + hypot(x, y)^(1/2) + cbrt(x)",
    "param rate, start[2]\ndef bowl(z) = z[0]^4 + 2*z[1]^2 + z[0]*z[1]\nz = start\nfor k in 0..3 { z = z - rate*grad(bowl(z), z) }\nf = bowl(z)",
    "param A[2,3]\nf = sum(sum(A[i,j]*A[i,k] for j in 0..k) for i, k)\nC = A @ A'\noutput f, C",
    "def g(x) = x > 0.2 ? sum([x, x^2, x^3]) : logsumexp([x, 2*x])\nparam y[4]\nf = sum(g(y[i]) for i)",
};

/* ---- refusals ---------------------------------------------------------------------------------------- */

typedef struct {
    const char *text, *message;
} Refusal;

static void check_refusal(Model *m, const void *context)
{
    const Refusal *r = context;
    const char *got = m->ok ? "nothing" : m->unit->diag.messages.at[0].text;

    expect(&m->t->tally, !m->ok && strstr(got, r->message) != NULL, "%s: refused with: %s", r->text, got);
}

static const Refusal refusals[] = {
    { "param w; data x\nf = mean((w*x)^2 for data)", "samples" },
    { "param a\nx = a; r = 1\nfor k in 0..40 while abs(r) > 1e-14 { r = x^2 - a; x = x - r/(2*x) }\noutput x", "depends on values" },
    { "param x[4]\ng = grad(max(x), x)\noutput g", "position of a maximum" },
    { "param x[4]; input k in 0..4\nf = x[k]", "integer input" },
    { "extern g(x) derivative 1\nf = g(x)", "C function" },
    { "param x[3000]\nC = outer(x, x)\nf = sum(C @ C)", "more than" },
};

/* ---- text -------------------------------------------------------------------------------------------- */

typedef struct {
    const char *text, *value, *derivative; /* by x */
} Printed;

static void check_printed(Model *m, const void *context)
{
    const Printed *c = context;
    ExprId f = output_of(m, 0), d = sym_derivative(m->pool, f, element_named(m, "x", 0), expr_fold, NULL, NULL);

    expect(&m->t->tally, strcmp(text_of(m, f), c->value) == 0, "%s prints %s", c->text, text_of(m, f));
    expect(&m->t->tally, strcmp(text_of(m, d), c->derivative) == 0, "%s has the derivative %s", c->text, text_of(m, d));
}

static const Printed printed[] = {
    { "f = sig(x)", "sig(x)", "sig(x)*(1 - sig(x))" },
    { "f = x^3*y - -x/3", "x^3*y - (-x/3)", "3*x^2*y - (-1/3)" },
    { "f = x > 0 && y < 1 ? x : -(x + 1)^2", "x > 0 && y < 1 ? x : -(x + 1)^2", "x > 0 && y < 1 ? 1 : -(2*(x + 1))" },
    { "f = 0.25*x + x/7", "0.25*x + x/7", "11/28" },
    { "f = (x^2)^y^2", "(x^2)^y^2", "(x^2 == 0 && y^2 == 0 ? 0 : y^2*(x^2)^(y^2 - 1))*(2*x)" },
    { "f = norm([x, y])", "sqrt(x*x + y*y)", "(x + x)/(2*sqrt(x*x + y*y))" },
    { "f = logsumexp([x, y])", "log(exp(x) + exp(y))", "exp(x)/(exp(x) + exp(y))" },
};

int main(void)
{
    Test t = { .tally = { 0, 0 } };

    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        with_model(&t, models[i], check_model, NULL);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        with_model(&t, refusals[i].text, check_refusal, &refusals[i]);
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++)
        with_model(&t, printed[i].text, check_printed, &printed[i]);
    return tally_close(&t.tally, "sym_elaborate");
}
