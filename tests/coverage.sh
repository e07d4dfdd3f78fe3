#!/bin/sh
# coverage.sh -- runs all tests of a build with counters (gcc --coverage) and says which share of src/ they ran: lines, and
# branches (each side of each condition of && || ?: if while for switch). Below the stated shares it fails.
set -u
build=$1
lines=95 branches=85

find "$build" -name '*.gcda' -exec rm {} +
# Not tests/failure: the counters' own memory and files would fail, too; not tests/fuzz: it knows no results.
parts=
for folder in tests/*/; do
    case $folder in tests/failure/ | tests/fuzz/) ;; *) parts="$parts $folder" ;; esac
done
# shellcheck disable=SC2086 # a list of parts of names
sh tests/run.sh "$build" $parts
status=$?

echo
gcovr -r . --object-directory "$build" --filter 'src/' --exclude-unreachable-branches --txt "$build/coverage.txt" \
    --html-details "$build/coverage.html" --print-summary --fail-under-line "$lines" --fail-under-branch "$branches" "$build/src" || status=1
echo "lines that no test ran, by file:      $build/coverage.txt"
echo "the same in the text, with branches:  $build/coverage.html"
exit "$status"
