/* graph_circuit.c -- the drawing of a circuit: values forward, gradients back. */
#include "show/graph_make.h"
#include "show/escape.h"
#include "eval/point.h"

#include <string.h>

enum { MOST_NUMBERS = 12, MOST_DESCRIBED = 200, MOST_TOLD = 14 };

typedef struct {
    Graph *graph;
    Arena *arena;
    const Circuit *circuit;
    const GraphOptions *options;
    uint32_t *node_of;   /* by gate; split leaves: NO_ID */
    uint32_t **elements; /* by gate; NULL: it is not split */
    uint32_t *forks;     /* by node: active wires that leave it */
} Making;

static const char *say(const Making *m, MessageId id)
{
    return message(m->options->language, id);
}

/* ---- values ------------------------------------------------------------------------------------------------ */

static bool is_scalar(const Making *m, SymId symbol)
{
    return m->circuit->program->symbols.at[symbol].rank == 0;
}

/* For the drawing: a number, or the shape of an array. */
static const char *shown(const Making *m, SymId symbol, bool single, size_t element, int digits)
{
    Text text;

    if (!m->options->modules && (single || is_scalar(m, symbol)))
        return graph_number(m->arena, circuit_value_at(m->circuit, symbol, element), digits);
    text_init(&text, m->arena);
    circuit_shape(m->circuit, symbol, &text);
    if (text.size == 0)
        text_add(&text, m->options->values ? graph_number(m->arena, circuit_value_at(m->circuit, symbol, 0), digits) : "()");
    return text_string(&text);
}

/* For the title: all digits; of large arrays the shape. */
static void print_full(const Making *m, SymId symbol, bool single, size_t element, Text *out)
{
    const Symbol *s = &m->circuit->program->symbols.at[symbol];

    if (single || s->rank == 0)
        text_add(out, graph_full_number(m->arena, circuit_value_at(m->circuit, symbol, element)));
    else if (eval_elements(m->circuit->program, symbol) <= MOST_NUMBERS && m->circuit->evaluation.reals[symbol] != NULL)
        point_print_array(circuit_values(m->circuit, symbol), s->extents, s->rank, out);
    else
        circuit_shape(m->circuit, symbol, out);
}

static void add_line(const Making *m, Text *title, MessageId id, SymId symbol, bool single, size_t element)
{
    text_printf(title, "\n%s: ", say(m, id));
    print_full(m, symbol, single, element, title);
}

/* ---- nodes ------------------------------------------------------------------------------------------------- */

static uint32_t add_node(Making *m, GraphNode node)
{
    vec_push(m->arena, &m->graph->nodes, node);
    return (uint32_t)(m->graph->nodes.count - 1);
}

static const char *expression_of(const Making *m, GateId id)
{
    Text target, value;

    text_init(&target, m->arena);
    text_init(&value, m->arena);
    circuit_expression(m->circuit, id, &target, &value);
    return text_string(&value);
}

static const char *node_title(const Making *m, const Gate *gate, GateId id, const char *name, bool single, size_t element)
{
    Text title;

    text_init(&title, m->arena);
    if (gate->number > 0)
        text_printf(&title, "(%u) ", (unsigned)gate->number);
    text_add(&title, name);
    if (gate->number > 0) {
        text_printf(&title, " = %s", expression_of(m, id));
    }
    if (!is_scalar(m, gate->value) && !single)
        circuit_shape(m->circuit, gate->value, &title);
    if (m->options->values)
        add_line(m, &title, MESSAGE_VALUE, gate->value, single, element);
    if (m->options->values && m->options->gradients && gate->gradient != NO_ID)
        add_line(m, &title, MESSAGE_GRADIENT, gate->gradient, single, element);
    return text_string(&title);
}

/* Where branches meet again their gradients add up: the sum stands at the node. */
static void add_sums(Making *m, GateId id, uint32_t node, bool single, size_t element)
{
    const Gate *gate = &m->circuit->gates.at[id];
    GraphNode *at = &m->graph->nodes.at[node];
    Text sum;

    if (!m->options->gradients || gate->gradient == NO_ID || m->forks[node] < 2)
        return;
    text_init(&sum, m->arena);
    if (id < m->circuit->leaves)
        at->note = say(m, MESSAGE_GRAPH_SUM);
    else
        text_add(&sum, "\xCE\xA3 ");
    text_add(&sum, shown(m, gate->gradient, single, element, id < m->circuit->leaves ? 6 : 4));
    at->gradient = text_string(&sum);
}

static uint32_t add_leaf(Making *m, GateId id, bool single, size_t element)
{
    const Gate *gate = &m->circuit->gates.at[id];
    GraphNode node = { .shape = gate->kind == GATE_TABLE ? SHAPE_CONSTANT : SHAPE_LEAF, .kind = "leaf", .colour = SVG_INK };
    uint32_t number = 1;

    for (size_t n = 0; n < m->graph->nodes.count; n++)
        number += strcmp(m->graph->nodes.at[n].kind, "leaf") == 0;
    node.number = number;
    node.symbol = single ? graph_element_name(m->arena, m->circuit, gate, element) : gate->name;
    node.title = node_title(m, gate, id, node.symbol, single, element);
    return add_node(m, node);
}

