/* explain_tex.c -- the listing of explain in LaTeX: two tables, what follows as paragraphs. */
#include "show/explain.h"

#include <math.h>

#include "show/escape.h"

static void write_cell(const char *text, Text *out)
{
    text_add(out, "\\texttt{");
    escape_tex(out, text);
    text_add(out, "}");
}

static void write_number(double value, int digits, Arena *arena, Text *out)
{
    Text number;

    text_init(&number, arena);
    explain_number(value, digits, &number);
    if (isfinite(value))
        text_printf(out, "\\ensuremath{%s}", text_string(&number)); /* so that "-" is a minus */
    else
        text_add(out, text_string(&number));
}

/* Vectors in a row, matrices in rows; larger arrays without their numbers. */
static void write_value(const Circuit *c, SymId id, Text *out)
{
    const Symbol *symbol = &c->program->symbols.at[id];
    size_t count = eval_elements(c->program, id), columns = symbol->rank == 2 ? (size_t)symbol->extents[1] : 0;
    const double *reals = c->evaluation.reals[id];

    if (count > MOST_SHOWN || symbol->rank > 2)
        return;
    if (symbol->rank > 0)
        text_add(out, columns > 0 ? "$\\left(\\begin{array}{" : "(");
    for (size_t k = 0; k < columns; k++)
        text_add(out, "r");
    text_add(out, columns > 0 ? "}" : "");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add(out, columns == 0 ? ", " : i % columns == 0 ? " \\\\ " : " & ");
        write_number(reals != NULL ? reals[i] : c->evaluation.integers[id][i], symbol->rank == 0 ? 15 : 6, c->arena, out);
    }
    if (symbol->rank > 0)
        text_add(out, columns > 0 ? "\\end{array}\\right)$" : ")");
}

static void write_line(const Explain *e, const ExplainLine *line, bool shapes, Language language, Text *out)
{
    const Circuit *c = e->circuit;
    Text formula, shape;

    text_init(&formula, c->arena);
    text_init(&shape, c->arena);
    explain_formula(line, language, &formula);
    circuit_shape(c, line->value, &shape);
    if (line->opens)
        text_printf(out, "(%u)", (unsigned)line->number);
    text_add(out, " & ");
    write_cell(line->target, out);
    text_printf(out, " & $%s$ & ", line->adds ? "\\mathrel{+}=" : "=");
    write_cell(text_string(&formula), out);
    if (shapes)
        text_printf(out, " & %s", text_string(&shape));
    text_add(out, " & ");
    write_value(c, line->value, out);
    text_add(out, " \\\\\n");
}

static void write_side(const Explain *e, const ExplainLine *lines, size_t count, const char *title, const char *last,
                       Language language, Text *out)
{
    bool shapes = false;

    for (size_t i = 0; i < count; i++)
        shapes |= e->circuit->program->symbols.at[lines[i].value].rank > 0;
    text_printf(out, "\\noindent\\begin{tabular}{rl@{ }c@{ }l%s%s}\n\\multicolumn{4}{l}{", shapes ? "l" : "", shapes ? "l" : "r");
    escape_tex(out, title);
    text_printf(out, "}%s & ", shapes ? " &" : "");
    escape_tex(out, last);
    text_add(out, " \\\\\n\\hline\n");
    for (size_t i = 0; i < count; i++)
        write_line(e, &lines[i], shapes, language, out);
    text_add(out, "\\end{tabular}\n");
}

static void write_paragraph(const Text *text, Text *out)
{
    text_add(out, "\n\\noindent ");
    escape_tex(out, text_string(text));
    text_add(out, "\n");
}

void explain_tex(const Explain *e, Mistake mistake, Language language, Text *out)
{
    const char *wrong = explain_mistake(mistake, language);
    Arena *arena = e->circuit->arena;
    Text text;

    text_init(&text, arena);
    explain_title(e->circuit, language, &text);
    text_printf(&text, "%s%s", wrong != NULL ? "; " : "", wrong != NULL ? wrong : "");
    write_paragraph(&text, out);
    text_add(out, "\n\\medskip\n");
    write_side(e, e->forward.at, e->forward.count, message(language, MESSAGE_EXPLAIN_FORWARD), message(language, MESSAGE_VALUE),
               language, out);
    text_add(out, "\n\\medskip\n");
    write_side(e, e->backward.at, e->backward.count, message(language, MESSAGE_EXPLAIN_BACKWARD),
               message(language, MESSAGE_GRADIENT), language, out);
    text_add(out, "\n\\medskip\n");
    for (size_t i = 0; i < e->forks.count; i++) {
        text_init(&text, arena);
        explain_fork(e, &e->forks.at[i], language, &text);
        write_paragraph(&text, out);
    }
    for (size_t i = 0; i < e->remarks.count; i++) {
        text_init(&text, arena);
        explain_remark(e, &e->remarks.at[i], language, &text);
        write_paragraph(&text, out);
    }
    for (size_t i = 0; i < e->failures.count; i++) {
        text_init(&text, arena);
        explain_failure(e, &e->failures.at[i], language, &text);
        write_paragraph(&text, out);
    }
    text_init(&text, arena);
    explain_verdict(e, language, &text);
    write_paragraph(&text, out);
}
