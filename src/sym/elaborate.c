/* elaborate.c -- running a program on symbols: body, stages, domains. */
#include <string.h>

#include "sym/elaborating.h"

/* ---- messages ---------------------------------------------------------------------------------------- */

bool elaborate_refuse(Elaborating *e, Span at, const char *why)
{
    if (!e->failed)
        diag_error(e->diag, at, "%s", why);
    e->failed = true;
    return false;
}

static void refuse_size(Elaborating *e, Span at)
{
    if (e->failed)
        return;
    diag_error(e->diag, at, "written out element by element this takes more than %zu expressions: make the sizes smaller, with --const",
               e->pool->most == 0 ? (size_t)EXPR_MOST : e->pool->most);
    e->failed = true;
}

/* ---- values of symbols ------------------------------------------------------------------------------- */

static bool is_given(const Symbol *symbol)
{
    return symbol->role == SYM_PARAM || symbol->role == SYM_INPUT || (symbol->role == SYM_INTEGER && !symbol->local);
}

static void begin_symbol(Elaborating *e, SymId id)
{
    const Symbol *symbol = &e->p->symbols.at[id];
    uint64_t count = symbol_elements(symbol);

    e->variables[id] = EXPR_NONE;
    if (is_given(symbol)) {
        e->variables[id] = expr_variable(e->pool, symbol->name, id, symbol->rank, symbol->extents);
        return;
    }
    if (symbol->role == SYM_DATA || symbol->role == SYM_SAMPLES || symbol->role == SYM_TABLE)
        return;
    e->room += count;
    if (e->room > EXPR_MOST) {
        refuse_size(e, symbol->at);
        return;
    }
    if (symbol->integer) {
        e->integers[id] = arena_array(e->pool->arena, int64_t, count);
        return;
    }
    e->elements[id] = arena_array(e->pool->arena, ExprId, count);
    for (uint64_t i = 0; i < count; i++)
        e->elements[id][i] = EXPR_NONE;
}

static void name_value(Elaborating *e, ElaboratedValue value)
{
    for (size_t i = 0; i < e->out->named.count; i++) {
        ElaboratedValue *old = &e->out->named.at[i];

        if (old->name != value.name)
            continue;
        /* An output that is only a copy of the scalar of its name; or the same name in another turn. */
        if (old->rank == 0 && value.rank == 0 && value.symbol != NO_ID)
            *old = value;
        return;
    }
    vec_push(e->pool->arena, &e->out->named, value);
}

static ElaboratedValue symbol_value(const Elaborating *e, SymId id)
{
    const Symbol *symbol = &e->p->symbols.at[id];

    return (ElaboratedValue){ .name = symbol->name, .symbol = id, .rank = symbol->rank, .extents = symbol->extents,
                              .elements = e->elements[id] };
}

void elaborate_name_node(Elaborating *e, NodeId node, ExprId value)
{
    const NodeInfo *info = &e->p->infos.at[node];
    ExprId *element;

    if (info->name == NAME_NONE || e->running.count > 0 || e->p->nodes.at[node].deps != 0)
        return;
    element = arena_new(e->pool->arena, ExprId);
    *element = value;
    name_value(e, (ElaboratedValue){ .name = info->name, .symbol = NO_ID, .elements = element });
}

/* ---- stages ------------------------------------------------------------------------------------------ */

static bool uses_index(const Elaborating *e, const Stage *stage, IndexId index)
{
    for (uint32_t k = 0; k < stage_subs(e->p, stage); k++)
        if (aff_uses_index(&e->p->affs, stage->subs[k], index))
            return true;
    return false;
}

/* A condition that is no number guards a sum whose reader stands in the same branch; contributions of adjoints, and what
 * the condition chooses among reduced elements, need it. */
static bool needs_guard(const Elaborating *e, const Stage *stage)
{
    if (stage->op == STAGE_SET)
        return false;
    if (!stage->fresh || e->p->symbols.at[stage->target].adjoint || e->p->symbols.at[stage->target].role == SYM_GRADIENT)
        return true;
    for (uint32_t k = 0; k < stage->rank; k++)
        if (!uses_index(e, stage, stage->domain[k].index) &&
            set_has(e->p, e->p->nodes.at[stage->guard].deps, stage->domain[k].index))
            return true;
    return false;
}

static void store(Elaborating *e, const Stage *stage, ExprId value, ExprId guard)
{
    ExprPool *pool = e->pool;
    ExprId *element;
    size_t place;

    if (!elaborate_place(e, stage->target, stage->subs, stage_subs(e->p, stage), &place))
        return;
    element = &e->elements[stage->target][place];
    if (guard != EXPR_NONE && needs_guard(e, stage))
        value = expr_raw(pool, OP_SELECT, guard, value,
                         stage->op == STAGE_MAX && *element != EXPR_NONE ? *element : expr_int(pool, 0));
    if (stage->op == STAGE_SET || *element == EXPR_NONE)
        *element = value;
    else
        *element = expr_raw(pool, stage->op == STAGE_ADD ? OP_ADD : OP_MAX, *element, value, EXPR_NONE);
}

/* The stage at one point of its domain. */
static void run_point(Elaborating *e, const Stage *stage)
{
    ExprId guard = EXPR_NONE, value;
    Rational known;

    e->stamp++;
    if (stage->guard != NO_ID) {
        guard = elaborate_node(e, stage->guard);
        if (!e->failed && guard != EXPR_NONE && expr_is_number(e->pool, guard, &known)) {
            if (rational_sign(known) == 0)
                return;
            guard = EXPR_NONE;
        }
    }
    value = elaborate_node(e, stage->value);
    if (!e->failed && value != EXPR_NONE)
        store(e, stage, value, guard);
}

