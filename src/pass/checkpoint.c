/* checkpoint.c -- --tape-limit, first half: a long recurrence is cut into segments before it is differentiated.
 *
 *     for t in a..a+m*k { h = f(h, t) }   becomes   for s in 0..m { for u in 0..k { h = f(h, a + k*s + u) } }
 *
 * where the outer loop carries the values H at the beginning of every segment, the checkpoints, and the inner one those of a
 * segment. Turns that no segment takes stand before as a loop of their own. Reverse mode gives the same two loops backwards;
 * pass/recompute.c then computes what it needs of a segment again (Griewank and Walther, Evaluating Derivatives, chapter 12).
 * What is read outside of the loop, turn by turn, stays as it is.
 */
#include "pass/checkpoint.h"

#include <string.h>

typedef struct {
    Program *from, *to;
    Arena *arena;
    Rebuild rebuild;
    LongLoop loop;          /* in `from` */
    Segments segments;
    int64_t first;          /* turns before the segments */
    IndexId segment, step;
    SymId *inner, *points;  /* by symbol of `from`: of one segment; the checkpoints */
    bool inside;            /* of a segment */
} Cutter;

/* ---- new symbols --------------------------------------------------------------------------------------- */

/* The symbol with other first dimensions. */
static SymId with_dimensions(Cutter *c, SymId of, const int32_t *first, uint8_t count)
{
    Symbol symbol = c->from->symbols.at[of];
    int32_t extents[UINT8_MAX + 1];

    memcpy(extents, first, count * sizeof *first);
    for (unsigned k = 1; k < symbol.rank; k++)
        extents[count + k - 1] = symbol.extents[k];
    symbol.rank = (uint8_t)(symbol.rank + count - 1);
    symbol.extents = extents;
    return program_symbol(c->to, symbol);
}

/* What the turns before the segments write. */
static void shorten(Cutter *c, SymId id)
{
    Symbol *symbol = &c->to->symbols.at[id];
    int32_t *extents = arena_array(c->to->arena, int32_t, symbol->rank);

    memcpy(extents, symbol->extents, symbol->rank * sizeof *extents);
    extents[0] = (int32_t)(c->first == 0 ? 1 : c->first + (c->loop.kinds[id] == CARRIED));
    symbol->extents = extents;
}

static void make_symbols(Cutter *c)
{
    c->inner = arena_array(c->arena, SymId, c->from->symbols.count);
    c->points = arena_array(c->arena, SymId, c->from->symbols.count);
    for (SymId s = 0; s < c->from->symbols.count; s++) {
        bool carried = c->loop.kinds[s] == CARRIED;
        int32_t inner[2] = { c->segments.count, c->segments.length + carried }, points = c->segments.count + 1;

        c->inner[s] = c->points[s] = NO_ID;
        if (c->loop.kinds[s] == KEPT)
            continue;
        c->inner[s] = with_dimensions(c, s, inner, 2);
        if (carried)
            c->points[s] = with_dimensions(c, s, &points, 1);
        shorten(c, s);
    }
}

/* ---- reads and writes ---------------------------------------------------------------------------------- */

/* An element of a symbol that is not kept: `subs` are its subscripts in `to`; first `sub` in `from`. */
static SymId move_element(Cutter *c, SymId symbol, AffId sub, AffId *subs)
{
    AffPool *affs = &c->to->affs;
    unsigned rank = c->from->symbols.at[symbol].rank;
    int64_t offset;
    bool last;

    if (long_loop_end(&c->loop, sub, &last)) {
        if (!last && c->first > 0)
            return symbol;
        subs[0] = aff_const(affs, last ? c->segments.count : 0);
        return c->points[symbol];
    }
    if (!c->inside || !long_loop_time(&c->loop, sub, &offset))
        return symbol;
    memmove(subs + 2, subs + 1, (rank - 1u) * sizeof *subs);
    subs[0] = aff_index(affs, c->segment);
    subs[1] = aff_offset(affs, aff_index(affs, c->step), offset);
    return c->inner[symbol];
}

static NodeId move_read(Rebuild *r, NodeId old, SymId symbol, const AffId *subs)
{
    Cutter *c = r->context;
    AffId moved[UINT8_MAX + 1];
    SymId target;

    if (c->loop.kinds[symbol] == KEPT)
        return NO_ID;
    memcpy(moved, subs, c->from->symbols.at[symbol].rank * sizeof *subs);
    target = move_element(c, symbol, node_subs(r->from, old)[0], moved);
    return node_read(r->to, target, moved);
}

static void move_stage(Cutter *c, StageId old)
{
    const Stage *from = &c->from->stages.at[old];
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX + 1];
    Stage stage = *from;

    stage.value = rebuild_in_order(&c->rebuild, from->value);
    stage.guard = from->guard == NO_ID ? NO_ID : rebuild_node(&c->rebuild, from->guard);
    for (unsigned d = 0; d < from->rank; d++)
        domain[d] = (Range){ from->domain[d].index, rebuild_aff(&c->rebuild, from->domain[d].low),
                             rebuild_aff(&c->rebuild, from->domain[d].high) };
    for (uint32_t k = 0; k < stage_subs(c->from, from); k++)
        subs[k] = rebuild_aff(&c->rebuild, from->subs[k]);
    if (c->loop.kinds[from->target] != KEPT)
        stage.target = move_element(c, from->target, from->subs[0], subs);
    stage.domain = domain;
    stage.subs = subs;
    program_stage(c->to, stage);
}

/* ---- the loops ----------------------------------------------------------------------------------------- */

