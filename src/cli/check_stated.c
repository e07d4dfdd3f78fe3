/* check_stated.c -- are the derivatives that the user states those of the functions' bodies? */
#include "cli/cli.h"
#include "eval/check.h"

#include <math.h>
#include <string.h>

/* Arguments have no ranges: they are drawn from several, every other one positive. */
static const double widths[] = { 1, 10, 0.1, 100 };
enum { WIDTHS = sizeof widths / sizeof *widths, MOST_TRIES = 20 };

typedef struct {
    Unit *unit;
    Run *run;
    const CheckedFunction *function;
    Stated stated;
    Evaluation value, reversed;
    Random random;
    size_t compared, points;
    CheckGap worst;
    double *worst_point; /* by argument */
} StatedCheck;

static bool is_surrogate(const Run *run, const char *name)
{
    for (size_t i = 0; i < run->line->surrogates.count; i++)
        if (strcmp(run->line->surrogates.at[i], name) == 0)
            return true;
    return false;
}

static double *argument(const StatedCheck *c, const Evaluation *e, size_t k)
{
    return e->reals[c->stated.lowered.declared.at[k].symbol];
}

static void draw(StatedCheck *c, unsigned number)
{
    double width = widths[number / 2 % WIDTHS];

    for (size_t k = 0; k < c->stated.lowered.declared.count; k++)
        argument(c, &c->value, k)[0] = random_between(&c->random, number % 2 == 0 ? 0 : -width, width);
    check_copy_point(&c->value, &c->reversed, c->stated.lowered.declared.at, c->stated.lowered.declared.count);
}

static void compare_at_points(StatedCheck *c, const SymId *args)
{
    size_t count = c->stated.lowered.declared.count;

    for (unsigned number = 0; c->points < c->run->line->samples && number < c->run->line->samples * MOST_TRIES; number++) {
        CheckReport report;

        draw(c, number);
        check_point(&report, &c->value, &c->reversed, args, count, count, &c->random);
        if (!report.finite || report.compared == 0)
            continue;
        c->points++;
        c->compared += report.compared;
        if (c->compared > report.compared && report.worst.gap <= c->worst.gap)
            continue;
        c->worst = report.worst;
        for (size_t k = 0; k < count; k++)
            c->worst_point[k] = argument(c, &c->value, k)[0];
    }
}

static void print_function(const StatedCheck *c, bool surrogate)
{
    Text *out = &c->run->out;
    const Names *names = &c->unit->names;
    const Program *p = c->value.program;

    text_printf(out, "function %s: ", names_text(names, c->function->name));
    if (c->compared == 0) {
        text_add(out, "no arguments were found at which it can be compared\n");
        return;
    }
    text_printf(out, "%zu stated derivatives compared with differences of its body; worst gap %.2g, by %s at", c->compared,
                c->worst.gap, names_text(names, p->symbols.at[c->worst.symbol].name));
    for (size_t k = 0; k < c->stated.lowered.declared.count; k++)
        text_printf(out, "%s %s = %.6g", k == 0 ? "" : ",",
                    names_text(names, p->symbols.at[c->stated.lowered.declared.at[k].symbol].name), c->worst_point[k]);
    text_printf(out, ": stated %.9g, difference %.9g%s\n", c->worst.reverse, c->worst.difference,
                surrogate ? " (a surrogate)" : "");
}

static bool calls_c(const Program *p)
{
    for (NodeId id = 0; id < p->nodes.count; id++)
        if (p->nodes.at[id].op == OP_CALL)
            return true;
    return false;
}

/* False: the derivative is not that of the body, and not meant to differ. */
static bool check_function(Unit *unit, Run *run, size_t index)
{
    StatedCheck c = { .unit = unit, .run = run, .function = &unit->model.functions.at[index], .random = { 1 } };
    const char *name = names_text(&unit->names, c.function->name);
    bool surrogate = is_surrogate(run, name), good = true;
    size_t count = c.function->arg_count;
    SymId *args = arena_array(unit->arena, SymId, count);

    if (!unit_make_stated(unit, index, &c.stated))
        return cli_report(unit, run);
    if (calls_c(c.stated.reversed)) {
        text_printf(&run->out, "function %s: calls C functions of yours, so it is not compared\n", name);
    } else if (eval_work(c.stated.reversed) > unit->options.most_work) {
        text_printf(&run->out, "function %s: takes too long to evaluate, so it is not compared\n", name);
    } else {
        for (size_t k = 0; k < count; k++)
            args[k] = c.stated.lowered.declared.at[k].symbol;
        c.worst_point = arena_array(unit->arena, double, count);
        eval_init(&c.value, unit->arena, c.stated.value);
        eval_init(&c.reversed, unit->arena, c.stated.reversed);
        for (SymId s = 0; s < c.stated.reversed->symbols.count; s++)
            if (c.stated.reversed->symbols.at[s].role == SYM_SEED)
                c.reversed.reals[s][0] = 1;
        compare_at_points(&c, args);
        print_function(&c, surrogate);
        good = surrogate || c.compared == 0 || c.worst.gap <= run->line->tolerance;
        if (!good)
            text_printf(&run->out, "FAIL: if it is meant to differ, say --surrogate %s\n", name);
    }
    unit_forget(&c.stated.value);
    unit_forget(&c.stated.reversed);
    unit_forget(&c.stated.lowered.program);
    return good;
}

bool cli_check_stated(Unit *unit, Run *run)
{
    bool good = true;

    for (size_t i = 0; i < unit->model.functions.count; i++)
        if (!unit->model.functions.at[i].is_extern && !check_function(unit, run, i))
            good = false;
    for (size_t k = 0; k < run->line->surrogates.count; k++) {
        bool known = false;

        for (size_t i = 0; i < unit->model.functions.count; i++)
            known |= strcmp(names_text(&unit->names, unit->model.functions.at[i].name), run->line->surrogates.at[k]) == 0;
        if (known)
            continue;
        text_line(&run->errors, "bpgen: --surrogate: '%s' is not a function with stated derivatives", run->line->surrogates.at[k]);
        good = false;
    }
    if (!good)
        run->code = EXIT_REFUSED;
    return good;
}
