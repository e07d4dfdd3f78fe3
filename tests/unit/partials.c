/* partials.c -- every derivative of ops.def against difference quotients of op_value, at kinks and at extremes. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir/ops.h"
#include "tests/support/tally.h"

enum { MOST_WORDS = 64, STEPS = 8, LEAST_CHECKS = 10 };

typedef struct {
    Tally tally;
} Test;

static Op op_of_word(const char *word)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (strcmp(op_info[op].name, word) == 0)
            return (Op)op;
    return OP_COUNT;
}

/* One word of a partial applied to the last of `depth` values; how many there are then. */
static size_t apply_word(const char *word, const double *args, double y, double *stack, size_t depth)
{
    Op op = op_of_word(word);
    size_t arity;

    if (op == OP_COUNT) {
        bool argument = word[1] == '\0' && word[0] >= 'a' && word[0] <= 'c';

        stack[depth] = argument ? args[word[0] - 'a'] : strcmp(word, "y") == 0 ? y : strtod(word, NULL);
        return depth + 1;
    }
    arity = op_info[op].arity;
    depth -= arity;
    if (op == OP_SELECT)
        stack[depth] = stack[depth] != 0.0 ? stack[depth + 1] : stack[depth + 2];
    else
        stack[depth] = op_value(op, stack + depth);
    return depth + 1;
}

static double partial_value(Op op, unsigned k, const double *args)
{
    char text[512], *word;
    double stack[MOST_WORDS], y = op_value(op, args);
    size_t depth = 0;

    if (op_info[op].partial[k] == NULL)
        return 0.0;
    (void)snprintf(text, sizeof text, "%s", op_info[op].partial[k]);
    for (word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
        depth = apply_word(word, args, y, stack, depth);
    return depth == 1 ? stack[0] : (double)NAN;
}

/* Central differences extrapolated to step 0 (Ridders, Advances in Engineering Software 4 (1982), 75-76); *error is an
 * estimate, large where the function has no value or no derivative near the point. */
static double difference(Op op, unsigned k, const double *args, double *error)
{
    double table[STEPS][STEPS], best = 0.0, h = 0.1 * fmin(1.0, fabs(args[k]) + 0.05);

    *error = HUGE_VAL;
    for (int i = 0; i < STEPS; i++, h /= 1.6) {
        double above[OP_MOST_ARGS] = { args[0], args[1], args[2] }, factor = 1.6 * 1.6;
        double below[OP_MOST_ARGS] = { args[0], args[1], args[2] };

        above[k] += h;
        below[k] -= h;
        table[i][0] = (op_value(op, above) - op_value(op, below)) / (above[k] - below[k]);
        for (int j = 1; j <= i; j++, factor *= 1.6 * 1.6) {
            double left, up;

            table[i][j] = (table[i][j - 1] * factor - table[i - 1][j - 1]) / (factor - 1.0);
            left = fabs(table[i][j] - table[i][j - 1]);
            up = fabs(table[i][j] - table[i - 1][j - 1]);
            if (fmax(left, up) <= *error) {
                *error = fmax(left, up);
                best = table[i][j];
            }
        }
    }
    return best;
}

static void check_point(Test *t, Op op, unsigned k, const double *args, unsigned *checks)
{
    double error, expected = difference(op, k, args, &error), got;

    if (!(error <= 1e-7 * (1.0 + fabs(expected))))
        return;
    got = partial_value(op, k, args);
    ++*checks;
    if (fabs(got - expected) <= 1e-9 * (1.0 + fabs(expected)) + 10.0 * error) {
        t->tally.passed++;
    } else if (t->tally.failed++ < 20) {
        printf("failed: %s, argument %u at %g %g %g: %.12g, expected %.12g\n", op_info[op].name, k, args[0], args[1],
               args[2], got, expected);
    }
}

static void check_operator(Test *t, Op op)
{
    static const double points[] = { -7.3, -2.6, -1.45, -0.83, -0.31, 0.17, 0.52, 0.94, 1.38, 2.21, 3.7, 11.9 };
    enum { COUNT = sizeof points / sizeof *points };

    for (unsigned k = 0; k < op_info[op].arity; k++) {
        unsigned checks = 0;

        for (size_t i = 0; i < COUNT * COUNT; i++) {
            const double args[] = { points[i % COUNT], points[i / COUNT] + 0.25, points[(3 * i + 5) % COUNT] + 0.5 };

            if (i < COUNT || op_info[op].arity > 1)
                check_point(t, op, k, args, &checks);
        }
        if (checks < LEAST_CHECKS && !(op_info[op].arity == 1 && checks >= 3)) {
            t->tally.failed++;
            printf("failed: %s has only %u points with a derivative\n", op_info[op].name, checks);
        }
    }
}

/* Operators that compute a number from numbers. Internal ones without a partial are shifts: inactive by definition;
 * marks have the derivative that the user states. */
static bool is_differentiable(const OpInfo *info)
{
    bool mark = info->form == FORM_CALL && info->source == FROM_NOWHERE;
    bool function = info->form == FORM_INFIX || info->form == FORM_PREFIX || (info->form == FORM_CALL && !mark);

    return function && info->result == KIND_REAL && !info->no_derivative &&
           (info->name[0] != '.' || info->partial[0] != NULL);
}

/* ---- kinks and extremes ----------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    double args[OP_MOST_ARGS];
    double partials[OP_MOST_ARGS]; /* -7 where it does not matter */
} Case;

