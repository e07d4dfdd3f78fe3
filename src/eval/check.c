/* check.c -- central differences with the step chosen for every variable and Richardson extrapolation.
 *
 * Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4 (1982): a table of
 * central differences with shrinking steps, extrapolated in h^2; the estimate with the smallest change is taken.
 */
#include "eval/check.h"

#include <float.h>
#include <math.h>

enum { TABLE = 10 };

static const double SHRINK = 1.6;      /* from one step to the next */
static const double LONG_STEP = 0.02;  /* the first step, relative to the variable, or absolute near 0 */
static const double SHORT_STEP = 1e-4; /* likewise, of the second table: what it crosses, fewer kinks lie in */
static const double GIVE_UP = 2;       /* stop when the error grew by this factor */
static const double SETTLED = 1e-3;    /* an estimate whose own error is larger than this, relative to numbers above 1, says nothing */

void check_copy_point(const Evaluation *from, Evaluation *to, const Declared *declared, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SymId s = declared[i].symbol;
        size_t elements = eval_elements(from->program, s);

        for (size_t k = 0; k < elements; k++) {
            if (from->reals[s] != NULL && to->reals[s] != NULL)
                to->reals[s][k] = from->reals[s][k];
            if (from->integers[s] != NULL && to->integers[s] != NULL)
                to->integers[s][k] = from->integers[s][k];
        }
    }
}

static SymId seed_of(const Program *reversed, SymId output)
{
    for (SymId s = 0; s < reversed->symbols.count; s++)
        if (reversed->symbols.at[s].role == SYM_SEED && reversed->symbols.at[s].of == output)
            return s;
    return NO_ID;
}

double check_total(const Evaluation *value, const Evaluation *reversed)
{
    const Program *p = value->program;
    double total = 0;

    for (size_t o = 0; o < p->outputs.count; o++) {
        SymId output = p->outputs.at[o], seed = seed_of(reversed->program, reversed->program->outputs.at[o]);

        for (size_t i = 0; seed != NO_ID && i < eval_elements(p, output); i++)
            total += reversed->reals[seed][i] * value->reals[output][i];
    }
    return total;
}

/* ---- differences --------------------------------------------------------------------------------------- */

static double central(CheckFunction *f, void *context, double x, double h)
{
    double above = x + h, below = x - h;

    return (f(context, above) - f(context, below)) / (above - below);
}

/* Round-off of one value over the step. */
static double round_off(double size, double h)
{
    return 4 * DBL_EPSILON * fabs(size) / h;
}

static Difference extrapolate(CheckFunction *f, void *context, double x, double first_step, double size)
{
    double table[TABLE][TABLE], h = first_step * fmax(fabs(x), 0.1);
    Difference best = { (double)NAN, HUGE_VAL };

    for (int i = 0; i < TABLE; i++, h /= SHRINK) {
        double factor = SHRINK * SHRINK;

        for (int j = 1; j < TABLE; j++)
            table[j][i] = (double)NAN; /* where the loop below does not come */
        table[0][i] = central(f, context, x, h);
        if (!isfinite(table[0][i]))
            continue;
        for (int j = 1; j <= i && isfinite(table[j - 1][i - 1]); j++, factor *= SHRINK * SHRINK) {
            double error;

            table[j][i] = (table[j - 1][i] * factor - table[j - 1][i - 1]) / (factor - 1);
            error = fmax(fabs(table[j][i] - table[j - 1][i]), fabs(table[j][i] - table[j - 1][i - 1]));
            error += round_off(size, h);
            if (error <= best.noise)
                best = (Difference){ table[j][i], error };
        }
        if (i > 0 && isfinite(table[i - 1][i - 1]) && isfinite(table[i][i]) &&
            fabs(table[i][i] - table[i - 1][i - 1]) >= GIVE_UP * best.noise)
            break;
    }
    return best;
}

