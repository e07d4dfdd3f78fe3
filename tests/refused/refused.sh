#!/bin/sh
# What bpgen says of wrong models: tests/refused/*.expr hold models with the messages that are to come, to the letter.
. tests/start.sh
python3 "$root/tests/refused/models.py" "$bpgen" "$root"/tests/refused/*.expr
