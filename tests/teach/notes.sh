#!/bin/sh
# doc/NOTES.md has every row of the lecture notes, and every command of its table of rows stands in one of its console blocks,
# which tests/docs/console.sh runs.
page=doc/NOTES.md
rows=../shared/SEED_CASES.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n 's/^\$ //p' "$page" > "$work/commands"
awk '/^## All rows/ { inside = 1 } inside && /^\| S[0-9]/' "$page" > "$work/table"

# row, what it shows, command in `...` or prose
while IFS='|' read -r _ row _ where _; do
    row=$(echo "$row" | tr -d ' ')
    command=$(echo "$where" | sed -n 's/^[^`]*`\(.*\)`.*$/\1/p')
    if ! grep -q "^\*\*$row[ :]\|^\*\*.*\b$row\b" "$page"; then
        echo "FAIL $row has no text of its own"
    elif [ -z "$command" ]; then
        echo "$where" | grep -q prose && echo "PASS $row is prose" || echo "FAIL $row has no command"
    elif awk -v c="$command" 'index($0, c) > 0 { found = 1 } END { exit !found }' "$work/commands"; then
        echo "PASS $row: $command"
    else
        echo "FAIL $row: no console block runs $command"
    fi
done < "$work/table"

if [ -e "$rows" ]; then
    for row in $(sed -n 's/^| \(S[0-4]\.[0-9]*\) .*/\1/p' "$rows"); do
        if grep -q "^| $row |" "$work/table"; then echo "PASS $row is there"; else echo "FAIL $row is not there"; fi
    done
else
    echo "SKIP the list of rows is not here"
fi
