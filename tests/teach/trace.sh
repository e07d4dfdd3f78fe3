#!/bin/sh
# explain --trace: the tables of the lecture notes (SEED_CASES S4.12 to S4.17, S3.6, S3.7, S2.1), formats, Chinese; on all examples
# the tangents of forward mode are the gradients of reverse mode.
. tests/start.sh
examples=$root/examples

has() { if grep -qF -- "$3" "$2"; then echo "PASS $1"; else echo "FAIL $1: no '$3'"; fi; }
trace() { # mode, then model and settings
    mode=$1
    shift
    "$bpgen" explain "$@" --trace "$mode"
}
# Cells of one column of the CSV, a row of each gate or leaf: "h1=1 h2=1"; with "all" of every row that has one.
column() {
    python3 -c '
import csv, sys
seen = set()
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8")):
    if row[sys.argv[2]] != "" and (len(sys.argv) > 3 or row["gate"] not in seen):
        print(row["gate"] + ("/" + row["operand"] if len(sys.argv) > 3 else "") + "=" + row[sys.argv[2]], end=" ")
    seen.add(row["gate"])
' "$@" | sed 's/ $//'
}

# ---- the logistic unit of the notes, h = 1/(exp(-(w*x + b)) + 1) at x = 1, w = b = 0 -----------------------

unit="$examples/logistic_unit.expr x=1 w=0 b=0"
# shellcheck disable=SC2086 # model and settings
trace both $unit --format csv > unit.csv
is "S4.12: values, -0 printed as 0" "x=1 w=0 b=0 h1=0 h2=0 h3=0 h4=1 h5=2 h6=0.5" "$(column unit.csv value)"
is "S4.13: local gradients" "h1/x=0 h1/w=1 h2/h1=1 h2/b=1 h3/h2=-1 h4/h3=1 h5/h4=1 h6/h5=-0.25" "$(column unit.csv local all)"
is "S4.13: their formulas" "h1/x=w h1/w=x h2/h1=1 h2/b=1 h3/h2=-1 h4/h3=h4 h5/h4=1 h6/h5=-1/h5^2" "$(column unit.csv local_formula all)"
is "S4.14: forward mode by w" "x=0 w=1 b=0 h1=1 h2=1 h3=-1 h4=-1 h5=-1 h6=0.25" "$(column unit.csv tangent_w)"
is "S4.15: forward mode by b" "x=0 w=0 b=1 h1=0 h2=1 h3=-1 h4=-1 h5=-1 h6=0.25" "$(column unit.csv tangent_b)"
is "S4.15: forward mode by x" "x=1 w=0 b=0 h1=0 h2=0 h3=0 h4=0 h5=0 h6=0" "$(column unit.csv tangent_x)"
is "S4.16: reverse mode" "x=0 w=0.25 b=0.25 h1=0.25 h2=0.25 h3=-0.25 h4=-0.25 h5=-0.25 h6=1" "$(column unit.csv gradient)"
is "S3.7: local x upstream" "h1/x=0 h1/w=0.25 h2/h1=0.25 h2/b=0.25 h3/h2=0.25 h4/h3=-0.25 h5/h4=-0.25 h6/h5=-0.25" "$(column unit.csv product all)"

# shellcheck disable=SC2086
trace both $unit > unit.txt
has "the rows read as in the notes" unit.txt "dh6/dh5 = -1/h5^2 = -0.25"
has "products of numbers" unit.txt "dw = 1 * 0.25 = 0.25"
has "S4.17: forward mode takes a sweep for each input" unit.txt "forward mode: 3 sweeps, one for each input (x, w, b)"
has "S4.17: reverse mode takes one for each output" unit.txt "reverse mode: 1 sweep, one for each output (h6)"
# shellcheck disable=SC2086
trace reverse $unit > reverse.txt
is "reverse mode alone goes from the output to the inputs" "6 5 4 3 2 1 x w b" \
    "$(awk '/^-/ { rule++; next } rule && NF == 0 { exit } rule && $1 != "" && /^[0-9 ]  [a-z]/ { print $1 }' reverse.txt | xargs)"
# shellcheck disable=SC2086
trace forward $unit > forward.txt
if grep -q 'gradient .*upstream\|reverse' forward.txt; then echo "FAIL forward mode alone has gradients"; else echo "PASS forward mode alone"; fi

# ---- recursion that shares nothing (S3.6) ----------------------------------------------------------------

calls() { trace reverse "$examples/swell/network.expr" --const L="$1" --format json |
    python3 -c 'import json, sys; r = json.load(sys.stdin)["recursion"]; print(int(r["calls"]), r["values"])'; }
trace reverse "$examples/swell/network.expr" > network.txt
has "S3.6: 14 calls against 6" network.txt "the gradients of a[1] take 14 calls"
for L in 2 3 4 5 10 30; do
    is "S3.6: $L layers, 2(2^L-1) calls against 2L" "$((2 * ((1 << L) - 1))) $((2 * L))" "$(calls $L)"
done

# ---- operations (S4.17) ----------------------------------------------------------------------------------

