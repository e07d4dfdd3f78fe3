/* command_explain.c -- bpgen explain MODEL x=3 y=-4: the staged forward and backward listing at a point. */
#include "cli/cli.h"
#include "eval/check.h"
#include "show/explain.h"

#include <string.h>

static const char *nothing_to_break(Mistake mistake)
{
    switch (mistake) {
    case MISTAKE_ASSIGN:
        return "--break assign: nothing in this model is used twice on the way to the output, so there is no += to leave out";
    case MISTAKE_TRANSPOSE:
        return "--break transpose: no gradient of this model goes back through a matrix product";
    default:
        return "--break softmax: no gradient of this model goes back through a softmax (its outputs, not its logarithm)";
    }
}

static void print(const Explain *explain, const CommandLine *line, const char *format, Text *out)
{
    if (strcmp(format, "json") == 0)
        explain_json(explain, line->mistake, out);
    else if (strcmp(format, "tex") == 0)
        explain_tex(explain, line->mistake, line->language, out);
    else
        explain_text(explain, line->mistake, line->language, out);
}

static void explain_listing(Unit *unit, Run *run, Evaluation *point, Circuit *circuit)
{
    static const char *const formats[] = { "text", "tex", "json", NULL };
    const char *format = cli_format(run, formats);
    Mistake mistake = run->line->mistake;
    Evaluation value;
    Circuit right;
    Explain explain;
    Text out;

    if (format == NULL || (mistake != MISTAKE_NONE && !cli_build_circuit(unit, run, point, MISTAKE_NONE, &right)))
        return;
    unit_make_value(unit);
    if (!cli_report(unit, run))
        return;
    if (!cli_begin_evaluation(unit, run, &value, unit->value))
        return;
    check_copy_point(point, &value, unit->lowered.declared.at, unit->lowered.declared.count);
    explain_make(&explain, circuit, mistake != MISTAKE_NONE ? &right : NULL, unit, &value);
    text_init(&out, unit->arena);
    print(&explain, run->line, format, &out);
    cli_write(unit, run, &out);
    if (explain.check.decided && !explain.check.pass)
        run->code = EXIT_REFUSED;
}

void command_explain(Unit *unit, Run *run)
{
    Mistake mistake = run->line->mistake;
    Evaluation point;
    Circuit circuit;

    if (!cli_open_point(unit, run, &point) || !cli_build_circuit(unit, run, &point, mistake, &circuit))
        return;
    if (mistake != MISTAKE_NONE && !circuit.broken) {
        text_line(&run->errors, "bpgen: %s", nothing_to_break(mistake));
        run->code = EXIT_REFUSED;
    } else if (run->line->trace != TRACE_NONE) {
        cli_explain_trace(unit, run, &circuit);
    } else {
        explain_listing(unit, run, &point, &circuit);
    }
}
