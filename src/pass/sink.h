/* sink.h -- what the files of sinking guards share. Private to src/pass. */
#ifndef BPGEN_SINK_H
#define BPGEN_SINK_H

#include "pass/hull.h"
#include "pass/pass.h"
#include "pass/paths.h"

enum { MOST_CONDITIONS = 32 }; /* of one symbol; a path is cut there, which only makes guards weaker */

enum { MOST_WAYS = 6 };

/* Conditions that hold together, over the dimensions of a symbol (Sinker.dimensions), outermost first. */
typedef struct {
    uint32_t count;
    NodeId *conditions;
} Way;

/* What is known of a symbol. */
typedef struct {
    bool open;           /* its guard is still being found */
    bool always;         /* a read needs it unconditionally, or there are too many ways */
    uint32_t pending;    /* reads without a scope yet */
    uint32_t count;
    Way *ways;           /* each read stands under one of these, none of which implies another */
    uint32_t first, writers; /* its stages: in Sinker.writers */
    uint32_t last;       /* the last item that writes it */
} Target;

typedef struct {
    Program *p;
    Arena *arena;
    size_t nodes;        /* number of nodes before */
    Scopes scopes;
    Hulls hulls;
    Target *targets;     /* by symbol */
    StageId *writers;    /* stages sorted by symbol */
    uint32_t *position;  /* by stage: its item */
    uint32_t *pending;   /* by node: uses without a scope yet */
    ScopeId *scope;      /* by node */
    VEC(IndexId) dimensions; /* placeholders for the dimensions of a symbol */
    NodeVec ready;       /* nodes whose uses are all known */
    VEC(SymId) settled;  /* symbols whose stages can be looked at */
} Sinker;

/* sink_conditions.c */

/* A read of a symbol in this scope: what it has in common with the reads before stays. */
void sink_narrow(Sinker *s, NodeId read, ScopeId scope);

/* Gives a stage the conditions of its target as far as it can ask them. */
void sink_guard_stage(Sinker *s, StageId id, const Target *target);

void sink_drop_select(Sinker *s, Stage *stage);

/* sink_ask.c */

/* The indices that subscripts determine, in terms of what the subscripts are equal to. */
typedef struct {
    uint32_t count;
    SetId set;
    IndexId from[UINT8_MAX];
    AffId to[UINT8_MAX];
} Solved;

void sink_solve(Sinker *s, const AffId *subs, const AffId *equal, uint32_t rank, Solved *solved);

/* The condition in other terms, or NO_ID if it needs an index that is not solved. */
NodeId sink_express(Sinker *s, NodeId condition, const Solved *solved);

/* The conditions of a scope from the outermost on, as far as they can be expressed. */
uint32_t sink_express_path(Sinker *s, ScopeId scope, const Solved *solved, NodeId *conditions);

bool sink_is_among(NodeId node, const NodeId *list, uint32_t count);

/* May a stage with these `known` conditions ask one more: is all that it reads in range and computed before? Lists its reads. */
bool sink_can_ask(Sinker *s, StageId id, NodeId condition, const NodeId *known, uint32_t known_count, NodeVec *reads);

#endif
