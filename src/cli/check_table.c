/* check_table.c -- bpgen check MODEL x=0 --table 0.1,0.01,0.001 and --sweep-h: difference quotients and their errors. */
#include "cli/cli.h"
#include "eval/check.h"
#include "show/differences.h"

#include <math.h>
#include <string.h>

/* In the plot more steps stand in a decade than in the tables. */
enum { IN_TABLES = 1, IN_PLOT = 10 };

static bool refuse(Run *run, ExitCode code, const char *why)
{
    text_line(&run->errors, "bpgen: %s", why);
    run->code = code;
    return false;
}

/* One derivative a plot; not too many in tables. */
static bool check_count(const Unit *unit, Run *run, bool plot)
{
    uint64_t count = differences_count(unit), most = plot ? 1 : DIFFERENCES_MOST;

    if (unit->wanted.count == 0)
        return refuse(run, EXIT_REFUSED, "there is no derivative to check: declare a param, or name inputs with --wrt");
    if (count <= most)
        return true;
    text_printf(&run->errors, "bpgen: there are %llu derivatives, %s: choose a param or input with --wrt",
                (unsigned long long)count, plot ? "and a plot shows one" : "and tables show at most 100");
    text_add(&run->errors, plot ? ", or ask for tables (--format text, csv, json, tex)\n" : "\n");
    run->code = EXIT_REFUSED;
    return false;
}

static bool make_evaluations(Unit *unit, Run *run, Evaluation *value, Evaluation *reversed)
{
    bool *given;

    unit_make_value(unit);
    unit_make_reversed(unit);
    if (!cli_report(unit, run))
        return false;
    if (!cli_begin_evaluation(unit, run, value, unit->value) || !cli_begin_evaluation(unit, run, reversed, unit->reversed))
        return false;
    given = arena_array(unit->arena, bool, unit->value->symbols.count + 1);
    if (!cli_read_settings(unit, run, value, given) || !cli_fill_unset(unit, run, value, given))
        return false;
    check_copy_point(value, reversed, unit->lowered.declared.at, unit->lowered.declared.count);
    return true;
}

/* Where there is no value, there are no errors to speak of. */
static bool check_finite(Run *run, const DifferencesVec *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const Differences *d = &all->at[i];

        if (isfinite(d->value) && isfinite(d->derivative))
            continue;
        text_line(&run->errors, "bpgen: %s has no finite %s at %s", d->output, isfinite(d->value) ? "derivative" : "value", d->point);
        run->code = EXIT_REFUSED;
        return false;
    }
    return true;
}

static void print(const CommandLine *line, const char *format, const DifferencesVec *all, Text *out)
{
    if (strcmp(format, "svg") == 0)
        sweep_svg(&all->at[0], line->language, out);
    else if (strcmp(format, "csv") == 0)
        differences_csv(all, line->language, out);
    else if (strcmp(format, "json") == 0)
        differences_json(all, line->language, out);
    else if (strcmp(format, "tex") == 0)
        (line->sweep_steps ? sweep_tex : differences_tex)(all, line->language, out);
    else
        (line->sweep_steps ? sweep_text : differences_text)(all, line->language, out);
}

void cli_check_table(Unit *unit, Run *run)
{
    static const char *const of_table[] = { "text", "csv", "json", "tex", NULL };
    static const char *const of_sweep[] = { "text", "csv", "json", "tex", "svg", NULL };
    const CommandLine *line = run->line;
    const char *format;
    Evaluation value, reversed;
    DifferencesVec all = { 0 };
    double *steps = line->steps.at;
    size_t count = line->steps.count;
    Text out;

    if (line->steps.count > 0 && line->sweep_steps) {
        refuse(run, EXIT_USAGE, "--table has its own steps, --sweep-h has all: ask for one of them");
        return;
    }
    format = cli_format(run, line->sweep_steps ? of_sweep : of_table);
    if (format == NULL || !cli_open_model(unit, run) || !cli_can_run(unit, run) || !cli_count_samples(unit, run))
        return;
    if (!check_count(unit, run, strcmp(format, "svg") == 0) || !make_evaluations(unit, run, &value, &reversed))
        return;
    if (line->sweep_steps)
        count = differences_sweep(unit->arena, strcmp(format, "svg") == 0 ? IN_PLOT : IN_TABLES, &steps);
    differences_make(&all, unit, &value, &reversed, steps, count);
    if (!check_finite(run, &all))
        return;
    text_init(&out, unit->arena);
    print(line, format, &all, &out);
    cli_write(unit, run, &out);
}
