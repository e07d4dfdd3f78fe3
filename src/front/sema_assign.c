/* sema_assign.c -- name[i, j] = value: left indices, single assignment, carried and gathered names. */
#include "front/sema.h"

/* ---- the left side ---- */

static bool is_loop_index(const Sema *s, Name name, CheckedIndex *index)
{
    Found found = sema_find(s, name);

    *index = found.id;
    return found.kind == FOUND_INDEX && s->indices.at[found.id].is_loop;
}

/* Returns the clause behind the statement that states the range of this left index, or AST_NO_ID. */
static AstId clause_of(const Sema *s, Name name, const AstId *clauses, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        if (s->ast->nodes.at[clauses[k]].kind == AST_CLAUSE && s->ast->nodes.at[clauses[k]].u.name == name)
            return clauses[k];
    return AST_NO_ID;
}

static void new_left_index(Sema *s, AstId left, AstId clause)
{
    const AstNode *node = &s->ast->nodes.at[left];
    bool good = sema_index_name(s, node->u.name, node->at);
    CheckedIndex index = sema_new_index(s, left, node->u.name, node->at);

    s->indices.at[index].bad = !good;
    if (clause != AST_NO_ID)
        sema_state_range(s, index, clause);
    if (s->indices.at[index].known && s->indices.at[index].changes && !s->indices.at[index].bad) {
        sema_error(s, s->ast->nodes.at[clause].name_at,
                   "the range %s changes from element to element; only a reduction may have that",
                   sema_range_text(s, s->ast->nodes.at[clause - 1].first - 1, clause - 1));
        s->indices.at[index].bad = true;
    }
    sema_bind(s, node->u.name, true, index);
    vec_push(s->arena, &s->scope_indices, index);
}

/* One subscript of the left side. Indices of loops come first, then the element's own. */
static bool left_item(Sema *s, const Scope *scope, AstId left, const AstId *clauses, uint32_t count)
{
    const AstNode *node = &s->ast->nodes.at[left];
    CheckedIndex index;

    if (node->kind != AST_NAME) {
        sema_error(s, node->at, "a subscript on the left is the name of an index; '%s' is not", sema_text(s, left));
        return false;
    }
    for (size_t i = scope->indices; i < s->scope_indices.count; i++) {
        if (s->model->indices.at[s->scope_indices.at[i]].name != node->u.name)
            continue;
        sema_error(s,
                   s->indices.at[s->scope_indices.at[i]].is_loop ? node->at
                                                                 : s->model->indices.at[s->scope_indices.at[i]].at,
                   "the index '%s' stands twice on the left", sema_name(s, node->u.name));
        return false;
    }
    if (is_loop_index(s, node->u.name, &index))
        vec_push(s->arena, &s->scope_indices, index);
    else
        new_left_index(s, left, clause_of(s, node->u.name, clauses, count));
    return true;
}

static bool stands_on_left(const Sema *s, Name name, AstId list)
{
    for (AstId id = s->ast->nodes.at[list].first; id < list; id++)
        if (s->ast->nodes.at[id].kind == AST_NAME && s->ast->nodes.at[id].u.name == name)
            return true;
    return false;
}

static bool check_clauses(Sema *s, AstId list, const AstId *clauses, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        const AstNode *clause = &s->ast->nodes.at[clauses[k]];
        const char *name = sema_name(s, clause->u.name);

        if (clause->kind != AST_CLAUSE) {
            sema_error(s, clause->at, "'for data' stands only in sum and mean: only they reduce over the samples");
            return false;
        }
        if (!stands_on_left(s, clause->u.name, list)) {
            sema_error(s, clause->name_at, "the index '%s' does not stand on the left; a sum over it is written"
                       " sum(... for %s)", name, name);
            return false;
        }
        for (uint32_t i = 0; i < k; i++) {
            if (s->ast->nodes.at[clauses[i]].u.name != clause->u.name)
                continue;
            sema_error(s, clause->name_at, "the index '%s' has two ranges", name);
            return false;
        }
    }
    return true;
}

