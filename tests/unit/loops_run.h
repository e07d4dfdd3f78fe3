/* loops_run.h -- runs a model with a recurrence: value against the same recurrence in C, gradient against central differences,
 * against the split sweeps and, bit by bit, against that with checkpoints. */
#ifndef TESTS_UNIT_LOOPS_RUN_H
#define TESTS_UNIT_LOOPS_RUN_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/check.h"
#include "unit.h"

/* The sum of all elements of all outputs, from the elements of all params in their order. */
typedef double Reference(const double *p);

typedef struct {
    const char *name, *text;
    Reference *reference;
    size_t params; /* number of elements */
} Case;

typedef struct {
    const Case *at;
    const char *wrong;
    double gradient[32];  /* at the last point */
    bool bounded;         /* with checkpoints in every loop that can have them */
} Test;

enum { POINTS = 4 };

static bool close(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance * fmax(fmax(fabs(a), fabs(b)), 1) || (isnan(a) && isnan(b));
}

static SymId symbol_of(const Program *p, SymRole role, SymId of)
{
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == role && p->symbols.at[s].of == of)
            return s;
    return NO_ID;
}

static void fill_seeds(Evaluation *e)
{
    const Program *p = e->program;

    for (SymId s = 0; s < p->symbols.count; s++)
        for (size_t i = 0; p->symbols.at[s].role == SYM_SEED && i < eval_elements(p, s); i++)
            e->reals[s][i] = 1;
}

static double reference_value(const Test *t, const Unit *unit, const Evaluation *e)
{
    double params[32];
    size_t count = 0;

    for (size_t i = 0; i < unit->wanted.count; i++)
        for (size_t k = 0; k < eval_elements(e->program, unit->wanted.at[i]); k++)
            params[count++] = e->reals[unit->wanted.at[i]][k];
    return count == t->at->params ? t->at->reference(params) : (double)NAN;
}

static double value_of(const Evaluation *e)
{
    double total = 0;

    for (size_t o = 0; o < e->program->outputs.count; o++)
        for (size_t i = 0; i < eval_elements(e->program, e->program->outputs.at[o]); i++)
            total += e->reals[e->program->outputs.at[o]][i];
    return total;
}

/* Copies the tape; the evaluator clears what is computed, so it becomes an input. */
static bool move_tape(const Evaluation *forward, Evaluation *backward, Program *to)
{
    SymId next = 0;

    for (SymId s = 0; s < forward->program->symbols.count; s++) {
        if (forward->program->symbols.at[s].role != SYM_TAPE)
            continue;
        while (next < to->symbols.count && to->symbols.at[next].role != SYM_TAPE)
            next++;
        if (next == to->symbols.count)
            return false;
        to->symbols.at[next].role = to->symbols.at[next].integer ? SYM_INTEGER : SYM_INPUT;
        for (size_t i = 0; i < eval_elements(to, next); i++) {
            if (to->symbols.at[next].integer)
                backward->integers[next][i] = forward->integers[s][i];
            else
                backward->reals[next][i] = forward->reals[s][i];
        }
    }
    return true;
}

static bool same_gradients(const Unit *unit, const Evaluation *a, const Evaluation *b)
{
    for (size_t w = 0; w < unit->wanted.count; w++) {
        SymId x = symbol_of(a->program, SYM_GRADIENT, unit->wanted.at[w]);
        SymId y = symbol_of(b->program, SYM_GRADIENT, unit->wanted.at[w]);

        for (size_t i = 0; i < eval_elements(a->program, x); i++)
            if (!close(a->reals[x][i], b->reals[y][i], 1e-14))
                return false;
    }
    return true;
}

