/* nest.h -- lists of numbers as a few loops, where they are regular.
 *
 * Row, column and colour of the entries of a matrix come as tuples of integers in a list. Tuples that repeat with constant
 * differences become a loop, loops that repeat become loops of loops (after Ketterlin and Clauss, Prediction and trace compression
 * of data access addresses through nested loop recognition, CGO 2008; here a loop around several statements is as many loops).
 */
#ifndef BPGEN_SPARSE_NEST_H
#define BPGEN_SPARSE_NEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

enum { NEST_VALUES = 3, NEST_DEPTH = 5 };

/* For all i[0] in 0..extent[0], i[1] in 0..extent[1], ...: the tuple base + i[0]*step[0] + i[1]*step[1] + ... */
typedef struct {
    uint8_t depth; /* 0: one tuple */
    int32_t extent[NEST_DEPTH];
    int32_t base[NEST_VALUES];
    int32_t step[NEST_DEPTH][NEST_VALUES];
} Nest;

typedef VEC(Nest) NestVec;

/* Puts loops in place of the single tuples (depth 0) of the list. The first value of a tuple is its number: the outer loops are
 * those with larger steps of it. */
void nest_find(NestVec *list);

#endif
