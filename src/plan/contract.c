/* contract.c -- where symbols are kept.
 *
 * A dimension of a local array is dropped if all accesses lie in one loop whose index, alone, is the subscript
 * everywhere: each turn then has its own slice, written and read in that turn. If all dimensions go, the one element
 * is a C local.
 */
#include "plan/planner.h"

#define UNSEEN (NO_ID - 1) /* no place yet; NO_ID is the top */

/* One access in the tree: `place` is the loop in whose body it happens. */
typedef struct {
    SymId symbol;
    PlanId place;
    const AffId *subs; /* NULL: none that could be a loop's index */
} Use;

typedef struct {
    Plan *plan;
    Arena *arena;
    uint32_t *depth;   /* by plan node */
    PlanId *loop_of;   /* by index: its FOR, or NO_ID */
    PlanId *home;      /* by symbol: the innermost loop around all its uses */
    PlanId *place;     /* by scalar node: the innermost loop around all that need it */
    uint32_t *seen;    /* by node: the last leaf (+ 1) that met it */
    VEC(Use) uses;
    NodeVec stack;
} Contractor;

/* ---- places ------------------------------------------------------------------------------------------ */

static uint32_t depth_of(const Contractor *c, PlanId id)
{
    return id == NO_ID ? 0 : c->depth[id];
}

static PlanId common_loop(const Contractor *c, PlanId a, PlanId b)
{
    if (a == UNSEEN || b == UNSEEN)
        return a == UNSEEN ? b : a;
    while (a != b) {
        if (depth_of(c, a) >= depth_of(c, b))
            a = c->plan->nodes.at[a].parent;
        else
            b = c->plan->nodes.at[b].parent;
    }
    return a;
}

static bool encloses(const Contractor *c, PlanId outer, PlanId inner)
{
    while (depth_of(c, inner) > depth_of(c, outer))
        inner = c->plan->nodes.at[inner].parent;
    return outer == inner;
}

static void find_depths(Contractor *c)
{
    const Plan *plan = c->plan;

    c->depth = arena_array(c->arena, uint32_t, plan->nodes.count);
    c->loop_of = arena_array(c->arena, PlanId, plan->program->indices.count);
    for (IndexId i = 0; i < plan->program->indices.count; i++)
        c->loop_of[i] = NO_ID;
    for (PlanId id = 0; id < plan->nodes.count; id++) {
        c->depth[id] = 1 + depth_of(c, plan->nodes.at[id].parent);
        if (plan->nodes.at[id].kind == PLAN_FOR)
            c->loop_of[plan->nodes.at[id].index] = id;
    }
}

/* ---- uses -------------------------------------------------------------------------------------------- */

static bool may_contract(const Contractor *c, SymId symbol)
{
    const Symbol *s = &c->plan->program->symbols.at[symbol];

    return s->role == SYM_LOCAL && !s->integer;
}

static void add_use(Contractor *c, SymId symbol, PlanId place, const AffId *subs)
{
    if (!may_contract(c, symbol))
        return;
    vec_push(c->arena, &c->uses, (Use){ symbol, place, subs });
    c->home[symbol] = common_loop(c, c->home[symbol], place);
}

static void meet_node(Contractor *c, NodeId node, PlanId leaf, PlanId place)
{
    if (node == NO_ID || c->seen[node] == leaf + 1)
        return;
    c->seen[node] = leaf + 1;
    if (c->plan->program->nodes.at[node].deps == 0)
        c->place[node] = common_loop(c, c->place[node], place);
    else
        vec_push(c->arena, &c->stack, node);
}

static void find_uses_of_roots(Contractor *c, NodeId value, NodeId guard, PlanId id, PlanId place)
{
    const Program *p = c->plan->program;

    meet_node(c, value, id, place);
    meet_node(c, guard, id, place);
    while (c->stack.count > 0) {
        NodeId node = vec_pop(&c->stack);

        if (p->nodes.at[node].op == OP_READ)
            add_use(c, p->nodes.at[node].u.read.symbol, place, node_subs(p, node));
        for (unsigned k = 0; k < op_info[p->nodes.at[node].op].arity; k++)
            meet_node(c, p->nodes.at[node].u.arg[k], id, place);
    }
}

/* A scalar node is needed where its users are. */
static void find_uses_of_scalars(Contractor *c)
{
    const Program *p = c->plan->program;

    for (NodeId id = (NodeId)p->nodes.count; id-- > 0;) {
        if (c->place[id] == UNSEEN)
            continue;
        if (p->nodes.at[id].op == OP_READ)
            add_use(c, p->nodes.at[id].u.read.symbol, c->place[id], NULL);
        for (unsigned k = 0; k < op_info[p->nodes.at[id].op].arity; k++) {
            NodeId arg = p->nodes.at[id].u.arg[k];

            c->place[arg] = common_loop(c, c->place[arg], c->place[id]);
        }
    }
}

