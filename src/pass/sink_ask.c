/* sink_ask.c -- conditions in terms of other indices, and whether a stage may ask them. */
#include "pass/sink.h"

/* ---- conditions in other terms ---------------------------------------------------------------------- */

void sink_solve(Sinker *s, const AffId *subs, const AffId *equal, uint32_t rank, Solved *solved)
{
    AffPool *affs = &s->p->affs;
    uint32_t index;
    int64_t offset;

    solved->count = 0;
    solved->set = 0;
    for (uint32_t k = 0; k < rank; k++) {
        if (!aff_is_shifted_index(affs, subs[k], &index, &offset) || set_has(s->p, solved->set, index))
            continue;
        solved->set = set_union(s->p, solved->set, set_of(s->p, index));
        solved->from[solved->count] = index;
        solved->to[solved->count++] = aff_offset(affs, equal[k], -offset);
    }
}

NodeId sink_express(Sinker *s, NodeId condition, const Solved *solved)
{
    SetId deps = s->p->nodes.at[condition].deps;

    if (set_union(s->p, deps, solved->set) != solved->set)
        return NO_ID;
    return node_substitute(s->p, condition, solved->from, solved->to, solved->count);
}

uint32_t sink_express_path(Sinker *s, ScopeId scope, const Solved *solved, NodeId *conditions)
{
    NodeVec path = { 0 };
    uint32_t count = 0;

    for (; scope != 0; scope = path_outer(&s->scopes, scope))
        vec_push(s->arena, &path, scope);
    while (path.count > 0 && count < MOST_CONDITIONS) {
        bool holds;
        NodeId made = sink_express(s, path_condition(&s->scopes, vec_pop(&path), &holds), solved);

        if (made != NO_ID)
            conditions[count++] = holds ? made : node_op1(s->p, OP_NOT, made);
    }
    return count;
}

bool sink_is_among(NodeId node, const NodeId *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i] == node)
            return true;
    return false;
}

/* ---- may a stage ask a condition? ------------------------------------------------------------------- */

static bool subs_in_range(const Sinker *s, const AffId *subs, const int32_t *extents, uint32_t rank)
{
    const AffPool *affs = &s->p->affs;
    Hull hull;

    for (uint32_t k = 0; k < rank; k++) {
        const Affine *sum = &affs->affs.at[subs[k]];

        if (!hull_of_aff(&s->hulls, subs[k], &hull) || hull.least < 0 || hull.most >= extents[k])
            return false;
        for (uint32_t i = 0; i < sum->count; i++) {
            const Atom *atom = &affs->atoms.at[affs->terms.at[sum->first + i].atom];

            for (uint32_t d = 0; d < atom->rank; d++)
                if (aff_has_element(affs, affs->subs.at[atom->subs + d]))
                    return false; /* an element picked by an element: not looked into */
        }
    }
    return true;
}

/* The elements that stand in integer expressions must be in range, too, and given: positions and numbers of turns that the
 * program finds may be found later. */
static bool elements_in_range(const Sinker *s, AffId aff)
{
    const AffPool *affs = &s->p->affs;
    const Affine *sum = &affs->affs.at[aff];

    for (uint32_t i = 0; i < sum->count; i++) {
        const Atom *atom = &affs->atoms.at[affs->terms.at[sum->first + i].atom];

        if (atom->kind == ATOM_ELEMENT &&
            (s->p->symbols.at[atom->of].local ||
             !subs_in_range(s, affs->subs.at + atom->subs, s->p->symbols.at[atom->of].extents, atom->rank)))
            return false;
    }
    return true;
}

static bool all_in_range(const Sinker *s, NodeId read)
{
    const Symbol *symbol = &s->p->symbols.at[s->p->nodes.at[read].u.read.symbol];

    for (uint32_t k = 0; k < symbol->rank; k++)
        if (!elements_in_range(s, node_subs(s->p, read)[k]))
            return false;
    return subs_in_range(s, node_subs(s->p, read), symbol->extents, symbol->rank);
}

static bool has_constant_bounds(const Program *p, const Stage *stage)
{
    int64_t value;

    for (uint32_t i = 0; i < stage->rank; i++)
        if (!aff_is_const(&p->affs, stage->domain[i].low, &value) ||
            !aff_is_const(&p->affs, stage->domain[i].high, &value))
            return false;
    return true;
}

/* Does the reader run over these ranges, too, with the same index at the same place of the subscripts? */
static bool runs_alike(const Sinker *s, const Stage *writer, NodeId read, const Stage *reader)
{
    for (uint32_t k = 0; k < s->p->symbols.at[writer->target].rank; k++)
        if (writer->subs[k] != node_subs(s->p, read)[k])
            return false;
    for (uint32_t i = 0; i < writer->rank; i++) {
        const Range *range = &writer->domain[i];
        bool found = false;

        for (uint32_t k = 0; k < reader->rank; k++)
            found |= reader->domain[k].index == range->index && reader->domain[k].low == range->low &&
                     reader->domain[k].high == range->high;
        if (!found)
            return false;
    }
    return true;
}

/* The conditions of a scope one by one, outermost first; of a very deep one only the outer ones. */
uint32_t sink_list_scope(Sinker *s, ScopeId scope, NodeId *conditions)
{
    NodeVec path = { 0 };
    uint32_t count = 0;

    for (; scope != 0; scope = path_outer(&s->scopes, scope))
        vec_push(s->arena, &path, scope);
    while (path.count > 0 && count < 2 * MOST_CONDITIONS) {
        bool holds;
        NodeId condition = path_condition(&s->scopes, vec_pop(&path), &holds);

        conditions[count++] = holds ? condition : node_op1(s->p, OP_NOT, condition);
    }
    return count;
}

