/* train.c -- gradient descent on a small data set with the code that bpgen emitted for net.expr.
 *
 *     bpgen net.expr -o net_grad.c && cc -std=c99 -O2 train.c net_grad.c -lm -o train && ./train
 */
#include <stdio.h>

#include "net_grad.h"

#define SAMPLES 4u
#define STEPS 20000u

static const net_inputs samples[SAMPLES] = { /* exclusive or */
    { { 0.0, 0.0 }, 0.0 }, { { 0.0, 1.0 }, 1.0 }, { { 1.0, 0.0 }, 1.0 }, { { 1.0, 1.0 }, 0.0 }
};

/* Small numbers of both signs, the same on every machine. */
static void start(net_params *p)
{
    double *flat = (double *)p; /* the struct holds only doubles */
    unsigned state = 1u;

    for (unsigned i = 0u; i < NET_N_PARAMS; i++) {
        state = (1103515245u * state + 12345u) & 0x7fffffffu;
        flat[i] = 2.0 * ((double)state / 1073741824.0 - 1.0);
    }
}

/* Mean loss over the samples; `sum` receives the sum of the gradients, sample by sample. */
static double descend(const net_params *p, net_params *sum)
{
    double total = 0.0, *into = (double *)sum;
    net_params grad;

    for (unsigned i = 0u; i < NET_N_PARAMS; i++)
        into[i] = 0.0;
    for (unsigned s = 0u; s < SAMPLES; s++) {
        total += net_value_grad(p, &samples[s], &grad);
        for (unsigned i = 0u; i < NET_N_PARAMS; i++)
            into[i] += ((const double *)&grad)[i];
    }
    return total / SAMPLES;
}

int main(void)
{
    const double rate = 0.1;
    net_params p, grad;
    double first, last = 0.0;

    start(&p);
    first = descend(&p, &grad);
    for (unsigned step = 0u; step < STEPS; step++) {
        last = descend(&p, &grad);
        for (unsigned i = 0u; i < NET_N_PARAMS; i++)
            ((double *)&p)[i] -= rate * ((const double *)&grad)[i];
    }
    printf("mean loss: %.3f at first, %s after %u steps\n", first, last < 1e-6 ? "below 1e-6" : "not small", STEPS);
    return last < 1e-6 ? 0 : 1;
}
