#!/bin/sh
# The teaching commands in bad company: verdicts at points where there is nothing to confirm, options that do not go together, files
# that must not be written, names and texts that mean something in the format they are written in.
. tests/start.sh

run() { # name, exit status, what the result or the message says, arguments...
    name=$1 status=$2 text=$3
    shift 3
    "$bpgen" "$@" > out 2> err < /dev/null
    code=$?
    if [ "$code" -eq "$status" ] && cat out err | grep -qF -- "$text"; then echo "PASS $name"; else
        echo "FAIL $name: exit $code: $(tail -n 3 out) $(cat err)"
    fi
}
verdict() { # name, formula, point..., then exit status and words of the verdict
    printf 'f = %s\n' "$1" > point.expr
    expected=$2 words=$3
    shift 3
    run "verdict of $(sed 's/f = //' point.expr) at $*" "$expected" "$words" explain point.expr "$@"
    case $words in *PASS) ;; *) ! grep -q PASS out || echo "FAIL $(cat point.expr) at $*: $(tail -n 2 out)" ;; esac
}

# ---- texts that are nested deep: no command goes down them on the stack ------------------------------------
nested() { awk -v left="$1" -v inner="$2" -v right="$3" -v n="$4" 'BEGIN { for (i = 0; i < n; i++) printf "%s", left; printf "%s", inner; for (i = 0; i < n; i++) printf "%s", right }'; }
printf 'const T = [1, 2, 0]\nparam x[3] = [1, 2, 3]\nf = sum(x[%s] for i in 0..3)\noutput f\n' "$(nested 'T[' i ']' 100000)" > deep.expr
run 'deep subscripts' 1 'more than a thousand deep' swell deep.expr
printf 'param x = 2\nf = x*%s\noutput f\n' "$(nested '(-' 2 ')' 100000)" > deep.expr
run 'deep signs, graph' 0 '<svg' graph deep.expr --reverse x=2

# ---- PASS means that something was compared, and everything is a number ------------------------------------
cs231n=$root/examples/cs231n.expr
verdict 'sqrt(x)' 1 'gradients that are not finite: 1   FAIL' x=0
verdict '0^x' 1 'gradients that are not finite: 1   FAIL' x=0
verdict 'x^y' 1 'gradients that are not finite: 1   FAIL' x=0 y=0
verdict 'x^y' 1 'gradients that are not finite: 1   FAIL' x=-1 y=2
verdict 'x/x' 1 'the value is not finite' x=0
verdict 'exp(x)' 1 'the value is not finite' x=800
verdict 'x + y' 1 'the value is not finite' x=nan y=1
verdict 'x + y' 1 'the value is not finite' x=inf y=1
verdict 'relu(x)' 0 'NO VERDICT' x=0
verdict 'max(x, y)' 0 'NO VERDICT' x=1 y=1
verdict 'step(x)' 0 'NO VERDICT' x=0
verdict 'x + 1e20' 0 'NO VERDICT' x=1
verdict 'sin(x)' 0 'NO VERDICT' x=1e20
verdict 'x > 0 ? x^2 : 0' 0 'NO VERDICT' x=0
verdict 'x^3' 0 PASS x=0
verdict 'x^0' 0 PASS x=0
verdict 'x*x' 0 PASS x=1e150
verdict 'exp(x)' 0 PASS x=700
verdict 'exp(-x)' 0 PASS x=800
verdict 'relu(x) + y' 0 '1 not compared: a kink   PASS' x=0 y=1
run "JSON has no verdict" 0 '"pass": null' explain point.expr x=0 y=1 --wrt x --format json
printf 'param x = 0, y = 2\nf = x*y + x^2*y\n' > same.expr
run "a mistake that does not show" 0 'PASS: at this point the mistake does not show' explain same.expr --break assign
printf 'f = x*y + x^2 + sqrt(z)\n' > inf.expr
run "a mistake beside a gradient that is infinite" 1 'overwrote' explain inf.expr x=1 y=5 z=0 --break assign

