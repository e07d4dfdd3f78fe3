/* outline.c -- expensive or shared parts of array expressions become stages of their own.
 *
 * Nodes that depend on indices are looked at once, users before what they use: each gets the domain and the scope that all its
 * users agree on. Those to be cut out become symbols; then the expressions are built again around the reads of them. Scalars
 * (nodes without indices) are computed once wherever they stand, so they stay as they are.
 */
#include "pass/paths.h"
#include "pass/hull.h"
#include "pass/pass.h"

typedef uint32_t EnvId;

/* The ranges over which something is computed. */
typedef struct {
    uint32_t first, count; /* in Outliner.ranges */
    SetId set;
} Env;

enum { NOT_CUT, CUT, KNOWN_AS_TARGET };

#define MANY_OWNERS UINT32_MAX

/* What the users of a node have in common. */
typedef struct {
    ScopeId scope;     /* SCOPE_NONE: nobody uses it */
    EnvId env;         /* the domain of its own: the ranges of the indices that it depends on */
    EnvId widest;      /* the largest domain over which it would be computed inside its users */
    uint32_t owner;    /* the stage that differentiates it: 0 none, MANY_OWNERS, else a number for stage or cut node */
    uint32_t position; /* the first item of the body that needs it, other than `root` */
    StageId root;      /* the first SET stage whose value it is, or NO_ID */
    bool exact;        /* somebody needs it whenever the scope is reached */
    bool wider;        /* somebody would compute it more often than its domain has points */
    bool conflict;     /* the users disagree about the ranges */
    bool in_loop;
    uint8_t cut;
} Use;

typedef struct {
    Program *p;
    Arena *arena;
    size_t nodes;      /* number of nodes before */
    Scopes scopes;
    Hulls hulls;
    Activity active;
    bool any_active;
    Use *uses;         /* by node */
    bool *turns;       /* by node: depends on the turn of a loop */
    uint32_t *position; /* by stage: its item */
    VEC(Env) envs;
    VEC(Range) ranges;
    HashTable env_table;
    VEC(SetId) scope_sets; /* by branch: the indices of its conditions and of those around */
    NodeId *built;     /* by node: itself, built again */
    NodeId *memo;      /* by node: what stands for it in its users */
    SymId *symbols;    /* by node: CUT: its symbol */
    bool *seen;
    NodeVec stack;
    VEC(NodeId) guards; /* by scope, NO_ID where not made yet */
} Outliner;

/* ---- domains ---------------------------------------------------------------------------------------- */

typedef struct {
    const Outliner *o;
    const Range *ranges;
    uint32_t count;
} SoughtEnv;

static bool same_env(const void *context, uint32_t id)
{
    const SoughtEnv *sought = context;
    const Env *env = &sought->o->envs.at[id];

    if (env->count != sought->count)
        return false;
    for (uint32_t i = 0; i < env->count; i++) {
        const Range *a = &sought->o->ranges.at[env->first + i], *b = &sought->ranges[i];

        if (a->index != b->index || a->low != b->low || a->high != b->high)
            return false;
    }
    return true;
}

static EnvId intern_env(Outliner *o, const Range *ranges, uint32_t count)
{
    Env env = { (uint32_t)o->ranges.count, count, 0 };
    uint64_t hash = hash_mix(HASH_START, count);
    EnvId id;

    for (uint32_t i = 0; i < count; i++)
        hash = hash_mix(hash_mix(hash_mix(hash, ranges[i].index), ranges[i].low), ranges[i].high);
    id = hash_find(&o->env_table, hash, same_env, &(SoughtEnv){ o, ranges, count });
    if (id != HASH_NONE)
        return id;
    for (uint32_t i = 0; i < count; i++) {
        vec_push(o->arena, &o->ranges, ranges[i]);
        env.set = set_union(o->p, env.set, set_of(o->p, ranges[i].index));
    }
    id = (EnvId)o->envs.count;
    vec_push(o->arena, &o->envs, env);
    hash_add(o->arena, &o->env_table, hash, id);
    return id;
}

/* The ranges that indices `deps` need: their own, and those of the indices in their bounds, which stand to the left. */
static EnvId restrict_env(Outliner *o, EnvId whole, SetId deps)
{
    Env env = o->envs.at[whole];
    Range kept[UINT8_MAX];
    uint32_t count = 0;

    if (env.set == deps)
        return whole;
    for (uint32_t i = env.count; i-- > 0;) {
        Range range = o->ranges.at[env.first + i];

        if (!set_has(o->p, deps, range.index))
            continue;
        kept[UINT8_MAX - ++count] = range;
        deps = set_union(o->p, deps, set_union(o->p, set_of_aff(o->p, range.low), set_of_aff(o->p, range.high)));
    }
    return intern_env(o, kept + (UINT8_MAX - count), count);
}