/* Where the reader stands in this scope, was the element that it reads computed under the writer's guard? */
static bool guard_is_met(Sinker *s, const Stage *writer, ScopedNode read)
{
    uint32_t rank = s->p->symbols.at[writer->target].rank, count, known_count;
    NodeId conditions[MOST_CONDITIONS], known[2 * MOST_CONDITIONS];
    ScopeId scope = scope_of_guard(&s->scopes, writer->guard);
    Solved solved;

    if (scope == 0)
        return true;
    sink_solve(s, writer->subs, node_subs(s->p, read.node), rank, &solved);
    count = sink_express_path(s, scope, &solved, conditions);
    if (count < s->scopes.branches.at[(scope - 1) / 2].depth)
        return false;
    known_count = sink_list_scope(s, read.scope, known);
    for (uint32_t i = 0; i < count; i++)
        if (!sink_is_among(conditions[i], known, known_count))
            return false;
    return true;
}

/* Is the element that a condition of `reader` reads computed before, for every point of the reader's domain? */
static Asking is_computed(Sinker *s, StageId reader, ScopedNode read)
{
    const Target *target = &s->targets[s->p->nodes.at[read.node].u.read.symbol];
    Asking result = ASK_YES;

    for (uint32_t i = 0; i < target->writers; i++) {
        StageId id = s->writers[target->first + i];
        Stage writer = s->p->stages.at[id];
        Asking known;

        if (!has_constant_bounds(s->p, &writer) &&
            (target->writers > 1 || !runs_alike(s, &writer, read.node, &s->p->stages.at[reader])))
            return ASK_NO;
        if (!guard_is_met(s, &writer, read))
            return ASK_NO;
        known = sink_is_known(s, reader, read.node, id);
        if (known == ASK_NO)
            return ASK_NO;
        result = known < result ? known : result;
    }
    return result;
}

static bool is_need(const Sinker *s, NodeId id)
{
    const Node *node = &s->p->nodes.at[id];

    if (node->op != OP_READ)
        return node->op == OP_INTEGER;
    for (unsigned k = 0; k < s->p->symbols.at[node->u.read.symbol].rank; k++)
        if (aff_has_element(&s->p->affs, node_subs(s->p, id)[k]))
            return true;
    return node->deps != 0 || s->targets[node->u.read.symbol].writers > 0;
}

enum { LARGE_CONDITION = 256 };

/* Many stages may ask one large scalar: it is walked through once, and all that it needs counts as needed always. */
static bool list_large(Sinker *s, NodeId condition, ScopeId scope, NeedVec *needs)
{
    const NodeVec *known;

    if (condition >= s->nodes || s->asked[condition] == 0)
        return false;
    known = &s->asked_reads.at[s->asked[condition] - 1];
    for (size_t i = 0; i < known->count; i++)
        vec_push(s->arena, needs, (ScopedNode){ known->at[i], scope });
    return true;
}

static void keep_large(Sinker *s, NodeId condition, const NodeVec *reached)
{
    NodeVec needs = { 0 };

    for (size_t i = 0; i < reached->count; i++)
        if (is_need(s, reached->at[i]))
            vec_push(s->arena, &needs, reached->at[i]);
    vec_push(s->arena, &s->asked_reads, needs);
    s->asked[condition] = (uint32_t)s->asked_reads.count;
}

/* What a condition needs, each in its scope: users come before what they use. */
static void list_small(Sinker *s, NodeId condition, ScopeId scope, const NodeVec *reached, NeedVec *needs)
{
    while (s->inner.count < s->p->nodes.count)
        vec_push(s->arena, &s->inner, SCOPE_NONE);
    s->inner.at[condition] = scope;
    for (size_t i = reached->count; i-- > 0;) {
        NodeId id = reached->at[i];
        Node node = s->p->nodes.at[id];
        ScopeId own = s->inner.at[id];

        s->inner.at[id] = SCOPE_NONE;
        if (is_need(s, id))
            vec_push(s->arena, needs, (ScopedNode){ id, own });
        for (unsigned k = 0; k < op_info[node.op].arity; k++) {
            ScopeId *arg = &s->inner.at[node.u.arg[k]];

            *arg = scope_meet(&s->scopes, *arg, path_of_argument(&s->scopes, id, k, own));
        }
    }
}

static void list_needs(Sinker *s, NodeId condition, ScopeId scope, NeedVec *needs)
{
    NodeVec reached = { 0 };

    if (s->p->nodes.at[condition].op == OP_NOT)
        condition = s->p->nodes.at[condition].u.arg[0];
    if (list_large(s, condition, scope, needs))
        return;
    node_reach(s->p, s->arena, &condition, 1, &reached);
    if (reached.count <= LARGE_CONDITION || s->p->nodes.at[condition].deps != 0 || condition >= s->nodes) {
        list_small(s, condition, scope, &reached, needs);
    } else {
        keep_large(s, condition, &reached);
        (void)list_large(s, condition, scope, needs);
    }
}

Asking sink_can_ask(Sinker *s, StageId id, NodeId condition, ScopeId scope, NeedVec *reads)
{
    NeedVec needs = { 0 };
    Asking result = ASK_YES;

    list_needs(s, condition, scope, &needs);
    for (size_t i = 0; i < needs.count && result != ASK_NO; i++) {
        Node node = s->p->nodes.at[needs.at[i].node];
        Asking one;

        if (node.op == OP_INTEGER) {
            one = elements_in_range(s, node.u.aff) ? ASK_YES : ASK_NO;
        } else {
            one = all_in_range(s, needs.at[i].node) ? is_computed(s, id, needs.at[i]) : ASK_NO;
            vec_push(s->arena, reads, needs.at[i]);
        }
        result = one < result ? one : result;
    }
    return result;
}
