#!/bin/sh
# emitted.sh -- value and gradient: emitted C against C written by hand, alternated in one process.
set -eu
build=$1
here=$2
cc=${CC:-cc}
for model in cs231n rosenbrock mlp; do
    "$build/bpgen" "examples/$model.expr" -o "$here/${model}_grad.c"
done
flags="-std=gnu99 -O2 -march=native -fno-math-errno -fno-trapping-math"
# shellcheck disable=SC2086 # a list of flags
$cc $flags -I"$here" bench/emitted.c "$here/cs231n_grad.c" "$here/rosenbrock_grad.c" "$here/mlp_grad.c" -lm -o "$here/emitted"
echo "value and gradient ($cc $flags):"
"$here/emitted"
