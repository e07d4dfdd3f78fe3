/* sema_reduce.c -- reductions and comprehensions, with and without indices. */
#include <string.h>

#include "front/sema.h"

/* ---- opening ---- */

static bool is_reduction(Sema *s, AstId owner)
{
    const AstNode *node = &s->ast->nodes.at[owner];
    const char *name = sema_name(s, node->u.name);
    uint32_t function;
    Callee callee = sema_callee(s, node->u.name, owner, &function);
    uint8_t builtin = s->words[node->u.name].builtin;

    if (callee == CALLS_BUILTIN && (builtin == BUILTIN_REDUCE || builtin == BUILTIN_EXTREME))
        return true;
    if (callee == CALLS_NOTHING)
        sema_unknown_function(s, owner);
    else
        sema_error(s, node->name_at, "%s is not a reduction; write %s([... for ...])", name, name);
    return false;
}

static void over_data(Sema *s, AstId owner, AstId clause, Scope *scope)
{
    const AstNode *node = &s->ast->nodes.at[owner];
    uint8_t op = node->kind == AST_REDUCE ? s->words[node->u.name].detail : REDUCE_COUNT;

    if (op == REDUCE_SUM || op == REDUCE_MEAN)
        scope->data = true;
    else
        sema_error(s, sema_at(s, clause), "'for data' stands only in sum and mean: only they reduce over the samples");
}

static bool needs_element(ReduceOp op)
{
    return op == REDUCE_MAX || op == REDUCE_MIN || op == REDUCE_MEAN || op == REDUCE_LOGSUMEXP;
}

/* The range may be another one for every value of outer indices. */
static void check_changing(Sema *s, AstId owner, AstId clause, CheckedIndex index, Scope *scope)
{
    const AstNode *node = &s->ast->nodes.at[owner], *at = &s->ast->nodes.at[clause];
    const CheckedIndexInfo *info = &s->model->indices.at[index];
    AstId low = s->ast->nodes.at[clause - 1].first - 1;
    AffId count = aff_sub(&s->model->affs, info->high, info->low);
    int64_t bound;

    if (node->kind == AST_COMPREHENSION) {
        sema_error(s, at->name_at, "the range %s changes from element to element; only a reduction may have that",
                   sema_range_text(s, low, clause - 1));
        s->indices.at[index].bad = true;
    } else if (sema_bound(s, count, true, &bound) && bound <= 0 && !needs_element(s->words[node->u.name].detail)) {
        s->dead = true;
        scope->empty = true;
    } else if (needs_element(s->words[node->u.name].detail) && !s->dead &&
               (!sema_bound(s, count, false, &bound) || bound < 1)) {
        sema_error(s, at->name_at, "%s needs an element: the range %s of '%s' can be empty", sema_name(s, node->u.name),
                   sema_range_text(s, low, clause - 1), sema_name(s, at->u.name));
        s->indices.at[index].bad = true;
    }
}

/* Returns where to go on: the owner if the body makes no sense. */
AstId sema_open_scope(Sema *s, AstId owner, AstId at)
{
    AstId list = owner - 1, *kids;
    uint32_t count = s->ast->nodes.at[list].count;
    Scope scope = { .owner = owner, .bindings = s->bindings.count, .indices = s->scope_indices.count,
                    .dead_before = s->dead, .begin = sema_here(s) };

    scope.bad = s->ast->nodes.at[owner].kind == AST_REDUCE && !is_reduction(s, owner);
    kids = arena_array(s->arena, AstId, (size_t)count + 1);
    ast_kids(s->ast, list, kids);
    for (uint32_t k = 0; k < count && !scope.bad; k++) {
        CheckedIndex index;

        if (s->ast->nodes.at[kids[k]].kind != AST_CLAUSE) {
            over_data(s, owner, kids[k], &scope);
            continue;
        }
        index = sema_clause(s, kids[k]);
        vec_push(s->arena, &s->scope_indices, index);
        if (!s->indices.at[index].bad && s->indices.at[index].changes)
            check_changing(s, owner, kids[k], index, &scope);
    }
    vec_push(s->arena, &s->scopes, scope);
    return scope.bad ? owner : at;
}

/* ---- closing ---- */

static bool any_bad_index(const Sema *s, const Scope *scope)
{
    for (size_t i = scope->indices; i < s->scope_indices.count; i++)
        if (s->indices.at[s->scope_indices.at[i]].bad)
            return true;
    return false;
}

