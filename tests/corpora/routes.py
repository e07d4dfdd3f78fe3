"""routes.py -- the two ways to numbers: bpgen's evaluator, and emitted C that is compiled and run."""
import os
import subprocess


class Unsupported(Exception):
    """bpgen refuses the model; its message."""


class Result:
    """Of one output at one point: every value and gradient that was computed, in whatever mode; one Hessian, full."""
    def __init__(self):
        self.values, self.grads, self.hess = [], [], None


def run(command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unsupported(done.stderr.strip() or 'exit status %d' % done.returncode)
    return done.stdout


# ---- the evaluator ---------------------------------------------------------------------------------------

def numbers(text):
    """`f = 1`, `df/dx = 2`: what bpgen eval prints, by its left sides."""
    return {left: float(right) for left, right in (line.split(' = ') for line in text.splitlines())}


def square(found, pattern, names):
    """A Hessian of which every element is printed once."""
    size = range(len(names))
    rows = [[0.0] * len(names) for _ in names]
    for i in size:
        for k in size:
            key = pattern % (names[i], names[k])
            if key in found:
                rows[i][k] = rows[k][i] = found.pop(key)
    return rows


def evaluate(bpgen, case, path):
    """Results by point and output: gradients by reverse mode, Hessians by forward over reverse, `path`: the model."""
    results = []
    for point in case.points:
        at = ['%s=%s' % (v, x) for v, x in zip(case.vars, point.at)]
        one = len(case.outs) == 1
        asked = ['--jacobian', '--mode=reverse'] + (['--hessian'] if one and point.out[0].hess else [])
        found = numbers(run([bpgen, 'eval', path] + at + asked))
        row = []
        for name, reference in zip(case.outs, point.out):
            result = Result()
            result.values.append(found[name])
            result.grads.append([found['d%s/d%s' % (name, v)] for v in case.vars])
            if reference.hess and one:
                result.hess = square(found, 'd2%s/d%%s d%%s' % name, case.vars)
            elif reference.hess:
                second = numbers(run([bpgen, 'eval', path] + at + ['--hessian', '--seed=%s=1' % name]))
                result.values.append(second[name])
                result.grads.append([second['d/d%s' % v] for v in case.vars])
                result.hess = square(second, 'd2/d%s d%s', case.vars)
            row.append(result)
        results.append(row)
    return results


# ---- emitted C -------------------------------------------------------------------------------------------

PRELUDE = '''#include <stdio.h>
#include <string.h>
#include "bpgen_runtime.h"

static void put(const char *kind, int model, int point, int output, const double *x, int count)
{
    printf("%s %d %d %d", kind, model, point, output);
    for (int i = 0; i < count; i++)
        printf(" %a", x[i]);
    printf("\\n");
}
'''

# What is called at a point, of models with one output and with several. P: the prefix of the model's names.
ONE = '''
        out = @_value(&p);
        put("V", N, k, 0, &out, 1);
        out = @_value_grad(&p, &g);
        put("V", N, k, 0, &out, 1);
        put("G", N, k, 0, (const double *)&g, VARS);
        out = @_jacobian(&p, jacobian);
        put("V", N, k, 0, &out, 1);
        put("G", N, k, 0, jacobian[0], VARS);'''
ONE_HESSIAN = '''
        out = @_hessian(&p, &g, hessian);
        put("V", N, k, 0, &out, 1);
        put("G", N, k, 0, (const double *)&g, VARS);
        put("H", N, k, 0, hessian[0], VARS * VARS);'''
MANY = '''
        @_value(&p, &out);
        for (int o = 0; o < OUTS; o++)
            put("V", N, k, o, (const double *)&out + o, 1);
        @_jacobian(&p, &out, jacobian);
        for (int o = 0; o < OUTS; o++) {
            put("V", N, k, o, (const double *)&out + o, 1);
            put("G", N, k, o, jacobian[o], VARS);
        }
        for (int o = 0; o < OUTS; o++) {
            memset(&seed, 0, sizeof seed);
            ((double *)&seed)[o] = 1;
            @_vjp(&p, &seed, &out, &g);
            put("V", N, k, o, (const double *)&out + o, 1);
            put("G", N, k, o, (const double *)&g, VARS);HESSIAN
        }'''
MANY_HESSIAN = '''
            @_hessian(&p, &seed, &out, &g, hessian);
            put("V", N, k, o, (const double *)&out + o, 1);
            put("G", N, k, o, (const double *)&g, VARS);
            put("H", N, k, o, hessian[0], VARS * VARS);'''


def emit(bpgen, case, prefix, path):
    functions = ['value', 'value_grad' if len(case.outs) == 1 else 'vjp', 'jacobian'] + ['hessian'] * case.has_hessian
    return run([bpgen, path, '--name=' + prefix, '--functions=' + ','.join(functions), '--mode=forward',
                '--runtime=include', '-o', '-'])


def driver(case, number):
    """C that runs one model at all its points."""
    if len(case.outs) == 1:
        body = 'double out;' + ' double hessian[VARS][VARS];' * case.has_hessian
        calls = ONE + ONE_HESSIAN * case.has_hessian
    else:
        body = '@_outputs seed, out;' + ' double hessian[VARS][VARS];' * case.has_hessian
        calls = MANY.replace('HESSIAN', MANY_HESSIAN if case.has_hessian else '')
    rows = ['{ %s }' % ', '.join(float(point.at[case.vars.index(v)]).hex() for v in case.order) for point in case.points]
    text = '''
static void run_@(void)
{
    static const double at[][VARS] = { %s };
    @_params p, g;
    double jacobian[OUTS][VARS];
    %s

    for (int k = 0; k < %d; k++) {
        memcpy(&p, at[k], sizeof p);%s
    }
}
''' % (', '.join(rows), body, len(case.points), calls)
    for name, value in (('@', 'm%d' % number), ('VARS', len(case.vars)), ('OUTS', len(case.outs)), ('N,', '%d,' % number)):
        text = text.replace(name, str(value))
    return text


def collect(text, cases):
    """What the program printed, by model, point and output; gradients and Hessians in the order of the case's variables."""
    results = {n: [[Result() for _ in case.outs] for _ in case.points] for n, case in cases.items()}
    for line in text.splitlines():
        kind, model, point, output, *values = line.split(' ')
        case = cases[int(model)]
        result = results[int(model)][int(point)][int(output)]
        values = [float.fromhex(v) for v in values]
        places = [case.order.index(v) for v in case.vars]
        if kind == 'V':
            result.values += values
        elif kind == 'G':
            result.grads.append([values[i] for i in places])
        else:
            result.hess = [[values[i * len(places) + k] for k in places] for i in places]
    return results


def compiled(cc, build, work, cases, texts):
    """Compiles the models together (numbers to cases and to emitted C), runs them, and gives their results by number."""
    source = os.path.join(work, 'unit.c')
    with open(source, 'w', encoding='ascii') as out:
        out.write(PRELUDE)
        for n, case in cases.items():
            out.write(texts[n] + driver(case, n))
        out.write('\nint main(void)\n{\n' + ''.join('    run_m%d();\n' % n for n in cases) + '    return 0;\n}\n')
    program = os.path.join(work, 'unit')
    run(cc.split() + ['-std=c99', '-ffp-contract=off', '-I', build, source, '-o', program, '-lm'])
    return collect(run([program]), cases)
