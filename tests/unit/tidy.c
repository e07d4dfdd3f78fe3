/* tidy.c -- tidy expressions: the same again changes nothing, values and domains stay, what is printed reads back; the rules, case
 * by case; polynomials: Baydin's table, random products, Horner's rule. */
#include "sym_models.h"

#include <math.h>
#include <stdlib.h>

#include "sym/expand.h"

static ExprId tidy_anew(Model *m, ExprId id)
{
    return tidy(tidy_new(m->pool, m->unit->arena), id, NULL);
}

/* ---- the rules, case by case ------------------------------------------------------------------------- */

typedef struct {
    const char *from, *to;
} Case;

static const Case cases[] = {
    { "x*x", "x^2" },
    { "x + x", "2*x" },
    { "x - x", "0" },
    { "-x + 1", "1 - x" },
    { "-(y - h)", "-(y - h)" },
    { "a - (b - c)", "a - b + c" },
    { "4*(1 - x) - 4*x", "4 - 8*x" },
    { "2*(x + y) + sig(x)", "2*(x + y) + sig(x)" },
    { "x*(4 - 8*x)", "4*x*(1 - 2*x)" },
    { "2/(4*x + 2)", "1/(2*x + 1)" },
    { "z*(2*x*y - 4*x)", "2*z*x*(y - 2)" },
    { "sig(x)*(1 - sig(x))", "sig(x)*(1 - sig(x))" },
    { "exp(-x^2)*(-(2*x))", "-2*x*exp(-x^2)" },
    { "cos(x)*y*x", "x*y*cos(x)" },
    { "(2*x)^2", "4*x^2" },
    { "(x*y)^2*x", "x^3*y^2" },
    { "(x - y)*(y - x)", "-(x - y)^2" },
    { "x/2 + x/3", "5*x/6" },
    { "0.1*x", "0.1*x" },
    { "0.5*x^2", "x^2/2" },
    { "x/y/z", "x/(y*z)" },
    { "x/y*z", "x*z/y" },
    { "2*x/(4*y)", "x/(2*y)" },
    /* what could be 0 is not cancelled */
    { "x/x", "x/x" },
    { "x^3/x^2", "x^3/x^2" },
    { "x^2/x^3", "1/x" },
    { "x/(y/z)", "x/(y/z)" },
    { "x^0.5*x^0.5", "x^(1/2)*x^(1/2)" },
    { "x^0.5*x", "x^(3/2)" },
    { "(x^2)^0.5", "(x^2)^(1/2)" },
    { "sqrt(x)*sqrt(x)", "sqrt(x)^2" },
    /* but what never is */
    { "exp(x)/exp(x)*y", "y" },
    { "(1 + exp(x))^2/(1 + exp(x))", "1 + exp(x)" },
    { "x/(y/2)", "2*x/y" },
    { "exp(x)*exp(y)", "exp(x)*exp(y)" },
    { "sin(0) + cos(0)*x + log(e)", "x + 1" },
    { "x == 0 && n == 0 ? 0 : n*x^(n - 1)", "x == 0 && n == 0 ? 0 : n*x^(n - 1)" },
    { "(x > 0 ? 1 : 0)*w", "x > 0 ? w : 0" },
    { "x > 0 ? y : y", "y" },
    { "exp(x) == 0 ? 1 : y", "y" },
    { "x*cos(x) + x*(3*cos(x) - x*sin(x))", "4*x*cos(x) - x^2*sin(x)" },
    { "1/3*3*x", "x" },
    { "2*x*sin(x) + x^2*cos(x)", "2*x*sin(x) + x^2*cos(x)" },
};

static void check_case(Model *m, const void *context)
{
    const Case *c = context;

    if (m->ok)
        expect(&m->t->tally, strcmp(text_of(m, tidy_anew(m, output_of(m, 0))), c->to) == 0, "%s became %s, not %s", c->from,
               text_of(m, tidy_anew(m, output_of(m, 0))), c->to);
    else
        expect(&m->t->tally, false, "%s: does not elaborate", c->from);
}

static void check_cases(Test *t)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];

        snprintf(text, sizeof text, "f = %s\n", cases[i].from);
        with_model(t, text, check_case, &cases[i]);
    }
}

/* ---- random expressions ------------------------------------------------------------------------------ */

typedef struct {
    uint64_t state;
} Dice;

static uint32_t roll(Dice *d, uint32_t sides)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(d->state >> 33) % sides;
}

