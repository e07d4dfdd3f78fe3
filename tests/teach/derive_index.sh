#!/bin/sh
# derive of arrays: one line for all elements; the text, read back and evaluated, has the gradients of bpgen eval.
. tests/start.sh

# Values for a name of many elements: different ones, reproducible.
some() { # file number phase
    awk -v n="$2" -v p="$3" 'BEGIN { for (i = 1; i <= n; i++) printf "%.6f\n", 0.8*sin(i*1.7 + p) }' > "$1"
}

# Gradients as "W = numbers", whatever stands before the W: dJ/dW, d/dW, dJ_dW, d_W.
gradients() {
    sed -n 's/^d[A-Za-z0-9]*[/_]d\{0,1\}\([A-Za-z0-9]*\) = /\1 /p' "$1" | tr -d '[],' | sort
}

# A model and further arguments, those of the derivative (the seed is an input there) behind a --.
reads_back() {
    name=$1 model=$2
    shift 2
    seed=
    case $1 in --seed) seed=$2; shift 2 ;; esac
    options=
    case $name in *steps*) options=--steps ;; esac
    # shellcheck disable=SC2086
    if ! "$bpgen" derive "$model" $options -o derived.expr 2> err; then echo "FAIL $name: $(head -1 err)"; return; fi
    if [ -n "$seed" ]; then
        "$bpgen" eval "$model" --seed "$seed" "$@" > expected 2> err || { echo "FAIL $name: $(head -1 err)"; return; }
        set -- "$@" "d_$seed"
    else
        "$bpgen" eval "$model" "$@" > expected 2> err || { echo "FAIL $name: $(head -1 err)"; return; }
    fi
    used=
    for setting in "$@"; do # names that no derivative needs are not declared
        grep -q "^\(param\|input\).*\b${setting%%=*}\b" derived.expr && used="$used $setting"
    done
    # shellcheck disable=SC2086
    "$bpgen" eval derived.expr $used > got 2> err || { echo "FAIL $name: $(head -1 err)"; return; }
    gradients expected > expected.list
    gradients got > got.list
    if paste -d '\n' expected.list got.list | awk '
        NR % 2 == 1 { n = split($0, x, " "); next }
        { m = split($0, y, " "); rows++
          if (n != m || x[1] != y[1] || m < 2) bad = 1
          for (i = 2; i <= n; i++) { d = x[i] - y[i]; if (d < 0) d = -d; s = x[i] < 0 ? -x[i] : x[i]; if (!(d <= 1e-12*(1 + s))) bad = 1 } }
        END { exit bad || rows == 0 }'; then
        echo "PASS $name"
    else
        echo "FAIL $name: $(paste -d ' ' expected.list got.list | head -3)"
    fi
}

has() { # name text: a line of the derivative
    if grep -qF -- "$2" derived.expr; then echo "PASS $1"; else echo "FAIL $1: $(cat derived.expr)"; fi
}

reads_back "two layers" "$root/examples/two_layer.expr"
has "two layers: a line for all elements" "dJ_dW1[i,j] = "
has "two layers: what the user named stays" "a[i] = sig(z[i]) for i in 0..3"
has "two layers: output" "output dJ_dW1, dJ_db1, dJ_dW2, dJ_db2, dJ_dx"
reads_back "three layers" "$root/examples/three_layer.expr"
has "three layers: the sum over what the layer feeds" "sum("
reads_back "Lee's network" "$root/examples/lee.expr"
reads_back "sigmoids in index form" "$root/examples/sigmoids_index.expr"
reads_back "sigmoids with matrices" "$root/examples/sigmoids.expr"

some X 12 1; some W 6 2; some b 2 3; some S 8 4
reads_back "scores, with what comes from above" "$root/examples/scores.expr" --seed S=@S X=@X W=@W b=@b
has "scores: dW = X^T dS" "d_W[i,j] = sum(X[k,i]*d_S[k,j] for k in 0..4) for i in 0..3, j in 0..2"
some D 4 4; some W2 6 1; some X2 6 2
reads_back "matrix product" "$root/examples/matmul.expr" --seed D=@D W=@W2 X=@X2

some x 100 5
reads_back "Rosenbrock's function" "$root/examples/rosenbrock.expr" x=@x
has "Rosenbrock's function: the ends" "i < 99 ?"
some x 60 1; some alpha 3 2; some mu 9 3; some q 9 4; some L 27 5
reads_back "Gaussian mixture" "$root/examples/gmm.expr" x=@x alpha=@alpha mu=@mu q=@q L=@L gamma=0.7 m=1

# ---- every example with one result, whatever form it takes ------------------------------------------------

# Names that have no value get one.
settings() {
    "$bpgen" eval "$1" 2>&1 > /dev/null | sed -n "s/^bpgen: '\([A-Za-z0-9_]*\)' has no value.*/\1/p" |
        awk '{ printf "%s=%.2f ", $1, 0.9*sin(NR) + 0.05 }'
}

