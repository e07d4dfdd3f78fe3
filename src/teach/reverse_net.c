/* reverse_net.c -- the network that the backward sweep of a circuit is at a point. */
#include "teach/reverse_net.h"

/* How a gate's gradient gets to it from the node behind it, if it is a part of a wire. */
typedef struct {
    uint32_t node;    /* NO_ID: nothing flows back to it */
    double weight;
    bool plain;
    const char *name; /* NULL: none yet */
} Way;

typedef struct {
    ReverseNet *net;
    const Circuit *circuit;
    Arena *arena;
    Way *ways;         /* by gate */
    uint32_t *node_of; /* by gate; NO_ID: part of a wire, or not there. */
    bool *split;       /* by gate: a leaf of which single elements are read */
    uint32_t **elements; /* by gate, if split: by element the node, or NO_ID */
} Maker;

/* ---- what becomes of a gate ------------------------------------------------------------------------------ */

static bool reads(const Maker *m, NodeId expression, SymId symbol)
{
    const Program *p = m->circuit->program;
    Arena *arena = heap_arena(p->heap);
    NodeVec reached = { 0 };
    bool found = false;

    node_reach(p, arena, &expression, 1, &reached);
    for (size_t i = 0; i < reached.count; i++)
        found |= p->nodes.at[reached.at[i]].op == OP_READ && p->nodes.at[reached.at[i]].u.read.symbol == symbol;
    heap_release(p->heap, arena);
    return found;
}

/* The one wire of a gate through which a gradient flows, or NO_ID if there are none or several. */
static WireId only_wire(const Circuit *circuit, const Gate *gate)
{
    WireId only = NO_ID;
    unsigned count = 0;

    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
        if (circuit_flows(circuit, w)) {
            only = w;
            count++;
        }
    return count == 1 ? only : NO_ID;
}

/* Its slope changes with its operand. */
static bool is_amplifier(const Maker *m, const Gate *gate)
{
    WireId wire = only_wire(m->circuit, gate);
    const Wire *w;

    if (wire == NO_ID || gate->kind != GATE_OP)
        return false;
    w = &m->circuit->wires.at[wire];
    return reads(m, w->local, m->circuit->gates.at[w->from].value) || reads(m, w->local, gate->value);
}

static bool is_output(const Circuit *circuit, GateId gate)
{
    for (size_t i = 0; i < circuit->outputs.count; i++)
        if (circuit->outputs.at[i] == gate)
            return true;
    return false;
}

/* An output that is put together from single elements, and read by nobody. */
static bool is_joined_output(const Gate *gate)
{
    return gate->kind == GATE_JOIN && gate->seed != NO_ID && gate->fork == 0;
}

/* ---- nodes ------------------------------------------------------------------------------------------------ */

static uint32_t add_node(Maker *m, ReverseNode node)
{
    vec_push(m->arena, &m->net->nodes, node);
    return (uint32_t)(m->net->nodes.count - 1);
}

/* Single elements, each with how often it is read: of arrays those that are read once are weights and left out. */
static void add_elements(Maker *m, GateId leaf)
{
    const Circuit *c = m->circuit;
    size_t count = eval_elements(c->program, c->gates.at[leaf].value);
    uint32_t *uses = arena_array(m->arena, uint32_t, count + 1);

    m->elements[leaf] = arena_array(m->arena, uint32_t, count + 1);
    for (WireId w = 0; w < c->wires.count; w++) {
        size_t element = 0;

        if (c->wires.at[w].from == leaf && circuit_flows(c, w) && circuit_element(c, w, &element))
            uses[element]++;
    }
    for (size_t i = 0; i < count; i++) {
        ReverseNode node = { REVERSE_LEAF, leaf, i, count > 1, NO_ID, 1, 0, 0 };

        m->elements[leaf][i] = NO_ID;
        if (uses[i] > 1)
            m->elements[leaf][i] = add_node(m, node);
        m->net->hidden += uses[i] == 1;
    }
}

