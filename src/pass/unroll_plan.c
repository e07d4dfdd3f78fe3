/* unroll_plan.c -- which dimensions and loops are unrolled, and which local arrays then fall apart into scalars. */
#include "pass/unroll.h"

/* ---- expressions ------------------------------------------------------------------------------------ */

static bool is_unrolled(const Stage *stage, const StagePlan *plan, IndexId index)
{
    for (unsigned d = stage->rank - plan->inner; d < stage->rank; d++)
        if (stage->domain[d].index == index)
            return true;
    return plan->turn == index;
}

/* Do only these indices (the last `inner` of the domain, and the turn) stand in the expression, so that it becomes a constant? */
static bool makes_constant(const Unroller *u, const Stage *stage, const StagePlan *plan, AffId aff)
{
    const AffPool *affs = &u->from->affs;
    Affine a = affs->affs.at[aff];

    for (uint32_t i = 0; i < a.count; i++) {
        Atom atom = affs->atoms.at[affs->terms.at[a.first + i].atom];

        if (atom.kind != ATOM_INDEX || !is_unrolled(stage, plan, atom.of))
            return false;
    }
    return true;
}

bool unroll_is_kept(const Program *p, const Stage *stage, unsigned dimension)
{
    for (uint32_t i = 0; i < stage_subs(p, stage); i++)
        if (aff_uses_index(&p->affs, stage->subs[i], stage->domain[dimension].index))
            return true;
    return false;
}

/* ---- whole domains ---------------------------------------------------------------------------------- */

/* The bounds use only indices of the domain itself; those of kept dimensions only kept ones. */
static bool has_own_bounds(const Unroller *u, const Stage *stage)
{
    StagePlan all = { .inner = stage->rank, .turn = NO_ID };

    for (unsigned d = 0; d < stage->rank; d++) {
        const Range *range = &stage->domain[d];

        if (!makes_constant(u, stage, &all, range->low) || !makes_constant(u, stage, &all, range->high))
            return false;
        for (unsigned k = 0; k < d && unroll_is_kept(u->from, stage, d); k++)
            if (!unroll_is_kept(u->from, stage, k)
                && (aff_uses_index(&u->from->affs, range->low, stage->domain[k].index)
                    || aff_uses_index(&u->from->affs, range->high, stage->domain[k].index)))
                return false;
    }
    return true;
}

static uint64_t kept_points(const Unroller *u, const Stage *stage)
{
    Range kept[UINT8_MAX];
    Stage outer = *stage;

    outer.rank = 0;
    for (unsigned d = 0; d < stage->rank; d++)
        if (unroll_is_kept(u->from, stage, d))
            kept[outer.rank++] = stage->domain[d];
    outer.domain = kept;
    return stage_points(u->from, &outer);
}

/* How many samples there are is not known. */
static bool is_by_sample(const Program *p, const Range *range)
{
    return p->samples > 0 && range->index == p->sample;
}

static bool is_small(const Unroller *u, const Stage *stage, uint64_t turns)
{
    uint64_t points;

    for (unsigned d = 0; d < stage->rank; d++)
        if (is_by_sample(u->from, &stage->domain[d]))
            return false;
    if (!has_own_bounds(u, stage))
        return false;
    points = stage_points(u->from, stage);
    return points >= 1 && points * turns <= u->most && kept_points(u, stage) <= u->most;
}

/* ---- inner dimensions ------------------------------------------------------------------------------- */

typedef struct {
    Unroller *u;
    uint32_t *stamp; /* by node: the last walk that met it */
    uint32_t walk;
    NodeVec met;     /* by the present stage: what depends on an index */
} Planning;

static void meet(Planning *g, NodeId node)
{
    if (node == NO_ID || g->u->from->nodes.at[node].deps == 0 || g->stamp[node] == g->walk)
        return;
    g->stamp[node] = g->walk;
    vec_push(g->u->scratch, &g->met, node);
}

static void meet_under(Planning *g, NodeId a, NodeId b)
{
    g->met.count = 0;
    g->walk++;
    meet(g, a);
    meet(g, b);
    for (size_t i = 0; i < g->met.count; i++) {
        const Node *node = &g->u->from->nodes.at[g->met.at[i]];

        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            meet(g, node->u.arg[k]);
    }
}

