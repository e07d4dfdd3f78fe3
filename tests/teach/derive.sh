#!/bin/sh
# derive: what is printed for scalar models, word by word; names, orders, steps, formats, refusals; the C is compiled and run, LaTeX
# is balanced. That the derivatives are right is tested by tests/unit/derivation.c.
. tests/start.sh

gives() { # name, model, expected text, options...
    name=$1 model=$2 want=$3
    shift 3
    printf '%s\n' "$model" > m.expr
    "$bpgen" derive m.expr "$@" > out 2> err
    code=$?
    if [ "$code" -eq 0 ] && [ "$(cat out)" = "$want" ]; then
        echo "PASS $name"
    else
        echo "FAIL $name: exit $code: $(cat out err)"
    fi
}

refuses() { # name, status, model, text of the message, options...
    name=$1 status=$2 model=$3 text=$4
    shift 4
    printf '%s\n' "$model" > m.expr
    "$bpgen" derive m.expr "$@" > out 2> err
    code=$?
    if [ "$code" -eq "$status" ] && grep -qF -- "$text" err && [ ! -s out ]; then
        echo "PASS $name"
    else
        echo "FAIL $name: exit $code: $(cat out err)"
    fi
}

has() { # name, line of `out`, several blanks as one
    if tr -s ' ' < out | grep -qxF -- "$2"; then echo "PASS $1"; else echo "FAIL $1: $(cat out)"; fi
}

# ---- what a person would write ----
gives "S1.3 sigmoid" 'f = sig(x)' 'df_dx = sig(x)*(1 - sig(x))'
gives "S1.3 sigmoid written out" 'f = sig(x)' 'df_dx = exp(-x)/(1 + exp(-x))^2' --expand
gives "S1.6 CS231n" 'f = (x + sig(y)) / (sig(x) + (x+y)^2)' \
'df_dx = (sig(x) + (x + y)^2 - (x + sig(y))*(sig(x)*(1 - sig(x)) + 2*(x + y)))/(sig(x) + (x + y)^2)^2
df_dy = (sig(y)*(1 - sig(y))*(sig(x) + (x + y)^2) - 2*(x + sig(y))*(x + y))/(sig(x) + (x + y)^2)^2
output df_dx, df_dy'
gives "S0.1 squared error" 'J = 0.5*(y - h)^2' 'dJ_dh = -(y - h)' --wrt h
gives "S4.3 two paths" 'x = t^2; y = sin(t); z = x*y' 'dz_dt = 2*t*sin(t) + t^2*cos(t)'
gives "logarithm of a power" 'f = log(x^2)' 'df_dx = 2/x'
gives "nothing is cancelled that may be 0" 'f = x^2/x' 'df_dx = x^2/x^2'
gives "names in the order in which they were written" 'f = (a*x + b)/(c*x + d)' 'df_dx = (a*d - b*c)/(c*x + d)^2' --wrt x
gives "cross entropy of a sigmoid" 'L = -(t*log(sig(z)) + (1 - t)*log(1 - sig(z)))' 'dL_dz = -(t - sig(z))' --wrt z
gives "repeated conditions" 'f = x^x' 'df_dx = (x == 0 ? 0 : x*x^(x - 1)) + (x == 0 && x > 0 ? 0 : x^x*log(x))'
gives "a loop" 'param x
l = x
for k in 1..3 { l = 4*l*(1 - l) }
output l' 'param x
dl_dx = 16*(1 - 2*x)*(1 - 8*x*(1 - x))'
gives "branches" 'f = 2*(x*y + max(z, w))' \
'df_dx = 2*y
df_dy = 2*x
df_dz = w > z ? 0 : 2
df_dw = w > z ? 2 : 0
output df_dx, df_dy, df_dz, df_dw'
gives "declarations stay" 'const n = 2
param x in [-1, 1] = 0.5, A[2,2] = [[1, 2], [3, 0.25]]
input k in 0..3, c = 7
f = n*x*k*c*A[0,1]' 'param x in [-1, 1] = 0.5, A[2,2] = [[1, 2], [3, 0.25]]
input k in 0..3, c = 7
df_dx = 2*A[0,1]*k*c' --wrt x --collect

