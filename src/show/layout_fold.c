/* layout_fold.c -- wide drawings in rows: behind which columns to cut. */
#include "show/layout_graph.h"

#include <math.h>

#define GAP 34.0    /* between columns, before it is known */
#define AROUND 0.25 /* a cut may lie so much of a row's width beside its even place */

/* By column: how many wires go on behind it. */
static uint32_t *count_wires(const LayoutGraph *g)
{
    uint32_t *count = arena_array(g->arena, uint32_t, g->columns + 1);

    for (size_t k = 0; k < g->links.count; k++)
        count[g->places.at[g->links.at[k].end[0]].column]++;
    return count;
}

/* By column: where it ends, roughly. */
static double *find_ends(const LayoutGraph *g)
{
    double *ends = arena_array(g->arena, double, g->columns + 1), x = -GAP;

    for (uint32_t c = 0; c < g->columns; c++) {
        double width = 0;

        for (uint32_t k = g->first[c]; k < g->first[c + 1]; k++)
            width = fmax(width, g->places.at[g->order[k]].width);
        ends[c] = x += GAP + width;
    }
    return ends;
}

/* The column near x behind which the fewest wires go on, then the nearest; `columns`: there is none. */
static uint32_t find_cut(const LayoutGraph *g, const uint32_t *wires, const double *ends, double x, double around)
{
    uint32_t best = g->columns;
    double cost = (double)INFINITY;

    for (uint32_t c = 0; c + 1 < g->columns; c++) {
        double away = fabs(ends[c] - x);

        if (away <= around && wires[c] + away / around < cost) {
            cost = wires[c] + away / around;
            best = c;
        }
    }
    return best;
}

void layout_fold(LayoutGraph *g)
{
    const Layout *layout = g->layout;
    uint32_t *wires = count_wires(g), begin = 0;
    double *ends = find_ends(g), whole = g->columns > 0 ? ends[g->columns - 1] : 0, rows, even;

    g->row = arena_array(g->arena, uint32_t, g->columns + 1);
    g->rows = g->columns > 0 ? 1 : 0;
    if (!(layout->most_width > 0) || whole <= layout->most_width)
        return;
    rows = ceil(whole / layout->most_width);
    even = whole / rows;
    for (double k = 1; k < rows; k++) {
        uint32_t cut = find_cut(g, wires, ends, k * even, AROUND * even);

        if (cut == g->columns || cut < begin)
            continue;
        begin = cut + 1;
        for (uint32_t c = begin; c < g->columns; c++)
            g->row[c] = g->rows;
        g->rows++;
    }
    for (size_t k = 0; k < g->links.count; k++) {
        Link *link = &g->links.at[k];

        link->broken = g->row[g->places.at[link->end[0]].column] != g->row[g->places.at[link->end[1]].column];
        link->inner &= !link->broken;
    }
}
