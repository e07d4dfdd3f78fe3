/* arena.c -- chunks of growing size; a big block has a chunk of its own, so that it can grow by realloc. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Blocks from this size on have a chunk of their own. With 1 each block is one of the system's, which sanitizers watch, and moves
 * when it grows: `make stress`. */
#ifndef ARENA_OWN_CHUNK
#define ARENA_OWN_CHUNK (64 * 1024)
#endif

enum { FIRST_CHUNK = 16 * 1024, BIGGEST_CHUNK = 1024 * 1024, OWN_CHUNK = ARENA_OWN_CHUNK };

struct ArenaChunk {
    ArenaChunk *older, *newer;
    size_t used, room;
    alignas(max_align_t) char bytes[];
};

static void out_of_memory(const Arena *arena)
{
    longjmp(*arena->on_failure, 1);
}

static size_t round_up(const Arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory(arena);
    return (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

static ArenaChunk *new_chunk(Arena *arena, size_t room)
{
    ArenaChunk *chunk = calloc(1, sizeof *chunk + room);

    if (chunk == NULL)
        out_of_memory(arena);
    chunk->room = room;
    arena->total += room;
    return chunk;
}

/* Puts the chunk behind `newer`; NULL: it becomes the newest. */
static void link_chunk(Arena *arena, ArenaChunk *chunk, ArenaChunk *newer)
{
    ArenaChunk **from = newer != NULL ? &newer->older : &arena->chunks;

    chunk->newer = newer;
    chunk->older = *from;
    *from = chunk;
    if (chunk->older != NULL)
        chunk->older->newer = chunk;
}

static void unlink_chunk(Arena *arena, const ArenaChunk *chunk)
{
    *(chunk->newer != NULL ? &chunk->newer->older : &arena->chunks) = chunk->older;
    if (chunk->older != NULL)
        chunk->older->newer = chunk->newer;
}

/* A block with a chunk of its own goes behind the newest chunk, whose free room stays in use. */
static void *alloc_own_chunk(Arena *arena, size_t size)
{
    ArenaChunk *chunk = new_chunk(arena, size);

    chunk->used = size;
    link_chunk(arena, chunk, arena->chunks);
    return chunk->bytes;
}

void *arena_alloc(Arena *arena, size_t size)
{
    ArenaChunk *top = arena->chunks;
    void *block;

    size = round_up(arena, size);
    if (size >= OWN_CHUNK)
        return alloc_own_chunk(arena, size);
    if (top == NULL || top->room - top->used < size) {
        size_t room = top == NULL ? FIRST_CHUNK : 2 * top->room;
        ArenaChunk *chunk = new_chunk(arena, room < BIGGEST_CHUNK ? (room < OWN_CHUNK ? OWN_CHUNK : room) : BIGGEST_CHUNK);

        link_chunk(arena, chunk, NULL);
        top = chunk;
    }
    block = top->bytes + top->used;
    top->used += size;
    return block;
}

void *arena_calloc(Arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size)
        out_of_memory(arena);
    return arena_alloc(arena, count * size);
}

/* The chunk whose only block is `block`. */
static ArenaChunk *own_chunk(void *block)
{
    return (ArenaChunk *)(void *)((char *)block - offsetof(ArenaChunk, bytes));
}

static void *grow_own_chunk(Arena *arena, void *old, size_t new_size)
{
    ArenaChunk *chunk = own_chunk(old), *newer = chunk->newer, *grown;

    unlink_chunk(arena, chunk);
    grown = realloc(chunk, sizeof *chunk + new_size);
    if (grown == NULL) {
        link_chunk(arena, chunk, newer);
        out_of_memory(arena);
    }
    arena->total += new_size - grown->room;
    grown->used = grown->room = new_size;
    link_chunk(arena, grown, newer);
    return grown->bytes;
}

void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size)
{
    ArenaChunk *top = arena->chunks;
    size_t old_room = round_up(arena, old_size), new_room = round_up(arena, new_size);
    void *block;

    if (old != NULL && new_room <= old_room)
        return old;
    if (old != NULL && old_room >= OWN_CHUNK)
        return grow_own_chunk(arena, old, new_room);
    if (old != NULL && new_room < OWN_CHUNK && (char *)old + old_room == top->bytes + top->used &&
        top->room - top->used >= new_room - old_room) { /* a block of OWN_CHUNK or more has a chunk of its own */
        top->used += new_room - old_room;
        return old;
    }
    block = arena_alloc(arena, new_size);
    if (old != NULL)
        memcpy(block, old, old_size);
    return block;
}

void arena_drop(Arena *arena, void *block, size_t size)
{
    ArenaChunk *chunk;

    if (block == NULL || round_up(arena, size) < OWN_CHUNK)
        return;
    chunk = own_chunk(block);
    unlink_chunk(arena, chunk);
    arena->total -= chunk->room;
    free(chunk);
}

char *arena_copy(Arena *arena, const char *text, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    memcpy(copy, text, size);
    return copy;
}

static void arena_free(Arena *arena)
{
    while (arena->chunks != NULL) {
        ArenaChunk *older = arena->chunks->older;

        free(arena->chunks);
        arena->chunks = older;
    }
    arena->total = 0;
}

typedef struct HeapArena {
    Arena arena; /* first, so that the arena's address is the link's */
    struct HeapArena *previous, *next;
} HeapArena;

Arena *heap_arena(Heap *heap)
{
    HeapArena *made = calloc(1, sizeof *made);

    if (made == NULL)
        longjmp(heap->on_failure, 1);
    made->arena.on_failure = &heap->on_failure;
    made->next = heap->arenas;
    if (heap->arenas != NULL)
        heap->arenas->previous = made;
    heap->arenas = made;
    return &made->arena;
}

void heap_release(Heap *heap, Arena *arena)
{
    HeapArena *gone = (HeapArena *)arena;

    arena_free(arena);
    if (gone->next != NULL)
        gone->next->previous = gone->previous;
    if (gone->previous != NULL)
        gone->previous->next = gone->next;
    else
        heap->arenas = gone->next;
    free(gone);
}

void heap_free(Heap *heap)
{
    while (heap->arenas != NULL)
        heap_release(heap, &heap->arenas->arena);
}
