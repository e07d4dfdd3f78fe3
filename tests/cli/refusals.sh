#!/bin/sh
# What commands refuse, with their words: nothing to check or to draw, no point, numbers out of range, wrong samples.
. tests/start.sh
echo 'param x
f = x^2' > square.expr
echo 'param x
f = log(-1 - x^2)' > nowhere.expr
echo 'input x
f = x' > input.expr
echo 'param w
data x
f = sum(w*x for data)' > data.expr
echo 'def s(a) = log(-1 - a^2) derivative 1
param x
f = s(x)' > stated.expr
echo 'param x in [-1e-8, 1e-8]
f = abs(x)' > kink.expr

says() { # status text arguments...
    status=$1 text=$2
    shift 2
    exits "$status" "$*" "$bpgen" "$@"
    if grep -qxF -- "$text" out err; then echo "PASS words of $*"; else echo "FAIL words of $*: $(cat out err)"; fi
}
says 1 'bpgen: no point with a finite value was found; declare ranges: param x in [lo, hi]' check nowhere.expr
says 1 'bpgen: there is no derivative to check' check input.expr
says 1 'bpgen: x: there has to be one sample at least' check data.expr 'x=[]'
says 1 "bpgen: x: 'abc' is not a number" check square.expr x=abc
says 1 'function s: no arguments were found at which it can be compared' check stated.expr
says 1 'Hessian-vector products against differences of the gradient at 0 points (at 10 more they did not settle)' check kink.expr
says 0 'forward mode against reverse mode at 3 points: worst gap 0' check square.expr --samples 3
says 2 "bpgen: --samples takes a number from 1 to 1000000, not '0'; see bpgen --help" check square.expr --samples 0
says 2 "bpgen: --tol takes a number from 0 to 1, not '2'; see bpgen --help" check square.expr --tol 2
says 2 "bpgen: --table takes steps, such as 0.1,0.01,0.001, not 'abc'; see bpgen --help" check square.expr --table 0.1,abc
says 2 "bpgen: --stack-limit takes a number of bytes, not 'abc'; see bpgen --help" square.expr --stack-limit abc
says 2 "bpgen: --tape-limit takes a number of bytes, not '-3'; see bpgen --help" square.expr --tape-limit -3
says 1 'bpgen: graph: there is nothing to differentiate by; declare a param, or name inputs with --wrt' graph input.expr --reverse x=1
says 1 'bpgen: graph: --seed needs a point; write NAME=VALUE' graph square.expr --seed f=1
