/* c_print.c -- the body of a function: scopes in order, as lines, branches and loops. */
#include "emit/c_body.h"

#include <string.h>

enum { COMMENT_COLUMN = 60, LONGEST_LINE = 116, MOST_COMMENT = 44 };

/* ---- lines ------------------------------------------------------------------------------------------- */

void c_line(CBody *b, const char *format, ...)
{
    va_list args;

    text_begin_line(b->out);
    va_start(args, format);
    text_vprintf(b->out, format, args);
    va_end(args);
    text_add(b->out, "\n");
}

typedef struct {
    const Gates *gates;
    Span at;
} SoughtGate;

static bool same_span(const void *context, uint32_t id)
{
    const SoughtGate *sought = context;
    Span at = sought->gates->spans.at[id];

    return at.begin == sought->at.begin && at.end == sought->at.end;
}

/* The number of the gate, from 1; *known: an earlier line has it. */
static uint32_t gate_number(CBody *b, Span at, bool *known)
{
    uint64_t hash = hash_mix(hash_mix(HASH_START, at.begin), at.end);
    uint32_t id = hash_find(&b->gates->table, hash, same_span, &(SoughtGate){ b->gates, at });

    *known = id != HASH_NONE;
    if (*known)
        return id + 1;
    id = (uint32_t)b->gates->spans.count;
    vec_push(b->gates->arena, &b->gates->spans, at);
    hash_add(b->gates->arena, &b->gates->table, hash, id);
    return id + 1;
}

/* Where a long line may go on below: before an operator or behind a comma, as far outside of brackets as possible, at
 * most `most` bytes from the start. */
static size_t break_of(const char *line, size_t most)
{
    size_t best = 0, outside = SIZE_MAX, depth = 0;

    for (size_t i = 1; i < most && line[i] != '\0'; i++) {
        depth += line[i] == '(';
        depth -= line[i] == ')';
        if (line[i] == ' ' && (strchr("+-*/?:&|", line[i + 1]) != NULL || line[i - 1] == ',') && i > most / 3 &&
            depth <= outside) {
            best = i;
            outside = depth;
        }
    }
    return best;
}

/* The label of the backward sweep stands in front of its first line. */
static void write_label(CBody *b)
{
    if (!b->label_due)
        return;
    b->label_due = false;
    text_add(b->out, "\n");
    c_line(b, "/* backward */");
}

static size_t write_wrapped(CBody *b, const char *line)
{
    size_t indent = 4 * (size_t)b->out->indent, size = b->line.size, at;

    write_label(b);
    text_begin_line(b->out);
    while (indent + size > LONGEST_LINE && indent < LONGEST_LINE / 2 &&
           (at = break_of(line, LONGEST_LINE - indent)) > 0) {
        text_bytes(b->out, line, at);
        text_add(b->out, "\n");
        text_begin_line(b->out);
        text_add(b->out, "    ");
        indent = 4 * (size_t)b->out->indent + 4;
        line += at + 1;
        size -= at + 1;
    }
    text_bytes(b->out, line, size);
    return indent + size;
}

void c_line_end(CBody *b, Span at)
{
    size_t width = write_wrapped(b, text_string(&b->line));
    uint32_t number = 0;
    bool known = true;

    if (at.end > 0 && !b->large)
        number = gate_number(b, at, &known);
    if (number > 0) {
        text_blanks(b->out, width < COMMENT_COLUMN ? COMMENT_COLUMN - width : 1);
        text_add(b->out, "/* (");
        text_integer(b->out, number);
        text_add(b->out, ")");
        if (!known) {
            text_add(b->out, " ");
            c_comment_text(b->p->source, at, MOST_COMMENT, b->out);
        }
        text_add(b->out, " */");
    }
    text_add(b->out, "\n");
}

/* ---- instances --------------------------------------------------------------------------------------- */

static const char *name_of(CBody *b, Inst *inst)
{
    Name name = b->p->infos.at[inst->node].name;
    const char *text;

    if (inst->name != NULL)
        return inst->name;
    if (name == NAME_NONE && inst->result == NO_ID)
        name = node_telling_name(b->p, inst->node);
    text = name == NAME_NONE && inst->result != NO_ID ? c_symbol_word(b, inst->result) : names_text(b->p->names, name);
    inst->name = text[0] == '\0' ? c_names_temporary(&b->names) : c_names_take(&b->names, text);
    return inst->name;
}

