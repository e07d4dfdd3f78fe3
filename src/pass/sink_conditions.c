/* sink_conditions.c -- what the reads of a symbol have in common, and guards made of it. */
#include "pass/sink.h"

static IndexId dimension(Sinker *s, uint32_t k)
{
    while (s->dimensions.count <= k)
        vec_push(s->arena, &s->dimensions, program_index(s->p, NAME_NONE, (Span){ 0, 0 }));
    return s->dimensions.at[k];
}

static bool implies(const Way *a, const Way *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (!sink_is_among(b->conditions[i], a->conditions, a->count))
            return false;
    return true;
}

static void add_way(Sinker *s, Target *target, const Way *way)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < target->count; i++)
        if (implies(way, &target->ways[i]))
            return;
    for (uint32_t i = 0; i < target->count; i++)
        if (!implies(&target->ways[i], way))
            target->ways[kept++] = target->ways[i];
    target->count = kept;
    if (target->ways == NULL)
        target->ways = arena_array(s->arena, Way, MOST_WAYS);
    if (kept == MOST_WAYS) {
        target->always = true;
        return;
    }
    target->ways[target->count] = (Way){ way->count, arena_array(s->arena, NodeId, way->count) };
    for (uint32_t i = 0; i < way->count; i++)
        target->ways[target->count].conditions[i] = way->conditions[i];
    target->count++;
}

void sink_narrow(Sinker *s, NodeId read, ScopeId scope)
{
    SymId symbol = s->p->nodes.at[read].u.read.symbol;
    Target *target = &s->targets[symbol];
    uint32_t rank = s->p->symbols.at[symbol].rank;
    NodeId conditions[MOST_CONDITIONS];
    Way way = { 0, conditions };
    AffId dims[UINT8_MAX];
    Solved solved;

    if (!target->open || target->always)
        return;
    for (uint32_t k = 0; k < rank; k++)
        dims[k] = aff_index(&s->p->affs, dimension(s, k));
    sink_solve(s, node_subs(s->p, read), dims, rank, &solved);
    way.count = sink_express_path(s, scope, &solved, conditions);
    if (way.count == 0)
        target->always = true;
    else
        add_way(s, target, &way);
}

/* ---- guarding stages -------------------------------------------------------------------------------- */

/* The conditions of a guard one by one, outermost first. */
static uint32_t list_guard(Sinker *s, NodeId guard, NodeId *known)
{
    ScopeId scope = scope_of_guard(&s->scopes, guard);
    NodeVec path = { 0 };
    uint32_t count = 0;

    for (; scope != 0; scope = path_outer(&s->scopes, scope))
        vec_push(s->arena, &path, scope);
    while (path.count > 0 && count < MOST_CONDITIONS) {
        bool holds;
        NodeId condition = path_condition(&s->scopes, vec_pop(&path), &holds);

        known[count++] = holds ? condition : node_op1(s->p, OP_NOT, condition);
    }
    return count;
}

static void read_before(Sinker *s, NodeId read, uint64_t place)
{
    Target *target = &s->targets[s->p->nodes.at[read].u.read.symbol];

    target->earliest = place < target->earliest ? place : target->earliest;
}

/* One more condition for a stage; what the condition reads is needed under those before it. */
static Asking add_condition(Sinker *s, StageId id, NodeId condition, NodeId *known, uint32_t *known_count)
{
    Stage *stage = &s->p->stages.at[id];
    NodeVec reads = { 0 };
    ScopeId scope;
    Asking asking;

    if (op_info[s->p->nodes.at[condition].op].form == FORM_LEAF) /* decided by constant subscripts */
        return ASK_NO;
    if (sink_is_among(condition, known, *known_count))
        return ASK_YES;
    asking = sink_can_ask(s, id, condition, known, *known_count, &reads);
    if (asking != ASK_YES)
        return asking;
    scope = scope_of_guard(&s->scopes, stage->guard);
    for (size_t i = 0; i < reads.count; i++) {
        sink_narrow(s, reads.at[i], scope);
        read_before(s, reads.at[i], s->place[id]);
    }
    stage->guard = stage->guard == NO_ID ? condition : node_op2(s->p, OP_AND, stage->guard, condition);
    known[(*known_count)++] = condition;
    return ASK_YES;
}

