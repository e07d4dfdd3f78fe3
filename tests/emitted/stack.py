"""stack.py -- bytes of code and of stack of the examples' functions. `write` prints doc/STACK.md; without it every fourth row of that
page is computed again and compared.

Arguments: bpgen, the project's folder, and `write`.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

bpgen, root, writes = sys.argv[1], sys.argv[2], "write" in sys.argv[3:]

FUNCTIONS = "value", "value_grad", "forward", "backward"
TARGETS = [
    ("double", ["gcc", "-std=c99", "-O2"], "gcc -O2, x86-64, double"),
    ("float", ["clang", "--target=thumbv7em-none-eabihf", "-mcpu=cortex-m4", "-std=c99", "-O2", "-Wno-implicit-function-declaration", "-Istub"],
     "clang -O2, Cortex-M4F, float"),
]
MARGIN, SLACK = 0.25, 32  # of other versions of the compilers: a quarter, or some registers

PAGE = """# Code and stack of the examples

Bytes that the emitted functions take: `text` is the whole object with its constant tables, the other columns are the stack of one call, from `-fstack-usage`.
What libm takes comes on top; tapes, workspaces and results are the caller's. No function's stack depends on values: the compiler knows it of every one
(`tests/emitted/gates.py`). Where `--stack-limit` moves arrays to a workspace argument they are not in the table.

Written by `make stack` with %s; `make check` computes every fourth row again and allows %d %% or %d bytes of difference.

| model | text | value | value_grad | forward | backward | text, M4F | value | value_grad | forward | backward |
|---|---|---|---|---|---|---|---|---|---|---|
"""


def must(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise SystemExit("FAIL %s: %s" % (" ".join(command), done.stderr[:500]))
    return done.stdout


def measure(model):
    """Text, then the stack of each function ("" where there is none), for each target."""
    row = []
    for real, compiler, _ in TARGETS:
        must(bpgen, model, "--name", "m", "--real", real, "-o", "m.c")
        must(*compiler, "-fstack-usage", "-c", "m.c", "-o", "m.o")
        with open("m.su") as f:
            used = dict(re.findall(r"m_(\w+)\t(\d+)\t", f.read()))
        row.append(must("size", "m.o").splitlines()[1].split()[0])
        row += [used.get(name, "") for name in FUNCTIONS]
    return row


def name_of(path):
    return os.path.basename(path)[:-len(".expr")]


def versions():
    return " and ".join("%s %s" % (c, re.search(r"\d+\.\d+", must(c, "--version"))[0]) for c in ("gcc", "clang"))


def is_close(got, wanted):
    if "" in (got, wanted):
        return got == wanted
    return abs(int(got) - int(wanted)) <= max(SLACK, MARGIN * int(wanted))


def compare(models):
    with open(root + "/doc/STACK.md") as f:
        rows = {cells[1]: cells[2:-1] for cells in ([c.strip() for c in line.split("|")] for line in f if line.startswith("| ")) if cells[1] != "model"}
    missing = set(map(name_of, models)) ^ set(rows)
    print("FAIL doc/STACK.md has other models than examples/: %s; make stack" % ", ".join(sorted(missing)) if missing else "PASS every example has a row")
    for model in models[::4]:
        got, wanted = measure(model), rows.get(name_of(model), [])
        good = len(got) == len(wanted) and all(map(is_close, got, wanted))
        print("PASS " + name_of(model) if good else "FAIL %s: %s, in doc/STACK.md %s; make stack" % (name_of(model), got, wanted))


def main():
    models = sorted(glob.glob(root + "/examples/*.expr"))
    if os.uname().machine != "x86_64" and not writes:
        print("SKIP stack of the examples: the table is for x86_64")
        return
    os.makedirs("stub", exist_ok=True)
    shutil.copy(root + "/tests/emitted/stub_math.h", "stub/math.h")
    if not writes:
        compare(models)
        return
    print(PAGE % (versions(), 100 * MARGIN, SLACK), end="")
    for model in models:
        print("| %s | %s |" % (name_of(model), " | ".join(measure(model))))


main()
