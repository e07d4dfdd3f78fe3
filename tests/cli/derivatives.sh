#!/bin/sh
# bpgen eval: derivatives of every kind, as they are printed, and what is said where they cannot be; --functions likewise.
. tests/start.sh

prints() { # name, expected text, command...
    name=$1
    printf '%s\n' "$2" > want
    shift 2
    "$@" > out 2> err
    code=$?
    if [ $code -eq 0 ] && cmp -s want out; then echo "PASS $name"; else echo "FAIL $name: exit $code"; diff want out; head -n 3 err; fi
}
says() { # status, name, message, command...
    status=$1 name=$2 message=$3
    shift 3
    "$@" > out 2> err
    code=$?
    if [ $code -eq "$status" ] && grep -q -- "$message" err; then echo "PASS $name"; else echo "FAIL $name: exit $code: $(head -n 2 err)"; fi
}

# f = x^2 y + sin(z): derivatives by hand.
echo 'f = x^2*y + 3*z' > scalar.expr
point="x=2 y=5 z=1"
prints "gradient" 'f = 23
df/dx = 20
df/dy = 4
df/dz = 3' "$bpgen" eval scalar.expr $point
prints "--jvp: a differential" 'f = 23
df = 12' "$bpgen" eval scalar.expr $point --jvp --direction x=0.5 --direction y=-0.25 --direction z=1
prints "--jvp: unset directions are 0" 'f = 23
df = 4' "$bpgen" eval scalar.expr $point --jvp --direction y=1
prints "--vjp with a seed" 'f = 23
df/dx = 40
df/dy = 8
df/dz = 6' "$bpgen" eval scalar.expr $point --vjp --seed f=2
prints "--jacobian" 'f = 23
df/dx = 20
df/dy = 4
df/dz = 3' "$bpgen" eval scalar.expr $point --jacobian
prints "--hvp" 'f = 23
df/dx = 20
df/dy = 4
df/dz = 3
d(df/dx) = 14
d(df/dy) = 4
d(df/dz) = 0' "$bpgen" eval scalar.expr $point --hvp --direction x=1 --direction y=1
prints "--hessian" 'f = 23
df/dx = 20
df/dy = 4
df/dz = 3
d2f/dx dx = 10
d2f/dx dy = 4
d2f/dx dz = 0
d2f/dy dy = 0
d2f/dy dz = 0
d2f/dz dz = 0' "$bpgen" eval scalar.expr $point --hessian
prints "several kinds: values and gradient once" 'f = 23
df/dx = 20
df = 20
d2f/dx dx = 10' "$bpgen" eval scalar.expr $point --wrt x --vjp --jvp --jacobian --hessian --direction x=1

# Arrays: subscripts of the output, then those of the name.
cat > arrays.expr <<'M'
param W[2,3], b
input x[3]
o = W @ x + b
s = b^2
output o, s
M
point="W=[[1,2,3],[4,5,6]] b=2 x=[1,0,-1]"
for mode in forward reverse; do
    prints "blocks of a Jacobian, $mode mode" 'o = [0, 0]
s = 4
do/dW = [[[1, 0, -1], [0, 0, 0]], [[0, 0, 0], [1, 0, -1]]]
do/db = [1, 1]
ds/dW = [[0, 0, 0], [0, 0, 0]]
ds/db = 4' "$bpgen" eval arrays.expr $point --jacobian --mode $mode
done
prints "--wrt an input" 'o = [0, 0]
s = 4
do/dx = [[1, 2, 3], [4, 5, 6]]
ds/dx = [0, 0, 0]' "$bpgen" eval arrays.expr $point --jacobian --wrt x
prints "tangents of arrays" 'o = [0, 0]
s = 4
do = [-1, 1]
ds = 4' "$bpgen" eval arrays.expr $point --jvp --direction 'W=[[0,7,2],[0,0,0]]' --direction b=1
prints "seeds and directions of arrays" 'o = [0, 0]
s = 4
d/dW = [[1, 0, -1], [2, 0, -2]]
d/db = 15
d(d/dW) = [[0, 0, 0], [0, 0, 0]]
d(d/db) = 6' "$bpgen" eval arrays.expr $point --hvp --seed 'o=[1,2]' --seed s=3 --direction b=1
prints "a Hessian with seeds" 'o = [0, 0]
s = 4
d/db = 12
d2/db db = 6' "$bpgen" eval arrays.expr $point --hessian --seed s=3 --wrt b

