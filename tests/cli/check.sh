#!/bin/sh
# What `check` says: first derivatives, forward mode against reverse mode, second derivatives, and why something is left out.
. tests/start.sh

says() { # name status text model options...
    name=$1 status=$2 text=$3 model=$4
    shift 4
    "$bpgen" check "$model" "$@" > out 2>&1 < /dev/null
    code=$?
    if [ "$code" -ne "$status" ]; then
        echo "FAIL $name: exit $code, not $status: $(tail -n 2 out)"
    elif grep -q -- "$text" out; then
        echo "PASS $name"
    else
        echo "FAIL $name: $(cat out)"
    fi
}

cat > loop.expr <<'EOM'
param a in [0.5, 1.5], x[3]
h = x
for t in 0..20 { h = tanh(a*h + x[0]) }
f = sum(h*h)
EOM
says "first derivatives" 0 '^40 derivatives at 10 points' loop.expr
says "forward mode" 0 '^forward mode against reverse mode at 10 points: worst gap [0-9.]*\(e-1[0-9]\)\?$' loop.expr
says "second derivatives" 0 '^Hessian-vector products .* at 10 points: worst gap' loop.expr
says "at one point" 0 '^Hessian-vector products .* at 1 points: worst gap' loop.expr a=1 x=0.5

printf 'param W[2,3]\ninput x[3]\ny = tanh(W @ x)\ns = sum(y*y)\noutput y, s\n' > several.expr
says "several outputs" 0 '^Hessian-vector products .* at 10 points: worst gap' several.expr

printf 'param x in [1, 2]\nf = digamma(x)\n' > digamma.expr
says "no second derivative" 0 '^second derivatives are not compared: trigamma has no derivative' digamma.expr
says "but a first one" 0 '^forward mode against reverse mode' digamma.expr

printf 'param x[2] in [0.5, 1]\ndef spike(v) = step(v) derivative 1/(1 + v^2)\nf = sum(spike(x[i])^2*x[i] for i)\n' > spike.expr
says "surrogates" 0 '^second derivatives are not compared: with surrogates' spike.expr --surrogate spike

# On the kink of a gradient, and near it, differences say nothing: it must not count as a failure.
printf 'param x\nf = x + (x > 0 ? x^2 : 0)\n' > kink.expr
says "a kink of the gradient" 0 'at 1 more they did not settle' kink.expr x=0
