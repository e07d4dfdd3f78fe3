/* lower_loop.c -- recurrences: loops over turns whose names have the turn as a dimension.
 *
 * A carried name gets a symbol for each loop that carries it: element 0 is the value before, turn t reads at t and writes at t+1.
 * What is written in a loop has the turns of all loops around as first dimensions, so every element is still written once.
 * Free indices (of a comprehension that calls a function with a loop) are in the domains of the stages; where turns are counted
 * (`while`) each of their values needs a count of its own, so they become loops around.
 */
#include "front/lowering.h"

/* ---- open loops -------------------------------------------------------------------------------------- */

SetId loops_set(const Lowering *l)
{
    return l->loops.count == 0 ? 0 : vec_top(&l->loops).set;
}

bool loops_have(const Lowering *l, IndexId index)
{
    return set_has(l->p, loops_set(l), index);
}

/* `loop.turn` has its index and range. */
void loop_push(Lowering *l, OpenLoop loop)
{
    AffPool *affs = &l->p->affs;

    loop.turn.is_turn = true;
    loop.turn.sub = aff_offset(affs, aff_index(affs, loop.turn.index), -loop.turn.least);
    loop.set = set_union(l->p, loops_set(l), set_of(l->p, loop.turn.index));
    vec_push(l->arena, &l->loops, loop);
    if (l->loops.count <= MOST_DIMS / 2 || l->failed)
        return;
    diag_error(l->diag, l->p->indices.at[loop.turn.index].at, "loops are nested more than %d deep here", MOST_DIMS / 2);
    l->failed = true;
}

Dim *loop_turn(Lowering *l)
{
    return &l->dims.at[l->loops.count - 1];
}

/* The turn with this number, counted from the present one. */
static AffId turn_ahead(Lowering *l, int64_t turns)
{
    return aff_offset(&l->p->affs, vec_top(&l->loops).turn.sub, turns);
}

static void begin_body(Lowering *l, NodeId condition)
{
    OpenLoop *open = &vec_top(&l->loops);
    const Dim *turn = &open->turn;

    open->made = program_begin_loop(
        l->p, (Loop){ .index = turn->index, .low = (int32_t)turn->least, .high = (int32_t)(turn->least + turn->extent),
                      .condition = condition, .turns = open->turns, .at = l->p->indices.at[turn->index].at });
}

/* ---- before anything is lowered ------------------------------------------------------------------------ */

static const CheckedSym *carried_names(const Lowering *l, uint32_t loop, uint32_t *count)
{
    const CheckedLoop *info = &l->model->loops.at[loop];

    *count = info->carried_count;
    return l->model->loop_names.at + info->carried;
}

/* Going backwards: is the next thing that happens to a carried name the end of its loop, or a nested loop that carries it, too? */
void loops_prepare(Lowering *l)
{
    const CheckedModel *model = l->model;
    bool *ends = arena_array(l->arena, bool, model->symbols.count);

    l->assigned = arena_array(l->arena, uint32_t, model->symbols.count);
    l->carry_of = arena_array(l->arena, uint32_t, model->symbols.count);
    l->last_in_turn = arena_array(l->arena, bool, l->code_count);
    l->loop_ends = arena_array(l->arena, CheckedId, model->loops.count);
    for (CheckedId i = (CheckedId)l->code_count; i-- > 0;) {
        const CheckedNode *n = &l->code[i];
        const CheckedSym *names;
        uint32_t count;

        if (n->kind == CHECKED_ASSIGN)
            l->last_in_turn[i] = ends[n->u.assign.symbol];
        if (n->kind == CHECKED_LOOP_END)
            l->loop_ends[n->u.loop] = i;
        if (n->kind != CHECKED_LOOP_END && n->kind != CHECKED_LOOP_BEGIN)
            continue;
        names = carried_names(l, n->u.loop, &count);
        for (uint32_t k = 0; k < count; k++)
            ends[names[k]] = n->kind == CHECKED_LOOP_END;
    }
}

/* ---- free indices -------------------------------------------------------------------------------------- */

