/* graph_svg.c -- a graph drawn in SVG: sizes of nodes and labels, the layout, and then shape by shape. */
#include "show/graph.h"

#include <math.h>
#include <string.h>

#define MARGIN 18.0
#define HEADER 30.0   /* the legend */
#define REMARK 28.0
#define RADIUS 20.0   /* of gates */
#define NAME_SIZE 11.0
#define SYMBOL_SIZE 15.0
#define LONG_SYMBOL_SIZE 12.0 /* beyond three characters */
#define NUMBER_SIZE 12.0
#define PORTS 10.0    /* at least, between wires at a node */
#define EDGE 8.0      /* at least, from a wire to the upper or lower edge of its node */
#define LINE 15.0     /* from line to line below a node */
#define MOST_NAME 18  /* characters of a name that are shown */
#define MOST_DETAIL 34 /* of an expression */
#define MOST_WIDTH 1400.0 /* what is wider is folded into rows */
#define BREAK_SIZE 9.5 /* where a row breaks off */
#define MOST_BREAK 12 /* characters of the name there */
#define STUB 10.0     /* how far a wire goes on there */
#define LEGEND 0.88   /* running text is narrower than numbers */
#define FAINT "4 4"   /* dashes */

typedef struct {
    const Graph *graph;
    Arena *arena;
    Layout layout;
    LayoutPoint *half; /* by node: half of its shape's width and height */
    double x, y;  /* where the drawing begins */
    Text *out;
} Drawing;

/* ---- texts ---------------------------------------------------------------------------------------------- */

static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

/* The beginning of a long name; the whole is in the title. */
static const char *shorten(Arena *arena, const char *name, size_t most)
{
    size_t count = 0, size = 0;
    Text text;

    if (characters(name) <= most)
        return name;
    while (count < most - 1 || ((unsigned char)name[size] & 0xC0) == 0x80)
        count += ((unsigned char)name[size++] & 0xC0) != 0x80;
    text_init(&text, arena);
    text_bytes(&text, name, size);
    text_add(&text, "\xE2\x80\xA6"); /* an ellipsis */
    return text_string(&text);
}

static double width_of(const char *text, double size)
{
    return text == NULL ? 0 : svg_text_width(text, size);
}

static double symbol_size(const GraphNode *node)
{
    if (node->shape == SHAPE_AMPLIFIER)
        return 10.5;
    return node->shape == SHAPE_GATE && characters(node->symbol) > 3 ? LONG_SYMBOL_SIZE : SYMBOL_SIZE;
}

/* ---- sizes ---------------------------------------------------------------------------------------------- */

/* Half of the shape's own width and height; higher with so many wires on one side that they would run together. */
static LayoutPoint half_shape(const GraphNode *node, uint32_t wires)
{
    double text = width_of(node->symbol, symbol_size(node)) / 2, detail;
    double high = PORTS * (wires == 0 ? 0 : wires - 1) / 2 + EDGE;

    switch ((GraphShape)node->shape) {
    case SHAPE_LEAF:
    case SHAPE_CONSTANT:
        return (LayoutPoint){ fmax(22, text + 10), fmax(18, high + 3 * fmin(wires, 3)) };
    case SHAPE_GATE:
        return (LayoutPoint){ characters(node->symbol) <= 3 ? RADIUS : text + 14, fmax(RADIUS, high) };
    case SHAPE_MODULE:
        detail = fmin(width_of(node->detail, NAME_SIZE), NAME_SIZE * 0.61 * MOST_DETAIL) / 2;
        return (LayoutPoint){ fmax(text, detail) + 12, fmax(26, high) };
    case SHAPE_AMPLIFIER:
        return (LayoutPoint){ 36, fmax(30, high) };
    case SHAPE_END:
        break;
    }
    return (LayoutPoint){ text + 6, fmax(12, high) };
}

