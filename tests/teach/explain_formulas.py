"""explain_formulas.py -- computes every formula in results of `bpgen explain --format json` and compares with the values beside it.

Formulas with indices of their own ("sum(... for i in 0..3)", "lap[i]") are left out and counted.
"""
import json
import math
import re
import sys


class Array:
    """Nested lists with the operators of the listing."""

    def __init__(self, value):
        self.v = value

    def map(self, other, f):
        return Array(zip_with(self.v, other.v if isinstance(other, Array) else other, f))

    def __add__(self, o): return self.map(o, lambda a, b: a + b)
    def __radd__(self, o): return self.map(o, lambda a, b: b + a)
    def __sub__(self, o): return self.map(o, lambda a, b: a - b)
    def __rsub__(self, o): return self.map(o, lambda a, b: b - a)
    def __mul__(self, o): return self.map(o, lambda a, b: a * b)
    __rmul__ = __mul__
    def __truediv__(self, o): return self.map(o, lambda a, b: a / b)
    def __rtruediv__(self, o): return self.map(o, lambda a, b: b / a)
    def __pow__(self, o): return self.map(o, lambda a, b: a ** b)
    def __neg__(self): return self.map(0, lambda a, b: -a)
    def __getitem__(self, i):
        return wrap(self.v[i] if isinstance(i, int) else pick(self.v, i))

    @property
    def T(self):
        return Array([list(row) for row in zip(*self.v)])

    def __matmul__(self, o):
        a = self.v if depth(self.v) == 2 else [self.v]
        b = [list(c) for c in zip(*o.v)] if depth(o.v) == 2 else [o.v]
        r = [[math.fsum(x * y for x, y in zip(row, col)) for col in b] for row in a]
        if depth(self.v) == 1:
            r = r[0]
            return wrap(r[0] if depth(o.v) == 1 else r)
        return wrap([row[0] for row in r] if depth(o.v) == 1 else r)


def depth(v):
    return 1 + depth(v[0]) if isinstance(v, list) else 0


def wrap(v):
    return Array(v) if isinstance(v, list) else v


def pick(v, indices):
    for i in indices:
        v = v[i]
    return v


def zip_with(a, b, f):
    """Operands line up at the last axis."""
    if depth(a) == depth(b) == 0:
        return f(a, b)
    if depth(a) > depth(b):
        return [zip_with(x, b, f) for x in a]
    if depth(b) > depth(a):
        return [zip_with(a, x, f) for x in b]
    return [zip_with(x, y, f) for x, y in zip(a, b)]


def flat(v):
    return [x for row in v for x in flat(row)] if isinstance(v, list) else [v]


def lift(f):
    def g(*args):
        if len(args) == 1 and isinstance(args[0], Array):
            return args[0].map(0, lambda a, b: f(a))
        if len(args) == 2 and any(isinstance(a, Array) for a in args):
            return wrap(zip_with(*[a.v if isinstance(a, Array) else a for a in args], f))
        return f(*args)
    return g


functions = {
    "sig": lift(lambda a: 1 / (1 + math.exp(-a))), "exp": lift(math.exp), "log": lift(math.log), "sin": lift(math.sin),
    "cos": lift(math.cos), "tanh": lift(math.tanh), "sqrt": lift(math.sqrt), "abs": lift(abs), "cosh": lift(math.cosh),
    "sinh": lift(math.sinh), "sign": lift(lambda a: (a > 0) - (a < 0)), "max": lambda *a: max(flat(a[0].v)) if len(a) == 1 else lift(max)(*a),
    "min": lift(min), "relu": lift(lambda a: max(a, 0)), "outer": lambda a, b: Array([[x * y for y in b.v] for x in a.v]),
    "sum": lambda a: math.fsum(flat(a.v)), "pi": math.pi, "e": math.e, "logsig": lift(lambda a: -math.log1p(math.exp(-a))),
    "softplus": lift(lambda a: math.log1p(math.exp(a))), "log1p": lift(math.log1p), "step": lift(lambda a: float(a > 0)),
}

word = re.compile(r"[A-Za-z_]\w*(?:\[[0-9:,]+\])*")


def known_name(text, names):
    """The longest beginning of the word that is a name; what follows are subscripts."""
    while text not in names and "[" in text:
        text = text[:text.rindex("[")]
    return text if text in names else None


