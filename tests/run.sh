#!/bin/sh
# run.sh -- runs every test that it finds and counts: programs of tests/unit and tests/numeric, scripts of tests/*/.
# A test prints a line "PASS name" or "FAIL name: why" a case, or closes with "N passed, N failed".
set -u
build=$(cd "$1" && pwd)
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
passed=0 failed=0 skipped=0

run() { # name command...
    name=$1
    shift
    "$@" > "$log/out" 2>&1
    code=$?
    p=$(grep -c '^PASS ' "$log/out")
    f=$(grep -c '^FAIL ' "$log/out")
    s=$(grep -c '^SKIP ' "$log/out")
    close=$(sed -n 's/^\([a-z_]*: \)\{0,1\}\([0-9]* passed, [0-9]* failed\).*/\2/p' "$log/out" | tail -n 1)
    if [ -n "$close" ]; then
        p=$((p + $(echo "$close" | cut -d' ' -f1)))
        f=$((f + $(echo "$close" | cut -d' ' -f3)))
    fi
    [ "$code" -eq 0 ] || [ "$f" -gt 0 ] || f=1
    [ $((p + f + s)) -gt 0 ] || f=1 # a test that tests nothing has failed
    echo "$name: $p passed, $f failed$([ "$s" -eq 0 ] || echo ", $s skipped")"
    grep '^SKIP ' "$log/out"
    if [ "$f" -gt 0 ]; then
        grep -v '^PASS ' "$log/out" | head -n 60 | sed 's/^/    /'
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

export LC_ALL=C BUILD="$build"
for source in tests/unit/*.c tests/numeric/*.c; do
    test=$build/${source%.c}
    case $source in
    */tool_*) continue ;; # programs that scripts use
    esac
    run "${source%.c}" timeout 600 "$test"
done
for script in tests/*/*.sh; do
    run "$script" timeout 1200 sh "$script" "$build"
done

echo
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