static bool in_range(Elaborating *e, const Range *range)
{
    int64_t high = 0;

    return elaborate_aff(e, range->high, &high) && e->indices[range->index] < high;
}

/* The next point of the domain, as in eval.c: ranges are filled from the left, and one that is used up steps the one to
 * its left. */
static bool next_point(Elaborating *e, const Stage *stage, bool first)
{
    unsigned k = first ? 0 : stage->rank;

    for (bool fill = first;;) {
        if (fill && k == stage->rank)
            return true;
        if (e->failed || (!fill && k == 0))
            return false;
        if (fill)
            (void)elaborate_aff(e, stage->domain[k].low, &e->indices[stage->domain[k].index]);
        else
            e->indices[stage->domain[--k].index]++;
        fill = in_range(e, &stage->domain[k]);
        k += fill;
    }
}

static void run_stage(Elaborating *e, const Stage *stage)
{
    const Symbol *target = &e->p->symbols.at[stage->target];

    if (target->inactive)
        return;
    if (stage->op == STAGE_ARGMAX) {
        elaborate_refuse(e, stage->at, "the position of a maximum has no closed form: derivatives of 'max' over an array inside a "
                                       "model cannot be written as one expression");
        return;
    }
    for (bool more = next_point(e, stage, true); more && !e->failed; more = next_point(e, stage, false)) {
        run_point(e, stage);
        if (e->pool->full || ++e->points > 4 * (uint64_t)EXPR_MOST)
            refuse_size(e, stage->at);
    }
    if (target->named && !target->integer)
        name_value(e, symbol_value(e, stage->target));
}

/* ---- loops ------------------------------------------------------------------------------------------- */

static int64_t *turns_made(Elaborating *e, const Loop *loop)
{
    const Symbol *turns = &e->p->symbols.at[loop->turns];
    size_t place = 0;

    for (unsigned k = 0; k < turns->rank; k++)
        place = place * (size_t)turns->extents[k] + (size_t)e->running.at[k].turn;
    return &e->integers[loop->turns][place];
}

/* Begins a turn, or says that the loop is over. */
static bool enter_turn(Elaborating *e, const Loop *loop)
{
    int64_t extent = loop->high - loop->low, turn = vec_top(&e->running).turn;
    Rational known;
    ExprId condition;

    e->stamp++;
    e->turn_stamp = e->stamp;
    if (loop->turns != NO_ID && loop->condition == NO_ID)
        extent = *turns_made(e, loop);
    if (turn >= extent)
        return false;
    e->indices[loop->index] = loop->reverse ? loop->low + extent - 1 - turn : loop->low + turn;
    if (loop->condition == NO_ID)
        return true;
    condition = elaborate_node(e, loop->condition);
    if (e->failed || condition == EXPR_NONE)
        return false;
    if (!expr_is_number(e->pool, condition, &known))
        return elaborate_refuse(e, loop->at, "how often this loop runs depends on values, so its result has no closed form: write the loop "
                                             "without 'while', with a fixed number of turns");
    return rational_sign(known) != 0;
}

static void run_body(Elaborating *e)
{
    const Program *p = e->p;

    for (size_t i = 0; i < p->body.count && !e->failed; i++) {
        const Item *item = &p->body.at[i];
        const Loop *loop;

        if (item->kind == ITEM_STAGE) {
            run_stage(e, &p->stages.at[item->id]);
            continue;
        }
        loop = &p->loops.at[item->id];
        if (item->kind == ITEM_LOOP)
            vec_push(e->pool->arena, &e->running, (RunningLoop){ i, 0 });
        else
            vec_top(&e->running).turn++;
        if (enter_turn(e, loop)) {
            i = vec_top(&e->running).begin;
            continue;
        }
        if (loop->turns != NO_ID && loop->condition != NO_ID)
            *turns_made(e, loop) = vec_top(&e->running).turn;
        i = program_end_of_loop(p, vec_top(&e->running).begin);
        (void)vec_pop(&e->running);
    }
}

/* ---- all --------------------------------------------------------------------------------------------- */

bool sym_elaborate(Elaboration *out, ExprPool *pool, const Program *program, Diag *diag)
{
    Elaborating e = { .out = out, .pool = pool, .p = program, .diag = diag };
    Arena *arena = pool->arena;
    size_t symbols = program->symbols.count;

    *out = (Elaboration){ .variables = arena_array(arena, VariableId, symbols + 1) };
    e.variables = out->variables;
    e.elements = arena_array(arena, ExprId *, symbols + 1);
    e.integers = arena_array(arena, int64_t *, symbols + 1);
    e.indices = arena_array(arena, int64_t, program->indices.count + 1);
    e.values = arena_array(arena, ExprId, program->nodes.count + 1);
    e.stamps = arena_array(arena, uint64_t, program->nodes.count + 1);
    e.stamp = e.turn_stamp = 1;
    for (SymId s = 0; s < symbols && !e.failed; s++)
        begin_symbol(&e, s);
    run_body(&e);
    for (size_t i = 0; i < program->outputs.count && !e.failed; i++)
        vec_push(arena, &out->outputs, symbol_value(&e, program->outputs.at[i]));
    return !e.failed;
}
