"""special.py -- special.tsv: value, first and second derivative of one function at many arguments, in units in the last place."""
import math
import os
from decimal import Decimal

import cases
import routes

ROOT_PI = Decimal('1.7724538509055160272981674833411')
ORDERS = ('f', "f'", "f''")


class Row:
    def __init__(self, name, x, numbers):
        self.x = x
        self.wanted = [Decimal(n) for n in numbers]
        self.corrected = name == 'erf' and abs(Decimal(x)) < Decimal('1e-18')
        if self.corrected:
            self.wanted[2] = -4 * Decimal(x) / ROOT_PI  # the file has 0 or few digits; the next term is 4 x^3
        self.at = [x]


class Function:
    """Shaped like a Case: one param, one output, so that both routes run it."""
    def __init__(self, name):
        self.name = self.id = name
        self.vars = self.order = ['x']
        self.outs = ['f']
        self.has_hessian = True
        self.text = 'f = %s(x)\n' % name
        self.points = []


def load(folder):
    functions = {}
    for name, x, f, df, d2f, _ in cases.table(folder, 'special.tsv'):
        functions.setdefault(name, Function(name)).points.append(Row(name, x, (f, df, d2f)))
    return list(functions.values())


def evaluate(bpgen, function, path):
    results = []
    for row in function.points:
        found = routes.numbers(routes.run([bpgen, 'eval', path, 'x=' + row.x, '--hessian']))
        results.append([found['f'], found['df/dx'], found['d2f/dx dx']])
    return results


def numbers(results):
    """Of results of the compiled functions: value, derivative, second derivative."""
    return [(row[0].values[0], row[0].grads[0][0], row[0].hess[0][0]) for row in results]


# Largest errors of value, first and second derivative that pass. Values are libm's (glibc: at most 2). Derivatives are our
# helpers (digamma, trigamma, exp(-x^2): 3) or a few operations; those of cbrt multiply libm's 2 by 2 and by 5.
LIMITS = {
    'lgamma': (4, 4, 3), 'erf': (4, 3, 4), 'erfc': (4, 3, 4), 'log1p': (4, 2, 3), 'expm1': (4, 2, 2), 'asinh': (4, 3, 6),
    'acosh': (4, 3, 6), 'atanh': (4, 3, 6), 'cbrt': (4, 8, 24),
}


def units(name, order, x, found, wanted):
    """Between a number and its reference; below the normal numbers in spacings. Of digamma below 0, which is the difference of
    digamma(1 - x) and pi cot(pi x), in units of the larger one."""
    if math.isnan(found):
        return math.inf
    nearest = float(wanted)
    if math.isinf(nearest) or math.isinf(found):
        return 0.0 if found == nearest else math.inf
    size = abs(nearest)
    if name == 'lgamma' and order == 1 and x < 0:
        size = max(1.0, size, abs(nearest - math.log(1 - x)), math.log(1 - x))
    return float(abs(Decimal(found) - wanted) / Decimal(math.ulp(size)))


class Worst:
    """Largest errors of one function by one route."""
    def __init__(self, name):
        self.name, self.errors, self.wrong = name, [0.0, 0.0, 0.0], []

    def add(self, function, results):
        for row, found in zip(function.points, results, strict=True):
            for order in range(3):
                error = units(self.name, order, float(row.x), found[order], row.wanted[order])
                self.errors[order] = max(self.errors[order], error)
                if not error <= LIMITS[self.name][order]:
                    self.wrong.append('%s at %s is %r, not %s' % (ORDERS[order], row.x, found[order], row.wanted[order]))