static void add_leaves(Maker *m)
{
    const Circuit *c = m->circuit;
    bool arrays = false;

    for (GateId g = 0; g < c->leaves; g++)
        arrays |= c->gates.at[g].gradient != NO_ID && c->program->symbols.at[c->gates.at[g].value].rank > 0;
    for (GateId g = 0; g < c->leaves; g++) {
        if (c->gates.at[g].gradient == NO_ID)
            continue;
        if (arrays) {
            m->split[g] = true;
            add_elements(m, g);
        } else {
            m->node_of[g] = add_node(m, (ReverseNode){ REVERSE_LEAF, g, 0, false, NO_ID, 1, 0, 0 });
        }
    }
}

static void add_gates(Maker *m)
{
    const Circuit *c = m->circuit;

    for (GateId g = (GateId)c->leaves; g < c->gates.count; g++) {
        const Gate *gate = &c->gates.at[g];
        bool amplifier = is_amplifier(m, gate);
        uint32_t readers = gate->fork + (gate->seed != NO_ID || is_output(c, g));

        if (gate->gradient == NO_ID || (!amplifier && readers <= 1) || is_joined_output(gate))
            continue;
        m->node_of[g] = add_node(m, (ReverseNode){ amplifier ? REVERSE_AMPLIFIER : REVERSE_JUNCTION, g, 0, false,
                                                   amplifier ? only_wire(c, gate) : NO_ID, 1, 0, 0 });
    }
}

/* ---- wires ------------------------------------------------------------------------------------------------ */

static const char *joined_name(Maker *m, const char *a, const char *b)
{
    Text text;

    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    text_init(&text, m->arena);
    text_printf(&text, "%s * %s", a, b);
    return text_string(&text);
}

/* Further along a wire. */
static Way follow(Maker *m, Way way, WireId wire)
{
    const Circuit *c = m->circuit;
    NodeId local = c->wires.at[wire].local;
    Text name;

    way.weight *= circuit_number(c, local);
    if (node_is_int(c->program, local, 1))
        return way;
    text_init(&name, m->arena);
    circuit_local(c, wire, &name);
    way.name = joined_name(m, way.name, text_string(&name));
    way.plain = false;
    return way;
}

/* What flows along `way` reaches a node, or a gate that is part of the wire. */
static void arrive(Maker *m, Way way, GateId gate, uint32_t node)
{
    ReverseWire wire = { node, way.node, way.weight, way.plain, 0, way.name };

    if (node == NO_ID) {
        m->ways[gate] = way;
        return;
    }
    wire.carries = way.weight * m->net->nodes.at[way.node].leaves;
    m->net->nodes.at[node].arrives += wire.carries;
    vec_push(m->arena, &m->net->wires, wire);
}

/* To the other end of a wire, along `way`, unless that is an element that is left out. */
static void follow_wire(Maker *m, Way way, WireId wire)
{
    GateId from = m->circuit->wires.at[wire].from;
    uint32_t node = m->node_of[from];
    size_t element = 0;

    if (m->split[from]) {
        circuit_element(m->circuit, wire, &element);
        node = m->elements[from][element];
    }
    if (!m->split[from] || node != NO_ID)
        arrive(m, way, from, node);
}

static void pass_back(Maker *m, GateId g, Way way)
{
    const Circuit *c = m->circuit;
    const Gate *gate = &c->gates.at[g];
    bool amplifier = way.node == m->node_of[g] && m->net->nodes.at[way.node].kind == REVERSE_AMPLIFIER;

    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
        if (circuit_flows(c, w))
            follow_wire(m, amplifier ? way : follow(m, way, w), w);
}

