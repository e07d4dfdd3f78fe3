#!/bin/sh
# Where models come from and results go to: devices, pipes, closed streams, links, rights, names that mean what the run reads.
. tests/start.sh
echo 'param x = 3, y = -4
f = x*y' > m.expr

old() { # files...: they hold something older
    for file in "$@"; do echo old > "$file"; done
}
is_old() { for file in "$@"; do [ "$(cat "$file")" = old ] || return 1; done; }
only() { # name wanted: what else the folder `d` holds
    is "$1" "$2" "$(cd d && echo * .[!.]*)"
}
fails() { # status name text-of-the-message command...
    status=$1 name=$2 text=$3
    shift 3
    timeout 60 "$@" > out 2> err < /dev/null
    code=$?
    if [ $code -ne "$status" ]; then
        echo "FAIL $name: exit $code, not $status: $(head -n 3 err)"
    elif [ "$(wc -l < err)" -ne 1 ] || ! grep -q -- "$text" err; then
        echo "FAIL $name: $(head -n 3 err)"
    else
        echo "PASS $name"
    fi
}

# ---- streams --------------------------------------------------------------------------------------------
mkdir d
"$bpgen" m.expr -o - > whole
exits 0 "-o /dev/null" "$bpgen" m.expr -o /dev/null
good "/dev/null stays a device" [ -c /dev/null ]
is "nothing beside /dev/null" "" "$(find /dev -maxdepth 1 -name 'null?*' -newer m.expr)"
"$bpgen" m.expr -o /dev/stdout > d/out
good "-o /dev/stdout is standard output" cmp -s d/out whole
only "nothing beside a stream" "out .[!.]*"
{ echo before; "$bpgen" m.expr -o /dev/stdout --emit=expr; echo after; } >> d/out
{ cat whole; echo before; "$bpgen" m.expr -o - --emit=expr; echo after; } > wanted
good "a file behind /dev/stdout is gone on with" cmp -s d/out wanted
"$bpgen" m.expr -o /dev/fd/3 3> d/out
good "-o /dev/fd/3" cmp -s d/out whole
"$bpgen" m.expr -o /dev/stderr 2> d/out
good "-o /dev/stderr" cmp -s d/out whole
mkfifo d/pipe
cat d/pipe > got &
timeout 60 "$bpgen" m.expr -o d/pipe
wait
good "a named pipe gets header and functions" cmp -s got whole
good "a named pipe stays one" [ -p d/pipe ]
only "nothing beside a pipe" "out pipe .[!.]*"
(timeout 60 "$bpgen" m.expr -o - 2> err; echo $? > code) | head -c 10 > /dev/null
case $(cat code) in 141 | 0) echo "PASS a pipe that closes" ;; *) echo "FAIL a pipe that closes: exit $(cat code)" ;; esac
is "a pipe that closes: not a word" "" "$(cat err)"
rm -rf d
mkdir d
old d/o.c d/o.h
(trap '' PIPE; timeout 60 "$bpgen" m.expr -o d/o.c --example=- 2> err; echo $? > code) | true
if [ "$(cat code)" = 3 ]; then # else the reader was slower
    is "a closed pipe where SIGPIPE is ignored" "bpgen: cannot write to standard output: Broken pipe" "$(cat err)"
    good "a closed pipe: older files stand" is_old d/o.c d/o.h
fi
only "a closed pipe: no other files" "o.c o.h .[!.]*"
fails 3 "standard output is closed" "standard output: Bad file descriptor" sh -c '"$0" eval m.expr >&-' "$bpgen"
fails 3 "standard output is full" "standard output: No space left" sh -c '"$0" eval m.expr > /dev/full' "$bpgen"
fails 3 "a full device as -o" "cannot write '/dev/full': No space left" "$bpgen" m.expr -o /dev/full
old d/o.c d/o.h d/e.c
fails 3 "a full device beside files" "cannot write '/dev/full': No space left" "$bpgen" m.expr -o d/o.c --example=/dev/full
good "a full device beside files: older files stand" is_old d/o.c d/o.h d/e.c
exits 0 "all standard streams are closed" sh -c '"$0" m.expr -o d/closed.c <&- >&- 2>&-' "$bpgen"
"$bpgen" m.expr -o d/open.c
sed 's/closed/open/' d/closed.c > closed
good "closed streams do not get into files" cmp -s closed d/open.c
fails 3 "a result for a closed stream is in no file" "standard output: Bad file" sh -c '"$0" m.expr -o d/o.c --example=- >&-' "$bpgen"
good "a result for a closed stream: older files stand" is_old d/o.c d/o.h

