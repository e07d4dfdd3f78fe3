/* forward.c -- forward mode and what is made with it, on models from text: tangents against adjoints, Jacobians of both modes
 * against each other, Hessian-vector products by three routes (forward over reverse, reverse over forward, reverse over
 * reverse), against the Hessian and against differences of the gradient. Arguments: models in files, in place of those here.
 */
#define _POSIX_C_SOURCE 200809L
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/point.h"
#include "tests/unit/forward_models.h"
#include "unit.h"

/* How far two exact routes may be apart, relative to the sum of the sizes of the terms or to the largest element. */
static const double CLOSE = 1e-11;

enum { MOST_HESSIAN = 200, MOST_CELLS = 20000, MOST_POINTS = 200, TEXT_SIZE = 1 << 20 };

typedef struct {
    const char *name, *text;
    Unit *unit;
    Arena *arena;
    Random random;
    unsigned passed, failed;
    double worst; /* gap between routes */
    uint64_t point;
} Test;

static void expect(Test *t, bool good, const char *what, double gap)
{
    t->passed += good;
    t->failed += !good;
    if (!good)
        printf("failed: %s: %s (%.3g)\n", t->name, what, gap);
}

static void expect_close(Test *t, double gap, const char *what)
{
    if (gap > t->worst)
        t->worst = gap;
    expect(t, gap <= CLOSE, what, gap);
}

/* ---- evaluating a program at the point and with the vectors of this model ------------------------------------ */

/* The same numbers for the same symbol, whatever the program: those of a seed or direction by what it belongs to. */
static void fill_vector(const Evaluation *e, SymId symbol, uint64_t start)
{
    Random random = { start };

    for (size_t i = 0; i < eval_elements(e->program, symbol); i++)
        e->reals[symbol][i] = random_between(&random, 0.5, 1.5);
}

/* What a derivative belongs to in the end: a declared symbol, or an output of the model. */
static SymId root_of(const Program *p, SymId symbol)
{
    while (p->symbols.at[symbol].of != NO_ID)
        symbol = p->symbols.at[symbol].of;
    return symbol;
}

static void fill_vectors(const Test *t, const Evaluation *e)
{
    const Program *p = e->program;

    for (SymId s = 0; s < p->symbols.count; s++) {
        bool given = p->symbols.at[s].role == SYM_DIRECTION || p->symbols.at[s].role == SYM_SEED;
        const Symbol *root = &p->symbols.at[root_of(p, s)];
        uint64_t start = 1000;

        for (const char *at = names_text(&t->unit->names, root->name); *at != '\0'; at++)
            start = start * 31 + (unsigned char)*at;
        if (given && root->role > SYM_INPUT && t->unit->scalar)
            e->reals[s][0] = 1;
        else if (given)
            fill_vector(e, s, start);
    }
}

/* A point on a kink, or where an untaken branch has no value. */
static bool has_zero_default(const Declared *declared)
{
    return declared->defaults != NULL && rational_sign(declared->defaults[0]) == 0;
}

static void prepare(Test *t, Evaluation *e, const Program *p)
{
    const Unit *unit = t->unit;

    eval_init(e, t->arena, p);
    for (size_t i = 0; i < unit->lowered.declared.count; i++) {
        Random random = { 77 + i + 1000 * t->point };

        if (!has_zero_default(&unit->lowered.declared.at[i]) || !point_fill_default(e, &unit->lowered.declared.at[i]))
            point_sample(e, &unit->lowered.declared.at[i], &random);
    }
    fill_vectors(t, e);
}

static Evaluation run(Test *t, const Program *p)
{
    Evaluation e;

    prepare(t, &e, p);
    eval_run(&e);
    return e;
}

/* ---- comparing ----------------------------------------------------------------------------------------- */

typedef struct {
    double *at;
    size_t count;
} Vector;

static Vector collect(Test *t, const Evaluation *e, const SymId *symbols, size_t count)
{
    Vector v = { NULL, 0 };
    size_t next = 0;

    for (size_t i = 0; i < count; i++)
        v.count += eval_elements(e->program, symbols[i]);
    v.at = arena_array(t->arena, double, v.count + 1);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < eval_elements(e->program, symbols[i]); k++)
            v.at[next++] = e->reals[symbols[i]][k];
    return v;
}

#define COLLECT(t, e, list) collect(t, e, (list).at, (list).count)

