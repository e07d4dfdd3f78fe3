/* nest.c -- finding loops: the shortest period first, again and again until the list does not get shorter. */
#include "sparse/nest.h"

#include <string.h>

/* A loop has three turns at least: two tuples have a constant difference by chance. */
enum { MOST_PERIOD = 32, FEWEST_TURNS = 3 };

/* The same loops, begun somewhere else. */
static bool same_shape(const Nest *a, const Nest *b)
{
    return a->depth == b->depth && memcmp(a->extent, b->extent, sizeof a->extent) == 0
           && memcmp(a->step, b->step, sizeof a->step) == 0;
}

static bool same_difference(const Nest *a, const Nest *b, const Nest *c)
{
    for (unsigned v = 0; v < NEST_VALUES; v++)
        if (b->base[v] - a->base[v] != c->base[v] - b->base[v])
            return false;
    return true;
}

/* Does the block of `period` nests at `at` continue the two before it (with `two` only the one before)? */
static bool continues(const Nest *at, size_t period, bool two)
{
    for (size_t k = 0; k < period; k++) {
        const Nest *nest = at + k;

        if (!same_shape(nest - period, nest) || (two && !same_difference(nest - 2 * period, nest - period, nest)))
            return false;
    }
    return true;
}

static size_t count_turns(const NestVec *list, size_t at, size_t period)
{
    size_t turns = 1;

    for (at += period; at + period <= list->count && continues(&list->at[at], period, turns > 1); at += period)
        turns++;
    return turns;
}

static bool has_room(const Nest *block, size_t period)
{
    for (size_t k = 0; k < period; k++)
        if (block[k].depth == NEST_DEPTH)
            return false;
    return true;
}

/* The nest with a loop around it, by the difference to its next turn. */
static Nest around(const Nest *nest, size_t period, size_t turns)
{
    Nest loop = *nest;

    loop.extent[loop.depth] = (int32_t)turns;
    for (unsigned v = 0; v < NEST_VALUES; v++)
        loop.step[loop.depth][v] = nest[period].base[v] - nest->base[v];
    loop.depth++;
    return loop;
}

/* One pass over the list, in place: what is written stands before what is read. */
static bool fold(NestVec *list, size_t period, size_t fewest)
{
    size_t out = 0, before = list->count;

    for (size_t i = 0; i < before;) {
        size_t turns = has_room(&list->at[i], i + period <= before ? period : 0) ? count_turns(list, i, period) : 1;

        if (turns < fewest) {
            list->at[out++] = list->at[i++];
            continue;
        }
        for (size_t k = 0; k < period; k++)
            list->at[out++] = around(&list->at[i + k], period, turns);
        i += turns * period;
    }
    list->count = out;
    return out < before;
}

/* Loops by falling step of the first value. */
static void sort_loops(Nest *nest)
{
    for (unsigned d = 1; d < nest->depth; d++) {
        for (unsigned k = d; k > 0 && nest->step[k - 1][0] < nest->step[k][0]; k--) {
            int32_t extent = nest->extent[k], step[NEST_VALUES];

            memcpy(step, nest->step[k], sizeof step);
            memcpy(nest->step[k], nest->step[k - 1], sizeof step);
            memcpy(nest->step[k - 1], step, sizeof step);
            nest->extent[k] = nest->extent[k - 1];
            nest->extent[k - 1] = extent;
        }
    }
}

void nest_find(NestVec *list)
{
    for (size_t period = 1; period <= MOST_PERIOD && 2 * period <= list->count;)
        period = fold(list, period, FEWEST_TURNS) ? 1 : period + 1;
    for (bool folded = true; folded;)
        folded = fold(list, 1, 2);
    for (size_t i = 0; i < list->count; i++)
        sort_loops(&list->at[i]);
}
