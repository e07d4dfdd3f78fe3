/* circuit_text.c -- what a gate computes and what a wire contributes, as formulas: whole arrays where that says all (W1 @ x,
 * dz outer x, W1^T @ dz), else with subscripts.
 */
#include "teach/circuit_make.h"
#include "teach/circuit_print.h"

#include <string.h>

/* ---- gates -------------------------------------------------------------------------------------------- */

static Printer printer_of(const Circuit *c, StageId stage)
{
    return (Printer){ c, &c->program->stages.at[stage], false };
}

static View target_view(const Printer *p)
{
    return view_of(p, p->stage->target, p->stage->subs, stage_subs(p->circuit->program, p->stage),
                   print_name(p->circuit, p->stage->target));
}

/* The indices that are reduced over. */
static bool mark_reduced(const Printer *p, const AffId *subs, unsigned rank, bool *reduced)
{
    bool any = false;

    for (unsigned d = 0; d < p->stage->rank; d++) {
        reduced[d] = true;
        for (unsigned k = 0; k < rank; k++)
            reduced[d] &= !aff_uses_index(&p->circuit->program->affs, subs[k], p->stage->domain[d].index);
        any |= reduced[d];
    }
    return any;
}

/* Elements that nothing needs are not computed. */
static void write_guard(const Printer *p, Text *out)
{
    if (p->stage->guard == NO_ID)
        return;
    text_add(out, " if ");
    print_node(p, p->stage->guard, BINDS_OR, out);
}

/* word(... for k in 0..3) with subscripts. */
static void write_reduction(Printer *p, const char *word, const AffId *subs, unsigned rank, NodeId expression, Text *out)
{
    bool reduced[UINT8_MAX];
    bool any = mark_reduced(p, subs, rank, reduced);

    p->subscripts = true;
    if (any)
        text_printf(out, "%s(", word);
    print_node(p, expression, 0, out);
    if (any)
        print_ranges(p, reduced, out);
    write_guard(p, out);
    text_add(out, any ? ")" : "");
}

static void write_target(const Printer *p, bool subscripts, Text *target)
{
    text_add(target, print_name(p->circuit, p->stage->target));
    if (subscripts)
        print_subs(p, p->stage->subs, stage_subs(p->circuit->program, p->stage), target);
}

enum { MOST_JOINED = 6 };

static void write_list(const Circuit *c, const Gate *gate, const char *open, const char *close, Text *out)
{
    text_add(out, open);
    if (gate->wire_count == 0)
        text_add(out, "...");
    for (uint32_t i = 0; i < gate->wire_count; i++) {
        if (gate->wire_count > MOST_JOINED && i == 2) {
            text_add(out, ", ...");
            i = gate->wire_count - 1;
        }
        text_printf(out, "%s%s", i == 0 ? "" : ", ", c->gates.at[c->wires.at[gate->first_wire + i].from].name);
    }
    text_add(out, close);
}

/* A branch between scalars: the side that is not taken has no gates. */
static void write_branch(const Printer *p, const Gate *gate, Text *out)
{
    print_node(p, gate->condition, BINDS_OR, out);
    text_add(out, gate->second ? " ? ... : " : " ? ");
    print_node(p, gate->expression, BINDS_OR, out);
    text_add(out, gate->second ? "" : " : ...");
}

/* Sums, maxima and copies of one array; false: it takes subscripts. */
static bool write_whole(const Printer *p, const Gate *gate, const View *target, Text *out)
{
    const Node *node = &p->circuit->program->nodes.at[gate->expression];
    const char *word = gate->kind == GATE_SUM ? "sum" : gate->kind == GATE_MAX ? "max" : "argmax";
    View from;

    if (node->op != OP_READ || !target->plain)
        return false;
    from = view_of_read(p, gate->expression);
    if (!from.plain)
        return false;
    if (gate->kind == GATE_COPY && from.rank == 2 && target->rank == 2 && from.index[0] == target->index[1] &&
        from.index[1] == target->index[0]) {
        text_printf(out, "%s^T", from.label);
        return true;
    }
    if (gate->kind == GATE_COPY)
        return false;
    if (target->rank != 0)
        return false;
    text_printf(out, "%s(%s)", word, from.label);
    return true;
}

/* Two reads that are multiplied and summed; false: it takes subscripts. */
static bool write_two(const Printer *p, const Node *product, const View *target, Text *out)
{
    const Node *nodes = p->circuit->program->nodes.at;
    Side first, second;
    View a, b;

    if (nodes[product->u.arg[0]].op != OP_READ || nodes[product->u.arg[1]].op != OP_READ)
        return false;
    a = view_of_read(p, product->u.arg[0]);
    b = view_of_read(p, product->u.arg[1]);
    return view_product(&a, &b, target, true, &first, &second, out);
}

