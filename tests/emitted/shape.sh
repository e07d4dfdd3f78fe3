#!/bin/sh
# What emitted code looks like: its size does not depend on extents, the tape holds what the backward sweep reads, loops are fused,
# divisions and calls are few, counts are within the promise, and two compilers build a bpgen that writes the same bytes.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bpgen=$build/bpgen

same() { # name expected got
    if [ "$2" = "$3" ]; then echo "PASS $1"; else echo "FAIL $1: $3, not $2"; fi
}
function_text() { # file function: its definition
    awk -v f="$2(" 'index($0, f) && !/;$/ { on = 1 } on { print } on && /^}/ { exit }' "$1"
}

# The text for n = 10 and n = 10000 has as many lines.
for n in 10 10000; do
    "$bpgen" examples/rosenbrock.expr --const n=$n -o "$work/r$n.c"
    sed "s/const hidden = 4/const hidden = $n/" examples/train/net.expr > "$work/net.expr"
    "$bpgen" "$work/net.expr" -o "$work/n$n.c"
    sed '/BPGEN_SELFTEST$/,$d' "$work/r$n.c" | wc -l > "$work/r$n.lines"
    sed '/BPGEN_SELFTEST$/,$d' "$work/n$n.c" | wc -l > "$work/n$n.lines"
done
same "Rosenbrock: lines for n = 10 and 10000" "$(cat "$work/r10.lines")" "$(cat "$work/r10000.lines")"
same "network: lines for 10 and 10000 units" "$(cat "$work/n10.lines")" "$(cat "$work/n10000.lines")"

# Fields of the tape.
tape() {
    "$bpgen" "examples/$1.expr" -o "$work/t.c"
    awk '/^typedef struct/ { text = "" } { text = text $0 " " } /_tape;$/ { print text; exit }' "$work/t.h" |
        sed 's/\/\*[^*]*\*\///g; s/.*{//; s/}.*//; s/double//g; s/[;,]/ /g' | xargs
}
same "tape of cs231n" "sig_y sig_x x_plus_y den f" "$(tape cs231n)"
same "tape of cs231n_staged" "sigy num sigx xpy invden" "$(tape cs231n_staged)"
same "tape of mlp" "a[32] y_minus_o" "$(tape mlp)"
same "tape of rosenbrock" "" "$(tape rosenbrock)"
same "tape of scores" "" "$(tape scores)"

# The self-test declares what it uses, and nothing else; no loops of one turn.
for model in cs231n lee matmul sigmoids_index; do
    "$bpgen" "examples/$model.expr" --name m --functions value,vjp,forward,backward,jvp,jacobian,hvp,hessian -o "$work/s.c"
    same "self-test of $model: nothing is silenced, no loop of one turn" "" \
        "$(sed '1,/^int m_selftest(void)/d' "$work/s.c" | grep '(void)[a-z]\|= 0; [a-z] < 1;' | head -n 1)"
done

# gcc sees no element of a triangle that is read before it is set, and no subscript that an integer input would lead out of range.
for model in triangles guarded_integers; do
    "$bpgen" "tests/regress/$model.expr" --name m --functions value,value_grad,jvp,jacobian,hvp -o "$work/m.c"
    same "gcc -O2 -Wall -Wextra of $model" "" "$(gcc -std=c99 -Wall -Wextra -O2 -c -o "$work/m.o" "$work/m.c" 2>&1)"
done

# Loops.
loops() { "$bpgen" "examples/$1.expr" -o "$work/l.c"; function_text "$work/l.c" "$2" | grep -c '^ *for ('; }
same "loops of rosenbrock_value" 1 "$(loops rosenbrock rosenbrock_value)"
same "loops of rosenbrock_value_grad" 1 "$(loops rosenbrock rosenbrock_value_grad)"
same "loops of mlp_value" 2 "$(loops mlp mlp_value)"
same "loops of mlp_value_grad" 4 "$(loops mlp mlp_value_grad)"

# Divisions and exponentials of the lecture's function, the helper's one of each included.
count() { # option: divisions and exponentials of value_grad, one of each in a sig
    "$bpgen" examples/cs231n.expr $1 -o "$work/c.c"
    function_text "$work/c.c" cs231n_value_grad | sed 's|/\*.*\*/||' > "$work/body"
    sigs=$(grep -o 'sig(' "$work/body" | wc -l)
    echo "$((sigs + $(grep -o ' / ' "$work/body" | wc -l))) $((sigs + $(grep -o 'exp(' "$work/body" | wc -l)))"
}
same "divisions and exponentials of cs231n" "4 2" "$(count '')"
same "divisions and exponentials of cs231n --fast" "3 2" "$(count --fast)"

# Baur and Strassen: value and gradient at most 5 times the value, as the head comment counts.
for model in examples/*.expr examples/swell/*.expr; do
    "$bpgen" "$model" -o "$work/b.c" > /dev/null 2>&1
    ratio=$(sed -n 's/^ \*   value_grad .*(\([0-9.]*\) times the value).*/\1/p' "$work/b.c")
    if [ -z "$ratio" ]; then
        grep -q '_value_grad(' "$work/b.c" && echo "FAIL $model states no ratio" || echo "PASS $model has no value_grad"
    elif awk -v r="$ratio" 'BEGIN { exit !(r <= 5) }'; then
        echo "PASS $model: $ratio times"
    else
        echo "FAIL $model: $ratio times"
    fi
done

# Float at the far end: finite, and right to its precision.
"$bpgen" examples/cs231n.expr --real float -o "$work/f.c"
cat > "$work/main.c" <<'C'
#include <math.h>
#include <stdio.h>
#include "f.h"
int main(void)
{
    cs231n_params p = { -100.0F, -4.0F }, g;
    float f = cs231n_value_grad(&p, &g);
    double y = -4, s = 1 / (1 + exp(-y)), den = exp(-100.0) + 104.0 * 104.0, v = (-100 + s) / den;
    double dx = 1 / den - v / den * (2 * -104.0 + exp(-100.0)), dy = s * (1 - s) / den - v / den * 2 * -104.0;
    return !(fabs(f - v) <= 4e-7 * fabs(v) && fabs(g.x - dx) <= 1e-6 * fabs(dx) && fabs(g.y - dy) <= 1e-6 * fabs(dy));
}
C
gcc -std=c99 -I"$work" "$work/main.c" "$work/f.c" -lm -o "$work/f" && "$work/f" && echo "PASS float at x = -100" || echo "FAIL float at x = -100"

# A bpgen built by the other compiler writes the same bytes.
other=clang
if make -s BUILD="$work/other" CC=$other CFLAGS=-O1 > "$work/log" 2>&1; then
    for model in examples/*.expr; do
        for real in double float; do
            "$bpgen" "$model" --real $real -o "$work/one.c" > /dev/null 2>&1
            mv "$work/one.c" "$work/kept.c"
            mv "$work/one.h" "$work/kept.h"
            "$work/other/bpgen" "$model" --real $real -o "$work/one.c" > /dev/null 2>&1
            cmp -s "$work/one.c" "$work/kept.c" && cmp -s "$work/one.h" "$work/kept.h" && echo "PASS same bytes: $model $real" || echo "FAIL same bytes: $model $real"
        done
    done
else
    echo "FAIL build with $other: $(grep -m3 error "$work/log")"
fi
