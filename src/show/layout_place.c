/* layout_place.c -- the height of every place: Brandes and Koepf, "Fast and simple horizontal coordinate assignment" (GD 2001).
 *
 * Four times, from each side and from above and from below, places are aligned in blocks with a median neighbour, so that long
 * wires are straight, and packed; the heights are the means of the two middle ones of the four. With ports as in Rueegg,
 * Schulze, Carstens and von Hanxleden, "Size- and port-aware horizontal node coordinate assignment" (GD 2015): it is wires that
 * are straight, not centres. Packing is by longest paths; layout_slide.c does what classes do in the original. */
#include "show/layout_graph.h"

#include <math.h>

typedef struct {
    LayoutGraph *g;
    unsigned side;    /* with links on which side places are aligned */
    bool upward;      /* begins at the bottom */
    const bool *conflict; /* by link: not to be kept straight */
    uint32_t *root, *align;
    double *shift;    /* of a place against its block's root */
    double *y;
} Alignment;

double layout_apart(const Place *above, const Place *below)
{
    static const double gap[3][3] = { { 14, 10, 10 }, { 10, 10, 7 }, { 10, 7, 7 } }; /* box, bend, label */

    return above->down + below->up + gap[above->kind][below->kind];
}

/* ---- conflicts --------------------------------------------------------------------------------------- */

static bool inner_neighbour(const LayoutGraph *g, uint32_t p, uint32_t *position)
{
    for (uint32_t i = g->side[0].first[p]; i < g->side[0].first[p + 1]; i++) {
        const Link *link = &g->links.at[g->side[0].list[i]];

        if (link->inner) {
            *position = g->places.at[link->end[0]].position;
            return true;
        }
    }
    return false;
}

/* Marks the links at boxes that cross an inner link: those give way. */
static bool *mark_conflicts(LayoutGraph *g)
{
    bool *conflict = arena_array(g->arena, bool, g->links.count + 1);

    for (uint32_t c = 1; c < g->columns; c++) {
        uint32_t low = 0, done = g->first[c], last = g->first[c + 1];

        for (uint32_t k = g->first[c]; k < last; k++) {
            uint32_t high = g->first[c] - g->first[c - 1];
            bool inner = inner_neighbour(g, g->order[k], &high);

            if (!inner && k + 1 < last)
                continue;
            for (; done <= k; done++)
                for (uint32_t i = g->side[0].first[g->order[done]]; i < g->side[0].first[g->order[done] + 1]; i++) {
                    const Link *link = &g->links.at[g->side[0].list[i]];
                    uint32_t at = g->places.at[link->end[0]].position;

                    conflict[g->side[0].list[i]] = !link->inner && (at < low || at > high);
                }
            low = high;
        }
    }
    for (size_t k = 0; k < g->links.count; k++)
        conflict[k] |= g->links.at[k].broken;
    return conflict;
}

/* ---- blocks ------------------------------------------------------------------------------------------- */

/* Aligns place p with a median neighbour, if that lies behind *reached. Lists of links are in the order of their other ends. */
static void align_place(Alignment *a, uint32_t p, int64_t *reached)
{
    const LayoutGraph *g = a->g;
    const Sides *sides = &g->side[a->side];
    uint32_t count = sides->first[p + 1] - sides->first[p], *list = &sides->list[sides->first[p]];

    if (count == 0)
        return;
    for (unsigned half = 0; half < 2; half++) {
        bool later = (half == 1) != a->upward;
        uint32_t k = list[later ? count / 2 : (count - 1) / 2];
        const Link *link = &g->links.at[k];
        uint32_t u = link->end[a->side];
        int64_t at = g->places.at[u].position;

        at = a->upward ? -at : at;
        if (a->align[p] != p || a->conflict[k] || at <= *reached)
            continue;
        a->align[u] = p;
        a->root[p] = a->root[u];
        a->align[p] = a->root[p];
        a->shift[p] = a->shift[u] + link->port[a->side] - link->port[1 - a->side];
        *reached = at;
    }
}

static void align_all(Alignment *a)
{
    const LayoutGraph *g = a->g;

    for (uint32_t p = 0; p < g->places.count; p++) {
        a->root[p] = a->align[p] = p;
        a->shift[p] = 0;
    }
    for (uint32_t i = 0; i < g->columns; i++) {
        uint32_t c = a->side == 0 ? i : g->columns - 1 - i, size = g->first[c + 1] - g->first[c];
        int64_t reached = INT64_MIN;

        for (uint32_t k = 0; k < size; k++)
            align_place(a, g->order[g->first[c] + (a->upward ? size - 1 - k : k)], &reached);
    }
}

/* The place behind p in its column, in the direction of packing, or NO_PLACE. */
static uint32_t behind(const Alignment *a, uint32_t p, bool before)
{
    const Place *place = &a->g->places.at[p];
    uint32_t first = a->g->first[place->column], size = a->g->first[place->column + 1] - first;

    if (a->upward == before)
        return place->position + 1 < size ? a->g->order[first + place->position + 1] : NO_PLACE;
    return place->position > 0 ? a->g->order[first + place->position - 1] : NO_PLACE;
}

