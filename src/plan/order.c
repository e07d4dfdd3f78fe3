/* order.c -- the order of a stage's loops.
 *
 * Loops of reductions go inside, so that what is accumulated stays in a register, unless another order makes the
 * innermost accesses unit-stride: `d_x[k] += W[i,k]*d[i]` becomes for i, for k.
 */
#include "plan/planner.h"

enum {
    UNIT_STRIDE = 2, STRIDED = -3, /* times the rank of the array */
    SHORTEST_INNER = 4             /* below this many turns unit stride is not worth loads and stores */
};

/* Is exactly one index of the domain still undetermined in this subscript, and outside of elements? Then the element
 * determines it. */
static unsigned only_undetermined(const Planner *planner, const Stage *stage, AffId sub, const bool *determined)
{
    const AffPool *pool = &planner->from->affs;
    unsigned found = stage->rank;

    for (unsigned k = 0; k < stage->rank; k++) {
        if (determined[k] || !aff_uses_index(pool, sub, stage->domain[k].index))
            continue;
        if (found != stage->rank)
            return stage->rank;
        found = k;
    }
    if (found != stage->rank && (aff_has_element(pool, sub) || aff_coef(pool, sub, stage->domain[found].index) == 0))
        return stage->rank;
    return found;
}

void order_determined(const Planner *planner, const Stage *stage, bool *determined)
{
    unsigned subs = stage_subs(planner->from, stage);
    bool changed = true;

    for (unsigned k = 0; k < stage->rank; k++)
        determined[k] = false;
    while (changed) {
        changed = false;
        for (unsigned s = 0; s < subs; s++) {
            unsigned k = only_undetermined(planner, stage, stage->subs[s], determined);

            if (k < stage->rank)
                determined[k] = changed = true;
        }
    }
}

static int score_of_subs(const AffPool *pool, const AffId *subs, unsigned rank, IndexId index)
{
    bool last = false;

    for (unsigned k = 0; k < rank; k++) {
        if (!aff_uses_index(pool, subs[k], index))
            continue;
        if (k + 1 < rank || aff_coef(pool, subs[k], index) != 1)
            return STRIDED * (int)rank;
        last = true;
    }
    return last ? UNIT_STRIDE * (int)rank : 0;
}

/* Where there are reductions the target does not count: with them inside, it is a register. */
static int score_of_index(const Planner *planner, const Stage *stage, const NodeVec *reads, IndexId index)
{
    const Program *p = planner->from;
    int score = stage->op == STAGE_SET ? score_of_subs(&p->affs, stage->subs, stage_subs(p, stage), index) : 0;

    for (size_t i = 0; i < reads->count; i++) {
        const Node *node = &p->nodes.at[reads->at[i]];

        if (node->op != OP_READ)
            continue;
        score += score_of_subs(&p->affs, node_subs(p, reads->at[i]), p->symbols.at[node->u.read.symbol].rank, index);
    }
    return score;
}

static bool is_long(const Planner *planner, const Range *range)
{
    const AffPool *pool = &planner->from->affs;
    int64_t low, high;

    if (!aff_is_const(pool, range->low, &low) || !aff_is_const(pool, range->high, &high))
        return true;
    return high - low >= SHORTEST_INNER;
}

/* Bounds use indices to the left, and what one element accumulates comes in the order of the domain (rounding, ties).
 * */
static bool order_is_legal(const Planner *planner, const Stage *stage, const bool *determined, const uint8_t *order)
{
    const AffPool *pool = &planner->from->affs;
    int last = -1;

    for (unsigned l = 0; l < stage->rank; l++) {
        const Range *range = &stage->domain[order[l]];

        for (unsigned inner = l + 1; inner < stage->rank; inner++) {
            IndexId index = stage->domain[order[inner]].index;

            if (aff_uses_index(pool, range->low, index) || aff_uses_index(pool, range->high, index))
                return false;
        }
        if (stage->op == STAGE_SET || determined[order[l]])
            continue;
        if (order[l] < last)
            return false;
        last = order[l];
    }
    return true;
}

static bool is_subscript(const Planner *planner, const Stage *stage, unsigned position)
{
    unsigned subs = stage_subs(planner->from, stage);

    for (unsigned s = 0; s < subs; s++)
        if (aff_uses_index(&planner->from->affs, stage->subs[s], stage->domain[position].index))
            return true;
    return false;
}

/* Subscripts first, then reductions. */
static void order_for_registers(const Planner *planner, const Stage *stage, uint8_t *order)
{
    unsigned n = 0;

    for (int reduced = 0; reduced <= 1; reduced++)
        for (unsigned k = 0; k < stage->rank; k++)
            if (is_subscript(planner, stage, k) == !reduced)
                order[n++] = (uint8_t)k;
}

/* The order of the domain but for one index: what is accumulated lies in memory anyway, and adjoint stages have the
 * order of their source, with which they fuse. */
static void order_with_inner(const Stage *stage, unsigned inner, uint8_t *order)
{
    unsigned n = 0;

    for (unsigned k = 0; k < stage->rank; k++)
        if (k != inner)
            order[n++] = (uint8_t)k;
    order[n] = (uint8_t)inner;
}

/* The subscript index with the best score, if it is better as the innermost one than `innermost`; else the rank. */
static unsigned find_unit_stride(const Planner *planner, const Stage *stage, const NodeVec *reads, unsigned innermost)
{
    int best = score_of_index(planner, stage, reads, stage->domain[innermost].index);
    unsigned found = stage->rank;

    if (best < 0)
        best = 0;
    for (unsigned k = 0; k < stage->rank; k++) {
        int score;

        if (k == innermost || !is_subscript(planner, stage, k) || !is_long(planner, &stage->domain[k]))
            continue;
        score = score_of_index(planner, stage, reads, stage->domain[k].index);
        if (score > best || (score == best && found < stage->rank)) {
            best = score;
            found = k;
        }
    }
    return found;
}

void order_find(const Planner *planner, const Stage *stage, const NodeVec *reads, uint8_t *order)
{
    bool determined[MOST_LEVELS];
    bool held = stage->op == STAGE_ARGMAX || planner->from->symbols.at[stage->target].compensated;
    unsigned inner;

    for (unsigned k = 0; k < stage->rank; k++)
        order[k] = (uint8_t)k;
    if (stage->rank < 2)
        return;
    order_determined(planner, stage, determined);
    order_for_registers(planner, stage, order);
    inner = held ? stage->rank : find_unit_stride(planner, stage, reads, order[stage->rank - 1]);
    if (inner < stage->rank) {
        order_with_inner(stage, inner, order);
        if (order_is_legal(planner, stage, determined, order))
            return;
        order_for_registers(planner, stage, order);
    }
    if (order_is_legal(planner, stage, determined, order))
        return;
    for (unsigned k = 0; k < stage->rank; k++)
        order[k] = (uint8_t)k;
}
