/* circuit.c -- building a circuit: write out the loops, make the gates, go back, evaluate. */
#include "teach/circuit_make.h"

/* All symbols of a circuit together. */
static const uint64_t MOST_ELEMENTS = (uint64_t)1 << 24;

static bool refuse(Circuit *c, const char *why, Span at)
{
    c->refusal = why;
    c->refusal_at = at;
    return false;
}

static const char too_many[] = "the circuit has more gates than can be shown; take a smaller model (fewer turns of its loops: "
                               "--const n=...)";

static bool is_small(const Program *p)
{
    uint64_t elements = 0;

    for (SymId s = 0; s < p->symbols.count; s++)
        elements += symbol_elements(&p->symbols.at[s]);
    return elements <= MOST_ELEMENTS;
}

static void maker_init(Maker *m, Circuit *circuit, Unit *unit, const CircuitOptions *options)
{
    *m = (Maker){ .circuit = circuit, .unit = unit, .options = options, .arena = unit->arena };
}

static void maker_begin(Maker *m)
{
    size_t nodes = m->flat.program->nodes.count + 1;

    m->p = m->circuit->program = program_like(m->flat.program);
    for (SymId s = 0; s < m->p->symbols.count; s++)
        m->p->symbols.at[s].local &= !m->flat.turns[s]; /* known at the point */
    rebuild_begin(&m->copy, m->flat.program, m->p);
    hulls_init(&m->hulls, m->arena, m->flat.program);
    m->made = arena_array(m->arena, Made, nodes);
    m->constant = arena_array(m->arena, bool, nodes);
    m->masked = arena_array(m->arena, bool, nodes);
    m->branch = arena_array(m->arena, Branch, nodes);
    m->mark = arena_array(m->arena, uint32_t, nodes);
    m->home = arena_array(m->arena, StageId, nodes);
}

/* The one scalar output has the seed 1. */
static void seed_scalar(Circuit *c)
{
    for (SymId s = 0; s < c->program->symbols.count; s++)
        if (c->program->symbols.at[s].role == SYM_SEED)
            c->evaluation.reals[s][0] = 1;
}

/* What the symbols of gates and gradients are called. */
static void name_symbols(Circuit *c)
{
    c->names = arena_array(c->arena, const char *, c->program->symbols.count + 1);
    for (GateId g = 0; g < c->gates.count; g++) {
        const Gate *gate = &c->gates.at[g];
        Text gradient;

        c->names[gate->value] = gate->name;
        text_init(&gradient, c->arena);
        text_printf(&gradient, "d%s", gate->name);
        if (gate->gradient != NO_ID)
            c->names[gate->gradient] = text_string(&gradient);
    }
}

bool circuit_build(Circuit *circuit, Unit *unit, Evaluation *point, const CircuitOptions *options)
{
    Maker m;
    Span at = { 0, 0 };

    *circuit = (Circuit){ .arena = unit->arena, .scalar = unit->scalar && options->seeded == NULL };
    maker_init(&m, circuit, unit, options);
    if (!is_small(point->program))
        return refuse(circuit, "the arrays of this model are too large to be shown", at);
    eval_run(point);
    if (!flat_make(&m.flat, m.arena, unit->lowered.program, point, options->elementary, &at))
        return refuse(circuit, too_many, at);
    maker_begin(&m);
    gates_make(&m);
    if (circuit->gates.count - circuit->leaves > MOST_GATES)
        return refuse(circuit, too_many, (Span){ 0, 0 });
    back_make(&m);
    if (circuit->refusal != NULL || unit->diag.errors > 0)
        return false;
    if (!is_small(m.p))
        return refuse(circuit, "the arrays of this model are too large to be shown", (Span){ 0, 0 });
    name_symbols(circuit);
    eval_init(&circuit->evaluation, m.arena, m.p);
    flat_copy_point(&m.flat, point, &circuit->evaluation);
    if (circuit->scalar)
        seed_scalar(circuit);
    return true;
}

void circuit_run(Circuit *circuit)
{
    eval_run(&circuit->evaluation);
}

void circuit_shape(const Circuit *circuit, SymId symbol, Text *out)
{
    const Symbol *s = &circuit->program->symbols.at[symbol];

    for (unsigned k = 0; k < s->rank; k++)
        text_printf(out, "%s%d%s", k == 0 ? "(" : ",", (int)s->extents[k], k + 1u == s->rank ? ")" : "");
}
