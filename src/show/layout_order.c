/* layout_order.c -- the order of places in columns: sweeps by barycentres and medians, then exchanges of neighbours.
 *
 * Sugiyama, Tagawa and Toda (1981); Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993),
 * section 3; crossings are counted after Barth, Mutzel and Juenger, "Simple and efficient bilayer cross counting" (2002). */
#include "show/layout_graph.h"

#include <stdlib.h>
#include <string.h>

#define SWEEPS 24
#define SWEEPS_LARGE 6
#define LARGE 5000 /* links */
#define EXCHANGES 12
#define EXCHANGES_LARGE 2
#define MOST_PAIRS 500
#define FIRST_COLUMN 4

/* ---- counting ---------------------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Between column c and the next one: a link's right end is its key, base[position] + rank; keys in a wrong order cross. */
static uint64_t crossings_behind(const LayoutGraph *g, uint32_t c, uint32_t *base, uint32_t *keys, uint32_t *tree)
{
    uint32_t next = c + 1, size = 0, count = 0;
    uint64_t crossings = 0;

    for (uint32_t k = g->first[next]; k < g->first[next + 1]; k++) {
        uint32_t p = g->order[k];

        base[k - g->first[next]] = size;
        size += g->side[0].first[p + 1] - g->side[0].first[p];
    }
    memset(tree, 0, (size + 1) * sizeof *tree);
    for (uint32_t k = g->first[c]; k < g->first[c + 1]; k++) {
        uint32_t p = g->order[k], begin = count;

        for (uint32_t i = g->side[1].first[p]; i < g->side[1].first[p + 1]; i++) {
            const Link *link = &g->links.at[g->side[1].list[i]];

            keys[count++] = base[g->places.at[link->end[1]].position] + link->rank;
        }
        qsort(keys + begin, count - begin, sizeof *keys, compare_ids);
    }
    for (uint32_t k = 0; k < count; k++) { /* how many earlier keys are larger */
        crossings += k;
        for (uint32_t at = keys[k] + 1; at > 0; at -= at & (0 - at))
            crossings -= tree[at];
        for (uint32_t at = keys[k] + 1; at <= size; at += at & (0 - at))
            tree[at]++;
    }
    return crossings;
}

uint64_t layout_crossings(const LayoutGraph *g)
{
    uint64_t crossings = 0;

    for (uint32_t c = 0; c + 1 < g->columns; c++)
        crossings += crossings_behind(g, c, g->work[0], g->work[1], g->work[2]);
    return crossings;
}

/* ---- sweeps ------------------------------------------------------------------------------------------ */

typedef struct {
    double key;
    uint32_t tie, place;
} Sorted;

static int compare_sorted(const void *a, const void *b)
{
    const Sorted *x = a, *y = b;

    if (x->key < y->key || x->key > y->key)
        return x->key < y->key ? -1 : 1;
    return (x->tie > y->tie) - (x->tie < y->tie);
}

