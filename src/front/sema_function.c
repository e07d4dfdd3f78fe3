/* sema_function.c -- what a call calls, and functions of the user's put in place. */
#include <string.h>

#include "front/sema.h"

/* ---- finding ---- */

/* A function of the user's counts from its definition on; it hides a built-in one. */
Callee sema_callee(const Sema *s, Name name, AstId ast, uint32_t *function)
{
    const Word *word = &s->words[name];

    *function = word->function - 1;
    if (word->function != 0 && s->functions.at[*function].ast < sema_position(s, ast))
        return CALLS_USER;
    return word->builtin != BUILTIN_NONE ? CALLS_BUILTIN : CALLS_NOTHING;
}

static const struct {
    const char *name, *advice;
} foreign[] = {
    { "zeros", "; write [0 for i in 0..n]" },
    { "ones", "; write [1 for i in 0..n]" },
    { "eye", "; write [i == j ? 1 : 0 for i in 0..n, j in 0..n]" },
    { "matmul", "; the matrix product is written A @ B" },
    { "mm", "; the matrix product is written A @ B" },
    { "transpose", "; the transpose is written A'" },
    { "arctan", "; did you mean 'atan'?" },
    { "arcsin", "; did you mean 'asin'?" },
    { "arccos", "; did you mean 'acos'?" },
    { "arctan2", "; did you mean 'atan2'?" },
    { "arcsinh", "; did you mean 'asinh'?" },
    { "arccosh", "; did you mean 'acosh'?" },
    { "arctanh", "; did you mean 'atanh'?" },
    { "log_e", "; did you mean 'log'?" },
    { "loge", "; did you mean 'log'?" },
    { "fabs", "; did you mean 'abs'?" },
    { "absolute", "; did you mean 'abs'?" },
    { "sgn", "; did you mean 'sign'?" },
    { "logistic", "; did you mean 'sig'?" },
    { "expit", "; did you mean 'sig'?" },
    { "heaviside", "; did you mean 'step'?" },
    { "swish", "; did you mean 'silu'?" },
    { "power", "; a power is written x^y" },
    { "square", "; a square is written x^2" },
    { "average", "; did you mean 'mean'?" },
    { "product", "; did you mean 'prod'?" },
    { "maximum", "; did you mean 'max'?" },
    { "minimum", "; did you mean 'min'?" },
    { "len", "; did you mean 'size'?" },
    { "length", "; did you mean 'size'?" },
    { "shape", "; did you mean 'size'?" },
    { "numel", "; did you mean 'size'?" },
    { "clip", "; did you mean 'clamp'?" },
    { "concatenate", "; did you mean 'concat'?" },
    { "gradient", "; did you mean 'grad'?" },
    { "if", "; a choice is written c ? a : b" },
    { "where", "; a choice is written c ? a : b" },
};

static const char *foreign_advice(const char *name)
{
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (strcmp(foreign[i].name, name) == 0)
            return foreign[i].advice;
    return NULL;
}

static const char *nearest_function(Sema *s, Name name, AstId ast)
{
    unsigned distance = sema_tolerance(sema_name(s, name));
    const char *best = NULL;

    for (unsigned op = 0; op < OP_COUNT; op++)
        if (op_info[op].callable)
            best = sema_nearest(s, name, best, op_info[op].name, &distance);
    for (Name other = 1; other < s->word_count; other++)
        if (s->words[other].builtin != BUILTIN_NONE)
            best = sema_nearest(s, name, best, sema_name(s, other), &distance);
    for (size_t i = 0; i < s->functions.count && s->functions.at[i].ast < sema_position(s, ast); i++)
        best = sema_nearest(s, name, best, sema_name(s, s->functions.at[i].name), &distance);
    return best;
}

