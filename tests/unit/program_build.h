/* program_build.h -- programs of stages written by hand, for the tests of the verifier and of passes. */
#ifndef BPGEN_TESTS_PROGRAM_BUILD_H
#define BPGEN_TESTS_PROGRAM_BUILD_H

#include <stdio.h>

#include "pass/pass.h"
#include "tests/support/tally.h"

typedef struct {
    Heap heap;
    Names names;
    Source source;
    Program *p;
    IndexId i, j, k;
    Tally tally;
} Test;

/* ---- building --------------------------------------------------------------------------------------- */

static inline void begin(Test *t)
{
    t->p = program_new(&t->heap, &t->names, &t->source);
    t->p->simplify = true;
    t->i = program_index(t->p, names_intern_text(&t->names, "i"), (Span){ 0, 0 });
    t->j = program_index(t->p, names_intern_text(&t->names, "j"), (Span){ 0, 0 });
    t->k = program_index(t->p, names_intern_text(&t->names, "k"), (Span){ 0, 0 });
}

static inline SymId symbol(Test *t, const char *name, SymRole role, unsigned rank, int32_t m, int32_t n)
{
    int32_t extents[] = { m, n };
    SymId made = program_symbol(t->p, (Symbol){ .name = names_intern_text(&t->names, name), .role = (uint8_t)role,
                                                .rank = (uint8_t)rank, .extents = extents, .of = NO_ID,
                                                .integer = role == SYM_INTEGER, .high = 3 });

    if (role == SYM_OUTPUT)
        vec_push(t->p->arena, &t->p->outputs, made);
    return made;
}

static inline AffId at(Test *t, IndexId i, int64_t offset)
{
    return aff_offset(&t->p->affs, aff_index(&t->p->affs, i), offset);
}

static inline AffId number(Test *t, int64_t value)
{
    return aff_const(&t->p->affs, value);
}

static inline Range range(Test *t, IndexId i, int64_t low, int64_t high)
{
    AffId from = number(t, low), to = number(t, high);

    return (Range){ i, from, to };
}

static inline NodeId read0(Test *t, SymId s)
{
    return node_read(t->p, s, NULL);
}

static inline NodeId read1(Test *t, SymId s, AffId i)
{
    return node_read(t->p, s, &i);
}

static inline NodeId read2(Test *t, SymId s, AffId i, AffId j)
{
    return node_read(t->p, s, (AffId[]){ i, j });
}

static inline NodeId times(Test *t, NodeId a, NodeId b)
{
    return node_op2(t->p, OP_MUL, a, b);
}

static inline StageId stage(Test *t, StageOp op, bool fresh, SymId target, const AffId *subs, const Range *domain, unsigned rank, NodeId value)
{
    return program_stage(t->p, (Stage){ .target = target, .op = (uint8_t)op, .fresh = fresh, .rank = (uint8_t)rank, .value = value,
                                        .guard = NO_ID, .domain = domain, .subs = subs });
}

/* P[0] = 1; loop t: P[t+1] = P[t+shift]*x[t]; f = P[n] */
static inline void build_loop(Test *t, int64_t shift, bool reverse, int32_t turns)
{
    SymId x, c, f;
    LoopId loop;
    AffId start, next, last, now;

    begin(t);
    x = symbol(t, "x", SYM_PARAM, 1, turns, 0);
    c = symbol(t, "P", SYM_LOCAL, 1, turns + 1, 0);
    f = symbol(t, "f", SYM_OUTPUT, 0, 0, 0);
    start = number(t, reverse ? turns : 0);
    last = number(t, reverse ? 0 : turns);
    next = at(t, t->i, !reverse);
    now = at(t, t->i, shift);
    stage(t, STAGE_SET, false, c, &start, NULL, 0, node_int(t->p, 1));
    loop = program_begin_loop(t->p, (Loop){ .index = t->i, .high = turns, .reverse = reverse, .condition = NO_ID, .turns = NO_ID });
    stage(t, STAGE_SET, false, c, &next, NULL, 0, times(t, read1(t, c, now), read1(t, x, at(t, t->i, 0))));
    program_end_loop(t->p, loop);
    stage(t, STAGE_SET, false, f, NULL, NULL, 0, read1(t, c, last));
}

/* Runs the tests; the exit status of the program. */
static inline int run_tests(const char *name, void (*tests)(Test *t))
{
    static Test test;
    Test *t = &test;

    if (setjmp(t->heap.on_failure) != 0) {
        printf("out of memory\n");
        return 1;
    }
    names_init(&t->names, heap_arena(&t->heap));
    tests(t);
    heap_free(&t->heap);
    return tally_close(&t->tally, name);
}

#endif
