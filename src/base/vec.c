/* vec.c -- the one place where growing arrays grow: by doubling. */
#include "base/vec.h"

#include <stdint.h>

/* By how many times what there is. 1: by no more than asked for, so that arrays move all the time (`make stress`). */
#ifndef VEC_FACTOR
#define VEC_FACTOR 2
#endif

void *vec_grow(Arena *arena, void *at, size_t element, size_t *room, size_t need)
{
    size_t doubled = VEC_FACTOR == 1 ? need : *room == 0 ? 8 : VEC_FACTOR * *room;
    size_t wanted = doubled < need ? need : doubled;

    if (wanted > SIZE_MAX / 4 / element)
        longjmp(*arena->on_failure, 1);
    at = arena_grow(arena, at, *room * element, wanted * element);
    *room = wanted;
    return at;
}
