#!/bin/sh
# What `eval` reads as samples, and the patterns that it prints.
. tests/start.sh
cat > data.expr <<'EOM'
param w = 2
data x[2], y
f = sum(w*x[0]*y + x[1] for data)
EOM
printf '1 2\n3,4\n' > two
printf '1\n2\n' > ys
printf '1 2 3' > three

gives() { # f its-derivative arguments...
    wanted="f = $1 df/dw = $2"
    shift 2
    is "samples $*" "$wanted" "$("$bpgen" eval data.expr "$@" 2>&1 | tr '\n' ' ' | sed 's/ $//')"
}
gives 20 7 'x=[[1,2],[3,4]]' 'y=[1, 2]'
gives 20 7 x=@two y=@ys
gives 20 7 x=@two 'y=[1,2]'
gives 30 12 x=@two y=3   # a number counts for every sample
gives 4 1 x=@ys y=1      # one sample

says() { # status text arguments...
    status=$1 text=$2
    shift 2
    exits "$status" "refused: $*" "$bpgen" eval "$@"
    is "message of $*" "bpgen: $text" "$(head -n 1 err)"
}
says 1 'x has 2 samples, y has 3' data.expr x=@two 'y=[1,2,3]'
says 1 'x has 1 samples, y has 4' data.expr x=@ys y=@two
says 1 'x: 3 numbers are not samples of 2 each' data.expr x=@three y=1
says 1 'x: there has to be one sample at least' data.expr 'x=[]' 'y=[]'
says 1 'x: 0 numbers instead of 2' data.expr x=@/dev/null y=1
says 3 "cannot read 'none': No such file or directory" data.expr x=@none y=1
says 1 'x: the value does not have the shape [1,2]' data.expr 'x=[[1,2,3]]' y=1

cat > pattern.expr <<'EOM'
param A[2,2], x[2]
input k[2] in 0..2
y = [x[k[i]]*A[i,0] for i]
z = sum(x^3)
output y, z
EOM
cat > want <<'EOM'
Jacobian: 3 x 6, 6 entries
  *....*
  ..*..*
  ....**
colours of columns (forward sweeps): 2
colours of rows (reverse sweeps): 3
0 0  y[0] A[0,0]
0 5  y[0] x[1]
1 2  y[1] A[1,0]
1 5  y[1] x[1]
2 4  z x[0]
2 5  z x[1]
Hessian of a sum of outputs: 6 x 6, 6 entries, 4 of them in the lower triangle
  .....*
  ......
  .....*
  ......
  ....*.
  *.*..*
colours of columns: 3
colours of a star colouring: 2
0 5  A[0,0] x[1]
2 5  A[1,0] x[1]
4 4  x[0] x[0]
5 0  x[1] A[0,0]
5 2  x[1] A[1,0]
5 5  x[1] x[1]
EOM
exits 0 "triplets" "$bpgen" eval pattern.expr --sparsity --triplets 'k=[1,1]'
good "rows, columns and names of all entries" cmp want out
exits 0 "a pattern for all values of an integer input" "$bpgen" eval pattern.expr --sparsity
is "what may be there" "Jacobian: 3 x 6, 8 entries" "$(head -n 1 out)"
says 1 'k: 2 is not an integer in 0..2' pattern.expr --sparsity 'k=[1,2]'
echo 'input k
y = k^2' > inputs.expr
exits 1 "a pattern of nothing" "$bpgen" eval inputs.expr --sparsity
good "says why" grep -q '1:1: error: there is nothing to differentiate by' err