static void say_unknown(Sema *s, AstId call)
{
    Name name = s->ast->nodes.at[call].u.name;
    const char *text = sema_name(s, name), *advice = foreign_advice(text), *near = NULL;
    Span at = s->ast->nodes.at[call].name_at;

    if (advice != NULL) {
        sema_error(s, at, "no function is called '%s'%s", text, advice);
        return;
    }
    if (sema_find(s, name).kind == FOUND_NOTHING)
        near = nearest_function(s, name, call);
    if (near != NULL)
        sema_error(s, at, "no function is called '%s'; did you mean '%s'?", text, near);
    else if (sema_find(s, name).kind != FOUND_NOTHING || (s->implicit && s->frames.count == 0))
        sema_error(s, at, "no function is called '%s'; a product is written %s * (...)", text, text);
    else
        sema_error(s, at, "no function is called '%s'", text);
}

void sema_unknown_function(Sema *s, AstId call)
{
    Name name = s->ast->nodes.at[call].u.name;
    const Word *word = &s->words[name];

    if (sema_is_full(s))
        sema_error(s, s->ast->nodes.at[call].name_at, "%s", "");
    else if (word->function != 0)
        sema_error(s, s->ast->nodes.at[call].name_at,
                   "'%s' is defined further down (line %u); a function calls only those above it, never itself",
                   sema_name(s, name), sema_line(s, sema_at(s, s->functions.at[word->function - 1].ast).begin));
    else
        say_unknown(s, call);
}

/* ---- definitions ---- */

static bool check_arguments(Sema *s, AstId id, AstId *args, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        Name name = s->ast->nodes.at[args[k]].u.name;

        sema_warn_hiding(s, name, sema_at(s, args[k]));
        if (s->words[name].mark == id + 1) {
            sema_error(s, sema_at(s, args[k]), "the argument '%s' stands twice", sema_name(s, name));
            return false;
        }
        s->words[name].mark = id + 1;
    }
    return true;
}

/* Calls of itself, and what the last statement of a block is. */
static bool check_body(Sema *s, const Function *function, AstId body)
{
    const AstNode *node = &s->ast->nodes.at[body];
    Name name = function->name;

    for (AstId i = node->first; i <= body; i++) {
        if (s->ast->nodes.at[i].kind != AST_CALL || s->ast->nodes.at[i].u.name != name)
            continue;
        sema_error(s, s->ast->nodes.at[i].name_at, "'%s' calls itself; a function calls only those above it",
                   sema_name(s, name));
        return false;
    }
    if (node->kind == AST_BLOCK && (node->count == 0 || s->ast->nodes.at[body - 1].kind != AST_ASSIGN)) {
        sema_error(s, s->ast->nodes.at[function->ast].name_at,
                   "the last statement of a function is an assignment; it gives the value");
        return false;
    }
    return true;
}

static bool check_count(Sema *s, const Function *function, uint32_t derivatives)
{
    if (derivatives == function->args)
        return true;
    sema_error(s, sema_at(s, function->ast), "%s has %u argument%s and %u derivative%s: one for each",
               sema_name(s, function->name), function->args, function->args == 1 ? "" : "s", derivatives,
               derivatives == 1 ? "" : "s");
    return false;
}

static void swap_output(CheckedModel *model)
{
    CheckedNode *at = model->nodes.at;
    size_t count = model->nodes.count, room = model->nodes.room;

    model->nodes.at = model->function_nodes.at;
    model->nodes.count = model->function_nodes.count;
    model->nodes.room = model->function_nodes.room;
    model->function_nodes.at = at;
    model->function_nodes.count = count;
    model->function_nodes.room = room;
}

/* One expression over scalar arguments, as code of its own. */
static bool check_scalar(Sema *s, AstId ast)
{
    CheckedId first = sema_here(s);
    Value value;

    if (sema_has_open_clause(s, s->ast->nodes.at[ast].first, ast))
        sema_infer(s, s->ast->nodes.at[ast].first, ast, NULL, 0);
    sema_run(s, s->ast->nodes.at[ast].first, ast);
    if (s->stopped)
        return false;
    value = sema_pop(s);
    if (!sema_is_number(s, &value))
        return false;
    if (value.shape.rank > 0) {
        sema_error(s, sema_at(s, ast), "a function with stated derivatives is a scalar function; %s is %s",
                   sema_text(s, ast), sema_shape_text(s, value.shape));
        return false;
    }
    vec_push(s->arena, &s->model->function_codes, (CheckedCode){ first, sema_here(s) });
    return true;
}

