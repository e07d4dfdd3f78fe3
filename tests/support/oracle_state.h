/* oracle_state.h -- the inside of the oracle: for oracle*.c only. */
#ifndef BPGEN_TESTS_ORACLE_STATE_H
#define BPGEN_TESTS_ORACLE_STATE_H

#include "oracle.h"

struct Oracle {
    const Program *p;
    Arena *arena;
    mpfr_prec_t bits;
    mpfr_t *nodes;       /* by node */
    mpfr_t **elements;   /* by symbol */
    int32_t **integers;  /* by symbol */
    int64_t *indices;
    mpfr_t **best;       /* by symbol of positions: the largest value so far, for each maximum; */
    bool **found;        /* was there any? */
    mpfr_t t;
    NodeVec *needs;      /* by stage: nodes to compute at every point */
    NodeVec *loop_needs; /* by loop: of its condition */
    VEC(const Loop *) open; /* around what runs, outermost first */
    uint64_t decisions;  /* a hash of all comparisons of the run, in order */
    bool replays;        /* a run for differences: stated functions are linear around the run before */
    VEC(mpfr_t *) stated; /* values of them in that run, in the order in which they were computed */
    size_t next_stated;
};

/* A number whose digits are the arena's. */
void oracle_real(const Oracle *o, mpfr_t x);

/* What a value jumps or bends by: for comparisons, signs, the larger one of two, which way it went; else 0. */
unsigned oracle_decision(Op op, const mpfr_t a, const mpfr_t b, const mpfr_t c);

#endif
