"""names.py -- models whose names are words of C, of its library, of bpgen's own output, or nearly so: what is emitted compiles
under strict flags, and every function gives bit for bit what it gives in the same model with harmless names.

Arguments: bpgen, the project's folder, and `all` for every rotation of the words through the places (else a part of them).
"""
import concurrent.futures
import os
import re
import subprocess
import sys

bpgen, root, every = sys.argv[1], sys.argv[2], "all" in sys.argv[3:]

STRICT = ("-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wmissing-prototypes -Werror -trigraphs "
          "-ffp-contract=off").split()
HEADERS = ("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdarg stdbool stddef stdint "
           "stdio stdlib string time wchar wctype").split()
RESERVED = "param input data const output def extern for in while".split()  # of the language: no names


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def words_of(text):
    return re.findall(r"\b[A-Za-z_]\w*", text)


# ---- the words -----------------------------------------------------------------------------------------------

KEYWORDS = """
auto break case char continue default do double else enum float goto if inline int long register restrict return short signed sizeof
static struct switch typedef union unsigned void volatile _Bool _Complex _Imaginary _Alignas _Alignof _Atomic _Generic _Noreturn
_Static_assert _Thread_local alignas alignof bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual _BitInt
_Decimal32 _Decimal64 _Decimal128 asm fortran and and_eq bitand bitor catch char8_t char16_t char32_t class compl concept consteval
constinit const_cast co_await co_return co_yield decltype delete dynamic_cast explicit export final friend import module mutable
namespace new noexcept not not_eq operator or or_eq override private protected public reinterpret_cast requires static_cast template
this throw try typeid typename using virtual wchar_t xor xor_eq defined __func__ __FILE__ __LINE__ __DATE__ __STDC__ __VA_ARGS__
""".split()

OURS = """
y0 y1 gamma E I J errno NAN INFINITY HUGE_VAL EOF NULL assert min max isnan log signbit M_PI M_E linux unix i386 stdin main
net_value net_params net_inputs net_index net_sample net_outputs net_grad net_tape net_work net_value_grad net_vjp net_forward net_backward net_close net_move net_hvp
net_selftest net_index_ok net_table1_zz0table NET_GRAD_H NET_PARAMS_DEFAULT NET_N_DIRECTIONS NET_JACOBIAN_NNZ NET_HESSIAN_NNZ NET_N_PARAMS NET_N_GRAD NET_N_OUTPUTS NET_BPGEN_VERSION net_table1_net_table1_a net_table1_ net_table
bpgen_sig bpgen_value bpgen_ BPGEN_SELFTEST BPGEN_SELFTEST_MAIN BPGEN_RUNTIME_H BPGEN_ bpgen BPGEN
t1 t2 t3 t10 t1_2 t01 t0 t1000000000 t99999999999999999999 v_0 v__x v___x v_X p in_ out grad tape seed work direction tangent product jacobian hessian
sample samples n_samples index turns adjoint d_x d_y d_ dx x_2 x_ x__2 x_2_2 sin_ sin_2 sin__ expf_ e_ if_ if_2 int_ _ __ ___ _1 __1 _x _X __x
a b a_b a__b _a_b a_b_ A a_B A_b aB Ab AB ab num den sq_x x_plus_y sum_a scale up down kept i j k l s o nan inf infinity pi e
""".split()

LONG = ["q" * 5000, "q" * 4999, "q" * 4998 + "r", "q" * 63, "q" * 62, "q" * 64, "q" * 62 + "a" * 30, "q" * 62 + "b" * 30,
        "q" * 31 + "c", "q" * 31 + "d", "_Q" + "q" * 70, "__" + "q" * 70, "v_Q" + "q" * 70, "Q" * 63, "Q" * 64]


def macros_of_headers():
    """Macros without arguments of all headers of C99 in strict mode, and what gnu modes predefine."""
    text = "".join("#include <%s.h>\n" % h for h in HEADERS)
    strict = run("gcc", "-std=c99", "-E", "-dM", "-x", "c", "-", text=text)[1]
    gnu = run("gcc", "-std=gnu99", "-E", "-dM", "-x", "c", "/dev/null")[1] + run("gcc", "-std=gnu99", "-m32", "-E", "-dM", "-x", "c", "/dev/null")[1]
    return [name for name in re.findall(r"^#define (\w+)(?= |$)", strict + gnu, re.M) if not name.startswith("_")]


