/* reverse.h -- what the files of reverse mode share. Private to src/pass. */
#ifndef BPGEN_REVERSE_H
#define BPGEN_REVERSE_H

#include "pass/derive.h"
#include "pass/scope.h"

/* The active nodes of expressions that are differentiated together, and what is known of each. A node stands
 * behind its arguments. A *boundary* node is a read, or used more than once: a sum of contributions. Between
 * boundary nodes lie trees, the statements. */
typedef struct {
    NodeId adjoint;   /* the sum of the contributions of its own scope so far, or NO_ID */
    uint32_t left;    /* uses whose contribution is still to come */
    ScopeId scope;
    uint32_t masked;  /* contributions out of branches, or NO_ID */
    bool strict;      /* a read whose subscripts are in range only in its scope */
    NodeId needed;    /* its scope is wider than what its users need: this, too, must hold; or NO_ID */
    bool loose;       /* likewise, but the condition would be too long: where nobody needs it, its adjoint is 0 */
    bool outside;     /* some of them come from beside the scope: it is a joint one */
    NodeId input;     /* the only boundary node that its statement reads: NO_ID none, MANY_INPUTS several */
    uint32_t occurs;  /* how often it does */
    NodeId gate;      /* whose source text tells what is differentiated here, or NO_ID */
    SymId symbol;     /* the accumulator of its adjoint, or NO_ID */
} Slot;

#define MANY_INPUTS (NO_ID - 1)
#define INSIDE_STATEMENT (NO_ID - 2) /* Slot.input: differentiated already, as a part of a larger statement */

typedef struct {
    NodeVec nodes;
    VEC(Slot) slots;   /* parallel to nodes */
    uint32_t *slot_of; /* by node: position + 1, 0 for none */
    bool scalars;      /* the scalars of the whole program, one adjoint each; else one stage inside a domain or loop */
    bool selects;      /* are there any? */
    bool stops;        /* inside a domain: a scalar is a leaf, its adjoint is collected with those of the scalars */
} Work;

typedef struct {
    Program *p;
    Arena *arena;     /* gone after the pass */
    Reverse *reverse;
    Activity active;
    Scopes scopes;
    Hulls hulls;      /* of the indices of the loops and the domain at hand */
    SymId *adjoints;  /* by symbol: its adjoint, or NO_ID */
    bool *summed;     /* by symbol: its elements are added to after they were set */
    bool *seeded;     /* by symbol: an output whose adjoint is 1 and nothing else */
    size_t *ranks;    /* by symbol: its place among the contributions of the stage at hand, 0 between stages */
    Work scalars;     /* scalar nodes outside of loops */
    Work local;       /* the stage at hand, where it has a domain or stands in a loop */
    uint32_t *owned;  /* by item: behind the last node of `scalars` that it or an item before it needs */
    unsigned depth;   /* of loops around the stage at hand */
    uint32_t undone;  /* nodes of `scalars` that are still to be differentiated: the first ones */
    NodeId stored;    /* the value that the stage at hand stores, or NO_ID, */
    NodeId result;    /* and the read of it: partials take it from there */
    NodeId gate;      /* of the contribution at hand, or NO_ID: then the place is `at` */
    Span at;
    NodeVec stack;
} Sweep;

/* ---- reverse.c --------------------------------------------------------------------------------------- */

SymId sweep_adjoint(Sweep *s, SymId symbol);                        /* the symbol that collects the adjoint */
NodeId sweep_read_adjoint(Sweep *s, SymId symbol, const AffId *subs);

/* ---- reverse_work.c: collecting and preparing -------------------------------------------------------- */

Slot *work_slot(const Work *w, NodeId node);
bool work_is_leaf(const Sweep *s, const Work *w, NodeId node);
/* Adds the active nodes below `root` that are new. */
void work_collect(Sweep *s, Work *w, NodeId root);
/* Are the subscripts of a read in range only because of the branch that it stands in? */
bool work_leaves_range(const Sweep *s, NodeId id);
/* The condition that they are in range. */
NodeId work_in_range(const Sweep *s, NodeId id);
/* A use from outside, in this scope. */
void work_use(Work *w, Scopes *scopes, NodeId root, ScopeId scope);
/* Uses by other nodes, statements and scopes: once all is collected. Leaves inside a domain have the scope `base`. */
void work_prepare(Sweep *s, Work *w, ScopeId base);
void work_clear(Work *w);

/* ---- reverse_expr.c: the local reverse of one expression ---------------------------------------------- */

/* A contribution to the adjoint of `node`, made in scope `from`, which stands for `uses` of its uses. NO_ID: it is
 * 0. */
void work_deliver(Sweep *s, Work *w, NodeId node, NodeId value, ScopeId from, uint32_t uses);
/* Contributions out of branches to a scalar whose last use stood in a loop are held back till the loop has ended. */
void work_release(Sweep *s, Work *w, NodeId node);
/* Takes the adjoint of a node, complete now, to its arguments. */
void work_differentiate(Sweep *s, Work *w, NodeId node);
/* The symbol that collects the adjoint of a scalar. */
SymId scalar_adjoint(Sweep *s, NodeId node);

/* ---- reverse_local.c: a stage with a domain or in a loop ---------------------------------------------- */

/* Collects the expression of a stage in `local`. */
void local_collect(Sweep *s, const Stage *stage);
void local_reverse(Sweep *s, const Stage *stage);

#endif