# ---- names and orders ----
gives "third order" 'f = x^2*sin(x)*y' 'param x, y
d3f_dx2_dy = 2*sin(x) + 4*x*cos(x) - x^2*sin(x)' --wrt x,x,y
gives "the order is that of --wrt" 'f = x*y^2' 'param x, y
d3f_dy_dx_dy = 2' --wrt y,x,y
gives "two outputs" 'param x
u = x^2
v = exp(x)
output u, v' 'param x
du_dx = 2*x
dv_dx = exp(x)
output du_dx, dv_dx'
gives "a name of the model" 'param x, df_dx
f = df_dx*x^2' 'param x, df_dx
df_dx_ = 2*df_dx*x
df_ddf_dx = x^2
output df_dx_, df_ddf_dx'
gives "elements" 'param x[2]
f = x[0]*x[1]^2' 'param x[2]
d2f_dx_0_dx_0 = 0
d2f_dx_0_dx_1 = 2*x[1]
d2f_dx_1_dx_0 = 2*x[1]
d2f_dx_1_dx_1 = 2*x[0]
output d2f_dx_0_dx_0, d2f_dx_0_dx_1, d2f_dx_1_dx_0, d2f_dx_1_dx_1' --wrt x,x
gives "a const is overridden" 'const n = 3
f = x^n' 'df_dx = 5*x^4' --const n=5

# ---- polynomials: Baydin's table ----
logistic() {
    gives "S4.11 collected, n = $1" "const n = $1
param x
l = x
for k in 1..n { l = 4*l*(1 - l) }
output l" "param x
dl_dx = $2" --collect
}
logistic 1 '1'
logistic 2 '4 - 8*x'
logistic 3 '16*(1 - 10*x + 24*x^2 - 16*x^3)'
logistic 4 '64*(1 - 42*x + 504*x^2 - 2640*x^3 + 7040*x^4 - 9984*x^5 + 7168*x^6 - 2048*x^7)'
gives "a high power of one term" 'f = x^100000' 'df_dx = 100000*x^99999' --collect
gives "expanded" 'f = (x + y)^3' 'df_dx = 3*x^2 + 6*x*y + 3*y^2' --expand --wrt x
gives "collected with functions" 'f = (sin(x) + y)^2*x' \
    'df_dx = y^2 + 2*y*sin(x) + sin(x)^2 + 2*x*y*cos(x) + 2*x*sin(x)*cos(x)' --collect --wrt x
"$bpgen" derive "$root/examples/logistic_map.expr" --collect | tr -d '\n ' > out
if grep -q '^paramxin\[0,1\]=0.3dl8_dx=16384\*(1-10922\*x+.*-226156424291633194186662080095093570025917938800079226639565593765455331328\*x^127)$' out; then
    echo "PASS n = 8"
else
    echo "FAIL n = 8: $(cat out)"
fi

