/* sema_declare.c -- params, inputs, data, consts. */
#include <string.h>

#include "front/sema.h"

typedef struct {
    AstId ast, extents, range, value;
    DeclRole role;
    Name name;
    Span at;
    Shape shape;
    CheckedSymbol symbol;
    int64_t low, high; /* of integers */
    bool good;
} Declarator;

static const char *keyword(DeclRole role)
{
    static const char *const words[] = { "param", "input", "data", "const" };

    return words[role];
}

static NameRole name_role(DeclRole role)
{
    return role == ROLE_PARAM   ? NAME_PARAM
           : role == ROLE_INPUT ? NAME_INPUT
           : role == ROLE_DATA  ? NAME_DATA
                                : NAME_CONST;
}

/* ---- expressions of constants ---- */

/* Code of an expression of constants, which stays; false: it is none. */
static bool constant_code(Sema *s, AstId ast, const char *what, Value *value)
{
    AstId first = s->ast->nodes.at[ast].first;

    s->impure = false;
    if (sema_has_open_clause(s, first, ast))
        sema_infer(s, first, ast, NULL, 0);
    sema_run(s, first, ast);
    if (s->stopped)
        return false;
    *value = sema_pop(s);
    if (s->impure) {
        sema_error(s, sema_at(s, ast), "a %s is made of literals and consts only", what);
        return false;
    }
    return sema_is_number(s, value);
}

/* Its values, without code. */
static const Rational *constant_values(Sema *s, AstId ast, const char *what, Shape *shape)
{
    CheckedId first = sema_here(s);
    const Rational *values = NULL;
    Value value;

    if (constant_code(s, ast, what, &value)) {
        *shape = value.shape;
        values = sema_evaluate(s, first, false);
        if (values == NULL)
            sema_error(s, sema_at(s, ast), "the value of this %s cannot be computed here", what);
    }
    sema_cut(s, first);
    return values;
}

/* ---- extents and ranges ---- */

static bool check_extent(Sema *s, AstId ast, int32_t *extent)
{
    Form form = sema_form(s, ast);
    int64_t value;

    if (form.kind == FORM_EXACT && rational_to_int(form.number, &value) && value >= 1 && value <= INT32_MAX) {
        *extent = (int32_t)value;
        return true;
    }
    if (form.kind == FORM_EXACT) {
        const char *number = sema_rational_text(s, form.number), *text = sema_text(s, ast);

        if (strcmp(number, text) == 0)
            sema_error(s, sema_at(s, ast), "an extent is a positive integer, not %s", text);
        else
            sema_error(s, sema_at(s, ast), "an extent is a positive integer, not %s = %s", text, number);
        return false;
    }
    if (form.silent)
        return false;
    if (s->ast->nodes.at[ast].kind == AST_NAME && !s->implicit &&
        sema_find(s, s->ast->nodes.at[ast].u.name).kind == FOUND_NOTHING && sema_lookup(s, ast).kind == FOUND_NOTHING)
        return false;
    sema_error(s, sema_at(s, ast), "an extent is a literal or const; %s is not", sema_text(s, ast));
    return false;
}

static Span bracket_behind(const Sema *s, const Declarator *d)
{
    uint32_t at = d->at.end;

    while (at < s->ast->source->size && s->ast->source->text[at] != '[')
        at++;
    return (Span){ at, sema_at(s, d->ast).end };
}

static bool check_extents(Sema *s, Declarator *d)
{
    uint32_t count = s->ast->nodes.at[d->extents].count;
    AstId kids[MOST_AXES];
    bool good = true;

    if (count > 0 && d->role == ROLE_CONST) {
        sema_error(s, bracket_behind(s, d), "the shape of a const is that of its value: const %s = ...",
                   sema_name(s, d->name));
        return false;
    }
    if (count > MOST_AXES) {
        sema_error(s, bracket_behind(s, d), "an array has at most %d axes; this one has %u", (int)MOST_AXES, count);
        return false;
    }
    ast_kids(s->ast, d->extents, kids);
    d->shape.rank = (uint8_t)count;
    for (unsigned k = 0; k < count; k++)
        good = check_extent(s, kids[k], &d->shape.extent[k]) && good;
    return good && sema_fits(s, d->shape, d->ast);
}