# ---- what models come from ------------------------------------------------------------------------------
little='ulimit -v 500000;' # memory
if nm "$bpgen" | grep -q ' __asan_init'; then little=; fi
is "model from standard input" "$(cat whole | sed 's/m\.expr/<stdin>/')" "$("$bpgen" - --name=m -o - < m.expr)"
mkfifo pipe
cat m.expr > pipe &
is "model from a pipe" "$("$bpgen" eval m.expr)" "$(timeout 60 "$bpgen" eval pipe)"
wait
is "model from /dev/fd" "$("$bpgen" eval m.expr)" "$("$bpgen" eval /dev/fd/4 4< m.expr)"
sed 's/$/\r/' m.expr > crlf.expr
is "lines that end in CR LF" "$("$bpgen" eval m.expr)" "$("$bpgen" eval crlf.expr)"
printf '\357\273\277' | cat - m.expr > bom.expr
is "a byte-order mark" "$("$bpgen" eval m.expr)" "$("$bpgen" eval bom.expr)"
if truncate -s 2147483648 huge.expr 2> /dev/null; then
    fails 3 "a file of 2 GB" "cannot read 'huge.expr': it is larger than 2 GB" sh -c "$little"' exec "$0" eval huge.expr' "$bpgen"
    fails 3 "values from a file of 2 GB" "cannot read 'huge.expr': it is larger than 2 GB" \
        sh -c "$little"' exec "$0" eval m.expr x=@huge.expr' "$bpgen"
else
    echo "SKIP a file of 2 GB: this file system has none"
fi
if [ -z "$little" ]; then
    echo "SKIP endless input: sanitizers need the address space"
else
    fails 70 "endless input in little memory" "memory ran out" sh -c "$little"' exec "$0" eval /dev/zero' "$bpgen"
fi

# ---- links ----------------------------------------------------------------------------------------------
rm -rf d
mkdir -p d/real
old d/real/o.c d/real/o.h
ln -s real/o.c d/o.c
ln -s "$work/d/real/o.h" d/o.h
"$bpgen" m.expr -o d/o.c
is "links stay" "real/o.c $work/d/real/o.h" "$(readlink d/o.c d/o.h | tr '\n' ' ' | sed 's/ $//')"
good "links: what they lead to is replaced" grep -q 'double m_value' d/real/o.h d/real/o.c
ln -s real/new.c d/dangling.c
"$bpgen" m.expr -o d/dangling.c
good "a dangling link: its target is made" [ -f d/real/new.c ]
is "a dangling link stays" real/new.c "$(readlink d/dangling.c)"
ln -s loop2.c d/loop1.c
ln -s loop1.c d/loop2.c
fails 3 "links in a circle" "Too many levels of symbolic links" "$bpgen" m.expr -o d/loop1.c
is "links in a circle stay" loop2.c "$(readlink d/loop1.c)"
ln -s nowhere/o.c d/lost.c
fails 3 "a link into a missing folder" "No such file" "$bpgen" m.expr -o d/lost.c
is "a link into a missing folder stays" nowhere/o.c "$(readlink d/lost.c)"
old d/one.c
ln d/one.c d/two.c
"$bpgen" m.expr -o d/one.c
good "the other name of a file keeps the older one" is_old d/two.c
only "links: no other files" "dangling.c dangling.h loop1.c loop2.c lost.c o.c o.h one.c one.h real two.c .[!.]*"

# ---- names ----------------------------------------------------------------------------------------------
cp m.expr m.h
ln -s m.expr link.expr
for file in m.expr ./m.expr "$work/m.expr" link.expr; do
    fails 2 "-o $(basename "$file") is the model" "would overwrite" "$bpgen" m.expr -o "$file"
