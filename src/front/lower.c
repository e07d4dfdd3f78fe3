/* lower.c -- from the checked model to the program of stages: one loop with a stack of values. */
#include "front/lowering.h"

#include <string.h>

/* ---- leaves and marks ------------------------------------------------------------------------------- */

static void push(Lowering *l, Value value)
{
    vec_push(l->arena, &l->stack, value);
}

static void lower_number(Lowering *l, const CheckedNode *n)
{
    Rational number = l->model->numbers.at[n->u.number];
    Value value = value_of_node(describe(l, node_literal(l->p, number), n->at), n->shape);

    if (n->value == VALUE_INTEGER && number.big == NULL)
        value.aff = aff_scale(&l->p->affs, aff_const(&l->p->affs, number.num), 1, number.den);
    push(l, value);
}

static void lower_constant(Lowering *l, const CheckedNode *n)
{
    Op op = n->kind == CHECKED_PI ? OP_PI : OP_E;

    push(l, value_of_node(describe(l, node_op(l->p, op, NO_ID, NO_ID, NO_ID), n->at), n->shape));
}

static void lower_ref(Lowering *l, const CheckedNode *n)
{
    push(l, symbol_value(l, n->u.symbol, n->at));
}

static void lower_index(Lowering *l, const CheckedNode *n)
{
    AffId replaced = l->replaced[n->u.index];

    push(l, value_of_aff(replaced != AFF_FAIL ? replaced : aff_index(&l->p->affs, l->index_of[n->u.index]), n->shape));
}

static void mark_then(Lowering *l, const CheckedNode *n)
{
    guard_push(l, value_node(l, &vec_top(&l->stack), n->at), false);
}

/* The value of the first branch is made a node while its guard stands. */
static void mark_else(Lowering *l, const CheckedNode *n)
{
    (void)value_node(l, &vec_top(&l->stack), n->at);
    guard_pop(l);
    guard_push(l, l->stack.at[l->stack.count - 2].node, true);
}

static void mark_right(Lowering *l, const CheckedNode *n)
{
    guard_push(l, value_node(l, &vec_top(&l->stack), n->at), l->code[n->u.mark].kind == CHECKED_OR);
}

/* A function put in place leaves what its body left. */
static void lower_call(Lowering *l, const CheckedNode *n)
{
    vec_top(&l->stack).name = l->model->ast->nodes.at[n->u.def].u.name;
}

/* ---- the loop --------------------------------------------------------------------------------------- */

typedef void Handler(Lowering *l, const CheckedNode *n);

static Handler *const handlers[CHECKED_KIND_COUNT] = {
    [CHECKED_NUMBER] = lower_number, [CHECKED_PI] = lower_constant, [CHECKED_E] = lower_constant,
    [CHECKED_REF] = lower_ref, [CHECKED_INDEX] = lower_index, [CHECKED_OP] = lower_op,
    [CHECKED_SELECT] = lower_select, [CHECKED_AND] = lower_select, [CHECKED_OR] = lower_select,
    [CHECKED_SUBSCRIPT] = lower_subscript, [CHECKED_TRANSPOSE] = lower_transpose,
    [CHECKED_MATMUL] = lower_matmul, [CHECKED_DOT] = lower_dot, [CHECKED_OUTER] = lower_outer,
    [CHECKED_ARRAY] = lower_array, [CHECKED_COMPREHENSION] = lower_comprehension, [CHECKED_REDUCE] = lower_reduce,
    [CHECKED_SOFTMAX] = lower_softmax, [CHECKED_CONCAT] = lower_concat, [CHECKED_MARK_THEN] = mark_then,
    [CHECKED_MARK_ELSE] = mark_else, [CHECKED_MARK_RIGHT] = mark_right, [CHECKED_BIND] = lower_bind,
    [CHECKED_ASSIGN] = lower_assign, [CHECKED_CALL] = lower_call, [CHECKED_LOOP_BEGIN] = lower_loop_begin,
    [CHECKED_LOOP_WHILE] = lower_loop_while, [CHECKED_LOOP_END] = lower_loop_end, [CHECKED_STATED] = lower_stated,
    [CHECKED_REDUCE_DATA] = lower_reduce_data,
    [CHECKED_GRAD] = lower_grad, [CHECKED_JVP] = lower_jvp, [CHECKED_JACOBIAN] = lower_jacobian,
};

static void number_index(Lowering *l, CheckedIndex index)
{
    const CheckedIndexInfo *info = &l->model->indices.at[index];

    if (l->index_of[index] == NO_ID)
        l->index_of[index] = program_index(l->p, info->name, info->at);
}

