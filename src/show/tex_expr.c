/* tex_expr.c -- expressions as LaTeX: one loop over a stack of what is left to be written. */
#include <string.h>

#include "show/tex_expr.h"

/* Still to be written: a text, or (text NULL) the expression in a place that asks for a precedence. */
typedef struct {
    const char *text;
    ExprId id;
    Precedence bind;
    bool right; /* behind an operator: what begins with a sign gets brackets */
} Todo;

typedef struct {
    const TexStyle *style;
    ExprPool *pool;
    Text *out;
    bool skip_sign; /* the sign that comes next stands before a fraction already */
    bool *tall;     /* by node: it has a fraction, a sum sign or cases in it */
    VEC(Todo) todo;
} Tex;

static void later_text(Tex *t, const char *text)
{
    vec_push(t->style->arena, &t->todo, (Todo){ .text = text });
}

static void later(Tex *t, ExprId id, Precedence bind, bool right)
{
    vec_push(t->style->arena, &t->todo, (Todo){ .id = id, .bind = bind, .right = right });
}

/* ---- what an expression looks like ------------------------------------------------------------------- */

static bool is_op(const Tex *t, ExprId id, Op op)
{
    return t->pool->nodes.at[id].kind == EXPR_OP && t->pool->nodes.at[id].op == op;
}

/* e^{#}: the argument is an exponent. */
static bool is_exponential(Op op)
{
    return strstr(op_info[op].tex, "^{#}") != NULL;
}

/* The first operand that is written, as long as it is not in brackets of any kind. */
static ExprId leftmost(const Tex *t, ExprId id)
{
    for (;;) {
        const Expr *node = &t->pool->nodes.at[id];

        if (node->kind != EXPR_OP || !(node->op == OP_MUL || node->op == OP_ADD || node->op == OP_SUB || node->op == OP_POW) ||
            expr_precedence(t->pool, node->u.arg[0]) < expr_operand_precedence(t->pool, id, 0))
            return id;
        id = node->u.arg[0];
    }
}

static bool begins_with_sign(const Tex *t, ExprId id)
{
    Rational value;

    id = leftmost(t, id);
    if (is_op(t, id, OP_DIV))
        id = leftmost(t, t->pool->nodes.at[id].u.arg[0]);
    return is_op(t, id, OP_NEG) || (expr_is_number(t->pool, id, &value) && rational_sign(value) < 0);
}

static bool begins_with_digit(const Tex *t, ExprId id)
{
    Rational value;

    id = leftmost(t, id);
    return expr_is_number(t->pool, id, &value) || is_op(t, id, OP_EXP2);
}

static Precedence precedence_of(const Tex *t, ExprId id)
{
    const Expr *node = &t->pool->nodes.at[id];
    Rational value;

    if (expr_is_number(t->pool, id, &value))
        return rational_sign(value) < 0                          ? PRECEDENCE_SIGN
               : rational_is_decimal(t->style->arena, value) ? PRECEDENCE_ATOM
                                                             : PRECEDENCE_POWER;
    if (node->kind == EXPR_SUM)
        return PRECEDENCE_SUM;
    if (node->kind == EXPR_OP && node->op == OP_DIV)
        return begins_with_sign(t, id) ? PRECEDENCE_PRODUCT : PRECEDENCE_POWER; /* a fraction needs no brackets in a product */
    if (node->kind == EXPR_OP && is_exponential((Op)node->op))
        return PRECEDENCE_POWER;
    return expr_precedence(t->pool, id);
}

static bool needs_brackets(const Tex *t, ExprId id, Precedence bind, bool right)
{
    return precedence_of(t, id) < bind || (right && begins_with_sign(t, id));
}

/* A name that the caller writes as a fraction. */
static bool is_tall_name(const Tex *t, ExprId name)
{
    Text text;

    text_init(&text, t->style->arena);
    return t->style->name != NULL && t->style->name(t->style->context, name, &text) &&
           strstr(text_string(&text), "\\frac") != NULL;
}

