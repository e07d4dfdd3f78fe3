/* reverse_run.h -- reverse mode on a program made by hand: the gradient against central differences and against the split sweeps, first
 * writes by the verifier, the tape by its names. */
#ifndef TESTS_UNIT_REVERSE_RUN_H
#define TESTS_UNIT_REVERSE_RUN_H

#include "reverse_build.h"

#include <math.h>
#include <string.h>

static void fill(const Test *t, Evaluation *e)
{
    unsigned state = 1;

    for (SymId s = 0; s < e->program->symbols.count; s++) {
        const Symbol *symbol_at = &e->program->symbols.at[s];
        const double *values = s < MOST_WANTED ? t->values[s] : NULL;

        for (size_t i = 0; i < eval_elements(e->program, s); i++) {
            state = state * 1103515245u + 12345u;
            if (symbol_at->role == SYM_INTEGER && !symbol_at->local)
                e->integers[s][i] = (int32_t)(state >> 16) % 3;
            else if (symbol_at->role == SYM_PARAM)
                e->reals[s][i] = values != NULL ? values[i] : 0.3 + 0.7 * (double)(state >> 16 & 1023) / 1023;
            else if (symbol_at->role == SYM_SEED)
                e->reals[s][i] = t->exact ? 1 : 0.5 + 0.25 * (double)(s + i);
        }
    }
}

static SymId seed_of(const Program *p, SymId output_symbol)
{
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == SYM_SEED && p->symbols.at[s].of == output_symbol)
            return s;
    return NO_ID;
}

static double total(Evaluation *value, const Evaluation *reversed)
{
    double sum = 0;

    eval_run(value);
    for (size_t o = 0; o < value->program->outputs.count; o++) {
        SymId out = value->program->outputs.at[o], seed = seed_of(reversed->program, out);

        for (size_t i = 0; i < eval_elements(value->program, out); i++)
            sum += value->reals[out][i] * reversed->reals[seed][i];
    }
    return sum;
}

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance * (1 + fabs(a) + fabs(b));
}

static void compare_differences(Test *t, const char *name, Evaluation *value, const Evaluation *reversed)
{
    for (size_t w = 0; w < t->wanted_count; w++) {
        SymId gradient = reversed->program->gradients.at[w];

        for (size_t i = 0; i < eval_elements(value->program, t->wanted[w]); i++) {
            double *x = &value->reals[t->wanted[w]][i], kept = *x, h = 1e-5, above;

            *x = kept + h;
            above = total(value, reversed);
            *x = kept - h;
            above -= total(value, reversed);
            *x = kept;
            if (!near(above / (2 * h), reversed->reals[gradient][i], 1e-7))
                printf("%s: %s[%u]: %.17g, but the difference is %.17g\n", name,
                       names_text(&t->names, value->program->symbols.at[t->wanted[w]].name), (unsigned)i,
                       reversed->reals[gradient][i], above / (2 * h));
            expect(t, near(above / (2 * h), reversed->reals[gradient][i], 1e-7), name, "gradient and difference");
        }
    }
}

static void compare_exact(Test *t, const char *name, const Evaluation *reversed)
{
    SymId gradient = reversed->program->gradients.at[0];

    for (size_t i = 0; i < eval_elements(reversed->program, gradient); i++) {
        if (!near(reversed->reals[gradient][i], t->gradient[i], 1e-15))
            printf("%s: %u: %.17g\n", name, (unsigned)i, reversed->reals[gradient][i]);
        expect(t, near(reversed->reals[gradient][i], t->gradient[i], 1e-15), name, "gradient");
    }
}

