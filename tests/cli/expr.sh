#!/bin/sh
# --emit=expr: what is printed is the same model; printed again it is the same text.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for model in examples/*.expr examples/swell/*.expr; do
    "$build/bpgen" "$model" --emit=expr > "$work/once.expr" && "$build/bpgen" "$work/once.expr" --emit=expr > "$work/twice.expr" &&
        cmp -s "$work/once.expr" "$work/twice.expr" && "$build/bpgen" "$model" --name m -o "$work/a.c" 2> /dev/null &&
        "$build/bpgen" "$work/once.expr" --name m -o "$work/b.c" 2> /dev/null &&
        [ "$(grep -c . "$work/a.c")" = "$(grep -c . "$work/b.c")" ] && echo "PASS $model" || echo "FAIL $model"
done
