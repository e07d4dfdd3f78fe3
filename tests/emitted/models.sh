#!/bin/sh
# Every model of the examples, of tests/regress, tests/derive and of language/valid: emitted C compiles without a word under gcc and
# clang, double and float, its header under g++; values and all gradient elements agree with 256-bit central differences at 3
# points; the self-test passes; two runs give the same bytes.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c99 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wmissing-prototypes -Werror -ffp-contract=off"

# Which arguments the functions take, as macros for tests/numeric/oracle_main.h.
arguments() {
    for s in params inputs index sample tape work; do
        grep -q "} m_$s;" "$1" && printf ' -DHAS_%s' "$(echo $s | tr a-z A-Z)"
    done
    for f in value:VALUE value_grad:GRAD forward:FORWARD backward:BACKWARD; do
        tr '\n' ' ' < "$1" | grep -q " m_${f%:*}([^;]*m_work \*[^;]*;" && printf ' -D%s_WORK' "${f#*:}"
    done
}

check() { # model real points; prints what is wrong
    real=$2
    "$build/bpgen" "$1" --name m --real "$real" -o "$work/m.c" || return 1
    cp "$work/m.c" "$work/first.c"
    "$build/bpgen" "$1" --name m --real "$real" -o "$work/m.c" && cmp "$work/first.c" "$work/m.c" || return 1
    close=""
    case $1 in examples/*) close="-DCLOSE=1e-13 -DCLOSE_TO_LARGEST=2e-15" ;; esac # declared ranges keep off singular points
    [ "$real" = double ] || close="-DREAL=float -DCLOSE=1e-4 -DCLOSE_TO_LARGEST=1e-4"
    echo '#include "m.h"' > "$work/h.cc"
    g++ -Wall -Wextra -Wpedantic -Werror -c "$work/h.cc" -o "$work/h.o" || return 1
    for cc in gcc clang; do
        # shellcheck disable=SC2086 # lists of flags
        $cc $flags -O1 -c "$work/m.c" -o "$work/m.o" || return 1
        [ "$cc $real" != "gcc float" ] || continue # what would run is what gcc runs in double and clang in float
        # shellcheck disable=SC2086,SC2046
        $cc $flags -DBPGEN_SELFTEST -DBPGEN_SELFTEST_MAIN -O1 "$work/m.c" "$work/externs_$real.o" -o "$work/selftest" -lm &&
            $cc -std=c99 -O0 -I"$work" -Itests/numeric $close $(arguments "$work/m.h") "$work/driver.c" "$work/m.o" "$work/externs_$real.o" -o "$work/driver" -lm || return 1
        "$work/driver" || return 1
        "$work/selftest" || { echo "self-test failed: $?"; return 1; }
    done
}

for real in double float; do # the C functions that models of the collection call
    gcc $flags -DREAL=$real -O1 -c tests/emitted/externs.c -o "$work/externs_$real.o" || echo "FAIL externs.c"
done
for model in examples/*.expr examples/swell/*.expr tests/regress/*.expr tests/derive/*.expr ../shared/language/valid/*.expr; do
    [ -e "$model" ] || { echo "SKIP ${model%/*} is not here"; continue; }
    if "$build/bpgen" "$model" --name m -o "$work/m.c" 2> "$work/messages" > /dev/null; then
        if "$build/tests/numeric/tool_oracle" "$model" m 3 > "$work/driver.c" 2> "$work/messages" &&
            check "$model" float > "$work/messages" 2>&1 && check "$model" double > "$work/messages" 2>&1; then
            echo "PASS $model"
        else
            echo "FAIL $model"
            head -n 20 "$work/messages"
        fi
    else
        echo "FAIL $model"
        head -n 20 "$work/messages"
    fi
done
