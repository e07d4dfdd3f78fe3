#!/bin/sh
# What a recurrence carries is stored once, not once a turn, unless a later sweep reads it: the arrays of each function whose first
# extent is the number of turns, or one more, by name.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# model, const, its value, function, the arrays expected
arrays() {
    "$build/bpgen" "examples/$1.expr" --const "$2=$3" --stack-limit 1000000 --name m -o "$work/m.c" || return 1
    found=$(sed -n "/^[a-z]* m_$4(/,/^}/p" "$work/m.c" | grep -E "^    double [a-z_A-Z0-9]*\[($3|$(($3 + 1)))\]" |
        sed 's/.*double \([a-zA-Z0-9_]*\).*/\1/' | tr '\n' ' ')
    if [ "$found" = "$5" ]; then echo "PASS $1 $4"; else echo "FAIL $1 $4: arrays over the turns are '$found', not '$5'"; fi
}

arrays logistic_loop n 201 value ""
arrays contracting_map n 201 value ""
arrays contracting_map n 201 value_grad "l "
arrays contracting_map n 201 forward ""
arrays contracting_map n 201 backward ""
arrays rnn T 201 value "r "
arrays rnn T 201 value_grad "r h_0 h_1 h_2 h_3 d_r "
arrays rnn T 201 backward "d_r "
arrays kalman T 201 value ""
arrays kalman T 201 backward ""
arrays newton turns 201 value ""
arrays newton turns 201 backward ""

# On the tape is what the backward sweep reads, and the number of turns that were made.
"$build/bpgen" examples/newton.expr --name m -o "$work/m.c" || exit 1
members=$(sed -n '/^typedef struct {$/,/^} m_tape;/p' "$work/m.h" | sed -n 's/^    \(int32_t\|double\) \([a-zA-Z0-9_]*\).*/\2/p' | tail -n 6 | sort | tr '\n' ' ')
case $members in
*turns*) echo "PASS the tape counts turns" ;;
*) echo "FAIL the tape has '$members', but no count of turns" ;;
esac