# Loops that end by a condition, and branches.
prints "while" 'x = 2
dx/da = 0.25
d2x/da da = -0.03125' sh -c "printf 'param a\nx = a; r = 1\nfor k in 0..50 while abs(r) > 1e-15 { r = x^2 - a; x = x - r/(2*x) }\noutput x\n' > w.expr; $bpgen eval w.expr a=4 --hessian"
prints "a guard" 'f = 0
df/dx = 0
d2f/dx dx = 0' sh -c "echo 'f = x > 0 ? sqrt(x) : 0' > g.expr; $bpgen eval g.expr x=0 --hessian"
prints "every number reads back" 'f = 0.30000000000000004
df = 0.1' sh -c "echo 'f = 0.1*a + 0.2' > n.expr; $bpgen eval n.expr a=1 --jvp --direction a=1"

says 1 "no direction" 'in which direction? write --direction NAME=VALUE' "$bpgen" eval scalar.expr x=1 y=1 z=1 --jvp
says 1 "a direction without use" '--direction goes with --jvp or --hvp' "$bpgen" eval scalar.expr x=1 y=1 z=1 --direction x=1
says 1 "a direction that nothing is differentiated by" "'y' is not differentiated by; name it in --wrt" "$bpgen" eval scalar.expr x=1 y=1 z=1 --wrt x --jvp --direction y=1
says 1 "a direction in nothing" "'q' is not a param or input of this model" "$bpgen" eval scalar.expr x=1 y=1 z=1 --jvp --direction q=1
says 1 "a direction of another shape" 'W: the value does not have the shape \[2,3\]' "$bpgen" eval arrays.expr $point --jvp --direction 'W=[1,2]'
says 2 "a direction without a value" "is not NAME=VALUE" "$bpgen" eval scalar.expr --jvp --direction x
says 1 "seeds that are missing" 'of which output? write --seed OUTPUT=VALUE' "$bpgen" eval arrays.expr $point --vjp
says 1 "the Hessian of several outputs" 'of which output? write --seed' "$bpgen" eval arrays.expr $point --hessian
says 1 "seeds without use" '--seed goes with the gradient, --vjp, --hvp and --hessian' "$bpgen" eval arrays.expr $point --jacobian --seed s=1
says 1 "a seed of the one Hessian" 'those of the one output' "$bpgen" eval scalar.expr x=1 y=1 z=1 --hessian --seed f=2
says 1 "a seed of nothing" "'q' is not an output of this model" "$bpgen" eval arrays.expr $point --vjp --seed q=1
printf 'input x\nf = x^2\n' > none.expr
says 1 "nothing to differentiate by" 'there is nothing to differentiate by; declare a param, or name inputs with --wrt' "$bpgen" eval none.expr x=1 --jacobian
says 2 "--mode something" '--mode takes forward or reverse' "$bpgen" eval scalar.expr --jacobian --mode sideways

says 2 "--functions: an unknown one" "there is no function 'gradient'" "$bpgen" scalar.expr --functions value,gradient -o x.c
says 2 "--functions: an empty name" 'there is no function' "$bpgen" scalar.expr --functions value, -o x.c
says 1 "--functions: value_grad of several outputs" 'value_grad needs one scalar output; for several, or for an array, ask for vjp' "$bpgen" arrays.expr --functions value_grad -o x.c
says 1 "--functions: backward alone" 'backward reads the tape that forward writes; ask for forward, too, or for vjp' "$bpgen" scalar.expr --functions backward -o x.c
says 1 "--functions: nothing to differentiate by" 'hvp: there is nothing to differentiate by' "$bpgen" none.expr --functions hvp -o x.c
says 2 "--directions 0" '--directions takes a number from 1' "$bpgen" scalar.expr --directions 0 -o x.c
if [ -e x.c ]; then echo "FAIL a refused call writes a file"; else echo "PASS a refused call writes no file"; fi
if ! "$bpgen" none.expr --functions value -o x.c > out 2> err || [ -s err ]; then echo "FAIL --functions value warns: $(cat err)"; else echo "PASS --functions value does not warn"; fi

