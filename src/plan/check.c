/* check.c -- the plan's invariants, as plan.h states them. */
#include "plan/check.h"

typedef struct {
    const Plan *plan;
    const Program *p;
    Arena *arena;
    uint32_t *depth;    /* by plan node */
    uint8_t *leaves;    /* by stage */
    PlanId *loop_of;    /* by index */
    bool *begun;        /* by symbol: a leaf wrote it */
    uint32_t *seen;     /* by node: the last leaf (+ 1) that met it */
    NodeVec stack;
} Checker;

static uint32_t depth_of(const Checker *c, PlanId id)
{
    return id == NO_ID ? 0 : c->depth[id];
}

static bool encloses(const Checker *c, PlanId outer, PlanId inner)
{
    while (depth_of(c, inner) > depth_of(c, outer))
        inner = c->plan->nodes.at[inner].parent;
    return outer == inner;
}

/* ---- links ------------------------------------------------------------------------------------------- */

/* The node that follows in program order. */
static PlanId next_node(const Plan *plan, PlanId id)
{
    if (plan->nodes.at[id].kind == PLAN_FOR && plan->nodes.at[id].first_child != NO_ID)
        return plan->nodes.at[id].first_child;
    while (id != NO_ID && plan->nodes.at[id].next == NO_ID)
        id = plan->nodes.at[id].parent;
    return id == NO_ID ? NO_ID : plan->nodes.at[id].next;
}

static const char *check_links(Checker *c)
{
    const Plan *plan = c->plan;
    size_t count = 0;

    for (PlanId id = plan->first; id != NO_ID; id = next_node(plan, id)) {
        const PlanNode *node = &plan->nodes.at[id];

        if (++count > plan->nodes.count)
            return "the plan's tree has a circle";
        if (node->next != NO_ID && plan->nodes.at[node->next].parent != node->parent)
            return "a plan node's next node has another parent";
        if (node->first_child != NO_ID && plan->nodes.at[node->first_child].parent != id)
            return "a plan node's child has another parent";
        if (node->parent != NO_ID && plan->nodes.at[node->parent].kind != PLAN_FOR)
            return "a leaf of the plan has children";
        c->depth[id] = 1 + depth_of(c, node->parent);
        if (node->kind == PLAN_STAGE)
            c->leaves[node->stage]++;
        else if (c->loop_of[node->index] != NO_ID)
            return "two loops of the plan have one index";
        else
            c->loop_of[node->index] = id;
    }
    if (count != plan->nodes.count)
        return "a plan node is not in the tree";
    for (StageId s = 0; s < c->p->stages.count; s++)
        if (c->leaves[s] != 1)
            return "a stage is not exactly once in the plan";
    return NULL;
}

/* ---- scope ------------------------------------------------------------------------------------------- */

static bool index_is_open(const Checker *c, IndexId index, PlanId place)
{
    PlanId loop = c->loop_of[index];

    return loop != NO_ID && encloses(c, loop, place);
}

static bool set_is_open(const Checker *c, SetId set, PlanId place)
{
    uint32_t count;
    const IndexId *items = set_items(c->p, set, &count);

    for (uint32_t i = 0; i < count; i++)
        if (!index_is_open(c, items[i], place))
            return false;
    return true;
}

/* All indices of an expression lie in open loops: those that are not, do not occur. */
static bool aff_is_open(const Checker *c, AffId aff, PlanId place)
{
    const Affine *a = &c->p->affs.affs.at[aff];

    for (uint32_t t = a->first; t < a->first + a->count; t++) {
        const Atom *atom = &c->p->affs.atoms.at[c->p->affs.terms.at[t].atom];

        if (atom->kind == ATOM_INDEX && !index_is_open(c, atom->of, place))
            return false;
    }
    return true;
}

static const char *check_scope(const Checker *c, const PlanNode *node)
{
    const Stage *stage;

    if (node->kind == PLAN_FOR)
        return aff_is_open(c, node->low, node->parent) && aff_is_open(c, node->high, node->parent)
                   ? NULL : "a loop's bound uses an index that is not open";
    stage = &c->p->stages.at[node->stage];
    for (unsigned k = 0; k < stage->rank; k++)
        if (!index_is_open(c, stage->domain[k].index, node->parent))
            return "a stage's domain index has no loop around its leaf";
    for (uint32_t k = 0; k < stage_subs(c->p, stage); k++)
        if (!aff_is_open(c, stage->subs[k], node->parent))
            return "a subscript uses an index that is not open";
    if (!set_is_open(c, c->p->nodes.at[stage->value].deps, node->parent))
        return "a value uses an index that is not open";
    if (stage->guard != NO_ID && !set_is_open(c, c->p->nodes.at[stage->guard].deps, node->parent))
        return "a guard uses an index that is not open";
    return NULL;
}

/* ---- holds ------------------------------------------------------------------------------------------- */

