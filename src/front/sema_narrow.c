/* sema_narrow.c -- what conditions say about indices and about elements of integer arrays. */
#include "front/sema.h"

/* Of a condition with more comparisons than this, the rest is not used: each is looked at again for every part of a
 * chain. */
enum { MOST_FACTS = 32 };

/* After this many steps in all, != is gone through only once for a condition. */
enum { MOST_NARROWED = 1 << 22 };

enum { LOWER, UPPER };

AstOp sema_negated(AstOp op)
{
    switch (op) {
    case AST_OP_EQ: return AST_OP_NE;
    case AST_OP_NE: return AST_OP_EQ;
    case AST_OP_LT: return AST_OP_GE;
    case AST_OP_LE: return AST_OP_GT;
    case AST_OP_GT: return AST_OP_LE;
    default: return AST_OP_LT;
    }
}

/* `aff op 0`, made whole: the denominator is positive. */
FactId sema_fact(Sema *s, AstOp op, AffId aff)
{
    if (aff == AFF_FAIL)
        return 0;
    aff = aff_scale(&s->model->affs, aff, s->model->affs.affs.at[aff].den, 1);
    if (aff == AFF_FAIL)
        return 0;
    vec_push(s->arena, &s->facts, (Fact){ .op = op, .aff = aff });
    return (FactId)s->facts.count - 1;
}

FactId sema_both(Sema *s, FactId a, FactId b)
{
    if (a == 0 || b == 0)
        return a == 0 ? b : a;
    vec_push(s->arena, &s->facts, (Fact){ .op = AST_OP_AND, .left = a, .right = b });
    return (FactId)s->facts.count - 1;
}

const Bounds *sema_bounds(const Sema *s, AtomId atom)
{
    return atom < s->bounds.count && !s->plain ? &s->bounds.at[atom] : NULL;
}

void sema_forget(Sema *s, size_t undo)
{
    while (s->undo.count > undo) {
        Undo last = vec_pop(&s->undo);

        s->bounds.at[last.atom] = last.old;
    }
}

static Bounds *changed(Sema *s, AtomId atom)
{
    while (s->bounds.count <= atom)
        vec_push(s->arena, &s->bounds, (Bounds){ 0 });
    vec_push(s->arena, &s->undo, (Undo){ atom, s->bounds.at[atom] });
    return &s->bounds.at[atom];
}

/* Bounds on the other side that contradict `bound`? Then the range is empty for all values of the other indices. */
static bool contradicts(Sema *s, AffId bound, unsigned side, AffId other)
{
    AffPool *affs = &s->model->affs;
    AffId difference = side == UPPER ? aff_sub(affs, bound, other) : aff_sub(affs, other, bound);
    int64_t most;

    return difference != AFF_FAIL && sema_bound(s, difference, true, &most) && most < 0;
}

/* The bounds that the atom has anyway, inclusive; AFF_FAIL if there are none. */
static AffId given(Sema *s, AtomId id, unsigned side)
{
    AffPool *affs = &s->model->affs;
    Atom atom = affs->atoms.at[id];

    if (atom.kind == ATOM_ELEMENT)
        return aff_const(affs, side == LOWER ? sema_known(s, atom.of)->low : sema_known(s, atom.of)->high - 1);
    if (!s->indices.at[atom.of].known)
        return AFF_FAIL;
    return side == LOWER ? s->model->indices.at[atom.of].low : aff_offset(affs, s->model->indices.at[atom.of].high, -1);
}

static void add_bound(Sema *s, AtomId atom, unsigned side, AffId bound)
{
    const AffPool *affs = &s->model->affs;
    Bounds *bounds;
    int64_t value, held;

    if (bound == AFF_FAIL)
        return;
    bounds = changed(s, atom);
    for (unsigned i = 0; i < bounds->count[side]; i++) {
        AffId old = bounds->bound[side][i];

        if (old == bound)
            return;
        if (!aff_is_const(affs, old, &held) || !aff_is_const(affs, bound, &value))
            continue;
        if (side == LOWER ? value > held : value < held)
            bounds->bound[side][i] = bound;
        goto check;
    }
    if (bounds->count[side] < MOST_BOUNDS)
        bounds->bound[side][bounds->count[side]++] = bound;
check:
    for (unsigned i = 0; i < s->bounds.at[atom].count[1 - side] && !s->dead; i++)
        s->dead = contradicts(s, bound, side, s->bounds.at[atom].bound[1 - side][i]);
    if (!s->dead)
        s->dead = contradicts(s, bound, side, given(s, atom, 1 - side));
}

/* The atom that a comparison speaks about: the innermost index, or without any the newest element. */
static bool choose(const Sema *s, AffId aff, AffTerm *chosen)
{
    const AffPool *affs = &s->model->affs;
    const Affine *form = &affs->affs.at[aff];
    bool found = false, is_index = false;

    for (uint32_t i = 0; i < form->count; i++) {
        AffTerm term = affs->terms.at[form->first + i];
        const Atom *atom = &affs->atoms.at[term.atom];
        bool index = atom->kind == ATOM_INDEX;

        if (!found || (index && !is_index) ||
            (index == is_index && (index ? atom->of > affs->atoms.at[chosen->atom].of : term.atom > chosen->atom))) {
            *chosen = term;
            is_index = index;
            found = true;
        }
    }
    return found;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t quotient = a / b;

    return quotient * b > a ? quotient - 1 : quotient;
}

