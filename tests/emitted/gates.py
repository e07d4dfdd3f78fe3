"""gates.py -- what emitted code may not do, whatever the model: write static data, call what is not in libm, compute in double in a
float file, take stack at run time, have undefined behaviour, or depend on byte order or word size.

Arguments: bpgen, the project's folder, and `all` for every model, all kinds of functions and both types, or a model for that one
(else every eighth model).
"""
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import time

bpgen, root, chosen = sys.argv[1], sys.argv[2], sys.argv[3]
every = chosen != ""
EIGHTH = 8
LARGE = 100000  # bytes of C, from where the compilers take seconds

DENSE = "value,vjp,forward,backward,jvp,jacobian,hvp,hessian"
LISTS = [DENSE + ",value_grad,jacobian_sparse,hessian_sparse", DENSE + ",jacobian_sparse,hessian_sparse", DENSE + ",value_grad", DENSE]
SHORT_LISTS = ["value,value_grad,forward,backward,jvp,hvp", "value,vjp,forward,backward,jvp,hvp"]
COMPILERS_OWN = {"memcpy", "memset", "memmove", "sincos", "sincosf"}  # sincos: gcc joins sin and cos where glibc has it
EXACT = {"sqrt", "fabs", "fmax", "fmin", "floor", "ceil", "trunc", "rint", "fma", "copysign", "ldexp", "frexp", "scalbn"} | COMPILERS_OWN


def read(path):
    with open(path) as f:
        return f.read()


# The libm names of the table of operators, and what the runtime calls beside them.
LIBM = set(re.findall(r'"(\w+)",\s*\d, LIBM,', read(root + "/src/ir/ops.def")))
MATH_H = set(re.findall(r"\b([a-z]\w*)\s*\(", subprocess.run(["gcc", "-std=c99", "-E", "-x", "c", "-"], input="#include <math.h>\n", text=True, capture_output=True).stdout))
LIBM |= set(re.findall(r"\b([a-z]\w*)\(", read(root + "/runtime/bpgen_runtime.h"))) & MATH_H


def run(work, command, timeout=300):
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, errors="replace", timeout=timeout, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def must(work, *command):
    code, out, err = run(work, command)
    if code != 0:
        raise AssertionError("%s: exit %d: %s" % (" ".join(command)[:150], code, (out + err)[:400]))
    return out


def symbols(work, name):
    """(letter, name) of every symbol."""
    return [tuple(line.split()[-2:]) for line in must(work, "nm", name).splitlines()]


# ---- one object ---------------------------------------------------------------------------------------------------

STRICT = "-std=c99 -Wall -Wextra -Wpedantic -Wvla -Wdouble-promotion -Wconversion -Werror -ffp-contract=off".split()


# gcc -O2 puts k = 0 into a branch where k == 0 holds, finds x[k-1] there, and does not see that it stands in an inner branch, where
# k > 0 held: the Hessian of this model has one choice inside of another that excludes it.
NOT_SEEN = {"tests/regress/guarded_integers.expr": "-Wno-array-bounds"}


def check_symbols(found, real, externs):
    own = LIBM if real == "double" else {name + "f" for name in LIBM}
    called = {name for letter, name in found if letter == "U"}
    strange = called - own - COMPILERS_OWN - externs
    assert not strange, "calls %s" % ", ".join(sorted(strange))
    written = [name for letter, name in found if letter in "DdBbCSsGgV"]
    assert not written, "writable data: %s" % ", ".join(written)
    return called


def check_stack(work, name):
    """Every function's stack is known when it is compiled."""
    for line in read(work + "/" + name).splitlines():
        assert line.split("\t")[2] == "static", "stack: " + line


SOFT = ["clang", "--target=thumbv6m-none-eabi", "-mfloat-abi=soft", "-std=c99", "-O1", "-Wno-implicit-function-declaration", "-I../stub"]


