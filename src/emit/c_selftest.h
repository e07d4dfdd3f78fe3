/* c_selftest.h -- what the parts of the self-test share. */
#ifndef BPGEN_EMIT_C_SELFTEST_H
#define BPGEN_EMIT_C_SELFTEST_H

#include "emit/c_sample.h"

/* Names in the emitted test: x, y, o, g, t, h are params, inputs, outputs, gradient, tangents and products as flat vectors. */
typedef struct {
    CModel *m;
    const CFunction *functions;
    const Sample *sample;
    Arena *arena;
    Text *out;
    uint32_t parts; /* of all functions */
    int next;       /* number of the next check */
} Test;

/* The first function that is made and gives this result; FUNCTION_COUNT: there is none. */
FunctionId c_test_giving(const Test *t, Part part);
const char *c_test_call(const Test *t, FunctionId id);
/* Statements that set `variable` to the sum of `term` for `index` from 0 to count-1. */
void c_test_sum(const Test *t, const char *variable, const char *index, uint64_t count, const char *term);
/* The seed of an output's element in C. */
const char *c_test_seed(const Test *t, const char *place);
/* Statements that set `variable` to the sum of seed times output. */
void c_test_total(const Test *t, const char *variable);
/* A golden number. */
void c_test_number(const Test *t, double value);
/* "    return 7;" */
void c_test_fail(Test *t);

/* c_crosstest.c: the functions against each other, and against differences along a direction. Helper function; declarations;
 * values of the directions; checks. */
void c_crosstest_print_move(const Test *t);
void c_crosstest_declare(const Test *t);
void c_crosstest_fill(const Test *t);
void c_crosstest_print(Test *t);

/* Element `place` of all directions in C. */
const char *c_test_direction(const Test *t, const char *place);

/* c_sparsetest.c: entries of sparse matrices; before other points are looked at. */
void c_sparsetest_print(Test *t);

/* c_externtest.c: in place of golden values, where C functions of the user's are called. */
void c_externtest_declare(const Test *t);
void c_externtest_print(Test *t);
/* Sets `gap` to how far differences of gradients may be off; `curve`: what they are compared with. */
void c_externtest_gap(const Test *t, const char *curve);

#endif
