/* sema_proof.c -- bounds of integer expressions, and the proof that a subscript is in range. */
#include "front/sema.h"

/* An expression whose indices have several bounds each is tried with all of them, up to this many steps. */
enum { MOST_TRIES = 256 };

enum { LOWER, UPPER };

/* The bounds of an index or element are numbers, and no condition says more? */
static bool simple_bounds(Sema *s, AtomId id, int64_t bound[2])
{
    const AffPool *affs = &s->model->affs;
    Atom atom = affs->atoms.at[id];
    const Bounds *narrowed = sema_bounds(s, id);

    if (narrowed != NULL && narrowed->count[LOWER] + narrowed->count[UPPER] != 0)
        return false;
    if (atom.kind == ATOM_ELEMENT) {
        bound[LOWER] = sema_known(s, atom.of)->low;
        bound[UPPER] = sema_known(s, atom.of)->high - 1;
        return true;
    }
    if (!s->indices.at[atom.of].known || !aff_is_const(affs, s->model->indices.at[atom.of].low, &bound[LOWER]) ||
        !aff_is_const(affs, s->model->indices.at[atom.of].high, &bound[UPPER]))
        return false;
    bound[UPPER]--;
    return true;
}

static int64_t divide(int64_t num, int64_t den, bool upper)
{
    int64_t quotient = num / den;

    if (upper)
        return quotient * den > num ? quotient - 1 : quotient;
    return quotient * den < num ? quotient + 1 : quotient;
}

/* 1: done, 0: some bound is no number, -1: the result is too large. */
static int interval(Sema *s, AffId aff, bool upper, int64_t *result)
{
    const AffPool *affs = &s->model->affs;
    Affine form = affs->affs.at[aff];
    int64_t sum = form.constant;

    for (uint32_t i = 0; i < form.count; i++) {
        AffTerm term = affs->terms.at[form.first + i];
        int64_t bound[2], product;

        if (!simple_bounds(s, term.atom, bound))
            return 0;
        if (__builtin_mul_overflow(term.coef, bound[(term.coef > 0) == upper ? UPPER : LOWER], &product) ||
            __builtin_add_overflow(sum, product, &sum))
            return -1;
    }
    *result = divide(sum, form.den, upper);
    return 1;
}

/* The innermost index; without any, the newest element: its bounds can only speak of older ones. */
static AffTerm innermost(const AffPool *affs, AffId aff)
{
    const Affine *form = &affs->affs.at[aff];
    AffTerm chosen = affs->terms.at[form->first];

    for (uint32_t i = 1; i < form->count; i++) {
        AffTerm term = affs->terms.at[form->first + i];
        const Atom *a = &affs->atoms.at[term.atom], *b = &affs->atoms.at[chosen.atom];

        if (a->kind == b->kind ? (a->kind == ATOM_INDEX ? a->of > b->of : term.atom > chosen.atom)
                               : a->kind == ATOM_INDEX)
            chosen = term;
    }
    return chosen;
}

static void try_bound(Sema *s, AffId aff, AffTerm term, AffId bound)
{
    AffPool *affs = &s->model->affs;
    Atom atom = affs->atoms.at[term.atom];
    AffId own = atom.kind == ATOM_INDEX ? aff_index(affs, atom.of)
                                        : aff_element(affs, atom.of, affs->subs.at + atom.subs, atom.rank);
    AffId changed = aff_add(affs, aff, aff_scale(affs, aff_sub(affs, bound, own), term.coef, affs->affs.at[aff].den));

    if (changed != AFF_FAIL)
        vec_push(s->arena, &s->bound_stack, changed);
}