#define INF HUGE_VAL
#define NOT_A_NUMBER (-8.0)
#define ANY (-7.0)

static const Case cases[] = {
    { "abs", { 0.0 }, { 0.0 } },
    { "sign", { 0.0 }, { 0.0 } },
    { "step", { 0.0 }, { 0.0 } },
    { "relu", { 0.0 }, { 0.0 } },
    { "relu", { -0.0 }, { 0.0 } },
    { "min", { 2.0, 2.0 }, { 1.0, 0.0 } },
    { "max", { 2.0, 2.0 }, { 1.0, 0.0 } },
    { "hypot", { 0.0, 0.0 }, { 0.0, 0.0 } },
    { ".root", { 0.0 }, { 0.0 } },
    { "clamp", { 1.0, 1.0, 3.0 }, { 1.0, 0.0, 0.0 } },
    { "clamp", { 3.0, 1.0, 3.0 }, { 1.0, 0.0, 0.0 } },
    { "clamp", { 0.0, 1.0, 3.0 }, { 0.0, 1.0, 0.0 } },
    { "clamp", { 4.0, 1.0, 3.0 }, { 0.0, 0.0, 1.0 } },
    { "clamp", { 2.0, 3.0, 1.0 }, { 0.0, 0.0, 1.0 } },
    { "pow", { 0.0, 0.0 }, { 0.0, ANY } },
    { "pow", { 0.0, 0.5 }, { INF, 0.0 } },
    { "pow", { 0.0, 1.0 }, { 1.0, 0.0 } },
    { "pow", { 0.0, 2.5 }, { 0.0, 0.0 } },
    { "pow", { -2.0, 3.0 }, { 12.0, NOT_A_NUMBER } },
    { "pow", { -2.0, -1.0 }, { -0.25, NOT_A_NUMBER } },
    { "pow", { 1e-200, 2.0 }, { 2e-200, 0.0 } },
    { "sqrt", { 0.0 }, { INF } },
    { "cbrt", { 0.0 }, { INF } },
    { "asin", { 1.0 }, { INF } },
    { "acos", { -1.0 }, { -INF } },
    { "acosh", { 1.0 }, { INF } },
    { "acosh", { 1e200 }, { 1e-200 } },
    { "acosh", { -2.0 }, { NOT_A_NUMBER } },
    { "asinh", { -1e200 }, { 1e-200 } },
    { "asinh", { 1e-200 }, { 1.0 } },
    { "atan", { 1e160 }, { 0.0 } },
    { "tanh", { 400.0 }, { 0.0 } },
    { "log10", { 1e308 }, { 0.4342944819032518e-308 } },
    { "log2", { 1e-308 }, { 1.4426950408889634e308 } },
    { "hypot", { 3e200, 4e200 }, { 0.6, 0.8 } },
    { "hypot", { 3e-200, 4e-200 }, { 0.6, 0.8 } },
    { "hypot", { 0.0, 5.0 }, { 0.0, 1.0 } },
    { "atan2", { 3e-200, 4e-200 }, { 0.16e200, -0.12e200 } },
    { "atan2", { 3e200, 4e200 }, { 0.16e-200, -0.12e-200 } },
    { "atan2", { 0.0, -2.0 }, { -0.5, 0.0 } },
    { "sig", { -800.0 }, { 0.0 } },
    { "sig", { 800.0 }, { 0.0 } },
    { "softplus", { -800.0 }, { 0.0 } },
    { "softplus", { 800.0 }, { 1.0 } },
    { "silu", { -800.0 }, { 0.0 } },
    { "silu", { 800.0 }, { 1.0 } },
    { "silu", { 0.0 }, { 0.5 } },
    { "gelu", { -1e200 }, { 0.0 } },
    { "gelu", { 1e200 }, { 1.0 } },
    { "gelu", { 0.0 }, { 0.5 } },
    { "expm1", { -800.0 }, { 0.0 } },
    { "erf", { 1e200 }, { 0.0 } },
};

static bool is_close(double got, double expected)
{
    if (expected == NOT_A_NUMBER)
        return isnan(got);
    return expected == ANY || got == expected || fabs(got - expected) <= 1e-15 * fabs(expected);
}

static void check_case(Test *t, const Case *c)
{
    Op op = op_of_word(c->name);

    for (unsigned k = 0; k < op_info[op].arity; k++) {
        double got = partial_value(op, k, c->args);

        if (is_close(got, c->partials[k])) {
            t->tally.passed++;
        } else {
            t->tally.failed++;
            printf("failed: %s, argument %u at %g %g %g: %.17g, expected %.17g\n", c->name, k, c->args[0], c->args[1],
                   c->args[2], got, c->partials[k]);
        }
    }
}

int main(void)
{
    Test t = { .tally = { 0, 0 } };

    for (int op = 0; op < OP_COUNT; op++)
        if (is_differentiable(&op_info[op]))
            check_operator(&t, (Op)op);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(&t, &cases[i]);
    expect(&t.tally, op_find("ln") == OP_LOG && op_find("sigmoid") == OP_SIG && op_find("sin") == OP_SIN, "aliases");
    expect(&t.tally, op_find(".root") == OP_COUNT && op_find("+") == OP_COUNT && op_find("sine") == OP_COUNT, "no functions");
    return tally_close(&t.tally, "partials");
}
