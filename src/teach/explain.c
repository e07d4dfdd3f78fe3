/* explain.c -- the lines of the listing, forks, and remarks on kinks. */
#include "teach/explain.h"

#include "base/sort.h"

/* ---- lines -------------------------------------------------------------------------------------------- */

static void list_forward(Explain *e)
{
    const Circuit *c = e->circuit;

    for (GateId g = (GateId)c->leaves; g < c->gates.count; g++) {
        const Gate *gate = &c->gates.at[g];
        ExplainLine line = { .number = gate->number, .opens = true, .gate = g, .wire = NO_ID, .value = gate->value,
                             .term = NO_ID };
        Text target, formula;

        text_init(&target, c->arena);
        text_init(&formula, c->arena);
        circuit_expression(c, g, &target, &formula);
        line.target = text_string(&target);
        line.formula = text_string(&formula);
        vec_push(c->arena, &e->forward, line);
    }
}

/* Seeds that the caller gave; that of the one scalar output is 1 and goes without saying. */
static void list_seeds(Explain *e)
{
    const Circuit *c = e->circuit;

    for (GateId g = (GateId)c->gates.count; g-- > 0 && !c->scalar;) {
        const Gate *gate = &c->gates.at[g];
        ExplainLine line = { .number = gate->number, .opens = true, .gate = g, .wire = NO_ID, .formula = "", .term = NO_ID,
                             .value = gate->seed };
        Text target;

        if (gate->seed == NO_ID)
            continue;
        text_init(&target, c->arena);
        text_printf(&target, "d%s", gate->name);
        line.target = text_string(&target);
        vec_push(c->arena, &e->backward, line);
    }
}

static void list_backward(Explain *e)
{
    const Circuit *c = e->circuit;
    uint32_t before = e->backward.count > 0 ? vec_top(&e->backward).number : 0;

    for (size_t i = 0; i < c->backward.count; i++) {
        WireId id = c->backward.at[i];
        const Wire *wire = &c->wires.at[id];
        ExplainLine line = { .number = c->gates.at[wire->to].number, .gate = wire->from, .wire = id, .adds = !wire->first,
                             .value = wire->total, .term = wire->contribution };
        Text target, formula;

        text_init(&target, c->arena);
        text_init(&formula, c->arena);
        line.summed = circuit_contribution(c, id, &target, &formula);
        line.target = text_string(&target);
        line.formula = text_string(&formula);
        line.opens = line.number != before;
        before = line.number;
        vec_push(c->arena, &e->backward, line);
    }
}

/* ---- forks -------------------------------------------------------------------------------------------- */

static void list_forks(Explain *e, Heap *heap)
{
    const Circuit *c = e->circuit;

    for (GateId g = 0; g < c->gates.count; g++) {
        ExplainFork fork = { .gate = g };
        uint32_t *users = arena_array(c->arena, uint32_t, c->gates.at[g].fork + 1u);
        SymId *terms = arena_array(c->arena, SymId, c->gates.at[g].fork + 1u);

        if (c->gates.at[g].fork < 2)
            continue;
        for (size_t i = 0; i < c->backward.count; i++) {
            const Wire *wire = &c->wires.at[c->backward.at[i]];

            if (wire->from != g)
                continue;
            fork.overwritten |= fork.count > 0 && wire->first;
            users[fork.count] = c->gates.at[wire->to].number;
            terms[fork.count++] = wire->contribution;
        }
        sort_ids(heap, users, fork.count);
        fork.users = users;
        fork.terms = terms;
        vec_push(c->arena, &e->forks, fork);
    }
}

/* ---- remarks on kinks --------------------------------------------------------------------------------- */

/* The values of an operand of an elementwise gate: as many as the gate has, or one. */
typedef struct {
    const double *at;
    size_t count;
    double number;
} Operand;

static size_t offset_of(const Program *p, NodeId read)
{
    const Symbol *symbol = &p->symbols.at[p->nodes.at[read].u.read.symbol];
    size_t offset = 0;

    for (unsigned k = 0; k < symbol->rank; k++) {
        int64_t sub;

        if (!aff_is_const(&p->affs, node_subs(p, read)[k], &sub) || sub < 0 || sub >= symbol->extents[k])
            return SIZE_MAX;
        offset = offset * (size_t)symbol->extents[k] + (size_t)sub;
    }
    return offset;
}

