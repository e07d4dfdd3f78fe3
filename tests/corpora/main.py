"""main.py -- runs all corpora: a line PASS or FAIL a corpus, or the tables of doc/CORPORA.md, put into the page.
Usage: main.py BUILD CORPORA PAGE check|page"""
import os
import sys
import tempfile

import cases
import runner
import tables

SHOWN = 20      # problems of a corpus that are printed
MOST = 0.02     # of a corpus may be unsupported


def report(corpus):
    problems = list(corpus.problems())
    unsupported = max(len(corpus.evaluator.unsupported), len(corpus.emitted.unsupported))
    if problems or unsupported > MOST * len(corpus.cases):
        print('FAIL %s: %d things do not agree' % (corpus.name, len(problems)))
        for problem in problems[:SHOWN]:
            print('    ' + problem[:400])
    else:
        print('PASS %s: %d cases, %d values, %d triples, %d Hessian elements; evaluator and C'
              % (corpus.name, len(corpus.cases), *corpus.wanted))
    sys.stdout.flush()


def report_functions(rows):
    for function, *pair in rows:
        wrong = [w for worst in pair for w in worst.wrong]
        print('%s special: %s, %d rows' % ('FAIL' if wrong else 'PASS', function.name, len(function.points)))
        for problem in wrong[:SHOWN]:
            print('    ' + problem)


def split_page(page):
    with open(page, encoding='utf-8') as text:
        before, rest = text.read().split(tables.BEGIN + '\n')
    part, after = rest.split(tables.END)
    return before, part, after


def main():
    build, folder, page, mode = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        run = runner.Runner(build, folder, work, os.environ.get('CORPORA_CC', 'gcc -O0'))
        corpora = []
        for name in cases.corpora(folder):
            corpora.append(run.run(name))
            report(corpora[-1])
        rows = run.special()
        report_functions(rows)
    tsv = [(name, runner.missing_from(folder, name)) for name in ('feynman', 'fpbench', 'herbie')]
    for name, (count, missing) in tsv:
        print('%s %s.tsv: %d formulas, those of the .jsonl file%s'
              % ('FAIL' if missing else 'PASS', name, count, ', but not %s' % ', '.join(missing) if missing else ''))
    compared, measured = tables.page_part(corpora, rows, tsv)
    before, part, after = split_page(page)
    if mode == 'page':
        with open(page, 'w', encoding='utf-8') as out:
            out.write('%s%s\n\n%s\n%s\n%s%s' % (before, tables.BEGIN, compared, measured, tables.END, after))
    elif part.strip().startswith(compared.strip()):
        print('PASS doc/CORPORA.md has the counts that were found')
    else:
        print('FAIL doc/CORPORA.md has other counts; run make corpora, and look at the difference')


main()
