/* derivation_text.c -- derivatives as a model that bpgen reads back, the steps as its comments. */
#include <math.h>
#include <string.h>

#include "show/derivation.h"
#include "sym/print.h"

enum { LINE_WIDTH = 100, CONTINUED = 4 };

/* ---- long lines -------------------------------------------------------------------------------------- */

/* A line is broken behind + and -, where it cannot end: what is written is the same statement. */
static void add_broken(const char *text, Text *out)
{
    size_t column = 0;

    for (const char *at = text; *at != '\0'; at++) {
        bool gap = column >= LINE_WIDTH && *at == ' ' && at > text && (at[-1] == '+' || at[-1] == '-');

        if (gap) {
            text_add(out, "\n");
            text_blanks(out, CONTINUED);
            column = CONTINUED;
            continue;
        }
        text_bytes(out, at, 1);
        column = *at == '\n' ? 0 : column + 1;
    }
}

/* ---- declarations ------------------------------------------------------------------------------------ */

/* A constant as the language reads it. */
static void add_number(Arena *arena, Rational value, Text *out)
{
    if (!rational_decimal(arena, value, out))
        rational_print(value, out);
}

static bool all_equal(const Rational *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!rational_equal(values[i], values[0]))
            return false;
    return true;
}

/* Nested brackets of the shape; one number for all if they are equal. */
static void add_default(Arena *arena, const CheckedSymbol *s, Text *out)
{
    size_t count = 1;

    for (unsigned k = 0; k < s->shape.rank; k++)
        count *= (size_t)s->shape.extent[k];
    if (all_equal(s->values, count)) {
        add_number(arena, s->values[0], out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t below = 1;
        unsigned closing = 0;

        for (unsigned k = s->shape.rank; k-- > 0; below *= (size_t)s->shape.extent[k], closing += (i + 1) % below == 0)
            if (i % (below * (size_t)s->shape.extent[k]) == 0)
                text_add(out, "[");
        add_number(arena, s->values[i], out);
        for (unsigned k = 0; k < closing; k++)
            text_add(out, "]");
        text_add(out, i + 1 < count ? ", " : "");
    }
}

static void add_declaration(const Derivation *d, const CheckedSymbol *s, Text *out)
{
    Arena *arena = d->unit->arena;

    text_add(out, names_text(&d->unit->names, s->name));
    for (unsigned k = 0; k < s->shape.rank; k++)
        text_printf(out, "%s%d%s", k == 0 ? "[" : ",", (int)s->shape.extent[k], k + 1 == s->shape.rank ? "]" : "");
    if (s->has_range) {
        bool whole = s->role == NAME_INTEGER_INPUT;

        text_add(out, whole ? " in " : " in [");
        add_number(arena, s->low, out);
        text_add(out, whole ? ".." : ", ");
        add_number(arena, s->high, out);
        text_add(out, whole ? "" : "]");
    }
    if (s->has_default) {
        text_add(out, " = ");
        add_default(arena, s, out);
    }
}

/* Do the derivatives use all variables? */
static bool uses_all(const Derivation *d)
{
    bool *used = arena_array(d->unit->arena, bool, d->pool->variables.count + 1);
    const CheckedModel *model = &d->unit->model;
    ExprVec reached = { 0 };
    size_t count = 0;

    for (size_t i = 0; i < d->all.count; i++)
        expr_reach(d->pool, d->unit->arena, &d->all.at[i].value, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        const Expr *node = &d->pool->nodes.at[reached.at[i]];

        if (node->kind == EXPR_NAME && d->pool->variables.at[node->u.name.variable].symbol != UINT32_MAX &&
            !used[node->u.name.variable]) {
            used[node->u.name.variable] = true;
            count++;
        }
    }
    return count == model->declared.count;
}

static void add_declarations(const Derivation *d, Text *out)
{
    const CheckedModel *model = &d->unit->model;
    size_t begin = 0;
    bool was_param = false;

    if (!d->declares && uses_all(d))
        return;
    for (size_t i = 0; i < model->declared.count; i++) {
        const CheckedSymbol *s = &model->symbols.at[model->declared.at[i]];
        bool param = s->role == NAME_PARAM, first = i == 0 || param != was_param || out->size - begin > LINE_WIDTH;

        if (first) {
            text_add(out, i > 0 ? "\n" : "");
            begin = out->size;
        }
        text_add(out, first ? param ? "param " : "input " : ", ");
        add_declaration(d, s, out);
        was_param = param;
    }
    text_add(out, "\n");
}

/* ---- steps ------------------------------------------------------------------------------------------- */

static const char *text_of(const Derivation *d, ExprId id)
{
    Text text;

    text_init(&text, d->unit->arena);
    expr_print(d->pool, d->unit->arena, id, &text);
    return text_string(&text);
}

static void add_comment(const char *name, size_t width, const char *left, const char *right, Text *out)
{
    size_t own = message_width(name);

    text_printf(out, "#   %s", name);
    text_blanks(out, own < width ? width - own : 0);
    text_printf(out, "  %s%s%s\n", left, *left != '\0' ? " = " : "", right);
}

static void add_line(const Derivation *d, const Differentiation *stage, const StepLine *line, const char *name, size_t width,
                     Text *out)
{
    Text left;

    text_init(&left, d->unit->arena);
    if (line->kind == STEP_REWRITE)
        text_add(&left, text_of(d, line->of));
    else
        text_printf(&left, "d/d%s(%s)", text_of(d, stage->by), text_of(d, line->of));
    add_comment(name, width, text_string(&left), text_of(d, line->result), out);
}

static void add_formulas(const StepLines *steps, Language language, size_t width, Text *out)
{
    DerivativeRule rules[RULE_COUNT];
    size_t count = derivation_rules_used(steps, rules);

    text_printf(out, "# %s\n", message(language, MESSAGE_STEPS_RULES));
    for (size_t i = 0; i < count; i++)
        add_comment(message(language, (MessageId)(MESSAGE_RULE_CONSTANT + rules[i])), width, "",
                    derivation_rule_formula(rules[i], false), out);
}

static void add_stage(const Derivation *d, const Differentiation *stage, Language language, Text *out)
{
    StepLines steps;
    const char **names;
    size_t width = 0;

    text_printf(out, "# d/d%s(%s)\n", text_of(d, stage->by), text_of(d, expr_unmark(d->pool, stage->of)));
    if (!derivation_steps(d, stage, &steps)) {
        text_add(out, "#   ");
        text_printf(out, message(language, MESSAGE_STEPS_TOO_LONG), STEPS_MOST_OPERATIONS);
        text_add(out, "\n");
        return;
    }
    names = arena_array(d->unit->arena, const char *, steps.lines.count);
    for (size_t i = 0; i < steps.lines.count; i++) {
        Text name;

        text_init(&name, d->unit->arena);
        derivation_step_name(d, &steps.lines.at[i], language, &name);
        names[i] = text_string(&name);
        width = message_width(names[i]) > width ? message_width(names[i]) : width;
    }
    for (size_t i = 0; i < steps.lines.count; i++)
        add_line(d, stage, &steps.lines.at[i], names[i], width, out);
    add_formulas(&steps, language, width, out);
}

/* ---- results ----------------------------------------------------------------------------------------- */

/* Is there a number that no double holds? */
static bool overflows(const Derivation *d, ExprId id)
{
    ExprVec reached = { 0 };

    expr_reach(d->pool, d->unit->arena, &id, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        Rational value;

        if (expr_is_number(d->pool, reached.at[i], &value) && isinf(rational_to_double(value)))
            return true;
    }
    return false;
}

static void add_result(const Derivation *d, const Derivative *derivative, Language language, Text *out)
{
    Text line;

    for (size_t i = 0; i < derivative->stages.count; i++)
        add_stage(d, &derivative->stages.at[i], language, out);
    if (overflows(d, derivative->value))
        text_printf(out, "# %s\n", message(language, MESSAGE_DERIVE_NOT_DOUBLE));
    text_init(&line, d->unit->arena);
    text_printf(&line, "%s = ", names_text(&d->unit->names, derivative->name));
    expr_print(d->pool, d->unit->arena, derivative->value, &line);
    add_broken(text_string(&line), out);
    text_add(out, "\n");
}

void derivation_text(const Derivation *d, Language language, Text *out)
{
    add_declarations(d, out);
    for (size_t i = 0; i < d->all.count; i++)
        add_result(d, &d->all.at[i], language, out);
    if (d->all.count < 2)
        return;
    text_add(out, "output ");
    for (size_t i = 0; i < d->all.count; i++)
        text_printf(out, "%s%s", names_text(&d->unit->names, d->all.at[i].name), i + 1 < d->all.count ? ", " : "\n");
}
