#!/bin/sh
# large.sh -- models that are large in what they compute, not in what they say: the compiler takes no longer for 10^9 turns than for ten,
# and what would take hours or terabytes is refused in words. Ten seconds of processor time and 3 GB have to do for each.
. tests/start.sh
# shellcheck disable=SC3045 # every sh of Debian has ulimit -v and -t
(ulimit -v 3000000 && "$bpgen" --version) > /dev/null 2>&1 && ulimit -v 3000000 # the address sanitizer cannot have such a limit
# shellcheck disable=SC3045
ulimit -t 10

compiles() { # name, model on standard input
    cat > m.expr
    exits 0 "$1" "$bpgen" m.expr -o m.c
    cc -std=c99 -fsyntax-only -DBPGEN_SELFTEST m.c || echo "FAIL $1: its C"
}
refuses() { # name, words of the message, command; model on standard input
    name=$1 words=$2
    shift 2
    cat > m.expr
    exits 1 "$name" "$bpgen" "$@"
    grep -qF "$words" err || echo "FAIL $name: $(cat err)"
}

compiles "a large array" <<'M'
param x[2000000000]
f = sum(sin(x))
M
compiles "a long loop" <<'M'
param x in [0, 1]
h = 1
for t in 0..2000000000 { h = tanh(h + x) }
f = h
M
compiles "a long sum" <<'M'
param x
f = sum(sin(x*i) for i in 0..2000000000)
M
compiles "a double sum" <<'M'
param x[40000]
f = sum(x[i]*x[j] for i in 0..40000, j in 0..40000)
M
compiles "a triple sum" <<'M'
param x[2000000000]
f = sum(x[i]*x[j]*x[k] for i in 0..2000000000, j in i..2000000000, k in i..2000000000)
M
refuses "defaults of a large array" "at most 16777216 elements" m.expr -o m.c <<'M'
param x[2000000000] = 1
f = sum(x)
M
refuses "a long evaluation" "to evaluate this takes up to" eval m.expr x=1 <<'M'
param x
f = sum(x*i*j for i in 0..2000000000, j in 0..2000000000)
M
refuses "a large Hessian" "choose fewer variables" eval m.expr --hessian x=1 <<'M'
param x[2000000]
f = sum(x)^2
M
