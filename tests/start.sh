# start.sh -- what scripts of the tests begin with (`. tests/start.sh`, in the project's folder): where things are, a folder of their
# own to work in, plain messages, and the judgements that many of them make.
build=$(cd "$1" && pwd)
bpgen=$build/bpgen
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
LC_ALL=C
LANG=C
export build bpgen root work LC_ALL LANG

is() { # name wanted found
    if [ "$2" = "$3" ]; then echo "PASS $1"; else printf 'FAIL %s: got "%s", not "%s"\n' "$1" "$3" "$2"; fi
}
good() { # name command...
    name=$1
    shift
    if "$@"; then echo "PASS $name"; else echo "FAIL $name"; fi
}
exits() { # status name command...: what it prints is in `out` and `err`
    status=$1 name=$2
    shift 2
    "$@" > out 2> err < /dev/null
    code=$?
    if [ "$code" -eq "$status" ]; then echo "PASS $name"; else echo "FAIL $name: exit $code, not $status: $(head -n 3 err)"; fi
}
