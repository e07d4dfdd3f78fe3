/* c_place_need.c -- what a line needs, and from when on it is known. */
#include "emit/c_place.h"

void c_need(Placer *p, uint32_t inst, uint32_t segment, uint32_t time, unsigned side)
{
    uint32_t depth = p->order->segments.at[segment].depth, chain = (uint32_t)p->links.count;

    vec_push(p->b->arena, &p->needs, (Need){ inst, segment, time, chain, (uint8_t)side });
    vec_reserve(p->b->arena, &p->links, depth + 1);
    p->links.count += depth + 1;
    for (uint32_t level = depth;; level--) {
        uint32_t opening = p->order->segments.at[segment].opening;

        p->links.at[chain + level] = (Link){ segment, time };
        if (level == 0)
            return;
        segment = p->order->openings.at[opening].segment;
        time = p->order->openings.at[opening].time;
    }
}

void c_need_symbol(Placer *p, SymId symbol, unsigned side)
{
    const CSymbol *s = &p->b->symbols[symbol];

    if (s->write_scope == p->scope)
        c_need(p, NO_ID, s->write_segment, s->write_time, side);
}

/* Integer arrays that are computed here and stand in subscripts. */
void c_need_aff(Placer *p, AffId aff, unsigned side)
{
    const AffPool *pool = &p->b->p->affs;

    if (!p->b->has_integers)
        return;
    vec_push(p->b->arena, &p->affs, aff);
    while (p->affs.count > 0) {
        Affine a = pool->affs.at[vec_pop(&p->affs)];

        for (uint32_t t = 0; t < a.count; t++) {
            const Atom *atom = &pool->atoms.at[pool->terms.at[a.first + t].atom];

            if (atom->kind != ATOM_ELEMENT)
                continue;
            c_need_symbol(p, atom->of, side);
            for (unsigned k = 0; k < atom->rank; k++)
                vec_push(p->b->arena, &p->affs, pool->subs.at[atom->subs + k]);
        }
    }
}

static void need_leaf(Placer *p, NodeId node, unsigned side)
{
    const Node *n = &p->b->p->nodes.at[node];

    if (n->op == OP_INTEGER)
        c_need_aff(p, n->u.aff, side);
    if (n->op != OP_READ)
        return;
    c_need_symbol(p, n->u.read.symbol, side);
    for (unsigned k = 0; k < p->b->p->symbols.at[n->u.read.symbol].rank; k++)
        c_need_aff(p, node_subs(p->b->p, node)[k], side);
}

static void push_arguments(Placer *p, NodeId node, uint32_t context)
{
    for (unsigned k = 0; k < op_info[p->b->p->nodes.at[node].op].arity; k++) {
        Asked asked;

        asked.node = c_operand(p->b, node, context, k, &asked.context);
        vec_push(p->b->arena, &p->nodes, asked);
    }
}

/* Of what is printed together with the nodes on the stack. */
static void need_all(Placer *p, unsigned side)
{
    const Scope *scope = &p->b->scopes[p->scope];

    while (p->nodes.count > 0) {
        Asked asked = vec_pop(&p->nodes);
        uint32_t id = c_find(p->b, asked.node, asked.context);

        if (id == NO_ID) {
            need_leaf(p, asked.node, side);
        } else if (id >= scope->first_inst && id < scope->first_inst + scope->inst_count) {
            const Inst *inst = &p->b->insts.at[id];

            if (inst->own) {
                c_need(p, id, inst->segment, inst->time, side);
            } else {
                need_leaf(p, asked.node, side);
                push_arguments(p, asked.node, inst->context);
            }
        }
    }
}

void c_need_node(Placer *p, NodeId node, uint32_t context, unsigned side)
{
    vec_push(p->b->arena, &p->nodes, (Asked){ node, context });
    need_all(p, side);
}

void c_need_parts(Placer *p, NodeId node, uint32_t context, unsigned side)
{
    need_leaf(p, node, side);
    push_arguments(p, node, context);
    need_all(p, side);
}
