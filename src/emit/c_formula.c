/* c_formula.c -- symbolic expressions as C functions: one loop over a stack of what is left to be written. */
#include "emit/c_formula.h"

#include <math.h>
#include <string.h>

#include "emit/c_body.h"

/* Still to be written: a text, or (text NULL) the expression where it has to bind so tightly. */
typedef struct {
    const char *text;
    ExprId id;
    unsigned level;
} Todo;

/* A C function of the user's that is called. */
typedef struct {
    ExprId function;
    unsigned arguments;
} CExternUse;

typedef struct {
    ExprPool *pool;
    Arena *arena;
    Text *out;
    CNames names;
    VEC(CExternUse) externs;
    const char **variables; /* C names by variable */
    const char **parts;     /* by node: the variable that holds it, or NULL */
    ExprId root;            /* written even if it has one */
    bool used[OP_COUNT];    /* of the runtime */
    bool too_large;
    VEC(Todo) todo;
} Formula;

static void later_text(Formula *f, const char *text)
{
    vec_push(f->arena, &f->todo, (Todo){ .text = text });
}

static void later(Formula *f, ExprId id, unsigned level)
{
    vec_push(f->arena, &f->todo, (Todo){ .id = id, .level = level });
}

/* ---- leaves ------------------------------------------------------------------------------------------ */

static void print_number(Formula *f, double value)
{
    Text digits;

    text_init(&digits, f->arena);
    text_double(&digits, value);
    f->too_large |= !isfinite(value);
    text_add(f->out, text_string(&digits));
    text_add(f->out, strpbrk(text_string(&digits), ".e") == NULL ? ".0" : "");
}

static void print_name(Formula *f, ExprId id)
{
    VariableId variable = f->pool->nodes.at[id].u.name.variable;
    const ExprVariable *v = &f->pool->variables.at[variable];

    text_add(f->out, f->variables[variable]);
    for (unsigned k = 0; k < v->rank; k++) {
        int64_t sub = 0;

        (void)aff_is_const(&f->pool->affs, expr_subs(f->pool, id)[k], &sub);
        text_printf(f->out, "[%lld]", (long long)sub);
    }
}

/* ---- operators --------------------------------------------------------------------------------------- */

/* x*x and x*x*x of what is a name in C; other powers are calls. */
static unsigned small_power(const Formula *f, ExprId id)
{
    const Expr *node = &f->pool->nodes.at[id];
    unsigned exponent = expr_is_int(f->pool, node->u.arg[1], 2) ? 2 : expr_is_int(f->pool, node->u.arg[1], 3) ? 3 : 0;
    ExprId base = node->u.arg[0];

    return f->parts[base] != NULL || f->pool->nodes.at[base].kind == EXPR_NAME ? exponent : 0;
}

static unsigned level_of(const Formula *f, ExprId id)
{
    const Expr *node = &f->pool->nodes.at[id];

    if (f->parts[id] != NULL && id != f->root)
        return LEVEL_PRIMARY;
    if (node->kind == EXPR_NUMBER)
        return rational_sign(f->pool->numbers.at[node->u.number]) < 0 ? LEVEL_UNARY : LEVEL_PRIMARY;
    if (node->kind != EXPR_OP)
        return LEVEL_PRIMARY;
    if (node->op == OP_POW)
        return small_power(f, id) > 0 ? LEVEL_MUL : LEVEL_PRIMARY;
    switch (op_info[node->op].form) {
    case FORM_INFIX:
        return c_level_infix((Op)node->op);
    case FORM_PREFIX:
        return LEVEL_UNARY;
    case FORM_SELECT:
        return LEVEL_TERNARY;
    default:
        return LEVEL_PRIMARY;
    }
}

/* && inside || gets brackets, as compilers ask for. */
static unsigned level_left(const Formula *f, Op op, ExprId left)
{
    if (op == OP_OR)
        return f->pool->nodes.at[left].op == OP_OR ? LEVEL_OR : LEVEL_EQUAL;
    return op == OP_ADD || op == OP_SUB || op == OP_MUL || op == OP_DIV || op == OP_AND ? c_level_infix(op) : LEVEL_ADD;
}

