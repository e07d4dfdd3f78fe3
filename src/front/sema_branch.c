/* sema_branch.c -- ? : and && ||: what holds in a branch, and branches that are never taken. */
#include "front/sema.h"

/* A condition that is an array holds for some elements only: nothing is known then. */
static FactId usable(const Value *condition, FactId fact)
{
    return condition->shape.rank == 0 ? fact : 0;
}

static void open_guard(Sema *s, AstId owner, CheckedKind mark, FactId fact)
{
    Guard guard = { .owner = owner, .undo = s->undo.count, .dead_before = s->dead, .mark = sema_here(s) };

    sema_emit(s, mark, owner, 0, guard.mark, (Shape){ 0 });
    guard.then_mark = guard.mark;
    vec_push(s->arena, &s->guards, guard);
    sema_assume(s, fact);
}

/* The value on top belongs to a branch that is over. If it is never evaluated, its code goes: subscripts in it were not
 * proved. */
static void close_branch(Sema *s, Guard *guard)
{
    Value *value = &vec_top(&s->values);

    if (s->dead && !guard->dead_before && value->is != IS_ERROR) {
        sema_cut(s, guard->mark + 1);
        value->first = sema_emit_number(s, RATIONAL(0), value->ast, (Shape){ 0 });
        if (value->is == IS_CONDITION) {
            CheckedNode *node;

            sema_emit_number(s, RATIONAL(0), value->ast, (Shape){ 0 });
            node = sema_emit(s, CHECKED_OP, value->ast, 2, value->first, (Shape){ 0 });
            node->u.op = OP_NE;
            node->value = VALUE_CONDITION;
        }
    }
    sema_forget(s, guard->undo);
    s->dead = guard->dead_before;
}

/* ---- ? : ---- */

void sema_select_event(Sema *s, AstId owner, bool is_else)
{
    const Value *condition;
    Guard *guard;

    if (!is_else) {
        condition = &vec_top(&s->values);
        open_guard(s, owner, CHECKED_MARK_THEN, usable(condition, condition->yes));
        return;
    }
    guard = &vec_top(&s->guards);
    close_branch(s, guard);
    condition = &s->values.at[s->values.count - 2];
    guard->mark = sema_here(s);
    sema_emit(s, CHECKED_MARK_ELSE, owner, 0, guard->mark, (Shape){ 0 });
    s->model->nodes.at[guard->then_mark].u.mark = guard->mark;
    sema_assume(s, usable(condition, condition->no));
}

static bool agree(Sema *s, AstId id, const Value *c, const Value *a, const Value *b, Shape *shape)
{
    Shape left = c->shape, right = a->shape;

    if (sema_broadcast(c->shape, a->shape, shape)) {
        left = *shape;
        right = b->shape;
        if (sema_broadcast(left, right, shape))
            return true;
    }
    sema_error(s, sema_at(s, id), "shapes %s and %s do not agree in %s", sema_shape_text(s, left),
               sema_shape_text(s, right), sema_text(s, id));
    return false;
}

void sema_select(Sema *s, AstId id)
{
    Guard guard = vec_top(&s->guards);
    Value a, b, c, value;
    bool good;

    close_branch(s, &guard);
    s->guards.count--;
    b = sema_pop(s);
    a = sema_pop(s);
    c = sema_pop(s);
    value = sema_value(id, c.first, (Shape){ 0 });
    if (c.is == IS_NUMBER)
        sema_error(s, sema_at(s, c.ast), "the condition of ? : is a number; compare it: %s != 0", sema_text(s, c.ast));
    good = sema_is_number(s, &a);
    good = sema_is_number(s, &b) && good && c.is == IS_CONDITION;
    if (!good || !agree(s, id, &c, &a, &b, &value.shape) || !sema_fits(s, value.shape, id)) {
        sema_push_error(s, id, c.first);
        return;
    }
    s->model->nodes.at[guard.mark].u.mark = sema_here(s);
    sema_emit(s, CHECKED_SELECT, id, 3, c.first, value.shape);
    sema_push(s, value);
}

/* ---- && || ---- */

void sema_right_event(Sema *s, AstId owner)
{
    const Value *left = &vec_top(&s->values);

    open_guard(s, owner, CHECKED_MARK_RIGHT,
               usable(left, s->ast->nodes.at[owner].u.op == AST_OP_AND ? left->yes : left->no));
}

static bool is_condition(Sema *s, AstId id, const Value *value)
{
    if (value->is == IS_NUMBER)
        sema_error(s, sema_at(s, value->ast), "'%s' needs a condition on both sides; '%s' is a number",
                   ast_op_text(s->ast->nodes.at[id].u.op), sema_text(s, value->ast));
    return value->is == IS_CONDITION;
}

void sema_logic(Sema *s, AstId id)
{
    bool is_and = s->ast->nodes.at[id].u.op == AST_OP_AND, good;
    Guard guard = vec_top(&s->guards);
    CheckedNode *node;
    Value a, b, value;

    close_branch(s, &guard);
    s->guards.count--;
    b = sema_pop(s);
    a = sema_pop(s);
    value = sema_value(id, a.first, (Shape){ 0 });
    value.is = IS_CONDITION;
    good = is_condition(s, id, &a);
    good = is_condition(s, id, &b) && good;
    if (good && !sema_broadcast(a.shape, b.shape, &value.shape)) {
        sema_disagree(s, id, &a, &b);
        good = false;
    }
    if (!good || !sema_fits(s, value.shape, id)) {
        sema_push_error(s, id, a.first);
        return;
    }
    if (is_and)
        value.yes = sema_both(s, a.yes, b.yes);
    else
        value.no = sema_both(s, a.no, b.no);
    s->model->nodes.at[guard.mark].u.mark = sema_here(s);
    node = sema_emit(s, is_and ? CHECKED_AND : CHECKED_OR, id, 2, a.first, value.shape);
    node->value = VALUE_CONDITION;
    sema_push(s, value);
}