static uint32_t add_gate(Making *m, GateId id)
{
    const Gate *gate = &m->circuit->gates.at[id];
    GraphNode node = { .shape = SHAPE_GATE, .kind = "gate", .number = gate->number, .gate = gate->number };

    node.colour = (SvgColour)(SVG_BLUE + (gate->number - 1) % (SVG_COLOUR_COUNT - SVG_BLUE));
    node.symbol = graph_symbol(m->arena, m->circuit, gate);
    node.name = gate->named || strlen(gate->name) <= MOST_TOLD ? gate->name : NULL;
    node.ordered = gate->kind != GATE_OP || !op_info[gate->op].commutes;
    node.title = node_title(m, gate, id, gate->name, false, 0);
    if (m->options->modules) {
        node.shape = SHAPE_MODULE;
        node.symbol = gate->name;
        node.name = NULL;
        node.detail = expression_of(m, id);
    }
    return add_node(m, node);
}

/* ---- which elements are read -------------------------------------------------------------------------------- */

/* Arrays of which only single, known elements are read, are drawn element by element. */
static bool *find_split(const Making *m)
{
    const Circuit *c = m->circuit;
    bool *split = arena_array(m->arena, bool, c->gates.count + 1);

    for (GateId g = 0; g < c->leaves; g++)
        split[g] = !m->options->modules && !is_scalar(m, c->gates.at[g].value);
    for (WireId w = 0; w < c->wires.count; w++) {
        size_t element;

        split[c->wires.at[w].from] &= circuit_element(c, w, &element);
    }
    for (size_t i = 0; i < c->outputs.count; i++)
        split[c->outputs.at[i]] = false;
    return split;
}

static bool is_read(const Circuit *c, GateId gate)
{
    for (size_t i = 0; i < c->outputs.count; i++)
        if (c->outputs.at[i] == gate)
            return true;
    for (WireId w = 0; w < c->wires.count; w++)
        if (c->wires.at[w].from == gate)
            return true;
    return false;
}

static void add_elements(Making *m, GateId leaf)
{
    const Circuit *c = m->circuit;
    size_t count = eval_elements(c->program, c->gates.at[leaf].value);
    bool *used = arena_array(m->arena, bool, count + 1);

    m->elements[leaf] = arena_array(m->arena, uint32_t, count + 1);
    for (WireId w = 0; w < c->wires.count; w++) {
        size_t element;

        if (c->wires.at[w].from == leaf && circuit_element(c, w, &element))
            used[element] = true;
    }
    for (size_t i = 0; i < count; i++)
        m->elements[leaf][i] = used[i] ? add_leaf(m, leaf, true, i) : NO_ID;
}

static void add_nodes(Making *m)
{
    const Circuit *c = m->circuit;
    bool *split = find_split(m);

    for (GateId g = 0; g < c->gates.count; g++) {
        m->node_of[g] = NO_ID;
        if (g < c->leaves && split[g])
            add_elements(m, g);
        else if (g >= c->leaves)
            m->node_of[g] = add_gate(m, g);
        else if (is_read(c, g))
            m->node_of[g] = add_leaf(m, g, false, 0);
    }
}

/* ---- wires -------------------------------------------------------------------------------------------------- */

static const char *wire_title(const Making *m, WireId id, bool single, size_t element)
{
    const Wire *wire = &m->circuit->wires.at[id];
    const Gate *from = &m->circuit->gates.at[wire->from];
    Text title, target, local;

    text_init(&title, m->arena);
    text_printf(&title, "%s \xE2\x86\x92 %s", single ? graph_element_name(m->arena, m->circuit, from, element) : from->name,
                m->circuit->gates.at[wire->to].name);
    if (m->options->values)
        add_line(m, &title, MESSAGE_VALUE, from->value, single, element);
    if (!m->options->gradients || !circuit_flows(m->circuit, id))
        return text_string(&title);
    text_init(&local, m->arena);
    circuit_local(m->circuit, id, &local);
    text_printf(&title, "\n%s: %s", say(m, MESSAGE_GRAPH_LOCAL), text_string(&local));
    if (m->options->values && wire->local_value != NO_ID && !escape_is_number(text_string(&local))) {
        text_add(&title, " = ");
        print_full(m, wire->local_value, false, 0, &title);
    }
    text_init(&target, m->arena);
    text_printf(&title, "\n%s: ", say(m, MESSAGE_GRADIENT));
    (void)circuit_contribution(m->circuit, id, &target, &title);
    if (m->options->values) {
        text_add(&title, " = ");
        print_full(m, wire->contribution, single, element, &title);
    }
    return text_string(&title);
}

