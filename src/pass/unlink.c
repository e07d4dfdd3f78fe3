/* unlink.c -- drops the marks of stated derivatives, once nothing more is differentiated: a link is its value.
 *
 * In place, so that nodes, stages and items keep their numbers: pass_split knows the two sweeps by them. Afterwards equal
 * nodes may stand twice, which ends with the next copy.
 */
#include "pass/pass.h"

static bool is_mark(const Node *node)
{
    return node->op == OP_STOP || node->op == OP_LINK;
}

static void unlink_node(Program *p, NodeId *value, NodeId id)
{
    Node *node = &p->nodes.at[id];
    SetId deps = 0;

    value[id] = id;
    if (is_mark(node)) {
        value[id] = value[node->u.arg[0]];
        node_describe(p, value[id], p->infos.at[id].name, p->infos.at[id].at);
        return;
    }
    for (unsigned k = 0; k < op_info[node->op].arity; k++) {
        node->u.arg[k] = value[node->u.arg[k]];
        deps = set_union(p, deps, p->nodes.at[node->u.arg[k]].deps);
    }
    if (op_info[node->op].arity > 0)
        node->deps = deps;
}

Program *pass_unlink(Program *p)
{
    Arena *scratch;
    NodeId *value;

    if (!program_has(p, OP_STOP)) /* a link stands around a stop */
        return p;
    scratch = heap_arena(p->heap);
    value = arena_array(scratch, NodeId, p->nodes.count);
    for (NodeId id = 0; id < p->nodes.count; id++)
        unlink_node(p, value, id);
    for (StageId id = 0; id < p->stages.count; id++) {
        Stage *stage = &p->stages.at[id];

        stage->value = value[stage->value];
        stage->guard = stage->guard == NO_ID ? NO_ID : value[stage->guard];
    }
    for (LoopId id = 0; id < p->loops.count; id++)
        if (p->loops.at[id].condition != NO_ID)
            p->loops.at[id].condition = value[p->loops.at[id].condition];
    heap_release(p->heap, scratch);
    return p;
}
