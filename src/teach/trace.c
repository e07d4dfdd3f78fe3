/* trace.c -- tangents of all gates of a circuit, by every input. */
#include "teach/trace.h"

#include <string.h>

/* "W[0,1]" */
static const char *element_name(const Unit *unit, const Symbol *symbol, size_t element)
{
    Text name;

    text_init(&name, unit->arena);
    text_add(&name, names_text(&unit->names, symbol->name));
    symbol_print_element(symbol, element, &name);
    return text_string(&name);
}

static void list_sweeps(CircuitTrace *trace, const Unit *unit)
{
    const Program *p = trace->circuit->program;

    for (size_t w = 0; w < unit->wanted.count; w++) {
        const Symbol *symbol = &p->symbols.at[unit->wanted.at[w]];
        size_t count = symbol_elements(symbol);

        for (size_t i = 0; i < count && trace->sweeps.count < MOST_SWEEPS; i++)
            vec_push(unit->arena, &trace->sweeps,
                     (TraceSweep){ unit->wanted.at[w], i, element_name(unit, symbol, i),
                                   arena_array(unit->arena, double *, trace->circuit->gates.count + 1) });
    }
    trace->inputs = program_elements(p, unit->wanted.at, unit->wanted.count);
    for (size_t o = 0; o < trace->circuit->outputs.count; o++) {
        const Gate *gate = &trace->circuit->gates.at[trace->circuit->outputs.at[o]];

        trace->outputs += gate->seed == NO_ID ? 0 : symbol_elements(&p->symbols.at[gate->value]);
    }
}

/* ---- the longer program -------------------------------------------------------------------------------- */

/* The value of a function with stated derivatives as forward mode knows them: link(link(stop(value), x, dx), y, dy). */
static NodeId linked(const Circuit *c, const Gate *gate)
{
    Program *p = c->program;
    NodeId value = node_op2(p, OP_STOP, p->stages.at[gate->stage].value, node_function(p, gate->function));

    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
        if (c->wires.at[w].active)
            value = node_op(p, OP_LINK, value, c->wires.at[w].read, c->wires.at[w].local);
    return value;
}

/* Gates of such functions store only the value: while the tangents are made, with the links. */
static void link_stated(Circuit *c, NodeId *plain)
{
    for (size_t g = c->leaves; g < c->gates.count; g++) {
        Stage *stage = &c->program->stages.at[c->gates.at[g].stage];

        if (c->gates.at[g].kind != GATE_STATED)
            continue;
        plain[g] = stage->value;
        stage->value = linked(c, &c->gates.at[g]);
    }
}

static void unlink_stated(Circuit *c, const NodeId *plain)
{
    for (size_t g = c->leaves; g < c->gates.count; g++)
        if (c->gates.at[g].kind == GATE_STATED)
            c->program->stages.at[c->gates.at[g].stage].value = plain[g];
}

/* By gate: the symbol of its tangent; NO_ID: it has none, or is a leaf. */
static SymId *add_tangents(CircuitTrace *trace, const Unit *unit)
{
    Circuit *c = trace->circuit;
    SymId *tangents = arena_array(unit->arena, SymId, c->gates.count + 1);
    SymId *results = arena_array(unit->arena, SymId, c->gates.count + 1);
    NodeId *plain = arena_array(unit->arena, NodeId, c->gates.count + 1);
    Forward forward = { .local = true };
    size_t count = 0;

    for (size_t g = c->leaves; g < c->gates.count; g++)
        if (!c->program->symbols.at[c->gates.at[g].value].integer)
            results[count++] = c->gates.at[g].value;
    link_stated(c, plain);
    c->program = pass_forward(c->program, unit->wanted.at, unit->wanted.count, results, count, &forward);
    unlink_stated(c, plain);
    count = 0;
    for (size_t g = 0; g < c->gates.count; g++) {
        bool has = g >= c->leaves && !c->program->symbols.at[c->gates.at[g].value].integer;

        tangents[g] = has ? forward.tangents[count++] : NO_ID;
    }
    return tangents;
}

static bool is_given(const Symbol *symbol)
{
    return symbol->role == SYM_PARAM || symbol->role == SYM_INPUT || symbol->role == SYM_DATA || symbol->role == SYM_SEED ||
           (symbol->role == SYM_INTEGER && !symbol->local);
}

/* An evaluation of the longer program at the same point. `symbols`: how many it had. */
static void evaluate_anew(Circuit *c, Arena *arena, size_t symbols)
{
    Evaluation before = c->evaluation;

    eval_init(&c->evaluation, arena, c->program);
    for (SymId s = 0; s < symbols; s++) {
        size_t count = eval_elements(c->program, s);

        if (!is_given(&c->program->symbols.at[s]))
            continue;
        if (before.reals[s] != NULL && c->evaluation.reals[s] != NULL)
            memcpy(c->evaluation.reals[s], before.reals[s], count * sizeof(double));
        if (before.integers[s] != NULL && c->evaluation.integers[s] != NULL)
            memcpy(c->evaluation.integers[s], before.integers[s], count * sizeof(int32_t));
    }
}

/* ---- sweeps -------------------------------------------------------------------------------------------- */

static SymId direction_of(const Program *p, SymId wanted)
{
    SymId s = 0;

    while (s < p->symbols.count && !(p->symbols.at[s].role == SYM_DIRECTION && p->symbols.at[s].of == wanted))
        s++;
    return s;
}

static double *copy_of(const Circuit *c, Arena *arena, SymId symbol)
{
    size_t count = eval_elements(c->program, symbol);
    double *copy = arena_array(arena, double, count + 1);

    memcpy(copy, c->evaluation.reals[symbol], count * sizeof *copy);
    return copy;
}

static void run_sweep(Circuit *c, Arena *arena, TraceSweep *sweep, const SymId *tangents)
{
    SymId direction = direction_of(c->program, sweep->symbol);
    double *at = &c->evaluation.reals[direction][sweep->element];

    *at = 1;
    eval_run(&c->evaluation);
    for (size_t g = 0; g < c->gates.count; g++) {
        if (tangents[g] != NO_ID)
            sweep->tangents[g] = copy_of(c, arena, tangents[g]);
        else if (c->gates.at[g].value == sweep->symbol)
            sweep->tangents[g] = copy_of(c, arena, direction);
    }
    *at = 0;
}

void trace_build(CircuitTrace *trace, Circuit *circuit, Unit *unit)
{
    size_t gates = circuit->gates.count, symbols = circuit->program->symbols.count;
    SymId *paths = arena_array(unit->arena, SymId, gates + 1), *arrivals = arena_array(unit->arena, SymId, gates + 1);
    const SymId *tangents;

    *trace = (CircuitTrace){ .circuit = circuit };
    list_sweeps(trace, unit);
    tangents = add_tangents(trace, unit);
    trace_add_counters(trace, unit->arena, paths, arrivals);
    evaluate_anew(circuit, unit->arena, symbols);
    eval_run(&circuit->evaluation);
    trace_count_work(trace, unit->arena, arrivals);
    trace_sum_calls(trace, unit->arena, paths);
    for (size_t k = 0; k < trace->sweeps.count; k++)
        run_sweep(circuit, unit->arena, &trace->sweeps.at[k], tangents);
}
