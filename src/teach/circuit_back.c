/* circuit_back.c -- the backward sweep of a circuit: local gradients, then from the last gate to the first a contribution for
 * every wire, and the sums of what arrives at forks.
 */
#include "teach/circuit_make.h"

#include <string.h>

typedef struct {
    Maker *m;
    Circuit *c;
    Program *p;
    bool *depends;     /* by gate: on a wanted leaf */
    bool *needed;      /* by gate: by a seeded output */
    uint32_t *left;    /* by gate: contributions still to come */
    NoDerivative no_derivative;
} Back;

static bool is_wanted(const Back *b, const Gate *gate)
{
    const Unit *unit = b->m->unit;

    for (size_t i = 0; i < unit->wanted.count && gate->kind < GATE_OP; i++)
        if (unit->wanted.at[i] == gate->value)
            return true;
    return false;
}

/* ---- activity ----------------------------------------------------------------------------------------- */

/* Does a derivative go through, as far as the gate's kind tells? */
static bool is_edge(const Back *b, const Wire *wire)
{
    const Gate *to = &b->c->gates.at[wire->to];

    if (wire->condition || to->kind == GATE_ARGMAX || b->p->symbols.at[to->value].inactive)
        return false;
    if (to->kind == GATE_STATED)
        return wire->local != NO_ID && !node_is_int(b->p, wire->local, 0);
    return to->kind != GATE_OP || activity_edge((Op)to->op, wire->operand);
}

static bool is_seeded(const Back *b, size_t output)
{
    const CircuitOptions *options = b->m->options;

    return options->seeded == NULL ? b->m->unit->scalar : options->seeded[output];
}

static void find_active(Back *b)
{
    Circuit *c = b->c;

    for (GateId g = 0; g < c->gates.count; g++) {
        const Gate *gate = &c->gates.at[g];

        b->depends[g] = is_wanted(b, gate);
        for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
            b->depends[g] |= is_edge(b, &c->wires.at[w]) && b->depends[c->wires.at[w].from];
    }
    for (size_t i = 0; i < c->outputs.count; i++)
        if (c->outputs.at[i] != NO_ID && is_seeded(b, i))
            b->needed[c->outputs.at[i]] = true;
    for (GateId g = (GateId)c->gates.count; g-- > 0;) {
        Gate *gate = &c->gates.at[g];

        gate->active = (b->depends[g] && b->needed[g]) || is_wanted(b, gate);
        for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++) {
            Wire *wire = &c->wires.at[w];

            wire->active = gate->active && is_edge(b, wire) && b->depends[wire->from];
            b->needed[wire->from] |= wire->active;
        }
    }
}

/* ---- local gradients ---------------------------------------------------------------------------------- */

static NodeId local_of_op(Back *b, const Gate *gate, const Wire *wire)
{
    Program *p = b->p;
    Node node = p->nodes.at[gate->expression];
    NodeId one = node_int(p, 1), zero = node_int(p, 0), result;

    if (gate->op == OP_SELECT && node.op != OP_SELECT)
        return one; /* a branch: the side that is taken */
    if (gate->op == OP_SELECT)
        return node_op(p, OP_SELECT, node.u.arg[0], wire->operand == 1 ? one : zero, wire->operand == 1 ? zero : one);
    result = node_read(p, gate->value, p->stages.at[gate->stage].subs);
    if (gate->op == OP_DIV && p->nodes.at[node.u.arg[0]].op == OP_LITERAL)
        result = gate->expression; /* the derivative of 1/u is to read -1/u^2 */
    return derive_partial(p, gate->expression, result, wire->operand, &b->no_derivative, gate->at);
}

static NodeId local_of(Back *b, const Wire *wire)
{
    const Gate *gate = &b->c->gates.at[wire->to];

    if (gate->kind == GATE_STATED)
        return wire->local;
    if (gate->kind == GATE_OP)
        return local_of_op(b, gate, wire);
    if (gate->kind == GATE_PRODUCT)
        return b->p->nodes.at[gate->expression].u.arg[1 - wire->operand];
    return node_int(b->p, 1);
}

/* The value of a local gradient between scalars, as a symbol. */
static SymId local_value(Back *b, const Wire *wire)
{
    Program *p = b->p;
    Stage stage = { .op = STAGE_SET, .value = wire->local, .guard = NO_ID, .at = p->stages.at[wire->forward].at };
    Symbol symbol = { .at = stage.at, .role = SYM_LOCAL, .of = NO_ID };

    if (p->stages.at[wire->forward].rank > 0 || p->symbols.at[b->c->gates.at[wire->from].value].rank > 0)
        return NO_ID;
    stage.target = program_symbol(p, symbol);
    program_stage(p, stage);
    return stage.target;
}