static bool check_real_range(Sema *s, Declarator *d)
{
    AstId high = d->range - 1, low = s->ast->nodes.at[high].first - 1;
    Shape shape = { 0 }, other = { 0 };
    const Rational *a = constant_values(s, low, "range", &shape), *b = constant_values(s, high, "range", &other);

    if (a == NULL || b == NULL)
        return false;
    if (shape.rank > 0 || other.rank > 0) {
        sema_error(s, sema_at(s, d->range), "a range is made of two numbers");
        return false;
    }
    if (rational_compare(s->arena, *a, *b) >= 0) {
        sema_error(s, sema_at(s, d->range), "the range is empty: %s is not below %s", sema_text(s, low),
                   sema_text(s, high));
        return false;
    }
    d->symbol.has_range = true;
    d->symbol.low = *a;
    d->symbol.high = *b;
    return true;
}

static bool check_integer_range(Sema *s, Declarator *d)
{
    static const char rule[] = "a range is made of literals and consts";
    AstId high_ast = d->range - 1, low_ast = s->ast->nodes.at[high_ast].first - 1;
    AffId low, high;
    bool good;

    if (d->role != ROLE_INPUT) {
        sema_error(s, sema_at(s, d->range), "a..b makes an integer input; the range of a %s is written in [lo, hi]",
                   d->role == ROLE_DATA ? "data name" : keyword(d->role));
        return false;
    }
    good = sema_bound_form(s, low_ast, rule, &low);
    good = sema_bound_form(s, high_ast, rule, &high) && good;
    if (!good)
        return false;
    if (!aff_is_const(&s->model->affs, low, &d->low) || !aff_is_const(&s->model->affs, high, &d->high)) {
        sema_error(s, sema_at(s, d->range), "%s", rule);
        return false;
    }
    if (d->low >= d->high || d->low < -INT32_MAX || d->high > INT32_MAX) {
        sema_error(s, sema_at(s, d->range), d->low >= d->high ? "the range is empty: %s" : "the range %s is too large",
                   sema_range_text(s, low_ast, high_ast));
        return false;
    }
    d->symbol.role = NAME_INTEGER_INPUT;
    d->symbol.low = RATIONAL(d->low);
    d->symbol.high = RATIONAL(d->high);
    d->symbol.whole = true;
    return true;
}

static bool check_range(Sema *s, Declarator *d)
{
    AstKind kind = (AstKind)s->ast->nodes.at[d->range].kind;

    if (kind == AST_NONE)
        return true;
    if (d->role == ROLE_CONST) {
        sema_error(s, sema_at(s, d->range), "a const has no range: its value is known");
        return false;
    }
    if (kind == AST_RANGE_REAL)
        return check_real_range(s, d);
    if (kind == AST_RANGE_INT)
        return check_integer_range(s, d);
    sema_error(s, sema_at(s, d->range), "a range is written in [lo, hi], for integers in a..b");
    return false;
}

/* ---- defaults ---- */

/* Each is kept as an exact number: some hundred megabytes. */
enum { MOST_DEFAULTS = 1 << 24 };

static bool fits_integers(Sema *s, const Declarator *d, const Rational *values, size_t count)
{
    int64_t value;

    if (d->symbol.role != NAME_INTEGER_INPUT)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (rational_to_int(values[i], &value) && value >= d->low && value < d->high)
            continue;
        sema_error(s, sema_at(s, d->value), "the default %s is no integer in %lld..%lld",
                   sema_rational_text(s, values[i]), (long long)d->low, (long long)d->high);
        return false;
    }
    return true;
}

