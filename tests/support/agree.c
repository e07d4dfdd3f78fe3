/* agree.c -- all programs of a unit against each other, in MPFR and in double. */
#include "tests/support/agree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "eval/check.h"

enum {
    TRIES = 12, MOST_CHOSEN = 2, /* elements of the gradient that differences are taken of, besides a direction */
    SAME_BITS = 150,      /* that differences and derivatives in MPFR have in common; the step leaves 270, */
    SECOND_BITS = 90,     /* and second differences 140, both less the size of the values */
    MOST_SLOPE = 1000000, /* beside larger ones differences are not that good: it is steep, and steeper beside the point */
    MOST_WORK = 50000     /* stages times points times turns of a program: more would take too long in MPFR */
};

typedef struct {
    Agreement *a;
    Unit *unit;
    const char *text;
    uint64_t seed;
    Evaluation point;     /* of the lowered program */
    Oracle *lowered;
    OracleQuery query;
    double *seeds, *directions;
    size_t chosen[MOST_CHOSEN];
    size_t outputs, wanted;
    OracleReal *values, *tangents, *gradient, *product; /* of the lowered program; gradient and product: the chosen elements */
    bool smooth;          /* there are no functions with stated derivatives */
    bool calls;           /* C functions of the user's, which only MPFR can compute */
} Check;

__attribute__((format(printf, 2, 3))) static void complain(Check *c, const char *format, ...)
{
    va_list args;

    if (c->a->what[0] != '\0')
        return;
    va_start(args, format);
    (void)vsnprintf(c->a->what, AGREE_TEXT, format, args);
    va_end(args);
}

/* ---- the point ------------------------------------------------------------------------------------------ */

static bool all_finite(const OracleReal *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!mpfr_number_p(x[i].at) || mpfr_cmp_d(x[i].at, 1e12) > 0 || mpfr_cmp_d(x[i].at, -1e12) < 0)
            return false;
    return true;
}

static bool find_point(Check *c)
{
    Random random = { c->seed };

    eval_init(&c->point, c->unit->arena, c->unit->lowered.program);
    for (unsigned tries = 0; tries < TRIES; tries++) {
        for (size_t i = 0; i < c->unit->lowered.declared.count; i++)
            point_sample(&c->point, &c->unit->lowered.declared.at[i], &random);
        oracle_set_point(c->lowered, &c->point);
        oracle_values(c->lowered, c->values);
        if (all_finite(c->values, c->outputs))
            break;
        if (tries + 1 == TRIES)
            return false;
    }
    for (size_t i = 0; i < c->outputs; i++)
        c->seeds[i] = c->unit->scalar ? 1 : random_between(&random, 0.5, 1.5);
    for (size_t i = 0; i < c->wanted; i++)
        c->directions[i] = random_between(&random, -1, 1);
    for (size_t i = 0; i < MOST_CHOSEN && c->wanted > 0; i++)
        c->chosen[i] = (size_t)(random_next(&random) % c->wanted);
    return true;
}

static void find_reference(Check *c)
{
    Arena *arena = c->unit->arena;

    c->query = (OracleQuery){ .wanted = c->unit->wanted.at, .wanted_count = c->unit->wanted.count, .chosen = c->chosen,
                              .chosen_count = MOST_CHOSEN };
    c->outputs = oracle_output_count(c->lowered);
    c->wanted = oracle_wanted_count(c->lowered, &c->query);
    c->query.seeds = c->seeds = arena_array(arena, double, c->outputs);
    c->query.directions = c->directions = arena_array(arena, double, c->wanted + 1);
    c->values = oracle_reals(c->lowered, c->outputs);
    c->tangents = oracle_reals(c->lowered, c->outputs);
    c->gradient = oracle_reals(c->lowered, MOST_CHOSEN);
    c->product = oracle_reals(c->lowered, MOST_CHOSEN);
    if (!find_point(c)) {
        c->a->undefined = true;
        return;
    }
    if (c->wanted == 0)
        return;
    oracle_jvp(c->lowered, &c->query, c->tangents);
    oracle_gradient(c->lowered, &c->query, c->gradient);
    if (c->smooth)
        oracle_hvp(c->lowered, &c->query, c->product);
}

