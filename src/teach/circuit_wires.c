/* circuit_wires.c -- gates with unique names, and the wires that come in. */
#include "teach/circuit_make.h"

#include <string.h>

/* ---- gates -------------------------------------------------------------------------------------------- */

static bool take_name(Maker *m, const char *text)
{
    Name name = names_intern_text(m->p->names, text);

    while (m->taken.count <= name)
        vec_push(m->arena, &m->taken, false);
    if (m->taken.at[name])
        return false;
    m->taken.at[name] = true;
    return true;
}

const char *maker_name(Maker *m, const char *base, const char *tag)
{
    Text name;

    for (unsigned i = 1;; i++) {
        text_init(&name, m->arena);
        text_add(&name, base);
        if (i > 1)
            text_printf(&name, "_%u", i);
        text_add(&name, tag);
        if (take_name(m, text_string(&name)))
            return text_string(&name);
    }
}

GateId maker_gate(Maker *m, Gate gate)
{
    Circuit *c = m->circuit;
    GateId id = (GateId)c->gates.count;

    gate.first_wire = (WireId)c->wires.count;
    gate.wire_count = 0;
    gate.seed = gate.gradient = NO_ID;
    if (gate.kind >= GATE_OP)
        gate.number = (uint32_t)(id - c->leaves + 1);
    vec_push(m->arena, &c->gates, gate);
    vec_push(m->arena, &m->careful, false);
    while (m->gate_of.count <= gate.value)
        vec_push(m->arena, &m->gate_of, NO_ID);
    m->gate_of.at[gate.value] = id;
    return id;
}

/* ---- wires -------------------------------------------------------------------------------------------- */

GateId maker_source(const Maker *m, SymId symbol)
{
    return symbol < m->gate_of.count ? m->gate_of.at[symbol] : NO_ID;
}

static void add_wire(Maker *m, GateId from, NodeId read, StageId forward, unsigned k, bool condition)
{
    Circuit *c = m->circuit;
    Wire wire = { .from = from, .to = (GateId)(c->gates.count - 1), .read = read, .forward = forward, .operand = (uint8_t)k,
                  .condition = condition, .local = NO_ID, .local_value = NO_ID, .contribution = NO_ID,
                  .total = NO_ID };

    vec_push(m->arena, &c->wires, wire);
    vec_top(&c->gates).wire_count++;
}

void maker_wire(Maker *m, NodeId operand, StageId forward, unsigned k)
{
    const Node *node = &m->p->nodes.at[operand];

    if (node->op == OP_READ && maker_source(m, node->u.read.symbol) != NO_ID)
        add_wire(m, maker_source(m, node->u.read.symbol), operand, forward, k, false);
}

/* Once for each source. */
static void wire_condition(Maker *m, SymId symbol, NodeId read, StageId forward)
{
    const Circuit *c = m->circuit;
    const Gate *gate = &vec_top(&c->gates);
    GateId from = maker_source(m, symbol);

    for (WireId w = gate->first_wire; w < c->wires.count; w++)
        if (c->wires.at[w].from == from)
            return;
    if (from != NO_ID)
        add_wire(m, from, read, forward, 0, true);
}

static void wire_aff(Maker *m, AffId root, StageId forward)
{
    const AffPool *pool = &m->p->affs;
    VEC(AffId) affs = { 0 };

    vec_push(m->arena, &affs, root);
    while (affs.count > 0) {
        const Affine *aff = &pool->affs.at[vec_pop(&affs)];

        for (uint32_t t = 0; t < aff->count; t++) {
            const Atom *atom = &pool->atoms.at[pool->terms.at[aff->first + t].atom];

            if (atom->kind != ATOM_ELEMENT)
                continue;
            wire_condition(m, atom->of, NO_ID, forward);
            for (uint32_t k = 0; k < atom->rank; k++)
                vec_push(m->arena, &affs, pool->subs.at[atom->subs + k]);
        }
    }
}

static void wire_expression(Maker *m, NodeId expression, StageId forward)
{
    NodeVec nodes = { 0 };

    node_reach(m->p, m->arena, &expression, 1, &nodes);
    for (size_t i = 0; i < nodes.count; i++) {
        const Node *node = &m->p->nodes.at[nodes.at[i]];

        if (node->op == OP_INTEGER)
            wire_aff(m, node->u.aff, forward);
        if (node->op != OP_READ)
            continue;
        wire_condition(m, node->u.read.symbol, nodes.at[i], forward);
        for (uint32_t k = 0; k < m->p->symbols.at[node->u.read.symbol].rank; k++)
            wire_aff(m, node_subs(m->p, nodes.at[i])[k], forward);
    }
}

void maker_wire_conditions(Maker *m, NodeId expression, StageId forward)
{
    Stage stage = m->p->stages.at[forward];

    wire_expression(m, expression, forward);
    if (stage.guard != NO_ID)
        wire_expression(m, stage.guard, forward);
    for (unsigned d = 0; d < stage.rank; d++) {
        wire_aff(m, stage.domain[d].low, forward);
        wire_aff(m, stage.domain[d].high, forward);
    }
    for (uint32_t k = 0; k < stage_subs(m->p, &stage); k++)
        wire_aff(m, stage.subs[k], forward);
}
