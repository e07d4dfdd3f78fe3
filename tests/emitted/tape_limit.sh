#!/bin/sh
# --tape-limit: loops keep checkpoints and compute again. Compiled without contraction the gradient has the same bits as without the
# option, in one call and in two sweeps; the memory is that of about two square roots of the number of turns.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc="${CC:-cc} -std=c99 -O2 -ffp-contract=off -Wall -Wextra -Werror"

# A function that needs memory of its own takes it as its last argument.
work_of() { # function
    if tr '\n' ' ' < "$work/m.h" | grep -q "m_$1([^)]*m_work"; then
        printf 'static m_work work_%s;\n#define WORK_%s , &work_%s\n' "$1" "$1" "$1"
    else
        printf '#define WORK_%s\n' "$1"
    fi
}

# Value and gradient of value_grad, and the gradient of backward, as bits.
driver() { # members of params
    cat <<END
#include <stdio.h>
#include <string.h>
#include "m.h"
static m_tape tape;
$(work_of value_grad)
$(work_of forward)
$(work_of backward)
static void print(const void *numbers, size_t count)
{
    unsigned long long bits;

    for (size_t i = 0; i < count; i++) {
        memcpy(&bits, (const char *)numbers + i * sizeof(double), sizeof bits);
        printf("%016llx\n", bits);
    }
}
int main(void)
{
    for (int i = 0; i < 9; i++) {
        m_params p = { $1 };
        m_params grad;
        double value = m_value_grad(&p, &grad WORK_value_grad);

        print(&value, 1);
        print(&grad, sizeof grad / sizeof(double));
        value = m_forward(&p, &tape WORK_forward);
        print(&value, 1);
        m_backward(&p, 0.7, &tape, &grad WORK_backward);
        print(&grad, sizeof grad / sizeof(double));
    }
    fprintf(stderr, "%d\n", (int)(sizeof tape / sizeof(double)));
    return 0;
}
END
}

run() { # model options: the bits; the number of elements on the tape goes to $work/tape
    "$build/bpgen" "$@" --name m -o "$work/m.c" 2> "$work/warnings" || return 1
    driver "$members" > "$work/driver.c"
    $cc "$work/m.c" "$work/driver.c" -o "$work/m" -lm && "$work/m" 2> "$work/tape"
}

compare() { # name, model, params, limit in bytes, most elements on the tape
    members=$3
    run "$2" > "$work/whole" && run "$2" --tape-limit "$4" > "$work/cut" || { echo "FAIL $1: $(cat "$work/warnings")"; return; }
    if [ -s "$work/warnings" ]; then
        echo "FAIL $1: $(head -n 1 "$work/warnings")"
    elif ! cmp -s "$work/whole" "$work/cut"; then
        echo "FAIL $1: other bits"
    elif [ "$(cat "$work/tape")" -gt "$5" ]; then
        echo "FAIL $1: $(cat "$work/tape") elements on the tape"
    elif ! grep -q 'extra operations of weight [1-9]' "$work/m.c"; then
        echo "FAIL $1: the head comment does not tell"
    else
        echo "PASS $1"
    fi
}

printf 'param x in [0.1, 0.9]\nl = x\nfor n in 0..10000 { l = 2.5*l*(1-l) }\noutput l\n' > "$work/map.expr"
compare "contracting map, 10000 turns" "$work/map.expr" "0.05 + 0.1*i" 1616 101
printf 'param x, k\nl = x; s = 0\nfor n in 0..9973 { l = 2.5*l*(1-l) + k*sin(l); s = s + l*l }\noutput s\n' > "$work/sum.expr"
compare "a prime number of turns" "$work/sum.expr" "0.05 + 0.1*i, 0.01*i" 20000 1000
cat > "$work/cells.expr" <<'END'
param W[3,3], b[3]
h = b; total = 0
for t in 0..400 {
    h = tanh(W @ h + b*sin(0.1*t))
    a = h[0]
    for k in 0..12 { a = cos(a + h[1] + 0.1*k) }
    m = max(h)
    total = sum(h^2) > 1 ? total + a*m : total
}
output total
END
compare "nested loops, maxima and branches" "$work/cells.expr" \
    "{ { 0.1, 0.5, -0.3 }, { 0.9, 0.2*i, 0.4 }, { -0.7, 0.6, 0.3 } }, { 0.1*i, 0.3, -0.2 }" 12000 800
cat > "$work/vector.expr" <<'END'
param x[4] in [-1, 1], W[4,4] in [-0.3, 0.3]
h = concat(x, x, x, x, x, x, x, x, x, x); c = 0
for t in 0..203 { h[i] = tanh((i > 3 ? h[i-4] : sum(W[i,j]*h[j+36] for j in 0..4)) + sin(h[i])) for i in 0..40; c = c + sum(h)*cos(c) }
J = sum(h^2) + c
output J
END
compare "a vector that is carried" "$work/vector.expr" "{ 0.1*i, 0.2, -0.3, 0.4 }, { { 0.1, -0.2, 0.3, 0.1*i }, { 0.2, 0.1, 0.1, 0.3 } }" 12000 1500
