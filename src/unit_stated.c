/* unit_stated.c -- functions with stated derivatives: programs of one alone, and what of a model goes through them. */
#include <string.h>

#include "unit_passes.h"

/* With the function in the place of the model. */
bool unit_make_stated(Unit *unit, size_t function, Stated *stated)
{
    Unit model = *unit;
    Reverse reverse = { .seeds = true };
    Program *program = NULL;

    lower_function(&stated->lowered, unit->arena, &unit->model, function, &unit->diag, &unit->heap);
    if (unit->diag.errors > 0)
        return false;
    unit->lowered = stated->lowered;
    memset(&unit->wanted, 0, sizeof unit->wanted);
    for (size_t i = 0; i < stated->lowered.declared.count; i++)
        vec_push(unit->arena, &unit->wanted, stated->lowered.declared.at[i].symbol);
    stated->value = unit_finish(unit, unit_prepare(unit, 0));
    program = unit_reverse(unit, &reverse);
    stated->reversed = program == NULL ? NULL : unit_finish(unit, program);
    unit->lowered = model.lowered;
    memcpy(&unit->wanted, &model.wanted, sizeof unit->wanted);
    return stated->reversed != NULL;
}

/* The function that a link belongs to. */
static Name linked_function(const Program *p, NodeId link)
{
    while (p->nodes.at[link].op == OP_LINK)
        link = p->nodes.at[link].u.arg[0];
    return p->nodes.at[p->nodes.at[link].u.arg[1]].u.function;
}

bool unit_is_stated(Unit *unit, SymId wanted, Name function)
{
    const Program *p = unit->lowered.program;
    Arena *scratch = heap_arena(&unit->heap);
    Activity activity;
    bool found = false;

    activity_find(&activity, scratch, p, &wanted, 1, p->outputs.at, p->outputs.count);
    for (NodeId id = 0; id < p->nodes.count; id++)
        found |= p->nodes.at[id].op == OP_LINK && activity.nodes[id] && linked_function(p, id) == function;
    heap_release(&unit->heap, scratch);
    return found;
}
