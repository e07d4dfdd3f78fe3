/* vec.h -- growing arrays in an arena, typed: typedef VEC(Node) NodeVec; vec_push(arena, &nodes, node). */
#ifndef BPGEN_VEC_H
#define BPGEN_VEC_H

#include "base/arena.h"

#define VEC(T)        \
    struct {          \
        T *at;        \
        size_t count; \
        size_t room;  \
    }

/* Room for `extra` more elements. */
#define vec_reserve(arena, vec, extra)                                                                          \
    ((vec)->room - (vec)->count >= (size_t)(extra)                                                              \
         ? (void)0                                                                                              \
         : (void)((vec)->at = vec_grow((arena), (vec)->at, sizeof *(vec)->at, &(vec)->room,                     \
                                       (vec)->count + (size_t)(extra))))

#define vec_push(arena, vec, ...) (vec_reserve((arena), (vec), 1), (void)((vec)->at[(vec)->count++] = (__VA_ARGS__)))

#define vec_pop(vec) ((vec)->at[--(vec)->count])
#define vec_top(vec) ((vec)->at[(vec)->count - 1])

/* The array `at`, made to hold at least `need` elements; *room is updated. */
void *vec_grow(Arena *arena, void *at, size_t element, size_t *room, size_t need);

#endif
