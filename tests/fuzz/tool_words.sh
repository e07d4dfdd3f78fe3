#!/bin/sh
# tool_words.sh -- the words of the language and of the command line, each in quotes on a line of its own: a dictionary for libFuzzer and
# AFL++. They are found where the program has them: the scanner's rules and the tables; no second list is kept.
tables='src/ir/ops.def src/emit/functions.def src/cli/commands.def src/cli/options.def src/front/sema_begin.c src/cli/options.c src/cli/command_*.c src/cli/result_file.c'
{
    sed -n '/^%%/,/^%%/p' grammar/scanner.l | sed -n 's/^\("[^"]*"\) .*return T_.*/\1/p'
    # shellcheck disable=SC2086 # a list of files
    grep -ho '"[a-z][a-z0-9_-]*"' $tables
} | LC_ALL=C sort -u
sed -n 's/^OPTION([A-Z]*, *.[^,]*, *"\([a-z-]*\)", *NULL.*/"--\1"/p; s/^OPTION([A-Z]*, *.[^,]*, *"\([a-z-]*\)", *".*/"--\1="/p' src/cli/options.def
printf '"%s"\n' '\x0a' '\x0a@@\x0a' '=@n' '1e308' '1e-320' '2147483647' '2147483648' '16777217' '4294967296'
