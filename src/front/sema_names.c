/* sema_names.c -- scopes, what a name stands for, and what is said if it stands for nothing. */
#include <string.h>

#include "front/sema.h"

/* ---- scopes ---- */

/* The outer level is visible in a function as far as it stands above it; of other scopes only the frame's own. */
Found sema_find(const Sema *s, Name name)
{
    const Word *word = &s->words[name];

    if (word->inner != 0) {
        const Binding *binding = &s->bindings.at[word->inner - 1];

        if (binding->frame == s->frames.count)
            return (Found){ binding->is_index ? FOUND_INDEX : FOUND_SYMBOL, binding->id };
    }
    if (word->outer != 0 && (s->frames.count == 0 || s->symbols.at[word->outer - 1].ast < vec_top(&s->frames).def))
        return (Found){ FOUND_SYMBOL, word->outer - 1 };
    return (Found){ FOUND_NOTHING, 0 };
}

bool sema_is_outer(const Sema *s)
{
    return s->frames.count == 0 && s->loops.count == 0;
}

AstId sema_position(const Sema *s, AstId ast)
{
    return s->frames.count > 0 ? vec_top(&s->frames).def : ast;
}

void sema_bind(Sema *s, Name name, bool is_index, uint32_t id)
{
    Binding binding = { name, (uint32_t)s->frames.count, is_index, id, s->words[name].inner };

    vec_push(s->arena, &s->bindings, binding);
    s->words[name].inner = (uint32_t)s->bindings.count;
}

void sema_unbind(Sema *s, size_t bindings)
{
    while (s->bindings.count > bindings) {
        Binding binding = vec_pop(&s->bindings);

        s->words[binding.name].inner = binding.below;
    }
}

CheckedSym sema_symbol(Sema *s, Name name, Span at, NameRole role, Shape shape, AstId ast)
{
    CheckedSym id = (CheckedSym)s->model->symbols.count;
    SymbolInfo info = { .ast = ast, .home = (uint32_t)s->loops.count };

    vec_push(s->arena, &s->model->symbols,
             (CheckedSymbol){ .name = name, .at = at, .role = role, .shape = shape, .in_call = s->frames.count > 0 });
    vec_push(s->arena, &s->symbols, info);
    return id;
}

const Known *sema_known(const Sema *s, CheckedSym symbol)
{
    return &s->known.at[s->symbols.at[symbol].known];
}

Known *sema_know(Sema *s, CheckedSym symbol)
{
    s->symbols.at[symbol].known = (uint32_t)s->known.count;
    vec_push(s->arena, &s->known, s->known.at[0]);
    return &vec_top(&s->known);
}

const char *sema_role(const Sema *s, CheckedSym symbol)
{
    if (s->symbols.at[symbol].fixed)
        return "a const";
    if (s->symbols.at[symbol].argument)
        return "an argument";
    switch (s->model->symbols.at[symbol].role) {
    case NAME_PARAM: return "a param";
    case NAME_INPUT: case NAME_INTEGER_INPUT: return "an input";
    case NAME_DATA: return "a data name";
    case NAME_CONST: return "a const";
    case NAME_LOCAL: case NAME_CARRIED: case NAME_GATHERED: break;
    }
    return "a variable";
}

static FoundKind constant(const Sema *s, Name name)
{
    const char *text = sema_name(s, name);

    return strcmp(text, "pi") == 0 ? FOUND_PI : strcmp(text, "e") == 0 ? FOUND_E : FOUND_NOTHING;
}

void sema_warn_hiding(Sema *s, Name name, Span at)
{
    if (constant(s, name) != FOUND_NOTHING)
        sema_warning(s, at, "'%s' hides the constant %s", sema_name(s, name), sema_name(s, name));
}

/* ---- what is said of a name that stands for nothing ---- */

unsigned sema_tolerance(const char *word)
{
    size_t size = strlen(word);

    return size <= 2 ? 1 : size <= 4 ? 2 : size <= 8 ? 3 : 4;
}

/* The nearer of two suggestions; the earlier one if both are as near. */
const char *sema_nearest(Sema *s, Name name, const char *best, const char *candidate, unsigned *distance)
{
    unsigned found;

    if (*distance == 0)
        return best;
    found = names_distance(sema_name(s, name), candidate, *distance - 1);
    if (found >= *distance || found == 0)
        return best;
    *distance = found;
    return candidate;
}

static const char *nearest_name(Sema *s, Name name)
{
    const char *best = NULL;
    unsigned distance = sema_tolerance(sema_name(s, name));

    for (size_t i = s->bindings.count; i-- > 0 && s->bindings.at[i].frame == s->frames.count;)
        best = sema_nearest(s, name, best, sema_name(s, s->bindings.at[i].name), &distance);
    for (size_t i = 0; i < s->outer_names.count; i++)
        if (sema_find(s, s->outer_names.at[i]).kind != FOUND_NOTHING)
            best = sema_nearest(s, name, best, sema_name(s, s->outer_names.at[i]), &distance);
    return best;
}

