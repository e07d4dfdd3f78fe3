#!/bin/sh
# bpgen swell: the numbers of the lecture notes (SEED_CASES 1.3, S4.11, S0.4) exactly, every format read by a parser, refusals.
build=$(cd "$1" && pwd)
bpgen=$build/bpgen
families=examples/swell
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

verdict() { # name, what is wanted, what was found
    if [ "$2" = "$3" ]; then echo "PASS $1"; else echo "FAIL $1: '$3' instead of '$2'"; fi
}
column() { # of the CSV lines on standard input: the values below this key, in one line
    awk 'BEGIN { FS = OFS = "\"" } { for (i = 2; i <= NF; i += 2) gsub(/,/, ";", $i); gsub(/"/, ""); print }' | awk -F, -v key="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == key) k = i; next }
        $0 == "" { exit } { printf "%s%s", (n++ ? " " : ""), $k } END { print "" }'
}
numbers() { # name, key, wanted, arguments of swell
    name=$1 key=$2 wanted=$3
    shift 3
    verdict "$name" "$wanted" "$("$bpgen" swell "$@" --format csv 2>&1 | column "$key")"
}

# ---- the logistic map, Baydin's table ---------------------------------------------------------------------

logistic() { key=$1 wanted=$2; numbers "logistic map: $key" "$key" "$wanted" $families/logistic.expr --for n=1..9; }
logistic n "1 2 3 4 5 6 7 8"
logistic f_tree "0 3 9 21 45 93 189 381"
logistic df_tree_folded "0 5 23 71 191 479 1151 2687"
logistic df_tree_folded_nodes "1 11 46 140 376 944 2272 5312"
logistic df_tree_unfolded_nodes "1 19 73 217 577 1441 3457 8065"
logistic df_tree_expanded "0 2 8 20 44 92 188 380"
logistic graph "0 6 14 22 30 38 46 54"
logistic reverse_ad "0 8 16 24 32 40 48 56"
logistic forward_ad "0 8 16 24 32 40 48 56"
for row in "12 6141 67583 134144 202753 86 88" "30 1610612733 46707769343 93147103232 140123308033 230 232"; do
    # shellcheck disable=SC2086 # words
    set -- $row
    i=2
    for key in f_tree df_tree_folded df_tree_folded_nodes df_tree_unfolded_nodes graph reverse_ad; do
        numbers "logistic map, n = $1: $key" $key "$(echo "$row" | cut -d' ' -f$i)" $families/logistic.expr --const n="$1"
        i=$((i + 1))
    done
done
# The closed forms: f 3*2^(n-1) - 3, f' 3(n-1)2^(n-1) - 1.
closed=$(echo 'n=200; 3*2^(n-1)-3; 3*(n-1)*2^(n-1)-1' | BC_LINE_LENGTH=0 bc 2> /dev/null | tr '\n' ' ' | sed 's/ $//')
[ -n "$closed" ] || closed=$(python3 -c 'n=200; print(3*2**(n-1)-3, 3*(n-1)*2**(n-1)-1)')
for k in 1 2; do
    key=$(echo "f_tree df_tree_folded" | cut -d' ' -f$k)
    numbers "logistic map, n = 200: $key" "$key" "$(echo "$closed" | cut -d' ' -f$k)" $families/logistic.expr --const n=200
done
begin=$(date +%s)
"$bpgen" swell $families/logistic.expr --const n=200 > /dev/null
verdict "n = 200 at once" yes "$([ $(($(date +%s) - begin)) -le 2 ] && echo yes)"
numbers "the written-out map has the same numbers" df_tree_folded 2687 examples/logistic_map.expr

# ---- the other families -----------------------------------------------------------------------------------

numbers "sigmoids" df_tree_folded "4 11 20 31 44 59 76 95" $families/sigmoids.expr --for n=1..9
numbers "sigmoids: AD" reverse_ad "4 8 12 16 20 24 28 32" $families/sigmoids.expr --for n=1..9
for row in "10 139" "20 479" "50 2699"; do
    numbers "sigmoids, n = ${row% *}" df_tree_folded "${row#* }" $families/sigmoids.expr --const n="${row% *}"
