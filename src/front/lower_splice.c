/* lower_splice.c -- puts what the passes made of a slice back into the program, where lowering stands. */
#include "front/slice.h"

#include <string.h>

typedef struct {
    Slice *s;
    Rebuild rebuild;     /* from the slice to the whole */
    bool *fresh;         /* by symbol of the slice: its stages are put back */
    SymId *made;         /* by symbol of the slice: its number in the whole if it is put back */
    uint32_t *slot_of;   /* by symbol of the slice: the slot that it is a copy of with fewer dimensions, or NO_ID */
    IndexId *held;       /* by symbol of the slice: the index that it holds, or NO_ID */
    AffId prefix[MOST_DIMS];
    uint32_t prefix_count;
    const Value *direction;
    VEC(LoopId) around;  /* loops over indices that stand still */
} Splice;

/* ---- what is put back ------------------------------------------------------------------------------- */

/* Passes may give a symbol of the slice another meaning (a sum of exponentials is shifted): then it reads symbols that
 * they made. */
static void find_fresh(Splice *p)
{
    const Program *part = p->s->part;
    bool again;

    p->fresh = arena_array(p->s->arena, bool, part->symbols.count);
    for (SymId i = p->s->known_symbols; i < part->symbols.count; i++)
        p->fresh[i] = part->symbols.at[i].role != SYM_DIRECTION;
    do {
        again = false;
        for (size_t i = 0; i < part->body.count; i++) {
            const Stage *stage = &part->stages.at[part->body.at[i].id];
            NodeVec reached = { 0 };

            if (part->body.at[i].kind != ITEM_STAGE || p->fresh[stage->target] || stage->target == p->s->output)
                continue;
            node_reach(part, p->s->arena, &stage->value, 1, &reached);
            for (size_t k = 0; k < reached.count && !p->fresh[stage->target]; k++) {
                const Node *node = &part->nodes.at[reached.at[k]];

                p->fresh[stage->target] = again = node->op == OP_READ && p->fresh[node->u.read.symbol];
            }
        }
    } while (again);
}

/* ---- the dimensions in front ------------------------------------------------------------------------ */

/* The domain of lowering is what stands still, nothing behind it. */
static void begin_domain(Splice *p)
{
    Lowering *l = p->s->l;

    l->dims.count = 0;
    for (size_t k = 0; k < p->s->dims.count; k++)
        vec_push(l->arena, &l->dims, p->s->dims.at[k]);
    l->free = l->kept = (uint32_t)l->dims.count;
    l->guard = p->s->guard;
}

static SymId put_symbol(Splice *p, SymId old)
{
    Lowering *l = p->s->l;
    Symbol symbol = p->s->part->symbols.at[old];

    begin_domain(p);
    for (unsigned k = 0; k < symbol.rank; k++)
        vec_push(l->arena, &l->dims, (Dim){ .index = NO_ID, .extent = symbol.extents[k] });
    domain_keep(l);
    symbol.role = symbol.role == SYM_INTEGER ? SYM_INTEGER : SYM_LOCAL;
    symbol.adjoint = symbol.tangent = symbol.named = false;
    symbol.of = NO_ID;
    return domain_symbol_like(l, symbol);
}

/* ---- names for what it is in the whole program ------------------------------------------------------- */

/* The subscripts of a symbol of the slice, as one of the whole. */
static uint32_t full_subs(const Splice *p, SymId old, const AffId *subs, uint32_t count, AffId *full)
{
    const Slot *slot;
    uint32_t n = 0;

    if (p->made[old] != NO_ID) {
        memcpy(full, p->prefix, p->prefix_count * sizeof *full);
        if (count > 0)
            memcpy(full + p->prefix_count, subs, count * sizeof *full);
        return p->prefix_count + count;
    }
    if (p->slot_of[old] == NO_ID) {
        if (count > 0)
            memcpy(full, subs, count * sizeof *full);
        return count;
    }
    slot = &p->s->slots.at[p->slot_of[old]];
    for (unsigned k = 0; k < p->s->whole->symbols.at[slot->symbol].rank; k++)
        full[k] = p->s->fixed[slot->symbol][k] ? slot->at[k] : subs[n++];
    return p->s->whole->symbols.at[slot->symbol].rank;
}

