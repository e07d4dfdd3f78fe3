/* prune.c -- drops the symbols, stages, loops and nodes that no output, gradient or tape needs. */
#include "pass/pass.h"

typedef struct {
    const Program *p;
    Arena *scratch;
    bool *symbols;  /* needed, by symbol */
    bool *nodes;    /* seen, by node */
    bool *affs;     /* seen, by affine expression */
    bool *stages;   /* needed, by stage */
    bool *loops;    /* needed, by loop */
    bool *listed;   /* by loop: it stands in the body */
    LoopId *inside; /* innermost loop around a stage or (behind the stages) a loop, or NO_ID */
    uint32_t *first_writer, *next_writer; /* stages by target, + 1 */
    VEC(SymId) symbol_work;
    VEC(NodeId) node_work;
    VEC(AffId) aff_work;
} Pruner;

/* ---- what is needed --------------------------------------------------------------------------------- */

static void need_symbol(Pruner *r, SymId symbol)
{
    if (symbol != NO_ID && !r->symbols[symbol]) {
        r->symbols[symbol] = true;
        vec_push(r->scratch, &r->symbol_work, symbol);
    }
}

static void need_aff(Pruner *r, AffId aff)
{
    if (!r->affs[aff] && aff_has_element(&r->p->affs, aff))
        vec_push(r->scratch, &r->aff_work, aff);
    r->affs[aff] = true;
}

static void need_node(Pruner *r, NodeId node)
{
    if (node != NO_ID && !r->nodes[node]) {
        r->nodes[node] = true;
        vec_push(r->scratch, &r->node_work, node);
    }
}

static void follow_aff(Pruner *r, AffId id)
{
    const AffPool *affs = &r->p->affs;
    Affine aff = affs->affs.at[id];

    for (uint32_t i = 0; i < aff.count; i++) {
        Atom atom = affs->atoms.at[affs->terms.at[aff.first + i].atom];

        if (atom.kind != ATOM_ELEMENT)
            continue;
        need_symbol(r, atom.of);
        for (unsigned k = 0; k < atom.rank; k++)
            need_aff(r, affs->subs.at[atom.subs + k]);
    }
}

static void follow_node(Pruner *r, NodeId id)
{
    const Program *p = r->p;
    const Node *node = &p->nodes.at[id];

    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        need_node(r, node->u.arg[k]);
    if (node->op == OP_INTEGER)
        need_aff(r, node->u.aff);
    if (node->op == OP_READ) {
        need_symbol(r, node->u.read.symbol);
        for (unsigned k = 0; k < p->symbols.at[node->u.read.symbol].rank; k++)
            need_aff(r, node_subs(p, id)[k]);
    }
}

static void need_loop(Pruner *r, LoopId loop)
{
    while (loop != NO_ID && !r->loops[loop]) {
        r->loops[loop] = true;
        need_node(r, r->p->loops.at[loop].condition);
        need_symbol(r, r->p->loops.at[loop].turns);
        loop = r->inside[r->p->stages.count + loop];
    }
}

static void need_stage(Pruner *r, StageId id)
{
    const Stage *stage = &r->p->stages.at[id];

    r->stages[id] = true;
    need_node(r, stage->value);
    need_node(r, stage->guard);
    for (uint32_t i = 0; i < stage_subs(r->p, stage); i++)
        need_aff(r, stage->subs[i]);
    for (unsigned d = 0; d < stage->rank; d++) {
        need_aff(r, stage->domain[d].low);
        need_aff(r, stage->domain[d].high);
    }
    need_loop(r, r->inside[id]);
}

/* Every loop that counts its turns in this symbol. */
static void need_counters(Pruner *r, SymId turns)
{
    const Program *p = r->p;

    for (LoopId id = 0; p->symbols.at[turns].integer && id < p->loops.count; id++)
        if (p->loops.at[id].turns == turns && p->loops.at[id].condition != NO_ID && r->listed[id])
            need_loop(r, id);
}

static void follow_all(Pruner *r)
{
    while (r->symbol_work.count + r->node_work.count + r->aff_work.count > 0) {
        if (r->node_work.count > 0) {
            follow_node(r, vec_pop(&r->node_work));
        } else if (r->aff_work.count > 0) {
            follow_aff(r, vec_pop(&r->aff_work));
        } else {
            SymId symbol = vec_pop(&r->symbol_work);

            for (uint32_t i = r->first_writer[symbol]; i != 0; i = r->next_writer[i - 1])
                need_stage(r, i - 1);
            need_counters(r, symbol);
        }
    }
}

/* ---- roots ------------------------------------------------------------------------------------------ */

static void find_places(Pruner *r)
{
    const Program *p = r->p;
    VEC(LoopId) open = { 0 };

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];
        LoopId loop = open.count > 0 ? vec_top(&open) : NO_ID;

        if (item.kind == ITEM_STAGE) {
            uint32_t *first = &r->first_writer[p->stages.at[item.id].target];

            r->inside[item.id] = loop;
            r->next_writer[item.id] = *first;
            *first = item.id + 1;
        } else if (item.kind == ITEM_LOOP) {
            r->inside[p->stages.count + item.id] = loop;
            r->listed[item.id] = true;
            vec_push(r->scratch, &open, item.id);
        } else {
            open.count--;
        }
    }
}