checked=0
for model in "$root"/examples/*.expr; do
    name=$(basename "$model" .expr)
    "$bpgen" derive "$model" -o derived.expr 2> err || continue # too large, loops that depend on values, data
    grep -q '^input d_' derived.expr && continue                # results that are arrays are above
    # shellcheck disable=SC2046
    set -- $(settings "$model")
    "$bpgen" eval "$model" "$@" 2> err | grep '^d[^=]*/' | sed 's/^[^=]*=//' | tr -d '[] ' | tr ',' '\n' > expected
    used=
    for setting in $(settings "$model"); do
        grep -q "\b${setting%%=*}\b" derived.expr && used="$used $setting"
    done
    # shellcheck disable=SC2086
    "$bpgen" eval derived.expr $used 2> err | grep -v '^[^=]*/' | sed 's/^[^=]*=//' | tr -d '[] ' | tr ',' '\n' > got
    [ -s expected ] || continue # several results
    checked=$((checked + 1))
    if paste expected got | awk 'NF != 2 { bad = 1 } { d = $1 - $2; if (d < 0) d = -d; s = $1 < 0 ? -$1 : $1; if (!(d <= 1e-9*(1 + s))) bad = 1 }
        END { exit bad || NR == 0 }'; then
        echo "PASS example $name"
    else
        echo "FAIL example $name: $(cat err; paste expected got | head -3)"
    fi
done
if [ "$checked" -ge 20 ]; then echo "PASS $checked examples"; else echo "FAIL only $checked examples"; fi

# ---- steps: gradients on the way have lines of their own -------------------------------------------------

reads_back "three layers, steps" "$root/examples/three_layer.expr"
has "steps: back through a layer" "dJ_da1[i] = sum(W2[j,i]*a2[j]*dJ_da2[j]*(1 - a2[j]) for j in 0..2) for i in 0..3"
has "steps: a weight has its input times that" "dJ_dW2[i,j] = a1[j]*a2[i]*dJ_da2[i]*(1 - a2[i]) for i in 0..2, j in 0..3"
reads_back "Lee's network, steps" "$root/examples/lee.expr"
has "steps: arguments of functions" "a[i] = sig("
reads_back "scores, steps" "$root/examples/scores.expr" --seed S=@S X=@X W=@W b=@b

# ---- LaTeX -----------------------------------------------------------------------------------------------

"$bpgen" derive "$root/examples/three_layer.expr" --steps --format tex -o derived.expr
has "LaTeX: gradients are fractions" '\frac{\partial J}{\partial {a^{[1]}_{i}}} &= \sum_{j=0}^{1} {W^{[2]}_{j,i}}'
has "LaTeX: ranges" '&& i = 0, \ldots, 2,\ j = 0, \ldots, 1'
if command -v pdflatex > /dev/null; then
    {
        printf '\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n'
        for model in three_layer scores rosenbrock gmm; do "$bpgen" derive "$root/examples/$model.expr" --format tex; done
        printf '\\end{document}\n'
    } > page.tex
    if pdflatex -interaction=nonstopmode -halt-on-error page.tex > log; then
        echo "PASS LaTeX is set"
    else
        echo "FAIL LaTeX: $(grep '^!' log)"
    fi
fi

# ---- one name, two results, Chinese ----------------------------------------------------------------------

"$bpgen" derive "$root/examples/two_layer.expr" --wrt b1 -o derived.expr
has "one name" "output dJ_db1"
printf 'param x[3], w[3]\ny = x*w\ns = sum(y)\noutput s, y\n' > two.expr
"$bpgen" derive two.expr -o derived.expr
has "two results" "output ds_dx, ds_dw, d_x_from_y, d_w_from_y"
if "$bpgen" eval derived.expr x=2 w=3 d_y=5 | grep -qF 'd_x_from_y = [15, 15, 15]'; then
    echo "PASS two results: values"
else
    echo "FAIL two results: values"
fi
"$bpgen" derive "$root/examples/scores.expr" --lang zh -o derived.expr
has "Chinese" "上游梯度"
"$bpgen" derive "$root/examples/scores.expr" --wrt X > first
"$bpgen" derive "$root/examples/scores.expr" --wrt X > second
if cmp -s first second; then echo "PASS the same bytes"; else echo "FAIL the same bytes"; fi

# ---- by elements where there is no index form -------------------------------------------------------------

printf 'param x[3]\nf = max(x)*x[0]\n' > max.expr
if "$bpgen" derive max.expr 2>&1 | grep -q '^df_dx_0 = '; then
    echo "PASS maxima go element by element"
else
    echo "FAIL maxima go element by element: $("$bpgen" derive max.expr 2>&1)"
fi
printf 'param x[2]\ndef t(u) = [sin(u[0]*u[1]), cos(u[0]/u[1])]\nf = sum(t(t(t(t(t(t(t(t(t(t(t(t(x)))))))))))))\n' > large.expr
"$bpgen" derive large.expr > out 2> err
if [ $? -eq 1 ] && grep -q 'large.expr:1:7: error: .*more than 5000 operations' err && [ ! -s out ]; then
    echo "PASS too large"
else
    echo "FAIL too large: $(cat err)"
fi
if "$bpgen" derive large.expr --steps > derived.expr && "$bpgen" eval derived.expr x=0.7 > got; then
    echo "PASS steps do not swell"
else
    echo "FAIL steps do not swell"
fi