/* Its prototype is wanted. */
static void note_extern(Formula *f, ExprId call)
{
    const ExprId *args = expr_args(f->pool, call);
    unsigned count = 1;

    for (size_t i = 0; i < f->externs.count; i++)
        if (f->externs.at[i].function == args[0])
            return;
    for (ExprId list = args[1]; f->pool->nodes.at[list].kind == EXPR_OP && f->pool->nodes.at[list].op == OP_LIST;
         list = f->pool->nodes.at[list].u.arg[1])
        count++;
    vec_push(f->arena, &f->externs, (CExternUse){ args[0], count });
}

/* A C function of the user's: its name and its arguments, a list. */
static void print_user_call(Formula *f, ExprId id)
{
    const Expr *node = &f->pool->nodes.at[id];

    if (node->op == OP_CALL)
        note_extern(f, id);
    later_text(f, node->op == OP_CALL ? ")" : "");
    later(f, node->u.arg[1], LEVEL_ANY);
    later_text(f, node->op == OP_CALL ? "(" : ", ");
    later(f, node->u.arg[0], LEVEL_ANY);
}

static void print_call(Formula *f, ExprId id)
{
    const Expr *node = &f->pool->nodes.at[id];

    f->used[node->op] |= op_info[node->op].source == FROM_RUNTIME;
    text_add(f->out, op_info[node->op].c);
    later_text(f, ")");
    for (unsigned k = expr_arity(f->pool, id); k-- > 0;) {
        later(f, node->u.arg[k], LEVEL_ANY);
        later_text(f, k > 0 ? ", " : "(");
    }
}

static void print_power(Formula *f, ExprId id)
{
    ExprId base = f->pool->nodes.at[id].u.arg[0];
    unsigned exponent = small_power(f, id);

    if (exponent == 0) {
        print_call(f, id);
        return;
    }
    for (unsigned i = 0; i < exponent; i++) {
        later(f, base, LEVEL_PRIMARY);
        later_text(f, i + 1 < exponent ? "*" : "");
    }
}

static void print_infix(Formula *f, const Expr *node)
{
    bool close = node->op == OP_MUL || node->op == OP_DIV;

    later(f, node->u.arg[1], c_level_right((Op)node->op));
    later_text(f, close ? "" : " ");
    later_text(f, op_info[node->op].c);
    later_text(f, close ? "" : " ");
    later(f, node->u.arg[0], level_left(f, (Op)node->op, node->u.arg[0]));
}

static void print_operator(Formula *f, ExprId id)
{
    const Expr *node = &f->pool->nodes.at[id];

    if (node->op == OP_PI || node->op == OP_E) {
        print_number(f, op_value((Op)node->op, NULL));
    } else if (node->op == OP_POW) {
        print_power(f, id);
    } else if (op_info[node->op].form == FORM_PREFIX) {
        text_add(f->out, op_info[node->op].c);
        later(f, node->u.arg[0], node->op == OP_NOT ? LEVEL_UNARY : LEVEL_PRIMARY);
    } else if (op_info[node->op].form == FORM_INFIX) {
        print_infix(f, node);
    } else if (op_info[node->op].form == FORM_SELECT) {
        later(f, node->u.arg[2], LEVEL_TERNARY);
        later_text(f, " : ");
        later(f, node->u.arg[1], LEVEL_OR);
        later_text(f, " ? ");
        later(f, node->u.arg[0], LEVEL_OR);
    } else if (node->op == OP_CALL || node->op == OP_LIST) {
        print_user_call(f, id);
    } else {
        print_call(f, id);
    }
}

