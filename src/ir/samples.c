/* samples.c -- which dimension of a symbol is the sample. */
#include "ir/program.h"

static void meet_subs(const Program *p, SymId symbol, const AffId *subs, uint32_t count, uint32_t *dimensions)
{
    uint32_t index;

    for (uint32_t k = 0; k < count; k++)
        if (aff_is_index(&p->affs, subs[k], &index) && index == p->sample)
            dimensions[symbol] = k;
}

/* Turns have the loops around as dimensions. */
static void meet_loops(const Program *p, Arena *arena, uint32_t *dimensions)
{
    VEC(LoopId) open = { 0 };

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];
        SymId turns = item.kind == ITEM_LOOP ? p->loops.at[item.id].turns : NO_ID;

        for (uint32_t k = 0; turns != NO_ID && k < p->symbols.at[turns].rank; k++)
            if (p->loops.at[open.at[open.count - p->symbols.at[turns].rank + k]].index == p->sample)
                dimensions[turns] = k;
        if (item.kind == ITEM_LOOP)
            vec_push(arena, &open, item.id);
        else if (item.kind == ITEM_END)
            (void)vec_pop(&open);
    }
}

uint32_t *sample_dimensions(const Program *p, Arena *arena)
{
    uint32_t *dimensions = arena_array(arena, uint32_t, p->symbols.count + 1);

    for (SymId i = 0; i < p->symbols.count; i++)
        dimensions[i] = p->symbols.at[i].role == SYM_DATA ? 0 : NO_ID;
    if (p->samples == 0)
        return dimensions;
    for (size_t i = 0; i < p->body.count; i++) {
        const Stage *stage = &p->stages.at[p->body.at[i].id];

        if (p->body.at[i].kind == ITEM_STAGE)
            meet_subs(p, stage->target, stage->subs, stage_subs(p, stage), dimensions);
    }
    for (NodeId i = 0; i < p->nodes.count; i++) {
        const Node *node = &p->nodes.at[i];

        if (node->op == OP_READ)
            meet_subs(p, node->u.read.symbol, node_subs(p, i), p->symbols.at[node->u.read.symbol].rank, dimensions);
    }
    for (AtomId i = 0; i < p->affs.atoms.count; i++) {
        const Atom *atom = &p->affs.atoms.at[i];

        if (atom->kind == ATOM_ELEMENT)
            meet_subs(p, atom->of, p->affs.subs.at + atom->subs, atom->rank, dimensions);
    }
    meet_loops(p, arena, dimensions);
    return dimensions;
}
