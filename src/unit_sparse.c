/* unit_sparse.c -- the patterns of a unit's Jacobian and Hessian, and their colours. */
#include "unit.h"

/* False, with a message, where too much would have to be looked at. */
static bool find(Unit *unit, const char *what, const Dependence *asked, Pattern *pattern)
{
    switch (pattern_find(pattern, unit->arena, asked)) {
    case PATTERN_FOUND:
        return true;
    case PATTERN_MANY_STEPS:
        diag_error(&unit->diag, (Span){ 0, unit->source.size > 0 },
                   "the pattern of the %s takes more than %llu steps; look at a smaller size of the model (--const)", what,
                   (unsigned long long)PATTERN_MOST_STEPS);
        return false;
    case PATTERN_MANY_ENTRIES:
        break;
    }
    diag_error(&unit->diag, (Span){ 0, unit->source.size > 0 },
               "the pattern of the %s has more than %llu entries; a product with it (jvp, hvp) needs no pattern", what,
               (unsigned long long)PATTERN_MOST_ENTRIES);
    return false;
}

bool unit_jacobian_sparsity(Unit *unit, const int32_t *const *given, Sparsity *s)
{
    Dependence asked = { .wanted = unit->wanted.at, .wanted_count = unit->wanted.count, .given = given };
    Pattern turned;

    *s = (Sparsity){ 0 };
    if (!unit_make_value(unit))
        return false;
    asked.program = unit->value;
    asked.results = unit->value->outputs.at;
    asked.result_count = unit->value->outputs.count;
    if (!find(unit, "Jacobian", &asked, &s->pattern))
        return false;
    turned = pattern_transpose(unit->arena, &s->pattern);
    s->columns = colour_columns(&unit->heap, unit->arena, &s->pattern);
    s->rows = colour_columns(&unit->heap, unit->arena, &turned);
    return true;
}

bool unit_hessian_sparsity(Unit *unit, const int32_t *const *given, Sparsity *s)
{
    Dependence asked = { .wanted = unit->wanted.at, .wanted_count = unit->wanted.count, .given = given };
    Pattern found;

    *s = (Sparsity){ 0 };
    if (!unit_make_reversed(unit))
        return false;
    asked.program = unit->reversed;
    asked.results = unit->reversed->gradients.at;
    asked.result_count = unit->reversed->gradients.count;
    if (!find(unit, "Hessian", &asked, &found))
        return false;
    s->pattern = pattern_symmetric(unit->arena, &found, false);
    s->columns = colour_columns(&unit->heap, unit->arena, &s->pattern);
    s->star = colour_star(&unit->heap, unit->arena, &s->pattern);
    return true;
}
