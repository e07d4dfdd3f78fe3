#!/bin/sh
# make fuzz-models: sh tool_long.sh BUILD SEED N JOBS works through N random models from a seed on, 500 at a time, JOBS of these at once.
build=$(cd "$1" && pwd) seed=$2 n=$3 jobs=$4
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

slices() {
    for first in $(seq "$seed" 500 $((seed + n - 1))); do
        count=$((seed + n - first < 500 ? seed + n - first : 500))
        echo "differential $first $count"
        echo "emitted $first $count"
    done
}

# shellcheck disable=SC2016 # the inner shell expands
slices | xargs -P "$jobs" -L 1 sh -c '
    case $2 in
    differential) "$0/tests/random/differential" "$3" "$4" > "$1/d$3" 2>&1 ;;
    emitted) sh tests/random/emitted.sh "$0" "$3" "$4" 6 150000 thin > "$1/e$3" 2>&1 ;;
    esac
    grep -h -A 20 "^FAIL" "$1/${2%"${2#?}"}$3"
    echo "$2, $4 models from $3: $(tail -n 1 "$1"/"${2%"${2#?}"}$3")"' "$build" "$out"

cat "$out"/d* | awk '
    / models: / { models += $1; numbers += $3; kinks += $6 }
    END { print models " models in MPFR and double: " numbers " numbers compared, " kinks " at kinks or not finite" }'
cat "$out"/e* | awk '
    /^PASS/ { batches++; split($0, part, ": "); split(part[2], figure, " "); models += figure[1]; numbers += figure[3] }
    END { print batches " batches of C: " models " models, " numbers " numbers compared" }'
failed=$(cat "$out"/* | grep -c "^FAIL")
echo "$failed failed"
[ "$failed" -eq 0 ]
