/* circuit_stages.c -- from the stages of the flat program to gates: sums, products, maxima, copies; what is stored under several
 * names; leaves and outputs. */
#include "teach/circuit_make.h"

/* ---- stages ------------------------------------------------------------------------------------------- */

static bool reduces(const Program *flat, const Stage *stage)
{
    for (unsigned d = 0; d < stage->rank; d++) {
        bool kept = false;

        for (uint32_t k = 0; k < stage_subs(flat, stage); k++)
            kept |= aff_uses_index(&flat->affs, stage->subs[k], stage->domain[d].index);
        if (!kept)
            return true;
    }
    return false;
}

/* A stage whose value is not an operator of its own: sums, products of two added up, maxima, copies. */
static void make_stage_gate(Maker *m, const Stage *from, GateKind kind, NodeId expression)
{
    Gate gate = { .kind = (uint8_t)kind, .op = OP_COUNT, .condition = NO_ID, .expression = expression, .at = from->at };
    Stage stage = *from;
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];
    const char *tag = "";

    if (from->op == STAGE_ARGMAX) {
        gate.value = from->target;
        for (uint32_t k = 0; k < stage_subs(m->flat.program, from); k++)
            subs[k] = rebuild_aff(&m->copy, from->subs[k]);
    } else {
        gate.value = parts_target(m, m->stage, subs);
        tag = parts_tag(m, from->target, parts_of(m, m->stage)->fixed);
    }
    gate_ranges(m, from->domain, from->rank, domain);
    stage.target = gate.value;
    stage.value = expression;
    stage.domain = domain;
    stage.subs = subs;
    stage.fresh = from->op == STAGE_ARGMAX || (from->op != STAGE_SET && !parts_fill(m, m->stage));
    stage.guard = from->guard == NO_ID || m->flat.program->nodes.at[from->guard].deps == 0 ? NO_ID : gate_operand(m, from->guard);
    gate.stage = program_stage(m->p, stage);
    gate_name(m, &gate, NO_ID, from->target, tag);
    maker_gate(m, gate);
    if (kind == GATE_PRODUCT)
        for (unsigned k = 0; k < 2; k++)
            maker_wire(m, m->p->nodes.at[expression].u.arg[k], gate.stage, k);
    else
        maker_wire(m, expression, gate.stage, 0);
    maker_wire_conditions(m, expression, gate.stage);
}

/* Does the part have exactly the elements of the array that is read? */
static bool is_same_array(const Maker *m, const Stage *stage, const Part *part, NodeId read)
{
    const Program *p = m->p;
    const Symbol *from = &p->symbols.at[p->nodes.at[read].u.read.symbol], *to = &p->symbols.at[stage->target];
    unsigned next = 0;

    for (unsigned k = 0; k < to->rank; k++) {
        IndexId index, other;

        if (part->fixed != NULL && part->fixed[k] != AFF_FAIL)
            continue;
        if (next == from->rank || to->extents[k] != from->extents[next] || next >= stage->rank)
            return false;
        if (!aff_is_index(&m->flat.program->affs, stage->subs[k], &index) || index != stage->domain[next].index ||
            !aff_is_index(&p->affs, node_subs(p, read)[next], &other) || other != index)
            return false;
        next++;
    }
    return next == from->rank && next == stage->rank && stage_points(m->flat.program, stage) == symbol_elements(from);
}

/* What is stored is there already: no gate. */
static bool make_alias(Maker *m, const Stage *stage, NodeId value)
{
    Part *part = parts_of(m, m->stage);
    const Node *node = &m->p->nodes.at[value];
    bool output = m->p->symbols.at[stage->target].role == SYM_OUTPUT && part->fixed == NULL;
    bool whole = node->op == OP_READ && m->p->symbols.at[node->u.read.symbol].rank == 0;

    if (stage->op != STAGE_SET || (stage->guard != NO_ID && m->flat.program->nodes.at[stage->guard].deps != 0))
        return false;
    if (node->op == OP_READ && stage->rank > 0 && is_same_array(m, stage, part, value)) {
        part->symbol = node->u.read.symbol;
        return true;
    }
    if (output ? !whole : node->deps != 0)
        return false;
    part->node = value;
    return true;
}

static bool is_readable(const Maker *m, NodeId id)
{
    return !m->constant[id] && (m->flat.program->nodes.at[id].op == OP_READ || !gate_is_inline(m, id));
}

/* A product of two that is added up: one gate. */
static bool is_product(const Maker *m, const Stage *stage)
{
    const Node *node = &m->flat.program->nodes.at[stage->value];

    return stage->op == STAGE_ADD && node->op == OP_MUL && is_readable(m, node->u.arg[0]) && is_readable(m, node->u.arg[1]) &&
           reduces(m->flat.program, stage);
}