static void make_locals(Back *b)
{
    Circuit *c = b->c;

    for (WireId w = 0; w < c->wires.count; w++) {
        Wire wire = c->wires.at[w];

        if (!wire.active)
            continue;
        wire.local = local_of(b, &wire);
        wire.active = wire.local != NO_ID;
        if (wire.active) {
            wire.local_value = local_value(b, &wire);
            c->gates.at[wire.from].fork++;
            b->left[wire.from]++;
        }
        c->wires.at[w] = wire;
    }
}

/* ---- gradients ---------------------------------------------------------------------------------------- */

/* A symbol for a gradient of the gate; the last one of a wanted leaf is handed to the caller. */
static SymId gradient_symbol(Back *b, GateId gate, bool last)
{
    const Gate *of = &b->c->gates.at[gate];
    bool handed = last && is_wanted(b, of);
    SymId symbol = derive_symbol(b->p, of->value, handed ? SYM_GRADIENT : SYM_LOCAL, false);

    b->p->symbols.at[symbol].integer = false;
    b->p->symbols.at[symbol].inactive = false;
    return symbol;
}

/* target = value over all of an array, where `a` and `b` are arrays of its shape: a + b, a, or 0. */
static void set_whole(Back *b, SymId target, SymId first, SymId second)
{
    Program *p = b->p;
    Stage stage = { .target = target, .op = STAGE_SET, .guard = NO_ID, .rank = p->symbols.at[target].rank,
                    .at = p->symbols.at[target].at };
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];

    program_domain(p, p->symbols.at[target].extents, stage.rank, domain, subs);
    stage.value = first == NO_ID ? node_int(p, 0) : node_read(p, first, subs);
    if (second != NO_ID)
        stage.value = node_op2(p, OP_ADD, stage.value, node_read(p, second, subs));
    stage.domain = domain;
    stage.subs = subs;
    program_stage(p, stage);
}

static void make_seeds(Back *b)
{
    Circuit *c = b->c;

    for (size_t i = 0; i < c->outputs.count; i++) {
        Gate *gate;
        SymId seed;

        if (!is_seeded(b, i) || c->outputs.at[i] == NO_ID)
            continue;
        gate = &c->gates.at[c->outputs.at[i]];
        seed = derive_symbol(b->p, b->p->outputs.at[i], SYM_SEED, false);
        if (gate->seed != NO_ID) { /* two outputs that are the same */
            SymId both = gradient_symbol(b, c->outputs.at[i], false);

            set_whole(b, both, gate->seed, seed);
            seed = both;
        }
        gate->seed = seed;
        if (gate->active)
            gate->gradient = seed;
    }
}

/* Are the subscripts of the read all of the array's elements, each for one point of the domain, or (*sums) for several? */
static bool covers(const Back *b, const Stage *forward, NodeId read, bool *sums)
{
    const Program *p = b->p;
    const Symbol *symbol = &p->symbols.at[p->nodes.at[read].u.read.symbol];
    bool used[UINT8_MAX] = { false };

    *sums = forward->rank > symbol->rank;
    for (unsigned k = 0; k < symbol->rank; k++) {
        int64_t low, high;
        IndexId index;
        unsigned d = 0;

        if (!aff_is_index(&p->affs, node_subs(p, read)[k], &index))
            return false;
        while (d < forward->rank && forward->domain[d].index != index)
            d++;
        if (d == forward->rank || used[d] || !aff_is_const(&p->affs, forward->domain[d].low, &low) || low != 0 ||
            !aff_is_const(&p->affs, forward->domain[d].high, &high) || high != symbol->extents[k])
            return false;
        used[d] = true;
    }
    for (unsigned d = 0; d < forward->rank; d++)
        for (unsigned k = 0; k < d && used[d]; k++)
            if (!used[k] && (aff_uses_index(&p->affs, forward->domain[k].low, forward->domain[d].index) ||
                             aff_uses_index(&p->affs, forward->domain[k].high, forward->domain[d].index)))
                return false;
    return forward->guard == NO_ID && forward->op != STAGE_MAX && stage_points(p, forward) > 0;
}

/* The stage that adds up value over the domain of the forward stage, to the elements that it reads. */
static void emit(Back *b, const Stage *forward, NodeId read, NodeId value, SymId target)
{
    Program *p = b->p;
    Stage stage = { .target = target, .op = STAGE_ADD, .rank = forward->rank, .value = value, .guard = forward->guard,
                    .domain = forward->domain, .at = forward->at };
    AffId subs[UINT8_MAX];
    bool sums;

    if (covers(b, forward, read, &sums)) {
        stage.op = sums ? STAGE_ADD : STAGE_SET;
        stage.fresh = sums;
    } else {
        set_whole(b, target, NO_ID, NO_ID);
    }
    memcpy(subs, node_subs(p, read), p->symbols.at[target].rank * sizeof *subs);
    stage.subs = subs;
    if (forward->op == STAGE_MAX) {
        Winner winner;

        hulls_enter(&b->m->hulls, forward->domain, forward->rank);
        winner_find(&winner, p, b->m->arena, &b->m->hulls, forward);
        hulls_leave(&b->m->hulls, forward->domain, forward->rank);
        if (winner.reduced > 0) {
            stage.rank = (uint8_t)winner.kept;
            stage.domain = winner.domain;
            stage.guard = forward->guard == NO_ID ? NO_ID : winner_value(&winner, forward->guard);
            for (unsigned k = 0; k < p->symbols.at[target].rank; k++)
                subs[k] = winner_aff(&winner, subs[k]);
        }
    }
    (void)program_stage(p, stage);
}

