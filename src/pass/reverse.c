/* reverse.c -- reverse mode as a transform: the body from its end to its beginning, every stage by the one rule.
 *
 * For a stage T[m] op= e over D and every distinct read A[g] in e of an active A: A_bar[g] += T_bar[m] * de/dA[g]
 * over D (Griewank and Walther, Evaluating Derivatives, chapter 3). Every element is written by one SET, or summed,
 * so nothing needs clearing on the way. Loops are reversed; the time that carried symbols have as a dimension does
 * the rest.
 */
#include "pass/reverse.h"

/* ---- adjoint symbols --------------------------------------------------------------------------------- */

SymId sweep_adjoint(Sweep *s, SymId symbol)
{
    if (s->adjoints[symbol] == NO_ID)
        s->adjoints[symbol] = derive_symbol(s->p, symbol, SYM_LOCAL, false);
    return s->adjoints[symbol];
}

NodeId sweep_read_adjoint(Sweep *s, SymId symbol, const AffId *subs)
{
    if (s->seeded[symbol])
        return node_int(s->p, 1);
    return node_read(s->p, sweep_adjoint(s, symbol), subs);
}

/* The adjoint of an output that other stages read, too, begins with its seed: over the whole array. */
static void add_seed(Sweep *s, SymId output, SymId seed)
{
    Program *p = s->p;
    const Symbol *symbol = &p->symbols.at[output];
    Stage stage = { .op = STAGE_ADD, .rank = symbol->rank, .guard = NO_ID, .at = symbol->at };
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];

    stage.target = sweep_adjoint(s, output);
    symbol = &p->symbols.at[output];
    program_domain(p, symbol->extents, symbol->rank, domain, subs);
    stage.value = seed == NO_ID ? node_int(p, 1) : node_read(p, seed, subs);
    stage.domain = domain;
    stage.subs = subs;
    program_stage(p, stage);
}

static void make_seeds(Sweep *s, const bool *read)
{
    for (size_t i = 0; i < s->p->outputs.count; i++) {
        SymId output = s->p->outputs.at[i];
        SymId seed = s->reverse->seeds ? derive_symbol(s->p, output, SYM_SEED, false) : NO_ID;

        if (read[output])
            add_seed(s, output, seed);
        else if (seed == NO_ID)
            s->seeded[output] = true;
        else
            s->adjoints[output] = seed;
    }
}

static void make_gradients(Sweep *s, const SymId *wanted, size_t wanted_count)
{
    for (size_t i = 0; i < wanted_count; i++) {
        s->adjoints[wanted[i]] = derive_symbol(s->p, wanted[i], SYM_GRADIENT, false);
        vec_push(s->p->arena, &s->p->gradients, s->adjoints[wanted[i]]);
    }
}

/* ---- which scalars there are ------------------------------------------------------------------------- */

static bool is_active(const Sweep *s, const Stage *stage)
{
    return stage->op != STAGE_ARGMAX && s->active.symbols[stage->target] && s->active.nodes[stage->value] &&
           (stage->rank == 0 || stage_points(s->p, stage) > 0);
}

static bool is_scalar(const Stage *stage, unsigned depth)
{
    return stage->rank == 0 && depth == 0;
}

static void use_scalar(Sweep *s, NodeId node, ScopeId scope)
{
    work_collect(s, &s->scalars, node);
    work_use(&s->scalars, &s->scopes, node, scope);
}

static void list_scalars(Sweep *s, const Stage *stage, unsigned depth)
{
    ScopeId scope = scope_of_guard(&s->scopes, stage->guard);

    if (is_scalar(stage, depth)) {
        use_scalar(s, stage->value, scope);
        return;
    }
    local_collect(s, stage);
    for (size_t i = 0; s->local.stops && i < s->local.nodes.count; i++) {
        NodeId node = s->local.nodes.at[i];

        if (work_is_leaf(s, &s->local, node) && s->p->nodes.at[node].op != OP_READ)
            use_scalar(s, node, scope);
    }
    work_clear(&s->local);
}

static void list_all_scalars(Sweep *s)
{
    const Program *p = s->p;
    unsigned depth = 0;

    for (size_t i = 0; i < s->reverse->first_adjoint; i++) {
        Item item = p->body.at[i];

        depth += item.kind == ITEM_LOOP;
        depth -= item.kind == ITEM_END;
        if (item.kind == ITEM_STAGE && is_active(s, &p->stages.at[item.id]))
            list_scalars(s, &p->stages.at[item.id], depth);
        s->owned[i] = (uint32_t)s->scalars.nodes.count;
    }
    work_prepare(s, &s->scalars, 0);
    s->undone = (uint32_t)s->scalars.nodes.count;
}

/* ---- the sweep --------------------------------------------------------------------------------------- */

