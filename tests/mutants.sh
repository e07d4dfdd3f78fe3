#!/bin/sh
# mutants.sh -- breaks bpgen on purpose, one line at a time, and says which tests see it; fewer than two is a failure. Works on a
# copy of the last commit. Argument: a build folder, which is left alone but for the copy in it; then parts of the names of mutants.
#
# Each row of mutants.def: what is broken, file, text, what it becomes.
set -u
home=$PWD
mkdir -p "$1"
tree=$(cd "$1" && pwd)/mutants/tree
shift
rm -rf "$tree"
mkdir -p "$tree"
git archive HEAD | tar -x -C "$tree"
[ ! -e "$home/../shared" ] || ln -sfn "$(cd "$home/../shared" && pwd)" "$tree/../shared"
cd "$tree" || exit 1

# Tests as different as possible, but those that run compilers for the models of all folders: first what takes seconds, then, for what
# fewer than two of these see, what takes a minute.
quick="tests/unit/ tests/numeric/second_ops tests/numeric/second tests/numeric/recurrences tests/examples/ tests/emitted/turns
    tests/teach/explain.sh tests/teach/derive.sh tests/language/derive"
slow="tests/numeric/properties tests/random/ tests/corpora/ tests/emitted/shape"

build() {
    make -s -j"$(nproc)" BUILD=build CFLAGS="-O1" all tests build/bpgen_runtime.h > build.log 2>&1 || { tail -n 20 build.log; return 1; }
}

replace() { # file text other: exactly one place
    python3 - "$@" <<'END'
import sys
path, old, new = sys.argv[1:]
text = open(path).read()
if text.count(old) != 1:
    sys.exit(f"{path}: '{old}' stands there {text.count(old)} times, not once")
open(path, "w").write(text.replace(old, new))
END
}

# How many tests may fail without a mutant: none.
# shellcheck disable=SC2086 # a list of parts of names
build && sh tests/run.sh build $quick $slow > before.log 2>&1 || { grep -v ", 0 failed" before.log; echo "the unbroken program fails already"; exit 1; }

missed=0
tab=$(printf '\t')
while IFS=$tab read -r name file old new; do
    case $name in '' | '#'*) continue ;; esac
    wanted=$#
    for part in "$@"; do case $name in *"$part"*) wanted=0 ;; esac; done
    [ "$wanted" -eq 0 ] || continue
    cp "$file" saved
    replace "$file" "$old" "$new" || exit 1
    if build; then
        : > after.log
        count=0
        for tests in "$quick" "$slow"; do
            [ "$count" -lt 2 ] || continue
            # shellcheck disable=SC2086 # a list of parts of names
            sh tests/run.sh build $tests >> after.log 2>&1
            seen=$(sed -n 's/^\(tests[^ ]*\): [0-9]* passed, \([1-9][0-9]*\) failed.*/\1 (\2)/p' after.log)
            count=$(echo "$seen" | grep -c .)
        done
        echo "$name: seen by $count tests"
        echo "$seen" | sed 's/^/    /'
        [ "$count" -ge 2 ] || missed=$((missed + 1))
    else
        echo "$name: does not build"
        missed=$((missed + 1))
    fi
    cp saved "$file"
done < "$home/tests/mutants.def"
echo "$missed mutants were seen by fewer than two tests"
[ "$missed" -eq 0 ]