def functions_of_headers():
    text = "".join("#include <%s.h>\n" % h for h in HEADERS)
    names = re.findall(r"\b([a-z]\w*)\s*\(", run("gcc", "-std=gnu99", "-E", "-x", "c", "-", text=text)[1])
    return [name for name in names if not name.startswith("_")]


# ---- the model: a block for each word; {0} ... {n} are the places ------------------------------------------------

PLACES = "param array input integer data const function argument table index scalar stage loop local carried gathered mean output".split()
BEGIN = "def qq_sig(qq) = sig(qq)\ndef qq_exp(qq) = exp(qq)\ndef qq_sin(qq) = sin(qq)\n"
BLOCK = """param {param} in [0.1, 1], {array}[3] in [-1, 1]
input {input} in [0.5, 1], {integer} in 0..3
data {data}
const {const} = 3, {table} = [0.5, 1.5, 0.25, 2.5, 3.5, 4.5, 5.5]
def {function}({argument}) = qq_sig({argument}) + {argument}^2
{scalar} = {function}({param} * {input}) + {array}[{integer}]
{stage}[{index}] = {array}[{index}]*{scalar} + qq_exp({param}*{index} - {const})
{carried} = {scalar}
for {loop} in 0..{const} {{ {local} = qq_sin({carried}) + {array}[{loop}]; {carried} = {carried}*0.5 + {local}*{param}; {gathered}[{loop}] = {carried} }}
{mean} = mean(({data} - {scalar})^2 for data)
{output} = {scalar} + sum({stage}) + sum({gathered}) + sum({table}[qq_i + {integer}]*{array}[qq_i] for qq_i in 0..3) + {carried} + {mean}
"""


def model_of(blocks):
    """blocks: a dict place -> name each."""
    text = BEGIN + "".join(BLOCK.format(**b) for b in blocks)
    return text + "output " + ", ".join(b["output"] for b in blocks) + "\n"


def harmless(count):
    return [{place: "zz%d%s" % (n, place) for place in PLACES} for n in range(count)]


# What hides a function that the blocks use, or has a meaning of its own after `def`, stands in the other places.
NO_FUNCTION = {"sum", "mean"}


def rotations(words):
    """Lists of blocks: in rotation r the words stand r places further."""
    words = list(dict.fromkeys(w for w in words if w not in RESERVED and not w.startswith("qq")))
    size = len(PLACES)
    words += ["zz_more%d" % n for n in range(-len(words) % size)]
    count = len(words) // size
    for r in range(size):
        blocks = []
        for n in range(count):
            block = {place: words[n + count * ((k + r) % size)] for k, place in enumerate(PLACES)}
            if block["function"] in NO_FUNCTION:
                block["function"] = "zz_function%d" % n
            blocks.append(block)
        yield blocks


# ---- emitting, compiling, running ------------------------------------------------------------------------------------

DRIVER = """
%s#include "m.h"
static double at(unsigned k) { return 0.15 + 0.05 * (double)(k * 7 %% 17); }
int main(void)
{
    static net_params p, grad, tangent_of;
    static net_inputs in;
    static net_index choice;
    static net_sample some[3];
    static net_outputs out, seed, tangent;
    static net_tape tape;

    for (unsigned k = 0; k < NET_N_PARAMS; k++)
        ((REAL *)&p)[k] = (REAL)at(k), ((REAL *)&tangent_of)[k] = (REAL)(at(k + 3) - 0.5);
    for (unsigned k = 0; k < NET_N_INPUTS; k++)
        ((REAL *)&in)[k] = (REAL)at(k + 1);
    for (unsigned k = 0; k < sizeof choice / 4; k++)
        ((int32_t *)&choice)[k] = (int32_t)(k %% 3);
    for (unsigned k = 0; k < 3 * NET_N_SAMPLE; k++)
        ((REAL *)some)[k] = (REAL)at(k + 2);
    for (unsigned k = 0; k < NET_N_OUTPUTS; k++)
        ((REAL *)&seed)[k] = (REAL)at(k + 5);
    if (!net_index_ok(&choice))
        return 1;
#define SHOW(what, count) \\
    for (unsigned k = 0; k < (count); k++) \\
        printf(#what "[%%u] %%a\\n", k, (double)((const REAL *)&what)[k])
    net_value(&p, &in, &choice, some, 3, &out);
    SHOW(out, NET_N_OUTPUTS);
    net_forward(&p, &in, &choice, some, 3, &tape, &out);
    SHOW(out, NET_N_OUTPUTS);
    net_backward(&p, &in, &choice, some, 3, &seed, &tape, &grad);
    SHOW(grad, NET_N_GRAD);
    net_vjp(&p, &in, &choice, some, 3, &seed, &out, &grad);
    SHOW(grad, NET_N_GRAD);
    net_jvp(&p, &in, &choice, some, 3, &tangent_of, &out, &tangent);
    SHOW(tangent, NET_N_OUTPUTS);
    net_hvp(&p, &in, &choice, some, 3, &seed, &tangent_of, &out, &grad, &tangent_of);
    SHOW(tangent_of, NET_N_GRAD);
    return net_selftest();
}
"""
FUNCTIONS = "value,vjp,forward,backward,jvp,hvp"


