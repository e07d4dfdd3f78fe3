/* index_solve.c -- sums over those points of a domain at which subscripts have given values. */
#include "sym/forming.h"

/* How far equations are solved: an index by several others, by the one that is given and those solved before, only by the one that
 * is given. The less is solved, the more is summed over under a condition, and the less has to be proved of subscripts. */
typedef enum { SOLVE_JOINTLY, SOLVE_ALONE, SOLVE_PLAINLY } Effort;

typedef struct {
    Effort effort;
    Forming *f;
    const FormItem *item;
    const AffId *subs, *targets;
    uint32_t rank;
    AffId *map;         /* by index of the item: what it is, itself if it is summed over */
    bool *solved;
    bool *done;         /* by equation */
    AffId *low, *high;  /* of what is summed over */
    VEC(AffId) at_least; /* conditions: not negative */
    VEC(AffId) equal;    /* conditions: 0 */
    bool never;          /* the conditions contradict each other */
} Solving;

/* ---- integer expressions ----------------------------------------------------------------------------- */

static AffId map_index(void *context, AffPool *pool, uint32_t index)
{
    const Solving *s = context;

    for (unsigned r = 0; r < s->item->rank; r++)
        if (s->item->indices[r] == index)
            return s->map[r];
    return aff_index(pool, index);
}

static AffId mapped(Solving *s, AffId aff)
{
    return aff_substitute(&s->f->pool->affs, aff, map_index, NULL, s);
}

static AffId difference(const Solving *s, AffId a, AffId b)
{
    return aff_sub(&s->f->pool->affs, a, b);
}

/* The factor of the index if it is 1 or -1 and the index does not stand in the subscripts of an element; else 0. `rest` is what is
 * left without it. */
static int64_t unit_factor(const Solving *s, AffId aff, uint32_t index, AffId *rest)
{
    AffPool *pool = &s->f->pool->affs;
    int64_t coef = aff_coef(pool, aff, index);

    if (coef != 1 && coef != -1)
        return 0;
    *rest = aff_sub(pool, aff, aff_scale(pool, aff_index(pool, index), coef, 1));
    return aff_uses_index(pool, *rest, index) ? 0 : coef;
}

/* ---- conditions -------------------------------------------------------------------------------------- */

static void require_at_least(Solving *s, AffId aff)
{
    int64_t least, largest;

    form_interval(s->f, aff, &least, &largest);
    s->never |= largest < 0;
    if (least < 0)
        vec_push(s->f->arena, &s->at_least, aff);
}

static void require_equal(Solving *s, AffId aff)
{
    int64_t least, largest;

    form_interval(s->f, aff, &least, &largest);
    s->never |= largest < 0 || least > 0;
    if (least != 0 || largest != 0)
        vec_push(s->f->arena, &s->equal, aff);
}

/* The terms of one sign, and the constant if it has that sign. */
static AffId part_of(const Solving *s, AffId id, int64_t sign)
{
    AffPool *pool = &s->f->pool->affs;
    Affine aff = pool->affs.at[id];
    AffId part = aff_const(pool, aff.constant * sign > 0 ? aff.constant * sign : 0);

    for (uint32_t t = 0; t < aff.count; t++) {
        AffTerm term = pool->terms.at[aff.first + t];
        Atom atom = pool->atoms.at[term.atom];
        AffId value;

        if (term.coef * sign <= 0)
            continue;
        value = atom.kind == ATOM_INDEX ? aff_index(pool, atom.of) : aff_element(pool, atom.of, pool->subs.at + atom.subs, atom.rank);
        part = aff_add(pool, part, aff_scale(pool, value, term.coef * sign, 1));
    }
    return part;
}

static ExprId compare(const Solving *s, Op op, AffId a, AffId b)
{
    return expr_raw(s->f->pool, op, expr_integer(s->f->pool, a), expr_integer(s->f->pool, b), EXPR_NONE);
}

/* aff >= 0 or aff == 0 as a comparison of what is added with what is taken away. */
static ExprId comparison(const Solving *s, AffId aff, bool equal)
{
    AffPool *pool = &s->f->pool->affs;
    int64_t constant = pool->affs.at[aff].constant;
    AffId left = part_of(s, aff, 1), right = part_of(s, aff, -1);

    if (equal)
        return aff_is_const(pool, left, &constant) ? compare(s, OP_EQ, right, left) : compare(s, OP_EQ, left, right);
    if (constant > 0)
        return compare(s, OP_LT, right, aff_offset(pool, left, 1));
    if (constant == -1)
        return compare(s, OP_GT, left, aff_offset(pool, right, -1));
    return compare(s, OP_GE, left, right);
}