/* From the last gate to the first; all that reads a gate stands behind it. */
static void sweep(Maker *m)
{
    const Circuit *c = m->circuit;

    for (GateId g = (GateId)c->gates.count; g-- > c->leaves;) {
        uint32_t node = m->node_of[g];
        Way way = m->ways[g];

        if (node != NO_ID) {
            ReverseNode *at = &m->net->nodes.at[node];

            if (at->kind == REVERSE_AMPLIFIER)
                at->gain = circuit_number(c, c->wires.at[at->wire].local);
            at->leaves = at->arrives * at->gain;
            way = (Way){ node, 1, true, NULL };
        }
        if (way.node != NO_ID)
            pass_back(m, g, way);
    }
    for (size_t n = 0; n < m->net->nodes.count; n++)
        if (m->net->nodes.at[n].kind == REVERSE_LEAF)
            m->net->nodes.at[n].leaves = m->net->nodes.at[n].arrives;
}

/* A source for each of its elements. */
static void add_joined(Maker *m, GateId g)
{
    const Circuit *c = m->circuit;
    const Gate *gate = &c->gates.at[g];

    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++) {
        const Wire *wire = &c->wires.at[w];
        ReverseNode source = { REVERSE_SOURCE, g, 0, true, NO_ID, 1, 0, 0 };

        if (!circuit_flows(c, w) || !circuit_target(c, wire->forward, &source.element))
            continue;
        source.arrives = source.leaves = circuit_value_at(c, gate->seed, source.element);
        follow_wire(m, (Way){ add_node(m, source), 1, true, NULL }, w);
    }
}

/* An output's seed flows from a node of its own. Sources stand behind all gates; their wires come first in the sweep. */
static void add_sources(Maker *m)
{
    const Circuit *c = m->circuit;

    for (size_t i = 0; i < c->outputs.count; i++) {
        GateId g = c->outputs.at[i];
        const Gate *gate = &c->gates.at[g];
        ReverseNode source = { REVERSE_SOURCE, g, 0, false, NO_ID, 1, 0, 0 };
        bool again = false;

        for (size_t k = 0; k < i; k++)
            again |= c->outputs.at[k] == g;
        if (again || gate->gradient == NO_ID || gate->seed == NO_ID)
            continue;
        if (is_joined_output(gate)) {
            add_joined(m, g);
            continue;
        }
        source.arrives = source.leaves = circuit_value_at(c, gate->seed, 0);
        arrive(m, (Way){ add_node(m, source), 1, true, NULL }, g, m->node_of[g]);
    }
}

/* The first gate through which gradients of arrays flow. */
static GateId find_array(const Circuit *c)
{
    for (GateId g = 0; g < c->gates.count; g++)
        if (c->gates.at[g].gradient != NO_ID && g >= c->leaves && c->program->symbols.at[c->gates.at[g].value].rank > 0 &&
            !is_joined_output(&c->gates.at[g]))
            return g;
    for (WireId w = 0; w < c->wires.count; w++) {
        size_t element;

        if (circuit_flows(c, w) && !circuit_element(c, w, &element))
            return c->wires.at[w].to;
    }
    return NO_ID;
}

bool reverse_net_build(ReverseNet *net, const Circuit *circuit, Arena *arena, GateId *array)
{
    Maker m = { .net = net, .circuit = circuit, .arena = arena };

    *net = (ReverseNet){ 0 };
    *array = find_array(circuit);
    if (*array != NO_ID)
        return false;
    m.ways = arena_array(arena, Way, circuit->gates.count + 1);
    m.node_of = arena_array(arena, uint32_t, circuit->gates.count + 1);
    m.split = arena_array(arena, bool, circuit->gates.count + 1);
    m.elements = arena_array(arena, uint32_t *, circuit->gates.count + 1);
    for (GateId g = 0; g < circuit->gates.count; g++) {
        m.node_of[g] = NO_ID;
        m.ways[g].node = NO_ID;
    }
    add_leaves(&m);
    add_gates(&m);
    add_sources(&m);
    sweep(&m);
    return true;
}
