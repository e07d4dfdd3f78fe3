/* rebuild.c -- copying nodes with replacements, and walking what a node needs. Explicit stacks throughout. */
#include <string.h>

#include "base/sort.h"
#include "ir/tables.h"

/* ---- rebuilding ------------------------------------------------------------------------------------- */

void rebuild_begin(Rebuild *r, const Program *from, Program *to)
{
    *r = (Rebuild){ .from = from, .to = to };
}

/* The memo is made when the first node is asked for, and grows when `from` has grown (it may be `to`). */
static void reserve_memo(Rebuild *r)
{
    size_t need = r->from->nodes.count, room = r->memo_size;

    if (need <= room)
        return;
    r->memo = vec_grow(r->to->arena, r->memo, sizeof *r->memo, &r->memo_size, need);
    memset(r->memo + room, 0xff, (r->memo_size - room) * sizeof *r->memo);
}

void rebuild_forget(Rebuild *r)
{
    while (r->dirty.count > 0)
        r->memo[vec_pop(&r->dirty)] = NO_ID;
}

static AffId map_index(void *context, AffPool *pool, uint32_t index)
{
    const Rebuild *r = context;

    return r->indices == NULL || r->indices[index] == AFF_FAIL ? aff_index(pool, index) : r->indices[index];
}

static SymId map_symbol(const Rebuild *r, SymId symbol)
{
    return r->symbols == NULL ? symbol : r->symbols[symbol];
}

static AffId map_element(void *context, AffPool *pool, uint32_t symbol, const AffId *subs, uint32_t rank)
{
    Rebuild *r = context;
    AffId made = r->element == NULL ? AFF_FAIL : r->element(r, symbol, subs, rank);

    return made != AFF_FAIL ? made : aff_element(pool, map_symbol(r, symbol), subs, rank);
}

AffId rebuild_aff(Rebuild *r, AffId old)
{
    if (r->from != r->to)
        return aff_import(&r->to->affs, &r->from->affs, old, map_index, map_element, r);
    if (r->indices == NULL && r->symbols == NULL && r->element == NULL)
        return old;
    return aff_substitute(&r->to->affs, old, map_index, map_element, r);
}

static NodeId rebuild_read(Rebuild *r, NodeId old)
{
    SymId symbol = r->from->nodes.at[old].u.read.symbol, mapped = map_symbol(r, symbol);
    uint32_t rank = r->from->symbols.at[symbol].rank;
    AffId subs[UINT8_MAX];
    NodeId node = NO_ID;

    for (uint32_t i = 0; i < rank; i++)
        subs[i] = rebuild_aff(r, node_subs(r->from, old)[i]);
    if (r->read != NULL)
        node = r->read(r, old, mapped, subs);
    return node != NO_ID ? node : node_read(r->to, mapped, subs);
}

static NodeId rebuild_op(Rebuild *r, NodeId old)
{
    Node node = r->from->nodes.at[old];
    NodeId arg[OP_MOST_ARGS] = { NO_ID, NO_ID, NO_ID };
    unsigned arity = op_info[node.op].arity;

    for (unsigned k = 0; k < arity; k++)
        arg[k] = r->memo[node.u.arg[k]];
    if (r->op != NULL) {
        NodeId made = r->op(r, old, arg);

        if (made != NO_ID)
            return made;
    }
    if (r->from == r->to && memcmp(arg, node.u.arg, sizeof arg) == 0)
        return old;
    return node_op(r->to, (Op)node.op, arg[0], arg[1], arg[2]);
}

static NodeId build(Rebuild *r, NodeId old)
{
    Node node = r->from->nodes.at[old];

    switch (node.op) {
    case OP_READ:
        return rebuild_read(r, old);
    case OP_INTEGER:
        return node_integer(r->to, rebuild_aff(r, node.u.aff));
    case OP_LITERAL:
        return r->from == r->to ? old : node_literal(r->to, r->from->literals.at[node.u.literal]);
    case OP_FUNCTION:
        return node_function(r->to, node.u.function);
    default:
        return rebuild_op(r, old);
    }
}

/* Pushes what is still missing of the arguments, so that the first one comes first; was there any? */
static bool push_missing(Rebuild *r, NodeId old)
{
    const Node *node = &r->from->nodes.at[old];
    size_t before = r->stack.count;

    for (unsigned k = op_info[node->op].arity; k-- > 0;)
        if (r->memo[node->u.arg[k]] == NO_ID)
            vec_push(r->to->arena, &r->stack, node->u.arg[k]);
    return r->stack.count > before;
}

NodeId rebuild_node(Rebuild *r, NodeId old)
{
    size_t bottom = r->stack.count; /* a read hook may call again */

    reserve_memo(r);
    vec_push(r->to->arena, &r->stack, old);
    while (r->stack.count > bottom) {
        NodeId top = vec_top(&r->stack), made;
        NodeInfo info;

        if (r->memo[top] == NO_ID && push_missing(r, top))
            continue;
        r->stack.count--;
        if (r->memo[top] != NO_ID)
            continue;
        made = build(r, top);
        r->memo[top] = made;
        vec_push(r->to->arena, &r->dirty, top);
        info = r->from->infos.at[top];
        if (info.name != NAME_NONE || info.at.end != 0)
            node_describe(r->to, made, info.name, info.at);
    }
    return r->memo[old];
}

/* ---- substitution ----------------------------------------------------------------------------------- */