/* Are the slopes on both sides the same? They are not where the point lies on a kink, or nearer to one than the shortest step. */
static bool is_smooth(CheckFunction *f, void *context, double x, double size, double slope)
{
    double h = SHORT_STEP / 100 * fmax(fabs(x), 0.1), value = f(context, x);
    double right = (f(context, x + h) - value) / h;
    double left = (value - f(context, x - h)) / h;

    return fabs(right - left) <= 0.01 * fmax(fabs(slope), 1) + 2 * round_off(size, h);
}

/* Where the two tables agree, the better one; else a kink lies within the long steps, and the short ones count. NaN on a kink. */
Difference check_differentiate(CheckFunction *f, void *context, double x, double size)
{
    Difference far = extrapolate(f, context, x, LONG_STEP, size);
    Difference near = extrapolate(f, context, x, SHORT_STEP, size);

    if (!is_smooth(f, context, x, size, near.estimate))
        return (Difference){ (double)NAN, HUGE_VAL };
    if (isfinite(far.estimate) && fabs(far.estimate - near.estimate) <= far.noise + near.noise && far.noise < near.noise)
        return far;
    return near;
}

bool check_is_settled(Difference difference, double size)
{
    return !isnan(difference.estimate) && difference.noise <= SETTLED * fmax(size, 1);
}

double check_gap(double derivative, Difference difference)
{
    double size = fmax(fabs(derivative), fabs(difference.estimate));

    if (isnan(derivative))
        return HUGE_VAL;
    return fmax(fabs(derivative - difference.estimate) - difference.noise, 0) / fmax(size, DBL_MIN);
}

/* ---- first derivatives --------------------------------------------------------------------------------- */

/* The total as a function of one element. */
typedef struct {
    Evaluation *value;
    const Evaluation *reversed;
    double *element;
} Along;

static double total_at(void *context, double at)
{
    const Along *along = context;
    double kept = *along->element, total;

    *along->element = at;
    eval_run(along->value);
    total = check_total(along->value, along->reversed);
    *along->element = kept;
    return total;
}

static void compare(CheckReport *report, Evaluation *value, const Evaluation *reversed, SymId symbol, SymId gradient,
                    size_t element, double total)
{
    CheckGap gap = { .symbol = symbol, .element = element, .reverse = reversed->reals[gradient][element] };
    Along along = { value, reversed, &value->reals[symbol][element] };
    Difference difference = check_differentiate(total_at, &along, *along.element, total);

    gap.difference = difference.estimate;
    gap.noise = difference.noise;
    if (!check_is_settled(difference, fmax(fabs(gap.reverse), fabs(gap.difference)))) {
        report->skipped++;
        return;
    }
    report->compared++;
    gap.gap = check_gap(gap.reverse, difference);
    if (report->compared == 1 || gap.gap > report->worst.gap)
        report->worst = gap;
}

static SymId gradient_of(const Program *p, SymId symbol)
{
    for (size_t i = 0; i < p->gradients.count; i++)
        if (p->symbols.at[p->gradients.at[i]].of == symbol)
            return p->gradients.at[i];
    return NO_ID;
}

void check_point(CheckReport *report, Evaluation *value, Evaluation *reversed, const SymId *wanted, size_t wanted_count,
                 size_t most, Random *random)
{
    size_t all = 0;
    double total;

    *report = (CheckReport){ .finite = true };
    eval_run(reversed);
    total = check_total(reversed, reversed);
    if (!isfinite(total)) {
        report->finite = false;
        return;
    }
    for (size_t w = 0; w < wanted_count; w++)
        all += eval_elements(value->program, wanted[w]);
    for (size_t w = 0; w < wanted_count; w++) {
        SymId gradient = gradient_of(reversed->program, wanted[w]);

        for (size_t i = 0; i < eval_elements(value->program, wanted[w]); i++)
            if (all <= most || random_next(random) % all < most)
                compare(report, value, reversed, wanted[w], gradient, i, total);
    }
}