/* Body and derivatives, checked once where they stand. */
static bool check_stated(Sema *s, const Function *function, const AstId *args, AstId body, AstId derivatives)
{
    CheckedFunction checked = { .ast = function->ast, .name = function->name, .is_extern = function->is_extern,
                                .arg_count = function->args, .has_derivatives = derivatives != AST_NO_ID };
    Frame frame = { .def = function->ast, .call = AST_NO_ID, .end = AST_NO_ID, .bindings = s->bindings.count };
    uint32_t count = derivatives == AST_NO_ID ? 0 : s->ast->nodes.at[derivatives].count;
    AstId *kids = arena_array(s->arena, AstId, (size_t)count + 1);
    bool good = true;

    vec_push(s->arena, &s->frames, frame);
    checked.first_arg = (CheckedSym)s->model->symbols.count;
    for (uint32_t k = 0; k < function->args; k++) {
        const AstNode *arg = &s->ast->nodes.at[args[k]];
        CheckedSym symbol = sema_symbol(s, arg->u.name, arg->at, NAME_LOCAL, (Shape){ 0 }, args[k]);

        s->symbols.at[symbol].argument = true;
        sema_bind(s, arg->u.name, false, symbol);
    }
    s->in_stated = true;
    swap_output(s->model);
    checked.value = (uint32_t)s->model->function_codes.count;
    if (body != AST_NO_ID)
        good = check_scalar(s, body);
    checked.derivatives = (uint32_t)s->model->function_codes.count;
    if (derivatives != AST_NO_ID)
        ast_kids(s->ast, derivatives, kids);
    for (uint32_t k = 0; k < count && !s->stopped; k++)
        good = check_scalar(s, kids[k]) && good;
    swap_output(s->model);
    s->in_stated = false;
    sema_unbind(s, frame.bindings);
    s->frames.count--;
    vec_push(s->arena, &s->model->functions, checked);
    return good;
}

static bool is_misplaced(const Sema *s)
{
    return s->frames.count > 0 || s->loops.count > 0;
}

/* DEF or EXTERN. */
void sema_define(Sema *s, AstId id)
{
    const AstNode *node = &s->ast->nodes.at[id];
    uint32_t index = s->words[node->u.name].function - 1;
    Function *function = &s->functions.at[index];
    AstId kids[3], body, derivatives, *args;

    if (function->ast != id) {
        sema_error(s, node->name_at, "the function '%s' is already defined on line %u", sema_name(s, node->u.name),
                   sema_line(s, sema_at(s, function->ast).begin));
        return;
    }
    if (is_misplaced(s)) {
        function->bad = true;
        return;
    }
    ast_kids(s->ast, id, kids);
    body = node->kind == AST_DEF ? kids[1] : AST_NO_ID;
    derivatives = node->kind == AST_DEF ? kids[2] : kids[1];
    if (s->ast->nodes.at[derivatives].kind == AST_NONE)
        derivatives = AST_NO_ID;
    if (s->words[node->u.name].builtin != BUILTIN_NONE)
        sema_warning(s, node->name_at, "'%s' hides the built-in function %s", sema_name(s, node->u.name),
                     sema_name(s, node->u.name));
    args = arena_array(s->arena, AstId, (size_t)function->args + 1);
    ast_kids(s->ast, kids[0], args);
    function->bad = !check_arguments(s, id, args, function->args) ||
                    (body != AST_NO_ID && !check_body(s, function, body)) ||
                    (derivatives != AST_NO_ID && !check_count(s, function, s->ast->nodes.at[derivatives].count));
    if (function->bad || !function->stated)
        return;
    if (!check_stated(s, function, args, body, derivatives))
        s->functions.at[index].bad = true;
    s->functions.at[index].checked = (uint32_t)s->model->functions.count - 1;
}