# ---- steps ----
printf 'f = exp(x) + sin(x)\n' > m.expr
"$bpgen" derive m.expr --steps > out
has "S4.9 sum rule" '# sum rule d/dx(exp(x) + sin(x)) = d/dx(exp(x)) + d/dx(sin(x))'
has "chain rule" '# chain rule, sin d/dx(sin(x)) = cos(x)*d/dx(x)'
has "variable" '# variable d/dx(x) = 1'
has "put together" '# put together d/dx(exp(x) + sin(x)) = exp(x) + cos(x)'
has "the rule" "# sum rule (u + v)' = u' + v'"
has "result" 'df_dx = exp(x) + cos(x)'
printf 'f = x*x*exp(-x)\n' > m.expr
"$bpgen" derive m.expr --steps > out
has "S4.9 product rule" '# product rule d/dx(x*x*exp(-x)) = d/dx(x*x)*exp(-x) + x*x*d/dx(exp(-x))'
has "simplified" 'df_dx = 2*x*exp(-x) - x^2*exp(-x)'
"$bpgen" derive m.expr --steps --lang zh > out
has "in Chinese" '# 积的求导法则 d/dx(x*x*exp(-x)) = d/dx(x*x)*exp(-x) + x*x*d/dx(exp(-x))'
"$bpgen" eval out x=1 > value
if grep -q '^df_dx = 0.36787944117144' value; then echo "PASS steps are comments of a model"; else echo "FAIL steps: $(cat value)"; fi
printf 'f = x/(1 + y)\n' > m.expr
"$bpgen" derive m.expr --steps --wrt y > out
has "quotient rule" '# quotient rule d/dy(x/(1 + y)) = (d/dy(x)*(1 + y) - x*d/dy(1 + y))/(1 + y)^2'
has "constant" '# constant d/dy(x) = 0'

gives "S4.9 sum and product rule of any functions" 'param x
extern f1_(x)
extern g1_(x)
extern f1(x) derivative f1_(x)
extern g1(x) derivative g1_(x)
sum = f1(x) + g1(x)
product = f1(x)*g1(x)
output sum, product' "param x
extern f1_(x)
extern g1_(x)
extern f1(x)
extern g1(x)
# d/dx(f1(x) + g1(x))
#   sum rule           d/dx(f1(x) + g1(x)) = d/dx(f1(x)) + d/dx(g1(x))
#   stated derivative  d/dx(f1(x)) = f1_(x)*d/dx(x)
#   variable           d/dx(x) = 1
#   stated derivative  d/dx(g1(x)) = g1_(x)*d/dx(x)
#   put together       d/dx(f1(x) + g1(x)) = f1_(x) + g1_(x)
# the rules:
#   sum rule           (u + v)' = u' + v'
#   stated derivative  f(u)' = d(u)*u'
#   variable           x' = 1
dsum_dx = f1_(x) + g1_(x)
# d/dx(f1(x)*g1(x))
#   product rule       d/dx(f1(x)*g1(x)) = d/dx(f1(x))*g1(x) + f1(x)*d/dx(g1(x))
#   stated derivative  d/dx(f1(x)) = f1_(x)*d/dx(x)
#   variable           d/dx(x) = 1
#   stated derivative  d/dx(g1(x)) = g1_(x)*d/dx(x)
#   put together       d/dx(f1(x)*g1(x)) = f1_(x)*g1(x) + f1(x)*g1_(x)
# the rules:
#   product rule       (u*v)' = u'*v + u*v'
#   stated derivative  f(u)' = d(u)*u'
#   variable           x' = 1
dproduct_dx = f1_(x)*g1(x) + f1(x)*g1_(x)
output dsum_dx, dproduct_dx" --steps
sed -i 's/^output .*/output product/' m.expr
"$bpgen" derive m.expr --format tex > out
has "functions and their derivatives in LaTeX" " \\frac{d \\mathit{product}}{dx} &= f_{1}'(x)\\,g_{1}(x) + f_{1}(x)\\,g_{1}'(x)"
"$bpgen" derive m.expr --format c -o d.c
if grep -qx 'double f1_(double);' d.c && gcc -std=c99 -Wall -Wextra -Wpedantic -Werror -c -o d.o d.c; then
    echo "PASS calls of C functions"
else
    echo "FAIL calls of C functions: $(cat d.c)"
fi
refuses "a C function without a derivative" 1 "$(cat m.expr)" 'a C function that it goes through has no stated derivative' --wrt x,x

