"""compare.py -- numbers against references: the rule that passes, and how many units in the last place they are apart."""
import math
from decimal import Decimal

from explained import CORRECTED, is_explained

CLASSES = (1, 2, 4, 16, 256)  # units in the last place; what is further off and agrees: as the conditioning allows
LEAST = Decimal('1e-12')
SCALE = Decimal('1e-14')
ROUNDING = Decimal(2) ** -53
NOISE = Decimal('1e-90')      # second differences of 160 digits with h = 1e-30 leave about 1e-100


class Tally:
    """Comparisons of one kind: values, gradient elements or Hessian elements of one corpus by one route."""
    def __init__(self, kind):
        self.kind = kind
        self.compared = 0
        self.classes = [0] * (len(CLASSES) + 1)
        self.explained = []  # (case, point)
        self.disagreed = []  # (what, found, reference, error as a multiple of what is allowed)
        self.worst = 0.0     # largest error of what agrees, as a part of what is allowed

    @property
    def agreed(self):
        return sum(self.classes)

    def add(self, place, what, found, reference, allowed, below):
        """`found`: all numbers that were computed for it, of which the worst one counts. `place`: (case, point). `below`: the
        largest number of this order and of those below."""
        self.compared += 1
        bad = not found or not all(math.isfinite(x) for x in found)
        error = Decimal('Infinity') if bad else max(abs(Decimal(x) - reference) for x in found)
        if error <= allowed:
            units = error / Decimal(math.ulp(float(reference)))
            self.classes[sum(units > c for c in CLASSES)] += 1
            self.worst = max(self.worst, float(error / allowed) if allowed else 0.0)
        elif is_explained(self.kind, place, error, below):
            self.explained.append(place)
        else:
            self.disagreed.append((what, found, reference, float(error / allowed) if allowed else math.inf))


def relative(measured):
    """A hundred times what a plain evaluation in double errs at this point, and never less than 1e-12."""
    return max(LEAST, 100 * Decimal(measured))


def certified(reference, at, i):
    """At a certified minimum the gradient is what cancellation leaves: its terms (their size is stated) err as the value does,
    and rounding the parameters to double moves it by the Hessian."""
    if not reference.grad_scale:
        return 0
    hess = reference.hess
    moved = sum(abs(hess[max(i, k)][min(i, k)] * x) for k, x in enumerate(at))
    return relative(reference.ef) * reference.grad_scale[i] + moved * ROUNDING


class Tallies:
    """Values, gradients and Hessians of one corpus by one route."""
    def __init__(self):
        self.value, self.grad, self.hess = Tally('values'), Tally('gradients'), Tally('Hessians')
        self.cases = self.points = 0
        self.unsupported = []  # (case, message)

    def kinds(self):
        return (self.value, self.grad, self.hess)

    def add_case(self, case, results):
        self.cases += 1
        for k, (point, row) in enumerate(zip(case.points, results, strict=True)):
            self.points += 1
            correct = CORRECTED.get((case.id, k))
            for reference, result, name in zip(point.out, row, case.outs, strict=True):
                what = '%s (%s), point %d: %s' % (case.id, case.name, k, name)
                f, grad = correct if correct else (reference.f, reference.grad)
                at = [Decimal(x) for x in point.at]
                self.add_value((case.id, k), what, reference, f, grad, at, result)
                self.add_gradient((case.id, k), what, case.vars, reference, f, grad, at, result)
                if reference.hess:
                    self.add_hessian((case.id, k), what, case.vars, reference, max(abs(x) for x in [f] + grad), result)

    def add_value(self, place, what, reference, f, grad, at, result):
        moved = max(abs(g * x) for g, x in zip(grad, at, strict=True))
        self.value.add(place, what, result.values, f, relative(reference.ef) * abs(f) + SCALE * moved, abs(f))

    def add_gradient(self, place, what, names, reference, f, grad, at, result):
        largest = max(abs(g) for g in grad)
        for i, g in enumerate(grad):
            allowed = relative(reference.eg) * abs(g) + SCALE * largest + certified(reference, at, i)
            self.grad.add(place, '%s by %s' % (what, names[i]), [row[i] for row in result.grads], g, allowed, max(abs(f), largest))

    def add_hessian(self, place, what, names, reference, below, result):
        largest = max(abs(h) for row in reference.hess for h in row)
        part = relative(max(reference.ef, reference.eg))
        for i, row in enumerate(reference.hess):
            for k, h in enumerate(row):
                found = [result.hess[i][k], result.hess[k][i]] if result.hess else []
                self.hess.add(place, '%s by %s, %s' % (what, names[i], names[k]), found, h,
                              part * abs(h) + SCALE * largest + NOISE, max(below, largest))