/* The gradients of the split sweeps are those of the whole program, bit for bit. */
static void compare_sweeps(Test *t, const char *name, const Sweeps *sweeps, const Evaluation *reversed)
{
    Evaluation forward, backward;
    VEC(SymId) from = { 0 }, to = { 0 };
    bool same = true;

    eval_init(&forward, t->arena, sweeps->forward);
    eval_init(&backward, t->arena, sweeps->backward);
    fill(t, &forward);
    fill(t, &backward);
    for (SymId s = 0; s < backward.program->symbols.count; s++)
        if (backward.program->symbols.at[s].role == SYM_SEED)
            memcpy(backward.reals[s], reversed->reals[seed_of(reversed->program, backward.program->symbols.at[s].of)],
                   eval_elements(backward.program, s) * sizeof(double));
    eval_run(&forward);
    for (SymId s = 0; s < forward.program->symbols.count; s++)
        if (forward.program->symbols.at[s].role == SYM_TAPE)
            vec_push(t->arena, &from, s);
    for (SymId s = 0; s < backward.program->symbols.count; s++)
        if (backward.program->symbols.at[s].role == SYM_TAPE)
            vec_push(t->arena, &to, s);
    for (size_t i = 0; i < to.count; i++)
        sweeps->backward->symbols.at[to.at[i]].role = SYM_INPUT; /* the evaluator clears a tape */
    expect(t, from.count == to.count, name, "one tape");
    for (size_t i = 0; i < from.count && from.count == to.count; i++)
        memcpy(backward.reals[to.at[i]], forward.reals[from.at[i]],
               eval_elements(forward.program, from.at[i]) * sizeof(double));
    eval_run(&backward);
    for (size_t w = 0; w < t->wanted_count; w++) {
        SymId a = reversed->program->gradients.at[w], b = backward.program->gradients.at[w];

        for (size_t i = 0; i < eval_elements(backward.program, b); i++)
            same &= backward.reals[b][i] == reversed->reals[a][i];
    }
    expect(t, same, name, "the sweeps give the same gradient");
}

static void check_tape(Test *t, const char *name, const Program *forward)
{
    Text text;
    bool first = true;

    text_init(&text, t->arena);
    for (SymId s = 0; s < forward->symbols.count; s++) {
        if (forward->symbols.at[s].role != SYM_TAPE)
            continue;
        text_printf(&text, first ? "%s" : " %s", names_text(&t->names, forward->symbols.at[s].name));
        first = false;
    }
    if (strcmp(text_string(&text), t->tape) != 0)
        printf("%s: the tape is {%s}\n", name, text_string(&text));
    expect(t, strcmp(text_string(&text), t->tape) == 0, name, "the tape");
}

static void verify(Test *t, const char *name, const char *which, const Program *p)
{
    const char *wrong = program_verify(p);
    Text text;

    if (wrong != NULL) {
        text_init(&text, t->arena);
        program_dump(p, &text);
        printf("%s, %s: %s\n%s", name, which, wrong, text_string(&text));
    }
    expect(t, wrong == NULL, name, which);
}

static Program *build(Test *t, void (*make)(Test *))
{
    t->p = program_new(&t->heap, &t->names, &t->source);
    t->p->simplify = true;
    t->wanted_count = 0;
    memset(t->values, 0, sizeof t->values);
    t->tape = t->fails = NULL;
    t->exact = false;
    make(t);
    return t->p;
}

static void check_reversed(Test *t, const char *name, Program *value_program, Program *reversed_program)
{
    Evaluation value, reversed;

    eval_init(&value, t->arena, value_program);
    eval_init(&reversed, t->arena, reversed_program);
    fill(t, &value);
    fill(t, &reversed);
    eval_run(&reversed);
    if (t->exact)
        compare_exact(t, name, &reversed);
    else
        compare_differences(t, name, &value, &reversed);
}

static Program *reverse_of(Test *t, void (*make)(Test *), Reverse *reverse)
{
    Program *p = build(t, make);

    return pass_reverse(p, t->wanted, t->wanted_count, reverse);
}

static void run(Test *t, const char *name, void (*make)(Test *))
{
    Program *value = build(t, make), *p;
    Reverse reverse = { .seeds = true }, unit = { .seeds = false };
    Evaluation reversed;
    Sweeps sweeps;

    verify(t, name, "the program itself", value);
    p = reverse_of(t, make, &reverse);
    if (t->fails != NULL || reverse.no_derivative.found) {
        expect(t, t->fails != NULL && reverse.no_derivative.found && strcmp(op_info[reverse.no_derivative.op].name, t->fails) == 0, name,
               "refusal");
        return;
    }
    verify(t, name, "reversed", p);
    check_reversed(t, name, value, p);
    eval_init(&reversed, t->arena, p);
    fill(t, &reversed);
    eval_run(&reversed);
    pass_split(p, &reverse, &sweeps);
    verify(t, name, "forward", sweeps.forward);
    verify(t, name, "backward", sweeps.backward);
    compare_sweeps(t, name, &sweeps, &reversed);
    if (t->tape != NULL)
        check_tape(t, name, sweeps.forward);
    if (value->outputs.count == 1 && value->symbols.at[value->outputs.at[0]].rank == 0)
        verify(t, name, "with seed 1", reverse_of(t, make, &unit));
}

#endif
