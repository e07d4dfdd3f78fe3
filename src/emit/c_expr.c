/* c_expr.c -- expressions as C text, with the parentheses that precedence and careful compilers ask for, and no others.
 */
#include "emit/c_expr.h"

/* NOLINTBEGIN(misc-no-recursion): a name or a leaf is expanded in place and expands nothing itself. */

static void expand_node(Printer *p, const Task *task);

/* What has a name, or is a leaf, needs no place on the stack if nothing stands before it. */
static void add_node_in(Printer *p, NodeId node, unsigned level, uint32_t context)
{
    const Task task = { .kind = TASK_NODE, .id = node, .level = (uint8_t)level, .context = context };
    uint32_t inst = p->next.count > 0 ? NO_ID : c_find(p->b, node, context), outer = p->context;
    bool named = inst != NO_ID && p->b->insts.at[inst].own;

    if (p->next.count == 0 && (named || op_info[p->b->p->nodes.at[node].op].form == FORM_LEAF)) {
        expand_node(p, &task);
        p->context = outer;
    } else {
        c_expr_add(p, task);
    }
}

static void add_node(Printer *p, NodeId node, unsigned level)
{
    add_node_in(p, node, level, p->context);
}

static void add_operand(Printer *p, NodeId node, unsigned k, unsigned level)
{
    uint32_t context;
    NodeId operand = c_operand(p->b, node, p->context, k, &context);

    add_node_in(p, operand, level, context);
}

/* ---- nodes ------------------------------------------------------------------------------------------- */

static bool is_whole_literal(const CBody *b, NodeId node)
{
    Rational value;
    int64_t whole;

    return node_is_literal(b->p, node, &value) && rational_to_int(value, &whole) && whole >= INT32_MIN &&
           whole <= INT32_MAX;
}

static bool is_integer_operand(const CBody *b, NodeId node)
{
    return b->p->nodes.at[node].op == OP_INTEGER || is_whole_literal(b, node);
}

/* Comparisons of integer expressions are made in integers. */
static bool compares_integers(const CBody *b, const Node *node)
{
    NodeId x = node->u.arg[0], y = node->u.arg[1];

    return node->op >= OP_EQ && node->op <= OP_GE && is_integer_operand(b, x) && is_integer_operand(b, y) &&
           (b->p->nodes.at[x].op == OP_INTEGER || b->p->nodes.at[y].op == OP_INTEGER);
}

static void add_integer(Printer *p, NodeId node)
{
    const Node *n = &p->b->p->nodes.at[node];
    Rational value;
    int64_t whole = 0;

    if (n->op == OP_INTEGER) {
        c_expr_add_aff(p, n->u.aff, LEVEL_ADD);
    } else {
        node_is_literal(p->b->p, node, &value);
        rational_to_int(value, &whole);
        c_expr_add_number(p, whole);
    }
}

/* a + -3 is written a - 3. */
static bool add_negative_literal(Printer *p, const Node *node)
{
    Rational value;

    if ((node->op != OP_ADD && node->op != OP_SUB) || !node_is_literal(p->b->p, node->u.arg[1], &value) ||
        rational_sign(value) >= 0)
        return false;
    c_expr_add_text(p, node->op == OP_ADD ? " - " : " + ");
    c_expr_add(p, (Task){ .kind = TASK_NEGATED, .id = node->u.arg[1] });
    return true;
}

/* A condition that the right side depends on is asked for without its negation, which may have a line elsewhere. */
static void add_left(Printer *p, NodeId id)
{
    const Node *node = &p->b->p->nodes.at[id];
    unsigned side = 0;
    NodeId left = node->u.arg[0];

    if (node->op == OP_AND || node->op == OP_OR)
        left = c_condition(p->b, left, &side);
    if (side == 0) {
        add_node(p, left, c_level_left(p->b, (Op)node->op, left));
        return;
    }
    c_count_add(p->b->counts, OP_NOT, p->b->times);
    c_expr_add_text(p, "!");
    add_node(p, left, LEVEL_UNARY);
}

