"""harness.py -- what the tests of failures share: models and commands of every kind, and a run of one of them in a folder of its own.

FAILURES=all in the environment: every place of failure (make failures); else some, the first, the last and others evenly between.
"""
import os
import subprocess
import sys

BPGEN, PRELOAD = os.environ["bpgen"], os.environ.get("preload", "")
ONLY = os.environ.get("ONLY", "") # commands with this in their names
ALL = os.environ.get("FAILURES") == "all"
ALL_FUNCTIONS = ("value,value_grad,vjp,forward,backward,jvp,jacobian,hvp,hessian,jacobian_sparse,hessian_sparse")


def edges():
    """A graph without a pattern: the tables of its derivatives get a file of their own."""
    s, ends = 1, []
    for _ in range(1100):
        s = (s * 1103515245 + 12345) % 2147483648
        ends.append(str(s // 65536 % 300))
    a, b = ", ".join(ends[:550]), ", ".join(ends[550:])
    return f"const m = 550, a = [{a}], b = [{b}]\nparam x[300] in [-1, 1]\nr[e] = x[a[e]]*x[b[e]] for e in 0..m\noutput r\n"


MODELS = {
    "scalar.expr": "param x = 3, y = -4\nf = (x + sig(y))/(sig(x) + (x + y)^2)\n",
    "arrays.expr": "const H = 3\nparam W[H,2] in [-1, 1], b[H] in [-1, 1]\ninput x[2] in [-1, 1]\ndef act(v) = tanh(v) + v*v\n"
                   "z = W @ x + b\nf = sum(act(z)) + max(z) + norm(b)\n",
    "outputs.expr": "param x[3] in [1, 2]\ninput k = 2\ny = x*x*k\ns = sum(exp(x))\noutput y, s\n",
    "loop.expr": "const n = 60\nparam x in [0.1, 0.9] = 0.3\nl = x\nfor k in 1..n { l = 4*l*(1 - l) }\noutput l\n",
    "data.expr": "param w[2] in [-1, 1], c = 0.5\ndata x[2], y\nJ = mean((w @ x + c - y)^2 for data) + 1e-3*sum(w^2)\n",
    "slope.expr": "param x = 2\ny = x\nfor k in 0..4 { y = sin(y)*exp(-y) }\ng = grad(y, x)\noutput g\n",
    "stated.expr": "def fire(u) = u > 0 ? 1 : 0 derivative 1/(1 + 10*abs(u))^2\nparam x = 0.3\nf = fire(x)*x\n",
    "branch.expr": "param x = 1\nf = x > 0 ? log(x) : sqrt(-x)\n",
    "family.expr": "const n = 3\nparam x = 0.7\nf = x\nfor k in 0..n { f = f*x + sin(f) }\noutput f\n",
    "deep.expr": "f = " + "(" * 300 + "x" + ")" * 300 + "\n",
    "wrong.expr": "param x\nf = x*(y[1] + \ng = 3 @ x ) )\nh = foo(x, , 2)\noutput f g\n",
    "edges.expr": edges(),
    "w.txt": "0.25 -0.5\n",
    "x.txt": "1 2\n3 4\n5 6\n",
}

# name: what the run writes, its arguments. "-" is the model from standard input.
COMMANDS = {
    "compile": (["o.c", "o.h"], "scalar.expr -o o.c"),
    "compile all functions": (["o.c", "o.h"], f"arrays.expr --functions={ALL_FUNCTIONS} -o o.c"),
    "compile several outputs, example": (["o.c", "o.h", "e.c"],
                                         "outputs.expr --functions=value,jvp,jacobian,hvp --directions=2 -o o.c --example=e.c"),
    "compile sparse, tables": (["o.c", "o.h", "o_sparsity.h"], "edges.expr --functions=jacobian_sparse -o o.c"),
    "compile float, fast": (["o.c", "o.h"], "arrays.expr --real=float --fast -o o.c"),
    "compile with a tape limit": (["o.c", "o.h"], "loop.expr --tape-limit=100 -o o.c"),
    "compile data, workspace": (["o.c", "o.h"], "data.expr --stack-limit=0 -o o.c"),
    "compile a derivative inside": (["o.c", "o.h"], "slope.expr -o o.c"),
    "compile to standard output": ([], "scalar.expr -o -"),
    "compile from standard input": ([], "- --name=m -o -"),
    "emit ir": ([], "arrays.expr --emit=ir -o -"),
    "emit expr": ([], "arrays.expr --emit=expr -o -"),
    "dump": (["o.c", "o.h"], "scalar.expr -d lower,reverse -o o.c"),
    "deep": (["o.c", "o.h"], "deep.expr -o o.c"),
    "errors": ([], "wrong.expr -o o.c"),
    "usage": ([], "scalar.expr --emit=nothing"),
    "help": ([], "--help"),
    "functions": ([], "functions"),
    "eval": ([], "eval scalar.expr x=1"),
    "eval everything": ([], "eval outputs.expr --jvp --vjp --jacobian --hvp --hessian --seed s=1 --direction x=1 x=[1,2,3]"),
    "eval sparsity": ([], "eval outputs.expr --triplets --sparsity"),
    "eval values from a file": ([], "eval data.expr w=@w.txt x=@x.txt y=[1,2,3]"),
    "check": ([], "check scalar.expr"),
    "check stated derivatives": ([], "check stated.expr --samples=3 --surrogate fire"),
    "check table": (["t.csv"], "check scalar.expr --table 0.1,0.001 -o t.csv"),
    "check sweep": (["t.svg"], "check scalar.expr --sweep-h --wrt x -o t.svg"),
    "explain": ([], "explain scalar.expr"),
    "explain tex, gates": (["t.tex"], "explain scalar.expr --gates -o t.tex"),
    "explain trace": (["t.json"], "explain scalar.expr --trace both -o t.json"),
    "derive": ([], "derive scalar.expr --steps --wrt x"),
    "derive in index form": ([], "derive arrays.expr"),
    "derive and collect": (["t.tex"], "derive family.expr --const n=2 --collect -o t.tex"),
    "swell": (["t.csv"], "swell family.expr --for n=1..3 -o t.csv"),
    "swell plot": (["t.svg"], "swell family.expr --for n=1..3 -o t.svg"),
    "graph": (["t.svg"], "graph scalar.expr -o t.svg"),
    "graph modules": (["t.dot"], "graph arrays.expr --modules x=1 W=0.5 b=0.1 -o t.dot"),
    "graph reverse": ([], "graph branch.expr --reverse"),
    "cost": ([], "cost scalar.expr"),
    "cost as json": (["t.json"], "cost loop.expr -o t.json"),
}
COMMANDS = {name: command for name, command in COMMANDS.items() if ONLY in name}
EXPECTED = {"errors": 1, "usage": 2} # exit status of the others: 0


def make_models():
    for name, text in MODELS.items():
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)


class Command:
    """One of COMMANDS in this folder: how it ends undisturbed, and what is wrong with how it ends otherwise."""

    def __init__(self, name):
        self.name, (self.outputs, words) = name, COMMANDS[name]
        self.words = words.split()
        for path in self.outputs:
            self.write_old(path)
        self.folder = set(os.listdir()) | {"report"}
        self.code, self.out, self.err = self.run()
        self.new = {path: self.read(path) for path in self.outputs}
        self.counts = self.report() if PRELOAD else []

    @staticmethod
    def read(path):
        with open(path, "rb") as file:
            return file.read()

    @staticmethod
    def write_old(path):
        with open(path, "wb") as file:
            file.write(b"old " + path.encode() + b"\n")

    @staticmethod
    def report():
        """Allocations, calls for files, blocks that live at the end, and the call that failed."""
        with open("report", encoding="ascii") as file:
            *counts, failed = file.read().split()
            return [int(word) for word in counts] + [failed]

    def run(self, **settings):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "LD_PRELOAD": PRELOAD, "FAIL_REPORT": "report"}
        environment.update({key: str(value) for key, value in settings.items()})
        model = open("scalar.expr", "rb") if "-" in self.words[:1] else subprocess.DEVNULL
        r = subprocess.run([BPGEN, *self.words], stdin=model, capture_output=True, env=environment, timeout=120, check=False)
        if model is not subprocess.DEVNULL:
            model.close()
        return r.returncode, r.stdout, r.stderr

    def is_done(self, code, out, err):
        return code == self.code and out == self.out and err == self.err and self.files() == {"new"}

    def files(self):
        """{"old"}, {"new"}, or what else there is; then all are old again."""
        states = set()
        for path in self.outputs:
            bytes_now = self.read(path) if os.path.exists(path) else b"none"
            if bytes_now == self.new[path]:
                states.add("new")
            elif bytes_now == b"old " + path.encode() + b"\n":
                states.add("old")
            else:
                states.add(f"{path} in pieces ({len(bytes_now)} bytes)")
            if "old" not in states or len(states) > 1:
                self.write_old(path)
        return states

    def left_over(self):
        """Files that the run should not have left; they are removed."""
        extra = set(os.listdir()) - self.folder
        for path in extra:
            os.unlink(path)
        return sorted(extra)


def places(count, most):
    """1 ... count, or about `most` of them: with FAILURES=all 2000 of the bytes of a large file, and all places of anything else."""
    if ALL:
        most = 2000 if count > 12000 else count
    if count <= most:
        return list(range(1, count + 1))
    ends = set(range(1, most // 4 + 1)) | {count - 1, count}
    step = count / (most - len(ends))
    return sorted(ends | {1 + int(i * step) for i in range(most - len(ends))})


def say(name, wrong, counted):
    if wrong:
        print(f"FAIL {name}: {len(wrong)} times, first {wrong[0]}")
    else:
        print(f"PASS {name} ({counted})")
    sys.stdout.flush()
