/* tables.h -- what a Program keeps to find equal things again; private to src/ir. */
#ifndef BPGEN_TABLES_H
#define BPGEN_TABLES_H

#include "ir/program.h"

/* A run of ids in one of the vectors of the program or of its tables. */
typedef struct {
    uint32_t first, count;
} IdRun;

typedef struct {
    SetId a, b, both;
} SetUnion;

typedef struct {
    PartialWord *words;
    uint32_t count;
} PartialCode;

/* A node in the table of nodes; where it belongs is computed again from the node when the table grows. */
typedef struct {
    uint32_t id;  /* + 1; 0 is free */
    uint32_t tag; /* upper half of its hash, to compare less */
} NodeSlot;

typedef struct ProgramTables {
    NodeSlot *node_slots; /* linear probing, at most two thirds full */
    size_t node_room;
    HashTable literals;
    HashTable sub_lists;
    VEC(IdRun) sub_runs;   /* lists of Program.subs */
    HashTable sets;
    VEC(IdRun) set_runs;   /* sets as sorted lists of set_items; run 0 is the empty set */
    VEC(IndexId) set_items;
    HashTable unions;
    VEC(SetUnion) union_memo;
    VEC(SetId) index_sets; /* by index: the set of it alone, or 0 */
    VEC(SetId) aff_sets;   /* by affine expression, for the first of them */
    PartialCode partials[OP_COUNT][OP_MOST_ARGS];
    Rebuild *substitution; /* node_substitute's own, kept for its memo */
    AffId *substituted;    /* its map by index */
    size_t substituted_room;
    uint8_t *marks;        /* node_reach's marks by node: all 0 between calls */
    size_t marks_room;
} ProgramTables;

/* The position in Program.subs of this list; equal lists have one position. */
uint32_t tables_subs(Program *p, const AffId *subs, uint32_t rank);

#endif
