/* colour.c -- greedy colourings, in several orders. */
#include "sparse/colour.h"

/* Paths of two entries that are gone through; beyond, every column has its own colour. */
#define MOST_PATHS ((uint64_t)1 << 29)
#define UNCOLOURED UINT32_MAX

static uint64_t count_paths(const Pattern *pattern)
{
    uint64_t paths = 0;

    for (uint32_t row = 0; row < pattern->rows; row++)
        paths += (pattern->starts[row + 1] - pattern->starts[row]) * (uint64_t)(pattern->starts[row + 1] - pattern->starts[row]);
    return paths;
}

static uint32_t longest_row(const Pattern *pattern)
{
    size_t longest = 0;

    for (uint32_t row = 0; row < pattern->rows; row++)
        if (pattern->starts[row + 1] - pattern->starts[row] > longest)
            longest = pattern->starts[row + 1] - pattern->starts[row];
    return (uint32_t)longest;
}

static Colouring one_each(Arena *arena, uint32_t columns, bool skipped)
{
    Colouring c = { .count = columns, .of = arena_array(arena, uint32_t, columns), .skipped = skipped };

    for (uint32_t i = 0; i < columns; i++)
        c.of[i] = i;
    return c;
}

static Colouring uncoloured(Arena *arena, uint32_t columns)
{
    Colouring c = { .of = arena_array(arena, uint32_t, columns) };

    for (uint32_t i = 0; i < columns; i++)
        c.of[i] = UNCOLOURED;
    return c;
}

/* The least colour that was not forbidden to this column: `forbidden` has 1 + the column that a colour was forbidden to last. */
static void give_colour(Colouring *c, const uint32_t *forbidden, uint32_t column)
{
    uint32_t colour = 0;

    while (forbidden[colour] == column + 1)
        colour++;
    c->of[column] = colour;
    if (colour >= c->count)
        c->count = colour + 1;
}

static Colouring better(Colouring a, Colouring b)
{
    return b.count < a.count ? b : a;
}

/* ---- columns ------------------------------------------------------------------------------------------ */

static Colouring greedy_columns(Arena *arena, const Pattern *rows, const Pattern *columns, ColourOrder order)
{
    Colouring c = uncoloured(arena, rows->columns);
    uint32_t *sequence = colour_order(arena, rows, columns, order);
    uint32_t *forbidden = arena_array(arena, uint32_t, (size_t)rows->columns + 1);

    for (uint32_t s = 0; s < rows->columns; s++) {
        uint32_t column = sequence[s];

        for (size_t i = columns->starts[column]; i < columns->starts[column + 1]; i++) {
            uint32_t row = columns->at[i];

            for (size_t k = rows->starts[row]; k < rows->starts[row + 1]; k++)
                if (c.of[rows->at[k]] != UNCOLOURED)
                    forbidden[c.of[rows->at[k]]] = column + 1;
        }
        give_colour(&c, forbidden, column);
    }
    return c;
}

static bool residues_differ(const Pattern *pattern, uint32_t modulus, size_t *seen)
{
    for (uint32_t row = 0; row < pattern->rows; row++) {
        for (size_t k = pattern->starts[row]; k < pattern->starts[row + 1]; k++) {
            size_t *last = &seen[pattern->at[k] % modulus];

            if (*last > pattern->starts[row])
                return false;
            *last = k + 1;
        }
    }
    return true;
}

/* Colour j mod m for the least m that is not above `most`, if there is one. */
static Colouring residues(Arena *arena, const Pattern *pattern, uint32_t most)
{
    uint32_t least = longest_row(pattern);

    for (uint32_t modulus = least > 0 ? least : 1; modulus <= most; modulus++) {
        size_t *seen = arena_array(arena, size_t, modulus);
        Colouring c;

        if (!residues_differ(pattern, modulus, seen))
            continue;
        c = (Colouring){ .count = modulus, .of = arena_array(arena, uint32_t, pattern->columns) };
        for (uint32_t column = 0; column < pattern->columns; column++)
            c.of[column] = column % modulus;
        return c;
    }
    return (Colouring){ .count = UINT32_MAX };
}

