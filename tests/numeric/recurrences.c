/* recurrences.c -- the examples with loops against references written by hand in 113-bit arithmetic: values, and gradients by
 * central differences (h = 2^-36: their own error is some 1e-20). Newton's iteration is compared with the root itself.
 */
#include <math.h>
#include <quadmath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/point.h"
#include "unit.h"

__extension__ typedef __float128 Quad;

enum { MOST_ARGUMENTS = 8, MOST_ELEMENTS = 200 };
#define CLOSE 1e-12 /* of each element; of the largest: 1e-15 */

/* The elements of what the model declares, in its order. */
typedef Quad Arguments[MOST_ARGUMENTS][MOST_ELEMENTS];

typedef struct {
    const char *name;
    Quad (*value)(Arguments a);
} Reference;

static Quad logistic(Quad x)
{
    return 1 / (1 + expq(-x));
}

/* ---- the references ---------------------------------------------------------------------------------- */

static Quad rnn(Arguments a)
{
    enum { T = 50, H = 4, X = 2 };
    const Quad *w = a[0], *u = a[1], *b = a[2], *v = a[3], *x = a[4], *y = a[5];
    Quad h[H] = { 0 }, loss = 0;

    for (int t = 0; t < T; t++) {
        Quad next[H], out = 0;

        for (int i = 0; i < H; i++) {
            next[i] = b[i];
            for (int j = 0; j < H; j++)
                next[i] += w[H * i + j] * h[j];
            for (int j = 0; j < X; j++)
                next[i] += u[X * i + j] * x[X * t + j];
        }
        for (int i = 0; i < H; i++) {
            h[i] = tanhq(next[i]);
            out += v[i] * h[i];
        }
        loss += (out - y[t]) * (out - y[t]) / T;
    }
    return loss;
}

static Quad lstm(Arguments a)
{
    enum { T = 20, H = 3, X = 2 };
    Quad h[H] = { 0 }, c[H] = { 0 }, loss = 0;

    for (int t = 0; t < T; t++) {
        Quad gate[4][H], out = 0;

        for (int k = 0; k < 4; k++)
            for (int i = 0; i < H; i++) {
                gate[k][i] = a[2][H * k + i];
                for (int j = 0; j < X; j++)
                    gate[k][i] += a[0][X * (H * k + i) + j] * a[4][X * t + j];
                for (int j = 0; j < H; j++)
                    gate[k][i] += a[1][H * (H * k + i) + j] * h[j];
            }
        for (int i = 0; i < H; i++) {
            c[i] = logistic(gate[1][i]) * c[i] + logistic(gate[0][i]) * tanhq(gate[3][i]);
            h[i] = logistic(gate[2][i]) * tanhq(c[i]);
            out += a[3][i] * h[i];
        }
        loss += (out - a[5][t]) * (out - a[5][t]) / T;
    }
    return loss;
}

static Quad lstm_layers(Arguments a)
{
    enum { T = 8, L = 2, B = 3 };
    Quad h[L][B], c[L][B], loss = 0;

    for (int k = 0; k < L * B; k++) {
        h[k / B][k % B] = a[1][k];
        c[k / B][k % B] = a[2][k];
    }
    for (int t = 0; t < T; t++)
        for (int i = 0; i < B; i++) { /* the layers are diagonal: one component after the other */
            Quad up = a[3][B * t + i];

            for (int k = 0; k < L; k++) {
                const Quad *w = &a[0][4 * B * k];

                c[k][i] = c[k][i] * logistic(w[i] * up) + logistic(w[B + i] * h[k][i]) * tanhq(w[3 * B + i] * h[k][i]);
                h[k][i] = up = logistic(w[2 * B + i] * up) * tanhq(c[k][i]);
            }
            loss += up * up;
        }
    return loss;
}

static void slope(const Quad *s, Quad damp, Quad length, Quad *k)
{
    k[0] = s[1];
    k[1] = -981 / (100 * length) * sinq(s[0]) - damp * s[1];
}