static void meet_nodes(Planning *g, StageId id)
{
    meet_under(g, g->u->from->stages.at[id].value, g->u->from->stages.at[id].guard);
}

static bool has_index_value(Planning *g, NodeId guard)
{
    meet_under(g, guard, NO_ID);
    for (size_t i = 0; i < g->met.count; i++)
        if (g->u->from->nodes.at[g->met.at[i]].op == OP_INTEGER)
            return true;
    return false;
}

/* A subscript becomes a constant, or has nothing to do with what is unrolled. */
static bool is_separate(const Unroller *u, const Stage *stage, const StagePlan *plan, AffId aff)
{
    if (makes_constant(u, stage, plan, aff))
        return true;
    for (unsigned d = stage->rank - plan->inner; d < stage->rank; d++)
        if (aff_uses_index(&u->from->affs, aff, stage->domain[d].index))
            return false;
    return true;
}

static bool all_separate(const Planning *g, const Stage *stage, const StagePlan *plan)
{
    const Program *p = g->u->from;

    for (uint32_t i = 0; i < stage_subs(p, stage); i++)
        if (!is_separate(g->u, stage, plan, stage->subs[i]))
            return false;
    for (size_t i = 0; i < g->met.count; i++) {
        const Node *node = &p->nodes.at[g->met.at[i]];

        for (unsigned k = 0; node->op == OP_READ && k < p->symbols.at[node->u.read.symbol].rank; k++)
            if (!is_separate(g->u, stage, plan, node_subs(p, g->met.at[i])[k]))
                return false;
    }
    return true;
}

/* How many dimensions at the end have constant extents of so few points together; one at least is left over. */
static uint8_t small_inner(const Unroller *u, const Stage *stage, uint64_t turns)
{
    uint64_t points = turns;
    uint8_t inner = 0;

    while (inner + 1 < stage->rank) {
        const Range *range = &stage->domain[stage->rank - inner - 1];
        int64_t low, high;

        if (!aff_is_const(&u->from->affs, range->low, &low) || !aff_is_const(&u->from->affs, range->high, &high))
            break;
        if (is_by_sample(u->from, range) || high <= low || (uint64_t)(high - low) > u->most ||
            points * (uint64_t)(high - low) > u->most)
            break;
        points *= (uint64_t)(high - low);
        inner++;
    }
    return inner;
}

static void plan_stage(Planning *g, StageId id, uint64_t turns)
{
    const Stage *stage = &g->u->from->stages.at[id];
    StagePlan *plan = &g->u->plans[id];

    plan->protects = stage->guard != NO_ID && has_index_value(g, stage->guard);
    if (stage->op == STAGE_ARGMAX)
        return;
    for (uint32_t i = 0; i < stage_subs(g->u->from, stage); i++) /* T[label[0]] and T[label[1]] may be one element */
        if (aff_has_element(&g->u->from->affs, stage->subs[i]))
            return;
    if (is_small(g->u, stage, turns)) {
        plan->inner = stage->rank;
        return;
    }
    plan->inner = small_inner(g->u, stage, turns);
    if (plan->inner > 0)
        meet_nodes(g, id);
    while (plan->inner > 0 && !all_separate(g, stage, plan))
        plan->inner--;
}

/* ---- loops ------------------------------------------------------------------------------------------ */

/* A loop of few turns with nothing but stages inside, whose turns are always the same. */
static bool is_short(const Program *p, size_t place, uint64_t most)
{
    const Loop *loop = &p->loops.at[p->body.at[place].id];
    size_t i = place + 1;

    if (loop->condition != NO_ID || loop->turns != NO_ID || loop->samples ||
        (p->samples > 0 && loop->index == p->sample))
        return false;
    if (loop->high <= loop->low || (uint64_t)(loop->high - loop->low) > most)
        return false;
    while (p->body.at[i].kind == ITEM_STAGE)
        i++;
    return p->body.at[i].kind == ITEM_END;
}

