/* contract.c -- where symbols are kept.
 *
 * A dimension of a local array is dropped if all accesses lie in one loop whose index, with one and the same offset, is
 * the subscript everywhere: each turn then has its own slice, written and read in that turn. Of the others, one may be
 * folded (fold.c). If no dimension is left, the one element is a C local.
 */
#include "plan/contract.h"

#define UNSEEN (NO_ID - 1) /* no place yet; NO_ID is the top */

/* ---- places ------------------------------------------------------------------------------------------ */

static uint32_t depth_of(const Contractor *c, PlanId id)
{
    return id == NO_ID ? 0 : c->depth[id];
}

PlanId contract_common(const Contractor *c, PlanId a, PlanId b)
{
    while (a != b) {
        if (depth_of(c, a) >= depth_of(c, b))
            a = c->plan->nodes.at[a].parent;
        else
            b = c->plan->nodes.at[b].parent;
    }
    return a;
}

static PlanId common_loop(const Contractor *c, PlanId a, PlanId b)
{
    if (a == UNSEEN || b == UNSEEN)
        return a == UNSEEN ? b : a;
    return contract_common(c, a, b);
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
    c->end = arena_array(c->arena, PlanId, plan->nodes.count);
    c->loop_of = arena_array(c->arena, PlanId, plan->program->indices.count);
    for (IndexId i = 0; i < plan->program->indices.count; i++)
        c->loop_of[i] = NO_ID;
    for (PlanId id = 0; id < plan->nodes.count; id++) {
        c->depth[id] = 1 + depth_of(c, plan->nodes.at[id].parent);
        c->end[id] = id;
        if (plan->nodes.at[id].kind == PLAN_FOR)
            c->loop_of[plan->nodes.at[id].index] = id;
    }
    for (PlanId id = (PlanId)plan->nodes.count; id-- > 0;) {
        PlanId parent = plan->nodes.at[id].parent;

        if (parent != NO_ID && c->end[id] > c->end[parent])
            c->end[parent] = c->end[id];
    }
}

/* ---- uses -------------------------------------------------------------------------------------------- */

static bool may_contract(const Contractor *c, SymId symbol)
{
    const Symbol *s = &c->plan->program->symbols.at[symbol];

    return s->role == SYM_LOCAL || (s->role == SYM_INTEGER && s->local);
}

static void add_use(Contractor *c, Use use)
{
    if (!may_contract(c, use.symbol))
        return;
    use.next = c->first[use.symbol];
    c->first[use.symbol] = (uint32_t)c->uses.count;
    vec_push(c->arena, &c->uses, use);
    c->home[use.symbol] = common_loop(c, c->home[use.symbol], use.place);
}

/* Elements of integer symbols that stand in an expression, and in their subscripts. `like` says where. */
static void use_aff(Contractor *c, AffId aff, Use like)
{
    const AffPool *pool = &c->plan->program->affs;

    if (!aff_has_element(pool, aff))
        return;
    vec_push(c->arena, &c->affs, aff);
    like.write = false;
    while (c->affs.count > 0) {
        Affine a = pool->affs.at[vec_pop(&c->affs)];

        for (uint32_t t = a.first; t < a.first + a.count; t++) {
            const Atom *atom = &pool->atoms.at[pool->terms.at[t].atom];

            if (atom->kind != ATOM_ELEMENT)
                continue;
            like.symbol = atom->of;
            like.subs = pool->subs.at + atom->subs;
            like.sub_count = atom->rank;
            add_use(c, like);
            for (unsigned k = 0; k < atom->rank; k++)
                vec_push(c->arena, &c->affs, like.subs[k]);
        }
    }
}

static void use_element(Contractor *c, SymId symbol, const AffId *subs, unsigned sub_count, Use like)
{
    like.symbol = symbol;
    like.subs = subs;
    like.sub_count = (uint8_t)sub_count;
    add_use(c, like);
    for (unsigned k = 0; k < sub_count; k++)
        use_aff(c, subs[k], like);
}

static void use_leaf(Contractor *c, NodeId id, Use like)
{
    const Program *p = c->plan->program;
    const Node *node = &p->nodes.at[id];

    if (node->op == OP_READ)
        use_element(c, node->u.read.symbol, node_subs(p, id), p->symbols.at[node->u.read.symbol].rank, like);
    else if (node->op == OP_INTEGER)
        use_aff(c, node->u.aff, like);
}

/* ---- who needs what ---------------------------------------------------------------------------------- */

static void need_scalar(Contractor *c, NodeId node, PlanId place, PlanId from, PlanId to)
{
    Needed *needed = &c->needed[node];

    needed->place = common_loop(c, needed->place, place);
    needed->from = from < needed->from ? from : needed->from;
    needed->to = needed->to == NO_ID || to > needed->to ? to : needed->to;
}

static void meet_node(Contractor *c, NodeId node, PlanId leaf, PlanId place)
{
    if (node == NO_ID || c->seen[node] == leaf + 1)
        return;
    c->seen[node] = leaf + 1;
    if (c->plan->program->nodes.at[node].deps == 0)
        need_scalar(c, node, place, leaf, leaf);
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

        use_leaf(c, node, (Use){ .place = place, .from = id, .to = id });
        for (unsigned k = 0; k < op_info[p->nodes.at[node].op].arity; k++)
            meet_node(c, p->nodes.at[node].u.arg[k], id, place);
    }
}

