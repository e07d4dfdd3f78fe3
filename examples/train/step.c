/* step.c -- one step of gradient descent on the neuron of neuron.expr: theta := theta - eta * grad.
 *
 *     bpgen ../neuron.expr -o neuron_grad.c && cc -std=c99 step.c neuron_grad.c -lm -o step && ./step
 */
#include <stdio.h>

#include "neuron_grad.h"

int main(void)
{
    const double eta = 0.1;
    neuron_params p = { .w0 = 2.0, .x0 = -1.0, .w1 = -3.0, .x1 = -2.0, .w2 = -3.0 }, grad;

    neuron_value_grad(&p, &grad);
    printf("%.17g %.17g %.17g\n", p.w0 - eta * grad.w0, p.w1 - eta * grad.w1, p.w2 - eta * grad.w2);
    return 0;
}
