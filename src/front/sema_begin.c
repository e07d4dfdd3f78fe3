/* sema_begin.c -- tables made before the loop, and what can be said only at the end: results, unused names. */
#include <string.h>

#include "front/sema.h"

/* The functions that are no rows of the operator table. max and min are, but of two arguments only. */
static const struct {
    const char *name;
    Builtin builtin;
    uint8_t detail;
} special[] = {
    { "sum", BUILTIN_REDUCE, REDUCE_SUM },     { "prod", BUILTIN_REDUCE, REDUCE_PROD },
    { "mean", BUILTIN_REDUCE, REDUCE_MEAN },   { "norm", BUILTIN_REDUCE, REDUCE_NORM },
    { "logsumexp", BUILTIN_REDUCE, REDUCE_LOGSUMEXP },
    { "max", BUILTIN_EXTREME, REDUCE_MAX },    { "min", BUILTIN_EXTREME, REDUCE_MIN },
    { "dot", BUILTIN_DOT, 0 },                 { "outer", BUILTIN_OUTER, 0 },
    { "softmax", BUILTIN_SOFTMAX, 0 },         { "concat", BUILTIN_CONCAT, 0 },
    { "size", BUILTIN_SIZE, 0 },               { "grad", BUILTIN_GRAD, 0 },
    { "jacobian", BUILTIN_JACOBIAN, 0 },       { "jvp", BUILTIN_JVP, 0 },
};

static void add_event(Sema *s, AstId owner, unsigned which, AstId at)
{
    uint32_t event = 2 * owner + which;

    s->next_event[event] = s->events[at];
    s->events[at] = event + 1;
}

static void note_assign(Sema *s, AstId id)
{
    Word *word = &s->words[s->ast->nodes.at[id].u.name];
    uint32_t link = (uint32_t)s->assigns.count + 1;

    vec_push(s->arena, &s->assigns, (AssignLink){ id, 0 });
    if (word->last_assign != 0)
        s->assigns.at[word->last_assign - 1].next = link;
    else
        word->assigns = link;
    word->last_assign = link;
}

static void note_function(Sema *s, AstId id)
{
    const AstNode *node = &s->ast->nodes.at[id];
    Word *word = &s->words[node->u.name];
    AstId last = id - 1;

    vec_push(s->arena, &s->functions,
             (Function){ .ast = id, .name = node->u.name, .is_extern = node->kind == AST_EXTERN });
    vec_top(&s->functions).stated = node->kind == AST_EXTERN || s->ast->nodes.at[last].kind != AST_NONE;
    vec_top(&s->functions).args = s->ast->nodes.at[ast_kid(s->ast, id, 0)].count;
    if (word->function == 0)
        word->function = (uint32_t)s->functions.count;
}

static bool differentiates(const Sema *s, const AstNode *call)
{
    uint8_t builtin = s->words[call->u.name].builtin;

    return builtin == BUILTIN_GRAD || builtin == BUILTIN_JACOBIAN || builtin == BUILTIN_JVP;
}

/* Owners come in ascending order and each is put in front: of several events at one node, the outer one is first. */
static void note_node(Sema *s, AstId id)
{
    const AstNode *nodes = s->ast->nodes.at, *node = &nodes[id];

    switch ((AstKind)node->kind) {
    case AST_ASSIGN:
        note_assign(s, id);
        add_event(s, id, 0, node->first);
        add_event(s, id, 1, nodes[id - 1].first);
        break;
    case AST_FOR: case AST_REDUCE: case AST_COMPREHENSION:
        add_event(s, id, 0, node->first);
        add_event(s, id, 1, nodes[id - 1].first);
        break;
    case AST_DEF: case AST_EXTERN:
        note_function(s, id);
        add_event(s, id, 0, node->first);
        break;
    case AST_DECLARATION: case AST_OUTPUT:
        add_event(s, id, 0, node->first);
        break;
    case AST_SELECT:
        add_event(s, id, 0, nodes[nodes[id - 1].first - 1].first);
        add_event(s, id, 1, nodes[id - 1].first);
        break;
    case AST_BINARY:
        if (node->u.op == AST_OP_AND || node->u.op == AST_OP_OR)
            add_event(s, id, 0, nodes[id - 1].first);
        break;
    case AST_CALL:
        if (differentiates(s, node) && nodes[id - 1].count >= 2)
            add_event(s, id, 0, nodes[ast_kid(s->ast, id - 1, 1)].first);
        break;
    case AST_CLAUSE:
        if (nodes[id - 1].kind == AST_NONE)
            vec_push(s->arena, &s->open_clauses, id);
        break;
    default:
        break;
    }
}

static AstId *kids_of(Sema *s, AstId id)
{
    AstId *kids = arena_array(s->arena, AstId, (size_t)s->ast->nodes.at[id].count + 1);

    ast_kids(s->ast, id, kids);
    return kids;
}

static void note_outer(Sema *s, AstId id)
{
    const AstNode *node = &s->ast->nodes.at[id];
    AstId *kids;

    if (node->kind == AST_ASSIGN && s->words[node->u.name].outer_assign == 0)
        s->words[node->u.name].outer_assign = id + 1;
    if (node->kind == AST_DECLARATION) {
        kids = kids_of(s, id - 1);
        if (node->u.role != ROLE_CONST)
            s->implicit = false;
        for (uint32_t k = 0; k < s->ast->nodes.at[id - 1].count; k++) {
            Word *word = &s->words[s->ast->nodes.at[kids[k]].u.name];

            if (word->declarator == 0)
                word->declarator = kids[k] + 1;
        }
    }
    if (node->kind == AST_OUTPUT) {
        kids = kids_of(s, id - 1);
        for (uint32_t k = 0; k < s->ast->nodes.at[id - 1].count; k++)
            vec_push(s->arena, &s->output_names, kids[k]);
    }
}

