"""cases.py -- the cases of ../shared/corpora as models of bpgen, with their reference values."""
import json
import os
import re
from decimal import Decimal

NAME = re.compile(r'(?<![\w.])([A-Za-z_]\w*)\b(?! *\()')


class Output:
    """References of one output at one point; `ef` and `eg`: relative errors of a plain evaluation in double."""
    def __init__(self, record):
        self.f = Decimal(record['f'])
        self.grad = [Decimal(x) for x in record['grad']]
        self.hess = [[Decimal(x) for x in row] for row in record['hess']] if 'hess' in record else None
        self.ef = record.get('ef') or 0.0
        self.eg = record.get('eg') or 0.0
        self.grad_scale = [Decimal(x) for x in record.get('grad_scale', [])]


class Point:
    def __init__(self, record, names):
        self.label = record.get('label', '')
        self.at = [record['at'][v] for v in names]
        self.out = [Output(o) for o in record['out']]


class Case:
    def __init__(self, record):
        self.record = record
        self.id = record['id']
        self.name = record['name']
        self.vars = record['vars']
        self.outs = [name for name, _ in record['outs']]
        self.points = [Point(p, self.vars) for p in record['points']]
        self.has_hessian = any(o.hess for p in self.points for o in p.out)
        lines = ['%s = %s' % (name, text) for name, text in record['lets'] + record['outs']]
        used = NAME.findall('\n'.join(line.split(' = ', 1)[1] for line in lines))
        free = set(self.vars)
        # The order in which bpgen takes the params of a model that declares none; a model that does not mention all
        # of the case's variables declares them.
        self.order = list(dict.fromkeys(n for n in used if n in free))
        if len(self.order) < len(self.vars):
            self.order = list(self.vars)
            lines.insert(0, 'param ' + ', '.join(self.vars))
        self.text = '\n'.join(lines + ['output ' + ', '.join(self.outs)]) + '\n'

    def counts(self):
        """(values, triples of output, variable and point, elements of lower triangles of Hessians)"""
        outs = [o for p in self.points for o in p.out]
        return (len(outs), sum(len(o.grad) for o in outs), sum(len(row) for o in outs for row in o.hess or []))


def corpora(folder):
    """Names of all corpora of records."""
    return sorted(f[:-len('.jsonl')] for f in os.listdir(folder) if f.endswith('.jsonl'))


def load(folder, name):
    with open(os.path.join(folder, name + '.jsonl'), encoding='utf-8') as lines:
        records = [json.loads(line) for line in lines]
    return [Case(r) for r in records if '_header' not in r]


def table(folder, name):
    """Rows of a .tsv file, without the comments."""
    with open(os.path.join(folder, name), encoding='utf-8') as lines:
        return [line.rstrip('\n').split('\t') for line in lines if not line.startswith('#')]
