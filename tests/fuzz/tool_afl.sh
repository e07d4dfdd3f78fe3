#!/bin/sh
# tool_afl.sh BUILD SECONDS -- the same target under AFL++ (`make fuzz-afl`).
command -v afl-clang-fast > /dev/null && command -v afl-fuzz > /dev/null || { echo "SKIP fuzz-afl: AFL++ is missing (Debian: afl++)"; exit 0; }
build=$1-afl
# AFL_USE_UBSAN would check NULL + 0, too (see the Makefile).
AFL_USE_ASAN=1 AFL_QUIET=1 make -s --no-print-directory BUILD="$build" CC=afl-clang-fast CFLAGS="-O1 -g1 -fsanitize=undefined -fno-sanitize-recover=all -fno-sanitize=pointer-overflow" \
    "$build/tests/fuzz/afl" "$build/tests/fuzz/words.dict" || exit 1
rm -rf "$build/seeds" "$build/found"
python3 tests/fuzz/tool_seeds.py "$build/seeds" > /dev/null || exit 1
AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_CRASH_EXITCODE=1 AFL_IGNORE_SEED_PROBLEMS=1 \
    afl-fuzz -V "$2" -t 20000+ -m none -i "$build/seeds" -o "$build/found" -x "$build/tests/fuzz/words.dict" "$build/tests/fuzz/afl" > "$build/fuzz.log" 2>&1
grep -E '^(execs_done|corpus_count|edges_found|total_edges|bitmap_cvg|saved_crashes|saved_hangs) ' "$build/found/default/fuzzer_stats" || { tail -n 20 "$build/fuzz.log"; exit 1; }
[ -z "$(find "$build/found/default/crashes" -type f -name 'id*')" ]