static void add_box(Drawing *d, const GraphNode *node, LayoutPoint half)
{
    double numbers = width_of(node->gradient, NUMBER_SIZE);
    double texts = fmax(numbers, width_of(node->note, NAME_SIZE));
    int lines = (node->note != NULL) + (node->gradient != NULL);
    LayoutBox box = { 0 };

    if (node->name != NULL)
        texts = fmax(texts, svg_text_width(shorten(d->arena, node->name, MOST_NAME), NAME_SIZE));
    box.width = fmax(2 * half.x, texts);
    box.up = half.y + (node->name != NULL ? LINE : 0);
    box.down = half.y + LINE * lines;
    box.span = half.y - EDGE;
    box.ordered = node->ordered;
    vec_push(d->arena, &d->layout.boxes, box);
}

static void add_wire(Drawing *d, const GraphWire *wire)
{
    LayoutWire placed = { .from = wire->from, .to = wire->to };

    if (wire->value != NULL)
        placed.width = width_of(shorten(d->arena, wire->value, MOST_DETAIL), NUMBER_SIZE);
    placed.width = fmax(placed.width, width_of(wire->gradient, NUMBER_SIZE));
    if (placed.width > 0)
        placed.width += 8;
    placed.up = wire->value != NULL ? 17 : 3;
    placed.down = wire->gradient != NULL ? 17 : 3;
    vec_push(d->arena, &d->layout.wires, placed);
}

static bool lay_out(Drawing *d)
{
    const Graph *graph = d->graph;
    uint32_t *in = arena_array(d->arena, uint32_t, graph->nodes.count + 1);
    uint32_t *out = arena_array(d->arena, uint32_t, graph->nodes.count + 1);

    for (size_t w = 0; w < graph->wires.count; w++) {
        out[graph->wires.at[w].from]++;
        in[graph->wires.at[w].to]++;
    }
    d->half = arena_array(d->arena, LayoutPoint, graph->nodes.count + 1);
    for (size_t n = 0; n < graph->nodes.count; n++) {
        d->half[n] = half_shape(&graph->nodes.at[n], in[n] > out[n] ? in[n] : out[n]);
        add_box(d, &graph->nodes.at[n], d->half[n]);
    }
    for (size_t w = 0; w < graph->wires.count; w++)
        add_wire(d, &graph->wires.at[w]);
    d->layout.most_width = MOST_WIDTH;
    d->layout.lead = MOST_BREAK * BREAK_SIZE * 0.61 + STUB + 6;
    return layout_run(&d->layout, d->arena);
}

/* ---- wires ---------------------------------------------------------------------------------------------- */

/* How far from the middle the shape's side is, `dy` above or below the line. */
static double reach(const GraphNode *node, LayoutPoint half, double dy, bool left)
{
    double round;

    switch ((GraphShape)node->shape) {
    case SHAPE_GATE:
        round = fmax(fabs(dy) - (half.y - RADIUS), 0);
        return half.x - RADIUS + sqrt(fmax(RADIUS * RADIUS - round * round, 0));
    case SHAPE_AMPLIFIER:
        return left ? half.x - 2 * half.x * fmin(fabs(dy) / half.y, 1) : half.x;
    case SHAPE_LEAF:
    case SHAPE_CONSTANT:
    case SHAPE_MODULE:
    case SHAPE_END:
        break;
    }
    return half.x;
}

static void write_point(Text *path, const char *command, SvgPoint point)
{
    text_add(path, command);
    svg_number(path, point.x);
    text_add(path, " ");
    svg_number(path, point.y);
}

static void write_curve(Text *path, SvgPoint a, SvgPoint b)
{
    double middle = (a.x + b.x) / 2;

    if (fabs(a.y - b.y) < 0.005)
        return; /* level: the next point on it continues the line */
    write_point(path, "L", a);
    write_point(path, "C", (SvgPoint){ middle, a.y });
    write_point(path, " ", (SvgPoint){ middle, b.y });
    write_point(path, " ", b);
}

static SvgPoint place_of(const Drawing *d, double x, double y)
{
    return (SvgPoint){ x + d->x, y + d->y };
}

