/* logistic.c -- the derivative of the logistic map l = 4 l (1 - l) after n turns three ways: forward mode, reverse mode, and the
 * product of 4 (1 - 2 l_k) over the same doubles l_k. The map is chaotic, so no reference but this one makes sense for large n.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/point.h"
#include "unit.h"

static const char model[] = "const n = 1000\nparam x\nl = x\nfor k in 0..n { l = 4*l*(1 - l) }\noutput l\n";

enum { MOST_ULPS = 2000 };

typedef struct {
    unsigned passed, failed;
    const char *turns;
} Test;

/* Exact but for one rounding a factor: the product's exponent leaves the range of double. */
static double product(double x, int n, int *exponent)
{
    double made = 1;

    *exponent = 0;
    for (int k = 0; k < n; k++) {
        int shift;

        made = frexp(made * (4 * (1 - 2 * x)), &shift);
        *exponent += shift;
        x = 4 * x * (1 - x);
    }
    return made;
}

static void expect(Test *t, const char *mode, double got, double x, int n)
{
    int exponent;
    double wanted = product(x, n, &exponent), scaled = ldexp(got, -exponent);
    double ulps = fabs(scaled - wanted) / ldexp(1, -53);

    if (ulps <= MOST_ULPS) {
        t->passed++;
        return;
    }
    t->failed++;
    printf("FAIL %s of the logistic map, n = %d, x = %g: %g ulp\n", mode, n, x, ulps);
}

static double run(Evaluation *e, double x)
{
    for (SymId s = 0; s < e->program->symbols.count; s++) {
        if (e->program->symbols.at[s].role == SYM_PARAM)
            e->reals[s][0] = x;
        if (e->program->symbols.at[s].role == SYM_DIRECTION)
            e->reals[s][0] = 1;
    }
    eval_run(e);
    return e->reals[e->program->derivatives.count > 0 ? e->program->derivatives.at[0] : e->program->gradients.at[0]][0];
}

static void work(Unit *unit, void *context)
{
    static const double points[] = { 0.3, 0.1234567, 0.77 };
    Test *t = context;
    Evaluation forward, reverse;
    int n = 0;

    sscanf(t->turns, "%d", &n);
    if (!unit_open(unit, "logistic", model, strlen(model)) || !unit_make_jvp(unit) || !unit_make_value_grad(unit)) {
        t->failed++;
        printf("FAIL the logistic map is not compiled\n");
        return;
    }
    eval_init(&forward, unit->arena, unit->jvp);
    eval_init(&reverse, unit->arena, unit->value_grad);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        expect(t, "forward mode", run(&forward, points[i]), points[i], n);
        expect(t, "reverse mode", run(&reverse, points[i]), points[i], n);
    }
}

int main(void)
{
    static const char *const turns[] = { "1", "10", "200", "1000" };
    Test t = { 0 };

    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        Options options = options_default();
        ConstOverride override = { "n", turns[i] };
        Unit unit;

        t.turns = turns[i];
        options.overrides = &override;
        options.override_count = 1;
        unit_init(&unit, &options);
        if (!unit_run(&unit, work, &t)) {
            t.failed++;
            printf("FAIL n = %s: %s\n", t.turns, unit.failure);
        }
        unit_close(&unit);
    }
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