/* Nothing to choose: nothing there, or a full row, where all columns differ. */
static bool is_settled(Arena *arena, const Pattern *pattern, uint32_t full, Colouring *c)
{
    if (pattern->entries == 0)
        *c = (Colouring){ .of = arena_array(arena, uint32_t, pattern->columns) };
    else if (full == pattern->columns || pattern->entries == (size_t)pattern->rows * pattern->columns)
        *c = one_each(arena, pattern->columns, false);
    else if (count_paths(pattern) > MOST_PATHS)
        *c = one_each(arena, pattern->columns, true);
    else
        return false;
    return true;
}

static Colouring keep(Arena *arena, Colouring found, uint32_t columns)
{
    Colouring c = { .count = found.count, .of = arena_array(arena, uint32_t, columns) };

    for (uint32_t i = 0; i < columns; i++)
        c.of[i] = found.of[i];
    return c;
}

Colouring colour_columns_in(Heap *heap, Arena *arena, const Pattern *pattern, ColourOrder order)
{
    Arena *scratch;
    Pattern columns;
    Colouring c;

    if (is_settled(arena, pattern, longest_row(pattern), &c))
        return c;
    scratch = heap_arena(heap);
    columns = pattern_transpose(scratch, pattern);
    c = keep(arena, greedy_columns(scratch, pattern, &columns, order), pattern->columns);
    heap_release(heap, scratch);
    return c;
}

Colouring colour_columns(Heap *heap, Arena *arena, const Pattern *pattern)
{
    uint32_t least = longest_row(pattern);
    Arena *scratch;
    Pattern columns;
    Colouring c;

    if (is_settled(arena, pattern, least, &c))
        return c;
    scratch = heap_arena(heap);
    columns = pattern_transpose(scratch, pattern);
    c = greedy_columns(scratch, pattern, &columns, ORDER_NATURAL);
    for (unsigned order = ORDER_NATURAL + 1; order < ORDER_COUNT && c.count > least; order++)
        c = better(c, greedy_columns(scratch, pattern, &columns, (ColourOrder)order));
    c = better(residues(scratch, pattern, c.count), c);
    c = keep(arena, c, pattern->columns);
    heap_release(heap, scratch);
    return c;
}

/* ---- star colouring ----------------------------------------------------------------------------------- */

/* The edges between two colours make stars: trees of one hub. */
typedef struct {
    const Pattern *p;
    Colouring c;
    uint32_t *forbidden;  /* by colour: 1 + vertex */
    uint32_t *treated;    /* by vertex: 1 + vertex */
    uint32_t *first_of;   /* by colour: 1 + the vertex at hand when a neighbour of this colour was met, */
    size_t *first_edge;   /* and the edge to that neighbour */
    size_t *twin;         /* by entry (i, j): the entry (j, i) */
    size_t *star;         /* by entry: the star of the edge */
    VEC(uint32_t) hubs;   /* by star: UNCOLOURED for a single edge */
    Arena *arena;
} Stars;

static void find_twins(Stars *s)
{
    size_t *next = arena_array(s->arena, size_t, (size_t)s->p->rows + 1);

    for (uint32_t row = 0; row < s->p->rows; row++)
        next[row] = s->p->starts[row];
    for (uint32_t row = 0; row < s->p->rows; row++)
        for (size_t i = s->p->starts[row]; i < s->p->starts[row + 1]; i++)
            s->twin[i] = next[s->p->at[i]]++;
}

/* Nobody around `w` shares a colour with `v`. */
static void treat(Stars *s, uint32_t v, uint32_t w)
{
    for (size_t i = s->p->starts[w]; i < s->p->starts[w + 1]; i++) {
        uint32_t x = s->p->at[i];

        if (x != v && x != w && s->c.of[x] != UNCOLOURED)
            s->forbidden[s->c.of[x]] = v + 1;
    }
    s->treated[w] = v + 1;
}