static bool check_default(Sema *s, Declarator *d, bool shape_known)
{
    Shape shape = { 0 };
    const Rational *values;
    Rational *spread;
    size_t count = 1;

    if (s->ast->nodes.at[d->value].kind == AST_NONE)
        return true;
    if (d->role == ROLE_DATA) {
        sema_error(s, sema_at(s, d->value), "data have no default: their values come with the samples");
        return false;
    }
    values = constant_values(s, d->value, "default", &shape);
    if (values == NULL || !shape_known)
        return false;
    for (unsigned k = 0; k < d->shape.rank; k++)
        count *= (size_t)d->shape.extent[k];
    if (shape.rank > 0 && !sema_same_shape(shape, d->shape)) {
        sema_error(s, sema_at(s, d->value), "%s is declared %s, its value has shape %s", sema_name(s, d->name),
                   sema_shape_text(s, d->shape), sema_shape_text(s, shape));
        return false;
    }
    if (count > MOST_DEFAULTS) {
        sema_error(s, sema_at(s, d->value), "a default is for at most %d elements; %s has %zu", MOST_DEFAULTS, sema_name(s, d->name), count);
        return false;
    }
    spread = arena_array(s->arena, Rational, count);
    for (size_t i = 0; i < count; i++)
        spread[i] = values[shape.rank > 0 ? i : 0];
    d->symbol.has_default = true;
    d->symbol.values = spread;
    return fits_integers(s, d, spread, count);
}

/* ---- making the symbol ---- */

static bool is_free(Sema *s, const Declarator *d)
{
    const Word *word = &s->words[d->name];
    CheckedSym other = word->outer - 1;

    if (word->outer == 0)
        return true;
    sema_error(s, d->at, "'%s' is already %s on line %u", sema_name(s, d->name),
               s->symbols.at[other].fixed || s->model->symbols.at[other].role < NAME_LOCAL ? "declared" : "assigned",
               sema_line(s, s->model->symbols.at[other].at.begin));
    return false;
}

static CheckedSym add_symbol(Sema *s, const Declarator *d)
{
    CheckedSym id = sema_symbol(s, d->name, d->at, d->symbol.role, d->shape, d->ast);
    CheckedSymbol *symbol = &s->model->symbols.at[id];

    *symbol = d->symbol;
    symbol->name = d->name;
    symbol->at = d->at;
    symbol->shape = d->shape;
    s->symbols.at[id].bad = !d->good;
    s->words[d->name].outer = id + 1;
    vec_push(s->arena, &s->outer_names, d->name);
    return id;
}

static void know_integers(Sema *s, CheckedSym id, const Declarator *d)
{
    Known *known = sema_know(s, id);

    known->low = d->low;
    known->high = d->high;
    if (s->model->symbols.at[id].shape.rank == 0)
        known->aff = aff_element(&s->model->affs, id, NULL, 0);
    else
        known->integers = id;
}

static void declare_value(Sema *s, Declarator *d)
{
    bool shape_known;
    CheckedSym id;

    d->symbol.role = name_role(d->role);
    d->good = is_free(s, d);
    shape_known = check_extents(s, d);
    d->good = check_range(s, d) && d->good && shape_known;
    d->good = check_default(s, d, shape_known) && d->good;
    if (s->stopped || (s->words[d->name].outer != 0 && !d->good))
        return;
    sema_warn_hiding(s, d->name, d->at);
    id = add_symbol(s, d);
    vec_push(s->arena, &s->model->declared, id);
    if (d->good && d->symbol.role == NAME_INTEGER_INPUT)
        know_integers(s, id, d);
}

/* ---- consts ---- */

static void take_extremes(Sema *s, CheckedSym id, size_t count)
{
    const Rational *values = s->model->symbols.at[id].values;
    Known *info = &s->known.at[s->symbols.at[id].known];
    bool whole = true;

    for (size_t i = 0; i < count && whole; i++) {
        int64_t value;

        whole = rational_to_int(values[i], &value) && value > -INT32_MAX && value < INT32_MAX;
        if (!whole)
            break;
        info->low = i == 0 || value < info->low ? value : info->low;
        info->high = i == 0 || value + 1 > info->high ? value + 1 : info->high;
    }
    s->model->symbols.at[id].whole = whole;
}

static void know_const(Sema *s, CheckedSym id, const Rational *values)
{
    Known *known = sema_know(s, id);
    Shape shape = s->model->symbols.at[id].shape;
    size_t count = 1;

    for (unsigned k = 0; k < shape.rank; k++)
        count *= (size_t)shape.extent[k];
    s->model->symbols.at[id].values = values;
    take_extremes(s, id, count);
    if (shape.rank > 0) {
        known->integers = id;
    } else {
        known->exact = values[0].big == NULL;
        known->number = values[0];
        s->model->symbols.at[id].whole = rational_is_whole(values[0]);
    }
}

