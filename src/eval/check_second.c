/* check_second.c -- forward mode against reverse mode, and Hessian-vector products against differences of the gradient. */
#include "eval/check.h"

#include <float.h>
#include <math.h>

/* Vectors of all wanted elements; gradients, tangents and directions stand in the same order. */
typedef struct {
    Evaluation *reversed;
    double *point, *u, *v;
    size_t count;
    double size; /* of the terms of the last inner product */
} Second;

static size_t count_wanted(const Program *reversed)
{
    size_t count = 0;

    for (size_t i = 0; i < reversed->gradients.count; i++)
        count += eval_elements(reversed, reversed->gradients.at[i]);
    return count;
}

static double *wanted_elements(const Evaluation *reversed, size_t i)
{
    return reversed->reals[reversed->program->symbols.at[reversed->program->gradients.at[i]].of];
}

static double random_sign(Random *random, double size)
{
    return random_between(random, -1, 1) < 0 ? -size : size;
}

/* v is of the size of the variables: then one step is right for all. */
static void choose_vectors(Second *s, Random *random)
{
    const Program *p = s->reversed->program;
    size_t next = 0;

    s->count = count_wanted(p);
    s->point = arena_array(s->reversed->arena, double, s->count + 1);
    s->u = arena_array(s->reversed->arena, double, s->count + 1);
    s->v = arena_array(s->reversed->arena, double, s->count + 1);
    for (size_t i = 0; i < p->gradients.count; i++) {
        for (size_t k = 0; k < eval_elements(p, p->gradients.at[i]); k++, next++) {
            double x = wanted_elements(s->reversed, i)[k];

            s->point[next] = x;
            s->u[next] = random_sign(random, random_between(random, 0.5, 1));
            s->v[next] = random_sign(random, random_between(random, 0.5, 1) * fmax(fabs(x), 1));
        }
    }
}

static void set_directions(Evaluation *e, const double *v)
{
    for (SymId s = 0; s < e->program->symbols.count; s++)
        for (size_t k = 0; e->program->symbols.at[s].role == SYM_DIRECTION && k < eval_elements(e->program, s); k++)
            e->reals[s][k] = *v++;
}

/* <v, the elements of these symbols> */
static double inner(Second *s, const Evaluation *e, const SymId *symbols, size_t count, const double *v)
{
    double sum = 0;

    s->size = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < eval_elements(e->program, symbols[i]); k++, v++) {
            sum += *v * e->reals[symbols[i]][k];
            s->size += fabs(*v * e->reals[symbols[i]][k]);
        }
    }
    return sum;
}

static double relative(double a, double b, double size)
{
    return isfinite(a) && isfinite(b) ? fabs(a - b) / fmax(size, DBL_MIN) : HUGE_VAL;
}

/* ---- the three tests ----------------------------------------------------------------------------------- */

static SymId seed_of(const Program *p, SymId output)
{
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == SYM_SEED && p->symbols.at[s].of == output)
            return s;
    return NO_ID;
}

static double seeded_tangent(Second *s, const Evaluation *jvp)
{
    const Program *p = jvp->program, *reversed = s->reversed->program;
    double sum = 0, size = 0;

    for (size_t i = 0; i < p->outputs.count; i++) {
        SymId seed = seed_of(reversed, reversed->outputs.at[i]);

        sum += inner(s, jvp, &p->derivatives.at[i], 1, s->reversed->reals[seed]);
        size += s->size;
    }
    s->size = size;
    return sum;
}

static double compare_modes(Second *s, Evaluation *jvp)
{
    const Program *reversed = s->reversed->program;
    double forward, reverse, size;

    set_directions(jvp, s->v);
    eval_run(jvp);
    eval_run(s->reversed);
    forward = seeded_tangent(s, jvp);
    size = s->size;
    reverse = inner(s, s->reversed, reversed->gradients.at, reversed->gradients.count, s->v);
    return relative(forward, reverse, size + s->size);
}

static double product(Second *s, Evaluation *hvp, const double *direction, const double *with)
{
    set_directions(hvp, direction);
    eval_run(hvp);
    return inner(s, hvp, hvp->program->derivatives.at, hvp->program->derivatives.count, with);
}

static void copy_seeds(const Evaluation *reversed, Evaluation *hvp)
{
    for (size_t i = 0; i < hvp->program->outputs.count; i++) {
        SymId to = seed_of(hvp->program, hvp->program->outputs.at[i]);
        SymId from = seed_of(reversed->program, reversed->program->outputs.at[i]);

        for (size_t k = 0; to != NO_ID && k < eval_elements(hvp->program, to); k++)
            hvp->reals[to][k] = reversed->reals[from][k];
    }
}

/* <u, gradient> at the point + at * v. */
static double slope_at(void *context, double at)
{
    Second *s = context;
    const Program *p = s->reversed->program;
    size_t next = 0;

    for (size_t i = 0; i < p->gradients.count; i++)
        for (size_t k = 0; k < eval_elements(p, p->gradients.at[i]); k++, next++)
            wanted_elements(s->reversed, i)[k] = s->point[next] + at * s->v[next];
    eval_run(s->reversed);
    return inner(s, s->reversed, p->gradients.at, p->gradients.count, s->u);
}

/* Second derivatives that cancel to 0 leave the round-off of what they are made of: smaller ones than this part of value and
 * gradient are not told apart. */
static const double ROUND_OFF_PART = 1e-4;

static double size_of_value(Second *s)
{
    const Program *p = s->reversed->program;
    double size = 0;

    for (size_t i = 0; i < p->outputs.count; i++) {
        (void)inner(s, s->reversed, &p->outputs.at[i], 1, s->reversed->reals[seed_of(p, p->outputs.at[i])]);
        size += s->size;
    }
    return size;
}

static void compare_products(SecondReport *report, Second *s, Evaluation *hvp)
{
    double uhv = product(s, hvp, s->v, s->u), size = s->size, vhu = product(s, hvp, s->u, s->v), least;
    Difference difference;

    size = fmax(size, s->size);
    (void)slope_at(s, 0);
    least = ROUND_OFF_PART * s->size;
    least = fmax(least, ROUND_OFF_PART * size_of_value(s));
    size = isfinite(least) ? fmax(size, least) : size;
    report->symmetry = relative(uhv, vhu, size);
    (void)slope_at(s, 0);
    difference = check_differentiate(slope_at, s, 0, s->size);
    (void)slope_at(s, 0);
    report->settled = check_is_settled(difference, size);
    if (!report->settled)
        return;
    report->product = isnan(uhv) ? HUGE_VAL
                                 : fmax(fabs(uhv - difference.estimate) - difference.noise, 0) / fmax(size, DBL_MIN);
}

void check_second(SecondReport *report, Evaluation *reversed, Evaluation *jvp, Evaluation *hvp, const Declared *declared,
                  size_t declared_count, Random *random)
{
    Second s = { .reversed = reversed };

    *report = (SecondReport){ .settled = false };
    choose_vectors(&s, random);
    check_copy_point(reversed, jvp, declared, declared_count);
    report->forward = compare_modes(&s, jvp);
    if (hvp == NULL)
        return;
    check_copy_point(reversed, hvp, declared, declared_count);
    copy_seeds(reversed, hvp);
    compare_products(report, &s, hvp);
}
