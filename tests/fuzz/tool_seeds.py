"""Writes the seed corpus of the fuzzers: python3 tool_seeds.py FOLDER. Every small model of the examples and the tests, with command
lines that follow from the tables of commands and options; the kept inputs of corpus.txt and findings/ are added."""
import glob
import os
import re
import sys

LARGEST = 1000  # bytes of a model; the fuzzer learns nothing more from longer ones, only slower
MODELS = ['examples/*.expr', 'examples/*/*.expr', 'tests/regress/*.expr', 'tests/derive/*.expr', '../shared/language/valid/*.expr',
          '../shared/language/invalid/*.expr']
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
                yield os.path.basename(path), text


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    count = 0
    for number, (name, text) in enumerate(models()):
        wanted = re.findall(rb'(?m)^input +([a-z_A-Z]\w*)', text)
        for k in range(3 if b'invalid' not in name.encode() else 1):
            line = LINES[(3*number + k*7) % len(LINES)].encode()
            if wanted and not re.search(rb'(?m)^param', text):
                line += b' --wrt=' + wanted[0]
            with open(os.path.join(folder, '%s-%d' % (name, k)), 'wb') as file:
                file.write(line + b'\n' + text)
            count += 1
    print(count)


main()
