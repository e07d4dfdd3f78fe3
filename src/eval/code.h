/* code.h -- what the evaluator computes for each stage: lists of nodes and atoms, made once. */
#ifndef BPGEN_EVAL_CODE_H
#define BPGEN_EVAL_CODE_H

#include "eval/point.h"

/* What one stage computes: `free` once a run (no index), `bound` at every point, both in ascending order. */
typedef struct {
    uint32_t free, free_count, bound, bound_count; /* in EvalCode.nodes */
    uint32_t atoms, atom_count;                    /* in EvalCode.atoms: all atoms of its subscripts, ascending */
} StageCode;

/* The largest value of each group so far, while its position is sought. */
typedef struct {
    double *value;
    bool *seen;
} Best;

struct EvalCode {
    StageCode *stages;   /* by stage */
    StageCode *loops;    /* by loop: the condition */
    VEC(uint32_t) nodes;
    VEC(AtomId) atoms;
    double *values;      /* by node */
    double *literals;    /* by literal */
    int64_t *atom_values; /* by atom */
    int64_t *indices;    /* by index: the present value */
    bool *started;       /* by symbol: is it a maximum? */
    double **rests;      /* by symbol: of compensated sums, what each element is too large by; else NULL */
    Best *best;          /* by symbol: of positions of maxima */
    unsigned bits;       /* of results; 0: all */
    Random random;       /* which way they are rounded */
};

/* Fills the lists of e->code, whose arrays by stage, loop and node exist already. */
void eval_list(Evaluation *e);

#endif
