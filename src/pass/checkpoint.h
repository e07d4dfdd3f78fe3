/* checkpoint.h -- what the files of --tape-limit share. Private to src/pass. */
#ifndef BPGEN_CHECKPOINT_H
#define BPGEN_CHECKPOINT_H

#include "pass/pass.h"

/* What becomes of a symbol: as it is; one of the turn, written at t; a carried one, written at t+1. */
enum { KEPT, OF_TURN, CARRIED };

/* A loop that may be cut into segments. */
typedef struct {
    const Program *p;
    Arena *arena;
    LoopId loop;
    size_t begin, end; /* its items */
    IndexId turn;
    uint8_t *kinds;    /* by symbol */
    bool *written;     /* by symbol: in the loop */
    bool *outside;     /* by symbol: touched outside of it other than at its ends, or in it at other turns */
} LongLoop;

/* False if there is no such loop. */
bool long_loop_find(LongLoop *l, const Program *p, Arena *arena, IndexId index);
int64_t long_loop_turns(const LongLoop *l);
/* Is this first subscript the turn, counted from the beginning of the loop, or the next (*offset 1)? */
bool long_loop_time(const LongLoop *l, AffId sub, int64_t *offset);
/* Is it the value before the loop, or (*last) behind it? */
bool long_loop_end(const LongLoop *l, AffId sub, bool *last);

#endif