/* coef*atom + rest <= 0 as a bound of the atom. */
static void at_most(Sema *s, AffTerm term, AffId rest)
{
    AffPool *affs = &s->model->affs;
    int64_t value;

    if (term.coef == 1)
        add_bound(s, term.atom, UPPER, aff_scale(affs, rest, -1, 1));
    else if (term.coef == -1)
        add_bound(s, term.atom, LOWER, rest);
    else if (aff_is_const(affs, rest, &value) && term.coef > 0)
        add_bound(s, term.atom, UPPER, aff_const(affs, floor_div(-value, term.coef)));
    else if (aff_is_const(affs, rest, &value))
        add_bound(s, term.atom, LOWER, aff_const(affs, -floor_div(-value, -term.coef)));
}

static AffId atom_form(Sema *s, AtomId id)
{
    AffPool *affs = &s->model->affs;
    Atom atom = affs->atoms.at[id];

    return atom.kind == ATOM_INDEX ? aff_index(affs, atom.of)
                                   : aff_element(affs, atom.of, affs->subs.at + atom.subs, atom.rank);
}

static bool is_true(AstOp op, int64_t value)
{
    switch (op) {
    case AST_OP_EQ: return value == 0;
    case AST_OP_NE: return value != 0;
    case AST_OP_LT: return value < 0;
    case AST_OP_LE: return value <= 0;
    case AST_OP_GT: return value > 0;
    default: return value >= 0;
    }
}

/* atom != value moves a bound that it touches. */
static bool step_over(Sema *s, AtomId atom, AffId value)
{
    AffPool *affs = &s->model->affs;

    for (unsigned side = LOWER; side <= UPPER; side++) {
        const Bounds *bounds = sema_bounds(s, atom);
        bool touches = given(s, atom, side) == value;

        for (unsigned i = 0; bounds != NULL && i < bounds->count[side]; i++)
            touches = touches || bounds->bound[side][i] == value;
        if (touches) {
            AffId moved = aff_offset(affs, value, side == LOWER ? 1 : -1);
            unsigned before = bounds == NULL ? 0 : bounds->count[side];
            AffId first = before > 0 ? bounds->bound[side][0] : AFF_FAIL;

            add_bound(s, atom, side, moved);
            bounds = sema_bounds(s, atom);
            if (bounds->count[side] != before || bounds->bound[side][0] != first)
                return true;
        }
    }
    return false;
}

/* True: a bound has moved, so that another != may touch it now. */
static bool assume_one(Sema *s, const Fact *fact)
{
    AffPool *affs = &s->model->affs;
    AffTerm term = { 0 };
    AffId rest;
    int64_t value;

    if (aff_is_const(affs, fact->aff, &value)) {
        s->dead = s->dead || !is_true(fact->op, value);
        return false;
    }
    if (!choose(s, fact->aff, &term))
        return false;
    rest = aff_sub(affs, fact->aff, aff_scale(affs, atom_form(s, term.atom), term.coef, 1));
    if (rest == AFF_FAIL)
        return false;
    if (fact->op == AST_OP_NE)
        return (term.coef == 1 || term.coef == -1) && step_over(s, term.atom, aff_scale(affs, rest, -term.coef, 1));
    if (fact->op == AST_OP_LE || fact->op == AST_OP_LT || fact->op == AST_OP_EQ)
        at_most(s, term, aff_offset(affs, rest, fact->op == AST_OP_LT));
    if (fact->op == AST_OP_GE || fact->op == AST_OP_GT || fact->op == AST_OP_EQ) {
        term.coef = -term.coef;
        at_most(s, term, aff_offset(affs, aff_scale(affs, rest, -1, 1), fact->op == AST_OP_GT));
    }
    return false;
}

void sema_assume(Sema *s, FactId fact)
{
    Fact leaves[MOST_FACTS];
    FactId stack[MOST_FACTS + 1];
    unsigned count = 0, depth = 0;
    bool moved = true;

    if (fact == 0 || s->dead)
        return;
    stack[depth++] = fact;
    while (depth > 0 && count < MOST_FACTS) {
        Fact next = s->facts.at[stack[--depth]];

        if (next.op == AST_OP_AND && depth + 2 <= MOST_FACTS) {
            stack[depth++] = next.left;
            stack[depth++] = next.right;
        } else if (next.op != AST_OP_AND) {
            leaves[count++] = next;
        }
    }
    for (unsigned i = 0; i < count && !s->dead; i++)
        if (leaves[i].op != AST_OP_NE)
            assume_one(s, &leaves[i]);
    for (unsigned round = 0; round < count && moved && !s->dead; round++) {
        moved = false;
        for (unsigned i = 0; i < count && !s->dead; i++)
            if (leaves[i].op == AST_OP_NE)
                moved = assume_one(s, &leaves[i]) || moved;
        s->narrowed += count;
        moved = moved && s->narrowed < MOST_NARROWED;
    }
}
