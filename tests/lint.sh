#!/bin/sh
# lint.sh BUILD [TOOL...] -- static analysis of src/ and of the emitted C of all examples, in the project's folder. Tools: cppcheck,
# analyzer (gcc -fanalyzer), tidy (clang-tidy), emitted (analyzer and cppcheck on emitted C), shell (shellcheck); all of them unless
# named. What flex and bison make is left out. Prints PASS, FAIL or SKIP a tool; exit status 1 if one has a report.
set -u
build=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- cppcheck analyzer tidy emitted shell
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
include="-Isrc -I$build -I."
large=100000 # bytes of emitted C from where the analysers take minutes a file, or hours
failed=0

judge() { # tool: its reports are in $work/reports
    if [ -s "$work/reports" ]; then
        echo "FAIL $1: $(grep -c 'warning:\|error:\|style:\|performance:\|portability:' "$work/reports") reports"
        sed 's/^/    /' "$work/reports" | head -n 200
        failed=1
    else
        echo "PASS $1"
    fi
}

each() { # command for a file, run for every file on standard input, as many at once as there are processors
    xargs -P "$(nproc)" -n 1 sh -c "$1" > "$work/reports" 2>&1
}

sources() { ls src/*/*.c src/*.c; }

emit() { # C of the examples: all functions, in double and float
    for model in examples/*.expr; do
        name=$(basename "$model" .expr)
        "$build/bpgen" "$model" --name="$name" -o "$work/$name.c" 2> "$work/messages" || cat "$work/messages"
        "$build/bpgen" "$model" --name="${name}_all" --real=float --functions=value,vjp,jvp,jacobian,hvp,hessian \
            -o "$work/${name}_all.c" 2> "$work/messages" || echo "$model: not all functions: $(head -n 1 "$work/messages")" >> "$work/left_out"
    done
}

too_large() { # the emitted files that the analysers are not asked about
    for file in "$work"/*.c; do
        size=$(wc -c < "$file")
        [ "$size" -lt "$large" ] || { echo "SKIP $(basename "$file"): $size bytes, from $large on it is left out" && rm "$file"; }
    done
}

missing() { # command
    command -v "$1" > /dev/null && return 1
    echo "SKIP $tool: $1 is missing (sh tests/setup.sh lint)"
}

for tool in "$@"; do
    case $tool in
    cppcheck)
        missing cppcheck && continue
        # shellcheck disable=SC2086 # a list of options
        cppcheck --quiet --std=c11 --enable=warning,performance,portability,style --suppressions-list=tests/lint.cppcheck \
            -j "$(nproc)" $include src > "$work/reports" 2>&1
        ;;
    analyzer)
        # -O2 finds all that -O0 and -O1 find, and more.
        sources | each "gcc -std=c11 -O2 -fanalyzer $include -c -o /dev/null \"\$0\""
        ;;
    tidy)
        missing clang-tidy && continue
        sources | each "clang-tidy --quiet \"\$0\" -- -std=c11 $include 2> /dev/null"
        ;;
    emitted)
        emit
        too_large
        [ ! -e "$work/left_out" ] || sed 's/^/SKIP /' "$work/left_out"
        printf '%s\n' "$work"/*.c | each "gcc -std=c11 -O2 -fanalyzer -Wno-analyzer-too-complex -I$work -c -o /dev/null \"\$0\""
        if ! missing cppcheck; then
            cppcheck --quiet --std=c11 --enable=warning,performance,portability --suppressions-list=tests/lint.cppcheck \
                -j "$(nproc)" "-I$work" "$work" >> "$work/reports" 2>&1
        fi
        ;;
    shell)
        missing shellcheck && continue
        shellcheck -s sh -S warning -e SC1091 tests/*.sh tests/*/*.sh examples/*.sh doc/*.sh bench/*.sh runtime/*.sh > "$work/reports" 2>&1
        ;;
    *)
        echo "FAIL $tool: there is no such tool"
        exit 1
        ;;
    esac
    judge "$tool"
done
exit "$failed"
