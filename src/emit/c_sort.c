/* c_sort.c -- the instances of a scope in an order in which they can be computed.
 *
 * Operands have smaller numbers than their users, but what stands in a branch comes behind its conditions, too, and
 * these may be younger than it: in c ? (d ? f(x) : 0) : 0 any of f(x), d and c may be the oldest. Sorting by the
 * youngest condition around an instance gets nearly all in order; a walk along what each one needs does the rest. */
#include "emit/c_body.h"

#include <stdlib.h>

/* An instance waits for its conditions if they are younger. */
static int in_order(const void *a, const void *b)
{
    const Inst *x = a, *y = b;
    bool x_waits = x->time != x->node, y_waits = y->time != y->node;

    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x_waits != y_waits ? x_waits - y_waits : (x->node > y->node) - (x->node < y->node);
}

/* where[] finds the last instance of a node, and that its twins. */
static void link_instances(CBody *b, const Scope *scope)
{
    for (uint32_t id = scope->first_inst; id < scope->first_inst + scope->inst_count; id++) {
        b->where[b->insts.at[id].node] = NO_ID;
        b->insts.at[id].second = false;
    }
    for (uint32_t id = scope->first_inst; id < scope->first_inst + scope->inst_count; id++) {
        Inst *inst = &b->insts.at[id];

        inst->twin = b->where[inst->node];
        if (inst->twin != NO_ID)
            b->insts.at[inst->twin].second = true;
        b->where[inst->node] = id;
    }
}

typedef enum { NEW, OPEN, DONE } State;

typedef struct {
    CBody *b;
    Arena *arena; /* of what follows */
    const Scope *scope;
    uint8_t *states;
    VEC(uint32_t) stack;
    VEC(uint32_t) order;
} Sorter;

static void need_first(Sorter *s, uint32_t item, NodeId node, uint32_t context)
{
    uint32_t first = s->scope->first_inst, id = c_find(s->b, node, context);

    if (id == NO_ID || id < first || id >= first + s->scope->inst_count || s->states[id - first] != NEW)
        return;
    if (s->b->insts.at[id].item > item)
        s->b->insts.at[id].item = item;
    vec_push(s->arena, &s->stack, id);
}

/* The conditions around it and its operands. */
static void push_needs(Sorter *s, uint32_t id)
{
    CBody *b = s->b;
    Inst inst = b->insts.at[id];

    for (unsigned k = op_info[b->p->nodes.at[inst.node].op].arity; k-- > 0;) {
        uint32_t context;
        NodeId operand = c_operand(b, inst.node, inst.context, k, &context);

        need_first(s, inst.item, operand, context);
    }
    for (uint32_t c = inst.context; b->contexts.at[c].depth > 0; c = b->contexts.at[c].parent) {
        const Group *group = &b->groups.at[b->contexts.at[c].group];

        need_first(s, inst.item, group->condition, group->context);
    }
}

static void walk_from(Sorter *s, uint32_t id)
{
    uint32_t first = s->scope->first_inst;

    vec_push(s->arena, &s->stack, id);
    while (s->stack.count > 0) {
        uint32_t top = s->stack.at[s->stack.count - 1];
        uint8_t *state = &s->states[top - first];

        if (*state == NEW) {
            *state = OPEN;
            push_needs(s, top);
            continue;
        }
        if (*state == OPEN)
            vec_push(s->arena, &s->order, top);
        *state = DONE;
        s->stack.count--;
    }
}

static void walk_needs(CBody *b, const Scope *scope, Arena *arena)
{
    Sorter s = { .b = b, .arena = arena, .scope = scope };
    Inst *sorted = arena_array(arena, Inst, scope->inst_count + 1u);

    s.states = arena_array(arena, uint8_t, scope->inst_count + 1u);
    for (uint32_t i = 0; i < scope->inst_count; i++)
        walk_from(&s, scope->first_inst + i);
    for (uint32_t i = 0; i < scope->inst_count; i++)
        sorted[i] = b->insts.at[s.order.at[i]];
    for (uint32_t i = 0; i < scope->inst_count; i++)
        b->insts.at[scope->first_inst + i] = sorted[i];
    link_instances(b, scope);
}

void c_sort_scope(CBody *b, uint32_t id, Arena *arena)
{
    const Scope *scope = &b->scopes[id];
    Inst *first = scope->inst_count == 0 ? NULL : &b->insts.at[scope->first_inst];
    bool any = false;

    for (uint32_t i = 0; i < scope->inst_count; i++) {
        NodeId latest = b->contexts.at[first[i].context].latest;

        any |= b->contexts.at[first[i].context].depth > 0;
        first[i].time = first[i].node > latest ? first[i].node : latest;
    }
    if (any)
        qsort(first, scope->inst_count, sizeof *first, in_order);
    for (uint32_t i = 0; i < scope->inst_count; i++)
        first[i].time = 0;
    link_instances(b, scope);
    if (any)
        walk_needs(b, scope, arena);
}
