/* swell_accuracy.c -- the derivative at a point: by the adjoint program in double, by its expanded form in double, in fractions. */
#include "eval/point.h"
#include "teach/exact.h"
#include "teach/swell_row.h"

#include <math.h>
#include <string.h>

typedef struct {
    SwellWork *w;
    Evaluation e;
    bool *given; /* by symbol */
} Point;

static const char *symbol_name(const Point *p, SymId symbol)
{
    return names_text(&p->w->unit->names, p->e.program->symbols.at[symbol].name);
}

static bool fill_given(Point *p)
{
    const SwellRequest *request = p->w->request;

    for (size_t i = 0; i < request->point_count; i++) {
        const SwellValue *value = &request->point[i];
        SymId found = unit_find_declared(p->w->unit, value->name, strlen(value->name));
        Text why;

        if (found == NO_ID)
            return swell_refuse(p->w, "'%s' is not a param or input of this model", value->name);
        text_init(&why, p->w->unit->arena);
        if (!point_parse(&p->e, found, value->text, value->plain, &why))
            return swell_refuse(p->w, "%s: %s", value->name, text_string(&why));
        p->given[found] = true;
    }
    return true;
}

static bool fill_rest(Point *p)
{
    const Lowered *lowered = &p->w->unit->lowered;

    for (size_t i = 0; i < lowered->declared.count; i++) {
        const Declared *declared = &lowered->declared.at[i];

        if (!p->given[declared->symbol] && !point_fill_default(&p->e, declared))
            return swell_refuse(p->w, "'%s' has no value: write %s=..., or give it a default in the model",
                                symbol_name(p, declared->symbol), symbol_name(p, declared->symbol));
    }
    return true;
}

/* The gradient of the one output. */
static void run_adjoint(Point *p)
{
    const SwellWork *w = p->w;
    const Program *program = p->e.program;

    for (SymId s = 0; s < program->symbols.count; s++)
        if (program->symbols.at[s].role == SYM_SEED && program->symbols.at[s].of == program->outputs.at[w->output])
            p->e.reals[s][0] = 1;
    eval_run(&p->e);
    for (SymId s = 0; s < program->symbols.count; s++)
        if (program->symbols.at[s].role == SYM_GRADIENT && program->symbols.at[s].of == w->by.at[0].symbol)
            w->row->automatic = p->e.reals[s][w->by.at[0].place];
}

/* Elements of an input; integer inputs are reals in an expression. */
static const double *numbers_of(const Point *p, SymId symbol)
{
    size_t count = eval_elements(p->e.program, symbol);
    double *numbers;

    if (p->e.integers[symbol] == NULL)
        return p->e.reals[symbol];
    numbers = arena_array(p->w->unit->arena, double, count + 1);
    for (size_t k = 0; k < count; k++)
        numbers[k] = p->e.integers[symbol][k];
    return numbers;
}

/* Of the doubles at which the adjoint program runs, not of the decimals that stand for them. */
static void run_exact(Point *p)
{
    const SwellWork *w = p->w;
    const Lowered *lowered = &w->unit->lowered;
    Arena *arena = w->unit->arena;
    const Rational **values = arena_array(arena, const Rational *, w->pool->variables.count + 1);
    Rational exact;

    for (size_t i = 0; i < lowered->declared.count; i++) {
        SymId symbol = lowered->declared.at[i].symbol;
        VariableId variable = w->elaboration.variables[symbol];
        size_t count = eval_elements(p->e.program, symbol);
        const double *rounded = numbers_of(p, symbol);
        Rational *numbers = arena_array(arena, Rational, count + 1);

        if (variable == EXPR_NONE)
            continue;
        for (size_t k = 0; k < count; k++) {
            if (!isfinite(rounded[k]))
                return;
            numbers[k] = rational_from_double(arena, rounded[k]);
        }
        values[variable] = numbers;
    }
    w->row->has_exact = exact_value(w->pool, arena, w->folded[0], values, &exact);
    if (w->row->has_exact)
        w->row->exact = rational_to_double(exact);
}

/* If the expanded derivative is a polynomial in one variable: its exact coefficients are rounded, and Horner's rule follows. */
static void run_horner(Point *p)
{
    const SwellWork *w = p->w;
    const Lowered *lowered = &w->unit->lowered;
    Arena *arena = w->unit->arena;
    const double **values = arena_array(arena, const double *, w->pool->variables.count + 1);
    const Polynomial *expanded = &w->expanded;
    double x = 0;

    w->row->has_horner = w->row->expanded.known && expanded->atom_count <= 1 &&
                         polynomial_opaque(expanded, w->pool, arena) == EXPR_NONE;
    if (!w->row->has_horner)
        return;
    for (size_t i = 0; i < lowered->declared.count; i++) {
        SymId symbol = lowered->declared.at[i].symbol;

        if (w->elaboration.variables[symbol] != EXPR_NONE)
            values[w->elaboration.variables[symbol]] = numbers_of(p, symbol);
    }
    if (expanded->atom_count == 1)
        x = expr_value(w->pool, arena, expanded->atoms[0], values);
    w->row->horner = polynomial_horner(expanded, x);
    w->row->digits = polynomial_digits(expanded, arena);
}

bool swell_measure_accuracy(SwellWork *w)
{
    Point p = { .w = w };

    if (w->by.count != 1)
        return swell_refuse(w, "accuracy at a point is shown of one derivative; choose it: --wrt NAME, or NAME[...] of an array");
    if (!unit_make_reversed(w->unit))
        return false;
    if (eval_work(w->unit->reversed) > w->unit->options.most_work)
        return swell_refuse(w, "to evaluate this takes too long");
    eval_init(&p.e, w->unit->arena, w->unit->reversed);
    p.given = arena_array(w->unit->arena, bool, p.e.program->symbols.count + 1);
    if (!fill_given(&p) || !fill_rest(&p))
        return false;
    w->row->accuracy = true;
    run_adjoint(&p);
    run_exact(&p);
    run_horner(&p);
    return true;
}
