/* tool_models.c -- random models as text: tool_models SEED KIND > model.expr, KIND straight, loop, nested or while.
 *
 * Every expression has a value everywhere (sqrt(1 + e^2), e/(1 + e^2), ...), and sums stay moderate, so that any point will do. The
 * number of turns is the const n, which an option of bpgen changes.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 40, LENGTH = 6 };

typedef struct {
    uint64_t state;
    char names[2][MOST_NAMES][16]; /* scalars, vectors */
    size_t counts[2];
    size_t first[2];               /* expressions use names from here on */
} Models;

static uint64_t next(Models *m)
{
    uint64_t z = m->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static unsigned below(Models *m, unsigned limit)
{
    return (unsigned)(next(m) % limit);
}

static void add_name(Models *m, bool vector, const char *name)
{
    if (m->counts[vector] < MOST_NAMES)
        snprintf(m->names[vector][m->counts[vector]++], sizeof m->names[0][0], "%s", name);
}

static const char *a_name(Models *m, bool vector)
{
    return m->names[vector][m->first[vector] + below(m, (unsigned)(m->counts[vector] - m->first[vector]))];
}

/* ---- expressions ------------------------------------------------------------------------------------- */

static const char *const elementwise[] = {
    "(%s + %s)", "(%s - %s)", "%s*%s", "%s*%s", "%s/(1 + %s^2)", "tanh(%s)", "sig(%s)", "sin(%s)", "cos(%s)", "exp(-%s^2)",
    "log(1 + %s^2)", "sqrt(1 + %s^2)", "abs(%s)", "max(%s, %s)", "min(%s, %s)", "relu(%s)", "softplus(%s)", "atan(%s)",
    "(1 + %s^2)^0.7", "%s^2", "%s^3", "a*%s", "(c - %s)", "(-%s)", "hypot(1, %s)", "erf(%s)", "gelu(%s)",
};
static const char *const to_scalar[] = { "sum(%s)", "mean(%s)", "norm(%s)", "logsumexp(%s)", "max(%s)", "sum(%s^2)", "prod(%s)", "%s[2]" };
static const char *const to_vector[] = { "(W @ %s)", "softmax(%s)", "[%s[5-i] for i]" };

typedef struct {
    char *at, *end;
} Out;

static void add(Out *out, const char *text)
{
    size_t size = strlen(text);

    if (size < (size_t)(out->end - out->at))
        memcpy(out->at, text, size + 1), out->at += size;
}

static void expression(Models *m, Out *out, bool vector, unsigned depth);

static void fill(Models *m, Out *out, const char *pattern, bool vector, unsigned depth)
{
    for (; *pattern != '\0'; pattern++) {
        char one[2] = { *pattern, '\0' };

        if (pattern[0] == '%' && pattern[1] == 's') {
            expression(m, out, vector, depth);
            pattern++;
        } else {
            add(out, one);
        }
    }
}

static void expression(Models *m, Out *out, bool vector, unsigned depth)
{
    unsigned choice = below(m, 10);

    if (depth == 0 || choice == 0) {
        add(out, a_name(m, vector));
    } else if (choice == 1 && !vector) {
        add(out, "(");
        expression(m, out, false, depth - 1);
        add(out, " > 0.3 ? ");
        expression(m, out, false, depth - 1);
        add(out, " : ");
        expression(m, out, false, depth - 1);
        add(out, ")");
    } else if (choice == 2 && !vector) {
        fill(m, out, to_scalar[below(m, sizeof to_scalar / sizeof *to_scalar)], true, 0);
    } else if (choice == 2 && vector) {
        fill(m, out, to_vector[below(m, sizeof to_vector / sizeof *to_vector)], true, 0);
    } else {
        fill(m, out, elementwise[below(m, sizeof elementwise / sizeof *elementwise)], vector, depth - 1);
    }
}

static void statement(Models *m, const char *indent, const char *name, bool vector, unsigned depth)
{
    char text[4096] = "";
    Out out = { text, text + sizeof text };

    expression(m, &out, vector, depth);
    printf("%s%s = %s\n", indent, name, text);
}

/* New names, some of them vectors. */
static void statements(Models *m, const char *indent, const char *prefix, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        bool vector = below(m, 3) == 0;
        char name[16];

        snprintf(name, sizeof name, "%s%u", prefix, i);
        statement(m, indent, name, vector, 3);
        add_name(m, vector, name);
    }
}

/* ---- models ------------------------------------------------------------------------------------------ */

static void declare(Models *m)
{
    printf("const n = 10\nparam a in [0.2, 1], b in [-1, 1], c in [0.5, 1.5], u[%d] in [-1, 1], v[%d] in [0.3, 1], W[%d,%d] in [-0.4, 0.4]\n",
           LENGTH, LENGTH, LENGTH, LENGTH);
    printf("input x[n] in [-1, 1]\n");
    add_name(m, false, "a"), add_name(m, false, "b"), add_name(m, false, "c");
    add_name(m, true, "u"), add_name(m, true, "v");
}

static void straight(Models *m)
{
    size_t scalars;

    statements(m, "", "t", 4 + below(m, 12));
    scalars = m->counts[0];
    printf("f = x[0]*a");
    for (size_t i = 0; i < scalars; i++)
        printf(" + %s", m->names[0][i]);
    for (size_t i = 0; i < m->counts[1]; i++)
        printf(" + sum(%s)", m->names[1][i]);
    printf("\n");
}

/* Carried names keep their size: h = sin(...). */
static void update(Models *m, const char *indent)
{
    char text[4096] = "";
    Out out = { text, text + sizeof text };

    expression(m, &out, false, 3);
    printf("%sh = sin(%s + 0.9*h)\n", indent, text);
    text[0] = '\0';
    out = (Out){ text, text + sizeof text };
    expression(m, &out, true, 2);
    printf("%sg = tanh(W @ g + %s)\n", indent, text);
}

/* What changes from turn to turn: the rest would be computed before the loop, and not grow with n. */
static void loop(Models *m, const char *kind)
{
    printf("h = a\ng = u\n");
    m->first[0] = m->counts[0], m->first[1] = m->counts[1];
    add_name(m, false, "h");
    add_name(m, true, "g");
    printf(strcmp(kind, "while") == 0 ? "for t in 0..n while h > -2 {\n" : "for t in 0..n {\n");
    printf("    y = x[t] + h\n");
    add_name(m, false, "y");
    statements(m, "    ", "q", 2 + below(m, 5));
    if (strcmp(kind, "nested") == 0) {
        size_t inner_scalars = m->counts[0], inner_vectors = m->counts[1];

        printf("    z = y\n    for k in 0..9 {\n");
        add_name(m, false, "z");
        statements(m, "        ", "r", 1 + below(m, 3));
        printf("        z = cos(%s + z)\n    }\n", a_name(m, false));
        m->counts[0] = inner_scalars, m->counts[1] = inner_vectors;
        add_name(m, false, "z");
    }
    update(m, "    ");
    printf("    o[t] = %s*h\n}\n", a_name(m, false));
    printf("f = sum(o^2) + h + sum(g)\n");
}

int main(int argc, char **argv)
{
    Models m = { .state = argc > 2 ? strtoull(argv[1], NULL, 10) : 0 };

    if (argc < 3)
        return 2;
    declare(&m);
    if (strcmp(argv[2], "straight") == 0)
        straight(&m);
    else
        loop(&m, argv[2]);
    return 0;
}