def compute(formula, names):
    env = dict(functions)

    def replace(match):
        name = known_name(match.group(), names)
        if name is None or match.string[match.end():match.end() + 1] == "(":
            return match.group()
        env["v%d_" % len(env)] = names[name]
        return "v%d_" % (len(env) - 1) + match.group()[len(name):]

    text = word.sub(replace, formula.replace(" over rows", "").replace(" over columns", ""))
    text = re.sub(r"(\S+) outer (\S+)", r"outer(\1, \2)", text)
    text = text.replace("^T", ".T").replace("^", "**").replace("&&", " and ").replace("||", " or ")
    text = re.sub(r"\(([^()?]+?) \? ([^()]+?) : ([^()]+?)\)", r"((\2) if (\1) else (\3))", text)
    text = re.sub(r"^([^()?]+?) \? ([^()]+?) : ([^()]+?)$", r"((\2) if (\1) else (\3))", text)
    try:
        return eval(text, {"__builtins__": {}}, env)  # the text is bpgen's own
    except (ZeroDivisionError, ValueError, OverflowError):
        return None  # outside of the domain at this point
    except (SyntaxError, TypeError):
        if "if" in text or "?" in text:
            return None  # branches of arrays
        raise


def close(a, b):
    a, b = (flat(x.v if isinstance(x, Array) else x) for x in (a, b))
    if None in b:
        return True  # not finite
    size = max([abs(x) for x in b] + [1e-300])
    return len(a) == len(b) and all(abs(x - y) <= 1e-11 * size for x, y in zip(a, b))


def broadcast(value, like):
    return zip_with(value.v if isinstance(value, Array) else value, zip_with(like, 0, lambda a, b: 0), lambda a, b: a)


def left_out(name, formula, kinds):
    """Indices of its own, branches, what is put together from parts, functions of the model."""
    called = re.findall(r"([A-Za-z_]\w*)\(", formula)
    return (" for " in formula or " if " in formula or "..." in formula or formula[:1] == "[" or "argmax" in formula or name in kinds or
            any(c not in functions for c in called))


def check_forward(d, names):
    """How many were computed; which gates are put together from others."""
    joined, computed = set(), 0
    for line in d["forward"]:
        formula = line["formula"]
        if formula[:1] == "[":
            joined.add(line["name"])
        if line["target"] == line["name"] and not left_out(line["name"], formula, joined):
            value = compute(formula, names)
            computed += value is not None
            if value is not None and not close(broadcast(value, line["value"]), line["value"]):
                print("FAIL %s: (%d) %s = %s" % (d["model"], line["number"], line["target"], formula))
        names[line["name"]] = wrap(line["value"])
    return computed, joined


def contribution(line, names):
    formula = line["formula"]
    if line.get("summed_over") not in ("rows", "columns"):
        return compute(formula, names)
    inner = compute(formula[4:-1], names)  # sum(...)
    return wrap([math.fsum(row) for row in (zip(*inner.v) if line["summed_over"] == "rows" else inner.v)])


def check_backward(d, names, joined):
    computed = 0
    for line in d["backward"]:
        if line.get("seed") or line["target"] != "d" + line["name"] or left_out(line["through"], line["formula"], joined):
            continue
        value = contribution(line, names)
        computed += value is not None
        if value is not None and not close(broadcast(value, line["product"]), line["product"]):
            print("FAIL %s: (%d) %s = %s" % (d["model"], line["number"], line["target"], line["formula"]))
    return computed


def main():
    total = lines = 0
    for path in sys.argv[1:]:
        with open(path) as file:
            d = json.load(file)
        names = {leaf["name"]: wrap(leaf["value"]) for leaf in d["leaves"]}
        computed, joined = check_forward(d, names)
        for line in d["forward"] + d["leaves"]:
            if "gradient" in line:
                names["d" + line["name"]] = wrap(line["gradient"])
        total += computed + check_backward(d, names, joined)
        lines += len(d["forward"]) + len(d["backward"])
    print("%s %d of %d formulas in %d models give the values beside them"
          % ("PASS" if total > lines / 2 else "FAIL", total, lines, len(sys.argv) - 1))


main()
