/* overlap.c -- interval arithmetic over subscripts: can two accesses meet, and at which turns of a common loop? */
#include "plan/planner.h"

static int64_t sum(int64_t a, int64_t b)
{
    int64_t result;

    if (a == INT64_MIN || b == INT64_MIN)
        return INT64_MIN;
    if (a == INT64_MAX || b == INT64_MAX)
        return INT64_MAX;
    if (__builtin_add_overflow(a, b, &result))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return result;
}

static int64_t product(int64_t a, int64_t b)
{
    int64_t result;

    if (a == 0 || b == 0)
        return 0;
    if (a == INT64_MIN || a == INT64_MAX || b == INT64_MIN || b == INT64_MAX || __builtin_mul_overflow(a, b, &result))
        return (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
    return result;
}

static Interval add_scaled(Interval a, int64_t coef, Interval b)
{
    int64_t x = product(coef, b.least), y = product(coef, b.most);

    return (Interval){ sum(a.least, x < y ? x : y), sum(a.most, x < y ? y : x) };
}

static Interval interval_of_atom(const Planner *planner, const Atom *atom, const Entry *entry)
{
    const Program *p = planner->from;

    if (atom->kind == ATOM_ELEMENT)
        return (Interval){ p->symbols.at[atom->of].low, p->symbols.at[atom->of].high - 1 };
    if (atom->of >= MOST_LEVELS) {
        const Loop *loop = &p->loops.at[atom->of - MOST_LEVELS];

        return (Interval){ loop->low, (int64_t)loop->high - 1 };
    }
    if (atom->of >= entry->rank)
        return (Interval){ INT64_MIN, INT64_MAX };
    return (Interval){ planner->dims.at[entry->dims + atom->of].least, planner->dims.at[entry->dims + atom->of].most };
}

Interval depend_interval(const Planner *planner, AffId aff, const Entry *entry)
{
    const AffPool *pool = &planner->pool;
    const Affine *a = &pool->affs.at[aff];
    Interval result = { a->constant, a->constant };

    for (uint32_t t = a->first; t < a->first + a->count; t++)
        result = add_scaled(result, pool->terms.at[t].coef,
                            interval_of_atom(planner, &pool->atoms.at[pool->terms.at[t].atom], entry));
    return result;
}

/* Two accesses with the turns of all loops outside `level` equal. */
typedef struct {
    const Planner *planner;
    const Entry *earlier, *later;
    unsigned level;
} Pair;

static bool sub_is_common(const Pair *pair, AffId sub)
{
    const Planner *planner = pair->planner;
    unsigned most = pair->earlier->rank > pair->later->rank ? pair->earlier->rank : pair->later->rank;

    for (unsigned l = pair->level; l < most; l++)
        if (aff_uses_index(&planner->pool, sub, l))
            return false;
    for (uint32_t loop = 0; loop < planner->from->loops.count; loop++)
        if (!planner->open[loop] && aff_uses_index(&planner->pool, sub, MOST_LEVELS + loop))
            return false;
    return true;
}

/* Has the atom the same value in both? */
static bool is_common(const Pair *pair, const Atom *atom)
{
    if (atom->kind == ATOM_INDEX)
        return atom->of < MOST_LEVELS ? atom->of < pair->level : pair->planner->open[atom->of - MOST_LEVELS];
    for (unsigned k = 0; k < atom->rank; k++)
        if (!sub_is_common(pair, pair->planner->pool.subs.at[atom->subs + k]))
            return false;
    return true;
}

/* earlier - later; `without_level` leaves the index of the level out of both. */
static Interval difference(const Pair *pair, AffId earlier, AffId later, bool without_level)
{
    const AffPool *pool = &pair->planner->pool;
    const Affine *a = &pool->affs.at[earlier], *b = &pool->affs.at[later];
    int64_t constant = sum(a->constant, product(-1, b->constant));
    Interval result = { constant, constant };
    uint32_t i = 0, k = 0;

    while (i < a->count || k < b->count) {
        AtomId of_a = i < a->count ? pool->terms.at[a->first + i].atom : UINT32_MAX;
        AtomId of_b = k < b->count ? pool->terms.at[b->first + k].atom : UINT32_MAX;
        const Atom *atom = &pool->atoms.at[of_a < of_b ? of_a : of_b];
        int64_t in_a = of_a <= of_b ? pool->terms.at[a->first + i].coef : 0;
        int64_t in_b = of_b <= of_a ? pool->terms.at[b->first + k].coef : 0;

        i += in_a != 0;
        k += in_b != 0;
        if (without_level && atom->kind == ATOM_INDEX && atom->of == pair->level)
            continue;
        if (is_common(pair, atom)) {
            in_a = sum(in_a, product(-1, in_b));
            in_b = 0; /* one value, not two */
        }
        result = add_scaled(result, in_a, interval_of_atom(pair->planner, atom, pair->earlier));
        result = add_scaled(result, product(-1, in_b), interval_of_atom(pair->planner, atom, pair->later));
    }
    return result;
}

static Pair pair_of(const Planner *planner, const Access *earlier, const Access *later, unsigned level)
{
    return (Pair){ planner, &planner->entries.at[earlier->owner], &planner->entries.at[later->owner], level };
}

static uint32_t common_sub_count(const Access *a, const Access *b)
{
    return a->sub_count < b->sub_count ? a->sub_count : b->sub_count;
}

bool depend_meet(const Planner *planner, const Access *earlier, const Access *later, unsigned level)
{
    Pair pair = pair_of(planner, earlier, later, level);

    for (uint32_t k = 0; k < common_sub_count(earlier, later); k++) {
        AffId a = planner->subs.at[earlier->subs + k], b = planner->subs.at[later->subs + k];
        Interval apart = difference(&pair, a, b, false);

        if (apart.least > 0 || apart.most < 0)
            return false;
    }
    return true;
}

/* c*i + r in the earlier, c*i + q in the later: they meet where the later turn minus the earlier turn is (r - q)/c. One
 * subscript that keeps this from being negative suffices. */
bool depend_in_turn(const Planner *planner, const Access *earlier, const Access *later, unsigned level)
{
    Pair pair = pair_of(planner, earlier, later, level);

    for (uint32_t k = 0; k < common_sub_count(earlier, later); k++) {
        AffId a = planner->subs.at[earlier->subs + k], b = planner->subs.at[later->subs + k];
        int64_t coef = aff_coef(&planner->pool, a, level);
        Interval apart;

        if (coef == 0 || aff_coef(&planner->pool, b, level) != coef)
            continue;
        apart = difference(&pair, a, b, true);
        if (coef > 0 ? apart.least >= 0 : apart.most <= 0)
            return true;
    }
    return false;
}
