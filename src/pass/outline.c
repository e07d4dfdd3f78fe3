/* outline.c -- expensive or shared parts of array expressions become stages of their own.
 *
 * Nodes that depend on indices are looked at once, users before what they use: each gets the domain and the scope that
 * all its users agree on. Those to be cut out become symbols; then the expressions are built again around the reads of
 * them. Scalars (nodes without indices) are computed once wherever they stand, so they stay as they are.
 */
#include "pass/outline.h"

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

/* The ranges that indices `*deps` need: their own, and those of the indices in their bounds, which stand to the left and
 * are added to the set. */
static EnvId restrict_env(Outliner *o, EnvId whole, SetId *deps)
{
    Env env = o->envs.at[whole];
    Range kept[UINT8_MAX];
    uint32_t count = 0;

    for (uint32_t i = env.count; i-- > 0;) {
        Range range = o->ranges.at[env.first + i];

        if (!set_has(o->p, *deps, range.index))
            continue;
        kept[UINT8_MAX - ++count] = range;
        *deps = set_union(o->p, *deps, set_union(o->p, set_of_aff(o->p, range.low), set_of_aff(o->p, range.high)));
    }
    if (count == env.count)
        return whole;
    return intern_env(o, kept + (UINT8_MAX - count), count);
}

/* ---- loops ------------------------------------------------------------------------------------------ */

/* The innermost of the loops around whose index is in the set. */
static LoopId restrict_loop(const Outliner *o, LoopId loop, SetId deps)
{
    while (loop != NO_ID && !set_has(o->p, deps, o->p->loops.at[loop].index))
        loop = o->outer[loop];
    return loop;
}

uint32_t outline_loops(const Outliner *o, LoopId loop, LoopId *path)
{
    uint32_t count = 0;

    for (LoopId at = loop; at != NO_ID; at = o->outer[at])
        count++;
    for (uint32_t k = count; loop != NO_ID; loop = o->outer[loop])
        path[--k] = loop;
    return count;
}

static void find_loops(Outliner *o)
{
    const Program *p = o->p;
    LoopId loop = NO_ID;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_LOOP) {
            o->outer[item.id] = loop;
            loop = item.id;
        } else if (item.kind == ITEM_END) {
            loop = o->outer[item.id];
        }
    }
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
    LoopId loop;

    if (deps == 0)
        return;
    env = restrict_env(o, by->widest, &deps);
    loop = restrict_loop(o, by->loop, deps);
    use->conflict |= by->conflict;
    if (use->scope == SCOPE_NONE) {
        use->env = env;
        use->widest = by->widest;
        use->loop = loop;
        use->inside = by->inside;
    } else {
        use->conflict |= env != use->env || loop != use->loop;
        if (o->envs.at[by->widest].count > o->envs.at[use->widest].count)
            use->widest = by->widest;
    }
    if (by->inside != NO_ID && (use->inside == NO_ID || by->inside > use->inside)) /* nested loops have larger numbers */
        use->inside = by->inside;
    use->wider |= by->inside != loop || o->envs.at[by->widest].count > o->envs.at[env].count;
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

static void use_stage(Outliner *o, StageId id, LoopId loop)
{
    const Stage *stage = &o->p->stages.at[id];
    Use by = { .exact = true, .loop = loop, .inside = loop, .root = NO_ID, .position = o->position[id] };

    by.widest = intern_env(o, stage->domain, stage->rank);
    if (stage->guard != NO_ID)
        use_node(o, stage->guard, &by, 0);
    if (o->any_active && o->active.symbols[stage->target] && !o->p->symbols.at[stage->target].inactive)
        by.owner = 1 + id;
    if (stage->op == STAGE_SET && !o->p->symbols.at[stage->target].inactive) /* the derivative of a shift is not taken, that of its value may be */
        by.root = id;
    use_node(o, stage->value, &by, scope_of_guard(&o->scopes, stage->guard));
}