static void note_builtins(Sema *s)
{
    Names *names = s->ast->names;

    for (unsigned op = 0; op < OP_COUNT; op++)
        if (op_info[op].callable)
            names_intern_text(names, op_info[op].name);
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        names_intern_text(names, special[i].name);
    names_intern_text(names, "pi");
    names_intern_text(names, "e");
    s->word_count = names->texts.count;
    s->words = arena_array(s->arena, Word, s->word_count);
    for (Name name = 1; name < s->word_count; name++) {
        Op op = op_find(names_text(names, name));

        if (op != OP_COUNT) {
            s->words[name].builtin = BUILTIN_OP;
            s->words[name].detail = (uint8_t)op;
        }
    }
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        Word *word = &s->words[names_intern_text(names, special[i].name)];

        word->builtin = (uint8_t)special[i].builtin;
        word->detail = special[i].detail;
    }
}

void sema_prepare(Sema *s)
{
    size_t count = s->ast->nodes.count;
    AstId file = (AstId)count - 1, *kids;

    note_builtins(s);
    s->implicit = true;
    s->events = arena_array(s->arena, uint32_t, count);
    s->next_event = arena_array(s->arena, uint32_t, 2 * count);
    s->clause_index = arena_array(s->arena, CheckedIndex, count);
    for (AstId id = 0; id < count; id++)
        note_node(s, id);
    kids = kids_of(s, file);
    for (uint32_t k = 0; k < s->ast->nodes.at[file].count; k++)
        note_outer(s, kids[k]);
}

/* ---- at the end ---- */

static void no_output(Sema *s, AstId last)
{
    static const char form[] = "the file ends in a %s; say which name is the result: output f";

    switch ((AstKind)s->ast->nodes.at[last].kind) {
    case AST_FOR: sema_error(s, sema_at(s, last), form, "loop"); break;
    case AST_DEF: case AST_EXTERN: sema_error(s, sema_at(s, last), form, "function"); break;
    default: sema_error(s, sema_at(s, last), form, "declaration"); break;
    }
}

static void add_output(Sema *s, CheckedSym symbol)
{
    s->model->symbols.at[symbol].used = true;
    vec_push(s->arena, &s->model->outputs, symbol);
}

static void named_output(Sema *s, AstId id)
{
    Name name = s->ast->nodes.at[id].u.name;
    const Word *word = &s->words[name];
    Span at = sema_at(s, id);
    CheckedSym symbol = word->outer - 1;

    if (word->outer == 0 && word->lost != 0) {
        sema_lookup(s, id);
    } else if (word->outer == 0) {
        sema_error(s, at, "the output '%s' is never assigned", sema_name(s, name));
    } else if (s->symbols.at[symbol].bad) {
        return;
    } else if (s->model->symbols.at[symbol].role < NAME_LOCAL || s->symbols.at[symbol].fixed) {
        sema_error(s, at, "the output '%s' is %s; an output is an assigned name", sema_name(s, name),
                   sema_role(s, symbol));
    } else {
        for (size_t i = 0; i < s->model->outputs.count; i++)
            if (s->model->outputs.at[i] == symbol)
                sema_error(s, at, "the output '%s' stands twice", sema_name(s, name));
        add_output(s, symbol);
    }
}

/* Free names are found in the order in which calls put functions in place; params come by first appearance in the text.
 * A symbol is placed at its first free appearance, and leaves of the AST stand in the order of the text. */
static void order_implicit(Sema *s)
{
    size_t count = 0;

    for (AstId id = 0; id < s->ast->nodes.count; id++) {
        const AstNode *node = &s->ast->nodes.at[id];
        uint32_t outer = node->kind == AST_NAME ? s->words[node->u.name].outer : 0;

        if (outer != 0 && s->symbols.at[outer - 1].ast == 0 && s->model->symbols.at[outer - 1].role == NAME_PARAM &&
            s->model->symbols.at[outer - 1].at.begin == node->at.begin)
            s->model->declared.at[count++] = outer - 1;
    }
}

static void warn_unused(Sema *s)
{
    for (CheckedSym i = 0; i < s->model->symbols.count; i++) {
        const CheckedSymbol *symbol = &s->model->symbols.at[i];

        if (!symbol->used && !symbol->in_call && (symbol->role < NAME_LOCAL || s->symbols.at[i].fixed))
            sema_warning(s, symbol->at, "'%s' is %s that is not used", sema_name(s, symbol->name), sema_role(s, i));
    }
}

void sema_outputs(Sema *s)
{
    AstId file = (AstId)s->ast->nodes.count - 1, last = file - 1;

    if (s->ast->nodes.at[file].count == 0) {
        sema_error(s, (Span){ 0, 0 }, "the file has no statement");
        return;
    }
    if (s->assigns.count == 0) {
        sema_error(s, (Span){ 0, 0 }, "the file assigns nothing");
        return;
    }
    for (size_t i = 0; i < s->output_names.count; i++)
        named_output(s, s->output_names.at[i]);
    if (s->output_names.count == 0) {
        const AstNode *node = &s->ast->nodes.at[last];
        uint32_t outer = node->kind == AST_ASSIGN ? s->words[node->u.name].outer : 0;

        if (node->kind != AST_ASSIGN)
            no_output(s, last);
        else if (outer != 0)
            add_output(s, outer - 1);
    }
    if (s->diag->errors > 0)
        return;
    if (s->implicit)
        order_implicit(s);
    warn_unused(s);
}
