/* sets.h -- sets of numbers as runs, each held once: equal sets have equal ids. */
#ifndef BPGEN_SPARSE_SETS_H
#define BPGEN_SPARSE_SETS_H

#include "base/hash.h"
#include "base/vec.h"

typedef uint32_t NumberSet; /* 0 is the empty set */

typedef struct {
    uint32_t low, high; /* low .. high-1, not empty */
} NumberRun;

typedef VEC(NumberRun) RunVec;

typedef struct {
    uint32_t first, count; /* in NumberSets.runs: ascending, with gaps between them */
} RunList;

typedef struct {
    NumberSet a, b, both;
} UnionOfTwo;

typedef struct {
    Arena *arena;
    RunVec runs;
    VEC(RunList) sets;
    HashTable table;
    HashTable unions;
    VEC(UnionOfTwo) memo;
    RunVec work, next;        /* of a union: lists of runs one behind the other, */
    VEC(size_t) ends, kept;   /* and where each ends */
    uint64_t steps;           /* spent so far: runs looked at, sets made */
} NumberSets;

void sets_init(NumberSets *s, Arena *arena);
NumberSet sets_range(NumberSets *s, uint32_t low, uint32_t high);
NumberSet sets_union(NumberSets *s, const NumberSet *sets, size_t count);

const NumberRun *sets_runs(const NumberSets *s, NumberSet set, uint32_t *count);
uint64_t sets_size(const NumberSets *s, NumberSet set);

#endif
