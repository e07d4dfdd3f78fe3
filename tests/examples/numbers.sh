#!/bin/sh
# NAME.numbers here and in tests/regress: what `bpgen eval` prints for NAME.expr at given points.
#   within T          relative tolerance of what follows (0: exactly)
#   at ARGUMENTS      a point: the arguments of bpgen eval
#   NAME = LITERAL    a line of its output
build=$(cd "$1" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

compare() { # tolerance expected got
    awk -v t="$1" -v e="$2" -v g="$3" 'BEGIN {
        n = split(e, x, /[][, ]+/); m = split(g, y, /[][, ]+/)
        if (n != m) exit 1
        for (i = 1; i <= n; i++) {
            if (x[i] == "" && y[i] == "") continue
            a = x[i] + 0; b = y[i] + 0; d = a - b; if (d < 0) d = -d; if (a < 0) a = -a
            if (!(d <= t * a)) exit 1
        }
    }'
}

for numbers in examples/*.numbers tests/regress/*.numbers; do
    model=${numbers%.numbers}.expr
    tolerance=0
    while read -r line; do
        case $line in
        '#'* | '') ;;
        within*) tolerance=${line#within } ;;
        at*)
            point=${line#at}
            # shellcheck disable=SC2086 # a list of arguments
            "$build/bpgen" eval "$model" $point > "$out/got" 2> "$out/messages" || echo "FAIL $model$point: $(cat "$out/messages")"
            ;;
        *)
            name=${line%% = *}
            expected=${line#* = }
            got=$(sed -n "s|^$name = ||p" "$out/got")
            if compare "$tolerance" "$expected" "$got"; then
                echo "PASS $model$point $name"
            else
                echo "FAIL $model$point: $name is $got, not $expected"
            fi
            ;;
        esac
    done < "$numbers"
done