/* The first assignment of the name within the subtree of `owner` but behind `ast`, or AST_NO_ID. */
static AstId assigned_later(const Sema *s, Name name, AstId ast, AstId owner)
{
    for (uint32_t link = s->words[name].assigns; link != 0; link = s->assigns.at[link - 1].next) {
        AstId assign = s->assigns.at[link - 1].ast;

        if (assign > ast && assign < owner)
            return assign;
    }
    return AST_NO_ID;
}

/* The outermost loop of the present frame, or AST_NO_ID. */
static AstId outermost_loop(const Sema *s)
{
    AstId ast = AST_NO_ID;

    for (size_t i = s->loops.count; i-- > 0 && s->loops.at[i].frame == s->frames.count;)
        ast = s->loops.at[i].ast;
    return ast;
}

/* 'z' belongs to the loop of line 2; gather it there with z[t] = ... */
static void say_lost(Sema *s, AstId id)
{
    Name name = s->ast->nodes.at[id].u.name;
    const Word *word = &s->words[name];
    VEC(AstId) around = { 0 };
    Text text;

    for (AstId i = word->lost; i < s->ast->nodes.count; i++)
        if (s->ast->nodes.at[i].kind == AST_FOR && s->ast->nodes.at[i].first < word->lost)
            vec_push(s->arena, &around, i);
    text_init(&text, s->arena);
    for (size_t i = around.count; i-- > 0;)
        text_printf(&text, "%s%s", sema_name(s, s->ast->nodes.at[around.at[i]].u.name), i > 0 ? "," : "");
    sema_error(s, sema_at(s, id), "'%s' belongs to the loop of line %u; gather it there with %s[%s] = ...",
               sema_name(s, name), sema_line(s, sema_at(s, word->lost_loop).begin), sema_name(s, name),
               text_string(&text));
}

/* Does the assignment put the turns of an open loop together? */
static bool gathers(const Sema *s, AstId assign)
{
    AstId list = ast_kid(s->ast, assign, 0);

    for (AstId id = s->ast->nodes.at[list].first; id < list; id++) {
        Found found = { FOUND_NOTHING, 0 };

        if (s->ast->nodes.at[id].kind == AST_NAME)
            found = sema_find(s, s->ast->nodes.at[id].u.name);
        if (found.kind == FOUND_INDEX && s->indices.at[found.id].is_loop)
            return true;
    }
    return false;
}

static void say_gathering(Sema *s, AstId id)
{
    sema_error(s, sema_at(s, id),
               "'%s' is being gathered in this loop and is complete only after it; carry the value in"
               " a name of its own",
               sema_name(s, s->ast->nodes.at[id].u.name));
}

static bool say_too_early(Sema *s, AstId id)
{
    Name name = s->ast->nodes.at[id].u.name;
    const Word *word = &s->words[name];
    AstId loop = outermost_loop(s), later = AST_NO_ID;
    const char *what = "assigned";

    if (loop != AST_NO_ID)
        later = assigned_later(s, name, id, loop);
    if (later != AST_NO_ID) {
        if (gathers(s, later))
            say_gathering(s, id);
        else
            sema_error(s, sema_at(s, id),
                       "'%s' has no value here yet; to carry it from turn to turn, give it one before the loop",
                       sema_name(s, name));
        return true;
    }
    if (s->frames.count > 0)
        later = assigned_later(s, name, id, vec_top(&s->frames).def);
    if (later == AST_NO_ID && word->outer_assign != 0 && word->outer_assign - 1 > sema_position(s, id))
        later = word->outer_assign - 1;
    if (later == AST_NO_ID && word->declarator != 0) {
        later = word->declarator - 1;
        what = "declared";
    }
    if (later == AST_NO_ID)
        return false;
    sema_error(s, sema_at(s, id), "'%s' is used before it is %s (line %u)", sema_name(s, name), what,
               sema_line(s, sema_at(s, later).begin));
    return true;
}

static void say_undeclared(Sema *s, AstId id)
{
    Name name = s->ast->nodes.at[id].u.name;
    const char *text = sema_name(s, name), *near;

    if (s->words[name].builtin != BUILTIN_NONE || s->words[name].function != 0) {
        sema_error(s, sema_at(s, id), "'%s' is a function; it needs an argument in ( )", text);
        return;
    }
    near = nearest_name(s, name);
    if (near != NULL)
        sema_error(s, sema_at(s, id), "'%s' is not declared; did you mean '%s'?", text, near);
    else
        sema_error(s, sema_at(s, id), "'%s' is not declared", text);
}

static CheckedSym add_implicit(Sema *s, Name name, Span at)
{
    CheckedSym symbol = sema_symbol(s, name, at, NAME_PARAM, (Shape){ 0 }, 0);

    s->model->symbols.at[symbol].in_call = false;
    s->symbols.at[symbol].home = 0;
    s->words[name].outer = symbol + 1;
    vec_push(s->arena, &s->outer_names, name);
    vec_push(s->arena, &s->model->declared, symbol);
    return symbol;
}

