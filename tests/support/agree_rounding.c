/* agree_rounding.c -- is a program in double as near to the same one in MPFR as its rounding lets expect? */
#include <math.h>
#include <stdio.h>

#include "eval/code.h"
#include "tests/support/agree.h"

/* A rounding error may be so many times what fewer bits let expect, and so many units of the largest number of the result, and of all. */
static const double MOST_OF_EXPECTED = 60, MOST_UNITS = 40, MOST_UNITS_OF_ALL = 4, NO_DIGITS = 1e-3;

enum { FEWER = 3, FEWEST_BITS = 40, BITS_MORE = 4, BITS = 53 };

typedef struct {
    Agreement *a;
    Unit *unit;
    const char *name;
    const Oracle *exact;
    const Evaluation *doubles;
    Oracle *fewer[FEWER];
    Oracle *measured; /* NULL until it is asked for */
    double largest;   /* of all numbers that the program has in arrays */
} Rounding;

/* Errors at 40, 44 and 48 bits tell how large they are at 53: the worst of three samples of one distribution. */
static double expected_error(const Rounding *r, SymId symbol, size_t i)
{
    double worst = 0;

    for (int k = 0; k < FEWER; k++) {
        double gap;
        mpfr_t difference;

        mpfr_init2(difference, 64);
        mpfr_sub(difference, oracle_elements(r->fewer[k], symbol)[i], oracle_elements(r->exact, symbol)[i], MPFR_RNDN);
        gap = ldexp(fabs(mpfr_get_d(difference, MPFR_RNDN)), FEWEST_BITS + BITS_MORE * k - BITS);
        mpfr_clear(difference);
        worst = isnan(gap) || gap > worst ? gap : worst;
    }
    return worst;
}

static double largest_number(const Evaluation *e)
{
    double largest = 0;

    for (SymId s = 0; s < e->program->symbols.count; s++)
        for (size_t i = 0; e->reals[s] != NULL && i < eval_elements(e->program, s); i++)
            if (isfinite(e->reals[s][i]))
                largest = fmax(largest, fabs(e->reals[s][i]));
    return largest;
}

/* Was a number in between too large for a double? The exact one has a larger range of exponents. */
static bool overflows(const Evaluation *e)
{
    for (NodeId n = 0; n < e->program->nodes.count; n++)
        if (isinf(e->code->values[n]))
            return true;
    return false;
}

static void measure(Rounding *r)
{
    if (r->measured != NULL)
        return;
    r->measured = oracle_new(r->doubles->program, r->unit->arena, ORACLE_VALUE_BITS);
    oracle_measure(r->measured, oracle_double);
    oracle_set_point(r->measured, r->doubles);
    oracle_run(r->measured);
}

/* Three samples may all be lucky, and know nothing of underflow: what they do not explain may still be within the bound that the
 * operations have together. Where a decision is closer than its errors nothing is known. */
static bool is_explained(Rounding *r, SymId symbol, size_t i, double exact, double gap)
{
    measure(r);
    r->a->kinks += oracle_undecided(r->measured);
    return oracle_undecided(r->measured) || gap <= oracle_bounds(r->measured, symbol)[i] + ldexp(fabs(exact), -BITS);
}

static void compare_element(Rounding *r, SymId symbol, size_t i, double expected, double largest)
{
    const Program *p = r->doubles->program;
    double exact = mpfr_get_d(oracle_elements(r->exact, symbol)[i], MPFR_RNDN), got = r->doubles->reals[symbol][i], gap = fabs(got - exact);
    double limit = MOST_OF_EXPECTED * expected + ldexp(MOST_UNITS * largest + MOST_UNITS_OF_ALL * r->largest, -BITS);

    if (!isfinite(exact) || isnan(limit) || MOST_OF_EXPECTED * expected > NO_DIGITS * largest || (isnan(got) && overflows(r->doubles))) {
        r->a->kinks++;
        return;
    }
    r->a->compared++;
    if (gap <= limit)
        r->a->worst = fmax(r->a->worst, gap / limit);
    else if (r->a->what[0] == '\0' && !is_explained(r, symbol, i, exact, gap))
        (void)snprintf(r->a->what, AGREE_TEXT, "%s in double: %s[%zu] is %.17g, not %.17g; expected error %.3g", r->name,
                       names_text(&r->unit->names, p->symbols.at[symbol].name), i, got, exact, expected);
}

static void compare_symbol(Rounding *r, SymId symbol)
{
    size_t count = eval_elements(r->doubles->program, symbol);
    double largest = 0, expected = 0;

    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(mpfr_get_d(oracle_elements(r->exact, symbol)[i], MPFR_RNDN)));
        expected = fmax(expected, expected_error(r, symbol, i));
    }
    for (size_t i = 0; i < count; i++)
        compare_element(r, symbol, i, expected, largest);
}

void agree_rounding(Agreement *a, Unit *unit, const char *name, const Oracle *exact, const Evaluation *doubles)
{
    Rounding r = { .a = a, .unit = unit, .name = name, .exact = exact, .doubles = doubles, .largest = largest_number(doubles) };
    const Program *p = doubles->program;

    for (int k = 0; k < FEWER; k++) {
        r.fewer[k] = oracle_new(p, unit->arena, FEWEST_BITS + BITS_MORE * k);
        oracle_set_point(r.fewer[k], doubles);
        oracle_run(r.fewer[k]);
    }
    for (SymId s = 0; s < p->symbols.count; s++)
        switch (p->symbols.at[s].role) {
        case SYM_OUTPUT: case SYM_GRADIENT: case SYM_TANGENT: case SYM_JACOBIAN: case SYM_HESSIAN:
            compare_symbol(&r, s);
            break;
        default: break;
        }
}