# ---- refusals ----
refuses "no derivative in the language" 1 'f = digamma(x)' 'd2f_dx2 has no closed form in the language: trigamma has no derivative' --wrt x,x
refuses "too large, with the exact count" 1 'const n = 30
param x
l = x
for k in 1..n { l = 4*l*(1 - l) }
output l' 'the tree has 46707769343 operations'
refuses "not a polynomial" 1 'f = x/(1 + x)' '--collect: df_dx is not a polynomial: it has the factor 1/(1 + x)' --collect
refuses "too many terms" 1 'f = (a + b + c + d + g + h + i + j)^40' 'takes more than' --expand --wrt a
refuses "too high a power" 1 'f = (1 + x)^100000' 'takes more than' --expand
refuses "a loop that ends by its values" 1 'param x
y = x; k = 0
for t in 0..9 while y > 1 { y = y/2; k = k + 1 }
output y' "no closed form"
refuses "nothing to differentiate by" 1 'input x
f = x^2' 'there is nothing to differentiate by'
refuses "an unknown name" 1 'f = x^2' "'z' is not a param or input of this model" --wrt z
refuses "two forms" 2 'f = x^2' '--expand and --collect exclude each other' --expand --collect
refuses "steps in C" 2 'f = x^2' '--steps are shown as text or LaTeX' --steps --format c
refuses "a format" 2 'f = x^2' 'only text, c, tex' --format svg
refuses "samples" 1 'param w
data x
J = mean((w*x)^2 for data)' 'data'

# ---- C ----
runs() { # name, model file, a point "x=1 y=2" in the order of the arguments
    name=$1 model=$2 point=$3
    shift 3
    "$bpgen" derive "$model" "$@" -o d.c 2> err || { echo "FAIL $name: $(cat err)"; return; }
    "$bpgen" derive "$model" "$@" -o d.expr
    values=$(echo "$point" | sed 's/[A-Za-z_0-9]*=//g; s/ /, /g')
    {
        echo '#include <stdio.h>'
        sed -n 's/^\(double [A-Za-z0-9_]*(.*);\)$/\1/p' d.c
        echo 'int main(void) {'
        sed -n 's/^double \([A-Za-z0-9_]*\)(.*);$/\1/p' d.c | while read -r function; do
            printf 'printf("%s = %%.17g\\n", %s(%s));\n' "$function" "$function" "$values"
        done
        echo 'return 0; }'
    } > main.c
    for cc in gcc clang; do
        command -v $cc > /dev/null || continue
        if ! $cc -std=c99 -Wall -Wextra -Wpedantic -Werror -o d d.c main.c -lm 2> err; then
            echo "FAIL $name: $cc: $(head -5 err)"
            return
        fi
        ./d > got
        used=
        for setting in $point; do
            if grep -q "\b${setting%%=*}\b" d.expr; then used="$used $setting"; fi
        done
        # shellcheck disable=SC2086
        "$bpgen" eval d.expr $used 2> /dev/null | grep -v '^dd' > wanted
        if [ -s got ] && join got wanted | awk '{ d = $3 - $5; if (d < 0) d = -d; s = $5 < 0 ? -$5 : $5; if (!(d <= 1e-13*(1 + s))) bad = 1; n++ }
            END { exit bad || n == 0 }'; then
            echo "PASS $name, $cc"
        else
            echo "FAIL $name, $cc: $(paste -d ' ' got wanted)"
        fi
    done
}
runs "C of CS231n" "$root/examples/cs231n.expr" "x=3 y=-4"
runs "C of gates" "$root/examples/gates.expr" "x=3 y=-4 z=2 w=-1"
runs "C of a polynomial" "$root/examples/logistic_map.expr" "x=0.3" --collect
printf 'param x, y\nf = x^y/3 + (x > 1/2 && y > 0 || !(x < y) ? hypot(x, y) : clamp(x, 0, 1)) - (x - (y - 1))^3 - -x/(y/(2*x)) + pi*e^x\n' > odd.expr
runs "C of all sorts of operators" odd.expr "x=0.7 y=0.4"
runs "C of second order" odd.expr "x=0.7 y=0.4" --wrt x,y
printf 'param sin, double, t1\nf = sin*exp(double)*t1 + sig(sin)^2*sig(sin)\n' > names.expr
runs "C of names that C has already" names.expr "sin=0.7 double=0.4 t1=2"
printf 'param x[2], y\nf = x[0]*exp(x[1])*gelu(y)\n' > array.expr
"$bpgen" derive array.expr --format c > out
has "C of arrays" 'double df_dx_0(const double x[2], double y);'
refuses "C of numbers beyond a double" 1 'f = (1e200*x)^3' 'too large for a double' --format c