static void expand_infix(Printer *p, NodeId id)
{
    const Node *node = &p->b->p->nodes.at[id];
    Op op = (Op)node->op;

    if (compares_integers(p->b, node)) {
        add_integer(p, node->u.arg[0]);
        c_expr_add_text(p, " ");
        c_expr_add_text(p, op_info[op].c);
        c_expr_add_text(p, " ");
        add_integer(p, node->u.arg[1]);
        return;
    }
    add_left(p, id);
    if (add_negative_literal(p, node))
        return;
    c_expr_add_text(p, " ");
    c_expr_add_text(p, op_info[op].c);
    c_expr_add_text(p, " ");
    add_operand(p, id, 1, c_level_right(op));
}

static void expand_call(Printer *p, const Node *node)
{
    CModel *m = p->b->m;

    if (op_info[node->op].source == FROM_RUNTIME)
        m->helpers[node->op] = true;
    c_expr_add_text(p, op_info[node->op].c);
    c_expr_add_text(p, m->suffix);
    c_expr_add_text(p, "(");
    for (unsigned k = 0; k < op_info[node->op].arity; k++) {
        if (k > 0)
            c_expr_add_text(p, ", ");
        add_node(p, node->u.arg[k], LEVEL_ANY);
    }
    c_expr_add_text(p, ")");
}

/* lut(x), rho(p, t): the arguments are those of a list, which has no text of its own. */
static void expand_user_call(Printer *p, NodeId id)
{
    CBody *b = p->b;
    uint32_t context = p->context;
    NodeId list = b->p->nodes.at[id].u.arg[1];

    c_extern_note(b->m, b->p, id);
    c_expr_add_text(p, names_text(b->p->names, node_called(b->p, id)));
    c_expr_add_text(p, "(");
    while (c_is_part(b, list)) {
        uint32_t inst = c_find(b, list, context);

        context = inst == NO_ID ? context : b->insts.at[inst].context;
        add_node_in(p, b->p->nodes.at[list].u.arg[0], LEVEL_ANY, context);
        c_expr_add_text(p, ", ");
        list = b->p->nodes.at[list].u.arg[1];
    }
    add_node_in(p, list, LEVEL_ANY, context);
    c_expr_add_text(p, ")");
}

static void expand_select(Printer *p, NodeId id)
{
    unsigned side = 0;

    c_condition(p->b, p->b->p->nodes.at[id].u.arg[0], &side);
    add_operand(p, id, 0, LEVEL_OR);
    c_expr_add_text(p, " ? ");
    add_operand(p, id, side == 0 ? 1 : 2, LEVEL_OR);
    c_expr_add_text(p, " : ");
    add_operand(p, id, side == 0 ? 2 : 1, LEVEL_TERNARY);
}

static void expand_read(Printer *p, NodeId id, const Node *node)
{
    SymId symbol = node->u.read.symbol;
    const Symbol *s = &p->b->p->symbols.at[symbol];

    if (s->integer && s->role != SYM_TABLE) {
        c_expr_add_text(p, p->b->m->is_float ? "(float)" : "(double)");
        c_expr_add_element(p, symbol, node_subs(p->b->p, id), s->rank, true);
    } else {
        c_expr_add_element(p, symbol, node_subs(p->b->p, id), s->rank, false);
    }
}

static const char *literal_text(CBody *b, uint32_t literal)
{
    Text text;

    if (b->literals[literal] == NULL) {
        text_init(&text, b->arena);
        c_literal(b->m, b->p->literals.at[literal], &text);
        b->literals[literal] = text_string(&text);
    }
    return b->literals[literal];
}

/* Constants by their digits, so that no library decides them. */
static void write_constant(const Printer *p, const Node *node)
{
    if (node->op == OP_LITERAL)
        text_add(p->out, literal_text(p->b, node->u.literal));
    else
        c_literal_double(p->b->m, node->op == OP_PI ? 3.14159265358979323846 : 2.71828182845904523536, p->out);
}

