/* sym_models.h -- models given as text, elaborated; what the tests of symbolic expressions share. */
#ifndef SYM_MODELS_H
#define SYM_MODELS_H

#include <stdio.h>
#include <string.h>

#include "sym/count.h"
#include "sym/derivative.h"
#include "sym/elaborate.h"
#include "sym/print.h"
#include "tests/support/tally.h"
#include "unit.h"

typedef struct {
    Heap heap; /* for what is not a unit's */
    Tally tally;
} Test;

/* A model that is open: `pool` and `values` are its first output's. */
typedef struct {
    Test *t;
    Unit *unit;
    ExprPool *pool;
    Elaboration all;
    bool ok;
} Model;

typedef void ModelWork(Model *model, const void *context);

typedef struct {
    Test *t;
    const char *text;
    ModelWork *work;
    const void *context;
} ModelRun;

static void run_model(Unit *unit, void *context)
{
    ModelRun *run = context;
    Model model = { .t = run->t, .unit = unit };

    if (!unit_open(unit, "test", run->text, strlen(run->text))) {
        Text why;

        text_init(&why, unit->arena);
        diag_print(&unit->diag, &why);
        expect(&run->t->tally, false, "not a model: %s", text_string(&why));
        return;
    }
    model.pool = expr_pool(unit->arena, &unit->names);
    model.ok = sym_elaborate(&model.all, model.pool, unit->lowered.program, &unit->diag);
    run->work(&model, run->context);
}

static void with_model(Test *t, const char *text, ModelWork *work, const void *context)
{
    Options options = options_default();
    ModelRun run = { t, text, work, context };
    Unit unit;

    unit_init(&unit, &options);
    if (!unit_run(&unit, run_model, &run))
        expect(&t->tally, false, "%s: %s", text, unit.failure);
    unit_close(&unit);
}

/* The first element of an output. */
static inline ExprId output_of(const Model *m, size_t k)
{
    return m->all.outputs.at[k].elements[0];
}

/* The variable's element of this name, its place row-major. */
static inline ExprId element_named(const Model *m, const char *name, size_t place)
{
    for (size_t v = 0; v < m->pool->variables.count; v++)
        if (strcmp(names_text(&m->unit->names, m->pool->variables.at[v].name), name) == 0)
            return expr_element(m->pool, (VariableId)v, place);
    return EXPR_NONE;
}

static inline double tree_operations(const Model *m, ExprId id)
{
    Rational operations, nodes;

    return count_tree(m->pool, m->unit->arena, id, &operations, &nodes) ? rational_to_double(operations) : -1;
}

static inline double tree_nodes(const Model *m, ExprId id)
{
    Rational operations, nodes;

    return count_tree(m->pool, m->unit->arena, id, &operations, &nodes) ? rational_to_double(nodes) : -1;
}

static inline const char *text_of(const Model *m, ExprId id)
{
    Text *text = arena_new(m->unit->arena, Text);

    text_init(text, m->unit->arena);
    expr_print(m->pool, m->unit->arena, id, text);
    return text_string(text);
}

#endif
