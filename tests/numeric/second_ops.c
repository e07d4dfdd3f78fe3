/* second_ops.c -- every operator of the table: its second derivatives over a grid of points with extremes, against MPFR. */
#include "second.h"

/* Operators with a kink or a pole at 0: what holds there stands in second.c. */
static bool may_be_zero(Op op)
{
    switch (op) {
    case OP_ABS: case OP_RELU: case OP_SIGN: case OP_STEP: case OP_SQRT: case OP_CBRT: case OP_HYPOT: case OP_ATAN2: case OP_POW:
    case OP_MIN: case OP_MAX: case OP_CLAMP: case OP_DIV:
        return false;
    default:
        return true;
    }
}

typedef struct {
    Op op;
    unsigned passed, failed, points;
    char text[128];
} Sweep;

static double choose(size_t at)
{
    static const double points[] = { 0, 1e-100, 1e-20, 1e-3, 0.5, 0.999999, 1, 2.5, 10, 36, 100, 700, 1e8, 1e100 };
    enum { COUNT = sizeof points / sizeof *points };

    return (at % (2 * COUNT) < COUNT ? 1 : -1) * points[at % COUNT];
}

enum { CHOICES = 28 };

static void compare_at(Sweep *s, Oracle *o, const Unit *unit, const Evaluation *e, const Case *at)
{
    const double *hessian = e->reals[e->program->derivatives.at[0]];

    for (unsigned i = 0; i < at->count; i++)
        for (unsigned j = 0; j <= i; j++) {
            double got = hessian[i * at->count + j], expected = difference(o, unit, at, i, j);

            if (isnan(expected) || fabs(expected) > 1e300) /* no derivative, or an edge of the domain */
                continue;
            s->points++;
            if (fabs(got - expected) <= 1e-10 * fabs(expected) + 1e-12) {
                s->passed++;
            } else if (s->failed++ < 10) {
                printf("failed: %s: d2/d%ud%u at (%g, %g) is %.17g, expected %.17g\n", op_info[s->op].name, i, j, at->point[0],
                       at->count > 1 ? at->point[1] : 0, got, expected);
            }
        }
}

static void sweep_operator(Unit *unit, void *context)
{
    Sweep *s = context;
    Case at = { .count = op_info[s->op].arity };
    Evaluation e;
    Oracle *o;

    if (!unit_open(unit, op_info[s->op].name, s->text, strlen(s->text)) || !unit_make_hessian(unit)) {
        s->failed++;
        printf("failed: %s has no Hessian\n", op_info[s->op].name);
        return;
    }
    o = oracle_new(unit->lowered.program, unit->arena, BITS);
    eval_init(&e, unit->arena, unit->hessian);
    for (size_t k = 0; k < (at.count == 1 ? CHOICES : CHOICES * CHOICES); k++) {
        at.point[0] = choose(k);
        at.point[1] = 1.25 * choose(k / CHOICES);
        if (!may_be_zero(s->op) && (at.point[0] == 0 || (at.count > 1 && at.point[1] == 0)))
            continue;
        for (unsigned i = 0; i < at.count; i++)
            *e.reals[i] = at.point[i];
        eval_run(&e);
        if (isfinite(e.reals[e.program->outputs.at[0]][0]))
            compare_at(s, o, unit, &e, &at);
    }
}

static void sweep(unsigned *passed, unsigned *failed, Op op)
{
    const OpInfo *info = &op_info[op];
    Sweep s = { .op = op };
    Options options = options_default();
    Unit unit;

    if (info->form == FORM_INFIX)
        (void)snprintf(s.text, sizeof s.text, "param a, b\nf = a %s b\n", info->name);
    else
        (void)snprintf(s.text, sizeof s.text, "param a%s\nf = %s(a%s)\n", info->arity > 1 ? ", b" : "", info->name,
                       info->arity > 1 ? ", b" : "");
    unit_init(&unit, &options);
    if (!unit_run(&unit, sweep_operator, &s) || s.points < 5) {
        printf("failed: %s: %u points\n", info->name, s.points);
        s.failed++;
    }
    unit_close(&unit);
    *passed += s.passed;
    *failed += s.failed;
}

/* The third derivative of lgamma is not in the language. */
static bool has_second(Op op)
{
    const OpInfo *info = &op_info[op];
    bool function = info->callable || (info->form == FORM_INFIX && info->result == KIND_REAL);

    return function && info->arity > 0 && info->arity < 3 && op != OP_DIGAMMA && op != OP_TRIGAMMA;
}

int main(void)
{
    unsigned passed = 0, failed = 0;

    for (int op = 0; op < OP_COUNT; op++)
        if (has_second((Op)op))
            sweep(&passed, &failed, (Op)op);
    printf("second_ops: %u passed, %u failed\n", passed, failed);
    return failed != 0;
}
