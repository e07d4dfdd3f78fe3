/* sink_guards.c -- stages whose results are needed only under a condition get it as a guard.
 *
 * A local array T is needed where its readers are: each read T[g] stands in a scope, a path of conditions. Conditions over
 * indices that g determines are rewritten over the dimensions of T; what all reads of T have in common guards the stages that
 * write T. Readers come first: a stage is looked at when all reads of its target are known with their scopes.
 */
#include "pass/hull.h"
#include "pass/pass.h"
#include "pass/paths.h"

enum { MOST_CONDITIONS = 32 }; /* of one symbol; a path is cut there, which only makes guards weaker */

/* What is known of a symbol. */
typedef struct {
    bool open;           /* its guard is still being found */
    bool met;            /* a read was seen: `conditions` is what all reads so far have in common */
    uint32_t pending;    /* reads without a scope yet */
    uint32_t count;
    NodeId *conditions;  /* over the dimensions of the symbol (Sinker.dimensions) */
    uint32_t first, writers; /* its stages: in Sinker.writers */
    uint32_t last;       /* the last item that writes it */
} Target;

typedef struct {
    Program *p;
    Arena *arena;
    size_t nodes;        /* number of nodes before */
    Scopes scopes;
    Hulls hulls;
    Target *targets;     /* by symbol */
    StageId *writers;    /* stages sorted by symbol */
    uint32_t *position;  /* by stage: its item */
    uint32_t *pending;   /* by node: uses without a scope yet */
    ScopeId *scope;      /* by node */
    VEC(IndexId) dimensions; /* placeholders for the dimensions of a symbol */
    NodeVec ready;       /* nodes whose uses are all known */
    VEC(SymId) settled;  /* symbols whose stages can be looked at */
} Sinker;

/* ---- conditions of a read --------------------------------------------------------------------------- */

static IndexId dimension(Sinker *s, uint32_t k)
{
    while (s->dimensions.count <= k)
        vec_push(s->arena, &s->dimensions, program_index(s->p, NAME_NONE, (Span){ 0, 0 }));
    return s->dimensions.at[k];
}

typedef struct {
    uint32_t count;
    SetId set;
    IndexId from[UINT8_MAX];
    AffId to[UINT8_MAX];
} Solved;

/* The indices that subscripts determine, in terms of what the subscripts are equal to. */
static void solve(Sinker *s, const AffId *subs, const AffId *equal, uint32_t rank, Solved *solved)
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

/* The condition in other terms, or NO_ID if it needs an index that is not solved. */
static NodeId express(Sinker *s, NodeId condition, const Solved *solved)
{
    SetId deps = s->p->nodes.at[condition].deps;

    if (set_union(s->p, deps, solved->set) != solved->set)
        return NO_ID;
    return node_substitute(s->p, condition, solved->from, solved->to, solved->count);
}

/* The conditions of a scope from the outermost on, as far as they can be expressed. */
static uint32_t express_path(Sinker *s, ScopeId scope, const Solved *solved, NodeId *conditions)
{
    NodeVec path = { 0 };
    uint32_t count = 0;

    for (; scope != 0; scope = path_outer(&s->scopes, scope))
        vec_push(s->arena, &path, scope);
    while (path.count > 0 && count < MOST_CONDITIONS) {
        bool holds;
        NodeId made = express(s, path_condition(&s->scopes, vec_pop(&path), &holds), solved);

        if (made != NO_ID)
            conditions[count++] = holds ? made : node_op1(s->p, OP_NOT, made);
    }
    return count;
}

static bool is_among(NodeId node, const NodeId *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i] == node)
            return true;
    return false;
}

/* A read of an open symbol in this scope: what it has in common with the reads before stays. */
static void narrow(Sinker *s, NodeId read, ScopeId scope)
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
    solve(s, node_subs(s->p, read), dims, rank, &solved);
    count = express_path(s, scope, &solved, conditions);
    if (!target->met) {
        target->met = true;
        target->conditions = arena_array(s->arena, NodeId, count);
        for (uint32_t i = 0; i < count; i++)
            target->conditions[i] = conditions[i];
        target->count = count;
        return;
    }
    for (uint32_t i = 0; i < target->count; i++)
        if (is_among(target->conditions[i], conditions, count))
            target->conditions[kept++] = target->conditions[i];
    target->count = kept;
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
    solve(s, writer->subs, node_subs(s->p, read), rank, &solved);
    count = express_path(s, scope, &solved, conditions);
    if (count < s->scopes.branches.at[(scope - 1) / 2].depth)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!is_among(conditions[i], known, known_count))
            return false;
    return true;
}

