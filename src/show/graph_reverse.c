/* graph_reverse.c -- the drawing of a reverse network: amplifiers, weights on the wires, gradients that flow back. */
#include "show/graph_make.h"

typedef struct {
    Graph *graph;
    Arena *arena;
    const Circuit *circuit;
    const ReverseNet *net;
    const GraphOptions *options;
} Making;

static const char *say(const Making *m, MessageId id)
{
    return message(m->options->language, id);
}

static const char *name_of(const Making *m, const ReverseNode *node)
{
    const Gate *gate = &m->circuit->gates.at[node->gate];

    return node->single ? graph_element_name(m->arena, m->circuit, gate, node->element) : gate->name;
}

/* The name of what an amplifier works on: its gradient leaves it. */
static const char *operand_name(const Making *m, const ReverseNode *node)
{
    return m->circuit->gates.at[m->circuit->wires.at[node->wire].from].name;
}

static const char *node_title(const Making *m, const ReverseNode *node)
{
    Text title;

    text_init(&title, m->arena);
    text_printf(&title, "%s\nd%s = %s", name_of(m, node), name_of(m, node), graph_full_number(m->arena, node->arrives));
    if (node->kind != REVERSE_AMPLIFIER)
        return text_string(&title);
    text_printf(&title, "\n%s: ", say(m, MESSAGE_GRAPH_GAIN));
    circuit_local(m->circuit, node->wire, &title);
    text_printf(&title, " = %s\n%s x d%s = %s", graph_full_number(m->arena, node->gain), say(m, MESSAGE_GRAPH_GAIN),
                name_of(m, node), graph_full_number(m->arena, node->leaves));
    if (m->circuit->wires.at[node->wire].from >= m->circuit->leaves)
        text_printf(&title, " (d%s)", operand_name(m, node));
    return text_string(&title);
}

static void add_node(Making *m, uint32_t number)
{
    const ReverseNode *node = &m->net->nodes.at[number];
    const Gate *gate = &m->circuit->gates.at[node->gate];
    GraphNode drawn = { .shape = SHAPE_LEAF, .kind = "reverse", .number = number + 1, .gate = gate->number, .colour = SVG_INK };

    drawn.symbol = name_of(m, node);
    drawn.title = node_title(m, node);
    drawn.gradient = graph_number(m->arena, node->leaves, 4);
    if (node->kind == REVERSE_AMPLIFIER) {
        drawn.shape = SHAPE_AMPLIFIER;
        drawn.colour = SVG_BLUE;
        drawn.symbol = graph_number(m->arena, node->gain, 4);
        drawn.name = gate->named ? gate->name : graph_symbol(m->arena, m->circuit, gate);
    } else if (node->kind == REVERSE_JUNCTION) {
        drawn.shape = SHAPE_GATE;
        drawn.colour = SVG_PURPLE;
        drawn.symbol = graph_symbol(m->arena, m->circuit, gate);
        drawn.name = name_of(m, node);
    } else if (node->kind == REVERSE_SOURCE) {
        drawn.shape = SHAPE_END;
    }
    vec_push(m->arena, &m->graph->nodes, drawn);
}

static void add_wire(Making *m, const ReverseWire *wire)
{
    const ReverseNode *from = &m->net->nodes.at[wire->from], *to = &m->net->nodes.at[wire->to];
    GraphWire drawn = { .from = wire->to, .to = wire->from };
    Text title;

    text_init(&title, m->arena);
    text_printf(&title, "%s \xE2\x86\x92 %s", name_of(m, from), name_of(m, to));
    if (!wire->plain) {
        drawn.value = graph_number(m->arena, wire->weight, 4);
        text_printf(&title, "\n%s: %s = %s", say(m, MESSAGE_GRAPH_WEIGHT), wire->name, graph_full_number(m->arena, wire->weight));
    }
    drawn.gradient = graph_number(m->arena, wire->carries, 4);
    text_printf(&title, "\n%s: %s", say(m, MESSAGE_GRADIENT), graph_full_number(m->arena, wire->carries));
    drawn.title = text_string(&title);
    vec_push(m->arena, &m->graph->wires, drawn);
}

static const char *describe(const Making *m)
{
    Text text;

    text_init(&text, m->arena);
    for (size_t n = m->graph->nodes.count; n-- > 0;)
        text_printf(&text, "%s%s", m->graph->nodes.at[n].title, n == 0 ? "" : ";\n");
    return text_string(&text);
}

void graph_of_reverse(Graph *graph, Arena *arena, const Circuit *circuit, const ReverseNet *net, const GraphOptions *options)
{
    Making m = { graph, arena, circuit, net, options };
    Text title;

    for (uint32_t n = 0; n < net->nodes.count; n++)
        add_node(&m, n);
    for (size_t w = net->wires.count; w-- > 0;) /* in forward order */
        add_wire(&m, &net->wires.at[w]);
    text_init(&title, arena);
    text_printf(&title, say(&m, MESSAGE_GRAPH_REVERSE), options->model);
    graph->title = text_string(&title);
    graph->description = describe(&m);
    graph->backward = true;
    graph->wire_kind = "back";
    graph->legend[0] = say(&m, MESSAGE_GRAPH_WEIGHT);
    graph->legend[1] = say(&m, MESSAGE_GRADIENT);
    graph->remark = say(&m, net->hidden > 0 ? MESSAGE_GRAPH_HIDDEN : MESSAGE_GRAPH_DIRECTION);
}
