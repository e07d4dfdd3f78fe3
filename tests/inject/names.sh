#!/bin/sh
# Names of models that mean something in C: see names.py. `sh tests/inject/names.sh BUILD all` takes every word to every place.
. tests/start.sh
python3 "$root/tests/inject/names.py" "$bpgen" "$root" "${2:-}"
PYTHONPATH=$root/tests/inject python3 -B "$root/tests/inject/outside.py" "$bpgen" "$root"
