/* sym_values.c -- symbolic derivatives of every function and of random models against those of automatic differentiation; their text
 * read back; sizes of trees against trees really built. */
#include "sym_models.h"

#include <math.h>

#include "eval/point.h"

enum { NAME_COUNT = 3, POINTS = 6, RANDOM_MODELS = 300, LARGEST_TREE = 200000 };

/* ---- reference --------------------------------------------------------------------------------------- */

/* Runs a program of the unit with values for the params, in order; seeds and directions are 1. */
static void run_at(Evaluation *e, Arena *arena, const Program *p, const double *at)
{
    unsigned next = 0;

    eval_init(e, arena, p);
    for (SymId s = 0; s < p->symbols.count; s++) {
        if (p->symbols.at[s].role == SYM_SEED)
            e->reals[s][0] = 1;
        if (p->symbols.at[s].role == SYM_PARAM)
            e->reals[s][0] = at[next++];
    }
    eval_run(e);
}

static bool is_near(double a, double b, double tolerance)
{
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= tolerance * (1 + fabs(a) + fabs(b));
}

/* ---- reading back ------------------------------------------------------------------------------------ */

typedef struct {
    const double *at; /* POINTS points of NAME_COUNT values */
    double value[POINTS];
    const char *text;
} ReadBack;

static void check_read_back(Model *m, const void *context)
{
    const ReadBack *r = context;
    Evaluation e;

    if (!unit_make_value(m->unit)) {
        expect(&m->t->tally, false, "cannot be evaluated: %s", r->text);
        return;
    }
    for (unsigned i = 0; i < POINTS; i++) {
        double got;

        run_at(&e, m->unit->arena, m->unit->value, r->at + i * NAME_COUNT);
        got = e.reals[m->unit->value->outputs.at[0]][0];
        expect(&m->t->tally, is_near(got, r->value[i], 1e-9) || !isfinite(r->value[i]), "read back: %.17g for %.17g: %s", got, r->value[i],
               r->text);
    }
}

static void read_back(Model *m, ExprId id, const double *at, const double *value)
{
    ReadBack r = { .at = at };
    Text text;

    memcpy(r.value, value, sizeof r.value);
    text_init(&text, m->unit->arena);
    text_add(&text, "param x, y, z\nf = ");
    expr_print(m->pool, m->unit->arena, expr_unmark(m->pool, id), &text);
    text_add(&text, "\n");
    r.text = text_string(&text);
    with_model(m->t, r.text, check_read_back, &r);
}

/* ---- trees really built ------------------------------------------------------------------------------ */

/* Walks the tree, copying every repetition. */
static void check_tree(Model *m, ExprId id)
{
    double operations = 0, nodes = 0;
    ExprVec todo = { 0 }, built = { 0 };

    if (tree_nodes(m, id) > LARGEST_TREE)
        return;
    vec_push(m->unit->arena, &todo, id);
    while (todo.count > 0) {
        ExprId next = vec_pop(&todo);

        vec_push(m->unit->arena, &built, next);
        for (unsigned k = 0; k < expr_arity(m->pool, next); k++)
            vec_push(m->unit->arena, &todo, expr_args(m->pool, next)[k]);
    }
    for (size_t i = 0; i < built.count; i++) {
        const Expr *node = &m->pool->nodes.at[built.at[i]];

        nodes++;
        operations += node->kind == EXPR_OP && op_info[node->op].arity > 0 && node->op != OP_STOP && node->op != OP_LINK;
    }
    expect(&m->t->tally, nodes == tree_nodes(m, id), "nodes: built %g, counted %g", nodes, tree_nodes(m, id));
    expect(&m->t->tally, operations == tree_operations(m, id), "operations: built %g, counted %g", operations, tree_operations(m, id));
    expr_drop(m->unit->arena, &built);
    expr_drop(m->unit->arena, &todo);
}

/* ---- one model --------------------------------------------------------------------------------------- */

static double symbolic_value(const Model *m, ExprId id, const double *at)
{
    const double *values[NAME_COUNT] = { at, at + 1, at + 2 };

    return expr_value(m->pool, m->unit->arena, id, values);
}

/* First derivatives by each name, second ones by each pair. */
static void check_second(Model *m, const ExprId *first, const double *points)
{
    Evaluation e;

    if (!unit_make_hessian(m->unit))
        return;
    for (unsigned i = 0; i < POINTS; i++) {
        run_at(&e, m->unit->arena, m->unit->hessian, points + i * NAME_COUNT);
        for (size_t k = 0; k < NAME_COUNT * NAME_COUNT; k++) {
            ExprId second = sym_derivative(m->pool, first[k / NAME_COUNT], element_named(m, k % NAME_COUNT == 0 ? "x" : k % NAME_COUNT == 1 ? "y" : "z", 0),
                                           expr_fold, NULL, NULL);
            double expected = e.reals[m->unit->hessian->derivatives.at[0]][k], got;

            got = symbolic_value(m, second, points + i * NAME_COUNT);
            if (i == 0)
                check_tree(m, second);
            expect(&m->t->tally, !isfinite(expected) || !isfinite(got) || is_near(got, expected, 1e-6), "%s: second %zu at %g %g %g: %.17g, expected %.17g",
                   m->unit->source.text, k, points[i * NAME_COUNT], points[i * NAME_COUNT + 1], points[i * NAME_COUNT + 2], got, expected);
        }
    }
}

