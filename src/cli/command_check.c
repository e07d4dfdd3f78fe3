/* command_check.c -- bpgen check MODEL: reverse mode against central differences at sampled points, and the other modes
 * against it. */
#include "cli/cli.h"
#include "eval/check.h"

#include <math.h>

/* Elements compared at one point: all up to this many, else as many chosen at random. */
enum { MOST_ELEMENTS = 2000 };

/* How often a point is drawn again when the value there is not finite. */
enum { MOST_TRIES = 50 };

typedef struct {
    Unit *unit;
    Run *run;
    Evaluation value, reversed;
    bool *given;
    bool stated_good;  /* stated derivatives are those of their functions' bodies, or surrogates */
    VEC(SymId) wanted; /* those whose derivatives are compared */
    Random random;
    size_t compared, skipped, points;
    CheckGap worst;
    size_t worst_point;
    SecondCheck second;
} Checking;

static void fill_seeds(Checking *c)
{
    const Program *p = c->reversed.program;

    for (SymId s = 0; s < p->symbols.count; s++)
        for (size_t i = 0; p->symbols.at[s].role == SYM_SEED && i < eval_elements(p, s); i++)
            c->reversed.reals[s][i] = c->unit->scalar ? 1 : random_between(&c->random, 0.5, 1.5);
}

static bool check_one_point(Checking *c, bool sample)
{
    const Unit *unit = c->unit;
    CheckReport report;

    for (unsigned tries = 0; tries < MOST_TRIES; tries++) {
        for (size_t i = 0; i < unit->lowered.declared.count; i++) {
            const Declared *declared = &unit->lowered.declared.at[i];

            if (!c->given[declared->symbol] && (sample || !point_fill_default(&c->value, declared)))
                point_sample(&c->value, declared, &c->random);
        }
        check_copy_point(&c->value, &c->reversed, unit->lowered.declared.at, unit->lowered.declared.count);
        fill_seeds(c);
        check_point(&report, &c->value, &c->reversed, c->wanted.at, c->wanted.count, MOST_ELEMENTS, &c->random);
        if (report.finite)
            break;
    }
    if (!report.finite)
        return false;
    cli_second_point(&c->second, &c->reversed);
    c->points++;
    c->skipped += report.skipped;
    if (report.compared > 0 && (c->compared == 0 || report.worst.gap > c->worst.gap)) {
        c->worst = report.worst;
        c->worst_point = c->points;
    }
    c->compared += report.compared;
    return true;
}

static void print_element(const Checking *c, Text *out)
{
    const Symbol *symbol = &c->value.program->symbols.at[c->worst.symbol];

    text_add(out, names_text(&c->unit->names, symbol->name));
    symbol_print_element(symbol, c->worst.element, out);
}

static void print_verdict(Checking *c)
{
    Text *out = &c->run->out;
    bool compared = c->compared > 0 || c->wanted.count == 0;
    bool good = c->stated_good && compared && c->worst.gap <= c->run->line->tolerance;

    text_printf(out, "%zu derivatives at %zu points compared with central differences", c->compared, c->points);
    if (c->skipped > 0)
        text_printf(out, " (%zu more did not settle: a kink, or the edge of the domain)", c->skipped);
    text_add(out, "\n");
    if (c->compared > 0) {
        text_printf(out, "worst gap %.2g at point %zu, by ", c->worst.gap, c->worst_point);
        print_element(c, out);
        text_printf(out, ": reverse %.17g, difference %.17g\n", c->worst.reverse, c->worst.difference);
    }
    good &= cli_second_print(&c->second);
    text_add(out, good ? "PASS\n" : "FAIL\n");
    if (!good)
        c->run->code = EXIT_REFUSED;
}

/* Where the gradient goes through a surrogate, differences have nothing to say. */
static void choose_compared(Checking *c)
{
    Unit *unit = c->unit;

    for (size_t i = 0; i < unit->wanted.count; i++) {
        SymId wanted = unit->wanted.at[i];
        const char *surrogate = NULL;

        for (size_t k = 0; k < c->run->line->surrogates.count; k++)
            if (unit_is_stated(unit, wanted, names_intern_text(&unit->names, c->run->line->surrogates.at[k])))
                surrogate = c->run->line->surrogates.at[k];
        if (surrogate == NULL)
            vec_push(unit->arena, &c->wanted, wanted);
        else
            text_printf(&c->run->out, "the derivative by %s goes through %s and is not compared with differences\n",
                        names_text(&unit->names, unit->lowered.program->symbols.at[wanted].name), surrogate);
    }
}

void command_check(Unit *unit, Run *run)
{
    Checking c = { .unit = unit, .run = run, .random = { 1 } };

    if (run->line->steps.count > 0 || run->line->sweep_steps) {
        cli_check_table(unit, run);
        return;
    }
    if (run->line->format != NULL || run->line->output != NULL) {
        run->code = EXIT_USAGE;
        text_line(&run->errors, "bpgen: --format and -o go with --table and --sweep-h");
        return;
    }
    if (!cli_open_model(unit, run) || !cli_can_run(unit, run))
        return;
    if (run->line->settings.count > 0 && !cli_count_samples(unit, run))
        return;
    if (unit->wanted.count == 0) {
        run->code = EXIT_REFUSED;
        text_line(&run->errors, "bpgen: there is no derivative to check");
        return;
    }
    c.stated_good = cli_check_stated(unit, run);
    choose_compared(&c);
    unit_make_value(unit);
    unit_make_reversed(unit);
    if (!cli_report(unit, run))
        return;
    if (!cli_begin_evaluation(unit, run, &c.value, unit->value) || !cli_begin_evaluation(unit, run, &c.reversed, unit->reversed))
        return;
    cli_second_begin(&c.second, unit, run);
    c.given = arena_array(unit->arena, bool, unit->value->symbols.count + 1);
    if (!cli_read_settings(unit, run, &c.value, c.given))
        return;
    for (unsigned i = 0; i < (run->line->settings.count > 0 ? 1 : run->line->samples); i++) {
        if (check_one_point(&c, run->line->settings.count == 0))
            continue;
        text_line(&run->errors, "bpgen: no point with a finite value was found; declare ranges: param x in [lo, hi]");
        run->code = EXIT_REFUSED;
        return;
    }
    print_verdict(&c);
}
