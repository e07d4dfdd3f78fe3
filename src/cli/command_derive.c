/* command_derive.c -- bpgen derive MODEL: symbolic derivatives as a model, as C, as LaTeX. */
#include <string.h>

#include "cli/cli.h"
#include "emit/c_formula.h"
#include "emit/c_model.h"
#include "show/derivation.h"
#include "show/index_text.h"

static bool check_options(Run *run, const char *format)
{
    const char *wrong = NULL;

    if (run->line->expand && run->line->collect)
        wrong = "--expand and --collect exclude each other";
    else if (run->line->show_steps && strcmp(format, "c") == 0)
        wrong = "--steps are shown as text or LaTeX, not in C";
    if (wrong == NULL)
        return true;
    text_line(&run->errors, "bpgen: %s", wrong);
    run->code = EXIT_USAGE;
    return false;
}

static bool make(Unit *unit, Run *run, Derivation *d)
{
    const CommandLine *line = run->line;
    DerivationRequest request = { .by = line->wanted.at, .by_count = line->wanted.count, .steps = line->show_steps,
                                  .form = line->collect ? FORM_COLLECT : line->expand ? FORM_EXPAND : FORM_TIDY };
    Text why;

    text_init(&why, unit->arena);
    if (derivation_make(d, unit, &request, &why))
        return cli_report(unit, run);
    if (why.size > 0)
        text_line(&run->errors, "bpgen: %s", text_string(&why));
    (void)cli_report(unit, run);
    run->code = EXIT_REFUSED;
    return false;
}

/* First derivatives by arrays are one line for all elements, the steps those of the chain rule; polynomials go element by element. */
static bool in_index_form(const Unit *unit, const CommandLine *line)
{
    return !line->expand && !line->collect && line->wanted.count <= 1 && index_derivation_fits(unit, line->show_steps);
}

static bool print_index_form(Unit *unit, Run *run, bool tex, Text *out)
{
    IndexDerivation d;

    if (!index_derivation_make(&d, unit, run->line->show_steps))
        return cli_report(unit, run);
    (tex ? index_tex : index_text)(&d, run->line->language, out);
    return true;
}

static bool write_c(Unit *unit, Run *run, const Derivation *d, Text *out)
{
    CFormula *formulas = arena_array(unit->arena, CFormula, d->all.count + 1);
    const char *name = cli_base_name(unit->source.name);
    Text title;

    text_init(&title, unit->arena);
    text_add(&title, "derivatives of ");
    c_comment_string(name, strlen(name), strlen(name), &title);
    text_printf(&title, ", made by bpgen %s", BPGEN_VERSION);
    for (size_t i = 0; i < d->all.count; i++)
        formulas[i] = (CFormula){ d->all.at[i].name, d->all.at[i].value };
    if (c_formulas(d->pool, unit->arena, text_string(&title), formulas, d->all.count, out))
        return true;
    text_line(&run->errors, "bpgen: a number here is too large for a double, so there is no C for it");
    run->code = EXIT_REFUSED;
    return false;
}

/* In one of the formats; false: run->code is set. */
static bool print(Unit *unit, Run *run, const char *format, Text *out)
{
    Derivation d;

    if (strcmp(format, "c") != 0 && in_index_form(unit, run->line))
        return print_index_form(unit, run, strcmp(format, "tex") == 0, out);
    if (!make(unit, run, &d))
        return false;
    if (strcmp(format, "c") == 0)
        return write_c(unit, run, &d, out);
    if (strcmp(format, "tex") == 0)
        derivation_tex(&d, run->line->language, out);
    else
        derivation_text(&d, run->line->language, out);
    return true;
}

void command_derive(Unit *unit, Run *run)
{
    static const char *const formats[] = { "text", "c", "tex", NULL };
    const char *format = cli_format(run, formats);
    Text out;

    if (format == NULL || !check_options(run, format) || !cli_open_model(unit, run))
        return;
    text_init(&out, unit->arena);
    if (print(unit, run, format, &out))
        cli_write(unit, run, &out);
}