/* ---- uses ------------------------------------------------------------------------------------------- */

static void meet_scope(Outliner *o, Use *use, ScopeId scope, bool exact)
{
    ScopeId meet = scope_meet(&o->scopes, use->scope, scope);

    if (use->scope == SCOPE_NONE)
        use->exact = exact;
    else
        use->exact = (use->exact && meet == use->scope) || (exact && meet == scope);
    use->scope = meet;
}

static void join_owner(Use *use, uint32_t owner)
{
    if (owner != 0)
        use->owner = use->owner == 0 || use->owner == owner ? owner : MANY_OWNERS;
}

static bool is_active(const Outliner *o, NodeId node)
{
    return o->any_active && o->active.nodes[node];
}

/* `by` tells of the user: where it is computed. */
static void use_node(Outliner *o, NodeId node, const Use *by, ScopeId scope)
{
    Use *use = &o->uses[node];
    SetId deps = o->p->nodes.at[node].deps;
    EnvId env;

    if (deps == 0)
        return;
    env = restrict_env(o, by->widest, deps);
    use->conflict |= by->conflict;
    if (use->scope == SCOPE_NONE) {
        use->env = env;
        use->widest = by->widest;
    } else {
        use->conflict |= env != use->env;
        if (o->envs.at[by->widest].count > o->envs.at[use->widest].count)
            use->widest = by->widest;
    }
    use->wider |= by->in_loop || o->envs.at[by->widest].count > o->envs.at[env].count;
    use->in_loop |= by->in_loop;
    if (is_active(o, node))
        join_owner(use, by->owner);
    if (by->root == NO_ID && by->position < use->position)
        use->position = by->position;
    if (by->root != NO_ID && use->root == NO_ID)
        use->root = by->root;
    else if (by->root != NO_ID && by->position < use->position)
        use->position = by->position;
    meet_scope(o, use, scope, by->exact);
}

static void use_stage(Outliner *o, StageId id, bool in_loop)
{
    const Stage *stage = &o->p->stages.at[id];
    Use by = { .exact = true, .in_loop = in_loop, .root = NO_ID, .position = o->position[id] };

    by.widest = intern_env(o, stage->domain, stage->rank);
    if (stage->guard != NO_ID)
        use_node(o, stage->guard, &by, 0);
    if (o->any_active && o->active.symbols[stage->target] && !o->p->symbols.at[stage->target].inactive)
        by.owner = 1 + id;
    if (stage->op == STAGE_SET && !in_loop)
        by.root = id;
    use_node(o, stage->value, &by, scope_of_guard(&o->scopes, stage->guard));
}

static void use_all_stages(Outliner *o)
{
    const Program *p = o->p;
    unsigned depth = 0;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE) {
            o->position[item.id] = (uint32_t)i;
            use_stage(o, item.id, depth > 0);
        } else {
            depth += item.kind == ITEM_LOOP ? 1 : UINT32_MAX;
        }
    }
}

/* ---- what to cut out -------------------------------------------------------------------------------- */

/* The indices of all conditions of a scope: branches are younger than those around them. */
static SetId set_of_scope(Outliner *o, ScopeId scope)
{
    if (scope == 0)
        return 0;
    while (o->scope_sets.count <= (scope - 1) / 2) {
        const Branch *branch = &o->scopes.branches.at[o->scope_sets.count];
        SetId outer = branch->parent == 0 ? 0 : o->scope_sets.at[(branch->parent - 1) / 2];
        SetId set = set_union(o->p, outer, o->p->nodes.at[branch->condition].deps);

        vec_push(o->arena, &o->scope_sets, set);
    }
    return o->scope_sets.at[(scope - 1) / 2];
}

/* The extents of an array over the domain; false if it would be too large. */
static bool measure(Outliner *o, EnvId id, int32_t *extents, int64_t *least)
{
    Env env = o->envs.at[id];
    const Range *ranges = o->ranges.at + env.first;
    int64_t elements = 1;
    bool known = true;
    Hull hull;

    hulls_enter(&o->hulls, ranges, env.count);
    for (uint32_t k = 0; k < env.count && known; k++) {
        known = hull_of_aff(&o->hulls, aff_index(&o->p->affs, ranges[k].index), &hull);
        if (known && hull.most - hull.least < INT32_MAX) {
            int64_t extent = hull.most < hull.least ? 1 : hull.most - hull.least + 1;

            extents[k] = (int32_t)extent;
            least[k] = hull.least;
            elements *= extent;
        } else {
            known = false;
        }
        known = known && elements <= INT32_MAX;
    }
    hulls_leave(&o->hulls, ranges, env.count);
    return known;
}

