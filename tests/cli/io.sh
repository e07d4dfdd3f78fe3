#!/bin/sh
# Bad input loses nothing: a clear message, the right exit status, no new file, older files untouched.
build=$(cd "$1" && pwd)
bpgen=$build/bpgen
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
echo 'f = x*y' > good.expr
echo 'f = x*' > bad.expr

refused() { # status name text-of-the-message arguments...
    status=$1 name=$2 text=$3
    shift 3
    echo old > x.c
    echo old > x.h
    timeout 300 "$bpgen" "$@" > out 2> err < /dev/null
    code=$?
    if [ "$code" -eq "$status" ] && grep -q -- "$text" err && [ "$(cat x.c x.h)" = "old
old" ] && [ "$(find . -name 'x.c.*' -o -name 'x.h.*' | wc -l)" -eq 0 ]; then
        echo "PASS $name"
    else
        echo "FAIL $name: exit $code: $(head -c 300 err)"
    fi
}
model() { printf "$1" > m.expr; }

refused 1 "syntax error" "bad.expr:1:7: error: " bad.expr -o x.c
model '' && refused 1 "empty file" "m.expr:1:1: error: " m.expr -o x.c
model 'param a\n' && refused 1 "no result" "error: " m.expr -o x.c
model 'f = x\000y\n' && refused 1 "zero byte" "m.expr:1:6: error: the file contains a zero byte" m.expr -o x.c
model 'f = x + \377\n' && refused 1 "invalid UTF-8" "m.expr:1:9: error: " m.expr -o x.c
model 'f = x*1e999\n' && refused 1 "number out of range" "m.expr:1:7: error: " m.expr -o x.c
model 'f = x*1e-999\n' && refused 1 "number too small" "m.expr:1:7: error: " m.expr -o x.c
model 'f = x*1e99999999999999999999\n' && refused 1 "huge exponent" "m.expr:1:7: error: " m.expr -o x.c
model 'param x[3000000000]\nf = sum(x)\n' && refused 1 "too large an extent" "m.expr:1:" m.expr -o x.c
model 'param x[60000,60000]\nf = sum(x)\n' && refused 1 "too many elements" "m.expr:1:" m.expr -o x.c
model 'f = trigamma(x)\n' && refused 1 "no derivative" "m.expr:1:5: error: " m.expr -o x.c
mkdir folder.expr
refused 3 "a folder as model" "folder.expr" folder.expr -o x.c
refused 3 "a missing model" "none.expr" none.expr -o x.c
mkdir folder.c
refused 3 "a folder as output" "folder.c" good.expr -o folder.c
refused 3 "a missing folder" "no/x.h" good.expr -o no/x.c
refused 3 "a full disk" "/dev/full" good.expr -o /dev/full --emit=ir
if [ "$(id -u)" != 0 ]; then
    mkdir locked && chmod a-w locked
    refused 3 "a folder that cannot be written" "locked/x.h" good.expr -o locked/x.c
else
    refused 3 "a folder that cannot be written" "/proc/x.h" good.expr -o /proc/x.c
fi
ln -s target.c link.c
echo old > target.c
"$bpgen" good.expr -o link.c && [ -L link.c ] && grep -q good_value target.c && echo "PASS links are followed" || echo "FAIL links are followed"
"$bpgen" good.expr -o /dev/stdout --emit=ir | grep -q x && echo "PASS a device is written directly" || echo "FAIL a device is written directly"
"$bpgen" good.expr --emit=ir > /dev/full 2> err
[ $? -eq 3 ] && echo "PASS full standard output" || echo "FAIL full standard output"
chmod 640 target.c
"$bpgen" good.expr -o target.c && [ "$(stat -c %a target.c)" = 640 ] && echo "PASS the mode of an older file stays" || echo "FAIL the mode of an older file stays"

# Depth and size.
awk 'BEGIN { printf "f = "; for (i = 0; i < 100000; i++) printf "("; printf "x"; for (i = 0; i < 100000; i++) printf ")"; print "" }' > deep.expr
timeout 300 "$bpgen" deep.expr -o deep.c 2> err && echo "PASS 100000 parentheses" || echo "FAIL 100000 parentheses: $(head -c 200 err)"
awk 'BEGIN { printf "f = "; for (i = 0; i < 100000; i++) printf "sin("; printf "x"; for (i = 0; i < 100000; i++) printf ")"; print "" }' > calls.expr
timeout 120 "$bpgen" calls.expr -o calls.c 2> err && echo "PASS 100000 nested calls" || echo "FAIL 100000 nested calls: $(head -c 200 err)"
awk 'BEGIN { printf "f = x # "; for (i = 0; i < 1000000; i++) printf "0123456789"; print "" }' > long.expr
timeout 300 "$bpgen" long.expr -o long.c 2> err && echo "PASS a line of 10 MB" || echo "FAIL a line of 10 MB: $(head -c 200 err)"
awk 'BEGIN { printf "f = x"; for (i = 0; i < 1000000; i++) printf " + x"; print " $" }' > longbad.expr
timeout 300 "$bpgen" longbad.expr -o longbad.c 2> err
[ $? -eq 1 ] && [ "$(wc -c < err)" -lt 1000 ] && echo "PASS the message about a long line is short" || echo "FAIL the message about a long line: $(head -c 300 err)"
awk 'BEGIN { for (i = 0; i < 200000; i++) print "a" i " = )" }' > errors.expr
timeout 300 "$bpgen" errors.expr -o errors.c 2> err
[ $? -eq 1 ] && [ "$(grep -c ' error: ' err)" -eq 20 ] && echo "PASS at most 20 errors" || echo "FAIL at most 20 errors: $(grep -c ' error: ' err)"
