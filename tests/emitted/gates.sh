#!/bin/sh
# What emitted code may not do: see gates.py. `sh tests/emitted/gates.sh BUILD all` (make gates) takes every model; a model's name that one.
. tests/start.sh
python3 "$root/tests/emitted/gates.py" "$bpgen" "$root" "${2:-}"
