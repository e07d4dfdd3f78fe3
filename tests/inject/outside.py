"""outside.py -- hostile words that are not variables of a model: prefixes (--name), C functions of the user's (extern), names in
derivatives written as C (derive --format c), and everything with the runtime's header included instead of printed.

Arguments: bpgen, the project's folder.
"""
import os
import re
import subprocess

from names import KEYWORDS, LONG, OURS, RESERVED, STRICT, bpgen, emitted_words, fails, functions_of_headers, macros_of_headers, model_of, root, rotations

def report(name, bad):
    print("FAIL %s: %s" % (name, " | ".join(bad)[:3000]) if bad else "PASS " + name)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def compiled(work, *more):
    """What compilers say about m.c, its header and the example; None if nothing."""
    write(work + "/header.cc", "#include \"m.h\"\n")
    for step in (["gcc", "-std=c99", *STRICT, "-DBPGEN_SELFTEST", "-fsyntax-only", *more, "m.c", "example.c"],
                 ["clang", "-std=gnu11", *STRICT, "-DBPGEN_SELFTEST", "-fsyntax-only", *more, "m.c"],
                 ["g++", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "header.cc"]):
        wrong = fails(step, work)
        if wrong:
            return wrong
    return None


# ---- prefixes -----------------------------------------------------------------------------------------------------

PREFIXES = """int double errno _ __ __x _X M M_ BPGEN bpgen Bpgen I E NULL NAN t1 v x p in grad tape main sin y0 exp2f FP FE LC INT UINT8 PRId sig clamp
stdin str mem is wcs isnan linux unix i386 EOF N_PARAMS GRAD_H value params""".split() + ["q" * 55, "q" * 64, "Q" * 300]
SMALL = """param x, W[2] in [0, 1]
input y, k in 0..2
data z
const c = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]
g = mean((z - W[k]*c[k + 3])^2 for data)
for t in 0..3 { o[t] = sin(x*t) + y + g }
output g, o
"""


def test_prefixes():
    bad = []
    write("prefix/model.expr", SMALL)
    for prefix in PREFIXES:
        wrong = fails([bpgen, "model.expr", "--name", prefix, "--functions", "value,vjp,forward,backward,jvp,jacobian_sparse", "-o", "m.c", "--example",
                       "example.c"], "prefix") or compiled("prefix")
        bad += ["%s: %s" % (prefix[:80], wrong)] if wrong else []
    report("%d prefixes" % len(PREFIXES), bad)
    for prefix in "a b", "a-b", "1a", "", "a;", "a\n", "é", "a*/", "a\\":
        code = subprocess.run([bpgen, "model.expr", "--name", prefix, "-o", "-"], cwd="prefix", capture_output=True).returncode
        report("--name %s is refused" % ascii(prefix), [] if code == 2 else ["exit %d" % code])


# ---- C functions of the user's ------------------------------------------------------------------------------------

def test_externs(words):
    """A name that C or a library owns is refused; of the others the prototypes compile."""
    words = [w for w in dict.fromkeys(words) if w not in RESERVED and not w.startswith("qq")]
    asked = len(words)
    while True:
        write("extern/model.expr", "".join("extern %s(qq)\n" % w for w in words) + "qqf = qqx" + "".join(" +\n %s(qqx)" % w for w in words) + "\n")
        done = subprocess.run([bpgen, "model.expr", "--name", "net", "--functions", "value", "-o", "m.c", "--example", "example.c"],
                              cwd="extern", capture_output=True, text=True, timeout=120)
        refused = set(re.findall(r"error: '(\w+)' cannot be a function of yours", done.stderr))
        if done.returncode != 1 or not refused:
            break
        words = [w for w in words if w not in refused]
    wrong = "exit %d: %s" % (done.returncode, done.stderr[:500]) if done.returncode != 0 else compiled("extern")
    report("extern: %d words, %d refused" % (asked, asked - len(words)), [wrong] if wrong else [])


# ---- derivatives as C ---------------------------------------------------------------------------------------------

def test_formulas(words):
    """Each word is a param of a formula; by all of them."""
    words = [w for w in dict.fromkeys(words) if w not in RESERVED and len(w) < 70]
    bad, size = [], 12
    for begin in range(0, len(words), size):
        some = words[begin:begin + size]
        name = "ff" if begin % 24 else some.pop()
        write("formula/m.expr", "param %s\n%s = %s\n" % (", ".join(some), name, " + ".join("sin(%s*%s)*exp(%s)" % (w, some[0], w) for w in some)))
        done = subprocess.run([bpgen, "derive", "m.expr", "--format", "c", "-o", "m%d.c" % begin], cwd="formula", capture_output=True, text=True, timeout=300)
        bad += ["%s: exit %d: %s" % (some, done.returncode, done.stderr[:300])] if done.returncode != 0 else []
    wrong = fails(["gcc", "-std=c99", *[f for f in STRICT if f != "-Wmissing-prototypes"], "-fsyntax-only", *sorted(f for f in os.listdir("formula") if f.endswith(".c"))],
                  "formula")
    report("derive --format c of %d words" % len(words), bad + ([wrong] if wrong else []))


def test_included_runtime(words):
    """With the header of the runtime its macros and functions are in scope."""
    for real in "double", "float":
        blocks = list(rotations(words))[3]
        write("runtime_%s/model.expr" % real, model_of(blocks))
        work = "runtime_" + real
        wrong = fails([bpgen, "model.expr", "--name", "net", "--real", real, "--runtime", "include", "--functions", "value,vjp", "-o", "m.c", "--example",
                       "example.c"], work) or compiled(work, "-I" + os.environ["build"])
        report("runtime included, %s" % real, [wrong] if wrong else [])


words = KEYWORDS + OURS + LONG + emitted_words("own") + macros_of_headers() + functions_of_headers()
test_prefixes()
test_externs(words)
test_formulas(KEYWORDS + OURS + emitted_words("own"))
test_included_runtime(KEYWORDS + OURS + emitted_words("own"))