static bool is_condition(const CBody *b, NodeId node)
{
    return op_info[b->p->nodes.at[node].op].result == KIND_CONDITION;
}

static const char *type_of(const CBody *b, NodeId node)
{
    return is_condition(b, node) ? "int" : b->m->real;
}

static Span span_of(const CBody *b, NodeId node)
{
    return b->p->nodes.at[node].op == OP_READ || is_condition(b, node) ? (Span){ 0, 0 } : b->p->infos.at[node].at;
}

static void print_define(CBody *b, uint32_t id)
{
    Inst *inst = &b->insts.at[id];

    b->line.size = 0;
    b->context = inst->context;
    if (inst->name == NULL) {
        text_add(&b->line, "const ");
        text_add(&b->line, type_of(b, inst->node));
        text_add(&b->line, " ");
    }
    text_add(&b->line, name_of(b, inst));
    text_add(&b->line, " = ");
    c_expr(b, inst->node, LEVEL_ANY, true, &b->line);
    text_add(&b->line, ";");
    c_line_end(b, span_of(b, inst->node));
}

/* What the branch `side` gives to a select; AND is x ? y : 0, OR is x ? 1 : y. */
static void print_assign(CBody *b, uint32_t id, unsigned side)
{
    const Inst *inst = &b->insts.at[id];
    const Node *node = &b->p->nodes.at[inst->node];
    unsigned arg;
    NodeId value;

    c_condition(b, node->u.arg[0], &side);
    arg = node->op == OP_SELECT ? 1 + side : 1;
    value = c_operand(b, inst->node, inst->context, arg, &b->context);
    b->line.size = 0;
    text_printf(&b->line, "%s = ", inst->name);
    if (node->op == OP_SELECT || side == (node->op == OP_OR))
        c_expr(b, value, LEVEL_ANY, false, &b->line);
    else
        text_add(&b->line, node->op == OP_OR ? "1" : "0");
    text_add(&b->line, ";");
    c_line_end(b, (Span){ 0, 0 });
}

static void declare(CBody *b, uint32_t id, uint32_t opening)
{
    Inst *inst = &b->insts.at[id];
    bool assigned = inst->branch && inst->opening == opening;

    b->line.size = 0;
    text_printf(&b->line, "%s %s%s;", type_of(b, inst->node), name_of(b, inst),
                assigned                      ? ""
                : is_condition(b, inst->node) ? " = 0"
                : b->m->is_float              ? " = 0.0f"
                                              : " = 0.0");
    c_line_end(b, assigned ? span_of(b, inst->node) : (Span){ 0, 0 });
}

/* ---- branches and loops ------------------------------------------------------------------------------ */

typedef enum { FRAME_ITEMS, FRAME_ELSE, FRAME_END_IF, FRAME_END_FOR } FrameKind;

typedef struct {
    uint8_t kind;
    uint32_t id;   /* item; opening; plan node */
    unsigned side; /* ITEMS */
    Order *order;
    size_t mark;    /* names in front of the block */
    uint64_t times; /* END_FOR: of the scope around */
} Frame;

typedef struct {
    CBody *b;
    VEC(Frame) frames;
    bool labelled;
} Walk;

static bool is_empty(const Order *order, uint32_t segment)
{
    return order->segments.at[segment].first == NO_ID;
}

static void push_items(Walk *w, Order *order, uint32_t segment)
{
    const Segment *s = &order->segments.at[segment];

    vec_push(w->b->arena, &w->frames, (Frame){ .kind = FRAME_ITEMS, .id = s->first, .side = s->side, .order = order });
}

static void print_head(CBody *b, const Order *order, uint32_t opening, const char *before)
{
    const Opening *o = &order->openings.at[opening];

    b->line.size = 0;
    b->context = b->groups.at[o->group].context;
    text_printf(&b->line, "%sif (", before);
    c_expr_condition(b, b->groups.at[o->group].condition, !is_empty(order, o->side[0]), &b->line);
    text_add(&b->line, ") {");
    c_line_end(b, (Span){ 0, 0 });
    b->out->indent++;
}

