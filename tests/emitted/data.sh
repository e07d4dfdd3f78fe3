#!/bin/sh
# Emitted functions of models with data, for numbers of samples that the compiler of the models did not know: the value and the
# gradient over all samples are the sums over two parts (where the model is a sum), and those of the other functions; no samples
# give sums of 0; thousands of samples need no more stack than one.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c99 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wmissing-prototypes -Werror"

cat > "$work/sums.expr" <<'MODEL'
param W[6,3], v[6], c
data x[3], y in [-1, 1]
h = 0*v
for t in 0..7 { h = tanh(W @ x + h*c) }
z = v @ h
J = sum((y - z)^2 + (y > 0 ? norm(h)*max(x[i]*v[i] for i in 0..3) : logsumexp(W @ x)) for data)
MODEL
cat > "$work/means.expr" <<'MODEL'
param W[6,3], v[6], c
data x[3], y
z = v @ tanh(W @ x) + c
m = mean(z for data)
J = mean((z - m)^2*y for data) + log(sum(exp(z) for data))*norm(v)
MODEL
cat > "$work/main.c" <<'DRIVER'
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "m_grad.h"

#ifdef LARGE
enum { MOST = 200000 };
#else
enum { MOST = 1000 };
#endif
static m_sample samples[MOST];

static int differ(const m_params *a, const m_params *b, double close)
{
    for (int i = 0; i < M_N_PARAMS; i++) {
        double x = ((const double *)a)[i], y = ((const double *)b)[i];

        if (!(fabs(x - y) <= close * (1 + fabs(x)))) {
            printf("gradient[%d]: %.17g and %.17g\n", i, x, y);
            return 1;
        }
    }
    return 0;
}

static int check(const m_params *p, int32_t n)
{
    m_params all, other, first, second;
    double value = m_value_grad(p, samples, n, &all), forward;
#ifdef HAS_TAPE
    m_tape tape;

    forward = m_forward(p, samples, n, &tape);
    m_backward(p, samples, n, 1.0, &tape, &other);
#else
    forward = m_forward(p, samples, n);
    m_backward(p, samples, n, 1.0, &other);
#endif
    if (value != m_value(p, samples, n) || value != forward) {
        printf("%d samples: values %.17g %.17g\n", (int)n, value, forward);
        return 1;
    }
    if (differ(&all, &other, 1e-12))
        return 1;
#ifdef SUMS
    if (n == 0 && value != 0)
        return 1;
    for (int32_t part = 0; part <= n; part += n / 7 + 1) {
        double sum = m_value_grad(p, samples, part, &first) + m_value_grad(p, samples + part, n - part, &second);

        for (int i = 0; i < M_N_PARAMS; i++)
            ((double *)&first)[i] += ((const double *)&second)[i];
        if (!(fabs(sum - value) <= 1e-12 * (1 + fabs(value))) || differ(&all, &first, 1e-11)) {
            printf("%d samples in two parts, %d in the first: %.17g and %.17g\n", (int)n, (int)part, value, sum);
            return 1;
        }
    }
#else
    (void)first, (void)second;
#endif
    return 0;
}

int main(void)
{
    static const int32_t numbers[] = { 1, 2, 3, 5, 6, 64, 999, MOST };
    m_params p;
    int bad = 0;

    for (int i = 0; i < M_N_PARAMS; i++)
        ((double *)&p)[i] = 0.6 * sin(1.0 + 3.0 * i);
    for (int i = 0; i < MOST * M_N_SAMPLE; i++)
        ((double *)samples)[i] = sin(0.7 * i);
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        bad |= check(&p, numbers[i]);
#ifdef SUMS
    bad |= check(&p, 0);
#else
    bad |= !isnan(m_value(&p, samples, 0)); /* a mean of nothing */
#endif
    return bad;
}
DRIVER

for model in sums means; do
    defines=$(echo "-D$model" | tr a-z A-Z)
    for cc in gcc clang; do
        "$build/bpgen" "$work/$model.expr" --name m -o "$work/m_grad.c" && grep -q '} m_tape' "$work/m_grad.h" && defines="$defines -DHAS_TAPE"
        if $cc $flags -O2 $defines "$work/main.c" "$work/m_grad.c" -lm -o "$work/main" 2> "$work/messages" && "$work/main" > "$work/messages" 2>&1; then
            echo "PASS $model, $cc"
        else
            echo "FAIL $model, $cc: $(head -n 5 "$work/messages")"
        fi
    done
    # shellcheck disable=SC3045 # dash and bash have ulimit -s
    if $cc $flags -O2 -DLARGE $defines "$work/main.c" "$work/m_grad.c" -lm -o "$work/main" 2> "$work/messages" &&
        (ulimit -s 128 && "$work/main") > "$work/messages" 2>&1; then
        echo "PASS $model: 200000 samples on a stack of 128 kB"
    else
        echo "FAIL $model: 200000 samples on a stack of 128 kB: $(head -n 5 "$work/messages")"
    fi
done

# A model of scalars: the compiler takes several samples at once where it may add them up in another order.
cat > "$work/fit.expr" <<'MODEL'
param a, b, c, d
data x, y
J = mean((y - (a + x*(b + x*(c + x*d))))^2/(1 + x^2) for data)
MODEL
"$build/bpgen" "$work/fit.expr" --name m -o "$work/m_grad.c"
gcc $flags -O3 -mavx2 -fno-math-errno -fno-trapping-math -fno-signed-zeros -fassociative-math -fopt-info-vec -c "$work/m_grad.c" -o "$work/m.o" 2> "$work/messages" > "$work/report"
cat "$work/messages" >> "$work/report"
line=$(awk '/^double m_value_grad/ { inside = 1 } inside && /for .int32_t sample = 0; sample < n_samples;/ { print NR; exit }' "$work/m_grad.c")
if [ "$(uname -m)" != x86_64 ]; then
    echo "SKIP vectors of samples: another machine"
elif [ -n "$line" ] && grep -q "m_grad.c:$line:.*loop vectorized" "$work/report"; then
    echo "PASS vectors of samples"
else
    echo "FAIL vectors of samples: line $line; $(head -n 3 "$work/report")"
fi
