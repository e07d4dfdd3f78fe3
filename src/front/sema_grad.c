/* sema_grad.c -- grad, jacobian, jvp: by a name; and whether the function depends on it at all. */
#include "front/sema.h"

/* Walks for the warning stop after this many nodes in all. */
enum { MOST_WALKED = 1 << 24 };

/* Before the second argument: it is a name and no value. Returns where to go on. */
AstId sema_bare_name(Sema *s, AstId call)
{
    const AstNode *node = &s->ast->nodes.at[call];
    AstId arg = ast_kid(s->ast, call - 1, 1);
    Value value = sema_value(arg, sema_here(s), (Shape){ 0 });
    uint32_t function;

    if (sema_callee(s, node->u.name, call, &function) != CALLS_BUILTIN)
        return s->ast->nodes.at[arg].first;
    value.is = IS_BARE_NAME;
    if (s->ast->nodes.at[arg].kind != AST_NAME) {
        sema_error(s, sema_at(s, arg), "%s differentiates by a name; give '%s' a name first",
                   sema_name(s, node->u.name), sema_text(s, arg));
        value.is = IS_ERROR;
    }
    sema_push(s, value);
    return arg + 1;
}

void sema_note_source(Sema *s, CheckedSym symbol, CheckedId first, CheckedId end)
{
    vec_push(s->arena, &s->sources, (Definition){ symbol, first, end, s->symbols.at[symbol].sources });
    s->symbols.at[symbol].sources = (uint32_t)s->sources.count;
}

/* Does the code read `x`, directly or through names? Everything that a name was ever given counts. */
static bool depends(Sema *s, CheckedId first, CheckedId end, CheckedSym x)
{
    VEC(uint32_t) left = { 0 };
    Definition part = { 0, first, end, 0 };

    s->walk++;
    for (;;) {
        for (CheckedId id = part.first; id < part.end && id < s->model->nodes.count; id++) {
            const CheckedNode *node = &s->model->nodes.at[id];

            if (node->kind != CHECKED_REF)
                continue;
            if (node->u.symbol == x)
                return true;
            if (s->symbols.at[node->u.symbol].seen == s->walk)
                continue;
            s->symbols.at[node->u.symbol].seen = s->walk;
            for (uint32_t i = s->symbols.at[node->u.symbol].sources; i != 0; i = s->sources.at[i - 1].next)
                vec_push(s->arena, &left, i - 1);
        }
        s->walked += part.end - part.first + 1;
        if (s->walked > MOST_WALKED)
            return true;
        if (left.count == 0)
            return false;
        part = s->sources.at[vec_pop(&left)];
    }
}

/* The symbol by which is differentiated, or NO_SYMBOL. */
static CheckedSym find_name(Sema *s, AstId ast)
{
    Found found = sema_lookup(s, ast);
    const char *what = "a constant";

    if (found.kind == FOUND_NOTHING)
        return NO_SYMBOL;
    if (found.kind == FOUND_SYMBOL) {
        NameRole role = s->model->symbols.at[found.id].role;

        if (role != NAME_CONST && role != NAME_INTEGER_INPUT && !s->symbols.at[found.id].fixed)
            return found.id;
        if (role == NAME_INTEGER_INPUT)
            what = "an integer";
    } else if (found.kind == FOUND_INDEX) {
        what = "an index";
    }
    sema_error(s, sema_at(s, ast), "'%s' is %s: nothing varies with it continuously", sema_text(s, ast), what);
    return NO_SYMBOL;
}

static bool check_shapes(Sema *s, AstId id, Builtin which, const Value *args, Shape x, Shape *shape)
{
    *shape = x;
    if (which == BUILTIN_GRAD && args[0].shape.rank > 0) {
        sema_error(s, sema_at(s, args[0].ast), "grad needs a scalar; %s is %s: jacobian gives all rows",
                   sema_text(s, args[0].ast), sema_shape_text(s, args[0].shape));
        return false;
    }
    if (which == BUILTIN_JACOBIAN)
        *shape = sema_prefix_shape(args[0].shape, x);
    if (which != BUILTIN_JVP)
        return sema_fits(s, *shape, id);
    *shape = args[0].shape;
    if (sema_same_shape(args[2].shape, x))
        return true;
    sema_error(s, sema_at(s, args[2].ast), "the direction has shape %s, %s has %s", sema_shape_text(s, args[2].shape),
               sema_text(s, args[1].ast), sema_shape_text(s, x));
    return false;
}

static bool check_arguments(Sema *s, AstId id, Builtin which, const Value *args, CheckedSym *x, Shape *shape)
{
    bool good = sema_is_number(s, &args[0]) && args[1].is != IS_ERROR;

    if (which == BUILTIN_JVP)
        good = sema_is_number(s, &args[2]) && good;
    if (args[1].is != IS_BARE_NAME)
        return false;
    *x = find_name(s, args[1].ast);
    return good && *x != NO_SYMBOL && check_shapes(s, id, which, args, s->model->symbols.at[*x].shape, shape);
}

void sema_derivative(Sema *s, AstId id, Builtin which, uint32_t count)
{
    const Value *args = s->values.at + s->values.count - count;
    CheckedKind kind = which == BUILTIN_GRAD ? CHECKED_GRAD : which == BUILTIN_JVP ? CHECKED_JVP : CHECKED_JACOBIAN;
    CheckedId first, end;
    CheckedNode *node;
    CheckedSym x = NO_SYMBOL;
    Shape shape;

    if (!sema_takes(s, id, count, which == BUILTIN_JVP ? 3 : 2) || !check_arguments(s, id, which, args, &x, &shape)) {
        sema_drop(s, id, count);
        return;
    }
    first = args[0].first;
    end = which == BUILTIN_JVP ? args[2].first : sema_here(s);
    if (!s->in_stated && !depends(s, first, end, x))
        sema_warning(s, sema_at(s, id), "%s does not depend on %s: the derivative is zero", sema_text(s, args[0].ast),
                     sema_text(s, args[1].ast));
    s->values.count -= count;
    node = sema_emit(s, kind, id, which == BUILTIN_JVP ? 2 : 1, first, shape);
    node->u.symbol = x;
    sema_push(s, sema_value(id, first, shape));
}