static void number_indices(Lowering *l, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        number_index(l, l->model->index_lists.at[first + i]);
}

/* Going backwards, outer constructs come before what they contain; functions are called from the model. */
static void number_indices_of(Lowering *l, size_t first, size_t end)
{
    for (size_t i = end; i-- > first;) {
        const CheckedNode *n = &l->code[i];

        if (n->kind == CHECKED_ASSIGN)
            number_indices(l, n->u.assign.first, n->u.assign.count);
        else if (n->kind == CHECKED_COMPREHENSION)
            number_indices(l, n->u.indices.first, n->u.indices.count);
        else if (n->kind == CHECKED_REDUCE)
            number_indices(l, n->u.reduce.first, n->u.reduce.count);
        else if (n->kind == CHECKED_LOOP_END)
            number_index(l, l->model->loops.at[n->u.loop].index);
    }
}

/* Outer indices get smaller numbers. */
static void number_all_indices(Lowering *l)
{
    const CheckedModel *model = l->model;

    l->index_of = arena_array(l->arena, IndexId, model->indices.count);
    for (size_t i = 0; i < model->indices.count; i++)
        l->index_of[i] = NO_ID;
    number_indices_of(l, 0, model->nodes.count);
    number_indices_of(l, model->nodes.count, l->code_count);
    for (CheckedIndex i = 0; i < model->indices.count; i++)
        number_index(l, i);
}

static SetId closure_of(Lowering *l, const Dim *dim)
{
    SetId bounds = set_union(l->p, set_of_aff(l->p, dim->low), set_of_aff(l->p, dim->high));
    SetId closure = set_of(l->p, dim->index);
    uint32_t count;
    const IndexId *items = set_items(l->p, bounds, &count);

    for (uint32_t k = 0; k < count; k++) {
        closure = set_union(l->p, closure, l->closures[items[k]]);
        items = set_items(l->p, bounds, &count);
    }
    return closure;
}

/* Bounds use outer indices, whose closures are known by then. */
static void make_indices(Lowering *l)
{
    const CheckedModel *model = l->model;
    size_t count;

    for (unsigned k = 0; k < MOST_AXES; k++)
        program_index(l->p, NAME_NONE, no_span());
    data_make_index(l);
    number_all_indices(l);
    l->index_room = count = l->p->indices.count;
    l->ranges = arena_array(l->arena, Dim, count);
    l->closures = arena_array(l->arena, SetId, count);
    l->checked_of = arena_array(l->arena, CheckedIndex, count);
    for (CheckedIndex i = 0; i < model->indices.count; i++) {
        const CheckedIndexInfo *info = &model->indices.at[i];
        int64_t extent = info->most + 1 - info->least;

        l->checked_of[l->index_of[i]] = i;
        l->ranges[l->index_of[i]] =
            (Dim){ .index = l->index_of[i], .low = import_aff(l, info->low), .high = import_aff(l, info->high),
                   .least = info->least, .extent = (int32_t)(extent < 1 ? 1 : extent > INT32_MAX ? INT32_MAX : extent) };
    }
    if (l->sample != NO_ID)
        l->ranges[l->sample] = (Dim){ .index = l->sample, .low = AFF_ZERO, .high = aff_const(&l->p->affs, l->p->samples),
                                        .extent = l->p->samples };
    for (IndexId index = USER_INDEX; index < count; index++)
        l->closures[index] = closure_of(l, &l->ranges[index]);
}

static void reserve_indices(Lowering *l, size_t count)
{
    size_t room = l->index_room, of_ranges = room, of_closures = room;

    l->checked_of = vec_grow(l->arena, l->checked_of, sizeof *l->checked_of, &l->index_room, count);
    l->ranges = vec_grow(l->arena, l->ranges, sizeof *l->ranges, &of_ranges, count);
    l->closures = vec_grow(l->arena, l->closures, sizeof *l->closures, &of_closures, count);
}

IndexId index_new(Lowering *l, int32_t extent)
{
    IndexId index = program_index(l->p, NAME_NONE, no_span());

    if (index >= l->index_room)
        reserve_indices(l, index + 1u);
    l->checked_of[index] = 0;
    l->ranges[index] = (Dim){ .index = index, .low = AFF_ZERO, .high = aff_const(&l->p->affs, extent), .extent = extent };
    l->closures[index] = set_of(l->p, index);
    return index;
}

