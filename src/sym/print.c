/* print.c -- expressions as infix text: one loop over a stack of what is left to be written. */
#include "sym/print.h"

/* Still to be written: a text, or (text NULL) the expression in a place that asks for a precedence. */
typedef struct {
    const char *text;
    ExprId id;
    Precedence bind;
    bool right; /* behind an operator: what begins with a sign gets brackets */
} Todo;

typedef struct {
    const ExprPool *pool;
    Arena *arena;
    Text *out;
    VEC(Todo) todo;
} Printer;

/* ---- numbers ----------------------------------------------------------------------------------------- */

/* As a decimal where that is exact, which is how most were written; else as a fraction. */
static bool is_fraction(Arena *arena, Rational value)
{
    Text decimal;

    if (rational_is_whole(value))
        return false;
    text_init(&decimal, arena);
    return !rational_decimal(arena, value, &decimal);
}

static void print_number(Arena *arena, Rational value, Text *out)
{
    if (rational_is_whole(value) || !rational_decimal(arena, value, out))
        rational_print(value, out);
}

static Precedence number_precedence(Arena *arena, Rational value)
{
    if (is_fraction(arena, value))
        return PRECEDENCE_PRODUCT;
    return rational_sign(value) < 0 ? PRECEDENCE_SIGN : PRECEDENCE_ATOM;
}

/* ---- precedences ------------------------------------------------------------------------------------- */

/* An index or an element of an integer input alone stands as it is; anything more binds as a sum. */
static Precedence integer_precedence(const ExprPool *pool, AffId aff)
{
    const Affine *a = &pool->affs.affs.at[aff];
    bool alone = a->count == 1 && a->constant == 0 && a->den == 1 && pool->affs.terms.at[a->first].coef == 1;

    return alone ? PRECEDENCE_ATOM : PRECEDENCE_SUM;
}

Precedence expr_precedence(const ExprPool *pool, ExprId id)
{
    const Expr *node = &pool->nodes.at[id];

    switch ((ExprKind)node->kind) {
    case EXPR_NUMBER:
        return number_precedence(pool->arena, pool->numbers.at[node->u.number]);
    case EXPR_INTEGER:
        return integer_precedence(pool, node->u.aff);
    case EXPR_OP:
        return op_precedence((Op)node->op);
    case EXPR_NAME:
    case EXPR_SUM:
        break;
    }
    return PRECEDENCE_ATOM;
}

Precedence expr_operand_precedence(const ExprPool *pool, ExprId id, unsigned k)
{
    const Expr *node = &pool->nodes.at[id];
    Precedence own = expr_precedence(pool, id);

    if (node->kind != EXPR_OP)
        return PRECEDENCE_CHOICE;
    switch (own) {
    case PRECEDENCE_CHOICE:
        return k < 2 ? PRECEDENCE_OR : PRECEDENCE_CHOICE;
    case PRECEDENCE_OR:
    case PRECEDENCE_AND:
    case PRECEDENCE_SUM:
        return k == 0 ? own : own + 1;
    case PRECEDENCE_PRODUCT:
    case PRECEDENCE_SIGN:
        return k == 0 && own == PRECEDENCE_PRODUCT ? PRECEDENCE_PRODUCT : PRECEDENCE_POWER;
    case PRECEDENCE_NOT:
        return PRECEDENCE_NOT;
    case PRECEDENCE_COMPARE:
        return PRECEDENCE_SUM;
    case PRECEDENCE_POWER:
        return k == 0 ? PRECEDENCE_ATOM : PRECEDENCE_SIGN;
    case PRECEDENCE_ANY:
    case PRECEDENCE_ATOM:
        break;
    }
    return PRECEDENCE_CHOICE;
}

/* ---- writing ----------------------------------------------------------------------------------------- */

/* Does its text begin with a minus? */
static bool begins_with_sign(const Printer *p, ExprId id)
{
    const Expr *node = &p->pool->nodes.at[id];

    while (node->kind == EXPR_OP && op_info[node->op].form == FORM_INFIX &&
           expr_precedence(p->pool, node->u.arg[0]) >= expr_operand_precedence(p->pool, id, 0)) {
        id = node->u.arg[0];
        node = &p->pool->nodes.at[id];
    }
    if (node->kind == EXPR_NUMBER)
        return rational_sign(p->pool->numbers.at[node->u.number]) < 0;
    return node->kind == EXPR_OP && node->op == OP_NEG;
}

static void later_text(Printer *p, const char *text)
{
    vec_push(p->arena, &p->todo, (Todo){ .text = text });
}

static void later_operand(Printer *p, ExprId id, unsigned k)
{
    const Expr *node = &p->pool->nodes.at[id];
    bool infix = node->op == OP_ADD || node->op == OP_SUB || node->op == OP_MUL || node->op == OP_DIV;

    vec_push(p->arena, &p->todo,
             (Todo){ .id = node->u.arg[k], .bind = expr_operand_precedence(p->pool, id, k), .right = infix && k > 0 });
}

