/* cost.c -- the cost promise on random models with and without recurrences, and on the examples: in counted operations a gradient is at most 5
 * times the value, a Hessian-vector product at most 15 times, and both whatever the size of the arrays is.
 *
 * The counts are those that the C emitter prints, with the weights of the operator table. Argument: the number of models.
 */
#define _POSIX_C_SOURCE 200809L
#include <glob.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit/emit.h"
#include "emit/functions.h"
#include "eval/point.h"

extern const Emitter emit_c;

enum { MODELS = 100, SMALL = 10, LARGE = 1000, MOST_TEXT = 4000, FILE_SIZE = 1 << 16 };

static const double MOST_GRADIENT = 5, MOST_PRODUCT = 15, MOST_CHANGE = 0.05;

typedef struct {
    Random random;
    char text[MOST_TEXT];
    size_t size;
} Writer;

typedef struct {
    const char *text;
    unsigned number;
    bool scalar; /* a model with several outputs has no value_grad */
    double value, gradient, product;
    unsigned passed, failed;
    double most_gradient, most_product;
} Test;

/* ---- random models ------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void add(Writer *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    w->size += (size_t)vsnprintf(w->text + w->size, MOST_TEXT - w->size, format, args);
    va_end(args);
}

static unsigned choose(Writer *w, unsigned count)
{
    return (unsigned)(random_next(&w->random) % count);
}

static const char *const functions[] = { "sin", "cos", "exp", "tanh", "sig", "softplus", "relu", "abs", "atan", "erf" };

/* Written from left to right, without a stack: operands and operators in turn, brackets that are closed at the end. */
static void expression(Writer *w, const char *const *leaves, unsigned count, unsigned length)
{
    unsigned open = 0;

    for (unsigned i = 0; i < length; i++) {
        const char *leaf = leaves[choose(w, count)];

        switch (choose(w, 8)) {
        case 0:
            add(w, "%s(", functions[choose(w, sizeof functions / sizeof *functions)]);
            open++;
            break;
        case 1:
            add(w, "(");
            open++;
            break;
        case 2:
            add(w, "%s/(1.5 + %s^2) + ", leaf, leaves[choose(w, count)]);
            break;
        case 3:
            add(w, "sqrt(1 + %s^2)*", leaf);
            break;
        case 4:
            add(w, "(%s > 0 ? %s : sin(%s))*", leaf, leaves[choose(w, count)], leaves[choose(w, count)]);
            break;
        case 5:
            add(w, "max(%s, 0.5*%s) - ", leaf, leaves[choose(w, count)]);
            break;
        default:
            break;
        }
        leaf = leaves[choose(w, count)];
        add(w, "%s", leaf);
        while (open > 0 && choose(w, 3) == 0) {
            add(w, ")");
            open--;
        }
        if (i + 1 < length)
            add(w, " %c ", "+-**"[choose(w, 4)]);
    }
    while (open-- > 0)
        add(w, ")");
}

/* A recurrence over n turns. */
static void recurrence(Writer *w)
{
    static const char *const leaves[] = { "h", "h", "(a*h)", "x[t]", "z[t]", "g" };

    add(w, "h = a; g = b\nfor t in 0..n {\n  h = 0.5*sin(");
    expression(w, leaves, 6, 2 + choose(w, 4));
    add(w, ") + 0.1*x[t]\n  g = 0.9*g + ");
    expression(w, leaves, 6, 1 + choose(w, 4));
    add(w, "\n  o[t] = h*g\n}\n");
}

/* Every gate depends on an index: what is computed once, whatever n is, would count more in a small model. */
static void model(Writer *w, unsigned number, int n)
{
    static const char *const elements[] = { "x[i]", "x[i]", "y[i]", "(a*y[i])", "(b + x[i])" };
    static const char *const sums[] = { "z[i]", "z[i]", "x[i]", "(a*z[i])" };
    bool loop = number % 2 == 1;

    w->random.state = number;
    w->size = 0;
    add(w, "const n = %d\nparam x[n], y[n], a, b\nz[i] = ", n);
    expression(w, elements, 5, 2 + choose(w, 6));
    add(w, " for i in 0..n\n");
    if (loop)
        recurrence(w);
    if (choose(w, 3) == 0)
        add(w, "p = exp(a)*z + logsumexp(z)\n");
    else
        add(w, "p = z*z + b\n");
    add(w, "f = sum(");
    expression(w, sums, 4, 2 + choose(w, 4));
    add(w, " for i in 0..n) + p @ y%s\n", loop ? " + sum(o) + h" : "");
}

