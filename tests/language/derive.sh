#!/bin/sh
# Derivatives inside models: tests/derive/NAME.expr is a model with them, NAME.hand the same model with derivatives that a person
# took. Values, gradients and all else that `bpgen eval` prints agree, at the default point or the points of
# lines "#at ARGUMENTS"; and `bpgen check` passes: the model's own gradient is that of central differences
# (not so with a line "#unlike differences").
build=$(cd "$1" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

agree() {
    awk 'function wrong(got, right) { print got " is not " right; failed = 1; exit }
        NR == FNR { expected[FNR] = $0; lines = FNR; next }
        {
            n = split(expected[FNR], x, /[][, ]+/); m = split($0, y, /[][, ]+/)
            if (n != m) wrong($0, expected[FNR])
            for (i = 1; i <= n; i++) {
                if (x[i] == y[i]) continue
                if (x[i] !~ /^[-+.0-9]/) wrong($0, expected[FNR])
                d = x[i] - y[i]; if (d < 0) d = -d
                a = x[i] + 0; if (a < 0) a = -a
                if (!(d <= 1e-12 * a + 1e-14)) wrong($0, expected[FNR])
            }
        }
        END { if (!failed && FNR != lines) { print "different outputs"; failed = 1 }; exit failed }' "$1" "$2"
}

for model in tests/derive/*.expr; do
    name=${model##*/}
    grep '^#at' "$model" > "$out/points" || echo '#at' > "$out/points"
    while read -r _ point; do
        # shellcheck disable=SC2086 # a list of arguments
        if ! "$build/bpgen" eval "${model%.expr}.hand" $point > "$out/expected" 2> "$out/messages" ||
            ! "$build/bpgen" eval "$model" $point > "$out/got" 2> "$out/messages"; then
            echo "FAIL $name $point: $(cat "$out/messages")"
        elif agree "$out/expected" "$out/got" > "$out/why"; then
            echo "PASS $name $point"
        else
            echo "FAIL $name $point: $(cat "$out/why")"
        fi
    done < "$out/points"
    grep -q '^#unlike differences' "$model" && continue
    if "$build/bpgen" check "$model" > "$out/check" 2>&1; then
        echo "PASS $name check"
    else
        echo "FAIL $name check: $(tail -2 "$out/check")"
    fi
done

refused() { # model, message
    printf '%s\n' "$1" > "$out/model.expr"
    if "$build/bpgen" "$out/model.expr" -o "$out/model.c" > "$out/messages" 2>&1 || ! grep -qF "model.expr:$2" "$out/messages"; then
        echo "FAIL refused: $2: $(cat "$out/messages")"
    else
        echo "PASS refused: $2"
    fi
}

refused 'f = grad(trigamma(x)*x, x)' '1:10: error: trigamma has no derivative in this language'
refused 'extern lut(x)
param x
f = jvp(lut(2*x), x, 1)' "3:9: error: 'lut' is a C function without a derivative"
