/* trace_count.c -- what a trace costs: operations of each sweep, and calls of a recursion that shares nothing. */
#include "teach/trace.h"
#include "sym/count.h"

#include <string.h>

/* ---- operations ---------------------------------------------------------------------------------------- */

/* Marks of stated derivatives and lists of arguments are none. */
static bool is_operation(const Node *node)
{
    const OpInfo *info = &op_info[node->op];

    return info->form != FORM_LEAF && info->form != FORM_PART && !(info->form == FORM_CALL && info->source == FROM_NOWHERE);
}

/* How many elements of its target a stage writes: the points without the indices that are summed over. */
static uint64_t elements_written(const Program *p, const Stage *stage)
{
    Range kept[UINT8_MAX];
    Stage outer = *stage;

    outer.rank = 0;
    for (unsigned d = 0; d < stage->rank; d++)
        for (uint32_t k = 0; k < stage_subs(p, stage); k++)
            if (aff_uses_index(&p->affs, stage->subs[k], stage->domain[d].index)) {
                kept[outer.rank++] = stage->domain[d];
                break;
            }
    outer.domain = kept;
    return stage_points(p, &outer);
}

typedef struct {
    Arena *arena;
    bool *reads; /* by node: does it read anything? False between the calls of operations_of_node */
    size_t room;
} Counter;

/* The different operators of a value; what reads nothing is a number, and costs nothing. */
static uint64_t operations_of_node(const Program *p, Counter *n, NodeId root)
{
    uint64_t operations = 0;
    NodeVec nodes = { 0 };

    if (n->room < p->nodes.count) {
        n->room = 2 * p->nodes.count;
        n->reads = arena_array(n->arena, bool, n->room);
    }
    node_reach(p, n->arena, &root, 1, &nodes);
    for (size_t i = 0; i < nodes.count; i++) {
        const Node *node = &p->nodes.at[nodes.at[i]];
        bool *reads = &n->reads[nodes.at[i]];

        *reads = node->op == OP_READ || node->op == OP_INTEGER;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            *reads |= n->reads[node->u.arg[k]];
        operations += *reads && is_operation(node);
    }
    for (size_t i = 0; i < nodes.count; i++)
        n->reads[nodes.at[i]] = false;
    return operations;
}

/* At every point the operators of the value; where several values meet in an element, all but the first are added. */
static uint64_t operations_of(const Program *p, Counter *n, const Stage *stage)
{
    uint64_t points = stage_points(p, stage), operations = operations_of_node(p, n, stage->value);
    bool meet = stage->op == STAGE_ADD || stage->op == STAGE_MAX;

    return points * operations + (meet ? points - elements_written(p, stage) : 0);
}

/* Of the products local x upstream (or local x tangent) of all active operands of an operator, at one point: counted as
 * everywhere on the operator alone, its operands being names or numbers. */
static uint64_t products_of_operator(const Circuit *c, Counter *n, const Gate *gate)
{
    const Node *node = &c->program->nodes.at[gate->expression];
    ExprPool *pool = expr_pool(n->arena, c->program->names);
    ExprId arg[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE }, root;
    bool active[OP_MOST_ARGS] = { false };
    unsigned count = 0;

    for (unsigned k = 0; k < op_info[node->op].arity; k++) {
        unsigned first = 0;
        Rational value;

        while (node->u.arg[first] != node->u.arg[k])
            first++;
        if (first < k)
            arg[k] = arg[first];
        else if (node_is_literal(c->program, node->u.arg[k], &value))
            arg[k] = expr_number(pool, value);
        else
            arg[k] = expr_name(pool, expr_variable(pool, NAME_NONE, k, 0, NULL), NULL);
    }
    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
        if (c->wires.at[w].active) {
            active[pool->nodes.at[arg[c->wires.at[w].operand]].u.name.variable] = true;
            count++;
        }
    root = expr_raw(pool, (Op)node->op, arg[0], arg[1], arg[2]);
    return count_ad(pool, n->arena, &root, 1, active).forward - (count > 1 ? count - 1 : 0);
}