static Rebuild *substitution(Program *p)
{
    ProgramTables *t = p->tables;
    size_t room = t->substituted_room;

    if (t->substitution == NULL) {
        t->substitution = arena_new(p->arena, Rebuild);
        rebuild_begin(t->substitution, p, p);
    }
    if (room < p->indices.count) {
        t->substituted =
            vec_grow(p->arena, t->substituted, sizeof *t->substituted, &t->substituted_room, p->indices.count);
        memset(t->substituted + room, 0xff, (t->substituted_room - room) * sizeof *t->substituted);
    }
    t->substitution->indices = t->substituted;
    return t->substitution;
}

static bool uses_any(const Program *p, SetId set, const IndexId *indices, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (set_has(p, set, indices[i]))
            return true;
    return false;
}

/* What depends on none of the indices stays and is not walked. */
static void keep_independent(Rebuild *r, NodeId node, const IndexId *from, uint32_t count)
{
    Program *p = r->to;
    const Node *at = &p->nodes.at[node];

    for (unsigned k = 0; k < op_info[at->op].arity; k++) {
        NodeId arg = at->u.arg[k];

        if (r->memo[arg] == NO_ID && !uses_any(p, p->nodes.at[arg].deps, from, count)) {
            r->memo[arg] = arg;
            vec_push(p->arena, &r->dirty, arg);
        }
    }
}

NodeId node_substitute(Program *p, NodeId node, const IndexId *from, const AffId *to, uint32_t count)
{
    Rebuild *r;
    NodeId made;

    if (!uses_any(p, p->nodes.at[node].deps, from, count))
        return node;
    r = substitution(p);
    for (uint32_t i = 0; i < count; i++)
        r->indices[from[i]] = to[i];
    reserve_memo(r);
    vec_push(p->arena, &r->stack, node);
    while (r->stack.count > 0) {
        NodeId top = vec_top(&r->stack);

        keep_independent(r, top, from, count);
        if (r->memo[top] == NO_ID && push_missing(r, top))
            continue;
        r->stack.count--;
        if (r->memo[top] != NO_ID)
            continue;
        made = build(r, top);
        r->memo[top] = made;
        vec_push(p->arena, &r->dirty, top);
        node_describe(p, made, p->infos.at[top].name, p->infos.at[top].at);
    }
    made = r->memo[node];
    for (uint32_t i = 0; i < count; i++)
        r->indices[from[i]] = AFF_FAIL;
    rebuild_forget(r);
    return made;
}

/* ---- reach ------------------------------------------------------------------------------------------ */

static uint8_t *node_marks(const Program *p)
{
    ProgramTables *t = p->tables;
    size_t room = t->marks_room;

    if (room < p->nodes.count) {
        t->marks = vec_grow(p->arena, t->marks, 1, &t->marks_room, p->nodes.count);
        memset(t->marks + room, 0, t->marks_room - room);
    }
    return t->marks;
}

/* Ascending order: by a scan of the marks where they are dense, else by sorting. */
static void sort_reached(Heap *heap, const uint8_t *marks, NodeId *nodes, size_t count, NodeId least, NodeId most)
{
    size_t n = 0;

    if ((most - least) / 16 > count) {
        sort_ids(heap, nodes, count);
        return;
    }
    for (NodeId i = least; n < count; i++)
        if (marks[i] != 0)
            nodes[n++] = i;
}

static void reach_one(Arena *arena, uint8_t *marks, NodeId node, NodeVec *out)
{
    if (node != NO_ID && marks[node] == 0) {
        marks[node] = 1;
        vec_push(arena, out, node);
    }
}

void node_reach(const Program *p, Arena *arena, const NodeId *roots, size_t count, NodeVec *out)
{
    uint8_t *marks = node_marks(p);
    size_t first = out->count;
    NodeId least = NO_ID, most = 0;

    for (size_t i = 0; i < count; i++)
        reach_one(arena, marks, roots[i], out);
    for (size_t i = first; i < out->count; i++) {
        const Node *node = &p->nodes.at[out->at[i]];

        least = out->at[i] < least ? out->at[i] : least;
        most = out->at[i] > most ? out->at[i] : most;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            reach_one(arena, marks, node->u.arg[k], out);
    }
    if (out->count == first)
        return;
    sort_reached(p->heap, marks, out->at + first, out->count - first, least, most);
    for (size_t i = first; i < out->count; i++)
        marks[out->at[i]] = 0;
}

NodeId rebuild_in_order(Rebuild *r, NodeId old)
{
    uint8_t *marks = node_marks(r->from);
    Arena *scratch = NULL;
    NodeVec missing = { 0 };
    NodeId least = old;

    reserve_memo(r);
    if (r->memo[old] != NO_ID || op_info[r->from->nodes.at[old].op].arity == 0)
        return rebuild_node(r, old);
    scratch = heap_arena(r->from->heap);
    reach_one(scratch, marks, old, &missing);
    for (size_t i = 0; i < missing.count; i++) {
        const Node *node = &r->from->nodes.at[missing.at[i]];

        least = missing.at[i] < least ? missing.at[i] : least;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            if (r->memo[node->u.arg[k]] == NO_ID)
                reach_one(scratch, marks, node->u.arg[k], &missing);
    }
    sort_reached(r->from->heap, marks, missing.at, missing.count, least, old);
    for (size_t i = 0; i < missing.count; i++)
        marks[missing.at[i]] = 0;
    for (size_t i = 0; i < missing.count; i++)
        rebuild_node(r, missing.at[i]);
    heap_release(r->from->heap, scratch);
    return r->memo[old];
}
