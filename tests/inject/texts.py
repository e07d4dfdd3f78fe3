"""texts.py -- comments and file names that mean something in C, Graphviz, XML, LaTeX, JSON, a shell or a terminal.

Comments: every output is byte for byte that of the model without them. File names: the emitted C is the same to the preprocessor;
drawings, tables and JSON are read by parsers of their formats and are, but for the title, what they are under a harmless name; LaTeX
has no command of its own from them. No output has control characters, and none that hide or turn text around.

Arguments: bpgen, the project's folder.
"""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree

bpgen, root = sys.argv[1], sys.argv[2]

HOSTILE = [
    "*/ int evil = 1; /*", "/* // */", "// x", "x\\", "back\\\\slash", "??/", "??>", "?", "<:%:%>", "#include <stdio.h>", '"', "'", '"";', "\x01\x02",
    "\x1b[31mred\x1b]0;title\x07", "\x7f", "\x08\x08\x08", "\x9b31m", "\u202e\u2066int evil\u2069", "\u200b\ufeff\u2060", "a\u2028b\u2029c",
    "%s%n%d%1$s", "%", "$(touch evil)", "`touch evil`", ";touch evil", "|touch evil", "<script>alert(1)</script>", "]]>", "<![CDATA[", "&amp;&lt;&#60;",
    "--><!--", "<?xml?>", "\\input{evil}", "\\write18{touch evil}", "\\end{document}", "$x$", "^^5cinput", "{", "}", "}{", "#1", "~", "_", "__FILE__",
    '"]; node [label="evil', "\\N\\G\\L", "\\l\\r", "<b>", "=1+1", "=cmd|'/c calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", ",", ";", "\r", "\xa0", "é", "日本語", "\U0001f600",
    b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", "\u202e", "q" * 200, " ", "  x  ", "..", "-", "-o", "--help", "x.c", "x.h",
]


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def shown(text):
    return ascii(as_bytes(text))[2:-1]


def run(work, *command):
    done = subprocess.run(command, cwd=work, capture_output=True, timeout=120, stdin=subprocess.DEVNULL,
                          env={**os.environ, "LC_ALL": "C", "LANG": "C"})
    return done.returncode, done.stdout, done.stderr


# ---- what bpgen prints --------------------------------------------------------------------------------------------

MODEL = """%s
param x in [0.5, 1] = 0.5, y in [1, 2] = 2 %s
u = (x + %s
     y)
f = (u * %s
     sig(x) %s
    ) / (y + 3)
%s"""
POINT = "x=0.5", "y=1.5"
PRINTED = [  # format, arguments before and behind the model
    ("c", ["--name", "net", "--functions", "value,value_grad,vjp,forward,backward,jvp,hvp", "-o", "-"], []),
    ("text", ["--name", "net", "--emit", "expr", "-o", "-"], []),
    ("text", ["--name", "net", "--emit", "ir", "-o", "-"], []),
    ("text", ["eval"], POINT), ("text", ["check"], POINT), ("csv", ["check", "--table", "0.1,0.01", "--format", "csv"], POINT),
    ("tex", ["check", "--table", "0.1,0.01", "--format", "tex"], POINT), ("svg", ["check", "--sweep-h", "--wrt", "x", "--format", "svg"], POINT),
    ("json", ["check", "--sweep-h", "--wrt", "x", "--format", "json"], POINT),
    ("text", ["explain", "--lang", "zh"], POINT), ("tex", ["explain", "--format", "tex"], POINT), ("json", ["explain", "--format", "json"], POINT),
    ("csv", ["explain", "--trace", "both", "--format", "csv"], POINT), ("tex", ["explain", "--trace", "both", "--format", "tex"], POINT),
    ("text", ["derive"], []), ("c", ["derive", "--format", "c"], []), ("tex", ["derive", "--steps", "--format", "tex"], []),
    ("svg", ["graph", "--format", "svg"], POINT), ("dot", ["graph", "--format", "dot"], POINT), ("svg", ["graph", "--modules", "--format", "svg"], POINT),
    ("dot", ["graph", "--reverse", "--format", "dot"], POINT), ("csv", ["cost", "--format", "csv"], []), ("json", ["cost", "--format", "json"], []),
    ("tex", ["cost", "--format", "tex"], []), ("text", ["cost", "--lang", "zh"], []),
    ("svg", ["swell", "--format", "svg"], []), ("json", ["swell", "--format", "json"], []),
    ("csv", ["swell", "--format", "csv"], []), ("text", ["swell"], []),
]


def print_all(work, name):
    """The model of this name in the folder: a list of outputs, None where bpgen refuses (that format, that command)."""
    outputs = []
    for form, before, behind in PRINTED:
        command = before[:1] if before[0].isalpha() else []
        path = b"./" + as_bytes(name)
        outputs.append((form, run(work, bpgen, *command, path, *before[len(command):], *behind)))
    return outputs


def fresh(name):
    shutil.rmtree(name, ignore_errors=True)
    os.makedirs(name)
    return name