static bool is_wanted(const Outliner *o, NodeId id, const Use *use)
{
    const OpInfo *info = &op_info[o->p->nodes.at[id].op];
    bool active = is_active(o, id);

    if (info->form == FORM_LEAF || info->result != KIND_REAL || use->conflict || !use->exact)
        return false;
    if (use->in_loop && o->turns[id])
        return false;
    if (use->root != NO_ID && use->position == UINT32_MAX && !use->wider)
        return false;
    return (info->expensive && (use->wider || active)) || (active && use->owner == MANY_OWNERS);
}

/* Is the node already an element of an array that all other users can read? */
static bool is_target(Outliner *o, const Use *use)
{
    const Stage *stage;
    uint32_t index;

    if (use->root == NO_ID || use->position <= o->position[use->root])
        return false;
    stage = &o->p->stages.at[use->root];
    if (intern_env(o, stage->domain, stage->rank) != use->env || scope_of_guard(&o->scopes, stage->guard) != use->scope)
        return false;
    if (o->p->symbols.at[stage->target].rank != stage->rank)
        return false;
    for (uint32_t k = 0; k < stage->rank; k++) {
        if (!aff_is_index(&o->p->affs, stage->subs[k], &index))
            return false;
        for (uint32_t i = 0; i < k; i++)
            if (stage->subs[i] == stage->subs[k])
                return false;
    }
    return true;
}

static uint8_t decide(Outliner *o, NodeId id, const Use *use)
{
    int32_t extents[UINT8_MAX];
    int64_t least[UINT8_MAX];
    SetId set = o->envs.at[use->env].set;

    if (!is_wanted(o, id, use))
        return NOT_CUT;
    if (is_target(o, use))
        return KNOWN_AS_TARGET;
    if (set_union(o->p, set, set_of_scope(o, use->scope)) != set || !measure(o, use->env, extents, least))
        return NOT_CUT;
    return CUT;
}

/* Users have larger ids than what they use. */
static void look_at_nodes(Outliner *o)
{
    for (NodeId id = (NodeId)o->nodes; id-- > 0;) {
        Use *use = &o->uses[id];
        Node node = o->p->nodes.at[id];
        Use by = *use;

        if (use->scope == SCOPE_NONE)
            continue;
        use->cut = decide(o, id, use);
        if (use->cut != NOT_CUT) {
            by.widest = use->env;
            by.conflict = by.in_loop = false;
            by.exact = true;
            by.owner = (uint32_t)(1 + o->p->stages.count + id);
        }
        if (use->root != NO_ID && o->position[use->root] < by.position)
            by.position = o->position[use->root];
        if (use->cut == KNOWN_AS_TARGET)
            by.owner = 1 + use->root;
        if (!is_active(o, id))
            by.owner = 0;
        by.root = NO_ID;
        for (unsigned k = 0; k < op_info[node.op].arity; k++)
            use_node(o, node.u.arg[k], &by, path_of_argument(&o->scopes, id, k, use->scope));
    }
}

/* ---- building again --------------------------------------------------------------------------------- */

static NodeId mapped(const Outliner *o, NodeId id)
{
    return id >= o->nodes || o->memo[id] == NO_ID ? id : o->memo[id];
}

static NodeId rebuilt(Outliner *o, NodeId id)
{
    Node node = o->p->nodes.at[id];
    NodeId arg[OP_MOST_ARGS] = { NO_ID, NO_ID, NO_ID }, made;
    bool same = true;

    for (unsigned k = 0; k < op_info[node.op].arity; k++) {
        arg[k] = mapped(o, node.u.arg[k]);
        same = same && arg[k] == node.u.arg[k];
    }
    if (same)
        return id;
    made = node_op(o->p, (Op)node.op, arg[0], arg[1], arg[2]);
    node_describe(o->p, made, o->p->infos.at[id].name, o->p->infos.at[id].at);
    return made;
}

