/* c_bounds.c -- how large integer expressions get: whether int32_t holds them on the way. */
#include "emit/c_body.h"

static int64_t scaled(int64_t coef, int64_t value)
{
    const int64_t most = (int64_t)1 << 62;

    if (value != 0 && (coef > most / (value < 0 ? -value : value) || coef < -most / (value < 0 ? -value : value)))
        return (coef < 0) == (value < 0) ? most : -most;
    return coef * value;
}

static void add_bound(int64_t *sum, int64_t value)
{
    const int64_t most = (int64_t)1 << 62;

    *sum = value > 0 && *sum > most - value ? most : value < 0 && *sum < -most - value ? -most : *sum + value;
}

void c_expr_bounds(const CBody *b, AffId aff, int64_t *low, int64_t *high)
{
    const AffPool *pool = &b->p->affs;
    const Affine *a = &pool->affs.at[aff];

    *low = *high = a->constant;
    for (uint32_t t = 0; t < a->count; t++) {
        const AffTerm *term = &pool->terms.at[a->first + t];
        const Atom *atom = &pool->atoms.at[term->atom];
        bool index = atom->kind == ATOM_INDEX;
        int64_t least = scaled(term->coef, index ? b->index_low[atom->of] : b->p->symbols.at[atom->of].low);
        int64_t most = scaled(term->coef, index ? b->index_high[atom->of] : b->p->symbols.at[atom->of].high - 1);

        add_bound(low, term->coef > 0 ? least : most);
        add_bound(high, term->coef > 0 ? most : least);
    }
}

/* In any order of addition: positive and negative parts are bounded apart. */
bool c_expr_is_wide(const CBody *b, AffId aff)
{
    const AffPool *pool = &b->p->affs;
    const Affine *a = &pool->affs.at[aff];
    int64_t up = a->constant > 0 ? a->constant : 0, down = a->constant < 0 ? a->constant : 0;

    for (uint32_t t = 0; t < a->count; t++) {
        const AffTerm *term = &pool->terms.at[a->first + t];
        const Atom *atom = &pool->atoms.at[term->atom];
        bool index = atom->kind == ATOM_INDEX;
        int64_t x = scaled(term->coef, index ? b->index_low[atom->of] : b->p->symbols.at[atom->of].low);
        int64_t y = scaled(term->coef, index ? b->index_high[atom->of] : b->p->symbols.at[atom->of].high - 1);

        add_bound(&up, x > y ? (x > 0 ? x : 0) : y > 0 ? y : 0);
        add_bound(&down, x < y ? (x < 0 ? x : 0) : y < 0 ? y : 0);
    }
    return a->count > 0 && (up > INT32_MAX || down < -INT32_MAX);
}
