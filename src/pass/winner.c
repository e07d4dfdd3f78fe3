/* winner.c -- the derivative of a maximum is that of the one element that attains it first.
 *
 * A stage of its own finds its position (STAGE_ARGMAX), and the local derivative is taken there: the adjoint is a
 * scatter through the positions, the tangent a gather, so that a tie has exactly one winner.
 */
#include "pass/derive.h"

static bool is_subscript(const Program *p, const Stage *stage, IndexId index)
{
    for (uint32_t k = 0; k < stage_subs(p, stage); k++)
        if (aff_uses_index(&p->affs, stage->subs[k], index))
            return true;
    return false;
}

/* A symbol of the target's shape with one more axis: the values of the reduced indices. */
static SymId position_symbol(const Winner *winner, const Hulls *hulls, const Stage *stage)
{
    Program *p = winner->p;
    const Symbol *target = &p->symbols.at[stage->target];
    int32_t extents[UINT8_MAX + 1], ends[2 * UINT8_MAX];
    Symbol symbol = { .at = target->at, .role = SYM_INTEGER, .rank = (uint8_t)(target->rank + 1), .integer = true,
                      .adjoint = true, .local = true, .low = INT32_MAX, .high = 0, .ends = ends, .of = NO_ID,
                      .extents = extents };

    for (uint32_t q = 0; q < winner->reduced; q++) {
        Hull hull = { INT32_MIN, INT32_MAX - 1 }; /* an index without a hull: there is none */

        (void)hull_of_aff(hulls, aff_index(&p->affs, winner->indices[q]), &hull);
        ends[2 * q] = (int32_t)hull.least;
        ends[2 * q + 1] = (int32_t)hull.most + 1;
        symbol.low = hull.least < symbol.low ? hull.least : symbol.low;
        symbol.high = hull.most >= symbol.high ? hull.most + 1 : symbol.high;
    }
    for (unsigned k = 0; k < target->rank; k++)
        extents[k] = target->extents[k];
    extents[target->rank] = (int32_t)winner->reduced;
    if (target->name != NAME_NONE)
        symbol.name = names_format(p->names, "at_%s", names_text(p->names, target->name));
    return program_symbol(p, symbol);
}

void winner_find(Winner *winner, Program *p, Arena *arena, const Hulls *hulls, const Stage *stage)
{
    Stage argmax = *stage;
    AffId subs[UINT8_MAX + 1];
    uint32_t rank = stage_subs(p, stage);

    *winner = (Winner){ .p = p };
    winner->indices = arena_array(arena, IndexId, stage->rank);
    winner->positions = arena_array(arena, AffId, stage->rank);
    winner->domain = arena_array(arena, Range, stage->rank);
    for (unsigned d = 0; d < stage->rank; d++) {
        if (is_subscript(p, stage, stage->domain[d].index))
            winner->domain[winner->kept++] = stage->domain[d];
        else
            winner->indices[winner->reduced++] = stage->domain[d].index;
    }
    if (winner->reduced == 0)
        return;
    argmax.op = STAGE_ARGMAX;
    argmax.fresh = true;
    argmax.target = position_symbol(winner, hulls, stage);
    program_stage(p, argmax);
    for (uint32_t k = 0; k < rank; k++)
        subs[k] = stage->subs[k];
    for (uint32_t q = 0; q < winner->reduced; q++) {
        subs[rank] = aff_const(&p->affs, q);
        winner->positions[q] = aff_element(&p->affs, argmax.target, subs, rank + 1);
    }
}

NodeId winner_value(const Winner *winner, NodeId value)
{
    return node_substitute(winner->p, value, winner->indices, winner->positions, winner->reduced);
}

static AffId map_reduced(void *context, AffPool *pool, uint32_t index)
{
    const Winner *winner = context;

    for (uint32_t q = 0; q < winner->reduced; q++)
        if (winner->indices[q] == index)
            return winner->positions[q];
    return aff_index(pool, index);
}

AffId winner_aff(const Winner *winner, AffId aff)
{
    return aff_substitute(&winner->p->affs, aff, map_reduced, NULL, (void *)winner);
}
