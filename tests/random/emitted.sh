#!/bin/sh
# Random models as C under gcc and clang at -O0 and -O2: every number of every function has the bits that the evaluator gives, and the
# self-tests pass. Arguments: the build folder; the first seed, the number of models, the most statements and bytes of C of one; else those of `make check`.
# Without fused multiply-add and functions of numbers computed by the compiler (it rounds better than the library) the same operations in the same order give the same bits; locals that nobody set hold a pattern.
first=${2:-1} models=${3:-150} sizes=${4:-2} most=${5:-40000} each=50
. tests/start.sh

report() { # what differs, and the first model that does
    grep FAIL out | sed "s/^/$1: /; s/^\(.*: \)FAIL/FAIL \1/"
    name=$(sed -n 's/^FAIL model \([^:]*\):.*/\1/p' out | head -n 1)
    sed -n "/^\/\* model $name\$/,/^\*\//p" batch.c
}

flags="-std=c99 -w -ffp-contract=off -fno-builtin -I$build -I$root/tests/random"
last=$((first + models))
while [ "$first" -lt "$last" ]; do
    count=$((last - first < each ? last - first : each))
    if ! "$build/tests/random/tool_batch" "$first" "$count" "$sizes" "$most" > batch.c; then echo "FAIL models $first ...: no batch"; fi
    for how in "gcc -O0 -ftrivial-auto-var-init=pattern" "gcc -O2" "clang -O0" "clang -O2 -ftrivial-auto-var-init=pattern"; do
        # shellcheck disable=SC2086 # lists of flags
        if $how $flags batch.c "$root/tests/emitted/externs.c" -o batch -lm 2> messages; then
            if ./batch > out; then echo "PASS $count seeds from $first, $how: $(tail -n 1 out)"; else report "$how"; fi
        else
            echo "FAIL models $first ...: $how does not compile: $(head -n 3 messages)"
        fi
    done
    first=$((first + count))
done
