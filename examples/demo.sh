#!/bin/sh
# demo.sh -- the main job on real input: a model in, C out, compiled and run.
set -eu
build=$1
here=$build/demo
mkdir -p "$here"
say() { printf '\n$ %s\n' "$*"; "$@"; }

cat examples/cs231n.expr
say "$build/bpgen" eval examples/cs231n.expr x=3 y=-4
say "$build/bpgen" examples/cs231n.expr -o "$here/f_grad.c" --example "$here/main.c"
say cat "$here/f_grad.c"
say ${CC:-cc} -std=c99 -O2 "$here/main.c" "$here/f_grad.c" -lm -o "$here/main"
say "$here/main"
say "$build/bpgen" check examples/gmm.expr
say "$build/bpgen" examples/mlp.expr -o "$here/mlp_grad.c"
say ${CC:-cc} -std=c99 -O2 -DBPGEN_SELFTEST -DBPGEN_SELFTEST_MAIN "$here/mlp_grad.c" -lm -o "$here/mlp"
say "$here/mlp"
echo "the self-test of the emitted code passed"
