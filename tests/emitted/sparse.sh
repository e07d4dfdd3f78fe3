#!/bin/sh
# Sparse Jacobians and Hessians in C: they compile without a word, their self-tests compare every entry with the dense matrix and
# with products; the text does not depend on the size where the pattern is regular, and large tables have a file of their own.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c99 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wmissing-prototypes -Werror -ffp-contract=off -O1"

say() { # name, why it failed or ""
    if [ -z "$2" ]; then echo "PASS $1"; else echo "FAIL $1: $2"; fi
}

run() { # model options...: prints what is wrong
    "$build/bpgen" "$@" --name m -o "$work/m.c" 2> "$work/errors" || { head -n 1 "$work/errors"; return; }
    for cc in gcc clang; do
        # shellcheck disable=SC2086 # a list of flags
        $cc $flags -DBPGEN_SELFTEST -DBPGEN_SELFTEST_MAIN "$work/m.c" -o "$work/m" -lm 2> "$work/errors" ||
            { echo "$cc: $(head -n 1 "$work/errors")"; return; }
        "$work/m" || { echo "$cc: self-test $?"; return; }
    done
}

all=jacobian,jacobian_sparse,jvp,hessian,hessian_sparse,hvp

# Irregular: the edges of a graph.
awk 'BEGIN { n = 300; m = 500; s = 1; a = b = ""
    for (k = 0; k < m; k++) { s = s*1103515245 % 2147483648; s = (s + 12345) % 2147483648; a = a (k ? ", " : "") int(s/65536) % n
        s = s*1103515245 % 2147483648; s = (s + 12345) % 2147483648; b = b (k ? ", " : "") int(s/65536) % n }
    print "const m = " m ", a = [" a "], b = [" b "]"
    print "param x[" n "] in [-1, 1]"
    print "f = sum((x[a[k]] - x[b[k]]^2)^2 for k in 0..m)" }' > "$work/graph.expr"
cat > "$work/arrow.expr" <<'END'
param x[30] in [-1, 1]
f = sum(exp(x[0]*x[i]) for i in 1..30)
END
cat > "$work/blocks.expr" <<'END'
param x[24] in [-1, 1]
y[b] = sum(x[3*b+i]*x[3*b+j]*(i + 2*j) for i in 0..3, j in 0..3) for b in 0..8
output y
END
cat > "$work/kronecker.expr" <<'END'
param a[4] in [-1, 1], B[3,5] in [-1, 1]
K[i,j,k] = a[i]*sin(B[j,k])
output K
END
cat > "$work/heat.expr" <<'END'
const n = 40
param u0[n] in [-1, 1]
u = u0
for t in 0..3 { u = [i == 0 || i == n-1 ? u[i] : u[i] + 0.2*(u[i-1] - 2*u[i] + u[i+1]) + 0.01*sin(u[i]) for i in 0..n] }
output u
END
cat > "$work/grid.expr" <<'END'
const n = 12
param u[n,n] in [-1, 1], w[3]
f = sum(sqrt(1 + (u[i+1,j] - u[i,j])^2 + (u[i,j+1] - u[i,j])^2) for i in 0..n-1, j in 0..n-1) + exp(w[0]*w[2])
END
for model in graph arrow blocks kronecker heat grid; do
    say "$model" "$(run "$work/$model.expr" --functions $all)"
    say "$model, lower triangle, float" "$(run "$work/$model.expr" --functions hessian,hessian_sparse,hvp --lower-triangle --real float)"
done
for mode in forward reverse; do
    say "blocks, $mode mode" "$(run "$work/blocks.expr" --functions jacobian,jacobian_sparse,jvp --mode $mode)"
done
for model in bundle gmm mlp lee kalman mpc rnn; do
    say "$model" "$(run "examples/$model.expr" --functions $all)"
done
for n in 2 3 4 5 99 101; do
    say "rosenbrock, n = $n" "$(run examples/rosenbrock.expr --const n=$n --functions $all)"
