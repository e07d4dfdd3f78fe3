/* verify_written.c -- which elements of a symbol were written, as boxes and bits. */
#include <string.h>

#include "ir/verify.h"

enum { MOST_BOXES = 64 };

static int32_t *box_ends(const Elements *e, uint8_t rank, size_t i)
{
    return rank == 0 ? e->ends.at : e->ends.at + 2 * (size_t)rank * i; /* rank 0: it may be NULL */
}

/* ---- bits ------------------------------------------------------------------------------------------- */

/* Goes through the box row by row: `first` is the number of the row's first element. False behind the last row. */
static bool next_row(const Symbol *symbol, const Box *box, int64_t *at, uint64_t *first)
{
    for (unsigned k = symbol->rank - 1u; k-- > 0;) {
        if (++at[k] <= box->high[k])
            break;
        at[k] = box->low[k];
        if (k == 0)
            return false;
    }
    *first = 0;
    for (unsigned k = 0; k < symbol->rank; k++)
        *first = *first * (uint64_t)symbol->extents[k] + (uint64_t)at[k];
    return symbol->rank > 1;
}

static void first_row(const Symbol *symbol, const Box *box, int64_t *at, uint64_t *first)
{
    *first = 0;
    for (unsigned k = 0; k < symbol->rank; k++) {
        at[k] = box->low[k];
        *first = *first * (uint64_t)symbol->extents[k] + (uint64_t)at[k];
    }
}

/* How many elements of the box have their bit set; sets them all if `set`. */
static uint64_t visit_bits(uint64_t *bits, const Symbol *symbol, const Box *box, bool set)
{
    int64_t at[UINT8_MAX];
    uint64_t first, found = 0, length = (uint64_t)(box->high[symbol->rank - 1] - box->low[symbol->rank - 1] + 1);

    first_row(symbol, box, at, &first);
    do {
        for (uint64_t i = first; i < first + length; i++) {
            found += bits[i / 64] >> i % 64 & 1;
            if (set)
                bits[i / 64] |= (uint64_t)1 << i % 64;
        }
    } while (next_row(symbol, box, at, &first));
    return found;
}

static uint64_t box_size(const Box *box)
{
    uint64_t size = 1;

    for (unsigned k = 0; k < box->rank; k++)
        size *= (uint64_t)(box->high[k] - box->low[k] + 1);
    return size;
}

/* ---- adding ----------------------------------------------------------------------------------------- */

static void read_box(const Elements *e, uint8_t rank, size_t i, Box *box)
{
    const int32_t *ends = box_ends(e, rank, i);

    box->rank = rank;
    box->exact = e->exact.at[i];
    for (unsigned k = 0; k < rank; k++) {
        box->low[k] = ends[2 * k];
        box->high[k] = ends[2 * k + 1];
    }
}

static void drop_box(Elements *e, uint8_t rank, size_t i)
{
    size_t last = e->exact.count - 1;

    if (rank > 0)
        memmove(box_ends(e, rank, i), box_ends(e, rank, last), 2 * rank * sizeof(int32_t));
    e->exact.at[i] = e->exact.at[last];
    e->exact.count--;
    e->ends.count -= 2 * (size_t)rank;
}

/* Grows `box` by the last box where the two are one box together. */
static bool merge_last(Elements *e, Box *box)
{
    Box last;
    unsigned differs = UINT8_MAX;

    if (box->rank == 0)
        return e->exact.at[e->exact.count - 1] == box->exact;
    read_box(e, box->rank, e->exact.count - 1, &last);
    if (last.exact != box->exact)
        return false;
    for (unsigned k = 0; k < box->rank; k++) {
        if (last.low[k] == box->low[k] && last.high[k] == box->high[k])
            continue;
        if (differs != UINT8_MAX || last.low[k] > box->high[k] + 1 || box->low[k] > last.high[k] + 1)
            return false;
        differs = k;
    }
    if (differs != UINT8_MAX) {
        box->low[differs] = last.low[differs] < box->low[differs] ? last.low[differs] : box->low[differs];
        box->high[differs] = last.high[differs] > box->high[differs] ? last.high[differs] : box->high[differs];
    }
    return true;
}

static bool is_whole(const Symbol *symbol, const Box *box)
{
    for (unsigned k = 0; k < symbol->rank; k++)
        if (box->low[k] > 0 || box->high[k] < symbol->extents[k] - 1)
            return false;
    return true;
}

static void set_bits(Elements *e, const Symbol *symbol, const Box *box)
{
    e->set += box_size(box) - visit_bits(e->bits, symbol, box, true);
    e->whole |= e->set == symbol_elements(symbol);
}

/* Too many boxes: the exact ones become bits; the others, of which some elements are meant, one box about them all. */
/* NOLINTNEXTLINE(misc-no-recursion): one box is left, which is not exact, and added */
static void condense(Arena *arena, Elements *e, const Symbol *symbol)
{
    Box all, box;
    bool any = false;

    if (e->bits == NULL)
        e->bits = arena_array(arena, uint64_t, symbol_elements(symbol) / 64 + 1);
    while (e->exact.count > 0) {
        read_box(e, symbol->rank, e->exact.count - 1, &box);
        drop_box(e, symbol->rank, e->exact.count - 1);
        if (box.exact) {
            set_bits(e, symbol, &box);
            continue;
        }
        if (!any)
            all = box;
        for (unsigned k = 0; k < symbol->rank; k++) {
            all.low[k] = box.low[k] < all.low[k] ? box.low[k] : all.low[k];
            all.high[k] = box.high[k] > all.high[k] ? box.high[k] : all.high[k];
        }
        any = true;
    }
    if (any)
        elements_add(arena, e, symbol, &all);
}

