/* sort.c -- by bytes, the lowest first; short lists by insertion. */
#include "base/sort.h"

#include <stdbool.h>
#include <string.h>

enum { SHORT = 32, BITS = 8, BUCKETS = 1 << BITS };

static void insert_all(uint32_t *ids, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t id = ids[i];
        size_t k = i;

        for (; k > 0 && ids[k - 1] > id; k--)
            ids[k] = ids[k - 1];
        ids[k] = id;
    }
}

static bool is_sorted(const uint32_t *ids, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (ids[i - 1] > ids[i])
            return false;
    return true;
}

static void distribute(const uint32_t *from, uint32_t *to, size_t count, unsigned shift)
{
    size_t start[BUCKETS + 1] = { 0 };

    for (size_t i = 0; i < count; i++)
        start[(from[i] >> shift & (BUCKETS - 1)) + 1]++;
    for (size_t k = 0; k < BUCKETS; k++)
        start[k + 1] += start[k];
    for (size_t i = 0; i < count; i++)
        to[start[from[i] >> shift & (BUCKETS - 1)]++] = from[i];
}

void sort_ids(Heap *heap, uint32_t *ids, size_t count)
{
    uint32_t *other, largest = 0;
    unsigned shift = 0;
    Arena *arena;

    if (count <= SHORT) {
        insert_all(ids, count);
        return;
    }
    if (is_sorted(ids, count))
        return;
    arena = heap_arena(heap);
    other = arena_array(arena, uint32_t, count);
    for (size_t i = 0; i < count; i++)
        largest = ids[i] > largest ? ids[i] : largest;
    for (; shift < 32 && largest >> shift != 0; shift += 2 * BITS) { /* back and forth */
        distribute(ids, other, count, shift);
        distribute(other, ids, count, shift + BITS);
    }
    heap_release(heap, arena);
}