/* NOLINTNEXTLINE(misc-no-recursion): lists in lists, as deep as an array has axes */
static SetId set_of_value(Lowering *l, const Value *value)
{
    SetId set = 0;

    if (value->node != NO_ID)
        return l->p->nodes.at[value->node].deps;
    if (value->aff != AFF_FAIL)
        return set_of_aff(l->p, value->aff);
    for (uint32_t i = 0; i < (value->listed > 0 ? value->count : 0); i++)
        set = set_union(l->p, set, set_of_value(l, &l->parts.at[value->first + i]));
    return set;
}

/* Adds the indices of clauses and left sides to `inside`, and what their ranges need to `used`. */
static void meet_indices(Lowering *l, uint32_t first, uint32_t count, SetId *used, SetId *inside)
{
    for (uint32_t k = 0; k < count; k++) {
        IndexId index = l->index_of[l->model->index_lists.at[first + k]];

        *inside = set_union(l->p, *inside, set_of(l->p, index));
        *used = set_union(l->p, *used, l->closures[index]);
    }
}

static void meet_code(Lowering *l, const CheckedNode *n, SetId *used, SetId *inside)
{
    switch ((int)n->kind) {
    case CHECKED_REF: /* what is assigned inside may have a value of an earlier time that the code was lowered */
        if (l->assigned[n->u.symbol] != l->walk)
            *used = set_union(l->p, *used, set_of_value(l, &l->bound[n->u.symbol]));
        break;
    case CHECKED_BIND:
        for (uint32_t k = 0; k < n->u.bind.count; k++)
            l->assigned[n->u.bind.first + k] = l->walk;
        break;
    case CHECKED_INDEX:
        *used = set_union(l->p, *used, set_of(l->p, l->index_of[n->u.index]));
        break;
    case CHECKED_SUBSCRIPT:
        for (uint32_t k = 0; k < n->u.items.count; k++)
            *used = set_union(l->p, *used, set_of_aff(l->p, import_aff(l, l->model->items.at[n->u.items.first + k].value)));
        break;
    case CHECKED_LOOP_BEGIN:
        *inside = set_union(l->p, *inside, set_of(l->p, l->index_of[l->model->loops.at[n->u.loop].index]));
        break;
    case CHECKED_ASSIGN:
        l->assigned[n->u.assign.symbol] = l->walk;
        meet_indices(l, n->u.assign.first, n->u.assign.count, used, inside);
        break;
    case CHECKED_COMPREHENSION:
        meet_indices(l, n->u.indices.first, n->u.indices.count, used, inside);
        break;
    case CHECKED_REDUCE:
        meet_indices(l, n->u.reduce.first, n->u.reduce.count, used, inside);
        break;
    default:
        break;
    }
}

/* The indices of `used` that are neither axes nor bound inside nor turns of loops that are open. */
static SetId without(Lowering *l, SetId used, SetId inside)
{
    SetId set = 0;
    uint32_t count;
    const IndexId *items = set_items(l->p, used, &count);

    for (uint32_t k = 0; k < count; k++) {
        if (items[k] >= USER_INDEX && !set_has(l->p, inside, items[k]) && !loops_have(l, items[k]))
            set = set_union(l->p, set, l->closures[items[k]]);
        items = set_items(l->p, used, &count);
    }
    return set;
}

/* What the names of a loop may depend on: all that its code mentions, what it begins with, and what guards of stages join. */
static SetId free_indices(Lowering *l, CheckedId begin, uint32_t loop)
{
    SetId used = 0, inside = 0, set;
    uint32_t count;
    const CheckedSym *names = carried_names(l, loop, &count);

    for (uint32_t k = 0; k < count; k++)
        used = set_union(l->p, used, set_of_value(l, &l->bound[names[k]]));
    l->walk++;
    for (CheckedId i = begin; i < l->loop_ends[loop]; i++)
        meet_code(l, &l->code[i], &used, &inside);
    set = set_union(l->p, without(l, used, inside), loops_set(l));
    (void)guard_for(l, &set);
    return without(l, set, 0);
}

