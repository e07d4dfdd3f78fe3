#!/bin/sh
# The cost promise (Baur and Strassen), as the head comments count operations: value and gradient together at most 5 times the value, a
# Hessian-vector product with value and gradient at most 15 times, whatever the number of variables; and with n = 10 and n = 1000 turns
# of a loop the same ratio within 5 percent. For the examples, the models of language/valid, and random models (tool_models).
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The ratio that the head comment states for a function; "none" for a value without operations.
ratio() { # file function
    if grep -q '^ \*   value .*; weight 0$' "$1"; then echo none; else sed -n "s/^ \*   $2 .*(\([0-9.]*\) times the value).*/\1/p" "$1"; fi
}
is_at_most() { awk -v r="$1" -v most="$2" 'BEGIN { exit !(r == "none" || (r != "" && r + 0 <= most)) }'; }
is_near() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > 0 && b > 0 && a <= 1.05*b && b <= 1.05*a) }'; }

# name, model, options of bpgen: sets gradient and product.
measure() {
    name=$1 model=$2
    shift 2
    if ! "$build/bpgen" "$model" --name m --functions value,vjp,hvp "$@" -o "$work/m.c" > "$work/messages" 2>&1; then
        if grep -q 'nothing to differentiate\|has no derivative' "$work/messages"; then
            echo "PASS $name has no gradient"
        else
            echo "FAIL $name: $(head -n 2 "$work/messages")"
        fi
        return 1
    fi
    gradient=$(ratio "$work/m.c" vjp) product=$(ratio "$work/m.c" hvp)
}
within() { # name: the ratios just measured
    if is_at_most "$gradient" 5 && is_at_most "$product" 15; then
        echo "PASS $1: gradient $gradient, product $product times the value"
    else
        echo "FAIL $1: gradient $gradient, product $product times the value"
    fi
}

for model in examples/*.expr tests/regress/*.expr ../shared/language/valid/*.expr; do
    [ -e "$model" ] || { echo "SKIP ${model%/*} is not here"; continue; }
    measure "$model" "$model" && within "$model"
done

for seed in $(seq 1 60); do
    "$build/tests/numeric/tool_models" "$seed" straight > "$work/r.expr"
    measure "random model $seed" "$work/r.expr" && within "random model $seed"
done
for kind in loop nested while; do
    for seed in $(seq 1 30); do
        "$build/tests/numeric/tool_models" "$seed" $kind > "$work/r.expr"
        name="random $kind $seed"
        measure "$name, n = 10" "$work/r.expr" --const n=10 || continue
        within "$name, n = 10"
        small_gradient=$gradient small_product=$product
        measure "$name, n = 1000" "$work/r.expr" --const n=1000 || continue
        within "$name, n = 1000"
        if is_near "$small_gradient" "$gradient" && is_near "$small_product" "$product"; then
            echo "PASS $name: the same for 10 and 1000 turns"
        else
            echo "FAIL $name: $small_gradient and $small_product times with 10 turns, $gradient and $product with 1000"
        fi
    done
done
# Recurrences of the examples, which all have a number of turns.
for model in examples/*.expr; do
    n=$(sed -n 's/^const \(.*, \)\{0,1\}\([nTN]\) = .*/\2/p' "$model" | head -n 1)
    { [ -n "$n" ] && grep -q '^ *for .* in 0\.\.'"$n"'\b.*{' "$model"; } || continue
    measure "$model, $n = 10" "$model" --const "$n=10" || continue
    small_gradient=$gradient small_product=$product
    measure "$model, $n = 1000" "$model" --const "$n=1000" || continue
    within "$model, $n = 1000"
    if is_near "$small_gradient" "$gradient" && is_near "$small_product" "$product"; then
        echo "PASS $model: the same for $n = 10 and 1000"
    else
        echo "FAIL $model: $small_gradient and $small_product times with $n = 10, $gradient and $product with $n = 1000"
    fi
done
