/* reverse_local.c -- the adjoint stages of one stage: for every distinct read A[g] of an active A in its value,
 * A_bar[g] += T_bar[m] * de/dA[g] over the domain of the stage, under its guard.
 */
#include <stdlib.h>
#include <string.h>

#include "pass/reverse.h"

void local_collect(Sweep *s, const Stage *stage)
{
    Work *w = &s->local;

    /* A scalar that only some points need must not be differentiated once for all: 0 times infinity. */
    w->stops = stage->guard == NO_ID || s->p->nodes.at[stage->guard].deps == 0;
    work_collect(s, w, stage->value);
    if (!w->selects || !w->stops)
        return;
    work_clear(w);
    w->stops = false;
    work_collect(s, w, stage->value);
}

/* ---- the order of contributions ---------------------------------------------------------------------- */

enum { MOST_KEYS = 4 };

/* Contributions to one symbol stand together, larger offsets first: then what one turn of an ascending loop adds
 * to was set by the turns before it, and both can share the loop. */
typedef struct {
    size_t rank;  /* of the symbol, by its first contribution */
    int64_t offsets[MOST_KEYS];
    NodeId node;
} Leaf;

static int compare_leaves(const void *a, const void *b)
{
    const Leaf *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    for (unsigned k = 0; k < MOST_KEYS; k++)
        if (x->offsets[k] != y->offsets[k])
            return x->offsets[k] > y->offsets[k] ? -1 : 1;
    return x->node > y->node ? -1 : 1;
}

static void set_offsets(const Program *p, Leaf *leaf)
{
    const Node *node = &p->nodes.at[leaf->node];

    for (unsigned k = 0; node->op == OP_READ && k < MOST_KEYS && k < p->symbols.at[node->u.read.symbol].rank; k++)
        leaf->offsets[k] = p->affs.affs.at[node_subs(p, leaf->node)[k]].constant;
}

/* The leaves that a contribution has reached, from the last node to the first. */
static Leaf *sort_leaves(Sweep *s, size_t *count)
{
    const Work *w = &s->local;
    Leaf *leaves = arena_array(s->arena, Leaf, w->nodes.count);

    *count = 0;
    for (size_t i = w->nodes.count; i-- > 0;) {
        NodeId node = w->nodes.at[i];
        size_t rank = *count + 1;
        Leaf *leaf = &leaves[*count];

        if (!work_is_leaf(s, w, node) || w->slots.at[i].adjoint == NO_ID)
            continue;
        *leaf = (Leaf){ .node = node };
        set_offsets(s->p, leaf);
        if (s->p->nodes.at[node].op == OP_READ) {
            SymId symbol = s->p->nodes.at[node].u.read.symbol;

            if (s->ranks[symbol] == 0)
                s->ranks[symbol] = rank;
            rank = s->ranks[symbol];
        }
        leaf->rank = rank;
        ++*count;
    }
    if (*count > 1)
        qsort(leaves, *count, sizeof *leaves, compare_leaves);
    for (size_t i = 0; i < *count; i++)
        if (s->p->nodes.at[leaves[i].node].op == OP_READ)
            s->ranks[s->p->nodes.at[leaves[i].node].u.read.symbol] = 0;
    return leaves;
}

/* ---- emitting ---------------------------------------------------------------------------------------- */

/* What guards a contribution: the guard of the stage, and where the subscripts need it, the branch. */
static NodeId guard_of_leaf(Sweep *s, const Stage *stage, NodeId leaf)
{
    ScopeId base = scope_of_guard(&s->scopes, stage->guard), scope = work_slot(&s->local, leaf)->scope;
    NodeId branch = scope == base ? NO_ID : scope_condition(&s->scopes, base, scope);

    if (branch == NO_ID && work_slot(&s->local, leaf)->strict) /* of many branches, which have no scope in common */
        branch = work_in_range(s, leaf);
    if (stage->guard == NO_ID || branch == NO_ID)
        return branch == NO_ID ? stage->guard : branch;
    return node_op2(s->p, OP_AND, stage->guard, branch);
}

static void emit_over_domain(Sweep *s, const Stage *stage, const Winner *winner, NodeId leaf, NodeId value)
{
    Program *p = s->p;
    Stage made = { .op = STAGE_ADD, .rank = stage->rank, .value = value, .domain = stage->domain, .at = stage->at };
    AffId subs[UINT8_MAX];

    made.guard = guard_of_leaf(s, stage, leaf);
    if (p->nodes.at[leaf].op == OP_READ) {
        made.target = sweep_adjoint(s, p->nodes.at[leaf].u.read.symbol);
        memcpy(subs, node_subs(p, leaf), p->symbols.at[made.target].rank * sizeof *subs);
    } else {
        made.target = scalar_adjoint(s, leaf);
    }
    if (winner->reduced > 0) {
        made.rank = (uint8_t)winner->kept;
        made.domain = winner->domain;
        made.value = winner_value(winner, value);
        made.guard = made.guard == NO_ID ? NO_ID : winner_value(winner, made.guard);
        for (unsigned k = 0; k < p->symbols.at[made.target].rank; k++)
            subs[k] = winner_aff(winner, subs[k]);
    }
    made.subs = subs;
    program_stage(p, made);
}

static void emit_leaves(Sweep *s, const Stage *stage, const Winner *winner)
{
    size_t count;
    const Leaf *leaves = sort_leaves(s, &count);

    for (size_t i = 0; i < count; i++)
        emit_over_domain(s, stage, winner, leaves[i].node, work_slot(&s->local, leaves[i].node)->adjoint);
    for (size_t i = s->local.nodes.count; s->local.stops && i-- > 0;) {
        NodeId node = s->local.nodes.at[i];

        if (work_is_leaf(s, &s->local, node) && s->p->nodes.at[node].op != OP_READ)
            work_deliver(s, &s->scalars, node, NO_ID, 0, 1);
    }
}

void local_reverse(Sweep *s, const Stage *stage)
{
    Work *w = &s->local;
    ScopeId base = scope_of_guard(&s->scopes, stage->guard);
    NodeId adjoint = sweep_read_adjoint(s, stage->target, stage->subs);
    Winner winner = { 0 };

    hulls_enter(&s->hulls, stage->domain, stage->rank);
    if (stage->op == STAGE_MAX)
        winner_find(&winner, s->p, s->arena, &s->hulls, stage);
    local_collect(s, stage);
    work_use(w, &s->scopes, stage->value, base);
    work_prepare(s, w, base);
    s->gate = NO_ID;
    if (stage->op == STAGE_SET && !s->summed[stage->target]) {
        s->stored = stage->value;
        s->result = node_read(s->p, stage->target, stage->subs);
    }
    work_deliver(s, w, stage->value, adjoint, base, 1);
    for (size_t i = w->nodes.count; i-- > 0;)
        work_differentiate(s, w, w->nodes.at[i]);
    s->stored = NO_ID;
    s->gate = NO_ID;
    emit_leaves(s, stage, &winner);
    hulls_leave(&s->hulls, stage->domain, stage->rank);
    work_clear(w);
}