/* Exact, or code that stays. */
static const Rational *compute(Sema *s, Declarator *d)
{
    CheckedId first = sema_here(s);
    const Rational *values = NULL;
    Value value;

    d->good = constant_code(s, d->value, "const", &value) && d->good;
    if (d->good)
        d->shape = value.shape;
    if (d->good)
        values = sema_evaluate(s, first, true);
    if (values != NULL || !d->good)
        sema_cut(s, first);
    return values;
}

static void assign_code(Sema *s, CheckedSym id, AstId ast, CheckedId first)
{
    CheckedNode *node = sema_emit(s, CHECKED_ASSIGN, ast, 1, first, s->model->symbols.at[id].shape);

    node->u.assign.symbol = id;
    sema_note_source(s, id, first, sema_here(s));
}

static void declare_const(Sema *s, Declarator *d)
{
    CheckedId first = sema_here(s);
    const Rational *values;
    bool given;
    CheckedSym id;

    d->good = is_free(s, d);
    d->good = check_extents(s, d) && d->good;
    d->good = check_range(s, d) && d->good;
    values = sema_override(s, d->name, d->at, &d->shape, &given);
    if (given) {
        d->good = d->good && values != NULL && sema_fits(s, d->shape, d->ast);
    } else if (s->ast->nodes.at[d->value].kind == AST_NONE) {
        sema_error(s, d->at, "a const needs a value: const %s = ...", sema_name(s, d->name));
        d->good = false;
    } else {
        values = compute(s, d);
    }
    if (s->stopped || (s->words[d->name].outer != 0 && !d->good))
        return;
    sema_warn_hiding(s, d->name, d->at);
    d->symbol.role = values != NULL ? NAME_CONST : NAME_LOCAL;
    id = add_symbol(s, d);
    s->symbols.at[id].fixed = true;
    if (!d->good)
        return;
    if (values != NULL)
        know_const(s, id, values);
    else
        assign_code(s, id, d->ast, first);
}

/* ---- statements ---- */

static void misplaced(Sema *s, AstId id)
{
    const AstNode *node = &s->ast->nodes.at[id];
    AstId *kids = arena_array(s->arena, AstId, (size_t)s->ast->nodes.at[id - 1].count + 1);

    if (s->frames.count > 0)
        sema_error(s, node->at, "a declaration stands only at the outer level of the file");
    else
        sema_error(s, node->at, "'%s' stands only at the outer level of the file", keyword(node->u.role));
    ast_kids(s->ast, id - 1, kids);
    for (uint32_t k = 0; k < s->ast->nodes.at[id - 1].count; k++) {
        const AstNode *declarator = &s->ast->nodes.at[kids[k]];
        CheckedSym symbol = sema_symbol(s, declarator->u.name, declarator->name_at, NAME_LOCAL, (Shape){ 0 }, kids[k]);

        s->symbols.at[symbol].bad = true;
        sema_bind(s, declarator->u.name, false, symbol);
    }
}

void sema_declare(Sema *s, AstId id)
{
    const AstNode *list = &s->ast->nodes.at[id - 1];
    AstId *declarators;

    if (!sema_is_outer(s)) {
        misplaced(s, id);
        return;
    }
    declarators = arena_array(s->arena, AstId, (size_t)list->count + 1);
    ast_kids(s->ast, id - 1, declarators);
    for (uint32_t k = 0; k < list->count && !s->stopped; k++) {
        const AstNode *node = &s->ast->nodes.at[declarators[k]];
        Declarator d = { .ast = declarators[k], .role = s->ast->nodes.at[id].u.role, .name = node->u.name,
                         .at = node->name_at };
        AstId kids[3];

        ast_kids(s->ast, d.ast, kids);
        d.extents = kids[0];
        d.range = kids[1];
        d.value = kids[2];
        if (d.role == ROLE_CONST)
            declare_const(s, &d);
        else
            declare_value(s, &d);
    }
}