def check_soft_float(work, externs):
    """Compiled for a core without any floating point every operation is a call with its type in the name."""
    must(work, *SOFT, "-c", "m.c", "-o", "soft.o")
    called = {name for letter, name in symbols(work, "soft.o") if letter == "U"}
    double = [name for name in called if re.fullmatch(r"__aeabi_(d\w+|\w+2d|c?d\w+)|__\w*df\w*|__extend\w*|__trunc\w*", name)]
    assert not double, "computes in double: %s" % ", ".join(sorted(double))
    strange = {name for name in called if not name.startswith("__aeabi_")} - {name + "f" for name in LIBM} - COMPILERS_OWN - externs
    assert not strange, "calls for Cortex-M0: %s" % ", ".join(sorted(strange))


# ---- programs -----------------------------------------------------------------------------------------------------

SANITIZE = "-fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all -g0".split()


class Target:
    def __init__(self, name, command, runner, package):
        self.name, self.command, self.runner, self.package = name, command, runner, package

    def works(self):
        with open("works.c", "w") as f:
            f.write("#include <math.h>\n#include <stdint.h>\n#include <stdio.h>\nint main(int n, char **v) { printf(\"%s %d\\n\", v[0], (int)sin(n)); return 0; }\n")
        program = "./works-" + self.name
        return (shutil.which(self.command[0]) and (not self.runner or shutil.which(self.runner[0])) and
                run(".", [*self.command, "works.c", "-o", program, "-lm"])[0] == 0 and run(".", [*self.runner, program])[0] == 0)


def cross(triple, machine, package):
    """triple-gcc, or triple-gcc-12 and the like. (With -std=c99 gcc for s390x computes float in double, as FLT_EVAL_METHOD says.)"""
    found = [triple + "-gcc"] if shutil.which(triple + "-gcc") else sorted(map(os.path.basename, glob.glob("/usr/bin/%s-gcc-[0-9]*" % triple)))
    return Target(machine, [found[-1] if found else triple + "-gcc", "-static", "-fexcess-precision=fast"], ["qemu-" + machine], "gcc-%s, %s and qemu-user" % (triple, package))


NATIVE = Target("native", ["gcc"], [], "gcc")
OTHERS = [Target("i386", ["gcc", "-m32", "-msse2", "-mfpmath=sse"], [], "gcc-multilib"),
          cross("s390x-linux-gnu", "s390x", "libc6-dev-s390x-cross")]
OPTIONAL = [cross("powerpc-linux-gnu", "ppc", ""), cross("powerpc64-linux-gnu", "ppc64", ""), cross("aarch64-linux-gnu", "aarch64", ""),
            cross("arm-linux-gnueabihf", "arm", ""), cross("riscv64-linux-gnu", "riscv64", ""), cross("mips-linux-gnu", "mips", "")]

MAIN = "int m_selftest(void);\nint shown(void);\nint main(void)\n{\n    shown();\n    return m_selftest();\n}\n"
SANITIZED = Target("sanitized", ["gcc", *SANITIZE], [], "gcc")


def own_objects(target, real):
    """What the programs of all models have in common, compiled once."""
    return ["../%s-%s-%s.o" % (part, target.name, real) for part in ("main", "externs")]


def compile_own(target):
    for real in "double", "float":
        for source, made in zip(("../main.c", root + "/tests/emitted/externs.c"), own_objects(target, real)):
            must("own", *target.command, "-std=c99", "-w", "-DREAL=" + real, "-c", source, "-o", made)


def results(work, target, real, optimise):
    """All results at the point of --example, digit for digit; the self-test has passed."""
    program = "program-" + target.name
    must(work, *target.command, "-std=c99", "-ffp-contract=off", optimise, "-w", "-DBPGEN_SELFTEST", "-Dmain=shown", "m.c", "example.c",
         *own_objects(target, real), "-o", program, "-lm")
    return must(work, *target.runner, "./" + program).replace("-nan", "nan")


def emit(work, model, real):
    for functions in LISTS if every else SHORT_LISTS:
        code, _, err = run(work, [bpgen, model, "--name", "m", "--real", real, "--functions", functions, "--example", "example.c", "-o", "m.c"])
        if code == 0:
            return
    raise AssertionError("bpgen: " + err[:300])