/* NOLINTNEXTLINE(misc-no-recursion): condenses and adds the box that is left */
void elements_add(Arena *arena, Elements *e, const Symbol *symbol, const Box *added)
{
    Box box = *added;

    if (e->whole && !box.exact)
        return;
    if (box.exact && e->bits != NULL) {
        set_bits(e, symbol, &box);
        return;
    }
    while (e->exact.count > 0 && merge_last(e, &box))
        drop_box(e, box.rank, e->exact.count - 1);
    e->whole |= is_whole(symbol, &box);
    vec_push(arena, &e->exact, box.exact);
    for (unsigned k = 0; k < box.rank; k++) {
        vec_push(arena, &e->ends, (int32_t)box.low[k]);
        vec_push(arena, &e->ends, (int32_t)box.high[k]);
    }
    if (e->exact.count > MOST_BOXES && symbol->rank > 0)
        condense(arena, e, symbol);
}

/* ---- asking ----------------------------------------------------------------------------------------- */

static bool boxes_meet(const Box *a, const int32_t *ends)
{
    for (unsigned k = 0; k < a->rank; k++)
        if (a->high[k] < ends[2 * k] || a->low[k] > ends[2 * k + 1])
            return false;
    return true;
}

bool elements_meet(const Elements *e, const Symbol *symbol, const Box *box, bool exact)
{
    for (size_t i = 0; i < e->exact.count; i++)
        if ((!exact || e->exact.at[i]) && boxes_meet(box, box_ends(e, box->rank, i)))
            return true;
    if (e->bits != NULL && visit_bits(e->bits, symbol, box, false) > 0)
        return true;
    return e->whole && !exact;
}

static void push_piece(CoverWork *work, const int32_t *ends, uint8_t rank)
{
    for (unsigned i = 0; i < 2u * rank; i++)
        vec_push(work->arena, &work->next, ends[i]);
}

/* What is left of a box without the given one: at most two pieces a dimension, appended to `next`. */
static void subtract(CoverWork *work, const int32_t *box, const int32_t *ends, uint8_t rank)
{
    int32_t rest[2 * UINT8_MAX];

    memcpy(rest, box, 2 * rank * sizeof *rest);
    for (unsigned k = 0; k < rank; k++) {
        int32_t low = rest[2 * k], high = rest[2 * k + 1], from = ends[2 * k], to = ends[2 * k + 1];

        if (high < from || low > to) {
            push_piece(work, rest, rank);
            return;
        }
        if (low < from) {
            rest[2 * k + 1] = from - 1;
            push_piece(work, rest, rank);
        }
        if (high > to) {
            rest[2 * k] = to + 1;
            rest[2 * k + 1] = high;
            push_piece(work, rest, rank);
        }
        rest[2 * k] = low > from ? low : from;
        rest[2 * k + 1] = high < to ? high : to;
    }
}

static bool is_inside(const Box *box, const int32_t *ends)
{
    for (unsigned k = 0; k < box->rank; k++)
        if (box->low[k] < ends[2 * k] || box->high[k] > ends[2 * k + 1])
            return false;
    return true;
}

/* Do the bits alone hold everything that is left? */
static bool bits_cover(const CoverWork *work, const Elements *e, const Symbol *symbol)
{
    Box box = { .rank = symbol->rank };

    for (size_t i = 0; i < work->left.count; i += 2 * (size_t)box.rank) {
        for (unsigned k = 0; k < box.rank; k++) {
            box.low[k] = work->left.at[i + 2 * k];
            box.high[k] = work->left.at[i + 2 * k + 1];
        }
        if (e->bits == NULL || visit_bits(e->bits, symbol, &box, false) < box_size(&box))
            return false;
    }
    return true;
}

bool elements_cover(CoverWork *work, const Elements *e, const Symbol *symbol, const Box *box)
{
    size_t step = 2 * (size_t)box->rank;

    if (e->whole)
        return true;
    for (size_t i = 0; i < e->exact.count; i++)
        if (is_inside(box, box_ends(e, box->rank, i)))
            return true;
    if (box->rank == 0)
        return false;
    work->left.count = 0;
    for (unsigned k = 0; k < box->rank; k++) {
        vec_push(work->arena, &work->left, (int32_t)box->low[k]);
        vec_push(work->arena, &work->left, (int32_t)box->high[k]);
    }
    for (size_t i = 0; i < e->exact.count && work->left.count > 0; i++) {
        CoverWork swap;

        work->next.count = 0;
        for (size_t k = 0; k < work->left.count; k += step)
            subtract(work, work->left.at + k, box_ends(e, box->rank, i), box->rank);
        swap = *work;
        work->left = swap.next;
        work->next = swap.left;
    }
    return bits_cover(work, e, symbol);
}