/* One array with one numbering, so that loops and marks need not know where they stand. */
static void gather_code(Lowering *l)
{
    const CheckedModel *model = l->model;
    CheckedId offset = (CheckedId)model->nodes.count;
    CheckedNode *code;

    l->code = model->nodes.at;
    l->code_count = model->nodes.count + model->function_nodes.count;
    if (model->function_nodes.count == 0)
        return;
    l->code = code = arena_array(l->arena, CheckedNode, l->code_count);
    if (offset > 0)
        memcpy(code, model->nodes.at, offset * sizeof *code);
    memcpy(code + offset, model->function_nodes.at, model->function_nodes.count * sizeof *code);
    for (size_t i = offset; i < l->code_count; i++) {
        CheckedNode *n = &code[i];

        n->first += offset;
        if (n->kind == CHECKED_MARK_THEN || n->kind == CHECKED_MARK_ELSE || n->kind == CHECKED_MARK_RIGHT)
            n->u.mark += offset;
    }
}

static void begin(Lowering *l, int32_t samples, Lowered *lowered)
{
    size_t symbols = l->model->symbols.count;

    l->symbols = arena_array(l->arena, SymId, symbols);
    l->bound = arena_array(l->arena, Value, symbols);
    for (size_t i = 0; i < symbols; i++) {
        l->symbols[i] = NO_ID;
        l->bound[i] = (Value){ .node = NO_ID, .aff = AFF_FAIL };
    }
    l->replaced = arena_array(l->arena, AffId, l->model->indices.count);
    for (size_t i = 0; i < l->model->indices.count; i++)
        l->replaced[i] = AFF_FAIL;
    gather_code(l);
    data_begin(l, samples);
    symbols_declare(l, lowered);
    make_indices(l);
    data_bind(l);
    loops_prepare(l);
    stated_prepare(l);
    derive_find_names(l);
}

static void lower_frames(Lowering *l, size_t outer)
{
    while (l->frames.count > outer && !l->failed) {
        CodeFrame *frame = &vec_top(&l->frames);
        const CheckedNode *n = l->code + frame->next;

        if (frame->next++ == frame->end)
            lower_end_code(l);
        else if (handlers[n->kind] != NULL)
            handlers[n->kind](l, n);
    }
}

void lower_code(Lowering *l, CheckedId first, CheckedId end)
{
    size_t outer = l->frames.count;

    vec_push(l->arena, &l->frames, (CodeFrame){ .next = first, .end = end });
    lower_frames(l, outer);
}

static void list_externs(const CheckedModel *model, Arena *arena, Lowered *lowered)
{
    for (size_t i = 0; i < model->functions.count; i++) {
        const CheckedFunction *function = &model->functions.at[i];

        if (function->is_extern)
            vec_push(arena, &lowered->externs, (Extern){ function->name, model->ast->nodes.at[function->ast].name_at,
                                                         function->arg_count });
    }
}

static void end(Lowering *l, Lowered *lowered)
{
    if (l->failed)
        program_free(l->p);
    else
        lowered->program = l->p;
}

void lower_model(Lowered *lowered, Arena *arena, const CheckedModel *model, int32_t samples, Diag *diag, Heap *heap)
{
    Lowering l = { .arena = arena, .model = model, .diag = diag, .sample = NO_ID };

    *lowered = (Lowered){ 0 };
    l.p = program_new(heap, model->names, model->ast->source);
    begin(&l, samples, lowered);
    lower_code(&l, 0, (CheckedId)model->nodes.count);
    if (!l.failed)
        symbols_output(&l);
    list_externs(model, arena, lowered);
    end(&l, lowered);
}

/* The arguments come first, so that all programs know them by the same numbers. The model's code runs, too: constants may be
 * computed there. */
void lower_function(Lowered *lowered, Arena *arena, const CheckedModel *model, size_t function, Diag *diag, Heap *heap)
{
    Lowering l = { .arena = arena, .model = model, .diag = diag, .sample = NO_ID };
    CheckedNode call = { .kind = CHECKED_STATED, .count = model->functions.at[function].arg_count,
                         .at = model->ast->nodes.at[model->functions.at[function].ast].name_at,
                         .u.stated = (uint32_t)function };

    *lowered = (Lowered){ 0 };
    l.p = program_new(heap, model->names, model->ast->source);
    symbols_declare_arguments(&l, &model->functions.at[function], lowered);
    begin(&l, 1, lowered);
    lowered->declared.count = call.count;
    lower_code(&l, 0, (CheckedId)model->nodes.count);
    lower_stated(&l, &call);
    lower_frames(&l, 0);
    if (!l.failed)
        symbols_output_value(&l, vec_pop(&l.stack), model->functions.at[function].name, call.at);
    end(&l, lowered);
}
