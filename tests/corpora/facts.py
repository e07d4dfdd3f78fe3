"""facts.py -- what else the corpora state: identities, published and certified numbers, known minima, closed forms."""
import math
import os
from decimal import Decimal, getcontext
from fractions import Fraction

import cases
import routes
from compare import SCALE, relative
from explained import is_explained

getcontext().prec = 60


class Facts:
    """How often each kind of statement was looked at, and what is wrong."""
    def __init__(self):
        self.counts, self.wrong = {}, []

    def check(self, kind, good, case, text):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if not good:
            self.wrong.append('%s: %s (%s): %s' % (kind, case.id, case.name, text))


def close(found, wanted, part, scale=0):
    size = max(abs(Decimal(wanted)), Decimal(scale))
    return math.isfinite(found) and abs(Decimal(found) - Decimal(wanted)) <= Decimal(part) * size


# ---- at the points of the files, by both routes --------------------------------------------------------------

def identity(facts, case, results):
    """The first output's derivative is the second output."""
    if not case.record.get('identity'):
        return
    name = case.record['identity'].split(' = ')[0].split('/')[1].removeprefix('d').strip()
    place = case.vars.index(name)
    for k, (point, row) in enumerate(zip(case.points, results)):
        left, right = point.out[0], point.out[1]
        moved = max(abs(g * Decimal(x)) for g, x in zip(right.grad, point.at))
        allowed = relative(max(left.eg, right.ef)) * abs(right.f) + SCALE * (max(abs(g) for g in left.grad) + moved)
        found = row[1].values[0]
        gap, slope = max((abs(Decimal(grad[place]) - Decimal(found)), grad[place]) for grad in row[0].grads)
        good = gap <= allowed or is_explained('gradients', (case.id, k), gap, max(abs(left.f), abs(right.f)))
        facts.check('identities', good, case, 'point %d: d/d%s is %r, stated %r' % (k, name, slope, found))


def published(facts, case, results):
    """Numbers of papers and documentation, to the digits that are printed there."""
    stated = case.record.get('published')
    if not stated:
        return
    by_output = stated.items() if isinstance(stated, dict) else zip(case.outs, stated)
    part = case.record.get('published_tol', 1e-12)
    for name, numbers in by_output:
        result = results[0][case.outs.index(name)]
        if numbers['f'] is not None:
            facts.check('published numbers', close(result.values[0], numbers['f'], part, 1), case, '%s is %r, published %r'
                        % (name, result.values[0], numbers['f']))
        for v, wanted, found in zip(case.vars, numbers['grad'] or [], result.grads[0]):
            scale = max(1, max(abs(x) for x in numbers['grad']))
            facts.check('published numbers', close(found, wanted, part, scale), case, 'd%s/d%s is %r, published %r'
                        % (name, v, found, wanted))


def minimum(facts, case, results):
    """No value lies below the published minimum (printed with so many digits)."""
    least = case.record.get('published_optimum')
    if least is None:
        return
    for row in results:
        found = row[0].values[0]
        facts.check('known minima', found >= float(least) - 1e-12 * max(1.0, abs(float(least))), case,
                    '%r is below the minimum %s' % (found, least))


def logistic(x, case):
    turns = int(case.name.split('_')[1][1:]) - 1
    for _ in range(turns):
        x = 4 * x * (1 - x)
    return x


def determinant(rows):
    if len(rows) == 1:
        return rows[0][0]
    return sum((-1) ** k * rows[0][k] * determinant([row[:k] + row[k + 1:] for row in rows[1:]]) for k in range(len(rows)))


def closed_form(facts, case, results):
    """Exact values in fractions: the logistic map; products and determinants with their gradients by cofactors."""
    if case.record['source'] != 'swell':
        return
    for point, row in zip(case.points, results):
        x = [Fraction(v) for v in point.at]
        if case.name.startswith('logistic'):
            value, grad = logistic(x[0], case), None
        elif case.name.startswith('speelpenning'):
            value, grad = math.prod(x), [math.prod(x[:i] + x[i + 1:]) for i in range(len(x))]
        else:
            n = math.isqrt(len(x))
            rows = [x[n * i:n * i + n] for i in range(n)]
            value = determinant(rows)
            grad = [(-1) ** (i + k) * (determinant([r[:k] + r[k + 1:] for r in rows[:i] + rows[i + 1:]]) if n > 1 else 1)
                    for i in range(n) for k in range(n)]
        scale = max(map(abs, grad)) if grad else 0
        pairs = [(row[0].values[0], value)] + list(zip(row[0].grads[0], grad or []))
        for found, exact in pairs:
            wanted = Decimal(exact.numerator) / Decimal(exact.denominator)
            facts.check('closed forms', close(found, wanted, max(1e-12, 100 * point.out[0].ef), Decimal(float(scale)) / 100), case,
                        '%r, exactly %s' % (found, wanted))


AT_POINTS = (identity, published, minimum, closed_form)


# ---- further models and points, by the evaluator ---------------------------------------------------------------