static void print_node(Formula *f, ExprId id)
{
    const Expr *node = &f->pool->nodes.at[id];

    if (node->kind == EXPR_NUMBER)
        print_number(f, rational_to_double(f->pool->numbers.at[node->u.number]));
    else if (node->kind == EXPR_NAME)
        print_name(f, id);
    else
        print_operator(f, id);
}

static void print_todo(Formula *f, const Todo *todo)
{
    if (todo->text != NULL) {
        text_add(f->out, todo->text);
    } else if (f->parts[todo->id] != NULL && todo->id != f->root) {
        text_add(f->out, f->parts[todo->id]);
    } else if (level_of(f, todo->id) < todo->level) {
        text_add(f->out, "(");
        later_text(f, ")");
        print_node(f, todo->id);
    } else {
        print_node(f, todo->id);
    }
}

static void print_expression(Formula *f, ExprId root)
{
    f->root = root;
    later(f, root, LEVEL_ANY);
    while (f->todo.count > 0) {
        Todo todo = vec_pop(&f->todo);

        print_todo(f, &todo);
    }
}

/* ---- parts that occur several times ------------------------------------------------------------------ */

/* Calls and what has several operations get a line of their own if they are used more than once; conditions never do. */
static bool is_worth_a_line(const Formula *f, ExprId id, uint32_t uses)
{
    const Expr *node = &f->pool->nodes.at[id];

    if (uses < 2 || node->kind != EXPR_OP || expr_arity(f->pool, id) == 0 || op_info[node->op].result != KIND_REAL)
        return false;
    if (node->op == OP_NEG || (node->op == OP_POW && small_power(f, id) > 0))
        return false;
    for (unsigned k = 0; k < expr_arity(f->pool, id); k++)
        if (f->pool->nodes.at[node->u.arg[k]].kind != EXPR_NUMBER)
            return true;
    return op_info[node->op].form == FORM_CALL;
}

/* A square or cube uses its base that often. */
static uint32_t uses_of(const Formula *f, ExprId id, unsigned k)
{
    const Expr *node = &f->pool->nodes.at[id];

    if (node->op != OP_POW || k > 0)
        return 1;
    return expr_is_int(f->pool, node->u.arg[1], 2) || expr_is_int(f->pool, node->u.arg[1], 3) ? 2 : 1;
}

static void print_parts(Formula *f, ExprId root)
{
    ExprVec reached = { 0 };
    uint32_t *uses = arena_array(f->arena, uint32_t, (size_t)root + 1);

    f->parts = arena_array(f->arena, const char *, (size_t)root + 1);
    expr_reach(f->pool, f->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++)
        for (unsigned k = 0; k < expr_arity(f->pool, reached.at[i]); k++)
            uses[expr_args(f->pool, reached.at[i])[k]] += uses_of(f, reached.at[i], k);
    for (size_t i = 0; i < reached.count; i++) {
        ExprId id = reached.at[i];

        if (id == root || !is_worth_a_line(f, id, uses[id]))
            continue;
        f->parts[id] = c_names_temporary(&f->names);
        text_printf(f->out, "    const double %s = ", f->parts[id]);
        print_expression(f, id);
        text_add(f->out, ";\n");
    }
}

/* ---- functions --------------------------------------------------------------------------------------- */

/* Is it a variable of the program, not a function, nor a name that stands for something in a listing? */
static bool is_argument(const ExprVariable *v)
{
    return v->symbol != UINT32_MAX && v->symbol != EXPR_FUNCTION;
}

static void print_externs(const Formula *f, Text *out)
{
    for (size_t i = 0; i < f->externs.count; i++) {
        text_printf(out, "double %s(", f->variables[f->pool->nodes.at[f->externs.at[i].function].u.name.variable]);
        for (unsigned k = 0; k < f->externs.at[i].arguments; k++)
            text_add(out, k == 0 ? "double" : ", double");
        text_add(out, ");\n");
    }
}

