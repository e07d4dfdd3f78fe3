/* layout_draw.c -- columns and rows get their places in the drawing, boxes and wires theirs. */
#include "show/layout_graph.h"

#include <math.h>
#include <stdlib.h>

#define GAP_LEAST 20.0 /* between columns: room for a curve and an arrow head */
#define GAP_MOST 56.0
#define GAP_SLOPE 0.22 /* of the highest curve of the gap */
#define STEEP 120.0    /* many curves that climb so high take more room: */
#define GAP_STEEP 3.0  /* each so much more, */
#define MORE_MOST 44.0 /* together at most that */
#define BETWEEN 22.0   /* rows */
#define BREAK 8.0      /* above and below a wire that breaks off: its number */

/* ---- rows -------------------------------------------------------------------------------------------------- */

typedef struct {
    double top, bottom;
} Extent;

static void stretch(Extent *extent, double top, double bottom)
{
    extent->top = fmin(extent->top, top);
    extent->bottom = fmax(extent->bottom, bottom);
}

/* One row below the other. */
static void place_rows(LayoutGraph *g)
{
    Extent *rows = arena_array(g->arena, Extent, g->rows + 1);
    double *shift = arena_array(g->arena, double, g->rows + 1), y = 0;

    for (uint32_t r = 0; r < g->rows; r++)
        rows[r] = (Extent){ (double)INFINITY, -(double)INFINITY };
    for (size_t p = 0; p < g->places.count; p++) {
        const Place *place = &g->places.at[p];

        stretch(&rows[g->row[place->column]], place->y - place->up, place->y + place->down);
    }
    for (size_t k = 0; k < g->links.count; k++)
        for (unsigned s = 0; s < 2 && g->links.at[k].broken; s++) {
            const Place *place = &g->places.at[g->links.at[k].end[s]];

            stretch(&rows[g->row[place->column]], place->y - BREAK, place->y + BREAK);
        }
    for (uint32_t r = 0; r < g->rows; r++) {
        shift[r] = y - rows[r].top;
        y += rows[r].bottom - rows[r].top + BETWEEN;
    }
    for (size_t p = 0; p < g->places.count; p++)
        g->places.at[p].y += shift[g->row[g->places.at[p].column]];
    g->layout->height = g->rows > 0 ? y - BETWEEN : 0;
    g->layout->rows = g->rows;
}

/* ---- columns ----------------------------------------------------------------------------------------------- */

/* By column: how wide the gap behind it is, wider where wires climb high. */
static double *find_gaps(const LayoutGraph *g)
{
    double *climbs = arena_array(g->arena, double, g->columns + 1), *steep = arena_array(g->arena, double, g->columns + 1);

    for (size_t k = 0; k < g->links.count; k++) {
        const Link *link = &g->links.at[k];
        const Place *a = &g->places.at[link->end[0]], *b = &g->places.at[link->end[1]];
        double climb = link->broken ? 0 : fabs(a->y + link->port[0] - b->y - link->port[1]);

        climbs[a->column] = fmax(climbs[a->column], climb);
        steep[a->column] += climb > STEEP;
    }
    for (uint32_t c = 0; c < g->columns; c++)
        climbs[c] = fmin(GAP_LEAST + GAP_SLOPE * climbs[c], GAP_MOST) + fmin(GAP_STEEP * fmax(steep[c] - 2, 0), MORE_MOST);
    return climbs;
}

static void place_columns(LayoutGraph *g, double *left, double *right)
{
    double *gaps = find_gaps(g), x = 0;

    g->layout->width = 0;
    for (uint32_t c = 0; c < g->columns; c++) {
        double width = 0;

        if (c > 0 && g->row[c] != g->row[c - 1])
            x = g->layout->lead;
        for (uint32_t k = g->first[c]; k < g->first[c + 1]; k++)
            width = fmax(width, g->places.at[g->order[k]].width);
        left[c] = x;
        right[c] = x + width;
        x = right[c] + gaps[c];
        g->layout->width = fmax(g->layout->width, right[c] + (c + 1 < g->columns && g->row[c] != g->row[c + 1] ? GAP_LEAST : 0));
    }
}

/* ---- wires ------------------------------------------------------------------------------------------------- */

static void add_gap(LayoutGraph *g, const Link *link, const double *left, const double *right)
{
    const Place *a = &g->places.at[link->end[0]], *b = &g->places.at[link->end[1]];
    LayoutWire *wire = &g->layout->wires.at[link->wire];
    LayoutGap gap = { { right[a->column], a->y + link->port[0] }, { left[b->column], b->y + link->port[1] }, link->broken };

    if (wire->gaps++ == 0) {
        wire->first = (uint32_t)g->layout->gaps.count;
        wire->x = gap.from.x;
        wire->y = gap.from.y;
    }
    vec_push(g->arena, &g->layout->gaps, gap);
    if (b->kind == PLACE_LABEL) {
        wire->x = (left[b->column] + right[b->column]) / 2;
        wire->y = b->y;
    }
}

typedef struct {
    uint32_t gap, row;
    double y;
} Break;

static int compare(const void *a, const void *b)
{
    const Break *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->y < y->y ? -1 : x->y > y->y;
}

/* The wires that go on in a row are numbered from above. Gaps are in the order of links. */
static void number_breaks(LayoutGraph *g)
{
    Break *breaks = arena_array(g->arena, Break, g->links.count + 1);
    size_t count = 0;
    uint32_t number = 0;

    for (uint32_t k = 0; k < g->links.count; k++)
        if (g->links.at[k].broken)
            breaks[count++] = (Break){ k, g->row[g->places.at[g->links.at[k].end[1]].column], g->layout->gaps.at[k].to.y };
    qsort(breaks, count, sizeof *breaks, compare);
    for (size_t i = 0; i < count; i++) {
        number = i > 0 && breaks[i - 1].row == breaks[i].row ? number + 1 : 1;
        g->layout->gaps.at[breaks[i].gap].broken = number;
    }
}

void layout_draw(LayoutGraph *g)
{
    double *left = arena_array(g->arena, double, g->columns + 1), *right = arena_array(g->arena, double, g->columns + 1);

    place_rows(g);
    place_columns(g, left, right);
    for (size_t b = 0; b < g->layout->boxes.count; b++) {
        LayoutBox *box = &g->layout->boxes.at[b];

        box->x = (left[box->column] + right[box->column]) / 2;
        box->y = g->places.at[b].y;
    }
    for (size_t k = 0; k < g->links.count; k++) /* in the order of the wires, each from the left */
        add_gap(g, &g->links.at[k], left, right);
    number_breaks(g);
}
