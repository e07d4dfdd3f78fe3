#!/bin/sh
# What -d shows of programs and plans, for whoever looks for a mistake in bpgen.
. tests/start.sh
cat > all.expr <<'EOM'
extern lut(a, b) derivative a, b
param w[3] = 0.1, c
input k[3] in 0..4
data x[3], y
const m = [2, 0, 1], third = 1/3
s = w
for t in 0..5 while sum(s) < c || !(c != 2) && s[0] >= -1 { s = -s^2*third + (t == 3 ? 1 : t > 2 && c <= 7 ? w[m[1]] : s); o[t] = s[0] }
p = max([lut(w[i], k[i]/2 - i) for i]) - logsumexp(s)
J = mean((x @ s - y)^2 for data) + sum(w[m[i]]*(2*i + 1) for i in 0..3) + p + (1 - c)/(c*(3 - c))
output o, J
EOM
cat > want <<'EOM'
# after lower
param w[3]
param c
integer k[3] in 0..4
data x[5,3] by sample
data y[5] by sample
samples sample_count
local s[6,3]
integer turns in 0..6 local
local sum_s[5]
local sum_s.9
local go_on[6]
local o[5]
local sum_s.12[5]
local max
local max_s inactive
local sumexp_s compensated
local x_dot_s[5]
local sum_sq_x_dot_s_minus_y
table m[3] in 0..3 = 2, 0, 1
local sum
output o.20[5]
output J
s[0,_0] = w[_0]   for _0 in 0..3   # s
sum_s.9 += s[0,_0]   for _0 in 0..3   from 0   # sum(s)
%9 = !(c != 2)   # !(c != 2)
%12 = -1   # -1
go_on[0] = sum_s.9 < c || %9 && s[0,0] >= %12 ? 1 : 0   # sum(s) < c || !(c != 2) && s[0] >= -1
loop t in 0..5 turns turns while go_on[t] != 0   # t
    s[t+1,_0] = -pow(s[t,_0], 2)*(1/3) + (t == 3 ? 1 : t > 2 && c <= 7 ? w[0] : s[t,_0])   for _0 in 0..3   # -s^2*third + (t == 3 ? 1 : t > 2 && c <= 7 ? w[m[1]] : s)
    o[t] = s[t+1,0]   # o[t] = s[0]
    %54 = t+1 < 5
    sum_s.12[t] += s[t+1,_0]   for _0 in 0..3   if %54   from 0   # sum(s)
    go_on[t+1] = sum_s.12[t] < c || %9 && s[t+1,0] >= %12 ? 1 : 0   if %54   # sum(s) < c || !(c != 2) && s[0] >= -1
end
%75 = (k[_0])/2 - _0   # k[i]/2 - i
max max= .link(.link(.stop(lut(w[_0], %75), lut), w[_0], w[_0]), %75, %75)   for _0 in 0..3   from -inf   # max([lut(w[i], k[i]/2 - i) for i])
max_s max= s[turns,_0]   for _0 in 0..3   from -inf   # logsumexp(s)
%83 = .finite(max_s)   # logsumexp(s)
sumexp_s += exp(s[turns,_0] - %83)   for _0 in 0..3   from 0   # logsumexp(s)
x_dot_s[sample] += x[sample,_0]*s[turns,_0]   for sample in 0..5, _0 in 0..3   from 0   # x @ s
sum_sq_x_dot_s_minus_y += pow(x_dot_s[sample] - y[sample], 2)   for sample in 0..5   from 0   # mean((x @ s - y)^2 for data)
sum += w[m[i]]*(2*i+1)   for i in 0..3   from 0   # sum(w[m[i]]*(2*i + 1) for i in 0..3)
o.20[_0] = _0 < turns ? o[_0] : 0   for _0 in 0..5   # o
%89 = max - (%83 + log(sumexp_s))   as p   # max([lut(w[i], k[i]/2 - i) for i]) - logsumexp(s)
%105 = c*(3 - c)   as den   # c*(3 - c)
%107 = sum_sq_x_dot_s_minus_y/sample_count + sum + %89 + (1 - c)/%105   as J   # mean((x @ s - y)^2 for data) + sum(w[m[i]]*(2*i + 1) for i i
J = %107   # mean((x @ s - y)^2 for data) + sum(w[m[i]]*(2*i + 1) for i i
EOM
exits 0 "-d lower" "$bpgen" all.expr -d lower -o all.c
sed '/^$/,$d' err > got
if cmp -s want got; then echo "PASS the program as written"; else echo "FAIL the program as written: $(diff want got | head -n 6)"; fi

shows() { # pattern: a line that the dump has
    if grep -qx -- "$1" err; then echo "PASS $1"; else echo "FAIL no line: $1"; fi
}
exits 0 "-d reverse,plan" "$bpgen" all.expr -d reverse,plan -o all.c
shows 'seed d_J of J'
shows 'gradient d_w\[3\] of w'
shows 'loop t[.0-9]* in 0\.\.5 turns turns reversed.*\|loop t[.0-9]* in 0\.\.5 reversed turns turns.*'
shows '    go_on\[t[.0-9]*+1\] = %[0-9]* if %[0-9]*'
shows 'cell go_on folded over t[.0-9]*, in place'
shows 'cell x_dot_s in sample[.0-9]*'
shows '    sum_sq_x_dot_s_minus_y += %[0-9]*'

cat > arrays.expr <<'EOM'
param A[30,30], x[30]
h = x
for t in 0..9 { h = tanh(A @ h) }
for t in 0..9 { h[i] = i > t ? max(A[i,j]*h[j] for j) : h[29-i] for i in 0..30 }
J = sum(h)
EOM
exits 0 "-d plan of arrays" "$bpgen" arrays.expr -d plan -o arrays.c
shows '    for _[0-9]* in 0\.\.30'
shows '            A_h\[t[.0-9]*,_[0-9]*\] 0 += %[0-9]*   held over _[0-9]*'
shows '            max_A_times_h\[t[.0-9]*,i[.0-9]*\] 0 max= %[0-9]* if %[0-9]*   held over j[.0-9]*'
shows 'loop t[.0-9]* in 0\.\.9 reversed'
shows '        d_h[.0-9]*\[t[.0-9]*,_[0-9]*\] = 0'
shows 'array h\[2\]\[30\] folded over t[.0-9]*, by parity'
shows 'array d_h[.0-9]*\[-\]\[30\] folded over t[.0-9]*, in place'
shows 'cell A_h in _[0-9]*'
shows '120 array elements'