/* The beginning of an element's subscripts; the rest runs over all. */
typedef struct {
    SymId symbol;
    uint8_t count;
    AffId subs[2];
} State;

static void copy_state(Cutter *c, State target, State source)
{
    Program *p = c->to;
    Stage stage = { .target = target.symbol, .op = STAGE_SET, .guard = NO_ID, .at = p->symbols.at[target.symbol].at };
    unsigned rest = p->symbols.at[target.symbol].rank - target.count;
    Range domain[UINT8_MAX];
    AffId to[UINT8_MAX + 1], from[UINT8_MAX + 1];

    memcpy(to, target.subs, target.count * sizeof *to);
    memcpy(from, source.subs, source.count * sizeof *from);
    for (unsigned k = 0; k < rest; k++) {
        int32_t extent = p->symbols.at[target.symbol].extents[target.count + k];

        to[target.count + k] = from[source.count + k] = AFF_ZERO;
        if (extent == 1)
            continue;
        domain[stage.rank] = (Range){ program_index(p, NAME_NONE, (Span){ 0, 0 }), AFF_ZERO, aff_const(&p->affs, extent) };
        to[target.count + k] = from[source.count + k] = aff_index(&p->affs, domain[stage.rank++].index);
    }
    stage.value = node_read(p, source.symbol, from);
    stage.domain = domain;
    stage.subs = to;
    program_stage(p, stage);
}

static void copy_body(Cutter *c)
{
    rebuild_forget(&c->rebuild);
    for (size_t i = c->loop.begin + 1; i < c->loop.end; i++) {
        Item item = c->from->body.at[i];

        if (item.kind == ITEM_STAGE)
            move_stage(c, item.id);
        else
            rebuild_item(&c->rebuild, item);
    }
    rebuild_forget(&c->rebuild);
}

static void add_first_turns(Cutter *c)
{
    Loop loop = c->from->loops.at[c->loop.loop];
    AffId last = aff_const(&c->to->affs, c->first);
    LoopId id;

    if (c->first == 0)
        return;
    loop.high = (int32_t)(loop.low + c->first);
    id = program_begin_loop(c->to, loop);
    copy_body(c);
    program_end_loop(c->to, id);
    for (SymId s = 0; s < c->from->symbols.count; s++)
        if (c->loop.kinds[s] == CARRIED)
            copy_state(c, (State){ c->points[s], 1, { AFF_ZERO } }, (State){ s, 1, { last } });
}

static void copy_states(Cutter *c, bool begin)
{
    AffPool *affs = &c->to->affs;
    AffId segment = aff_index(affs, c->segment), next = aff_offset(affs, segment, 1);
    AffId step = aff_const(affs, begin ? 0 : c->segments.length);

    for (SymId s = 0; s < c->from->symbols.count; s++) {
        State inner = { c->inner[s], 2, { segment, step } }, point = { c->points[s], 1, { begin ? segment : next } };

        if (c->loop.kinds[s] == CARRIED)
            copy_state(c, begin ? inner : point, begin ? point : inner);
    }
}

static void add_segments(Cutter *c)
{
    const Loop *old = &c->from->loops.at[c->loop.loop];
    AffPool *affs = &c->to->affs;
    Loop outer = { .index = c->segment, .high = c->segments.count, .condition = NO_ID, .turns = NO_ID, .segments = true,
                   .at = old->at };
    Loop inner = { .index = c->step, .high = c->segments.length, .condition = NO_ID, .turns = NO_ID, .at = old->at };
    LoopId outer_id, inner_id;
    AffId now;

    outer_id = program_begin_loop(c->to, outer);
    copy_states(c, true);
    inner_id = program_begin_loop(c->to, inner);
    now = aff_add(affs, aff_scale(affs, aff_index(affs, c->segment), c->segments.length, 1), aff_index(affs, c->step));
    now = aff_offset(affs, now, old->low + c->first);
    c->inside = true;
    c->rebuild.indices[c->loop.turn] = now;
    copy_body(c);
    c->rebuild.indices[c->loop.turn] = AFF_FAIL;
    c->inside = false;
    program_end_loop(c->to, inner_id);
    copy_states(c, false);
    program_end_loop(c->to, outer_id);
}

/* ---- the pass ------------------------------------------------------------------------------------------ */

static void cut(Cutter *c)
{
    const Program *p = c->from;

    c->rebuild.indices = arena_array(c->arena, AffId, p->indices.count);
    for (IndexId i = 0; i < p->indices.count; i++)
        c->rebuild.indices[i] = AFF_FAIL;
    c->rebuild.read = move_read;
    c->rebuild.context = c;
    c->segment = program_index(c->to, names_intern_text(p->names, "segment"), p->indices.at[c->loop.turn].at);
    c->step = program_index(c->to, p->indices.at[c->loop.turn].name, p->indices.at[c->loop.turn].at);
    make_symbols(c);
    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (i == c->loop.begin) {
            add_first_turns(c);
            add_segments(c);
            i = c->loop.end;
        } else if (item.kind == ITEM_STAGE) {
            move_stage(c, item.id);
        } else {
            rebuild_item(&c->rebuild, item);
        }
    }
}

Program *pass_checkpoint(Program *p, const Segments *segments)
{
    Cutter c = { .from = p, .arena = heap_arena(p->heap), .segments = *segments };

    if (long_loop_find(&c.loop, p, c.arena, segments->index)) {
        c.first = long_loop_turns(&c.loop) - (int64_t)segments->count * segments->length;
        c.to = program_like(p);
        rebuild_begin(&c.rebuild, p, c.to);
        cut(&c);
        p = c.to;
    }
    heap_release(c.from->heap, c.arena);
    return p;
}
