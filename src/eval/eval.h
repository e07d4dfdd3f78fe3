/* eval.h -- runs a program of stages in double, with the same operations as the emitted C. */
#ifndef BPGEN_EVAL_H
#define BPGEN_EVAL_H

#include "ir/program.h"

/* Values of all symbols; params, inputs, integer inputs and seeds are filled by the caller before eval_run. */
typedef struct {
    const Program *program;
    Arena *arena;
    double **reals;    /* by symbol: row-major, NULL for integer symbols */
    int32_t **integers; /* by symbol: integer inputs and argmax positions */
} Evaluation;

/* Allocates all symbols (elements 0) and fills the tables. */
void eval_init(Evaluation *e, Arena *arena, const Program *program);

/* Runs the body. The same program may be run again with other inputs. */
void eval_run(Evaluation *e);

#endif
