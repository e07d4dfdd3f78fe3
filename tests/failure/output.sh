#!/bin/sh
# Files that cannot be written or read, and signals, at every moment.
. tests/start.sh
. "$root"/tests/failure/preload.inc
python3 "$root"/tests/failure/output.py 40
