/* c_loop.c -- the heads of loops, and of recurrences what is done before, at the end of a turn, and behind. */
#include "emit/c_body.h"

#include <string.h>

/* ---- counts of turns --------------------------------------------------------------------------------- */

SymId c_loop_count(const CBody *b, PlanId id, const Atom **element)
{
    const PlanNode *loop = &b->plan->nodes.at[id];
    const AffPool *pool = &b->p->affs;
    const Atom *atom;

    if (loop->kind != PLAN_FOR || !loop->sequential || loop->count == AFF_FAIL || c_loop_condition(b, id) == NO_ID)
        return NO_ID;
    atom = &pool->atoms.at[pool->terms.at[pool->affs.at[loop->count].first].atom];
    if (element != NULL)
        *element = atom;
    return atom->of;
}

/* Turns are counted in a local if somebody asks how many they were. */
void c_loop_before(CBody *b, PlanId id)
{
    SymId count = c_loop_count(b, id, NULL);

    if (count == NO_ID || !b->symbols[count].in_text)
        return;
    b->accumulators[id] = c_is_local(b, count) ? c_declare_symbol(b, count)
                                               : c_names_take(&b->names, c_symbol_word(b, count));
    c_line(b, "int32_t %s = 0;", b->accumulators[id]);
}

void c_loop_after(CBody *b, PlanId id)
{
    const Atom *element;
    SymId count = c_loop_count(b, id, &element);

    if (count == NO_ID || b->accumulators[id] == NULL || c_is_local(b, count))
        return;
    b->line.size = 0;
    c_expr_element(b, count, b->p->affs.subs.at + element->subs, element->rank, &b->line);
    text_printf(&b->line, " = %s;", b->accumulators[id]);
    c_line_end(b, (Span){ 0, 0 });
}

/* ---- heads ------------------------------------------------------------------------------------------- */

/* Behind the bound: "&& abs(r) > 1e-12". */
static void add_condition(CBody *b, PlanId id, NodeId condition)
{
    unsigned side = 0;
    NodeId bare = c_condition(b, condition, &side);

    b->context = b->scopes[c_scope_id(id)].context;
    text_add(&b->line, side == 0 ? " && " : " && !");
    c_expr(b, bare, side == 0 ? c_level_right(OP_AND) : LEVEL_UNARY, false, &b->line);
}

static const char *index_name(CBody *b, IndexId index)
{
    static const char *const usual[] = { "i", "j", "k", "l", "m", "n" };
    const char *name = names_text(b->p->names, b->p->indices.at[index].name);

    for (size_t i = 0; i < sizeof usual / sizeof *usual && name[0] == '\0'; i++)
        if (c_names_is_free(&b->names, usual[i]))
            name = usual[i];
    return c_names_take(&b->names, name[0] == '\0' ? "i" : name);
}

bool c_loop_is_samples(const CBody *b, const PlanNode *loop)
{
    return loop->kind == PLAN_FOR && loop->sequential && b->p->loops.at[loop->loop].samples;
}

static void add_bound(CBody *b, AffId bound)
{
    bool wide = c_expr_is_wide(b, bound);

    text_add(&b->line, wide ? "(int32_t)(" : "");
    c_expr_aff(b, bound, LEVEL_ADD, &b->line);
    text_add(&b->line, wide ? ")" : "");
}

void c_loop_head(CBody *b, PlanId id, NodeId condition)
{
    const PlanNode *loop = &b->plan->nodes.at[id];
    int64_t least, most, unused;
    const char *name, *counter = b->accumulators[id];

    c_expr_bounds(b, loop->low, &least, &unused);
    c_expr_bounds(b, loop->high, &unused, &most);
    name = index_name(b, loop->index);
    b->line.size = 0;
    text_printf(&b->line, "for (int32_t %s = ", name);
    add_bound(b, loop->reverse ? aff_offset(&b->plan->copy->affs, loop->high, -1) : loop->low);
    text_printf(&b->line, "; %s %s ", name, loop->reverse ? ">=" : "<");
    if (c_loop_is_samples(b, loop)) {
        text_add(&b->line, "n_samples");
        b->counts_samples = true;
        most = INT32_MAX;
    } else {
        add_bound(b, loop->reverse ? loop->low : loop->high);
    }
    b->index_names[loop->index] = name;
    b->index_low[loop->index] = least;
    b->index_high[loop->index] = most - 1;
    if (condition != NO_ID)
        add_condition(b, id, condition);
    text_printf(&b->line, "; %s%s", name, loop->reverse ? "--" : "++");
    if (counter != NULL)
        text_printf(&b->line, ", %s++", counter);
    text_add(&b->line, ") {");
    c_line_end(b, (Span){ 0, 0 });
}

/* ---- the end of a turn ------------------------------------------------------------------------------- */

static void copy_element(CBody *b, SymId symbol, const AffId *subs)
{
    CSymbol *s = &b->symbols[symbol];
    const char *next = s->next;

    b->line.size = 0;
    s->next = s->base;
    c_expr_element(b, symbol, subs, b->p->symbols.at[symbol].rank, &b->line);
    s->next = next;
    text_add(&b->line, " = ");
    c_expr_element(b, symbol, subs, b->p->symbols.at[symbol].rank, &b->line);
    text_add(&b->line, ";");
    c_line_end(b, (Span){ 0, 0 });
}

/* Does an earlier leaf of the loop, from `first` on, write the same element? */
static bool is_written_before(const CBody *b, PlanId first, PlanId id)
{
    const Stage *stage = &b->p->stages.at[b->plan->nodes.at[id].stage];

    for (PlanId at = first; at < id; at++) {
        const Stage *other = &b->p->stages.at[b->plan->nodes.at[at].stage];

        if (b->plan->nodes.at[at].kind != PLAN_STAGE || other->target != stage->target)
            continue;
        if (memcmp(other->subs, stage->subs, b->p->symbols.at[stage->target].rank * sizeof *stage->subs) == 0)
            return true;
    }
    return false;
}

void c_loop_end_turn(CBody *b, PlanId id)
{
    PlanId at = id + 1;

    for (; at < b->plan->nodes.count && b->plan->nodes.at[at].parent != NO_ID && at > id; at++) {
        const PlanNode *leaf = &b->plan->nodes.at[at];
        const Stage *stage;
        PlanId up = leaf->parent;

        while (up != NO_ID && up > id)
            up = b->plan->nodes.at[up].parent;
        if (up != id)
            return;
        if (leaf->kind != PLAN_STAGE)
            continue;
        stage = &b->p->stages.at[leaf->stage];
        if (b->plan->stores[stage->target].loop == id && plan_is_new(b->plan, stage->target, stage->subs) &&
            !is_written_before(b, id + 1, at))
            copy_element(b, stage->target, stage->subs);
    }
}