static SymId whole_symbol(const Splice *p, SymId old)
{
    if (p->made[old] != NO_ID)
        return p->made[old];
    return p->slot_of[old] == NO_ID ? old : p->s->slots.at[p->slot_of[old]].symbol;
}

static NodeId both(Program *p, NodeId a, NodeId b)
{
    return a == NO_ID ? b : b == NO_ID ? a : node_op2(p, OP_AND, a, b);
}

static NodeId equal(Program *p, AffId a, AffId b)
{
    return node_op2(p, OP_EQ, node_integer(p, a), node_integer(p, b));
}

/* The direction at these subscripts: 0 in other turns than the one that is meant. */
static NodeId direction_at(const Splice *p, const AffId *subs)
{
    Program *whole = p->s->whole;
    NodeId there = NO_ID;
    IndexId from[MOST_AXES] = { 0 };
    AffId to[MOST_AXES] = { 0 };
    NodeId value;
    uint32_t count = 0, axis;
    int64_t distance;

    for (uint32_t k = 0; k < p->s->x_rank; k++) {
        if (aff_is_index(&whole->affs, p->s->x_subs[k], &axis) && axis < MOST_AXES) {
            from[count] = axis;
            to[count++] = subs[k];
        } else if (!aff_is_const(&whole->affs, aff_sub(&whole->affs, subs[k], p->s->x_subs[k]), &distance)) {
            there = both(whole, there, equal(whole, subs[k], p->s->x_subs[k]));
        } else if (distance != 0) {
            return node_int(whole, 0);
        }
    }
    value = node_substitute(whole, p->direction->node, from, to, count);
    return there == NO_ID ? value : node_op(whole, OP_SELECT, there, value, node_int(whole, 0));
}

/* The value in the place of its copy. */
static NodeId value_at(const Splice *p, const AffId *subs)
{
    IndexId from[MOST_AXES];

    for (unsigned k = 0; k < p->s->value_rank; k++)
        from[k] = p->s->value_rank - 1u - k;
    return node_substitute(p->s->whole, p->s->value, from, subs, p->s->value_rank);
}

static NodeId put_read(Rebuild *r, NodeId old, SymId symbol, const AffId *subs)
{
    const Splice *p = r->context;
    AffId full[2 * UINT8_MAX];

    (void)old;
    if (p->s->part->symbols.at[symbol].role == SYM_DIRECTION)
        return direction_at(p, subs);
    if (symbol == p->s->output)
        return value_at(p, subs);
    full_subs(p, symbol, subs, p->s->part->symbols.at[symbol].rank, full);
    return node_read(p->s->whole, whole_symbol(p, symbol), full);
}

static AffId put_element(Rebuild *r, SymId symbol, const AffId *subs, uint32_t rank)
{
    const Splice *p = r->context;
    AffPool *affs = &p->s->whole->affs;
    AffId full[2 * UINT8_MAX];

    if (p->held[symbol] != NO_ID)
        return aff_index(affs, p->held[symbol]);
    rank = full_subs(p, symbol, subs, rank, full);
    return aff_element(affs, whole_symbol(p, symbol), full, rank);
}

