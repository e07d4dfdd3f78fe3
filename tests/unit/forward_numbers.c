/* forward_numbers.c -- derivatives of the lecture notes in numbers: the Hessian of the CS231n function and its product with
 * a vector (S0.5), the traces of both modes for the logistic unit (S4.14 to S4.17), all to a few units in the last place. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/eval.h"
#include "unit.h"

static const double CLOSE = 1e-15; /* relative, of the largest element */

static const char cs231n[] = "f = (x + sig(y)) / (sig(x) + (x+y)^2)";
static const char unit_text[] =
    "param x, w, b\nh1 = x*w; h2 = h1+b; h3 = h2*(-1); h4 = exp(h3); h5 = h4+1; h6 = 1/h5\noutput h1, h2, h3, h4, h5, h6";
static const char adjoints[] =
    "param x, w, b\nh1 = x*w; h2 = h1+b; h3 = h2*(-1); h4 = exp(h3); h5 = h4+1; h6 = 1/h5\n"
    "g1 = grad(h6, h1); g2 = grad(h6, h2); g3 = grad(h6, h3); g4 = grad(h6, h4); g5 = grad(h6, h5)\n"
    "gx = grad(h6, x); gw = grad(h6, w); gb = grad(h6, b)\noutput g1, g2, g3, g4, g5, gx, gw, gb";

typedef enum { OUTPUTS, TANGENTS, JACOBIAN, PRODUCT, HESSIAN } Asked;

typedef struct {
    const char *name, *text;
    Asked asked;
    double point[3], direction[3]; /* in the order of the declarations or, without them, of first use */
    unsigned count;
    double expected[18];
    JacobianMode mode;
} Case;

static const Case cases[] = {
    { "S0.5, product", cs231n, PRODUCT, { 3, -4 }, { 1, 2 }, 2, { 6.8140160489357622, 5.4951669022852405 }, MODE_CHEAPER },
    { "S0.5, Hessian", cs231n, HESSIAN, { 3, -4 }, { 0 }, 4,
      { 2.5730671274109119, 2.1204744607624252, 2.1204744607624252, 1.6873462207614077 }, MODE_CHEAPER },
    { "S4.14, by w", unit_text, TANGENTS, { 1, 0, 0 }, { 0, 1, 0 }, 6, { 1, 1, -1, -1, -1, 0.25 }, MODE_CHEAPER },
    { "S4.15, by b", unit_text, TANGENTS, { 1, 0, 0 }, { 0, 0, 1 }, 6, { 0, 1, -1, -1, -1, 0.25 }, MODE_CHEAPER },
    { "S4.15, by x", unit_text, TANGENTS, { 1, 0, 0 }, { 1, 0, 0 }, 6, { 0, 0, 0, 0, 0, 0 }, MODE_CHEAPER },
    { "S4.16", adjoints, OUTPUTS, { 1, 0, 0 }, { 0 }, 8, { 0.25, 0.25, -0.25, -0.25, -0.25, 0, 0.25, 0.25 }, MODE_CHEAPER },
    { "S4.17, forward", unit_text, JACOBIAN, { 1, 0, 0 }, { 0 }, 18,
      { 0, 1, 0, 0, 1, 1, 0, -1, -1, 0, -1, -1, 0, -1, -1, 0, 0.25, 0.25 }, MODE_FORWARD },
    { "S4.17, reverse", unit_text, JACOBIAN, { 1, 0, 0 }, { 0 }, 18,
      { 0, 1, 0, 0, 1, 1, 0, -1, -1, 0, -1, -1, 0, -1, -1, 0, 0.25, 0.25 }, MODE_REVERSE },
};

typedef struct {
    const Case *at;
    unsigned passed, failed;
} Test;

static const Program *make(Unit *unit, Asked asked)
{
    switch (asked) {
    case OUTPUTS:
        return unit_make_value(unit) ? unit->value : NULL;
    case TANGENTS:
        return unit_make_jvp(unit) ? unit->jvp : NULL;
    case JACOBIAN:
        return unit_make_jacobian(unit) ? unit->jacobian : NULL;
    case PRODUCT:
        return unit_make_hvp(unit) ? unit->hvp : NULL;
    case HESSIAN:
        return unit_make_hessian(unit) ? unit->hessian : NULL;
    }
    return NULL;
}

static void compare(Test *t, const Evaluation *e)
{
    const Program *p = e->program;
    const SymId *symbols = t->at->asked == OUTPUTS ? p->outputs.at : p->derivatives.at;
    size_t count = t->at->asked == OUTPUTS ? p->outputs.count : p->derivatives.count, next = 0;
    double most = 0;

    for (unsigned i = 0; i < t->at->count; i++)
        most = fmax(most, fabs(t->at->expected[i]));
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < eval_elements(p, symbols[i]) && next < t->at->count; k++, next++) {
            double found = e->reals[symbols[i]][k], expected = t->at->expected[next];
            bool good = fabs(found - expected) <= CLOSE * most;

            t->passed += good;
            t->failed += !good;
            if (!good)
                printf("failed: %s, number %u: %.17g, not %.17g\n", t->at->name, (unsigned)next, found, expected);
        }
    }
    t->passed += next == t->at->count;
    t->failed += next != t->at->count;
}

static void run(Unit *unit, void *context)
{
    Test *t = context;
    const Program *p;
    Evaluation e;
    size_t next = 0;

    unit->options.mode = t->at->mode;
    p = unit_open(unit, t->at->name, t->at->text, strlen(t->at->text)) ? make(unit, t->at->asked) : NULL;
    if (p == NULL) {
        printf("failed: %s does not compile\n", t->at->name);
        t->failed++;
        return;
    }
    eval_init(&e, unit->arena, p);
    for (size_t i = 0; i < unit->lowered.declared.count; i++)
        e.reals[unit->lowered.declared.at[i].symbol][0] = t->at->point[i];
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == SYM_DIRECTION)
            e.reals[s][0] = t->at->direction[next++];
    eval_run(&e);
    compare(t, &e);
}

int main(void)
{
    static Test t;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Options options = options_default();
        Unit unit;

        t.at = &cases[i];
        unit_init(&unit, &options);
        if (!unit_run(&unit, run, &t)) {
            printf("failed: %s: %s\n", t.at->name, unit.failure);
            t.failed++;
        }
        unit_close(&unit);
    }
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
