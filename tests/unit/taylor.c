/* taylor.c -- Taylor series of every function of the language: they give the value beside the point, and are refused where a
 * derivative is missing. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "teach/taylor.h"

enum { ORDER = 24 };

static const double points[] = { 0.3, 0.8, 1.7, -0.4 };
static const double near[] = { 0.02, -0.03 };
static const double TOLERANCE = 1e-12;

typedef struct {
    Arena *arena;
    Names names;
} Test;

/* The arguments x, x^2 + 1/2, 3 - x; clamp(x, 3 - x, ...) would be of no use in another order. */
static ExprId call(ExprPool *pool, Op op, ExprId x)
{
    Rational half = { 1, 2, NULL };
    ExprId square = expr_raw(pool, OP_POW, x, expr_int(pool, 2), EXPR_NONE);
    ExprId b = expr_raw(pool, OP_ADD, square, expr_number(pool, half), EXPR_NONE);
    ExprId c = expr_raw(pool, OP_SUB, expr_int(pool, 3), x, EXPR_NONE);

    return expr_raw(pool, op, x, op_info[op].arity > 1 ? b : EXPR_NONE, op_info[op].arity > 2 ? c : EXPR_NONE);
}

/* Does the polynomial give the value at `at`, as well as doubles can? */
static bool is_near(ExprPool *pool, Arena *arena, ExprId root, double x, const double *series)
{
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        double at = x + near[i], sum = 0, value;

        value = expr_value(pool, arena, root, (const double *const[]){ &at });
        for (unsigned k = ORDER + 1; k-- > 0;)
            sum = sum * near[i] + series[k];
        if (!(fabs(sum - value) <= TOLERANCE * fmax(fabs(value), 1)))
            return false;
    }
    return true;
}

static bool no_series(Op op)
{
    return op == OP_TRIGAMMA || op == OP_DIGAMMA || op == OP_LGAMMA; /* the derivative of trigamma is missing */
}

static void test_operator(Test *t, Op op)
{
    unsigned compared = 0;
    bool good = true;

    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        double series[ORDER + 1], x = points[i];
        const double *values[] = { &x };
        ExprPool *pool = expr_pool(t->arena, &t->names);
        VariableId variable = expr_variable(pool, NAME_NONE, UINT32_MAX, 0, NULL);
        ExprId by = expr_element(pool, variable, 0), root = call(pool, op, by);
        Taylor *taylor;

        if (!isfinite(expr_value(pool, t->arena, root, values)))
            continue;
        compared++;
        taylor = taylor_new(pool, root, by, ORDER);
        good &= (taylor == NULL) == no_series(op);
        if (taylor == NULL)
            continue;
        taylor_compute(taylor, values, series);
        good &= is_near(pool, t->arena, root, x, series);
    }
    printf("%s series of %s\n", good && compared > 0 ? "PASS" : "FAIL", op_info[op].name);
}

static void say(bool good, const char *name)
{
    printf("%s %s\n", good ? "PASS" : "FAIL", name);
}

/* The coefficients of `root` at x = 0, and is a kink between 0 and `other`? */
static bool at_zero(ExprPool *pool, ExprId root, ExprId by, double other, double *series)
{
    double x = 0;
    const double *values[] = { &x };
    Taylor *taylor = taylor_new(pool, root, by, ORDER);

    if (taylor == NULL)
        return true;
    taylor_compute(taylor, values, series);
    x = other;
    return !taylor_same_side(taylor, values);
}

/* exp: 1/k! exactly as far as doubles go; a choice: that of its side. */
static void test_known(Test *t)
{
    double series[ORDER + 1], factorial = 1;
    ExprPool *pool = expr_pool(t->arena, &t->names);
    ExprId by = expr_element(pool, expr_variable(pool, NAME_NONE, UINT32_MAX, 0, NULL), 0), root;
    bool good = !at_zero(pool, expr_raw(pool, OP_EXP, by, EXPR_NONE, EXPR_NONE), by, 5, series);

    for (unsigned k = 1; k <= ORDER; k++) {
        factorial *= k;
        good &= fabs(series[k] * factorial - 1) < 1e-14;
    }
    say(good, "exp");
    root = expr_raw(pool, OP_SELECT, expr_raw(pool, OP_GT, by, expr_int(pool, -1), EXPR_NONE), by, expr_int(pool, 7));
    good = !at_zero(pool, root, by, -0.5, series) && series[0] == 0 && series[1] == 1 && series[2] == 0;
    say(good && at_zero(pool, root, by, -2, series), "a choice, and beyond it");
    root = expr_raw(pool, OP_ABS, expr_raw(pool, OP_ADD, by, expr_int(pool, 1), EXPR_NONE), EXPR_NONE, EXPR_NONE);
    say(!at_zero(pool, root, by, -0.9, series) && at_zero(pool, root, by, -1.1, series), "the kink of abs");
    root = expr_raw(pool, OP_MAX, by, expr_int(pool, 1), EXPR_NONE);
    say(!at_zero(pool, root, by, 0.9, series) && at_zero(pool, root, by, 1.1, series), "the kink of max");
    good = !at_zero(pool, expr_int(pool, 5), by, 1, series) && series[0] == 5 && series[1] == 0 && series[3] == 0;
    say(good, "a constant");
}

int main(void)
{
    Heap heap = { 0 };
    Test t = { 0 };

    if (setjmp(heap.on_failure) != 0) {
        printf("FAIL memory\n");
        return 1;
    }
    t.arena = heap_arena(&heap);
    names_init(&t.names, t.arena);
    for (unsigned op = 0; op < OP_COUNT; op++)
        if (op_info[op].callable || op_info[op].form == FORM_INFIX || op == OP_NEG)
            if (op_info[op].result == KIND_REAL)
                test_operator(&t, (Op)op);
    test_known(&t);
    heap_free(&heap);
    return 0;
}
