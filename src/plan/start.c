/* start.c -- how a fresh accumulation starts: by its first write, in a local in front of the loops that reduce, or by
 * zero leaves. */
#include "plan/planner.h"

/* Levels behind the last one whose index stands in a subscript only reduce. */
static unsigned held_level(const Planner *planner, const Entry *entry, unsigned sub_count)
{
    for (unsigned l = entry->rank; l > 0; l--)
        for (unsigned s = 0; s < sub_count; s++)
            if (aff_uses_index(&planner->pool, planner->subs.at[entry->subs + s], l - 1))
                return l;
    return 0;
}

static bool levels_are_determined(const Planner *planner, const Stage *stage, const uint8_t *order, unsigned levels)
{
    bool determined[MOST_LEVELS];

    order_determined(planner, stage, determined);
    for (unsigned l = 0; l < levels; l++)
        if (!determined[order[l]])
            return false;
    return true;
}

/* ---- the zero entry ---------------------------------------------------------------------------------- */

/* Loops that the start values need: those of the subscripts, and those that their bounds use. */
static void find_needed_levels(const Planner *planner, const Entry *entry, unsigned sub_count, bool *needed)
{
    for (unsigned l = entry->rank; l-- > 0;) {
        needed[l] = false;
        for (unsigned s = 0; s < sub_count; s++)
            needed[l] |= aff_uses_index(&planner->pool, planner->subs.at[entry->subs + s], l);
        for (unsigned inner = l + 1; inner < entry->rank; inner++) {
            const Dim *dim = &planner->dims.at[entry->dims + inner];

            needed[l] |= needed[inner] && (aff_uses_index(&planner->pool, dim->low, l) ||
                                           aff_uses_index(&planner->pool, dim->high, l));
        }
    }
}

/* Does the index stand in no other subscript and no bound, and are its own bounds constants? */
static bool is_private(const Planner *planner, const Entry *entry, unsigned sub_count, unsigned sub, unsigned level)
{
    const Dim *own = &planner->dims.at[entry->dims + level];
    int64_t value;

    for (unsigned s = 0; s < sub_count; s++)
        if (s != sub && aff_uses_index(&planner->pool, planner->subs.at[entry->subs + s], level))
            return false;
    for (unsigned l = level + 1; l < entry->rank; l++) {
        const Dim *dim = &planner->dims.at[entry->dims + l];

        if (aff_uses_index(&planner->pool, dim->low, level) || aff_uses_index(&planner->pool, dim->high, level))
            return false;
    }
    return aff_is_const(&planner->pool, own->low, &value) && aff_is_const(&planner->pool, own->high, &value);
}

/* i + k and the like: does the subscript take all values from its least to its most one, each index being its own? Then
 * one loop over the interval does. It does if each term, the terms taken in some order, steps no further than those
 * before it reach. */
static bool is_interval(const Planner *planner, const Entry *entry, unsigned sub_count, unsigned sub)
{
    const Affine *a = &planner->pool.affs.at[planner->subs.at[entry->subs + sub]];
    bool taken[MOST_LEVELS] = { false }, more = a->count > 1;
    int64_t reach = 0;
    uint32_t taken_count = 0;

    while (more) {
        more = false;
        for (uint32_t t = a->first; t < a->first + a->count; t++) {
            const Atom *atom = &planner->pool.atoms.at[planner->pool.terms.at[t].atom];
            int64_t step = planner->pool.terms.at[t].coef;
            const Dim *dim;

            if (atom->kind != ATOM_INDEX || atom->of >= entry->rank ||
                !is_private(planner, entry, sub_count, sub, atom->of))
                return false;
            dim = &planner->dims.at[entry->dims + atom->of];
            step = step < 0 ? -step : step;
            if (taken[atom->of] || step > reach + 1 || dim->most < dim->least)
                continue;
            reach += step * (dim->most - dim->least);
            taken[atom->of] = more = true;
            taken_count++;
        }
    }
    return a->count > 1 && taken_count == a->count;
}

/* Maps the old levels to the new ones while subscripts and bounds are copied. */
typedef struct {
    AffId level[MOST_LEVELS];
} LevelMap;

static AffId new_level(void *context, AffPool *pool, uint32_t index)
{
    const LevelMap *map = context;

    return index < MOST_LEVELS ? map->level[index] : aff_index(pool, index);
}

static void add_zero_dim(Planner *planner, Entry *zero, Dim dim)
{
    vec_push(planner->arena, &planner->dims, dim);
    zero->rank++;
}

static void make_zero(Planner *planner, EntryId id, unsigned sub_count, Entry *zero)
{
    const Entry *entry = &planner->entries.at[id];
    LevelMap map;
    bool needed[MOST_LEVELS];

    *zero = (Entry){ .kind = ENTRY_ZERO, .fresh = true, .of = entry->of, .asked = NO_ID, .next = NO_ID };
    find_needed_levels(planner, entry, sub_count, needed);
    for (unsigned s = 0; s < sub_count; s++)
        if (is_interval(planner, entry, sub_count, s))
            for (unsigned l = 0; l < entry->rank; l++)
                needed[l] &= !aff_uses_index(&planner->pool, planner->subs.at[entry->subs + s], l);
    zero->dims = (uint32_t)planner->dims.count;
    for (unsigned l = 0; l < entry->rank; l++) {
        Dim dim = planner->dims.at[entry->dims + l];

        map.level[l] = aff_index(&planner->pool, zero->rank);
        if (!needed[l])
            continue;
        dim.low = aff_substitute(&planner->pool, dim.low, new_level, NULL, &map);
        dim.high = aff_substitute(&planner->pool, dim.high, new_level, NULL, &map);
        add_zero_dim(planner, zero, dim);
    }
    zero->subs = (uint32_t)planner->subs.count;
    for (unsigned s = 0; s < sub_count; s++) {
        AffId sub = planner->subs.at[entry->subs + s];

        if (is_interval(planner, entry, sub_count, s)) {
            Interval all = depend_interval(planner, sub, entry);
            AffId low = aff_const(&planner->pool, all.least), high = aff_const(&planner->pool, all.most + 1);

            vec_push(planner->arena, &planner->subs, aff_index(&planner->pool, zero->rank));
            add_zero_dim(planner, zero, (Dim){ NO_ID, low, high, all.least, all.most });
        } else {
            vec_push(planner->arena, &planner->subs, aff_substitute(&planner->pool, sub, new_level, NULL, &map));
        }
    }
    zero->held = zero->rank;
}

bool start_find(Planner *planner, EntryId id, const uint8_t *order, Entry *zero)
{
    Entry *entry = &planner->entries.at[id];
    const Stage *stage = &planner->from->stages.at[entry->of];
    unsigned sub_count = stage_subs(planner->from, stage);

    entry->held = entry->rank;
    entry->fresh = stage->fresh;
    if (stage->op == STAGE_SET)
        return false;
    entry->held = (uint8_t)held_level(planner, entry, sub_count);
    if (stage->op == STAGE_ARGMAX || !stage->fresh || levels_are_determined(planner, stage, order, entry->held))
        return false;
    entry->fresh = false;
    make_zero(planner, id, sub_count, zero);
    return true;
}
