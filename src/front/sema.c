/* sema.c -- the checker: one loop upwards through the AST, with a stack of values and a stack of calls. */
#include "front/sema.h"

Value sema_value(AstId ast, CheckedId first, Shape shape)
{
    return (Value){ .is = IS_NUMBER, .shape = shape, .ast = ast, .first = first, .aff = AFF_FAIL, .high = AFF_FAIL,
                    .integers = NO_SYMBOL };
}

void sema_push(Sema *s, Value value)
{
    vec_push(s->arena, &s->values, value);
}

Value sema_pop(Sema *s)
{
    return vec_pop(&s->values);
}

void sema_push_error(Sema *s, AstId ast, CheckedId first)
{
    Value value = sema_value(ast, first, (Shape){ 0 });

    value.is = IS_ERROR;
    sema_push(s, value);
}

CheckedId sema_here(const Sema *s)
{
    return (CheckedId)s->model->nodes.count;
}

static void count_step(Sema *s, AstId ast)
{
    if (++s->steps <= MOST_STEPS || s->stopped)
        return;
    s->stopped = true;
    if (s->frames.count > 0 && s->frames.at[0].call != AST_NO_ID)
        ast = s->frames.at[0].call;
    sema_error_plain(s, sema_at(s, ast), "the model is too large: it has more than %d operations%s", (int)MOST_STEPS,
                     s->frames.count > 0 ? " once its functions are put in place" : "");
}

CheckedNode *sema_emit(Sema *s, CheckedKind kind, AstId ast, uint32_t count, CheckedId first, Shape shape)
{
    CheckedNode node = { .kind = (uint8_t)kind, .count = count, .first = first, .shape = shape, .at = sema_at(s, ast) };

    count_step(s, ast);
    vec_push(s->arena, &s->model->nodes, node);
    return &vec_top(&s->model->nodes);
}

void sema_cut(Sema *s, CheckedId end)
{
    s->model->nodes.count = end;
}

CheckedId sema_emit_number(Sema *s, Rational number, AstId ast, Shape shape)
{
    CheckedId first = sema_here(s);
    uint32_t list = (uint32_t)s->model->index_lists.count;
    CheckedNode *node = sema_emit(s, CHECKED_NUMBER, ast, 0, first, (Shape){ 0 });

    node->u.number = (uint32_t)s->model->numbers.count;
    vec_push(s->arena, &s->model->numbers, number);
    if (shape.rank == 0)
        return first;
    for (unsigned k = 0; k < shape.rank; k++) {
        CheckedIndex index = sema_new_index(s, ast, NAME_NONE, sema_at(s, ast));

        sema_set_range(s, index, AFF_ZERO, aff_const(&s->model->affs, shape.extent[k]));
        vec_push(s->arena, &s->model->index_lists, index);
    }
    node = sema_emit(s, CHECKED_COMPREHENSION, ast, 1, first, shape);
    node->u.indices.first = list;
    node->u.indices.count = shape.rank;
    return first;
}

/* ---- what happens before a node ---- */

/* Returns where to go on; `at` if there is nothing to skip. */
static AstId run_event(Sema *s, uint32_t event, AstId at)
{
    AstId owner = event / 2;
    bool second = event % 2 != 0;

    switch ((AstKind)s->ast->nodes.at[owner].kind) {
    case AST_ASSIGN:
        return second ? owner : sema_begin_assign(s, owner);
    case AST_FOR:
        if (!second)
            return sema_begin_loop(s, owner);
        sema_begin_body(s, owner);
        return at;
    case AST_DECLARATION:
        sema_declare(s, owner);
        return owner;
    case AST_REDUCE:
    case AST_COMPREHENSION:
        return second ? owner : sema_open_scope(s, owner, at);
    case AST_SELECT:
        sema_select_event(s, owner, second);
        return at;
    case AST_BINARY:
        sema_right_event(s, owner);
        return at;
    case AST_CALL:
        return sema_bare_name(s, owner);
    default:
        return owner; /* OUTPUT, DEF, EXTERN */
    }
}

/* AST_NO_ID if the node itself is next. */
static AstId run_events(Sema *s, AstId at)
{
    for (uint32_t link = s->events[at]; link != 0; link = s->next_event[link - 1]) {
        AstId to = run_event(s, link - 1, at);

        if (to != at)
            return to;
    }
    return AST_NO_ID;
}

static void push_item(Sema *s, AstId id, ValueClass is)
{
    Value value = sema_value(id, sema_here(s), (Shape){ 0 });

    value.is = (uint8_t)is;
    sema_push(s, value);
}

