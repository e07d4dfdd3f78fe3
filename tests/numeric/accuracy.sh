#!/bin/sh
# How exact the functions are, value and derivatives, as emitted C in double and float, against MPFR: sh accuracy.sh BUILD asserts
# what doc/ACCURACY.md promises at some points, and that the page is of these promises; sh accuracy.sh BUILD page prints the page
# (page 1: with all floats, which takes an hour).
. tests/start.sh
tool=$build/tests/numeric/tool_accuracy
points=40 step=${3-61}
[ "${2-}" != page ] || points=${4-1000}

emit() { # name, text of the model, kinds of functions
    printf '%s\n' "$2" > "$work/$1.expr"
    for real in double float; do
        prefix=$(echo $real | cut -c1)_$1
        "$build/bpgen" "$work/$1.expr" --name "$prefix" --real $real --runtime include --functions "$3" -o "$work/$prefix.c" 2> "$work/messages" &&
            echo "#include \"$prefix.c\"" >> "$work/all.c" || return 1
    done
}

# Functions without a second derivative have fewer kinds.
"$tool" list > "$work/list"
while read -r name arguments; do
    model="param $arguments
f = $name($arguments)"
    emit "$name" "$model" value,value_grad,hessian || emit "$name" "$model" value,value_grad || emit "$name" "$model" value ||
        echo "FAIL $name: $(head -n 1 "$work/messages")"
done < "$work/list"
for n in 1 2 3 8 9 10 100 1000 10000; do
    emit l$n "param v[$n]
f = logsumexp(v)" value || echo "FAIL logsumexp of $n"
    emit n$n "param v[$n]
f = norm(v)" value || echo "FAIL norm of $n"
done
gcc -std=c11 -O2 -w -ffp-contract=off -fPIC -shared -I"$build" -I"$work" "$work/all.c" -o "$work/all.so" -lm || exit 1

page=$root/doc/ACCURACY.md
if [ "${2-}" = page ]; then
    sed '/^Measured with/,$d' "$page"
    echo "Measured with $(getconf GNU_LIBC_VERSION) on $(uname -m), $(gcc --version | head -n 1), at $points random points a function and"
    echo "at special ones; of the floats below, each $step-th one."
    echo
    echo "| function | from | promised ulp | format | value: worst ulp | first derivative | second derivative | of its bound |"
    echo "|---|---|---|---|---|---|---|---|"
    "$tool" page "$work/all.so" $points
    "$tool" floats "$work/all.so" "$step"
    exit
fi
"$tool" check "$work/all.so" $points
"$tool" floats "$work/all.so" 1000003 > "$work/floats"
good "some floats" sh -c '[ "$(wc -l < "$1")" -gt 8 ] && ! grep FAIL "$1"' sh "$work/floats"
"$tool" promises > "$work/promises"
while read -r row; do
    [ "$(grep -cF "$row" "$page")" -eq 2 ] || echo "FAIL doc/ACCURACY.md does not have twice: $row"
done < "$work/promises"
good "doc/ACCURACY.md promises all functions" [ "$(grep -c 'libm\|bpgen\|IEEE' "$work/promises")" -gt 35 ]