static void find_uses(Contractor *c)
{
    const Plan *plan = c->plan;
    const Program *p = plan->program;

    for (PlanId id = 0; id < plan->nodes.count; id++) {
        const PlanNode *node = &plan->nodes.at[id];
        const Stage *stage;
        PlanId held = node->hold == NO_ID ? node->parent : plan->nodes.at[node->hold].parent;

        if (node->kind == PLAN_FOR) {
            if (node->sequential)
                find_uses_of_roots(c, p->loops.at[node->loop].condition, NO_ID, id, id);
            continue;
        }
        stage = &p->stages.at[node->stage];
        add_use(c, stage->target, held, stage->subs);
        find_uses_of_roots(c, stage->value, stage->guard, id, node->parent);
    }
    find_uses_of_scalars(c);
}

/* ---- dropping dimensions ----------------------------------------------------------------------------- */

/* The loop whose index the subscript is and that encloses the symbol's home, or NO_ID. */
static PlanId loop_of_sub(const Contractor *c, const Use *use, unsigned k)
{
    PlanId loop;
    uint32_t index;

    if (use->subs == NULL || !aff_is_index(&c->plan->program->affs, use->subs[k], &index))
        return NO_ID;
    loop = c->loop_of[index];
    return loop != NO_ID && c->home[use->symbol] != NO_ID && encloses(c, loop, c->home[use->symbol]) ? loop : NO_ID;
}

static void drop_dimensions(Contractor *c)
{
    const Program *p = c->plan->program;
    PlanId **loops = arena_array(c->arena, PlanId *, p->symbols.count); /* by symbol and dimension */

    for (size_t i = 0; i < c->uses.count; i++) {
        const Use *use = &c->uses.at[i];
        unsigned rank = p->symbols.at[use->symbol].rank;
        bool first = loops[use->symbol] == NULL;

        if (first)
            loops[use->symbol] = arena_array(c->arena, PlanId, rank);
        for (unsigned k = 0; k < rank; k++) {
            PlanId loop = loop_of_sub(c, use, k);

            if (first || loops[use->symbol][k] != loop)
                loops[use->symbol][k] = first ? loop : NO_ID;
        }
    }
    for (SymId s = 0; s < p->symbols.count; s++) {
        Store *store = &c->plan->stores[s];
        unsigned kept = 0;

        if (loops[s] == NULL)
            continue;
        for (unsigned k = 0; k < p->symbols.at[s].rank; k++)
            kept += loops[s][k] == NO_ID;
        if (kept == 0) {
            *store = (Store){ STORE_CELL, c->home[s], NULL };
        } else if (kept < p->symbols.at[s].rank) {
            store->dropped = arena_array(c->plan->arena, bool, p->symbols.at[s].rank);
            for (unsigned k = 0; k < p->symbols.at[s].rank; k++)
                store->dropped[k] = loops[s][k] != NO_ID;
        }
    }
}

static StoreKind kind_of_role(const Symbol *symbol, bool used)
{
    switch ((SymRole)symbol->role) {
    case SYM_TABLE:
        return STORE_TABLE;
    case SYM_LOCAL:
        return symbol->rank > 0 && (used || symbol->integer) ? STORE_ARRAY : STORE_CELL;
    case SYM_INTEGER:
        return symbol->local ? STORE_ARRAY : STORE_CALLER;
    case SYM_PARAM:
    case SYM_INPUT:
    case SYM_DATA:
    case SYM_SAMPLES:
    case SYM_OUTPUT:
    case SYM_SEED:
    case SYM_GRADIENT:
    case SYM_TAPE:
    case SYM_DIRECTION:
    case SYM_TANGENT:
    case SYM_JACOBIAN:
    case SYM_HESSIAN:
    case SYM_ROLE_COUNT:
        break;
    }
    return STORE_CALLER;
}

void contract_symbols(Plan *plan)
{
    const Program *p = plan->program;
    Arena *scratch = heap_arena(p->heap);
    Contractor c = { .plan = plan, .arena = scratch };

    c.home = arena_array(scratch, PlanId, p->symbols.count);
    c.place = arena_array(scratch, PlanId, p->nodes.count);
    c.seen = arena_array(scratch, uint32_t, p->nodes.count);
    for (SymId s = 0; s < p->symbols.count; s++)
        c.home[s] = UNSEEN;
    for (NodeId n = 0; n < p->nodes.count; n++)
        c.place[n] = UNSEEN;
    find_depths(&c);
    find_uses(&c);
    plan->stores = arena_array(plan->arena, Store, p->symbols.count);
    for (SymId s = 0; s < p->symbols.count; s++)
        plan->stores[s] = (Store){ (uint8_t)kind_of_role(&p->symbols.at[s], c.home[s] != UNSEEN), NO_ID, NULL };
    drop_dimensions(&c);
    for (SymId s = 0; s < p->symbols.count; s++)
        plan->array_elements += plan_elements(plan, s);
    heap_release(p->heap, scratch);
}
