#!/bin/sh
# check --table and --sweep-h: the table of e^x bit for bit, the errors over the step, formats, refusals.
. tests/start.sh

fails() { # name status text arguments...: exit status, and what it says
    name=$1 status=$2 text=$3
    shift 3
    "$bpgen" check "$@" > out 2> err
    code=$?
    if [ "$code" -eq "$status" ] && grep -q -- "$text" err && [ ! -s out ]; then
        echo "PASS $name"
    else
        echo "FAIL $name: exit $code: $(cat out err)"
    fi
}
row() { # first words of a row of `out`: its cells
    sed -n "s/^$1  *//p" out | tr -s ' '
}

printf 'param x\nf = exp(x)\n' > exp.expr

# ---- SEED S4.8 ----
"$bpgen" check exp.expr x=0 --table 0.1,0.01,0.001 > out || echo "FAIL exit status $?"
is "S4.8 steps" "h = 0.1 h = 0.01 h = 0.001" "$(sed -n 3p out | tr -s ' ' | sed 's/^ //')"
is "S4.8 forward" "1.0517091807564771 1.005016708416795 1.0005001667083846" "$(row forward)"
is "S4.8 backward" "0.9516258196404048 0.9950166250831893 0.9995001666249781" "$(row backward)"
is "S4.8 central" "1.001667500198441 1.0000166667499921 1.0000001666666813" "$(row central)"
is "S4.8 error of forward" "5.171e-2 5.017e-3 5.002e-4" "$(row 'error of forward')"
is "S4.8 error of backward" "-4.837e-2 -4.983e-3 -4.998e-4" "$(row 'error of backward')"
is "S4.8 error of central" "1.668e-3 1.667e-5 1.667e-7" "$(row 'error of central')"
is "S4.8 h^2/6" "1.667e-3 1.667e-5 1.667e-7" "$(row "h^2\/6 \* f'''")"
is "S4.8 round-off of central" "7e-16 -8e-15 6e-15" "$(row 'round-off of central')"
is "S4.8 says where" "df/dx at x = 0: 1 by reverse mode" "$(head -n 1 out)"

# ---- SEED S4.6 and the sweep of S4.8 ----
sweep() { # model point: CSV with |error| of forward and central
    "$bpgen" check "$@" --sweep-h --format csv | awk -F, 'NR > 1 {
        f = $9; c = $11; if (f < 0) f = -f; if (c < 0) c = -c; printf "%s %.2e %.3e\n", $5, f, c }' > sweep
}
at() { sed -n "s/^$1 //p" sweep; }
sweep exp.expr x=0
is "sweep 1e-4" "5.00e-05 1.667e-09" "$(at 0.0001)"
is "sweep 1e-5" "5.00e-06 1.210e-11" "$(at 1e-05)"
is "sweep 1e-6" "5.00e-07 2.676e-11" "$(at 1e-06)"
is "sweep 1e-8" "6.08e-09 6.077e-09" "$(at 1e-08)"
is "sweep 1e-10" "8.27e-08 8.274e-08" "$(at 1e-10)"
is "sweep 1e-12" "8.89e-05 3.339e-05" "$(at 1e-12)"
is "sweep 1e-15" "1.10e-01 5.471e-02" "$(at 1e-15)"
is "sweep 1e-16" "1.00e+00 4.449e-01" "$(at 1e-16)"
is "sweep has 17 steps" 17 "$(wc -l < sweep | tr -d ' ')"

best() { # formula: the note on its smallest error
    sed -n "s/^$1: smallest error at h = \([^ ]*\): \([^ ]*\) .*/\1 \2/p" out
}
"$bpgen" check exp.expr x=1 --sweep-h > out
is "best forward at x=1" "1e-8 6.6e-9" "$(best forward)"
is "best central at x=1" "1e-5 5.9e-11" "$(best central)"
is "total loss at x=1" "-2.72" "$(sed -n 's/^ *1e-16 *\([^ ]*\) .*/\1/p' out)"
"$bpgen" check "$root/examples/cs231n.expr" x=3 y=-4 --wrt x --sweep-h > out
is "best forward of CS231n" "1e-8 8.0e-9" "$(best forward)"
is "best central of CS231n" "1e-5 3.7e-11" "$(best central)"

# ---- truncation and round-off make the error ----
"$bpgen" check "$root/examples/cs231n.expr" x=3 y=-4 --table 1e-1,1e-2,1e-4,1e-6 --format csv > parts.csv
awk -F, 'NR > 1 { for (f = 0; f < 3; f++) { d = $(15 + f) + $(18 + f) - $(9 + f); if (d < 0) d = -d; if (!(d <= 1e-16) || $(15 + f) == "") bad = 1 } }
    # with one Taylor term the forward error is known to a part of h
    NR > 1 && $5 <= 0.01 { r = $12 / $15; if (r < 0.9 || r > 1.1) bad = 1; r = $14 / $17; if (r < 0.99 || r > 1.01) bad = 1 }
    END { exit bad || NR != 9 }' parts.csv && echo "PASS parts of the error" || echo "FAIL parts of the error: $(cat parts.csv)"

# ---- several elements, several outputs ----
printf 'param W[2,2] = [[1,2],[3,4]]\ninput v[2] = [1,1]\ny = W @ v\noutput y\n' > array.expr
"$bpgen" check array.expr --table 0.5 > out
is "a table for each element" "dy[0]/dW[0,0] dy[0]/dW[0,1] dy[0]/dW[1,0] dy[0]/dW[1,1] dy[1]/dW[0,0] dy[1]/dW[0,1] dy[1]/dW[1,0] dy[1]/dW[1,1]" \
    "$(sed -n 's/^\(dy[^ ]*\) at.*/\1/p' out | tr '\n' ' ' | sed 's/ $//')"
is "notes below the last table" 1 "$(grep -c '^forward: ' out)"
is "a line for each in CSV" 9 "$("$bpgen" check array.expr --table 0.5 --format csv | wc -l | tr -d ' ')"

# ---- where the series is not known ----
printf 'param x in [1, 2]\nh = x\nfor t in 0..9 while h < 10 { h = h*h + 1 }\nf = h\n' > while.expr
"$bpgen" check while.expr x=1.5 --table 1e-3 > out && grep -q 'not told apart' out && echo "PASS no series" || echo "FAIL no series: $(cat out)"
printf 'param x in [-1, 1]\nf = 1/(1 + 25*x^2)\n' > runge.expr
"$bpgen" check runge.expr x=0.1 --table 0.5,0.1,0.01 > out
is "outside the radius of convergence, and near it" "- - 7.674e-3" "$(row 'truncation of central')"
printf 'param x\nf = abs(x)\n' > abs.expr
"$bpgen" check abs.expr x=0.05 --table 0.1,0.01 > out
is "beyond a kink" "- 0" "$(row 'truncation of central')"
"$bpgen" check abs.expr x=0 --table 0.1 > out
is "on a kink" "" "$(row 'truncation of central')"
printf 'param x in [0.01, 1]\nf = log(x)\n' > log.expr
"$bpgen" check log.expr x=0.05 --table 0.1,0.01 > out
is "beyond the domain" "- 20.273255405408207" "$(row central)"
is "no truncation beyond the domain" "- 2.733e-1" "$(row 'truncation of central')"
printf 'param x\ndef spike(v) = step(v) derivative 1/(1 + v^2)\nf = spike(x)\n' > spike.expr
"$bpgen" check spike.expr x=1 --table 1e-3 > out && grep -q 'not told apart' out && echo "PASS surrogates have no series" || echo "FAIL surrogates: $(cat out)"

# ---- formats ----
"$bpgen" check exp.expr x=1 --sweep-h -o u.svg && xmllint --noout u.svg && echo "PASS valid SVG" || echo "FAIL valid SVG"
grep -q '>round-off<' u.svg && grep -q '>truncation<' u.svg && echo "PASS regions" || echo "FAIL regions"
is "two lines, 10 steps a decade" "161 161" "$(grep -o '<polyline points="[^"]*"' u.svg | awk '{ print NF - 1 }' | tr '\n' ' ' | sed 's/ $//')"
"$bpgen" check exp.expr x=1 --sweep-h -o v.svg && cmp -s u.svg v.svg && echo "PASS same bytes" || echo "FAIL same bytes"
"$bpgen" check exp.expr x=0 --table 0.1 --format json | python3 -c '
import json, sys
row = json.load(sys.stdin)["rows"][0]
assert row["central"] == 1.001667500198441 and row["h"] == 0.1 and row["variable"] == "x"' && echo "PASS JSON" || echo "FAIL JSON"
"$bpgen" check exp.expr x=0 --table 0.1 --format tex | grep -q 'central & \$1.001667500198441\$' && echo "PASS LaTeX" || echo "FAIL LaTeX"
"$bpgen" check exp.expr x=0 --sweep-h --lang zh | grep -q '^中心差分：误差在 h = 1e-5 处最小' && echo "PASS Chinese" || echo "FAIL Chinese"

# ---- refusals ----
fails "no point" 1 "'x' has no value" exp.expr --table 0.1
fails "a plot of several derivatives" 1 "there are 8 derivatives, and a plot shows one: choose" array.expr --sweep-h --format svg
fails "a format without a table" 2 "go with --table and --sweep-h" exp.expr x=0 --format csv
fails "no value" 1 "f has no finite value at x = 1000" exp.expr x=1000 --table 0.1
printf 'param x\nf = sqrt(x)\n' > sqrt.expr
fails "no derivative" 1 "f has no finite derivative at x = 0" sqrt.expr x=0 --sweep-h
fails "both at once" 2 "ask for one of them" exp.expr x=0 --table 0.1 --sweep-h
fails "no plot of a table" 2 "there is no 'svg' here" exp.expr x=0 --table 0.1 --format svg
fails "too many" 1 "tables show at most 100" "$root/examples/mlp.expr" --table 0.1
printf 'input x = 1\nf = x\n' > none.expr
fails "nothing to differentiate by" 1 "declare a param, or name inputs with --wrt" none.expr --table 0.1
printf 'extern g(x)\nparam x = 1\nf = g(x)\n' > extern.expr
fails "C functions" 1 "only a C program can run" extern.expr --table 0.1
