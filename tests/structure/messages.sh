#!/bin/sh
# Every text of a message, in src/ and in the scanner, is shown by a test: by a refused model, or by a script that asks for it.
cd "${0%/*}/../.." || exit 1
[ -d ../shared/language/invalid ] || { echo "SKIP ../shared/language/invalid is not here"; exit 0; }
exec python3 tests/structure/messages.py ../shared/language/invalid/*.err tests/refused/*.expr tests/*/*.sh tests/*/*.c
