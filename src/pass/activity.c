/* activity.c -- what depends on the wanted symbols and is needed by the results. */
#include "pass/derive.h"

bool activity_edge(Op op, unsigned k)
{
    if (op == OP_SELECT)
        return k > 0;
    return op_info[op].partial[k] != NULL || op_info[op].no_derivative;
}

typedef struct {
    const Program *p;
    Arena *arena;
    bool *symbols, *nodes; /* depends; then: depends and is needed */
    bool *missed;          /* by symbol: a read was taken as independent */
    uint32_t *seen;        /* by node: the round that looked at it last */
    uint32_t round;
    bool again;
    NodeVec stack;
} Finder;

/* ---- what depends on the wanted symbols -------------------------------------------------------------- */

static bool push_unseen(Finder *f, const Node *node)
{
    size_t before = f->stack.count;

    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        if (activity_edge((Op)node->op, k) && f->seen[node->u.arg[k]] != f->round)
            vec_push(f->arena, &f->stack, node->u.arg[k]);
    return f->stack.count > before;
}

static bool node_depends(Finder *f, const Node *node)
{
    if (node->op == OP_READ) {
        f->missed[node->u.read.symbol] |= !f->symbols[node->u.read.symbol];
        return f->symbols[node->u.read.symbol];
    }
    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        if (activity_edge((Op)node->op, k) && f->nodes[node->u.arg[k]])
            return true;
    return false;
}

static bool value_depends(Finder *f, NodeId root)
{
    vec_push(f->arena, &f->stack, root);
    while (f->stack.count > 0) {
        NodeId top = vec_top(&f->stack);
        const Node *node = &f->p->nodes.at[top];

        if (f->seen[top] != f->round && push_unseen(f, node))
            continue;
        f->stack.count--;
        if (f->seen[top] != f->round) {
            f->seen[top] = f->round;
            f->nodes[top] = node_depends(f, node);
        }
    }
    return f->nodes[root];
}

/* One round suffices for straight code; a loop may find late that a carried symbol depends. */
static void find_dependent(Finder *f)
{
    const Program *p = f->p;

    do {
        f->round++;
        f->again = false;
        for (size_t i = 0; i < p->body.count; i++) {
            const Stage *stage = &p->stages.at[p->body.at[i].id];

            if (p->body.at[i].kind != ITEM_STAGE || stage->op == STAGE_ARGMAX || p->symbols.at[stage->target].inactive)
                continue;
            if (!value_depends(f, stage->value) || f->symbols[stage->target])
                continue;
            f->symbols[stage->target] = true;
            f->again |= f->missed[stage->target];
        }
    } while (f->again);
}

/* ---- what the results need of it --------------------------------------------------------------------- */

static void need_node(Finder *f, bool *needed, NodeId node)
{
    if (f->nodes[node] && !needed[node]) {
        needed[node] = true;
        vec_push(f->arena, &f->stack, node);
    }
}

static void need_value(Finder *f, bool *needed, bool *needed_symbols, NodeId root)
{
    need_node(f, needed, root);
    while (f->stack.count > 0) {
        const Node *node = &f->p->nodes.at[vec_pop(&f->stack)];

        if (node->op == OP_READ && !needed_symbols[node->u.read.symbol])
            needed_symbols[node->u.read.symbol] = f->again = true;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            if (activity_edge((Op)node->op, k))
                need_node(f, needed, node->u.arg[k]);
    }
}

static void find_needed(Finder *f, const SymId *results, size_t count)
{
    const Program *p = f->p;
    bool *nodes = arena_array(f->arena, bool, p->nodes.count + 1);
    bool *symbols = arena_array(f->arena, bool, p->symbols.count + 1);

    for (size_t i = 0; i < count; i++)
        symbols[results[i]] = true;
    do {
        f->again = false;
        for (size_t i = p->body.count; i-- > 0;) {
            const Stage *stage = &p->stages.at[p->body.at[i].id];

            if (p->body.at[i].kind == ITEM_STAGE && symbols[stage->target] && f->symbols[stage->target])
                need_value(f, nodes, symbols, stage->value);
        }
    } while (f->again);
    for (NodeId n = 0; n < p->nodes.count; n++)
        f->nodes[n] &= nodes[n];
    for (SymId s = 0; s < p->symbols.count; s++)
        f->symbols[s] &= symbols[s];
}

void activity_find(Activity *activity, Arena *arena, const Program *p, const SymId *wanted, size_t wanted_count,
                   const SymId *results, size_t result_count)
{
    Finder f = { .p = p, .arena = arena };

    activity->symbols = f.symbols = arena_array(arena, bool, p->symbols.count + 1);
    activity->nodes = f.nodes = arena_array(arena, bool, p->nodes.count + 1);
    f.missed = arena_array(arena, bool, p->symbols.count + 1);
    f.seen = arena_array(arena, uint32_t, p->nodes.count + 1);
    for (size_t i = 0; i < wanted_count; i++)
        f.symbols[wanted[i]] = true;
    find_dependent(&f);
    find_needed(&f, results, result_count);
}
