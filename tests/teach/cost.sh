#!/bin/sh
# cost: Theorem 1 and Corollary 1 in numbers, the weights of the head comment, formats, refusals.
. tests/start.sh

fails() { # name status text arguments...
    name=$1 status=$2 text=$3
    shift 3
    "$bpgen" cost "$@" > out 2> err
    code=$?
    if [ "$code" -eq "$status" ] && grep -q -- "$text" err && [ ! -s out ]; then
        echo "PASS $name"
    else
        echo "FAIL $name: exit $code: $(cat out err)"
    fi
}
gates() { # row arguments...: gates and their ratio
    row=$1
    shift
    "$bpgen" cost "$@" --format csv | awk -F, -v row="$row" '$1 == row { print $2, $3 }'
}

# ---- SEED S0.4: forward and backward over forward ----
is "S0.4 CS231n value" "7 1.00" "$(gates value "$root/examples/cs231n.expr")"
is "S0.4 CS231n" "22 3.14" "$(gates gradient "$root/examples/cs231n.expr")"
is "S0.4 logistic map, n = 8" "56 2.67" "$(gates gradient "$root/examples/logistic_loop.expr" --const n=8)"
is "S0.4 logistic map, n = 1000" "7992 2.67" "$(gates gradient "$root/examples/logistic_loop.expr" --const n=1000)"
printf 'const L = 10\nparam W[L,2,2], b[L,2], x[2]\na = x\nfor t in 0..L { a = sig(W[t] @ a + b[t]) }\nf = a[0] + a[1]\n' > width2.expr
is "S0.4 width 2, L = 10: value" "101 1.00" "$(gates value width2.expr)"
is "S0.4 width 2, L = 10" "261 2.58" "$(gates gradient width2.expr)"
is "S0.4 width 2, L = 20" "521 2.59" "$(gates gradient width2.expr --const L=20)"
is "independent of the number of inputs" "2.38 2.38" \
    "$(gates gradient "$root/examples/rosenbrock.expr" --const n=100 | cut -d' ' -f2) $(gates gradient "$root/examples/rosenbrock.expr" --const n=1000 | cut -d' ' -f2)"

# ---- Corollary 1 ----
# f = x*y: gradient s*y, s*x (2); tangents s*vy, s*vx (2). <gradient, v> = s*y*vx + s*x*vy (3 more), backward 4 products.
is "H v of a product" "5 5.00" "$(gates product "$root/examples/product.expr")"
is "H v of a product as a gradient" "10 10.00" "$(gates product_reverse "$root/examples/product.expr")"
is "H v is a constant times the value" "4.38 4.38" \
    "$(gates product "$root/examples/rosenbrock.expr" --const n=1000 | cut -d' ' -f2) $(gates product "$root/examples/rosenbrock.expr" --const n=200 | cut -d' ' -f2)"

# ---- examples: the promises hold, and what contains more costs more ----
for model in "$root"/examples/*.expr; do
    name=$(basename "$model" .expr)
    if grep -q '^extern' "$model"; then continue; fi
    if "$bpgen" cost "$model" --format csv > out 2> err; then
        why=$(awk -F, 'NR > 1 && $2 != "" { if ($2 < before) print $1, "costs less"; before = $2 }
            $1 == "gradient" && ($3 > 5 || $5 > 5) || $1 == "product" && ($3 > 15 || $5 > 15) { print $0 }' out)
        if [ -z "$why" ]; then echo "PASS $name"; else echo "FAIL $name: $why"; fi
    elif grep -q 'nothing to differentiate by' err; then
        echo "PASS $name has no gradient"
    else
        echo "FAIL $name: $(cat err)"
    fi
done

# ---- the weights are those of the emitted file ----
for name in cs231n lee rosenbrock lstm newton bundle logistic_traces; do
    f=value_grad
    "$bpgen" "$root/examples/$name.expr" --functions value,value_grad,hvp -o - > file.c 2> err ||
        { f=vjp; "$bpgen" "$root/examples/$name.expr" --functions value,vjp,hvp -o - > file.c; }
    want=$(for row in value $f hvp; do sed -n "s/^ \*   $row  *\(.*\); weight \([0-9]*\).*/\2 \1/p" file.c; done)
    got=$("$bpgen" cost "$root/examples/$name.expr" --format json | python3 -c '
import json, sys
for row in json.load(sys.stdin)["rows"]:
    if row["weight"] is not None:
        print(row["weight"], row["operations"])')
    is "weights of $name" "$want" "$got"
done

# ---- what has no gates, what has no second derivative ----
"$bpgen" cost "$root/examples/newton.expr" > out && grep -q '^No gates are counted here: how often this loop runs' out &&
    echo "PASS no gates" || echo "FAIL no gates: $(cat out)"
printf 'param x[3] in [1, 2]\nf = sum(digamma(x))\n' > digamma.expr
"$bpgen" cost digamma.expr > out && grep -q '^There is no H v: trigamma has no derivative' out && ! grep -q '^value, gradient and H v' out &&
    echo "PASS no second derivative" || echo "FAIL no second derivative: $(cat out)"
printf 'extern g(x)\nparam x\nf = x*g(1)\n' > extern.expr
"$bpgen" cost extern.expr > out && grep -q 'No gates are counted here' out && echo "PASS C functions" || echo "FAIL C functions: $(cat out)"

# ---- formats and refusals ----
"$bpgen" cost "$root/examples/cs231n.expr" > out
is "text" "value and gradient 22 3.14 41 1.52 8 add/sub, 8 mul, 2 div, 1 neg, 2 sig" "$(grep '^value and gradient  ' out | tr -s ' ')"
"$bpgen" cost "$root/examples/cs231n.expr" --lang zh | grep -q '^函数值与梯度  *22  *3.14' && echo "PASS Chinese" || echo "FAIL Chinese"
"$bpgen" cost "$root/examples/cs231n.expr" --format tex | grep -q '^value and gradient & \$22\$ & \$3.14\$' && echo "PASS LaTeX" || echo "FAIL LaTeX"
"$bpgen" cost "$root/examples/cs231n.expr" -o cost.csv && grep -q '^gradient,22,' cost.csv && echo "PASS file" || echo "FAIL file"
is "--wrt" "17 2.43" "$(gates gradient "$root/examples/cs231n.expr" --wrt y)"
printf 'input x\nf = x*x\n' > none.expr
fails "nothing to differentiate by" 1 "declare a param, or name inputs with --wrt" none.expr
fails "no plot" 2 "there is no 'svg' here" "$root/examples/cs231n.expr" --format svg
