/* derivation.c -- printed derivatives, read back, equal automatic differentiation: of every function of the language, of second
 * and third order, of the examples; expanded and collected forms, too. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/point.h"
#include "show/derivation.h"
#include "tests/support/tally.h"

typedef struct {
    Tally tally;
    unsigned refused, compared;
} Test;

/* One comparison: a model, how it is derived, and how many times by the same names before. */
typedef struct {
    Test *t;
    const char *name, *text;
    DerivedForm form;
    double low, high; /* where params without a range are sampled */
    double tolerance;
    bool may_refuse;
    /* Set on the way: */
    Unit *first;       /* the model, differentiated automatically */
    Evaluation *exact;
    const Derivation *derivation;
    const char *printed;
    unsigned points;
    Random random;
} Case;

enum { POINTS = 5 };

/* ---- values ------------------------------------------------------------------------------------------ */

static SymId symbol_named(const Program *p, const Names *names, const char *name)
{
    for (SymId s = 0; s < p->symbols.count; s++)
        if ((p->symbols.at[s].role == SYM_PARAM || p->symbols.at[s].role == SYM_INPUT || p->symbols.at[s].role == SYM_INTEGER ||
             p->symbols.at[s].role == SYM_OUTPUT) && strcmp(names_text(names, p->symbols.at[s].name), name) == 0)
            return s;
    return NO_ID;
}

static void sample(Case *c)
{
    for (size_t i = 0; i < c->first->lowered.declared.count; i++) {
        const Declared *declared = &c->first->lowered.declared.at[i];
        double *values = c->exact->reals[declared->symbol];

        if (declared->has_range || declared->defaults != NULL || values == NULL) {
            point_sample(c->exact, declared, &c->random);
            continue;
        }
        for (size_t k = 0; k < eval_elements(c->exact->program, declared->symbol); k++)
            values[k] = random_between(&c->random, c->low, c->high);
    }
}

/* The same point for the model that was printed. */
static void copy_point(const Case *c, Unit *second, Evaluation *printed)
{
    for (size_t i = 0; i < second->lowered.declared.count; i++) {
        SymId to = second->lowered.declared.at[i].symbol;
        const char *name = names_text(&second->names, printed->program->symbols.at[to].name);
        SymId from = symbol_named(c->exact->program, &c->first->names, name);

        if (from != NO_ID && printed->integers[to] != NULL && c->exact->integers[from] != NULL)
            memcpy(printed->integers[to], c->exact->integers[from], eval_elements(printed->program, to) * sizeof(int32_t));
        if (from == NO_ID || printed->reals[to] == NULL || c->exact->reals[from] == NULL)
            continue;
        memcpy(printed->reals[to], c->exact->reals[from], eval_elements(printed->program, to) * sizeof(double));
    }
}

/* The seed or gradient that belongs to the symbol of this name. */
static SymId belonging(const Program *p, SymRole role, Name name)
{
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == role && p->symbols.at[p->symbols.at[s].of].name == name)
            return s;
    return NO_ID;
}

/* The partial derivative by reverse mode, with the seed on the output's element alone; *scale: the largest of its gradient. */
static double exact_value(const Case *c, const Derivative *d, double *scale)
{
    const ExprPool *pool = c->derivation->pool;
    const Expr *by = &pool->nodes.at[d->by[0]];
    const ExprVariable *v = &pool->variables.at[by->u.name.variable];
    SymId gradient = belonging(c->exact->program, SYM_GRADIENT, v->name);
    size_t place = 0;

    for (SymId s = 0; s < c->exact->program->symbols.count; s++)
        if (c->exact->program->symbols.at[s].role == SYM_SEED)
            memset(c->exact->reals[s], 0, eval_elements(c->exact->program, s) * sizeof(double));
    c->exact->reals[belonging(c->exact->program, SYM_SEED, d->output->name)][d->place] = 1;
    eval_run(c->exact);
    for (unsigned k = 0; k < v->rank; k++) {
        int64_t sub = 0;

        (void)aff_is_const(&pool->affs, expr_subs(pool, d->by[0])[k], &sub);
        place = place * (size_t)v->extents[k] + (size_t)sub;
    }
    *scale = 0;
    for (size_t i = 0; i < eval_elements(c->exact->program, gradient); i++)
        *scale = fmax(*scale, fabs(c->exact->reals[gradient][i]));
    return c->exact->reals[gradient][place];
}

