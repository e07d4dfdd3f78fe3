#!/bin/sh
# lint.sh -- what cppcheck has to say of src/; the other analysers take longer and are for `make lint`.
. tests/start.sh
cd "$root" || exit 1
sh tests/lint.sh "$build" cppcheck