static void write_gate(const Circuit *c, const Gate *gate, Text *target, Text *value)
{
    Printer p = printer_of(c, gate->stage);
    View to = target_view(&p);
    Node node = c->program->nodes.at[gate->expression];
    bool everywhere = p.stage->guard == NO_ID, whole = false;

    if (everywhere && gate->kind == GATE_PRODUCT) {
        whole = write_two(&p, &node, &to, value);
    } else if (everywhere && (gate->kind == GATE_OP || gate->kind == GATE_COPY) && view_lines_up(&p, gate->expression, &to)) {
        whole = true;
        print_node(&p, gate->expression, 0, value);
    } else if (everywhere && gate->kind != GATE_OP) {
        whole = write_whole(&p, gate, &to, value);
    }
    if (!whole)
        write_reduction(&p, gate->kind == GATE_MAX ? "max" : gate->kind == GATE_ARGMAX ? "argmax" : "sum", p.stage->subs,
                        stage_subs(c->program, p.stage), gate->expression, value);
    write_target(&p, !whole, target);
}

void circuit_expression(const Circuit *c, GateId id, Text *target, Text *value)
{
    const Gate *gate = &c->gates.at[id];
    Printer p;

    if (gate->kind >= GATE_OP && gate->kind != GATE_JOIN && gate->kind != GATE_STATED && gate->condition == NO_ID) {
        write_gate(c, gate, target, value);
        return;
    }
    text_add(target, gate->name);
    if (gate->kind == GATE_JOIN) {
        write_list(c, gate, "[", "]", value);
    } else if (gate->kind == GATE_STATED) {
        text_add(value, names_text(c->program->names, gate->function));
        write_list(c, gate, "(", ")", value);
    } else if (gate->condition != NO_ID) {
        p = printer_of(c, gate->stage);
        write_branch(&p, gate, value);
    }
}

/* ---- wires -------------------------------------------------------------------------------------------- */

/* The seed of the one scalar output is 1 and goes without saying. */
static bool is_one(const Circuit *c, const Wire *wire)
{
    const Gate *to = &c->gates.at[wire->to];

    return c->scalar && to->seed != NO_ID && to->gradient == to->seed;
}

/* The upstream gradient, its view; the label is that of the gate. */
static View upstream_view(const Printer *p, const Wire *wire)
{
    return view_of_read(p, wire->upstream);
}

static void write_times(Printer *p, const Wire *wire, Text *out)
{
    const Program *program = p->circuit->program;
    bool one = node_is_int(program, wire->local, 1), minus = node_is_int(program, wire->local, -1);
    bool shown = !is_one(p->circuit, wire);

    if (!shown) {
        print_factors(p, wire->local, 0, out);
        return;
    }
    text_add(out, minus ? "-" : "");
    if (!one && !minus) {
        print_factors(p, wire->local, BINDS_TERM, out);
        text_add(out, " * ");
    }
    print_node(p, wire->upstream, BINDS_PREFIX, out);
}

/* A branch inside a domain: upstream where its side is taken. */
static bool write_side_taken(Printer *p, const Wire *wire, Text *out)
{
    const Gate *to = &p->circuit->gates.at[wire->to];
    Node node;

    if (to->op != OP_SELECT || to->condition != NO_ID)
        return false;
    node = p->circuit->program->nodes.at[to->expression];
    print_node(p, node.u.arg[0], BINDS_OR, out);
    text_add(out, wire->operand == 1 ? " ? " : " ? 0 : ");
    print_node(p, wire->upstream, BINDS_OR, out);
    text_add(out, wire->operand == 1 ? " : 0" : "");
    return true;
}

static void write_value(Printer *p, const Wire *wire, Text *out)
{
    if (!write_side_taken(p, wire, out))
        write_times(p, wire, out);
}

static const char *gradient_name(const Printer *p, const Wire *wire)
{
    Text name;

    text_init(&name, p->circuit->arena);
    text_printf(&name, "d%s", p->circuit->gates.at[wire->from].name);
    return text_string(&name);
}

static SummedOver summed_over(const View *part, const View *whole)
{
    if (part->rank == 0)
        return SUM_ALL;
    if (whole->rank != 2)
        return SUM_OTHER;
    return part->index[0] == whole->index[1] ? SUM_ROWS : SUM_COLUMNS;
}

