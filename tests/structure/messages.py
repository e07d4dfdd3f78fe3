# messages.py -- every message of the sources is shown by a test. Arguments: files with what tests expect.
import glob
import re
import sys

CALLS = r'\b(?:diag_error|diag_warning|sema_error|sema_error_plain|sema_warning|wrong|WRONG|OPERATOR|OPERAND)\s*\('
PARTS = r'\b(?:return|text_add|text_printf|sema_disagree)\b[^;]*;|\{ "\w+", "[^"]*" \},'  # in files where messages are put together
FORMAT = r'%(?:\d*|\.\*)(?:lld|llu|zu|[sducxX%])'
STRING = r'"(?:[^"\\]|\\.)*"'


def arguments(text, at):
    """The arguments of a call whose '(' is at `at`, as texts."""
    parts, depth, begin = [], 0, at + 1
    for match in re.finditer(STRING + r"|'(?:[^'\\]|\\.)'|[()\[\]{},]", text[at:]):
        token, i = match.group(), at + match.start()
        if token in '([{':
            depth += 1
        elif token in ')]}':
            depth -= 1
            if depth == 0:
                return parts + [text[begin:i]]
        elif token == ',' and depth == 1:
            parts.append(text[begin:i])
            begin = i + 1
    return parts


def strings(code):
    """String literals; those that stand side by side are one."""
    joined = re.sub(r'"\s*"', '', code)
    return [re.sub(r'\\(.)', r'\1', s[1:-1]) for s in re.findall(STRING, joined)]


def pattern(form):
    """A format as a regular expression."""
    parts = re.split(FORMAT, form)
    kinds = re.findall(FORMAT, form)
    out = re.escape(parts[0])
    for kind, part in zip(kinds, parts[1:]):
        out += {'s': '.*', 'c': '.', '%': '%', 'X': '[0-9A-F]+'}.get(kind[-1], r'-?\d+') + re.escape(part)
    return re.compile(out)


def is_words(form):
    """Long enough to be told from other texts?"""
    return len(re.findall(r'[A-Za-z]', re.sub(FORMAT, '', form))) >= 4


def messages():
    for name in sorted(glob.glob('src/*/*.c') + glob.glob('src/*.c') + glob.glob('grammar/*')):
        text = re.sub(r'/\*.*?\*/', lambda m: re.sub(r'[^\n]', ' ', m.group()), open(name, encoding='utf-8').read(), flags=re.S)
        found = [(call.start(), s) for call in re.finditer(CALLS, text)
                 for arg in arguments(text, call.end() - 1) for s in strings(arg)]
        if re.search(r'front/(parse_error|sema_(proof|infer|shape|names|function|grad|number))', name):
            found += [(part.start(), s) for part in re.finditer(PARTS, text) for s in strings(part.group()) if ' ' in s.strip()]
        for at, form in found:
            if is_words(form):
                yield name, text.count('\n', 0, at) + 1, form


NOT_SHOWN = {  # and why
    'the file is larger than 2 GB': 'takes a file of that size',
    'the pattern of the %s takes more than %llu steps; look at a smaller size of the model (--const)': 'takes half a minute',
    'written out element by element this takes more than %zu expressions: make the sizes smaller, with --const': 'takes four million expressions',
    'this would have to be kept for all samples at once, which is not compiled to C': 'no model is known that gets there',
}
shown = ''.join(open(name, encoding='utf-8', errors='replace').read() for name in sys.argv[1:])
found = list(messages())
for name, line, form in found:
    if form not in NOT_SHOWN:
        print('%s %s:%d: %s' % ('PASS' if pattern(form).search(shown) else 'FAIL', name, line, form))
for form in NOT_SHOWN:
    if form not in [form for _, _, form in found]:
        print('FAIL no longer in the sources: ' + form)
