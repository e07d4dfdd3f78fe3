#!/bin/sh
# Every format of the teaching commands, of all examples and in both languages, is read by a parser of that format: XML, JSON, CSV,
# LaTeX. A model may be refused, with a message and without any output. (graph and its DOT: graph.sh.)
. tests/start.sh
examples=$root/examples

printf '# <a & "b">, \\end %% _ # ~ ^ {}\n%s\n' 'f_1 = x_1*sig(x_2)' > 'odd <&"%_#.expr' # a name that every format has to write in its own way

run() { # file arguments...
    file=$1
    shift
    timeout 300 "$bpgen" "$@" > "$file" 2> why < /dev/null
    code=$?
    case $code in
    0) [ -s "$file" ] || echo "FAIL $*: nothing is written" ;;
    1) rm -f "$file"; [ -s why ] || echo "FAIL $*: refused without a word" ;;
    *) rm -f "$file"; echo "FAIL $*: exit $code: $(head -n 2 why)" ;;
    esac
}

# explain fails where a check fails; its output counts all the same
listing() { # file arguments...
    file=$1
    shift
    timeout 300 "$bpgen" "$@" > "$file" 2> why < /dev/null
    code=$?
    if [ $code -gt 1 ]; then
        echo "FAIL $*: exit $code: $(head -n 2 why)"
    elif [ ! -s "$file" ]; then
        rm -f "$file"
        [ -s why ] || echo "FAIL $*: refused without a word"
    fi
}

k=0
for model in 'odd <&"%_#.expr' "$examples"/*.expr; do
    case $model in
    odd* | */cs231n.expr | */lee_softmax.expr | */scores.expr | */spiking.expr) languages="en zh" ;;
    *) languages=en ;;
    esac
    for lang in $languages; do
        k=$((k + 1))
        for format in json tex; do
            listing "explain-$lang-$k.$format" explain "$model" --format $format --lang $lang
            listing "trace-$lang-$k.$format" explain "$model" --trace both --format $format --lang $lang
        done
        for format in json tex csv; do
            run "cost-$lang-$k.$format" cost "$model" --format $format --lang $lang
            run "table-$lang-$k.$format" check "$model" --table 0.1,1e-3 --format $format --lang $lang
        done
        run "sweep-$lang-$k.svg" check "$model" --sweep-h --format svg --lang $lang
        run "graph-$lang-$k.svg" graph "$model" --format svg --lang $lang
    done
    run "derive-en-$k.tex" derive "$model" --format tex
done
for lang in en zh; do
    for format in json tex csv svg; do
        run "swell-$lang-0.$format" swell "$examples"/swell/logistic.expr --for n=1..6 x=0.9 --format $format --lang $lang
    done
done

all() { # pattern: the files of that name, or fails
    for file in $1; do
        [ -e "$file" ] || echo "FAIL there is no $1"
        return
    done
}

# ---- XML ------------------------------------------------------------------------------------------------

if command -v xmllint > /dev/null; then
    for kind in sweep graph swell; do
        all "$kind-*.svg"
        if xmllint --noout "$kind"-*.svg > why 2>&1; then echo "PASS XML of $kind"; else echo "FAIL XML of $kind: $(head -n 3 why)"; fi
    done
else
    echo "SKIP XML: xmllint is not installed"
fi

# ---- JSON, CSV ------------------------------------------------------------------------------------------

if command -v python3 > /dev/null; then
    cat > read.py << 'EOF'
import csv, json, sys
for name in sys.argv[1:]:
    with open(name, encoding="utf-8", newline="") as file:
        if name.endswith(".json"):
            json.load(file, parse_constant=lambda word: sys.exit(name + ": " + word))
        else:
            rows = [len(row) for row in csv.reader(file, strict=True) if row]
            if len(rows) < 2:
                sys.exit(name + ": no rows")
EOF
    for kind in explain trace cost table swell; do
        all "$kind-*.json"
        if python3 read.py "$kind"-*.json > why 2>&1; then echo "PASS JSON of $kind"; else echo "FAIL JSON of $kind: $(tail -n 1 why)"; fi
    done
    for kind in cost table swell; do
        all "$kind-*.csv"
        if python3 read.py "$kind"-*.csv > why 2>&1; then echo "PASS CSV of $kind"; else echo "FAIL CSV of $kind: $(tail -n 1 why)"; fi
    done
else
    echo "SKIP JSON and CSV: python3 is not installed"
fi

# ---- LaTeX ----------------------------------------------------------------------------------------------

# One document a command. Chinese needs fonts that few machines have: a letter stands for each of its characters.
if command -v pdflatex > /dev/null; then
    for kind in explain trace derive cost table swell; do
        all "$kind-*.tex"
        {
            printf '%s\n' '\documentclass{article}' '\usepackage{amsmath}' '\allowdisplaybreaks' '\begin{document}'
            for part in "$kind"-*.tex; do
                # TeX measures a table or a line as a whole: no page has room for more
                awk 'length > 2500 { exit 1 } END { if (NR > 400) exit 1 }' "$part" || continue
                cat "$part"
                printf '\n\n\\clearpage\n'
            done
            printf '%s\n' '\end{document}'
        } | LC_ALL=C sed 's/[\xc0-\xff][\x80-\xbf]*/z/g' > "all-$kind.tex"
        if pdflatex -interaction=batchmode -halt-on-error "all-$kind.tex" > /dev/null 2>&1; then
            echo "PASS LaTeX of $kind"
        else
            echo "FAIL LaTeX of $kind: $(grep -A 3 '^!' "all-$kind.log" | head -n 5)"
        fi
    done
else
    echo "SKIP LaTeX: pdflatex is not installed"
fi
