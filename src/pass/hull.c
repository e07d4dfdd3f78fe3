/* hull.c -- interval arithmetic on integer expressions: each index by its own extremes. */
#include "pass/hull.h"

void hulls_init(Hulls *h, Arena *arena, const Program *p)
{
    *h = (Hulls){ .p = p, .count = p->indices.count };
    h->of = arena_array(arena, Hull, h->count);
    h->known = arena_array(arena, bool, h->count);
}

static bool hull_of_atom(const Hulls *h, const Atom *atom, Hull *hull)
{
    if (atom->kind == ATOM_ELEMENT) {
        program_element_range(h->p, atom, &hull->least, &hull->most);
        hull->most--;
        return true;
    }
    if (atom->of >= h->count || !h->known[atom->of])
        return false;
    *hull = h->of[atom->of];
    return true;
}

bool hull_of_aff(const Hulls *h, AffId aff, Hull *hull)
{
    const AffPool *pool = &h->p->affs;
    const Affine *sum = &pool->affs.at[aff];
    Hull atom;

    *hull = (Hull){ sum->constant, sum->constant };
    for (uint32_t i = 0; i < sum->count; i++) {
        AffTerm term = pool->terms.at[sum->first + i];

        if (!hull_of_atom(h, &pool->atoms.at[term.atom], &atom))
            return false;
        hull->least += term.coef * (term.coef > 0 ? atom.least : atom.most);
        hull->most += term.coef * (term.coef > 0 ? atom.most : atom.least);
    }
    return true;
}

void hulls_enter(Hulls *h, const Range *ranges, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        Hull low, high;

        if (!hull_of_aff(h, ranges[i].low, &low) || !hull_of_aff(h, ranges[i].high, &high))
            continue;
        h->of[ranges[i].index] = (Hull){ low.least, high.most - 1 };
        h->known[ranges[i].index] = true;
    }
}

void hulls_leave(Hulls *h, const Range *ranges, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        h->known[ranges[i].index] = false;
}
