#!/bin/sh
# Memory that runs out anywhere, in all commands. (In the library, at every single block: library.sh.)
. tests/start.sh
. "$root"/tests/failure/preload.inc
python3 "$root"/tests/failure/allocation.py 20
