/* derivation_tex.c -- derivatives in LaTeX, with their steps. */
#include "show/derivation.h"
#include "show/escape.h"
#include "show/tex_expr.h"

typedef struct {
    const Derivation *d;
    const StepLines *steps; /* or NULL */
    const Differentiation *stage;
    Language language;
    bool partial; /* more than one variable: \partial */
} Style;

static const char *d_of(const Style *s)
{
    return s->partial ? "\\partial " : "d";
}

static void add_expr(const Style *s, ExprId id, Text *out);

/* \frac{\partial}{\partial x}\left(...\right), of an inner derivative that a name stands for. */
static void add_operator(const Style *s, ExprId of, Text *out)
{
    text_printf(out, "\\frac{%s}{%s", s->partial ? "\\partial" : "d", d_of(s));
    add_expr(s, s->stage->by, out);
    text_add(out, "}\\left(");
    add_expr(s, expr_unmark(s->d->pool, of), out);
    text_add(out, "\\right)");
}

static bool name_inner(const void *context, ExprId name, Text *out)
{
    const Style *s = context;
    ExprId of = s->steps == NULL ? EXPR_NONE : steps_inner(s->steps, s->d->pool->nodes.at[name].u.name.variable);
    Style inner = *s;

    if (of == EXPR_NONE)
        return false;
    inner.steps = NULL; /* names in it are the model's */
    add_operator(&inner, of, out);
    return true;
}

static void add_expr(const Style *s, ExprId id, Text *out)
{
    TexStyle style = { s->d->pool, s->d->unit->arena, s->language, name_inner, s };

    tex_expr(&style, id, out);
}

/* ---- the left side ----------------------------------------------------------------------------------- */

/* "f", "o_{0,1}". */
static void add_output(const Derivation *d, const Derivative *derivative, Text *out)
{
    const ElaboratedValue *output = derivative->output;
    size_t below = 1, place = derivative->place;

    text_add(out, output->rank > 0 ? "{" : "");
    tex_name(names_text(&d->unit->names, output->name), out);
    text_add(out, output->rank > 0 ? "}_{" : "");
    for (unsigned k = 1; k < output->rank; k++)
        below *= (size_t)output->extents[k];
    for (unsigned k = 0; k < output->rank; k++) {
        text_printf(out, "%s%zu", k > 0 ? "," : "", place / below);
        place %= below;
        below /= k + 1 < output->rank ? (size_t)output->extents[k + 1] : 1;
    }
    text_add(out, output->rank > 0 ? "}" : "");
}

/* \frac{\partial^{3} f}{\partial x^{2}\,\partial y} */
static void add_left(const Style *s, const Derivative *derivative, Text *out)
{
    text_printf(out, "\\frac{%s", s->partial ? "\\partial" : "d");
    if (derivative->order > 1)
        text_printf(out, "^{%zu}", derivative->order);
    text_add(out, " ");
    add_output(s->d, derivative, out);
    text_add(out, "}{");
    for (size_t i = 0, same; i < derivative->order; i += same) {
        for (same = 1; i + same < derivative->order && derivative->by[i + same] == derivative->by[i]; same++)
            ;
        text_printf(out, "%s%s", i > 0 ? "\\," : "", d_of(s));
        add_expr(s, derivative->by[i], out);
        if (same > 1)
            text_printf(out, "^{%zu}", same);
    }
    text_add(out, "}");
}

/* ---- steps ------------------------------------------------------------------------------------------- */

static void add_step(const Style *s, const StepLine *line, Text *out)
{
    Text name;

    if (line->kind == STEP_REWRITE)
        add_expr(s, line->of, out);
    else
        add_operator(s, line->of, out);
    text_add(out, " &= ");
    add_expr(s, line->result, out);
    text_init(&name, s->d->unit->arena);
    derivation_step_name(s->d, line, s->language, &name);
    text_add(out, " && \\text{");
    escape_tex(out, text_string(&name));
    text_add(out, "}");
}

static void add_formulas(const Style *s, Text *out)
{
    DerivativeRule rules[RULE_COUNT];
    size_t count = derivation_rules_used(s->steps, rules);

    for (size_t i = 0; i < count; i++) {
        text_printf(out, "  & %s && \\text{", derivation_rule_formula(rules[i], true));
        escape_tex(out, message(s->language, (MessageId)(MESSAGE_RULE_CONSTANT + rules[i])));
        text_printf(out, "}%s\n", i + 1 < count ? " \\\\" : "");
    }
}

static void add_stage(const Style *style, const Differentiation *stage, Text *out)
{
    StepLines steps;
    Style s = *style;

    s.stage = stage;
    s.steps = &steps;
    if (!derivation_steps(s.d, stage, &steps)) {
        text_add(out, "% ");
        text_printf(out, message(s.language, MESSAGE_STEPS_TOO_LONG), STEPS_MOST_OPERATIONS);
        text_add(out, "\n");
        return;
    }
    text_add(out, "\\begin{align*}\n");
    for (size_t i = 0; i < steps.lines.count; i++) {
        text_add(out, "  ");
        add_step(&s, &steps.lines.at[i], out);
        text_add(out, i + 1 < steps.lines.count ? " \\\\\n" : "\n");
    }
    text_add(out, "\\end{align*}\n");
    escape_tex(out, message(s.language, MESSAGE_STEPS_RULES));
    text_add(out, "\n\\begin{align*}\n");
    add_formulas(&s, out);
    text_add(out, "\\end{align*}\n");
}

void derivation_tex(const Derivation *d, Language language, Text *out)
{
    Style s = { .d = d, .language = language, .partial = d->unit->model.declared.count > 1 };

    text_add(out, "% \\usepackage{amsmath}\n");
    for (size_t i = 0; i < d->all.count; i++)
        for (size_t k = 0; k < d->all.at[i].stages.count; k++)
            add_stage(&s, &d->all.at[i].stages.at[k], out);
    text_add(out, "\\begin{align*}\n");
    for (size_t i = 0; i < d->all.count; i++) {
        text_add(out, "  ");
        add_left(&s, &d->all.at[i], out);
        text_add(out, " &= ");
        add_expr(&s, d->all.at[i].value, out);
        text_add(out, i + 1 < d->all.count ? " \\\\\n" : "\n");
    }
    text_add(out, "\\end{align*}\n");
}