done
numbers "chain" df_tree_folded "9 25 47 75 109 149" $families/chain.expr --for n=1..7
numbers "chain: AD" reverse_ad "8 16 24 32 40 48" $families/chain.expr --for n=1..7
numbers "chain: forward operations" f_graph "3 6 9 12 15 18" $families/chain.expr --for n=1..7
for row in "8 247" "10 369" "20 1339"; do
    numbers "chain, n = ${row% *}" df_tree_folded "${row#* }" $families/chain.expr --const n="${row% *}"
done
numbers "network" df_tree_folded "13 95 341 993 2617 6505" $families/network.expr --for L=1..7
numbers "network: W[0,0,0] is what it differentiates by" by 'W[0;0;0]' $families/network.expr --const L=2
numbers "network: the same by name" df_tree_folded 95 $families/network.expr --const L=2 --wrt 'W[0,0,0]'
numbers "network: 10L + 1 operations forward" f_graph "11 21 31 41 51 61 71 81 91 101" $families/network.expr --for L=1..11
numbers "network: 26L + 1 with the gradient" reverse_ad "27 53 79 105 131 157 183 209 235 261" $families/network.expr --for L=1..11
for row in "8 36233" "10 185865" "20 400031753"; do
    numbers "network, L = ${row% *}" df_tree_folded "${row#* }" $families/network.expr --const L="${row% *}"
done
numbers "CS231n: f" f_tree 7 examples/cs231n.expr
numbers "CS231n: df/dx" df_tree_folded 21 examples/cs231n.expr --wrt x
numbers "CS231n: df/dy" df_tree_folded 21 examples/cs231n.expr --wrt y
numbers "CS231n: nodes" df_tree_folded_nodes 38 examples/cs231n.expr --wrt y
numbers "CS231n: graph of f and both" graph 21 examples/cs231n.expr --wrt x,y
numbers "CS231n: AD" reverse_ad 22 examples/cs231n.expr
numbers "product: n(n-2) as trees" df_tree_folded "0 3 8 15 24 35 48 63 80" $families/product.expr --for n=2..11 --wrt x
numbers "product: 3(n-1) by reverse mode" reverse_ad "3 6 9 12 15 18 21 24 27" $families/product.expr --for n=2..11 --wrt x
# Derivatives by several elements are added up.
total=0
for k in 0 1 2; do total=$((total + $("$bpgen" swell $families/chain.expr --const n=3 --wrt "w[$k]" --format csv | column df_tree_folded))); done
numbers "the derivatives by all elements are those by each" df_tree_folded $total $families/chain.expr --const n=3 --wrt w
numbers "the same, named one by one" df_tree_folded $total $families/chain.expr --const n=3 --wrt 'w[0],w[1],w[2]'
# What derive prints has as many operations.
"$bpgen" derive $families/logistic.expr --const n=7 --expand | sed '/^param/d; s/^[a-z_]* = //' | tr -cd '*^+-' > "$work/signs"
verdict "operations of the expanded text" 188 "$(wc -c < "$work/signs" | tr -d ' ')"
# Large models take a moment and little memory: what cannot be expanded is given up in time.
limit="ulimit -v 1500000"
(eval "$limit" && "$bpgen" --version > "$work/out" 2>&1) || limit=true # an address sanitizer takes far more for itself
for model in pendulum descent kalman rnn mpc; do
    if (eval "$limit" && timeout 300 "$bpgen" swell "examples/$model.expr" --format csv) > "$work/out" 2>&1; then
        echo "PASS $model: at once"
    else
        echo "FAIL $model: $(head -n 1 "$work/out")"
    fi