static bool is_tall(const Tex *t, ExprId id)
{
    const Expr *node = &t->pool->nodes.at[id];
    Rational value;

    if (expr_is_number(t->pool, id, &value))
        return !rational_is_decimal(t->style->arena, value);
    for (unsigned k = 0; k < expr_arity(t->pool, id); k++)
        if (t->tall[expr_args(t->pool, id)[k]])
            return true;
    return node->kind == EXPR_SUM || is_op(t, id, OP_DIV) || is_op(t, id, OP_SELECT) ||
           (node->kind == EXPR_NAME && is_tall_name(t, id));
}

static void find_tall(Tex *t, ExprId root)
{
    ExprVec reached = { 0 };

    t->tall = arena_array(t->style->arena, bool, (size_t)root + 1);
    expr_reach(t->pool, t->style->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++)
        t->tall[reached.at[i]] = is_tall(t, reached.at[i]);
}

static const char *opening(const Tex *t, ExprId id)
{
    return t->tall[id] ? "\\left(" : "(";
}

static const char *closing(const Tex *t, ExprId id)
{
    return t->tall[id] ? "\\right)" : ")";
}

/* ---- leaves ------------------------------------------------------------------------------------------ */

/* 1e-20 is 1 \cdot 10^{-20}. */
static void print_decimal(Tex *t, Rational value)
{
    Text text;
    const char *digits, *power;

    text_init(&text, t->style->arena);
    (void)rational_decimal(t->style->arena, value, &text);
    digits = text_string(&text);
    power = strchr(digits, 'e');
    text_bytes(t->out, digits, power == NULL ? text.size : (size_t)(power - digits));
    if (power != NULL)
        text_printf(t->out, " \\cdot 10^{%s}", power + 1);
}

static void print_number(Tex *t, Rational value)
{
    Arena *arena = t->style->arena;

    if (rational_sign(value) < 0 && !t->skip_sign)
        text_add(t->out, "-");
    t->skip_sign = false;
    value = rational_abs(arena, value);
    if (rational_is_whole(value)) {
        rational_print(value, t->out);
    } else if (rational_is_decimal(arena, value)) {
        print_decimal(t, value);
    } else {
        text_add(t->out, "\\frac{");
        rational_print(rational_numerator(arena, value), t->out);
        text_add(t->out, "}{");
        rational_print(rational_denominator(arena, value), t->out);
        text_add(t->out, "}");
    }
}

static const char *name_of_atom(const void *context, AtomKind kind, uint32_t id)
{
    const ExprPool *pool = context;

    return kind == ATOM_INDEX ? names_text(pool->names, pool->indices.at[id]) : expr_symbol_name(pool, id);
}

static void print_aff(const Tex *t, AffId aff)
{
    aff_print(&t->pool->affs, aff, name_of_atom, t->pool, t->out);
}

/* Letters and then digits, as layers are numbered. */
static bool is_numbered(const char *name)
{
    size_t head = strcspn(name, "_0123456789"), digits = strspn(name + head, "0123456789");

    return head > 0 && digits > 0 && name[head + digits] == '\0';
}

/* The name of an array, whose indices follow as a subscript: W1 is W^{[1]}; other subscripts are kept apart by braces. */
static void print_array_name(Tex *t, const char *name)
{
    size_t head = strcspn(name, "_0123456789");
    bool braces = name[head] != '\0';
    Text letters;

    if (!is_numbered(name)) {
        text_add(t->out, braces ? "{" : "");
        tex_name(name, t->out);
        text_add(t->out, braces ? "}" : "");
        return;
    }
    text_init(&letters, t->style->arena);
    text_bytes(&letters, name, head);
    tex_name(text_string(&letters), t->out);
    text_printf(t->out, "^{[%s]}", name + head);
}

static void print_name(Tex *t, ExprId id)
{
    VariableId variable = t->pool->nodes.at[id].u.name.variable;
    const ExprVariable *v = &t->pool->variables.at[variable];
    const char *name = names_text(t->pool->names, v->name);
    bool braces = v->rank > 0 && is_numbered(name); /* for an exponent of its own */

    if (t->style->name != NULL && t->style->name(t->style->context, id, t->out))
        return;
    if (v->rank == 0) {
        tex_name(name, t->out);
        return;
    }
    text_add(t->out, braces ? "{" : "");
    print_array_name(t, name);
    for (unsigned k = 0; k < v->rank; k++) {
        text_add(t->out, k == 0 ? "_{" : ",");
        print_aff(t, expr_subs(t->pool, id)[k]);
    }
    text_add(t->out, braces ? "}}" : "}");
}

