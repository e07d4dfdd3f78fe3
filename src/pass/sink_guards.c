/* sink_guards.c -- stages whose results are needed only under a condition get it as a guard.
 *
 * A local array T is needed where its readers are: each read T[g] stands in a scope, a path of conditions. Conditions
 * over indices that g determines are rewritten over the dimensions of T. What all reads have in common guards the
 * stages that write T; where reads stand under different conditions, one of them must hold. Readers come first: a
 * stage is looked at when all reads of its target are known with their scopes. A condition that is computed after T
 * moves T's stages to their first reader.
 */
#include <stdlib.h>

#include "pass/sink.h"

/* ---- scopes of nodes -------------------------------------------------------------------------------- */

static void add_scope(const Sinker *s, Needed *needed, ScopeId scope)
{
    uint16_t kept = 0;

    for (uint16_t i = 0; i < needed->count; i++)
        if (scope_meet(&s->scopes, needed->scopes[i], scope) == needed->scopes[i])
            return;
    for (uint16_t i = 0; i < needed->count; i++)
        if (scope_meet(&s->scopes, needed->scopes[i], scope) != scope)
            needed->scopes[kept++] = needed->scopes[i];
    while (kept == MOST_SCOPES || (kept > 0 && scope_meet(&s->scopes, needed->scopes[kept - 1], scope) == scope))
        scope = scope_meet(&s->scopes, needed->scopes[--kept], scope);
    if (kept == needed->room) {
        ScopeId *scopes = arena_array(s->arena, ScopeId, 2u * kept + 1u);

        for (uint16_t i = 0; i < kept; i++)
            scopes[i] = needed->scopes[i];
        needed->scopes = scopes;
        needed->room = (uint16_t)(2 * kept + 1);
    }
    needed->scopes[kept] = scope;
    needed->count = (uint16_t)(kept + 1);
}

static void use_node(Sinker *s, NodeId node, ScopeId scope, uint64_t place)
{
    Needed *needed = &s->needed[node];

    add_scope(s, needed, scope);
    needed->earliest = place < needed->earliest ? place : needed->earliest;
}

static void end_use(Sinker *s, NodeId node)
{
    if (--s->pending[node] == 0)
        vec_push(s->arena, &s->ready, node);
}

static void look_at_read(Sinker *s, NodeId id, SymId symbol)
{
    Target *target = &s->targets[symbol];
    const Needed *needed = &s->needed[id];

    for (uint16_t i = 0; i < needed->count; i++)
        sink_narrow(s, id, needed->scopes[i]);
    target->earliest = needed->earliest < target->earliest ? needed->earliest : target->earliest;
    if (--target->pending == 0 && target->open)
        vec_push(s->arena, &s->settled, symbol);
}

static void look_at_node(Sinker *s, NodeId id)
{
    Node node = s->p->nodes.at[id];
    const Needed *needed = &s->needed[id];

    if (node.op == OP_READ)
        look_at_read(s, id, node.u.read.symbol);
    for (unsigned k = 0; k < op_info[node.op].arity; k++) {
        for (uint16_t i = 0; i < needed->count; i++)
            use_node(s, node.u.arg[k], path_of_argument(&s->scopes, id, k, needed->scopes[i]), needed->earliest);
        end_use(s, node.u.arg[k]);
    }
}

/* All reads of the symbol are known: its stages get their guards, and what they read its scopes. */
static void settle(Sinker *s, SymId symbol)
{
    Target *target = &s->targets[symbol];
    NodeVec guards = { 0 }; /* as they were: theirs are the uses that were counted */

    for (uint32_t i = 0; i < target->writers; i++)
        vec_push(s->arena, &guards, s->p->stages.at[s->writers[target->first + i]].guard);
    if (target->open && !target->always && target->count > 0) {
        target->open = false;
        sink_guard_stages(s, target);
    }
    target->open = false;
    for (uint32_t i = 0; i < target->writers; i++) {
        StageId id = s->writers[target->first + i];
        const Stage *stage = &s->p->stages.at[id];

        if (guards.at[i] != NO_ID) {
            use_node(s, guards.at[i], 0, s->place[id]);
            end_use(s, guards.at[i]);
        }
        use_node(s, stage->value, scope_of_guard(&s->scopes, stage->guard), s->place[id]);
        end_use(s, stage->value);
    }
}

static void run(Sinker *s)
{
    while (s->settled.count > 0 || s->ready.count > 0) {
        while (s->ready.count > 0)
            look_at_node(s, vec_pop(&s->ready));
        if (s->settled.count > 0)
            settle(s, vec_pop(&s->settled));
    }
}

/* ---- the start -------------------------------------------------------------------------------------- */

static void count_use(Sinker *s, NodeId node)
{
    if (node != NO_ID)
        s->pending[node]++;
}

/* Names that loops carry stay as they are: they are read in other turns. */
static void find_writers(Sinker *s)
{
    Program *p = s->p;
    bool *carried = arena_array(s->arena, bool, p->symbols.count + 1);
    uint32_t total = 0;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];
        SymId target = item.kind == ITEM_STAGE ? p->stages.at[item.id].target : NO_ID;

        if (target == NO_ID)
            continue;
        s->targets[target].writers++;
        carried[target] |= !sink_is_of_turn(s, item.id);
    }
    for (SymId id = 0; id < p->symbols.count; id++) {
        const Symbol *symbol = &p->symbols.at[id];

        s->targets[id].earliest = UINT64_MAX;
        s->targets[id].open = symbol->role == SYM_LOCAL && !symbol->integer && !carried[id];
        s->targets[id].first = total;
        total += s->targets[id].writers;
        s->targets[id].writers = 0;
    }
    for (size_t i = 0; i < p->body.count; i++) {
        if (p->body.at[i].kind == ITEM_STAGE) {
            Target *target = &s->targets[p->stages.at[p->body.at[i].id].target];

            s->writers[target->first + target->writers++] = p->body.at[i].id;
        }
    }
}

