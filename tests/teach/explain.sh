#!/bin/sh
# explain: the numbers of the lecture notes line by line, golden listings, classic mistakes, kinks, arrays, formats, refusals.
. tests/start.sh

run() { # status arguments...: the listing with single blanks, in `out`
    status=$1
    shift
    "$bpgen" explain "$@" > raw 2> err
    code=$?
    tr -s ' ' < raw > out
    [ "$code" -eq "$status" ] || echo "FAIL explain $*: exit $code, not $status: $(cat raw err)"
}
has() { # name text...: each is a part of a line
    name=$1
    shift
    for text in "$@"; do
        grep -qF -- "$text" out || { printf 'FAIL %s: no "%s" in\n%s\n' "$name" "$text" "$(cat out)"; return; }
    done
    echo "PASS $name"
}
lacks() {
    if grep -qF -- "$2" out; then echo "FAIL $1: $(cat out)"; else echo "PASS $1"; fi
}
refused() { # name text arguments...
    name=$1 text=$2
    shift 2
    "$bpgen" explain "$@" > raw 2> err
    code=$?
    if [ "$code" -eq 1 ] && grep -qF -- "$text" err && [ ! -s raw ]; then echo "PASS $name"; else echo "FAIL $name: $code $(cat raw err)"; fi
}
golden() { # name arguments...
    name=$1
    shift
    (cd "$root" && "$bpgen" explain "$@") > raw
    if cmp -s raw "$root/tests/teach/$name.expected"; then echo "PASS $name"; else
        echo "FAIL $name:"
        diff raw "$root/tests/teach/$name.expected"
    fi
}

# ---- S1: CS231n ----
golden explain_cs231n examples/cs231n.expr x=3 y=-4
golden explain_staged examples/cs231n_staged.expr x=3 y=-4
golden explain_two_layer examples/two_layer.expr

echo 'f = x*y' > product.expr
run 0 product.expr x=4 y=-3
has "S1.1 sensitivity" "f = x*y -12" "dx = y -3" "dy = x 4"
run 0 "$root/examples/qz.expr" x=-2 y=5 z=-4
has "S1.2 (x + y)z" "q = x + y 3" "f = q*z -12" "dq = z -4" "dz = q 3" "dx = dq -4" "dy = dq -4"
run 0 "$root/examples/neuron.expr" w0=2 w1=-3 w2=-3 x0=-1 x1=-2
has "S1.4 neuron" " dot = " "f = sig(dot) 0.731058578630005" "ddot = f*(1 - f) 0.196611933241482" "-0.589835799724446" \
    "dw0 = x0 * dw0_times_x0 -0.196611933241482" "-0.393223866482964" "dw2 = ddot 0.196611933241482" "0.393223866482964"
run 0 "$root/examples/neuron.expr" w0=2 w1=-3 w2=-3 x0=-1 x1=-2 --gates
has "S1.5 elementary gates" "minus_dot = -dot -1" "exp_minus_dot = exp(minus_dot) 0.367879441171442" "exp_minus_dot + 1 1.36787944117144" \
    "f = 1/t7 0.731058578630005" "(8) dt7 = -1/t7^2 -0.534446645388523" "(7) dexp_minus_dot = dt7 -0.534446645388523" \
    "(6) dminus_dot = exp_minus_dot * dexp_minus_dot -0.196611933241482" "(5) ddot = -dminus_dot 0.196611933241482"
# S1.6, S1.7: stages in reverse order, += on dx twice and on dy once; gradients after each stage.
run 0 "$root/examples/cs231n_staged.expr" x=3 y=-4
has "S1.6 contributions" "1.58318689454519 - 0.0357615478126536 + 0.512144448839632 = 2.05956979557217" \
    "1.58318689454519 + 0.00904585693862231 = 1.59223275148381" "fork: x is used by (2) (3) (4): 3 terms add"
has "S1.6 dx after every stage" "(4) dx = dxpy 1.58318689454519" "(3) dx += sigx*(1 - sigx) * dsigx 1.54742534673253" \
    "(2) dx += dnum 2.05956979557217" "(1) dy += sigy*(1 - sigy) * dsigy 1.59223275148381"
if [ "$(sed 's/.*|//' out | grep -c 'd[a-z]* *+*= ')" -eq 12 ]; then echo "PASS S1.7 twelve lines"; else echo "FAIL S1.7: $(cat out)"; fi
has "the verdict" "check: central difference h=1e-5, worst relative gap 1.8e-11 PASS"
run 0 "$root/examples/cs231n_staged.expr" x=3 y=-4 --gates
has "CS231n, elementary gates" "2.05956979557217" "1.59223275148381" "PASS"
run 0 "$root/examples/gates.expr" x=3 y=-4 z=2 w=-1
has "S1.12 add, mul, max" "f = 2*t3 -20" "max_z_w = max(z, w) 2" "dx_times_y = dt3 2" "dx = y * dx_times_y -8" "dy = x * dx_times_y 6" \
    "dz = (w > z ? 0 : 1) * dmax_z_w 2" "dw = (w > z ? 1 : 0) * dmax_z_w 0"