/* ---- one program ----------------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const Program *program;
    Evaluation doubles;
    Oracle *exact;
    bool pole; /* a partial derivative is infinite there, which times 0 is no number: sqrt(x) where x is 0 */
} Run;

/* Seeds and directions, in the order of outputs and wanted symbols. */
static void fill_role(Evaluation *e, SymRole role, const SymId *of, size_t count, const double *values)
{
    const Program *p = e->program;

    for (size_t k = 0; k < count; k++) {
        size_t elements = eval_elements(p, of[k]);

        for (SymId s = 0; s < p->symbols.count; s++)
            if (p->symbols.at[s].role == role && p->symbols.at[s].of == of[k])
                memcpy(e->reals[s], values, elements * sizeof *values);
        values += elements;
    }
}

static void run(Check *c, Run *r, const char *name, const Program *program)
{
    const Lowered *lowered = &c->unit->lowered;

    *r = (Run){ .name = name, .program = program };
    eval_init(&r->doubles, c->unit->arena, program);
    check_copy_point(&c->point, &r->doubles, lowered->declared.at, lowered->declared.count);
    fill_role(&r->doubles, SYM_SEED, program->outputs.at, program->outputs.count, c->seeds);
    fill_role(&r->doubles, SYM_DIRECTION, c->unit->wanted.at, c->unit->wanted.count, c->directions);
    r->exact = oracle_new(program, c->unit->arena, ORACLE_BITS);
    oracle_set_point(r->exact, &r->doubles);
    mpfr_clear_divby0();
    oracle_run(r->exact);
    r->pole = mpfr_divby0_p() != 0;
    eval_run(&r->doubles);
}

/* Element `place` of several symbols together. */
static mpfr_t *element(const Oracle *o, const Program *p, const SymId *symbols, size_t place)
{
    size_t count;

    for (; place >= (count = eval_elements(p, *symbols)); symbols++)
        place -= count;
    return &oracle_elements(o, *symbols)[place];
}

/* Do they agree up to 2^-bits of the number and 1? */
static void compare_bits(Check *c, const Run *r, const char *what, size_t place, mpfr_t got, const OracleReal *wanted, int bits)
{
    mpfr_t gap, most;

    if (wanted->kink || !mpfr_number_p(wanted->at) || mpfr_cmpabs_ui(wanted->at, MOST_SLOPE) > 0 || (r->pole && mpfr_nan_p(got))) {
        c->a->kinks++;
        c->a->poles += !wanted->kink && mpfr_nan_p(got) && mpfr_number_p(wanted->at);
        return;
    }
    c->a->compared++;
    mpfr_inits2(64, gap, most, (mpfr_ptr)0);
    mpfr_sub(gap, got, wanted->at, MPFR_RNDN);
    mpfr_abs(gap, gap, MPFR_RNDN);
    mpfr_abs(most, wanted->at, MPFR_RNDN);
    mpfr_add_ui(most, most, 1, MPFR_RNDN);
    mpfr_mul_2si(most, most, -bits, MPFR_RNDN);
    if (!mpfr_lessequal_p(gap, most))
        complain(c, "%s: %s[%zu] is %.17g, not %.17g", r->name, what, place, mpfr_get_d(got, MPFR_RNDN), mpfr_get_d(wanted->at, MPFR_RNDN));
    mpfr_clears(gap, most, (mpfr_ptr)0);
}

static void compare(Check *c, const Run *r, const char *what, size_t place, mpfr_t got, const OracleReal *wanted)
{
    compare_bits(c, r, what, place, got, wanted, SAME_BITS);
}

static void compare_values(Check *c, const Run *r)
{
    for (size_t i = 0; i < c->outputs; i++)
        compare(c, r, "value", i, *element(r->exact, r->program, r->program->outputs.at, i), &c->values[i]);
}

static void compare_chosen(Check *c, const Run *r, const char *what, const SymId *symbols, const OracleReal *wanted)
{
    for (size_t i = 0; i < MOST_CHOSEN; i++)
        compare_bits(c, r, what, c->chosen[i], *element(r->exact, r->program, symbols, c->chosen[i]), &wanted[i],
                     wanted == c->product ? SECOND_BITS : SAME_BITS);
}

