/* split.c -- a reversed program as two functions, and the tape between them.
 *
 * What the backward sweep reads of the forward sweep goes on the tape: arrays as they are; of scalars the outermost nodes that
 * the forward sweep computes. Inside a domain cheap nodes are computed again from what they read (what is expensive was made
 * a stage before, pass/outline.c).
 */
#include <stdlib.h>
#include <string.h>

#include "pass/scope.h"
#include "pass/pass.h"

typedef struct {
    Program *p;
    const Reverse *reverse;
    Arena *arena;
    Scopes scopes;
    bool *written;      /* by symbol: by the forward sweep */
    bool *kept;         /* by symbol: on the tape as it is, or (an output) as a copy */
    bool *varies;       /* by forward node: it reads something */
    ScopeId *node_scope; /* by node that the backward sweep needs, SCOPE_NONE: it does not */
    NodeVec needed;     /* those nodes */
    NodeVec scalars;    /* those of them that are kept on the tape, ascending */
} Split;

/* ---- what the backward sweep needs -------------------------------------------------------------------- */

static void find_written(Split *s)
{
    const Program *p = s->p;

    s->written = arena_array(s->arena, bool, p->symbols.count + 1);
    s->kept = arena_array(s->arena, bool, p->symbols.count + 1);
    for (size_t i = 0; i < s->reverse->first_adjoint; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE)
            s->written[p->stages.at[item.id].target] = true;
        else if (item.kind == ITEM_LOOP && p->loops.at[item.id].turns != NO_ID)
            s->written[p->loops.at[item.id].turns] = true;
    }
}

static void find_varying(Split *s)
{
    const Program *p = s->p;

    s->varies = arena_array(s->arena, bool, s->reverse->first_node + 1);
    for (NodeId i = 0; i < s->reverse->first_node; i++) {
        const Node *node = &p->nodes.at[i];

        s->varies[i] = node->op == OP_READ || node->op == OP_INTEGER;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            s->varies[i] |= s->varies[node->u.arg[k]];
    }
}

/* A number that the forward sweep computes once. Conditions are asked again. */
static bool is_kept_scalar(const Split *s, NodeId id)
{
    const Node *node = &s->p->nodes.at[id];

    return id < s->reverse->first_node && node->deps == 0 && op_info[node->op].arity > 0 &&
           op_info[node->op].result == KIND_REAL && s->varies[id];
}

static void need_node(Split *s, NodeId node)
{
    if (node == NO_ID || s->node_scope[node] != SCOPE_NONE)
        return;
    s->node_scope[node] = 0;
    vec_push(s->arena, &s->needed, node);
}

static void need_item(Split *s, Item item)
{
    const Program *p = s->p;

    if (item.kind == ITEM_STAGE) {
        need_node(s, p->stages.at[item.id].value);
        need_node(s, p->stages.at[item.id].guard);
    } else if (item.kind == ITEM_LOOP && p->loops.at[item.id].turns != NO_ID) {
        s->kept[p->loops.at[item.id].turns] = true;
    }
}

static int ascending(const void *a, const void *b)
{
    NodeId x = *(const NodeId *)a, y = *(const NodeId *)b;

    return (x > y) - (x < y);
}

static void find_needed(Split *s)
{
    const Program *p = s->p;

    s->node_scope = arena_array(s->arena, ScopeId, p->nodes.count + 1);
    memset(s->node_scope, 0xff, p->nodes.count * sizeof *s->node_scope);
    for (size_t i = s->reverse->first_adjoint; i < p->body.count; i++)
        need_item(s, p->body.at[i]);
    for (size_t i = 0; i < s->needed.count; i++) {
        const Node *node = &p->nodes.at[s->needed.at[i]];

        if (node->op == OP_READ && s->written[node->u.read.symbol])
            s->kept[node->u.read.symbol] = true;
        for (unsigned k = 0; k < op_info[node->op].arity && !is_kept_scalar(s, s->needed.at[i]); k++)
            need_node(s, node->u.arg[k]);
    }
    if (s->needed.count > 0)
        qsort(s->needed.at, s->needed.count, sizeof *s->needed.at, ascending);
    for (size_t i = 0; i < s->needed.count; i++)
        if (is_kept_scalar(s, s->needed.at[i]))
            vec_push(s->arena, &s->scalars, s->needed.at[i]);
}

