/* command_graph.c -- bpgen graph MODEL x=3 y=-4: the circuit as a drawing, or as text for Graphviz. */
#include "cli/cli.h"
#include "show/graph_make.h"

#include <string.h>

enum {
    MOST_POINTS = 4096, /* of a stage whose elements are drawn one by one */
    MANY_GATES = 60     /* more are hard to read */
};

typedef struct {
    Unit *unit;
    Run *run;
    bool values, gradients; /* what is shown */
    Evaluation point;
    Circuit circuit;
} Drawing;

static bool refuse(Run *run, const char *why)
{
    text_line(&run->errors, "bpgen: graph: %s", why);
    run->code = EXIT_REFUSED;
    return false;
}

/* Options that do not go together. */
static bool refuse_use(Run *run, const char *why)
{
    (void)refuse(run, why);
    run->code = EXIT_USAGE;
    return false;
}

static bool check_options(const Unit *unit, Run *run)
{
    const CommandLine *line = run->line;

    if (line->forward_only && line->reverse_network)
        return refuse_use(run, "--reverse draws what --forward leaves out: choose one");
    if (line->forward_only && line->seeds.count > 0)
        return refuse_use(run, "--seed is for gradients, which --forward leaves out");
    if (line->reverse_network && unit->wanted.count == 0)
        return refuse(run, "there is nothing to differentiate by; declare a param, or name inputs with --wrt");
    if (!unit->scalar && line->seeds.count == 0 && line->reverse_network)
        return refuse(run, "--reverse from which output? write --seed OUTPUT=VALUE");
    return true;
}

/* ---- the point --------------------------------------------------------------------------------------------- */

/* Without any value on the command line a model whose inputs have no defaults is drawn without numbers. */
static bool fill_point(Drawing *d)
{
    Unit *unit = d->unit;
    bool *given = arena_array(unit->arena, bool, unit->lowered.program->symbols.count + 1), all = true;
    Random random = { 1 };

    eval_init(&d->point, unit->arena, unit->lowered.program);
    if (!cli_read_settings(unit, d->run, &d->point, given))
        return false;
    d->values = d->run->line->settings.count > 0;
    for (size_t i = 0; i < unit->lowered.declared.count && !d->values; i++)
        all &= point_fill_default(&d->point, &unit->lowered.declared.at[i]);
    if (d->values || all) {
        d->values = true;
        return cli_fill_unset(unit, d->run, &d->point, given);
    }
    if (d->run->line->reverse_network && !d->run->line->modules)
        return refuse(d->run, "--reverse needs a point: gains and weights are numbers there; write NAME=VALUE");
    if (d->run->line->seeds.count > 0)
        return refuse(d->run, "--seed needs a point; write NAME=VALUE");
    for (size_t i = 0; i < unit->lowered.declared.count; i++)
        if (!point_fill_default(&d->point, &unit->lowered.declared.at[i]))
            point_sample(&d->point, &unit->lowered.declared.at[i], &random);
    return true;
}

/* ---- the circuit --------------------------------------------------------------------------------------------- */

static bool has_arrays(const Unit *unit)
{
    const Program *p = unit->lowered.program;

    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].rank > 0)
            return true;
    return false;
}

static bool build(Drawing *d)
{
    Unit *unit = d->unit;
    const CommandLine *line = d->run->line;
    CircuitOptions options = { .elementary = line->gates };
    const bool *seeded;

    if (!cli_find_seeded(unit, d->run, &seeded))
        return false;
    d->gradients = !line->forward_only && unit->wanted.count > 0 && (unit->scalar || line->seeds.count > 0);
    if (line->seeds.count > 0 || !d->gradients)
        options.seeded = seeded;
    return cli_run_circuit(unit, d->run, &d->point, &options, &d->circuit);
}

static bool has_branch(const Circuit *circuit)
{
    for (size_t g = 0; g < circuit->gates.count; g++)
        if (circuit->gates.at[g].condition != NO_ID)
            return true;
    return false;
}

static void advise(const Drawing *d)
{
    size_t gates = d->circuit.gates.count - d->circuit.leaves;
    const CommandLine *line = d->run->line;

    if (!d->unit->scalar && line->seeds.count == 0 && !line->forward_only && d->unit->wanted.count > 0)
        text_line(&d->run->errors,
                  "bpgen: graph: without gradients, since there are several outputs: for those of one write --seed OUTPUT=VALUE");
    if (!d->values && has_branch(&d->circuit))
        text_add(&d->run->errors, "bpgen: graph: at a point other sides of '? :' may be taken; here it is drawn at one that was "
                                  "chosen at random\n");
    if (gates > MANY_GATES && !line->modules)
        text_line(&d->run->errors, "bpgen: graph: a drawing of %zu gates is hard to read; %s", gates,
                  has_arrays(d->unit) ? "--modules draws a box for each stage" : "draw a smaller model, or a part of this one");
}

static bool make_graph(Drawing *d, Graph *graph)
{
    const CommandLine *line = d->run->line;
    GraphOptions options = { .language = line->language, .model = cli_base_name(d->unit->source.name),
                             .modules = line->modules };
    ReverseNet net;
    GateId array;

    options.values = d->values;
    options.gradients = d->gradients && (d->values || line->modules);
    if (line->reverse_network && line->modules) {
        graph_of_backward(graph, d->unit->arena, &d->circuit, &options);
        return true;
    }
    if (!line->reverse_network) {
        graph_of_circuit(graph, d->unit->arena, &d->circuit, &options);
        return true;
    }
    if (!reverse_net_build(&net, &d->circuit, d->unit->arena, &array)) {
        text_line(&d->run->errors, "bpgen: graph: --reverse needs single numbers, but '%s' cannot be written out element by "
                  "element: it is too large, or data or integer inputs are in it; draw it with --modules", d->circuit.gates.at[array].name);
        d->run->code = EXIT_REFUSED;
        return false;
    }
    graph_of_reverse(graph, d->unit->arena, &d->circuit, &net, &options);
    return true;
}

void command_graph(Unit *unit, Run *run)
{
    static const char *const formats[] = { "svg", "dot", NULL };
    Drawing d = { .unit = unit, .run = run };
    const char *format = cli_format(run, formats);
    Graph graph = { 0 };
    Text out;

    if (format == NULL || !cli_open_model(unit, run) || !cli_count_samples(unit, run) || !cli_can_run(unit, run))
        return;
    if (!check_options(unit, run))
        return;
    if (!run->line->modules && has_arrays(unit))
        circuit_write_out(unit, MOST_POINTS);
    if (!fill_point(&d) || !build(&d) || !make_graph(&d, &graph))
        return;
    text_init(&out, unit->arena);
    if (strcmp(format, "dot") == 0)
        graph_dot(&graph, &out);
    else if (!graph_svg(&graph, unit->arena, &out)) {
        refuse(run, run->line->modules
                        ? "this is too large for a drawing; make it smaller with --const, or write it with --format dot"
                        : "this is too large for a drawing; --modules draws a box for each stage, --format dot is for Graphviz");
        return;
    }
    advise(&d);
    cli_write(unit, run, &out);
}
