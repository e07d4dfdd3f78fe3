/* split.c -- a reversed program as two functions, and the tape between them.
 *
 * What the backward sweep reads of the forward sweep goes on the tape: arrays as they are; of scalars the outermost
 * nodes that the forward sweep computes. Inside a domain cheap nodes are computed again from what they read (what is
 * expensive was made a stage before, pass/outline.c).
 */
#include <string.h>

#include "base/sort.h"
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
    VEC(AffId) affs;
    NodeVec needed;     /* those nodes */
    NodeVec scalars;    /* those of them that are kept on the tape, ascending */
    VEC(SymId) tape;    /* parallel to scalars: their symbols */
    SymId *copies;      /* by symbol: of an output that is read, its copy on the tape */
    uint8_t *roles;     /* by symbol: while they are changed */
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

/* Positions and numbers of turns in subscripts and bounds. */
static void keep_elements(Split *s, AffId root)
{
    const AffPool *pool = &s->p->affs;

    if (!aff_has_element(pool, root))
        return;
    vec_push(s->arena, &s->affs, root);
    while (s->affs.count > 0) {
        Affine sum = pool->affs.at[vec_pop(&s->affs)];

        for (uint32_t i = 0; i < sum.count; i++) {
            const Atom *atom = &pool->atoms.at[pool->terms.at[sum.first + i].atom];

            if (atom->kind == ATOM_ELEMENT && s->written[atom->of])
                s->kept[atom->of] = true;
            for (uint32_t k = 0; k < atom->rank; k++)
                vec_push(s->arena, &s->affs, pool->subs.at[atom->subs + k]);
        }
    }
}

static void keep_elements_of_stage(Split *s, const Stage *stage)
{
    for (unsigned d = 0; d < stage->rank; d++) {
        keep_elements(s, stage->domain[d].low);
        keep_elements(s, stage->domain[d].high);
    }
    for (uint32_t k = 0; k < stage_subs(s->p, stage); k++)
        keep_elements(s, stage->subs[k]);
}

static void keep_elements_of_node(Split *s, NodeId id)
{
    const Node *node = &s->p->nodes.at[id];

    if (node->op == OP_INTEGER)
        keep_elements(s, node->u.aff);
    for (uint32_t k = 0; node->op == OP_READ && k < s->p->symbols.at[node->u.read.symbol].rank; k++)
        keep_elements(s, node_subs(s->p, id)[k]);
}

static void need_item(Split *s, Item item)
{
    const Program *p = s->p;

    if (item.kind == ITEM_STAGE) {
        need_node(s, p->stages.at[item.id].value);
        need_node(s, p->stages.at[item.id].guard);
        keep_elements_of_stage(s, &p->stages.at[item.id]);
    } else if (item.kind == ITEM_LOOP && p->loops.at[item.id].turns != NO_ID) {
        s->kept[p->loops.at[item.id].turns] = true;
    }
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
        keep_elements_of_node(s, s->needed.at[i]);
        for (unsigned k = 0; k < op_info[node->op].arity && !is_kept_scalar(s, s->needed.at[i]); k++)
            need_node(s, node->u.arg[k]);
    }
    if (s->needed.count > 0)
        sort_ids(p->heap, s->needed.at, s->needed.count);
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

/* Or perhaps, through a subscript: positions of maxima are found in the backward sweep. */
static bool read_of_backward(const Split *s, NodeId read)
{
    const Program *p = s->p;
    SymId symbol = p->nodes.at[read].u.read.symbol;

    for (unsigned k = 0; k < p->symbols.at[symbol].rank; k++)
        if (aff_has_element(&p->affs, node_subs(p, read)[k]))
            return true;
    return symbol >= s->reverse->first_symbol;
}

static bool needs_backward(const Split *s, NodeId condition)
{
    NodeVec reach = { 0 };

    node_reach(s->p, s->arena, &condition, 1, &reach);
    for (size_t i = 0; i < reach.count; i++) {
        Op op = (Op)s->p->nodes.at[reach.at[i]].op;

        if (op == OP_INTEGER || (op == OP_READ && read_of_backward(s, reach.at[i])))
            return true;
    }
    return false;
}

/* A condition that the forward sweep can ask. */
static bool is_scalar_condition(const Split *s, NodeId condition)
{
    if (condition == NO_ID || s->p->nodes.at[condition].deps != 0)
        return false;
    return condition < s->reverse->first_node || !needs_backward(s, condition);
}

/* A scalar that only one branch of the backward sweep needs is not computed for the tape where that branch is not
 * taken. */
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
        meet_scope(s, stage->value,
                   is_scalar_condition(s, stage->guard) ? scope_of_guard(&s->scopes, stage->guard) : 0);
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
    uint32_t folded = scopes_fold(&s->scopes, list, 0, false); /* may move the values */

    return s->scopes.values.at[folded].value;
}

/* ---- the two programs ---------------------------------------------------------------------------------- */

