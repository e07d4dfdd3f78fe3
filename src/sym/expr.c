/* expr.c -- the pool of expressions: hash-consing, leaves, and looking. */
#include <string.h>

#include "sym/expr.h"

ExprPool *expr_pool(Arena *arena, Names *names)
{
    ExprPool *pool = arena_new(arena, ExprPool);

    pool->arena = arena;
    pool->names = names;
    aff_init(&pool->affs, arena);
    return pool;
}

/* ---- the table of nodes ----------------------------------------------------------------------------- */

typedef struct {
    const ExprPool *pool;
    const Expr *node;
} SoughtNode;

static bool same_node(const void *context, uint32_t id)
{
    const SoughtNode *sought = context;

    return memcmp(&sought->pool->nodes.at[id], sought->node, sizeof(Expr)) == 0; /* NOLINT: see blank() */
}

/* A node whose unused bytes are 0, so that equal nodes have equal bytes. */
static Expr blank(ExprKind kind)
{
    Expr node;

    memset(&node, 0, sizeof node);
    node.kind = (uint16_t)kind;
    return node;
}

static ExprId intern(ExprPool *pool, const Expr *node)
{
    uint64_t hash = hash_bytes(node, sizeof *node);
    uint32_t id = hash_find(&pool->node_table, hash, same_node, &(SoughtNode){ pool, node });

    if (id != HASH_NONE)
        return id;
    if (pool->nodes.count > 0 && pool->nodes.count >= (pool->most == 0 ? EXPR_MOST : pool->most)) {
        pool->full = true;
        return 0;
    }
    id = (uint32_t)pool->nodes.count;
    vec_push(pool->arena, &pool->nodes, *node);
    vec_push(pool->arena, &pool->marks, 0);
    hash_add(pool->arena, &pool->node_table, hash, id);
    return id;
}

/* ---- variables and indices --------------------------------------------------------------------------- */

VariableId expr_variable(ExprPool *pool, Name name, uint32_t symbol, uint8_t rank, const int32_t *extents)
{
    ExprVariable variable = { .name = name, .symbol = symbol, .rank = rank };

    if (rank > 0) {
        int32_t *copy = arena_array(pool->arena, int32_t, rank);

        memcpy(copy, extents, rank * sizeof *copy);
        variable.extents = copy;
    }
    vec_push(pool->arena, &pool->variables, variable);
    return (VariableId)(pool->variables.count - 1);
}

uint32_t expr_index(ExprPool *pool, Name name)
{
    vec_push(pool->arena, &pool->indices, name);
    return (uint32_t)(pool->indices.count - 1);
}

/* ---- leaves ------------------------------------------------------------------------------------------ */

typedef struct {
    const ExprPool *pool;
    Rational value;
} SoughtNumber;

static bool same_number(const void *context, uint32_t id)
{
    const SoughtNumber *sought = context;

    return rational_equal(sought->pool->numbers.at[id], sought->value);
}

ExprId expr_number(ExprPool *pool, Rational value)
{
    uint64_t hash = rational_hash(value);
    uint32_t id = hash_find(&pool->number_table, hash, same_number, &(SoughtNumber){ pool, value });
    Expr node = blank(EXPR_NUMBER);

    if (id == HASH_NONE) {
        id = (uint32_t)pool->numbers.count;
        vec_push(pool->arena, &pool->numbers, rational_copy(pool->arena, value));
        hash_add(pool->arena, &pool->number_table, hash, id);
    }
    node.u.number = id;
    return intern(pool, &node);
}

ExprId expr_int(ExprPool *pool, int64_t value)
{
    return expr_number(pool, RATIONAL(value));
}

ExprId expr_integer(ExprPool *pool, AffId aff)
{
    Expr node = blank(EXPR_INTEGER);
    int64_t value;

    if (aff_is_const(&pool->affs, aff, &value))
        return expr_int(pool, value);
    node.u.aff = aff;
    return intern(pool, &node);
}

typedef struct {
    const ExprPool *pool;
    const AffId *subs;
    size_t rank;
} SoughtSubs;

static bool same_subs(const void *context, uint32_t id)
{
    const SoughtSubs *sought = context;

    return id + sought->rank <= sought->pool->subs.count &&
           memcmp(sought->pool->subs.at + id, sought->subs, sought->rank * sizeof *sought->subs) == 0;
}

/* The position in pool->subs of this list; equal lists have one position. */
static uint32_t intern_subs(ExprPool *pool, const AffId *subs, size_t rank)
{
    uint64_t hash = rank == 0 ? 0 : hash_mix(hash_bytes(subs, rank * sizeof *subs), rank);
    uint32_t id;

    if (rank == 0)
        return 0;
    id = hash_find(&pool->sub_table, hash, same_subs, &(SoughtSubs){ pool, subs, rank });
    if (id != HASH_NONE)
        return id;
    id = (uint32_t)pool->subs.count;
    for (size_t k = 0; k < rank; k++)
        vec_push(pool->arena, &pool->subs, subs[k]);
    hash_add(pool->arena, &pool->sub_table, hash, id);
    return id;
}

