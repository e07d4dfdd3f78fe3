#!/bin/sh
# Comments and file names that mean something in a format: see texts.py.
. tests/start.sh
python3 "$root/tests/inject/texts.py" "$bpgen" "$root"
