/* emitted.c -- times emitted code and hand-written code in turn; prints medians and their ratio. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cs231n_grad.h"
#include "mlp_grad.h"
#include "rosenbrock_grad.h"

enum { ROUNDS = 31, N = 100, IN = 16, HIDDEN = 32 };

static cs231n_params cs_p = { 3, -4 }, cs_g;
static rosenbrock_params ro_p, ro_g;
static mlp_params ml_p, ml_g;
static mlp_inputs ml_in;

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double cs_hand(void)
{
    double x = cs_p.x, y = cs_p.y, sy = sigmoid(y), sx = sigmoid(x), xy = x + y, inv = 1 / (sx + xy * xy), f = (x + sy) * inv;
    double d_den = -f * inv, d_xy = 2 * xy * d_den;

    cs_g.x = d_xy + sx * (1 - sx) * d_den + inv;
    cs_g.y = d_xy + sy * (1 - sy) * inv;
    return f;
}

static double cs_emitted(void)
{
    return cs231n_value_grad(&cs_p, &cs_g);
}

static double ro_hand(void)
{
    const double *x = ro_p.x;
    double *g = ro_g.x, f = 0;

    g[0] = 0;
    for (int i = 0; i < N - 1; i++) {
        double t = x[i + 1] - x[i] * x[i], u = 1 - x[i];

        f += 100 * t * t + u * u;
        g[i + 1] = 200 * t;
        g[i] -= 400 * t * x[i] + 2 * u;
    }
    return f;
}

static double ro_emitted(void)
{
    return rosenbrock_value_grad(&ro_p, &ro_g);
}

static double ml_hand(void)
{
    double a[HIDDEN], o = ml_p.b2, e;

    for (int i = 0; i < HIDDEN; i++) {
        double z = ml_p.b1[i];

        for (int k = 0; k < IN; k++)
            z += ml_p.W1[i][k] * ml_in.x[k];
        a[i] = sigmoid(z);
        o += ml_p.W2[i] * a[i];
    }
    e = o - ml_in.y;
    ml_g.b2 = e;
    for (int i = 0; i < HIDDEN; i++) {
        double d = e * ml_p.W2[i] * a[i] * (1 - a[i]);

        ml_g.W2[i] = e * a[i];
        ml_g.b1[i] = d;
        for (int k = 0; k < IN; k++)
            ml_g.W1[i][k] = d * ml_in.x[k];
    }
    return 0.5 * e * e;
}

static double ml_emitted(void)
{
    return mlp_value_grad(&ml_p, &ml_in, &ml_g);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static volatile double sink;

static double time_of(double (*function)(void), long calls)
{
    double start = now();

    for (long i = 0; i < calls; i++)
        sink = function();
    return (now() - start) / (double)calls;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void compare(const char *name, double (*emitted)(void), double (*hand)(void), long calls)
{
    double e[ROUNDS], h[ROUNDS], ratio[ROUNDS], gap = fabs(emitted() - hand());

    for (int i = 0; i < ROUNDS; i++) {
        e[i] = time_of(emitted, calls);
        h[i] = time_of(hand, calls);
        ratio[i] = e[i] / h[i];
    }
    qsort(e, ROUNDS, sizeof *e, ascending);
    qsort(h, ROUNDS, sizeof *h, ascending);
    qsort(ratio, ROUNDS, sizeof *ratio, ascending);
    printf("%-12s emitted %8.1f ns   hand %8.1f ns   ratio %.2f   (values differ by %.1e)\n", name, e[ROUNDS / 2], h[ROUNDS / 2],
           ratio[ROUNDS / 2], gap);
}

int main(void)
{
    double *flat = (double *)&ml_p;

    for (int i = 0; i < N; i++)
        ro_p.x[i] = 0.5 + 0.01 * i;
    for (size_t i = 0; i < sizeof ml_p / sizeof *flat; i++)
        flat[i] = sin((double)i);
    for (int k = 0; k < IN; k++)
        ml_in.x[k] = cos(k);
    compare("cs231n", cs_emitted, cs_hand, 20000);
    compare("rosenbrock", ro_emitted, ro_hand, 5000);
    compare("mlp", ml_emitted, ml_hand, 1000);
    return 0;
}
