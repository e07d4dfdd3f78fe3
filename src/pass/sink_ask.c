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

/* The elements that stand in integer expressions must be in range, too. */
static bool elements_in_range(const Sinker *s, AffId aff)
{
    const AffPool *affs = &s->p->affs;
    const Affine *sum = &affs->affs.at[aff];

    for (uint32_t i = 0; i < sum->count; i++) {
        const Atom *atom = &affs->atoms.at[affs->terms.at[sum->first + i].atom];

        if (atom->kind == ATOM_ELEMENT &&
            !subs_in_range(s, affs->subs.at + atom->subs, s->p->symbols.at[atom->of].extents, atom->rank))
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
        if (!aff_is_const(&p->affs, stage->domain[i].low, &value) || !aff_is_const(&p->affs, stage->domain[i].high, &value))
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

/* Where the reader stands under `known` conditions, was the element that it reads computed under the writer's guard? */
static bool guard_is_met(Sinker *s, const Stage *writer, NodeId read, const NodeId *known, uint32_t known_count)
{
    uint32_t rank = s->p->symbols.at[writer->target].rank, count;
    NodeId conditions[MOST_CONDITIONS];
    ScopeId scope = scope_of_guard(&s->scopes, writer->guard);
    Solved solved;

    if (scope == 0)
        return true;
    if (s->scopes.branches.at[(scope - 1) / 2].depth > MOST_CONDITIONS)
        return false;
    sink_solve(s, writer->subs, node_subs(s->p, read), rank, &solved);
    count = sink_express_path(s, scope, &solved, conditions);
    if (count < s->scopes.branches.at[(scope - 1) / 2].depth)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!sink_is_among(conditions[i], known, known_count))
            return false;
    return true;
}

/* Is the element that a condition of `reader` reads computed before, for every point of the reader's domain? */
static Asking is_computed(Sinker *s, StageId reader, NodeId read, const NodeId *known, uint32_t known_count)
{
    const Target *target = &s->targets[s->p->nodes.at[read].u.read.symbol];
    Asking result = ASK_YES;

    for (uint32_t i = 0; i < target->writers; i++) {
        StageId id = s->writers[target->first + i];
        const Stage *writer = &s->p->stages.at[id];

        if (!has_constant_bounds(s->p, writer) &&
            (target->writers > 1 || !runs_alike(s, writer, read, &s->p->stages.at[reader])))
            return ASK_NO;
        if (!guard_is_met(s, writer, read, known, known_count))
            return ASK_NO;
        if (s->place[id] >= s->place[reader])
            result = ASK_LATER;
    }
    return result;
}

/* What a condition needs: reads, and integer expressions with elements. */
static void list_needs(Sinker *s, NodeId condition, NodeVec *needs)
{
    NodeVec reached = { 0 };

    node_reach(s->p, s->arena, &condition, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        const Node *node = &s->p->nodes.at[reached.at[i]];

        if (node->op == OP_INTEGER || (node->op == OP_READ && (node->deps != 0 || s->targets[node->u.read.symbol].writers > 0)))
            vec_push(s->arena, needs, reached.at[i]);
    }
}

/* Many stages may ask one large scalar: it is walked through once. */
static const NodeVec *needs_of(Sinker *s, NodeId condition, NodeVec *own)
{
    if (s->p->nodes.at[condition].op == OP_NOT)
        condition = s->p->nodes.at[condition].u.arg[0];
    if (s->p->nodes.at[condition].deps != 0 || condition >= s->nodes) {
        list_needs(s, condition, own);
        return own;
    }
    if (s->asked[condition] == 0) {
        NodeVec needs = { 0 };

        list_needs(s, condition, &needs);
        vec_push(s->arena, &s->asked_reads, needs);
        s->asked[condition] = (uint32_t)s->asked_reads.count;
    }
    return &s->asked_reads.at[s->asked[condition] - 1];
}

Asking sink_can_ask(Sinker *s, StageId id, NodeId condition, const NodeId *known, uint32_t known_count, NodeVec *reads)
{
    NodeVec own = { 0 };
    const NodeVec *needs = needs_of(s, condition, &own);
    Asking result = ASK_YES;

    reads->count = 0;
    for (size_t i = 0; i < needs->count; i++) {
        Node node = s->p->nodes.at[needs->at[i]];
        Asking one;

        if (node.op == OP_INTEGER && !elements_in_range(s, node.u.aff))
            return ASK_NO;
        if (node.op != OP_READ)
            continue;
        one = all_in_range(s, needs->at[i]) ? is_computed(s, id, needs->at[i], known, known_count) : ASK_NO;
        result = one < result ? one : result;
        vec_push(s->arena, reads, needs->at[i]);
    }
    return result;
}
