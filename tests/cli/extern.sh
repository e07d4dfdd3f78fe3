#!/bin/sh
# C functions of the user's and stated derivatives: messages, names, prototypes, `check` with and without --surrogate.
. tests/start.sh

has() { grep -q -- "$2" "$1"; }
hasnt() { ! grep -q -- "$2" "$1"; }
flags="-std=c99 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wmissing-prototypes -Werror"

cat > table.expr <<'END'
extern slope(x)
extern lut(x) derivative slope(x)
param x = 0.3, lut_x = 2
slope = lut(x + 1)
f = slope^2*lut(lut_x)
END
exits 0 "extern compiles" "$bpgen" table.expr --name t -o t.c
good "its prototypes are in the header" has t.h '^double lut(double);$'
good "also that of a derivative" has t.h '^double slope(double);$'
# shellcheck disable=SC2086 # a list of flags
good "without a warning, next to variables of the same names" cc $flags -c t.c -o t.o
exits 0 "float" "$bpgen" table.expr --name t --real float -o tf.c
good "float prototypes" has tf.h '^float lut(float);$'
good "and a word about it" has tf.h 'functions of floats'
exits 1 "eval cannot run it" "$bpgen" eval table.expr
good "and says what can" has err "calls 'lut', a C function of yours.*self-test"
exits 1 "check neither" "$bpgen" check table.expr

cat > values.c <<'END'
#include "t.h"
double lut(double x) { return x*x + x; }
double slope(double x) { return 2*x + 1; }
int main(void)
{
    t_params p = { 0.3, 2 }, g;
    double f = t_value_grad(&p, &g), y = 1.3*1.3 + 1.3;
    double a = f - y*y*6, b = g.x - 2*y*(2*1.3 + 1)*6, c = g.lut_x - y*y*5;
    return !(a*a + b*b + c*c < 1e-20);
}
END
good "value and gradient through it" sh -c 'cc -std=c99 -I. values.c t.c -o values -lm && ./values'

cat > shared.expr <<'END'
extern second(p, t) derivative t, p
extern first(p, t) derivative second(p, t), second(p, t)
param x = 2, z = 3
f = first(x*z, z^2) + second(x*z, z^2)
END
cat > shared.c <<'END'
#include "s.h"
double first(double p, double t) { return p + 10*t; }
double second(double p, double t) { return p*t; }
int main(void)
{
    s_params p = { 2, 3 }, g;
    double f = s_value_grad(&p, &g); /* p = 6, t = 9: 96 + 54; by p 54 + 9, by t 54 + 6 */
    return !(f == 150 && g.x == 63*3 && g.z == 63*2 + 60*6);
}
END
exits 0 "functions of the same arguments" "$bpgen" shared.expr --name s -o s.c
good "each argument is computed once" sh -c 'sed -n "/^double s_value(/,/^}/p" s.c > body && [ "$(grep -c "z \* z" body)" = 1 ] && [ "$(grep -c "x \* z" body)" = 1 ]'
good "and counts for both" sh -c 'cc -std=c99 -I. shared.c s.c -o shared -lm && ./shared'

printf 'extern g(x)\nf = g(a)^2\n' > none.expr
exits 1 "no stated derivative" "$bpgen" none.expr -o none.c
good "says which function, and where" has err "none.expr:2:5: error: 'g' is a C function without a derivative; state one"
good "nothing is written" test ! -e none.c
printf 'extern g(x)\nparam a; input b\nf = g(b)*a\n' > input.expr
exits 0 "not needed where nothing is differentiated" "$bpgen" input.expr -o input.c
for word in int fabsf sig main t_value __g M_x; do
    printf 'extern %s(x)\ninput a\nf = %s(a)\n' "$word" "$word" > name.expr
    exits 1 "no C function can be called $word" "$bpgen" name.expr --name t -o name.c
    good "message about $word" has err "'$word' cannot be a function of yours in C"
done

cat > spike.expr <<'END'
def spike(u) = u > 0 ? 1 : 0 derivative 1/(1 + 10*abs(u))^2
def cube(u) = u^3 derivative 3*u^2
param v, w
f = spike(v - 1)*w + cube(w)
END
exits 1 "check finds that a stated derivative differs" "$bpgen" check spike.expr
good "says which" has out '^function spike: .* stated .*, difference 0$'
good "and what to do" has out 'say --surrogate spike'
good "the other one agrees" has out '^function cube: 10 stated .* worst gap 0,'
exits 0 "--surrogate" "$bpgen" check spike.expr --surrogate spike
good "differences only where they make sense" has out 'derivative by v goes through'
good "and there they are made" has out '^10 derivatives at 10 points'
exits 1 "--surrogate of something else" "$bpgen" check spike.expr --surrogate spike,nope
exits 2 "--surrogate goes with check" "$bpgen" spike.expr --surrogate spike
sed 's/3\*u^2/3.0001*u^2/' spike.expr > wrong.expr
exits 1 "a small error is found" "$bpgen" check wrong.expr --surrogate spike
good "in the right function" has out 'say --surrogate cube'
exits 0 "eval follows the stated derivative" "$bpgen" eval spike.expr v=1 w=2
good "value and gradient" sh -c "grep -qx 'f = 8' out && grep -qx 'df/dv = 2' out && grep -qx 'df/dw = 12' out"
cat > deep.expr <<'END'
def f0(u) = u*u derivative 2*u
END
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    echo "def f$i(u) = f$((i-1))(u) + f$((i-1))(0.5*u) derivative f$((i-1))(u) - f$((i-1))(2*u)"
done >> deep.expr
printf 'param x\ny = f30(x)\n' >> deep.expr
exits 1 "functions that call each other too often" timeout 300 "$bpgen" deep.expr -o deep.c
good "message" has err 'more than 16777216 steps'

# The self-test: functions that agree pass; a wrong value of a stated derivative, of the first or the second order, does not.
cat > second.expr <<'END'
extern d2lut(x)
extern dlut(x) derivative d2lut(x)
extern lut(x) derivative dlut(x)
param p[40], z
f = sum(lut(p*z)^2)
END
cat > lut.c <<'END'
#include <math.h>
double lut(double x);
double dlut(double x);
double d2lut(double x);
double lut(double x) { return sin(x) + (KINK > 0 ? fabs(x - 0.1) : 0); }
double dlut(double x) { return WRONG1 * cos(x) + (KINK > 0 ? x > 0.1 ? 1 : -1 : 0); }
double d2lut(double x) { return WRONG2 * -sin(x); }
END
exits 0 "all functions" "$bpgen" second.expr --name s --functions value,value_grad,forward,backward,jvp,hessian,hvp -o s.c
good "head comment" has s.c 'Calls C functions of yours: lut, dlut, d2lut'
selftest() { cc $flags -ffp-contract=off -DWRONG1="$1" -DWRONG2="$2" -DKINK="$3" -DBPGEN_SELFTEST_MAIN s.c lut.c -lm -o selftest && ./selftest; }
good "self-test passes" selftest 1 1 0
good "also next to kinks" selftest 1 1 1
wrong() { ! selftest "$@"; }
good "a wrong first derivative is found" wrong 1.01 1 0
good "a wrong second derivative is found" wrong 1 1.01 0
