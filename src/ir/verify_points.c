/* verify_points.c -- the elements that subscripts reach, point by point, where bounds depend on one another. */
#include "ir/verify.h"

/* The entries of the scope that the subscripts depend on, from outer to inner, and their values at a point. */
typedef struct {
    const Scope *scope;
    size_t *entries;
    int64_t *values; /* by entry of the scope */
    size_t count;
} Points;

/* Marks the entries of an expression's indices; false if it has an element of an integer symbol. */
static bool mark(const Scope *s, AffId aff, bool *needed)
{
    const AffPool *pool = &s->p->affs;
    Affine a = pool->affs.at[aff];

    for (uint32_t i = 0; i < a.count; i++) {
        Atom atom = pool->atoms.at[pool->terms.at[a.first + i].atom];

        if (atom.kind != ATOM_INDEX)
            return false;
        needed[s->position[atom.of] - 1] = true;
    }
    return true;
}

static bool find_entries(Scope *s, const AffId *subs, uint32_t count, Points *points)
{
    bool *needed = arena_array(s->scratch, bool, s->entries.count + 1), known = true;
    size_t at = s->entries.count;

    for (uint32_t k = 0; k < count; k++)
        known = known && mark(s, subs[k], needed);
    for (size_t i = s->entries.count; i-- > 0;) {
        const ScopeEntry *entry = &s->entries.at[i];

        if (needed[i] && entry->loop == NO_ID)
            known = known && mark(s, entry->low, needed) && mark(s, entry->high, needed);
        if (needed[i])
            points->entries[--at] = i;
    }
    points->count = s->entries.count - at;
    points->entries += at;
    return known;
}

static int64_t value_of(const Points *points, AffId aff)
{
    const Scope *s = points->scope;
    Affine a = s->p->affs.affs.at[aff];
    int64_t value = a.constant;

    for (uint32_t i = 0; i < a.count; i++) {
        AffTerm term = s->p->affs.terms.at[a.first + i];

        value += term.coef * points->values[s->position[s->p->affs.atoms.at[term.atom].of] - 1];
    }
    return value;
}

static int64_t end_of(const Points *points, size_t k, bool high)
{
    const Scope *s = points->scope;
    const ScopeEntry *entry = &s->entries.at[points->entries[k]];

    if (entry->loop != NO_ID)
        return high ? s->p->loops.at[entry->loop].high : s->p->loops.at[entry->loop].low;
    return value_of(points, high ? entry->high : entry->low);
}

/* The first point from entry k on, at or behind the present value; false behind the last point. `*k` becomes the
 * number of entries. */
static bool settle(Points *points, size_t *k)
{
    while (*k < points->count) {
        if (points->values[points->entries[*k]] < end_of(points, *k, true)) {
            if (++*k < points->count)
                points->values[points->entries[*k]] = end_of(points, *k, false);
        } else if (*k == 0) {
            return false;
        } else {
            points->values[points->entries[--*k]]++;
        }
    }
    return true;
}

bool scope_elements(Scope *s, const AffId *subs, uint32_t count, int64_t *elements, size_t room, size_t *found)
{
    Points points = { .scope = s, .entries = arena_array(s->scratch, size_t, s->entries.count + 1),
                      .values = arena_array(s->scratch, int64_t, s->entries.count + 1) };
    size_t k = 0;

    *found = 0;
    if (!find_entries(s, subs, count, &points))
        return false;
    if (points.count > 0)
        points.values[points.entries[0]] = end_of(&points, 0, false);
    while (settle(&points, &k)) {
        if (*found == room)
            return false;
        for (uint32_t i = 0; i < count; i++)
            elements[*found * count + i] = value_of(&points, subs[i]);
        ++*found;
        if (points.count == 0)
            break;
        k = points.count - 1;
        points.values[points.entries[k]]++;
    }
    return true;
}