/* Replaces the innermost index by each of its bounds on the side that counts. */
static void replace(Sema *s, AffId aff, bool upper)
{
    AffPool *affs = &s->model->affs;
    AffTerm term = innermost(affs, aff);
    Atom atom = affs->atoms.at[term.atom];
    unsigned side = (term.coef > 0) == upper ? UPPER : LOWER;
    const Bounds *narrowed = sema_bounds(s, term.atom);

    if (atom.kind == ATOM_ELEMENT)
        try_bound(s, aff, term,
                  aff_const(affs, side == LOWER ? sema_known(s, atom.of)->low : sema_known(s, atom.of)->high - 1));
    else if (s->indices.at[atom.of].known)
        try_bound(s, aff, term, side == LOWER ? s->model->indices.at[atom.of].low
                                              : aff_offset(affs, s->model->indices.at[atom.of].high, -1));
    for (unsigned i = 0; narrowed != NULL && i < narrowed->count[side]; i++)
        try_bound(s, aff, term, narrowed->bound[side][i]);
}

/* The smallest upper (largest lower) bound that is found; false if there is none in 64 bits. */
bool sema_bound(Sema *s, AffId aff, bool upper, int64_t *bound)
{
    size_t base = s->bound_stack.count;
    bool found = false;
    int quick;

    if (aff == AFF_FAIL)
        return false;
    quick = interval(s, aff, upper, bound);
    if (quick != 0)
        return quick > 0;
    vec_push(s->arena, &s->bound_stack, aff);
    for (unsigned tries = 0; s->bound_stack.count > base && tries < MOST_TRIES; tries++) {
        AffId next = vec_pop(&s->bound_stack);
        Affine form = s->model->affs.affs.at[next];

        if (form.count != 0) {
            replace(s, next, upper);
        } else {
            int64_t value = divide(form.constant, form.den, upper);

            if (!found || (upper ? value < *bound : value > *bound))
                *bound = value;
            found = true;
        }
    }
    s->bound_stack.count = base;
    return found;
}

/* ---- subscripts ---- */

static bool has_bad_index(const Sema *s, AffId aff)
{
    const AffPool *affs = &s->model->affs;
    const Affine *form = &affs->affs.at[aff];

    for (uint32_t i = 0; i < form->count; i++) {
        const Atom *atom = &affs->atoms.at[affs->terms.at[form->first + i].atom];

        if (atom->kind == ATOM_INDEX && s->indices.at[atom->of].bad)
            return true;
    }
    return false;
}

static AffId single(Sema *s, AtomId id)
{
    AffPool *affs = &s->model->affs;
    Atom atom = affs->atoms.at[id];

    return atom.kind == ATOM_INDEX ? aff_index(affs, atom.of)
                                   : aff_element(affs, atom.of, affs->subs.at + atom.subs, atom.rank);
}

/* " for i in 0..5, k[i] in 0..3": the ranges of what occurs. */
static void print_ranges(Sema *s, AffId aff, Text *text)
{
    AffPool *affs = &s->model->affs;
    Affine form = affs->affs.at[aff];

    for (uint32_t i = 0; i < form.count; i++) {
        AtomId id = affs->terms.at[form.first + i].atom;
        Atom atom = affs->atoms.at[id];

        text_printf(text, "%s%s in ", i == 0 ? " for " : ", ", sema_aff_text(s, single(s, id)));
        if (atom.kind == ATOM_INDEX)
            text_printf(text, "%s..%s", sema_aff_text(s, s->model->indices.at[atom.of].low),
                        sema_aff_text(s, s->model->indices.at[atom.of].high));
        else
            text_printf(text, "%lld..%lld", (long long)sema_known(s, atom.of)->low,
                        (long long)sema_known(s, atom.of)->high);
    }
}