lacks "no tie where there is none" "note:"
run 0 "$root/examples/gates.expr" x=3 y=-4 z=2 w=2
has "S1.13 a tie" "note: (2) max: a tie; the first one receives the whole gradient" "dmax_z_w 2" "dmax_z_w 0" "2 not compared: a kink PASS"
echo 'f = abs(x) + relu(y) + max(max(v), x)
param x, y, v[3]' > kinks.expr
sed -n 2p kinks.expr > kinks2.expr && sed -n 1p kinks.expr >> kinks2.expr
run 0 kinks2.expr x=0 y=0 'v=[1,1,0]'
has "kinks" "abs: a kink; the derivative taken at it is 0" "relu: a kink; the derivative taken at it is 0" "max: a tie" "dv[argmax] ="
echo 'f = w*x' > wx.expr
run 0 wx.expr w=2 x=1000 --wrt w
has "S1.14 large input" "dw = x 1000"
lacks "only what is wanted" "dx"

# ---- matrices ----
run 0 "$root/examples/matmul.expr" 'W=[[1,2,3],[4,5,6]]' 'X=[[1,0],[0,1],[1,1]]' --seed 'D=[[1,2],[3,4]]'
has "S1.15 matrix product" "D = W @ X (2,2) [[4, 5], [10, 11]]" "dW = dD @ X^T (2,3) [[1, 2, 3], [3, 4, 7]]" \
    "dX = W^T @ dD (3,2) [[13, 18], [17, 24], [21, 30]]" "dD = (upstream gradient given) (2,2) [[1, 2], [3, 4]]"
run 0 "$root/examples/scores.expr" X=1 W=2 b=3 --seed 'S=[[1,2],[3,4],[5,6],[7,8]]'
has "S1.16 scores" "dX = dX_W @ W^T (4,3)" "dW = X^T @ dX_W (3,2)"
has "S1.17 bias over rows" "db = sum(dS) over rows (2) [16, 20]"
run 0 "$root/examples/lee.expr"
has "S2.3 output layer" "[0.617704777755, 0.829123984157]" "0.4167981090281" "[-0.0902773290119, 0.117468132884]" \
    "[[-0.0779561268214, -0.00999708065132], [0.101435883901, 0.013008120768]]"
has "S3.5 hidden layers" "[-0.0457628917668, 0.0551605683942]" "[-0.00356516285371, -0.000986695763572]" \
    "[[-0.00356516285371, 0.00356516285371]," " [-0.000986695763572, 0.000986695763572]]"
has "S2.4 delta recursion" "da = W2^T @ dW2_a" "dW1 = dW1_x outer x"
run 0 "$root/examples/lee_softmax.expr"
has "S3.8 softmax and cross entropy" "1.38704571502713" "[0.249812232072, 0.750187767928]" "dz = dz_minus_max_z (2) [-0.750187767928, 0.750187767928]"
run 0 "$root/examples/three_layer.expr"
has "S0.9 three layers" "0.37312840079" "[-0.172033638491, 0.190915276354]" "[-0.168047421146, 0.126088038303, -0.0841286554593]" \
    "-0.0376756267867"

# ---- S4 ----
printf 'y = x^2\nz = sin(y)\n' > chain.expr
run 0 chain.expr x=1.5
has "S4.2 both factors" "dy = cos(y)" "dx = 2*x * dy"
run 0 "$root/examples/two_paths.expr" t=1
has "S4.3 two paths" "fork: t is used by (1) (2): 2 terms add: 0.54030230586814 + 1.68294196961579 = 2.22324427548393"
run 0 "$root/examples/hidden.expr"
has "S4.5 two paths through a neuron" "dw1 = x1 *" "fork: a is used by" "da += w3 * dz1"
run 0 "$root/examples/logistic_unit.expr" x=1 w=0 b=0
has "S4.12 six functions" "h1 = x*w 0" "h3 = h2*-1 0" "h4 = exp(h3) 1" "h5 = h4 + 1 2" "h6 = 1/h5 0.5" "dh5 = -1/h5^2 -0.25" "dw = x * dh1 0.25"
lacks "no -0" " -0 "
run 0 "$root/examples/unit.expr" c=2 b=-1 w=3 x=.5
has "S4.18 c sig(b + w x)" "1.24491866240371" "0.622459331201855" "0.470007424403189" "0.235003712201594" "1.41002227320957"

