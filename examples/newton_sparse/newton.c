/* newton.c -- Newton's method for Rosenbrock's valley in 10000 variables, with the sparse Hessian that bpgen emitted.
 *
 *     bpgen ../rosenbrock.expr --const n=10000 --functions value,value_grad,hessian_sparse --lower-triangle -o valley.c --name valley
 *     cc -std=c99 -O2 newton.c valley.c -lm -o newton && ./newton
 *
 * The entries are column by column, on and below the diagonal. This pattern is a band, which is factorised in place.
 */
#include <math.h>
#include <stdio.h>

#include "valley.h"

#define N VALLEY_N_PARAMS
#define MOST_BAND 8
#define MOST_STEPS 100

static valley_params at, next, grad;
static valley_work work;
static double values[VALLEY_HESSIAN_NNZ], band[N][MOST_BAND + 1], step[N];
static int32_t starts[N + 1], rows[VALLEY_HESSIAN_NNZ];

/* How far below the diagonal entries stand. */
static int32_t width_of_band(void)
{
    int32_t width = 0;

    for (int32_t j = 0; j < N; j++)
        for (int32_t k = starts[j]; k < starts[j + 1]; k++)
            if (rows[k] - j > width)
                width = rows[k] - j;
    return width;
}

/* H + shift*I = L D L', or 0 if it is not positive definite. band[j][d] is row j+d of column j: D on the diagonal, L below. */
static int factorise(int32_t width, double shift)
{
    for (int32_t j = 0; j < N; j++) {
        for (int32_t d = 0; d <= width; d++)
            band[j][d] = 0.0;
        for (int32_t k = starts[j]; k < starts[j + 1]; k++)
            band[j][rows[k] - j] = values[k];
        band[j][0] += shift;
    }
    for (int32_t j = 0; j < N; j++) {
        if (!(band[j][0] > 1e-12))
            return 0;
        for (int32_t d = 1; d <= width && j + d < N; d++) {
            const double factor = band[j][d] / band[j][0];

            for (int32_t e = d; e <= width && j + e < N; e++)
                band[j + d][e - d] -= factor * band[j][e];
            band[j][d] = factor;
        }
    }
    return 1;
}

/* step = -(L D L')^-1 gradient */
static void solve(int32_t width)
{
    for (int32_t j = 0; j < N; j++)
        step[j] = -grad.x[j];
    for (int32_t j = 0; j < N; j++)
        for (int32_t d = 1; d <= width && j + d < N; d++)
            step[j + d] -= band[j][d] * step[j];
    for (int32_t j = N - 1; j >= 0; j--) {
        step[j] /= band[j][0];
        for (int32_t d = 1; d <= width && j + d < N; d++)
            step[j] -= band[j][d] * step[j + d];
    }
}

static double norm(const double *x)
{
    double sum = 0.0;

    for (int32_t i = 0; i < N; i++)
        sum += x[i] * x[i];
    return sqrt(sum);
}

/* Half as far as long as the value does not fall enough (Armijo); returns the new value. */
static double search(double value)
{
    double slope = 0.0, length = 1.0;

    for (int32_t i = 0; i < N; i++)
        slope += grad.x[i] * step[i];
    for (;; length /= 2.0) {
        double reached;

        for (int32_t i = 0; i < N; i++)
            next.x[i] = at.x[i] + length * step[i];
        reached = valley_value(&next);
        if (reached <= value + 1e-4 * length * slope || length < 1e-10) {
            at = next;
            return reached;
        }
    }
}

int main(void)
{
    int32_t width, steps = 0;
    double value = 0.0;

    valley_hessian_csc(starts, rows);
    width = width_of_band();
    if (width > MOST_BAND)
        return 1;
    for (int32_t i = 0; i < N; i++)
        at.x[i] = i % 2 == 0 ? 0.5 : 1.5;
    for (; steps < MOST_STEPS; steps++) {
        double shift = 0.0;

        value = valley_hessian_sparse(&at, &grad, values, &work);
        if (norm(grad.x) <= 1e-9)
            break;
        while (!factorise(width, shift))
            shift = shift > 0.0 ? 4.0 * shift : 1.0;
        solve(width);
        search(value);
    }
    printf("%d entries in a band of %d: after %d steps %s\n", (int)VALLEY_HESSIAN_NNZ, 2 * (int)width + 1, (int)steps,
           norm(grad.x) <= 1e-9 && value < 1e-12 ? "the minimum is found" : "no minimum");
    return norm(grad.x) <= 1e-9 ? 0 : 1;
}