def model(work, name, text):
    path = os.path.join(work, name + '.expr')
    with open(path, 'w', encoding='ascii') as out:
        out.write(text)
    return path


def derive(facts, bpgen, case, work):
    """The derivative as text, by `bpgen derive`, read again as a model: its values are those of the published derivative."""
    if not case.record.get('identity') or case.record['source'] not in ('rules', 'swell'):
        return
    name = case.record['identity'].split(' = ')[0].split('/')[1].removeprefix('d').strip()
    lines = case.text.splitlines()[:-1]
    path = model(work, 'rule', '\n'.join(lines + ['output ' + case.outs[0]]) + '\n')
    text = routes.run([bpgen, 'derive', path, '--wrt=' + name])
    used = set(cases.NAME.findall(text))
    path = model(work, 'derived', text)
    for k, point in enumerate(case.points):
        at = ['%s=%s' % (v, x) for v, x in zip(case.vars, point.at) if v in used]
        found = next(iter(routes.numbers(routes.run([bpgen, 'eval', path] + at)).values()))
        left, right = point.out[0], point.out[1]
        moved = max(abs(g * Decimal(x)) for g, x in zip(right.grad, point.at))
        gap = abs(Decimal(found) - right.f)
        allowed = relative(max(left.eg, right.ef)) * abs(right.f) + SCALE * moved
        good = gap <= allowed or is_explained('gradients', (case.id, k), gap, max(abs(left.f), abs(right.f)))
        facts.check('symbolic derivatives', good, case, 'point %d: %r, published %s' % (k, found, right.f))


def known_minimum(facts, bpgen, case, work):
    """More-Garbow-Hillstrom: the published minimum at the published place, where the gradient is small."""
    known = case.record.get('known_min')
    if not known:
        return
    at = ['%s=%s' % (v, x) for v, x in zip(case.vars, known['xmin'])]
    found = routes.numbers(routes.run([bpgen, 'eval', model(work, 'minimum', case.text)] + at))
    f = found[case.outs[0]]
    facts.check('known minima', close(f, known['fmin'], 1e-5, 1e-7), case, 'at its place %r, published %s' % (f, known['fmin']))
    facts.check('known minima', close(f, known['f_at_xmin'], 1e-9, 1e-20), case, 'at its place %r, computed %s'
                % (f, known['f_at_xmin']))


def inverse(rows):
    """Gauss and Jordan in decimals of 60 digits."""
    n = len(rows)
    work = [list(row) + [Decimal(int(i == k)) for k in range(n)] for i, row in enumerate(rows)]
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(work[i][k]))
        work[k], work[best] = work[best], work[k]
        work[k] = [x / work[k][k] for x in work[k]]
        for i in range(n):
            if i != k:
                factor = work[i][k]
                work[i] = [x - factor * y for x, y in zip(work[i], work[k])]
    return [row[n:] for row in work]


def certified(facts, bpgen, case, work):
    """NIST: residual sum of squares at the certified parameters, gradient 0 there, standard deviations sqrt(s^2 diag (J'J)^-1)
    with the Jacobian of the residuals."""
    if case.record['source'] != 'nist_rss' or case.name == 'Lanczos1':
        return  # RSS 1.4e-25: 11 digits of parameters do not give it (README of the corpora)
    stated = case.record['certified']
    lets = [name for name, _ in case.record['lets']]
    residuals = [name for name in lets if name.startswith('r')]
    at = ['%s=%s' % (v, x) for v, x in zip(case.vars, stated['params'])]
    path = model(work, 'residuals', '\n'.join(case.text.splitlines()[:-1] + ['output ' + ', '.join(residuals)]) + '\n')
    found = routes.numbers(routes.run([bpgen, 'eval', path, '--jacobian'] + at))
    jacobian = [[Decimal(found['d%s/d%s' % (r, v)]) for v in case.vars] for r in residuals]
    rss = sum(Decimal(found[r]) ** 2 for r in residuals)
    normal = [[sum(row[i] * row[k] for row in jacobian) for k in range(len(case.vars))] for i in range(len(case.vars))]
    variance = rss / (len(residuals) - len(case.vars))
    facts.check('certified sums of squares', close(float(rss), stated['rss'], 1e-9), case, '%s, certified %s'
                % (rss, stated['rss']))
    for i, (v, sd) in enumerate(zip(case.vars, stated['sd'])):
        mine = (variance * inverse(normal)[i][i]).sqrt()
        facts.check('certified standard deviations', close(float(mine), sd, 1e-8), case, '%s: %s, certified %s' % (v, mine, sd))
        slope = sum(2 * Decimal(found[r]) * row[i] for r, row in zip(residuals, jacobian))
        size = sum(abs(2 * Decimal(found[r]) * row[i]) for r, row in zip(residuals, jacobian))
        facts.check('certified minima', abs(slope) <= Decimal('1e-5') * size, case, 'd/d%s is %s of its terms' % (v, slope / size))


BY_EVALUATOR = (derive, known_minimum, certified)
