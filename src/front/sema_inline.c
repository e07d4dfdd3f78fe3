/* sema_inline.c -- calls of functions of the user's: arguments bound, the body checked in place. */
#include "front/sema.h"

static AstId body_of(const Sema *s, AstId def)
{
    return s->ast->nodes.at[def - 1].first - 1; /* the child before the derivatives */
}

static bool all_numbers(Sema *s, uint32_t count)
{
    const Value *args = s->values.at + s->values.count - count;
    bool good = true;

    for (uint32_t k = 0; k < count; k++)
        good = sema_is_number(s, &args[k]) && good;
    return good;
}

/* ---- stated derivatives ---- */

static void call_stated(Sema *s, AstId id, uint32_t index, uint32_t count)
{
    const Value *args = s->values.at + s->values.count - count;
    Value value = sema_value(id, args[0].first, (Shape){ 0 });
    CheckedNode *node;

    for (uint32_t k = 0; k < count; k++) {
        if (!sema_broadcast(value.shape, args[k].shape, &value.shape)) {
            sema_disagree(s, id, &args[k - 1], &args[k]);
            sema_drop(s, id, count);
            return;
        }
    }
    s->values.count -= count;
    if (!sema_fits(s, value.shape, id)) {
        sema_push_error(s, id, value.first);
        return;
    }
    node = sema_emit(s, CHECKED_STATED, id, count, value.first, value.shape);
    node->u.stated = s->functions.at[index].checked;
    sema_push(s, value);
}

/* ---- in place ---- */

static CheckedSym bind_arguments(Sema *s, AstId id, const AstId *names, const Value *args, uint32_t count)
{
    CheckedSym first = (CheckedSym)s->model->symbols.count;

    for (uint32_t k = 0; k < count; k++) {
        const AstNode *name = &s->ast->nodes.at[names[k]];
        CheckedSym symbol = sema_symbol(s, name->u.name, name->at, NAME_LOCAL, args[k].shape, id);

        s->symbols.at[symbol].argument = true;
        if (args[k].exact || args[k].aff != AFF_FAIL || args[k].integers != NO_SYMBOL)
            *sema_know(s, symbol) = (Known){ args[k].exact, args[k].lead_count, args[k].aff, args[k].integers,
                                             args[k].lead,  args[k].number,     0,           0 };
        sema_note_source(s, symbol, args[k].first, k + 1 < count ? args[k + 1].first : sema_here(s));
        sema_bind(s, name->u.name, false, symbol);
    }
    return first;
}

bool sema_call_user(Sema *s, AstId id, uint32_t function, uint32_t count)
{
    Function *called = &s->functions.at[function];
    Frame frame = { .def = called->ast, .call = id, .bindings = s->bindings.count };
    const Value *args = s->values.at + s->values.count - count;
    CheckedNode *node;
    CheckedSym first;
    AstId *names;

    called->called = true;
    if (called->bad || !sema_takes(s, id, count, called->args) || !all_numbers(s, count)) {
        sema_drop(s, id, count);
        return false;
    }
    if (called->stated) {
        call_stated(s, id, function, count);
        return false;
    }
    names = arena_array(s->arena, AstId, count);
    ast_kids(s->ast, s->ast->nodes.at[body_of(s, called->ast)].first - 1, names);
    frame.end = body_of(s, called->ast);
    frame.first = args[0].first;
    vec_push(s->arena, &s->frames, frame);
    first = bind_arguments(s, id, names, args, count);
    s->values.count -= count;
    node = sema_emit(s, CHECKED_BIND, id, count, sema_here(s), (Shape){ 0 });
    node->u.bind.first = first;
    node->u.bind.count = count;
    if (s->ast->nodes.at[frame.end].kind != AST_BLOCK) {
        AstId from = s->ast->nodes.at[frame.end].first;

        if (sema_has_open_clause(s, from, frame.end))
            sema_infer(s, from, frame.end, NULL, 0);
    }
    return true;
}

