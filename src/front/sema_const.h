/* sema_const.h -- the machine that computes constants; private to sema_const*.c. */
#ifndef BPGEN_SEMA_CONST_H
#define BPGEN_SEMA_CONST_H

#include "front/sema.h"

/* Beyond this a const is not computed here: it stays code. */
enum { MOST_RUN = 1 << 22 };

typedef struct Cell {
    Shape shape;
    size_t count;
    Num *at;
} Cell;

typedef struct {
    CheckedId node;       /* COMPREHENSION, REDUCE or ASSIGN */
    uint32_t first, count; /* its indices in CheckedModel.index_lists */
    Cell result;
    size_t filled;
} Turn;

typedef struct {
    AffId aff;
    uint32_t term, sub;
    int64_t sum, place;
} Sum;

typedef struct {
    Sema *s;
    const CheckedModel *model;
    CheckedId first, end;
    bool exact_only, failed;
    VEC(Cell) stack;
    VEC(Turn) turns;
    VEC(Sum) sums;
    uint32_t *opens, *next; /* by node - first: nodes whose body begins there, outer ones first; + 1 */
    uint64_t steps;
    bool resumed; /* a body is run again: what begins with it is open already */
} Run;

/* sema_const_array.c */
Cell run_cell(Run *run, Shape shape);
void run_push(Run *run, Cell cell);
void run_push_number(Run *run, Num number);
size_t run_place(Shape result, Shape operand, size_t n); /* in an operand, of element `n` of a broadcast result */
Num run_apply2(Run *run, Op op, Num a, Num b);
int64_t run_integer(Run *run, AffId aff);
bool run_array(Run *run, const CheckedNode *node); /* false: not one of the kinds that only compute */

#endif