/* The seeded sum of the tangents is that of the gradient along the direction. */
static void compare_along(Check *c, const Run *r)
{
    OracleReal *sums = oracle_reals(c->lowered, 3);

    mpfr_set_zero(sums[0].at, 1);
    mpfr_set_zero(sums[1].at, 1);
    for (size_t i = 0; i < c->outputs; i++) {
        mpfr_mul_d(sums[2].at, c->tangents[i].at, c->seeds[i], MPFR_RNDN);
        mpfr_add(sums[0].at, sums[0].at, sums[2].at, MPFR_RNDN);
        sums[0].kink |= c->tangents[i].kink;
    }
    for (size_t i = 0; i < c->wanted; i++) {
        mpfr_mul_d(sums[2].at, *element(r->exact, r->program, r->program->gradients.at, i), c->directions[i], MPFR_RNDN);
        mpfr_add(sums[1].at, sums[1].at, sums[2].at, MPFR_RNDN);
    }
    compare(c, r, "gradient along the direction", 0, sums[1].at, &sums[0]);
}

static void compare_tangents(Check *c, const Run *r)
{
    for (size_t i = 0; i < c->outputs; i++)
        compare(c, r, "tangent", i, *element(r->exact, r->program, r->program->derivatives.at, i), &c->tangents[i]);
}

static SymId find_role(const Program *p, SymRole role)
{
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == role)
            return s;
    return NO_ID;
}

/* The row of a matrix times the direction. */
static void row_times(const Check *c, const Run *r, SymId matrix, size_t row, OracleReal *sum)
{
    mpfr_t *elements = oracle_elements(r->exact, matrix) + row * c->wanted;

    mpfr_set_zero(sum[0].at, 1);
    for (size_t i = 0; i < c->wanted; i++) {
        mpfr_mul_d(sum[1].at, elements[i], c->directions[i], MPFR_RNDN);
        mpfr_add(sum[0].at, sum[0].at, sum[1].at, MPFR_RNDN);
    }
}

static void compare_rows(Check *c, const Run *r)
{
    OracleReal *sum = oracle_reals(c->lowered, 2);
    SymId jacobian = find_role(r->program, SYM_JACOBIAN), hessian = find_role(r->program, SYM_HESSIAN);

    for (size_t i = 0; jacobian != NO_ID && i < c->outputs; i++) {
        row_times(c, r, jacobian, i, sum);
        compare(c, r, "row times direction", i, sum->at, &c->tangents[i]);
    }
    for (size_t i = 0; hessian != NO_ID && c->smooth && i < MOST_CHOSEN; i++) {
        row_times(c, r, hessian, c->chosen[i], sum);
        compare_bits(c, r, "row times direction", c->chosen[i], sum->at, &c->product[i], SECOND_BITS);
    }
    agree_sparse(c->a, c->unit, r->exact, &r->doubles);
}

static void compare_rounding(Check *c, const Run *r)
{
    if (!c->calls)
        agree_rounding(c->a, c->unit, r->name, r->exact, &r->doubles);
}

/* ---- all programs ----------------------------------------------------------------------------------------- */

/* Is nothing wrong so far, and is it small? */
static bool is_next(Check *c, const Program *p)
{
    uint64_t turns[UINT8_MAX] = { 1 }, work_ = 0;
    unsigned depth = 0;

    if (p == NULL || c->a->what[0] != '\0')
        return false;
    for (size_t i = 0; i < p->body.count; i++) {
        const Item *item = &p->body.at[i];

        if (item->kind == ITEM_LOOP) {
            const Loop *loop = &p->loops.at[item->id];

            turns[depth + 1] = turns[depth] * (uint64_t)(loop->high - loop->low);
            depth++;
        } else if (item->kind == ITEM_END) {
            depth--;
        } else {
            work_ += turns[depth] * stage_points(p, &p->stages.at[item->id]);
        }
    }
    c->a->large += work_ + p->nodes.count > MOST_WORK;
    return work_ + p->nodes.count <= MOST_WORK;
}