static void add_stage(Split *s, SymId target, NodeId value, const Range *domain, const AffId *subs, Span at)
{
    Stage stage = { .target = target, .op = STAGE_SET, .rank = s->p->symbols.at[target].rank, .value = value,
                    .guard = NO_ID, .domain = domain, .subs = subs, .at = at };

    program_stage(s->p, stage);
}

/* The caller may change an output before the backward sweep reads it: a copy is kept. */
static void keep_output(Split *s, SymId output)
{
    Program *p = s->p;
    Symbol symbol = p->symbols.at[output];
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];
    NodeId value;

    program_domain(p, symbol.extents, symbol.rank, domain, subs);
    value = node_read(p, output, subs);
    symbol.role = SYM_TAPE;
    s->copies[output] = program_symbol(p, symbol);
    add_stage(s, s->copies[output], value, domain, subs, symbol.at);
}

static void keep_scalar(Split *s, NodeId scalar)
{
    Program *p = s->p;
    Symbol symbol = { .name = node_telling_name(p, scalar), .at = p->infos.at[scalar].at, .role = SYM_TAPE,
                      .of = NO_ID };
    NodeId value = stored_value(s, scalar);
    SymId target = program_symbol(p, symbol);

    vec_push(s->arena, &s->tape, target);
    add_stage(s, target, value, NULL, NULL, symbol.at);
}

/* The body up to the first adjoint, then the stores to the tape. */
static void make_forward(Split *s, Sweeps *sweeps)
{
    Program *p = s->p;
    size_t gradients = p->gradients.count;
    SymId end = (SymId)p->symbols.count;

    p->body.count = s->reverse->first_adjoint;
    for (SymId i = 0; i < s->reverse->first_symbol; i++)
        if (s->kept[i] && p->symbols.at[i].role != SYM_OUTPUT)
            p->symbols.at[i].role = SYM_TAPE;
    for (size_t i = 0; i < p->outputs.count; i++)
        if (s->kept[p->outputs.at[i]])
            keep_output(s, p->outputs.at[i]);
    for (size_t i = 0; i < s->scalars.count; i++)
        keep_scalar(s, s->scalars.at[i]);
    for (SymId i = s->reverse->first_symbol; i < end; i++) {
        s->roles[i] = p->symbols.at[i].role;
        p->symbols.at[i].role = SYM_LOCAL; /* not a part of this function's interface */
    }
    p->gradients.count = 0;
    sweeps->forward = pass_prune_copy(p);
    p->gradients.count = gradients;
    for (SymId i = s->reverse->first_symbol; i < end; i++)
        p->symbols.at[i].role = s->roles[i];
}

/* Reads of the tape in place of what was stored there. The program only serves to be copied from now on. */
static void read_tape(Split *s, SymId symbols)
{
    Program *p = s->p;

    for (size_t i = 0; i < s->scalars.count; i++) {
        Node *node = &p->nodes.at[s->scalars.at[i]];

        *node = (Node){ .op = OP_READ, .deps = 0, .u.arg = { NO_ID, NO_ID, NO_ID } };
        node->u.read.symbol = s->tape.at[i];
        node->u.read.subs = 0;
    }
    for (size_t i = 0; i < s->needed.count; i++) {
        Node *node = &p->nodes.at[s->needed.at[i]];

        if (node->op == OP_READ && node->u.read.symbol < symbols && s->copies[node->u.read.symbol] != NO_ID)
            node->u.read.symbol = s->copies[node->u.read.symbol];
    }
}

static void make_backward(Split *s, const Item *items, size_t count, SymId symbols, Sweeps *sweeps)
{
    Program *p = s->p;

    read_tape(s, symbols);
    p->body.count = 0;
    for (size_t i = 0; i < count; i++)
        vec_push(p->arena, &p->body, items[i]);
    p->outputs.count = 0;
    sweeps->backward = pass_prune_copy(p);
}

void pass_split(Program *reversed, const Reverse *reverse, Sweeps *sweeps)
{
    Split s = { .p = reversed, .reverse = reverse, .arena = heap_arena(reversed->heap) };
    size_t count = reversed->body.count - reverse->first_adjoint;
    SymId symbols = (SymId)reversed->symbols.count;
    Item *items = arena_array(s.arena, Item, count + 1);

    memcpy(items, reversed->body.at + reverse->first_adjoint, count * sizeof *items);
    scopes_init(&s.scopes, reversed, s.arena);
    s.roles = arena_array(s.arena, uint8_t, symbols + 1);
    s.copies = arena_array(s.arena, SymId, symbols + 1);
    memset(s.copies, 0xff, symbols * sizeof *s.copies);
    find_written(&s);
    find_varying(&s);
    find_needed(&s);
    find_scopes(&s);
    make_forward(&s, sweeps);
    make_backward(&s, items, count, symbols, sweeps);
    heap_release(reversed->heap, s.arena);
}
