#!/bin/sh
# embed.sh -- embed.sh text RUNTIME.h: the runtime as C arrays of characters, double and float, for src/ir/runtime_text.h.
#             embed.sh header RUNTIME.h: the header with both versions, for --runtime=include.
set -eu
here=$(dirname "$0")
LC_ALL=C
export LC_ALL

float_text()
{
    awk -f "$here/to_float.awk" "$1" "$1"
}

# The functions alone: from the first @helper to @end.
functions()
{
    sed -n '/^\/\* @helper/,/^\/\* @end/p'
}

# As numbers, because C compilers need not take string literals of more than 4095 characters.
as_array()
{
    printf 'const char %s[] = {' "$1"
    od -An -v -tu1 | sed -e 's/  */, /g' -e 's/^, /    /' -e 's/$/,/' -e '1s/^/\n/'
    printf '    0\n};\n'
}

case $1 in
text)
    printf '#include "ir/runtime_text.h"\n\n'
    functions <"$2" | as_array runtime_text
    printf '\n'
    float_text "$2" | functions | as_array runtime_text_float
    ;;
header)
    sed '/^\/\* @end/,$d' "$2"
    printf '/* ---- the same for float ---- */\n\n'
    float_text "$2" | functions | sed '/^\/\* @end/d'
    printf '#endif\n'
    ;;
esac
