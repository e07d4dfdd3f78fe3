/* reverse_build.h -- programs made by hand, stage by stage, and the point at which they are differentiated. */
#ifndef TESTS_UNIT_REVERSE_BUILD_H
#define TESTS_UNIT_REVERSE_BUILD_H

#include "eval/eval.h"
#include "pass/pass.h"

#include <stdio.h>

enum { MOST_WANTED = 4 };

/* A program being built, and the point at which it is differentiated: `values` of a symbol row-major, else
 * pseudorandom. */
typedef struct {
    Heap heap;
    Arena *arena;
    Names names;
    Source source;
    Program *p;
    SymId wanted[MOST_WANTED];
    size_t wanted_count;
    const double *values[MOST_WANTED]; /* by declared symbol */
    const char *tape;                  /* names expected on the tape, or NULL */
    bool exact;                        /* no differences: compare with `gradient` of the first wanted symbol */
    const double *gradient;
    const char *fails;                 /* the function without a derivative */
    unsigned passed, failed;
} Test;

static void expect(Test *t, bool ok, const char *name, const char *what)
{
    if (ok) {
        t->passed++;
    } else {
        t->failed++;
        printf("failed: %s: %s\n", name, what);
    }
}

/* ---- building ---------------------------------------------------------------------------------------- */

static SymId symbol(Test *t, const char *name, SymRole role, unsigned rank, int32_t m, int32_t n)
{
    int32_t extents[] = { m, n };
    Symbol made = { .role = (uint8_t)role, .rank = (uint8_t)rank, .of = NO_ID };

    made.name = names_intern_text(&t->names, name);
    made.extents = extents;
    made.integer = role == SYM_INTEGER;
    made.high = made.integer ? 3 : 0;
    return program_symbol(t->p, made);
}

static SymId param(Test *t, const char *name, unsigned rank, int32_t m, int32_t n)
{
    SymId made = symbol(t, name, SYM_PARAM, rank, m, n);

    t->wanted[t->wanted_count++] = made;
    return made;
}

static SymId output(Test *t, const char *name, unsigned rank, int32_t m, int32_t n)
{
    SymId made = symbol(t, name, SYM_OUTPUT, rank, m, n);

    vec_push(t->p->arena, &t->p->outputs, made);
    return made;
}

static IndexId index_of(Test *t, const char *name)
{
    return program_index(t->p, names_intern_text(&t->names, name), (Span){ 0, 0 });
}

static AffId at(Test *t, IndexId i, int64_t offset)
{
    return aff_offset(&t->p->affs, aff_index(&t->p->affs, i), offset);
}

static AffId number(Test *t, int64_t value)
{
    return aff_const(&t->p->affs, value);
}

static Range range(Test *t, IndexId i, int64_t low, int64_t high)
{
    AffId from = number(t, low), to = number(t, high);

    return (Range){ i, from, to };
}

static NodeId read0(Test *t, SymId s)
{
    return node_read(t->p, s, NULL);
}

static NodeId read1(Test *t, SymId s, AffId i)
{
    return node_read(t->p, s, &i);
}

static NodeId read2(Test *t, SymId s, AffId i, AffId j)
{
    AffId subs[] = { i, j };

    return node_read(t->p, s, subs);
}

static NodeId op1(Test *t, Op op, NodeId a)
{
    return node_op1(t->p, op, a);
}

static NodeId op2(Test *t, Op op, NodeId a, NodeId b)
{
    return node_op2(t->p, op, a, b);
}

static NodeId named(Test *t, NodeId node, const char *name)
{
    node_describe(t->p, node, names_intern_text(&t->names, name), (Span){ 0, 1 });
    return node;
}

static void stage(Test *t, StageOp op, bool fresh, SymId target, const AffId *subs, const Range *domain, unsigned rank,
                  NodeId value)
{
    Stage made = { .target = target, .op = (uint8_t)op, .fresh = fresh, .rank = (uint8_t)rank, .value = value };

    made.guard = NO_ID;
    made.domain = domain;
    made.subs = subs;
    program_stage(t->p, made);
}

static void set0(Test *t, SymId target, NodeId value)
{
    stage(t, STAGE_SET, false, target, NULL, NULL, 0, value);
}

static void sum0(Test *t, SymId target, const Range *domain, unsigned rank, NodeId value)
{
    stage(t, STAGE_ADD, true, target, NULL, domain, rank, value);
}

#endif
