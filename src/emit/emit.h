/* emit.h -- output formats: one file each, found by the Makefile (build/emitters.def). */
#ifndef BPGEN_EMIT_H
#define BPGEN_EMIT_H

#include "unit.h"

/* What an emitter writes: `main` always; `header` and `tables`, which `main` includes, only if it makes more files. */
typedef struct {
    Text main, header, tables;
} Emitted;

typedef struct {
    const char *name;      /* --emit=NAME */
    const char *extension; /* of the default output file: ".c" */
    const char *help;
    bool needs_model; /* reads unit->ast or unit->model */
    bool (*emit)(Unit *unit, Emitted *out); /* asks the unit for the programs that it needs; false: unit->diag says why */
} Emitter;

#endif
