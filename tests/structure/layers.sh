#!/bin/sh
# A file includes only its own layer or lower ones.
layer() { # of a path below src/
    case $1 in
    base/*) echo 0 ;;
    ir/*) echo 1 ;;
    pass/*) echo 2 ;;
    front/*) echo 3 ;;
    plan/*) echo 4 ;;
    eval/*) echo 4 ;;
    sparse/*) echo 4 ;;
    sym/*) echo 4 ;;
    unit.* | unit_*) echo 5 ;;
    emit/*) echo 6 ;;
    teach/*) echo 6 ;;
    show/*) echo 7 ;;
    cli/* | main.c) echo 8 ;;
    *) echo 9 ;;
    esac
}
# What a layer may not see although it is lower.
forbidden() { # including file, included file
    case $1:$2 in
    pass/*:front/* | plan/*:front/* | plan/*:pass/* | plan/*:eval/* | eval/*:plan/* | eval/*:pass/* |\
        sparse/*:front/* | sparse/*:plan/* | sparse/*:eval/* | plan/*:sparse/* | eval/*:sparse/* |\
        sym/*:front/* | sym/*:plan/* | sym/*:eval/* | sym/*:sparse/* | sym/*:pass/* | plan/*:sym/* | eval/*:sym/* | sparse/*:sym/* |\
        teach/*:emit/* | show/*:emit/*) return 0 ;;
    *) return 1 ;;
    esac
}
for file in src/*.[ch] src/*/*.[ch]; do
    below=${file#src/}
    bad=""
    for included in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
        case $included in parser.h | emitters.def | *.def | runtime/*) continue ;; esac
        if [ "$(layer "$included")" -gt "$(layer "$below")" ] || forbidden "$below" "$included"; then
            bad="$bad $included"
        fi
    done
    if [ -n "$bad" ]; then echo "FAIL $file includes$bad"; else echo "PASS $file"; fi
done
