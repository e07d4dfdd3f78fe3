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
    if ! grep -q "^\*\*${row}[ :]\|^\*\*.*\b${row}\b" "$page"; then
        echo "FAIL $row has no text of its own"
    elif [ -z "$command" ]; then
        echo "$where" | grep -q prose && echo "PASS $row is prose" || echo "FAIL $row has no command"
    elif awk -v c="$command" 'index($0, c) > 0 { found = 1 } END { exit !found }' "$work/commands"; then
        echo "PASS $row: $command"
    else
        echo "FAIL $row: no console block runs $command"
    fi
done < "$work/table"

# Every number of the list with at least 5 digits is printed on the page, as exactly as it is given there.
cat > "$work/numbers.py" << 'EOF'
import bisect, re, sys
page, rows = (open(name, encoding="utf-8").read() for name in sys.argv[1:])
number = r"(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?"
printed = sorted({float(text) for text in re.findall(r"(?<![\w.])" + number, page)})
row = checked = 0
for line in rows.split("\n"):
    if line.startswith("#"):
        row = None
    if line.startswith("| S"):
        row = line.split("|")[1].strip()
    for text in re.findall(r"(?<![\w.:/^])" + number + r"(?!\w)", line) if row else []:
        digits = len(re.sub(r"e.*|\.", "", text).lstrip("0"))
        if digits < 5 or "." not in text:
            continue
        value, tolerance = float(text), 4e-15 if digits >= 15 else 1.1 * 10 ** (1 - digits)
        at = bisect.bisect_left(printed, value)
        checked += 1
        if not any(abs(near - value) <= tolerance * value for near in printed[max(at - 1, 0):at + 1]):
            print("FAIL", row, text, "is not on the page")
print("PASS" if checked > 150 else "FAIL", "numbers of the rows:", checked)
EOF

if [ -e "$rows" ] && command -v python3 > /dev/null; then
    python3 "$work/numbers.py" "$page" "$rows"
fi
if [ -e "$rows" ]; then
    for row in $(sed -n 's/^| \(S[0-4]\.[0-9]*\) .*/\1/p' "$rows"); do
        if grep -q "^| $row |" "$work/table"; then echo "PASS $row is there"; else echo "FAIL $row is not there"; fi
    done
else
    echo "SKIP the list of rows is not here"
fi