/* The hub of a star with an edge at `w` may not get a third vertex behind it. */
static void forbid_hubs(Stars *s, uint32_t v, uint32_t w)
{
    for (size_t i = s->p->starts[w]; i < s->p->starts[w + 1]; i++) {
        uint32_t x = s->p->at[i];

        if (x != v && x != w && s->c.of[x] != UNCOLOURED && s->hubs.at[s->star[i]] == x)
            s->forbidden[s->c.of[x]] = v + 1;
    }
}

static void forbid(Stars *s, uint32_t v)
{
    for (size_t i = s->p->starts[v]; i < s->p->starts[v + 1]; i++) {
        uint32_t w = s->p->at[i], colour = s->c.of[w];

        if (w == v || colour == UNCOLOURED)
            continue;
        s->forbidden[colour] = v + 1;
        if (s->first_of[colour] == v + 1) {
            uint32_t q = s->p->at[s->first_edge[colour]];

            if (s->treated[q] != v + 1)
                treat(s, v, q);
            treat(s, v, w);
        } else {
            s->first_of[colour] = v + 1;
            s->first_edge[colour] = i;
            forbid_hubs(s, v, w);
        }
    }
}

/* An edge from `w` to another vertex of this colour, or SIZE_MAX. */
static size_t edge_to_colour(const Stars *s, uint32_t w, uint32_t v)
{
    for (size_t i = s->p->starts[w]; i < s->p->starts[w + 1]; i++)
        if (s->p->at[i] != v && s->p->at[i] != w && s->c.of[s->p->at[i]] == s->c.of[v])
            return i;
    return SIZE_MAX;
}

static void put_edge(Stars *s, size_t edge, size_t star)
{
    s->star[edge] = s->star[s->twin[edge]] = star;
}

static void update_stars(Stars *s, uint32_t v)
{
    for (size_t i = s->p->starts[v]; i < s->p->starts[v + 1]; i++) {
        uint32_t w = s->p->at[i];
        size_t other, first;

        if (w == v || s->c.of[w] == UNCOLOURED)
            continue;
        other = edge_to_colour(s, w, v);
        first = s->first_edge[s->c.of[w]];
        if (other != SIZE_MAX) {
            s->hubs.at[s->star[other]] = w;
            put_edge(s, i, s->star[other]);
        } else if (first != i) {
            s->hubs.at[s->star[first]] = v;
            put_edge(s, i, s->star[first]);
        } else {
            put_edge(s, i, s->hubs.count);
            vec_push(s->arena, &s->hubs, UNCOLOURED);
        }
    }
}

static Colouring greedy_star(Arena *arena, const Pattern *pattern, ColourOrder order)
{
    size_t n = pattern->rows;
    uint32_t *sequence = colour_order(arena, pattern, pattern, order);
    Stars s = { .p = pattern, .c = uncoloured(arena, pattern->rows), .arena = arena };

    s.forbidden = arena_array(arena, uint32_t, n + 1);
    s.treated = arena_array(arena, uint32_t, n);
    s.first_of = arena_array(arena, uint32_t, n + 1);
    s.first_edge = arena_array(arena, size_t, n + 1);
    s.twin = arena_array(arena, size_t, pattern->entries);
    s.star = arena_array(arena, size_t, pattern->entries);
    find_twins(&s);
    for (uint32_t i = 0; i < pattern->rows; i++) {
        forbid(&s, sequence[i]);
        give_colour(&s.c, s.forbidden, sequence[i]);
        update_stars(&s, sequence[i]);
    }
    return s.c;
}

Colouring colour_star_in(Heap *heap, Arena *arena, const Pattern *pattern, ColourOrder order)
{
    Arena *scratch;
    Colouring c;

    if (is_settled(arena, pattern, 0, &c))
        return c;
    scratch = heap_arena(heap);
    c = keep(arena, greedy_star(scratch, pattern, order), pattern->columns);
    heap_release(heap, scratch);
    return c;
}

Colouring colour_star(Heap *heap, Arena *arena, const Pattern *pattern)
{
    Colouring best = colour_star_in(heap, arena, pattern, ORDER_NATURAL);

    for (unsigned order = ORDER_NATURAL + 1; order < ORDER_COUNT && !best.skipped; order++)
        best = better(best, colour_star_in(heap, arena, pattern, (ColourOrder)order));
    return best;
}
