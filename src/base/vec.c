/* vec.c -- the one place where growing arrays grow: by doubling. */
#include "base/vec.h"

#include <stdint.h>

void *vec_grow(Arena *arena, void *at, size_t element, size_t *room, size_t need)
{
    size_t doubled = *room == 0 ? 8 : 2 * *room;
    size_t wanted = doubled < need ? need : doubled;

    if (wanted > SIZE_MAX / 4 / element)
        longjmp(*arena->on_failure, 1);
    at = arena_grow(arena, at, *room * element, wanted * element);
    *room = wanted;
    return at;
}
