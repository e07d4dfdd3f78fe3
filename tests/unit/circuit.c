/* circuit.c -- circuits of all models at hand: their programs are well formed, values and gradients are those of the evaluator,
 * and what has no circuit is refused with a message. */
#include "eval/check.h"
#include "teach/circuit.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 3, TRIES = 20 };

static const double CLOSE = 1e-12;
static const double CLOSE_ELEMENTARY = 1e-8; /* the formulas of elementary.def lose digits */

typedef struct {
    const char *path, *text;
    size_t size;
    unsigned accepted, refused;
    unsigned passed, failed;
} Test;

static void expect(Test *t, bool good, const char *what)
{
    if (good) {
        t->passed++;
        return;
    }
    t->failed++;
    printf("FAIL %s: %s\n", t->path, what);
}

/* The largest difference between two lists of symbols, relative to the largest element. */
static double gap(const Evaluation *mine, const SymId *a, const Evaluation *theirs, const SymId *b, size_t count)
{
    double size = 1e-300, most = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < eval_elements(mine->program, a[i]); k++) {
            double x = mine->reals[a[i]][k], y = theirs->reals[b[i]][k];

            size = fmax(size, fabs(y));
            most = isnan(x) ? HUGE_VAL : fmax(most, fabs(x - y));
        }
    return most / size;
}

static bool is_finite(const Evaluation *e, const SymId *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < eval_elements(e->program, symbols[i]); k++)
            if (!isfinite(e->reals[symbols[i]][k]))
                return false;
    return true;
}

static void compare(Test *t, const Circuit *c, const Evaluation *reversed, double close)
{
    const Program *p = c->program, *q = reversed->program;
    double values = gap(&c->evaluation, p->outputs.at, reversed, q->outputs.at, p->outputs.count);
    double gradients = gap(&c->evaluation, p->gradients.at, reversed, q->gradients.at, p->gradients.count);

    if (!(values <= close && gradients <= close))
        printf("%s: gaps %g of values, %g of gradients\n", t->path, values, gradients);
    expect(t, values <= close, "values differ from the evaluator's");
    expect(t, gradients <= close, "gradients differ from the evaluator's");
}

/* The seeds of all outputs: 1 of the one scalar output, else random. */
static void fill_seeds(Circuit *c, Evaluation *reversed, Random *random)
{
    for (SymId s = 0; s < reversed->program->symbols.count; s++) {
        const Symbol *seed = &reversed->program->symbols.at[s];

        for (size_t k = 0; seed->role == SYM_SEED && k < eval_elements(reversed->program, s); k++)
            reversed->reals[s][k] = c->scalar ? 1 : random_between(random, 0.5, 1.5);
        for (SymId m = 0; seed->role == SYM_SEED && !c->scalar && m < c->program->symbols.count; m++)
            if (c->program->symbols.at[m].role == SYM_SEED && c->program->symbols.at[m].name == seed->name)
                for (size_t k = 0; k < eval_elements(reversed->program, s); k++)
                    c->evaluation.reals[m][k] = reversed->reals[s][k];
    }
}

/* A circuit has no branches: elements that an integer input chooses are in range only where the branch is taken, which the verifier
 * does not know. Elsewhere the evaluator reads 0 and adds nothing. */
static bool is_out_of_branch(const Program *p, const char *wrong)
{
    bool chosen = false;

    for (SymId i = 0; i < p->symbols.count; i++)
        chosen |= p->symbols.at[i].role == SYM_INTEGER && !p->symbols.at[i].local;
    return chosen && strstr(wrong, " runs over ") != NULL;
}