/* ---- operators --------------------------------------------------------------------------------------- */

static void print_fraction(Tex *t, const Expr *node)
{
    ExprId over = node->u.arg[0];

    if (begins_with_sign(t, over) && !is_op(t, over, OP_ADD) && !is_op(t, over, OP_SUB)) {
        text_add(t->out, t->skip_sign ? "" : "-");
        t->skip_sign = true;
    }
    text_add(t->out, "\\frac{");
    later_text(t, "}");
    later(t, node->u.arg[1], PRECEDENCE_CHOICE, false);
    later_text(t, "}{");
    later(t, over, PRECEDENCE_CHOICE, false);
}

/* A C function of the user's: its name and its arguments, a list. */
static void print_user_call(Tex *t, ExprId id)
{
    const Expr *node = &t->pool->nodes.at[id];
    bool call = node->op == OP_CALL;

    later_text(t, call ? closing(t, id) : "");
    later(t, node->u.arg[1], PRECEDENCE_CHOICE, false);
    later_text(t, call ? opening(t, id) : ", ");
    later(t, node->u.arg[0], PRECEDENCE_CHOICE, false);
}

static void print_call(Tex *t, ExprId id)
{
    const Expr *node = &t->pool->nodes.at[id];
    const char *tex = op_info[node->op].tex, *place = strchr(tex, '#');

    if (node->op == OP_CALL || node->op == OP_LIST) {
        print_user_call(t, id);
        return;
    }
    if (place != NULL) {
        text_bytes(t->out, tex, (size_t)(place - tex));
        later_text(t, place + 1);
        later(t, node->u.arg[0], PRECEDENCE_CHOICE, false);
        return;
    }
    if (*tex == '\0')
        text_printf(t->out, "\\operatorname{%s}", op_info[node->op].name);
    else
        text_add(t->out, tex);
    if (expr_arity(t->pool, id) == 0)
        return;
    later_text(t, closing(t, id));
    for (unsigned k = expr_arity(t->pool, id); k-- > 0;) {
        later(t, node->u.arg[k], PRECEDENCE_CHOICE, false);
        later_text(t, k > 0 ? ", " : opening(t, id));
    }
}

/* \sin^{2}(x), as it is written; other functions have the exponent behind their argument. */
static bool takes_exponent(const Tex *t, ExprId base, ExprId exponent)
{
    const Expr *node = &t->pool->nodes.at[base];
    Rational value;

    return node->kind == EXPR_OP && op_info[node->op].source == FROM_LIBM && op_info[node->op].tex[0] == '\\' &&
           strchr(op_info[node->op].tex, '#') == NULL && expr_is_number(t->pool, exponent, &value) && rational_is_whole(value) &&
           rational_sign(value) > 0;
}

static void print_power(Tex *t, const Expr *node)
{
    ExprId base = node->u.arg[0], exponent = node->u.arg[1];

    if (takes_exponent(t, base, exponent)) {
        const Expr *call = &t->pool->nodes.at[base];

        text_printf(t->out, "%s^{", op_info[call->op].tex);
        later_text(t, closing(t, base));
        later(t, call->u.arg[0], PRECEDENCE_CHOICE, false);
        later_text(t, opening(t, base));
        later_text(t, "}");
        later(t, exponent, PRECEDENCE_CHOICE, false);
        return;
    }
    later_text(t, "}");
    later(t, exponent, PRECEDENCE_CHOICE, false);
    later_text(t, "^{");
    later(t, base, PRECEDENCE_ATOM, false);
}

