/* copies.c -- the derivative once for every unit vector, written out: what is 0 by structure goes.
 *
 * For programs without loops whose text may become longer. Everything that depends on the seeds is copied with the
 * seeds of that copy put in as numbers; what the copies share is there once.
 */
#include "pass/batch.h"

typedef struct {
    Batcher b;      /* first: batch_op looks for it here */
    SymId *made;    /* by symbol, of the copy at hand: NO_ID while all that was written is 0 */
    int32_t number; /* of the copy at hand */
} Copier;

static NodeId copy_read(Rebuild *r, NodeId old, SymId symbol, const AffId *subs)
{
    Copier *c = r->context;

    (void)old;
    if (!c->b.symbols[symbol])
        return NO_ID;
    if (c->b.seeds[symbol])
        return batch_unit_vector(&c->b, symbol, subs, aff_const(&c->b.to->affs, c->number));
    if (c->made[symbol] == NO_ID)
        return node_int(c->b.to, 0);
    return node_read(c->b.to, c->made[symbol], subs);
}

static void make_symbol(Copier *c, SymId old)
{
    Program *to = c->b.to;
    Symbol symbol = to->symbols.at[old];

    if (symbol.name != NAME_NONE)
        symbol.name = names_format(to->names, "%s_%d", names_text(to->names, symbol.name), (int)c->number);
    c->made[old] = program_symbol(to, symbol);
}

static bool begins(const Stage *stage)
{
    return stage->op != STAGE_ADD || stage->fresh;
}

static void add_stage(Copier *c, StageId old)
{
    SymId target = c->made[c->b.from->stages.at[old].target];

    rebuild_stage(&c->b.rebuild, old);
    vec_top(&c->b.to->stages).target = target;
}

/* What was written to a symbol before it turned out to be not 0 everywhere. */
static void add_zeros(Copier *c, size_t place, SymId symbol)
{
    const Program *from = c->b.from;

    for (size_t i = 0; i < place; i++) {
        const Stage *stage = &from->stages.at[from->body.at[i].id];

        if (stage->target == symbol && begins(stage))
            add_stage(c, from->body.at[i].id);
    }
}

static void copy_stage(Copier *c, size_t place)
{
    StageId old = c->b.from->body.at[place].id;
    const Stage *stage = &c->b.from->stages.at[old];
    bool zero = node_is_int(c->b.to, rebuild_node(&c->b.rebuild, stage->value), 0);

    if (zero && (c->made[stage->target] == NO_ID || !begins(stage)))
        return;
    if (c->made[stage->target] == NO_ID) {
        make_symbol(c, stage->target);
        add_zeros(c, place, stage->target);
    }
    add_stage(c, old);
}

static void copy_outside(Copier *c)
{
    const Program *from = c->b.from;

    rebuild_all_nodes(&c->b.rebuild);
    for (size_t i = 0; i < from->body.count; i++)
        if (!c->b.symbols[from->stages.at[from->body.at[i].id].target])
            rebuild_item(&c->b.rebuild, from->body.at[i]);
}

static void copy_inside(Copier *c)
{
    const Program *from = c->b.from;

    rebuild_forget(&c->b.rebuild);
    for (size_t i = 0; i < from->body.count; i++)
        if (c->b.symbols[from->stages.at[from->body.at[i].id].target])
            copy_stage(c, i);
}

/* The originals are computed no more; whoever wants them has the copies. */
static void drop_originals(Copier *c)
{
    for (SymId i = 0; i < c->b.from->symbols.count; i++)
        if (c->b.symbols[i])
            c->b.to->symbols.at[i].role = SYM_LOCAL;
}

Program *pass_copies(Program *p, const Batch *batch, SymId *copies)
{
    size_t symbols = p->symbols.count;
    Copier c;

    batch_begin(&c.b, p, batch);
    drop_originals(&c);
    c.made = copies;
    for (size_t i = 0; i < symbols * (size_t)batch->extent; i++)
        copies[i] = NO_ID;
    c.b.rebuild.read = copy_read;
    c.b.rebuild.op = batch_op;
    c.b.rebuild.context = &c;
    c.number = -1;
    copy_outside(&c);
    for (c.number = 0; c.number < batch->extent; c.number++, c.made += symbols)
        copy_inside(&c);
    heap_release(p->heap, c.b.arena);
    return c.b.to;
}