/* Is the element that a condition of `reader` reads computed before, for every point of the reader's domain? */
static bool is_computed(Sinker *s, StageId reader, NodeId read, const NodeId *known, uint32_t known_count)
{
    const Target *target = &s->targets[s->p->nodes.at[read].u.read.symbol];

    if (target->writers > 0 && target->last >= s->position[reader])
        return false;
    for (uint32_t i = 0; i < target->writers; i++) {
        const Stage *writer = &s->p->stages.at[s->writers[target->first + i]];

        if (!has_constant_bounds(s->p, writer) &&
            (target->writers > 1 || !runs_alike(s, writer, read, &s->p->stages.at[reader])))
            return false;
        if (!guard_is_met(s, writer, read, known, known_count))
            return false;
    }
    return true;
}

/* The reads of a condition, and may the stage ask it? */
static bool can_ask(Sinker *s, StageId id, NodeId condition, const NodeId *known, uint32_t known_count, NodeVec *reads)
{
    NodeVec reached = { 0 };

    reads->count = 0;
    node_reach(s->p, s->arena, &condition, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        Node node = s->p->nodes.at[reached.at[i]];

        if (node.op == OP_INTEGER && !elements_in_range(s, node.u.aff))
            return false;
        if (node.op != OP_READ)
            continue;
        if (!all_in_range(s, reached.at[i]) || !is_computed(s, id, reached.at[i], known, known_count))
            return false;
        vec_push(s->arena, reads, reached.at[i]);
    }
    return true;
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
    if (is_among(condition, known, *known_count) || !can_ask(s, id, condition, known, *known_count, &reads))
        return;
    scope = scope_of_guard(&s->scopes, stage->guard);
    for (size_t i = 0; i < reads.count; i++)
        narrow(s, reads.at[i], scope);
    stage->guard = stage->guard == NO_ID ? condition : node_op2(s->p, OP_AND, stage->guard, condition);
    known[(*known_count)++] = condition;
}

static void guard_stage(Sinker *s, StageId id, const Target *target)
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
        add_condition(s, id, express(s, target->conditions[i], &solved), known, &count);
    stage = &s->p->stages.at[id];
    hulls_leave(&s->hulls, stage->domain, stage->rank);
}

/* ---- scopes of nodes -------------------------------------------------------------------------------- */

static void use_node(Sinker *s, NodeId node, ScopeId scope)
{
    s->scope[node] = scope_meet(&s->scopes, s->scope[node], scope);
    if (--s->pending[node] == 0)
        vec_push(s->arena, &s->ready, node);
}

static void look_at_node(Sinker *s, NodeId id)
{
    Node node = s->p->nodes.at[id];
    ScopeId scope = s->scope[id];

    if (node.op == OP_READ) {
        narrow(s, id, scope);
        if (--s->targets[node.u.read.symbol].pending == 0 && s->targets[node.u.read.symbol].open)
            vec_push(s->arena, &s->settled, node.u.read.symbol);
        return;
    }
    for (unsigned k = 0; k < op_info[node.op].arity; k++)
        use_node(s, node.u.arg[k], path_of_argument(&s->scopes, id, k, scope));
}

/* All reads of the symbol are known: its stages get their guards, and what they read its scopes. */
static void settle(Sinker *s, SymId symbol)
{
    Target *target = &s->targets[symbol];
    bool guarded = target->open && target->met;

    target->open = false;
    for (uint32_t i = 0; i < target->writers; i++) {
        StageId id = s->writers[target->first + i];
        NodeId guard = s->p->stages.at[id].guard;

        if (guarded && target->count > 0)
            guard_stage(s, id, target);
        if (guard != NO_ID)
            use_node(s, guard, 0);
        use_node(s, s->p->stages.at[id].value, scope_of_guard(&s->scopes, s->p->stages.at[id].guard));
    }
}

static void run(Sinker *s)
{
    while (s->settled.count > 0 || s->ready.count > 0) {
        while (s->ready.count > 0)
            look_at_node(s, vec_pop(&s->ready));
        if (s->settled.count > 0)
            settle(s, vec_pop(&s->settled));
    }
}

/* ---- the start -------------------------------------------------------------------------------------- */

static void count_use(Sinker *s, NodeId node)
{
    if (node != NO_ID)
        s->pending[node]++;
}

