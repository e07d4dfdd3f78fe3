#!/bin/sh
# `bpgen graph`: drawings are well-formed, nothing in them overlaps, and the numbers of the lecture notes stand on the wires.
. tests/start.sh
examples=$root/examples
overlap=$build/tests/unit/tool_svg_overlap

pass() { echo "PASS $1"; }
fail() { echo "FAIL $1: $2"; }

well_formed() { # name file
    if ! command -v xmllint > /dev/null; then
        echo "SKIP $1 is read by a parser: xmllint is not installed"
    elif xmllint --noout "$2" 2> why; then
        pass "$1 is read by a parser"
    else
        fail "$1" "$(head -n 2 why)"
    fi
}

dot_reads() { # name file
    if ! command -v dot > /dev/null; then
        echo "SKIP $1 is read by Graphviz, which is not installed"
    elif dot -Tsvg "$2" > dot.svg 2> why && [ ! -s why ]; then
        pass "$1 is read by Graphviz"
    else
        fail "$1" "$(head -n 2 why)"
    fi
}

free() { # name file
    if "$overlap" < "$2" > why; then pass "$1: nothing overlaps"; else fail "$1" "$(head -n 3 why)"; fi
}

has() { # name file text...
    name=$1 file=$2
    shift 2
    for text; do
        if ! grep -qF -- "$text" "$file"; then
            fail "$name" "'$text' is not there"
            return
        fi
    done
    pass "$name"
}

has_not() { # name file text
    if grep -qF -- "$3" "$2"; then fail "$1" "'$3' is there"; else pass "$1"; fi
}

draw() { # file model options...
    file=$1 model=$2
    shift 2
    "$bpgen" graph "$model" -o "$file" "$@" > out 2>&1 < /dev/null || fail "graph $model $*" "$(head -n 3 out)"
}

refuses() { # name status text arguments...
    name=$1 status=$2 text=$3
    shift 3
    "$bpgen" graph "$@" > out 2>&1 < /dev/null
    code=$?
    if [ "$code" -eq "$status" ] && grep -qF -- "$text" out; then
        pass "$name"
    else
        fail "$name" "exit $code: $(head -n 2 out)"
    fi
}

# ---- all examples of the tool, in every way of drawing ---------------------------------------------------------