static void add_wire(Making *m, WireId id)
{
    const Circuit *c = m->circuit;
    const Wire *wire = &c->wires.at[id];
    const Gate *from = &c->gates.at[wire->from];
    size_t element = 0;
    bool single = !m->options->modules && circuit_element(c, id, &element) && !is_scalar(m, from->value);
    GraphWire drawn = { .to = m->node_of[wire->to] };

    drawn.from = m->elements[wire->from] != NULL ? m->elements[wire->from][element] : m->node_of[wire->from];
    if (m->options->values || m->options->modules)
        drawn.value = shown(m, from->value, single, element, 4);
    if (m->options->gradients && circuit_flows(c, id))
        drawn.gradient = shown(m, wire->contribution, single, element, 4);
    drawn.faint = m->options->gradients && !circuit_flows(c, id);
    drawn.title = wire_title(m, id, single, element);
    m->forks[drawn.from] += circuit_flows(c, id);
    vec_push(m->arena, &m->graph->wires, drawn);
}

static void add_output(Making *m, size_t output)
{
    const Circuit *c = m->circuit;
    const Gate *gate = &c->gates.at[c->outputs.at[output]];
    GraphNode end = { .shape = SHAPE_END, .kind = "output", .number = (uint32_t)output + 1, .colour = SVG_INK };
    GraphWire wire = { .from = m->node_of[c->outputs.at[output]] };

    end.symbol = names_text(c->program->names, c->program->symbols.at[c->program->outputs.at[output]].name);
    end.title = node_title(m, gate, c->outputs.at[output], end.symbol, false, 0);
    wire.to = add_node(m, end);
    if (m->options->values || m->options->modules)
        wire.value = shown(m, gate->value, false, 0, 4);
    if (m->options->gradients && gate->seed != NO_ID && gate->gradient != NO_ID)
        wire.gradient = shown(m, gate->seed, false, 0, 4);
    wire.faint = m->options->gradients && wire.gradient == NULL;
    wire.title = end.title;
    m->forks[wire.from] += wire.gradient != NULL;
    vec_push(m->arena, &m->graph->wires, wire);
}

static void add_all_sums(Making *m)
{
    const Circuit *c = m->circuit;

    for (GateId g = 0; g < c->gates.count; g++) {
        if (m->elements[g] == NULL && m->node_of[g] != NO_ID)
            add_sums(m, g, m->node_of[g], false, 0);
        for (size_t i = 0; m->elements[g] != NULL && i < eval_elements(c->program, c->gates.at[g].value); i++)
            if (m->elements[g][i] != NO_ID)
                add_sums(m, g, m->elements[g][i], true, i);
    }
}

/* ---- the whole ---------------------------------------------------------------------------------------------- */

/* What a screen reader says: a line for each gate. */
static const char *describe(const Making *m)
{
    const Circuit *c = m->circuit;
    Text text;

    text_init(&text, m->arena);
    for (size_t n = 0; n < m->graph->nodes.count && n < MOST_DESCRIBED; n++)
        text_printf(&text, "%s%s", n == 0 ? "" : ";\n", m->graph->nodes.at[n].title);
    if (c->gates.count > MOST_DESCRIBED)
        text_add(&text, "; ...");
    return text_string(&text);
}

void graph_of_circuit(Graph *graph, Arena *arena, const Circuit *circuit, const GraphOptions *options)
{
    Making m = { .graph = graph, .arena = arena, .circuit = circuit, .options = options };
    Text title;

    m.node_of = arena_array(arena, uint32_t, circuit->gates.count + 1);
    m.elements = arena_array(arena, uint32_t *, circuit->gates.count + 1);
    add_nodes(&m);
    m.forks = arena_array(arena, uint32_t, graph->nodes.count + circuit->outputs.count + 1);
    for (WireId w = 0; w < circuit->wires.count; w++)
        add_wire(&m, w);
    for (size_t i = 0; i < circuit->outputs.count; i++)
        add_output(&m, i);
    if (options->values || options->modules)
        add_all_sums(&m);
    text_init(&title, arena);
    text_printf(&title, say(&m, options->modules ? MESSAGE_GRAPH_MODULES : MESSAGE_GRAPH_CIRCUIT), options->model);
    graph->title = text_string(&title);
    graph->description = describe(&m);
    graph->wire_kind = "wire";
    for (size_t w = 0; w < graph->wires.count; w++)
        if (graph->wires.at[w].faint)
            graph->legend[2] = say(&m, MESSAGE_GRAPH_FAINT);
    if (options->values || options->modules) {
        graph->legend[0] = say(&m, options->modules ? MESSAGE_GRAPH_SHAPE : MESSAGE_VALUE);
        if (options->gradients)
            graph->legend[1] = say(&m, options->modules ? MESSAGE_GRAPH_GRADIENT_SHAPE : MESSAGE_GRADIENT);
    }
}