/* ---- carried names ------------------------------------------------------------------------------------- */

/* The innermost open loop's, or NULL. */
Carry *loop_carry(Lowering *l, CheckedSym symbol)
{
    Carry *carry = l->carry_of[symbol] == 0 ? NULL : &l->carries.at[l->carry_of[symbol] - 1];

    return carry != NULL && carry->depth == l->loops.count ? carry : NULL;
}

/* The domain of a carried name, written at the end of the turn. */
void loop_domain(Lowering *l, CheckedSym symbol, const CheckedIndex *own, uint32_t own_count)
{
    domain_begin(l, data_free(l, symbol, vec_top(&l->loops).free), own, own_count);
    loop_turn(l)->extent++;
    loop_turn(l)->sub = turn_ahead(l, 1);
}

/* From now on the name is its element number `turn`. */
static void rebind(Lowering *l, const Carry *carry, AffId turn)
{
    const CheckedSymbol *checked = &l->model->symbols.at[carry->checked];

    loop_domain(l, carry->checked, NULL, 0);
    loop_turn(l)->sub = turn;
    l->bound[carry->checked] = value_of_node(domain_read(l, carry->symbol, &checked->shape, checked->at), checked->shape);
}

static void rebind_all(Lowering *l, AffId turn)
{
    for (size_t i = vec_top(&l->loops).carries; i < l->carries.count; i++)
        rebind(l, &l->carries.at[i], turn);
}

static void begin_carry(Lowering *l, CheckedSym id)
{
    const CheckedSymbol *checked = &l->model->symbols.at[id];
    Carry carry = { .checked = id, .depth = (uint32_t)l->loops.count, .outer = l->carry_of[id] };

    loop_domain(l, id, NULL, 0);
    loop_turn(l)->sub = AFF_ZERO;
    domain_axes(l, &checked->shape);
    domain_keep(l);
    carry.symbol = domain_symbol(l, checked->name, checked->at);
    l->p->symbols.at[carry.symbol].named = true;
    value_store(l, &l->bound[id], carry.symbol, checked->at);
    vec_push(l->arena, &l->carries, carry);
    l->carry_of[id] = (uint32_t)l->carries.count;
}

/* A nested loop has carried it further: its value there is that of the turn. */
static void end_turn(Lowering *l, const Carry *carry)
{
    const CheckedSymbol *checked = &l->model->symbols.at[carry->checked];

    if (carry->written)
        return;
    value_prepare(l, &l->bound[carry->checked], checked->at);
    loop_domain(l, carry->checked, NULL, 0);
    domain_axes(l, &checked->shape);
    domain_keep(l);
    value_store(l, &l->bound[carry->checked], carry->symbol, checked->at);
    rebind(l, carry, turn_ahead(l, 1));
}

/* ---- while --------------------------------------------------------------------------------------------- */

static SymId turns_symbol(Lowering *l)
{
    const OpenLoop *open = &vec_top(&l->loops);
    int32_t extents[MOST_DIMS];
    Symbol turns = { .name = names_intern_text(l->p->names, "turns"), .at = l->p->indices.at[open->turn.index].at,
                     .role = SYM_INTEGER, .rank = (uint8_t)(l->loops.count - 1), .integer = true, .local = true,
                     .low = 0, .high = (int64_t)open->turn.extent + 1, .extents = extents, .of = NO_ID };

    for (size_t i = 0; i + 1 < l->loops.count; i++)
        extents[i] = l->loops.at[i].turn.extent;
    return program_symbol(l->p, turns);
}

/* How many turns the loop number `depth` has made, in the present turns of those around it. */
static AffId turns_made(Lowering *l, size_t depth)
{
    AffId subs[MOST_DIMS];

    for (size_t i = 0; i < depth; i++)
        subs[i] = l->loops.at[i].turn.sub;
    return aff_element(&l->p->affs, l->loops.at[depth].turns, subs, (uint8_t)depth);
}

