/* c_selftest.h -- what the parts of the self-test share. */
#ifndef BPGEN_EMIT_C_SELFTEST_H
#define BPGEN_EMIT_C_SELFTEST_H

#include "emit/c_sample.h"

/* Names in the emitted test: x, y, o, g, t, h are params, inputs, outputs, gradient, tangents and products as flat vectors.
 * The checks are printed first; what is declared in front of them is what they use. */
typedef struct {
    CModel *m;
    const CFunction *functions;
    const Sample *sample;
    Arena *arena;
    Text *out;
    uint32_t parts; /* of all functions */
    int next;       /* number of the next check */
} Test;

/* Is it a result of a function that is tested? */
static inline bool c_test_has(const Test *t, Part part)
{
    return (t->parts >> part & 1) != 0;
}

/* ---- c_testcode.c: statements and expressions in C --------------------------------------------------- */

/* A golden number. */
void c_test_number(const Test *t, double value);
/* "    return 7;" */
void c_test_fail(Test *t);

/* A loop over 0 ... count-1 around what is printed until c_test_close; one turn needs none. Its index is c_test_index: the name, or
 * "0". c_test_open: several statements, in braces; c_test_each: one. */
const char *c_test_index(const char *name, uint64_t count);
void c_test_open(const Test *t, const char *name, uint64_t count);
void c_test_close(const Test *t, uint64_t count);
void c_test_each(const Test *t, const char *name, uint64_t count);
void c_test_each_end(const Test *t, uint64_t count);
/* The same over first, first + stride, ..., in braces. */
typedef struct {
    uint64_t first, stride, count;
} TestRun;
const char *c_test_run_index(const Test *t, const char *name, const TestRun *run);
void c_test_open_run(const Test *t, const char *name, const TestRun *run);

/* Sets `variable` to the sum of `term` for the index from 0 to count-1. */
void c_test_sum(const Test *t, const char *variable, const char *name, uint64_t count, const char *term);
/* The seed of element `place` of the outputs, and `term` times it. */
const char *c_test_seed(const Test *t, const char *place);
const char *c_test_seeded(const Test *t, const char *place, const char *term);
/* Element `place` of all directions. */
const char *c_test_direction(const Test *t, const char *place);
/* Sets `variable` to the sum of seed times output. */
void c_test_total(const Test *t, const char *variable);

/* The first function that is made and gives this result; FUNCTION_COUNT: there is none. */
FunctionId c_test_giving(const Test *t, Part part);
const char *c_test_call(const Test *t, FunctionId id);

/* Differences in single elements against `slopes`, which hold the gradient. `gap`: how far they may be off, in C. */
bool c_test_has_differences(const Test *t);
void c_test_differences(Test *t, const char *gap);

/* Does C code use the name, other than as a member of a struct? */
bool c_test_uses(const Text *code, const char *name);

/* ---- c_crosstest.c: the functions against each other, and against differences along a direction ------- */

/* Helper function; values of the directions; checks; what these need declared. */
void c_crosstest_print_move(const Test *t);
void c_crosstest_fill(const Test *t);
void c_crosstest_print(Test *t);
void c_crosstest_declare(const Test *t, const Text *checks);

/* c_sparsetest.c: entries of sparse matrices; before other points are looked at. */
void c_sparsetest_print(Test *t);

/* c_externtest.c: in place of golden values, where C functions of the user's are called. */
void c_externtest_print(Test *t);
void c_externtest_declare(const Test *t, const Text *checks);
/* Sets `gap` to how far differences of gradients may be off; `curve`: what they are compared with. */
void c_externtest_gap(const Test *t, const char *curve);

#endif
