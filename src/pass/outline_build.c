/* outline_build.c -- outlining, second half: symbols and stages of what was cut out. */
#include "pass/outline.h"

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

/* A telling name; where the expression is too long for one, that of its operator. */
static Name name_of(const Outliner *o, NodeId id)
{
    const OpInfo *info = &op_info[o->p->nodes.at[id].op];
    Name name = node_telling_name(o->p, id);

    if (name != NAME_NONE)
        return name;
    if (info->form == FORM_CALL)
        return names_format(o->p->names, "%s_t", info->name + (info->name[0] == '.'));
    return names_intern_text(o->p->names, o->p->nodes.at[id].op == OP_DIV ? "ratio" : "t");
}

static NodeId read_symbol(Outliner *o, NodeId id)
{
    const Use *use = &o->uses[id];
    Env env = o->envs.at[use->env];
    int32_t extents[UINT8_MAX];
    int64_t least[UINT8_MAX];
    LoopId path[UINT8_MAX];
    AffId subs[UINT8_MAX];
    AffPool *affs = &o->p->affs;
    uint32_t turns = outline_loops(o, use->loop, path);
    Symbol symbol = { .name = name_of(o, id), .at = o->p->infos.at[id].at, .role = SYM_LOCAL,
                      .rank = (uint8_t)(turns + env.count), .of = NO_ID };

    (void)outline_measure(o, use, extents, least);
    for (uint32_t k = 0; k < symbol.rank; k++) {
        IndexId index = k < turns ? o->p->loops.at[path[k]].index : o->ranges.at[env.first + k - turns].index;

        subs[k] = aff_offset(affs, aff_index(affs, index), -least[k]);
    }
    symbol.named = o->p->infos.at[id].name != NAME_NONE;
    symbol.extents = extents;
    o->symbols[id] = program_symbol(o->p, symbol);
    return node_read(o->p, o->symbols[id], subs);
}

void outline_rebuild(Outliner *o)
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
                    .at = o->p->infos.at[id].at.end != 0 ? o->p->infos.at[id].at : o->at };
    AffId subs[UINT8_MAX];

    for (uint32_t k = 0; k < o->p->symbols.at[stage.target].rank; k++)
        subs[k] = node_subs(o->p, o->memo[id])[k];
    stage.guard = guard_of_scope(o, use->scope);
    stage.domain = o->ranges.at + env.first;
    stage.subs = subs;
    program_stage(o->p, stage);
}

static void push_unseen(Outliner *o, NodeId id)
{
    if (id < o->nodes && o->uses[id].scope != SCOPE_NONE && !o->emitted[id] && o->seen[id] != o->walk)
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

/* Puts the stages of what was cut out before the first stage that needs it. Before a loop (`ahead`) only what does not
 * depend on its turns. */
static void emit_needed(Outliner *o, NodeId root, bool ahead)
{
    if (root == NO_ID)
        return;
    push_unseen(o, root);
    while (o->stack.count > 0) {
        NodeId top = vec_top(&o->stack);
        LoopId loop = o->uses[top].loop;

        if (o->seen[top] != o->walk && !o->emitted[top] && push_needed(o, top))
            continue;
        o->stack.count--;
        if (o->seen[top] == o->walk || o->emitted[top])
            continue;
        o->seen[top] = o->walk;
        if (ahead && (o->uses[top].cut != CUT || (loop != NO_ID && !o->open[loop])))
            continue;
        o->emitted[top] = true;
        if (o->uses[top].cut == CUT)
            emit_cut(o, top);
    }
}

static void emit_stage(Outliner *o, StageId id)
{
    Stage *stage;

    o->at = o->p->stages.at[id].at;
    o->walk++;
    emit_needed(o, o->p->stages.at[id].guard, false);
    emit_needed(o, o->p->stages.at[id].value, false);
    stage = &o->p->stages.at[id];
    if (stage->guard != NO_ID)
        stage->guard = mapped(o, stage->guard);
    if (stage->value < o->nodes && o->uses[stage->value].cut == KNOWN_AS_TARGET && o->uses[stage->value].root == id)
        stage->value = o->built[stage->value];
    else
        stage->value = mapped(o, stage->value);
}

/* What the stages of a loop need and does not depend on its turns stands before it. */
static void emit_ahead(Outliner *o, const Item *items, size_t place)
{
    o->walk++;
    for (size_t k = place + 1; items[k].kind != ITEM_END || items[k].id != items[place].id; k++) {
        if (items[k].kind != ITEM_STAGE)
            continue;
        o->at = o->p->stages.at[items[k].id].at;
        emit_needed(o, o->p->stages.at[items[k].id].guard, true);
        emit_needed(o, o->p->stages.at[items[k].id].value, true);
    }
}

void outline_emit(Outliner *o)
{
    Program *p = o->p;
    Item *items = p->body.at;
    size_t count = p->body.count;

    p->body.at = NULL;
    p->body.count = p->body.room = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind == ITEM_STAGE)
            emit_stage(o, items[i].id);
        else if (items[i].kind == ITEM_LOOP)
            emit_ahead(o, items, i);
        if (items[i].kind != ITEM_STAGE)
            o->open[items[i].id] = items[i].kind == ITEM_LOOP;
        vec_push(p->arena, &p->body, items[i]);
    }
}
