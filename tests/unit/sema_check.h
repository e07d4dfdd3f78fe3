/* sema_check.h -- texts that are parsed and checked, and numbers for random ones. */
#ifndef BPGEN_TESTS_SEMA_CHECK_H
#define BPGEN_TESTS_SEMA_CHECK_H

#include <stdio.h>
#include <string.h>

#include "front/checked.h"
#include "tests/support/tally.h"

typedef struct {
    Heap heap;
    Names names;
    Source source;
    Diag diag;
    Ast ast;
    CheckedModel model;
} Checked;

/* False: refused. */
static inline bool check(Checked *c, const char *text)
{
    Arena *arena;

    *c = (Checked){ .source = { "test", text, (uint32_t)strlen(text) } };
    if (setjmp(c->heap.on_failure) != 0)
        return false;
    arena = heap_arena(&c->heap);
    names_init(&c->names, arena);
    diag_init(&c->diag, arena, &c->source);
    ast_init(&c->ast, arena, &c->names, &c->source);
    ast_parse(&c->ast, &c->diag);
    if (c->diag.errors == 0)
        sema_check(&c->model, arena, &c->ast, NULL, 0, &c->diag);
    return c->diag.errors == 0;
}

/* ---- random numbers: the same on every run ---- */

static uint64_t state = 88172645463325252u;

static inline int pick(int low, int high)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return low + (int)(state % (uint64_t)(high - low + 1));
}

#endif