static int compare_keys(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Barycentre, or median, of what a place is joined to on one side; false if that is nothing. */
static bool wanted_position(const LayoutGraph *g, uint32_t p, unsigned side, bool median, double *around, double *key)
{
    uint32_t count = 0;
    double sum = 0;

    for (uint32_t i = g->side[side].first[p]; i < g->side[side].first[p + 1]; i++) {
        const Link *link = &g->links.at[g->side[side].list[i]];

        around[count] = g->places.at[link->end[side]].position;
        if (side == 1)
            around[count] += 0.01 * link->rank;
        sum += around[count++];
    }
    if (count == 0)
        return false;
    *key = sum / count;
    if (median) {
        qsort(around, count, sizeof *around, compare_keys);
        *key = (around[(count - 1) / 2] + around[count / 2]) / 2;
    }
    return true;
}

void layout_number(LayoutGraph *g, uint32_t c)
{
    for (uint32_t k = g->first[c]; k < g->first[c + 1]; k++)
        g->places.at[g->order[k]].position = k - g->first[c];
}

/* Sorts a column by what its places are joined to; those without such keep their positions. */
static void sort_column(LayoutGraph *g, uint32_t c, unsigned side, unsigned turn, Sorted *sorted, double *around)
{
    size_t count = 0, next = 0;
    uint32_t size = g->first[c + 1] - g->first[c];
    uint32_t *moves = g->work[0];

    for (uint32_t k = 0; k < size; k++) {
        Sorted one = { 0, (turn & 4) != 0 ? size - k : k, g->order[g->first[c] + k] };

        moves[k] = wanted_position(g, one.place, side, (turn & 2) != 0, around, &one.key);
        if (moves[k])
            sorted[count++] = one;
    }
    qsort(sorted, count, sizeof *sorted, compare_sorted);
    for (uint32_t k = 0; k < size; k++)
        if (moves[k])
            g->order[g->first[c] + k] = sorted[next++].place;
    layout_number(g, c);
}

/* ---- exchanges of neighbours ---------------------------------------------------------------------------- */

/* Crossings of their links with u above v, less those with v above u. */
static int64_t crossings_saved(const LayoutGraph *g, uint32_t u, uint32_t v)
{
    int64_t saved = 0;

    for (unsigned s = 0; s < 2; s++) {
        uint64_t at_u = g->side[s].first[u + 1] - g->side[s].first[u], at_v = g->side[s].first[v + 1] - g->side[s].first[v];

        if (at_u * at_v > MOST_PAIRS)
            return 0; /* where so many wires meet their barycentres are good enough */
        for (uint32_t i = g->side[s].first[u]; i < g->side[s].first[u + 1]; i++)
            for (uint32_t k = g->side[s].first[v]; k < g->side[s].first[v + 1]; k++) {
                const Link *a = &g->links.at[g->side[s].list[i]], *b = &g->links.at[g->side[s].list[k]];
                uint32_t pa = g->places.at[a->end[s]].position, pb = g->places.at[b->end[s]].position;
                uint32_t ra = s == 1 ? a->rank : 0, rb = s == 1 ? b->rank : 0;

                if (pa != pb)
                    saved += pa > pb ? 1 : -1;
                else if (ra != rb)
                    saved += ra > rb ? 1 : -1;
            }
    }
    return saved;
}

static void exchange(LayoutGraph *g)
{
    unsigned turns = g->links.count > LARGE ? EXCHANGES_LARGE : EXCHANGES;
    bool better = true;

    for (unsigned turn = 0; turn < turns && better; turn++) {
        better = false;
        for (uint32_t c = 0; c < g->columns; c++)
            for (uint32_t k = g->first[c]; k + 1 < g->first[c + 1]; k++) {
                uint32_t u = g->order[k], v = g->order[k + 1];

                if (crossings_saved(g, u, v) <= 0)
                    continue;
                g->order[k] = v;
                g->order[k + 1] = u;
                g->places.at[v].position--;
                g->places.at[u].position++;
                better = true;
            }
    }
}

typedef struct {
    uint32_t *order;
    uint64_t crossings, disorder;
} Best;

/* ---- all --------------------------------------------------------------------------------------------- */

static void restore(LayoutGraph *g, const uint32_t *order)
{
    memcpy(g->order, order, g->places.count * sizeof *order);
    for (uint32_t c = 0; c < g->columns; c++)
        layout_number(g, c);
}

/* Every column upside down. */
static void flip(LayoutGraph *g)
{
    for (uint32_t c = 0; c < g->columns; c++) {
        for (uint32_t i = g->first[c], k = g->first[c + 1]; i + 1 < k; i++, k--) {
            uint32_t place = g->order[i];

            g->order[i] = g->order[k - 1];
            g->order[k - 1] = place;
        }
        layout_number(g, c);
    }
}

static void sweep(LayoutGraph *g, unsigned start, unsigned turn, Sorted *sorted, double *around)
{
    bool right = ((start + turn) & 1) == 0; /* from the left to the right */

    for (uint32_t i = 1; i < g->columns; i++)
        sort_column(g, right ? i : g->columns - 1 - i, right ? 0 : 1, turn, sorted, around);
    exchange(g);
}

/* Neighbouring boxes of a column that stand the other way around than they were given: of equally good orders the given one is
 * read best, above all where the drawing begins. */
static uint64_t disorder(const LayoutGraph *g)
{
    uint64_t pairs = 0;

    for (uint32_t c = 0; c < g->columns; c++)
        for (uint32_t k = g->first[c], last = 0; k < g->first[c + 1]; k++) {
            const Place *place = &g->places.at[g->order[k]];

            if (place->kind != PLACE_BOX)
                continue;
            pairs += place->owner < last ? (c == 0 ? FIRST_COLUMN : 1) : 0;
            last = place->owner;
        }
    return pairs;
}

/* Keeps the present order if it is better than the best one so far. */
static void keep_better(LayoutGraph *g, Best *best)
{
    uint64_t crossings = layout_crossings(g), mixed = disorder(g);

    if (crossings > best->crossings || (crossings == best->crossings && mixed >= best->disorder))
        return;
    best->crossings = crossings;
    best->disorder = mixed;
    memcpy(best->order, g->order, g->places.count * sizeof *best->order);
}

void layout_order(LayoutGraph *g)
{
    uint32_t *given = arena_array(g->arena, uint32_t, g->places.count + 1);
    Best best = { arena_array(g->arena, uint32_t, g->places.count + 1), UINT64_MAX, 0 };
    Sorted *sorted = arena_array(g->arena, Sorted, g->places.count + 1);
    double *around = arena_array(g->arena, double, g->links.count + 1);
    unsigned sweeps = g->links.count > LARGE ? SWEEPS_LARGE : SWEEPS;

    keep_better(g, &best);
    memcpy(given, best.order, g->places.count * sizeof *given);
    for (unsigned start = 0; start < 2; start++) {
        restore(g, given);
        for (unsigned turn = 0; turn < sweeps && best.crossings + best.disorder > 0; turn++) {
            sweep(g, start, turn, sorted, around);
            keep_better(g, &best);
        }
    }
    restore(g, best.order);
    flip(g);
    exchange(g);
    keep_better(g, &best);
    restore(g, best.order);
}