static void reverse_stage(Sweep *s, const Stage *stage)
{
    s->at = stage->at;
    s->gate = NO_ID;
    if (!is_active(s, stage))
        return;
    if (!is_scalar(stage, s->depth)) {
        local_reverse(s, stage);
        return;
    }
    work_deliver(s, &s->scalars, stage->value, sweep_read_adjoint(s, stage->target, stage->subs),
                 scope_of_guard(&s->scopes, stage->guard), 1);
}

/* Scalars that nothing before this item uses have got all their contributions. */
static void differentiate_scalars(Sweep *s, size_t item)
{
    uint32_t first = item == 0 ? 0 : s->owned[item - 1];

    while (s->undone > first) {
        NodeId node = s->scalars.nodes.at[--s->undone];

        work_release(s, &s->scalars, node);
        work_differentiate(s, &s->scalars, node);
    }
}

static void begin_reversed(Sweep *s, LoopId id)
{
    Loop loop = s->p->loops.at[id];

    loop.reverse = !loop.reverse;
    loop.condition = NO_ID;
    program_begin_loop(s->p, loop);
}

/* A loop in which nothing was active leaves nothing behind. */
static void end_reversed(Sweep *s)
{
    Program *p = s->p;
    size_t i = p->body.count, open = 0;

    if (p->body.at[i - 1].kind == ITEM_LOOP) {
        p->body.count--;
        p->loops.count--;
        return;
    }
    for (;;) {
        Item item = p->body.at[--i];

        open += item.kind == ITEM_END;
        if (item.kind == ITEM_LOOP && open-- == 0) {
            program_end_loop(p, item.id);
            return;
        }
    }
}

/* The range of a loop's index is known while the loop is gone through. */
static void enter_loop(Sweep *s, LoopId id, bool enter)
{
    const Loop *loop = &s->p->loops.at[id];
    Range range = { loop->index, aff_const(&s->p->affs, loop->low), aff_const(&s->p->affs, loop->high) };

    if (enter)
        hulls_enter(&s->hulls, &range, 1);
    else
        hulls_leave(&s->hulls, &range, 1);
}

static void sweep_back(Sweep *s)
{
    for (size_t i = s->reverse->first_adjoint; i-- > 0 && !s->reverse->no_derivative.found;) {
        Item item = s->p->body.at[i];

        if (item.kind == ITEM_END) {
            s->depth++;
            enter_loop(s, item.id, true);
            begin_reversed(s, item.id);
        } else if (item.kind == ITEM_LOOP) {
            s->depth--;
            enter_loop(s, item.id, false);
            end_reversed(s);
        } else {
            Stage stage = s->p->stages.at[item.id];

            reverse_stage(s, &stage);
        }
        if (s->depth == 0)
            differentiate_scalars(s, i);
    }
}

/* The symbols that active code reads. */
static bool *find_read(const Sweep *s)
{
    bool *read = arena_array(s->arena, bool, s->p->symbols.count + 1);

    for (NodeId i = 0; i < s->p->nodes.count; i++)
        if (s->p->nodes.at[i].op == OP_READ && s->active.nodes[i])
            read[s->p->nodes.at[i].u.read.symbol] = true;
    return read;
}

static void sweep_init(Sweep *s, Program *p, Reverse *reverse)
{
    *s = (Sweep){ .p = p, .arena = heap_arena(p->heap), .reverse = reverse, .stored = NO_ID, .gate = NO_ID };
    reverse->no_derivative.found = false;
    reverse->first_adjoint = p->body.count;
    reverse->first_node = (NodeId)p->nodes.count;
    reverse->first_symbol = (SymId)p->symbols.count;
    p->simplify = true;
    scopes_init(&s->scopes, p, s->arena);
    s->adjoints = arena_array(s->arena, SymId, p->symbols.count + 1);
    for (SymId i = 0; i < p->symbols.count; i++)
        s->adjoints[i] = NO_ID;
    s->summed = derive_find_summed(p, s->arena);
    s->seeded = arena_array(s->arena, bool, p->symbols.count + 1);
    s->ranks = arena_array(s->arena, size_t, p->symbols.count + 1);
    s->owned = arena_array(s->arena, uint32_t, p->body.count + 1);
    s->scalars.scalars = true;
    s->scalars.slot_of = arena_array(s->arena, uint32_t, p->nodes.count + 1);
    s->local.slot_of = arena_array(s->arena, uint32_t, p->nodes.count + 1);
}

Program *pass_reverse(Program *p, const SymId *wanted, size_t wanted_count, Reverse *reverse)
{
    Sweep s;

    sweep_init(&s, p, reverse);
    activity_find(&s.active, s.arena, p, wanted, wanted_count, p->outputs.at, p->outputs.count);
    make_seeds(&s, find_read(&s));
    make_gradients(&s, wanted, wanted_count);
    hulls_init(&s.hulls, s.arena, p);
    list_all_scalars(&s);
    sweep_back(&s);
    heap_release(p->heap, s.arena);
    return reverse->no_derivative.found ? p : pass_first_write(p);
}
