/* derivation_text.c -- derivatives as a model that bpgen reads back, the steps as its comments. */
#include <math.h>
#include <string.h>

#include "show/derivation.h"
#include "show/model_text.h"
#include "sym/print.h"

/* ---- declarations ------------------------------------------------------------------------------------ */

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

        if (node->kind == EXPR_NAME && d->pool->variables.at[node->u.name.variable].symbol < EXPR_FUNCTION &&
            !used[node->u.name.variable]) {
            used[node->u.name.variable] = true;
            count++;
        }
    }
    return count == model->declared.count;
}

static bool is_called(const Derivation *d, Name function)
{
    for (size_t v = 0; v < d->pool->variables.count; v++)
        if (d->pool->variables.at[v].symbol == EXPR_FUNCTION && d->pool->variables.at[v].name == function)
            return true;
    return false;
}

/* The C functions of the model, in its order, without their derivatives, which nothing needs any more. */
static void add_externs(const Derivation *d, Text *out)
{
    const CheckedModel *model = &d->unit->model;

    for (size_t i = 0; i < model->functions.count; i++) {
        const CheckedFunction *f = &model->functions.at[i];

        if (!f->is_extern || !is_called(d, f->name))
            continue;
        text_printf(out, "extern %s(", names_text(&d->unit->names, f->name));
        for (uint32_t k = 0; k < f->arg_count; k++)
            text_printf(out, "%s%s", k > 0 ? ", " : "", names_text(&d->unit->names, model->symbols.at[f->first_arg + k].name));
        text_add(out, ")\n");
    }
}

static void add_declarations(const Derivation *d, Text *out)
{
    const CheckedModel *model = &d->unit->model;
    const CheckedSymbol **symbols = arena_array(d->unit->arena, const CheckedSymbol *, model->declared.count + 1);

    if (!d->declares && uses_all(d))
        return;
    for (size_t i = 0; i < model->declared.count; i++)
        symbols[i] = &model->symbols.at[model->declared.at[i]];
    model_text_declarations(d->unit, symbols, model->declared.count, out);
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

static bool divides_by_zero(const ExprPool *pool, ExprId id)
{
    const Expr *node = &pool->nodes.at[id];

    return node->kind == EXPR_OP && node->op == OP_DIV && expr_is_int(pool, node->u.arg[1], 0);
}

/* Why bpgen would refuse to read it: a number that no double holds, or a divisor of the model that is 0 whatever the values. */
static bool is_unreadable(const Derivation *d, ExprId id, MessageId *why)
{
    ExprVec reached = { 0 };

    expr_reach(d->pool, d->unit->arena, &id, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        Rational value;

        *why = MESSAGE_DERIVE_NOT_DOUBLE;
        if (expr_is_number(d->pool, reached.at[i], &value) && isinf(rational_to_double(value)))
            return true;
        *why = MESSAGE_DERIVE_BY_ZERO;
        if (divides_by_zero(d->pool, reached.at[i]))
            return true;
    }
    return false;
}

static void add_result(const Derivation *d, const Derivative *derivative, Language language, Text *out)
{
    MessageId why;
    Text line;

    for (size_t i = 0; i < derivative->stages.count; i++)
        add_stage(d, &derivative->stages.at[i], language, out);
    if (is_unreadable(d, derivative->value, &why))
        text_printf(out, "# %s\n", message(language, why));
    text_init(&line, d->unit->arena);
    text_printf(&line, "%s = ", names_text(&d->unit->names, derivative->name));
    expr_print(d->pool, d->unit->arena, derivative->value, &line);
    model_text_broken(text_string(&line), out);
    text_add(out, "\n");
}

void derivation_text(const Derivation *d, Language language, Text *out)
{
    add_declarations(d, out);
    add_externs(d, out);
    for (size_t i = 0; i < d->all.count; i++)
        add_result(d, &d->all.at[i], language, out);
    if (d->all.count < 2)
        return;
    text_add(out, "output ");
    for (size_t i = 0; i < d->all.count; i++)
        text_printf(out, "%s%s", names_text(&d->unit->names, d->all.at[i].name), i + 1 < d->all.count ? ", " : "\n");
}