/* Opens the left indices; ranges that are not stated are inferred from the right side. */
AstId sema_begin_assign(Sema *s, AstId id)
{
    Scope scope = { .owner = id, .bindings = s->bindings.count, .indices = s->scope_indices.count,
                    .dead_before = s->dead, .begin = sema_here(s) };
    AstId kids[3], *items, *clauses, from;
    uint32_t count, clause_count;
    bool unknown = false;

    ast_kids(s->ast, id, kids);
    from = s->ast->nodes.at[kids[1]].first;
    count = s->ast->nodes.at[kids[0]].count;
    clause_count = s->ast->nodes.at[kids[2]].count;
    if (count + clause_count > 0) {
        items = arena_array(s->arena, AstId, (size_t)count + 1);
        clauses = arena_array(s->arena, AstId, (size_t)clause_count + 1);
        ast_kids(s->ast, kids[0], items);
        ast_kids(s->ast, kids[2], clauses);
        scope.bad = !check_clauses(s, kids[0], clauses, clause_count);
        for (uint32_t k = 0; k < count; k++)
            scope.bad = !left_item(s, &scope, items[k], clauses, clause_count) || scope.bad;
        for (size_t i = scope.indices; i < s->scope_indices.count; i++)
            unknown = unknown || !s->indices.at[s->scope_indices.at[i]].known;
    }
    vec_push(s->arena, &s->scopes, scope);
    if (scope.bad) {
        sema_push_error(s, kids[1], sema_here(s));
        return id; /* the right side makes no sense without its indices */
    }
    if (unknown || sema_has_open_clause(s, from, kids[1]))
        sema_infer(s, from, kids[1], s->scope_indices.at + scope.indices,
                   (uint32_t)(s->scope_indices.count - scope.indices));
    return from;
}

/* ---- which symbol it is ---- */

/* y[i] leaves y[0] without a value: 'i' must start at 0, not 1 */
static void say_gap(Sema *s, AstId id, const Scope *scope, size_t wrong, int64_t low)
{
    const char *name = sema_name(s, s->ast->nodes.at[id].u.name);
    Text left, zero;

    text_init(&left, s->arena);
    text_init(&zero, s->arena);
    for (size_t i = scope->indices; i < s->scope_indices.count; i++) {
        const char *index = sema_name(s, s->model->indices.at[s->scope_indices.at[i]].name);

        text_printf(&left, "%s%s", i > scope->indices ? "," : "", index);
        text_printf(&zero, "%s%s", i > scope->indices ? "," : "", i == wrong ? "0" : index);
    }
    sema_error(s, s->ast->nodes.at[id].name_at, "%s[%s] leaves %s[%s] without a value: '%s' must start at 0, not %lld",
               name, text_string(&left), name, text_string(&zero),
               sema_name(s, s->model->indices.at[s->scope_indices.at[wrong]].name), (long long)low);
}

/* The extents of the left indices, which start at 0. */
static bool left_shape(Sema *s, AstId id, const Scope *scope, Shape *shape)
{
    *shape = (Shape){ 0 };
    for (size_t i = scope->indices; i < s->scope_indices.count; i++) {
        CheckedIndex index = s->scope_indices.at[i];
        int64_t low, high;

        if (!sema_constant_range(s, index, &low, &high))
            return false;
        if (low != 0 && low < high) {
            say_gap(s, id, scope, i, low);
            return false;
        }
        if (high <= low) {
            sema_error(s, s->ast->nodes.at[id].name_at, "the loop over '%s' has no turn: '%s' would have no element",
                       sema_name(s, s->model->indices.at[index].name), sema_name(s, s->ast->nodes.at[id].u.name));
            return false;
        }
        if (high > INT32_MAX) {
            sema_error(s, s->model->indices.at[index].at, "the range of '%s' is too large", sema_name(s, s->model->indices.at[index].name));
            return false;
        }
        if (shape->rank < MOST_AXES)
            shape->extent[shape->rank] = (int32_t)high;
        if (shape->rank < UINT8_MAX - MOST_AXES)
            shape->rank++;
    }
    return true;
}