def write_model(work, name, comments, blank=False):
    """`blank`: of comments only the places are left, because --emit ir has them. (A line end would be one, a NUL is refused.)"""
    lines = [b"#" + b" ".join(as_bytes(c) for c in comments[k::6]).replace(b"\n", b" ").replace(b"\r", b" ").replace(b"\0", b" ") for k in range(6)]
    lines = [b"#" + b" " * (len(line) - 1) if blank else line for line in lines]
    with open(os.path.join(as_bytes(work), as_bytes(name)), "wb") as f:
        f.write(MODEL.encode() % tuple(lines))


# ---- comments -----------------------------------------------------------------------------------------------------

def test_comments():
    for work, blank in ("without", True), ("with", False):
        write_model(fresh(work), "m.expr", HOSTILE, blank)
    for (form, before, behind), (_, a), (_, b) in zip(PRINTED, print_all("without", "m.expr"), print_all("with", "m.expr")):
        name = "comments do not reach %s" % " ".join(before)
        print("PASS " + name if a == b else "FAIL %s: %s" % (name, b[2][:300]))
    bad = [c for c in HOSTILE if not fails_politely(as_bytes(c))]
    print("FAIL messages about lines with %s" % ", ".join(map(shown, bad)) if bad else "PASS messages about lines with %d comments" % len(HOSTILE))


def fails_politely(comment):
    with open("with/wrong.expr", "wb") as f:
        f.write(b"f = x + + # " + comment.replace(b"\0", b" ") + b"\ng = 2x # " + comment + b"\n")
    code, out, err = run("with", bpgen, "eval", "wrong.expr", "x=1")
    return code == 1 and out == b"" and not hidden(err)


def hidden(text):
    """Characters that a terminal or an editor obeys instead of showing them."""
    try:
        text = text.decode()
    except UnicodeDecodeError as error:
        return "not UTF-8: %s" % error
    found = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c not in "\n\t"]
    return ascii(found[:5]) if found else ""


# ---- file names ---------------------------------------------------------------------------------------------------

ESCAPES = set("textbackslash textasciicircum textasciitilde char pm cdot times partial nabla sigma approx le ge to sum & % $ # _ { }".split())


def without_title(form, data):
    """What has to be the same under every name."""
    if form == "json":
        value = json.loads(data)
        value.pop("model", None)
        for row in value.get("swell", {}).get("rows", []):
            del row["model"]
        return value
    if form == "svg":
        tree = xml.etree.ElementTree.fromstring(data)
        tags = {e.tag.split("}")[1] for e in tree.iter()}
        if tags - {"svg", "title", "desc", "style", "g", "rect", "line", "path", "text", "tspan", "circle", "ellipse", "polyline", "polygon", "defs", "marker"}:
            return "elements: %s" % tags
        return [(e.tag, e.attrib if e.tag.split("}")[1] != "svg" else {k: v for k, v in e.attrib.items() if k != "aria-label"},
                 e.text or "") for e in tree.iter()]
    if form == "csv":
        rows = list(csv.reader(io.StringIO(data.decode())))
        if rows[0][0] == "model":
            formula = [row[0] for row in rows if re.match(r"[=@\t\r]|[+-].*[|!\"]", row[0])]
            return formula or [row[1:] for row in rows]
        return rows
    if form == "tex":
        commands = re.findall(r"\\([A-Za-z]+|.)", data.decode())
        depth = 0
        for brace in re.findall(r"\\.|[{}]", data.decode()):
            depth += {"{": 1, "}": -1}.get(brace, 0)
            if depth < 0:
                break
        body = re.sub(r"^.*\bat x = .*$|^% .*$", "", data.decode(), count=1, flags=re.M) if "at x =" in data.decode() else data.decode()
        return depth, sorted(c for c in commands if c not in ESCAPES), re.findall(r"(?<!\\)[%#^~]", body)
    return None


def preprocess(work, data):
    with open(work + "/x.c", "wb") as f:
        f.write(data)
    code, out, err = run(work, "gcc", "-std=c99", "-trigraphs", "-Wall", "-Wextra", "-Wcomment", "-Werror", "-E", "-P", "x.c")
    return out if code == 0 else err.decode(errors="replace")[:300]


def shape_of_dot(work, data):
    """Nodes and edges, and whether Graphviz had anything to say."""
    with open(work + "/x.dot", "wb") as f:
        f.write(data)
    code, out, err = run(work, "dot", "-Tplain", "x.dot")
    return code, err, sorted(line.split()[0] for line in out.decode().splitlines() if line.startswith(("node", "edge")))


def essence(work, form, data):
    if form == "c":
        return preprocess(work, data)
    if form == "dot":
        return shape_of_dot(work, data) if shutil.which("dot") else None
    return without_title(form, data)