/* Declared symbols and what the caller holds stays even if nothing uses it. */
static bool is_kept_anyway(const Symbol *symbol)
{
    switch (symbol->role) {
    case SYM_PARAM:
    case SYM_INPUT:
    case SYM_DATA:
    case SYM_SAMPLES:
    case SYM_SEED:
    case SYM_GRADIENT:
    case SYM_TAPE:
    case SYM_DIRECTION:
        return true;
    case SYM_INTEGER:
        return !symbol->local;
    default:
        return false;
    }
}

static void find_needed(Pruner *r)
{
    const Program *p = r->p;

    for (SymId i = 0; i < p->symbols.count; i++)
        if (is_kept_anyway(&p->symbols.at[i]))
            need_symbol(r, i);
    for (size_t i = 0; i < p->outputs.count; i++)
        need_symbol(r, p->outputs.at[i]);
    for (size_t i = 0; i < p->gradients.count; i++)
        need_symbol(r, p->gradients.at[i]);
    for (size_t i = 0; i < p->derivatives.count; i++)
        need_symbol(r, p->derivatives.at[i]);
    follow_all(r);
}

/* What the caller gives or gets keeps the symbol that it belongs to, for its name and shape, even if this program does
 * not compute that. */
static void keep_described(Pruner *r)
{
    for (SymId i = 0; i < r->p->symbols.count; i++) {
        const Symbol *symbol = &r->p->symbols.at[i];

        if (symbol->of != NO_ID && r->symbols[i] && symbol->role >= SYM_OUTPUT)
            r->symbols[symbol->of] = true;
    }
}

/* ---- the new program -------------------------------------------------------------------------------- */

static SymId *copy_symbols(Pruner *r, Program *to)
{
    const Program *p = r->p;
    SymId *map = arena_array(r->scratch, SymId, p->symbols.count);
    SymId next = 0;

    for (SymId i = 0; i < p->symbols.count; i++)
        map[i] = r->symbols[i] ? next++ : NO_ID;
    for (SymId i = 0; i < p->symbols.count; i++) {
        Symbol symbol = p->symbols.at[i];

        symbol.of = symbol.of == NO_ID ? NO_ID : map[symbol.of];
        if (r->symbols[i])
            program_symbol(to, symbol);
    }
    for (size_t i = 0; i < p->outputs.count; i++)
        vec_push(to->arena, &to->outputs, map[p->outputs.at[i]]);
    for (size_t i = 0; i < p->gradients.count; i++)
        vec_push(to->arena, &to->gradients, map[p->gradients.at[i]]);
    for (size_t i = 0; i < p->derivatives.count; i++)
        vec_push(to->arena, &to->derivatives, map[p->derivatives.at[i]]);
    return map;
}

static Program *copy_needed(Pruner *r)
{
    const Program *p = r->p;
    Program *to = program_new(p->heap, p->names, p->source);
    Rebuild rebuild;

    to->simplify = p->simplify;
    to->fast = p->fast;
    to->samples = p->samples;
    to->sample = p->sample;
    rebuild_begin(&rebuild, p, to);
    rebuild.symbols = copy_symbols(r, to);
    for (IndexId i = 0; i < p->indices.count; i++)
        program_index(to, p->indices.at[i].name, p->indices.at[i].at);
    for (NodeId i = 0; i < p->nodes.count; i++)
        if (r->nodes[i])
            rebuild_node(&rebuild, i);
    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE ? r->stages[item.id] : r->loops[item.id])
            rebuild_item(&rebuild, item);
    }
    return to;
}

static bool all_of(const bool *flags, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!flags[i])
            return false;
    return true;
}

/* A stage or loop of the arrays that the body does not list is dropped, too. */
static bool is_all_needed(const Pruner *r)
{
    const Program *p = r->p;

    return all_of(r->symbols, p->symbols.count) && all_of(r->nodes, p->nodes.count) &&
           all_of(r->stages, p->stages.count) && all_of(r->loops, p->loops.count) &&
           p->body.count == p->stages.count + 2 * p->loops.count;
}

static Program *prune(Program *p, bool copy)
{
    Pruner r = { .p = p, .scratch = heap_arena(p->heap) };
    Program *to = p;

    r.symbols = arena_array(r.scratch, bool, p->symbols.count);
    r.nodes = arena_array(r.scratch, bool, p->nodes.count);
    r.affs = arena_array(r.scratch, bool, p->affs.affs.count);
    r.stages = arena_array(r.scratch, bool, p->stages.count);
    r.loops = arena_array(r.scratch, bool, p->loops.count);
    r.listed = arena_array(r.scratch, bool, p->loops.count);
    r.inside = arena_array(r.scratch, LoopId, p->stages.count + p->loops.count);
    r.first_writer = arena_array(r.scratch, uint32_t, p->symbols.count);
    r.next_writer = arena_array(r.scratch, uint32_t, p->stages.count);
    find_places(&r);
    find_needed(&r);
    keep_described(&r);
    if (copy || !is_all_needed(&r))
        to = copy_needed(&r);
    heap_release(p->heap, r.scratch);
    return to;
}

Program *pass_prune(Program *p)
{
    return prune(p, false);
}

Program *pass_prune_copy(Program *p)
{
    return prune(p, true);
}