static Quad pendulum(Arguments a)
{
    enum { N = 100 };
    const Quad h = (Quad)2 / 100;
    Quad s[2] = { a[0][0], a[0][1] }, loss = 0;

    for (int t = 0; t < N; t++) {
        Quad k[4][2], at[2] = { s[0], s[1] };

        for (int j = 0; j < 4; j++) {
            slope(at, a[1][0], a[2][0], k[j]);
            for (int i = 0; i < 2; i++)
                at[i] = s[i] + (j == 2 ? h : h / 2) * k[j][i];
        }
        for (int i = 0; i < 2; i++)
            s[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
        loss += (s[0] - a[3][t]) * (s[0] - a[3][t]) / N;
    }
    return loss;
}

static Quad newton(Arguments a)
{
    Quad m = a[0][0], ecc = a[1][0], low = m - 1, high = m + 1;

    while (nextafterq(low, high) < high) { /* bisection: nothing in common with the model */
        Quad middle = (low + high) / 2;

        if (middle == low || middle == high)
            break;
        if (middle - ecc * sinq(middle) < m)
            low = middle;
        else
            high = middle;
    }
    return 1 - ecc * cosq(low);
}

static Quad kalman(Arguments a)
{
    enum { T = 40 };
    const Quad dt = (Quad)1 / 10, q = a[0][0], r = a[1][0];
    Quad x = a[2][0], v = a[2][1], p00 = 1, p01 = 0, p11 = 1, ll = 0;

    for (int t = 0; t < T; t++) {
        Quad m = x + dt * v, v00, v01, v11, s, d;

        v00 = p00 + 2 * dt * p01 + dt * dt * p11 + q * dt * dt * dt / 3;
        v01 = p01 + dt * p11 + q * dt * dt / 2;
        v11 = p11 + q * dt;
        s = v00 + r;
        d = a[3][t] - m;
        x = m + v00 / s * d;
        v = v + v01 / s * d;
        p00 = v00 - v00 * v00 / s;
        p01 = v01 - v00 * v01 / s;
        p11 = v11 - v01 * v01 / s;
        ll -= (logq(8 * atanq(1) * s) + d * d / s) / 2;
    }
    return ll;
}

static Quad mpc(Arguments a)
{
    enum { T = 20 };
    const Quad tenth = (Quad)1 / 10;
    const Quad *target = a[2];
    Quad x = a[1][0], v = a[1][1], cost = 0;

    for (int t = 0; t < T; t++) {
        Quad u = a[0][t], next = x + tenth * v;

        cost += (x - target[0]) * (x - target[0]) + (v - target[1]) * (v - target[1]) + tenth * u * u;
        v = v + tenth * (u - v * fabsq(v) / 5);
        x = next;
    }
    return cost + 10 * ((x - target[0]) * (x - target[0]) + (v - target[1]) * (v - target[1]));
}

static Quad logistic_loop(Arguments a)
{
    Quad l = a[0][0];

    for (int k = 1; k < 10; k++)
        l = 4 * l * (1 - l);
    return l;
}

static Quad contracting_map(Arguments a)
{
    Quad l = a[0][0];

    for (int k = 0; k < 1000; k++)
        l = a[1][0] * l * (1 - l);
    return l;
}

static const Reference references[] = {
    { "rnn", rnn },       { "lstm", lstm },     { "lstm_layers", lstm_layers }, { "pendulum", pendulum },
    { "newton", newton }, { "kalman", kalman }, { "mpc", mpc },                 { "logistic_loop", logistic_loop },
    { "contracting_map", contracting_map },
};

/* ---- the comparison ---------------------------------------------------------------------------------- */

typedef struct {
    const Reference *at;
    Evaluation e;
    unsigned passed, failed;
} Test;

static char *read_model(const char *name, size_t *size)
{
    static char path[256];
    char *text = malloc(1 << 16);
    FILE *file;

    snprintf(path, sizeof path, "examples/%s.expr", name);
    file = fopen(path, "rb");
    *size = file == NULL ? 0 : fread(text, 1, 1 << 16, file);
    if (file != NULL)
        fclose(file);
    return text;
}

static void copy_arguments(const Unit *unit, const Evaluation *e, Arguments a)
{
    for (size_t d = 0; d < unit->lowered.declared.count; d++) {
        SymId symbol = unit->lowered.declared.at[d].symbol;

        for (size_t i = 0; i < eval_elements(e->program, symbol); i++)
            a[d][i] = (Quad)e->reals[symbol][i];
    }
}

static Quad difference(const Reference *reference, Arguments a, size_t declared, size_t i)
{
    const Quad h = ldexpq(1, -36), at = a[declared][i];
    Quad above, below;

    a[declared][i] = at + h;
    above = reference->value(a);
    a[declared][i] = at - h;
    below = reference->value(a);
    a[declared][i] = at;
    return (above - below) / (2 * h);
}

static void expect(Test *t, const char *what, size_t i, double got, Quad wanted, double largest)
{
    double gap = fabs((double)((Quad)got - wanted));

    if (gap <= CLOSE * fabs((double)wanted) + 1e-15 * largest) {
        t->passed++;
        return;
    }
    t->failed++;
    printf("FAIL %s: %s[%zu] is %.17g, not %.17g\n", t->at->name, what, i, got, (double)wanted);
}

static size_t position(const Unit *unit, SymId symbol)
{
    size_t d = 0;

    while (unit->lowered.declared.at[d].symbol != symbol)
        d++;
    return d;
}

static void compare_gradients(Test *t, const Unit *unit, Arguments a)
{
    static Arguments wanted;
    const Program *p = t->e.program;
    double largest = 0;

    for (size_t g = 0; g < p->gradients.count; g++)
        for (size_t i = 0; i < eval_elements(p, p->gradients.at[g]); i++) {
            wanted[g][i] = difference(t->at, a, position(unit, p->symbols.at[p->gradients.at[g]].of), i);
            largest = fmax(largest, fabs((double)wanted[g][i]));
        }
    for (size_t g = 0; g < p->gradients.count; g++)
        for (size_t i = 0; i < eval_elements(p, p->gradients.at[g]); i++)
            expect(t, names_text(&unit->names, p->symbols.at[p->gradients.at[g]].name), i,
                   t->e.reals[p->gradients.at[g]][i], wanted[g][i], largest);
}

static void compare_point(Test *t, const Unit *unit)
{
    static Arguments a;
    const Program *p = t->e.program;
    SymId output = p->outputs.at[0];

    copy_arguments(unit, &t->e, a);
    eval_run(&t->e);
    expect(t, names_text(&unit->names, p->symbols.at[output].name), 0, t->e.reals[output][0], t->at->value(a), 0);
    compare_gradients(t, unit, a);
}

static void work(Unit *unit, void *context)
{
    Test *t = context;
    Random random = { 1 };
    size_t size;
    char *text = read_model(t->at->name, &size);

    if (!unit_open(unit, t->at->name, text, size) || !unit_make_value_grad(unit) || unit->value_grad == NULL) {
        t->failed++;
        printf("FAIL %s is not compiled\n", t->at->name);
        free(text);
        return;
    }
    eval_init(&t->e, unit->arena, unit->value_grad);
    for (int point = 0; point < 3; point++) {
        for (size_t d = 0; d < unit->lowered.declared.count; d++)
            point_sample(&t->e, &unit->lowered.declared.at[d], &random);
        compare_point(t, unit);
    }
    free(text);
}

int main(void)
{
    Test t = { 0 };

    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        Options options = options_default();
        Unit unit;

        t.at = &references[i];
        unit_init(&unit, &options);
        if (!unit_run(&unit, work, &t)) {
            t.failed++;
            printf("FAIL %s: %s\n", t.at->name, unit.failure);
        }
        unit_close(&unit);
    }
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
