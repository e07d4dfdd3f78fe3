#!/bin/sh
# Twenty runs at once with the same outputs.
. tests/start.sh
. "$root"/tests/failure/preload.inc
python3 "$root"/tests/failure/together.py 10
