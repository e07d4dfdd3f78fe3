#!/bin/sh
# Functions on request. Alone: nothing else is emitted, and it compiles. All together, several directions at once, the lower triangle,
# both modes, float: every element is what the evaluator gives for this kind of derivative, nothing is added to what was there before,
# and the self-test (functions against each other and against differences) passes.
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c99 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wmissing-prototypes -Werror -ffp-contract=off"
all=value,vjp,forward,backward,jvp,jacobian,hvp,hessian

good() { name=$1; shift; if "$@"; then echo "PASS $name"; else echo "FAIL $name"; fi; }
emit() { # model options: m.c; false if the model cannot be compiled (yet)
    rm -f "$work/m.c" "$work/m.h"
    "$build/bpgen" "$@" --name m -o "$work/m.c" > "$work/messages" 2>&1
}

# ---- alone ----------------------------------------------------------------------------------------------

# The functions of the object, without the check of integer inputs that belongs to the structs.
functions_of() { nm "$1" | sed -n 's/.* T m_//p' | grep -v '^index_ok$' | sort | xargs; }
alone() { # model function
    list=$2
    [ "$2" != backward ] || list=forward,backward
    emit "$1" --functions "$list" || return 1
    gcc $flags -O0 -c "$work/m.c" -o "$work/m.o" || return 1
    [ "$(functions_of "$work/m.o")" = "$(echo "$list" | tr , '\n' | sort | xargs)" ] || return 1
    [ "$(grep -o '\bm_[a-z_]*(' "$work/m.h" | sed 's/m_\(.*\)(/\1/' | grep -v 'index_ok\|selftest' | sort | xargs)" = "$(functions_of "$work/m.o")" ] || return 1
    case $2 in forward | backward) ;; *) ! grep -q 'm_tape' "$work/m.h" ;; esac
}
for model in cs231n mlp bundle rosenbrock matmul lstm; do
    scalar=$("$build/bpgen" "examples/$model.expr" --name m -o - | grep -c '^double m_value_grad')
    for f in value value_grad forward backward vjp jvp jacobian hvp hessian; do
        if [ "$f" = value_grad ] && [ "$scalar" -eq 0 ]; then
            emit "examples/$model.expr" --functions value_grad
            good "$model: value_grad of several outputs is refused" grep -q 'value_grad needs one scalar output; .* ask for vjp' "$work/messages"
        else
            good "$model: $f alone" alone "examples/$model.expr" $f
        fi
    done
done

# ---- values ---------------------------------------------------------------------------------------------

externs() { # float or double: the C functions that models of the collection call
    for cc in gcc clang; do
        $cc $flags -DREAL="$1" -O1 -c tests/emitted/externs.c -o "$work/externs_$1_$cc.o" || echo "FAIL externs.c"
    done
}
externs double
externs float
# The self-test is part of the same object.
compare() { # compiler, real, options of tool_functions; m.c and m.h are there
    cc=$1 real=$2 close='' alone=''
    shift 2
    [ "$real" = double ] || close="-DCLOSE=2e-3 -DCLOSE_TO_LARGEST=2e-4"
    if ! "$build/tests/numeric/tool_functions" "$@" > "$work/driver.c" 2> "$work/messages"; then
        grep -q 'no point with a finite value' "$work/messages" || return 1
        alone=-DBPGEN_SELFTEST_MAIN # the evaluator knows nothing of the user's C functions
        : > "$work/driver.c"
    fi
    $cc $flags -DBPGEN_SELFTEST $alone $optimise -c "$work/m.c" -o "$work/m.o" &&
        $cc -std=c99 -O0 -w $close -I"$work" -Itests/numeric "$work/driver.c" "$work/m.o" "$work/externs_${real}_$cc.o" -o "$work/driver" -lm &&
        "$work/driver"
}
values() { # name, model, compiler, options of the tool; prints what is wrong
    name=$1 model=$2 cc=$3 other=clang real=double
    shift 3
    [ $cc = gcc ] || other=gcc
    case " $* " in *" float "*) real=float ;; esac
    options=$(for o in "$@"; do echo "--$o"; done | sed 's/--float/--real=float/')
    # shellcheck disable=SC2086 # a list of options
    if ! emit "$model" $options; then
        echo "FAIL $name: $(head -n 3 "$work/messages")"
    elif { echo '#include "m.h"' | g++ -I"$work" -Wall -Wextra -Wpedantic -Werror -x c++ -fsyntax-only - &&
        $other $flags -DBPGEN_SELFTEST -DBPGEN_SELFTEST_MAIN -fsyntax-only "$work/m.c" && compare $cc $real "$model" 2 "$@"; } > "$work/out" 2>&1; then
        echo "PASS $name"
    else
        echo "FAIL $name"
        cat "$work/messages" "$work/out" | head -n 8
    fi
}

