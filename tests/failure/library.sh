#!/bin/sh
# Memory that runs out at any single block, within one process: bpgen is linked with an arena in which every block is an allocation of
# its own, and its allocations are counted. Nothing may be left after a run that failed. Also with sanitizers (make asan).
. tests/start.sh
cc=${CC:-cc}

if nm "$bpgen" | grep -q ' __asan_init'; then sanitizers=-fsanitize=address,undefined; else sanitizers=; fi
# shellcheck disable=SC2086 # none, or a flag
$cc -std=c11 -O1 -g $sanitizers -DARENA_OWN_CHUNK=1 -I"$root/src" -c "$root/src/base/arena.c" -o arena.o &&
    cp "$build/libbpgen.a" counted.a && ar d counted.a arena.o && ar q counted.a arena.o &&
    objcopy --redefine-sym malloc=counted_malloc --redefine-sym calloc=counted_calloc --redefine-sym realloc=counted_realloc \
        --redefine-sym free=counted_free counted.a &&
    $cc -std=c11 -O1 -g -Wall -Wextra -Werror $sanitizers -I"$root" -I"$root/src" -I"$build" -o library \
        "$root"/tests/failure/tool_library.c counted.a -lm ||
    { echo "FAIL library: cannot be linked"; exit 1; }

python3 "$root"/tests/failure/library.py ./library 60
