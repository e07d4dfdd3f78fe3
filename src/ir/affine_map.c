/* affine_map.c -- integer expressions with indices replaced, carried to another pool, and printed.
 *
 * Elements nest (a[b[c[i]]]) as deep as the user likes, so both walks keep a stack of their own.
 */
#include <inttypes.h>

#include "ir/affine.h"

typedef struct {
    AffId from, to;
} Mapped;

typedef struct {
    AffPool *pool;
    const AffPool *from;
    AffIndexMap *index;
    AffElementMap *element;
    void *context;
    VEC(Mapped) done; /* expressions with elements inside the subscripts of others */
    HashTable table;  /* finds them */
} Mapping;

typedef struct {
    const Mapping *mapping;
    AffId from;
} Sought;

static bool same_mapped(const void *context, uint32_t id)
{
    const Sought *sought = context;

    return sought->mapping->done.at[id].from == sought->from;
}

static bool find_mapped(const Mapping *m, AffId from, AffId *to)
{
    Sought sought = { m, from };
    uint32_t id = hash_find(&m->table, hash_mix(HASH_START, from), same_mapped, &sought);

    if (id == HASH_NONE)
        return false;
    *to = m->done.at[id].to;
    return true;
}

static void remember(Mapping *m, AffId from, AffId to)
{
    hash_add(m->pool->arena, &m->table, hash_mix(HASH_START, from), (uint32_t)m->done.count);
    vec_push(m->pool->arena, &m->done, (Mapped){ from, to });
}

static AffId map_index(const Mapping *m, uint32_t index)
{
    return m->index == NULL ? aff_index(m->pool, index) : m->index(m->context, m->pool, index);
}

/* result + mapped * coef/den */
static AffId add_term(const Mapping *m, AffId result, AffId mapped, AffTerm term, int64_t den)
{
    return aff_add(m->pool, result, aff_scale(m->pool, mapped, term.coef, den));
}

static AffId map_constant(const Mapping *m, const Affine *aff)
{
    return aff_scale(m->pool, aff_const(m->pool, aff->constant), 1, aff->den);
}

/* An expression without elements. */
static AffId map_plain(const Mapping *m, AffId old)
{
    Affine aff = m->from->affs.at[old];
    AffId result = map_constant(m, &aff);

    for (uint32_t i = 0; i < aff.count; i++) {
        AffTerm term = m->from->terms.at[aff.first + i];

        result = add_term(m, result, map_index(m, m->from->atoms.at[term.atom].of), term, aff.den);
    }
    return result;
}

static AffId map_element(const Mapping *m, Atom atom)
{
    AffId few[8], *subs = atom.rank <= 8 ? few : arena_array(m->pool->arena, AffId, atom.rank);

    for (uint32_t i = 0; i < atom.rank; i++) {
        AffId sub = m->from->subs.at[atom.subs + i];

        if (!find_mapped(m, sub, &subs[i]))
            subs[i] = map_plain(m, sub);
    }
    if (m->element == NULL)
        return aff_element(m->pool, atom.of, subs, atom.rank);
    return m->element(m->context, m->pool, atom.of, subs, atom.rank);
}

/* An expression whose subscripts with elements are mapped already. */
static AffId map_expression(const Mapping *m, AffId old)
{
    Affine aff = m->from->affs.at[old];
    AffId result = map_constant(m, &aff);

    for (uint32_t i = 0; i < aff.count; i++) {
        AffTerm term = m->from->terms.at[aff.first + i];
        Atom atom = m->from->atoms.at[term.atom];
        AffId mapped = atom.kind == ATOM_INDEX ? map_index(m, atom.of) : map_element(m, atom);

        result = add_term(m, result, mapped, term, aff.den);
    }
    return result;
}

typedef VEC(AffId) AffStack;

