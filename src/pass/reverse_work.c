/* reverse_work.c -- the active nodes of an expression: who uses whom, statements, scopes. */
#include <stdlib.h>

#include "pass/reverse.h"

Slot *work_slot(const Work *w, NodeId node)
{
    return &w->slots.at[w->slot_of[node] - 1];
}

bool is_scalar_leaf(const Sweep *s, const Work *w, NodeId node)
{
    const Node *n = &s->p->nodes.at[node];

    return !w->scalars && n->deps == 0 && n->op != OP_READ && s->scalars.slot_of[node] != 0;
}

static bool is_leaf(const Sweep *s, const Work *w, NodeId node)
{
    return s->p->nodes.at[node].op == OP_READ || (w->slot_of[node] != 0 && work_slot(w, node)->occurs == NO_ID) ||
           (w->scalars && false);
}

void work_clear(Work *w)
{
    for (size_t i = 0; i < w->nodes.count; i++)
        w->slot_of[w->nodes.at[i]] = 0;
    w->nodes.count = w->slots.count = 0;
}
