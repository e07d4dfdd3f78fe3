/* sample.c -- a point of a model at which its outputs are numbers. */
#include "tests/support/sample.h"

enum { TRIES = 60 };

/* Without declared ranges many functions want positive numbers; the second half of the tries gives them. */
static void choose(const Unit *unit, Evaluation *point, Random *random, bool positive)
{
    for (size_t i = 0; i < unit->lowered.declared.count; i++) {
        const Declared *d = &unit->lowered.declared.at[i];
        double *x = point->reals[d->symbol];

        point_sample(point, d, random);
        for (size_t k = 0; x != NULL && k < eval_elements(point->program, d->symbol); k++)
            x[k] = (double)(float)(positive && !d->has_range ? 0.2 + 1.2 * x[k] * x[k] : x[k]);
    }
}

bool sample_point(const Unit *unit, Evaluation *point, Oracle *o, const OracleQuery *q, Random *random)
{
    OracleReal *y = oracle_reals(o, 1);

    for (unsigned tries = 0; tries < TRIES; tries++) {
        choose(unit, point, random, tries > TRIES / 2);
        oracle_set_point(o, point);
        oracle_total(o, q, y->at);
        if (mpfr_number_p(y->at))
            return true;
    }
    return false;
}
