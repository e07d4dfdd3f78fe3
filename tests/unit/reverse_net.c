/* reverse_net.c -- what arrives at a node of the reverse network is the gradient that reverse mode computes there. */
#include "teach/reverse_net.h"

#include "eval/point.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *text;
    size_t amplifiers, junctions, leaves, hidden; /* expected */
    bool good;
} Model;

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fmax(1, fabs(b));
}

static bool same_gradients(const ReverseNet *net, const Circuit *circuit)
{
    for (size_t n = 0; n < net->nodes.count; n++) {
        const ReverseNode *node = &net->nodes.at[n];
        const Gate *gate = &circuit->gates.at[node->gate];

        if (node->kind != REVERSE_SOURCE && !near(node->arrives, circuit_value_at(circuit, gate->gradient, node->element)))
            return false;
        if (node->kind == REVERSE_AMPLIFIER && !near(node->leaves, node->gain * node->arrives))
            return false;
    }
    for (size_t w = 0; w < net->wires.count; w++) {
        const ReverseWire *wire = &net->wires.at[w];

        if (wire->to >= wire->from || !near(wire->carries, wire->weight * net->nodes.at[wire->from].leaves))
            return false;
    }
    return true;
}

static bool has_counts(const ReverseNet *net, const Model *model)
{
    size_t kinds[REVERSE_SOURCE + 1] = { 0 };

    for (size_t n = 0; n < net->nodes.count; n++)
        kinds[net->nodes.at[n].kind]++;
    return kinds[REVERSE_AMPLIFIER] == model->amplifiers && kinds[REVERSE_JUNCTION] == model->junctions &&
           kinds[REVERSE_LEAF] == model->leaves && net->hidden == model->hidden && kinds[REVERSE_SOURCE] == 1;
}

static void compare(Unit *unit, void *context)
{
    Model *model = context;
    CircuitOptions options = { 0 };
    Random random = { 3 };
    Evaluation point;
    Circuit circuit;
    ReverseNet net;
    GateId array;

    if (!unit_open(unit, "model", model->text, strlen(model->text)))
        return;
    circuit_write_out(unit, 1000);
    eval_init(&point, unit->arena, unit->lowered.program);
    for (size_t i = 0; i < unit->lowered.declared.count; i++)
        point_sample(&point, &unit->lowered.declared.at[i], &random);
    if (!circuit_build(&circuit, unit, &point, &options))
        return;
    circuit_run(&circuit);
    model->good = reverse_net_build(&net, &circuit, unit->arena, &array) && same_gradients(&net, &circuit) && has_counts(&net, model);
}

static void expect(const char *name, Model model)
{
    Options options = options_default();
    Unit unit;

    unit_init(&unit, &options);
    unit_run(&unit, compare, &model);
    unit_close(&unit);
    printf("%s %s\n", model.good ? "PASS" : "FAIL", name);
}

int main(void)
{
    expect("two gates", (Model){ "q = x + y\nf = q*z", 0, 0, 3, 0, false });
    expect("CS231n", (Model){ "f = (x + sig(y)) / (sig(x) + (x+y)^2)", 3, 0, 2, 0, false });
    expect("a gate with several readers adds up", (Model){ "p = x + y\nf = p*sin(p)", 1, 1, 2, 0, false });
    expect("an amplifier with several readers", (Model){ "p = exp(x)\nf = p*p + 3*p", 1, 0, 1, 0, false });
    expect("the result is an amplifier", (Model){ "f = exp(x*y)", 1, 0, 2, 0, false });
    expect("the result is a param's multiple", (Model){ "f = 3*x", 0, 0, 1, 0, false });
    expect("a network", (Model){ "param W[3,2], b[3], v[3], x[2]\nz = sig(W @ x + b)\nf = v @ z", 3, 0, 2, 12, false });
    expect("layers", (Model){ "param W[2,2], b[2], V[2,2], x[2]\nf = sum(tanh(V @ tanh(W @ x + b))^2)", 6, 0, 2, 10, false });
    expect("a loop", (Model){ "param a\nh = 1\nfor t in 0..4 { h = sin(a*h) }\nf = h", 4, 0, 1, 0, false });
    expect("a branch", (Model){ "param x in [1, 2], y in [3, 4]\nf = x < y ? x*exp(y) : log(x)", 1, 0, 2, 0, false });
    return 0;
}
