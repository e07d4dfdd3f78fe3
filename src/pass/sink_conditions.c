/* sink_conditions.c -- what the reads of a symbol have in common, and guards made of it. */
#include "pass/sink.h"

static IndexId dimension(Sinker *s, uint32_t k)
{
    while (s->dimensions.count <= k)
        vec_push(s->arena, &s->dimensions, program_index(s->p, NAME_NONE, (Span){ 0, 0 }));
    return s->dimensions.at[k];
}

void sink_narrow(Sinker *s, NodeId read, ScopeId scope)
{
    SymId symbol = s->p->nodes.at[read].u.read.symbol;
    Target *target = &s->targets[symbol];
    uint32_t rank = s->p->symbols.at[symbol].rank, count, kept = 0;
    NodeId conditions[MOST_CONDITIONS];
    AffId dims[UINT8_MAX];
    Solved solved;

    if (!target->open || (target->met && target->count == 0))
        return;
    for (uint32_t k = 0; k < rank; k++)
        dims[k] = aff_index(&s->p->affs, dimension(s, k));
    sink_solve(s, node_subs(s->p, read), dims, rank, &solved);
    count = sink_express_path(s, scope, &solved, conditions);
    if (!target->met) {
        target->met = true;
        target->conditions = arena_array(s->arena, NodeId, count);
        for (uint32_t i = 0; i < count; i++)
            target->conditions[i] = conditions[i];
        target->count = count;
        return;
    }
    for (uint32_t i = 0; i < target->count; i++)
        if (sink_is_among(target->conditions[i], conditions, count))
            target->conditions[kept++] = target->conditions[i];
    target->count = kept;
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

/* One more condition for a stage; what the condition reads is needed under those before it. */
static void add_condition(Sinker *s, StageId id, NodeId condition, NodeId *known, uint32_t *known_count)
{
    Stage *stage = &s->p->stages.at[id];
    NodeVec reads = { 0 };
    ScopeId scope;

    if (op_info[s->p->nodes.at[condition].op].form == FORM_LEAF) /* decided by constant subscripts */
        return;
    if (sink_is_among(condition, known, *known_count) || !sink_can_ask(s, id, condition, known, *known_count, &reads))
        return;
    scope = scope_of_guard(&s->scopes, stage->guard);
    for (size_t i = 0; i < reads.count; i++)
        sink_narrow(s, reads.at[i], scope);
    stage->guard = stage->guard == NO_ID ? condition : node_op2(s->p, OP_AND, stage->guard, condition);
    known[(*known_count)++] = condition;
}

void sink_guard_stage(Sinker *s, StageId id, const Target *target)
{
    NodeId known[2 * MOST_CONDITIONS];
    uint32_t count = list_guard(s, s->p->stages.at[id].guard, known);
    const Stage *stage = &s->p->stages.at[id];
    Solved solved = { 0 };

    for (uint32_t k = 0; k < s->p->symbols.at[stage->target].rank; k++) {
        solved.from[k] = dimension(s, k);
        solved.to[k] = stage->subs[k];
        solved.set = set_union(s->p, solved.set, set_of(s->p, solved.from[k]));
        solved.count++;
    }
    hulls_enter(&s->hulls, stage->domain, stage->rank);
    for (uint32_t i = 0; i < target->count; i++)
        add_condition(s, id, sink_express(s, target->conditions[i], &solved), known, &count);
    stage = &s->p->stages.at[id];
    hulls_leave(&s->hulls, stage->domain, stage->rank);
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