static double number_between(Dice *d, double low, double high)
{
    return low + (high - low) * roll(d, 1000000) / 1e6;
}

static ExprId make1(Model *m, Op op, ExprId a)
{
    return expr_raw(m->pool, op, a, EXPR_NONE, EXPR_NONE);
}

static ExprId make2(Model *m, Op op, ExprId a, ExprId b)
{
    return expr_raw(m->pool, op, a, b, EXPR_NONE);
}

/* Of expressions made before, so that parts are shared. */
static ExprId random_node(Model *m, Dice *d, const ExprId *made, size_t count)
{
    static const Op functions[] = { OP_SIN, OP_EXP, OP_SIG, OP_TANH, OP_RELU, OP_ABS };
    ExprId a = made[roll(d, (uint32_t)count)], b = made[roll(d, (uint32_t)count)];
    static const int64_t exponents[] = { 2, 3, -1, -2, 0, 1 };

    switch (roll(d, 12)) {
    case 0: case 1: return make2(m, OP_ADD, a, b);
    case 2: case 3: return make2(m, OP_SUB, a, b);
    case 4: case 5: case 6: return make2(m, OP_MUL, a, b);
    case 7: return make2(m, OP_DIV, a, b);
    case 8: return make1(m, OP_NEG, a);
    case 9: return make2(m, OP_POW, a, expr_int(m->pool, exponents[roll(d, 6)]));
    case 10: return expr_raw(m->pool, OP_SELECT, make2(m, OP_LT, a, b), roll(d, 2) == 0 ? expr_int(m->pool, 0) : a, b);
    default: return make1(m, functions[roll(d, 6)], a);
    }
}

enum { VARIABLES = 3, NODES = 22, POINTS = 4 };

static ExprId random_expression(Model *m, Dice *d)
{
    ExprId made[NODES];
    size_t count = 0;

    for (VariableId v = 0; v < VARIABLES; v++)
        made[count++] = expr_element(m->pool, v, 0);
    made[count++] = expr_int(m->pool, 2);
    made[count++] = expr_number(m->pool, (Rational){ 1, 2, NULL });
    made[count++] = expr_int(m->pool, (int64_t)roll(d, 7) - 3);
    while (count < NODES) {
        made[count] = random_node(m, d, made, count);
        count++;
    }
    return made[NODES - 1];
}

/* The largest magnitude on the way, by which rounding is measured; infinite where something is not defined. */
static double scale_of(Model *m, ExprId root, const double *const *values)
{
    ExprVec reached = { 0 };
    double scale = 1;

    expr_reach(m->pool, m->unit->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        double value = fabs(expr_value(m->pool, m->unit->arena, reached.at[i], values));

        if (!isfinite(value))
            return HUGE_VAL;
        scale = value > scale ? value : scale;
    }
    return scale;
}

static void check_values(Model *m, Dice *d, ExprId from, ExprId to, const char *what)
{
    for (int p = 0; p < POINTS; p++) {
        double x[VARIABLES];
        const double *values[VARIABLES] = { &x[0], &x[1], &x[2] };
        double a, b, scale;

        for (int v = 0; v < VARIABLES; v++)
            x[v] = number_between(d, -1.5, 1.5);
        a = expr_value(m->pool, m->unit->arena, from, values);
        b = expr_value(m->pool, m->unit->arena, to, values);
        scale = scale_of(m, from, values) * scale_of(m, to, values);
        if (!(scale < 1e6))
            continue;
        expect(&m->t->tally, fabs(a - b) <= 1e-8 * scale, "%s: %.17g became %.17g in\n%s\n%s", what, a, b, text_of(m, from),
               text_of(m, to));
    }
}

/* What is printed, read again, is as tidy. */
static void check_reading(Model *m, const void *context)
{
    if (!m->ok)
        return;
    expect(&m->t->tally, strcmp(text_of(m, tidy_anew(m, output_of(m, 0))), context) == 0, "read back and tidied it is\n%s\nnot\n%s",
           text_of(m, tidy_anew(m, output_of(m, 0))), (const char *)context);
}