/* All loops from `hold` to the leaf are the stage's own and none is in a subscript. */
static const char *check_hold(const Checker *c, const PlanNode *node)
{
    const Stage *stage = &c->p->stages.at[node->stage];
    bool listed = false;

    if (!encloses(c, node->hold, node->parent))
        return "a leaf is held over a loop that is not around it";
    for (PlanId id = c->plan->nodes.at[node->hold].first_held; id != NO_ID; id = c->plan->nodes.at[id].next_held)
        listed |= &c->plan->nodes.at[id] == node;
    if (!listed)
        return "a held leaf is not in its loop's list";
    for (PlanId id = node->parent; depth_of(c, id) >= depth_of(c, node->hold); id = c->plan->nodes.at[id].parent)
        for (uint32_t k = 0; k < stage_subs(c->p, stage); k++)
            if (aff_uses_index(&c->p->affs, stage->subs[k], c->plan->nodes.at[id].index))
                return "a leaf is held over a loop whose index is in its subscripts";
    return NULL;
}

static const char *check_start(const Checker *c, const PlanNode *node)
{
    const Stage *stage = &c->p->stages.at[node->stage];

    if (node->zero || stage->op == STAGE_SET)
        return node->hold == NO_ID ? NULL : "a leaf that only writes is held";
    if (stage->op == STAGE_ARGMAX && node->hold == NO_ID)
        return "a position of a maximum is not held";
    if (stage->op == STAGE_ADD && c->p->symbols.at[stage->target].compensated && node->hold == NO_ID && !stage->fresh)
        return "a compensated sum is not held";
    return node->hold == NO_ID ? NULL : check_hold(c, node);
}

/* ---- stores ------------------------------------------------------------------------------------------ */

static bool is_local_cell(const Checker *c, SymId symbol)
{
    const Store *store = &c->plan->stores[symbol];

    return store->kind == STORE_CELL || (store->kind == STORE_CALLER && c->p->symbols.at[symbol].rank == 0);
}

static const char *check_write(Checker *c, const PlanNode *node)
{
    SymId target = c->p->stages.at[node->stage].target;
    const Store *store = &c->plan->stores[target];
    PlanId place = node->hold == NO_ID ? node->parent : c->plan->nodes.at[node->hold].parent;
    PlanId scope = store->kind == STORE_CELL ? store->scope : NO_ID;

    if (store->kind == STORE_TABLE)
        return "a stage writes a table";
    if (is_local_cell(c, target) && !encloses(c, scope, place))
        return "a local is written outside of its scope";
    if (is_local_cell(c, target) && !c->begun[target] && place != scope)
        return "the first write of a local is deeper than its scope";
    c->begun[target] = true;
    return NULL;
}

static void meet_node(Checker *c, NodeId node, PlanId leaf)
{
    if (node == NO_ID || c->seen[node] == leaf + 1 || c->p->nodes.at[node].deps == 0)
        return;
    c->seen[node] = leaf + 1;
    vec_push(c->arena, &c->stack, node);
}

/* Reads with indices; those without were counted when scopes were made. */
static const char *check_reads(Checker *c, PlanId id)
{
    const PlanNode *leaf = &c->plan->nodes.at[id];

    meet_node(c, c->p->stages.at[leaf->stage].value, id);
    meet_node(c, c->p->stages.at[leaf->stage].guard, id);
    while (c->stack.count > 0) {
        const Node *node = &c->p->nodes.at[vec_pop(&c->stack)];
        SymId symbol = node->op == OP_READ ? node->u.read.symbol : NO_ID;

        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            meet_node(c, node->u.arg[k], id);
        if (symbol == NO_ID || c->plan->stores[symbol].kind != STORE_CELL)
            continue;
        if (!encloses(c, c->plan->stores[symbol].scope, leaf->parent))
            return "a local is read outside of its scope";
        if (!c->begun[symbol])
            return "a local is read before it is written";
    }
    return NULL;
}

static const char *check_nodes(Checker *c)
{
    const Plan *plan = c->plan;

    for (PlanId id = plan->first; id != NO_ID; id = next_node(plan, id)) {
        const PlanNode *node = &plan->nodes.at[id];
        const char *wrong = check_scope(c, node);

        if (wrong == NULL && node->kind == PLAN_STAGE)
            wrong = check_start(c, node);
        if (wrong == NULL && node->kind == PLAN_STAGE)
            wrong = check_reads(c, id);
        if (wrong == NULL && node->kind == PLAN_STAGE)
            wrong = check_write(c, node);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

const char *plan_check(const Plan *plan)
{
    const Program *p = plan->program;
    Checker c = { .plan = plan, .p = p, .arena = heap_arena(p->heap) };
    const char *wrong;

    c.depth = arena_array(c.arena, uint32_t, plan->nodes.count);
    c.leaves = arena_array(c.arena, uint8_t, p->stages.count);
    c.loop_of = arena_array(c.arena, PlanId, p->indices.count);
    c.begun = arena_array(c.arena, bool, p->symbols.count);
    c.seen = arena_array(c.arena, uint32_t, p->nodes.count);
    for (IndexId i = 0; i < p->indices.count; i++)
        c.loop_of[i] = NO_ID;
    wrong = check_links(&c);
    if (wrong == NULL)
        wrong = check_nodes(&c);
    if (wrong == NULL)
        wrong = check_folds(plan, c.arena);
    heap_release(p->heap, c.arena);
    return wrong;
}
