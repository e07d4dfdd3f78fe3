/* train.c -- descent in small batches over a few thousand samples, with the code that bpgen emitted for net.expr.
 *
 *     bpgen net.expr -o net_grad.c && cc -std=c99 -O2 train.c net_grad.c -lm -o train && ./train
 *
 * A batch is a part of the array: a pointer and a number. Nothing that the emitted functions keep grows with it.
 */
#include <math.h>
#include <stdio.h>

#include "net_grad.h"

enum { SAMPLES = 4096, BATCH = 32, ROUNDS = 100 };

/* Between -1 and 1, the same on every machine. */
static double next_number(uint32_t *state)
{
    *state = 1664525u * *state + 1013904223u;
    return 2.0 * (double)(*state >> 8) / 16777216.0 - 1.0;
}

static void make_samples(net_sample *samples, uint32_t *state)
{
    for (int i = 0; i < SAMPLES; i++) {
        samples[i].x[0] = next_number(state);
        samples[i].x[1] = next_number(state);
        samples[i].y = sin(3.0 * samples[i].x[0]) * cos(2.0 * samples[i].x[1]);
    }
}

/* Descent with momentum; the rate falls from round to round. */
static void train(net_params *p, const net_sample *samples)
{
    static double speed[NET_N_PARAMS];
    double *at = (double *)p; /* the struct holds only doubles */
    net_params grad;

    for (int round = 0; round < ROUNDS; round++) {
        const double rate = 0.1 / (1.0 + 0.1 * round);

        for (int first = 0; first < SAMPLES; first += BATCH) {
            net_value_grad(p, samples + first, BATCH, &grad);
            for (int i = 0; i < NET_N_PARAMS; i++) {
                speed[i] = 0.9 * speed[i] - rate * ((const double *)&grad)[i];
                at[i] += speed[i];
            }
        }
    }
}

int main(void)
{
    static net_sample samples[SAMPLES];
    uint32_t state = 1u;
    net_params p;
    double first, last;

    make_samples(samples, &state);
    for (int i = 0; i < NET_N_PARAMS; i++)
        ((double *)&p)[i] = next_number(&state);
    first = net_value(&p, samples, SAMPLES);
    train(&p, samples);
    last = net_value(&p, samples, SAMPLES);
    printf("mean loss over %d samples: %.3f at first, %s after %d rounds\n", SAMPLES, first,
           last < 0.002 ? "below 0.002" : "not small", ROUNDS);
    return last < 0.002 ? 0 : 1;
}
