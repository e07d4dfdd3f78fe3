/* sort.h -- ids in ascending order, in linear time. */
#ifndef BPGEN_SORT_H
#define BPGEN_SORT_H

#include <stdint.h>

#include "base/arena.h"

/* Sorts in place; what it needs beside is taken from the heap and given back. */
void sort_ids(Heap *heap, uint32_t *ids, size_t count);

#endif
