/* layout.c -- the steps of the layout: columns, places, and the way of each wire at the end. */
#include "show/layout_graph.h"

#define PORT_STEP 14.0 /* between wires at a box, where there is room */

/* ---- columns ----------------------------------------------------------------------------------------- */

/* Ranks of boxes, so that wires are short together; `late`: from the right instead of from the left to begin with. */
static uint64_t total_length(const Layout *layout, const uint32_t *rank)
{
    uint64_t sum = 0;

    for (size_t w = 0; w < layout->wires.count; w++)
        sum += rank[layout->wires.at[w].to] - rank[layout->wires.at[w].from];
    return sum;
}

static void rank_early(const Layout *layout, uint32_t *rank, const Sides *in)
{
    for (uint32_t b = 0; b < layout->boxes.count; b++) {
        rank[b] = 0;
        for (uint32_t k = in->first[b]; k < in->first[b + 1]; k++) {
            uint32_t before = rank[layout->wires.at[in->list[k]].from];

            rank[b] = before + 1 > rank[b] ? before + 1 : rank[b];
        }
    }
}

/* Every box with outgoing wires as far to the right as they let it. */
static void rank_late(const Layout *layout, uint32_t *rank, const Sides *out)
{
    for (uint32_t b = (uint32_t)layout->boxes.count; b-- > 0;) {
        uint32_t high = UINT32_MAX;

        for (uint32_t k = out->first[b]; k < out->first[b + 1]; k++) {
            uint32_t behind = rank[layout->wires.at[out->list[k]].to];

            high = behind - 1 < high ? behind - 1 : high;
        }
        if (high != UINT32_MAX)
            rank[b] = high;
    }
}

/* Boxes with more wires on the left move left, those with more on the right move right. */
static bool rank_improve(const Layout *layout, uint32_t *rank, const Sides *in, const Sides *out)
{
    bool moved = false;

    for (uint32_t b = 0; b < layout->boxes.count; b++) {
        uint32_t ins = in->first[b + 1] - in->first[b], outs = out->first[b + 1] - out->first[b];
        uint32_t low = 0, high = UINT32_MAX, old = rank[b];

        for (uint32_t k = in->first[b]; k < in->first[b + 1]; k++) {
            uint32_t before = rank[layout->wires.at[in->list[k]].from];

            low = before + 1 > low ? before + 1 : low;
        }
        for (uint32_t k = out->first[b]; k < out->first[b + 1]; k++) {
            uint32_t behind = rank[layout->wires.at[out->list[k]].to];

            high = behind - 1 < high ? behind - 1 : high;
        }
        if (ins > outs)
            rank[b] = low;
        else if (outs > ins && high != UINT32_MAX)
            rank[b] = high;
        moved |= rank[b] != old;
    }
    return moved;
}

static Sides sides_of(Arena *arena, const Layout *layout, bool out)
{
    Sides sides;
    size_t boxes = layout->boxes.count;

    sides.first = arena_array(arena, uint32_t, boxes + 2);
    sides.list = arena_array(arena, uint32_t, layout->wires.count + 1);
    for (size_t w = 0; w < layout->wires.count; w++)
        sides.first[(out ? layout->wires.at[w].from : layout->wires.at[w].to) + 2]++;
    for (size_t b = 2; b < boxes + 2; b++)
        sides.first[b] += sides.first[b - 1];
    for (uint32_t w = 0; w < layout->wires.count; w++)
        sides.list[sides.first[(out ? layout->wires.at[w].from : layout->wires.at[w].to) + 1]++] = w;
    return sides;
}

static void choose_ranks(Layout *layout, Arena *arena, uint32_t *rank)
{
    Sides in = sides_of(arena, layout, false), out = sides_of(arena, layout, true);
    uint32_t *late = arena_array(arena, uint32_t, layout->boxes.count + 1), first = UINT32_MAX;

    rank_early(layout, rank, &in);
    for (size_t b = 0; b < layout->boxes.count; b++)
        late[b] = rank[b];
    rank_late(layout, late, &out);
    for (unsigned turn = 0; turn < 50 && rank_improve(layout, rank, &in, &out); turn++)
        ;
    for (unsigned turn = 0; turn < 50 && rank_improve(layout, late, &in, &out); turn++)
        ;
    if (total_length(layout, late) < total_length(layout, rank))
        for (size_t b = 0; b < layout->boxes.count; b++)
            rank[b] = late[b];
    for (size_t b = 0; b < layout->boxes.count; b++)
        first = rank[b] < first ? rank[b] : first;
    for (size_t b = 0; b < layout->boxes.count; b++)
        rank[b] -= first;
}

