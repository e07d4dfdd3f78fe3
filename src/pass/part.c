/* part.c -- local arrays with a dimension in which every subscript is a number are as many arrays as there are numbers.
 *
 * Loops that are written out leave such arrays, one row a turn. Apart, each row has its own readers: it can have a guard of its
 * own (pass/sink_guards.c), be kept where it is needed, or turn out to be a scalar.
 */
#include "pass/pass.h"

typedef struct {
    Program *p;
    Arena *arena;
    Rebuild rebuild;
    bool **constant;             /* by symbol and dimension: every subscript is a number */
    bool *parted;                /* by symbol: some dimension is */
    SymId **parts;               /* by symbol: its parts by position in those dimensions, or NO_ID; NULL: none yet */
    size_t symbols;              /* number of symbols before */
} Parter;

/* ---- which dimensions ---------------------------------------------------------------------------------- */

static void look_at_subs(Parter *r, SymId symbol, const AffId *subs)
{
    int64_t value;

    for (unsigned k = 0; k < r->p->symbols.at[symbol].rank; k++)
        r->constant[symbol][k] &= aff_is_const(&r->p->affs, subs[k], &value);
}

static void begin(Parter *r)
{
    for (SymId s = 0; s < r->symbols; s++) {
        const Symbol *symbol = &r->p->symbols.at[s];

        r->constant[s] = arena_array(r->arena, bool, symbol->rank + 1u);
        for (unsigned k = 0; k < symbol->rank; k++)
            r->constant[s][k] = symbol->role == SYM_LOCAL && !symbol->integer && symbol->extents[k] > 1;
    }
}

static bool find_dimensions(Parter *r, const NodeVec *reached)
{
    const Program *p = r->p;
    bool any = false;

    begin(r);
    for (size_t i = 0; i < reached->count; i++)
        if (p->nodes.at[reached->at[i]].op == OP_READ)
            look_at_subs(r, p->nodes.at[reached->at[i]].u.read.symbol, node_subs(p, reached->at[i]));
    for (size_t i = 0; i < p->body.count; i++)
        if (p->body.at[i].kind == ITEM_STAGE && p->stages.at[p->body.at[i].id].op != STAGE_ARGMAX)
            look_at_subs(r, p->stages.at[p->body.at[i].id].target, p->stages.at[p->body.at[i].id].subs);
    for (SymId s = 0; s < r->symbols; s++)
        for (unsigned k = 0; k < p->symbols.at[s].rank; k++)
            any |= r->parted[s] |= r->constant[s][k];
    return any;
}

/* ---- parts --------------------------------------------------------------------------------------------- */

/* Named like the element that it is: h_0, P_1_1. */
static SymId new_part(Parter *r, SymId symbol, const AffId *subs)
{
    Symbol part = r->p->symbols.at[symbol];
    int32_t extents[UINT8_MAX];
    uint8_t rank = 0;
    Text name;

    text_init(&name, r->arena);
    text_add(&name, names_text(r->p->names, part.name));
    for (unsigned k = 0; k < part.rank; k++) {
        int64_t value;

        if (!r->constant[symbol][k])
            extents[rank++] = part.extents[k];
        else if (aff_is_const(&r->p->affs, subs[k], &value))
            text_printf(&name, "_%d", (int)value);
    }
    if (part.name != NAME_NONE)
        part.name = names_intern(r->p->names, name.at, name.size);
    part.rank = rank;
    part.extents = extents;
    return program_symbol(r->p, part);
}

/* The part that these subscripts stand in, and the subscripts in it. */
static SymId part_of(Parter *r, SymId symbol, const AffId *subs, AffId *rest)
{
    Symbol whole = r->p->symbols.at[symbol];
    size_t position = 0, count = 1;
    uint8_t rank = 0;

    for (unsigned k = 0; k < whole.rank; k++) {
        int64_t value = 0;

        if (!r->constant[symbol][k]) {
            rest[rank++] = subs[k];
            continue;
        }
        (void)aff_is_const(&r->p->affs, subs[k], &value);
        position = position * (size_t)whole.extents[k] + (size_t)value;
        count *= (size_t)whole.extents[k];
    }
    if (r->parts[symbol] == NULL) {
        r->parts[symbol] = arena_array(r->arena, SymId, count);
        for (size_t i = 0; i < count; i++)
            r->parts[symbol][i] = NO_ID;
    }
    if (r->parts[symbol][position] == NO_ID)
        r->parts[symbol][position] = new_part(r, symbol, subs);
    return r->parts[symbol][position];
}

static NodeId read_part(Rebuild *rebuild, NodeId old, SymId symbol, const AffId *subs)
{
    Parter *r = rebuild->context;
    AffId rest[UINT8_MAX];
    SymId part;

    (void)old;
    if (symbol >= r->symbols || !r->parted[symbol])
        return NO_ID;
    part = part_of(r, symbol, subs, rest);
    return node_read(r->p, part, rest);
}

static void part_stage(Parter *r, Stage *stage)
{
    AffId *rest;

    stage->value = rebuild_node(&r->rebuild, stage->value);
    stage->guard = stage->guard == NO_ID ? NO_ID : rebuild_node(&r->rebuild, stage->guard);
    if (!r->parted[stage->target])
        return;
    rest = arena_array(r->p->arena, AffId, r->p->symbols.at[stage->target].rank);
    stage->target = part_of(r, stage->target, stage->subs, rest);
    stage->subs = rest;
}

/* ---- the pass ------------------------------------------------------------------------------------------ */

static void list_nodes(Parter *r, NodeVec *reached)
{
    const Program *p = r->p;
    NodeVec roots = { 0 };

    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE) {
            vec_push(r->arena, &roots, p->stages.at[item.id].value);
            vec_push(r->arena, &roots, p->stages.at[item.id].guard);
        } else if (item.kind == ITEM_LOOP) {
            vec_push(r->arena, &roots, p->loops.at[item.id].condition);
        }
    }
    node_reach(p, r->arena, roots.at, roots.count, reached);
}

Program *pass_part(Program *p)
{
    Arena *arena = heap_arena(p->heap);
    Parter r = { .p = p, .arena = arena, .symbols = p->symbols.count };
    NodeVec reached = { 0 };

    r.constant = arena_array(arena, bool *, p->symbols.count + 1);
    r.parted = arena_array(arena, bool, p->symbols.count + 1);
    r.parts = arena_array(arena, SymId *, p->symbols.count + 1);
    list_nodes(&r, &reached);
    if (find_dimensions(&r, &reached)) {
        rebuild_begin(&r.rebuild, p, p);
        r.rebuild.read = read_part;
        r.rebuild.context = &r;
        for (size_t i = 0; i < reached.count; i++)
            rebuild_node(&r.rebuild, reached.at[i]);
        for (size_t i = 0; i < p->body.count; i++) {
            Item item = p->body.at[i];

            if (item.kind == ITEM_STAGE)
                part_stage(&r, &p->stages.at[item.id]);
            else if (item.kind == ITEM_LOOP && p->loops.at[item.id].condition != NO_ID)
                p->loops.at[item.id].condition = rebuild_node(&r.rebuild, p->loops.at[item.id].condition);
        }
    }
    heap_release(p->heap, arena);
    return p;
}