/* Every block as near to the beginning as those before it in its columns let it; blocks do not cross, so there is an order. */
static void pack(Alignment *a)
{
    const LayoutGraph *g = a->g;
    size_t count = g->places.count, ready = 0, done = 0;
    uint32_t *waits = arena_array(g->arena, uint32_t, count + 1), *queue = arena_array(g->arena, uint32_t, count + 1);
    double sign = a->upward ? -1 : 1, *at = arena_array(g->arena, double, count + 1);

    for (uint32_t p = 0; p < count; p++)
        waits[a->root[p]] += behind(a, p, true) != NO_PLACE;
    for (uint32_t p = 0; p < count; p++)
        at[p] = -(double)INFINITY;
    for (uint32_t p = 0; p < count; p++)
        if (a->root[p] == p && waits[p] == 0)
            queue[ready++] = p;
    for (; done < ready; done++) {
        uint32_t block = queue[done], p = block;

        if (at[block] < -1e300) /* nothing stands before it */
            at[block] = 0;
        do {
            uint32_t next = behind(a, p, false);

            if (next != NO_PLACE) {
                const Place *x = &g->places.at[a->upward ? next : p], *y = &g->places.at[a->upward ? p : next];
                double least = at[block] + sign * a->shift[p] + layout_apart(x, y) - sign * a->shift[next];
                uint32_t other = a->root[next];

                at[other] = least > at[other] ? least : at[other];
                if (--waits[other] == 0)
                    queue[ready++] = other;
            }
            p = a->align[p];
        } while (p != block);
    }
    for (uint32_t p = 0; p < count; p++)
        a->y[p] = sign * at[a->root[p]] + a->shift[p];
}

/* ---- four of them ------------------------------------------------------------------------------------- */

/* Of the places in g->order from `begin` on, up to `end`. */
static void extent(const LayoutGraph *g, const double *y, uint32_t begin, uint32_t end, double *low, double *high)
{
    *low = (double)INFINITY;
    *high = -(double)INFINITY;
    for (uint32_t k = begin; k < end; k++) {
        *low = fmin(*low, y[g->order[k]]);
        *high = fmax(*high, y[g->order[k]]);
    }
}

/* All four of a row against the lowest of them: at the top if packed from above, at the bottom if packed from below. */
static void level(const LayoutGraph *g, double *const *y, uint32_t begin, uint32_t end)
{
    double low[4], high[4];
    unsigned least = 0;

    for (unsigned i = 0; i < 4; i++) {
        extent(g, y[i], begin, end, &low[i], &high[i]);
        if (high[i] - low[i] < high[least] - low[least])
            least = i;
    }
    for (unsigned i = 0; i < 4; i++) {
        double by = (i & 1) == 0 ? low[least] - low[i] : high[least] - high[i];

        for (uint32_t k = begin; k < end; k++)
            y[i][g->order[k]] += by;
    }
}

static double middle_of_four(const double *const *y, size_t p)
{
    double sum = 0, low = (double)INFINITY, high = -(double)INFINITY;

    for (unsigned i = 0; i < 4; i++) {
        sum += y[i][p];
        low = y[i][p] < low ? y[i][p] : low;
        high = y[i][p] > high ? y[i][p] : high;
    }
    return (sum - low - high) / 2;
}

/* Rounding aside nothing overlaps here; this holds it to be so. */
static void hold_apart(LayoutGraph *g)
{
    for (uint32_t c = 0; c < g->columns; c++)
        for (uint32_t k = g->first[c] + 1; k < g->first[c + 1]; k++) {
            const Place *above = &g->places.at[g->order[k - 1]];
            Place *place = &g->places.at[g->order[k]];
            double least = above->y + layout_apart(above, place);

            place->y = place->y < least ? least : place->y;
        }
}

void layout_place(LayoutGraph *g)
{
    size_t count = g->places.count + 1;
    double *y[4];
    bool *conflict = mark_conflicts(g);

    for (unsigned i = 0; i < 4; i++) {
        Alignment a = { g, i >> 1, (i & 1) != 0, conflict, NULL, NULL, NULL, NULL };

        a.root = arena_array(g->arena, uint32_t, count);
        a.align = arena_array(g->arena, uint32_t, count);
        a.shift = arena_array(g->arena, double, count);
        a.y = y[i] = arena_array(g->arena, double, count);
        align_all(&a);
        pack(&a);
    }
    for (uint32_t c = 0, begin = 0; c < g->columns; c++)
        if (c + 1 == g->columns || g->row[c + 1] != g->row[c]) {
            level(g, y, begin, g->first[c + 1]);
            begin = g->first[c + 1];
        }
    for (size_t p = 0; p < g->places.count; p++)
        g->places.at[p].y = middle_of_four((const double *const *)y, p);
    hold_apart(g);
}
