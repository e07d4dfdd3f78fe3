/* hash.c -- linear probing, at most half full. */
#include "base/hash.h"

#include <string.h>

uint64_t hash_bytes(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t hash = hash_mix(HASH_START, size);

    for (size_t i = 0; i < size; i++)
        hash = hash_mix(hash, at[i]);
    return hash;
}

uint32_t hash_find(const HashTable *table, uint64_t hash, HashSame *same, const void *context)
{
    size_t mask = table->room - 1;

    if (table->room == 0)
        return HASH_NONE;
    for (size_t i = hash & mask; table->slots[i] != 0; i = (i + 1) & mask)
        if (table->tags[i] == (uint32_t)(hash >> 32) && same(context, table->slots[i] - 1))
            return table->slots[i] - 1;
    return HASH_NONE;
}

static void place(HashTable *table, uint32_t slot, uint32_t tag, uint32_t low)
{
    size_t mask = table->room - 1, i = low & mask;

    while (table->slots[i] != 0)
        i = (i + 1) & mask;
    table->slots[i] = slot;
    table->tags[i] = tag;
    table->lows[i] = low;
}

void hash_add(Arena *arena, HashTable *table, uint64_t hash, uint32_t id)
{
    if (2 * (table->count + 1) > table->room) {
        HashTable grown = { .room = table->room == 0 ? 64 : 2 * table->room, .count = table->count };

        grown.slots = arena_array(arena, uint32_t, grown.room);
        grown.tags = arena_array(arena, uint32_t, grown.room);
        grown.lows = arena_array(arena, uint32_t, grown.room);
        for (size_t i = 0; i < table->room; i++)
            if (table->slots[i] != 0)
                place(&grown, table->slots[i], table->tags[i], table->lows[i]);
        arena_drop(arena, table->slots, table->room * sizeof *table->slots);
        arena_drop(arena, table->tags, table->room * sizeof *table->tags);
        arena_drop(arena, table->lows, table->room * sizeof *table->lows);
        *table = grown;
    }
    place(table, id + 1, (uint32_t)(hash >> 32), (uint32_t)hash);
    table->count++;
}
