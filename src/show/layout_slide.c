/* layout_slide.c -- moves boxes and the straight parts of wires, one by one, to where their wires climb least. */
#include "show/layout_graph.h"

#include <math.h>
#include <stdlib.h>

#define TURNS 40
#define TURNS_LARGE 8
#define LARGE 20000 /* places */

typedef struct {
    LayoutGraph *g;
    uint32_t *first, *next; /* by place: the first of its group; the one behind it, or NO_PLACE */
    double *wanted;         /* room for heights */
} Slide;

/* Groups are the places of a wire on one height. */
static void find_groups(Slide *s)
{
    LayoutGraph *g = s->g;

    for (uint32_t p = 0; p < g->places.count; p++) {
        s->first[p] = p;
        s->next[p] = NO_PLACE;
    }
    for (size_t k = 0; k < g->links.count; k++) {
        const Link *link = &g->links.at[k];

        if (link->inner && fabs(g->places.at[link->end[0]].y - g->places.at[link->end[1]].y) < 1e-6) {
            s->first[link->end[1]] = s->first[link->end[0]];
            s->next[link->end[0]] = link->end[1];
            g->places.at[link->end[1]].y = g->places.at[link->end[0]].y;
        }
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The heights that the group wants by its links outside, their count, and how far the group may go. */
static size_t look_around(Slide *s, uint32_t group, bool *both, double *low, double *high)
{
    const LayoutGraph *g = s->g;
    size_t count = 0, sides[2] = { 0, 0 };

    *low = -(double)INFINITY;
    *high = (double)INFINITY;
    for (uint32_t p = group; p != NO_PLACE; p = s->next[p]) {
        const Place *place = &g->places.at[p];
        uint32_t at = g->first[place->column] + place->position;

        for (unsigned side = 0; side < 2; side++)
            for (uint32_t i = g->side[side].first[p]; i < g->side[side].first[p + 1]; i++) {
                const Link *link = &g->links.at[g->side[side].list[i]];
                uint32_t other = link->end[side];

                if (s->first[other] == group || link->broken)
                    continue;
                s->wanted[count++] = g->places.at[other].y + link->port[side] - link->port[1 - side];
                sides[side]++;
            }
        if (place->position > 0) {
            const Place *above = &g->places.at[g->order[at - 1]];

            *low = fmax(*low, above->y + layout_apart(above, place));
        }
        if (at + 1 < g->first[place->column + 1]) {
            const Place *below = &g->places.at[g->order[at + 1]];

            *high = fmin(*high, below->y - layout_apart(place, below));
        }
    }
    *both = sides[0] > 0 && sides[1] > 0;
    return count;
}

/* To the median of what it wants; between two medians it stays, or, if it has wires on one side only, goes to their middle. */
static bool move_group(Slide *s, uint32_t group)
{
    double low, high, to, old = s->g->places.at[group].y, from, until;
    bool both;
    size_t count = look_around(s, group, &both, &low, &high);

    if (count == 0)
        return false;
    qsort(s->wanted, count, sizeof *s->wanted, compare);
    from = s->wanted[(count - 1) / 2];
    until = s->wanted[count / 2];
    to = both ? fmin(fmax(old, from), until) : (from + until) / 2;
    to = fmax(fmin(to, high), low);
    if (fabs(to - old) < 0.01 || low > high)
        return false;
    for (uint32_t p = group; p != NO_PLACE; p = s->next[p])
        s->g->places.at[p].y = to;
    return true;
}

void layout_slide(LayoutGraph *g)
{
    Slide s = { g, NULL, NULL, NULL };
    unsigned turns = g->places.count > LARGE ? TURNS_LARGE : TURNS;
    bool moved = true;

    s.first = arena_array(g->arena, uint32_t, g->places.count + 1);
    s.next = arena_array(g->arena, uint32_t, g->places.count + 1);
    s.wanted = arena_array(g->arena, double, g->links.count + 1);
    find_groups(&s);
    for (unsigned turn = 0; turn < turns && moved; turn++) {
        moved = false;
        for (uint32_t i = 0; i < g->columns; i++) {
            uint32_t c = (turn & 1) == 0 ? i : g->columns - 1 - i, size = g->first[c + 1] - g->first[c];

            for (uint32_t k = 0; k < size; k++) {
                uint32_t p = g->order[g->first[c] + ((turn & 2) == 0 ? k : size - 1 - k)];

                if (s.first[p] == p)
                    moved |= move_group(&s, p);
            }
        }
    }
}
