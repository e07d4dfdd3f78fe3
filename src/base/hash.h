/* hash.h -- mixing words into a hash, and a table of ids that the caller compares. */
#ifndef BPGEN_HASH_H
#define BPGEN_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define HASH_START 0x9e3779b97f4a7c15u

/* One step of a multiplicative hash (the finaliser constants are those of Stafford's mix 13). */
static inline uint64_t hash_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0xbf58476d1ce4e5b9u;
    return hash ^ (hash >> 29);
}

uint64_t hash_bytes(const void *bytes, size_t size);

/* Open addressing over ids that index the caller's own array; {0} is empty. */
typedef struct {
    uint32_t *slots; /* id + 1, 0 is free */
    uint32_t *tags;  /* upper half of the hash, to compare less */
    uint32_t *lows;  /* lower half, to place it again in a larger table */
    size_t count, room;
} HashTable;

/* Is the object `id` of the caller equal to the one sought? */
typedef bool HashSame(const void *context, uint32_t id);

#define HASH_NONE UINT32_MAX

/* The id that has this hash and is the same, or HASH_NONE. */
uint32_t hash_find(const HashTable *table, uint64_t hash, HashSame *same, const void *context);

/* Adds an id that hash_find does not find. */
void hash_add(Arena *arena, HashTable *table, uint64_t hash, uint32_t id);

#endif