static void compare(Case *c, Unit *second, Evaluation *printed, const Derivative *d)
{
    const char *name = names_text(&c->first->names, d->name);
    SymId output = symbol_named(printed->program, &second->names, name);
    double scale, exact = exact_value(c, d, &scale), got;

    expect(&c->t->tally, output != NO_ID, "%s: no %s in\n%s", c->name, name, c->printed);
    if (output == NO_ID)
        return;
    got = printed->reals[output][0];
    if (!isfinite(exact))
        return;
    c->t->compared++;
    expect(&c->t->tally, fabs(got - exact) <= c->tolerance * fmax(fabs(exact), scale), "%s: %s is %.17g, not %.17g, in\n%.500s",
           c->name, name, got, exact, c->printed);
}

/* ---- models ------------------------------------------------------------------------------------------ */

static bool open_model(Test *t, Unit *unit, const char *name, const char *text)
{
    Text why;

    if (unit_open(unit, name, text, strlen(text)))
        return true;
    text_init(&why, unit->arena);
    diag_print(&unit->diag, &why);
    expect(&t->tally, false, "%s: %s", name, text_string(&why));
    return false;
}

/* Inside the second unit: what was printed, evaluated beside the first one. */
static void check_printed(Unit *unit, void *context)
{
    Case *c = context;
    Evaluation printed;

    if (!open_model(c->t, unit, c->name, c->printed) || !unit_make_value(unit))
        return;
    eval_init(&printed, unit->arena, unit->value);
    c->random = (Random){ 7 };
    for (c->points = 0; c->points < POINTS; c->points++) {
        sample(c);
        copy_point(c, unit, &printed);
        eval_run(&printed);
        for (size_t i = 0; i < c->derivation->all.count; i++)
            compare(c, unit, &printed, &c->derivation->all.at[i]);
    }
}

static void run_unit(Test *t, UnitWork *work, void *context)
{
    Options options = options_default();
    Unit unit;

    unit_init(&unit, &options);
    if (!unit_run(&unit, work, context))
        expect(&t->tally, false, "%s", unit.failure);
    unit_close(&unit);
}

static void check_case(Unit *unit, void *context)
{
    Case *c = context;
    DerivationRequest request = { .form = c->form };
    Derivation derivation;
    Evaluation exact;
    Text why, text;

    if (!open_model(c->t, unit, c->name, c->text))
        return;
    text_init(&why, unit->arena);
    if (unit->wanted.count == 0 || !derivation_make(&derivation, unit, &request, &why)) {
        if (why.size == 0)
            diag_print(&unit->diag, &why);
        expect(&c->t->tally, c->may_refuse, "%s is refused: %s", c->name, text_string(&why));
        c->t->refused++;
        return;
    }
    text_init(&text, unit->arena);
    derivation_text(&derivation, LANGUAGE_EN, &text);
    c->first = unit;
    c->derivation = &derivation;
    c->printed = text_string(&text);
    if (!unit_make_reversed(unit)) {
        expect(&c->t->tally, false, "%s: no reverse mode", c->name);
        return;
    }
    eval_init(&exact, unit->arena, unit->reversed);
    c->exact = &exact;
    run_unit(c->t, check_printed, c);
}

/* ---- the functions of the language ------------------------------------------------------------------- */

/* The printed first derivatives, as a model of their own, are derived again. */
typedef struct {
    Case *c;
    unsigned order;
} Again;

static void check_again(Unit *unit, void *context)
{
    Again *a = context;
    DerivationRequest request = { .form = FORM_TIDY };
    Derivation derivation;
    Text why, text;
    char name[128];
    Case next = *a->c;
    Again further = { &next, a->order + 1 };

    if (!open_model(a->c->t, unit, a->c->name, a->c->text))
        return;
    text_init(&why, unit->arena);
    if (unit->wanted.count == 0 || !derivation_make(&derivation, unit, &request, &why))
        return;
    text_init(&text, unit->arena);
    derivation_text(&derivation, LANGUAGE_EN, &text);
    snprintf(name, sizeof name, "derivative %u of %s", a->order, a->c->name);
    next.text = text_string(&text);
    next.name = name;
    next.may_refuse = true; /* trigamma; nothing left to differentiate by */
    run_unit(a->c->t, check_case, &next);
    if (a->order < 2)
        run_unit(a->c->t, check_again, &further);
}

