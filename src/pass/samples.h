/* samples.h -- what the files of pass_samples share. Private to src/pass. */
#ifndef BPGEN_SAMPLES_H
#define BPGEN_SAMPLES_H

#include "pass/pass.h"

/* A stage of the body as it was, or a loop that counts its turns, and when it runs: 2q before the q-th pass over
 * the samples (or behind the one before), 2q+1 in it. */
typedef struct {
    StageId stage;    /* NO_ID: the loop asks its condition, and writes how many turns it makes */
    SymId target;
    size_t item;      /* in `items` */
    size_t top;       /* where its outermost loop begins, or its own place */
    LoopId loop;      /* the innermost loop around it, or NO_ID; that which counts */
    bool by_sample;
    bool first;       /* it sets elements, or counts from 0 */
    bool early;       /* its elements get their start value before a pass, and it adds to them */
    bool chosen;      /* for what is being written down */
    uint32_t level;
    uint32_t reads, read_end; /* in Samples.reads: symbols */
    uint32_t next;    /* + 1: the next writer of its target */
} Step;

typedef struct {
    const Program *from;
    Program *p;       /* the same, for what writes down */
    Arena *arena;
    Item *items;
    size_t count;
    size_t begin, end;      /* the part of the items that is being ordered */
    VEC(Step) steps;
    uint32_t *step_of;      /* by item, + 1; 0: none */
    LoopId *outer;          /* by loop: the one around it */
    uint32_t *dimension;    /* by symbol: which one is the sample, or NO_ID */
    uint32_t *first_writer; /* by symbol, + 1 */
    VEC(SymId) reads;
    /* Writing down. */
    Rebuild rebuild;
    SymId *home;            /* by symbol: itself, or (turns) one like it whose first dimension is the sample */
    bool *used;             /* by symbol: computed in an earlier pass, so that the next one has a copy */
    bool *index_used;       /* by loop: likewise */
    SymId symbols;          /* how many there were at the beginning */
    uint32_t *start;        /* by symbol: all of its elements start before what comes in front of this pass; UINT32_MAX: they do not */
    uint32_t passes;        /* how many were written */
    VEC(uint32_t) work;
} Samples;

/* samples_level.c */
void samples_list(Samples *s);  /* of the program's body: steps, what they read, and which are by sample */
bool samples_order(Samples *s, Span *at); /* levels of the steps of the part; false: there are none, see pass_samples_check */
bool samples_before(const Step *writer, const Step *reader);

/* samples_start.c: where elements get the value that they begin with, if that is before what adds to them. */
void samples_find_starts(Samples *s);
void samples_write_whole_starts(Samples *s, uint32_t pass); /* in front of everything before the pass */
void samples_write_starts(Samples *s, uint32_t pass);       /* right in front of it */

/* Does it belong to the part that is being ordered? */
static inline bool samples_in_part(const Samples *s, const Step *step)
{
    return step->item >= s->begin && step->item < s->end;
}

/* From now on what is written down has `to` in place of the index; AFF_FAIL: the index itself. */
static inline void samples_rename(Samples *s, IndexId from, AffId to)
{
    if (s->rebuild.indices[from] == to)
        return;
    s->rebuild.indices[from] = to;
    rebuild_forget(&s->rebuild);
}

static inline bool samples_has(const Samples *s, SymId symbol)
{
    return s->dimension[symbol] != NO_ID;
}

#endif
