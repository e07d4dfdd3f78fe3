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
    if (kept == target->room)
        target->ways = vec_grow(s->arena, target->ways, sizeof *target->ways, &target->room, kept + 1);
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

/* A stage that is being given conditions. */
typedef struct {
    StageId id;
    NodeId known[4 * MOST_CONDITIONS]; /* what it asks already, then what it asks before the condition at hand */
    uint32_t count;
    ScopeId scope;                     /* in which the condition at hand is asked */
    NeedVec reads;                     /* of conditions that may be asked */
    Solved solved;
} Asker;

/* May the stage ask this next? */
static Asking ask(Sinker *s, Asker *a, NodeId condition)
{
    Asking asking;

    if (op_info[s->p->nodes.at[condition].op].form == FORM_LEAF) /* decided by constant subscripts */
        return ASK_NO;
    if (sink_is_among(condition, a->known, a->count))
        return ASK_YES;
    asking = sink_can_ask(s, a->id, condition, a->scope, &a->reads);
    a->scope = path_enter(&s->scopes, a->scope, condition, true);
    a->known[a->count++] = condition;
    return asking;
}

/* The condition is asked: what it reads is needed under those before it. */
static void accept(Sinker *s, Asker *a, NodeId condition)
{
    Stage *stage = &s->p->stages.at[a->id];

    for (size_t i = 0; i < a->reads.count; i++) {
        Target *read = &s->targets[s->p->nodes.at[a->reads.at[i].node].u.read.symbol];

        sink_narrow(s, a->reads.at[i].node, a->reads.at[i].scope);
        if (s->place[a->id] < read->earliest)
            read->earliest = s->place[a->id];
    }
    stage->guard = stage->guard == NO_ID ? condition : node_op2(s->p, OP_AND, stage->guard, condition);
}

/* Tries one condition; what is refused leaves no trace. */
static Asking add_condition(Sinker *s, Asker *a, NodeId condition)
{
    uint32_t count = a->count;
    ScopeId scope = a->scope;
    Asking asking;

    a->reads.count = 0;
    asking = ask(s, a, condition);
    if (asking == ASK_YES && a->count > count) {
        accept(s, a, condition);
    } else {
        a->count = count;
        a->scope = scope;
    }
    return asking;
}

static bool is_common(const Target *target, NodeId condition)
{
    for (uint32_t i = 0; i < target->count; i++)
        if (!sink_is_among(condition, target->ways[i].conditions, target->ways[i].count))
            return false;
    return true;
}

/* What of one way is not common to all, as one condition; *asking gets worse if it may not be asked. */
static NodeId rest_of_way(Sinker *s, Asker *a, const Target *target, const Way *way, Asking *asking)
{
    NodeId rest = NO_ID;
    uint32_t count = a->count;
    ScopeId scope = a->scope;

    for (uint32_t k = 0; k < way->count && *asking != ASK_NO; k++) {
        NodeId condition = sink_express(s, way->conditions[k], &a->solved);
        Asking one;

        if (is_common(target, way->conditions[k]))
            continue;
        one = ask(s, a, condition);
        *asking = one < *asking ? one : *asking;
        rest = rest == NO_ID ? condition : node_op2(s->p, OP_AND, rest, condition);
    }
    a->count = count;
    a->scope = scope;
    return rest;
}

/* One of the ways must hold. Each has a part that is not common to all, since none implies another. */
static Asking add_ways(Sinker *s, Asker *a, const Target *target)
{
    NodeId any = NO_ID;
    Asking asking = ASK_YES;

    a->reads.count = 0;
    for (uint32_t i = 0; i < target->count && asking != ASK_NO; i++) {
        NodeId rest = rest_of_way(s, a, target, &target->ways[i], &asking);

        any = any == NO_ID ? rest : node_op2(s->p, OP_OR, any, rest);
    }
    if (asking == ASK_YES && op_info[s->p->nodes.at[any].op].form != FORM_LEAF)
        accept(s, a, any);
    return asking;
}

/* True if a condition would have to be asked later. */
static bool guard_stage(Sinker *s, StageId id, const Target *target)
{
    Stage stage = s->p->stages.at[id];
    Asker a = { .id = id, .scope = scope_of_guard(&s->scopes, stage.guard) };
    bool later = false;

    a.count = sink_list_scope(s, a.scope, a.known);
    for (uint32_t k = 0; k < s->p->symbols.at[stage.target].rank; k++) {
        a.solved.from[k] = dimension(s, k);
        a.solved.to[k] = stage.subs[k];
        a.solved.set = set_union(s->p, a.solved.set, set_of(s->p, a.solved.from[k]));
        a.solved.count++;
    }
    sink_enter_loops(s, id);
    hulls_enter(&s->hulls, stage.domain, stage.rank);
    for (uint32_t i = 0; i < target->ways[0].count; i++) {
        NodeId condition = target->ways[0].conditions[i];

        if (is_common(target, condition))
            later |= add_condition(s, &a, sink_express(s, condition, &a.solved)) == ASK_LATER;
    }
    if (target->count > 1)
        later |= add_ways(s, &a, target) == ASK_LATER;
    hulls_leave(&s->hulls, stage.domain, stage.rank);
    return later;
}

/* All stages of the symbol stay in their loop, and they move only forward: those of other elements may stand behind the first
 * read. */
static bool can_move(const Sinker *s, const Target *target, size_t item)
{
    for (uint32_t i = 0; i < target->writers; i++) {
        StageId id = s->writers[target->first + i];

        if (s->inside[id] != s->inside[s->writers[target->first]] || PLACE_ITEM(s->place[id]) > item)
            return false;
    }
    return target->writers <= UINT32_MAX - s->moved;
}

/* Where conditions are known only later, all stages of the symbol go directly before the first one that reads it. */
void sink_guard_stages(Sinker *s, const Target *target)
{
    bool later = false;
    size_t item;

    for (uint32_t i = 0; i < target->writers; i++)
        later |= guard_stage(s, s->writers[target->first + i], target);
    if (!later)
        return;
    item = sink_item_in(s, s->inside[s->writers[target->first]], (uint32_t)PLACE_ITEM(target->earliest));
    if (!can_move(s, target, item))
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
    uint32_t count = stage->guard == NO_ID ? 0 : sink_list_scope(s, scope_of_guard(&s->scopes, stage->guard), known);

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