/* A scalar node is needed where its users are. */
static void find_uses_of_scalars(Contractor *c)
{
    const Program *p = c->plan->program;

    for (NodeId id = (NodeId)p->nodes.count; id-- > 0;) {
        Needed needed = c->needed[id];

        if (needed.place == UNSEEN)
            continue;
        use_leaf(c, id, (Use){ .place = needed.place, .from = needed.from, .to = needed.to });
        for (unsigned k = 0; k < op_info[p->nodes.at[id].op].arity; k++)
            need_scalar(c, p->nodes.at[id].u.arg[k], needed.place, needed.from, needed.to);
    }
}

static void find_uses_of_loop(Contractor *c, PlanId id, const PlanNode *loop)
{
    const Program *p = c->plan->program;
    Use use = { .place = loop->parent, .from = id, .to = id };

    use_aff(c, loop->low, use);
    use_aff(c, loop->high, use);
    if (!loop->sequential)
        return;
    find_uses_of_roots(c, p->loops.at[loop->loop].condition, NO_ID, id, id);
    if (loop->count != AFF_FAIL && p->loops.at[loop->loop].condition != NO_ID)
        use_aff(c, loop->count, use);
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
            find_uses_of_loop(c, id, node);
            continue;
        }
        stage = &p->stages.at[node->stage];
        use_element(c, stage->target, stage->subs, stage_subs(p, stage),
                    (Use){ .place = held, .from = id, .to = id, .write = true });
        find_uses_of_roots(c, stage->value, stage->guard, id, node->parent);
    }
    find_uses_of_scalars(c);
}

/* ---- dropping dimensions ----------------------------------------------------------------------------- */

/* The loop whose index, perhaps with an offset, the subscript is, and that encloses the symbol's home; or NO_ID. */
static Slice slice_of_sub(const Contractor *c, const Use *use, unsigned k)
{
    Slice slice = { NO_ID, 0 };
    uint32_t index;
    int64_t offset;
    PlanId loop;

    if (k >= use->sub_count || !aff_is_shifted_index(&c->plan->program->affs, use->subs[k], &index, &offset))
        return slice;
    loop = c->loop_of[index];
    if (loop != NO_ID && c->home[use->symbol] != NO_ID && encloses(c, loop, c->home[use->symbol]))
        slice = (Slice){ loop, offset };
    return slice;
}

/* slices[k].loop: the loop over which dimension k is dropped, or NO_ID. */
static void find_slices(const Contractor *c, SymId symbol, Slice *slices)
{
    unsigned rank = c->plan->program->symbols.at[symbol].rank;

    for (uint32_t u = c->first[symbol]; u != NO_ID; u = c->uses.at[u].next) {
        const Use *use = &c->uses.at[u];

        for (unsigned k = 0; k < rank; k++) {
            Slice slice = slice_of_sub(c, use, k);

            if (u == c->first[symbol])
                slices[k] = slice;
            else if (slices[k].loop != slice.loop || slices[k].offset != slice.offset)
                slices[k].loop = NO_ID;
        }
    }
}

static void contract_symbol(Contractor *c, SymId symbol)
{
    Slice slices[UINT8_MAX];
    Store *store = &c->plan->stores[symbol];
    unsigned rank = c->plan->program->symbols.at[symbol].rank, kept = 0;

    if (c->first[symbol] == NO_ID)
        return;
    find_slices(c, symbol, slices);
    for (unsigned k = 0; k < rank; k++)
        kept += slices[k].loop == NO_ID;
    if (kept > 0 && fold_symbol(c, symbol, slices, store))
        kept -= store->fold != FOLD_PARITY;
    if (kept == 0) {
        store->kind = STORE_CELL;
        store->scope = c->home[symbol];
    } else if (kept < rank) {
        store->dropped = arena_array(c->plan->arena, bool, rank);
        for (unsigned k = 0; k < rank; k++)
            store->dropped[k] = slices[k].loop != NO_ID;
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
    c.first = arena_array(scratch, uint32_t, p->symbols.count);
    c.needed = arena_array(scratch, Needed, p->nodes.count);
    c.seen = arena_array(scratch, uint32_t, p->nodes.count);
    for (SymId s = 0; s < p->symbols.count; s++) {
        c.home[s] = UNSEEN;
        c.first[s] = NO_ID;
    }
    for (NodeId n = 0; n < p->nodes.count; n++)
        c.needed[n] = (Needed){ UNSEEN, NO_ID, NO_ID };
    find_depths(&c);
    find_uses(&c);
    plan->stores = arena_array(plan->arena, Store, p->symbols.count);
    for (SymId s = 0; s < p->symbols.count; s++) {
        plan->stores[s] = (Store){ .scope = NO_ID, .loop = NO_ID };
        plan->stores[s].kind = (uint8_t)kind_of_role(&p->symbols.at[s], c.home[s] != UNSEEN);
    }
    for (SymId s = 0; s < p->symbols.count; s++)
        contract_symbol(&c, s);
    for (SymId s = 0; s < p->symbols.count; s++)
        plan->array_elements += plan_elements(plan, s);
    heap_release(p->heap, scratch);
}
