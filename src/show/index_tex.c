/* index_tex.c -- derivatives in index form as LaTeX. */
#include "show/index_text.h"
#include "show/tex_expr.h"

typedef struct {
    const IndexDerivation *d;
    Language language;
} Style;

static void add_expr(const Style *s, ExprId id, Text *out);

/* The line whose left side the variable is, or NULL. */
static const FormLine *line_of(const IndexDerivation *d, VariableId variable)
{
    for (size_t i = 0; i < d->form.lines.count; i++)
        if (d->form.lines.at[i].variable == variable)
            return &d->form.lines.at[i];
    return NULL;
}

/* \frac{\partial J}{\partial W_{i,j}}, where J is a scalar; what comes back from an array keeps its name. */
static bool name_gradient(const void *context, ExprId name, Text *out)
{
    const Style *s = context;
    const Program *p = s->d->unit->lowered.program;
    const FormLine *line = line_of(s->d, s->d->pool->nodes.at[name].u.name.variable);

    if (line == NULL || line->output == NO_ID || p->symbols.at[line->output].rank > 0)
        return false;
    text_add(out, "\\frac{\\partial ");
    tex_name(names_text(&s->d->unit->names, p->symbols.at[line->output].name), out);
    text_add(out, "}{\\partial ");
    add_expr(s, expr_name(s->d->pool, line->of, expr_subs(s->d->pool, name)), out);
    text_add(out, "}");
    return true;
}

static void add_expr(const Style *s, ExprId id, Text *out)
{
    TexStyle style = { s->d->pool, s->d->unit->arena, s->language, name_gradient, s };

    tex_expr(&style, id, out);
}

/* The left side, the right side, the ranges of indices. */
static void add_line(const Style *s, const FormLine *line, Text *out)
{
    ExprPool *pool = s->d->pool;
    const ExprVariable *variable = &pool->variables.at[line->variable];
    unsigned rank = variable->rank;
    const int32_t *extents = variable->extents;
    AffId subs[FORM_MOST_RANK];

    for (unsigned k = 0; k < rank; k++)
        subs[k] = aff_index(&pool->affs, line->indices[k]);
    add_expr(s, expr_name(pool, line->variable, subs), out);
    text_add(out, " &= ");
    add_expr(s, line->value, out);
    for (unsigned k = 0; k < rank; k++)
        text_printf(out, "%s%s = 0, \\ldots, %d", k == 0 ? " && " : ",\\ ", names_text(pool->names, pool->indices.at[line->indices[k]]),
                    (int)extents[k] - 1);
}

void index_tex(const IndexDerivation *d, Language language, Text *out)
{
    Style s = { d, language };

    text_add(out, "% \\usepackage{amsmath}\n\\begin{align*}\n");
    for (size_t i = 0; i < d->form.lines.count; i++) {
        text_add(out, "  ");
        add_line(&s, &d->form.lines.at[i], out);
        text_add(out, i + 1 < d->form.lines.count ? " \\\\\n" : "\n");
    }
    text_add(out, "\\end{align*}\n");
}
