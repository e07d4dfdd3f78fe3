#!/bin/sh
# Every teaching command on every model there is: no crash, no silence, a refusal is a message and nothing else, what is written can
# be read by a parser, and the gradients of the listing and of the traces are those of eval. (All formats of the examples: formats.sh.)
build=$(cd "$1" && pwd)
export LC_ALL=C LANG=C

exec python3 - "$build/bpgen" examples/*.expr examples/*/*.expr tests/regress/*.expr tests/derive/*.expr ../shared/language/valid/*.expr << 'END'
import concurrent.futures, csv, io, json, math, os, re, subprocess, sys
import xml.dom.minidom

bpgen, models = sys.argv[1], [m for m in sys.argv[2:] if os.path.exists(m)]


def run(*arguments):
    r = subprocess.run([bpgen, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    return r.returncode, r.stdout.decode(), r.stderr.decode()


def settings(model):
    """What the model needs to be evaluated: 0.5 for everything without a value."""
    words = []
    while True:
        code, out, err = run("eval", model, *words)
        missing = re.findall(r"'(\w+)' has no value", err)
        if not missing:
            return words, out if code == 0 else None
        words += [name + "=0.5" for name in missing]


def numbers(text):
    return [float(word) for word in re.findall(r"-?(?:nan|inf|[0-9][0-9.e+-]*)", text)]


def flat(value):
    return [x for v in value for x in flat(v)] if isinstance(value, list) else [value]


def differ(mine, theirs):
    """JSON has null where eval has nan or inf."""
    size = max([1e-3] + [abs(x) for x in theirs if math.isfinite(x)])
    if len(mine) != len(theirs):
        return True
    return any(math.isfinite(b) if a is None else a != b and not abs(a - b) <= 1e-12 * size for a, b in zip(mine, theirs))


READ = {"json": json.loads, "svg": xml.dom.minidom.parseString,
        "csv": lambda text: 1 / (len({len(row) for row in csv.reader(io.StringIO(text))}) == 1)}


def check(model):
    bad, checked = [], 0
    point, value = settings(model)
    seed = []
    code, out, err = run("explain", model, *point)
    if "--seed OUTPUT" in err:
        seed = ["--seed", re.match(r"\w+", value).group() + "=1"]
    gradients = {}
    if value is not None:
        for line in run("eval", model, *point, *(["--vjp"] + seed if seed else []))[1].splitlines():
            name = re.match(r"d[^ =]*/d(\w+) = (.*)", line)
            if name:
                gradients[name.group(1)] = numbers(name.group(2))

    def command(form, name, *arguments, verdict=False):
        code, out, err = run(name, model, *arguments, "--format", form)
        said = " ".join([name, model, *arguments, "--format", form])
        if code not in (0, 1):
            bad.append("%s: exit %d: %s" % (said, code, err))
        elif code == 1 and (out and not verdict or not out and not re.search(r"(error|bpgen): \S", err)):
            bad.append("%s: refused, with %d bytes and '%s'" % (said, len(out), err))
        elif code == 0 and not out:
            bad.append("%s: nothing is written" % said)
        elif out and form in READ:
            try:
                return READ[form](out)
            except Exception as error:
                bad.append("%s: no %s: %s" % (said, form, error))
        return None

    for gates in ([], ["--gates"]):
        listing = command("json", "explain", *point, *seed, *gates, verdict=True)
        for leaf in listing["leaves"] if listing else []:
            if leaf["name"] in gradients and "gradient" in leaf:
                checked += 1
                if differ(flat(leaf["gradient"]), gradients[leaf["name"]]):
                    bad.append("explain %s: d%s = %s, eval %s" % (model, leaf["name"], leaf["gradient"], gradients[leaf["name"]]))
    trace = command("json", "explain", *point, *seed, "--trace", "both")
    for row in trace["trace"]["rows"] if trace else []:
        if row["number"] is None and row["gate"] in gradients and "(" not in str(row["gradient"]):
            checked += 1
            text = numbers(row["gradient"]) if isinstance(row["gradient"], str) else [row["gradient"]]
            if differ(text, gradients[row["gate"]]):
                bad.append("trace %s: d%s = %s, eval %s" % (model, row["gate"], row["gradient"], gradients[row["gate"]]))
    command("json", "explain", *point, *seed, "--break", "assign", verdict=True)
    command("text", "explain", *point, *seed, verdict=True)
    command("text", "derive")
    command("json", "swell")
    command("svg", "graph", *point, *seed, "--modules")
    command("dot", "graph", *point, *seed)
    command("csv", "check", *point, "--table", "0.01")
    command("json", "cost")
    return bad, checked


with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for model, (bad, checked) in zip(models, pool.map(check, models)):
        print("FAIL %s" % " | ".join(bad)[:2000] if bad else "PASS %s: %d gradients" % (model, checked))
END