static void check_model(Model *m, const void *context)
{
    static const char *const names[] = { "x", "y", "z" };
    const double *points = context;
    ExprId first[NAME_COUNT];
    Evaluation e[POINTS];

    expect(&m->t->tally, m->ok, "elaborates: %s", m->unit->source.text);
    if (!m->ok || !unit_make_reversed(m->unit))
        return;
    for (unsigned i = 0; i < POINTS; i++)
        run_at(&e[i], m->unit->arena, m->unit->reversed, points + i * NAME_COUNT);
    for (unsigned k = 0; k < NAME_COUNT; k++) {
        double got[POINTS];

        first[k] = sym_derivative(m->pool, output_of(m, 0), element_named(m, names[k], 0), expr_fold, NULL, NULL);
        for (unsigned i = 0; i < POINTS; i++) {
            double expected = e[i].reals[m->unit->reversed->gradients.at[k]][0];

            got[i] = symbolic_value(m, first[k], points + i * NAME_COUNT);
            expect(&m->t->tally, !isfinite(expected) || !isfinite(got[i]) || is_near(got[i], expected, 1e-9),
                   "%s: by %s at %g %g %g: %.17g, expected %.17g", m->unit->source.text, names[k], points[i * NAME_COUNT],
                   points[i * NAME_COUNT + 1], points[i * NAME_COUNT + 2], got[i], expected);
        }
        check_tree(m, first[k]);
        check_tree(m, sym_derivative(m->pool, output_of(m, 0), element_named(m, names[k], 0), expr_raw, NULL, NULL));
        read_back(m, first[k], points, got);
    }
    check_second(m, first, points);
}

/* ---- every function ---------------------------------------------------------------------------------- */

static const double table_points[POINTS * NAME_COUNT] = { 0.3, 0.7,  -0.4, 0.85, -0.35, 0.45, 1.7, 1.2, 2.1,
                                                      -0.6, 0.25, 0.9,  2.3,  3.1,   1.4,  0.1, 1.9, -1.2 };

static void check_function(Test *t, Op op)
{
    static const char *const shapes[][3] = {
        { "f = %s(x)", "f = x*%s(x*y + 1)*z", "f = %s(sig(x) + 0.5)^3 + %s(y*z)/x" },
        { "f = %s(x, y)", "f = z*%s(x*y, x + y)", "f = %s(%s(x, z), 2) - %s(3, y)" },
        { "f = %s(x, y, z)", "f = y*%s(x*x, y, 1.5)", "f = %s(x, -1, y)/z" },
    };
    const char *name = op_info[op].name;

    for (unsigned i = 0; i < 3; i++) {
        char text[128] = "param x, y, z\n";
        size_t used = strlen(text);

        (void)snprintf(text + used, sizeof text - used, "f = 0*x*y*z + 1*(");
        used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, shapes[op_info[op].arity - 1][i] + 4, name, name, name);
        used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, ")\n");
        with_model(t, text, check_model, table_points);
    }
}

/* ---- random models ----------------------------------------------------------------------------------- */

static unsigned below(Random *random, unsigned limit)
{
    return (unsigned)(random_next(random) % limit);
}

/* A line `tK = ...` over the names and the lines before it. */
static void random_line(Text *text, Random *random, unsigned line)
{
    static const char *const forms[] = { "%s + %s", "%s - %s", "%s*%s", "%s/(2 + sig(%s))", "-%s*%s", "sin(%s)*%s", "exp(-%s^2)*%s",
                                         "(%s)^2 + %s", "tanh(%s) - 3*%s", "max(%s, %s)", "%s > 0.3 ? %s : x", "abs(%s)^1.5 - %s",
                                         "atan2(%s, 2 + cos(%s))", "sqrt(1 + (%s)^2)/3*%s", "log(2 + %s^4)^3 + %s", "0.25*%s - 1/3*%s",
                                         "hypot(%s, %s)", "(2 + sin(%s))^(%s/5)" };
    char names[2][16];
    unsigned form = below(random, sizeof forms / sizeof *forms);

    for (unsigned k = 0; k < 2; k++) {
        unsigned which = below(random, line + NAME_COUNT);

        if (which < NAME_COUNT)
            (void)snprintf(names[k], sizeof names[k], "%c", "xyz"[which]);
        else
            (void)snprintf(names[k], sizeof names[k], "t%u", which - NAME_COUNT);
    }
    text_printf(text, "t%u = ", line);
    text_printf(text, forms[form], names[0], names[1]);
    text_add(text, "\n");
}

static void check_random(Test *t, Arena *arena)
{
    Random random = { 20261121 };

    for (unsigned i = 0; i < RANDOM_MODELS; i++) {
        double points[POINTS * NAME_COUNT];
        unsigned lines = 2 + below(&random, 6);
        Text text;

        for (size_t k = 0; k < sizeof points / sizeof *points; k++)
            points[k] = random_between(&random, -1.5, 1.5);
        text_init(&text, arena);
        text_add(&text, "param x, y, z\n");
        for (unsigned line = 0; line < lines; line++)
            random_line(&text, &random, line);
        text_printf(&text, "f = t%u + x*y\n", lines - 1);
        with_model(t, text_string(&text), check_model, points);
    }
}

int main(void)
{
    Test t = { .tally = { 0, 0 } };

    if (setjmp(t.heap.on_failure) != 0)
        return 1;
    for (int op = 0; op < OP_COUNT; op++)
        if (op_info[op].callable && !op_info[op].no_derivative)
            check_function(&t, (Op)op);
    check_random(&t, heap_arena(&t.heap));
    heap_free(&t.heap);
    return tally_close(&t.tally, "sym_values");
}
