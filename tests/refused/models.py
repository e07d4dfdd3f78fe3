# models.py -- compiles the models of the files given and compares what bpgen says with the lines "#!" behind each model. With
# --update the lines are written anew: read them before you keep them.
#
#     #: title [-- arguments of the command line]
#     the model
#     #! 2:5: error: what is said at line 2, column 5 of the model
#
# <0xFF> in a model stands for this byte.
#
# A model with an error among these lines is refused: exit status 1 and no file; another one is compiled.
import os
import re
import subprocess
import sys

update = sys.argv[1] == '--update'
bpgen, names = sys.argv[1 + update], sys.argv[2 + update:]


def cases(text):
    """Title, arguments, model and what is to be said of each model of a file."""
    for part in re.split(r'^#: ', text, flags=re.M)[1:]:
        head, _, rest = part.partition('\n')
        title, _, arguments = head.partition(' -- ')
        lines = rest.rstrip('\n').split('\n')
        said = [line[3:] for line in lines if line.startswith('#! ')]
        yield head, title, arguments.split(), '\n'.join(line for line in lines if not line.startswith('#! ')) + '\n', said


def messages(model, arguments):
    """What bpgen says of a model, its exit status, and whether it wrote a file."""
    with open('model.expr', 'wb') as file:
        file.write(re.sub(rb'<0x(..)>', lambda byte: bytes.fromhex(byte[1].decode()), model.encode()))
    compiles = not arguments or arguments[0].startswith('-')
    command = [bpgen, 'model.expr', '-o', 'model.c'] + arguments if compiles else [bpgen, arguments[0], 'model.expr'] + arguments[1:]
    run = subprocess.run(command, capture_output=True, encoding='utf-8', errors='replace', timeout=300)
    wrote = os.path.exists('model.c')
    if wrote:
        os.remove('model.c')
        os.remove('model.h')
    said = re.findall(r'^(?:model\.expr:|bpgen: )(.*)', run.stderr, flags=re.M)
    return [re.sub(r'^ ', '', line) for line in said], run.returncode, wrote


def judge(said, status, wrote, wanted):
    refused = any(re.match(r'\d+:\d+: error: ', line) for line in wanted)
    if said != wanted:
        return 'says\n    %s\nnot\n    %s' % ('\n    '.join(said), '\n    '.join(wanted))
    if status != int(refused):
        return 'exit %d' % status
    return 'wrote a file' if refused and wrote else ''


for name in names:
    with open(name, encoding='utf-8') as file:
        text = file.read()
    new = text[:text.index('#: ')]
    for head, title, arguments, model, wanted in cases(text):
        said, status, wrote = messages(model, arguments)
        new += '#: %s\n%s%s' % (head, model, ''.join('#! %s\n' % line for line in said))
        wrong = judge(said, status, wrote, said if update else wanted)
        if wrong or not update:
            print('%s %s: %s%s' % ('FAIL' if wrong else 'PASS', os.path.basename(name), title, wrong and ': ' + wrong))
    if update:
        with open(name, 'w', encoding='utf-8') as file:
            file.write(new)