static double largest(Vector v)
{
    double most = 0;

    for (size_t i = 0; i < v.count; i++)
        most = fabs(v.at[i]) <= most ? most : fabs(v.at[i]);
    return most;
}

/* NaN in both is no gap. */
static double gap_of(Vector a, Vector b)
{
    double most = fmax(largest(a), largest(b)), gap = a.count == b.count ? 0 : HUGE_VAL;

    for (size_t i = 0; i < a.count && a.count == b.count; i++) {
        double difference = fabs(a.at[i] - b.at[i]);

        if (isnan(difference) && isnan(a.at[i]) == isnan(b.at[i]))
            difference = a.at[i] == b.at[i] || isnan(a.at[i]) ? 0 : HUGE_VAL;
        if (!(difference / fmax(most, 1e-300) <= gap))
            gap = isnan(difference) ? HUGE_VAL : difference / fmax(most, 1e-300);
    }
    return gap;
}

static double dot(Vector a, Vector b, double *size)
{
    double sum = 0;

    for (size_t i = 0; i < a.count && i < b.count; i++) {
        sum += a.at[i] * b.at[i];
        *size += fabs(a.at[i] * b.at[i]);
    }
    return sum;
}

static Vector times(Test *t, Vector matrix, Vector v)
{
    Vector product = { NULL, v.count == 0 ? 0 : matrix.count / v.count };

    product.at = arena_array(t->arena, double, product.count + 1);
    for (size_t i = 0; i < product.count; i++)
        for (size_t k = 0; k < v.count; k++)
            product.at[i] += matrix.at[i * v.count + k] * v.at[k];
    return product;
}

static Vector of_role(Test *t, const Evaluation *e, SymRole role)
{
    VEC(SymId) found = { 0 };

    for (SymId s = 0; s < e->program->symbols.count; s++)
        if (e->program->symbols.at[s].role == role)
            vec_push(t->arena, &found, s);
    return COLLECT(t, e, found);
}

static Program *must_verify(Test *t, const char *what, Program *p)
{
    const char *wrong = program_verify(p);

    if (wrong != NULL)
        printf("%s: %s: %s\n", t->name, what, wrong);
    expect(t, wrong == NULL, what, 0);
    return p;
}

/* ---- first derivatives --------------------------------------------------------------------------------- */

static Vector jacobian(Test *t, JacobianMode mode)
{
    Evaluation e;

    t->unit->options.mode = mode;
    unit_forget(&t->unit->jacobian);
    if (!unit_make_jacobian(t->unit))
        return (Vector){ NULL, 0 };
    e = run(t, t->unit->jacobian);
    return COLLECT(t, &e, t->unit->jacobian->derivatives);
}

/* Three directions at once: the elements of one stand together, in the last dimension. */
static void check_directions(Test *t, Vector seed, Vector gradient)
{
    enum { COUNT = 3 };
    Evaluation e;
    Vector tangent, direction;

    t->unit->options.directions = COUNT;
    unit_forget(&t->unit->jvp);
    if (!unit_make_jvp(t->unit))
        return;
    e = run(t, must_verify(t, "three directions", t->unit->jvp));
    tangent = COLLECT(t, &e, e.program->derivatives);
    direction = of_role(t, &e, SYM_DIRECTION);
    for (size_t k = 0; k < COUNT; k++) {
        double size = 0, gap = 0;

        for (size_t i = 0; i < seed.count && tangent.count == COUNT * seed.count; i++) {
            gap += seed.at[i] * tangent.at[COUNT * i + k];
            size += fabs(seed.at[i] * tangent.at[COUNT * i + k]);
        }
        for (size_t i = 0; i < gradient.count; i++)
            gap -= gradient.at[i] * direction.at[COUNT * i + k];
        expect_close(t, fabs(gap) / fmax(size, 1e-300), "one of three directions");
    }
    t->unit->options.directions = 0;
    unit_forget(&t->unit->jvp);
    unit_make_jvp(t->unit);
}

