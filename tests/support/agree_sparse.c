/* agree_sparse.c -- are the entries of a sparse matrix those of the dense one, and is all else 0? In MPFR. */
#include <stdio.h>

#include "eval/check.h"
#include "tests/support/agree.h"

enum { MOST_WORK = 50000, BITS = 150 };

/* Of the dense matrix. */
typedef struct {
    Agreement *a;
    Unit *unit;
    mpfr_t *elements;
    size_t columns, count;
    const char *name;
    bool pole; /* a partial derivative is infinite in the sparse program */
} Dense;

static SymId find_seed(const Program *p, SymId output)
{
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == SYM_SEED && p->symbols.at[s].of == output)
            return s;
    return NO_ID;
}

/* Seeds are those of the other program, output by output. */
static void copy_seeds(Evaluation *to, const Evaluation *from)
{
    for (size_t k = 0; k < to->program->outputs.count; k++) {
        SymId s = find_seed(to->program, to->program->outputs.at[k]), t = find_seed(from->program, from->program->outputs.at[k]);

        for (size_t i = 0; s != NO_ID && t != NO_ID && i < eval_elements(to->program, s); i++)
            to->reals[s][i] = from->reals[t][i];
    }
}

static void complain(const Dense *d, size_t at, mpfr_t got, mpfr_t wanted)
{
    if (d->a->what[0] == '\0')
        (void)snprintf(d->a->what, AGREE_TEXT, "sparse %s: element (%zu, %zu) is %.17g, not %.17g", d->name, at / d->columns, at % d->columns,
                       mpfr_get_d(got, MPFR_RNDN), mpfr_get_d(wanted, MPFR_RNDN));
}

static void compare(const Dense *d, size_t at, mpfr_t got)
{
    mpfr_t gap, most;

    if (!mpfr_number_p(d->elements[at]) || (d->pole && mpfr_nan_p(got))) {
        d->a->kinks++;
        d->a->poles += mpfr_number_p(d->elements[at]) != 0;
        return;
    }
    d->a->compared++;
    mpfr_inits2(64, gap, most, (mpfr_ptr)0);
    mpfr_sub(gap, got, d->elements[at], MPFR_RNDN);
    mpfr_abs(gap, gap, MPFR_RNDN);
    mpfr_abs(most, d->elements[at], MPFR_RNDN);
    mpfr_add_ui(most, most, 1, MPFR_RNDN);
    mpfr_mul_2si(most, most, -BITS, MPFR_RNDN);
    if (!mpfr_lessequal_p(gap, most))
        complain(d, at, got, d->elements[at]);
    mpfr_clears(gap, most, (mpfr_ptr)0);
}

/* `columns`: the rows of the entries of each column; without an entry: NULL. */
static void compare_all(const Dense *d, const Pattern *columns, mpfr_t *entries)
{
    bool *has = arena_array(d->unit->arena, bool, d->count + 1);
    mpfr_t none;

    for (size_t j = 0; entries != NULL && j < d->columns; j++)
        for (size_t k = columns->starts[j]; k < columns->starts[j + 1]; k++) {
            has[columns->at[k] * d->columns + j] = true;
            compare(d, columns->at[k] * d->columns + j, entries[k]);
        }
    mpfr_init2(none, 64);
    mpfr_set_zero(none, 1);
    for (size_t i = 0; i < d->count; i++)
        if (!has[i] && mpfr_number_p(d->elements[i]) && !mpfr_zero_p(d->elements[i]))
            complain(d, i, none, d->elements[i]);
    mpfr_clear(none);
}

static SymId find_role(const Program *p, SymRole role)
{
    SymId s = 0;

    while (s < p->symbols.count && p->symbols.at[s].role != role)
        s++;
    return s < p->symbols.count ? s : NO_ID;
}

void agree_sparse(Agreement *a, Unit *unit, const Oracle *exact, const Evaluation *dense)
{
    const Lowered *lowered = &unit->lowered;
    bool hessian = find_role(dense->program, SYM_HESSIAN) != NO_ID;
    SymRole role = hessian ? SYM_HESSIAN : SYM_JACOBIAN;
    SymId matrix = find_role(dense->program, role);
    Dense d = { .a = a, .unit = unit, .elements = oracle_elements(exact, matrix),
                .count = eval_elements(dense->program, matrix),
                .name = hessian ? "hessian" : "jacobian" };
    bool made = hessian ? unit_make_hessian_sparse(unit) : unit_make_jacobian_sparse(unit);
    const Program *program = hessian ? unit->hessian_sparse : unit->jacobian_sparse;
    Evaluation e;
    Oracle *sparse;

    for (size_t k = 0; k < unit->wanted.count; k++)
        d.columns += eval_elements(dense->program, unit->wanted.at[k]);
    if (!made || program == NULL) {
        compare_all(&d, NULL, NULL);
        return;
    }
    if (eval_work(program) + program->nodes.count > MOST_WORK) {
        a->large++;
        return;
    }
    eval_init(&e, unit->arena, program);
    check_copy_point(dense, &e, lowered->declared.at, lowered->declared.count);
    copy_seeds(&e, dense);
    sparse = oracle_new(program, unit->arena, ORACLE_BITS);
    oracle_set_point(sparse, &e);
    mpfr_clear_divby0();
    oracle_run(sparse);
    d.pole = mpfr_divby0_p() != 0;
    compare_all(&d, hessian ? &unit->hessian_columns : &unit->jacobian_columns, oracle_elements(sparse, find_role(program, role)));
}
