"""Writes the seed corpus of the fuzzers: python3 tool_seeds.py FOLDER. Every small model of the examples and the tests, with command
lines of every kind, and what is kept: corpus.txt (one input a line, with \\n and the like) and findings/.

python3 tool_seeds.py --keep FOLDER writes corpus.txt anew: the inputs of the folder that are no seeds, those of the smallest size first."""
import glob
import os
import re
import sys

LARGEST = 1000  # bytes of a model; the fuzzer learns nothing more from longer ones, only slower
MODELS = ['examples/*.expr', 'examples/*/*.expr', 'tests/regress/*.expr', 'tests/derive/*.expr', '../shared/language/valid/*.expr',
          '../shared/language/invalid/*.expr']
CORPUS = 'tests/fuzz/corpus.txt'
MOST_KEPT = 60000  # bytes
DERIVATIVES = 'value,vjp,forward,backward,jvp,jacobian,hvp,hessian,jacobian_sparse,hessian_sparse'
LINES = ['-o m.c', '--functions=' + DERIVATIVES + ' --directions=2', '--real=float --fast --functions=jacobian,hessian',
         '--tape-limit=100 --stack-limit=0 --example=e.c', '--emit=ir --functions=' + DERIVATIVES, '--emit=expr', 'eval',
         'eval --jacobian --hessian', 'eval --triplets', 'check --samples=2', 'check --table=0.1,0.01 --format=csv', 'explain',
         'explain --trace=both --gates', 'explain --format=json --break=assign', 'derive --steps', 'derive --format=c --expand',
         'derive --format=tex --lang=zh', 'graph', 'graph --reverse --gates', 'graph --modules --reverse --format=dot', 'cost', 'swell',
         '--functions=jacobian_sparse,hessian_sparse --lower-triangle', '--emit=c --mode=forward --functions=jacobian --runtime=include']


def small(number):
    """The same number everywhere, so that shapes still fit each other; large models are slow and show nothing more."""
    value = int(number.group())
    return b'%d' % (value if value < 6 else 2 + value % 4)


def models():
    for pattern in MODELS:
        for path in sorted(glob.glob(pattern)):
            text = open(path, 'rb').read()
            text = re.sub(rb'(?m)[ \t]*#.*$', b'', text)
            text = re.sub(rb'\n+', b'\n', text).lstrip(b'\n')
            text = re.sub(rb'(?<![\w.])[1-9]\d*(?![\w]|\.\d)', small, text)
            if len(text) <= LARGEST:
                yield path, text


def made():
    for number, (path, text) in enumerate(models()):
        name = os.path.basename(path)
        wanted = re.findall(rb'(?m)^input +([a-z_A-Z]\w*)', text)
        for k in range(1 if 'invalid' in path else 3):
            line = LINES[(3*number + k*7) % len(LINES)].encode()
            if wanted and not re.search(rb'(?m)^param', text):
                line += b' --wrt=' + wanted[0]
            yield '%03d-%s-%d' % (number, name, k), line + b'\n' + text


def kept():
    if os.path.exists(CORPUS):
        for line in open(CORPUS, encoding='ascii'):
            yield line.rstrip('\n').encode('ascii').decode('unicode_escape').encode('latin-1')
    for path in sorted(glob.glob('tests/fuzz/findings/*')):
        yield open(path, 'rb').read()


def keep(folder):
    seeds = {seed for _, seed in made()}
    inputs = {open(path, 'rb').read() for path in glob.glob(os.path.join(folder, '*'))} - seeds
    size = 0
    with open(CORPUS, 'w', encoding='ascii') as file:
        for data in sorted(inputs, key=lambda data: (len(data), data)):
            line = data.decode('latin-1').encode('unicode_escape').decode('ascii') + '\n'
            size += len(line)
            if size <= MOST_KEPT:
                file.write(line)


def main():
    if sys.argv[1] == '--keep':
        keep(sys.argv[2])
        return
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    inputs = list(made()) + [('kept-%d' % k, data) for k, data in enumerate(kept())]
    for name, data in inputs:
        with open(os.path.join(folder, name), 'wb') as file:
            file.write(data)
    print(len(inputs))


main()