# ---- mistakes ----
run 1 "$root/examples/cs231n_staged.expr" x=3 y=-4 --break assign
has "S1.9 = for +=" "dx = 0.512144448839632 expected 2.05956979557217 FAIL stage (2) overwrote stages (4) and (3)" \
    "dy = 0.00904585693862231 expected 1.59223275148381 FAIL stage (1) overwrote stage (4)" "(2) dx = dnum 0.512144448839632"
lacks "no += is left" " += d"
refused "assign without a fork" "nothing in this model is used twice" "$root/examples/qz.expr" x=1 y=2 z=3 --break assign
run 1 "$root/examples/lee.expr" --break transpose
has "a missing transpose" "da = W2 @ dW2_a" "the first wrong gradient is da in stage (4)" "FAIL"
refused "shapes that do not fit" "dx = W1 @ dW1_x: shapes (3,2) and (3) do not fit without the transpose of W1" "$root/examples/two_layer.expr" \
    --break transpose
refused "shapes on the right" "dX = dX_W @ W: shapes (4,2) and (3,2) do not fit" "$root/examples/scores.expr" X=1 W=2 b=3 --seed S=1 --break transpose
refused "no matrix product" "no gradient of this model goes back through a matrix product" "$root/examples/qz.expr" x=1 y=2 z=3 --break transpose
run 1 "$root/examples/lee_softmax_squared.expr" --break softmax
has "S3 case 1, squared error" "[-0.140589749436, 0.140589749436]" "db3[1] = 0.140589749435907 expected 0.281179498871813 FAIL"
run 1 "$root/examples/lee_softmax.expr" --break softmax
has "S3 case 1, cross entropy" "dz = dz_minus_max_z (2) [-0.750187767928, 0]" "db3[1] = 0 expected 0.750187767927893 FAIL"
refused "no softmax" "no gradient of this model goes back through a softmax" "$root/examples/lee.expr" --break softmax

# ---- branches, loops, stated derivatives ----
printf 'param x = 2, y = 3\nf = x > 0 ? x*y : log(x)\n' > branch.expr
run 0 branch.expr
has "the branch that is taken" "f = x > 0 ? x_times_y : ..." "dx = y *" "PASS"
lacks "nothing of the other one" "log"
run 1 branch.expr x=-2
has "no finite value" "log_x = log(x) nan" "the value is not finite at this point"
run 0 "$root/examples/logistic_loop.expr" --const n=3
has "turns of a loop" "l[1] =" "l[2] =" "dl[1] +=" "dx +="
run 0 "$root/examples/ternary.expr"
has "a stated derivative" "Q = level(W)" "dW = dQ" "PASS"
run 0 "$root/examples/newton.expr"
has "as many turns as it makes" "PASS"

run 0 "$root/tests/derive/winners.expr"
has "positions of maxima" "= argmax(z) (1) [2]" "dz[argmax] = dmax_z" "PASS"
printf 'param A[2,2] = 0.7\nf = max(A) + min(A)\n' > ties.expr
run 0 ties.expr
has "ties that add up to a straight line" "note: (1) max: a tie" "note: (3) max: a tie" "not compared: a kink NO VERDICT"
printf 'param x = 0.7\nf = pi*x + sum([x, 1] @ [[1, 2], [3, 4]])\n' > table.expr
run 0 table.expr
has "constants" "PASS"
printf 'const n = 300\nparam W[n,n] in [-1,1] = 0.5, b[n] in [-1,1]\ninput x[n] in [-1,1]\nf = sum(sig(W @ x + b)^2)\n' > large.expr
run 0 large.expr
has "a large model" "dW = dW_x outer x (300,300)" "of 90300 elements PASS"

# ---- Chinese, formats, escaping ----
run 0 "$root/examples/cs231n_staged.expr" x=3 y=-4 --lang zh
has "Chinese" "前向传播" "反向传播（局部梯度 x 上游梯度）" "分叉：x 用于 (2) (3) (4)，3 项相加" "检验：中心差分"
if command -v python3 > /dev/null; then
    for model in lee "cs231n x=3 y=-4" "two_layer --lang zh" "cs231n x=3 y=-4 --break assign"; do
        # shellcheck disable=SC2086
        set -- $model
        name=$1
        shift
        "$bpgen" explain "$root/examples/$name.expr" "$@" --format json > out.json
        if python3 -c 'import json, sys; d = json.load(open("out.json")); assert d["forward"] and d["backward"] and "pass" in d["check"]'; then
            echo "PASS JSON of $model"
        else
            echo "FAIL JSON of $model"
        fi
    done
    "$bpgen" explain "$root/examples/cs231n_staged.expr" x=3 y=-4 --format json > out.json
    python3 - << 'END'