static Found undefined(Sema *s, AstId id)
{
    Name name = s->ast->nodes.at[id].u.name;
    Word *word = &s->words[name];
    bool said = word->reported;

    word->reported = true;
    if (said || sema_is_full(s)) {
        if (!said)
            sema_error(s, sema_at(s, id), "%s", "");
        return (Found){ FOUND_NOTHING, 0 };
    }
    if (say_too_early(s, id))
        return (Found){ FOUND_NOTHING, 0 };
    if (word->lost != 0) {
        say_lost(s, id);
        return (Found){ FOUND_NOTHING, 0 };
    }
    if (s->implicit && !s->in_stated) {
        word->reported = false;
        return (Found){ FOUND_SYMBOL, add_implicit(s, name, sema_at(s, id)) };
    }
    say_undeclared(s, id);
    return (Found){ FOUND_NOTHING, 0 };
}

/* ---- uses ---- */

/* A function with stated derivatives is one of its arguments: anything else it used would have no derivative. */
static bool may_use(Sema *s, AstId id, CheckedSym symbol)
{
    bool local = s->model->symbols.at[symbol].in_call || s->symbols.at[symbol].fixed ||
                 s->model->symbols.at[symbol].role == NAME_CONST;

    if (!local)
        s->impure = true;
    if (local || !s->in_stated)
        return true;
    sema_error(s, sema_at(s, id), "'%s' is %s; a function with stated derivatives uses its arguments and consts only",
               sema_name(s, s->ast->nodes.at[id].u.name), sema_role(s, symbol));
    return false;
}

static bool is_readable(Sema *s, AstId id, CheckedSym symbol)
{
    const SymbolInfo *info = &s->symbols.at[symbol];

    if (info->bad)
        return false;
    if (info->gathering != 0 && s->loops.count >= info->gathering) {
        say_gathering(s, id);
        return false;
    }
    return may_use(s, id, symbol);
}

Found sema_lookup(Sema *s, AstId id)
{
    Name name = s->ast->nodes.at[id].u.name;
    Found found = sema_find(s, name);

    if (found.kind == FOUND_NOTHING)
        found.kind = constant(s, name);
    if (found.kind == FOUND_NOTHING)
        found = undefined(s, id);
    if (found.kind == FOUND_SYMBOL) {
        CheckedSymbol *symbol = &s->model->symbols.at[found.id];

        symbol->used = true;
        if (s->symbols.at[found.id].ast == 0 && symbol->role == NAME_PARAM && sema_at(s, id).begin < symbol->at.begin)
            symbol->at = sema_at(s, id);
        if (!is_readable(s, id, found.id))
            return (Found){ FOUND_NOTHING, 0 };
    }
    if (found.kind == FOUND_INDEX && s->indices.at[found.id].bad)
        return (Found){ FOUND_NOTHING, 0 };
    return found;
}

ValueKind sema_kind(const Sema *s, const Value *value)
{
    if (value->is == IS_CONDITION)
        return VALUE_CONDITION;
    if (value->integers != NO_SYMBOL && s->model->symbols.at[value->integers].whole)
        return VALUE_INTEGER;
    if (value->exact ? rational_is_whole(value->number)
                     : value->aff != AFF_FAIL && aff_is_whole(&s->model->affs, value->aff))
        return VALUE_INTEGER;
    return VALUE_REAL;
}

static void push_symbol(Sema *s, AstId id, CheckedSym symbol)
{
    const Known *known = sema_known(s, symbol);
    Value value = sema_value(id, sema_here(s), s->model->symbols.at[symbol].shape);
    CheckedNode *node = sema_emit(s, CHECKED_REF, id, 0, value.first, value.shape);

    value.exact = known->exact;
    value.number = known->number;
    value.aff = known->aff;
    value.integers = known->integers;
    value.lead = known->lead;
    value.lead_count = known->lead_count;
    node->u.symbol = symbol;
    node->value = (uint8_t)sema_kind(s, &value);
    sema_push(s, value);
}

void sema_reference(Sema *s, AstId id)
{
    Found found = sema_lookup(s, id);
    Value value = sema_value(id, sema_here(s), (Shape){ 0 });

    switch (found.kind) {
    case FOUND_NOTHING:
        sema_push_error(s, id, sema_here(s));
        return;
    case FOUND_SYMBOL:
        push_symbol(s, id, found.id);
        return;
    case FOUND_INDEX: {
        CheckedNode *node = sema_emit(s, CHECKED_INDEX, id, 0, value.first, value.shape);

        node->u.index = found.id;
        node->value = VALUE_INTEGER;
        value.aff = aff_index(&s->model->affs, found.id);
        break;
    }
    case FOUND_PI:
    case FOUND_E:
        sema_emit(s, found.kind == FOUND_PI ? CHECKED_PI : CHECKED_E, id, 0, value.first, value.shape);
        break;
    }
    sema_push(s, value);
}
