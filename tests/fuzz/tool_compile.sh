#!/bin/sh
# tool_compile.sh BUILD MOST FOLDER...: the C of at most MOST valid models among the inputs of the fuzzers in these folders compiles under
# gcc and clang without a warning, with its self-test. Many files are one compilation; of one that fails each file is tried alone.
build=$(cd "$1" && pwd)
most=$2
shift 2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
flags="-std=c99 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wmissing-prototypes -Werror -DBPGEN_SELFTEST -I$build"
at_once=16

find "$@" -type f | sort | "$build/tests/fuzz/emit" "$out" "$most" > "$out/models" || { echo "FAIL emit: $(cat "$out/models")"; exit 1; }

compile() { # file: prints what is wrong
    # shellcheck disable=SC2086 # a list of flags
    gcc $flags -O1 -c "$1" -o "$1.o" && clang $flags -fsyntax-only "$1"
}

files=$(find "$out" -name '*_[a-z]*.c' -printf '%f\n' | sort -n)
failed=0 passed=0
# shellcheck disable=SC2086 # a list of files
set -- $files
while [ $# -gt 0 ]; do
    group=""
    : > "$out/all.c"
    while [ $# -gt 0 ] && [ "$(echo "$group" | wc -w)" -lt $at_once ]; do
        if grep -q '^extern ' "$out/$1" || ! grep -q '^#include "bpgen_runtime' "$out/$1"; then alone="$alone $1"; else group="$group $1"; echo "#include \"$1\"" >> "$out/all.c"; fi
        shift
    done
    if compile "$out/all.c" > "$out/messages" 2>&1; then passed=$((passed + $(echo "$group" | wc -w))); else alone="$alone $group"; fi
done
for file in $alone; do
    if compile "$out/$file" > "$out/messages" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $file: $(grep -m 1 -E 'error|warning' "$out/messages")"
        [ -z "$KEEP" ] || cp "$out/$file" "$KEEP"
    fi
done
echo "$(cat "$out/models"), $passed files compiled"
[ "$failed" -eq 0 ]