/* The range of an index that has become a loop, where it depends on others. */
static bool guard_range(Lowering *l, const Dim *dim)
{
    NodeId index = node_integer(l->p, aff_index(&l->p->affs, dim->index)), above, below;
    int64_t value;

    if (aff_is_const(&l->p->affs, dim->low, &value) && aff_is_const(&l->p->affs, dim->high, &value))
        return false;
    above = node_op2(l->p, OP_GE, index, node_integer(l->p, dim->low));
    below = node_op2(l->p, OP_LT, index, node_integer(l->p, dim->high));
    guard_push(l, node_op2(l->p, OP_AND, above, below), false);
    return true;
}

/* Each point of the free indices has its own number of turns. */
static void open_index_loops(Lowering *l, SetId free, OpenLoop *inner)
{
    uint32_t count;
    const IndexId *items = set_items(l->p, free, &count);

    for (uint32_t k = 0; k < count; k++) {
        Dim dim = l->ranges[items[k]];

        loop_push(l, (OpenLoop){ .turn = dim, .checked = NO_ID, .turns = NO_ID, .asked = NO_ID });
        begin_body(l, NO_ID);
        inner->outer++;
        inner->guards += guard_range(l, &dim);
        items = set_items(l->p, free, &count);
    }
}

static void close_index_loops(Lowering *l, const OpenLoop *inner)
{
    for (uint32_t k = 0; k < inner->guards; k++)
        guard_pop(l);
    for (uint32_t k = 0; k < inner->outer; k++)
        program_end_loop(l->p, vec_pop(&l->loops).made);
}

/* With the condition of the branch around: a loop that is not reached makes no turn. */
static NodeId reached_and(Lowering *l, NodeId condition)
{
    domain_begin(l, 0, NULL, 0);
    return l->guard == NO_ID ? condition : node_op2(l->p, OP_AND, l->guard, condition);
}

/* The code of the condition once more, the index being `index`. */
static NodeId ask(Lowering *l, const OpenLoop *open, AffId index)
{
    CheckedIndex checked = l->model->loops.at[open->checked].index;
    Value value;

    l->replaced[checked] = index;
    lower_code(l, open->begin + 1, open->asked_end);
    l->replaced[checked] = AFF_FAIL;
    value = vec_pop(&l->stack);
    return value_node(l, &value, no_span());
}

static void store_answer(Lowering *l, NodeId condition, AffId turn)
{
    OpenLoop *open = &vec_top(&l->loops);
    NodeId number = node_op(l->p, OP_SELECT, condition, node_int(l->p, 1), node_int(l->p, 0));

    loop_domain(l, NO_ID, NULL, 0);
    loop_turn(l)->sub = turn;
    domain_keep(l);
    if (open->asked == NO_ID)
        open->asked = domain_symbol(l, names_intern_text(l->p->names, "go_on"), l->p->indices.at[open->turn.index].at);
    domain_stage(l, open->asked, STAGE_SET, number, l->p->infos.at[condition].at);
}

/* A condition that takes stages is computed before the loop, and at the end of every turn for the next one. What was
 * made of it inside the loop is given up. */
static void ask_ahead(Lowering *l)
{
    Program *p = l->p;
    OpenLoop open = vec_top(&l->loops);
    NodeId condition;
    AffId subs[MOST_DIMS];

    p->body.count = open.body;
    p->stages.count = open.stages;
    p->loops.count = open.made;
    rebind_all(l, AFF_ZERO);
    l->loops.count--;
    condition = ask(l, &open, aff_const(&p->affs, open.turn.least));
    vec_push(l->arena, &l->loops, open);
    store_answer(l, condition, AFF_ZERO);
    loop_turn(l)->sub = open.turn.sub;
    domain_subs(l, subs);
    condition = node_op2(p, OP_NE, node_read(p, vec_top(&l->loops).asked, subs), node_int(p, 0));
    begin_body(l, reached_and(l, condition));
    rebind_all(l, open.turn.sub);
}

