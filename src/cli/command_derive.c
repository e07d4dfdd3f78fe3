/* command_derive.c -- bpgen derive MODEL: symbolic derivatives as a model, as C, as LaTeX. */
#include <string.h>

#include "cli/cli.h"
#include "show/derivation.h"
#include "show/index_text.h"

static bool check_options(Run *run)
{
    if (!run->line->expand || !run->line->collect)
        return true;
    text_line(&run->errors, "bpgen: --expand and --collect exclude each other");
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

/* First derivatives by arrays are one line for all elements; steps and polynomials go element by element. */
static bool in_index_form(const Unit *unit, const CommandLine *line)
{
    return !line->show_steps && !line->expand && !line->collect && line->wanted.count <= 1 && index_derivation_fits(unit);
}

static bool print_index_form(Unit *unit, Run *run, Text *out)
{
    IndexDerivation d;

    if (!index_derivation_make(&d, unit))
        return cli_report(unit, run);
    index_text(&d, run->line->language, out);
    return true;
}

void command_derive(Unit *unit, Run *run)
{
    static const char *const formats[] = { "text", NULL };
    const char *format = cli_format(run, formats);
    Derivation d;
    Text out;

    if (format == NULL || !check_options(run) || !cli_open_model(unit, run))
        return;
    text_init(&out, unit->arena);
    if (in_index_form(unit, run->line)) {
        if (!print_index_form(unit, run, &out))
            return;
    } else if (make(unit, run, &d)) {
        derivation_text(&d, run->line->language, &out);
    } else {
        return;
    }
    cli_write(unit, run, &out);
}
