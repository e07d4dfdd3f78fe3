/* sym_counts.c -- sizes of expressions and derivatives: the tables of expression swell, number by number. */
#include "sym_models.h"

#include <math.h>

typedef struct {
    double function, derivative, nodes, raw_nodes, graph, value, reverse, forward; /* -1: not asked for */
    const char *by;
    size_t place;
} Counts;

static bool differs(double got, double wanted)
{
    return wanted >= 0 && got != wanted;
}

static void check_number(Model *m, const char *what, double got, double wanted)
{
    expect(&m->t->tally, !differs(got, wanted), "%s: %.17g, expected %.17g in\n%.200s", what, got, wanted, m->unit->source.text);
}

static void check_counts(Model *m, const void *context)
{
    const Counts *c = context;
    ExprId roots[2], raw;
    AdCost ad;

    expect(&m->t->tally, m->ok, "elaborates");
    if (!m->ok)
        return;
    roots[0] = output_of(m, 0);
    roots[1] = sym_derivative(m->pool, roots[0], element_named(m, c->by, c->place), expr_fold, NULL, NULL);
    check_number(m, "operations of the tree", tree_operations(m, roots[0]), c->function);
    check_number(m, "operations of the derivative's tree", tree_operations(m, roots[1]), c->derivative);
    check_number(m, "nodes of the derivative's tree", tree_nodes(m, roots[1]), c->nodes);
    check_number(m, "operations of the graph", (double)count_graph(m->pool, m->unit->arena, roots, 2), c->graph);
    raw = sym_derivative(m->pool, roots[0], element_named(m, c->by, c->place), expr_raw, NULL, NULL);
    check_number(m, "nodes of the raw tree", tree_nodes(m, raw), c->raw_nodes);
    ad = count_ad(m->pool, m->unit->arena, roots, 1, NULL);
    check_number(m, "operations forward", (double)ad.value, c->value);
    check_number(m, "operations backward", (double)ad.reverse, c->reverse);
    check_number(m, "operations of tangents", (double)ad.forward, c->forward);
}

/* ---- the logistic map -------------------------------------------------------------------------------- */

static void check_logistic(Test *t)
{
    static const double derivative[] = { 0, 5, 23, 71, 191, 479, 1151, 2687 };
    static const double nodes[] = { 1, 11, 46, 140, 376, 944, 2272, 5312 };
    static const double raw[] = { 1, 19, 73, 217, 577, 1441, 3457, 8065 };
    static const int sizes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 12, 30, 200 };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int n = sizes[i];
        double power = ldexp(1, n - 1);
        Counts c = { .function = 3 * power - 3, .derivative = n == 1 ? 0 : 3 * (n - 1) * power - 1, .nodes = -1, .raw_nodes = -1,
                     .graph = n == 1 ? 0 : 8 * (n - 1) - 2, .value = 3 * (n - 1), .reverse = 5 * (n - 1), .forward = 5 * (n - 1), .by = "x" };
        char text[128];

        if (n <= 8)
            expect(&t->tally, c.derivative == derivative[n - 1], "closed form");
        c.nodes = n <= 8 ? nodes[n - 1] : n == 12 ? 134144 : n == 30 ? 93147103232.0 : -1;
        c.raw_nodes = n <= 8 ? raw[n - 1] : n == 12 ? 202753 : n == 30 ? 140123308033.0 : -1;
        (void)snprintf(text, sizeof text, "param x\nl = x\nfor k in 1..%d { l = 4*l*(1 - l) }\noutput l\n", n);
        with_model(t, text, check_counts, &c);
    }
}

/* ---- chains ------------------------------------------------------------------------------------------ */

static void check_chains(Test *t)
{
    static const int sizes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 50 };
    static const double neuron[] = { 9, 25, 47, 75, 109, 149, -1, 247, 369, 1339, -1 };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int n = sizes[i];
        Counts c = { .function = n, .derivative = n * n + 4 * n - 1, .nodes = -1, .raw_nodes = -1, .graph = -1, .value = n,
                     .reverse = 3 * n, .forward = 3 * n, .by = "x" };
        char text[160];

        (void)snprintf(text, sizeof text, "param x\na = x\nfor k in 0..%d { a = sig(a) }\noutput a\n", n);
        with_model(t, text, check_counts, &c);
        c = (Counts){ .function = 3 * n, .derivative = neuron[i], .nodes = -1, .raw_nodes = -1, .graph = -1, .value = 3 * n,
                      .reverse = 5 * n, .forward = 7 * n, .by = "x" };
        (void)snprintf(text, sizeof text, "param x, w[%d], b[%d]\na = x\nfor k in 0..%d { a = sig(w[k]*a + b[k]) }\noutput a\n",
                       n, n, n);
        with_model(t, text, check_counts, &c);
    }
}

/* Two units a layer, all partial derivatives at once. */
static void check_network(Test *t)
{
    static const int depths[] = { 1, 2, 3, 4, 5, 6, 8, 10, 20 };
    static const double derivative[] = { 13, 95, 341, 993, 2617, 6505, 36233, 185865, 400031753 };

    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        int n = depths[i];
        Counts c = { .function = -1, .derivative = derivative[i], .nodes = -1, .raw_nodes = -1, .graph = -1, .value = 10 * n + 1,
                     .reverse = 16 * n, .forward = -1, .by = "W" };
        char text[256];

        (void)snprintf(text, sizeof text,
                       "param x[2], W[%d,2,2], b[%d,2]\na = x\n"
                       "for l in 0..%d { a = [sig(W[l,i,0]*a[0] + W[l,i,1]*a[1] + b[l,i]) for i in 0..2] }\nf = a[0] + a[1]\n",
                       n, n, n);
        with_model(t, text, check_counts, &c);
    }
}

/* ---- the CS231n expression --------------------------------------------------------------------------- */

static void check_orders(Model *m, const void *context)
{
    ExprId x = element_named(m, "x", 0), y = element_named(m, "y", 0), f = output_of(m, 0);
    ExprId fx = sym_derivative(m->pool, f, x, expr_fold, NULL, NULL), fy = sym_derivative(m->pool, f, y, expr_fold, NULL, NULL);
    ExprId fxx = sym_derivative(m->pool, fx, x, expr_fold, NULL, NULL);
    ExprId fxxx = sym_derivative(m->pool, fxx, x, expr_fold, NULL, NULL);
    ExprId all[] = { f, fx, fy };
    AdCost ad = count_ad(m->pool, m->unit->arena, &f, 1, NULL);

    (void)context;
    check_number(m, "f", tree_operations(m, f), 7);
    check_number(m, "fx", tree_operations(m, fx), 21);
    check_number(m, "fy", tree_operations(m, fy), 21);
    check_number(m, "nodes of fx", tree_nodes(m, fx), 38);
    check_number(m, "nodes of fy", tree_nodes(m, fy), 38);
    check_number(m, "fxx", tree_operations(m, fxx), 78);
    check_number(m, "fxxx", tree_operations(m, fxxx), 383);
    check_number(m, "graph of f, fx, fy", (double)count_graph(m->pool, m->unit->arena, all, 3), 21);
    check_number(m, "forward", (double)ad.value, 7);
    check_number(m, "backward", (double)ad.reverse, 15);
}

int main(void)
{
    Test t = { .tally = { 0, 0 } };

    check_logistic(&t);
    check_chains(&t);
    check_network(&t);
    with_model(&t, "f = (x + sig(y)) / (sig(x) + (x+y)^2)", check_orders, NULL);
    return tally_close(&t.tally, "sym_counts");
}
