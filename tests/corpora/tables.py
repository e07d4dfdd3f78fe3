"""tables.py -- what was found, as the tables of doc/CORPORA.md."""
import compare
import special
from explained import CORRECTED, EXPLAINED

BEGIN, END = '<!-- tables: made by `make corpora` -->', '<!-- end of the tables -->'


def table(head, rows):
    lines = ['| ' + ' | '.join(head) + ' |', '|' + '|'.join([' --- '] + [' ---: '] * (len(head) - 1)) + '|']
    return '\n'.join(lines + ['| ' + ' | '.join(str(cell) for cell in row) + ' |' for row in rows]) + '\n'


def explained_points(corpus):
    return {place for t in (corpus.evaluator, corpus.emitted) for kind in t.kinds() for place in kind.explained}


def counts(corpora):
    """What a test compares with the page: nothing here depends on the last digits of a libm."""
    rows = []
    for c in corpora:
        disagreed = [sum(len(kind.disagreed) for kind in t.kinds()) for t in (c.evaluator, c.emitted)]
        unsupported = [len(t.unsupported) for t in (c.evaluator, c.emitted)]
        rows.append([c.name, len(c.cases), c.points, *c.wanted, '%d / %d' % tuple(unsupported), '%d / %d' % tuple(disagreed),
                     len(explained_points(c))])
    total = [sum(row[i] for row in rows) for i in range(1, 6)]
    both = ['%d / %d' % tuple(sum(int(row[i].split(' / ')[k]) for row in rows) for k in range(2)) for i in (6, 7)]
    rows.append(['all', *total, *both, sum(row[8] for row in rows)])
    return table(['corpus', 'cases', 'points', 'values', 'triples', 'Hessian elements', 'unsupported', 'disagreed',
                  'explained points'], rows)


def statements(corpora, rows, tsv):
    found = [[c.name, kind, n, len([w for w in c.facts.wrong if w.startswith(kind)])]
             for c in corpora for kind, n in c.facts.counts.items()]
    found += [['special', '%s: f, f\', f\'\'' % f.name, 3 * len(f.points) * 2, len(a.wrong) + len(b.wrong)] for f, a, b in rows]
    found += [[name + '.tsv', 'formulas that are cases of %s.jsonl, too' % name, n, len(missing)] for name, (n, missing) in tsv]
    return table(['corpus', 'statement', 'looked at', 'wrong'], found)


def accuracy(corpora):
    rows = []
    for c in corpora:
        for a, b in zip(c.evaluator.kinds(), c.emitted.kinds()):
            if a.compared == 0:
                continue
            pairs = ['%d / %d' % pair for pair in zip(a.classes, b.classes)]
            rows.append([c.name, a.kind, a.compared, *pairs, '%d / %d' % (len(a.explained), len(b.explained)),
                         '%.2g / %.2g' % (a.worst, b.worst)])
    return table(['corpus', 'what', 'compared', *('within %d' % n for n in compare.CLASSES), 'further', 'explained', 'worst'], rows)


def functions(rows):
    return table(['function', 'rows', *('%s: worst' % o for o in special.ORDERS), 'passes'],
                 [[f.name, len(f.points), *('%.2f / %.2f' % pair for pair in zip(a.errors, b.errors)),
                   ', '.join('%d' % n for n in special.LIMITS[f.name])] for f, a, b in rows])


def reasons(corpora, rows):
    """Each explained disagreement, as a list."""
    met = set().union(*(explained_points(c) for c in corpora))
    names = {case.id: '%s, %s' % (c.name, case.name) for c in corpora for case in c.cases}
    lines = {}
    for (case, point), reason in EXPLAINED.items():
        if (case, point) in met:
            lines.setdefault((reason.text, names[case], case), []).append(str(point))
    text = ''.join('* %s (`%s`, point %s): %s.\n' % (name, case, ', '.join(points), why)
                   for (why, name, case), points in lines.items())
    text += ''.join('* %s (`%s`, point %d): the file prints 0; value and gradient were computed again with mpmath, the value is '
                    '%.4g.\n' % (names[case], case, point, f) for (case, point), (f, _) in CORRECTED.items() if case in names)
    corrected = sum(row.corrected for f, _, _ in rows for row in f.points)
    text += ("* special.tsv, erf'' at |x| < 1e-18 (%d rows): the file has 0, or few right digits; the reference is -4 x/sqrt(pi), which "
             "differs by x^3.\n" % corrected)
    return text


def page_part(corpora, rows, tsv):
    compared = ('Cases, and what was compared through evaluator / emitted C:\n\n' + counts(corpora)
                + '\nWhat else the corpora state (both routes together):\n\n' + statements(corpora, rows, tsv)
                + '\nDisagreements and their reasons:\n\n' + reasons(corpora, rows))
    measured = ('Errors in units in the last place of the reference, evaluator / emitted C. "Further": beyond 256 and within the '
                'rule. "Worst": the largest error that agrees, as a part of what the rule allows.\n\n' + accuracy(corpora)
                + '\nThe functions of `special.tsv`, errors in units in the last place, evaluator / emitted C:\n\n'
                + functions(rows))
    return compared, measured