static SummedOver write_subscripted(Printer *p, const Wire *wire, Text *target, Text *value)
{
    const Program *program = p->circuit->program;
    unsigned rank = program->symbols.at[program->nodes.at[wire->read].u.read.symbol].rank;
    bool reduced[UINT8_MAX];
    bool any = mark_reduced(p, node_subs(program, wire->read), rank, reduced);

    p->subscripts = true;
    text_add(target, gradient_name(p, wire));
    print_subs(p, node_subs(program, wire->read), rank, target);
    text_add(value, any ? "sum(" : "");
    write_value(p, wire, value);
    if (any)
        print_ranges(p, reduced, value);
    write_guard(p, value);
    text_add(value, any ? ")" : "");
    return any ? SUM_OTHER : SUM_NONE;
}

static bool is_product_wire(const Circuit *c, const Wire *wire)
{
    return c->gates.at[wire->to].kind == GATE_PRODUCT && c->program->nodes.at[wire->local].op == OP_READ;
}

static SummedOver write_lined_up(Printer *p, const Wire *wire, const View *from, const View *up, Text *target, Text *value)
{
    if (view_same(from, up) || view_is_trailing(up, from)) {
        text_add(target, from->label);
        write_value(p, wire, value);
        return SUM_NONE;
    }
    if (from->rank == 2 && up->rank == 2 && from->index[0] == up->index[1] && from->index[1] == up->index[0] &&
        node_is_int(p->circuit->program, wire->local, 1)) {
        text_add(target, from->label);
        text_printf(value, "%s^T", up->label);
        return SUM_NONE;
    }
    if (!view_is_subsequence(from, up) || summed_over(from, up) == SUM_OTHER)
        return write_subscripted(p, wire, target, value);
    text_add(target, from->label);
    text_add(value, "sum(");
    write_value(p, wire, value);
    text_add(value, ")");
    return summed_over(from, up);
}

SummedOver circuit_contribution(const Circuit *c, WireId id, Text *target, Text *value)
{
    const Wire *wire = &c->wires.at[id];
    Printer p = printer_of(c, wire->forward);
    const Node *read = &c->program->nodes.at[wire->read];
    View from = view_of(&p, read->u.read.symbol, node_subs(c->program, wire->read),
                        c->program->symbols.at[read->u.read.symbol].rank, gradient_name(&p, wire));
    View up = upstream_view(&p, wire), local;
    Side first, second;

    if (c->gates.at[wire->to].kind == GATE_MAX) {
        text_printf(target, "%s[argmax]", gradient_name(&p, wire));
        write_times(&p, wire, value);
        return SUM_NONE;
    }
    if (is_product_wire(c, wire)) {
        local = view_of_read(&p, wire->local);
        if (!is_one(c, wire) && p.stage->guard == NO_ID && view_product(&local, &up, &from, false, &first, &second, value)) {
            text_add(target, from.label);
            return SUM_NONE;
        }
        if (view_same(&local, &from) && from.plain && local.plain && up.rank == 0) {
            text_add(target, from.label);
            write_times(&p, wire, value);
            return SUM_NONE;
        }
        return write_subscripted(&p, wire, target, value);
    }
    if (p.stage->guard == NO_ID && from.plain && up.plain && view_lines_up(&p, wire->local, &up))
        return write_lined_up(&p, wire, &from, &up, target, value);
    return write_subscripted(&p, wire, target, value);
}

bool text_is_transposed(const Circuit *c, const Wire *wire, bool *left)
{
    Printer p = printer_of(c, wire->forward);
    View up = upstream_view(&p, wire), local, from;
    Side first = { NULL, false }, second = { NULL, false };
    Text text;

    if (!is_product_wire(c, wire))
        return false;
    text_init(&text, c->arena);
    local = view_of_read(&p, wire->local);
    from = view_of_read(&p, wire->read);
    (void)view_product(&local, &up, &from, false, &first, &second, &text);
    *left = first.view == &local;
    return (first.view == &local && first.transposed) || (second.view == &local && second.transposed);
}

void circuit_local(const Circuit *c, WireId id, Text *value)
{
    const Wire *wire = &c->wires.at[id];
    Printer p = printer_of(c, wire->forward);
    View up = upstream_view(&p, wire);
    bool left;

    if (is_product_wire(c, wire)) {
        View local = view_of_read(&p, wire->local);

        text_printf(value, "%s%s", local.label, text_is_transposed(c, wire, &left) ? "^T" : "");
        return;
    }
    p.subscripts = !view_lines_up(&p, wire->local, &up);
    print_factors(&p, wire->local, 0, value);
}