import json, math
d = json.load(open("out.json"))
bad = []
total = {}
for line in d["backward"]:  # S1.11: local x upstream is the product on every wire, and the gradient is their sum
    if not math.isclose(line["local_value"] * line["upstream"], line["product"], rel_tol=1e-15):
        bad.append(line)
    total[line["name"]] = total.get(line["name"], 0) + line["product"] if line["adds"] else line["product"]
    if not math.isclose(total[line["name"]], line["gradient"], rel_tol=1e-15):
        bad.append(line)
for name, exact in ("x", 2.059569795572164910631925), ("y", 1.592232751483809313893157):
    if not math.isclose(total[name], exact, rel_tol=1e-15):
        bad.append(name)
print("FAIL S1.11", bad) if bad else print("PASS S1.11 product on every wire")
END
fi
# Every formula that is printed gives the values beside it.
if command -v python3 > /dev/null; then
    "$bpgen" explain "$root/examples/scores.expr" X=1 W=2 b=3 --seed 'S=[[1,2],[3,4],[5,6],[7,8]]' --format json > formulas1.json
    "$bpgen" explain "$root/examples/neuron.expr" w0=2 w1=-3 w2=-3 x0=-1 x1=-2 --gates --format json > formulas2.json
    "$bpgen" explain "$root/examples/lee.expr" --gates --format json > formulas3.json
    for model in "$root"/examples/*.expr; do
        result=formulas_$(basename "$model" .expr).json
        # shellcheck disable=SC2046
        "$bpgen" explain "$model" --format json > "$result" 2> err || [ -s "$result" ] ||
            "$bpgen" explain "$model" $(sed -n "s/^bpgen: '\([^']*\)' has no value.*/\1=0.7/p" err) --format json > "$result" 2> err
        size=$(wc -c < "$result")
        if [ "$size" -eq 0 ] || [ "$size" -gt 200000 ]; then rm "$result"; fi # the longest listings take long
    done
    python3 "$root/tests/teach/explain_formulas.py" formulas*.json
fi
cat > 'odd "name" <&\%_#.expr' << 'END'
# "quotes" <b> & \backslash {braces} 100% _under_ # λ 中文
param x_1 = 2
y_2 = x_1*sin(x_1)
END
"$bpgen" explain 'odd "name" <&\%_#.expr' --format json > out.json && echo "PASS odd names in JSON" || echo "FAIL odd names in JSON"
! command -v python3 > /dev/null || python3 -c 'import json; json.load(open("out.json"))' || echo "FAIL odd names: not JSON"
if command -v pdflatex > /dev/null; then
    {
        printf '%s\n' '\documentclass{article}' '\begin{document}'
        "$bpgen" explain 'odd "name" <&\%_#.expr' --format tex
        "$bpgen" explain "$root/examples/two_layer.expr" --format tex
        "$bpgen" explain "$root/examples/lee.expr" --break transpose --format tex
        printf '%s\n' '\end{document}'
    } > out.tex
    if pdflatex -interaction=batchmode -halt-on-error out.tex > /dev/null 2>&1; then echo "PASS LaTeX"; else echo "FAIL LaTeX: $(grep -A2 '^!' out.log)"; fi
else
    "$bpgen" explain 'odd "name" <&\%_#.expr' --format tex > out
    has "LaTeX" '\texttt{x\_1' '\%\_\#'
fi

# ---- refusals ----
refused "several outputs" "of which output? write --seed" "$root/examples/batch.expr"
refused "an array output" "of which output? write --seed" "$root/examples/matmul.expr" W=1 X=1
refused "no such output" "is not an output of this model" "$root/examples/batch.expr" --seed nothing=1
refused "no value" "'x' has no value" "$root/examples/cs231n.expr" y=1
printf 'input x\nf = x^2\n' > inputs.expr
refused "nothing wanted" "nothing to differentiate by" inputs.expr x=1
printf 'const n = 6000\nparam x = 0.5\nl = x\nfor k in 1..n { l = 4*l*(1 - l) }\noutput l\n' > long.expr
refused "too long a loop" "take a smaller model (fewer turns of its loops: --const n=...)" long.expr
run 0 long.expr --const n=4
has "a shorter one" "PASS"
run 0 "$root/examples/batch.expr" --seed L=1
has "one of several outputs" "dL = (upstream gradient given) 1" "PASS"
