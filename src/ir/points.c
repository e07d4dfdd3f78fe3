/* points.c -- how many points a domain has: exact where the bounds are affine in outer indices of the domain, unless that would take
 * long to count. */
#include "base/saturate.h"
#include "ir/program.h"

/* Values of the domain's indices while they are enumerated. */
typedef struct {
    const Program *p;
    const Stage *stage;
    int64_t *values; /* by dimension */
} Points;

/* The range of what is no index of the domain: an enclosing loop's index, or an element of an integer array. */
static int64_t outer_value(const Program *p, Atom atom, bool largest)
{
    if (atom.kind == ATOM_ELEMENT)
        return largest ? p->symbols.at[atom.of].high - 1 : p->symbols.at[atom.of].low;
    for (size_t i = 0; i < p->loops.count; i++)
        if (p->loops.at[i].index == atom.of)
            return largest ? p->loops.at[i].high - 1 : p->loops.at[i].low;
    return 0;
}

static int64_t term_value(const Points *points, AffTerm term, bool largest)
{
    Atom atom = points->p->affs.atoms.at[term.atom];

    for (unsigned d = 0; atom.kind == ATOM_INDEX && d < points->stage->rank; d++)
        if (points->stage->domain[d].index == atom.of)
            return term.coef * points->values[d];
    return term.coef * outer_value(points->p, atom, largest == (term.coef > 0));
}

static int64_t bound_value(const Points *points, AffId aff, bool largest)
{
    const Affine *a = &points->p->affs.affs.at[aff];
    int64_t value = a->constant;

    for (uint32_t i = 0; i < a->count; i++)
        value += term_value(points, points->p->affs.terms.at[a->first + i], largest);
    return value;
}

static int64_t low_value(const Points *points, unsigned d)
{
    return bound_value(points, points->stage->domain[d].low, false);
}

static int64_t extent_value(const Points *points, unsigned d)
{
    int64_t extent = bound_value(points, points->stage->domain[d].high, true) - low_value(points, d);

    return extent > 0 ? extent : 0;
}

static bool bounds_use(const Points *points, unsigned d, IndexId index)
{
    const Range *range = &points->stage->domain[d];

    return aff_uses_index(&points->p->affs, range->low, index) || aff_uses_index(&points->p->affs, range->high, index);
}

/* Sum over i in 0..n of max(0, first + i*step). */
static uint64_t series(int64_t n, int64_t first, int64_t step)
{
    int64_t from = 0, to = n; /* where the terms are positive */

    if (step == 0)
        return first <= 0 ? 0 : saturating_product((uint64_t)n, (uint64_t)first);
    if (step > 0 && first <= 0)
        from = -first / step + 1;
    if (step < 0)
        to = first <= 0 ? 0 : (first - 1) / -step + 1;
    to = to < n ? to : n;
    if (from >= to)
        return 0;
    return saturating_product((uint64_t)(to - from), (uint64_t)(first + from * step + first + (to - 1) * step)) / 2;
}

/* The points of dimensions d.. for the values set: the index of d is used by one later bound at most (dimension
 * `user`, or 0). */
static uint64_t inner_points(Points *points, unsigned d, unsigned user)
{
    int64_t n = extent_value(points, d);
    uint64_t product;

    points->values[d] = low_value(points, d);
    if (n == 0)
        return 0;
    if (user == 0) {
        product = (uint64_t)n;
    } else {
        const Range *range = &points->stage->domain[user];
        IndexId index = points->stage->domain[d].index;
        const AffPool *affs = &points->p->affs;
        int64_t first = bound_value(points, range->high, true) - low_value(points, user);

        product = series(n, first, aff_coef(affs, range->high, index) - aff_coef(affs, range->low, index));
    }
    for (unsigned k = d + 1; k < points->stage->rank; k++)
        if (k != user)
            product = saturating_product(product, (uint64_t)extent_value(points, k));
    return product;
}

/* The innermost dimension whose index a later bound uses, and how many of them do. */
static unsigned last_used(const Points *points, unsigned *user, unsigned *users)
{
    for (unsigned d = points->stage->rank; d-- > 0;) {
        *users = 0;
        for (unsigned k = d + 1; k < points->stage->rank; k++) {
            if (bounds_use(points, k, points->stage->domain[d].index)) {
                *user = k;
                ++*users;
            }
        }
        if (*users > 0)
            return d;
    }
    return 0;
}

/* More points of outer dimensions are not gone through one by one. */
enum { MOST_ENUMERATED = 1 << 20 };

/* An upper bound: every dimension as long as it can be. */
static uint64_t box_points(const Points *points)
{
    const Stage *stage = points->stage;
    const AffPool *affs = &points->p->affs;
    Points widest = *points;
    int64_t lows[UINT8_MAX + 1], highs[UINT8_MAX + 1];
    uint64_t total = 1;

    for (unsigned d = 0; d < stage->rank; d++) {
        for (unsigned k = 0; k < d; k++)
            widest.values[k] = aff_coef(affs, stage->domain[d].low, stage->domain[k].index) > 0 ? lows[k] : highs[k];
        lows[d] = low_value(&widest, d);
        for (unsigned k = 0; k < d; k++)
            widest.values[k] = aff_coef(affs, stage->domain[d].high, stage->domain[k].index) > 0 ? highs[k] : lows[k];
        highs[d] = bound_value(&widest, stage->domain[d].high, true) - 1;
        total = saturating_product(total, highs[d] < lows[d] ? 0 : (uint64_t)(highs[d] - lows[d]) + 1);
    }
    return total;
}

/* Goes through all values of the dimensions before `inner` in order, like the loops themselves. */
static uint64_t enumerate(Points *points, unsigned inner, unsigned user)
{
    uint64_t total = 0;
    unsigned d = 0, counted = 0;
    bool enter = true;

    for (;;) {
        if (counted++ > MOST_ENUMERATED)
            return box_points(points);
        while (enter && d < inner) {
            points->values[d] = low_value(points, d);
            if (extent_value(points, d) == 0)
                enter = false;
            else
                d++;
        }
        if (enter)
            total = saturating_sum(total, inner_points(points, inner, user));
        for (enter = false; !enter && d > 0;) {
            d--;
            points->values[d]++;
            enter = points->values[d] < low_value(points, d) + extent_value(points, d);
        }
        if (!enter)
            return total;
        d++;
    }
}

uint64_t stage_points(const Program *p, const Stage *stage)
{
    int64_t values[UINT8_MAX + 1] = { 0 };
    Points points = { p, stage, values };
    unsigned user = 0, users = 0, inner = last_used(&points, &user, &users);
    uint64_t total = 1;

    if (users == 0) {
        for (unsigned d = 0; d < stage->rank; d++)
            total = saturating_product(total, (uint64_t)extent_value(&points, d));
        return total;
    }
    if (users > 1) {
        inner++; /* no closed form: this dimension is enumerated, too */
        user = 0;
    }
    return enumerate(&points, inner, user);
}