def same(got, wanted, is_long):
    """Texts of a drawing may differ where the name stands, and long ones need room."""
    if not isinstance(wanted, list) or not isinstance(wanted[0], tuple):
        return got == wanted
    if is_long:
        return [a[0] for a in got] == [b[0] for b in wanted]
    return len(got) == len(wanted) and all(a[:2] == b[:2] and (a[2] == b[2] or "harmless" in b[2]) for a, b in zip(got, wanted))


def test_name(text, wanted, tex):
    name = as_bytes(text).replace(b"/", b":") + b".expr"
    work = fresh("name")
    write_model(work, name, [])
    bad = []
    for (form, before, _), (_, (code, out, err)), good in zip(PRINTED, print_all(work, name), wanted):
        where = " ".join(before)
        if code != 0 and code != good[1]:
            bad.append("%s: exit %d: %s" % (where, code, err[:200]))
            continue
        obeyed = hidden(out) or hidden(err)
        if obeyed:
            bad.append("%s: %s" % (where, obeyed))
        try:
            if not same(essence(work, form, out), good[0], len(name) > 100):
                bad.append("%s: is another %s" % (where, form))
        except Exception as error:
            bad.append("%s: no %s: %s" % (where, form, error))
        if form == "tex":
            tex.append(out)
    if os.listdir(work) and b"evil" in os.listdir(os.fsencode(work)):
        bad.append("something was run")
    print("FAIL a model called '%s': %s" % (shown(name), "; ".join(bad)[:600]) if bad else "PASS a model called '%s'" % shown(name))


def test_prefix(text):
    """The prefix made from the file's name, and files beside the model."""
    name = as_bytes(text).replace(b"/", b":") + b".expr"
    work = fresh("prefix")
    write_model(work, name, [])
    code, _, err = run(work, bpgen, b"./" + name, "--example", "example.c")
    made = [f for f in os.listdir(work) if f.endswith("_grad.c")]
    flags = ["gcc", "-std=c99", "-trigraphs", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-DBPGEN_SELFTEST_MAIN", "-O0"]
    wrong = None
    if code != 0 or len(made) != 1 or not re.fullmatch(r"[A-Za-z_]\w*_grad\.c", made[0]):
        wrong = "exit %d, %s: %s" % (code, made, err)
    for command in (None if wrong else [*flags, made[0], "-o", "test", "-lm"]), [work + "/test"], [*flags, "-fsyntax-only", "example.c"]:
        if not wrong:
            code, out, err = run("." if command[0] == work + "/test" else work, *command)
            wrong = "%s: %s" % (command[0], (out + err)[:300]) if code != 0 else None
    return wrong


def test_output(text):
    """-o with such a name: refused in words, or a file that can be compiled."""
    name = as_bytes(text).replace(b"/", b":") + b".c"
    work = fresh("output")
    write_model(work, "m.expr", [])
    code, out, err = run(work, bpgen, "m.expr", "-o", b"./" + name, "--example", "example.c")
    if code == 2:
        return None if b"#include" in err and not hidden(err) and os.listdir(work) == ["m.expr"] else "refused: %s" % err
    if code != 0:
        return "exit %d: %s" % (code, err)
    code, out, err = run(work, "gcc", "-std=c99", "-trigraphs", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", b"./" + name, "example.c")
    return None if code == 0 else err[:300]


def several(name, test):
    bad = ["'%s': %s" % (shown(text), wrong) for text in HOSTILE for wrong in [test(text)] if wrong]
    print("FAIL %s: %s" % (name, " | ".join(bad)[:3000]) if bad else "PASS %s: %d names" % (name, len(HOSTILE)))


def test_tex(fragments):
    """All of LaTeX in one document. What is not Latin needs fonts that are not asked for here."""
    if not shutil.which("pdflatex"):
        print("SKIP LaTeX of all names: pdflatex is not installed")
        return
    latin = list(dict.fromkeys(f for f in fragments if f.isascii()))
    work = fresh("tex")
    with open(work + "/x.tex", "wb") as f:
        f.write(b"\\documentclass{article}\\usepackage{amsmath}\\setlength\\hfuzz{10000pt}\\vbadness10000\\hbadness10000\n"
                b"\\begin{document}\n" + b"\n\\clearpage\n".join(latin) + b"\nThe end is here.\\end{document}\n")
    code, out, _ = run(work, "pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "x.tex")
    print("PASS pdflatex reads %d fragments" % len(latin) if code == 0 and len(latin) > 20 else "FAIL pdflatex, %d fragments: %s" % (len(latin), out[-1500:]))


def main():
    test_comments()
    work = fresh("harmless")
    write_model(work, "harmless.expr", [])
    wanted = []
    for form, (code, out, err) in print_all(work, "harmless.expr"):
        if code == 2 or not out:
            print("FAIL this is not tested: %s" % err)
        wanted.append((essence(work, form, out), code))
    fragments = []
    for text in HOSTILE:
        test_name(text, wanted, fragments)
    test_tex(fragments)
    if not shutil.which("dot"):
        print("SKIP drawings are read by Graphviz, which is not installed")
    several("prefixes made from file names", test_prefix)
    several("outputs", test_output)


main()
