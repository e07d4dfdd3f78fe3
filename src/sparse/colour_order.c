/* colour_order.c -- the order in which columns get a colour. Two columns are neighbours if they have an entry in the same row. */
#include "sparse/colour.h"

/* Columns in lists by their number of neighbours. */
typedef struct {
    const Pattern *rows, *columns;
    uint32_t *degree; /* by column; removed columns do not count */
    uint32_t *heads;  /* by degree: 1 + the first column of the list, 0: empty */
    uint32_t *next, *before; /* by column: 1 + column */
    uint32_t *seen;   /* by column: 1 + the column whose neighbours were gone through last */
    bool *removed;
} Lists;

static void unlink_column(Lists *l, uint32_t column)
{
    if (l->before[column] != 0)
        l->next[l->before[column] - 1] = l->next[column];
    else
        l->heads[l->degree[column]] = l->next[column];
    if (l->next[column] != 0)
        l->before[l->next[column] - 1] = l->before[column];
}

static void link_column(Lists *l, uint32_t column)
{
    uint32_t *head = &l->heads[l->degree[column]];

    l->before[column] = 0;
    l->next[column] = *head;
    if (*head != 0)
        l->before[*head - 1] = column + 1;
    *head = column + 1;
}

/* Adds `step` to the degree of every neighbour that is not removed, or counts them where it is 0. */
static uint32_t visit_neighbours(Lists *l, uint32_t column, bool lower)
{
    uint32_t count = 0;

    l->seen[column] = column + 1;
    for (size_t i = l->columns->starts[column]; i < l->columns->starts[column + 1]; i++) {
        uint32_t row = l->columns->at[i];

        for (size_t k = l->rows->starts[row]; k < l->rows->starts[row + 1]; k++) {
            uint32_t other = l->rows->at[k];

            if (l->seen[other] == column + 1 || l->removed[other])
                continue;
            l->seen[other] = column + 1;
            count++;
            if (!lower)
                continue;
            unlink_column(l, other);
            l->degree[other]--;
            link_column(l, other);
        }
    }
    return count;
}

static void fill_lists(Lists *l, Arena *arena, const Pattern *rows, const Pattern *columns)
{
    size_t count = columns->rows;

    *l = (Lists){ .rows = rows, .columns = columns };
    l->degree = arena_array(arena, uint32_t, count);
    l->heads = arena_array(arena, uint32_t, count + 1);
    l->next = arena_array(arena, uint32_t, count);
    l->before = arena_array(arena, uint32_t, count);
    l->seen = arena_array(arena, uint32_t, count);
    l->removed = arena_array(arena, bool, count);
    for (uint32_t column = columns->rows; column-- > 0;) {
        l->degree[column] = visit_neighbours(l, column, false);
        link_column(l, column);
    }
}

static void largest_first(const Lists *l, uint32_t count, uint32_t *order)
{
    uint32_t place = 0;

    for (uint32_t degree = count; degree-- > 0;)
        for (uint32_t column = l->heads[degree]; column != 0; column = l->next[column - 1])
            order[place++] = column - 1;
}

/* The column with the fewest neighbours comes last, then the same of what is left (Matula and Beck). */
static void smallest_last(Lists *l, uint32_t count, uint32_t *order)
{
    uint32_t least = 0;

    for (uint32_t column = 0; column < count; column++)
        l->seen[column] = 0;
    for (uint32_t place = count; place-- > 0;) {
        uint32_t column;

        while (l->heads[least] == 0)
            least++;
        column = l->heads[least] - 1;
        unlink_column(l, column);
        l->removed[column] = true;
        visit_neighbours(l, column, true);
        order[place] = column;
        least -= least > 0;
    }
}

uint32_t *colour_order(Arena *arena, const Pattern *rows, const Pattern *columns, ColourOrder order)
{
    uint32_t count = columns->rows, *found = arena_array(arena, uint32_t, count);
    Lists lists;

    if (order == ORDER_NATURAL) {
        for (uint32_t i = 0; i < count; i++)
            found[i] = i;
        return found;
    }
    fill_lists(&lists, arena, rows, columns);
    if (order == ORDER_LARGEST_FIRST)
        largest_first(&lists, count, found);
    else
        smallest_last(&lists, count, found);
    return found;
}