static const char *name_of_atom(const void *context, AtomKind kind, uint32_t id)
{
    const ExprPool *pool = context;

    return kind == ATOM_INDEX ? names_text(pool->names, pool->indices.at[id]) : expr_symbol_name(pool, id);
}

static void print_aff(const ExprPool *pool, AffId aff, Text *out)
{
    aff_print(&pool->affs, aff, name_of_atom, pool, out);
}

static void print_name(const Printer *p, ExprId id)
{
    const ExprVariable *v = &p->pool->variables.at[p->pool->nodes.at[id].u.name.variable];

    text_add(p->out, names_text(p->pool->names, v->name));
    for (unsigned k = 0; k < v->rank; k++) {
        text_add(p->out, k == 0 ? "[" : ",");
        print_aff(p->pool, expr_subs(p->pool, id)[k], p->out);
    }
    text_add(p->out, v->rank > 0 ? "]" : "");
}

/* `* / ^` close up, the others have blanks about them. */
static void later_infix(Printer *p, Op op)
{
    const char *blank = op_precedence(op) < PRECEDENCE_PRODUCT ? " " : "";

    later_text(p, blank);
    later_text(p, op == OP_POW ? "^" : op_info[op].name);
    later_text(p, blank);
}

static void print_operator(Printer *p, ExprId id)
{
    const Expr *node = &p->pool->nodes.at[id];

    if (op_info[node->op].form == FORM_PREFIX) {
        later_operand(p, id, 0);
        later_text(p, op_info[node->op].c);
    } else if (node->op == OP_SELECT) {
        later_operand(p, id, 2);
        later_text(p, " : ");
        later_operand(p, id, 1);
        later_text(p, " ? ");
        later_operand(p, id, 0);
    } else if (node->op == OP_POW || op_info[node->op].form == FORM_INFIX) {
        later_operand(p, id, 1);
        later_infix(p, (Op)node->op);
        later_operand(p, id, 0);
    } else if (expr_arity(p->pool, id) == 0) {
        text_add(p->out, op_info[node->op].name);
    } else if (node->op == OP_LIST) {
        later_operand(p, id, 1);
        later_text(p, ", ");
        later_operand(p, id, 0);
    } else if (node->op == OP_CALL) {
        later_text(p, ")");
        later_operand(p, id, 1);
        later_text(p, "(");
        later_operand(p, id, 0);
    } else {
        later_text(p, ")");
        for (unsigned k = expr_arity(p->pool, id); k-- > 0;) {
            later_operand(p, id, k);
            later_text(p, k > 0 ? ", " : "(");
        }
        text_add(p->out, op_info[node->op].name);
    }
}

static void print_sum(Printer *p, const Expr *node)
{
    Text range;

    text_init(&range, p->arena);
    text_printf(&range, " for %s in ", names_text(p->pool->names, p->pool->indices.at[node->u.sum.index]));
    print_aff(p->pool, node->u.sum.low, &range);
    text_add(&range, "..");
    print_aff(p->pool, node->u.sum.high, &range);
    text_add(&range, ")");
    later_text(p, text_string(&range));
    vec_push(p->arena, &p->todo, (Todo){ .id = node->u.sum.body, .bind = PRECEDENCE_CHOICE });
    text_add(p->out, "sum(");
}

static void print_node(Printer *p, ExprId id)
{
    const Expr *node = &p->pool->nodes.at[id];

    switch ((ExprKind)node->kind) {
    case EXPR_NUMBER:
        print_number(p->arena, p->pool->numbers.at[node->u.number], p->out);
        break;
    case EXPR_NAME:
        print_name(p, id);
        break;
    case EXPR_INTEGER:
        print_aff(p->pool, node->u.aff, p->out);
        break;
    case EXPR_OP:
        print_operator(p, id);
        break;
    case EXPR_SUM:
        print_sum(p, node);
        break;
    }
}

static void print_todo(Printer *p, const Todo *todo)
{
    if (todo->text != NULL) {
        text_add(p->out, todo->text);
    } else if (expr_precedence(p->pool, todo->id) < todo->bind || (todo->right && begins_with_sign(p, todo->id))) {
        text_add(p->out, "(");
        later_text(p, ")");
        print_node(p, todo->id);
    } else {
        print_node(p, todo->id);
    }
}

void expr_print(const ExprPool *pool, Arena *arena, ExprId root, Text *out)
{
    Printer p = { .pool = pool, .arena = arena, .out = out };

    vec_push(arena, &p.todo, (Todo){ .id = root, .bind = PRECEDENCE_CHOICE });
    while (p.todo.count > 0) {
        Todo todo = vec_pop(&p.todo);

        print_todo(&p, &todo);
    }
    arena_drop(arena, p.todo.at, p.todo.room * sizeof *p.todo.at);
}