/* How many of the left indices are those of loops: the innermost loop's and the next ones around it, outer to inner,
 * first. */
static bool gathered_loops(Sema *s, AstId id, const Scope *scope, uint32_t *loops)
{
    size_t count = s->scope_indices.count - scope->indices;
    const char *name = sema_name(s, s->ast->nodes.at[id].u.name);

    *loops = 0;
    for (size_t i = 0; i < count; i++) {
        CheckedIndex index = s->scope_indices.at[scope->indices + i];

        if (!s->indices.at[index].is_loop)
            continue;
        if (*loops != i) {
            sema_error(s, s->ast->nodes.at[id].name_at,
                       "the left side names the indices of loops first, then those of the element: '%s' comes too late",
                       sema_name(s, s->model->indices.at[index].name));
            return false;
        }
        ++*loops;
    }
    for (uint32_t k = 0; k < *loops; k++) {
        const OpenLoop *loop = &s->loops.at[s->loops.count - *loops + k];

        if (loop->index == s->scope_indices.at[scope->indices + k])
            continue;
        sema_error(s, s->ast->nodes.at[id].name_at,
                   "'%s' gathers the innermost loop and any number of loops next around it,"
                   " written from the outer one to the inner one; '%s' is missing or out of order",
                   name, sema_name(s, s->model->indices.at[loop->index].name));
        return false;
    }
    return true;
}

static void say_not_assignable(Sema *s, AstId id, CheckedSym symbol)
{
    const char *name = sema_name(s, s->ast->nodes.at[id].u.name);

    if (s->loops.count > 0)
        sema_error(s, s->ast->nodes.at[id].name_at,
                   "'%s' is %s and cannot be assigned; carry a copy: h = %s before the loop", name,
                   sema_role(s, symbol), name);
    else
        sema_error(s, s->ast->nodes.at[id].name_at, "'%s' is %s and cannot be assigned", name, sema_role(s, symbol));
}

/* An assignment to a name that is visible: right only if a loop carries it. */
static bool may_assign_again(Sema *s, AstId id, CheckedSym symbol, uint32_t gathered)
{
    const AstNode *node = &s->ast->nodes.at[id];
    const SymbolInfo *info = &s->symbols.at[symbol];
    const char *name = sema_name(s, node->u.name);

    if (info->fixed || info->argument || s->model->symbols.at[symbol].role < NAME_LOCAL) {
        say_not_assignable(s, id, symbol);
        return false;
    }
    if (info->home >= s->loops.count || (s->frames.count > 0 && !s->model->symbols.at[symbol].in_call)) {
        if (s->loops.count > 0 && info->home == s->loops.count &&
            s->loops.at[s->loops.count - 1].frame == s->frames.count)
            sema_error(s, node->name_at, "'%s' is assigned twice in one turn", name);
        else
            sema_error(s, node->name_at,
                       "'%s' is assigned twice (first on line %u); outside a loop a name has one value", name,
                       sema_line(s, s->model->symbols.at[symbol].at.begin));
        return false;
    }
    if (!sema_first_in_turn(s, symbol)) {
        sema_error(s, node->name_at, "'%s' is assigned twice in one turn", name);
        return false;
    }
    if (gathered > 0) {
        sema_error(s, node->name_at, "'%s' has a value before the loop (line %u); a name that is gathered has none",
                   name, sema_line(s, s->model->symbols.at[symbol].at.begin));
        return false;
    }
    return true;
}