static void make_stage(Maker *m, const Stage *stage)
{
    const Node *node = &m->flat.program->nodes.at[stage->value];
    bool product = is_product(m, stage);
    bool direct = !gate_is_inline(m, stage->value) && !product && stage->op != STAGE_MAX && stage->op != STAGE_ARGMAX &&
                  !reduces(m->flat.program, stage) && frame_of(m, stage->value, m->stage).rank == stage->rank;
    NodeId value;

    gates_list(m, stage, product);
    for (size_t i = 0; i < m->list.count; i++)
        if (!direct || m->list.at[i] != stage->value || m->home[stage->value] != NO_ID)
            gate_make_inner(m, m->list.at[i]);
    if (direct && gate_made(m, stage->value) == NO_ID) {
        gate_make(m, stage->value, m->stage);
        return;
    }
    if (product) {
        NodeId a = gate_operand(m, node->u.arg[0]), b = gate_operand(m, m->flat.program->nodes.at[stage->value].u.arg[1]);

        make_stage_gate(m, stage, GATE_PRODUCT, node_raw(m->p, OP_MUL, a, b, NO_ID));
        return;
    }
    value = gate_operand(m, stage->value);
    if (m->p->nodes.at[value].op == OP_READ && stage->op != STAGE_ARGMAX &&
        m->p->nodes.at[value].u.read.symbol == parts_of(m, m->stage)->symbol)
        return; /* a scalar that has its gate since it was needed first */
    if (stage->op != STAGE_ARGMAX && make_alias(m, stage, value))
        return;
    make_stage_gate(m, stage, stage->op == STAGE_ADD ? GATE_SUM : stage->op == STAGE_MAX ? GATE_MAX
                              : stage->op == STAGE_ARGMAX ? GATE_ARGMAX : GATE_COPY, value);
}
/* ---- the whole ---------------------------------------------------------------------------------------- */

static void find_constants(Maker *m)
{
    const Program *flat = m->flat.program;

    for (NodeId id = 0; id < flat->nodes.count; id++) {
        const Node *node = &flat->nodes.at[id];

        m->constant[id] = node->op != OP_READ;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            m->constant[id] &= m->constant[node->u.arg[k]];
        m->made[id].read = NO_ID;
        m->home[id] = NO_ID;
    }
}

/* A scalar that is stored gets its gate under that name, wherever it is needed first. */
static void find_homes(Maker *m)
{
    const Program *flat = m->flat.program;

    for (size_t i = 0; i < flat->body.count; i++) {
        StageId id = flat->body.at[i].id;
        const Stage *stage = &flat->stages.at[id];

        if (m->flat.needed[id] && stage->op == STAGE_SET && stage->rank == 0 && !gate_is_inline(m, stage->value) &&
            m->home[stage->value] == NO_ID)
            m->home[stage->value] = id;
    }
}

static void make_leaf(Maker *m, SymId symbol, GateKind kind)
{
    const Symbol *s = &m->p->symbols.at[symbol];
    Gate gate = { .kind = (uint8_t)kind, .op = OP_COUNT, .condition = NO_ID, .named = s->named || kind != GATE_TABLE,
                  .value = symbol, .stage = NO_ID, .expression = NO_ID, .at = s->at };

    gate.name = maker_name(m, names_text(m->p->names, s->name), "");
    m->circuit->leaves++;
    maker_gate(m, gate);
}

static void make_leaves(Maker *m)
{
    const Lowered *lowered = &m->unit->lowered;

    for (size_t i = 0; i < lowered->declared.count; i++) {
        SymId symbol = lowered->declared.at[i].symbol;

        make_leaf(m, symbol, m->p->symbols.at[symbol].role == SYM_PARAM ? GATE_PARAM : GATE_INPUT);
    }
    for (SymId s = 0; s < m->flat.program->symbols.count; s++) {
        SymRole role = (SymRole)m->p->symbols.at[s].role;

        if (m->flat.used[s] && (role == SYM_TABLE || role == SYM_SAMPLES))
            make_leaf(m, s, role == SYM_TABLE ? GATE_TABLE : GATE_INPUT);
    }
}

/* Every output under its own symbol: what is carried by another gate is copied there, by a stage without a gate. */
static void make_output(Maker *m, SymId output)
{
    Program *p = m->p;
    const Symbol *symbol = &p->symbols.at[output];
    Stage stage = { .target = output, .op = STAGE_SET, .guard = NO_ID, .at = symbol->at, .rank = symbol->rank };
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];
    GateId carrier;

    program_domain(p, p->symbols.at[output].extents, symbol->rank, domain, subs);
    stage.value = parts_read(m, output, subs);
    stage.domain = domain;
    stage.subs = subs;
    carrier = p->nodes.at[stage.value].op == OP_READ ? maker_source(m, p->nodes.at[stage.value].u.read.symbol) : NO_ID;
    if (carrier == NO_ID || m->circuit->gates.at[carrier].value != output)
        program_stage(p, stage);
    vec_push(m->arena, &m->circuit->outputs, carrier);
}

void gates_make(Maker *m)
{
    const Program *flat = m->flat.program;

    gates_begin(m);
    find_constants(m);
    find_homes(m);
    parts_find(m);
    make_leaves(m);
    for (size_t i = 0; i < flat->body.count && m->circuit->gates.count - m->circuit->leaves <= MOST_GATES; i++) {
        StageId id = flat->body.at[i].id;
        Stage stage = flat->stages.at[id];

        if (!m->flat.needed[id])
            continue;
        m->stage = id;
        rebuild_forget(&m->copy);
        hulls_enter(&m->hulls, stage.domain, stage.rank);
        make_stage(m, &stage);
        hulls_leave(&m->hulls, stage.domain, stage.rank);
        if (stage.op != STAGE_ARGMAX)
            parts_of(m, id)->written = true;
    }
    rebuild_forget(&m->copy);
    for (size_t i = 0; i < m->p->outputs.count; i++)
        make_output(m, m->p->outputs.at[i]);
}