static void count_uses(Sinker *s, const NodeVec *reached)
{
    const Program *p = s->p;

    for (size_t i = 0; i < reached->count; i++) {
        const Node *node = &p->nodes.at[reached->at[i]];

        if (node->op == OP_READ)
            s->targets[node->u.read.symbol].pending++;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            count_use(s, node->u.arg[k]);
    }
    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE) {
            count_use(s, p->stages.at[item.id].value);
            count_use(s, p->stages.at[item.id].guard);
        } else if (item.kind == ITEM_LOOP) {
            count_use(s, p->loops.at[item.id].condition);
        }
    }
}

/* Symbols that nobody reads or that get no guard can start; so can the conditions of loops. */
static void start(Sinker *s)
{
    const Program *p = s->p;

    for (SymId id = 0; id < p->symbols.count; id++)
        if (s->targets[id].pending == 0 || !s->targets[id].open)
            vec_push(s->arena, &s->settled, id);
    for (size_t i = 0; i < p->body.count; i++) {
        NodeId condition = p->body.at[i].kind == ITEM_LOOP ? p->loops.at[p->body.at[i].id].condition : NO_ID;

        if (condition != NO_ID) {
            use_node(s, condition, 0, 0);
            end_use(s, condition);
        }
    }
}

static bool reach_all(Sinker *s, NodeVec *reached)
{
    const Program *p = s->p;
    NodeVec roots = { 0 };
    bool branches = false, locals = false;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];
        NodeId guard = item.kind == ITEM_STAGE ? p->stages.at[item.id].guard : NO_ID;
        NodeId root = item.kind == ITEM_STAGE  ? p->stages.at[item.id].value
                      : item.kind == ITEM_LOOP ? p->loops.at[item.id].condition
                                               : NO_ID;

        branches |= guard != NO_ID;
        if (guard != NO_ID)
            vec_push(s->arena, &roots, guard);
        if (root != NO_ID)
            vec_push(s->arena, &roots, root);
    }
    node_reach(p, s->arena, roots.at, roots.count, reached);
    for (size_t i = 0; i < reached->count; i++) {
        const Node *node = &p->nodes.at[reached->at[i]];

        branches |= node->op == OP_SELECT || node->op == OP_AND || node->op == OP_OR;
        locals |= node->op == OP_READ && p->symbols.at[node->u.read.symbol].role == SYM_LOCAL;
    }
    return branches && locals;
}

/* ---- the new order ---------------------------------------------------------------------------------- */

typedef struct {
    uint64_t place;
    Item item;
} Placed;

static int by_place(const void *a, const void *b)
{
    const Placed *x = a, *y = b;

    return (x->place > y->place) - (x->place < y->place);
}

static void order_body(Sinker *s)
{
    Program *p = s->p;
    Placed *moved = arena_array(s->arena, Placed, p->body.count);
    Item *items = arena_array(s->arena, Item, p->body.count);
    size_t count = p->body.count, moves = 0, next = 0;

    if (s->moved == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        items[i] = p->body.at[i];
        if (items[i].kind == ITEM_STAGE && (uint32_t)s->place[items[i].id] != UINT32_MAX)
            moved[moves++] = (Placed){ s->place[items[i].id], items[i] };
    }
    qsort(moved, moves, sizeof *moved, by_place);
    p->body.count = 0;
    for (size_t i = 0; i < count; i++) {
        while (next < moves && PLACE_ITEM(moved[next].place) <= i)
            vec_push(p->arena, &p->body, moved[next++].item);
        if (items[i].kind != ITEM_STAGE || (uint32_t)s->place[items[i].id] == UINT32_MAX)
            vec_push(p->arena, &p->body, items[i]);
    }
}

static void sinker_init(Sinker *s)
{
    const Program *p = s->p;

    scopes_init(&s->scopes, s->p, s->arena);
    hulls_init(&s->hulls, s->arena, p);
    s->targets = arena_array(s->arena, Target, p->symbols.count + 1);
    s->writers = arena_array(s->arena, StageId, p->stages.count + 1);
    s->place = arena_array(s->arena, uint64_t, p->stages.count + 1);
    s->pending = arena_array(s->arena, uint32_t, p->nodes.count + 1);
    s->needed = arena_array(s->arena, Needed, p->nodes.count + 1);
    s->asked = arena_array(s->arena, uint32_t, p->nodes.count + 1);
    for (size_t i = 0; i < s->nodes; i++)
        s->needed[i].earliest = UINT64_MAX;
}

Program *pass_sink_guards(Program *p)
{
    Arena *arena = heap_arena(p->heap);
    Sinker s = { .p = p, .arena = arena, .nodes = p->nodes.count };
    NodeVec reached = { 0 };

    if (reach_all(&s, &reached)) {
        sinker_init(&s);
        sink_find_places(&s);
        find_writers(&s);
        count_uses(&s, &reached);
        start(&s);
        run(&s);
        for (StageId id = 0; id < p->stages.count; id++)
            sink_drop_select(&s, &p->stages.at[id]);
        order_body(&s);
    }
    heap_release(p->heap, arena);
    return p;
}