/* c ? a : d ? b : z, a line for each. */
static void print_cases(Tex *t, ExprId id)
{
    ExprVec parts = { 0 };
    Arena *arena = t->style->arena;

    while (is_op(t, id, OP_SELECT)) {
        vec_push(arena, &parts, id);
        id = t->pool->nodes.at[id].u.arg[2];
    }
    text_add(t->out, "\\begin{cases} ");
    later_text(t, "} \\end{cases}");
    later_text(t, message(t->style->language, MESSAGE_TEX_OTHERWISE));
    later_text(t, " & \\text{");
    later(t, id, PRECEDENCE_CHOICE, false);
    for (size_t i = parts.count; i-- > 0;) {
        later_text(t, " \\\\ ");
        later(t, t->pool->nodes.at[parts.at[i]].u.arg[0], PRECEDENCE_CHOICE, false);
        later_text(t, "}\\ ");
        later_text(t, message(t->style->language, MESSAGE_TEX_IF));
        later_text(t, " & \\text{");
        later(t, t->pool->nodes.at[parts.at[i]].u.arg[1], PRECEDENCE_CHOICE, false);
    }
}

static void print_infix(Tex *t, ExprId id)
{
    const Expr *node = &t->pool->nodes.at[id];
    bool product = node->op == OP_MUL;
    Precedence right = expr_operand_precedence(t->pool, id, 1);
    bool dot = product && begins_with_digit(t, node->u.arg[1]) && !needs_brackets(t, node->u.arg[1], right, true);

    later(t, node->u.arg[1], right, true);
    later_text(t, product ? "" : " ");
    later_text(t, dot ? " \\cdot " : op_info[node->op].tex);
    later_text(t, product ? "" : " ");
    later(t, node->u.arg[0], expr_operand_precedence(t->pool, id, 0), false);
}

static void print_operator(Tex *t, ExprId id)
{
    const Expr *node = &t->pool->nodes.at[id];

    if (node->op == OP_DIV) {
        print_fraction(t, node);
    } else if (node->op == OP_POW) {
        print_power(t, node);
    } else if (node->op == OP_SELECT) {
        print_cases(t, id);
    } else if (op_info[node->op].form == FORM_INFIX) {
        print_infix(t, id);
    } else if (op_info[node->op].form == FORM_PREFIX) {
        text_add(t->out, t->skip_sign ? "" : op_info[node->op].tex);
        text_add(t->out, node->op == OP_NOT ? " " : "");
        t->skip_sign = false;
        later(t, node->u.arg[0], expr_operand_precedence(t->pool, id, 0), true);
    } else {
        print_call(t, id);
    }
}

static void print_sum(Tex *t, const Expr *node)
{
    text_printf(t->out, "\\sum_{%s=", names_text(t->pool->names, t->pool->indices.at[node->u.sum.index]));
    print_aff(t, node->u.sum.low);
    text_add(t->out, "}^{");
    print_aff(t, aff_offset(&t->pool->affs, node->u.sum.high, -1));
    text_add(t->out, "} ");
    later(t, node->u.sum.body, PRECEDENCE_PRODUCT, true);
}

static void print_node(Tex *t, ExprId id)
{
    const Expr *node = &t->pool->nodes.at[id];

    switch ((ExprKind)node->kind) {
    case EXPR_NUMBER:
        print_number(t, t->pool->numbers.at[node->u.number]);
        break;
    case EXPR_NAME:
        print_name(t, id);
        break;
    case EXPR_INTEGER:
        print_aff(t, node->u.aff);
        break;
    case EXPR_OP:
        print_operator(t, id);
        break;
    case EXPR_SUM:
        print_sum(t, node);
        break;
    }
}

static void print_todo(Tex *t, const Todo *todo)
{
    if (todo->text != NULL) {
        text_add(t->out, todo->text);
    } else if (needs_brackets(t, todo->id, todo->bind, todo->right)) {
        text_add(t->out, opening(t, todo->id));
        later_text(t, closing(t, todo->id));
        print_node(t, todo->id);
    } else {
        print_node(t, todo->id);
    }
}

void tex_expr(const TexStyle *style, ExprId root, Text *out)
{
    Tex t = { .style = style, .pool = style->pool, .out = out };

    find_tall(&t, root);
    later(&t, root, PRECEDENCE_CHOICE, false);
    while (t.todo.count > 0) {
        Todo todo = vec_pop(&t.todo);

        print_todo(&t, &todo);
    }
}