static void check_random(Model *m, const void *context)
{
    const uint64_t *seed = context;
    Dice d = { *seed };

    for (int i = 0; i < 40; i++) {
        ExprId from = random_expression(m, &d), to = tidy_anew(m, from), again = tidy_anew(m, to);
        const char *text = text_of(m, to);
        Text model;

        expect(&m->t->tally, to == again, "not the same again:\n%s\n%s\n%s", text_of(m, from), text, text_of(m, again));
        check_values(m, &d, from, to, "tidy");
        if (strlen(text) > 400 || strstr(text, "/0") != NULL)
            continue;
        text_init(&model, m->unit->arena);
        text_printf(&model, "param x, y, z\nf = %s\n", text);
        with_model(m->t, text_string(&model), check_reading, text);
    }
}

/* ---- polynomials ------------------------------------------------------------------------------------- */

typedef struct {
    const char *text; /* collected, or NULL */
    uint64_t operations;
    unsigned digits;
    double horner; /* at 0.9, with so many digits: */
    double tolerance;
} Row;

static void check_row(Model *m, const void *context)
{
    const Row *row = context;
    ExprId derivative = sym_derivative(m->pool, output_of(m, 0), element_named(m, "x", 0), expr_fold, NULL, NULL);
    Arena *arena = m->unit->arena;
    Polynomial p;
    bool good = polynomial_of(&p, tidy_new(m->pool, arena), m->pool, arena, &m->unit->heap, derivative);

    expect(&m->t->tally, good, "a polynomial");
    if (!good)
        return;
    expect(&m->t->tally, polynomial_operations(&p, m->pool, arena) == row->operations, "operations: %llu, not %llu",
           (unsigned long long)polynomial_operations(&p, m->pool, arena), (unsigned long long)row->operations);
    expect(&m->t->tally, polynomial_digits(&p, arena) == row->digits, "digits: %u, not %u", polynomial_digits(&p, arena), row->digits);
    if (row->text != NULL)
        expect(&m->t->tally, strcmp(text_of(m, polynomial_expr(&p, m->pool, arena, true)), row->text) == 0, "%s, not %s",
               text_of(m, polynomial_expr(&p, m->pool, arena, true)), row->text);
    expect(&m->t->tally, fabs(polynomial_horner(&p, 0.9) / row->horner - 1) < row->tolerance, "Horner's rule: %.17g, not %.12g",
           polynomial_horner(&p, 0.9), row->horner);
}

static void check_table(Test *t)
{
    static const Row rows[] = {
        { "1", 0, 1, 1, 1e-15 },
        { "4 - 8*x", 2, 1, -3.2, 1e-15 },
        { "16*(1 - 10*x + 24*x^2 - 16*x^3)", 8, 3, -3.584, 1e-13 },
        { "64*(1 - 42*x + 504*x^2 - 2640*x^3 + 7040*x^4 - 9984*x^5 + 7168*x^6 - 2048*x^7)", 20, 6, 12.0881152, 1e-11 },
        { NULL, 44, 13, 20.4034132627, 1e-11 },
        { NULL, 92, 25, -5514663.8, 1e-8 },
        { NULL, 188, 50, -1.31e31, 5e-3 },
        { NULL, 380, 99, 1.16e78, 5e-3 },
    };

    for (int n = 1; n <= 8; n++) {
        char text[128];

        snprintf(text, sizeof text, "const n = %d\nparam x\nl = x\nfor k in 1..n { l = 4*l*(1 - l) }\noutput l\n", n);
        with_model(t, text, check_row, &rows[n - 1]);
    }
}

static void check_expanded(Model *m, const void *context)
{
    const uint64_t *seed = context;
    Arena *arena = m->unit->arena;
    Dice d = { *seed };

    for (int i = 0; i < 20; i++) {
        ExprId from = random_expression(m, &d), to;
        Tidy *t = tidy_new(m->pool, arena);

        if (scale_of(m, from, (const double *const[]){ &(double){ 0.7 }, &(double){ -0.4 }, &(double){ 1.1 } }) > 1e3)
            continue;
        to = expand_products(t, m->pool, arena, &m->unit->heap, from);
        if (to != EXPR_NONE)
            check_values(m, &d, from, to, "expanded");
    }
}

int main(void)
{
    Test t = { 0 };

    check_cases(&t);
    check_table(&t);
    for (uint64_t seed = 1; seed <= 60; seed++)
        with_model(&t, "param x, y, z\nf = x*y*z\n", check_random, &seed);
    for (uint64_t seed = 1; seed <= 20; seed++)
        with_model(&t, "param x, y, z\nf = x*y*z\n", check_expanded, &seed);
    return tally_close(&t.tally, "tidy");
}
