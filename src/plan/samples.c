/* samples.c -- does anything grow with the number of samples? Every array must have lost the dimension that is the sample. */
#include "plan/plan.h"

typedef struct {
    const Plan *plan;
    bool *samples; /* by index: it runs over samples */
    SymId found;
} Search;

static void look(Search *s, SymId symbol, const AffId *subs, uint32_t count)
{
    uint32_t index;

    if (s->plan->stores[symbol].kind != STORE_ARRAY)
        return;
    for (uint32_t k = 0; k < count; k++)
        if (aff_is_index(&s->plan->program->affs, subs[k], &index) && s->samples[index] &&
            plan_extent(s->plan, symbol, k) != 0)
            s->found = symbol;
}

SymId plan_growing(const Plan *plan)
{
    const Program *p = plan->program;
    Arena *arena = heap_arena(p->heap);
    Search s = { plan, arena_array(arena, bool, p->indices.count + 1), NO_ID };
    bool any = false;

    for (PlanId id = 0; id < plan->nodes.count; id++) {
        const PlanNode *node = &plan->nodes.at[id];

        if (node->kind == PLAN_FOR && node->sequential && p->loops.at[node->loop].samples)
            s.samples[node->index] = any = true;
    }
    for (size_t i = 0; i < (any ? p->stages.count : 0); i++)
        look(&s, p->stages.at[i].target, p->stages.at[i].subs, stage_subs(p, &p->stages.at[i]));
    for (NodeId i = 0; i < (any ? p->nodes.count : 0); i++)
        if (p->nodes.at[i].op == OP_READ)
            look(&s, p->nodes.at[i].u.read.symbol, node_subs(p, i), p->symbols.at[p->nodes.at[i].u.read.symbol].rank);
    for (AtomId i = 0; i < (any ? p->affs.atoms.count : 0); i++)
        if (p->affs.atoms.at[i].kind == ATOM_ELEMENT)
            look(&s, p->affs.atoms.at[i].of, p->affs.subs.at + p->affs.atoms.at[i].subs, p->affs.atoms.at[i].rank);
    heap_release(p->heap, arena);
    return s.found;
}