/* Of all active operands of a gate, all points of its domain. */
static uint64_t products_of(const Circuit *c, Counter *n, const Gate *gate)
{
    const Program *p = c->program;
    uint64_t products = 0;

    if (gate->kind == GATE_OP && gate->condition != NO_ID) /* the side of a branch that is taken */
        return 0;
    if (gate->kind == GATE_OP)
        return stage_points(p, &p->stages.at[gate->stage]) * products_of_operator(c, n, gate);
    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++) {
        const Wire *wire = &c->wires.at[w];

        if (wire->active && !node_is_int(p, wire->local, 1))
            products += stage_points(p, &p->stages.at[wire->forward]) * (operations_of_node(p, n, wire->local) + 1);
    }
    return products;
}

/* What is added up where the products of a gate meet: all but the first of each element. */
static uint64_t additions_in(const Circuit *c, const Gate *gate)
{
    const Program *p = c->program;
    uint64_t products = 0, elements = 0;

    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++) {
        const Stage *stage = &p->stages.at[c->wires.at[w].forward];

        if (!c->wires.at[w].active)
            continue;
        products += stage_points(p, stage);
        elements = elements_written(p, stage) + (gate->kind == GATE_JOIN ? elements : 0);
    }
    return gate->kind == GATE_MAX ? 0 : products - elements;
}

/* All but the first that arrive at an element are added to it. */
static uint64_t additions_at(const Circuit *c, SymId arrivals)
{
    uint64_t additions = 0;

    for (size_t i = 0; arrivals != NO_ID && i < eval_elements(c->program, arrivals); i++) {
        double count = c->evaluation.reals[arrivals][i];

        additions += count > 1 ? (uint64_t)count - 1 : 0;
    }
    return additions;
}

void trace_count_work(CircuitTrace *trace, Arena *arena, const SymId *arrivals)
{
    const Circuit *c = trace->circuit;
    Counter n = { arena, NULL, 0 };

    for (size_t g = 0; g < c->gates.count; g++) {
        const Gate *gate = &c->gates.at[g];
        uint64_t products = gate->active && g >= c->leaves ? products_of(c, &n, gate) : 0;

        trace->work.reverse_sweep += products + additions_at(c, arrivals[g]);
        if (g >= c->leaves && gate->kind != GATE_JOIN)
            trace->work.values += operations_of(c->program, &n, &c->program->stages.at[gate->stage]);
        if (gate->active && g >= c->leaves)
            trace->work.forward_sweep += products + additions_in(c, gate);
    }
}

/* ---- calls --------------------------------------------------------------------------------------------- */

/* A value whose gradient somebody has to ask for. */
static bool can_be_asked(const Circuit *c, size_t g)
{
    return g >= c->leaves && c->gates.at[g].active && c->gates.at[g].seed == NO_ID;
}

static bool is_counted(const CircuitTrace *trace, size_t g)
{
    return can_be_asked(trace->circuit, g) && (trace->circuit->gates.at[g].named || !trace->calls.named);
}

static void set_whole(Program *p, SymId target, int64_t value)
{
    const Symbol *symbol = &p->symbols.at[target];
    unsigned rank = symbol->rank;
    const int32_t *extents = symbol->extents;
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];

    program_domain(p, extents, rank, domain, subs);
    program_stage(p, (Stage){ .target = target, .op = STAGE_SET, .rank = (uint8_t)rank, .value = node_int(p, value), .guard = NO_ID,
                              .domain = domain, .subs = subs });
}

/* Adds `value` to the element of `target`, shaped like the operand of the wire, that each point of the domain reads. */
static void add_at_operand(Program *p, const Wire *wire, SymId target, NodeId value)
{
    Stage stage = p->stages.at[wire->forward];
    AffId subs[UINT8_MAX];

    memcpy(subs, node_subs(p, wire->read), p->symbols.at[target].rank * sizeof *subs);
    stage.value = value;
    stage.target = target;
    stage.op = STAGE_ADD;
    stage.fresh = false;
    stage.subs = subs;
    program_stage(p, stage);
}

