/* derivation_steps.c -- the log of a differentiation as lines that a student can follow. */
#include "teach/derivation_steps.h"

#include "sym/print.h"

typedef struct {
    ExprPool *pool;
    Arena *arena;
    const Differentiation *stage;
    StepLines *out;
    const DerivativeStep **step_of; /* by node of the differentiated expression */
    ExprId *names;                  /* by the same: the name of its derivative, 0: none yet */
    bool *listed;
} Listing;

/* "d/dx(u)" as a variable, so that the printers set brackets around nothing else. */
static ExprId name_of(Listing *l, ExprId of)
{
    Text text;
    VariableId variable;

    if (l->names[of] != 0)
        return l->names[of];
    text_init(&text, l->arena);
    text_add(&text, "d/d");
    expr_print(l->pool, l->arena, l->stage->by, &text);
    text_add(&text, "(");
    expr_print(l->pool, l->arena, expr_unmark(l->pool, of), &text);
    text_add(&text, ")");
    variable = expr_variable(l->pool, names_intern(l->pool->names, text_string(&text), text.size), UINT32_MAX, 0, NULL);
    vec_push(l->arena, &l->out->inner, (InnerDerivative){ variable, of });
    l->names[of] = expr_name(l->pool, variable, NULL);
    return l->names[of];
}

ExprId steps_inner(const StepLines *steps, VariableId variable)
{
    for (size_t i = 0; i < steps->inner.count; i++)
        if (steps->inner.at[i].variable == variable)
            return steps->inner.at[i].of;
    return EXPR_NONE;
}

static void list_rule(Listing *l, const DerivativeStep *step)
{
    ExprId inner[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE };
    StepLine line = { .kind = STEP_RULE, .rule = step->rule };

    for (unsigned k = 0; k < expr_arity(l->pool, step->of); k++) {
        ExprId arg = expr_args(l->pool, step->of)[k];

        inner[k] = l->step_of[arg] != NULL ? name_of(l, arg) : expr_int(l->pool, 0);
    }
    line.of = expr_unmark(l->pool, step->of);
    line.result = expr_unmark(l->pool, sym_rule(l->pool, step, inner, expr_fold));
    vec_push(l->arena, &l->out->lines, line);
}

/* The rules from the root down, a line for each subexpression where it is met first. */
static void list_rules(Listing *l)
{
    ExprVec todo = { 0 };

    vec_push(l->arena, &todo, l->stage->of);
    while (todo.count > 0) {
        ExprId id = vec_pop(&todo);

        if (l->listed[id] || l->step_of[id] == NULL)
            continue;
        l->listed[id] = true;
        list_rule(l, l->step_of[id]);
        if (l->step_of[id]->rule == RULE_CONSTANT)
            continue;
        for (unsigned k = expr_arity(l->pool, id); k-- > 0;)
            if (!(l->step_of[id]->rule == RULE_STATED && k == 0) && !(l->step_of[id]->rule == RULE_POWER && k == 1))
                vec_push(l->arena, &todo, expr_args(l->pool, id)[k]);
    }
}

bool derivation_steps(const Derivation *d, const Differentiation *stage, StepLines *out)
{
    size_t size = (size_t)stage->of + 1;
    Arena *arena = d->unit->arena;
    Listing l = { .pool = d->pool, .arena = arena, .stage = stage, .out = out,
                  .step_of = arena_array(arena, const DerivativeStep *, size), .names = arena_array(arena, ExprId, size),
                  .listed = arena_array(arena, bool, size) };
    ExprId raw = expr_unmark(d->pool, stage->raw);

    *out = (StepLines){ 0 };
    if (stage->too_long)
        return false;
    for (size_t i = 0; i < stage->rules.count; i++)
        l.step_of[stage->rules.at[i].of] = &stage->rules.at[i];
    list_rules(&l);
    vec_push(arena, &out->lines, (StepLine){ .kind = STEP_TOGETHER, .of = expr_unmark(d->pool, stage->of), .result = raw });
    for (size_t i = 0; i < stage->rewrites.count; i++) {
        TidyStep s = stage->rewrites.at[i];

        vec_push(arena, &out->lines, (StepLine){ .kind = STEP_REWRITE, .rewrites = s.rules, .of = s.of, .result = s.result });
    }
    return true;
}