/* The frames of an opened `if`: what it does, then its `else`. */
static void push_branches(Walk *w, Order *order, uint32_t opening)
{
    const Opening *o = &order->openings.at[opening];
    bool both = !is_empty(order, o->side[0]) && !is_empty(order, o->side[1]);

    if (both)
        vec_push(w->b->arena, &w->frames,
                 (Frame){ .kind = FRAME_ELSE, .id = opening, .order = order, .mark = c_names_enter(&w->b->names) });
    push_items(w, order, o->side[is_empty(order, o->side[0]) ? 1 : 0]);
}

static void open_branch(Walk *w, Order *order, uint32_t opening)
{
    CBody *b = w->b;
    const Opening *o = &order->openings.at[opening];
    size_t mark;

    for (uint32_t i = o->declared; i != NO_ID; i = b->insts.at[i].next_declared)
        declare(b, i, opening);
    for (size_t i = 0; i < o->cells.count; i++) {
        const char *type = b->p->symbols.at[o->cells.at[i]].integer ? "int32_t" : b->m->real;

        c_line(b, "%s %s = %s;", type, c_declare_symbol(b, o->cells.at[i]), b->m->is_float ? "0.0f" : "0.0");
    }
    if (o->defines)
        print_define(b, c_find(b, b->groups.at[o->group].condition, b->groups.at[o->group].context));
    mark = c_names_enter(&b->names);
    print_head(b, order, opening, "");
    vec_push(b->arena, &w->frames, (Frame){ .kind = FRAME_END_IF, .id = opening, .order = order, .mark = mark });
    push_branches(w, order, opening);
}

/* An `else` that holds nothing but another `if` is an `else if`. */
static uint32_t chained(const Order *order, uint32_t opening)
{
    const Segment *other = &order->segments.at[order->openings.at[opening].side[1]];
    const OrderItem *item = &order->items.at[other->first];
    const Opening *next = &order->openings.at[item->id];

    if (item->kind != ITEM_OPEN || item->next != NO_ID || next->declared != NO_ID || next->defines ||
        next->cells.count > 0)
        return NO_ID;
    return item->id;
}

static void print_else(Walk *w, const Frame *frame)
{
    CBody *b = w->b;
    uint32_t next = chained(frame->order, frame->id);

    c_names_leave(&b->names, frame->mark);
    b->out->indent--;
    if (next != NO_ID) {
        print_head(b, frame->order, next, "} else ");
        push_branches(w, frame->order, next);
        return;
    }
    c_line(b, "} else {");
    b->out->indent++;
    push_items(w, frame->order, frame->order->openings.at[frame->id].side[1]);
}

static void show_instances(CBody *b, uint32_t scope)
{
    for (uint32_t i = 0; i < b->scopes[scope].inst_count; i++) {
        uint32_t id = b->scopes[scope].first_inst + i;

        if (b->insts.at[id].second)
            continue;
        b->insts.at[id].shadowed = b->where[b->insts.at[id].node];
        b->where[b->insts.at[id].node] = id;
    }
}

static void hide_instances(CBody *b, uint32_t scope)
{
    for (uint32_t i = 0; i < b->scopes[scope].inst_count; i++) {
        const Inst *inst = &b->insts.at[b->scopes[scope].first_inst + i];

        if (!inst->second)
            b->where[inst->node] = inst->shadowed;
    }
}

static Order *order_scope(Walk *w, PlanId id)
{
    Order *order = arena_new(w->b->arena, Order);

    show_instances(w->b, c_scope_id(id));
    c_order_scope(w->b, id, order);
    return order;
}

/* A condition that needs no line of its own is asked in the head. */
static bool stops_in_head(const Order *order)
{
    uint32_t first = order->segments.at[0].first;

    return first != NO_ID && order->items.at[first].kind == ITEM_STOP;
}

/* A loop over a domain in which nothing is done. */
static bool is_idle(const CBody *b, PlanId id)
{
    if (b->plan->nodes.at[id].sequential)
        return false;
    for (PlanId at = b->plan->nodes.at[id].first_child; at != NO_ID; at = b->plan->nodes.at[at].next)
        if (b->plan->nodes.at[at].kind == PLAN_FOR || !c_leaf_is_idle(b, at))
            return false;
    return true;
}