static void expand_op(Printer *p, NodeId id)
{
    const Node *node = &p->b->p->nodes.at[id];

    c_count_add(p->b->counts, (Op)node->op, p->b->times);
    switch (op_info[node->op].form) {
    case FORM_INFIX:
        expand_infix(p, id);
        break;
    case FORM_PREFIX:
        c_expr_add_text(p, op_info[node->op].c);
        add_node(p, node->u.arg[0], node->op == OP_NOT ? LEVEL_UNARY : LEVEL_PRIMARY);
        break;
    case FORM_SELECT:
        expand_select(p, id);
        break;
    default:
        if (node->op == OP_CALL)
            expand_user_call(p, id);
        else
            expand_call(p, node);
    }
}

static void expand_node(Printer *p, const Task *task)
{
    const Node *node = &p->b->p->nodes.at[task->id];
    uint32_t inst = c_find(p->b, task->id, task->context);
    bool brackets;

    if (inst != NO_ID && p->b->insts.at[inst].own && !task->whole) {
        c_expr_add_text(p, p->b->insts.at[inst].name);
        return;
    }
    p->context = inst != NO_ID ? p->b->insts.at[inst].context : task->context;
    brackets = c_level(p->b, node) < task->level;
    text_add(p->out, brackets ? "(" : "");
    switch (node->op) {
    case OP_LITERAL:
    case OP_PI:
    case OP_E:
        write_constant(p, node);
        break;
    case OP_INTEGER:
        text_add(p->out, p->b->m->is_float ? "(float)" : "(double)");
        c_expr_add_aff(p, node->u.aff, LEVEL_UNARY);
        break;
    case OP_READ:
        expand_read(p, task->id, node);
        break;
    default:
        expand_op(p, task->id);
    }
    if (brackets)
        c_expr_add_text(p, ")");
}

/* NOLINTEND(misc-no-recursion) */

/* ---- the loop ---------------------------------------------------------------------------------------- */

static void run_task(Printer *p, const Task *task)
{
    switch ((TaskKind)task->kind) {
    case TASK_TEXT:
        text_add(p->out, task->u.text);
        break;
    case TASK_NODE:
        expand_node(p, task);
        break;
    case TASK_AFF:
        c_expr_expand_aff(p, task);
        break;
    case TASK_ATOM:
        c_expr_expand_atom(p, task);
        break;
    case TASK_NUMBER:
        text_integer(p->out, task->u.number);
        break;
    case TASK_NEGATED:
        c_literal(p->b->m, rational_neg(p->b->arena, p->b->p->literals.at[p->b->p->nodes.at[task->id].u.literal]),
                  p->out);
        break;
    }
}

static void run_one(Printer *p)
{
    Task task = vec_pop(&p->stack);

    run_task(p, &task);
}

static void run(Printer *p)
{
    for (;;) {
        while (p->next.count > 0)
            vec_push(p->b->arena, &p->stack, vec_pop(&p->next));
        if (p->stack.count == 0)
            return;
        run_one(p);
    }
}

static Printer *begin(CBody *b, Text *out)
{
    if (b->printer == NULL)
        b->printer = arena_new(b->arena, Printer);
    b->printer->b = b;
    b->printer->out = out;
    b->printer->context = b->context;
    return b->printer;
}

void c_expr(CBody *b, NodeId node, unsigned level, bool whole, Text *out)
{
    Printer *p = begin(b, out);

    c_expr_add(p, (Task){ .kind = TASK_NODE, .id = node, .level = (uint8_t)level, .whole = whole, .context = p->context });
    run(p);
}

void c_expr_aff(CBody *b, AffId aff, unsigned level, Text *out)
{
    Printer *p = begin(b, out);

    c_expr_add_aff(p, aff, level);
    run(p);
}

void c_expr_element(CBody *b, SymId symbol, const AffId *subs, unsigned rank, Text *out)
{
    Printer *p = begin(b, out);

    c_expr_add_element(p, symbol, subs, rank, b->p->symbols.at[symbol].integer);
    run(p);
}

void c_expr_condition(CBody *b, NodeId condition, bool holds, Text *out)
{
    Printer *p = begin(b, out);

    c_expr_add_text(p, holds ? "" : "!");
    add_node(p, condition, holds ? LEVEL_ANY : LEVEL_UNARY);
    run(p);
}