/* Symbols that loops write stay as they are. */
static void find_writers(Sinker *s)
{
    Program *p = s->p;
    bool *in_loop = arena_array(s->arena, bool, p->symbols.count + 1);
    unsigned depth = 0;
    uint32_t total = 0;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind != ITEM_STAGE) {
            depth += item.kind == ITEM_LOOP ? 1 : UINT32_MAX;
            continue;
        }
        s->position[item.id] = (uint32_t)i;
        s->targets[p->stages.at[item.id].target].last = (uint32_t)i;
        s->targets[p->stages.at[item.id].target].writers++;
        in_loop[p->stages.at[item.id].target] |= depth > 0;
    }
    for (SymId id = 0; id < p->symbols.count; id++) {
        const Symbol *symbol = &p->symbols.at[id];

        s->targets[id].open = symbol->role == SYM_LOCAL && !symbol->integer && !in_loop[id];
        s->targets[id].first = total;
        total += s->targets[id].writers;
        s->targets[id].writers = 0;
    }
    for (size_t i = 0; i < p->body.count; i++) {
        if (p->body.at[i].kind == ITEM_STAGE) {
            Target *target = &s->targets[p->stages.at[p->body.at[i].id].target];

            s->writers[target->first + target->writers++] = p->body.at[i].id;
        }
    }
}

static void count_uses(Sinker *s, const NodeVec *reached)
{
    const Program *p = s->p;

    for (size_t i = 0; i < reached->count; i++) {
        const Node *node = &p->nodes.at[reached->at[i]];

        if (node->op == OP_READ)
            s->targets[node->u.read.symbol].pending++;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            count_use(s, node->u.arg[k]);
    }
    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE) {
            count_use(s, p->stages.at[item.id].value);
            count_use(s, p->stages.at[item.id].guard);
        } else if (item.kind == ITEM_LOOP) {
            count_use(s, p->loops.at[item.id].condition);
        }
    }
}

/* Symbols that nobody reads or that get no guard can start; so can the conditions of loops. */
static void start(Sinker *s)
{
    const Program *p = s->p;

    for (SymId id = 0; id < p->symbols.count; id++)
        if (s->targets[id].pending == 0 || !s->targets[id].open)
            vec_push(s->arena, &s->settled, id);
    for (size_t i = 0; i < p->body.count; i++)
        if (p->body.at[i].kind == ITEM_LOOP && p->loops.at[p->body.at[i].id].condition != NO_ID)
            use_node(s, p->loops.at[p->body.at[i].id].condition, 0);
}

static bool reach_all(Sinker *s, NodeVec *reached)
{
    const Program *p = s->p;
    NodeVec roots = { 0 };
    bool branches = false, locals = false;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];
        NodeId guard = item.kind == ITEM_STAGE ? p->stages.at[item.id].guard : NO_ID;
        NodeId root = item.kind == ITEM_STAGE  ? p->stages.at[item.id].value
                      : item.kind == ITEM_LOOP ? p->loops.at[item.id].condition
                                               : NO_ID;

        branches |= guard != NO_ID;
        if (guard != NO_ID)
            vec_push(s->arena, &roots, guard);
        if (root != NO_ID)
            vec_push(s->arena, &roots, root);
    }
    node_reach(p, s->arena, roots.at, roots.count, reached);
    for (size_t i = 0; i < reached->count; i++) {
        const Node *node = &p->nodes.at[reached->at[i]];

        branches |= node->op == OP_SELECT || node->op == OP_AND || node->op == OP_OR;
        locals |= node->op == OP_READ && p->symbols.at[node->u.read.symbol].role == SYM_LOCAL;
    }
    return branches && locals;
}

Program *pass_sink_guards(Program *p)
{
    Arena *arena = heap_arena(p->heap);
    Sinker s = { .p = p, .arena = arena, .nodes = p->nodes.count };
    NodeVec reached = { 0 };

    if (reach_all(&s, &reached)) {
        scopes_init(&s.scopes, p, arena);
        hulls_init(&s.hulls, arena, p);
        s.targets = arena_array(arena, Target, p->symbols.count + 1);
        s.writers = arena_array(arena, StageId, p->stages.count + 1);
        s.position = arena_array(arena, uint32_t, p->stages.count + 1);
        s.pending = arena_array(arena, uint32_t, p->nodes.count + 1);
        s.scope = arena_array(arena, ScopeId, p->nodes.count + 1);
        for (size_t i = 0; i < s.nodes; i++)
            s.scope[i] = SCOPE_NONE;
        find_writers(&s);
        count_uses(&s, &reached);
        start(&s);
        run(&s);
    }
    heap_release(p->heap, arena);
    return p;
}
