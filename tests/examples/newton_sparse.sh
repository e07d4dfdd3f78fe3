#!/bin/sh
# The program of examples/newton_sparse finds the minimum of Rosenbrock's valley in 10000 variables.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$build/bpgen" examples/rosenbrock.expr --const n=10000 --functions value,hessian_sparse --lower-triangle --name valley -o "$work/valley.c" &&
    gcc -std=c99 -O2 -Wall -Wextra -Wpedantic -Werror -I"$work" examples/newton_sparse/newton.c "$work/valley.c" -lm -o "$work/newton" &&
    "$work/newton" > "$work/got" && echo "PASS Newton's method: $(cat "$work/got")" || echo "FAIL Newton's method: $(cat "$work/got")"