/* The sides of a branch inside a domain get their part where they are taken: only there their subscripts need be in range. */
static void guard_side(Back *b, const Wire *wire, Stage *forward)
{
    Program *p = b->p;
    NodeId expression = b->c->gates.at[wire->to].expression, taken;

    if (b->c->gates.at[wire->to].op != OP_SELECT || expression == NO_ID || p->nodes.at[expression].op != OP_SELECT)
        return;
    taken = p->nodes.at[expression].u.arg[0];
    if (wire->operand == 2)
        taken = node_op1(p, OP_NOT, taken);
    forward->guard = forward->guard == NO_ID ? taken : node_op2(p, OP_AND, forward->guard, taken);
}

/* local x upstream at a point. Where the gate is needed only at some points its upstream gradient is 0 at others, whatever the
 * local one is there. */
static NodeId product_of(Back *b, const Wire *wire)
{
    Program *p = b->p;
    NodeId product, zero = node_int(p, 0);

    if (b->c->gates.at[wire->to].op == OP_SELECT)
        return wire->upstream; /* under a guard */
    product = derive_times(p, wire->local, wire->upstream);
    if (!b->m->careful.at[wire->to] || p->nodes.at[wire->local].op == OP_LITERAL)
        return product;
    return node_op(p, OP_SELECT, node_op2(p, OP_EQ, wire->upstream, zero), zero, product);
}

static void contribute(Back *b, WireId id)
{
    Circuit *c = b->c;
    Wire wire = c->wires.at[id];
    Stage forward;
    bool last = --b->left[wire.from] == 0, assigns = b->m->options->mistake == MISTAKE_ASSIGN;
    SymId before = c->gates.at[wire.from].gradient;

    wire.first = before == NO_ID || assigns;
    c->broken |= before != NO_ID && assigns;
    wire.upstream = node_read(b->p, c->gates.at[wire.to].gradient, b->p->stages.at[wire.forward].subs);
    mistake_make(b->m, &wire);
    forward = b->p->stages.at[wire.forward];
    wire.contribution = gradient_symbol(b, wire.from, last && wire.first);
    guard_side(b, &wire, &forward);
    emit(b, &forward, wire.read, product_of(b, &wire), wire.contribution);
    wire.total = wire.contribution;
    if (!wire.first) {
        wire.total = gradient_symbol(b, wire.from, last);
        set_whole(b, wire.total, before, wire.contribution);
    }
    c->gates.at[wire.from].gradient = wire.total;
    c->wires.at[id] = wire;
    vec_push(b->m->arena, &c->backward, id);
}

/* Wanted leaves that nothing reaches, or that are outputs themselves. */
static void finish_leaves(Back *b)
{
    for (size_t i = 0; i < b->m->unit->wanted.count; i++) {
        GateId id = b->m->gate_of.at[b->m->unit->wanted.at[i]];
        Gate *gate = &b->c->gates.at[id];

        if (gate->gradient == NO_ID || b->p->symbols.at[gate->gradient].role != SYM_GRADIENT) {
            SymId gradient = gradient_symbol(b, id, true);

            set_whole(b, gradient, gate->gradient, NO_ID);
            gate->gradient = gradient;
        }
        vec_push(b->p->arena, &b->p->gradients, gate->gradient);
    }
}

void back_make(Maker *m)
{
    Circuit *c = m->circuit;
    Back b = { .m = m, .c = c, .p = m->p };

    m->p->simplify = true;
    b.depends = arena_array(m->arena, bool, c->gates.count + 1);
    b.needed = arena_array(m->arena, bool, c->gates.count + 1);
    b.left = arena_array(m->arena, uint32_t, c->gates.count + 1);
    hulls_init(&m->hulls, m->arena, m->p);
    find_active(&b);
    make_locals(&b);
    make_seeds(&b);
    for (GateId g = (GateId)c->gates.count; g-- > 0 && !b.no_derivative.found;) {
        Gate gate = c->gates.at[g];

        for (WireId w = gate.first_wire; w < gate.first_wire + gate.wire_count; w++)
            if (c->wires.at[w].active && gate.gradient != NO_ID)
                contribute(&b, w);
    }
    finish_leaves(&b);
    if (b.no_derivative.found)
        no_derivative_report(&b.no_derivative, &m->unit->names, &m->unit->diag);
}