/* What to do about it: a range that fits, or a condition. */
static void print_advice(Sema *s, AffId aff, int64_t limit, bool below, const Value *base, AstId item, Text *text)
{
    CheckedIndex index;
    int64_t offset, high;
    bool outside;
    const AstNode *node = &s->ast->nodes.at[item];

    if (below && aff_is_shifted_index(&s->model->affs, aff, &index, &offset) && offset < 0) {
        const char *name = sema_name(s, s->model->indices.at[index].name);

        text_printf(text, "; guard it: (%s %s %lld ? ... : %s[%s])", name, offset == -1 ? "==" : "<",
                    offset == -1 ? 0LL : -(long long)offset, sema_text(s, base->ast), sema_text(s, item));
    } else if (!below && node->kind != AST_NONE && s->model->affs.affs.at[aff].count == 1) {
        AtomId atom = s->model->affs.terms.at[s->model->affs.affs.at[aff].first].atom;

        index = s->model->affs.atoms.at[atom].of;
        if (s->model->affs.atoms.at[atom].kind == ATOM_INDEX && !s->indices.at[index].stated &&
            !s->indices.at[index].is_loop && sema_largest(s, aff, index, limit, &high, &outside) && !outside &&
            high > 0)
            text_printf(text, "; state the range: for %s in 0..%lld", sema_name(s, s->model->indices.at[index].name),
                        (long long)high);
    }
}

static void say_constant(Sema *s, int64_t value, int64_t limit, const Value *base, unsigned axis, AstId item)
{
    Text text;

    text_init(&text, s->arena);
    text_printf(&text, "subscript %s", sema_text(s, item));
    if (s->ast->nodes.at[item].kind != AST_NUMBER && s->ast->nodes.at[item].kind != AST_UNARY)
        text_printf(&text, " = %lld", (long long)value);
    text_printf(&text, " is outside 0..%lld of %s (axis %u)", (long long)limit, sema_text(s, base->ast), axis);
    if (value < 0 && base->shape.rank == 1)
        text_printf(&text, "; the last element is %s[%d]", sema_text(s, base->ast), base->shape.extent[0] - 1);
    sema_error(s, sema_at(s, item), "%s", text_string(&text));
}

static void say_outside(Sema *s, AffId aff, bool bounded, int64_t reached, int64_t limit, const Value *base,
                        unsigned axis, AstId item)
{
    Text text;

    text_init(&text, s->arena);
    if (!bounded)
        text_printf(&text, "subscript %s may leave", sema_text(s, item));
    else
        text_printf(&text, "subscript %s reaches %lld, outside", sema_text(s, item), (long long)reached);
    text_printf(&text, " 0..%lld of %s (axis %u)", (long long)limit, sema_text(s, base->ast), axis);
    print_ranges(s, aff, &text);
    if (bounded)
        print_advice(s, aff, limit, reached < 0, base, item, &text);
    sema_error(s, sema_at(s, item), "%s", text_string(&text));
}

/* An index that has led outside once is not complained about again. */
static void spoil_indices(Sema *s, AffId aff)
{
    const AffPool *affs = &s->model->affs;
    const Affine *form = &affs->affs.at[aff];

    for (uint32_t i = 0; i < form->count; i++) {
        const Atom *atom = &affs->atoms.at[affs->terms.at[form->first + i].atom];

        if (atom->kind == ATOM_INDEX && !s->indices.at[atom->of].is_loop)
            s->indices.at[atom->of].bad = true;
    }
}

/* Does 0 <= aff < limit hold for all values of the indices? */
bool sema_prove(Sema *s, AffId aff, int64_t limit, const Value *base, unsigned axis, AstId item)
{
    int64_t least = 0, most = 0, value;
    bool below, above;

    if (s->dead)
        return true;
    if (has_bad_index(s, aff))
        return false;
    below = sema_bound(s, aff, false, &least);
    above = sema_bound(s, aff, true, &most);
    if (below && above && least >= 0 && most < limit)
        return true;
    if (sema_is_full(s))
        sema_error(s, sema_at(s, item), "%s", "");
    else if (aff_is_const(&s->model->affs, aff, &value))
        say_constant(s, value, limit, base, axis, item);
    else
        say_outside(s, aff, below && above, least < 0 ? least : most, limit, base, axis, item);
    spoil_indices(s, aff);
    return false;
}