static ExprId both(const Solving *s, ExprId a, ExprId b)
{
    return a == EXPR_NONE ? b : expr_raw(s->f->pool, OP_AND, a, b, EXPR_NONE);
}

static bool uses_summed(const Solving *s, AffId aff)
{
    for (unsigned r = 0; r < s->item->rank; r++)
        if (!s->solved[r] && aff_uses_index(&s->f->pool->affs, aff, s->item->indices[r]))
            return true;
    return false;
}

/* Those conditions that depend on what is summed over, or those that do not. */
static ExprId conjunction(const Solving *s, bool summed)
{
    ExprId all = EXPR_NONE;

    for (size_t i = 0; i < s->equal.count; i++)
        if (uses_summed(s, s->equal.at[i]) == summed)
            all = both(s, all, comparison(s, s->equal.at[i], true));
    for (size_t i = 0; i < s->at_least.count; i++)
        if (uses_summed(s, s->at_least.at[i]) == summed)
            all = both(s, all, comparison(s, s->at_least.at[i], false));
    return all;
}

/* ---- equations --------------------------------------------------------------------------------------- */

static AffId equation(Solving *s, uint32_t k)
{
    return difference(s, mapped(s, s->subs[k]), s->targets[k]);
}

/* An index that the equation can be solved for, or item->rank; `alone`: only if it is the only one in it. Where others are left
 * their factors are 1 or -1: then the conditions that remain prove that subscripts are in range. */
static unsigned find_unknown(Solving *s, AffId aff, bool alone)
{
    unsigned found = s->item->rank, unknowns = 0, unfit = 0;
    AffId rest;

    for (unsigned r = 0; r < s->item->rank; r++) {
        if (s->solved[r] || !aff_uses_index(&s->f->pool->affs, aff, s->item->indices[r]))
            continue;
        unknowns++;
        if (unit_factor(s, aff, s->item->indices[r], &rest) == 0)
            unfit++;
        else if (found == s->item->rank)
            found = r;
    }
    return (alone && unknowns > 1) || unfit > 0 ? s->item->rank : found;
}

static void solve_for(Solving *s, AffId aff, unsigned r)
{
    AffId rest = AFF_ZERO;
    int64_t coef = unit_factor(s, aff, s->item->indices[r], &rest);

    s->map[r] = aff_scale(&s->f->pool->affs, rest, -coef, 1);
    s->solved[r] = true;
    for (unsigned i = 0; i < s->item->rank; i++)
        if (s->solved[i] && i != r)
            s->map[i] = mapped(s, s->map[i]);
}

/* Solves one more equation; false: none can be. */
static bool solve_one(Solving *s, bool alone)
{
    for (uint32_t k = 0; k < s->rank; k++) {
        AffId aff;
        unsigned r;

        if (s->done[k])
            continue;
        aff = equation(s, k);
        r = find_unknown(s, aff, alone);
        if (r == s->item->rank || (s->effort == SOLVE_PLAINLY && s->f->pool->affs.affs.at[aff].count > 2))
            continue;
        solve_for(s, aff, r);
        s->done[k] = true;
        return true;
    }
    return false;
}

static void solve(Solving *s)
{
    while (solve_one(s, true) || (s->effort == SOLVE_JOINTLY && solve_one(s, false)))
        ;
    for (uint32_t k = 0; k < s->rank; k++)
        if (!s->done[k])
            require_equal(s, equation(s, k));
}

/* ---- ranges ------------------------------------------------------------------------------------------ */

/* May the bound of a summed index use these indices? Only those further out. */
static bool uses_later(const Solving *s, AffId aff, unsigned r)
{
    for (unsigned i = r; i < s->item->rank; i++)
        if (!s->solved[i] && aff_uses_index(&s->f->pool->affs, aff, s->item->indices[i]))
            return true;
    return false;
}

