/* differences.c -- difference quotients, their errors, and which part of these is truncation.
 *
 * With the Taylor coefficients c_k of f at x, the quotients in exact arithmetic are
 *
 *     forward   c_1 + c_2 h + c_3 h^2 + ...        backward  c_1 - c_2 h + c_3 h^2 - ...        central  c_1 + c_3 h^2 + c_5 h^4 + ...
 */
#include "teach/differences.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "eval/point.h"
#include "sym/elaborate.h"
#include "teach/taylor.h"

enum { ORDER = 24, MOST_NODES = 1 << 16 };

/* The terms of the series that are left out may be this part of the round-off that is to be told apart. */
static const double TAIL = 0.01;

typedef struct {
    Unit *unit;
    Evaluation *value, *reversed;
    const double *steps;
    size_t count;
    ExprPool *pool;           /* NULL: no series */
    Elaboration expressions;
    const double **values;    /* by variable of the pool */
} Task;

/* ---- series -------------------------------------------------------------------------------------------- */

static const double *real_elements(const Task *t, SymId symbol)
{
    size_t count = eval_elements(t->value->program, symbol);
    double *elements;

    if (t->value->reals[symbol] != NULL || t->value->integers[symbol] == NULL)
        return t->value->reals[symbol];
    elements = arena_array(t->unit->arena, double, count);
    for (size_t i = 0; i < count; i++)
        elements[i] = t->value->integers[symbol][i];
    return elements;
}

/* What has no closed form has no series here. */
static void elaborate(Task *t)
{
    ExprPool *pool = expr_pool(t->unit->arena, &t->unit->names);
    Diag diag;

    diag_init(&diag, t->unit->arena, &t->unit->source);
    pool->most = MOST_NODES;
    if (!sym_elaborate(&t->expressions, pool, t->unit->lowered.program, &diag) || diag.errors > 0)
        return;
    t->pool = pool;
    t->values = arena_array(t->unit->arena, const double *, pool->variables.count + 1);
    for (size_t v = 0; v < pool->variables.count; v++)
        if (pool->variables.at[v].symbol != UINT32_MAX)
            t->values[v] = real_elements(t, pool->variables.at[v].symbol);
}

/* NULL also where its derivative is not the one that reverse mode gives: surrogates. */
static Taylor *find_series(Task *t, const Differences *d, ExprId output, ExprId by, double *series)
{
    const double nearly = 1e-9;
    Taylor *taylor;

    if (output == EXPR_NONE || by == EXPR_NONE)
        return NULL;
    output = expr_unmark(t->pool, output);
    taylor = t->pool->full ? NULL : taylor_new(t->pool, output, by, ORDER);
    if (taylor == NULL)
        return NULL;
    taylor_compute(taylor, t->values, series);
    for (unsigned k = 0; k <= ORDER; k++)
        if (!isfinite(series[k]))
            return NULL;
    return fabs(series[1] - d->derivative) <= nearly * fmax(fabs(d->derivative), fabs(d->value)) ? taylor : NULL;
}

/* Sum of c_k s^(k-1) over k >= 2, or over odd k only, from the small terms on. */
static double tail_sum(const double *series, double s, bool odd)
{
    double sum = 0;

    for (unsigned k = ORDER; k >= 2; k--)
        sum = sum * s + (odd && k % 2 == 0 ? 0 : series[k]);
    return sum * s;
}

static bool converges(const Differences *d, const double *series, double h, double size)
{
    double last = fmax(fabs(series[ORDER]) * pow(h, ORDER), fabs(series[ORDER - 1]) * pow(h, ORDER - 1));

    return last <= TAIL * DBL_EPSILON * fmax(fabs(d->value), size);
}

static void split_errors(const Differences *d, const double *series, double size, DifferenceStep *step)
{
    double h = step->h;

    step->leading[DIFFERENCE_FORWARD] = series[2] * h;
    step->leading[DIFFERENCE_BACKWARD] = -series[2] * h;
    step->leading[DIFFERENCE_CENTRAL] = series[3] * h * h;
    if (!converges(d, series, h, size))
        return;
    step->truncation[DIFFERENCE_FORWARD] = tail_sum(series, h, false);
    step->truncation[DIFFERENCE_BACKWARD] = tail_sum(series, -h, false);
    step->truncation[DIFFERENCE_CENTRAL] = tail_sum(series, h, true);
    for (unsigned f = 0; f < DIFFERENCE_COUNT; f++)
        step->round_off[f] = step->error[f] - step->truncation[f];
}

