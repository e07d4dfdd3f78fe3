/* sparsity.c -- bpgen eval MODEL --sparsity: the structure of Jacobian and Hessian. */
#include "cli/cli.h"

/* Larger matrices have no picture. */
enum { MOST_IN_PICTURE = 64 };

/* ---- names of rows and columns ------------------------------------------------------------------------ */

/* "W[2,0]" for an element counted through all symbols of the list. */
static void print_element(const Program *p, const SymId *symbols, uint32_t element, Text *out)
{
    const Symbol *symbol = &p->symbols.at[*symbols];

    while (element >= symbol_elements(symbol)) {
        element -= (uint32_t)symbol_elements(symbol);
        symbol = &p->symbols.at[*++symbols];
    }
    text_add(out, names_text(p->names, symbol->name));
    symbol_print_element(symbol, element, out);
}

static void print_triplets(const Program *p, const SymId *rows, const SymId *columns, const Pattern *pattern, Text *out)
{
    for (uint32_t row = 0; row < pattern->rows; row++) {
        for (size_t i = pattern->starts[row]; i < pattern->starts[row + 1]; i++) {
            text_printf(out, "%lu %lu  ", (unsigned long)row, (unsigned long)pattern->at[i]);
            print_element(p, rows, row, out);
            text_add(out, " ");
            print_element(p, columns, pattern->at[i], out);
            text_add(out, "\n");
        }
    }
}

static void print_picture(const Pattern *pattern, Text *out)
{
    if (pattern->rows > MOST_IN_PICTURE || pattern->columns > MOST_IN_PICTURE)
        return;
    for (uint32_t row = 0; row < pattern->rows; row++) {
        text_add(out, "  ");
        for (uint32_t column = 0; column < pattern->columns; column++)
            text_add(out, pattern_has(pattern, row, column) ? "*" : ".");
        text_add(out, "\n");
    }
}

static void print_colours(const Colouring *c, const char *what, Text *out)
{
    if (c->skipped)
        text_printf(out, "%s: too many entries for a colouring\n", what);
    else
        text_printf(out, "%s: %lu\n", what, (unsigned long)c->count);
}

/* ---- the two matrices --------------------------------------------------------------------------------- */

static bool print_jacobian(Unit *unit, Run *run, const int32_t *const *given)
{
    const Program *p = unit->lowered.program;
    Sparsity s;

    if (!unit_jacobian_sparsity(unit, given, &s))
        return false;
    text_printf(&run->out, "Jacobian: %lu x %lu, %llu entries\n", (unsigned long)s.pattern.rows, (unsigned long)s.pattern.columns,
                (unsigned long long)s.pattern.entries);
    print_picture(&s.pattern, &run->out);
    print_colours(&s.columns, "colours of columns (forward sweeps)", &run->out);
    print_colours(&s.rows, "colours of rows (reverse sweeps)", &run->out);
    if (run->line->triplets)
        print_triplets(p, p->outputs.at, unit->wanted.at, &s.pattern, &run->out);
    return true;
}

static size_t lower_entries(const Pattern *pattern)
{
    size_t diagonal = 0;

    for (uint32_t row = 0; row < pattern->rows; row++)
        diagonal += pattern_has(pattern, row, row);
    return (pattern->entries + diagonal) / 2;
}

static bool print_hessian(Unit *unit, Run *run, const int32_t *const *given)
{
    const Program *p = unit->lowered.program;
    Sparsity s;

    if (!unit_hessian_sparsity(unit, given, &s))
        return false;
    text_printf(&run->out, "Hessian%s: %lu x %lu, %llu entries, %llu of them in the lower triangle\n",
                unit->scalar ? "" : " of a sum of outputs", (unsigned long)s.pattern.rows, (unsigned long)s.pattern.columns,
                (unsigned long long)s.pattern.entries, (unsigned long long)lower_entries(&s.pattern));
    print_picture(&s.pattern, &run->out);
    print_colours(&s.columns, "colours of columns", &run->out);
    print_colours(&s.star, "colours of a star colouring", &run->out);
    if (run->line->triplets)
        print_triplets(p, unit->wanted.at, unit->wanted.at, &s.pattern, &run->out);
    return true;
}

/* Integer inputs that the command line gives have these values; the others lie anywhere in their ranges. */
static bool read_given(Unit *unit, Run *run, const int32_t *const **given)
{
    const int32_t **values;
    Evaluation e;
    bool *read;

    if (!unit_make_value(unit) || !cli_begin_evaluation(unit, run, &e, unit->value))
        return false;
    values = arena_array(unit->arena, const int32_t *, e.program->symbols.count + 1);
    read = arena_array(unit->arena, bool, e.program->symbols.count + 1);
    if (!cli_read_settings(unit, run, &e, read))
        return false;
    for (SymId s = 0; s < e.program->symbols.count; s++)
        values[s] = read[s] ? e.integers[s] : NULL;
    *given = values;
    return true;
}

void cli_print_sparsity(Unit *unit, Run *run)
{
    const int32_t *const *given;

    if (unit->wanted.count == 0)
        diag_error(&unit->diag, (Span){ 0, unit->source.size > 0 },
                   "there is nothing to differentiate by: declare a param, or name inputs with --wrt");
    else if (read_given(unit, run, &given) && print_jacobian(unit, run, given))
        print_hessian(unit, run, given);
    cli_report(unit, run);
}