/* ---- where it needs it --------------------------------------------------------------------------------- */

static void meet_scope(Split *s, NodeId node, ScopeId scope)
{
    if (node != NO_ID)
        s->node_scope[node] = scope_meet(&s->scopes, s->node_scope[node], scope);
}

static bool is_scalar_condition(const Split *s, NodeId condition)
{
    return condition != NO_ID && s->p->nodes.at[condition].deps == 0;
}

/* A scalar that only one branch of the backward sweep needs is not computed for the tape where that branch is not taken. */
static void find_scopes(Split *s)
{
    const Program *p = s->p;

    for (size_t i = 0; i < s->needed.count; i++)
        s->node_scope[s->needed.at[i]] = SCOPE_NONE;
    for (size_t i = s->reverse->first_adjoint; i < p->body.count; i++) {
        const Stage *stage = &p->stages.at[p->body.at[i].id];

        if (p->body.at[i].kind != ITEM_STAGE)
            continue;
        meet_scope(s, stage->guard, 0);
        meet_scope(s, stage->value, is_scalar_condition(s, stage->guard) ? scope_of_guard(&s->scopes, stage->guard) : 0);
    }
    for (size_t i = s->needed.count; i-- > 0;) {
        const Node *node = &p->nodes.at[s->needed.at[i]];
        ScopeId scope = s->node_scope[s->needed.at[i]];

        for (unsigned k = 0; k < op_info[node->op].arity && !is_kept_scalar(s, s->needed.at[i]); k++) {
            bool branch = node->op == OP_SELECT && k > 0 && is_scalar_condition(s, node->u.arg[0]);

            meet_scope(s, node->u.arg[k], branch ? scope_branch(&s->scopes, scope, node->u.arg[0], k == 1) : scope);
        }
    }
}

/* What is stored: 0 where the backward sweep will not look. */
static NodeId stored_value(Split *s, NodeId scalar)
{
    uint32_t list = scopes_push(&s->scopes, NO_ID, s->node_scope[scalar], scalar);

    return s->scopes.values.at[scopes_fold(&s->scopes, list, 0, false)].value;
}

/* ---- the two programs ---------------------------------------------------------------------------------- */

static Program *begin_program(const Split *s, SymId symbols)
{
    const Program *p = s->p;
    Program *to = program_new(p->heap, p->names, p->source);

    to->simplify = p->simplify;
    to->fast = p->fast;
    for (SymId i = 0; i < symbols; i++) {
        Symbol symbol = p->symbols.at[i];

        if (s->kept[i] && symbol.role != SYM_OUTPUT)
            symbol.role = SYM_TAPE;
        program_symbol(to, symbol);
    }
    for (IndexId i = 0; i < p->indices.count; i++)
        program_index(to, p->indices.at[i].name, p->indices.at[i].at);
    return to;
}

static SymId tape_symbol(const Split *s, Program *to, NodeId scalar)
{
    Symbol symbol = { .name = node_telling_name(s->p, scalar), .at = s->p->infos.at[scalar].at, .role = SYM_TAPE, .of = NO_ID };

    return program_symbol(to, symbol);
}

/* A copy of an output: the caller may change his. */
static SymId copy_symbol(const Split *s, Program *to, SymId output)
{
    Symbol symbol = s->p->symbols.at[output];

    symbol.role = SYM_TAPE;
    return program_symbol(to, symbol);
}

static void copy_output(Program *to, SymId output, SymId copy)
{
    Symbol symbol = to->symbols.at[output];
    Stage stage = { .target = copy, .op = STAGE_SET, .rank = symbol.rank, .guard = NO_ID, .at = symbol.at };
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];

    for (unsigned k = 0; k < symbol.rank; k++) {
        domain[k] = (Range){ program_index(to, NAME_NONE, (Span){ 0, 0 }), AFF_ZERO, aff_const(&to->affs, symbol.extents[k]) };
        subs[k] = aff_index(&to->affs, domain[k].index);
    }
    stage.value = node_read(to, output, subs);
    stage.domain = domain;
    stage.subs = subs;
    program_stage(to, stage);
}

