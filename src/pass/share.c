/* share.c -- --fast: several divisions by one denominator become one reciprocal and multiplications.
 *
 * Only rounding changes (a*(1/b) has two roundings, a/b one), and results near the ends of the range: 1/b overflows for subnormal b.
 * Needs and keeps a whole program; merges nothing else.
 */
#include "pass/pass.h"

typedef struct {
    uint32_t *divisions; /* by node: how many divisions have it as denominator */
} Sharer;

static NodeId one_reciprocal(Rebuild *r, NodeId old, const NodeId *args)
{
    const Sharer *sharer = r->context;
    const Node *node = &r->from->nodes.at[old];
    NodeId reciprocal;

    if (node->op != OP_DIV || sharer->divisions[node->u.arg[1]] < 2 || node_is_int(r->to, args[0], 1))
        return NO_ID;
    reciprocal = node_op2(r->to, OP_DIV, node_int(r->to, 1), args[1]);
    return node_op2(r->to, OP_MUL, args[0], reciprocal);
}

Program *pass_share_reciprocals(Program *p)
{
    Program *to = program_like(p);
    Arena *scratch = heap_arena(p->heap);
    Sharer sharer = { arena_array(scratch, uint32_t, p->nodes.count + 1) };
    Rebuild rebuild = { .from = NULL };

    for (NodeId n = 0; n < p->nodes.count; n++)
        if (p->nodes.at[n].op == OP_DIV)
            sharer.divisions[p->nodes.at[n].u.arg[1]]++;
    rebuild_begin(&rebuild, p, to);
    rebuild.op = one_reciprocal;
    rebuild.context = &sharer;
    rebuild_all_nodes(&rebuild);
    for (size_t i = 0; i < p->body.count; i++)
        rebuild_item(&rebuild, p->body.at[i]);
    heap_release(p->heap, scratch);
    return to;
}