static bool keeps_shape(Sema *s, AstId id, CheckedSym symbol, Shape shape)
{
    Shape before = s->model->symbols.at[symbol].shape;

    if (sema_same_shape(before, shape))
        return true;
    sema_error(s, s->ast->nodes.at[id].name_at,
               "'%s' is %s before the loop and %s in it; a carried name keeps its shape",
               sema_name(s, s->ast->nodes.at[id].u.name), sema_shape_text(s, before), sema_shape_text(s, shape));
    return false;
}

/* A new name. A gathered one belongs to the level around the loops that gather it. */
static CheckedSym add_symbol(Sema *s, AstId id, Shape shape, uint32_t gathered)
{
    const AstNode *node = &s->ast->nodes.at[id];
    CheckedSym symbol =
        sema_symbol(s, node->u.name, node->name_at, gathered > 0 ? NAME_GATHERED : NAME_LOCAL, shape, id);
    SymbolInfo *info = &s->symbols.at[symbol];

    sema_warn_hiding(s, node->u.name, node->name_at);
    info->home = (uint32_t)s->loops.count - gathered;
    info->gathering = gathered > 0 ? info->home + 1 : 0;
    if (gathered > 0)
        vec_push(s->arena, &s->gathered, symbol);
    if (s->frames.count == 0 && info->home == 0) {
        s->words[node->u.name].outer = symbol + 1;
        vec_push(s->arena, &s->outer_names, node->u.name);
    } else {
        sema_bind(s, node->u.name, false, symbol);
    }
    return symbol;
}

/* ---- the statement ---- */

static void emit_assign(Sema *s, AstId id, CheckedSym symbol, const Value *value, const Scope *scope)
{
    uint32_t first = (uint32_t)s->model->index_lists.count;
    CheckedNode *node;

    for (size_t i = scope->indices; i < s->scope_indices.count; i++)
        vec_push(s->arena, &s->model->index_lists, s->scope_indices.at[i]);
    node = sema_emit(s, CHECKED_ASSIGN, id, 1, value->first, s->model->symbols.at[symbol].shape);
    node->u.assign.symbol = symbol;
    node->u.assign.first = first;
    node->u.assign.count = (uint32_t)s->model->index_lists.count - first;
    sema_note_source(s, symbol, value->first, sema_here(s));
}

static void assign(Sema *s, AstId id, const Value *value, const Scope *scope)
{
    Found found = sema_find(s, s->ast->nodes.at[id].u.name);
    Shape shape = { 0 };
    uint32_t gathered = 0;
    bool good = value->is == IS_NUMBER && !scope->bad;
    CheckedSym symbol;

    good = gathered_loops(s, id, scope, &gathered) && good;
    good = good && left_shape(s, id, scope, &shape);
    shape = sema_prefix_shape(shape, value->shape);
    good = good && sema_fits(s, shape, id);
    if (found.kind == FOUND_INDEX) {
        sema_error(s, s->ast->nodes.at[id].name_at, "'%s' is the name of an index and cannot be assigned",
                   sema_name(s, s->ast->nodes.at[id].u.name));
        return;
    }
    if (found.kind == FOUND_NOTHING) {
        symbol = add_symbol(s, id, good ? shape : (Shape){ 0 }, gathered);
    } else {
        symbol = found.id;
        if (s->symbols.at[symbol].bad)
            return;
        if (!may_assign_again(s, id, symbol, gathered))
            good = false;
        else
            good = good && keeps_shape(s, id, symbol, shape);
        if (!good && s->model->symbols.at[symbol].role < NAME_LOCAL)
            return;
    }
    if (!good)
        s->symbols.at[symbol].bad = true;
    else
        emit_assign(s, id, symbol, value, scope);
}

void sema_end_assign(Sema *s, AstId id)
{
    Scope scope = vec_pop(&s->scopes);
    Value value = sema_pop(s);

    sema_is_number(s, &value);
    sema_unbind(s, scope.bindings);
    assign(s, id, &value, &scope);
    s->scope_indices.count = scope.indices;
}