static void open_loop(Walk *w, PlanId id)
{
    CBody *b = w->b;
    Frame frame = { .kind = FRAME_END_FOR, .id = id, .times = b->times };
    Order *order;
    bool in_head;

    if (is_idle(b, id))
        return;
    c_leaf_before_loop(b, id);
    c_loop_before(b, id);
    frame.mark = c_names_enter(&b->names);
    b->times = b->scopes[c_scope_id(id)].times;
    vec_push(b->arena, &w->frames, frame);
    order = order_scope(w, id);
    in_head = stops_in_head(order);
    c_loop_head(b, id, in_head ? c_loop_condition(b, id) : NO_ID);
    if (in_head)
        order->segments.at[0].first = order->items.at[order->segments.at[0].first].next;
    b->out->indent++;
    push_items(w, order, 0);
}

static void close_loop(Walk *w, const Frame *frame)
{
    CBody *b = w->b;

    c_loop_end_turn(b, frame->id);
    b->out->indent--;
    c_line(b, "}");
    hide_instances(b, c_scope_id(frame->id));
    c_names_leave(&b->names, frame->mark);
    b->times = frame->times;
    c_loop_after(b, frame->id);
    c_leaf_after_loop(b, frame->id);
}

/* ---- the walk ---------------------------------------------------------------------------------------- */

/* Which item of the function's block a line belongs to. */
static uint32_t top_item(const CBody *b, const Order *order, const OrderItem *item)
{
    while (item->kind == ITEM_OPEN) {
        const Opening *o = &order->openings.at[item->id];

        item = &order->items.at[order->segments.at[o->side[is_empty(order, o->side[0]) ? 1 : 0]].first];
    }
    if (item->kind == ITEM_DEFINE || item->kind == ITEM_ASSIGN)
        return b->insts.at[item->id].item;
    return b->ordinals[item->id];
}

/* In the function's block, where the backward sweep begins. */
static void label_sweep(Walk *w, const Frame *frame, const OrderItem *item)
{
    if (w->labelled || w->frames.count > 0 || top_item(w->b, frame->order, item) < w->b->backward_item)
        return;
    w->labelled = true;
    w->b->label_due = true;
}

static void print_stop(CBody *b, PlanId loop)
{
    b->line.size = 0;
    b->context = b->scopes[c_scope_id(loop)].context;
    text_add(&b->line, "if (");
    c_expr_condition(b, c_loop_condition(b, loop), false, &b->line);
    text_add(&b->line, ")");
    c_line_end(b, (Span){ 0, 0 });
    c_line(b, "    break;");
}

static void print_item(Walk *w, const Frame *frame, const OrderItem *item)
{
    switch ((OrderKind)item->kind) {
    case ITEM_DEFINE:
        print_define(w->b, item->id);
        break;
    case ITEM_ASSIGN:
        print_assign(w->b, item->id, frame->side);
        break;
    case ITEM_OPEN:
        open_branch(w, frame->order, item->id);
        break;
    case ITEM_START_LEAF:
    case ITEM_LEAF:
        c_leaf_print(w->b, item->id, item->kind == ITEM_START_LEAF);
        break;
    case ITEM_FOR:
        open_loop(w, item->id);
        break;
    case ITEM_STOP:
        print_stop(w->b, item->id);
        break;
    }
}

static void run_frame(Walk *w)
{
    Frame frame = vec_pop(&w->frames);
    OrderItem item;

    switch ((FrameKind)frame.kind) {
    case FRAME_ITEMS:
        if (frame.id == NO_ID)
            return;
        item = frame.order->items.at[frame.id];
        label_sweep(w, &frame, &item);
        frame.id = item.next;
        vec_push(w->b->arena, &w->frames, frame);
        print_item(w, &frame, &item);
        break;
    case FRAME_ELSE:
        print_else(w, &frame);
        break;
    case FRAME_END_IF:
        w->b->out->indent--;
        c_line(w->b, "}");
        c_names_leave(&w->b->names, frame.mark);
        break;
    case FRAME_END_FOR:
        close_loop(w, &frame);
        break;
    }
}

void c_print_body(CBody *b)
{
    Walk w = { .b = b };

    if (b->backward_item != SIZE_MAX)
        c_line(b, "/* forward */");
    push_items(&w, order_scope(&w, NO_ID), 0);
    while (w.frames.count > 0)
        run_frame(&w);
}
