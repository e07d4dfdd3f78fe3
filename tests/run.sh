#!/bin/sh
# run.sh -- runs every test that it finds and counts: programs (tests/*/*.c but for tools and what tests share) and scripts of tests/*/.
# A test prints a line "PASS name" or "FAIL name: why" a case, or closes with "N passed, N failed". As many tests run at once as
# there are processors; what they print is shown in order. run.sh BUILD [PART...]: only tests whose names have one of these parts.
set -u
build=$(cd "$1" && pwd)
shift
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
export LC_ALL=C BUILD="$build"

list() { # a line a test: its name and its command; those that take longest first
    for script in tests/emitted/*.sh; do echo "$script timeout 3000 sh $script $build"; done
    for source in tests/*/*.c; do
        case $source in
        */tool_* | tests/emitted/* | tests/fuzz/* | tests/support/*) ;; # programs that scripts use, parts of programs
        *) echo "${source%.c} timeout 3000 $build/${source%.c}" ;;
        esac
    done
    for script in tests/*/*.sh; do
        case $script in
        tests/emitted/* | */tool_*) ;;
        *) echo "$script timeout 3000 sh $script $build" ;;
        esac
    done
}

seconds() { # file with what the shell's `times` printed: processor time of the test
    sed -n '2s/[ms]/ /gp' "$1" | awk '{ printf "%.0f s", 60 * ($1 + $3) + $2 + $4 }'
}

report() { # name, file with its output, exit status, processor time
    p=$(grep -c '^PASS ' "$2")
    f=$(grep -c '^FAIL ' "$2")
    s=$(grep -c '^SKIP ' "$2")
    close=$(sed -n 's/^\([a-z_]*: \)\{0,1\}\([0-9]* passed, [0-9]* failed\).*/\2/p' "$2" | tail -n 1)
    if [ -n "$close" ]; then
        p=$((p + $(echo "$close" | cut -d' ' -f1)))
        f=$((f + $(echo "$close" | cut -d' ' -f3)))
    fi
    [ "$3" -eq 0 ] || [ "$f" -gt 0 ] || f=1
    [ $((p + f + s)) -gt 0 ] || f=1 # a test that tests nothing has failed
    echo "$1: $p passed, $f failed$([ "$s" -eq 0 ] || echo ", $s skipped"), $4"
    grep '^SKIP ' "$2"
    if [ "$f" -gt 0 ]; then
        grep -v '^PASS ' "$2" | head -n 60 | sed 's/^/    /'
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

list | awk -v parts="$*" 'BEGIN { n = split(parts, part, " ") }
    { take = n == 0; for (i = 1; i <= n; i++) if (index($1, part[i]) > 0) take = 1; if (take) print }' > "$log/list"
# shellcheck disable=SC2016 # the inner shell expands
xargs -P "$(nproc)" -L 1 sh -c 'log=$0/$(echo "$1" | tr / _); shift; "$@" > "$log" 2>&1; echo $? > "$log.status"; times > "$log.times"' "$log" < "$log/list"

passed=0 failed=0 skipped=0
while read -r name _; do
    at=$log/$(echo "$name" | tr / _)
    if [ -e "$at.status" ]; then report "$name" "$at" "$(cat "$at.status")" "$(seconds "$at.times")"; else report "$name" /dev/null 1 "killed"; fi
done < "$log/list"

echo
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
