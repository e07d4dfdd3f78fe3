#!/bin/sh
# The pictures in doc/ are what bpgen draws now, and every picture that a page shows is one of them.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh doc/pictures.sh "$build" "$work" || echo "FAIL they are drawn"
for picture in "$work"/*.svg doc/*.svg; do
    name=${picture##*/}
    if cmp "$work/$name" "doc/$name"; then
        echo "PASS doc/$name"
    else
        echo "FAIL doc/$name: is it to change? then run make pictures"
    fi
done
for page in README.md doc/*.md; do
    for link in $(sed -n 's/^.*\!\[[^]]*\](\([^)]*\)).*/\1/p' "$page"); do
        if [ -e "$(dirname "$page")/$link" ]; then echo "PASS $page shows $link"; else echo "FAIL $page: $link is not there"; fi
    done
done
