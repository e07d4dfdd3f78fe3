#!/bin/sh
# The programs of examples/train: one step of descent has the numbers of the lecture (S4.1), and the network learns (S0.2).
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c99 -O2 -Wall -Wextra -Wpedantic -Werror"

"$build/bpgen" examples/neuron.expr -o "$work/neuron_grad.c" && gcc $flags -I"$work" examples/train/step.c "$work/neuron_grad.c" -lm -o "$work/step" &&
    "$work/step" > "$work/got"
awk '{ split("2.0196611933241484 -2.9606776133517037 -3.0196611933241484", e)
       for (i = 1; i <= 3; i++) { d = $i - e[i]; if (d < 0) d = -d; if (!(d <= 1e-15)) bad = 1 } }
     END { exit bad || NR != 1 }' "$work/got" && echo "PASS one step" || echo "FAIL one step: $(cat "$work/got")"

"$build/bpgen" examples/train/net.expr -o "$work/net_grad.c" && gcc $flags -I"$work" examples/train/train.c "$work/net_grad.c" -lm -o "$work/train" &&
    "$work/train" > "$work/got" && echo "PASS training: $(cat "$work/got")" || echo "FAIL training: $(cat "$work/got")"

for cc in gcc clang; do
    "$build/bpgen" examples/train_data/net.expr -o "$work/net_grad.c" && $cc $flags -I"$work" examples/train_data/train.c "$work/net_grad.c" -lm -o "$work/train" &&
        "$work/train" > "$work/got" && echo "PASS training on samples, $cc: $(cat "$work/got")" || echo "FAIL training on samples, $cc: $(cat "$work/got")"
done
