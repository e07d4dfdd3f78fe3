#!/bin/sh
# Formulas that nobody of the project wrote (../shared/corpora): values, gradients and Hessians of all of them through the evaluator
# and through emitted C, against references of 20 digits; and the counts in doc/CORPORA.md. With `page` as second argument (make
# corpora): writes the tables of that page.
corpora=$PWD/../shared/corpora
page=$PWD/doc/CORPORA.md
mode=${2:-check}
. tests/start.sh
if [ ! -e "$corpora/README.md" ]; then
    echo "SKIP corpora: ../shared/corpora is not here"
elif ! command -v python3 > /dev/null; then
    echo "SKIP corpora: python3 is not here"
else
    PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/corpora/main.py" "$build" "$corpora" "$page" "$mode"
fi