static bool find_operand(const Circuit *c, const Gate *gate, unsigned k, Operand *operand)
{
    const Program *p = c->program;
    NodeId id = p->nodes.at[gate->expression].u.arg[k];
    size_t elements = eval_elements(p, gate->value), offset;
    Rational number;

    if (node_is_literal(p, id, &number)) {
        operand->number = rational_to_double(number);
        *operand = (Operand){ NULL, 1, operand->number };
        return true;
    }
    if (p->nodes.at[id].op != OP_READ)
        return false;
    *operand = (Operand){ c->evaluation.reals[p->nodes.at[id].u.read.symbol], 1, 0 };
    if (operand->at == NULL)
        return false;
    offset = offset_of(p, id);
    if (offset != SIZE_MAX)
        operand->at += offset;
    else
        operand->count = eval_elements(p, p->nodes.at[id].u.read.symbol);
    return operand->count == 1 || operand->count == elements;
}

static double value_of(const Operand *operand, size_t i)
{
    return operand->at == NULL ? operand->number : operand->at[operand->count == 1 ? 0 : i];
}

/* Are two operands equal somewhere (or is the one 0, where b is NULL)? */
static bool meet(const Operand *a, const Operand *b)
{
    size_t count = b != NULL && b->count > a->count ? b->count : a->count;

    for (size_t i = 0; i < count; i++)
        if (value_of(a, i) == (b == NULL ? 0 : value_of(b, i)))
            return true;
    return false;
}

static bool has_tie(const Circuit *c, const Gate *gate)
{
    const Program *p = c->program;
    NodeId read = gate->expression;
    SymId from = p->nodes.at[read].op == OP_READ ? p->nodes.at[read].u.read.symbol : NO_ID;
    size_t equal = 0;

    if (from == NO_ID || p->symbols.at[gate->value].rank > 0 || c->evaluation.reals[from] == NULL)
        return false;
    for (size_t i = 0; i < eval_elements(p, from); i++)
        equal += c->evaluation.reals[from][i] == c->evaluation.reals[gate->value][0];
    return equal > 1;
}

/* Is the gate at a point where its operator bends? */
static bool at_kink(const Circuit *c, const Gate *gate, RemarkKind *kind)
{
    Operand a, b, high;

    *kind = gate->op == OP_MAX || gate->op == OP_MIN || gate->kind == GATE_MAX ? REMARK_TIE : REMARK_KINK;
    if (gate->kind == GATE_MAX)
        return has_tie(c, gate);
    if (gate->kind != GATE_OP || gate->condition != NO_ID || !find_operand(c, gate, 0, &a))
        return false;
    switch (gate->op) {
    case OP_MAX:
    case OP_MIN:
        return find_operand(c, gate, 1, &b) && meet(&a, &b);
    case OP_CLAMP:
        return find_operand(c, gate, 1, &b) && find_operand(c, gate, 2, &high) && (meet(&a, &b) || meet(&a, &high));
    case OP_ABS:
    case OP_RELU:
    case OP_SIGN:
    case OP_STEP:
        return meet(&a, NULL);
    default:
        return false;
    }
}

/* The local gradient by the first operand at the kink, where the listing has it as a number. */
static double taken_at(const Circuit *c, const Gate *gate)
{
    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
        if (c->wires.at[w].active && c->wires.at[w].operand == 0 && c->wires.at[w].local_value != NO_ID)
            return c->evaluation.reals[c->wires.at[w].local_value][0];
    return gate->op == OP_CLAMP;
}

static void list_remarks(Explain *e)
{
    const Circuit *c = e->circuit;

    for (GateId g = (GateId)c->leaves; g < c->gates.count; g++) {
        const Gate *gate = &c->gates.at[g];
        ExplainRemark remark = { .gate = g };

        if (!gate->active || !at_kink(c, gate, &remark.kind))
            continue;
        remark.taken = taken_at(c, gate);
        vec_push(c->arena, &e->remarks, remark);
    }
}

void explain_make(Explain *e, const Circuit *circuit, const Circuit *right, Unit *unit, Evaluation *value)
{
    *e = (Explain){ .circuit = circuit };
    list_forward(e);
    list_seeds(e);
    list_backward(e);
    list_forks(e, &unit->heap);
    list_remarks(e);
    explain_compare(e, right, value);
}
