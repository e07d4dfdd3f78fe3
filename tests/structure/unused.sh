#!/bin/sh
# unused.sh -- every external function and table of src/ is used by another file of src/; what only tests use stands in a header under
# a comment that says "For tests". What flex, bison and sanitizers make is left out.
set -u
. tests/start.sh

nm -A --defined-only --extern-only "$build/libbpgen.a" | sed 's/^[^:]*:\([^:]*\):.* /\1 /' | sort > defined
nm -A --undefined-only "$build/libbpgen.a" "$build/src/main.o" | awk '{ print $NF }' | sort -u > wanted
awk '$1 != "scanner.o" && $1 != "parser.o" && $2 !~ /^__/ { print $2 " " $1 }' defined | sort | join -v 1 - wanted > unused

# A comment holds for the declarations right below it.
awk '/^\/\*/ { tests = /For tests/ } /^$/ { tests = 0 } tests && /^[A-Za-z].*\(/ { sub(/\(.*/, ""); sub(/.*[ *]/, ""); print }' \
    "$root"/src/*/*.h "$root"/src/*.h | sort > for_tests

good=$(wc -l < defined)
while read -r name object; do
    if ! grep -qx "$name" for_tests; then
        echo "FAIL $name ($object): no other file uses it: static, or deleted; or a header says what tests do with it"
        good=$((good - 1))
    elif ! grep -qw "$name" "$root"/tests/*/*.[ch]; then
        echo "FAIL $name ($object): its header says \"For tests\", but no test uses it"
        good=$((good - 1))
    fi
done < unused
[ "$good" -gt 500 ] || echo "FAIL only $good functions looked at"
echo "PASS $good external functions and tables are used"