/* From gap to gap; at the end of a row it breaks off and goes on in the next one. */
static void write_way(const Drawing *d, Text *path, const LayoutWire *placed)
{
    for (uint32_t k = placed->first; k < placed->first + placed->gaps; k++) {
        const LayoutGap *gap = &d->layout.gaps.at[k];
        SvgPoint from = place_of(d, gap->from.x, gap->from.y), to = place_of(d, gap->to.x, gap->to.y);

        if (gap->broken == 0) {
            write_curve(path, from, to);
        } else {
            write_point(path, "L", (SvgPoint){ from.x + STUB, from.y });
            write_point(path, "M", (SvgPoint){ to.x - STUB, to.y });
        }
    }
}

/* Where a wire breaks off and goes on: the same number, and what it brings. */
static void draw_breaks(Drawing *d, const GraphNode *source, const LayoutWire *placed)
{
    SvgFont font = { SVG_MUTED, SVG_START, BREAK_SIZE, false, true, false };

    for (uint32_t k = placed->first; k < placed->first + placed->gaps; k++) {
        const LayoutGap *gap = &d->layout.gaps.at[k];
        SvgPoint from = place_of(d, gap->from.x + STUB + 3, gap->from.y + 3);
        SvgPoint to = place_of(d, gap->to.x - STUB - 3, gap->to.y + 3);
        Text text;

        if (gap->broken == 0)
            continue;
        text_init(&text, d->arena);
        text_printf(&text, "%u", (unsigned)gap->broken);
        font.anchor = SVG_START;
        svg_text(d->out, from, font, text_string(&text));
        text_init(&text, d->arena);
        text_printf(&text, "%s %u", shorten(d->arena, source->name != NULL ? source->name : source->symbol, MOST_BREAK),
                    (unsigned)gap->broken);
        font.anchor = SVG_END;
        svg_text(d->out, to, font, text_string(&text));
    }
}

static void draw_label(Drawing *d, const GraphWire *wire, const LayoutWire *placed)
{
    SvgPoint at = place_of(d, placed->x, placed->y);
    SvgFont font = { SVG_VALUE, SVG_MIDDLE, NUMBER_SIZE, true, true, false };

    if (wire->value != NULL)
        svg_text(d->out, (SvgPoint){ at.x, at.y - 5 }, font, shorten(d->arena, wire->value, MOST_DETAIL));
    font.colour = SVG_GRADIENT;
    if (wire->gradient != NULL)
        svg_text(d->out, (SvgPoint){ at.x, at.y + 14 }, font, wire->gradient);
}

/* Ids are stable: pages refer to them. */
static void begin_part(Drawing *d, const char *kind, uint32_t number, const char *data, const char *title)
{
    text_printf(d->out, "<g id=\"%s-%u\" class=\"%s\"%s>", kind, (unsigned)number, kind, data);
    if (title != NULL) {
        text_add(d->out, "<title>");
        svg_escape(d->out, title);
        text_add(d->out, "</title>");
    }
    text_add(d->out, "\n");
}

