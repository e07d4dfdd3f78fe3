/* sema_loop.c -- for t in a..b: which names it carries, what it gathers, and what is local to a turn. */
#include "front/sema.h"

/* ---- opening ---- */

static bool loop_bound(Sema *s, AstId ast, int64_t *value)
{
    static const char rule[] = "the bounds of a loop are constants";
    AffId aff;

    if (!sema_bound_form(s, ast, rule, &aff))
        return false;
    if (!aff_is_const(&s->model->affs, aff, value)) {
        sema_error(s, sema_at(s, ast), "'%s' is not a constant: %s", sema_text(s, ast), rule);
        return false;
    }
    if (*value < -INT32_MAX || *value > INT32_MAX) {
        sema_error(s, sema_at(s, ast), "the bound %s is too large", sema_text(s, ast));
        return false;
    }
    return true;
}

/* A carried name has an element before the first turn and one behind each. */
static bool has_room(Sema *s, AstId at, int64_t turns)
{
    if (turns < INT32_MAX)
        return true;
    sema_error(s, sema_at(s, at), "a loop has at most %d turns; this one has %lld", INT32_MAX - 1, (long long)turns);
    return false;
}

/* The first assignment behind `first`: Sema.assigns is in ascending order. */
static size_t first_assign(const Sema *s, AstId first)
{
    size_t low = 0, high = s->assigns.count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (s->assigns.at[middle].ast < first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Names with a value before the loop that its body assigns, nested loops included. */
static void find_carried(Sema *s, AstId id, uint32_t loop)
{
    CheckedLoop *info = &s->model->loops.at[loop];

    info->carried = (uint32_t)s->model->loop_names.count;
    for (size_t i = first_assign(s, s->ast->nodes.at[id].first); i < s->assigns.count && s->assigns.at[i].ast < id;
         i++) {
        Found found = sema_find(s, s->ast->nodes.at[s->assigns.at[i].ast].u.name);
        bool again = false;

        s->steps++;
        if (found.kind != FOUND_SYMBOL || s->symbols.at[found.id].argument || s->symbols.at[found.id].fixed ||
            s->symbols.at[found.id].carried_by == loop + 1 || s->model->symbols.at[found.id].role < NAME_LOCAL)
            continue;
        again = s->frames.count > 0 && !s->model->symbols.at[found.id].in_call;
        if (again)
            continue; /* an outer name in a function: reported at the assignment */
        s->symbols.at[found.id].carried_by = loop + 1;
        s->model->symbols.at[found.id].role = NAME_CARRIED;
        vec_push(s->arena, &s->model->loop_names, found.id);
    }
    info->carried_count = (uint32_t)s->model->loop_names.count - info->carried;
}

static CheckedIndex loop_index(Sema *s, AstId id, int64_t *low, int64_t *high)
{
    const AstNode *node = &s->ast->nodes.at[id];
    AstId kids[4];
    bool good = sema_index_name(s, node->u.name, node->name_at), first, last;
    CheckedIndex index = sema_new_index(s, id, node->u.name, node->name_at);

    ast_kids(s->ast, id, kids);
    first = loop_bound(s, kids[0], low);
    last = loop_bound(s, kids[1], high);
    if (first && last)
        last = has_room(s, kids[1], *high - *low);
    s->indices.at[index].is_loop = true;
    s->indices.at[index].stated = true;
    s->indices.at[index].bad = !(good && first && last);
    if (first && last)
        sema_set_range(s, index, aff_const(&s->model->affs, *low), aff_const(&s->model->affs, *high));
    return index;
}

AstId sema_begin_loop(Sema *s, AstId id)
{
    OpenLoop open = { .ast = id, .loop = (uint32_t)s->model->loops.count, .bindings = s->bindings.count,
                      .gathered = s->gathered.count, .frame = (uint32_t)s->frames.count, .begin = sema_here(s),
                      .dead_before = s->dead };
    int64_t low = 0, high = 1;
    AstId kids[4];

    ast_kids(s->ast, id, kids);
    open.index = loop_index(s, id, &low, &high);
    vec_push(s->arena, &s->model->loops, (CheckedLoop){ .index = open.index, .low = low, .high = high });
    vec_top(&s->model->loops).has_while = s->ast->nodes.at[kids[2]].kind != AST_NONE;
    find_carried(s, id, open.loop);
    open.empty = low >= high;
    s->dead = s->dead || open.empty;
    vec_push(s->arena, &s->loops, open);
    sema_bind(s, s->ast->nodes.at[id].u.name, true, open.index);
    sema_emit(s, CHECKED_LOOP_BEGIN, id, 0, open.begin, (Shape){ 0 })->u.loop = open.loop;
    if (sema_has_open_clause(s, s->ast->nodes.at[kids[2]].first, kids[2]))
        sema_infer(s, s->ast->nodes.at[kids[2]].first, kids[2], NULL, 0);
    return s->ast->nodes.at[kids[2]].first;
}

void sema_begin_body(Sema *s, AstId id)
{
    Value value = sema_pop(s);

    (void)id;
    if (value.is == IS_ABSENT || value.is == IS_ERROR)
        return;
    if (value.is != IS_CONDITION)
        sema_error(s, sema_at(s, value.ast), "the condition of while is a number; compare it: %s != 0",
                   sema_text(s, value.ast));
    else if (value.shape.rank > 0)
        sema_error(s, sema_at(s, value.ast), "the condition of while is one condition, not %s",
                   sema_shape_text(s, value.shape));
    else
        sema_emit(s, CHECKED_LOOP_WHILE, value.ast, 1, sema_here(s), (Shape){ 0 })->u.loop = vec_top(&s->loops).loop;
}

/* ---- turns ---- */

static bool same_key(const void *context, uint32_t id)
{
    const Sema *s = context;

    return s->turn_keys.at[id] == vec_top(&s->turn_keys);
}

/* Is the name assigned in the body of the innermost loop for the first time? */
bool sema_first_in_turn(Sema *s, CheckedSym symbol)
{
    uint64_t key = (uint64_t)symbol << 32 | vec_top(&s->loops).loop, hash = hash_mix(HASH_START, key);

    vec_push(s->arena, &s->turn_keys, key);
    if (hash_find(&s->turns, hash, same_key, s) != HASH_NONE) {
        s->turn_keys.count--;
        return false;
    }
    hash_add(s->arena, &s->turns, hash, (uint32_t)s->turn_keys.count - 1);
    return true;
}

/* ---- closing ---- */

/* What was local to a turn is remembered for a message about uses behind the loop. */
static void lose_locals(Sema *s, const OpenLoop *loop)
{
    for (size_t i = loop->bindings; i < s->bindings.count; i++) {
        const Binding *binding = &s->bindings.at[i];

        if (binding->is_index || s->symbols.at[binding->id].home < s->loops.count)
            continue;
        s->words[binding->name].lost = s->symbols.at[binding->id].ast + 1;
        s->words[binding->name].lost_loop = loop->ast;
    }
}

/* Lists what the loop gathers. What outer loops gather, too, stays on the list; what is whole now belongs to the level
 * outside. */
static void end_gathering(Sema *s, const OpenLoop *loop)
{
    CheckedLoop *info = &s->model->loops.at[loop->loop];
    size_t kept = loop->gathered;
    uint32_t depth = (uint32_t)s->loops.count;

    info->gathered = (uint32_t)s->model->loop_names.count;
    for (size_t i = loop->gathered; i < s->gathered.count; i++) {
        CheckedSym symbol = s->gathered.at[i];

        vec_push(s->arena, &s->model->loop_names, symbol);
        if (s->frames.count > 0 || s->symbols.at[symbol].home > 0)
            sema_bind(s, s->model->symbols.at[symbol].name, false, symbol);
        if (s->symbols.at[symbol].gathering < depth)
            s->gathered.at[kept++] = symbol;
        else
            s->symbols.at[symbol].gathering = 0; /* another loop may read it */
    }
    s->gathered.count = kept;
    info->gathered_count = (uint32_t)s->model->loop_names.count - info->gathered;
}

void sema_end_loop(Sema *s, AstId id)
{
    OpenLoop loop = vec_top(&s->loops);

    sema_emit(s, CHECKED_LOOP_END, id, 0, loop.begin, (Shape){ 0 })->u.loop = loop.loop;
    lose_locals(s, &loop);
    sema_unbind(s, loop.bindings);
    end_gathering(s, &loop);
    s->loops.count--;
    s->dead = loop.dead_before;
    if (loop.empty)
        sema_cut(s, loop.begin); /* carried names keep their values */
}
