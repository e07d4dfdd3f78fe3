/* results.c -- what bpgen eval prints. */
#include "cli/results.h"

static const char *name_of(const Unit *unit, const Program *p, SymId symbol)
{
    return names_text(&unit->names, p->symbols.at[symbol].name);
}

/* What is differentiated twice, or by seeds: the scalar output, else nothing but the d. */
static const char *scalar_name(const Unit *unit, const Program *p)
{
    return unit->scalar ? name_of(unit, p, p->outputs.at[0]) : "";
}

static void print_symbol(const Evaluation *e, SymId symbol, Text *out)
{
    point_print(e, symbol, out);
    text_add(out, "\n");
}

static void print_values(const Unit *unit, const Evaluation *e, Text *out)
{
    for (size_t o = 0; o < e->program->outputs.count; o++) {
        text_printf(out, "%s = ", name_of(unit, e->program, e->program->outputs.at[o]));
        print_symbol(e, e->program->outputs.at[o], out);
    }
}

static void print_gradient(const Unit *unit, const Evaluation *e, Text *out)
{
    const Program *p = e->program;

    for (size_t g = 0; g < p->gradients.count; g++) {
        text_printf(out, "d%s/d%s = ", scalar_name(unit, p), name_of(unit, p, p->symbols.at[p->gradients.at[g]].of));
        print_symbol(e, p->gradients.at[g], out);
    }
}

/* Differentials: df for the given dx; d(df/dx). */
static void print_tangent(const Unit *unit, const Evaluation *e, SymId tangent, Text *out)
{
    const Program *p = e->program;
    SymId of = p->symbols.at[tangent].of;

    if (p->symbols.at[of].role == SYM_OUTPUT)
        text_printf(out, "d%s = ", name_of(unit, p, of));
    else
        text_printf(out, "d(d%s/d%s) = ", scalar_name(unit, p), name_of(unit, p, p->symbols.at[of].of));
    print_symbol(e, tangent, out);
}

/* ---- matrices ---------------------------------------------------------------------------------------- */

/* The block of a matrix that belongs to the elements of two symbols: an array of both shapes. */
static void print_block(const Evaluation *e, SymId matrix, SymId rows, size_t row, SymId columns, size_t column, Text *out)
{
    const Program *p = e->program;
    const Symbol *a = &p->symbols.at[rows], *b = &p->symbols.at[columns];
    size_t height = eval_elements(p, rows), width = eval_elements(p, columns), all = (size_t)p->symbols.at[matrix].extents[1];
    double *values = arena_array(e->arena, double, height * width);
    int32_t *extents = arena_array(e->arena, int32_t, (size_t)a->rank + b->rank + 1);

    for (size_t i = 0; i < height; i++)
        for (size_t j = 0; j < width; j++)
            values[i * width + j] = e->reals[matrix][(row + i) * all + column + j];
    for (unsigned k = 0; k < a->rank; k++)
        extents[k] = a->extents[k];
    for (unsigned k = 0; k < b->rank; k++)
        extents[a->rank + k] = b->extents[k];
    point_print_array(values, extents, (unsigned)a->rank + b->rank, out);
    text_add(out, "\n");
}

static void print_jacobian(const Unit *unit, const Evaluation *e, SymId jacobian, Text *out)
{
    const Program *p = e->program;
    size_t row = 0;

    for (size_t o = 0; o < p->outputs.count; o++) {
        size_t column = 0;

        for (size_t w = 0; w < unit->wanted.count; w++) {
            text_printf(out, "d%s/d%s = ", name_of(unit, p, p->outputs.at[o]), name_of(unit, p, unit->wanted.at[w]));
            print_block(e, jacobian, p->outputs.at[o], row, unit->wanted.at[w], column, out);
            column += eval_elements(p, unit->wanted.at[w]);
        }
        row += eval_elements(p, p->outputs.at[o]);
    }
}

/* One block for each pair of names; the other order is its transpose. */
static void print_hessian(const Unit *unit, const Evaluation *e, SymId hessian, Text *out)
{
    const Program *p = e->program;
    size_t row = 0;

    for (size_t a = 0; a < unit->wanted.count; a++) {
        size_t column = row;

        for (size_t b = a; b < unit->wanted.count; b++) {
            text_printf(out, "d2%s/d%s d%s = ", scalar_name(unit, p), name_of(unit, p, unit->wanted.at[a]),
                        name_of(unit, p, unit->wanted.at[b]));
            print_block(e, hessian, unit->wanted.at[a], row, unit->wanted.at[b], column, out);
            column += eval_elements(p, unit->wanted.at[b]);
        }
        row += eval_elements(p, unit->wanted.at[a]);
    }
}

/* ---- all --------------------------------------------------------------------------------------------- */

void results_print(const Unit *unit, const Evaluation *e, Printed *printed, Text *out)
{
    const Program *p = e->program;

    if (!printed->values)
        print_values(unit, e, out);
    if (!printed->gradient)
        print_gradient(unit, e, out);
    printed->values = true;
    printed->gradient |= p->gradients.count > 0;
    for (size_t k = 0; k < p->derivatives.count; k++) {
        SymId symbol = p->derivatives.at[k];

        if (p->symbols.at[symbol].role == SYM_TANGENT)
            print_tangent(unit, e, symbol, out);
        else if (p->symbols.at[symbol].role == SYM_HESSIAN)
            print_hessian(unit, e, symbol, out);
        else if (!(unit->scalar && printed->gradient))
            print_jacobian(unit, e, symbol, out);
    }
    for (size_t k = 0; k < p->derivatives.count; k++)
        printed->gradient |= unit->scalar && p->symbols.at[p->derivatives.at[k]].role == SYM_JACOBIAN;
}