# ---- LaTeX ----
balanced() { # name, file: braces, \left and \right, environments, $ and unescaped signs
    if awk '
        { line = $0; gsub(/\\[\\{}%_#&$]/, "", line)
          open += gsub(/\{/, "{", line); closed += gsub(/\}/, "}", line); if (closed > open) bad = 1
          left += gsub(/\\left[(|]/, "", line); right += gsub(/\\right[)|]/, "", line)
          begin += gsub(/\\begin\{/, "", line); end += gsub(/\\end\{/, "", line) }
        /^[^%]*[#$]/ { bad = 1 }
        END { exit bad || open != closed || left != right || begin != end || begin == 0 }' "$2"; then
        echo "PASS $1"
    else
        echo "FAIL $1: $(cat "$2")"
    fi
}
for model in cs231n gates unit logistic_map hard_sigmoid lee neuron_gates two_paths oscillator; do
    if "$bpgen" derive "$root/examples/$model.expr" -o out.tex 2> err; then balanced "LaTeX of $model" out.tex; else echo "FAIL $model: $(cat err)"; fi
done
for language in en zh; do
    "$bpgen" derive "$root/examples/cs231n.expr" --steps --format tex --lang $language > out.tex
    balanced "LaTeX of steps, $language" out.tex
done
gives "LaTeX" 'f = sig(x)*alpha_1' '% \usepackage{amsmath}
\begin{align*}
  \frac{\partial f}{\partial x} &= \alpha_{1}\,\sigma(x)\,(1 - \sigma(x)) \\
  \frac{\partial f}{\partial \alpha_{1}} &= \sigma(x)
\end{align*}' --format tex
printf 'f = sin(x)^3/x\n' > m.expr
"$bpgen" derive m.expr --format tex > out
has "LaTeX of one variable: powers of functions, fractions" ' \frac{d f}{dx} &= \frac{\sin^{2}(x)\,(3\,x\,\cos(x) - \sin(x))}{x^{2}}'
printf 'param _a1 = 2, y[2,3]\nf[i,j] = _a1*y[i,j]^2\n' > m.expr
"$bpgen" derive m.expr --format tex --expand > out
has "LaTeX of an element by a name that begins with an underscore" ' \frac{\partial {f}_{1,2}}{\partial \mathit{\_a1}} &= y_{1,2}^{2} \\'
has "LaTeX of an element by an element" ' \frac{\partial {f}_{0,1}}{\partial y_{0,1}} &= 2\,\mathit{\_a1}\,y_{0,1} \\'
{ printf 'f = x'; for k in $(seq 250); do printf ' + sin(%d*x)*cos(%d*x)' "$k" $((k + 1)); done; echo; } > m.expr
"$bpgen" derive m.expr --format tex --steps > out
has "LaTeX of steps that are too many" '% more than 1000 operations: the steps are not listed'
if "$bpgen" derive "$root/examples/mlp.expr" --expand > out 2> err; then
    echo "FAIL many long derivatives are written out"
elif [ ! -s out ] && grep -q 'operations together; name fewer params with --wrt' err; then
    echo "PASS many long derivatives are refused"
else
    echo "FAIL many long derivatives: $(cat err)"
fi
printf 'param x[256]\nf = prod(x)\n' > m.expr
if "$bpgen" derive m.expr --steps > out 2> err; then
    echo "FAIL steps of many long products are written out: $(wc -c < out) bytes"
elif [ ! -s out ] && grep -q 'operations together, with their steps; name fewer params with --wrt' err; then
    echo "PASS steps of many long products are refused"
else
    echo "FAIL steps of many long products: $(cat err)"
fi