static bool is_common(const Target *target, NodeId condition)
{
    for (uint32_t i = 0; i < target->count; i++)
        if (!sink_is_among(condition, target->ways[i].conditions, target->ways[i].count))
            return false;
    return true;
}

/* What of each way is not common to all, one way or another. Every way has such a part, if there are several. */
static NodeId any_way(Sinker *s, const Target *target)
{
    NodeId any = NO_ID;

    for (uint32_t i = 0; i < target->count; i++) {
        const Way *way = &target->ways[i];
        NodeId own = NO_ID;

        for (uint32_t k = 0; k < way->count; k++)
            if (!is_common(target, way->conditions[k]))
                own = own == NO_ID ? way->conditions[k] : node_op2(s->p, OP_AND, own, way->conditions[k]);
        any = any == NO_ID ? own : node_op2(s->p, OP_OR, any, own);
    }
    return any;
}

/* True if a condition would have to be asked later. */
static bool guard_stage(Sinker *s, StageId id, const Target *target)
{
    NodeId known[2 * MOST_CONDITIONS];
    uint32_t count = list_guard(s, s->p->stages.at[id].guard, known);
    Stage stage = s->p->stages.at[id];
    Solved solved = { 0 };
    bool later = false;

    for (uint32_t k = 0; k < s->p->symbols.at[stage.target].rank; k++) {
        solved.from[k] = dimension(s, k);
        solved.to[k] = stage.subs[k];
        solved.set = set_union(s->p, solved.set, set_of(s->p, solved.from[k]));
        solved.count++;
    }
    hulls_enter(&s->hulls, stage.domain, stage.rank);
    for (uint32_t i = 0; i < target->ways[0].count; i++) {
        NodeId condition = target->ways[0].conditions[i];

        if (is_common(target, condition))
            later |= add_condition(s, id, sink_express(s, condition, &solved), known, &count) == ASK_LATER;
    }
    if (target->count > 1)
        later |= add_condition(s, id, sink_express(s, any_way(s, target), &solved), known, &count) == ASK_LATER;
    hulls_leave(&s->hulls, stage.domain, stage.rank);
    return later;
}

/* Where conditions are known only later, all stages of the symbol go directly before the first one that reads it. */
void sink_guard_stages(Sinker *s, const Target *target)
{
    bool later = false;
    size_t item = PLACE_ITEM(target->earliest);

    for (uint32_t i = 0; i < target->writers; i++)
        later |= guard_stage(s, s->writers[target->first + i], target);
    if (!later || target->writers > UINT32_MAX - s->moved)
        return;
    s->moved += target->writers;
    for (uint32_t i = 0; i < target->writers; i++)
        s->place[s->writers[target->first + i]] = PLACE(item, s->moved - i);
    for (uint32_t i = 0; i < target->writers; i++)
        guard_stage(s, s->writers[target->first + i], target);
}

/* What a guard has decided need not be asked again. */
void sink_drop_select(Sinker *s, Stage *stage)
{
    NodeId known[2 * MOST_CONDITIONS];
    uint32_t count = stage->guard == NO_ID ? 0 : list_guard(s, stage->guard, known);

    while (count > 0 && s->p->nodes.at[stage->value].op == OP_SELECT) {
        const NodeId *arg = s->p->nodes.at[stage->value].u.arg;
        NodeId holds = arg[1], fails = arg[2], condition = arg[0];

        if (sink_is_among(condition, known, count))
            stage->value = holds;
        else if (sink_is_among(node_op1(s->p, OP_NOT, condition), known, count))
            stage->value = fails;
        else
            return;
    }
}