bool unroll_writes_nothing(const Program *p, const Stage *stage)
{
    return stage->op == STAGE_SET && stage->guard != NO_ID && node_is_int(p, stage->guard, 0);
}

static void count_writers(Unroller *u, StageId id, uint32_t turns)
{
    const Stage *stage = &u->from->stages.at[id];

    if (!unroll_writes_nothing(u->from, stage))
        u->writers[stage->target] += turns;
    u->unwritten[stage->target] = u->writers[stage->target] == 0;
}

static void plan_body(Planning *g)
{
    const Program *p = g->u->from;
    const Loop *turn = NULL;
    LoopId loop = NO_ID;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_LOOP) {
            g->u->whole_loop[item.id] = is_short(p, i, g->u->most);
            g->u->outer[item.id] = loop;
            turn = g->u->whole_loop[item.id] ? &p->loops.at[item.id] : NULL;
            loop = turn == NULL ? item.id : loop;
        } else if (item.kind == ITEM_END) {
            loop = turn == NULL ? g->u->outer[item.id] : loop;
            turn = NULL;
        } else {
            uint32_t turns = turn == NULL ? 1 : (uint32_t)(turn->high - turn->low);

            g->u->plans[item.id] = (StagePlan){ .loop = loop, .turn = turn == NULL ? NO_ID : turn->index };
            count_writers(g->u, item.id, turns);
            plan_stage(g, item.id, turns);
        }
    }
}

/* ---- scalars ---------------------------------------------------------------------------------------- */

/* Without the first dimensions, the turns. */
static uint64_t element_count(const Symbol *symbol, unsigned turns, uint64_t most)
{
    uint64_t count = 1;

    for (unsigned k = turns; k < symbol->rank && count <= most; k++)
        count *= (uint64_t)symbol->extents[k];
    return count;
}

static void reject_read(const Planning *g, NodeId node, bool *scalar)
{
    const Node *at = &g->u->from->nodes.at[node];

    if (at->op == OP_READ)
        scalar[at->u.read.symbol] = false;
}

/* Reads that depend on no index: they are constant, or go through an integer array. */
static void check_constant_reads(const Planning *g, const LoopId *homes, bool *scalar)
{
    const Program *p = g->u->from;

    for (NodeId i = 0; i < p->nodes.count; i++) {
        const Node *node = &p->nodes.at[i];

        if (node->op == OP_READ && node->deps == 0 && homes[node->u.read.symbol] != NO_ID)
            reject_read(g, i, scalar);
        for (unsigned k = 0; node->op == OP_READ && node->deps == 0 && k < p->symbols.at[node->u.read.symbol].rank; k++)
            if (aff_has_element(&p->affs, node_subs(p, i)[k]))
                reject_read(g, i, scalar);
    }
}

/* How many loops that stay are around, down to this one. */
static uint8_t depth_of(const Unroller *u, LoopId loop)
{
    unsigned depth = 0;

    for (; loop != NO_ID && depth < UINT8_MAX; loop = u->outer[loop])
        depth++;
    return (uint8_t)depth;
}

/* The loop of this depth around another one. */
static LoopId loop_around(const Unroller *u, LoopId loop, unsigned depth)
{
    for (unsigned k = depth_of(u, loop); k > depth; k--)
        loop = u->outer[loop];
    return loop;
}

/* Are the first subscripts of this element the present turns of the loops of its symbol, and the others constants? */
static bool is_scalar_element(const Planning *g, StageId id, SymId symbol, const AffId *subs, const LoopId *homes)
{
    const Program *p = g->u->from;
    const Stage *stage = &p->stages.at[id];
    const StagePlan *plan = &g->u->plans[id];
    uint8_t turns = depth_of(g->u, homes[symbol]);

    if (turns > p->symbols.at[symbol].rank || turns > depth_of(g->u, plan->loop) || loop_around(g->u, plan->loop, turns) != homes[symbol])
        return false;
    for (unsigned k = 0; k < turns; k++) {
        const Loop *loop = &p->loops.at[loop_around(g->u, homes[symbol], k + 1)];
        uint32_t index;
        int64_t offset;

        if (!aff_is_shifted_index(&p->affs, subs[k], &index, &offset) || index != loop->index || offset != -(int64_t)loop->low)
            return false;
    }
    for (unsigned k = turns; k < p->symbols.at[symbol].rank; k++)
        if (!makes_constant(g->u, stage, plan, subs[k]))
            return false;
    return true;
}