static void check_sweeps(Test *t, Unit *unit, const Evaluation *reversed)
{
    Evaluation forward, backward;

    if (!unit_make_sweeps(unit)) {
        t->wrong = "there are no sweeps";
        return;
    }
    eval_init(&forward, unit->arena, unit->sweeps.forward);
    eval_init(&backward, unit->arena, unit->sweeps.backward);
    check_copy_point(reversed, &forward, unit->lowered.declared.at, unit->lowered.declared.count);
    check_copy_point(reversed, &backward, unit->lowered.declared.at, unit->lowered.declared.count);
    fill_seeds(&backward);
    eval_run(&forward);
    if (!move_tape(&forward, &backward, unit->sweeps.backward))
        t->wrong = "the sweeps have different tapes";
    eval_run(&backward);
    if (!same_gradients(unit, reversed, &backward))
        t->wrong = "the sweeps give another gradient";
}

/* The same bits with checkpoints as without. */
static void check_bits(Test *t, const Unit *unit, const Evaluation *reversed)
{
    size_t count = 0;

    for (size_t w = 0; w < unit->wanted.count; w++) {
        SymId gradient = symbol_of(reversed->program, SYM_GRADIENT, unit->wanted.at[w]);

        for (size_t i = 0; i < eval_elements(reversed->program, gradient); i++, count++) {
            if (!t->bounded)
                t->gradient[count] = reversed->reals[gradient][i];
            else if (memcmp(&t->gradient[count], &reversed->reals[gradient][i], sizeof(double)) != 0)
                t->wrong = "checkpoints change the gradient";
        }
    }
}

static void check_points(Test *t, Unit *unit)
{
    Random random = { 7 };
    Evaluation value, reversed;
    CheckReport report;

    eval_init(&value, unit->arena, unit->value);
    eval_init(&reversed, unit->arena, unit->reversed);
    for (unsigned k = 0; k < POINTS && t->wrong == NULL; k++) {
        for (size_t i = 0; i < unit->lowered.declared.count; i++)
            point_sample(&value, &unit->lowered.declared.at[i], &random);
        check_copy_point(&value, &reversed, unit->lowered.declared.at, unit->lowered.declared.count);
        fill_seeds(&reversed);
        eval_run(&value);
        if (!close(value_of(&value), reference_value(t, unit, &value), 1e-12)) {
            printf("%s: value %.17g, reference %.17g\n", t->at->name, value_of(&value), reference_value(t, unit, &value));
            t->wrong = "the value differs from the reference";
        }
        check_point(&report, &value, &reversed, unit->wanted.at, unit->wanted.count, 1000, &random);
        if (!report.finite || report.compared == 0 || report.worst.gap > 1e-7) {
            printf("%s: reverse %.17g, difference %.17g\n", t->at->name, report.worst.reverse, report.worst.difference);
            t->wrong = "the gradient differs from differences";
        }
    }
    if (t->wrong == NULL)
        check_sweeps(t, unit, &reversed);
    if (t->wrong == NULL)
        check_bits(t, unit, &reversed);
}

static void run(Unit *unit, void *context)
{
    Test *t = context;

    if (!unit_open(unit, "test", t->at->text, strlen(t->at->text)) || !unit_make_value(unit) || !unit_make_reversed(unit)) {
        Text messages;

        text_init(&messages, unit->arena);
        diag_print(&unit->diag, &messages);
        fputs(text_string(&messages), stdout);
        t->wrong = "it does not compile";
        return;
    }
    check_points(t, unit);
}

/* Prints a line; false: something is wrong. */
static bool run_case(const Case *at)
{
    Options options = options_default();
    Test t = { .at = at };
    Unit unit;

    unit_init(&unit, &options);
    if (!unit_run(&unit, run, &t))
        t.wrong = unit.failure;
    unit_close(&unit);
    options.tape_limit = 0;
    t.bounded = true;
    unit_init(&unit, &options);
    if (t.wrong == NULL && !unit_run(&unit, run, &t))
        t.wrong = unit.failure;
    unit_close(&unit);
    printf(t.wrong == NULL ? "PASS loops: %s\n" : "FAIL loops: %s: %s\n", at->name, t.wrong);
    return t.wrong == NULL;
}

#endif
