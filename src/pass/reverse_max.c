/* reverse_max.c -- the adjoint of a maximum goes to the one element that attains it first.
 *
 * The backward sweep finds its position (STAGE_ARGMAX) and takes the local derivative there: a scatter through the
 * positions, so that a tie has exactly one winner.
 */
#include "pass/reverse.h"

static bool is_subscript(const Program *p, const Stage *stage, IndexId index)
{
    for (uint32_t k = 0; k < stage_subs(p, stage); k++)
        if (aff_uses_index(&p->affs, stage->subs[k], index))
            return true;
    return false;
}

/* The values that an integer expression can take, at most: its range over the ranges of its atoms. */
typedef struct {
    int64_t low, high; /* high included */
} Bounds;

static Bounds atom_bounds(const Program *p, const Bounds *known, const Stage *stage, Atom atom)
{
    if (atom.kind == ATOM_ELEMENT)
        return (Bounds){ p->symbols.at[atom.of].low, p->symbols.at[atom.of].high - 1 };
    for (unsigned d = 0; d < stage->rank; d++)
        if (stage->domain[d].index == atom.of)
            return known[d];
    for (size_t i = 0; i < p->loops.count; i++)
        if (p->loops.at[i].index == atom.of)
            return (Bounds){ p->loops.at[i].low, p->loops.at[i].high - 1 };
    return (Bounds){ 0, 0 };
}

static Bounds aff_bounds(const Program *p, const Bounds *known, const Stage *stage, AffId aff)
{
    const Affine *a = &p->affs.affs.at[aff];
    Bounds sum = { a->constant, a->constant };

    for (uint32_t i = 0; i < a->count; i++) {
        AffTerm term = p->affs.terms.at[a->first + i];
        Bounds b = atom_bounds(p, known, stage, p->affs.atoms.at[term.atom]);

        sum.low += term.coef * (term.coef > 0 ? b.low : b.high);
        sum.high += term.coef * (term.coef > 0 ? b.high : b.low);
    }
    return sum;
}

/* A symbol of the target's shape with one more axis: the values of the reduced indices. */
static SymId position_symbol(Sweep *s, const Stage *stage, const Winner *winner)
{
    Program *p = s->p;
    const Symbol *target = &p->symbols.at[stage->target];
    int32_t extents[UINT8_MAX + 1];
    Bounds known[UINT8_MAX];
    Symbol symbol = { .at = target->at, .role = SYM_INTEGER, .rank = (uint8_t)(target->rank + 1), .integer = true,
                      .local = true, .low = INT32_MAX, .high = 0, .of = NO_ID, .extents = extents };

    for (unsigned d = 0; d < stage->rank; d++) {
        known[d].low = aff_bounds(p, known, stage, stage->domain[d].low).low;
        known[d].high = aff_bounds(p, known, stage, stage->domain[d].high).high - 1;
        if (is_subscript(p, stage, stage->domain[d].index))
            continue;
        symbol.low = known[d].low < symbol.low ? known[d].low : symbol.low;
        symbol.high = known[d].high >= symbol.high ? known[d].high + 1 : symbol.high;
    }
    for (unsigned k = 0; k < target->rank; k++)
        extents[k] = target->extents[k];
    extents[target->rank] = (int32_t)winner->reduced;
    if (target->name != NAME_NONE)
        symbol.name = names_format(p->names, "at_%s", names_text(p->names, target->name));
    return program_symbol(p, symbol);
}

void winner_find(Sweep *s, const Stage *stage, Winner *winner)
{
    Program *p = s->p;
    Stage argmax = *stage;
    AffId subs[UINT8_MAX + 1];
    uint32_t rank = stage_subs(p, stage);

    *winner = (Winner){ .indices = arena_array(s->arena, IndexId, stage->rank), .positions = arena_array(s->arena, AffId, stage->rank),
                        .domain = arena_array(s->arena, Range, stage->rank) };
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
    argmax.target = position_symbol(s, stage, winner);
    program_stage(p, argmax);
    for (uint32_t k = 0; k < rank; k++)
        subs[k] = stage->subs[k];
    for (uint32_t q = 0; q < winner->reduced; q++) {
        subs[rank] = aff_const(&p->affs, q);
        winner->positions[q] = aff_element(&p->affs, argmax.target, subs, rank + 1);
    }
}

NodeId winner_value(Sweep *s, const Winner *winner, NodeId value)
{
    return node_substitute(s->p, value, winner->indices, winner->positions, winner->reduced);
}

static AffId map_reduced(void *context, AffPool *pool, uint32_t index)
{
    const Winner *winner = context;

    for (uint32_t q = 0; q < winner->reduced; q++)
        if (winner->indices[q] == index)
            return winner->positions[q];
    return aff_index(pool, index);
}

AffId winner_aff(Sweep *s, const Winner *winner, AffId aff)
{
    return aff_substitute(&s->p->affs, aff, map_reduced, NULL, (void *)winner);
}
