/* sink.h -- what the files of sinking guards share. Private to src/pass. */
#ifndef BPGEN_SINK_H
#define BPGEN_SINK_H

#include "pass/hull.h"
#include "pass/pass.h"
#include "pass/paths.h"

enum { MOST_CONDITIONS = 32 }; /* of one symbol; a path is cut there, which only makes guards weaker */

/* A node that is needed in a scope. */
typedef struct {
    NodeId node;
    ScopeId scope;
} ScopedNode;

typedef VEC(ScopedNode) NeedVec;

enum { MOST_WAYS = 64 }; /* beyond, there is no guard: each way is compared with each other */

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
    size_t room;
    Way *ways;           /* each read stands under one of these, none of which implies another */
    uint32_t first, writers; /* its stages: in Sinker.writers */
    uint64_t earliest;   /* the place of the first stage that reads it, as far as known */
} Target;

/* Where a stage stands: n = 0 is the place of an item of the body. Stages that are moved before that item have n > 0, growing in the order of moving, so that what is moved later stands earlier:
 * readers are looked at before what they read. */
#define PLACE(item, n) ((uint64_t)(item) << 32 | (UINT32_MAX - (uint32_t)(n)))
#define PLACE_ITEM(place) ((size_t)((place) >> 32))

enum { MOST_SCOPES = 64 };

/* Where a node is needed, as far as known. */
typedef struct {
    uint64_t earliest;   /* the place of the first stage that needs it */
    ScopeId *scopes;     /* none inside another; where there would be more than MOST_SCOPES, what they have in common */
    uint16_t count, room;
} Needed;

typedef struct {
    Program *p;
    Arena *arena;
    size_t nodes;        /* number of nodes before */
    Scopes scopes;
    Hulls hulls;
    Target *targets;     /* by symbol */
    StageId *writers;    /* stages sorted by symbol */
    uint64_t *place;     /* by stage: see PLACE */
    LoopId *inside;      /* by stage: the innermost loop around it, or NO_ID */
    LoopId *outer;       /* by loop: likewise */
    LoopId *around;      /* by item: likewise */
    uint32_t *begin, *end; /* by loop: its items */
    uint32_t moved;      /* stages that have another place than they had */
    uint32_t *pending;   /* by node: uses without a scope yet */
    Needed *needed;      /* by node */
    uint32_t *asked;     /* by node: 1 + what it reads as a large condition without indices, in Sinker.asked_reads */
    VEC(NodeVec) asked_reads;
    VEC(ScopeId) inner;  /* by node: its scope inside the condition at hand; SCOPE_NONE between conditions */
    VEC(IndexId) dimensions; /* placeholders for the dimensions of a symbol */
    NodeVec ready;       /* nodes whose uses are all known */
    VEC(SymId) settled;  /* symbols whose stages can be looked at */
} Sinker;

typedef enum { ASK_NO, ASK_LATER, ASK_YES } Asking; /* LATER: if the stage stood behind what the condition reads */

/* sink_conditions.c */

/* A read of a symbol in this scope: what it has in common with the reads before stays. */
void sink_narrow(Sinker *s, NodeId read, ScopeId scope);

/* Gives the stages of a symbol its conditions as far as they can ask them, at a later place if need be. */
void sink_guard_stages(Sinker *s, const Target *target);

void sink_drop_select(Sinker *s, Stage *stage);

/* sink_loop.c */

/* Fills place, inside, outer, around, begin, end. */
void sink_find_places(Sinker *s);

/* The last item of the loop's body (NO_ID: of the program's) before which something can be put that the item needs. */
uint32_t sink_item_in(const Sinker *s, LoopId loop, uint32_t item);

/* Is this what a stage in loops writes in a turn for that turn only: is element [t, u, ...] written in turn t, u, ...? */
bool sink_is_of_turn(const Sinker *s, StageId id);

/* Does a stage find what another one writes (to the element that `read` reads): was it computed in this turn, or in the one
 * before? */
Asking sink_is_known(const Sinker *s, StageId reader, NodeId read, StageId writer);

/* The ranges of the indices of the loops around. */
void sink_enter_loops(Sinker *s, StageId id);

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

/* The conditions of a scope one by one, outermost first; room for 2 * MOST_CONDITIONS. */
uint32_t sink_list_scope(Sinker *s, ScopeId scope, NodeId *conditions);

/* May a stage ask one more condition in this scope: is all that it reads in range and computed before? Adds what it
 * reads. */
Asking sink_can_ask(Sinker *s, StageId id, NodeId condition, ScopeId scope, NeedVec *reads);

#endif
