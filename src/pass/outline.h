/* outline.h -- what the files of outlining share. Private to src/pass. */
#ifndef BPGEN_OUTLINE_H
#define BPGEN_OUTLINE_H

#include "pass/hull.h"
#include "pass/pass.h"
#include "pass/paths.h"

typedef uint32_t EnvId;

/* The ranges over which something is computed. */
typedef struct {
    uint32_t first, count; /* in Outliner.ranges */
    SetId set;
} Env;

enum { NOT_CUT, CUT, KNOWN_AS_TARGET };

#define MANY_OWNERS UINT32_MAX

/* What the users of a node have in common. */
typedef struct {
    ScopeId scope;     /* SCOPE_NONE: nobody uses it */
    EnvId env;         /* the domain of its own: the ranges of the indices that it depends on */
    EnvId widest;      /* the largest domain over which it would be computed inside its users */
    LoopId loop;       /* the innermost loop whose turns it depends on, or NO_ID */
    LoopId inside;     /* the innermost loop in which it would be computed inside its users, or NO_ID */
    uint32_t owner;    /* the stage that differentiates it: 0 none, MANY_OWNERS, else a number for stage or cut node */
    uint32_t position; /* the first item of the body that needs it, other than `root` */
    StageId root;      /* the first SET stage whose value it is, or NO_ID */
    bool exact;        /* somebody needs it whenever the scope is reached */
    bool wider;        /* somebody would compute it more often than its domain has points */
    bool conflict;     /* the users disagree about the ranges or loops */
    bool inner;        /* a link inside of another one: they are one function */
    uint8_t cut;
} Use;

typedef struct {
    Program *p;
    Arena *arena;
    size_t nodes;      /* number of nodes before */
    Scopes scopes;
    Hulls hulls;
    Activity active;
    bool any_active;
    Use *uses;         /* by node */
    LoopId *outer;     /* by loop: the loop around it, or NO_ID */
    bool *open;        /* by loop: the new body is inside it */
    bool *changed;     /* by symbol: its elements are added to after they were set */
    uint32_t *position; /* by stage: its item */
    VEC(Env) envs;
    VEC(Range) ranges;
    HashTable env_table;
    VEC(SetId) scope_sets; /* by branch: the indices of its conditions and of those around */
    NodeId *built;     /* by node: itself, built again */
    NodeId *memo;      /* by node: what stands for it in its users */
    SymId *symbols;    /* by node: CUT: its symbol */
    bool *emitted;     /* by node: its stage is there, and those of all that it needs */
    uint32_t *seen;    /* by node: the walk that met it last */
    uint32_t walk;
    NodeVec stack;
    Span at;           /* the stage before which things are put */
    VEC(NodeId) guards; /* by scope, NO_ID where not made yet */
} Outliner;

/* The loops around, from the outermost in, down to `loop`; returns how many. */
uint32_t outline_loops(const Outliner *o, LoopId loop, LoopId *path);

/* The extents of an array over the turns of loops and a domain, and the values of its indices at element 0; false if it would be
 * too large. */
bool outline_measure(Outliner *o, const Use *use, int32_t *extents, int64_t *least);

/* outline_build.c: the expressions again around what was cut out, and the body with its stages. */
void outline_rebuild(Outliner *o);
void outline_emit(Outliner *o);

#endif