static void map_names(Splice *p)
{
    Slice *s = p->s;
    size_t count = s->part->symbols.count;

    p->made = arena_array(s->arena, SymId, count);
    p->slot_of = arena_array(s->arena, uint32_t, count);
    p->held = arena_array(s->arena, IndexId, count);
    for (SymId i = 0; i < count; i++)
        p->made[i] = p->slot_of[i] = p->held[i] = NO_ID;
    for (uint32_t i = 0; i < s->slots.count; i++)
        if (s->slots.at[i].made != s->slots.at[i].symbol) /* else it has all its dimensions */
            p->slot_of[s->slots.at[i].made] = i;
    for (size_t k = 0; k < s->dims.count; k++)
        p->held[s->holders[s->dims.at[k].index]] = s->dims.at[k].index;
    for (SymId i = 0; i < count; i++)
        if (p->fresh[i])
            p->made[i] = put_symbol(p, i);
    begin_domain(p);
    domain_subs(s->l, p->prefix);
    p->prefix_count = s->l->kept;
}

static void map_indices(Splice *p)
{
    Slice *s = p->s;
    size_t count = s->part->indices.count;

    p->rebuild.indices = arena_array(s->arena, AffId, count);
    for (IndexId i = 0; i < count; i++) {
        IndexId index = i;

        if (i >= s->known_indices)
            index = program_index(s->whole, s->part->indices.at[i].name, s->part->indices.at[i].at);
        p->rebuild.indices[i] = aff_index(&s->whole->affs, index);
    }
}

/* ---- stages ----------------------------------------------------------------------------------------- */

static void put_stage(Splice *p, const Stage *stage)
{
    Lowering *l = p->s->l;
    uint32_t count = stage_subs(p->s->part, stage);
    AffId subs[UINT8_MAX] = { AFF_ZERO }, full[2 * UINT8_MAX];

    begin_domain(p);
    for (unsigned d = 0; d < stage->rank; d++) {
        const Range *range = &stage->domain[d];
        Dim dim = { .index = NO_ID, .low = rebuild_aff(&p->rebuild, range->low),
                    .high = rebuild_aff(&p->rebuild, range->high), .extent = 1 };
        uint32_t index;

        if (aff_is_index(&l->p->affs, p->rebuild.indices[range->index], &index))
            dim.index = index;
        vec_push(l->arena, &l->dims, dim);
    }
    for (uint32_t k = 0; k < count; k++)
        subs[k] = rebuild_aff(&p->rebuild, stage->subs[k]);
    full_subs(p, stage->target, subs, count, full);
    if (stage->guard != NO_ID)
        l->guard = both(l->p, l->guard, rebuild_node(&p->rebuild, stage->guard));
    domain_stage_at(l, p->made[stage->target], (StageOp)stage->op, rebuild_node(&p->rebuild, stage->value), full,
                    stage->at);
    if (!l->failed)
        vec_top(&l->p->stages).fresh = stage->fresh;
}

/* The turns of a loop that is run again are known. */
static LoopId put_loop(Splice *p, LoopId old)
{
    Loop loop = p->s->part->loops.at[old];
    uint32_t index;

    loop.condition = NO_ID;
    if (loop.turns != NO_ID)
        loop.turns = whole_symbol(p, loop.turns);
    if (aff_is_index(&p->s->whole->affs, p->rebuild.indices[loop.index], &index))
        loop.index = index;
    return program_begin_loop(p->s->whole, loop);
}

/* Loops of the part by where their turns are counted, which is one dimension for each loop around: only in the part itself, in the
 * loops that are open, in these and for each value of the indices that stand still, or elsewhere. */
typedef struct {
    unsigned open, indices, elsewhere;
} Counted;

static Counted count_turns(const Splice *p)
{
    const Program *part = p->s->part, *whole = p->s->whole;
    Counted counted = { 0 };
    unsigned open = 0, indices = 0, depth = 0;

    for (size_t k = 0; k < p->s->dims.count; k++)
        ++*(p->s->dims.at[k].is_turn ? &open : &indices);
    for (size_t i = 0; i < part->body.count; i++) {
        Item item = part->body.at[i];
        SymId turns = item.kind == ITEM_LOOP ? part->loops.at[item.id].turns : NO_ID;
        unsigned around = turns == NO_ID ? 0 : whole->symbols.at[whole_symbol(p, turns)].rank - depth;

        if (around > 0)
            ++*(around == open + indices ? &counted.indices : around == open ? &counted.open : &counted.elsewhere);
        if (item.kind != ITEM_STAGE)
            depth = item.kind == ITEM_LOOP ? depth + 1 : depth - 1;
    }
    return counted;
}