static void check_first(Test *t)
{
    Evaluation jvp = run(t, t->unit->jvp), vjp = run(t, t->unit->reversed);
    Vector tangent = COLLECT(t, &jvp, jvp.program->derivatives), gradient = COLLECT(t, &vjp, vjp.program->gradients);
    Vector seed = of_role(t, &vjp, SYM_SEED), direction = of_role(t, &jvp, SYM_DIRECTION);
    double size = 0, gap = fabs(dot(seed, tangent, &size) - dot(gradient, direction, &size));

    expect_close(t, gap / fmax(size, 1e-300), "<seed, J v> and <J' seed, v>");
    expect_close(t, gap_of(COLLECT(t, &jvp, jvp.program->outputs), COLLECT(t, &vjp, vjp.program->outputs)), "outputs");
    check_directions(t, seed, gradient);
    if (seed.count * direction.count > MOST_CELLS)
        return;
    expect_close(t, gap_of(times(t, jacobian(t, MODE_FORWARD), direction), tangent), "Jacobian, forward, times v");
    expect_close(t, gap_of(jacobian(t, MODE_FORWARD), jacobian(t, MODE_REVERSE)), "Jacobians of both modes");
}

/* ---- second derivatives -------------------------------------------------------------------------------- */

/* Reverse mode on what a program hands out as derivatives. */
static Program *reverse_again(Test *t, const Program *p, bool gradients, const char *what)
{
    Program *copy = pass_prune_copy((Program *)p);
    Reverse reverse = { .seeds = true };

    for (size_t i = 0; i < copy->outputs.count; i++)
        copy->symbols.at[copy->outputs.at[i]].role = SYM_LOCAL;
    copy->outputs.count = 0;
    for (size_t i = 0; i < (gradients ? copy->gradients.count : copy->derivatives.count); i++) {
        SymId symbol = gradients ? copy->gradients.at[i] : copy->derivatives.at[i];

        copy->symbols.at[symbol].role = SYM_OUTPUT;
        vec_push(copy->arena, &copy->outputs, symbol);
    }
    copy->gradients.count = copy->derivatives.count = 0;
    copy = must_verify(t, what, pass_outline(pass_prune(copy), t->unit->wanted.at, t->unit->wanted.count));
    return must_verify(t, what, pass_reverse(copy, t->unit->wanted.at, t->unit->wanted.count, &reverse));
}

static Vector product_by_reverse(Test *t, const Program *p, bool gradients, const char *what)
{
    Program *again = reverse_again(t, p, gradients, what);
    Evaluation e = run(t, again);

    return COLLECT(t, &e, again->gradients);
}

static Vector gradient_at(Test *t, Evaluation *e, const Evaluation *hvp, double h)
{
    for (size_t i = 0; i < t->unit->wanted.count; i++) {
        SymId s = t->unit->wanted.at[i];

        for (SymId d = 0; d < hvp->program->symbols.count; d++)
            for (size_t k = 0; hvp->program->symbols.at[d].role == SYM_DIRECTION &&
                               hvp->program->symbols.at[d].of == s && k < eval_elements(hvp->program, s); k++)
                e->reals[s][k] = hvp->reals[s][k] + h * hvp->reals[d][k];
    }
    eval_run(e);
    return COLLECT(t, e, e->program->gradients);
}

/* (g(x + h v) - g(x - h v)) / 2h, and once more with half the step. */
static void check_differences(Test *t, const Evaluation *hvp, Vector product)
{
    const double h = 1e-4;
    Evaluation e;
    Vector far[2], near[2], slope;

    prepare(t, &e, t->unit->reversed);
    far[0] = gradient_at(t, &e, hvp, -h);
    far[1] = gradient_at(t, &e, hvp, h);
    near[0] = gradient_at(t, &e, hvp, -h / 2);
    near[1] = gradient_at(t, &e, hvp, h / 2);
    slope = (Vector){ arena_array(t->arena, double, far[0].count + 1), far[0].count };
    for (size_t i = 0; i < slope.count; i++) {
        double wide = (far[1].at[i] - far[0].at[i]) / (2 * h), narrow = (near[1].at[i] - near[0].at[i]) / h;

        slope.at[i] = (4 * narrow - wide) / 3;
    }
    expect(t, gap_of(slope, product) <= 1e-7 || largest(product) + largest(slope) < 1e-9, "differences of the gradient",
           gap_of(slope, product));
}

