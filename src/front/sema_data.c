/* sema_data.c -- which values are per sample: goes through the code once it is whole.
 *
 * A name is per sample if anything assigned to it is. A loop is gone through again while that still changes.
 */
#include "front/sema.h"

typedef struct {
    CheckedId begin;
    bool changed;
} Round;

typedef struct {
    Sema *s;
    bool report;
    VEC(bool) stack;
    VEC(Round) rounds;
} Spread;

static void mark(Spread *spread, CheckedSym symbol, bool per_sample)
{
    CheckedSymbol *info = &spread->s->model->symbols.at[symbol];

    if (!per_sample || info->per_sample)
        return;
    info->per_sample = true;
    for (size_t i = 0; i < spread->rounds.count; i++)
        spread->rounds.at[i].changed = true;
}

static void mark_all(Spread *spread, uint32_t first, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        mark(spread, spread->s->model->loop_names.at[first + k], true);
}

static const char *text_of(Sema *s, Span at)
{
    for (AstId id = (AstId)s->ast->nodes.count; id-- > 0;)
        if (s->ast->nodes.at[id].at.begin == at.begin && s->ast->nodes.at[id].at.end == at.end)
            return sema_text(s, id);
    return "this";
}

static void say_nothing(Spread *spread, CheckedId id)
{
    Span at = spread->s->model->nodes.at[id - 1].at;

    if (spread->report && !sema_is_full(spread->s))
        sema_error(spread->s, at, "nothing in %s is per sample", text_of(spread->s, at));
}

/* A loop that ends at another turn for every sample makes all that it changes per sample. */
static void spread_while(Spread *spread, const CheckedNode *node, bool per_sample)
{
    const CheckedLoop *loop = &spread->s->model->loops.at[node->u.loop];

    if (!per_sample)
        return;
    mark_all(spread, loop->carried, loop->carried_count);
    mark_all(spread, loop->gathered, loop->gathered_count);
}

static bool own(const Spread *spread, const CheckedNode *node)
{
    switch ((CheckedKind)node->kind) {
    case CHECKED_REF: case CHECKED_GRAD: case CHECKED_JACOBIAN: case CHECKED_JVP:
        return spread->s->model->symbols.at[node->u.symbol].per_sample;
    default:
        return false;
    }
}

static CheckedId spread_node(Spread *spread, CheckedId id)
{
    CheckedNode *node = &spread->s->model->nodes.at[id];
    bool per_sample = own(spread, node);

    for (uint32_t k = 0; k < node->count; k++) {
        bool operand = spread->stack.at[spread->stack.count - node->count + k];

        if (node->kind == CHECKED_BIND)
            mark(spread, node->u.bind.first + k, operand);
        per_sample = per_sample || operand;
    }
    spread->stack.count -= node->count;
    switch ((CheckedKind)node->kind) {
    case CHECKED_MARK_THEN: case CHECKED_MARK_ELSE: case CHECKED_MARK_RIGHT: case CHECKED_BIND:
        return id + 1;
    case CHECKED_ASSIGN:
        mark(spread, node->u.assign.symbol, per_sample);
        return id + 1;
    case CHECKED_LOOP_BEGIN:
        vec_push(spread->s->arena, &spread->rounds, (Round){ .begin = id });
        return id + 1;
    case CHECKED_LOOP_WHILE:
        spread_while(spread, node, per_sample);
        return id + 1;
    case CHECKED_LOOP_END: {
        Round round = vec_pop(&spread->rounds);

        return round.changed ? round.begin : id + 1;
    }
    case CHECKED_REDUCE_DATA:
        if (!per_sample)
            say_nothing(spread, id);
        per_sample = false;
        break;
    default:
        break;
    }
    node->per_sample = per_sample;
    vec_push(spread->s->arena, &spread->stack, per_sample);
    return id + 1;
}

static void spread_all(Spread *spread)
{
    CheckedId id = 0;

    while (id < spread->s->model->nodes.count)
        id = spread_node(spread, id);
}

void sema_spread_data(Sema *s)
{
    Spread spread = { .s = s };
    bool any = s->over_data;

    for (size_t i = 0; i < s->model->declared.count; i++) {
        CheckedSymbol *symbol = &s->model->symbols.at[s->model->declared.at[i]];

        symbol->per_sample = symbol->role == NAME_DATA;
        any = any || symbol->per_sample;
    }
    if (!any)
        return;
    spread_all(&spread);
    spread.report = true;
    spread_all(&spread);
    for (size_t i = 0; i < s->model->outputs.count; i++) {
        const CheckedSymbol *symbol = &s->model->symbols.at[s->model->outputs.at[i]];

        if (symbol->per_sample)
            sema_error(s, symbol->at, "'%s' has a value for every sample; write  sum(... for data)",
                       sema_name(s, symbol->name));
    }
}