ExprId expr_name(ExprPool *pool, VariableId variable, const AffId *subs)
{
    Expr node = blank(EXPR_NAME);

    node.u.name.variable = variable;
    node.u.name.subs = intern_subs(pool, subs, pool->variables.at[variable].rank);
    return intern(pool, &node);
}

ExprId expr_element(ExprPool *pool, VariableId variable, size_t place)
{
    const ExprVariable *v = &pool->variables.at[variable];
    AffId subs[UINT8_MAX];

    for (unsigned k = v->rank; k-- > 0;) {
        subs[k] = aff_const(&pool->affs, (int64_t)(place % (size_t)v->extents[k]));
        place /= (size_t)v->extents[k];
    }
    return expr_name(pool, variable, subs);
}

size_t expr_place(const ExprPool *pool, ExprId name)
{
    const ExprVariable *variable = &pool->variables.at[pool->nodes.at[name].u.name.variable];
    size_t place = 0;

    for (unsigned k = 0; k < variable->rank; k++) {
        int64_t sub;

        if (!aff_is_const(&pool->affs, expr_subs(pool, name)[k], &sub))
            return SIZE_MAX;
        place = place * (size_t)variable->extents[k] + (size_t)sub;
    }
    return place;
}

/* ---- operators --------------------------------------------------------------------------------------- */

ExprId expr_raw(ExprPool *pool, Op op, ExprId a, ExprId b, ExprId c)
{
    Expr node = blank(EXPR_OP);

    node.op = (uint16_t)op;
    node.u.arg[0] = a;
    node.u.arg[1] = b;
    node.u.arg[2] = c;
    return intern(pool, &node);
}

ExprId expr_sum(ExprPool *pool, uint32_t index, AffId low, AffId high, ExprId body)
{
    Expr node = blank(EXPR_SUM);

    node.u.sum.index = index;
    node.u.sum.low = low;
    node.u.sum.high = high;
    node.u.sum.body = body;
    return intern(pool, &node);
}

/* ---- looking ----------------------------------------------------------------------------------------- */

bool expr_is_number(const ExprPool *pool, ExprId id, Rational *value)
{
    if (pool->nodes.at[id].kind != EXPR_NUMBER)
        return false;
    *value = pool->numbers.at[pool->nodes.at[id].u.number];
    return true;
}

bool expr_is_int(const ExprPool *pool, ExprId id, int64_t value)
{
    Rational number;

    return expr_is_number(pool, id, &number) && rational_is_int(number, value);
}

unsigned expr_arity(const ExprPool *pool, ExprId id)
{
    const Expr *node = &pool->nodes.at[id];

    if (node->kind == EXPR_SUM)
        return 1;
    if (node->kind != EXPR_OP)
        return 0;
    return node->op == OP_STOP ? 1 : op_info[node->op].arity;
}

const ExprId *expr_args(const ExprPool *pool, ExprId id)
{
    const Expr *node = &pool->nodes.at[id];

    return node->kind == EXPR_SUM ? &node->u.sum.body : node->u.arg;
}

const AffId *expr_subs(const ExprPool *pool, ExprId id)
{
    return pool->subs.at + pool->nodes.at[id].u.name.subs;
}

const char *expr_symbol_name(const ExprPool *pool, uint32_t symbol)
{
    for (size_t v = 0; v < pool->variables.count; v++)
        if (pool->variables.at[v].symbol == symbol)
            return names_text(pool->names, pool->variables.at[v].name);
    return "";
}

void expr_reach(const ExprPool *pool, Arena *arena, const ExprId *roots, size_t count, ExprVec *out)
{
    ExprId last = 0;
    size_t open = 0;

    for (size_t i = 0; i < count; i++) {
        open += pool->marks.at[roots[i]] == 0;
        pool->marks.at[roots[i]] = 1;
        last = roots[i] > last ? roots[i] : last;
    }
    /* Operands have smaller ids: downwards every user comes before its operands. */
    size_t first = out->count;
    for (ExprId id = last; open > 0; id--) {
        if (pool->marks.at[id] == 0)
            continue;
        pool->marks.at[id] = 0;
        open--;
        vec_push(arena, out, id);
        for (unsigned k = 0; k < expr_arity(pool, id); k++) {
            ExprId arg = expr_args(pool, id)[k];

            open += pool->marks.at[arg] == 0;
            pool->marks.at[arg] = 1;
        }
    }
    for (size_t i = first, j = out->count; i + 1 < j; i++) {
        ExprId swapped = out->at[i];

        out->at[i] = out->at[--j];
        out->at[j] = swapped;
    }
}
