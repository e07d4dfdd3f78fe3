/* sema_const.c -- computes a constant by running its code: a machine with a stack of arrays of numbers.
 *
 * The body of a comprehension or reduction is run once for every value of its indices, by jumping back; the branch of a
 * select that is not taken is jumped over.
 */
#include "front/sema_const.h"

/* ---- reductions ---- */

static Num neutral(Run *run, ReduceOp op, bool *any)
{
    *any = false;
    if (op == REDUCE_NORM || op == REDUCE_LOGSUMEXP)
        run->failed = true;
    return num_of(RATIONAL(op == REDUCE_PROD));
}

static Num join(Run *run, ReduceOp op, Num sofar, Num next, bool first)
{
    switch (op) {
    case REDUCE_SUM: case REDUCE_MEAN: return run_apply2(run, OP_ADD, sofar, next);
    case REDUCE_PROD: return run_apply2(run, OP_MUL, sofar, next);
    case REDUCE_MAX: return first ? next : run_apply2(run, OP_MAX, sofar, next);
    case REDUCE_MIN: return first ? next : run_apply2(run, OP_MIN, sofar, next);
    default: return sofar;
    }
}

static Num conclude(Run *run, ReduceOp op, Num sum, size_t count)
{
    return op == REDUCE_MEAN ? run_apply2(run, OP_DIV, sum, num_of(RATIONAL((int64_t)count))) : sum;
}

static void run_reduce_all(Run *run, const CheckedNode *node)
{
    Cell a = vec_pop(&run->stack);
    bool any;
    Num sum = neutral(run, node->u.reduce.op, &any);

    for (size_t i = 0; i < a.count && !run->failed; i++)
        sum = join(run, node->u.reduce.op, sum, a.at[i], i == 0);
    if (!run->failed)
        run_push_number(run, conclude(run, node->u.reduce.op, sum, a.count));
}

/* ---- bodies that are run for every value of their indices ---- */

static bool has_turns(const CheckedNode *node, uint32_t *first, uint32_t *count)
{
    switch ((CheckedKind)node->kind) {
    case CHECKED_COMPREHENSION:
        *first = node->u.indices.first;
        *count = node->u.indices.count;
        return true;
    case CHECKED_REDUCE:
        *first = node->u.reduce.first;
        *count = node->u.reduce.count;
        return *count > 0;
    case CHECKED_ASSIGN:
        *first = node->u.assign.first;
        *count = node->u.assign.count;
        return *count > 0;
    default:
        return false;
    }
}

/* The next values of the indices; bounds may depend on those to the left. */
static bool advance(Run *run, const Turn *turn, bool start)
{
    uint32_t level = start ? 0 : turn->count - 1;
    bool fresh = start;

    while (!run->failed && run->steps++ <= MOST_RUN) {
        CheckedIndex index = run->model->index_lists.at[turn->first + level];
        const CheckedIndexInfo *info = &run->model->indices.at[index];
        int64_t *now = &run->s->indices.at[index].now;

        *now = fresh ? run_integer(run, info->low) : *now + 1;
        if (*now < run_integer(run, info->high)) {
            if (level + 1 == turn->count)
                return true;
            level++;
            fresh = true;
        } else {
            if (level == 0)
                return false;
            level--;
            fresh = false;
        }
    }
    run->failed = true;
    return false;
}

static void finish_turn(Run *run, const Turn *turn)
{
    const CheckedNode *node = &run->model->nodes.at[turn->node];

    if (node->kind == CHECKED_ASSIGN) {
        Cell *cell = arena_new(run->s->arena, Cell);

        *cell = turn->result;
        run->s->symbols.at[node->u.assign.symbol].cell = cell;
        return;
    }
    if (node->kind == CHECKED_REDUCE)
        for (size_t i = 0; i < turn->result.count && !run->failed; i++)
            turn->result.at[i] = conclude(run, node->u.reduce.op, turn->result.at[i], turn->filled);
    run_push(run, turn->result);
}

static void take_body(Run *run, Turn *turn)
{
    const CheckedNode *node = &run->model->nodes.at[turn->node];
    Cell body = vec_pop(&run->stack);

    if (node->kind == CHECKED_REDUCE) {
        for (size_t i = 0; i < turn->result.count && !run->failed; i++)
            turn->result.at[i] = join(run, node->u.reduce.op, turn->result.at[i],
                                      body.at[run_place(turn->result.shape, body.shape, i)], turn->filled == 0);
        turn->filled++;
        return;
    }
    for (size_t i = 0; i < body.count && turn->filled < turn->result.count; i++)
        turn->result.at[turn->filled++] = body.at[i];
}

/* Opens the bodies of a list that begin here. Returns where to go on. */
static CheckedId open_turns(Run *run, uint32_t link, CheckedId at)
{
    for (; link != 0 && !run->failed; link = run->next[link - 1]) {
        CheckedId id = run->first + link - 1;
        const CheckedNode *node = &run->model->nodes.at[id];
        Turn turn = { .node = id };
        bool any;
        Num start = num_of(RATIONAL(0));

        has_turns(node, &turn.first, &turn.count);
        turn.result = run_cell(run, node->kind == CHECKED_ASSIGN ? run->model->symbols.at[node->u.assign.symbol].shape
                                                                 : node->shape);
        if (node->kind == CHECKED_REDUCE)
            start = neutral(run, node->u.reduce.op, &any);
        for (size_t i = 0; i < turn.result.count; i++)
            turn.result.at[i] = start;
        if (run->failed)
            return at;
        if (!advance(run, &turn, true)) {
            finish_turn(run, &turn);
            return id + 1;
        }
        vec_push(run->s->arena, &run->turns, turn);
    }
    return at;
}