static void ask_again(Lowering *l)
{
    OpenLoop open = vec_top(&l->loops);
    AffPool *affs = &l->p->affs;
    AffId next = aff_offset(affs, aff_index(affs, open.turn.index), 1);
    NodeId goes_on = node_op2(l->p, OP_LT, node_integer(l->p, next), node_integer(l->p, open.turn.high));

    guard_push(l, goes_on, false);
    store_answer(l, ask(l, &open, next), turn_ahead(l, 1));
    guard_pop(l);
}

void lower_loop_while(Lowering *l, const CheckedNode *n)
{
    OpenLoop *open = &vec_top(&l->loops);
    Value value = vec_pop(&l->stack);
    NodeId condition = value_node(l, &value, n->at);

    open->asked_end = (CheckedId)(n - l->code);
    if (l->failed)
        return;
    if (l->p->body.count > open->body + 1)
        ask_ahead(l);
    else
        l->p->loops.at[open->made].condition = reached_and(l, condition);
}

/* ---- gathered names ------------------------------------------------------------------------------------ */

/* The element of this turn as the array that is there after the loops: turns that were not made have left 0. */
NodeId loop_gathered(Lowering *l, NodeId node, const CheckedIndex *left, uint32_t count)
{
    for (size_t i = l->loops.count; i-- > 0;) {
        IndexId index = l->loops.at[i].turn.index;
        bool gathers = false;

        for (uint32_t k = 0; k < count; k++)
            gathers |= l->index_of[left[k]] == index;
        if (gathers && l->loops.at[i].turns != NO_ID) {
            NodeId turn = node_integer(l->p, l->loops.at[i].turn.sub), made = node_integer(l->p, turns_made(l, i));

            node = node_op(l->p, OP_SELECT, node_op2(l->p, OP_LT, turn, made), node, node_int(l->p, 0));
        }
    }
    return node;
}

/* ---- the loop itself ----------------------------------------------------------------------------------- */

void lower_loop_begin(Lowering *l, const CheckedNode *n)
{
    const CheckedLoop *info = &l->model->loops.at[n->u.loop];
    OpenLoop open = { .turn = l->ranges[l->index_of[info->index]], .checked = n->u.loop, .turns = NO_ID, .asked = NO_ID,
                      .carries = l->carries.count, .begin = (CheckedId)(n - l->code) };
    uint32_t count;
    const CheckedSym *names = carried_names(l, n->u.loop, &count);

    for (uint32_t k = 0; k < count; k++) {
        (void)symbol_value(l, names[k], n->at);
        value_prepare(l, &l->bound[names[k]], n->at);
    }
    open.free = free_indices(l, open.begin, n->u.loop);
    if (info->has_while) {
        SetId counted = data_counted(l, open.begin, open.free);

        open_index_loops(l, counted, &open);
        open.free = counted == open.free ? 0 : set_of(l->p, l->sample);
    }
    loop_push(l, open);
    for (uint32_t k = 0; k < count && !l->failed; k++)
        begin_carry(l, names[k]);
    if (l->failed)
        return;
    if (info->has_while)
        vec_top(&l->loops).turns = turns_symbol(l);
    vec_top(&l->loops).body = l->p->body.count;
    vec_top(&l->loops).stages = l->p->stages.count;
    begin_body(l, NO_ID);
    rebind_all(l, vec_top(&l->loops).turn.sub);
}

void lower_loop_end(Lowering *l, const CheckedNode *n)
{
    OpenLoop open = vec_top(&l->loops);

    for (size_t i = open.carries; i < l->carries.count; i++)
        end_turn(l, &l->carries.at[i]);
    if (open.asked != NO_ID)
        ask_again(l);
    program_end_loop(l->p, open.made);
    rebind_all(l, open.turns != NO_ID ? turns_made(l, l->loops.count - 1) : aff_const(&l->p->affs, open.turn.extent));
    while (l->carries.count > open.carries) {
        Carry carry = vec_pop(&l->carries);

        l->carry_of[carry.checked] = carry.outer;
    }
    l->loops.count--;
    close_index_loops(l, &open);
    derive_name_gathered(l, (CheckedId)(n - l->code));
}
