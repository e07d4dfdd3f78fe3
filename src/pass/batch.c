/* batch.c -- several copies of a derivative at once: what depends on the seeds gets one more index.
 *
 * The index stands behind all others, in domains, subscripts and dimensions, so that what the copies share is computed
 * once before the innermost loop. Where the copies are those of the unit vectors, a read of a seed becomes a comparison
 * of its place among all elements with the number of the copy.
 */
#include "pass/batch.h"
#include "pass/derive.h"

/* ---- what depends on the seeds ------------------------------------------------------------------------- */

static void find_nodes(Batcher *b)
{
    const Program *p = b->from;

    for (NodeId i = 0; i < p->nodes.count; i++) {
        const Node *node = &p->nodes.at[i];

        b->nodes[i] = node->op == OP_READ && b->symbols[node->u.read.symbol];
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            b->nodes[i] |= b->nodes[node->u.arg[k]];
    }
}

static void find_dependent(Batcher *b)
{
    const Program *p = b->from;
    bool again;

    do {
        again = false;
        find_nodes(b);
        for (size_t i = 0; i < p->body.count; i++) {
            const Stage *stage = &p->stages.at[p->body.at[i].id];
            bool depends;

            if (p->body.at[i].kind != ITEM_STAGE || b->symbols[stage->target])
                continue;
            depends = b->nodes[stage->value] || (stage->guard != NO_ID && b->nodes[stage->guard]);
            b->symbols[stage->target] = depends;
            again |= depends;
        }
    } while (again);
}

/* What is handed to the caller has its copies even where it is 0. */
static void find_results(Batcher *b, SymRole seed)
{
    const Program *p = b->from;

    for (size_t i = 0; i < p->derivatives.count; i++)
        b->symbols[p->derivatives.at[i]] = true;
    for (size_t i = 0; seed == SYM_SEED && i < p->gradients.count; i++)
        b->symbols[p->gradients.at[i]] = true;
}

static void find_seeds(Batcher *b)
{
    int64_t elements = 0;

    for (size_t i = 0; i < b->batch->count; i++) {
        SymId seed = b->batch->seeds[i];
        const Symbol *symbol = &b->from->symbols.at[seed];
        int64_t count = 1;

        for (unsigned k = 0; k < symbol->rank; k++)
            count *= symbol->extents[k];
        find_results(b, (SymRole)symbol->role);
        b->symbols[seed] = b->seeds[seed] = true;
        b->offsets[seed] = elements;
        elements += count;
    }
}

void batch_begin(Batcher *b, Program *p, const Batch *batch)
{
    *b = (Batcher){ .from = p, .arena = heap_arena(p->heap), .batch = batch };
    b->symbols = arena_array(b->arena, bool, p->symbols.count + 1);
    b->seeds = arena_array(b->arena, bool, p->symbols.count + 1);
    b->offsets = arena_array(b->arena, int64_t, p->symbols.count + 1);
    b->nodes = arena_array(b->arena, bool, p->nodes.count + 1);
    find_seeds(b);
    find_dependent(b);
    b->to = program_like(p);
    b->to->simplify = true;
    rebuild_begin(&b->rebuild, p, b->to);
}

/* The number of an element among those of all seeds. */
static AffId place_of(Batcher *b, SymId seed, const AffId *subs)
{
    const Symbol *symbol = &b->from->symbols.at[seed];
    AffPool *affs = &b->to->affs;
    AffId place = AFF_ZERO;

    for (unsigned k = 0; k < symbol->rank; k++)
        place = aff_add(affs, aff_scale(affs, place, symbol->extents[k], 1), subs[k]);
    return aff_offset(affs, place, b->offsets[seed]);
}

NodeId batch_unit_vector(Batcher *b, SymId seed, const AffId *subs, AffId copy)
{
    AffId place = place_of(b, seed, subs);
    NodeId same;

    same = node_op2(b->to, OP_EQ, node_integer(b->to, place), node_integer(b->to, copy));
    return node_op(b->to, OP_SELECT, same, node_int(b->to, 1), node_int(b->to, 0));
}