/* ---- places and links --------------------------------------------------------------------------------- */

static uint32_t add_place(LayoutGraph *g, PlaceKind kind, uint32_t owner, uint32_t column)
{
    Place place = { 0 };

    place.kind = (uint8_t)kind;
    place.owner = owner;
    place.column = column;
    if (kind == PLACE_BOX) {
        const LayoutBox *box = &g->layout->boxes.at[owner];

        place.width = box->width, place.up = box->up, place.down = box->down;
    } else if (kind == PLACE_LABEL) {
        const LayoutWire *wire = &g->layout->wires.at[owner];

        place.width = wire->width, place.up = wire->up, place.down = wire->down;
    }
    vec_push(g->arena, &g->places, place);
    return (uint32_t)(g->places.count - 1);
}

/* The column of a wire's label: between boxes, where few labels are, near the middle. */
static uint32_t label_column(const LayoutGraph *g, const LayoutWire *wire, const uint32_t *labels)
{
    uint32_t low = g->layout->boxes.at[wire->from].column, high = g->layout->boxes.at[wire->to].column;
    uint32_t best = low + 1, least = UINT32_MAX;

    for (uint32_t c = low + 1; c < high; c += 2) {
        uint32_t aside = c - low > high - c ? (c - low) - (high - c) : (high - c) - (c - low);
        uint32_t cost = 2 * labels[c] + aside / 2;

        if (cost < least) {
            least = cost;
            best = c;
        }
    }
    return best;
}

static void add_wire(LayoutGraph *g, uint32_t number, uint32_t label, const uint32_t *incoming)
{
    const LayoutWire *wire = &g->layout->wires.at[number];
    const LayoutBox *to = &g->layout->boxes.at[wire->to];
    uint32_t left = wire->from;

    for (uint32_t c = g->layout->boxes.at[wire->from].column + 1; c <= to->column; c++) {
        PlaceKind kind = wire->width > 0 && c == label ? PLACE_LABEL : PLACE_BEND;
        uint32_t right = c == to->column ? wire->to : add_place(g, kind, number, c);
        Link link = { { left, right }, { 0, 0 }, 0, number, false, false };

        link.rank = right == wire->to && to->ordered ? incoming[number] : 0;
        link.inner = g->places.at[left].kind != PLACE_BOX && g->places.at[right].kind != PLACE_BOX;
        vec_push(g->arena, &g->links, link);
        left = right;
    }
}

/* A place for every box (under the same number) and for every wire in every column that it crosses. */
static bool add_places(LayoutGraph *g)
{
    Layout *layout = g->layout;
    uint32_t *labels = arena_array(g->arena, uint32_t, g->columns + 1); /* by column */
    uint32_t *column = arena_array(g->arena, uint32_t, layout->wires.count + 1);
    uint32_t *incoming = arena_array(g->arena, uint32_t, layout->wires.count + 1); /* which wire of its box it is */
    uint32_t *count = arena_array(g->arena, uint32_t, layout->boxes.count + 1);
    uint64_t places = layout->boxes.count;

    for (size_t w = 0; w < layout->wires.count; w++)
        places += layout->boxes.at[layout->wires.at[w].to].column - layout->boxes.at[layout->wires.at[w].from].column - 1;
    if (places > LAYOUT_MOST_PLACES)
        return false;
    for (uint32_t b = 0; b < layout->boxes.count; b++)
        (void)add_place(g, PLACE_BOX, b, layout->boxes.at[b].column);
    for (unsigned longer = 0; longer < 2; longer++) /* short wires have no choice */
        for (size_t w = 0; w < layout->wires.count; w++) {
            const LayoutWire *wire = &layout->wires.at[w];

            if (wire->width > 0 && (layout->boxes.at[wire->to].column - layout->boxes.at[wire->from].column > 2) == (longer == 1))
                labels[column[w] = label_column(g, wire, labels)]++;
        }
    for (uint32_t w = 0; w < layout->wires.count; w++) {
        incoming[w] = count[layout->wires.at[w].to]++;
        add_wire(g, w, column[w], incoming);
    }
    return true;
}