/* The value of a block is the name that it assigns last. */
static void push_last_assigned(Sema *s, AstId body)
{
    Name name = s->ast->nodes.at[body - 1].u.name;
    Found found = sema_find(s, name);
    Value value = sema_value(body - 1, sema_here(s), (Shape){ 0 });
    CheckedNode *node;

    if (found.kind != FOUND_SYMBOL || s->symbols.at[found.id].bad) {
        sema_push_error(s, body, sema_here(s));
        return;
    }
    s->model->symbols.at[found.id].used = true;
    value.shape = s->model->symbols.at[found.id].shape;
    node = sema_emit(s, CHECKED_REF, body - 1, 0, value.first, value.shape);
    node->u.symbol = found.id;
    sema_push(s, value);
}

void sema_end_call(Sema *s)
{
    Frame frame = vec_top(&s->frames);
    CheckedNode *node;
    Value value;
    bool good;

    if (s->ast->nodes.at[frame.end].kind == AST_BLOCK)
        push_last_assigned(s, frame.end);
    value = sema_pop(s);
    good = sema_is_number(s, &value);
    sema_unbind(s, frame.bindings);
    s->frames.count--;
    if (!good) {
        sema_push_error(s, frame.call, frame.first);
        return;
    }
    value.ast = frame.call;
    value.first = frame.first;
    value.star_fits = false;
    node = sema_emit(s, CHECKED_CALL, frame.call, 1, frame.first, value.shape);
    node->u.def = frame.def;
    node->value = (uint8_t)sema_kind(s, &value);
    sema_push(s, value);
}

/* ---- functions that nothing calls: their names ---- */

static void mark_names(Sema *s, AstId first, AstId end, AstId def)
{
    for (AstId id = first; id < end; id++)
        if (s->ast->nodes.at[id].kind == AST_NAME)
            s->words[s->ast->nodes.at[id].u.name].mark = def + 1;
}

/* Arguments, assigned names and indices. */
static void mark_own_names(Sema *s, AstId def)
{
    AstId body = body_of(s, def);

    mark_names(s, s->ast->nodes.at[def].first, s->ast->nodes.at[body].first, def);
    for (AstId id = s->ast->nodes.at[body].first; id <= body; id++) {
        const AstNode *node = &s->ast->nodes.at[id];

        if (node->kind == AST_ASSIGN || node->kind == AST_FOR || node->kind == AST_CLAUSE ||
            node->kind == AST_DECLARATOR)
            s->words[node->u.name].mark = def + 1;
        if (node->kind == AST_ASSIGN)
            mark_names(s, node->first, ast_kid(s->ast, id, 0), def);
    }
}

static void check_names(Sema *s, AstId def, AstId id)
{
    const AstNode *node = &s->ast->nodes.at[id];
    uint32_t function;

    switch ((AstKind)node->kind) {
    case AST_NAME:
        if (!s->implicit && s->words[node->u.name].mark != def + 1)
            sema_lookup(s, id);
        break;
    case AST_CALL: case AST_REDUCE:
        if (sema_callee(s, node->u.name, id, &function) == CALLS_NOTHING)
            sema_unknown_function(s, id);
        break;
    case AST_DECLARATION:
        sema_error(s, node->at, "a declaration stands only at the outer level of the file");
        break;
    default:
        break;
    }
}

void sema_check_uncalled(Sema *s)
{
    for (size_t i = 0; i < s->functions.count; i++) {
        const Function *function = &s->functions.at[i];
        AstId body;

        if (function->called || function->bad || function->stated)
            continue;
        body = body_of(s, function->ast);
        vec_push(s->arena, &s->frames, (Frame){ .def = function->ast, .call = AST_NO_ID, .end = AST_NO_ID });
        mark_own_names(s, function->ast);
        for (AstId id = s->ast->nodes.at[body].first; id <= body; id++)
            check_names(s, function->ast, id);
        s->frames.count--;
    }
}
