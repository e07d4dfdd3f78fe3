/* oracle_difference.c -- derivatives as differences of values. */
#include "oracle_state.h"

static int step_of(const OracleQuery *q)
{
    return q->step == 0 ? ORACLE_STEP : q->step;
}

size_t oracle_output_count(const Oracle *o)
{
    return (size_t)program_elements(o->p, o->p->outputs.at, o->p->outputs.count);
}

size_t oracle_wanted_count(const Oracle *o, const OracleQuery *q)
{
    return (size_t)program_elements(o->p, q->wanted, q->wanted_count);
}

size_t oracle_chosen_count(const Oracle *o, const OracleQuery *q)
{
    return q->chosen != NULL ? q->chosen_count : oracle_wanted_count(o, q);
}

/* ---- values ------------------------------------------------------------------------------------------ */

void oracle_values(Oracle *o, OracleReal *out)
{
    size_t at = 0;

    oracle_run(o);
    for (size_t k = 0; k < o->p->outputs.count; k++)
        for (size_t i = 0; i < eval_elements(o->p, o->p->outputs.at[k]); i++)
            mpfr_set(out[at++].at, o->elements[o->p->outputs.at[k]][i], MPFR_RNDN);
}

void oracle_total(Oracle *o, const OracleQuery *q, mpfr_t out)
{
    size_t at = 0;

    oracle_run(o);
    mpfr_set_zero(out, 1);
    for (size_t k = 0; k < o->p->outputs.count; k++)
        for (size_t i = 0; i < eval_elements(o->p, o->p->outputs.at[k]); i++, at++) {
            mpfr_mul_d(o->t, o->elements[o->p->outputs.at[k]][i], q->seeds == NULL ? 1 : q->seeds[at], MPFR_RNDN);
            mpfr_add(out, out, o->t, MPFR_RNDN);
        }
}

/* ---- differences ------------------------------------------------------------------------------------- */

/* The element of the wanted symbols at this place. */
static mpfr_t *variable(const Oracle *o, const OracleQuery *q, size_t place)
{
    for (size_t w = 0;; w++) {
        size_t count = eval_elements(o->p, q->wanted[w]);

        if (place < count)
            return &o->elements[q->wanted[w]][place];
        place -= count;
    }
}

/* The decisions made there. */
static uint64_t run_as(Oracle *o, RunMode mode)
{
    o->mode = mode;
    oracle_run(o);
    o->mode = RUN_BESIDE;
    return o->decisions;
}

/* (above - below) / 2h */
static void quotient(const OracleQuery *q, mpfr_t above, const mpfr_t below)
{
    mpfr_sub(above, above, below, MPFR_RNDN);
    mpfr_mul_2si(above, above, -step_of(q) - 1, MPFR_RNDN);
}

/* Around the base, with the decisions of the point. */
static void gradient_at(Oracle *o, const OracleQuery *q, uint64_t decisions, OracleReal *out)
{
    size_t count = oracle_chosen_count(o, q);
    OracleReal *work = oracle_reals(o, 3); /* below, x, h */

    mpfr_set_si_2exp(work[2].at, 1, step_of(q), MPFR_RNDN);
    for (size_t i = 0; i < count; i++) {
        mpfr_t *x = variable(o, q, q->chosen != NULL ? q->chosen[i] : i);

        mpfr_set(work[1].at, *x, MPFR_RNDN);
        mpfr_add(*x, work[1].at, work[2].at, MPFR_RNDN);
        oracle_total(o, q, out[i].at);
        out[i].kink = o->decisions != decisions;
        mpfr_sub(*x, work[1].at, work[2].at, MPFR_RNDN);
        oracle_total(o, q, work[0].at);
        out[i].kink |= o->decisions != decisions;
        mpfr_set(*x, work[1].at, MPFR_RNDN);
        quotient(q, out[i].at, work[0].at);
    }
}

void oracle_gradient(Oracle *o, const OracleQuery *q, OracleReal *out)
{
    gradient_at(o, q, run_as(o, RUN_POINT), out);
    o->mode = RUN_POINT;
}

static void save_point(Oracle *o, const OracleQuery *q, OracleReal *saved)
{
    for (size_t i = 0; i < oracle_wanted_count(o, q); i++)
        mpfr_set(saved[i].at, *variable(o, q, i), MPFR_RNDN);
}

/* saved + sign h v */
static void move_point(Oracle *o, const OracleQuery *q, OracleReal *saved, int sign)
{
    for (size_t i = 0; i < oracle_wanted_count(o, q); i++) {
        mpfr_set_d(o->t, q->directions == NULL ? sign : sign * q->directions[i], MPFR_RNDN);
        mpfr_mul_2si(o->t, o->t, step_of(q), MPFR_RNDN);
        mpfr_add(*variable(o, q, i), saved[i].at, o->t, MPFR_RNDN);
    }
}

void oracle_jvp(Oracle *o, const OracleQuery *q, OracleReal *out)
{
    size_t outputs = oracle_output_count(o);
    OracleReal *saved = oracle_reals(o, oracle_wanted_count(o, q)), *below = oracle_reals(o, outputs);
    uint64_t decisions = run_as(o, RUN_POINT);
    bool kink;

    save_point(o, q, saved);
    move_point(o, q, saved, 1);
    oracle_values(o, out);
    kink = o->decisions != decisions;
    move_point(o, q, saved, -1);
    oracle_values(o, below);
    kink |= o->decisions != decisions;
    move_point(o, q, saved, 0);
    o->mode = RUN_POINT;
    for (size_t i = 0; i < outputs; i++) {
        quotient(q, out[i].at, below[i].at);
        out[i].kink = kink;
    }
}

void oracle_hvp(Oracle *o, const OracleQuery *q, OracleReal *out)
{
    size_t count = oracle_chosen_count(o, q);
    OracleReal *saved = oracle_reals(o, oracle_wanted_count(o, q)), *below = oracle_reals(o, count);
    uint64_t decisions = run_as(o, RUN_POINT);
    bool kink;

    save_point(o, q, saved);
    move_point(o, q, saved, 1);
    kink = run_as(o, RUN_BASE) != decisions;
    gradient_at(o, q, decisions, out);
    move_point(o, q, saved, -1);
    kink |= run_as(o, RUN_BASE) != decisions;
    gradient_at(o, q, decisions, below);
    move_point(o, q, saved, 0);
    o->mode = RUN_POINT;
    for (size_t i = 0; i < count; i++) {
        quotient(q, out[i].at, below[i].at);
        out[i].kink |= below[i].kink || kink;
    }
}