static bool check_point_of(Test *t, Unit *unit, Evaluation *point, Random *random, bool elementary)
{
    bool *seeded = arena_array(unit->arena, bool, unit->reversed->outputs.count + 1);
    CircuitOptions options = { .elementary = elementary, .seeded = unit->scalar ? NULL : seeded };
    Evaluation reversed;
    const char *wrong;
    Circuit c;

    for (size_t i = 0; i < unit->reversed->outputs.count; i++)
        seeded[i] = true;
    if (!circuit_build(&c, unit, point, &options)) {
        expect(t, c.refusal != NULL || unit->diag.errors > 0, "refused without a message");
        if (!elementary)
            printf("%s is refused: %s\n", t->path, c.refusal);
        return false;
    }
    eval_init(&reversed, unit->arena, unit->reversed);
    check_copy_point(point, &reversed, unit->lowered.declared.at, unit->lowered.declared.count);
    fill_seeds(&c, &reversed, random);
    eval_run(&reversed);
    circuit_run(&c);
    if (!is_finite(&reversed, unit->reversed->outputs.at, unit->reversed->outputs.count) ||
        !is_finite(&reversed, unit->reversed->gradients.at, unit->reversed->gradients.count)) {
        return true; /* another point */
    }
    compare(t, &c, &reversed, elementary ? CLOSE_ELEMENTARY : CLOSE);
    wrong = program_verify(c.program);
    if (wrong != NULL && !is_out_of_branch(c.program, wrong)) {
        printf("%s: %s\n", t->path, wrong);
        expect(t, false, "the program is not well formed");
    } else {
        expect(t, true, "");
    }
    return true;
}

static void check_model(Unit *unit, void *context)
{
    Test *t = context;
    Random random = { 7 };
    Evaluation point;
    bool accepted = true;

    unit_open(unit, t->path, t->text, t->size);
    if (unit->diag.errors > 0 || !unit_make_reversed(unit) || unit->lowered.externs.count > 0)
        return;
    eval_init(&point, unit->arena, unit->lowered.program);
    for (unsigned i = 0; accepted && i < POINTS; i++) {
        for (size_t k = 0; k < unit->lowered.declared.count; k++)
            if (i > 0 || !point_fill_default(&point, &unit->lowered.declared.at[k]))
                point_sample(&point, &unit->lowered.declared.at[k], &random);
        accepted = check_point_of(t, unit, &point, &random, false);
        if (accepted)
            check_point_of(t, unit, &point, &random, true);
    }
    t->accepted += accepted;
    t->refused += !accepted;
}

static void check_text(Test *t, const char *path, const char *text, size_t size)
{
    Options options = options_default();
    Unit unit;

    t->path = path;
    t->text = text;
    t->size = size;
    expect(t, size > 0, "cannot be read");
    unit_init(&unit, &options);
    if (!unit_run(&unit, check_model, t)) {
        printf("%s\n", unit.failure);
        expect(t, false, "the unit failed");
    }
    unit_close(&unit);
}

static void check_file(Test *t, const char *path)
{
    char *text = malloc(1 << 20);
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL || text == NULL ? 0 : fread(text, 1, (1 << 20) - 1, file);

    if (file != NULL)
        fclose(file);
    if (text != NULL)
        text[size] = '\0';
    check_text(t, path, text, size);
    free(text);
}

/* What has too many gates or elements. */
static const char *const too_large[] = {
    "const n = 6000\nparam x in [0, 1]\nl = x\nfor k in 1..n { l = 4*l*(1 - l) }\noutput l\n",
    "const n = 3000\nparam x in [0, 1]\nl = x\nfor k in 1..n { l = 4*l*(1 - l) }\noutput l\n",
    "param A[3000,3000], B[3000,3000]\nf = sum(exp(A)*B)\n",
};

static void check_refused(Test *t)
{
    for (size_t i = 0; i < sizeof too_large / sizeof *too_large; i++) {
        unsigned before = t->refused;

        check_text(t, "too large", too_large[i], strlen(too_large[i]));
        expect(t, t->refused == before + 1, "is not refused");
    }
}

static void check_all(Test *t, const char *where)
{
    glob_t found;

    if (glob(where, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_file(t, found.gl_pathv[i]);
    globfree(&found);
}

int main(int argc, char **argv)
{
    Test t = { 0 };

    for (int i = 1; i < argc; i++)
        check_file(&t, argv[i]);
    if (argc == 1) {
        check_all(&t, "examples/*.expr");
        check_all(&t, "tests/regress/*.expr");
        check_all(&t, "tests/derive/*.expr");
        check_all(&t, "../shared/language/valid/*.expr");
        expect(&t, t.accepted > 20 && t.accepted > 10 * t.refused, "most models have circuits");
        check_refused(&t);
    }
    printf("%u models have circuits, %u are refused\n", t.accepted, t.refused);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