/* ---- counting ------------------------------------------------------------------------------------------ */

/* The weight of a function in the head comment. */
static double weight_of(const char *text, const char *function)
{
    char start[40];
    const char *line, *at;

    (void)snprintf(start, sizeof start, " *   %s ", function);
    line = strstr(text, start);
    at = line == NULL ? NULL : strstr(line, "weight ");
    return at == NULL || at > strchr(line, '\n') ? (double)NAN : strtod(at + 7, NULL);
}

static void count(Unit *unit, void *context)
{
    Test *t = context;
    Emitted out = { 0 };
    const char *text;

    t->value = t->gradient = t->product = (double)NAN;
    text_init(&out.main, unit->arena);
    text_init(&out.header, unit->arena);
    t->scalar = unit_open(unit, "model", t->text, strlen(t->text)) && unit->scalar;
    if (!t->scalar)
        unit->options.functions &= ~(1u << FUNCTION_VALUE_GRAD);
    if (unit->diag.errors > 0 || !emit_c.emit(unit, &out)) {
        Text messages;

        text_init(&messages, unit->arena);
        diag_print(&unit->diag, &messages);
        printf("%s%s", t->text, text_string(&messages));
        return;
    }
    text = text_string(&out.main);
    t->value = weight_of(text, "value");
    t->gradient = weight_of(text, "value_grad") / t->value;
    t->product = weight_of(text, "hvp") / t->value;
}

static void count_model(Test *t, const char *text)
{
    Options options = options_default();
    Unit unit;

    options.functions = 1u << FUNCTION_VALUE | 1u << FUNCTION_VALUE_GRAD | 1u << FUNCTION_HVP;
    t->text = text;
    unit_init(&unit, &options);
    if (!unit_run(&unit, count, t))
        printf("%s\n", unit.failure);
    unit_close(&unit);
}

static void expect(Test *t, bool good, const char *what)
{
    t->passed += good;
    t->failed += !good;
    if (!good)
        printf("failed: model %u: %s: value %g, gradient %.3f times, product %.3f times\n%s", t->number, what, t->value,
               t->gradient, t->product, t->text);
}

static void check_model(Test *t, unsigned number)
{
    static Writer w;
    double gradient, second;

    t->number = number;
    model(&w, number, SMALL);
    count_model(t, w.text);
    expect(t, t->gradient <= MOST_GRADIENT, "gradient");
    expect(t, t->product <= MOST_PRODUCT, "product");
    t->most_gradient = fmax(t->most_gradient, t->gradient);
    t->most_product = fmax(t->most_product, t->product);
    gradient = t->gradient;
    second = t->product;
    model(&w, number, LARGE);
    count_model(t, w.text);
    expect(t, fabs(t->gradient / gradient - 1) <= MOST_CHANGE, "gradient of a larger model");
    expect(t, fabs(t->product / second - 1) <= MOST_CHANGE, "product of a larger model");
}

static void check_example(Test *t, const char *path)
{
    static char text[FILE_SIZE];
    FILE *file = fopen(path, "r");
    size_t size = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);

    text[size] = '\0';
    if (file != NULL)
        fclose(file);
    if (strstr(text, "extern") != NULL) /* what it costs is not known */
        return;
    count_model(t, text);
    expect(t, t->gradient <= MOST_GRADIENT || !t->scalar, path);
    expect(t, t->product <= MOST_PRODUCT, path);
    t->most_gradient = t->scalar ? fmax(t->most_gradient, t->gradient) : t->most_gradient;
    t->most_product = fmax(t->most_product, t->product);
}

static void check_examples(Test *t)
{
    glob_t found;

    if (glob("examples/*.expr", 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_example(t, found.gl_pathv[i]);
    globfree(&found);
}

int main(int argc, char **argv)
{
    static Test t;
    unsigned models = argc > 1 ? (unsigned)atoi(argv[1]) : MODELS;

    for (unsigned number = 0; number < models; number++)
        check_model(&t, number);
    check_examples(&t);
    printf("%u random models, and the examples: gradients cost at most %.2f times the value, products %.2f times\n", models, t.most_gradient,
           t.most_product);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