static NodeId read_symbol(Outliner *o, NodeId id)
{
    const Use *use = &o->uses[id];
    Env env = o->envs.at[use->env];
    Name name = node_telling_name(o->p, id);
    Symbol symbol = { .name = name != NAME_NONE ? name : names_intern_text(o->p->names, "t"), .at = o->p->infos.at[id].at,
                      .role = SYM_LOCAL, .rank = (uint8_t)env.count, .of = NO_ID };
    int32_t extents[UINT8_MAX];
    int64_t least[UINT8_MAX];
    AffId subs[UINT8_MAX];

    (void)measure(o, use->env, extents, least);
    for (uint32_t k = 0; k < env.count; k++) {
        AffPool *affs = &o->p->affs;

        subs[k] = aff_offset(affs, aff_index(affs, o->ranges.at[env.first + k].index), -least[k]);
    }
    symbol.named = o->p->infos.at[id].name != NAME_NONE;
    symbol.extents = extents;
    o->symbols[id] = program_symbol(o->p, symbol);
    return node_read(o->p, o->symbols[id], subs);
}

static void rebuild_nodes(Outliner *o)
{
    for (NodeId id = 0; id < o->nodes; id++) {
        const Use *use = &o->uses[id];

        if (use->scope == SCOPE_NONE)
            continue;
        o->memo[id] = o->built[id] = rebuilt(o, id);
        if (use->cut == NOT_CUT)
            continue;
        if (use->cut == CUT)
            o->memo[id] = read_symbol(o, id);
        else
            o->memo[id] = node_read(o->p, o->p->stages.at[use->root].target, o->p->stages.at[use->root].subs);
        node_describe(o->p, o->memo[id], NAME_NONE, o->p->infos.at[id].at);
    }
}

/* ---- the new body ----------------------------------------------------------------------------------- */

static NodeId *guard_slot(Outliner *o, ScopeId scope)
{
    while (o->guards.count <= scope)
        vec_push(o->arena, &o->guards, NO_ID);
    return &o->guards.at[scope];
}

/* All conditions of a scope as one; built from the outermost inwards. */
static NodeId guard_of_scope(Outliner *o, ScopeId scope)
{
    NodeVec path = { 0 };
    NodeId guard = NO_ID;

    for (; scope != 0 && (guard = *guard_slot(o, scope)) == NO_ID; scope = path_outer(&o->scopes, scope))
        vec_push(o->arena, &path, scope);
    while (path.count > 0) {
        bool holds;
        NodeId own = mapped(o, path_condition(&o->scopes, vec_top(&path), &holds));

        own = holds ? own : node_op1(o->p, OP_NOT, own);
        guard = guard == NO_ID ? own : node_op2(o->p, OP_AND, guard, own);
        *guard_slot(o, vec_pop(&path)) = guard;
    }
    return guard;
}

static void emit_cut(Outliner *o, NodeId id)
{
    const Use *use = &o->uses[id];
    Env env = o->envs.at[use->env];
    Stage stage = { .target = o->symbols[id], .op = STAGE_SET, .rank = (uint8_t)env.count, .value = o->built[id],
                    .at = o->p->infos.at[id].at };
    AffId subs[UINT8_MAX];

    for (uint32_t k = 0; k < env.count; k++)
        subs[k] = node_subs(o->p, o->memo[id])[k];
    stage.guard = guard_of_scope(o, use->scope);
    stage.domain = o->ranges.at + env.first;
    stage.subs = subs;
    program_stage(o->p, stage);
}

static void push_unseen(Outliner *o, NodeId id)
{
    if (id < o->nodes && o->uses[id].scope != SCOPE_NONE && !o->seen[id])
        vec_push(o->arena, &o->stack, id);
}

/* Everything that `id` needs: its arguments and, where it is cut out, its conditions. */
static bool push_needed(Outliner *o, NodeId id)
{
    Node node = o->p->nodes.at[id];
    size_t before = o->stack.count;
    bool holds;

    for (ScopeId scope = o->uses[id].scope; o->uses[id].cut == CUT && scope != 0; scope = path_outer(&o->scopes, scope))
        push_unseen(o, path_condition(&o->scopes, scope, &holds));
    for (unsigned k = op_info[node.op].arity; k-- > 0;)
        push_unseen(o, node.u.arg[k]);
    return o->stack.count > before;
}

/* Puts the stages of what was cut out before the first stage that needs it. */
static void emit_needed(Outliner *o, NodeId root)
{
    if (root == NO_ID)
        return;
    push_unseen(o, root);
    while (o->stack.count > 0) {
        NodeId top = vec_top(&o->stack);

        if (!o->seen[top] && push_needed(o, top))
            continue;
        o->stack.count--;
        if (o->seen[top])
            continue;
        o->seen[top] = true;
        if (o->uses[top].cut == CUT)
            emit_cut(o, top);
    }
}

