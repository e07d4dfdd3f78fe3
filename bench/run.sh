#!/bin/sh
# run.sh -- what bpgen costs (operations per second, bytes per operation), and what its output costs against hand-written C.
set -eu
build=$1
here=$build/bench
mkdir -p "$here"
cc=${CC:-cc}
$cc -std=c11 -O2 -Wall -Wextra -o "$here/throughput" bench/throughput.c
"$here/throughput" "$build/bpgen" "$here"
echo
sh bench/emitted.sh "$build" "$here"