# ---- options -------------------------------------------------------------------------------------------------
run "derive takes no point" 2 'values such as' derive "$cs231n" x=3
run "cost takes no point" 2 'values such as' cost "$cs231n" x=3
for command in explain derive swell graph cost; do
    run "$command: unknown --wrt" 1 "'z' is not a param or input" $command "$cs231n" --wrt z
    run "$command: unknown --format" 2 "there is no 'png' here" $command "$root/examples/two_layer.expr" --format png
    run "$command: unknown --const" 1 "has no const 'n'" $command "$cs231n" --const n=3
    run "$command: a file that cannot be written" 3 'cannot write' $command "$root/examples/two_layer.expr" -o no/such/folder/file
    run "$command: no model" 3 'cannot read' $command nothing.expr
    cp "$root/examples/two_layer.expr" mine.expr
    run "$command: onto its model" 2 'would overwrite' $command mine.expr -o mine.expr
    cmp -s mine.expr "$root/examples/two_layer.expr" || echo "FAIL $command wrote over its model"
done
run "a drawing of what is text" 2 "-o: there is no 'svg' here" explain "$cs231n" x=3 y=-4 -o x.svg
run "a table of what is a drawing" 2 "-o: there is no 'csv' here" graph "$cs231n" x=3 y=-4 -o x.csv
[ ! -e x.svg ] && [ ! -e x.csv ] && echo "PASS nothing is written then" || echo "FAIL something is written then"
"$bpgen" explain "$cs231n" x=3 y=-4 -o x.listing && grep -q PASS x.listing && echo "PASS other endings mean nothing" || echo "FAIL other endings"
echo old > kept.svg
run "no result" 1 "'abc' is not a number" graph "$cs231n" x=abc -o kept.svg
[ "$(cat kept.svg)" = old ] && echo "PASS the old file stays" || echo "FAIL the old file stays"
run "a result that does not fit" 3 'cannot write' graph "$cs231n" x=3 y=-4 -o /dev/full

# ---- derivatives of what has no value anywhere --------------------------------------------------------------------
printf 'f = sin(x + 1/(y - y))\n' > nowhere.expr
run "a divisor that is always 0" 0 '# a divisor here is 0 whatever the values are' derive nowhere.expr
printf 'f = (1e200*x)^3\n' > huge.expr
run "numbers beyond a double" 0 '# numbers here are too large for a double' derive huge.expr

# ---- large models take no time ----------------------------------------------------------------------------------
printf "param x[100000] = 0.5\nf = sum(x^2)\n" > wide.expr
if timeout 300 "$bpgen" cost wide.expr > out && grep -q "899998 *4.50" out; then echo "PASS many gradients"; else echo "FAIL many gradients: $(cat out)"; fi
printf "param A[200,200] = 0.5, x[200] = 0.1\nf = sum(sig(A @ A @ x))\n" > square.expr
if timeout 300 "$bpgen" cost square.expr > out && grep -q "16082400" out; then echo "PASS many operations"; else echo "FAIL many operations: $(cat out)"; fi

# ---- messages that can be read --------------------------------------------------------------------------------------
run "a count of many digits" 1 'the tree has more than 10^' derive "$root/examples/contracting_map.expr"
[ "$(wc -c < err)" -lt 300 ] && echo "PASS a short message" || echo "FAIL a short message: $(cat err)"
run "a long factor" 1 ' ...; --expand' derive "$root/examples/gmm.expr" --collect
[ "$(wc -c < err)" -lt 400 ] && echo "PASS a short factor" || echo "FAIL a short factor: $(cat err)"

# ---- drawings ---------------------------------------------------------------------------------------------------------
run "both --forward and --reverse" 2 'choose one' graph "$cs231n" x=3 y=-4 --forward --reverse
run "a seed without gradients" 2 '--forward leaves out' graph "$cs231n" x=3 y=-4 --forward --seed f=2
printf 'input k in 0..3\nparam w[3] = [1,2,3]\nf = w[k]^2\n' > chosen.expr
run "elements chosen by an input" 1 'integer inputs are in it' graph chosen.expr k=1 --reverse

# ---- large models compare some elements, but look at all gradients ------------------------------------------------------
printf 'param x[5000] = 1\nf = sum(i == 4123 ? sqrt(x[i] - 1) : x[i] for i in 0..5000)\n' > one.expr
run "an infinite gradient among many" 1 'gradients that are not finite: 1   FAIL' explain one.expr