static void check_stage(Planning *g, StageId id, const LoopId *homes, bool *scalar)
{
    const Program *p = g->u->from;
    const Stage *stage = &p->stages.at[id];
    const StagePlan *plan = &g->u->plans[id];

    if (plan->inner != stage->rank || plan->loop != homes[stage->target] || stage->op == STAGE_ARGMAX ||
        !is_scalar_element(g, id, stage->target, stage->subs, homes))
        scalar[stage->target] = false;
    meet_nodes(g, id);
    for (size_t i = 0; i < g->met.count; i++) {
        const Node *node = &p->nodes.at[g->met.at[i]];

        if (node->op == OP_READ && scalar[node->u.read.symbol] &&
            !is_scalar_element(g, id, node->u.read.symbol, node_subs(p, g->met.at[i]), homes))
            reject_read(g, g->met.at[i], scalar);
    }
}

/* The condition of a loop that stays is evaluated again and again. */
static void check_conditions(Planning *g, bool *scalar)
{
    const Program *p = g->u->from;
    NodeVec reached = { 0 };

    for (LoopId i = 0; i < p->loops.count; i++)
        node_reach(p, g->u->scratch, &p->loops.at[i].condition, 1, &reached);
    for (size_t i = 0; i < reached.count; i++)
        reject_read(g, reached.at[i], scalar);
}

static void plan_scalars(Planning *g)
{
    const Program *p = g->u->from;
    bool *scalar = arena_array(g->u->scratch, bool, p->symbols.count);
    LoopId *homes = arena_array(g->u->scratch, LoopId, p->symbols.count); /* the loops in which they are written */

    for (SymId i = 0; i < p->symbols.count; i++)
        homes[i] = NO_ID;
    for (size_t i = 0; i < p->body.count; i++) {
        if (p->body.at[i].kind == ITEM_STAGE) {
            SymId target = p->stages.at[p->body.at[i].id].target;
            const Symbol *symbol = &p->symbols.at[target];

            homes[target] = g->u->plans[p->body.at[i].id].loop;
            g->u->turns[target] = depth_of(g->u, homes[target]);
            /* The derivative of an inactive symbol is not taken: that is said of the symbol, so it must stay one. */
            scalar[target] = symbol->role == SYM_LOCAL && !symbol->inactive &&
                             element_count(symbol, g->u->turns[target], g->u->most_scalars) <= g->u->most_scalars;
        }
    }
    check_constant_reads(g, homes, scalar);
    check_conditions(g, scalar);
    for (size_t i = 0; i < p->body.count; i++)
        if (p->body.at[i].kind == ITEM_STAGE)
            check_stage(g, p->body.at[i].id, homes, scalar);
    for (SymId i = 0; i < p->symbols.count; i++) {
        uint64_t count = element_count(&p->symbols.at[i], g->u->turns[i], g->u->most_scalars);

        if (!scalar[i])
            continue;
        g->u->scalars[i] = arena_array(g->u->scratch, NodeId, count);
        for (uint64_t k = 0; k < count; k++)
            g->u->scalars[i][k] = NO_ID;
    }
}

void unroll_plan(Unroller *u)
{
    Planning g = { .u = u, .stamp = arena_array(u->scratch, uint32_t, u->from->nodes.count) };

    u->plans = arena_array(u->scratch, StagePlan, u->from->stages.count);
    u->whole_loop = arena_array(u->scratch, bool, u->from->loops.count);
    u->turns = arena_array(u->scratch, uint8_t, u->from->symbols.count);
    u->outer = arena_array(u->scratch, LoopId, u->from->loops.count);
    u->scalars = arena_array(u->scratch, NodeId *, u->from->symbols.count);
    u->writers = arena_array(u->scratch, uint32_t, u->from->symbols.count);
    u->unwritten = arena_array(u->scratch, bool, u->from->symbols.count);
    plan_body(&g);
    plan_scalars(&g);
}
