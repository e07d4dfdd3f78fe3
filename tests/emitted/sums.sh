#!/bin/sh
# Compensated sums (tests/regress/norms.expr): emitted C has the evaluator's bits, also where loops are computed again and in the
# backward sweep of its own, and no such sum is a plain one.
. tests/start.sh
model=$root/tests/regress/norms.expr
flags="-std=c99 -O2 -w -ffp-contract=off"

# Where a term is infinite, so is the sum: nothing is carried from it.
printf 'param k\nn = norm([k*(i + 1) for i in 0..20])\nl = logsumexp([k*(i - 9) for i in 0..20])\noutput n, l\n' > inf.expr
is "infinite terms" "n = inf
l = inf" "$("$bpgen" eval inf.expr k=1e308 | grep '^[nl] = ')"

cat > "$work/main.c" <<'EOF'
#include <stdio.h>
#include "m.h"
int main(void)
{
    static m_params p, g;
    double f;
#ifdef TAPE
    static m_tape tape;
#endif

    for (int i = 0; i < 14; i++)
        for (int j = 0; j < 10; j++)
            p.W[i][j] = 0.5;
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 3; j++)
            p.U[i][j] = 0.25;
    p.s = 0.75;
#ifdef TAPE
    f = m_forward(&p, &tape WORK);
    m_backward(&p, 1.0, &tape, &g WORK);
#else
    f = m_value_grad(&p, &g WORK);
#endif
    printf("f = %.17g\ndf/ds = %.17g\n", f, g.s);
    for (int i = 0; i < 14; i++)
        for (int j = 0; j < 10; j++)
            printf("W %.17g\n", g.W[i][j]);
}
EOF

# The shortest text of a number, as it is printed, and one of 17 digits are the same number.
numbers() {
    awk '/^f = |^df\/ds = / { printf "%.17g\n", $3 } /^df\/dW/ { sub(/^[^[]*/, ""); n = split($0, x, /[][, ]+/); for (i = 1; i <= n; i++) if (x[i] != "") printf "%.17g\n", x[i] }
         /^W / { printf "%.17g\n", $2 }' "$1" | sort
}
"$build/bpgen" eval "$model" > "$work/eval"
numbers "$work/eval" > "$work/expected"
good "the evaluator printed all" [ "$(wc -l < "$work/expected")" -eq 142 ]
[ -s "$work/expected" ] || exit 1

while read -r how define options; do
    # shellcheck disable=SC2086 # a list
    "$build/bpgen" "$model" --name m $options -o "$work/m.c" 2> "$work/messages" || cat "$work/messages"
    good "$how: sums are compensated" [ "$(grep -c 'add_to(&' "$work/m.c")" -ge 10 ]
    good "$how: none is plain" sh -c '! grep -E "^ *(squares|sumexp)_[A-Za-z0-9_]*(\[.*\])? \+= " "$1"' sh "$work/m.c"
    tr '\n' ' ' < "$work/m.h" | grep -q ' m_\(value_grad\|backward\)([^;]*m_work \*[^;]*;' && work_argument=', &work' || work_argument=
    for cc in gcc clang; do
        sed "s/^    double f;/&$([ -z "$work_argument" ] || echo ' static m_work work;')/" "$work/main.c" > "$work/run.c"
        rm -f "$work/run" "$work/got"
        # shellcheck disable=SC2086 # lists of flags
        $cc $flags "-D$define" "-DWORK=$work_argument" "$work/run.c" "$work/m.c" -o "$work/run" -lm && "$work/run" > "$work/got"
        numbers "$work/got" > "$work/emitted"
        good "$how, $cc: the evaluator's bits" cmp "$work/expected" "$work/emitted"
    done
done <<EOF
one-call ONE --functions=value_grad --stack-limit=1000000
sweeps TAPE --functions=forward,backward --stack-limit=1000000
again ONE --functions=value_grad --stack-limit=1000000 --tape-limit=2000
EOF