static void check_hessian(Test *t, Vector direction, Vector product)
{
    Evaluation e;
    Vector hessian, lower;
    bool good = true;

    if (direction.count > MOST_HESSIAN || !unit_make_hessian(t->unit))
        return;
    e = run(t, t->unit->hessian);
    hessian = COLLECT(t, &e, t->unit->hessian->derivatives);
    expect_close(t, gap_of(times(t, hessian, direction), product), "Hessian times v");
    t->unit->options.lower_triangle = true;
    unit_forget(&t->unit->hessian);
    unit_make_hessian(t->unit);
    e = run(t, t->unit->hessian);
    lower = COLLECT(t, &e, t->unit->hessian->derivatives);
    for (size_t i = 0; i < direction.count; i++)
        for (size_t k = 0; k < direction.count; k++)
            good &= lower.at[i * direction.count + k] == (k > i ? 0 : hessian.at[i * direction.count + k]);
    expect(t, good, "lower triangle", 0);
}

/* The finished programs are those of the functions' bodies: what is differentiated once more there, or by differences, is not
 * the stated derivative. */
static bool has_stated(const Program *p)
{
    for (NodeId id = 0; id < p->nodes.count; id++)
        if (p->nodes.at[id].op == OP_LINK)
            return true;
    return false;
}

static void check_second(Test *t)
{
    Evaluation hvp = run(t, t->unit->hvp);
    Vector product = COLLECT(t, &hvp, hvp.program->derivatives), direction = of_role(t, &hvp, SYM_DIRECTION);

    if (has_stated(t->unit->lowered.program)) {
        check_hessian(t, direction, product);
        return;
    }
    expect_close(t, gap_of(product, product_by_reverse(t, t->unit->jvp, false, "reverse over forward")),
                 "reverse over forward");
    expect_close(t, gap_of(product, product_by_reverse(t, t->unit->reversed, true, "reverse over reverse")),
                 "reverse over reverse");
    check_differences(t, &hvp, product);
    check_hessian(t, direction, product);
}

/* The first point where everything is finite. */
static bool find_point(Test *t)
{
    for (t->point = 0; t->point < MOST_POINTS; t->point++) {
        Evaluation jvp = run(t, t->unit->jvp), hvp = run(t, t->unit->hvp);
        double size = largest(COLLECT(t, &jvp, jvp.program->outputs));

        size += largest(COLLECT(t, &jvp, jvp.program->derivatives)) +
                largest(COLLECT(t, &hvp, hvp.program->derivatives));
        if (isfinite(size))
            return true;
    }
    return false;
}

/* ---- the models ---------------------------------------------------------------------------------------- */

static void check_model(Unit *unit, void *context)
{
    Test *t = context;

    t->unit = unit;
    t->arena = unit->arena;
    if (!unit_open(unit, t->name, t->text, strlen(t->text)) || unit->wanted.count == 0 || !unit_make_jvp(unit) ||
        !unit_make_reversed(unit) || !unit_make_hvp(unit)) {
        Text text;

        text_init(&text, unit->arena);
        diag_print(&unit->diag, &text);
        printf("%s", text_string(&text));
        expect(t, unit->wanted.count == 0 && unit->diag.errors == 0, "compiling", 0);
        return;
    }
    if (!find_point(t)) {
        expect(t, false, "finding a point with finite values", 0);
        return;
    }
    check_first(t);
    check_second(t);
}

static void check_text(Test *t, const char *name, const char *text, const char *const *wanted)
{
    Options options = options_default();
    Unit unit;

    t->name = name;
    t->text = text;
    t->worst = 0;
    options.wanted = wanted;
    options.wanted_count = wanted != NULL;
    unit_init(&unit, &options);
    if (!unit_run(&unit, check_model, t)) {
        printf("%s: %s\n", name, unit.failure);
        expect(t, false, "the unit", 0);
    }
    unit_close(&unit);
}

static void check_file(Test *t, const char *path)
{
    static char text[TEXT_SIZE];
    FILE *file = fopen(path, "r");
    size_t size = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);

    text[size] = '\0';
    if (file != NULL)
        fclose(file);
    expect(t, size > 0, "reading the file", 0);
    check_text(t, path, text, NULL);
    printf("%s: routes differ by %.2g of the largest element\n", path, t->worst);
}

int main(int argc, char **argv)
{
    static Test t;
    glob_t found;

    for (size_t i = 0; argc <= 1 && i < sizeof models / sizeof *models; i++)
        check_text(&t, models[i].name, models[i].text, models[i].wrt == NULL ? NULL : &models[i].wrt);

    if (argc > 1) {
        for (int i = 1; i < argc; i++)
            check_file(&t, argv[i]);
    } else if (glob("examples/*.expr", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            check_file(&t, found.gl_pathv[i]);
        globfree(&found);
    }
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