static void take_range(Solving *s, unsigned r)
{
    AffPool *pool = &s->f->pool->affs;
    AffId low = mapped(s, s->item->low[r]), high = mapped(s, s->item->high[r]);
    Hull hull = s->f->hulls.at[s->item->indices[r]];

    if (s->solved[r] || uses_later(s, low, r) || uses_later(s, high, r)) {
        require_at_least(s, difference(s, s->map[r], low));
        require_at_least(s, aff_offset(pool, difference(s, high, s->map[r]), -1));
        low = aff_const(pool, hull.low);
        high = aff_const(pool, hull.high);
    }
    s->low[r] = low;
    s->high[r] = high;
}

static bool never_negative(const Solving *s, AffId aff)
{
    int64_t least, largest;

    form_interval(s->f, aff, &least, &largest);
    return least >= 0;
}

/* A condition on the innermost summed index that it uses becomes a bound, where the range is not empty for that. */
static bool tighten(Solving *s, AffId aff)
{
    AffPool *pool = &s->f->pool->affs;
    unsigned r = s->item->rank;
    AffId rest, bound;
    int64_t coef;

    do {
        if (r-- == 0)
            return false;
    } while (s->solved[r] || !aff_uses_index(pool, aff, s->item->indices[r]));
    coef = unit_factor(s, aff, s->item->indices[r], &rest);
    if (coef == 0)
        return false;
    bound = coef > 0 ? aff_scale(pool, rest, -1, 1) : aff_offset(pool, rest, 1);
    if (!never_negative(s, difference(s, bound, s->low[r])) || !never_negative(s, difference(s, s->high[r], bound)))
        return false;
    *(coef > 0 ? &s->low[r] : &s->high[r]) = bound;
    return true;
}

static void tighten_all(Solving *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->at_least.count; i++)
        if (!tighten(s, s->at_least.at[i]))
            s->at_least.at[kept++] = s->at_least.at[i];
    s->at_least.count = kept;
}

/* ---- all --------------------------------------------------------------------------------------------- */

static void begin(Solving *s)
{
    Arena *arena = s->f->arena;
    unsigned rank = s->item->rank;

    s->map = arena_array(arena, AffId, rank + 1u);
    s->low = arena_array(arena, AffId, rank + 1u);
    s->high = arena_array(arena, AffId, rank + 1u);
    s->solved = arena_array(arena, bool, rank + 1u);
    s->done = arena_array(arena, bool, s->rank + 1u);
    s->at_least.count = s->equal.count = 0;
    s->never = false;
    for (unsigned r = 0; r < rank; r++)
        s->map[r] = aff_index(&s->f->pool->affs, s->item->indices[r]);
}

/* The body where the equations hold; false: with less effort its subscripts would be proved. */
static bool attempt(Solving *s, ExprId body, ExprId *result)
{
    const FormItem *item = s->item;
    FormScope scope = { .indices = item->indices, .count = item->rank };

    begin(s);
    solve(s);
    for (unsigned r = 0; r < item->rank; r++)
        take_range(s, r);
    *result = form_substitute(s->f, body, item->indices, s->map, item->rank);
    scope.low = s->low;
    scope.high = s->high;
    scope.conditions = s->at_least.at;
    scope.condition_count = s->at_least.count;
    return s->never || s->effort == SOLVE_PLAINLY || form_is_provable(s->f, &scope, *result);
}

FormPiece form_sum_where(Forming *f, const FormItem *item, const AffId *targets, const AffId *subs, uint32_t rank, ExprId body)
{
    Solving s = { .f = f, .item = item, .subs = subs, .targets = targets, .rank = rank };
    ExprId zero = expr_int(f->pool, 0), inner, result;

    if (item->guard != EXPR_NONE)
        body = expr_fold(f->pool, OP_SELECT, item->guard, body, zero);
    while (!attempt(&s, body, &result))
        s.effort++;
    if (s.never)
        return (FormPiece){ zero, EXPR_NONE };
    tighten_all(&s);
    inner = conjunction(&s, true);
    if (inner != EXPR_NONE)
        result = expr_fold(f->pool, OP_SELECT, inner, result, zero);
    for (unsigned r = item->rank; r-- > 0;)
        if (!s.solved[r])
            result = form_sum(f, item->indices[r], s.low[r], s.high[r], result);
    return (FormPiece){ result, conjunction(&s, false) };
}
