/* circuit_mistake.c -- backward sweeps with a classic mistake: a transpose that is missing, softmax outputs taken as independent.
 * (The third, = for +=, is a matter of sums: circuit_back.c.)
 */
#include "teach/circuit_make.h"

#include <string.h>

/* ---- a missing transpose ------------------------------------------------------------------------------ */

static void refuse_shapes(Maker *m, const Wire *wire, bool left)
{
    Circuit *c = m->circuit;
    const Program *p = c->program;
    const Gate *from = &c->gates.at[wire->from], *to = &c->gates.at[wire->to];
    SymId matrix = p->nodes.at[wire->local].u.read.symbol;
    const char *name = names_text(p->names, p->symbols.at[matrix].name);
    Text why, first, second;

    text_init(&why, m->arena);
    text_init(&first, m->arena);
    text_init(&second, m->arena);
    circuit_shape(c, left ? matrix : to->value, &first);
    circuit_shape(c, left ? to->value : matrix, &second);
    text_printf(&why, "d%s = %s%s @ %s%s: shapes %s and %s do not fit without the transpose of %s; the mistake can be made only "
                "where matrices are square", from->name, left ? "" : "d", left ? name : to->name, left ? "d" : "",
                left ? to->name : name, text_string(&first), text_string(&second), name);
    c->refusal = text_string(&why);
    c->refusal_at = to->at;
}

/* W in place of its transpose: the last two subscripts change places. */
static void drop_transpose(Maker *m, Wire *wire)
{
    Program *p = m->p;
    SymId matrix;
    unsigned rank;
    const int32_t *extents;
    AffId subs[UINT8_MAX];
    bool left;

    if (!text_is_transposed(m->circuit, wire, &left))
        return;
    matrix = p->nodes.at[wire->local].u.read.symbol;
    rank = p->symbols.at[matrix].rank;
    extents = p->symbols.at[matrix].extents;
    if (extents[rank - 1] != extents[rank - 2]) {
        if (m->circuit->refusal == NULL)
            refuse_shapes(m, wire, left);
        return;
    }
    memcpy(subs, node_subs(p, wire->local), rank * sizeof *subs);
    subs[rank - 1] = node_subs(p, wire->local)[rank - 2];
    subs[rank - 2] = node_subs(p, wire->local)[rank - 1];
    wire->local = node_read(p, matrix, subs);
    m->circuit->broken = true;
}

/* ---- softmax outputs as independent ------------------------------------------------------------------- */

/* The wire from the same array to the numerator of this quotient, or NO_ID. */
static WireId numerator(const Circuit *c, GateId quotient, GateId from)
{
    const Gate *gate = &c->gates.at[quotient];

    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
        if (c->wires.at[w].from == from && c->wires.at[w].operand == 0)
            return w;
    return NO_ID;
}

/* For the wire from e = exp(z) to its sum: s = e/sum, where there is one. Each part of the sum's gradient then goes back only to
 * the element whose own quotient it comes from: ds[i]/dz[j] = 0 for other j. */
static void cut_softmax(Maker *m, Wire *wire)
{
    Circuit *c = m->circuit;

    if (c->gates.at[wire->to].kind != GATE_SUM || c->gates.at[wire->from].op != OP_EXP)
        return;
    for (WireId w = 0; w < c->wires.count; w++) {
        const Wire *denominator = &c->wires.at[w];
        const Gate *quotient = &c->gates.at[denominator->to];
        WireId other;

        if (denominator->from != wire->to || !denominator->active || quotient->op != OP_DIV || denominator->operand != 1)
            continue;
        other = numerator(c, denominator->to, wire->from);
        if (other == NO_ID)
            continue;
        wire->forward = denominator->forward;
        wire->read = c->wires.at[other].read;
        wire->local = denominator->local;
        wire->upstream = denominator->upstream;
        c->broken = true;
        return;
    }
}

void mistake_make(Maker *m, Wire *wire)
{
    if (m->options->mistake == MISTAKE_TRANSPOSE)
        drop_transpose(m, wire);
    else if (m->options->mistake == MISTAKE_SOFTMAX)
        cut_softmax(m, wire);
}
