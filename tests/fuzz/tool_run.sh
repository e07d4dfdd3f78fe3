#!/bin/sh
# tool_run.sh BUILD SECONDS JOBS -- the long run of the fuzzer (`make fuzz`). It goes on after a finding; at the end it prints how many
# inputs were run, how much of the program they reach, every finding, and whether the C of the valid models among them compiles.
# What it found interesting stays in BUILD-fuzz/corpus, with which the next run goes on.
work=$(cd "$1-fuzz" && pwd)
target=$work/tests/fuzz/target
log=$work/fuzz.log
rm -rf "$work/found" "$work/seeds"
mkdir -p "$work/corpus" "$work/found"
python3 tests/fuzz/tool_seeds.py "$work/seeds" > /dev/null || exit 1

# A minute and 2 GB for at most 4 kB of input; the limits are libFuzzer's (wall time).
echo "fuzzing for $2 seconds in $3 processes; log: $log"
TMPDIR=$work ASAN_OPTIONS=allocator_may_return_null=1 "$target" "$work/corpus" "$work/seeds" -dict="$work/tests/fuzz/words.dict" -fork="$3" -ignore_crashes=1 \
    -ignore_timeouts=1 -ignore_ooms=1 -timeout=60 -report_slow_units=60 -rss_limit_mb=2048 -max_len=4096 -max_total_time="$2" -close_fd_mask=2 \
    -artifact_prefix="$work/found/" > "$log" 2>&1
executions=$(sed -n 's/^#\([0-9]*\): cov:.*/\1/p' "$log" | tail -n 1)
"$target" -runs=0 -rss_limit_mb=4096 -timeout=120 -close_fd_mask=2 "$work/corpus" "$work/seeds" > "$work/coverage.log" 2>&1 # -fork counts features, not edges
edges=$(sed -n 's/.*Loaded 1 PC tables (\([0-9]*\) PCs).*/\1/p' "$work/coverage.log")
reached=$(sed -n 's/.*INITED *cov: \([0-9]*\) .*/\1/p' "$work/coverage.log")
echo "executions: ${executions:-0}"
echo "coverage:   ${reached:-0} of $edges edges; $(find "$work/corpus" -type f | wc -l) inputs found besides the seeds"
count=$(find "$work/found" -type f | wc -l)
echo "findings:   $count"
for found in "$work/found"/*; do
    [ -e "$found" ] || continue
    echo "--- $found"
    head -c 300 "$found" | head -n 5
    timeout 120 "$target" -rss_limit_mb=2048 "$found" 2>&1 | grep -m 3 -E 'FINDING|runtime error|ERROR:|#[0-9]+ .* src/'
done
sh tests/fuzz/tool_compile.sh "$1" 1000 "$work/corpus" "$work/seeds" && [ "$count" -eq 0 ]
