/* sparsity.c -- patterns against numbers, on all examples: where a derivative is not 0 at a random point there is an entry.
 *
 * Rows of the Jacobian are gradients with unit seeds. Columns of the Hessian are differences of the gradient: what does not depend on
 * an input comes out bit for bit the same, so no tolerance is needed. Entries that are 0 at all points are counted and shown: they
 * are what the pattern has too many.
 */
#include "eval/point.h"
#include "unit.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 3, MOST_ELEMENTS = 400 };

static unsigned passed, failed, superfluous, entries;

typedef struct {
    const char *path;
    const char *text;
    size_t size;
} Model;

typedef struct {
    Unit *unit;
    Evaluation e;
    const char *path;
    double **wanted, **gradient;   /* by column */
    size_t columns;
    bool *hit;                     /* by entry: it was not 0 at some point */
} Checked;

static double *element(const Checked *c, SymId symbol, size_t i)
{
    return &c->e.reals[symbol][i];
}

static SymId find_symbol(const Program *p, SymRole role, SymId of)
{
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == role && p->symbols.at[s].of == of)
            return s;
    return NO_ID;
}

static void list_columns(Checked *c)
{
    const Program *p = c->unit->reversed;

    for (size_t w = 0; w < c->unit->wanted.count; w++) {
        SymId symbol = c->unit->wanted.at[w], gradient = find_symbol(p, SYM_GRADIENT, symbol);

        for (size_t i = 0; i < eval_elements(p, symbol); i++, c->columns++) {
            c->wanted[c->columns] = element(c, symbol, i);
            c->gradient[c->columns] = element(c, gradient, i);
        }
    }
}

static size_t entry_of(const Pattern *pattern, uint32_t row, uint32_t column)
{
    for (size_t i = pattern->starts[row]; i < pattern->starts[row + 1]; i++)
        if (pattern->at[i] == column)
            return i;
    return SIZE_MAX;
}

/* False: there is no entry for something that is not 0. */
static bool take(Checked *c, const Pattern *pattern, uint32_t row, uint32_t column, bool nonzero, const char *what)
{
    size_t entry = nonzero ? entry_of(pattern, row, column) : 0;

    if (entry == SIZE_MAX) {
        printf("FAIL %s: %s: element (%u, %u) is not in the pattern\n", c->path, what, (unsigned)row, (unsigned)column);
        return false;
    }
    if (nonzero)
        c->hit[entry] = true;
    return true;
}

static void clear_seeds(Checked *c, double value)
{
    const Program *p = c->e.program;

    for (SymId s = 0; s < p->symbols.count; s++)
        for (size_t i = 0; p->symbols.at[s].role == SYM_SEED && i < eval_elements(p, s); i++)
            c->e.reals[s][i] = value;
}

static bool check_jacobian(Checked *c, const Pattern *pattern)
{
    const Program *p = c->e.program;
    uint32_t row = 0;
    bool good = true;

    for (size_t o = 0; o < p->outputs.count; o++) {
        SymId seed = find_symbol(p, SYM_SEED, p->outputs.at[o]);

        for (size_t i = 0; i < eval_elements(p, p->outputs.at[o]); i++, row++) {
            if (seed == NO_ID) /* nothing depends on it */
                continue;
            clear_seeds(c, 0);
            *element(c, seed, i) = 1;
            eval_run(&c->e);
            for (uint32_t column = 0; good && column < c->columns; column++)
                good = take(c, pattern, row, column, *c->gradient[column] != 0, "Jacobian");
        }
    }
    return good;
}

static bool check_hessian(Checked *c, const Pattern *pattern)
{
    double *before = arena_array(c->unit->arena, double, c->columns + 1);
    bool good = true;

    clear_seeds(c, 0.75);
    eval_run(&c->e);
    for (size_t k = 0; k < c->columns; k++)
        before[k] = *c->gradient[k];
    for (uint32_t column = 0; good && column < c->columns; column++) {
        double old = *c->wanted[column];

        *c->wanted[column] = old * (1 + 1e-4) + 1e-5;
        eval_run(&c->e);
        *c->wanted[column] = old;
        for (uint32_t row = 0; good && row < c->columns; row++)
            good = take(c, pattern, row, column, memcmp(&before[row], c->gradient[row], sizeof(double)) != 0, "Hessian");
    }
    return good;
}

typedef bool CheckFn(Checked *c, const Pattern *pattern);

static bool check(Checked *c, const Pattern *pattern, CheckFn *run)
{
    Random random = { 1 };
    bool good = true;

    c->hit = arena_array(c->unit->arena, bool, pattern->entries + 1);
    for (unsigned k = 0; good && k < POINTS; k++) {
        for (size_t i = 0; i < c->unit->lowered.declared.count; i++)
            point_sample(&c->e, &c->unit->lowered.declared.at[i], &random);
        good = run(c, pattern);
    }
    for (size_t i = 0; i < pattern->entries; i++)
        superfluous += !c->hit[i];
    entries += (unsigned)pattern->entries;
    passed += good;
    failed += !good;
    return good;
}

/* ---- compressed against dense -------------------------------------------------------------------------- */

