/* circuit_gates.c -- a gate for a node: over which part of the stage's domain, under which name, with which wires. */
#include "teach/circuit_make.h"

#include <stdio.h>
#include <string.h>

/* ---- domains ------------------------------------------------------------------------------------------ */

Frame frame_of(const Maker *m, NodeId node, StageId id)
{
    const Program *flat = m->flat.program;
    const Stage *stage = &flat->stages.at[id];
    SetId deps = flat->nodes.at[node].deps;
    bool used[UINT8_MAX] = { false };
    bool guarded = deps != 0 && stage->guard != NO_ID && flat->nodes.at[stage->guard].deps != 0;
    Frame frame = { .guard = guarded ? stage->guard : NO_ID };

    for (unsigned d = stage->rank; d-- > 0;) {
        IndexId index = stage->domain[d].index;

        used[d] |= set_has(flat, deps, index) || (frame.guard != NO_ID && set_has(flat, flat->nodes.at[frame.guard].deps, index));
        for (unsigned k = 0; k < d && used[d]; k++)
            used[k] |= aff_uses_index(&flat->affs, stage->domain[d].low, stage->domain[k].index) ||
                       aff_uses_index(&flat->affs, stage->domain[d].high, stage->domain[k].index);
    }
    for (unsigned d = 0; d < stage->rank; d++)
        if (used[d])
            frame.domain[frame.rank++] = stage->domain[d];
    return frame;
}

static bool same_frame(const Frame *a, const Frame *b)
{
    if (a->rank != b->rank || a->guard != b->guard)
        return false;
    for (unsigned d = 0; d < a->rank; d++)
        if (a->domain[d].index != b->domain[d].index || a->domain[d].low != b->domain[d].low ||
            a->domain[d].high != b->domain[d].high)
            return false;
    return true;
}

/* The gate of a node, if there is one over the domain at hand: a read of it. */
NodeId gate_made(const Maker *m, NodeId node)
{
    const Made *made = &m->made[node];
    Frame then, now;

    if (made->read == NO_ID || made->stage == m->stage || m->flat.program->nodes.at[node].deps == 0)
        return made->read;
    if (made->branch != NO_ID && (m->branch[node].stage != m->stage || m->branch[node].condition != made->branch))
        return NO_ID;
    then = frame_of(m, node, made->stage);
    now = frame_of(m, node, m->stage);
    return same_frame(&then, &now) ? made->read : NO_ID;
}

void gate_ranges(Maker *m, const Range *from, unsigned rank, Range *to)
{
    for (unsigned d = 0; d < rank; d++)
        to[d] = (Range){ from[d].index, rebuild_aff(&m->copy, from[d].low), rebuild_aff(&m->copy, from[d].high) };
}
static NodeId reuse_gate(Rebuild *r, NodeId old, const NodeId *args)
{
    const Maker *m = r->context;

    if (flat_is_branch(&m->flat, old) && gate_made(m, old) == NO_ID)
        return args[flat_taken(&m->flat, old)];
    return gate_made(m, old);
}

static NodeId read_part(Rebuild *r, NodeId old, SymId symbol, const AffId *subs)
{
    (void)old;
    return parts_read(r->context, symbol, subs);
}

void gates_begin(Maker *m)
{
    m->copy.read = read_part;
    m->copy.op = reuse_gate;
    m->copy.context = m;
}

/* ---- gates -------------------------------------------------------------------------------------------- */

/* Telling names that are longer tell less than a number: formulas get unreadable. */
enum { LONGEST_TELLING = 13 };

