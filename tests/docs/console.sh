#!/bin/sh
# Every command of the ```console blocks in README.md and doc/*.md prints what stands there. A line "..." stands for any lines.
# The commands of a file run one after the other in a folder that shows the project.
build=$(cd "$1" && pwd)
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C # the language of the pages

run_block() { # file with one command line and its expected output
    command=$(sed -n '1s/^\$ //p' "$1")
    tail -n +2 "$1" > "$work/want"
    (cd "$work/here" && sh -c "$command") > "$work/got" 2>&1 < /dev/null
    if awk -v want="$work/want" '
        BEGIN { while ((getline line < want) > 0) w[++n] = line; i = 1 }
        { while (i <= n && w[i] == "...") { any = 1; i++ }
          if (i <= n && $0 == w[i]) { i++; any = 0 } else if (!any) { bad = 1; exit } }
        END { while (i <= n && w[i] == "...") i++; exit bad || i <= n }' "$work/got"; then
        printf "PASS %s: %s\n" "$2" "$(printf "%s" "$command" | tr -d "\\\\")"
    else
        echo "FAIL $2: $command"
        diff "$work/want" "$work/got" | head -n 20
    fi
}

for page in README.md doc/*.md examples/*.md; do
    [ -e "$page" ] || continue
    rm -rf "$work/here" "$work/blocks"
    mkdir "$work/here" "$work/blocks"
    ln -s "$build" "$work/here/build"
    for f in examples grammar runtime src doc tests; do ln -s "$root/$f" "$work/here/$f"; done
    awk -v to="$work/blocks" '
        /^```console$/ { inside = 1; next }
        /^```/ { inside = 0; out = ""; next }
        inside && /^\$ / { out = sprintf("%s/%04d", to, ++n) }
        inside && out != "" { print > out }' "$page"
    for block in "$work"/blocks/*; do
        [ -e "$block" ] && run_block "$block" "$page"
    done
done
echo "PASS pages read"