for model in examples/*.expr tests/regress/*.expr ../shared/language/valid/*.expr; do
    [ -e "$model" ] || { echo "SKIP ${model%/*} is not here"; continue; }
    list=$all optimise=-O0
    case $model in examples/*) optimise=-O1; "$build/bpgen" "$model" --name m -o - 2> /dev/null | grep -q '^double m_value_grad' && list=$all,value_grad ;; esac
    values "$model" "$model" gcc functions=$list
done
optimise=-O0
for seed in 1 2 3 4 1019; do
    for kind in straight loop nested while; do
        "$build/tests/numeric/tool_models" $seed $kind > "$work/r.expr"
        values "random $kind $seed" "$work/r.expr" gcc functions=$all,value_grad
    done
done
optimise=-O1
for model in cs231n bundle gmm matmul rnn lstm_layers newton spiking; do
    model=examples/$model.expr
    values "$model, 3 directions, lower triangle" "$model" clang functions=jvp,hvp,hessian directions=3 lower-triangle
    values "$model, forward Jacobian" "$model" clang functions=value,jvp,jacobian mode=forward
    values "$model, reverse Jacobian" "$model" clang functions=value,vjp,jacobian mode=reverse
    values "$model, float" "$model" gcc functions=$all float
done

# ---- what the self-test finds ---------------------------------------------------------------------------

# It knows the size of what is nothing but rounding.
emit tests/regress/norm_along.expr --functions $all --real=float
gcc -std=c99 -DBPGEN_SELFTEST_MAIN -O1 "$work/m.c" -o "$work/selftest" -lm || echo "FAIL norm_along in float does not compile"
good "the self-test accepts second derivatives that are nothing but rounding" "$work/selftest"

# A wrong sign or a lost term in any of the functions fails it.
emit examples/cs231n.expr --functions value,vjp,jvp,jacobian,hvp,hessian
cp "$work/m.c" "$work/right.c"
for f in vjp jvp jacobian hvp hessian; do
    case $f in
    vjp) edit='s/grad->x = /grad->x = -/' ;;
    jvp) edit='s/\*tangent = /*tangent = 0.5*/' ;;
    jacobian) edit='s/jacobian\[0\]\[1\] = /jacobian[0][1] = 1.001*/' ;;
    hvp) edit='s/product->y = /product->y = -/' ;;
    hessian) edit='s/hessian\[0\]\[1\] = /hessian[0][1] = 1.001*/' ;;
    esac
    awk -v f="m_$f(" 'index($0, f) && !/;$/ { on = 1 } /^}/ { on = 0 } { print (on ? "@" : " ") $0 }' "$work/right.c" | sed "/^@/$edit; s/^.//" > "$work/m.c"
    cmp -s "$work/m.c" "$work/right.c" && echo "FAIL $f was not changed"
    gcc -std=c99 -DBPGEN_SELFTEST_MAIN -O1 "$work/m.c" -o "$work/selftest" -lm || echo "FAIL $f does not compile"
    if "$work/selftest"; then echo "FAIL the self-test accepts a wrong $f"; else echo "PASS the self-test finds a wrong $f"; fi
done
