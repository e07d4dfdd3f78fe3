/* check_fold.c -- what plan.h says of folded symbols, leaf by leaf. The order of reads and writes in arrays that are
 * folded in place is left to tests that run plans (tests/unit/plan_machine.h). */
#include "plan/check.h"

typedef struct {
    const Plan *plan;
    Program *p;
    NodeVec reach;
    bool *renewed; /* by symbol: its new element was written in the loop */
    const char *wrong;
} Folds;

static bool is_inside(const Folds *f, PlanId id, PlanId loop)
{
    while (id != NO_ID && id != loop)
        id = f->plan->nodes.at[id].parent;
    return id == loop;
}

/* The element that the loop begins with (`first`), or that it ends with. */
static AffId end_of_loop(const Folds *f, const Store *store, bool first)
{
    const PlanNode *loop = &f->plan->nodes.at[store->loop];
    AffPool *pool = &f->p->affs;
    AffId high = loop->high;

    if (f->p->loops.at[loop->loop].condition != NO_ID)
        high = loop->count == AFF_FAIL ? AFF_FAIL : aff_add(pool, loop->low, loop->count);
    if (first)
        return loop->reverse ? (high == AFF_FAIL ? AFF_FAIL : aff_offset(pool, high, store->new))
                             : aff_offset(pool, loop->low, store->new - 1);
    if (loop->reverse)
        return aff_offset(pool, loop->low, store->new);
    return high == AFF_FAIL ? AFF_FAIL : aff_offset(pool, high, store->new - 1);
}

static const char *check_inside(Folds *f, SymId symbol, const AffId *subs, bool write)
{
    const Store *store = &f->plan->stores[symbol];
    int64_t old = f->plan->nodes.at[store->loop].reverse ? store->new + 1 : store->new - 1, offset;
    bool cell = store->kind == STORE_CELL && store->fold == FOLD_IN_PLACE;
    uint32_t index;

    if (!aff_is_shifted_index(&f->p->affs, subs[store->folded], &index, &offset) ||
        index != f->plan->nodes.at[store->loop].index || (offset != old && offset != store->new))
        return "a folded symbol is accessed in its loop at another element";
    if (offset == old && cell && f->renewed[symbol])
        return "a folded local is read after it was written";
    f->renewed[symbol] |= write && offset == store->new;
    return NULL;
}

static const char *check_access(Folds *f, PlanId leaf, SymId symbol, const AffId *subs, bool write)
{
    const Store *store = &f->plan->stores[symbol];
    int64_t value;

    if (store->fold == FOLD_NONE)
        return NULL;
    if (!is_inside(f, leaf, f->plan->nodes.at[store->loop].parent))
        return "a folded symbol is accessed outside of the body of its loop's parent";
    for (unsigned k = 0; store->fold == FOLD_COPY && k < f->p->symbols.at[symbol].rank; k++)
        if (plan_extent(f->plan, symbol, k) > 0 && !aff_is_const(&f->p->affs, subs[k], &value))
            return "a folded array with a copy has a subscript that is no constant";
    if (is_inside(f, leaf, store->loop))
        return check_inside(f, symbol, subs, write);
    if (subs[store->folded] != end_of_loop(f, store, leaf < store->loop))
        return "a folded symbol is accessed outside of its loop at another element";
    return NULL;
}

/* The reads of an expression; a held leaf writes a C local in front of its loop, so before it reads. */
static void check_expression(Folds *f, PlanId leaf, NodeId root, Arena *arena)
{
    f->reach.count = 0;
    if (root == NO_ID)
        return;
    node_reach(f->p, arena, &root, 1, &f->reach);
    for (size_t i = 0; i < f->reach.count && f->wrong == NULL; i++) {
        const Node *node = &f->p->nodes.at[f->reach.at[i]];

        if (node->op == OP_READ)
            f->wrong = check_access(f, leaf, node->u.read.symbol, node_subs(f->p, f->reach.at[i]), false);
    }
}

static void check_leaf(Folds *f, PlanId id, Arena *arena)
{
    const PlanNode *leaf = &f->plan->nodes.at[id];
    const Stage *stage = &f->p->stages.at[leaf->stage];
    bool early = leaf->hold != NO_ID && stage->op != STAGE_ARGMAX;

    if (early)
        f->wrong = check_access(f, id, stage->target, stage->subs, true);
    if (f->wrong == NULL)
        check_expression(f, id, stage->value, arena);
    if (f->wrong == NULL)
        check_expression(f, id, stage->guard, arena);
    if (f->wrong == NULL && !early)
        f->wrong = check_access(f, id, stage->target, stage->subs, true);
}

const char *check_folds(const Plan *plan, Arena *arena)
{
    Folds f = { .plan = plan, .p = plan->copy };
    bool any = false;

    for (SymId s = 0; s < plan->program->symbols.count; s++)
        any |= plan->stores[s].fold != FOLD_NONE;
    if (!any)
        return NULL;
    f.renewed = arena_array(arena, bool, plan->program->symbols.count);
    for (PlanId id = 0; id < plan->nodes.count && f.wrong == NULL; id++) {
        const PlanNode *node = &plan->nodes.at[id];

        if (node->kind == PLAN_STAGE)
            check_leaf(&f, id, arena);
        else if (node->sequential)
            check_expression(&f, id, f.p->loops.at[node->loop].condition, arena);
    }
    return f.wrong;
}
