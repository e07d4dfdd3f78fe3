/* index_text.c -- derivatives in index form as a model that bpgen reads back. */
#include "show/index_text.h"
#include "show/model_text.h"

static bool is_given(const IndexDerivation *d, SymId symbol)
{
    for (size_t i = 0; i < d->form.given.count; i++)
        if (d->form.given.at[i] == symbol)
            return true;
    return false;
}

static void add_given(const IndexDerivation *d, Text *out)
{
    const CheckedModel *model = &d->unit->model;
    const Program *p = d->unit->lowered.program;
    const CheckedSymbol **symbols = arena_array(d->unit->arena, const CheckedSymbol *, model->declared.count + 1);
    size_t count = 0;

    for (size_t i = 0; i < model->declared.count; i++)
        if (is_given(d, d->unit->lowered.declared.at[i].symbol))
            symbols[count++] = &model->symbols.at[model->declared.at[i]];
    model_text_declarations(d->unit, symbols, count, out);
    for (size_t i = 0; i < d->form.given.count; i++)
        if (p->symbols.at[d->form.given.at[i]].role == SYM_TABLE)
            index_form_print_table(d->pool, p, d->form.given.at[i], out);
}

static void add_upstream(const IndexDerivation *d, Language language, Text *out)
{
    const Program *p = d->unit->lowered.program;

    for (size_t i = 0; i < d->form.upstream.count; i++) {
        const ExprVariable *variable;

        if (d->form.upstream.at[i] == EXPR_NONE)
            continue;
        variable = &d->pool->variables.at[d->form.upstream.at[i]];
        text_add(out, "# ");
        text_printf(out, message(language, MESSAGE_INDEX_UPSTREAM), names_text(&d->unit->names, variable->name),
                    names_text(&d->unit->names, p->symbols.at[p->outputs.at[i]].name));
        text_printf(out, "\ninput %s", names_text(&d->unit->names, variable->name));
        for (unsigned k = 0; k < variable->rank; k++)
            text_printf(out, "%s%d", k == 0 ? "[" : ",", (int)variable->extents[k]);
        text_add(out, "]\n");
    }
}

/* What part of the whole the line belongs to. */
static MessageId part_of(const FormLine *line)
{
    return line->output == NO_ID ? MESSAGE_INDEX_VALUES : line->by == NO_ID ? MESSAGE_INDEX_ON_THE_WAY : MESSAGE_INDEX_RESULTS;
}

static bool has_steps(const IndexDerivation *d)
{
    for (size_t i = 0; i < d->form.lines.count; i++)
        if (part_of(&d->form.lines.at[i]) == MESSAGE_INDEX_ON_THE_WAY)
            return true;
    return false;
}

static void add_lines(const IndexDerivation *d, Language language, Text *out)
{
    bool headed = has_steps(d);

    for (size_t i = 0; i < d->form.lines.count; i++) {
        MessageId part = part_of(&d->form.lines.at[i]);
        Text line;

        if (headed && (i == 0 || part != part_of(&d->form.lines.at[i - 1])))
            text_printf(out, "# %s\n", message(language, part));
        text_init(&line, d->unit->arena);
        index_form_print_line(&d->form.lines.at[i], d->pool, &line);
        model_text_broken(text_string(&line), out);
        text_add(out, "\n");
    }
}

void index_text(const IndexDerivation *d, Language language, Text *out)
{
    const char *between = "output ";

    add_given(d, out);
    add_upstream(d, language, out);
    add_lines(d, language, out);
    for (size_t i = 0; i < d->form.lines.count; i++) {
        if (d->form.lines.at[i].by == NO_ID)
            continue;
        text_printf(out, "%s%s", between, names_text(&d->unit->names, d->pool->variables.at[d->form.lines.at[i].variable].name));
        between = ", ";
    }
    text_add(out, "\n");
}