/* Each value of an index that stands still may have its own number of turns: then it becomes a loop around (*wanted). A loop whose
 * turns are counted for other loops than those that will be around it cannot be run again. */
static bool can_count_turns(const Splice *p, Span at, bool *wanted)
{
    Lowering *l = p->s->l;
    Counted counted = count_turns(p);

    *wanted = counted.indices > 0;
    if (counted.elsewhere == 0 && (counted.indices == 0 || counted.open == 0))
        return true;
    diag_error(l->diag, at, "this derivative goes through a loop with 'while', and around that loop are other loops or indices than around "
                            "the derivative; put both into the same");
    l->failed = true;
    return false;
}

static NodeId within(Program *p, const Dim *dim)
{
    NodeId index = node_integer(p, aff_index(&p->affs, dim->index));

    return node_op2(p, OP_AND, node_op2(p, OP_GE, index, node_integer(p, dim->low)),
                    node_op2(p, OP_LT, index, node_integer(p, dim->high)));
}

static void open_index_loops(Splice *p)
{
    Program *whole = p->s->whole;
    int64_t bound;

    for (size_t k = 0; k < p->s->dims.count; k++) {
        Dim *dim = &p->s->dims.at[k];
        Loop loop = { .index = dim->index, .low = (int32_t)dim->least, .high = (int32_t)(dim->least + dim->extent),
                      .condition = NO_ID, .turns = NO_ID, .at = whole->indices.at[dim->index].at };

        if (dim->is_turn)
            continue;
        vec_push(p->s->arena, &p->around, program_begin_loop(whole, loop));
        if (!aff_is_const(&whole->affs, dim->low, &bound) || !aff_is_const(&whole->affs, dim->high, &bound))
            p->s->guard = both(whole, p->s->guard, within(whole, dim));
        dim->is_turn = true;
        dim->sub = p->prefix[k];
    }
}

static void put_body(Splice *p)
{
    const Program *part = p->s->part;
    VEC(LoopId) open = { 0 };

    for (size_t i = 0; i < part->body.count; i++) {
        Item item = part->body.at[i];

        if (item.kind == ITEM_LOOP)
            vec_push(p->s->arena, &open, put_loop(p, item.id));
        else if (item.kind == ITEM_END)
            program_close_loop(p->s->whole, vec_pop(&open));
        else if (p->fresh[part->stages.at[item.id].target])
            put_stage(p, &part->stages.at[item.id]);
    }
    while (p->around.count > 0)
        program_close_loop(p->s->whole, vec_pop(&p->around));
}

static NodeId result_read(Splice *p, SymId symbol, const Shape *shape, Span at)
{
    Slice *s = p->s;
    AffId full[2 * MOST_DIMS];

    if (shape != NULL) {
        begin_domain(p);
        return domain_read(s->l, p->made[symbol], shape, at);
    }
    full_subs(p, symbol, s->x_subs, s->x_rank, full);
    return describe(s->l, node_read(s->whole, p->made[symbol], full), at);
}

NodeId slice_put_back(Slice *s, SymId symbol, const Shape *shape, const Value *direction, Span at)
{
    Splice p = { .s = s, .direction = direction };
    bool loops;

    find_fresh(&p);
    map_names(&p);
    rebuild_begin(&p.rebuild, s->part, s->whole);
    p.rebuild.read = put_read;
    p.rebuild.element = put_element;
    p.rebuild.context = &p;
    map_indices(&p);
    if (!can_count_turns(&p, at, &loops))
        return node_int(s->whole, 0);
    if (loops)
        open_index_loops(&p);
    put_body(&p);
    return result_read(&p, symbol, shape, at);
}
