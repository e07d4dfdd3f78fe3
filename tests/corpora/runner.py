"""runner.py -- one corpus through both routes."""
import os

import cases
import compare
import facts
import routes
import special

BATCH = 500000  # bytes of emitted C that are compiled together


class Corpus:
    def __init__(self, name, found):
        self.name = name
        self.cases = found
        self.wanted = [sum(counts) for counts in zip(*(case.counts() for case in found))]
        self.points = sum(len(case.points) for case in found)
        self.evaluator, self.emitted = compare.Tallies(), compare.Tallies()
        self.facts = facts.Facts()

    def problems(self):
        """What does not agree, in words."""
        for route, tallies in (('evaluator', self.evaluator), ('C', self.emitted)):
            for case, message in tallies.unsupported:
                yield '%s: %s (%s) is not supported: %s' % (route, case.id, case.name, message)
            for wanted, tally in zip(self.wanted, tallies.kinds()):
                for what, found, reference, times in tally.disagreed:
                    yield '%s: %s: %s, not %s (%.3g times what is allowed)' % (route, what, found, reference, times)
                if tally.compared != wanted:
                    yield '%s: %d %s compared, the file holds %d' % (route, tally.compared, tally.kind, wanted)
        yield from self.facts.wrong


class Runner:
    def __init__(self, build, folder, work, cc):
        self.build, self.folder, self.work, self.cc = build, folder, work, cc
        self.bpgen = os.path.join(build, 'bpgen')

    def write(self, case):
        path = os.path.join(self.work, case.id + '.expr')
        with open(path, 'w', encoding='ascii') as out:
            out.write(case.text)
        return path

    def run(self, name):
        corpus = Corpus(name, cases.load(self.folder, name))
        for case in corpus.cases:
            try:
                results = routes.evaluate(self.bpgen, case, self.write(case))
            except routes.Unsupported as message:
                corpus.evaluator.unsupported.append((case, message))
                continue
            self.take(corpus, corpus.evaluator, case, results)
            for look in facts.BY_EVALUATOR:
                look(corpus.facts, self.bpgen, case, self.work)
        for batch, texts in self.batches(corpus):
            for number, results in routes.compiled(self.cc, self.build, self.work, batch, texts).items():
                self.take(corpus, corpus.emitted, batch[number], results)
        return corpus

    @staticmethod
    def take(corpus, tallies, case, results):
        tallies.add_case(case, results)
        for look in facts.AT_POINTS:
            look(corpus.facts, case, results)

    def batches(self, corpus):
        batch, texts, size = {}, {}, 0
        for number, case in enumerate(corpus.cases):
            try:
                texts[number] = routes.emit(self.bpgen, case, 'm%d' % number, self.write(case))
            except routes.Unsupported as message:
                corpus.emitted.unsupported.append((case, message))
                continue
            batch[number] = case
            size += len(texts[number])
            if size >= BATCH:
                yield batch, texts
                batch, texts, size = {}, {}, 0
        if batch:
            yield batch, texts

    def special(self):
        """Largest errors by function: (function, by the evaluator, by C)."""
        functions = dict(enumerate(special.load(self.folder)))
        texts = {n: routes.emit(self.bpgen, f, 'm%d' % n, self.write(f)) for n, f in functions.items()}
        compiled = routes.compiled(self.cc, self.build, self.work, functions, texts)
        rows = []
        for number, function in functions.items():
            pair = special.Worst(function.name), special.Worst(function.name)
            pair[0].add(function, special.evaluate(self.bpgen, function, self.write(function)))
            pair[1].add(function, special.numbers(compiled[number]))
            rows.append((function, *pair))
        return rows


def missing_from(folder, name):
    """Rows of a .tsv file that are no case of the .jsonl file of that name."""
    known = {(c.name, '; '.join('%s = %s' % (a, b) for a, b in c.record['lets']), c.record['outs'][0][1])
             for c in cases.load(folder, name)}
    lines = cases.table(folder, name + '.tsv')
    split = [(row[0], *(row[3].rsplit('; ', 1) if '; ' in row[3] else ('', row[3]))) for row in lines]
    return len(lines), [row[0] for row in split if row not in known]
