/* check_second.c -- the part of `check` that compares forward mode with reverse mode, and second derivatives with
 * differences of the gradient. */
#include "cli/cli.h"
#include "eval/check.h"

#include <math.h>

/* Larger programs are not differentiated a second time. */
enum { MOST_NODES = 50000 };

/* Two ways to the same number differ by round-off only. */
static const double ROUND_OFF = 1e-10;

/* Second derivatives that cannot be taken are no fault of the first. */
static void skip_products(SecondCheck *c, const char *why)
{
    Diag *diag = &c->unit->diag;

    if (diag->errors > 0)
        why = diag->messages.at[diag->messages.count - 1].text;
    text_line(&c->run->out, "second derivatives are not compared: %s", why);
    diag->errors = 0;
    diag->messages.count = 0;
}

void cli_second_begin(SecondCheck *c, Unit *unit, Run *run)
{
    const char *why = "the program is too large";

    *c = (SecondCheck){ .unit = unit, .run = run, .random = { 2 } };
    unit->options.directions = 0;
    if (unit->reversed->nodes.count <= MOST_NODES) {
        if (run->line->surrogates.count > 0)
            why = "with surrogates they are others than those of the function";
        else if (unit_make_hvp(unit))
            why = NULL;
    }
    if (why != NULL)
        skip_products(c, why);
    if (unit_make_jvp(unit))
        eval_init(&c->jvp, unit->arena, unit->jvp);
    if (unit->hvp != NULL)
        eval_init(&c->hvp, unit->arena, unit->hvp);
}

void cli_second_point(SecondCheck *c, Evaluation *reversed)
{
    const Unit *unit = c->unit;
    SecondReport report;

    check_second(&report, reversed, &c->jvp, unit->hvp == NULL ? NULL : &c->hvp, unit->lowered.declared.at,
                 unit->lowered.declared.count, &c->random);
    c->points++;
    c->forward = fmax(c->forward, report.forward);
    if (unit->hvp == NULL)
        return;
    if (!report.settled) {
        c->skipped++;
        return;
    }
    c->symmetry = fmax(c->symmetry, report.symmetry);
    c->product = fmax(c->product, report.product);
}

bool cli_second_print(const SecondCheck *c)
{
    Text *out = &c->run->out;
    size_t compared = c->points - c->skipped;

    text_line(out, "forward mode against reverse mode at %zu points: worst gap %.2g", c->points, c->forward);
    if (c->unit->hvp != NULL) {
        text_printf(out, "Hessian-vector products against differences of the gradient at %zu points", compared);
        if (c->skipped > 0)
            text_printf(out, " (at %zu more they did not settle)", c->skipped);
        if (compared > 0)
            text_printf(out, ": worst gap %.2g, worst asymmetry %.2g", c->product, c->symmetry);
        text_add(out, "\n");
    }
    return c->forward <= ROUND_OFF && c->symmetry <= ROUND_OFF && c->product <= c->run->line->tolerance;
}
