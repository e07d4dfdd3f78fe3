/* graph_back.c -- the drawing of the backward sweep stage by stage: what each stage hands on to its operands, and its shape. */
#include "show/graph_make.h"

typedef struct {
    Graph *graph;
    Arena *arena;
    const Circuit *circuit;
    const GraphOptions *options;
    uint32_t *node_of; /* by gate */
} Making;

static const char *say(const Making *m, MessageId id)
{
    return message(m->options->language, id);
}

/* A number where there is one, else the shape. */
static const char *shown(const Making *m, SymId symbol)
{
    Text text;

    text_init(&text, m->arena);
    circuit_shape(m->circuit, symbol, &text);
    if (text.size == 0)
        text_add(&text, m->options->values ? graph_number(m->arena, circuit_value_at(m->circuit, symbol, 0), 4) : "()");
    return text_string(&text);
}

static uint32_t add_node(Making *m, GraphNode node)
{
    node.kind = "back";
    node.number = (uint32_t)m->graph->nodes.count + 1;
    vec_push(m->arena, &m->graph->nodes, node);
    return node.number - 1;
}

static void add_gate(Making *m, GateId id)
{
    const Gate *gate = &m->circuit->gates.at[id];
    GraphNode node = { .shape = SHAPE_MODULE, .gate = gate->number, .symbol = m->circuit->names[gate->gradient] };
    Text title;

    node.colour = (SvgColour)(SVG_BLUE + (gate->number + SVG_COLOUR_COUNT - SVG_BLUE - 1) % (SVG_COLOUR_COUNT - SVG_BLUE));
    node.detail = gate->fork > 1 ? say(m, MESSAGE_GRAPH_SUM) : shown(m, gate->gradient);
    if (id < m->circuit->leaves) {
        node.shape = SHAPE_LEAF;
        node.colour = SVG_INK;
        node.note = gate->fork > 1 ? node.detail : NULL;
        node.gradient = shown(m, gate->gradient);
    }
    text_init(&title, m->arena);
    text_printf(&title, "%s: %s", node.symbol, shown(m, gate->gradient));
    node.title = text_string(&title);
    m->node_of[id] = add_node(m, node);
}

static void add_wire(Making *m, WireId id)
{
    const Wire *wire = &m->circuit->wires.at[id];
    GraphWire drawn = { .from = m->node_of[wire->from], .to = m->node_of[wire->to] };
    Text target, value, title;

    text_init(&target, m->arena);
    text_init(&value, m->arena);
    text_init(&title, m->arena);
    (void)circuit_contribution(m->circuit, id, &target, &value);
    text_printf(&title, "%s %s %s", text_string(&target), wire->first ? "=" : "+=", text_string(&value));
    drawn.value = text_string(&value);
    drawn.gradient = shown(m, wire->contribution);
    drawn.title = text_string(&title);
    vec_push(m->arena, &m->graph->wires, drawn);
}

/* What an output gets from outside. */
static void add_seed(Making *m, size_t output)
{
    const Circuit *c = m->circuit;
    const Gate *gate = &c->gates.at[c->outputs.at[output]];
    GraphNode end = { .shape = SHAPE_END, .colour = SVG_INK, .title = gate->name };
    GraphWire wire = { .from = m->node_of[c->outputs.at[output]] };

    if (gate->seed == NO_ID || gate->gradient == NO_ID)
        return;
    end.symbol = names_text(c->program->names, c->program->symbols.at[c->program->outputs.at[output]].name);
    wire.to = add_node(m, end);
    wire.gradient = shown(m, gate->seed);
    wire.title = gate->name;
    vec_push(m->arena, &m->graph->wires, wire);
}

static const char *describe(const Making *m)
{
    Text text;

    text_init(&text, m->arena);
    for (size_t w = m->graph->wires.count; w-- > 0;)
        text_printf(&text, "%s%s", m->graph->wires.at[w].title, w == 0 ? "" : ";\n");
    return text_string(&text);
}

void graph_of_backward(Graph *graph, Arena *arena, const Circuit *circuit, const GraphOptions *options)
{
    Making m = { .graph = graph, .arena = arena, .circuit = circuit, .options = options };
    Text title;

    m.node_of = arena_array(arena, uint32_t, circuit->gates.count + 1);
    for (GateId g = 0; g < circuit->gates.count; g++)
        if (circuit->gates.at[g].gradient != NO_ID)
            add_gate(&m, g);
    for (WireId w = 0; w < circuit->wires.count; w++)
        if (circuit_flows(circuit, w))
            add_wire(&m, w);
    for (size_t i = 0; i < circuit->outputs.count; i++)
        add_seed(&m, i);
    text_init(&title, arena);
    text_printf(&title, say(&m, MESSAGE_GRAPH_BACKWARD), options->model);
    graph->title = text_string(&title);
    graph->description = describe(&m);
    graph->backward = true;
    graph->wire_kind = "down";
    graph->legend[0] = say(&m, MESSAGE_GRAPH_PRODUCT);
    graph->legend[1] = say(&m, MESSAGE_GRAPH_GRADIENT_SHAPE);
}