/* Pushes the subscripts that must be mapped before `old`. */
static void push_missing(const Mapping *m, AffId old, AffStack *stack)
{
    const Affine *aff = &m->from->affs.at[old];
    AffId found;

    for (uint32_t i = 0; i < aff->count; i++) {
        const Atom *atom = &m->from->atoms.at[m->from->terms.at[aff->first + i].atom];

        for (uint32_t k = 0; k < atom->rank; k++) {
            AffId sub = m->from->subs.at[atom->subs + k];

            if (aff_has_element(m->from, sub) && !find_mapped(m, sub, &found))
                vec_push(m->pool->arena, stack, sub);
        }
    }
}

AffId aff_import(AffPool *pool, const AffPool *from, AffId a, AffIndexMap *map, AffElementMap *element, void *context)
{
    Mapping m = { .pool = pool, .from = from, .index = map, .element = element, .context = context };
    AffStack stack = { 0 };

    if (a == AFF_FAIL)
        return AFF_FAIL;
    push_missing(&m, a, &stack);
    while (stack.count > 0) {
        AffId top = vec_top(&stack), found;
        size_t before = stack.count;

        push_missing(&m, top, &stack);
        if (stack.count > before)
            continue;
        (void)vec_pop(&stack);
        if (!find_mapped(&m, top, &found))
            remember(&m, top, map_expression(&m, top));
    }
    return map_expression(&m, a);
}

AffId aff_substitute(AffPool *pool, AffId a, AffIndexMap *map, AffElementMap *element, void *context)
{
    return aff_import(pool, pool, a, map, element, context);
}

/* ---- printing --------------------------------------------------------------------------------------- */

/* What remains to be printed of an expression: its terms from `next` on, in that one the subscripts from `sub` on. */
typedef struct {
    AffId aff;
    uint32_t next, sub;
    bool constant_first;
} Printing;

static void print_term_start(const AffPool *pool, const Printing *at, AffTerm term, AffNamer *namer,
                             const void *context, Text *out)
{
    const Atom *atom = &pool->atoms.at[term.atom];

    if (term.coef > 0 && (at->next > 0 || at->constant_first))
        text_add(out, "+");
    if (term.coef == -1)
        text_add(out, "-");
    else if (term.coef != 1)
        text_printf(out, "%" PRId64 "*", term.coef);
    text_add(out, namer(context, (AtomKind)atom->kind, atom->of));
}

static Printing begin(const AffPool *pool, AffId a, Text *out)
{
    const Affine *aff = &pool->affs.at[a];
    bool first = aff->count == 0 || (aff->constant > 0 && pool->terms.at[aff->first].coef < 0);

    if (aff->den != 1 && aff->count > 0)
        text_add(out, "(");
    if (first)
        text_printf(out, "%" PRId64, aff->constant);
    return (Printing){ a, 0, 0, first };
}

static void end(const Affine *aff, bool constant_first, Text *out)
{
    if (!constant_first && aff->constant != 0)
        text_printf(out, "%+" PRId64, aff->constant);
    if (aff->den != 1)
        text_printf(out, "%s/%" PRId64, aff->count > 0 ? ")" : "", aff->den);
}

void aff_print(const AffPool *pool, AffId a, AffNamer *namer, const void *context, Text *out)
{
    VEC(Printing) stack = { 0 };

    vec_push(out->arena, &stack, begin(pool, a, out));
    while (stack.count > 0) {
        Printing *at = &vec_top(&stack);
        const Affine *aff = &pool->affs.at[at->aff];
        const AffTerm *term = pool->terms.at + aff->first + at->next;

        if (at->next == aff->count) {
            end(aff, at->constant_first, out);
            (void)vec_pop(&stack);
            continue;
        }
        if (at->sub == 0)
            print_term_start(pool, at, *term, namer, context, out);
        if (at->sub < pool->atoms.at[term->atom].rank) {
            AffId sub = pool->subs.at[pool->atoms.at[term->atom].subs + at->sub];

            text_add(out, at->sub++ == 0 ? "[" : ",");
            vec_push(out->arena, &stack, begin(pool, sub, out));
            continue;
        }
        if (at->sub > 0)
            text_add(out, "]");
        at->sub = 0;
        at->next++;
    }
}
