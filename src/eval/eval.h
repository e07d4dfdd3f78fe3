/* eval.h -- runs a program of stages in double, with the same operations as the emitted C. */
#ifndef BPGEN_EVAL_H
#define BPGEN_EVAL_H

#include "ir/program.h"

typedef struct EvalCode EvalCode;

/* Values of all symbols. The caller fills params, inputs, integer inputs and seeds before eval_run. */
typedef struct {
    const Program *program;
    Arena *arena;
    double **reals;     /* by symbol: row-major elements; NULL for symbols that exist only as integers */
    int32_t **integers; /* by symbol: integer inputs, whole tables, argmax positions; else NULL */
    EvalCode *code;
} Evaluation;

/* Allocates all symbols (elements 0), fills the tables, and lists what each stage has to compute. */
void eval_init(Evaluation *e, Arena *arena, const Program *program);

/* Runs the body. May be called again with other inputs. */
void eval_run(Evaluation *e);

/* The same in numbers of `bits` bits: what an operation gives is rounded up or down at random (a result with so few bits stays as it
 * is). How far results are from those of eval_run tells what rounding does to them. As floats: 24 bits, in their range. */
enum { FLOAT_BITS = 24 };
void eval_run_coarse(Evaluation *e, unsigned bits, uint64_t seed);

/* Points of all stages in all turns, and elements of all symbols: what one evaluation does and holds at most, saturating. */
uint64_t eval_work(const Program *program);

/* Number of elements of a symbol. */
size_t eval_elements(const Program *program, SymId symbol);

#endif
