/* index_prove.c -- will the reader of an index form prove that its subscripts are in range? As front/sema_proof.c does: index by index from
 * the innermost outwards, each replaced by every bound that its range and the conditions give it. */
#include "sym/forming.h"

enum { MOST_TRIES = 512 };

typedef struct {
    Forming *f;
    const FormScope *scope;
    bool *nested; /* by index: bound by a sum in the body */
    VEC(AffId) stack;
} Proving;

/* How far in the index is: those of the body's own sums, then what is summed over, then what the result is a function of. */
static uint64_t depth_of(const Proving *p, uint32_t index)
{
    if (p->nested[index])
        return ((uint64_t)2 << 32) + index;
    for (size_t r = 0; r < p->scope->count; r++)
        if (p->scope->indices[r] == index)
            return ((uint64_t)1 << 32) + r;
    return index;
}

static bool find_innermost(const Proving *p, AffId id, uint32_t *index, int64_t *coef)
{
    const AffPool *pool = &p->f->pool->affs;
    const Affine *aff = &pool->affs.at[id];
    bool found = false;

    for (uint32_t t = 0; t < aff->count; t++) {
        const AffTerm *term = &pool->terms.at[aff->first + t];
        const Atom *atom = &pool->atoms.at[term->atom];

        if (atom->kind != ATOM_INDEX || (found && depth_of(p, atom->of) < depth_of(p, *index)))
            continue;
        *index = atom->of;
        *coef = term->coef;
        found = true;
    }
    return found;
}

/* `aff` with `bound` in place of the index. */
static void try_bound(Proving *p, AffId aff, uint32_t index, int64_t coef, AffId bound)
{
    AffPool *pool = &p->f->pool->affs;
    AffId change = aff_scale(pool, aff_sub(pool, bound, aff_index(pool, index)), coef, 1);

    vec_push(p->f->arena, &p->stack, aff_add(pool, aff, change));
}

static void try_range(Proving *p, AffId aff, uint32_t index, int64_t coef, bool upper)
{
    AffPool *pool = &p->f->pool->affs;
    Hull hull = p->f->hulls.at[index];
    AffId low = aff_const(pool, hull.low), high = aff_const(pool, hull.high);

    for (size_t r = 0; r < p->scope->count; r++) {
        if (p->scope->indices[r] != index)
            continue;
        low = p->scope->low[r];
        high = p->scope->high[r];
    }
    try_bound(p, aff, index, coef, (coef > 0) == upper ? aff_offset(pool, high, -1) : low);
}

/* Conditions whose innermost index it is: index >= bound, or index <= bound. */
static void try_conditions(Proving *p, AffId aff, uint32_t index, int64_t coef, bool upper)
{
    AffPool *pool = &p->f->pool->affs;

    for (size_t i = 0; i < p->scope->condition_count; i++) {
        AffId condition = p->scope->conditions[i], rest;
        uint32_t innermost = 0;
        int64_t factor = 0;

        if (!find_innermost(p, condition, &innermost, &factor) || innermost != index || (factor != 1 && factor != -1))
            continue;
        if ((factor < 0) != ((coef > 0) == upper))
            continue;
        rest = aff_sub(pool, condition, aff_scale(pool, aff_index(pool, index), factor, 1));
        try_bound(p, aff, index, coef, aff_scale(pool, rest, -factor, 1));
    }
}

/* Is the largest value below `limit`, or (not `upper`) the smallest one at least `limit`? */
static bool is_bounded(Proving *p, AffId aff, bool upper, int64_t limit)
{
    p->stack.count = 0;
    vec_push(p->f->arena, &p->stack, aff);
    for (unsigned tries = 0; p->stack.count > 0 && tries < MOST_TRIES; tries++) {
        AffId next = vec_pop(&p->stack);
        uint32_t index = 0;
        int64_t coef = 0, least, largest;

        if (find_innermost(p, next, &index, &coef)) {
            try_range(p, next, index, coef, upper);
            try_conditions(p, next, index, coef, upper);
            continue;
        }
        form_interval(p->f, next, &least, &largest);
        if (upper ? largest < limit : least >= limit)
            return true;
    }
    return false;
}

static bool name_is_provable(Proving *p, ExprId id)
{
    const ExprVariable *variable = &p->f->pool->variables.at[p->f->pool->nodes.at[id].u.name.variable];

    for (unsigned k = 0; k < variable->rank; k++) {
        AffId sub = expr_subs(p->f->pool, id)[k];

        if (!is_bounded(p, sub, false, 0) || !is_bounded(p, sub, true, variable->extents[k]))
            return false;
    }
    return true;
}

bool form_is_provable(Forming *f, const FormScope *scope, ExprId body)
{
    Proving p = { .f = f, .scope = scope, .nested = arena_array(f->arena, bool, f->hulls.count + 1) };
    ExprVec reached = { 0 };
    bool good = true;

    expr_reach(f->pool, f->arena, &body, 1, &reached);
    for (size_t i = 0; i < reached.count; i++)
        if (f->pool->nodes.at[reached.at[i]].kind == EXPR_SUM)
            p.nested[f->pool->nodes.at[reached.at[i]].u.sum.index] = true;
    for (size_t i = 0; i < reached.count && good; i++)
        if (f->pool->nodes.at[reached.at[i]].kind == EXPR_NAME)
            good = name_is_provable(&p, reached.at[i]);
    expr_drop(f->arena, &reached);
    return good;
}
