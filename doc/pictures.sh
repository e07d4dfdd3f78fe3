#!/bin/sh
# pictures.sh -- the pictures of README.md and doc/NOTES.md: `make pictures` draws them, tests/docs/pictures.sh compares them with what
# the tool draws now.
set -eu
bpgen=$1/bpgen to=$2
export LC_ALL=C
"$bpgen" graph examples/cs231n_staged.expr x=3 y=-4 -o "$to/circuit.svg"
"$bpgen" graph examples/lee.expr --reverse -o "$to/reverse.svg"
"$bpgen" graph examples/two_layer.expr --modules -o "$to/modules.svg"
"$bpgen" graph examples/two_layer.expr --modules --reverse -o "$to/backward.svg"
"$bpgen" swell examples/swell/logistic.expr --for n=1..13 -o "$to/swell.svg"