done

# Large tables: a file of their own; on standard output one text.
bytes() { wc -c < "$1"; }
why=""
"$build/bpgen" "$work/graph.expr" --name m -o "$work/g.c" --functions hessian_sparse || why="not compiled"
grep -q '#include "g_sparsity.h"' "$work/g.c" || why="the file of tables is not included"
[ "$(bytes "$work/g_sparsity.h")" -gt 10000 ] || why="the tables are not in their file"
"$build/bpgen" "$work/graph.expr" --name m -o - --functions hessian_sparse > "$work/one.c"
grep -q '_sparsity.h' "$work/one.c" && why="standard output includes a file"
gcc -std=c99 -c "$work/one.c" -o "$work/one.o" 2> "$work/errors" || why="one text: $(head -n 1 "$work/errors")"
say "a file of tables" "$why"

# The program of --example prints them with rows and columns.
"$build/bpgen" examples/rosenbrock.expr --const n=3 --name m -o "$work/e.c" --functions hessian_sparse,jacobian_sparse --example "$work/main.c" &&
    gcc -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$work" "$work/main.c" "$work/e.c" -o "$work/e" -lm 2> "$work/errors" && "$work/e" > "$work/got"
why=""
[ "$(grep -c '^hessian\[[0-2]\]\[[0-2]\] = ' "$work/got")" = 7 ] || why="$(head -n 1 "$work/errors") $(cat "$work/got")"
[ "$(grep -c '^jacobian\[0\]\[[0-2]\] = ' "$work/got")" = 3 ] || why="$(head -n 1 "$work/errors") $(cat "$work/got")"
say "an example program" "$why"

# What is too large, and what has no entries, is said.
refused() { # model text, function, expected: what was said in its place
    echo "$1" > "$work/refused.expr"
    "$build/bpgen" "$work/refused.expr" --functions "$2" -o "$work/x.c" > "$work/got" 2>&1 && echo "not refused"
    grep -q "error: $3" "$work/got" || cat "$work/got"
}
say "no entries" "$(refused "param x[3]; f = sum(x)" hessian_sparse "the Hessian is 0 everywhere")"
say "too many entries" "$(refused "param x[20000]; f = sum(x)^2" hessian_sparse "the pattern of the Hessian has more than 33554432 entries")"
echo "param x[20000]; f = sum((x[i] - x[j])^4 for i, j)" > "$work/refused.expr"
"$build/bpgen" eval "$work/refused.expr" --sparsity > "$work/got" 2>&1
grep -q "error: the pattern of the Jacobian takes more than" "$work/got" && why="" || why=$(cat "$work/got")
say "too many steps" "$why"

# The text for n = 10000 is that for n = 100 but for the numbers; 3 colours, and about 3 times the cost of a product.
for n in 100 10000; do
    "$build/bpgen" examples/rosenbrock.expr --const n=$n --name m -o "$work/r$n.c" --functions hessian_sparse,hvp
    sed -n '/^#ifdef BPGEN_SELFTEST$/q; /^double m_/,$p' "$work/r$n.c" | sed 's/[0-9][0-9]*/N/g' > "$work/text$n"
done
why=""
cmp -s "$work/text100" "$work/text10000" || why="the text depends on n"
[ -s "$work/text100" ] || why="no text"
ls "$work"/r*_sparsity.h > /dev/null 2>&1 && why="there are tables"
grep -q 'd_x_dot\[10000\]\[3\]' "$work/r10000.h" || why="not 3 colours"
grep -q 'HESSIAN_NNZ 29998 ' "$work/r10000.h" || why="not 29998 entries"
weight() { sed -n "s/^ \*   $1 .*weight \([0-9]*\) .*/\1/p" "$work/r10000.c"; }
[ "$(weight hessian_sparse)" -le $((3 * $(weight hvp))) ] || why="$(weight hessian_sparse) operations, a product takes $(weight hvp)"
say "rosenbrock, n = 10000" "$why"
