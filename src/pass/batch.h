/* batch.h -- copies of a derivative for several seeds. Private to src/pass. */
#ifndef BPGEN_BATCH_H
#define BPGEN_BATCH_H

#include "pass/pass.h"

typedef struct {
    const Program *from;
    Program *to;
    Arena *arena;
    const Batch *batch;
    bool *symbols;     /* by symbol: depends on the seeds */
    bool *nodes;       /* by node: likewise */
    bool *seeds;       /* by symbol */
    int64_t *offsets;  /* by seed symbol: number of its first element */
    Rebuild rebuild;
} Batcher;

/* Finds what depends on the seeds, and begins the new program. */
void batch_begin(Batcher *b, Program *p, const Batch *batch);

/* 1 if the element of a seed, counted over all seeds in order, is number `copy`, else 0. */
NodeId batch_unit_vector(Batcher *b, SymId seed, const AffId *subs, AffId copy);

/* A Rebuild.op, whose context begins with the Batcher: a product with a 0 of a seed is 0, whatever the other factor is. */
NodeId batch_op(Rebuild *r, NodeId old, const NodeId *args);

#endif