static void print_signature(const Formula *f, const char *name, Text *out)
{
    bool first = true;

    text_printf(out, "double %s(", name);
    for (size_t v = 0; v < f->pool->variables.count; v++) {
        const ExprVariable *variable = &f->pool->variables.at[v];

        if (!is_argument(variable))
            continue;
        text_printf(out, "%s%sdouble %s", first ? "" : ", ", variable->rank == 1 ? "const " : "", f->variables[v]);
        for (unsigned k = 0; k < variable->rank; k++)
            text_printf(out, "[%d]", (int)variable->extents[k]);
        first = false;
    }
    text_add(out, first ? "void)" : ")");
}

/* Arguments that do not occur; compilers want to be told. */
static void print_unused(Formula *f, ExprId root)
{
    bool *used = arena_array(f->arena, bool, f->pool->variables.count + 1);
    ExprVec reached = { 0 };

    expr_reach(f->pool, f->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++)
        if (f->pool->nodes.at[reached.at[i]].kind == EXPR_NAME)
            used[f->pool->nodes.at[reached.at[i]].u.name.variable] = true;
    for (size_t v = 0; v < f->pool->variables.count; v++)
        if (is_argument(&f->pool->variables.at[v]) && !used[v])
            text_printf(f->out, "    (void)%s;\n", f->variables[v]);
}

static void print_function(Formula *f, const char *name, ExprId value)
{
    size_t block = c_names_enter(&f->names), begin;
    uint32_t temporaries = f->names.temporaries;

    text_add(f->out, "\n");
    print_signature(f, name, f->out);
    text_add(f->out, "\n{\n");
    begin = f->out->size;
    print_parts(f, value);
    print_unused(f, value);
    text_add(f->out, f->out->size > begin ? "\n    return " : "    return ");
    print_expression(f, value);
    text_add(f->out, ";\n}\n");
    c_names_leave(&f->names, block);
    f->names.temporaries = temporaries;
}

static const char **take_names(Formula *f, const CFormula *formulas, size_t count)
{
    const char **names = arena_array(f->arena, const char *, count + 1);

    c_names_init(&f->names, f->arena);
    c_runtime_names(&f->names, false);
    for (size_t v = 0; v < f->pool->variables.count; v++)
        if (f->pool->variables.at[v].symbol == EXPR_FUNCTION)
            c_names_reserve(&f->names, names_text(f->pool->names, f->pool->variables.at[v].name));
    for (size_t v = 0; v < f->pool->variables.count; v++)
        c_names_keep(&f->names, names_text(f->pool->names, f->pool->variables.at[v].name));
    for (size_t i = 0; i < count; i++)
        names[i] = c_names_take(&f->names, names_text(f->pool->names, formulas[i].name));
    f->variables = arena_array(f->arena, const char *, f->pool->variables.count + 1);
    for (size_t v = 0; v < f->pool->variables.count; v++)
        if (f->pool->variables.at[v].symbol == EXPR_FUNCTION)
            f->variables[v] = names_text(f->pool->names, f->pool->variables.at[v].name);
        else if (is_argument(&f->pool->variables.at[v]))
            f->variables[v] = c_names_take(&f->names, names_text(f->pool->names, f->pool->variables.at[v].name));
    return names;
}

bool c_formulas(ExprPool *pool, Arena *arena, const char *title, const CFormula *formulas, size_t count, Text *out)
{
    Text functions;
    Formula f = { .pool = pool, .arena = arena, .out = &functions };
    const char **names = take_names(&f, formulas, count);

    text_init(&functions, arena);
    for (size_t i = 0; i < count; i++)
        print_function(&f, names[i], formulas[i].value);
    text_printf(out, "/* %s */\n#include <math.h>\n\n", title);
    for (size_t i = 0; i < count; i++) {
        print_signature(&f, names[i], out);
        text_add(out, ";\n");
    }
    print_externs(&f, out);
    text_add(out, "\n");
    c_runtime_helpers(arena, f.used, out);
    text_add(out, text_string(&functions) + (out->at[out->size - 2] == '\n'));
    return !f.too_large;
}