static void use_all_stages(Outliner *o)
{
    const Program *p = o->p;
    LoopId loop = NO_ID;

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE) {
            const Stage *stage = &p->stages.at[item.id];

            o->position[item.id] = (uint32_t)i;
            o->changed[stage->target] |= stage->op != STAGE_SET && !stage->fresh;
            use_stage(o, item.id, loop);
        } else {
            loop = item.kind == ITEM_LOOP ? item.id : o->outer[item.id];
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

static Range turns_of(Outliner *o, LoopId id)
{
    const Loop *loop = &o->p->loops.at[id];

    return (Range){ loop->index, aff_const(&o->p->affs, loop->low), aff_const(&o->p->affs, loop->high) };
}

/* One dimension more; false if the array would be too large. */
static bool measure_range(Outliner *o, const Range *range, int32_t *extent, int64_t *least, int64_t *elements)
{
    Hull hull;

    if (!hull_of_aff(&o->hulls, aff_index(&o->p->affs, range->index), &hull) || hull.most - hull.least >= INT32_MAX)
        return false;
    *extent = (int32_t)(hull.most < hull.least ? 1 : hull.most - hull.least + 1);
    *least = hull.least;
    *elements *= *extent;
    return *elements <= INT32_MAX;
}

bool outline_measure(Outliner *o, const Use *use, int32_t *extents, int64_t *least)
{
    Env env = o->envs.at[use->env];
    LoopId path[UINT8_MAX];
    uint32_t turns = outline_loops(o, use->loop, path);
    int64_t elements = 1;
    bool known = true;

    for (uint32_t k = 0; k < turns; k++) {
        Range range = turns_of(o, path[k]);

        hulls_enter(&o->hulls, &range, 1);
        known = known && measure_range(o, &range, &extents[k], &least[k], &elements);
    }
    hulls_enter(&o->hulls, o->ranges.at + env.first, env.count);
    for (uint32_t k = 0; k < env.count && known; k++)
        known = measure_range(o, &o->ranges.at[env.first + k], &extents[turns + k], &least[turns + k], &elements);
    hulls_leave(&o->hulls, o->ranges.at + env.first, env.count);
    for (uint32_t k = 0; k < turns; k++) {
        Range range = turns_of(o, path[k]);

        hulls_leave(&o->hulls, &range, 1);
    }
    return known;
}

static bool is_wanted(const Outliner *o, NodeId id, const Use *use)
{
    const OpInfo *info = &op_info[o->p->nodes.at[id].op];
    bool active = is_active(o, id);

    if (info->form == FORM_LEAF || info->result != KIND_REAL || use->conflict || !use->exact)
        return false;
    if (use->inner || (use->root != NO_ID && use->position == UINT32_MAX && !use->wider))
        return false;
    return (info->expensive && (use->wider || active)) || (active && use->owner == MANY_OWNERS);
}

/* Is the node already an element of an array that all other users can read? */
static bool is_target(Outliner *o, const Use *use)
{
    const Stage *stage;
    uint32_t index, depth = 0;
    int64_t offset;

    if (use->root == NO_ID || use->position <= o->position[use->root])
        return false;
    stage = &o->p->stages.at[use->root];
    if (o->changed[stage->target])
        return false;
    if (intern_env(o, stage->domain, stage->rank) != use->env || scope_of_guard(&o->scopes, stage->guard) != use->scope)
        return false;
    for (LoopId loop = use->loop; loop != NO_ID; loop = o->outer[loop])
        depth++;
    if (o->p->symbols.at[stage->target].rank != stage->rank + depth)
        return false;
    for (uint32_t k = 0; k < stage->rank + depth; k++) {
        if (!aff_is_shifted_index(&o->p->affs, stage->subs[k], &index, &offset))
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
    unsigned depth = 0;

    for (LoopId loop = use->loop; loop != NO_ID; loop = o->outer[loop], depth++)
        set = set_union(o->p, set, set_of(o->p, o->p->loops.at[loop].index));
    if (!is_wanted(o, id, use))
        return NOT_CUT;
    if (is_target(o, use))
        return KNOWN_AS_TARGET;
    if (set_union(o->p, set, set_of_scope(o, use->scope)) != set || depth + o->envs.at[use->env].count > UINT8_MAX)
        return NOT_CUT;
    return outline_measure(o, use, extents, least) ? CUT : NOT_CUT;
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
            by.inside = use->loop;
            by.conflict = false;
            by.exact = true;
            by.owner = (uint32_t)(1 + o->p->stages.count + id);
        }
        if (use->root != NO_ID && o->position[use->root] < by.position)
            by.position = o->position[use->root];
        if (node.op == OP_LINK)
            o->uses[node.u.arg[0]].inner = true;
        if (use->cut == KNOWN_AS_TARGET)
            by.owner = 1 + use->root;
        if (!is_active(o, id))
            by.owner = 0;
        by.root = NO_ID;
        for (unsigned k = 0; k < op_info[node.op].arity; k++)
            use_node(o, node.u.arg[k], &by, path_of_argument(&o->scopes, id, k, use->scope));
    }
}

/* ---- the pass --------------------------------------------------------------------------------------- */

static bool has_domain(const Program *p)
{
    if (p->loops.count > 0)
        return true;
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
    o->outer = arena_array(arena, LoopId, p->loops.count + 1);
    o->open = arena_array(arena, bool, p->loops.count + 1);
    o->changed = arena_array(arena, bool, p->symbols.count + 1);
    o->built = arena_array(arena, NodeId, o->nodes + 1);
    o->memo = arena_array(arena, NodeId, o->nodes + 1);
    o->symbols = arena_array(arena, SymId, o->nodes + 1);
    o->emitted = arena_array(arena, bool, o->nodes + 1);
    o->seen = arena_array(arena, uint32_t, o->nodes + 1);
    o->position = arena_array(arena, uint32_t, p->stages.count + 1);
    for (size_t i = 0; i < o->nodes; i++) {
        o->uses[i] = (Use){ .scope = SCOPE_NONE, .loop = NO_ID, .inside = NO_ID, .root = NO_ID, .position = UINT32_MAX };
        o->memo[i] = o->built[i] = o->symbols[i] = NO_ID;
    }
}

/* Of everything that is handed to the caller: gradients are differentiated a second time. */
static void find_active(Outliner *o, const SymId *wanted, size_t wanted_count)
{
    const Program *p = o->p;
    VEC(SymId) results = { 0 };

    for (size_t i = 0; i < p->outputs.count; i++)
        vec_push(o->arena, &results, p->outputs.at[i]);
    for (size_t i = 0; i < p->gradients.count; i++)
        vec_push(o->arena, &results, p->gradients.at[i]);
    for (size_t i = 0; i < p->derivatives.count; i++)
        vec_push(o->arena, &results, p->derivatives.at[i]);
    activity_find(&o->active, o->arena, p, wanted, wanted_count, results.at, results.count);
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
        find_active(&o, wanted, wanted_count);
    }
    find_loops(&o);
    use_all_stages(&o);
    look_at_nodes(&o);
    outline_rebuild(&o);
    outline_emit(&o);
    heap_release(p->heap, arena);
    return p;
}