NodeId batch_op(Rebuild *r, NodeId old, const NodeId *args)
{
    const Batcher *b = r->context;
    const Node *node = &b->from->nodes.at[old];

    if (node->op == OP_NEG && b->nodes[node->u.arg[0]] && node_is_int(b->to, args[0], 0))
        return args[0];
    if (node->op != OP_MUL && node->op != OP_DIV)
        return NO_ID;
    for (unsigned k = 0; k < 2; k++) {
        if (!b->nodes[node->u.arg[k]] || (node->op == OP_DIV && k == 1))
            continue;
        if (node_is_int(b->to, args[k], 0))
            return args[k];
        if (node->op == OP_MUL && b->to->nodes.at[args[k]].op == OP_SELECT)
            return derive_times(b->to, args[1 - k], args[k]);
    }
    return NO_ID;
}

/* ---- copying ------------------------------------------------------------------------------------------- */

typedef struct {
    Batcher b;
    IndexId copy; /* the index of the copies */
} Copies;

static NodeId batch_read(Rebuild *r, NodeId old, SymId symbol, const AffId *subs)
{
    Copies *c = r->context;
    Batcher *b = &c->b;
    unsigned rank = b->from->symbols.at[symbol].rank;
    AffId more[UINT8_MAX];

    (void)old;
    if (!b->symbols[symbol])
        return NO_ID;
    if (b->seeds[symbol] && b->batch->matrix != NULL)
        return node_read(b->to, *b->batch->matrix, (const AffId[]){ place_of(b, symbol, subs), aff_index(&b->to->affs, c->copy) });
    if (b->seeds[symbol] && b->batch->unit)
        return batch_unit_vector(b, symbol, subs, aff_index(&b->to->affs, c->copy));
    for (unsigned k = 0; k < rank; k++)
        more[k] = subs[k];
    more[rank] = aff_index(&b->to->affs, c->copy);
    return node_read(b->to, symbol, more);
}

static void copy_symbols(Batcher *b)
{
    for (SymId i = 0; i < b->from->symbols.count; i++) {
        Symbol *symbol = &b->to->symbols.at[i];
        int32_t *extents;

        if (!b->symbols[i])
            continue;
        if (b->seeds[i] && (b->batch->unit || b->batch->matrix != NULL)) {
            symbol->role = SYM_LOCAL;
            continue;
        }
        extents = arena_array(b->to->arena, int32_t, symbol->rank + 1u);
        for (unsigned k = 0; k < symbol->rank; k++)
            extents[k] = symbol->extents[k];
        extents[symbol->rank++] = b->batch->extent;
        symbol->extents = extents;
    }
}

static void copy_stage(Copies *c, StageId old)
{
    Batcher *b = &c->b;
    const Stage *from = &b->from->stages.at[old];
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];
    Stage stage = *from;
    unsigned rank = b->from->symbols.at[from->target].rank;

    if (!b->symbols[from->target]) {
        rebuild_stage(&b->rebuild, old);
        return;
    }
    for (unsigned d = 0; d < from->rank; d++) {
        domain[d].index = from->domain[d].index;
        domain[d].low = rebuild_aff(&b->rebuild, from->domain[d].low);
        domain[d].high = rebuild_aff(&b->rebuild, from->domain[d].high);
    }
    domain[stage.rank++] = (Range){ c->copy, AFF_ZERO, aff_const(&b->to->affs, b->batch->extent) };
    for (unsigned k = 0; k < rank; k++)
        subs[k] = rebuild_aff(&b->rebuild, from->subs[k]);
    subs[rank] = aff_index(&b->to->affs, c->copy);
    stage.value = rebuild_node(&b->rebuild, from->value);
    stage.guard = from->guard == NO_ID ? NO_ID : rebuild_node(&b->rebuild, from->guard);
    stage.domain = domain;
    stage.subs = subs;
    program_stage(b->to, stage);
}

Program *pass_batch(Program *p, const Batch *batch)
{
    Copies c;

    batch_begin(&c.b, p, batch);
    c.copy = program_index(c.b.to, NAME_NONE, (Span){ 0, 0 });
    copy_symbols(&c.b);
    c.b.rebuild.read = batch_read;
    c.b.rebuild.op = batch->unit ? batch_op : NULL;
    c.b.rebuild.context = &c;
    rebuild_all_nodes(&c.b.rebuild);
    for (size_t i = 0; i < p->body.count; i++) {
        if (p->body.at[i].kind == ITEM_STAGE)
            copy_stage(&c, p->body.at[i].id);
        else
            rebuild_item(&c.b.rebuild, p->body.at[i]);
    }
    heap_release(p->heap, c.b.arena);
    return c.b.to;
}
