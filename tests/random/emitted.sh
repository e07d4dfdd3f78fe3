#!/bin/sh
# Random models as C under gcc and clang at -O0 and -O2: every number of every function has the bits that the evaluator gives, and the
# self-tests pass. Arguments: the build folder; the first seed, the number of models, the most statements and bytes of C of one, "thin";
# else those of `make check`. Without fused multiply-add and functions of numbers computed by the compiler (it rounds better than the
# library) the same operations in the same order give the same bits; locals that nobody set hold a pattern. The other kinds of
# tool_batch under one compiler each: floats always, one of the others in turn, double with bounds under all that rounds otherwise.
# "thin": the floats take turns, too, as do the compilers at -O2; only one batch of 15 has models of more than a third of the bytes.
first=${2:-1} models=${3:-150} sizes=${4:-2} most=${5:-40000} thin=${6:-} each=50
. tests/start.sh

report() { # how: what differs, and the first model that does
    grep FAIL out | sed "s/^/$1: /; s/^\(.*: \)FAIL/FAIL \1/"
    name=$(sed -n 's/^FAIL model \([^:]*\):.*/\1/p' out | head -n 1)
    sed -n "/^\/\* model $name\$/,/^\*\//p" batch.c
}

try() { # kind, compiler with its options: batch.c
    # shellcheck disable=SC2086 # lists of flags
    if $2 -std=c99 -w -I"$build" -I"$root/tests/random" batch.c "$root/tests/emitted/externs.c" -o batch -lm 2> messages; then
        if ./batch > out; then echo "PASS $count seeds from $first, $1, $2: $(tail -n 1 out)"; else report "$1, $2"; fi
    else
        echo "FAIL models $first ..., $1: $2 does not compile: $(head -n 3 messages)"
    fi
}

kind() { # kind, compilers with their options
    if ! "$build/tests/random/tool_batch" "$first" "$count" "$sizes" "$bytes" "$1" > batch.c; then echo "FAIL models $first ..., $1: no batch"; fi
    what=$1
    shift
    for how in "$@"; do
        case $what in
        float) try "$what" "$how" ;;
        bounds) try "$what" "$how -march=native -ffp-contract=fast" ;;
        *) try "$what" "$how -ffp-contract=off -fno-builtin" ;;
        esac
    done
}

filled=-ftrivial-auto-var-init=pattern
last=$((first + models)) turn=$((first / each)) turns=3
[ -z "$thin" ] || turns=4
while [ "$first" -lt "$last" ]; do
    count=$((last - first < each ? last - first : each)) bytes=$most
    [ -z "$thin" ] || [ $((turn % 15)) -eq 7 ] || bytes=$((most / 3))
    case $((turn / turns % 2)) in 0) fast="gcc -O2" ;; *) fast="clang -O2 $filled" ;; esac
    if [ -n "$thin" ]; then
        kind plain "gcc -O0 $filled" "clang -O0" "$fast"
    else
        kind plain "gcc -O0 $filled" "gcc -O2" "clang -O0" "clang -O2 $filled"
    fi
    [ -n "$thin" ] || kind float "$fast"
    case $((turn % turns)) in
    0) kind matrices "$fast" ;;
    1) bytes=$((bytes * 2)) && kind checkpoints "$fast" ;;
    2) kind bounds "$fast" ;;
    3) kind float "$fast" ;;
    esac
    first=$((first + count)) turn=$((turn + 1))
done