static void check_programs(Check *c)
{
    Unit *unit = c->unit;
    Run r;

    run(c, &r, "value", unit->value);
    compare_values(c, &r);
    compare_rounding(c, &r);
    if (c->wanted == 0 || unit->reversed == NULL)
        return;
    if (is_next(c, unit->value_grad)) {
        run(c, &r, "value_grad", unit->value_grad);
        compare_values(c, &r);
        compare_chosen(c, &r, "gradient", r.program->gradients.at, c->gradient);
        compare_along(c, &r);
        compare_rounding(c, &r);
    }
    if (unit->value_grad == NULL && is_next(c, unit->reversed)) {
        run(c, &r, "vjp", unit->reversed);
        compare_values(c, &r);
        compare_chosen(c, &r, "gradient", r.program->gradients.at, c->gradient);
        compare_along(c, &r);
        compare_rounding(c, &r);
    }
    if (is_next(c, unit->jvp)) {
        run(c, &r, "jvp", unit->jvp);
        compare_values(c, &r);
        compare_tangents(c, &r);
        compare_rounding(c, &r);
    }
    if (is_next(c, unit->jacobian)) {
        run(c, &r, "jacobian", unit->jacobian);
        compare_values(c, &r);
        compare_rows(c, &r);
    }
    if (is_next(c, unit->hvp)) {
        run(c, &r, "hvp", unit->hvp);
        compare_values(c, &r);
        compare_chosen(c, &r, "gradient", r.program->gradients.at, c->gradient);
        if (c->smooth)
            compare_chosen(c, &r, "product", r.program->derivatives.at, c->product);
        compare_rounding(c, &r);
    }
    if (is_next(c, unit->hessian)) {
        run(c, &r, "hessian", unit->hessian);
        compare_values(c, &r);
        compare_rows(c, &r);
    }
}

static void keep_error(Check *c, char *to)
{
    const char *at;
    Text text;

    text_init(&text, c->unit->arena);
    diag_print(&c->unit->diag, &text);
    if ((at = strstr(text_string(&text), "error:")) == NULL)
        at = text_string(&text);
    (void)snprintf(to, AGREE_TEXT, "%.*s", (int)strcspn(at, "\n"), at);
}

/* The programs that the unit can make; what has no derivative is a message. */
static void make_programs(Check *c)
{
    Unit *unit = c->unit;

    unit_make_value(unit);
    if (!unit_make_value_grad(unit) || !unit_make_reversed(unit) || !unit_make_jvp(unit) || !unit_make_jacobian(unit) ||
        !unit_make_sweeps(unit) || !unit_make_hvp(unit) || !unit_make_hessian(unit))
        keep_error(c, c->a->refused);
}

/* Messages that a valid model may get. */
static bool is_refusal(const char *message)
{
    static const char *const known[] = { "derivative", "not compiled" };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strstr(message, known[i]) != NULL)
            return true;
    return false;
}

static void work(Unit *unit, void *context)
{
    Check *c = context;

    if (!unit_open(unit, "model", c->text, strlen(c->text))) {
        char message[AGREE_TEXT];

        keep_error(c, message);
        if (is_refusal(message))
            memcpy(c->a->refused, message, AGREE_TEXT);
        else
            complain(c, "invalid: %.300s", message);
        return;
    }
    for (NodeId n = 0; n < unit->lowered.program->nodes.count; n++)
        c->a->ops[unit->lowered.program->nodes.at[n].op]++;
    agree_reread(unit, c->a);
    make_programs(c);
    c->smooth = c->a->ops[OP_LINK] == 0;
    c->calls = c->a->ops[OP_CALL] > 0;
    c->lowered = oracle_new(unit->lowered.program, unit->arena, ORACLE_BITS);
    find_reference(c);
    if (!c->a->undefined)
        check_programs(c);
}

void agree(Agreement *a, const char *text, uint64_t seed)
{
    Options options = options_default();
    Unit unit;
    Check c = { .a = a, .unit = &unit, .text = text, .seed = seed };

    *a = (Agreement){ .worst = 0 };
    unit_init(&unit, &options);
    if (!unit_run(&unit, work, &c))
        complain(&c, "internal: %s", unit.failure);
    unit_close(&unit);
    mpfr_free_cache();
}