# Every one is drawn, or refused with a message.
small="cs231n cs231n_staged qz gates neuron neuron_gates logistic_unit two_layer three_layer lee"
for file in "$examples"/*.expr; do
    model=$(basename "$file" .expr)
    ways="circuit --modules --reverse"
    case " $small " in *" $model "*) ways="$ways --gates --forward" ;; esac
    for way in $ways; do
        option=$way
        [ "$way" != circuit ] || option=
        timeout 300 "$bpgen" graph "$file" -o "$model.svg" ${option:+"$option"} > out 2>&1 < /dev/null
        code=$?
        if [ $code -eq 1 ] && grep -q . out; then
            continue
        elif [ $code -ne 0 ]; then
            fail "$model $way" "exit $code: $(head -n 2 out)"
            continue
        fi
        well_formed "$model $way" "$model.svg"
        if [ "$(wc -c < "$model.svg")" -lt 250000 ]; then free "$model $way" "$model.svg"; fi
        echo "$model $way" >> drawn
    done
done
for model in $small; do
    if grep -q "^$model circuit" drawn; then pass "$model is drawn"; else fail "$model" "is not drawn"; fi
done
if [ "$(grep -c -- --reverse drawn)" -ge 5 ]; then pass "reverse networks"; else fail "reverse networks" "too few are drawn"; fi

# ---- S1: the circuit of CS231n -----------------------------------------------------------------------------------

draw f.svg "$examples/cs231n_staged.expr" x=3 y=-4
free "CS231n" f.svg
has "values" f.svg '>0.01799<' '>3.018<' '>0.9526<' '>1.953<' '>0.5121<' '>1.546<'
has "gradients" f.svg '>−0.7916<' '>1.583<' '>−0.03576<' '>0.009046<' '>1<'
has "sums of branches" f.svg '>sum of branches<' '>2.05957<' '>1.59223<'
has "stable ids" f.svg 'id="gate-1"' 'data-gate="8"' 'id="leaf-1"' 'id="wire-1"' \
    'data-from="leaf-1"' 'id="output-1"'
has "names, symbols" f.svg '>xpysqr<' '>□²<' '>1/□<' '>σ<'
has "all digits when the mouse rests there" f.svg 'value: 0.952574126822' 'gradient: -0.79159344727' 'local gradient: '
draw again.svg "$examples/cs231n_staged.expr" x=3 y=-4
if cmp -s f.svg again.svg; then pass "the same bytes again"; else fail "the same bytes again" "they differ"; fi
draw f.dot "$examples/cs231n_staged.expr" x=3 y=-4
dot_reads "CS231n" f.dot
has "the same data" f.dot '"gate-8"' '0.5121' '−0.7916' 'sum of branches'
draw zh.svg "$examples/cs231n_staged.expr" x=3 y=-4 --lang zh
has "Chinese" zh.svg '各分支之和' '梯度'
free "Chinese" zh.svg

# Without gradients there are none: not zeros.
draw forward.svg "$examples/cs231n_staged.expr" x=3 y=-4 --forward
has "forward only: values" forward.svg '>1.546<'
has_not "forward only: no gradients" forward.svg 'gradient'
draw structure.svg "$examples/cs231n_staged.expr"
has "structure only: gates" structure.svg '>invden<'
has_not "structure only: no values" structure.svg 'value'
has_not "structure only: no numbers" structure.svg '>1<'

draw qz.svg "$examples/qz.expr" x=-2 y=5 z=-4
has "S1.2" qz.svg '>3<' '>−12<' '>−4<' '>1<'
draw gates.svg "$examples/neuron.expr" w0=2 w1=-3 w2=-3 x0=-1 x1=-2 --gates
has "S1.5" gates.svg '>−□<' '>exp<' '>+1<' '>1/□<' '>0.3679<' '>1.368<' '>0.7311<' '>−0.5344<' '>−0.1966<' '>0.1966<'
has "S1.5, all digits" gates.svg '0.1966119332414818' '-0.53444664538852'
has_not "S1.5: no sigmoid" gates.svg '>σ<'

# ---- S0: modules ---------------------------------------------------------------------------------------------------

draw two.svg "$examples/two_layer.expr" --modules
has "stages" two.svg '>W1 @ x<' '>sig(z)<' '>J<'
has "shapes" two.svg '>(3,2)<' '>(3)<' '>shape of the gradient<'
draw three.svg "$examples/three_layer.expr" --modules --forward
has_not "forward order without gradients" three.svg 'gradient'

draw back.svg "$examples/three_layer.expr" --modules --reverse
has "backward order" back.svg '>dW1<' '>dW1_x outer x<' '>W2^T @ dW2_a1<' '>(3,2)<' 'class="down"' 'data-gate='
free "backward order" back.svg

# ---- S3: the reverse network ---------------------------------------------------------------------------------------

draw lee.svg "$examples/lee.expr" --reverse
has "S3.4: gains" lee.svg ' = 0.017662706213' ' = 0.10499358540' ' = 0.11785443634' ' = 0.09847466237' \
    ' = 0.23614558529' ' = 0.14167740305'
has "S3.5: last layer" lee.svg '= -0.09027732901' '= 0.11746813288'
has "S3.5: middle layer" lee.svg '= -0.04576289176' '= 0.05516056839'
has "S3.5: first layer" lee.svg '= -0.00356516285' '= -0.00098669576'
has "weights" lee.svg '>2<' '>−1<' '>−2<' '>3<' '>4<'
if [ "$(grep -c 'class="reverse"' lee.svg)" -ge 6 ]; then pass "six neurons"; else fail "six neurons" "there are fewer"; fi
draw lee.dot "$examples/lee.expr" --reverse
dot_reads "reverse network" lee.dot
has "triangles, backwards" lee.dot 'shape=triangle' 'dir=back'
draw rev.svg "$examples/cs231n_staged.expr" x=3 y=-4 --reverse
has "of a scalar model" rev.svg '2.0595697955721' '1.592232751483'

# An array as output: each element is a source of its own.
printf 'param W[2,2] = [[1,2],[3,4]], x[2] = [1,-1]\ny = tanh(W @ x)\noutput y\n' > vector.expr
draw vector.svg vector.expr --reverse --seed y=[2,-1]
has "an array as output" vector.svg '>y[0]<' '>y[1]<' '= -0.419974341614'
free "an array as output" vector.svg

# ---- several outputs -----------------------------------------------------------------------------------------------

printf 'p = x*y\nq = x + y\noutput p, q\n' > several.expr
refuses "reverse from which output?" 1 "write --seed OUTPUT=VALUE" several.expr x=1 y=2 --reverse
refuses "no gradients without a seed" 0 "write --seed OUTPUT=VALUE" several.expr x=1 y=2 --format dot
draw several.svg several.expr x=3 y=5 --seed p=2
has "a seed" several.svg '>10<' '>6<' '>2<'
refuses "seed of nothing" 1 "'r' is not an output" several.expr x=1 y=2 --seed r=1
refuses "reverse without a point" 1 "needs a point" "$examples/cs231n.expr" --reverse
refuses "unknown format" 2 "there is no 'pdf' here" "$examples/cs231n.expr" --format pdf
refuses "what is missing" 1 "'y' has no value" "$examples/cs231n.expr" x=3

# ---- what is written in models stays text --------------------------------------------------------------------------

cat > 'a<b&"c.expr' <<'EOM'
# <script>alert("&")</script> \" '
evil = x + 1 # ]]> --> "
f = evil*x
EOM
draw inject.svg 'a<b&"c.expr' x=1
well_formed "strange names" inject.svg
has "they are escaped" inject.svg 'a&lt;b&amp;&quot;c'
has_not "no element comes in" inject.svg '<script'
draw inject.dot 'a<b&"c.expr' x=1
dot_reads "strange names" inject.dot
printf 'param x = 2\nf = x < 3 && x > 1 ? x*x : 0\n' > less.expr
draw less.svg less.expr
well_formed "comparisons" less.svg
draw less.dot less.expr
dot_reads "comparisons" less.dot

# ---- large ---------------------------------------------------------------------------------------------------------

{
    echo 'h0 = x'
    for k in $(seq 1 30); do echo "h$k = sin(h$((k - 1)))*h$((k / 2))"; done
} > sixty.expr
draw sixty.svg sixty.expr x=0.5
free "sixty gates" sixty.svg
{
    echo 'h0 = x'
    for k in $(seq 1 200); do echo "h$k = sin(h$((k - 1))) + h$((k / 2))"; done
} > many.expr
"$bpgen" graph many.expr x=0.5 -o many.svg 2> why
has "advice for large ones" why 'is hard to read'
free "four hundred gates" many.svg