static void draw_wire(Drawing *d, uint32_t number)
{
    const Graph *graph = d->graph;
    const GraphWire *wire = &graph->wires.at[number];
    const GraphNode *from = &graph->nodes.at[wire->from], *to = &graph->nodes.at[wire->to];
    const LayoutWire *placed = &d->layout.wires.at[number];
    const LayoutBox *a = &d->layout.boxes.at[wire->from], *b = &d->layout.boxes.at[wire->to];
    double out = d->layout.gaps.at[placed->first].from.y, in = d->layout.gaps.at[placed->first + placed->gaps - 1].to.y;
    SvgPoint begin = place_of(d, a->x, out), end = place_of(d, b->x, in);
    SvgPen pen = { graph->backward ? SVG_GRADIENT : SVG_MUTED, SVG_LINE, 1.4, wire->faint ? FAINT : NULL };
    Text path, data;

    begin.x += reach(from, d->half[wire->from], out - a->y, false);
    end.x -= reach(to, d->half[wire->to], in - b->y, true);
    text_init(&path, d->arena);
    write_point(&path, "M", begin);
    write_way(d, &path, placed);
    write_point(&path, "L", end);
    text_init(&data, d->arena);
    text_printf(&data, " data-from=\"%s-%u\" data-to=\"%s-%u\"", from->kind, (unsigned)from->number, to->kind,
                (unsigned)to->number);
    begin_part(d, graph->wire_kind, number + 1, text_string(&data), wire->title);
    svg_path(d->out, text_string(&path), pen);
    if (graph->backward)
        svg_arrow(d->out, (SvgPoint){ begin.x + 10, begin.y }, begin, pen.colour);
    else
        svg_arrow(d->out, (SvgPoint){ end.x - 10, end.y }, end, pen.colour);
    draw_breaks(d, from, placed);
    draw_label(d, wire, placed);
    svg_end_group(d->out);
}

/* ---- nodes ---------------------------------------------------------------------------------------------- */

static void draw_triangle(Drawing *d, SvgPoint at, LayoutPoint half, SvgPen pen)
{
    Text path;

    text_init(&path, d->arena);
    write_point(&path, "M", (SvgPoint){ at.x - half.x, at.y });
    write_point(&path, "L", (SvgPoint){ at.x + half.x, at.y - half.y });
    write_point(&path, "L", (SvgPoint){ at.x + half.x, at.y + half.y });
    text_add(&path, "Z");
    svg_path(d->out, text_string(&path), pen);
}

static void draw_shape(Drawing *d, const GraphNode *node, SvgPoint at, LayoutPoint half)
{
    SvgPen pen = { node->colour, SVG_TINT, 1.8, node->shape == SHAPE_CONSTANT ? "4 3" : NULL };
    SvgBox frame = { at.x - half.x, at.y - half.y, 2 * half.x, 2 * half.y };

    switch ((GraphShape)node->shape) {
    case SHAPE_GATE:
        if (half.x <= RADIUS && half.y <= RADIUS)
            svg_circle(d->out, at, RADIUS, pen);
        else
            svg_rect(d->out, frame, RADIUS, pen);
        break;
    case SHAPE_AMPLIFIER:
        draw_triangle(d, at, half, pen);
        break;
    case SHAPE_END:
        break;
    case SHAPE_LEAF:
    case SHAPE_CONSTANT:
        pen.fill = SVG_PAGE;
        svg_rect(d->out, frame, 8, pen);
        break;
    case SHAPE_MODULE:
        svg_rect(d->out, frame, 6, pen);
        break;
    }
}

static void draw_symbol(Drawing *d, const GraphNode *node, SvgPoint centre)
{
    double size = symbol_size(node);
    SvgFont font = { SVG_INK, SVG_MIDDLE, size, true, node->shape != SHAPE_GATE, false };
    SvgPoint at = { centre.x, centre.y + 0.36 * size };

    if (node->shape == SHAPE_AMPLIFIER)
        at.x += 8;
    if (node->shape == SHAPE_MODULE && node->detail != NULL) {
        svg_text(d->out, (SvgPoint){ centre.x, centre.y + 16 }, (SvgFont){ SVG_MUTED, SVG_MIDDLE, NAME_SIZE, false, true, false },
                 shorten(d->arena, node->detail, MOST_DETAIL));
        at.y -= 8;
    }
    svg_text(d->out, at, font, node->symbol);
}

static void draw_texts(Drawing *d, const GraphNode *node, SvgPoint centre, LayoutPoint half)
{
    SvgFont muted = { SVG_MUTED, SVG_MIDDLE, NAME_SIZE, false, true, false };
    SvgFont number = { SVG_GRADIENT, SVG_MIDDLE, NUMBER_SIZE, true, true, false };
    SvgPoint at = { centre.x, centre.y - half.y - 5 };

    if (node->name != NULL)
        svg_text(d->out, at, muted, shorten(d->arena, node->name, MOST_NAME));
    at.y = centre.y + half.y;
    muted.mono = false;
    if (node->note != NULL) {
        at.y += LINE - 1;
        svg_text(d->out, at, muted, node->note);
    }
    at.y += LINE - 1;
    if (node->gradient != NULL)
        svg_text(d->out, at, number, node->gradient);
}

