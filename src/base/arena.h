/* arena.h -- memory that lives as long as one compilation and is given back at once. */
#ifndef BPGEN_ARENA_H
#define BPGEN_ARENA_H

#include <setjmp.h>
#include <stddef.h>

typedef struct ArenaChunk ArenaChunk;

/* {0} is an empty arena. When memory runs out, control goes to `on_failure` (longjmp with 1), so no
 * caller ever sees NULL; an arena without `on_failure` must not be allocated from. */
typedef struct {
    ArenaChunk *chunks; /* newest first */
    size_t total;       /* bytes asked from the system, for tests of how much a structure takes */
    jmp_buf *on_failure;
} Arena;

/* `size` zeroed bytes, aligned for any object. */
void *arena_alloc(Arena *arena, size_t size);

/* `count` zeroed objects of `size` bytes; an overflowing product counts as memory running out. */
void *arena_calloc(Arena *arena, size_t count, size_t size);

/* Makes the block `old` of `old_size` bytes `new_size` bytes long, in place where that is possible. The added bytes are not
 * initialised: they are not touched before they are used. `old` may be NULL with `old_size` 0. */
void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size);

/* The block is not needed any more. Gives it back to the system if it is big. */
void arena_drop(Arena *arena, void *block, size_t size);

/* A copy of `size` bytes with a NUL behind it. */
char *arena_copy(Arena *arena, const char *text, size_t size);

/* All arenas of one compilation, so that nothing leaks when memory runs out in the middle of a pass.
 * Who owns the heap calls setjmp(heap.on_failure) before it allocates and heap_free at the end. */
typedef struct Heap {
    jmp_buf on_failure;
    struct HeapArena *arenas;
} Heap;

Arena *heap_arena(Heap *heap);                  /* a new, empty arena */
void heap_release(Heap *heap, Arena *arena);    /* frees one of them */
void heap_free(Heap *heap);                     /* frees all */

#define arena_new(arena, T) ((T *)arena_alloc((arena), sizeof(T)))
#define arena_array(arena, T, count) ((T *)arena_calloc((arena), (count), sizeof(T)))

#endif
