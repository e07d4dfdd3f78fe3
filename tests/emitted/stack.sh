#!/bin/sh
# Bytes of code and stack of the examples: see stack.py. `sh tests/emitted/stack.sh BUILD write` (make stack) prints the page.
. tests/start.sh
python3 "$root/tests/emitted/stack.py" "$bpgen" "$root" "${2:-}"
