#!/bin/sh
# smoke.sh -- a minute of fuzzing: every kept finding again, the C of a share of the kept models through two compilers, then the fuzzer
# from the seeds.
. tests/start.sh
cd "$root" || exit 1
seconds=60 models=24

# Of the plain program; under `make asan` it has the sanitizers.
replay() { # input: what is wrong with it, if anything
    timeout 300 "$build/tests/fuzz/replay" "$1" > "$work/messages" 2>&1 ||
        echo "exit $?: $(grep -m 1 -E 'FINDING|ERROR|runtime error' "$work/messages")"
}
for finding in tests/fuzz/findings/*; do
    [ -e "$finding" ] || continue
    is "${finding##*/}" "" "$(replay "$finding")"
done
# What is known and not mended yet.
for finding in tests/fuzz/open/*; do
    [ -e "$finding" ] || continue
    wrong=$(replay "$finding")
    if [ -z "$wrong" ]; then echo "FAIL ${finding##*/}: it is mended; move it to tests/fuzz/findings"; else echo "SKIP ${finding##*/}: $wrong"; fi
done
python3 tests/fuzz/tool_seeds.py "$work/seeds" > /dev/null || echo "FAIL seeds"
if sh tests/fuzz/tool_compile.sh "$build" $models "$work/seeds" > "$work/messages" 2>&1; then
    echo "PASS $(cat "$work/messages")"
else
    echo "FAIL compile"
    cat "$work/messages"
fi

echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n); int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d[n] & 0; }' > "$work/probe.c"
if ! clang -fsanitize=fuzzer,address,undefined "$work/probe.c" -o "$work/probe" > /dev/null 2>&1; then
    echo "SKIP fuzzing: clang's fuzzer is missing (Debian: clang and libclang-rt-14-dev)"
    exit 0
fi
# Built without optimisation: that takes a third of the time.
if ! make --no-print-directory -s smoke-target BUILD="$build" > "$work/messages" 2>&1; then
    echo "FAIL build"
    tail -n 20 "$work/messages"
    exit 1
fi
mkdir "$work/found" "$work/corpus"
smoke=$build-smoke/tests/fuzz
"$smoke/target" "$work/corpus" "$work/seeds" -dict="$smoke/words.dict" -max_total_time=$seconds -timeout=60 -rss_limit_mb=2048 \
    -max_len=2048 -artifact_prefix="$work/found/" -print_final_stats=1 > "$work/log" 2>&1
code=$?
if [ $code -eq 0 ]; then
    echo "PASS $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") inputs"
else
    echo "FAIL fuzzing: exit $code: $(grep -m 3 -E 'FINDING|ERROR|runtime error' "$work/log")"
    for found in "$work/found"/*; do
        echo "the input (keep it in tests/fuzz/findings):"
        base64 "$found"
    done
fi