/* ---- quotients ----------------------------------------------------------------------------------------- */

/* One element of an output along one element of a variable. */
typedef struct {
    Task *task;
    double *variable;
    const double *output;
    Taylor *taylor; /* NULL: not known */
    double series[ORDER + 1];
} Line;

/* The output with the variable moved. */
static double moved(const Line *l, double at)
{
    double kept = *l->variable;

    *l->variable = at;
    eval_run(l->task->value);
    *l->variable = kept;
    return *l->output;
}

/* Is the function that of the series on both sides? Not beyond a kink, nor where it has no value. */
static bool is_smooth(const Line *l, double h)
{
    double x = *l->variable;
    bool same = true;

    for (unsigned side = 0; side < 2 && same; side++) {
        *l->variable = side == 0 ? x + h : x - h;
        same = taylor_same_side(l->taylor, l->task->values);
    }
    *l->variable = x;
    return same;
}

static void make_step(const Line *l, const Differences *d, DifferenceStep *step)
{
    double h = step->h, x = d->at;
    double above = moved(l, x + h), below = moved(l, x - h);

    step->quotient[DIFFERENCE_FORWARD] = (above - d->value) / h;
    step->quotient[DIFFERENCE_BACKWARD] = (d->value - below) / h;
    step->quotient[DIFFERENCE_CENTRAL] = (above - below) / (2 * h);
    for (unsigned f = 0; f < DIFFERENCE_COUNT; f++) {
        step->error[f] = step->quotient[f] - d->derivative;
        step->leading[f] = step->truncation[f] = step->round_off[f] = (double)NAN;
    }
    if (l->taylor != NULL && isfinite(above) && isfinite(below) && is_smooth(l, h))
        split_errors(d, l->series, fmax(fabs(above), fabs(below)), step);
}

static void find_best(Differences *d)
{
    for (unsigned f = 0; f < DIFFERENCE_COUNT; f++) {
        d->best[f] = d->count;
        for (size_t i = 0; i < d->count; i++)
            if (isfinite(d->steps[i].error[f]) &&
                (d->best[f] == d->count || fabs(d->steps[i].error[f]) < fabs(d->steps[d->best[f]].error[f])))
                d->best[f] = i;
    }
}

static void find_theory(Differences *d, const double *series)
{
    for (unsigned f = 0; f < DIFFERENCE_COUNT; f++) {
        bool central = f == DIFFERENCE_CENTRAL;
        double slope = !d->has_series ? 0 : central ? 2 * series[3] : series[2];
        double ratio = DBL_EPSILON * fabs(d->value) / fabs(slope);

        d->by_thumb[f] = !(slope != 0 && isfinite(ratio) && ratio > 0);
        if (d->by_thumb[f])
            d->theory[f] = (central ? cbrt(DBL_EPSILON) : sqrt(DBL_EPSILON)) * fmax(fabs(d->at), 1);
        else
            d->theory[f] = central ? cbrt(ratio) : sqrt(ratio);
    }
}

static const char *element_text(const Task *t, SymId symbol, size_t element)
{
    const Symbol *s = &t->value->program->symbols.at[symbol];
    Text out;

    text_init(&out, t->unit->arena);
    text_add(&out, names_text(&t->unit->names, s->name));
    symbol_print_element(s, element, &out);
    return text_string(&out);
}

/* The whole point, if that is not much. */
static const char *point_text(const Task *t, const char *variable, double at)
{
    enum { FEW = 6 };
    const Program *p = t->value->program;
    size_t elements = 0;
    Text out;

    text_init(&out, t->unit->arena);
    for (size_t i = 0; i < t->unit->lowered.declared.count; i++)
        elements += eval_elements(p, t->unit->lowered.declared.at[i].symbol);
    for (size_t i = 0; i < t->unit->lowered.declared.count && elements <= FEW; i++) {
        SymId symbol = t->unit->lowered.declared.at[i].symbol;

        text_printf(&out, "%s%s = ", i == 0 ? "" : ", ", names_text(&t->unit->names, p->symbols.at[symbol].name));
        point_print(t->value, symbol, &out);
    }
    if (elements <= FEW)
        return text_string(&out);
    text_printf(&out, "%s = ", variable);
    text_double(&out, at);
    return text_string(&out);
}

