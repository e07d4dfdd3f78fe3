/* explain_trace.c -- bpgen explain --trace: tables of forward and reverse mode. */
#include "cli/cli.h"
#include "show/trace.h"

void cli_explain_trace(Unit *unit, Run *run, Circuit *circuit)
{
    static const char *const formats[] = { "text", "csv", "json", "tex", NULL };
    const char *format = cli_format(run, formats);
    TraceView view = { .forward = run->line->trace != TRACE_REVERSE, .reverse = run->line->trace != TRACE_FORWARD,
                       .mistake = run->line->mistake, .language = run->line->language };
    CircuitTrace trace;
    Text result;

    if (format == NULL)
        return;
    trace_build(&trace, circuit, unit);
    text_init(&result, unit->arena);
    trace_show(&trace, view, format, unit->arena, &result);
    cli_write(unit, run, &result);
}