/* Its indices as a list of the model. */
static uint32_t list_indices(Sema *s, const Scope *scope, uint32_t *count)
{
    uint32_t first = (uint32_t)s->model->index_lists.count;

    *count = (uint32_t)(s->scope_indices.count - scope->indices);
    for (size_t i = scope->indices; i < s->scope_indices.count; i++)
        vec_push(s->arena, &s->model->index_lists, s->scope_indices.at[i]);
    return first;
}

/* Leaves the body in *body. False: the value of the scope is an error, which is pushed. */
static bool close_scope(Sema *s, AstId id, Value *body, Scope *scope)
{
    bool bad;

    *scope = vec_pop(&s->scopes);
    bad = scope->bad || any_bad_index(s, scope);
    sema_unbind(s, scope->bindings);
    s->dead = scope->dead_before;
    if (!scope->bad) {
        *body = sema_pop(s);
        bad = !sema_is_number(s, body) || bad;
    }
    if (bad) {
        s->scope_indices.count = scope->indices;
        sema_push_error(s, id, scope->begin);
    }
    return !bad;
}

static void push_result(Sema *s, AstId id, CheckedId first, Shape shape)
{
    Value value = sema_value(id, first, shape);

    if (sema_fits(s, shape, id))
        sema_push(s, value);
    else
        sema_push_error(s, id, first);
}

void sema_reduce(Sema *s, AstId id)
{
    ReduceOp op = (ReduceOp)s->words[s->ast->nodes.at[id].u.name].detail;
    CheckedNode *node;
    Scope scope;
    Value body;
    uint32_t first, count;

    if (!close_scope(s, id, &body, &scope))
        return;
    first = list_indices(s, &scope, &count);
    s->scope_indices.count = scope.indices;
    if (scope.empty) {
        sema_cut(s, body.first);
        sema_emit_number(s, RATIONAL(op == REDUCE_PROD), id, body.shape);
        count = 0;
    }
    if (count > 0) {
        node = sema_emit(s, CHECKED_REDUCE, id, 1, body.first, body.shape);
        node->u.reduce.op = op;
        node->u.reduce.first = first;
        node->u.reduce.count = count;
    }
    if (scope.data) {
        s->over_data = true;
        node = sema_emit(s, CHECKED_REDUCE_DATA, id, 1, body.first, body.shape);
        node->u.reduce.op = op;
    }
    push_result(s, id, body.first, body.shape);
}

void sema_comprehension(Sema *s, AstId id)
{
    Shape shape = { 0 };
    CheckedNode *node;
    Scope scope;
    Value body;
    uint32_t first, count;

    if (!close_scope(s, id, &body, &scope))
        return;
    first = list_indices(s, &scope, &count);
    s->scope_indices.count = scope.indices;
    if (count == 0) {
        sema_push_error(s, id, body.first); /* only `for data`, which was reported */
        return;
    }
    for (uint32_t k = 0; k < count; k++, shape.rank++) {
        const CheckedIndexInfo *info = &s->model->indices.at[s->model->index_lists.at[first + k]];

        if (k < MOST_AXES)
            shape.extent[k] =
                (int32_t)(info->most - info->least + 1 > INT32_MAX ? INT32_MAX : info->most - info->least + 1);
        if (shape.rank == UINT8_MAX - MOST_AXES)
            break;
    }
    shape = sema_prefix_shape(shape, body.shape);
    node = sema_emit(s, CHECKED_COMPREHENSION, id, 1, body.first, shape);
    node->u.indices.first = first;
    node->u.indices.count = count;
    push_result(s, id, body.first, shape);
}

/* ---- sum(A) ---- */

void sema_reduce_all(Sema *s, AstId id, ReduceOp op)
{
    Value a = sema_pop(s);
    CheckedNode *node;

    if (!sema_is_number(s, &a)) {
        sema_push_error(s, id, a.first);
        return;
    }
    if (a.shape.rank == 0) {
        sema_error(s, sema_at(s, id), "%s needs an array; %s is a scalar", sema_name(s, s->ast->nodes.at[id].u.name),
                   sema_text(s, a.ast));
        sema_push_error(s, id, a.first);
        return;
    }
    node = sema_emit(s, CHECKED_REDUCE, id, 1, a.first, (Shape){ 0 });
    node->u.reduce.op = op;
    sema_push(s, sema_value(id, a.first, (Shape){ 0 }));
}
