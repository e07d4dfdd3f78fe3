/* index_derivation.c -- when derivatives are in index form, and making them. */
#include "teach/index_derivation.h"

static bool has_array(const Program *p, const SymId *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (p->symbols.at[symbols[i]].rank > 0)
            return true;
    return false;
}

/* Only stages, each of which has an index form, and not too many. */
static bool has_form(const Program *p)
{
    size_t count = p->body.count;

    for (size_t i = 0; i < p->body.count; i++) {
        const Stage *stage;

        if (p->body.at[i].kind != ITEM_STAGE)
            return false;
        stage = &p->stages.at[p->body.at[i].id];
        if ((stage->op == STAGE_MAX && !p->symbols.at[stage->target].inactive) || stage->op == STAGE_ARGMAX)
            return false;
    }
    for (size_t i = 0; i < p->infos.count; i++)
        count += p->infos.at[i].name != NAME_NONE;
    return count <= INDEX_MOST_STAGES;
}

bool index_derivation_fits(const Unit *unit, bool steps)
{
    const Program *p = unit->lowered.program;
    bool arrays = has_array(p, unit->wanted.at, unit->wanted.count) || has_array(p, p->outputs.at, p->outputs.count);

    for (size_t i = 0; i < unit->lowered.declared.count && !steps; i++)
        arrays |= p->symbols.at[unit->lowered.declared.at[i].symbol].rank > 0;
    return arrays && has_form(p);
}

bool index_derivation_make(IndexDerivation *out, Unit *unit, bool staged)
{
    const Program *p = unit->lowered.program;
    FormRequest request = { p->outputs.at, p->outputs.count, unit->wanted.at, unit->wanted.count, staged };

    *out = (IndexDerivation){ .unit = unit, .pool = expr_pool(unit->arena, &unit->names) };
    return sym_index_form(&out->form, out->pool, p, &request, &unit->diag);
}