static void join_places(LayoutGraph *g)
{
    for (unsigned s = 0; s < 2; s++) {
        Sides *sides = &g->side[s];

        sides->first = arena_array(g->arena, uint32_t, g->places.count + 2);
        sides->list = arena_array(g->arena, uint32_t, g->links.count + 1);
        for (size_t k = 0; k < g->links.count; k++)
            sides->first[g->links.at[k].end[1 - s] + 2]++;
        for (size_t p = 2; p < g->places.count + 2; p++)
            sides->first[p] += sides->first[p - 1];
        for (uint32_t k = 0; k < g->links.count; k++)
            sides->list[sides->first[g->links.at[k].end[1 - s] + 1]++] = k;
    }
    for (unsigned i = 0; i < 3; i++)
        g->work[i] = arena_array(g->arena, uint32_t, (g->links.count > g->places.count ? g->links.count : g->places.count) + 2);
    g->first = arena_array(g->arena, uint32_t, g->columns + 2);
    g->order = arena_array(g->arena, uint32_t, g->places.count + 1);
    for (size_t p = 0; p < g->places.count; p++)
        g->first[g->places.at[p].column + 2]++;
    for (size_t c = 2; c < g->columns + 2; c++)
        g->first[c] += g->first[c - 1];
    for (uint32_t p = 0; p < g->places.count; p++)
        g->order[g->first[g->places.at[p].column + 1]++] = p;
    for (uint32_t c = 0; c < g->columns; c++)
        layout_number(g, c);
}

/* ---- where wires reach boxes --------------------------------------------------------------------------- */

static bool comes_before(const LayoutGraph *g, unsigned side, uint32_t a, uint32_t b)
{
    const Link *x = &g->links.at[a], *y = &g->links.at[b];
    uint32_t px = g->places.at[x->end[side]].position, py = g->places.at[y->end[side]].position;

    if (side == 0 && x->rank != y->rank)
        return x->rank < y->rank;
    return px != py ? px < py : x->wire < y->wire;
}

static void spread_ports(LayoutGraph *g, uint32_t place, unsigned side)
{
    uint32_t *list = &g->side[side].list[g->side[side].first[place]];
    uint32_t count = g->side[side].first[place + 1] - g->side[side].first[place];
    double span = g->layout->boxes.at[place].span, step = PORT_STEP;

    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i; k > 0 && comes_before(g, side, list[k], list[k - 1]); k--) {
            uint32_t other = list[k];

            list[k] = list[k - 1];
            list[k - 1] = other;
        }
    if (count > 1 && step * (count - 1) > 2 * span)
        step = 2 * span / (count - 1);
    for (uint32_t i = 0; i < count; i++)
        g->links.at[list[i]].port[1 - side] = (i - (count - 1) / 2.0) * step;
}

/* ---- all ---------------------------------------------------------------------------------------------------- */

static bool any_label(const Layout *layout)
{
    for (size_t w = 0; w < layout->wires.count; w++)
        if (layout->wires.at[w].width > 0)
            return true;
    return false;
}

bool layout_run(Layout *layout, Arena *arena)
{
    LayoutGraph g = { 0 };
    uint32_t *rank = arena_array(arena, uint32_t, layout->boxes.count + 1), step = any_label(layout) ? 2 : 1;

    g.arena = arena;
    g.layout = layout;
    choose_ranks(layout, arena, rank);
    for (size_t b = 0; b < layout->boxes.count; b++) {
        layout->boxes.at[b].column = rank[b] * step;
        g.columns = rank[b] * step + 1 > g.columns ? rank[b] * step + 1 : g.columns;
    }
    if (!add_places(&g))
        return false;
    join_places(&g);
    layout->first_crossings = layout_crossings(&g);
    layout_order(&g);
    layout->crossings = layout_crossings(&g);
    for (uint32_t b = 0; b < layout->boxes.count; b++)
        for (unsigned s = 0; s < 2; s++)
            spread_ports(&g, b, s);
    layout_fold(&g);
    layout_place(&g);
    layout_slide(&g);
    layout_draw(&g);
    return true;
}