operations() { # values, with one forward sweep, with the reverse sweep; model and settings
    trace both "$@" --format json | python3 -c '
import json, sys
d = json.load(sys.stdin)
f, r = d["forward"], d["reverse"]
print(f["operations_values"], f["operations_values"] + f["operations_sweep"], r["operations"])'
}
is "operations of the CS231n function: 7 and 15, as in the notes" "7 23 22" "$(operations "$examples/cs231n.expr" x=3 y=-4)"
is "a forward sweep for each input adds up" "7 + 2*16 = 39" "$(trace forward "$examples/cs231n.expr" x=3 y=-4 --format json | python3 -c '
import json, sys
f = json.load(sys.stdin)["forward"]
print("%d + %d*%d = %d" % (f["operations_values"], f["sweeps"], f["operations_sweep"], f["operations"]))')"
for family in logistic sigmoids deep; do
    for n in 2 3 5; do
        is "operations of $family, n = $n, are those of swell" \
            "$("$bpgen" swell "$examples/swell/$family.expr" --for n=$n..$((n + 1)) --format csv | python3 -c '
import csv, sys
row = next(csv.DictReader(sys.stdin))
print(row["f_graph"], row["forward_ad"], row["reverse_ad"])')" "$(operations "$examples/swell/$family.expr" --const n=$n)"
    done
done
for model in lee network; do
    path=$examples/$model.expr
    [ -e "$path" ] || path=$examples/swell/$model.expr
    is "operations of the values and the gradient of $model are those of cost" \
        "$("$bpgen" cost "$path" --format csv | python3 -c '
import csv, sys
print(*[row["gates"] for row in csv.DictReader(sys.stdin)][:2])')" "$(operations "$path" | cut -d' ' -f1,3)"
done

# ---- formats and languages -------------------------------------------------------------------------------

# shellcheck disable=SC2086
{
    trace both $unit --format json > unit.json
    trace both $unit --format tex > unit.tex
    trace both $unit --lang zh > zh.txt
    trace both $unit --lang zh --format csv > zh.csv
    trace both $unit -o named.csv
    trace both $unit > again.txt
}
is "JSON: sweeps" "3 1" "$(python3 -c 'import json; d = json.load(open("unit.json")); print(d["forward"]["sweeps"], d["reverse"]["sweeps"])')"
is "JSON: the rows of the CSV" "same" "$(python3 -c '
import csv, json
rows = list(csv.DictReader(open("unit.csv")))
data = json.load(open("unit.json"))["trace"]["rows"]
as_text = lambda v: "" if v is None else v if isinstance(v, str) else repr(v) if v != int(v) else str(int(v))
print("same" if [{k: as_text(v) for k, v in row.items()} for row in data] == rows else "other")')"
has "LaTeX" unit.tex '\begin{tabular}'
has "Chinese: forward mode" zh.txt "前向模式：3 遍，每个输入一遍（x, w, b）"
has "Chinese: reverse mode" zh.txt "反向模式：1 遍，每个输出一遍（h6）"
has "Chinese: columns" zh.txt "局部梯度 x 上游梯度"
if cmp -s unit.csv zh.csv && cmp -s unit.csv named.csv; then echo "PASS data is the same in every language"; else echo "FAIL data differs"; fi
if cmp -s unit.txt again.txt; then echo "PASS the same bytes"; else echo "FAIL other bytes"; fi
# shellcheck disable=SC2086
trace both $unit --format svg > /dev/null 2> err
is "other formats are refused" 2 $?

# ---- arrays (S2.1) ---------------------------------------------------------------------------------------

cat > chain.expr <<'END'
param A[3,2] = [[1,2],[3,4],[5,6]], x[2] = [1,-1]
y = A @ x
a = sig(y)
z = sum(a^2)
END
trace both chain.expr > chain.txt
has "S2.1: the Jacobian's transpose times what comes from above" chain.txt "dx = A^T @ dy"
has "S2.1: an outer product by the matrix" chain.txt "dA = dy outer x"
trace forward chain.expr --wrt x --format csv > chain.csv
is "forward mode by the elements of an array" "[1, 3, 5]" "$(python3 -c '
import csv
print(next(r["tangent_x_0"] for r in csv.DictReader(open("chain.csv")) if r["gate"] == "y"))')"

# ---- on all examples -------------------------------------------------------------------------------------

# The tangent of the output by an input is the gradient of that input.
cat > agree.py <<'END'
import json, re, sys
d = json.load(open(sys.argv[1]))["trace"]
rows = d["rows"]
flat = lambda v: [float(x) for x in re.findall(r"[-+0-9.e]*[0-9]|nan|-?inf", str(v))]
names = {c["key"]: c["title"][3:] for c in d["columns"] if c["key"].startswith("tangent_")}
gradient, compared = {}, 0
for row in rows:
    if row["number"] in (None, "") and row["gradient"] not in (None, "") and not str(row["gradient"]).startswith("("):
        gradient[row["gate"]] = flat(row["gradient"]), flat(row["value"])
output = rows[-1]
for key, name in names.items():
    base = name.split("[")[0]
    if base not in gradient:
        continue
    place = [k for k in names if names[k].split("[")[0] == base].index(key)  # as far as there are columns, in order
    a, b = float(output[key]), gradient[base][0][place]
    compared += 1
    if not abs(a - b) <= 1e-9 * (1 + abs(a) + abs(b)):
        sys.exit(f"{name}: forward {a}, reverse {b}")
print(compared if gradient else "large")
END
for model in "$examples"/*.expr; do
    name=$(basename "$model" .expr)
    trace both "$model" --format json > one.json 2> err
    code=$?
    if [ $code -eq 1 ] && [ -s err ]; then
        continue # needs a seed, or is not for circuits: it says so
    elif [ $code -ne 0 ]; then
        echo "FAIL $name: exit status $code"
    elif found=$(python3 agree.py one.json 2>&1) && [ "$found" != 0 ]; then
        [ "$found" = large ] || echo "PASS $name: forward and reverse mode agree"
    else
        echo "FAIL $name: $found"
    fi
done