# The programs behind the functions.
"$bpgen" scalar.expr --emit=ir --functions jvp,hessian > out 2> err
if [ "$(grep '^# ' out | xargs)" = "# as written # jvp # hessian" ]; then echo "PASS --emit=ir --functions"; else echo "FAIL --emit=ir --functions: $(grep '^# ' out)"; fi

# The example program prints what eval prints.
for kind in jvp jacobian hvp hessian; do
    "$bpgen" "$root/examples/cs231n.expr" --functions $kind -o k.c --example main.c > out 2>&1 && cc -std=c99 -Wall -Wextra -Werror -ffp-contract=off main.c k.c -lm -o k 2>> out && ./k > got 2>> out
    x=$(sed -n 's/^ *p\.x = \(.*\);/\1/p' main.c) y=$(sed -n 's/^ *p\.y = \(.*\);/\1/p' main.c)
    case $kind in jvp | hvp) direction="--direction x=1" ;; *) direction= ;; esac
    # shellcheck disable=SC2086 # two words
    "$bpgen" eval "$root/examples/cs231n.expr" x="$x" y="$y" --$kind $direction | sed 's/.* = //' | awk '{ printf "%.15g\n", $1 }' > want
    case $kind in hessian) sed -i '5p' want ;; esac
    sed 's/.* = //' got | awk '{ printf "%.15g\n", $1 }' > numbers
    if cmp -s want numbers; then echo "PASS the example program: $kind"; else echo "FAIL the example program: $kind"; head -n 3 out; diff want numbers; fi
done

# The structure of every kind of model is found, or refused with a message: maxima and counts of turns choose elements there.
for model in "$root"/tests/regress/*.expr; do
    timeout 300 "$bpgen" eval "$model" --sparsity > out 2> err < /dev/null
    code=$?
    if { [ $code -eq 0 ] && [ -s out ]; } || { [ $code -eq 1 ] && [ -s err ]; }; then
        echo "PASS structure of ${model##*/}"
    else
        echo "FAIL structure of ${model##*/}: exit $code: $(head -n 2 err)"
    fi
done

# Programs of more than 65,536 nodes: the Hessian of a sum of 250 residuals, each a line of its own, against Hessian times direction.
awk 'BEGIN {
    for (i = 0; i < 250; i++) {
        printf "r%d = %d.5 - b1*exp(-b2*%d) - b3*exp(-(%d - b4)^2/b5^2) - b6*exp(-(%d - b7)^2/b8^2)\n", i, i, i, i, i
        sum = sum (i > 0 ? "+" : "") "r" i "^2"
    }
    print "f = " sum
}' > residuals.expr
point="b1=1 b2=0.125 b3=1 b4=2 b5=3 b6=1 b7=2 b8=4"
"$bpgen" eval residuals.expr $point --hvp --direction b8=1 2> err | sed -n 's/^d(df\/d\(b.\)) = /\1 /p' > want
"$bpgen" eval residuals.expr $point --hessian 2>> err | sed -n 's/^d2f\/d\(b.\) db8 = /\1 /p' > out
if [ "$(wc -l < want)" -eq 8 ] && awk 'NR == FNR { want[$1] = $2; next }
    { gap = $2 - want[$1]; n += gap*gap <= 1e-24*$2*$2 } END { exit n != 8 }' want out; then
    echo "PASS a Hessian of more than 65,536 nodes"
else
    echo "FAIL a Hessian of more than 65,536 nodes: $(head -n 3 err)"
    diff want out
fi