done
fails 2 "the header would be the model" "would overwrite" "$bpgen" m.h -o m.c
fails 2 "the example would be the model" "would overwrite" "$bpgen" m.expr -o d/o.c --example=m.expr
fails 2 "-o is the model on standard input" "would overwrite" sh -c '"$0" - --name=m -o m.expr < m.expr' "$bpgen"
echo 3 > x.txt
fails 2 "-o has the values" "would overwrite" "$bpgen" explain m.expr x=@x.txt -o x.txt
fails 2 "-o is the second model" "would overwrite" "$bpgen" swell link.expr m.h --format csv -o m.h
good "what was read stands" cmp -s m.expr m.h
fails 3 "two outputs in one file" "written twice" "$bpgen" m.expr -o d/t.c --example=./d/t.c
fails 3 "an example in place of the header" "written twice" "$bpgen" m.expr -o d/t.c --example="$work/d/../d/t.h"
long=$(printf '%0250d' 0)
exits 0 "a name of 252 bytes" "$bpgen" m.expr -o "d/$long.c"
fails 3 "a name that is too long" "File name too long" "$bpgen" m.expr -o "d/$long$long.c"
fails 3 "a file as folder" "Not a directory" "$bpgen" m.expr -o m.expr/o.c
fails 3 "a folder as header" "Is a directory" sh -c 'mkdir d/f.h; echo old > d/f.c; exec "$0" m.expr -o d/f.c' "$bpgen"
good "a folder as header: the older file stands" is_old d/f.c

# ---- rights ---------------------------------------------------------------------------------------------
(umask 027; "$bpgen" m.expr -o d/masked.c)
is "rights of new files: umask" "640 640" "$(stat -c %a d/masked.c d/masked.h | tr '\n' ' ' | sed 's/ $//')"
old d/kept.c d/kept.h
chmod 604 d/kept.c
chmod 755 d/kept.h
(umask 077; "$bpgen" m.expr -o d/kept.c)
is "rights of older files stay" "604 755" "$(stat -c %a d/kept.c d/kept.h | tr '\n' ' ' | sed 's/ $//')"
fails 3 "a limit on the size of files" "File too large" sh -c 'ulimit -f 1; exec "$0" m.expr -o d/kept.c' "$bpgen"
is "a limit on the size of files: the rights stay" "604" "$(stat -c %a d/kept.c)"

# As a user without rights, who may also be the one that runs this.
chmod 755 .
mkdir locked open
old locked/o.c locked/o.h open/o.c open/o.h
chmod 444 open/o.h
chmod 755 locked
chmod 777 open
cp "$bpgen" m.expr open
user=
if [ "$(id -u)" = 0 ]; then
    user="setpriv --reuid=65534 --regid=65534 --clear-groups"
    chown -R 65534 open
    $user test -x open/bpgen 2> /dev/null || user=none
else
    chmod 555 locked
fi
if [ "$user" = none ]; then
    echo "SKIP folders and files that must not be written: setpriv does not work here"
else
    # shellcheck disable=SC2086 # a command or nothing
    fails 3 "a folder that must not be written" "locked/o.h': Permission denied" $user open/bpgen open/m.expr -o locked/o.c
    # shellcheck disable=SC2086
    fails 3 "a header that must not be written" "open/o.h': Permission denied" $user open/bpgen open/m.expr -o open/o.c
    good "without rights: older files stand" is_old locked/o.c locked/o.h open/o.c open/o.h
    chmod 000 open/m.expr
    # shellcheck disable=SC2086
    fails 3 "a model that must not be read" "cannot read 'open/m.expr': Permission denied" $user open/bpgen eval open/m.expr
    is "without rights: no other files" "bpgen m.expr o.c o.h o.c o.h" "$(cd open && echo * ../locked/* | sed 's,../locked/,,g')"
fi
chmod -R u+rwx .
if [ "$(id -u)" = 0 ]; then
    old d/owned.c
    chown 65534:65534 d/owned.c
    "$bpgen" m.expr -o d/owned.c
    is "the owner of an older file stays" 65534:65534 "$(stat -c %u:%g d/owned.c)"
else
    echo "SKIP the owner of an older file stays: only root can change owners"
fi
