#!/bin/sh
# The examples of grammar/LANGUAGE.md ("#: title" begins a model): each compiles.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v to="$work" '
    /^```expr$/ { inside = 1; next }
    /^```/ { inside = 0; out = ""; next }
    inside && /^#: / { out = sprintf("%s/%04d.expr", to, ++n) }
    inside && out != "" { print > out }' grammar/LANGUAGE.md
for model in "$work"/*.expr; do
    title=$(sed -n '1s/^#: //p' "$model")
    "$build/bpgen" "$model" --name m -o "$work/m.c" > /dev/null 2> "$work/messages" &&
        gcc -std=c99 -Wall -Wextra -Werror -c "$work/m.c" -o "$work/m.o" 2> "$work/messages" &&
        echo "PASS $title" || { echo "FAIL $title"; head -n 5 "$work/messages"; }
done