/* Of output `o`, element `row`, by `symbol`, element `column`. */
static Differences make_one(Task *t, size_t o, size_t row, SymId symbol, size_t column, double derivative)
{
    SymId output = t->value->program->outputs.at[o];
    VariableId by = t->pool == NULL ? EXPR_NONE : t->expressions.variables[symbol];
    Line line = { .task = t, .variable = &t->value->reals[symbol][column], .output = &t->value->reals[output][row] };
    Differences d = { .output = element_text(t, output, row), .variable = element_text(t, symbol, column), .at = *line.variable,
                      .derivative = derivative, .count = t->count };

    d.steps = arena_array(t->unit->arena, DifferenceStep, t->count + 1);
    d.point = point_text(t, d.variable, d.at);
    d.value = moved(&line, d.at);
    if (by != EXPR_NONE)
        line.taylor = find_series(t, &d, t->expressions.outputs.at[o].elements[row], expr_element(t->pool, by, column), line.series);
    d.has_series = line.taylor != NULL;
    for (size_t i = 0; i < t->count; i++) {
        d.steps[i].h = t->steps[i];
        make_step(&line, &d, &d.steps[i]);
    }
    find_best(&d);
    find_theory(&d, line.series);
    return d;
}

/* ---- all of them --------------------------------------------------------------------------------------- */

uint64_t differences_count(const Unit *unit)
{
    const Program *p = unit->lowered.program;
    uint64_t rows = program_elements(p, p->outputs.at, p->outputs.count);
    uint64_t columns = program_elements(p, unit->wanted.at, unit->wanted.count);

    return rows > UINT32_MAX || columns > UINT32_MAX ? UINT64_MAX : rows * columns;
}

/* Seeds: 1 for one element of one output. False: it has none. */
static void set_seeds(const Task *t, size_t o, size_t row)
{
    const Program *p = t->reversed->program;

    for (SymId s = 0; s < p->symbols.count; s++)
        for (size_t i = 0; p->symbols.at[s].role == SYM_SEED && i < eval_elements(p, s); i++)
            t->reversed->reals[s][i] = p->symbols.at[s].of == p->outputs.at[o] && i == row;
}

static const double *gradient_of(const Task *t, SymId wanted)
{
    const Program *p = t->reversed->program;

    for (size_t i = 0; i < p->gradients.count; i++)
        if (p->symbols.at[p->gradients.at[i]].of == wanted)
            return t->reversed->reals[p->gradients.at[i]];
    return NULL;
}

void differences_make(DifferencesVec *out, Unit *unit, Evaluation *value, Evaluation *reversed, const double *steps, size_t count)
{
    Task t = { .unit = unit, .value = value, .reversed = reversed, .steps = steps, .count = count };
    const Program *p = value->program;

    elaborate(&t);
    for (size_t o = 0; o < p->outputs.count; o++) {
        for (size_t row = 0; row < eval_elements(p, p->outputs.at[o]); row++) {
            set_seeds(&t, o, row);
            eval_run(reversed);
            for (size_t w = 0; w < unit->wanted.count; w++) {
                SymId symbol = unit->wanted.at[w];
                const double *gradient = gradient_of(&t, symbol);

                for (size_t i = 0; gradient != NULL && i < eval_elements(p, symbol); i++)
                    vec_push(unit->arena, out, make_one(&t, o, row, symbol, i, gradient[i]));
            }
        }
    }
}

size_t differences_sweep(Arena *arena, unsigned per_decade, double **steps)
{
    static const unsigned thousandths[] = { 1000, 794, 631, 501, 398, 316, 251, 200, 158, 126 };
    size_t count = 0;

    *steps = arena_array(arena, double, (size_t)SWEEP_DECADES * per_decade + 1);
    for (unsigned i = 0; i <= SWEEP_DECADES * per_decade; i++) {
        char text[32];

        snprintf(text, sizeof text, "%ue-%u", thousandths[i % per_decade], i / per_decade + 3);
        (*steps)[count++] = strtod(text, NULL);
    }
    return count;
}