static CheckedId end_body(Run *run, CheckedId at)
{
    Turn *turn = &vec_top(&run->turns);
    CheckedId body = run->model->nodes.at[at].first;

    take_body(run, turn);
    if (advance(run, turn, false)) {
        CheckedId to = open_turns(run, run->next[at - run->first], body);

        run->resumed = to == body;
        return to;
    }
    finish_turn(run, turn);
    run->turns.count--;
    return at + 1;
}

/* ---- names ---- */

static void run_ref(Run *run, const CheckedNode *node)
{
    const CheckedSymbol *symbol = &run->model->symbols.at[node->u.symbol];
    Cell cell;

    if (symbol->role != NAME_CONST) {
        if (run->s->symbols.at[node->u.symbol].cell == NULL)
            run->failed = true;
        else
            run_push(run, *run->s->symbols.at[node->u.symbol].cell);
        return;
    }
    cell = run_cell(run, symbol->shape);
    for (size_t i = 0; i < cell.count; i++)
        cell.at[i] = num_of(symbol->values[i]);
    run_push(run, cell);
}

static void give(Run *run, CheckedSym symbol, Cell value)
{
    Cell *cell = arena_new(run->s->arena, Cell);

    *cell = value;
    run->s->symbols.at[symbol].cell = cell;
}

static void run_bind(Run *run, const CheckedNode *node)
{
    for (uint32_t k = 0; k < node->count; k++)
        give(run, node->u.bind.first + k, run->stack.at[run->stack.count - node->count + k]);
    run->stack.count -= node->count;
}

/* ---- the machine ---- */

/* A mark: is the part behind it skipped? Its value is missed then, so the condition stands in for it. */
static CheckedId run_mark(Run *run, const CheckedNode *node, CheckedId at)
{
    const Cell *top = &vec_top(&run->stack);
    bool scalar, holds, skip;

    if (node->kind == CHECKED_MARK_ELSE)
        top = &run->stack.at[run->stack.count - 2];
    scalar = top->shape.rank == 0;
    holds = scalar && rational_sign(top->at[0].value) != 0;
    skip = node->kind == CHECKED_MARK_THEN ? !holds
           : node->kind == CHECKED_MARK_ELSE ? holds
           : run->model->nodes.at[node->u.mark].kind == CHECKED_AND ? !holds : holds;
    if (!scalar || !skip)
        return at + 1;
    run_push(run, *top);
    return node->kind == CHECKED_MARK_THEN ? node->u.mark + 1 : node->u.mark;
}

static CheckedId run_node(Run *run, CheckedId at)
{
    const CheckedNode *node = &run->model->nodes.at[at];
    uint32_t first, count;

    if (has_turns(node, &first, &count))
        return end_body(run, at);
    switch ((CheckedKind)node->kind) {
    case CHECKED_NUMBER: run_push_number(run, num_of(run->model->numbers.at[node->u.number])); break;
    case CHECKED_PI: run_push_number(run, (Num){ .real = 3.14159265358979323846 }); break;
    case CHECKED_E: run_push_number(run, (Num){ .real = 2.71828182845904523536 }); break;
    case CHECKED_REF: run_ref(run, node); break;
    case CHECKED_INDEX: run_push_number(run, num_of(RATIONAL(run->s->indices.at[node->u.index].now))); break;
    case CHECKED_REDUCE: run_reduce_all(run, node); break;
    case CHECKED_CALL: break;
    case CHECKED_BIND: run_bind(run, node); break;
    case CHECKED_ASSIGN: give(run, node->u.assign.symbol, vec_pop(&run->stack)); break;
    case CHECKED_MARK_THEN: case CHECKED_MARK_ELSE: case CHECKED_MARK_RIGHT: return run_mark(run, node, at);
    default:
        if (!run_array(run, node))
            run->failed = true;
        break;
    }
    return at + 1;
}

static void find_bodies(Run *run)
{
    size_t count = run->end - run->first;
    uint32_t first, turns;

    run->opens = arena_array(run->s->arena, uint32_t, count + 1);
    run->next = arena_array(run->s->arena, uint32_t, count + 1);
    for (CheckedId id = run->first; id < run->end; id++) {
        const CheckedNode *node = &run->model->nodes.at[id];

        if (!has_turns(node, &first, &turns))
            continue;
        run->next[id - run->first] = run->opens[node->first - run->first];
        run->opens[node->first - run->first] = id - run->first + 1;
    }
}

static const Rational *values_of(Run *run)
{
    Cell cell = vec_top(&run->stack);
    Rational *values = arena_array(run->s->arena, Rational, cell.count);

    for (size_t i = 0; i < cell.count; i++)
        values[i] = cell.at[i].exact ? cell.at[i].value : rational_from_double(run->s->arena, cell.at[i].real);
    return values;
}

const Rational *sema_evaluate(Sema *s, CheckedId first, bool exact_only)
{
    Run run = { .s = s, .model = s->model, .first = first, .end = sema_here(s), .exact_only = exact_only };
    CheckedId at = first;

    vec_reserve(s->arena, &run.stack, 16);
    find_bodies(&run);
    while (at < run.end && !run.failed) {
        CheckedId to = run.resumed ? at : open_turns(&run, run.opens[at - first], at);

        run.resumed = false;
        if (to == at && !run.failed)
            to = run_node(&run, at);
        at = to;
        if (++run.steps > MOST_RUN)
            run.failed = true;
    }
    return run.failed || run.stack.count != 1 ? NULL : values_of(&run);
}
