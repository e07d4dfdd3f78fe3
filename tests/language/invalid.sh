#!/bin/sh
# Every model of language/invalid is refused with the very text of its .err, exit status 1, and no output file.
build=$(cd "$1" && pwd)
folder=../shared/language/invalid
[ -d "$folder" ] || { echo "SKIP $folder is not here"; exit 0; }
bpgen=$build/bpgen
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cd "$folder" || exit 1
for model in *.expr; do
    "$bpgen" "$model" -o "$out/x.c" 2>"$out/messages"
    code=$?
    grep -E '^[^ ]+:[0-9]+:[0-9]+: error: ' "$out/messages" > "$out/errors"
    if [ "$code" -ne 1 ] || [ -e "$out/x.c" ] || ! cmp -s "$out/errors" "${model%.expr}.err"; then
        echo "FAIL $model: exit $code"
        diff "${model%.expr}.err" "$out/errors"
        rm -f "$out/x.c"
    else
        echo "PASS $model"
    fi
done