static void emit_stage(Outliner *o, StageId id)
{
    Stage *stage;

    emit_needed(o, o->p->stages.at[id].guard);
    emit_needed(o, o->p->stages.at[id].value);
    stage = &o->p->stages.at[id];
    if (stage->guard != NO_ID)
        stage->guard = mapped(o, stage->guard);
    if (stage->value < o->nodes && o->uses[stage->value].cut == KNOWN_AS_TARGET && o->uses[stage->value].root == id)
        stage->value = o->built[stage->value];
    else
        stage->value = mapped(o, stage->value);
}

/* Nothing is put inside a loop: what is cut out of one does not depend on the turn. */
static void emit_body(Outliner *o)
{
    Program *p = o->p;
    Item *items = p->body.at;
    size_t count = p->body.count;
    unsigned depth = 0;

    p->body.at = NULL;
    p->body.count = p->body.room = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned inner = depth;

        if (items[i].kind == ITEM_STAGE && depth == 0)
            emit_stage(o, items[i].id);
        for (size_t k = i; items[i].kind == ITEM_LOOP && depth == 0 && (k == i || inner > 0); k++) {
            if (items[k].kind == ITEM_STAGE)
                emit_stage(o, items[k].id);
            else
                inner += items[k].kind == ITEM_LOOP ? 1 : UINT32_MAX;
        }
        if (items[i].kind != ITEM_STAGE)
            depth += items[i].kind == ITEM_LOOP ? 1 : UINT32_MAX;
        vec_push(p->arena, &p->body, items[i]);
    }
}

/* ---- the pass --------------------------------------------------------------------------------------- */

/* Nodes that depend on a loop's index or read what is written in a loop. */
static void find_turns(Outliner *o)
{
    const Program *p = o->p;
    bool *written = arena_array(o->arena, bool, p->symbols.count + 1);
    bool *turning = arena_array(o->arena, bool, p->indices.count + 1);
    unsigned depth = 0;

    for (size_t i = 0; i < p->loops.count; i++)
        turning[p->loops.at[i].index] = true;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind != ITEM_STAGE)
            depth += item.kind == ITEM_LOOP ? 1 : UINT32_MAX;
        else if (depth > 0)
            written[p->stages.at[item.id].target] = true;
    }
    for (NodeId id = 0; id < o->nodes; id++) {
        const Node *node = &p->nodes.at[id];
        bool turns = node->op == OP_READ && written[node->u.read.symbol];
        uint32_t count;
        const IndexId *items = set_items(p, node->deps, &count);

        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            turns = turns || o->turns[node->u.arg[k]];
        for (uint32_t i = 0; i < count; i++)
            turns = turns || turning[items[i]];
        o->turns[id] = turns;
    }
}

static bool has_domain(const Program *p)
{
    for (StageId id = 0; id < p->stages.count; id++)
        if (p->stages.at[id].rank > 0)
            return true;
    return false;
}

static void outliner_init(Outliner *o, Program *p, Arena *arena)
{
    *o = (Outliner){ .p = p, .arena = arena, .nodes = p->nodes.count };
    scopes_init(&o->scopes, p, arena);
    hulls_init(&o->hulls, arena, p);
    o->uses = arena_array(arena, Use, o->nodes + 1);
    o->turns = arena_array(arena, bool, o->nodes + 1);
    o->built = arena_array(arena, NodeId, o->nodes + 1);
    o->memo = arena_array(arena, NodeId, o->nodes + 1);
    o->symbols = arena_array(arena, SymId, o->nodes + 1);
    o->seen = arena_array(arena, bool, o->nodes + 1);
    o->position = arena_array(arena, uint32_t, p->stages.count + 1);
    for (size_t i = 0; i < o->nodes; i++) {
        o->uses[i] = (Use){ .scope = SCOPE_NONE, .root = NO_ID, .position = UINT32_MAX };
        o->memo[i] = o->built[i] = o->symbols[i] = NO_ID;
    }
}

Program *pass_outline(Program *p, const SymId *wanted, size_t wanted_count)
{
    Arena *arena;
    Outliner o;

    if (!has_domain(p))
        return p;
    arena = heap_arena(p->heap);
    outliner_init(&o, p, arena);
    if (wanted_count > 0) {
        o.any_active = true;
        activity_find(&o.active, arena, p, wanted, wanted_count);
    }
    find_turns(&o);
    use_all_stages(&o);
    look_at_nodes(&o);
    rebuild_nodes(&o);
    emit_body(&o);
    heap_release(p->heap, arena);
    return p;
}
