/* oracle_state.h -- the inside of the oracle: for oracle*.c only. */
#ifndef BPGEN_TESTS_ORACLE_STATE_H
#define BPGEN_TESTS_ORACLE_STATE_H

#include "oracle.h"

/* Functions with stated derivatives in runs for differences. They are followed from the point of the problem to the base of the
 * differences (the same, but for second derivatives), by what is stated at the point; and from there to where the run is, by what is
 * stated at the base. */
typedef enum {
    RUN_POINT, /* the point is here, and is the base, too */
    RUN_BASE,  /* the base is here */
    RUN_BESIDE /* neither */
} RunMode;

/* What a value had there: an argument, its stated derivative, the function's own value. */
typedef struct {
    mpfr_t point, base;
} Stated;

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
    uint64_t work;
    uint64_t decisions;  /* a hash of all comparisons of the run, in order */
    RunMode mode;
    VEC(Stated) stated; /* in the order in which they were computed */
    size_t next_stated;
    /* oracle_measure */
    bool measured, undecided;
    OracleFormat format;
    double *node_errors, **element_errors, **best_errors; /* like nodes, elements, best */
    mpfr_t moved;
};

/* A number whose digits are the arena's. */
void oracle_real(const Oracle *o, mpfr_t x);

/* Called while a measured program runs, after what they are about; a value that is stored, before a position wins. */
void oracle_bound_clear(Oracle *o, SymId symbol);
void oracle_bound_constant(Oracle *o, NodeId id);
void oracle_bound_operator(Oracle *o, NodeId id, const mpfr_t *const *args);
void oracle_bound_store(Oracle *o, const Stage *s, int64_t at, bool from_nothing);
void oracle_bound_position(Oracle *o, const Stage *s, int64_t at, bool first, bool wins);
void oracle_bound_condition(Oracle *o, NodeId condition); /* of a guard or loop */

#endif