/* A name that would be read as a function of the language. */
static bool is_word(const char *name)
{
    static const char *const words[] = { "sum", "prod", "mean", "norm", "list", "e", "pi" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return op_find(name) != OP_COUNT;
}

/* "z_minus_finite_max_z" is z - max(z) protected from infinities: of no interest to a reader. */
static const char *short_name(Maker *m, const char *name)
{
    static const char word[] = "finite_";
    Text text;

    text_init(&text, m->arena);
    for (const char *at = name; *at != '\0'; at++) {
        if (strncmp(at, word, sizeof word - 1) == 0 && (at == name || at[-1] == '_'))
            at += sizeof word - 1;
        text_bytes(&text, at, 1);
    }
    return text.size <= LONGEST_TELLING && !is_word(text_string(&text)) ? text_string(&text) : "";
}

/* What a node is called: by the user, else telling, else "t" and its number. */
void gate_name(Maker *m, Gate *gate, NodeId node, SymId target, const char *tag)
{
    Name user = node == NO_ID ? NAME_NONE : m->flat.program->infos.at[node].name;
    Name telling = node == NO_ID ? NAME_NONE : m->flat.notes.at[node].name;
    char number[24];
    const char *name;

    if (target != NO_ID) {
        const Symbol *symbol = &m->p->symbols.at[target];

        gate->named = symbol->named || user != NAME_NONE;
        user = user == NAME_NONE ? symbol->name : user;
    } else {
        gate->named = user != NAME_NONE;
        user = user != NAME_NONE ? user : telling != NAME_NONE ? telling : node_telling_name(m->flat.program, node);
        tag = m->flat.notes.at[node].tag != NULL ? m->flat.notes.at[node].tag : "";
    }
    name = names_text(m->p->names, user);
    if (!gate->named)
        name = short_name(m, name);
    snprintf(number, sizeof number, "t%zu", m->circuit->gates.count - m->circuit->leaves + 1);
    gate->name = maker_name(m, name[0] == '\0' ? number : name, tag);
}

/* A local array over the frame's indices; `subs` gets its subscripts. */
static SymId frame_symbol(Maker *m, const Frame *frame, Name name, AffId *subs)
{
    int32_t extents[UINT8_MAX];
    Symbol symbol = { .name = name, .role = SYM_LOCAL, .rank = (uint8_t)frame->rank, .of = NO_ID, .extents = extents };

    for (unsigned d = 0; d < frame->rank; d++) {
        Hull hull = { 0, 0 };

        (void)hull_of_aff(&m->hulls, aff_index(&m->flat.program->affs, frame->domain[d].index), &hull);
        extents[d] = hull.most < hull.least ? 1 : (int32_t)(hull.most - hull.least + 1);
        subs[d] = aff_offset(&m->p->affs, aff_index(&m->p->affs, frame->domain[d].index), -hull.least);
    }
    return program_symbol(m->p, symbol);
}

NodeId gate_operand(Maker *m, NodeId node)
{
    return rebuild_node(&m->copy, node);
}

static NodeId innermost(const Maker *m, NodeId id)
{
    const Node *node = &m->flat.program->nodes.at[id];

    while (node->op == OP_LINK) {
        id = node->u.arg[0];
        node = &m->flat.program->nodes.at[id];
    }
    return id;
}

/* The condition of a branch, the arguments and derivatives of a function with stated ones: what comes to wires later. */
static void copy_beside(Maker *m, NodeId id)
{
    const Program *flat = m->flat.program;

    if (flat_is_branch(&m->flat, id))
        (void)gate_operand(m, flat->nodes.at[id].u.arg[0]);
    for (Node node = flat->nodes.at[id]; node.op == OP_LINK; node = flat->nodes.at[node.u.arg[0]])
        for (unsigned k = 1; k < OP_MOST_ARGS; k++)
            (void)gate_operand(m, node.u.arg[k]);
}

/* What a gate computes from its operands, and its kind. */
static NodeId expression_of(Maker *m, NodeId id, Gate *gate)
{
    Node node = m->flat.program->nodes.at[id];
    NodeId args[OP_MOST_ARGS] = { NO_ID, NO_ID, NO_ID };

    copy_beside(m, id);
    if (gate_is_stated(m, id)) {
        Node stop = m->flat.program->nodes.at[innermost(m, id)];

        gate->kind = GATE_STATED;
        gate->function = stop.op == OP_STOP ? m->flat.program->nodes.at[stop.u.arg[1]].u.function : NAME_NONE;
        return gate_operand(m, stop.op == OP_STOP ? stop.u.arg[0] : innermost(m, id));
    }
    gate->kind = GATE_OP;
    gate->op = node.op;
    if (flat_is_branch(&m->flat, id)) {
        gate->condition = gate_operand(m, node.u.arg[0]);
        gate->second = flat_taken(&m->flat, id) == 2;
        return gate_operand(m, node.u.arg[flat_taken(&m->flat, id)]);
    }
    for (unsigned k = 0; k < op_info[node.op].arity; k++)
        args[k] = gate_operand(m, node.u.arg[k]);
    return node_raw(m->p, (Op)node.op, args[0], args[1], args[2]);
}

/* The arguments of a function with stated derivatives, each with the derivative stated. */
static void wire_stated(Maker *m, NodeId id, StageId forward)
{
    const Node *nodes = m->flat.program->nodes.at;
    Circuit *c = m->circuit;
    unsigned count = 0;

    for (const Node *node = &nodes[id]; node->op == OP_LINK; node = &nodes[node->u.arg[0]])
        count++;
    for (unsigned k = 0; k < count; k++) {
        const Node *node = &nodes[id];
        NodeId argument, local;

        for (unsigned i = count - 1; i > k; i--)
            node = &nodes[node->u.arg[0]];
        argument = gate_operand(m, node->u.arg[1]);
        local = gate_operand(m, node->u.arg[2]);
        maker_wire(m, argument, forward, k);
        if (c->wires.count > 0 && vec_top(&c->wires).forward == forward && vec_top(&c->wires).operand == k)
            vec_top(&c->wires).local = local;
    }
}

static void wire_gate(Maker *m, NodeId id, const Gate *gate)
{
    Node made = m->p->nodes.at[gate->expression];

    if (gate->kind == GATE_STATED)
        wire_stated(m, id, gate->stage);
    else if (flat_is_branch(&m->flat, id))
        maker_wire(m, gate->expression, gate->stage, flat_taken(&m->flat, id));
    else
        for (unsigned k = made.op == OP_SELECT; k < op_info[made.op].arity; k++)
            maker_wire(m, made.u.arg[k], gate->stage, k);
    if (gate->condition != NO_ID)
        maker_wire_conditions(m, gate->condition, gate->stage);
    maker_wire_conditions(m, gate->expression, gate->stage);
}

/* The condition under which the node is needed, if it depends on no other indices than the node does. */
static NodeId branch_of(const Maker *m, NodeId id, const Frame *frame)
{
    NodeId condition = m->branch[id].condition;
    uint32_t count, known = 0;
    const IndexId *items;

    if (condition == NO_ID)
        return NO_ID;
    items = set_items(m->p, m->p->nodes.at[condition].deps, &count);
    for (uint32_t i = 0; i < count; i++)
        for (unsigned d = 0; d < frame->rank; d++)
            known += frame->domain[d].index == items[i];
    return known == count ? condition : NO_ID;
}

/* From now on the node is a read of its gate. */
static void remember(Maker *m, NodeId id, NodeId read, NodeId branch)
{
    (void)gate_operand(m, id);
    m->made[id] = (Made){ read, m->stage, branch };
    m->copy.memo[id] = read;
}

/* A gate for a node: what it stores goes to the stage's own target, or to a local array over the frame. */
void gate_make(Maker *m, NodeId id, StageId home)
{
    const Program *flat = m->flat.program;
    Frame frame = frame_of(m, id, m->stage);
    Gate gate = { .op = OP_COUNT, .condition = NO_ID, .at = flat->infos.at[id].at };
    Stage stage = { .op = STAGE_SET, .guard = NO_ID };
    NodeId branch = home == NO_ID ? branch_of(m, id, &frame) : NO_ID;
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];
    const char *tag = "";

    gate.expression = expression_of(m, id, &gate);
    if (home != NO_ID) {
        const Stage *from = &flat->stages.at[home];

        gate.value = parts_target(m, home, subs);
        tag = parts_tag(m, from->target, parts_of(m, home)->fixed);
        stage.op = from->op;
        stage.fresh = from->op == STAGE_ADD && !parts_fill(m, home);
        frame.rank = from->rank;
        for (unsigned d = 0; d < from->rank; d++)
            frame.domain[d] = from->domain[d];
        frame.guard = from->guard != NO_ID && flat->nodes.at[from->guard].deps != 0 ? from->guard : NO_ID;
    } else {
        gate.value = frame_symbol(m, &frame, m->flat.notes.at[id].name, subs);
    }
    gate.at = gate.at.end != 0 ? gate.at : flat->stages.at[m->stage].at;
    gate_ranges(m, frame.domain, frame.rank, domain);
    stage.target = gate.value;
    stage.rank = (uint8_t)frame.rank;
    stage.domain = domain;
    stage.subs = subs;
    stage.value = gate.expression;
    stage.guard = gate_both(m->p, frame.guard == NO_ID ? NO_ID : gate_operand(m, frame.guard), branch);
    stage.at = gate.at;
    gate.stage = program_stage(m->p, stage);
    gate_name(m, &gate, id, home == NO_ID ? NO_ID : flat->stages.at[home].target, tag);
    maker_gate(m, gate);
    vec_top(&m->careful) = m->masked[id] && branch == NO_ID;
    wire_gate(m, id, &vec_top(&m->circuit->gates));
    remember(m, id, node_read(m->p, gate.value, subs), branch);
}

void gate_make_inner(Maker *m, NodeId id)
{
    if (gate_made(m, id) == NO_ID)
        gate_make(m, id, m->home[id]);
}
