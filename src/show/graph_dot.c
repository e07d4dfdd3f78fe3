/* graph_dot.c -- a graph in the language of Graphviz: the same nodes, wires and texts. */
#include "show/graph.h"

#include <stdio.h>
#include <string.h>

/* A string in quotes. In a label a backslash begins an escape, so it is doubled. */
static void write_string(Text *out, const char *text)
{
    text_add(out, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            text_add(out, "\\");
        if (*text == '\n')
            text_add(out, "\\n");
        else
            text_bytes(out, text, 1);
    }
    text_add(out, "\"");
}

static void write_attribute(Text *out, const char *name, const char *text)
{
    if (text == NULL)
        return;
    text_printf(out, ", %s=", name);
    write_string(out, text);
}

static void write_lines(Text *out, const char *const *lines, size_t count)
{
    Text label;
    bool any = false;

    text_init(&label, out->arena);
    for (size_t i = 0; i < count; i++) {
        if (lines[i] == NULL)
            continue;
        text_printf(&label, "%s%s", any ? "\n" : "", lines[i]);
        any = true;
    }
    if (any)
        write_attribute(out, "label", text_string(&label));
}

/* Two lines of different colours take a label in Graphviz's HTML. */
static void write_coloured(Text *out, const char *value, const char *gradient)
{
    if (value == NULL && gradient == NULL)
        return;
    text_add(out, ", label=<");
    if (value != NULL) {
        text_add(out, "<font color=\"#0a7a33\">");
        svg_escape(out, value);
        text_add(out, "</font>");
    }
    if (value != NULL && gradient != NULL)
        text_add(out, "<br/>");
    if (gradient != NULL) {
        text_add(out, "<font color=\"#c2152c\">");
        svg_escape(out, gradient);
        text_add(out, "</font>");
    }
    text_add(out, ">");
}

static const char *shape_of(const GraphNode *node)
{
    switch ((GraphShape)node->shape) {
    case SHAPE_GATE:
        return "shape=ellipse";
    case SHAPE_AMPLIFIER:
        return "shape=triangle, orientation=90";
    case SHAPE_END:
        return "shape=plaintext";
    case SHAPE_CONSTANT:
        return "shape=box, style=\"rounded,dashed\"";
    case SHAPE_LEAF:
        return "shape=box, style=rounded";
    case SHAPE_MODULE:
        break;
    }
    return "shape=box";
}

static void write_node(Text *out, const GraphNode *node)
{
    const char *lines[] = { node->name, node->symbol, node->detail, node->note, node->gradient };

    text_printf(out, "  \"%s-%u\" [%s", node->kind, (unsigned)node->number, shape_of(node));
    write_lines(out, lines, sizeof lines / sizeof *lines);
    write_attribute(out, "tooltip", node->title);
    text_add(out, "];\n");
}

static void write_wire(const Graph *graph, Text *out, const GraphWire *wire)
{
    const GraphNode *from = &graph->nodes.at[wire->from], *to = &graph->nodes.at[wire->to];

    text_printf(out, "  \"%s-%u\" -> \"%s-%u\" [%s%s", from->kind, (unsigned)from->number, to->kind, (unsigned)to->number,
                graph->backward ? "dir=back" : "dir=forward", wire->faint ? ", style=dashed" : "");
    write_coloured(out, wire->value, wire->gradient);
    write_attribute(out, "tooltip", wire->title);
    text_add(out, "];\n");
}

void graph_dot(const Graph *graph, Text *out)
{
    text_add(out, "digraph {\n  label=");
    write_string(out, graph->remark != NULL ? graph->remark : graph->title);
    text_add(out, ";\n  rankdir=LR;\n  node [fontname=\"DejaVu Sans Mono\"];\n"
                  "  edge [fontname=\"DejaVu Sans Mono\", fontsize=11];\n");
    for (size_t n = 0; n < graph->nodes.count; n++)
        write_node(out, &graph->nodes.at[n]);
    for (size_t w = 0; w < graph->wires.count; w++)
        write_wire(graph, out, &graph->wires.at[w]);
    text_add(out, "}\n");
}
