#!/bin/sh
# Every option and every exit status of the command line.
. tests/start.sh
echo 'f = (x + sig(y)) / (sig(x) + (x+y)^2)' > cs.expr

has() { grep -q -- "$2" "$1"; }
hasnt() { ! grep -q -- "$2" "$1"; }

exits 0 "default output" "$bpgen" cs.expr
good "default names" test -s cs_grad.c -a -s cs_grad.h
exits 0 "-o" "$bpgen" cs.expr -o sub.c
good "-o names" test -s sub.c -a -s sub.h
good "prefix from the model" has sub.h 'cs_value_grad'
exits 0 "-o -" "$bpgen" cs.expr -o -
good "-o - is one text" sh -c 'cc -std=c99 -x c -c out -o joined.o'
good "standard input needs a name" sh -c "echo 'f=x' | '$bpgen' - -o x.c 2>/dev/null; test \$? -eq 2"
good "standard input" sh -c "echo 'f=x*x' | '$bpgen' - --name q -o x.c && grep -q q_value x.h"
cp cs.expr 2-a.b.expr
exits 0 "odd file name" "$bpgen" 2-a.b.expr
good "prefix of an odd file name" has m_2_a_b_grad.h 'm_2_a_b_value'
exits 0 "--name" "$bpgen" cs.expr --name nice -o n.c
good "--name prefix" has n.h 'nice_value'
exits 2 "--name must be an identifier" "$bpgen" cs.expr --name 2x
exits 0 "--wrt" "$bpgen" cs.expr --wrt y -o w.c
good "--wrt has a gradient type of its own" has w.h '} cs_grad;'
exits 1 "--wrt with an unknown name" "$bpgen" cs.expr --wrt nope -o nope.c
good "nothing written" test ! -e nope.c
exits 0 "--real float" "$bpgen" cs.expr --real float -o r.c
good "no double in float code" sh -c "! sed 's|/\*.*\*/||' r.c | grep -v '^ \*' | grep -qw double"
exits 2 "--real something" "$bpgen" cs.expr --real half
exits 0 "--fast" "$bpgen" cs.expr --fast -o fast.c
exits 0 "--runtime=include" "$bpgen" cs.expr --runtime=include -o inc.c
good "includes the runtime" has inc.c '#include "bpgen_runtime.h"'
good "and compiles with it" cc -std=c99 -Wall -Wextra -Werror -I"$build" -c inc.c -o inc.o
exits 0 "--stack-limit" "$bpgen" "$root/examples/mlp.expr" --stack-limit 0 -o stack.c
good "workspace argument" has stack.h 'mlp_work'
exits 0 "--example" "$bpgen" cs.expr -o e.c --example main.c
good "the example compiles and runs" sh -c 'cc -std=c99 main.c e.c -lm -o e && ./e >/dev/null'
exits 0 "--emit=ir" "$bpgen" cs.expr --emit=ir
good "ir goes to standard output" has out 'sig(y)'
exits 2 "unknown format" "$bpgen" cs.expr --emit=nope
exits 0 "-d" "$bpgen" cs.expr -d lower,reverse -o d.c
good "-d shows the passes" has err '# after reverse'
exits 0 "-d plan" "$bpgen" cs.expr -d plan -o d.c
good "-d plan shows the loop trees" has err '# plan of value_grad'
exits 0 "--const" "$bpgen" "$root/examples/rosenbrock.expr" --const n=7 -o ros.c
good "--const changes the extent" has ros.h 'x\[7\]'
exits 0 "eval" "$bpgen" eval cs.expr x=3 y=-4
good "eval prints value and gradient" sh -c 'printf "f = 1.5456448841066441\ndf/dx = 2.0595697955721652\ndf/dy = 1.5922327514838093\n" | awk "{print \$1}" > want; awk "{print \$1}" out | cmp - want'
exits 1 "eval without a value" "$bpgen" eval cs.expr x=3
good "says which name" has err "'y' has no value"
exits 1 "eval with an unknown name" "$bpgen" eval cs.expr x=3 y=1 z=2
exits 1 "eval with a bad number" "$bpgen" eval cs.expr x=3 y=abc
echo '1 2, 3
4 5 6' > six
exits 0 "values from a file" "$bpgen" eval "$root/examples/matmul.expr" W=@six X=1
good "read row by row" has out 'D = \[\[6, 6\], \[15, 15\]\]'
exits 1 "too few numbers" "$bpgen" eval "$root/examples/matmul.expr" W=@six X=@cs.expr
exits 1 "wrong shape" "$bpgen" eval "$root/examples/matmul.expr" 'W=[[1,2],[3,4]]' X=1
exits 3 "missing value file" "$bpgen" eval "$root/examples/matmul.expr" W=@none X=1
exits 0 "check" "$bpgen" check cs.expr
good "check says PASS" has out '^PASS'
exits 0 "check at a point" "$bpgen" check cs.expr x=3 y=-4 --tol 1e-8
exits 1 "check with tolerance 0" "$bpgen" check "$root/examples/mlp.expr" --tol 0
exits 0 "functions" "$bpgen" functions
good "functions lists derivatives" has out 'dy/da = y\*(1 - y)'
exits 0 "--help" "$bpgen" --help
exits 0 "--version" "$bpgen" --version
good "version" has out '^bpgen [0-9]'
exits 2 "no model" "$bpgen"
exits 2 "unknown option" "$bpgen" cs.expr --nope
exits 2 "option without its argument" "$bpgen" cs.expr -o
exits 2 "two models" "$bpgen" cs.expr cs.expr
exits 2 "option of another command" "$bpgen" eval cs.expr --emit=ir
sed 's/\\-/-/g' "$root/doc/bpgen.1" > manual
for o in $("$bpgen" --help | grep -o -- '--[a-z][a-z-]*' | sort -u); do
    good "the man page has $o" has manual "$o"
done
