/* verify_scope.c -- bounds of affine expressions: innermost index first, each replaced by the bound that its sign
 * asks for. */
#include <string.h>

#include "ir/verify.h"

void scope_init(Scope *s, Arena *scratch, const Program *p)
{
    *s = (Scope){ .p = p, .scratch = scratch };
    s->position = arena_array(scratch, uint32_t, p->indices.count);
}

void scope_push(Scope *s, ScopeEntry entry)
{
    vec_push(s->scratch, &s->entries, entry);
    s->position[entry.index] = (uint32_t)s->entries.count;
    if (s->coefs_room < s->entries.count)
        s->coefs = vec_grow(s->scratch, s->coefs, sizeof *s->coefs, &s->coefs_room, s->entries.count);
}

void scope_pop(Scope *s, size_t count)
{
    while (s->entries.count > count)
        s->position[vec_pop(&s->entries).index] = 0;
}

bool scope_knows(const Scope *s, AffId aff)
{
    VEC(AffId) work = { 0 };

    if (s->p->affs.affs.at[aff].count == 0)
        return true;
    vec_push(s->scratch, &work, aff);
    for (size_t i = 0; i < work.count; i++) {
        const Affine *a = &s->p->affs.affs.at[work.at[i]];

        for (uint32_t k = 0; k < a->count; k++) {
            Atom atom = s->p->affs.atoms.at[s->p->affs.terms.at[a->first + k].atom];

            if (atom.kind == ATOM_INDEX && s->position[atom.of] == 0)
                return false;
            for (unsigned n = 0; atom.kind == ATOM_ELEMENT && n < atom.rank; n++)
                vec_push(s->scratch, &work, s->p->affs.subs.at[atom.subs + n]);
        }
    }
    return true;
}

static int64_t element_end(const Program *p, const Atom *element, bool largest)
{
    int64_t low, high;

    program_element_range(p, element, &low, &high);
    return largest ? high - 1 : low;
}

/* Adds factor * aff to the coefficients and the constant; elements by the end of their range that is asked for. */
static int64_t add_terms(Scope *s, AffId aff, int64_t factor, bool largest)
{
    const Affine *a = &s->p->affs.affs.at[aff];
    int64_t constant = factor * a->constant;

    for (uint32_t i = 0; i < a->count; i++) {
        AffTerm term = s->p->affs.terms.at[a->first + i];
        Atom atom = s->p->affs.atoms.at[term.atom];
        int64_t coef = factor * term.coef;

        if (atom.kind == ATOM_INDEX)
            s->coefs[s->position[atom.of] - 1] += coef;
        else
            constant += coef * element_end(s->p, &atom, largest == (coef > 0));
    }
    return constant;
}

static int64_t extreme(Scope *s, AffId aff, bool largest)
{
    int64_t value;

    if (s->entries.count > 0)
        memset(s->coefs, 0, s->entries.count * sizeof *s->coefs);
    value = add_terms(s, aff, 1, largest);
    for (size_t i = s->entries.count; i-- > 0;) {
        const ScopeEntry *entry = &s->entries.at[i];
        int64_t coef = s->coefs[i];
        bool upper = largest == (coef > 0);

        if (coef == 0)
            continue;
        if (entry->loop != NO_ID)
            value += coef * (upper ? s->p->loops.at[entry->loop].high - 1 : s->p->loops.at[entry->loop].low);
        else
            value += add_terms(s, upper ? entry->high : entry->low, coef, largest) - (upper ? coef : 0);
    }
    return value;
}

static bool is_plain(const Affine *a)
{
    return a->count == 0;
}

/* The least and the largest value of an expression whose indices are in scope; false if the domain is empty. */
static bool range_of(Scope *s, AffId aff, int64_t *least, int64_t *most)
{
    const Affine *a = &s->p->affs.affs.at[aff];

    *least = *most = a->constant;
    if (is_plain(a))
        return true;
    *least = extreme(s, aff, false);
    *most = extreme(s, aff, true);
    return *least <= *most;
}

/* Is it +-index + constant, with an index that runs over a constant range? */
static bool is_full_index(const Scope *s, AffId sub, IndexId *index)
{
    const Affine *a = &s->p->affs.affs.at[sub];
    AffTerm term;
    const ScopeEntry *entry;

    if (a->count != 1)
        return false;
    term = s->p->affs.terms.at[a->first];
    if (s->p->affs.atoms.at[term.atom].kind != ATOM_INDEX || (term.coef != 1 && term.coef != -1))
        return false;
    *index = s->p->affs.atoms.at[term.atom].of;
    entry = &s->entries.at[s->position[*index] - 1];
    return entry->loop != NO_ID
           || (is_plain(&s->p->affs.affs.at[entry->low]) && is_plain(&s->p->affs.affs.at[entry->high]));
}

/* Whether one of the first `count` subscripts is this index, too: a diagonal is no box. */
static bool stands_before(const Scope *s, const AffId *subs, uint32_t count, IndexId index)
{
    IndexId other;

    for (uint32_t k = 0; k < count; k++) {
        if (is_full_index(s, subs[k], &other) && other == index)
            return true;
    }
    return false;
}

bool scope_box(Scope *s, const AffId *subs, uint32_t count, Box *box)
{
    IndexId index;

    box->rank = (uint8_t)count;
    box->exact = true;
    for (uint32_t k = 0; k < count; k++) {
        if (!range_of(s, subs[k], &box->low[k], &box->high[k]))
            return false;
        if (!is_plain(&s->p->affs.affs.at[subs[k]]))
            box->exact &= is_full_index(s, subs[k], &index) && !stands_before(s, subs, k, index);
    }
    return true;
}