/* At the same point, of all symbols that the caller gives. */
static Evaluation evaluate(Unit *unit, const Program *p)
{
    Random random = { 7 };
    Evaluation e;

    eval_init(&e, unit->arena, p);
    for (size_t i = 0; i < unit->lowered.declared.count; i++)
        point_sample(&e, &unit->lowered.declared.at[i], &random);
    for (SymId s = 0; s < p->symbols.count; s++)
        for (size_t i = 0; p->symbols.at[s].role == SYM_SEED && i < eval_elements(p, s); i++)
            e.reals[s][i] = 0.5 + 0.25 * (double)(i % 5);
    eval_run(&e);
    return e;
}

/* Bit for bit, but for sums in another order. A direction that is 0 is multiplied by infinities, too, if there are any; other
 * directions do so at other places. */
static bool close_to(double value, double expected, double largest)
{
    return value == expected || isnan(value) || isnan(expected) || fabs(value - expected) <= 1e-13 * largest;
}

/* Every element of the dense matrix is an entry's value, or 0. */
static void compare(Unit *unit, const char *path, const char *what, const Program *sparse, const Program *dense, const Pattern *columns)
{
    Evaluation a = evaluate(unit, sparse), b = evaluate(unit, dense);
    const double *values = a.reals[sparse->derivatives.at[0]], *matrix = b.reals[dense->derivatives.at[0]];
    double largest = 0;
    bool good = columns->entries == eval_elements(sparse, sparse->derivatives.at[0]);

    for (size_t i = 0; i < (size_t)columns->rows * columns->columns; i++)
        if (fabs(matrix[i]) > largest && isfinite(matrix[i]))
            largest = fabs(matrix[i]);
    for (uint32_t row = 0; good && row < columns->columns; row++) {
        for (uint32_t column = 0; good && column < columns->rows; column++) {
            size_t entry = pattern_find_entry(columns, column, row);
            double value = entry == SIZE_MAX ? 0 : values[entry], expected = matrix[(size_t)row * columns->rows + column];

            good = close_to(value, expected, largest);
            if (!good)
                printf("FAIL %s: %s: element (%u, %u) is %.17g, not %.17g\n", path, what, (unsigned)row, (unsigned)column, value,
                       expected);
        }
    }
    passed += good;
    failed += !good;
}

/* With stated derivatives a Hessian need not be symmetric, and which of two elements is taken is a matter of colours. */
static bool has_stated(const Program *p)
{
    for (NodeId i = 0; i < p->nodes.count; i++)
        if (p->nodes.at[i].op == OP_LINK)
            return true;
    return false;
}

static void compare_all(Unit *unit, const char *path)
{
    if (unit_make_jacobian_sparse(unit) && unit_make_jacobian(unit))
        compare(unit, path, "compressed Jacobian", unit->jacobian_sparse, unit->jacobian, &unit->jacobian_columns);
    unit->diag.errors = 0; /* nothing to compute is no error here */
    if (!has_stated(unit->lowered.program) && unit_make_hessian_sparse(unit) && unit_make_hessian(unit))
        compare(unit, path, "compressed Hessian", unit->hessian_sparse, unit->hessian, &unit->hessian_columns);
    unit->diag.errors = 0;
}

/* ---- all models ---------------------------------------------------------------------------------------- */

static void check_model(Unit *unit, void *context)
{
    const Model *model = context;
    Checked c = { .unit = unit, .path = model->path };
    unsigned superfluous_before = superfluous, entries_before = entries;
    size_t columns = 0;
    Sparsity jacobian, hessian;

    if (!unit_open(unit, model->path, model->text, model->size) || unit->wanted.count == 0 || !unit_make_reversed(unit))
        return;
    for (size_t w = 0; w < unit->wanted.count; w++)
        columns += eval_elements(unit->reversed, unit->wanted.at[w]);
    if (columns > MOST_ELEMENTS)
        return;
    if (!unit_jacobian_sparsity(unit, NULL, &jacobian) || !unit_hessian_sparsity(unit, NULL, &hessian)) {
        printf("FAIL %s: no pattern\n", model->path);
        failed++;
        return;
    }
    eval_init(&c.e, unit->arena, unit->reversed);
    c.wanted = arena_array(unit->arena, double *, columns);
    c.gradient = arena_array(unit->arena, double *, columns);
    list_columns(&c);
    check(&c, &jacobian.pattern, check_jacobian);
    check(&c, &hessian.pattern, check_hessian);
    compare_all(unit, model->path);
    printf("%s: %u of %u entries were 0 at all points\n", model->path, superfluous - superfluous_before, entries - entries_before);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(1 << 20);

    *size = 0;
    if (file == NULL || text == NULL)
        return text;
    *size = fread(text, 1, (1 << 20) - 1, file);
    text[*size] = '\0';
    fclose(file);
    return text;
}

static void check_all(const char *where)
{
    glob_t found;

    if (glob(where, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        Options options = options_default();
        Model model = { .path = found.gl_pathv[i] };
        Unit unit;

        model.text = read_file(model.path, &model.size);
        unit_init(&unit, &options);
        if (!unit_run(&unit, check_model, &model)) {
            printf("FAIL %s: %s\n", model.path, unit.failure);
            failed++;
        }
        unit_close(&unit);
        free((char *)model.text);
    }
    globfree(&found);
}

int main(void)
{
    check_all("examples/*.expr");
    check_all("tests/regress/*.expr");
    check_all("../shared/language/valid/*.expr");
    printf("%u of %u entries were 0 at all points\n", superfluous, entries);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