static void draw_node(Drawing *d, size_t n)
{
    const GraphNode *node = &d->graph->nodes.at[n];
    LayoutPoint half = d->half[n];
    SvgPoint at = place_of(d, d->layout.boxes.at[n].x, d->layout.boxes.at[n].y);
    Text data;

    text_init(&data, d->arena);
    if (node->gate > 0)
        text_printf(&data, " data-gate=\"%u\"", (unsigned)node->gate);
    begin_part(d, node->kind, node->number, text_string(&data), node->title);
    draw_shape(d, node, at, half);
    draw_symbol(d, node, at);
    draw_texts(d, node, at, half);
    svg_end_group(d->out);
}

/* ---- the whole ------------------------------------------------------------------------------------------- */

static double legend_width(const Graph *graph)
{
    double width = 0;

    for (unsigned k = 0; k < 3; k++)
        width += graph->legend[k] == NULL ? 0 : 40 + LEGEND * width_of(graph->legend[k], NUMBER_SIZE);
    return width;
}

/* A little wire with a mark where its numbers stand. */
static void draw_legend(Drawing *d)
{
    static const SvgColour colours[] = { SVG_VALUE, SVG_GRADIENT, SVG_MUTED };
    static const double marks[] = { -4, 4, 0 };
    double x = MARGIN, y = MARGIN + 6;

    for (unsigned k = 0; k < 3; k++) {
        SvgPen wire = { SVG_MUTED, SVG_LINE, 1.4, k == 2 ? FAINT : NULL };

        if (d->graph->legend[k] == NULL)
            continue;
        svg_line(d->out, (SvgPoint){ x, y - 4 }, (SvgPoint){ x + 18, y - 4 }, wire);
        if (k < 2)
            svg_line(d->out, (SvgPoint){ x + 4, y - 4 + marks[k] }, (SvgPoint){ x + 14, y - 4 + marks[k] },
                     (SvgPen){ colours[k], SVG_LINE, 2.6, NULL });
        svg_text(d->out, (SvgPoint){ x + 24, y }, (SvgFont){ colours[k], SVG_START, NUMBER_SIZE, false, false, false },
                 d->graph->legend[k]);
        x += 40 + LEGEND * width_of(d->graph->legend[k], NUMBER_SIZE);
    }
}

bool graph_svg(const Graph *graph, Arena *arena, Text *out)
{
    Drawing d = { .graph = graph, .arena = arena, .out = out };
    bool legend = legend_width(graph) > 0;
    double top = legend ? HEADER : 0, bottom = graph->remark != NULL ? REMARK : 0, width, height;

    if (!lay_out(&d))
        return false;
    width = fmax(d.layout.width, fmax(legend_width(graph), LEGEND * width_of(graph->remark, NUMBER_SIZE))) + 2 * MARGIN;
    height = d.layout.height + top + bottom + 2 * MARGIN;
    d.x = (width - d.layout.width) / 2;
    d.y = MARGIN + top;
    svg_begin(out, width, height, graph->title, graph->description);
    draw_legend(&d);
    for (uint32_t w = 0; w < graph->wires.count; w++)
        draw_wire(&d, w);
    for (size_t n = 0; n < graph->nodes.count; n++)
        draw_node(&d, n);
    if (graph->remark != NULL)
        svg_text(out, (SvgPoint){ width / 2, height - MARGIN },
                 (SvgFont){ SVG_MUTED, SVG_MIDDLE, NUMBER_SIZE, false, false, false }, graph->remark);
    svg_end(out);
    return true;
}