/* Operands that are read twice by a gate, as in x*x, are asked for once. */
static bool is_repeated(const Circuit *c, WireId id, WireId first)
{
    for (WireId before = first; before < id; before++)
        if (c->wires.at[before].active && c->wires.at[before].read == c->wires.at[id].read)
            return true;
    return false;
}

/* A new symbol like the gate's value, with this number in all elements. */
static SymId counter_of(Program *p, const Gate *gate, int64_t first)
{
    Symbol symbol = p->symbols.at[gate->value];
    SymId made;

    symbol.role = SYM_LOCAL;
    symbol.integer = symbol.local = false;
    made = program_symbol(p, symbol);
    set_whole(p, made, first);
    return made;
}

static void count_of_gate(const CircuitTrace *trace, size_t g, SymId *paths, SymId *arrivals)
{
    const Circuit *c = trace->circuit;
    const Gate *gate = &c->gates.at[g];

    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++) {
        const Wire *wire = &c->wires.at[w];

        if (!wire->active)
            continue;
        if (arrivals[wire->from] == NO_ID)
            arrivals[wire->from] = counter_of(c->program, &c->gates.at[wire->from], 0);
        add_at_operand(c->program, wire, arrivals[wire->from], node_int(c->program, 1));
        if (paths[g] != NO_ID && paths[wire->from] != NO_ID && !is_repeated(c, w, gate->first_wire))
            add_at_operand(c->program, wire, paths[wire->from],
                           node_read(c->program, paths[g], c->program->stages.at[wire->forward].subs));
    }
}

/* Does a value with a name of the user's need another one? */
static bool names_are_stacked(const Circuit *c, Arena *arena)
{
    bool *behind = arena_array(arena, bool, c->gates.count + 1), stacked = false;

    for (size_t g = c->leaves; g < c->gates.count; g++) {
        const Gate *gate = &c->gates.at[g];
        bool named = can_be_asked(c, g) && gate->named;

        for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
            behind[g] |= c->wires.at[w].active && behind[c->wires.at[w].from];
        stacked |= named && behind[g];
        behind[g] |= named;
    }
    return stacked;
}

void trace_add_counters(CircuitTrace *trace, Arena *arena, SymId *paths, SymId *arrivals)
{
    const Circuit *c = trace->circuit;

    trace->calls.named = names_are_stacked(c, arena);
    for (size_t g = 0; g < c->gates.count; g++) {
        arrivals[g] = NO_ID;
        paths[g] = can_be_asked(c, g) ? counter_of(c->program, &c->gates.at[g], is_counted(trace, g)) : NO_ID;
    }
    for (size_t g = c->gates.count; g-- > c->leaves;)
        count_of_gate(trace, g, paths, arrivals);
}

/* Counted, and no counted value stands in front of it. */
static void find_first(CircuitTrace *trace, Arena *arena)
{
    const Circuit *c = trace->circuit;
    bool *behind = arena_array(arena, bool, c->gates.count + 1);

    for (size_t g = c->leaves; g < c->gates.count; g++) {
        const Gate *gate = &c->gates.at[g];

        for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
            behind[g] |= c->wires.at[w].active && behind[c->wires.at[w].from];
        if (is_counted(trace, g) && !behind[g])
            vec_push(arena, &trace->calls.first, (GateId)g);
        behind[g] |= is_counted(trace, g);
    }
}

void trace_sum_calls(CircuitTrace *trace, Arena *arena, const SymId *paths)
{
    const Circuit *c = trace->circuit;

    trace->calls.calls = arena_array(arena, double, c->gates.count + 1);
    for (size_t g = c->leaves; g < c->gates.count; g++) {
        size_t count = paths[g] != NO_ID && is_counted(trace, g) ? eval_elements(c->program, paths[g]) : 0;

        for (size_t i = 0; i < count; i++)
            trace->calls.calls[g] += c->evaluation.reals[paths[g]][i];
        trace->calls.values += count;
    }
    find_first(trace, arena);
    for (size_t i = 0; i < trace->calls.first.count; i++)
        trace->calls.all += trace->calls.calls[trace->calls.first.at[i]];
}