def check(model, real, targets):
    work = "%s-%s" % (os.path.relpath(model, root).replace("/", "_"), real)
    os.makedirs(work, exist_ok=True)
    emit(work, model, real)
    externs = set(re.findall(r"\w+", (re.search(r"Calls C functions of yours:([^.]*)\.", read(work + "/m.c")) or ["", ""])[1]))
    literals = ["-Wunsuffixed-float-constants"] if real == "float" else []
    not_seen = [NOT_SEEN[name] for name in NOT_SEEN if model == os.path.join(root, name)]
    must(work, "gcc", *STRICT, *literals, *not_seen, "-O2" if every else "-O1", "-fstack-usage", "-c", "m.c", "-o", "m.o")
    called = check_symbols(symbols(work, "m.o"), real, externs)
    check_stack(work, "m.su")
    if real == "float":
        check_soft_float(work, externs)
    optimise = "-O1" if os.path.getsize(work + "/m.c") < LARGE else "-O0"
    wanted = results(work, NATIVE, real, optimise)
    if results(work, SANITIZED, real, "-O0") != wanted and called <= exact(real):
        raise AssertionError("other results with sanitizers")
    for target in targets:
        got = results(work, target, real, optimise)
        if called <= exact(real):
            assert got == wanted, "%s: other results: %s" % (target.name, [pair for pair in zip(got.splitlines(), wanted.splitlines()) if pair[0] != pair[1]][:2])
    shutil.rmtree(work)
    return called <= exact(real)


def exact(real):
    """Programs that call nothing else round the same way everywhere."""
    return EXACT if real == "double" else EXACT | {name + "f" for name in EXACT}


# ---- all ----------------------------------------------------------------------------------------------------------

def models():
    found = []
    for pattern in "examples/*.expr", "examples/swell/*.expr", "tests/regress/*.expr", "tests/derive/*.expr", "../shared/language/valid/*.expr":
        group = sorted(glob.glob(os.path.join(root, pattern)))
        if not group:
            print("SKIP %s is not here" % pattern)
        found += group
    return found


def main():
    begin = time.time()
    targets = []
    for target in OTHERS + OPTIONAL:
        if target.works():
            targets.append(target)
        elif target in OTHERS:
            print("SKIP %s: no compiler that runs; install %s" % (target.name, target.package))
    os.makedirs("own", exist_ok=True)
    with open("main.c", "w") as f:
        f.write(MAIN)
    for target in [NATIVE, SANITIZED, *targets]:
        compile_own(target)
    os.makedirs("stub", exist_ok=True)
    shutil.copy(root + "/tests/emitted/stub_math.h", "stub/math.h")
    found = models() if chosen in ("", "all") else [os.path.join(root, chosen)]
    if every:
        jobs = [(model, real) for model in found for real in ("double", "float")]
    else:
        jobs = [(model, "float" if k // EIGHTH % 2 else "double") for k, model in enumerate(found) if k % EIGHTH == 0]

    def one(job):
        try:
            return job, check(*job, targets), None
        except (AssertionError, subprocess.TimeoutExpired) as error:
            return job, False, str(error)

    for name, flag in NOT_SEEN.items():
        if os.path.join(root, name) in {model for model, _ in jobs}:
            print("SKIP %s of %s: what gcc does not see (see the program)" % (flag.replace("-Wno-", "-W"), name))
    same = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() if every else 1) as pool:
        for (model, real), is_exact, wrong in pool.map(one, jobs):
            name = "%s, %s" % (os.path.relpath(model, root), real)
            same += is_exact
            failed += wrong is not None
            print("FAIL %s: %s" % (name, wrong) if wrong else "PASS " + name, flush=True)
    print("bit for bit on %s: %d of %d; %d failed; %.0f s, %.0f s of processor time" %
          (", ".join(t.name for t in targets), same, len(jobs), failed, time.time() - begin, os.times().children_user + os.times().children_system))
    if same == 0 and len(jobs) > 2:
        print("FAIL no program without libm was compared")


main()