done
"$bpgen" swell $families/deep.expr --for n=1..9 --format csv > "$work/deep.csv"
verdict "deep: reverse mode grows by 11 a step" "11 22 33 44 55 66 77 88" "$(column reverse_ad < "$work/deep.csv")"
verdict "deep: the tree doubles" yes "$(awk -F, 'NR > 3 && !($6 > 2 * last) { bad = 1 } { last = $6 } END { print bad ? "no" : "yes" }' "$work/deep.csv")"
for model in $families/*.expr; do
    [ "$(grep -c '^const [nL] = ' "$model")" = 1 ] && "$bpgen" check "$model" > "$work/out" 2>&1 && grep -q '^PASS' "$work/out" && echo "PASS $model: checks" || echo "FAIL $model: checks"
done
# The loop stays a loop: the C code of any n has one size (but for the digits of n).
verdict "C code of a loop does not grow" "813 813 813" "$("$bpgen" swell $families/logistic.expr --for n=30..33 --format csv | column c_bytes | tr -s ' ')"

# ---- accuracy ---------------------------------------------------------------------------------------------

"$bpgen" swell $families/logistic.expr --for n=5..9 x=0.9 --format csv | awk '/^$/ { second = 1; next } second' > "$work/accuracy.csv"
shortened() { column "$1" < "$work/accuracy.csv" | tr ' ' '\n' | awk -v f="$2" '{ printf f " ", $1 }'; }
verdict "true derivatives at 0.9" "20.4034077979 -52.5492585337 35.9102877923 -135.256336336 " "$(shortened exact %.12g)"
verdict "automatic ones" "20.4034077979 -52.5492585337 35.9102877923 -135.256336336 " "$(shortened ad %.12g)"
verdict "expanded ones" "20.4034132627 -5514663.8 -1.31e+31 1.16e+78 " \
    "$(for f in 1:%.12g 2:%.1f 3:%.2e 4:%.2e; do shortened expanded "${f#*:}" | cut -d' ' -f"${f%:*}"; done | tr '\n' ' ')"
verdict "digits of the largest coefficient" "13 25 50 99" "$(column digits < "$work/accuracy.csv")"
verdict "digits, from the start" "1 1 3 6" \
    "$("$bpgen" swell $families/logistic.expr --for n=1..5 x=0.9 --format csv | awk '/^$/ { second = 1; next } second' | column digits)"

# ---- formats ----------------------------------------------------------------------------------------------

cat > "$work/odd.expr" <<'EOF'
# </text>&"\ $x_1$ %
const n_n = 2
param x_1 = 1
y_1 = x_1
for k in 0..n_n { y_1 = y_1*sin(y_1) }
output y_1
EOF
cp "$work/odd.expr" "$work/a<b>&\"c\", _%#{\\}\$~^é.expr"
swell() { "$bpgen" swell "$@"; }
python=$(command -v python3)
for lang in en zh; do
    for args in "$families/logistic.expr --for n=1..9 x=0.9" "$families/network.expr --for L=1..4" "$work/odd.expr --for n_n=1..4" odd; do
        # shellcheck disable=SC2086 # words
        if [ "$args" = odd ]; then set -- "$work"/a*.expr "$work/odd.expr" $families/deep.expr; name="odd names"; else set -- $args; name=$(basename "$1"); fi
        for format in text csv json tex svg; do
            swell "$@" --lang $lang --format $format > "$work/out.$format" 2> "$work/errors" || echo "FAIL $name, $lang, $format: $(cat "$work/errors")"
        done
        if [ -n "$python" ]; then
            python3 - "$work" <<'EOF' > "$work/verdict" 2>&1 && echo "PASS $name, $lang: CSV, JSON" || echo "FAIL $name, $lang: CSV, JSON: $(tail -n 1 "$work/verdict")"
import csv, json, sys
rows = list(csv.reader(open(sys.argv[1] + "/out.csv", encoding="utf-8").read().split("\n\n")[0].splitlines()))
data = json.load(open(sys.argv[1] + "/out.json", encoding="utf-8"))["swell"]
keys = [c["key"] for c in data["columns"]]
assert rows[0] == keys, "keys"
assert len(rows) - 1 == len(data["rows"]) > 0, "rows"
for a, b in zip(rows[1:], data["rows"]):
    for key, text in zip(keys, a):
        assert text == ("" if b[key] is None else str(b[key])), key
        assert key in ("model", "f", "by") or b[key] is None or isinstance(b[key], int), key
EOF
        fi
        if command -v xmllint > /dev/null; then
            xmllint --noout "$work/out.svg" && echo "PASS $name, $lang: SVG" || echo "FAIL $name, $lang: SVG"
        else
            echo "SKIP $name, $lang: xmllint is not here"
        fi
        if command -v pdflatex > /dev/null && [ $lang = en ]; then
            { printf '%s\n' '\documentclass{article}\usepackage[landscape]{geometry}\begin{document}\tiny'; cat "$work/out.tex"; printf '%s\n' '\end{document}'; } > "$work/t.tex"
            (cd "$work" && pdflatex -halt-on-error t.tex > tex.log 2>&1) && echo "PASS $name: LaTeX" || echo "FAIL $name: LaTeX: $(grep '^!' "$work/tex.log")"
        fi
        verdict "$name, $lang: LaTeX rows have as many cells as columns" 0 "$(awk '/begin.tabular/ { split($0, p, "{"); n = length(p[3]) - 1 }
            / \\\\$/ { line = $0; gsub(/\\&/, "", line); if (gsub(/ & /, "", line) != n - 1) bad++ } END { print bad + 0 }' "$work/out.tex")"
        # Without the column of times, which is the last but one, twice the same bytes.
        for format in csv json tex svg; do
            swell "$@" --lang $lang --format $format 2> /dev/null | cmp -s - "$work/out.$format" && echo "PASS $name, $lang, $format: the same again" || echo "FAIL $name, $lang, $format: other bytes"
        done
    done
done
"$bpgen" swell $families/logistic.expr --for n=1..9 > "$work/text"
verdict "the bars" "1 2 3 4 5 6 7 8" "$(awk '$1 ~ /^[1-8]$/ { if (length($NF) >= last && ($1 == 1 || $NF ~ /^#+$/)) printf "%s%s", (n++ ? " " : ""), $1; last = $1 == 1 ? 0 : length($NF) }' "$work/text")"
for words in "Counted: " "arXiv:1904.02990" "derived" "by: x" "its derivative by x"; do
    grep -q "$words" "$work/text" && echo "PASS the text says '$words'" || echo "FAIL the text does not say '$words'"
done
"$bpgen" swell $families/logistic.expr --lang zh | grep -q "公平地说" && echo "PASS Chinese" || echo "FAIL Chinese"
"$bpgen" swell $families/logistic.expr --for n=1..4 -o "$work/plot.svg" && grep -q "<svg" "$work/plot.svg" && echo "PASS -o chooses the format" || echo "FAIL -o chooses the format"

# ---- refusals ---------------------------------------------------------------------------------------------

refused() { # exit status, words of the message, arguments
    status=$1 words=$2
    shift 2
    "$bpgen" swell "$@" > "$work/out" 2> "$work/errors"
    got=$?
    if [ $got = "$status" ] && grep -q -e "$words" "$work/errors" && [ ! -s "$work/out" ]; then echo "PASS refused: $words"; else
        echo "FAIL refused: $words: status $got: $(cat "$work/errors")"
    fi
}
refused 2 "LOW below HIGH" $families/logistic.expr --for n=5..5
refused 1 "no const 'k'" $families/logistic.expr --for k=1..3
refused 1 "more than 1000 rows" $families/logistic.expr --for n=1..3000
refused 1 "given twice" $families/logistic.expr --for n=1..3 --const n=2
refused 1 "one model" $families/logistic.expr $families/deep.expr --for n=1..3
refused 1 "no output of this model is a scalar" examples/matmul.expr
refused 1 "without 'while'" examples/newton.expr
refused 1 "not a param or input" examples/cs231n.expr --wrt q
refused 1 "out of range" $families/chain.expr --wrt 'w[4]'
refused 1 "as many subscripts" $families/chain.expr --wrt 'w[1,1]'
refused 1 "as many subscripts" examples/cs231n.expr --wrt 'x[0]'
refused 1 "there twice" examples/cs231n.expr --wrt x,x
refused 1 "not a number" $families/logistic.expr x=a
refused 1 "'y' is not a param" $families/logistic.expr y=1
refused 1 "of one derivative" $families/product.expr --wrt x x=1
refused 2 "there is no 'dot'" $families/logistic.expr --format dot
refused 3 "no_such_file" $families/no_such_file.expr
verdict "models of one name have their paths" "examples/sigmoids.expr examples/swell/sigmoids.expr cs231n" \
    "$("$bpgen" swell examples/sigmoids.expr $families/sigmoids.expr examples/cs231n.expr --format csv | column model)"
# A list goes on behind a model that is refused.
"$bpgen" swell examples/matmul.expr examples/cs231n.expr --format csv > "$work/out" 2> "$work/errors"
verdict "a list with one that is refused" "1 cs231n" "$? $(column model < "$work/out")"