static const char *const arguments[] = { "x*w + 1/3", "x*w, w - x/2", "x*w, x - 1/2, w + 1/2" };

static void check_function(Test *t, Op op)
{
    /* acosh begins at 1; the others are regular between 0.1 and 0.9 of x and w */
    bool far = strcmp(op_info[op].name, "acosh") == 0;
    char text[128], name[128];
    Case c = { .t = t, .name = name, .text = text, .low = far ? 1.2 : 0.1, .high = far ? 1.9 : 0.79, .tolerance = 1e-12,
               .may_refuse = op_info[op].no_derivative };
    Again again = { &c, 1 };

    snprintf(name, sizeof name, "%s", op_info[op].name);
    snprintf(text, sizeof text, "param x, w\nf = %s(%s)*x\n", op_info[op].name, arguments[op_info[op].arity - 1]);
    run_unit(t, check_case, &c);
    for (int form = FORM_EXPAND; form <= FORM_COLLECT; form++) {
        Case other = c;

        other.form = (DerivedForm)form;
        other.may_refuse = true;
        other.tolerance = 1e-11;
        run_unit(t, check_case, &other);
    }
    c.tolerance = 1e-11;
    if (!op_info[op].no_derivative)
        run_unit(t, check_again, &again);
}

static void check_functions(Test *t)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (op_info[op].callable)
            check_function(t, (Op)op);
}

/* ---- models written for this ------------------------------------------------------------------------- */

static void check_models(Test *t)
{
    static const char *const models[] = {
        "param x, y\nf = x^y + y^x + 2^x + x^2.5 + x^-3\n",
        "f = a/(b/(c + 2)) + (a/b)^2/(c/b)\n",
        "param x[3], y\ns = 0*y\nfor k in 0..3 { s = tanh(s + x[k]*y) }\noutput s\n",
        "param x, y\na = max(x, y, 1/2)\nb = min(x*y, 1/4)\nf = a*b + abs(x - y)\n",
        "param x, y\nu = x*y\nv = sin(u)\noutput u, v\n",
        "param df_dx, x\nf = df_dx*x^2\n",
        "param pi, e, x\nf = pi*erf(x) + e*2^x\n",
        "param x, y\ndef soft(u) = u > 0 ? u : 0 derivative sig(u)\nf = soft(x*y)^2 + soft(x - y)\n",
        "param v[4]\nf = norm(v) + logsumexp(v) + sum(softmax(v)*v) + mean(v) + prod(v)\n",
        "param x in [0.1, 0.9] = 0.3, k = 2.5\ninput y\nf = exp(-k*x)*y + 1e-20*x + 0.044715*x^3\n",
        "param x\nf = x == 0 && x < 1 || !(x > 0.5) ? x^2 : sin(x)\n",
    };

    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        for (int form = FORM_TIDY; form <= FORM_COLLECT; form++) {
            Case c = { .t = t, .name = models[i], .text = models[i], .form = (DerivedForm)form, .low = 0.2, .high = 0.9,
                       .tolerance = 1e-11, .may_refuse = form == FORM_COLLECT };

            run_unit(t, check_case, &c);
        }
}

/* ---- examples ---------------------------------------------------------------------------------------- */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 65536);

    if (file != NULL) {
        (void)!fread(text, 1, 65535, file);
        fclose(file);
    }
    return text;
}

static void check_examples(Test *t)
{
    DIR *folder = opendir("examples");
    unsigned before = t->refused, files = 0;
    struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char path[512], *text;
        size_t size = strlen(entry->d_name);

        if (size < 5 || strcmp(entry->d_name + size - 5, ".expr") != 0)
            continue;
        snprintf(path, sizeof path, "examples/%s", entry->d_name);
        text = read_file(path);
        files++;
        run_unit(t, check_case, &(Case){ .t = t, .name = path, .text = text, .low = -1, .high = 1, .tolerance = 1e-10,
                                         .may_refuse = true });
        free(text);
    }
    if (folder != NULL)
        closedir(folder);
    expect(&t->tally, files > 30 && t->refused - before < files / 2, "%u of %u examples are refused", t->refused - before, files);
}

int main(void)
{
    Test t = { 0 };

    check_functions(&t);
    check_models(&t);
    check_examples(&t);
    printf("%u derivatives compared, %u models refused\n", t.compared, t.refused);
    return tally_close(&t.tally, "derivation");
}