static void misplaced(Sema *s, AstId id, const char *word)
{
    if (s->frames.count > 0 || s->loops.count > 0)
        sema_error(s, sema_at(s, id), "'%s' stands only at the outer level of the file", word);
}

/* One node. True: a call, and the loop goes on at the function's body. */
static bool step(Sema *s, AstId id)
{
    const AstNode *node = &s->ast->nodes.at[id];

    switch ((AstKind)node->kind) {
    case AST_NUMBER: sema_number(s, id); break;
    case AST_NAME: sema_reference(s, id); break;
    case AST_UNARY: sema_unary(s, id); break;
    case AST_BINARY:
        if (node->u.op == AST_OP_AND || node->u.op == AST_OP_OR)
            sema_logic(s, id);
        else
            sema_binary(s, id);
        break;
    case AST_SELECT: sema_select(s, id); break;
    case AST_CALL: return sema_call(s, id);
    case AST_REDUCE: sema_reduce(s, id); break;
    case AST_ARRAY: sema_array(s, id); break;
    case AST_COMPREHENSION: sema_comprehension(s, id); break;
    case AST_TRANSPOSE: sema_transpose(s, id); break;
    case AST_SUBSCRIPT: sema_subscript(s, id); break;
    case AST_COLON: push_item(s, id, IS_COLON); break;
    case AST_SLICE: sema_slice(s, id); break;
    case AST_NONE: push_item(s, id, IS_ABSENT); break;
    case AST_ASSIGN: sema_end_assign(s, id); break;
    case AST_FOR: sema_end_loop(s, id); break;
    case AST_OUTPUT: misplaced(s, id, "output"); break;
    case AST_DEF:
        misplaced(s, id, "def");
        sema_define(s, id);
        break;
    case AST_EXTERN:
        misplaced(s, id, "extern");
        sema_define(s, id);
        break;
    case AST_DECLARATION: case AST_LIST: case AST_BLOCK: case AST_FILE:
    case AST_CLAUSE: case AST_CLAUSE_DATA: case AST_DECLARATOR: case AST_RANGE_REAL: case AST_RANGE_INT:
    case AST_RANGE_WRONG: case AST_KIND_COUNT:
        break;
    }
    return false;
}

void sema_run(Sema *s, AstId first, AstId last)
{
    size_t base = s->frames.count;
    AstId id = first;

    while (!s->stopped) {
        AstId jump = run_events(s, id);

        if (jump != AST_NO_ID) {
            id = jump;
            if (s->events[id] != 0)
                continue;
        }
        count_step(s, id);
        if (s->stopped)
            return;
        if (step(s, id)) {
            AstId body = s->ast->nodes.at[vec_top(&s->frames).end].first;

            id = body;
            continue;
        }
        while (s->frames.count > base && id == vec_top(&s->frames).end) {
            id = vec_top(&s->frames).call;
            sema_end_call(s);
        }
        if (s->frames.count == base && id == last)
            return;
        id++;
    }
}

/* Stacks are pointed into also while they are empty. */
static void reserve_stacks(Sema *s)
{
    vec_reserve(s->arena, &s->values, 16);
    vec_reserve(s->arena, &s->forms, 16);
    vec_reserve(s->arena, &s->leads, 16);
    vec_reserve(s->arena, &s->scope_indices, 16);
    vec_reserve(s->arena, &s->model->items, 16);
    vec_reserve(s->arena, &s->model->index_lists, 16);
}

void sema_check(CheckedModel *model, Arena *arena, const Ast *ast, const ConstOverride *overrides,
                size_t override_count, Diag *diag)
{
    Sema *s = arena_new(arena, Sema);

    *model = (CheckedModel){ .arena = arena, .names = ast->names, .ast = ast };
    aff_init(&model->affs, arena);
    *s = (Sema){ .model = model, .arena = arena, .ast = ast, .diag = diag, .overrides = overrides,
                 .override_count = override_count };
    s->override_used = arena_array(arena, bool, override_count + 1);
    vec_push(arena, &s->facts, (Fact){ 0 });
    vec_push(arena, &s->known, (Known){ .aff = AFF_FAIL, .integers = NO_SYMBOL });
    reserve_stacks(s);
    sema_prepare(s);
    sema_run(s, 0, (AstId)ast->nodes.count - 1);
    if (s->stopped)
        return;
    sema_check_overrides(s);
    sema_check_uncalled(s);
    sema_outputs(s);
    if (diag->errors == 0)
        sema_spread_data(s);
}
