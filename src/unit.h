/* unit.h -- one compilation: from the text of a model to its programs. Text in, text out; no exit, no globals. */
#ifndef BPGEN_UNIT_H
#define BPGEN_UNIT_H

#include "front/lower.h"
#include "pass/pass.h"

typedef enum { REAL_DOUBLE, REAL_FLOAT } RealType;

typedef struct {
    const char *prefix;    /* of all external names; a C identifier */
    const char *const *wanted; /* --wrt: names, in any order; NULL: all params */
    size_t wanted_count;
    const ConstOverride *overrides;
    size_t override_count;
    RealType real;
    bool fast;             /* --fast */
    bool include_runtime;  /* --runtime=include */
    uint32_t stack_limit;  /* --stack-limit: functions whose arrays need more bytes take a workspace argument */
    const char *dump;      /* -d: comma-separated names of passes after which the program is dumped */
} Options;

typedef struct {
    Heap heap;
    Arena *arena;           /* of the heap: everything but the programs */
    const char *failure;    /* memory ran out, or an internal error: what it was; else NULL */
    Names names;
    Source source;
    Diag diag;
    Options options;
    Ast ast;
    CheckedModel model;
    Lowered lowered;        /* every gate that the user wrote */
    VEC(SymId) wanted;      /* in declared order; all programs below keep the numbers of declared symbols */
    bool wanted_is_params;  /* exactly all params: the gradient has their type */
    Program *value;         /* simplified; outputs only */
    Program *value_grad;    /* one scalar output: value and gradient, seed 1; else NULL */
    Program *reversed;      /* values, then adjoints of everything with SYM_SEED: what `eval` and `check` run */
    Sweeps sweeps;          /* the same, split into two functions */
    Text dump;              /* what -d asked for */
} Unit;

/* Reads, checks and lowers the model. False: see unit->diag, or unit->failure. */
bool unit_open(Unit *unit, const char *source_name, const char *text, size_t size, const Options *options);

/* Makes the value program, or value, gradient and sweeps. False as above. */
bool unit_make_value(Unit *unit);
bool unit_make_derivatives(Unit *unit);

void unit_close(Unit *unit);

#endif