def fails(command, work):
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=300)
    return None if done.returncode == 0 else "%s: exit %d: %s" % (" ".join(command[:3]), done.returncode, (done.stdout + done.stderr)[:1500])


def emit(work, blocks, real):
    os.makedirs(work, exist_ok=True)
    with open(work + "/model.expr", "w") as f:
        f.write(model_of(blocks))
    return fails([bpgen, "model.expr", "--name", "net", "--real", real, "--functions", FUNCTIONS, "-o", "m.c", "--example", "example.c"], work)


def numbers(work, blocks, real):
    """What the functions give, and what is wrong."""
    headers = "".join("#include <%s.h>\n" % h for h in HEADERS if h not in ("complex", "iso646", "stdbool"))
    wrong = emit(work, blocks, real)
    if wrong:
        return None, wrong
    with open(work + "/driver.c", "w") as f:
        f.write(DRIVER % headers)
    with open(work + "/header.cc", "w") as f:
        f.write(headers + '#include "m.h"\n')
    gnu = ["-std=gnu99" if real == "float" else "-std=c99"]
    steps = [["gcc", *gnu, *STRICT, "-DBPGEN_SELFTEST", "-O0", "-c", "m.c"],
             ["clang", "-std=c11", *STRICT, "-DBPGEN_SELFTEST", "-fsyntax-only", "m.c"],
             ["g++", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "header.cc"],
             ["gcc", "-std=c99", *STRICT, "-fsyntax-only", "example.c"],
             ["gcc", "-std=c99", "-DREAL=" + real, "-DBPGEN_SELFTEST", "-O0", "driver.c", "m.o", "-o", "driver", "-lm"]]
    for step in steps:
        wrong = fails(step, work)
        if wrong:
            return None, wrong
    done = subprocess.run([work + "/driver"], capture_output=True, text=True, timeout=300)
    return done.stdout, None if done.returncode == 0 else "self-test: %d" % done.returncode


def emitted_words(work):
    """Every identifier of emitted files, in double and float, printed and included runtime; macros of the prefix."""
    words = []
    for real in "double", "float":
        emit(work, harmless(2), real)
        for name in "m.c", "m.h", "example.c":
            with open("%s/%s" % (work, name)) as f:
                words += words_of(f.read())
    with open(root + "/runtime/bpgen_runtime.h") as f:
        words += words_of(f.read())
    return [w for w in words if not w.startswith("zz")]


def main():
    words = KEYWORDS + OURS + LONG + emitted_words("own") + macros_of_headers() + functions_of_headers()
    all_blocks = list(rotations(words))
    count = len(all_blocks[0])
    wanted = {}
    for real in "double", "float":
        wanted[real], wrong = numbers("harmless_" + real, harmless(count), real)
        print("FAIL harmless names, %s: %s" % (real, wrong) if wrong else "PASS harmless names, %s: %d blocks" % (real, count))
    chosen = range(len(PLACES)) if every else range(0, len(PLACES), 4)

    def check(r):
        real = "float" if r % 2 else "double"
        return r, real, *numbers("rotation%d" % r, all_blocks[r], real)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for r, real, got, wrong in pool.map(check, chosen):
            name = "%d words in other places, rotation %d, %s" % (count * len(PLACES), r, real)
            if not wrong and got != wanted[real]:
                wrong = "other numbers: " + "; ".join("%s, not %s" % pair for pair in zip(got.splitlines(), wanted[real].splitlines()) if pair[0] != pair[1])[:300]
            print("FAIL %s: %s" % (name, wrong) if wrong else "PASS " + name)


if __name__ == "__main__":
    main()
