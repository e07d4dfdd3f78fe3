#!/bin/sh
# The code of a recurrence does not depend on the number of its turns: for 101 and for 999 turns the functions are the same but for
# the digits of numbers.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

functions() { # model const turns: the text up to the self-test, every number an N
    "$build/bpgen" "$1" --const "$2=$3" --stack-limit 1 --name m -o "$work/m.c" || return 1
    sed -n '/^#include "m.h"/,/^#ifdef BPGEN_SELFTEST/p' "$work/m.c" | sed 's/[0-9][0-9.]*\(e[-+][0-9]*\)\{0,1\}/N/g; s/  *\/\*/ \/\*/'
}

for case in logistic_loop:n contracting_map:n rnn:T lstm:T pendulum:n kalman:T mpc:T newton:turns; do
    model=examples/${case%:*}.expr
    if functions "$model" "${case#*:}" 101 > "$work/few" && functions "$model" "${case#*:}" 999 > "$work/many" &&
        [ -s "$work/few" ] && cmp -s "$work/few" "$work/many"; then
        echo "PASS $model"
    else
        echo "FAIL $model: $(diff "$work/few" "$work/many" | head -n 3)"
    fi
done
