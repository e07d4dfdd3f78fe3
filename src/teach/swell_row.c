/* swell_row.c -- counts of one model. */
#include "teach/swell_row.h"

#include <string.h>

bool swell_refuse(SwellWork *w, const char *format, ...)
{
    va_list args;

    text_printf(w->refusal, "bpgen: %s: ", w->unit->source.name);
    va_start(args, format);
    text_vprintf(w->refusal, format, args);
    va_end(args);
    text_add(w->refusal, "\n");
    return false;
}

static bool too_large(SwellWork *w)
{
    return swell_refuse(w, "the derivative has more than %zu distinct operations, which is the limit of this table; make the model "
                        "smaller (--const), or differentiate by fewer elements (--wrt NAME[...])",
                        w->pool->most == 0 ? (size_t)EXPR_MOST : w->pool->most);
}

/* ---- trees ------------------------------------------------------------------------------------------- */

static void add_count(SwellWork *w, SwellCount *sum, bool known, Rational count)
{
    Arena *arena = w->unit->arena;

    sum->known = sum->known && known && rational_add(arena, sum->count, count, &sum->count);
    if (sum->known)
        sum->count = rational_copy(arena, sum->count);
}

/* Counting takes memory by the size of the pool, once for each element: it is given back. */
static void add_tree(SwellWork *w, ExprId root, SwellCount *operations, SwellCount *nodes)
{
    Arena *scratch = heap_arena(&w->unit->heap);
    Rational ops = RATIONAL(0), all = RATIONAL(0);
    bool known = count_tree(w->pool, scratch, root, &ops, &all);

    add_count(w, operations, known, ops);
    if (nodes != NULL)
        add_count(w, nodes, known, all);
    heap_release(&w->unit->heap, scratch);
}

static ExprId element(const SwellWork *w, size_t i)
{
    return expr_element(w->pool, w->elaboration.variables[w->by.at[i].symbol], w->by.at[i].place);
}

static bool derive(SwellWork *w, ExprId by, ExprMake *make, ExprId *derivative)
{
    Op without = OP_LITERAL;

    *derivative = sym_derivative(w->pool, w->f, by, make, NULL, &without);
    if (*derivative != EXPR_NONE)
        return true;
    if (w->pool->full)
        return too_large(w);
    return swell_refuse(w, "'%s' has no derivative in the language", op_info[without].name);
}

static bool count_trees(SwellWork *w)
{
    SwellRow *row = w->row;
    double begin;
    ExprId unfolded;

    row->function = row->unfolded = row->folded = row->unfolded_nodes = row->folded_nodes = (SwellCount){ true, RATIONAL(0) };
    add_tree(w, w->f, &row->function, NULL);
    w->folded = arena_array(w->unit->arena, ExprId, w->by.count + 1);
    begin = w->request->tools.seconds();
    for (size_t i = 0; i < w->by.count; i++)
        if (!derive(w, element(w, i), expr_fold, &w->folded[i]))
            return false;
    row->seconds = w->request->tools.seconds() - begin;
    for (size_t i = 0; i < w->by.count; i++) {
        if (!derive(w, element(w, i), expr_raw, &unfolded))
            return false;
        add_tree(w, unfolded, &row->unfolded, &row->unfolded_nodes);
        add_tree(w, w->folded[i], &row->folded, &row->folded_nodes);
    }
    return true;
}

/* ---- graphs, automatic differentiation --------------------------------------------------------------- */

static void count_shared(SwellWork *w)
{
    ExprId *roots = arena_array(w->unit->arena, ExprId, w->by.count + 1);

    memcpy(roots, w->folded, w->by.count * sizeof *roots);
    roots[w->by.count] = w->f;
    w->row->graph = count_graph(w->pool, w->unit->arena, roots, w->by.count + 1);
}

static void count_reverse(SwellWork *w)
{
    Unit *unit = w->unit;
    bool *active = arena_array(unit->arena, bool, w->pool->variables.count + 1);
    AdCost cost;
    Text names;

    text_init(&names, unit->arena);
    for (size_t i = 0; i < unit->wanted.count; i++) {
        SymId wanted = unit->wanted.at[i];

        active[w->elaboration.variables[wanted]] = true;
        text_printf(&names, "%s%s", i == 0 ? "" : ", ", names_text(&unit->names, unit->lowered.program->symbols.at[wanted].name));
    }
    cost = count_ad(w->pool, unit->arena, &w->f, 1, active);
    w->row->value = cost.value;
    w->row->reverse = cost.reverse;
    w->row->gradient = text_string(&names);
}

/* One sweep for each element: it gets a variable of its own, the only active one. */
static bool count_forward(SwellWork *w)
{
    VariableId variable = expr_variable(w->pool, NAME_NONE, UINT32_MAX, 0, NULL);
    ExprId alone = expr_element(w->pool, variable, 0);
    bool *active = arena_array(w->unit->arena, bool, w->pool->variables.count);

    active[variable] = true;
    for (size_t i = 0; i < w->by.count; i++) {
        Arena *scratch = heap_arena(&w->unit->heap);
        ExprId old = element(w, i), f;
        ExprId *by = arena_array(scratch, ExprId, old + 1u);

        memset(by, 0xFF, (old + 1u) * sizeof *by);
        by[old] = alone;
        f = expr_replace(w->pool, w->f, by, old + 1u, expr_raw);
        if (!w->pool->full)
            w->row->forward += count_ad(w->pool, scratch, &f, 1, active).forward;
        heap_release(&w->unit->heap, scratch);
        if (w->pool->full)
            return too_large(w);
    }
    return true;
}

/* ---- multiplied out ---------------------------------------------------------------------------------- */

/* After everything else that looks at the pool, which it may fill. */
static void count_expanded(SwellWork *w)
{
    Arena *arena = w->unit->arena;
    Tidy *rules = tidy_new(w->pool, arena);

    w->row->expanded = (SwellCount){ true, RATIONAL(0) };
    for (size_t i = 0; i < w->by.count && w->row->expanded.known; i++) {
        ExprId derivative = expr_unmark(w->pool, w->folded[i]);
        uint64_t operations = 0;

        w->row->expanded.known = polynomial_of(&w->expanded, rules, w->pool, arena, &w->unit->heap, derivative);
        if (w->row->expanded.known)
            operations = polynomial_operations(&w->expanded, w->pool, arena);
        w->row->expanded.known = w->row->expanded.known && !w->pool->full;
        add_count(w, &w->row->expanded, true, RATIONAL((int64_t)operations));
    }
}

/* ---- the row ----------------------------------------------------------------------------------------- */

bool swell_row(SwellWork *w, const SwellModel *model)
{
    Unit *unit = w->unit;

    if (!unit_open(unit, model->path, model->text, model->size) || !swell_find_variables(w))
        return false;
    w->pool = expr_pool(unit->arena, &unit->names);
    if (!sym_elaborate(&w->elaboration, w->pool, unit->lowered.program, &unit->diag) || !swell_find_output(w))
        return false;
    if (!count_trees(w))
        return false;
    count_shared(w);
    count_reverse(w);
    if (!count_forward(w))
        return false;
    if (w->expand)
        count_expanded(w);
    if (w->request->point_count > 0 && !swell_measure_accuracy(w))
        return false;
    unit_forget_model(unit);
    w->row->code = unit->scalar ? w->request->tools.code_size(unit) : 0;
    return unit->diag.errors == 0;
}