/* The nodes of the forward sweep in their old order, which is the user's. */
static void rebuild_forward_nodes(Split *s, Rebuild *r)
{
    const Program *p = s->p;
    NodeVec roots = { 0 }, reached = { 0 };

    for (size_t i = 0; i < s->reverse->first_adjoint; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE) {
            vec_push(s->arena, &roots, p->stages.at[item.id].value);
            vec_push(s->arena, &roots, p->stages.at[item.id].guard);
        } else if (item.kind == ITEM_LOOP) {
            vec_push(s->arena, &roots, p->loops.at[item.id].condition);
        }
    }
    node_reach(p, s->arena, roots.at, roots.count, &reached);
    for (size_t i = 0; i < reached.count; i++)
        rebuild_node(r, reached.at[i]);
}

static Program *make_forward(Split *s)
{
    Program *to = begin_program(s, s->reverse->first_symbol);
    Rebuild r;

    for (size_t i = 0; i < s->p->outputs.count; i++)
        vec_push(to->arena, &to->outputs, s->p->outputs.at[i]);
    rebuild_begin(&r, s->p, to);
    rebuild_forward_nodes(s, &r);
    for (size_t i = 0; i < s->reverse->first_adjoint; i++)
        rebuild_item(&r, s->p->body.at[i]);
    for (size_t i = 0; i < s->p->outputs.count; i++)
        if (s->kept[s->p->outputs.at[i]])
            copy_output(to, s->p->outputs.at[i], copy_symbol(s, to, s->p->outputs.at[i]));
    for (size_t i = 0; i < s->scalars.count; i++) {
        Stage stage = { .op = STAGE_SET, .guard = NO_ID, .at = s->p->infos.at[s->scalars.at[i]].at };
        NodeId value = stored_value(s, s->scalars.at[i]);

        stage.target = tape_symbol(s, to, s->scalars.at[i]);
        stage.value = rebuild_node(&r, value);
        program_stage(to, stage);
    }
    return to;
}

/* The new numbers of symbols: outputs are read from their copies on the tape. */
static SymId *map_outputs(const Split *s, Program *to)
{
    SymId *map = arena_array(s->arena, SymId, s->p->symbols.count);

    for (SymId i = 0; i < s->p->symbols.count; i++)
        map[i] = i;
    for (size_t i = 0; i < s->p->outputs.count; i++)
        if (s->kept[s->p->outputs.at[i]])
            map[s->p->outputs.at[i]] = copy_symbol(s, to, s->p->outputs.at[i]);
    return map;
}

static Program *make_backward(Split *s)
{
    Program *to = begin_program(s, (SymId)s->p->symbols.count);
    Rebuild r;

    for (size_t i = 0; i < s->p->gradients.count; i++)
        vec_push(to->arena, &to->gradients, s->p->gradients.at[i]);
    rebuild_begin(&r, s->p, to);
    r.symbols = map_outputs(s, to);
    r.memo_size = s->p->nodes.count;
    r.memo = arena_array(to->arena, NodeId, r.memo_size + 1);
    memset(r.memo, 0xff, r.memo_size * sizeof *r.memo);
    for (size_t i = 0; i < s->scalars.count; i++) {
        SymId symbol = tape_symbol(s, to, s->scalars.at[i]);

        r.memo[s->scalars.at[i]] = node_read(to, symbol, NULL);
    }
    for (size_t i = 0; i < s->needed.count; i++)
        rebuild_node(&r, s->needed.at[i]);
    for (size_t i = s->reverse->first_adjoint; i < s->p->body.count; i++)
        rebuild_item(&r, s->p->body.at[i]);
    return to;
}

static Program *prune(Program *program)
{
    Program *pruned = pass_prune(program);

    if (pruned != program)
        program_free(program);
    return pruned;
}

void pass_split(Program *reversed, const Reverse *reverse, Sweeps *sweeps)
{
    Split s = { .p = reversed, .reverse = reverse, .arena = heap_arena(reversed->heap) };

    scopes_init(&s.scopes, reversed, s.arena);
    find_written(&s);
    find_varying(&s);
    find_needed(&s);
    find_scopes(&s);
    sweeps->backward = prune(make_backward(&s));
    sweeps->forward = prune(make_forward(&s));
    heap_release(reversed->heap, s.arena);
}
