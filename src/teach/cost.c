/* cost.c -- operations counted in gates, on symbolic expressions.
 *
 * The gradient is counted by sym/count.h without being built. For the Hessian-vector product it is built, by reverse mode on
 * expressions: the adjoint of a node is the sum over its users of the user's adjoint times the local gradient. What that graph and
 * the value take together, and the tangents of the gradient, is the product's cost.
 */
#include "teach/cost.h"

#include "sym/count.h"
#include "sym/derivative.h"
#include "sym/elaborate.h"

#include <string.h>

enum { MOST_NODES = 1 << 20 };

typedef struct {
    Unit *unit;
    Arena *arena;
    ExprPool *pool;
    Elaboration expressions;
    bool *active;     /* by variable: it is differentiated by */
    size_t variables; /* how many of these there are */
    ExprVec roots;    /* elements of outputs */
    ExprVec gradient; /* elements that are not 0 by structure */
} Counting;

static void find_active(Counting *c)
{
    c->variables = c->pool->variables.count;
    c->active = arena_array(c->arena, bool, c->variables + 3);
    for (size_t w = 0; w < c->unit->wanted.count; w++) {
        VariableId variable = c->expressions.variables[c->unit->wanted.at[w]];

        if (variable != EXPR_NONE)
            c->active[variable] = true;
    }
}

static void find_roots(Counting *c)
{
    for (size_t o = 0; o < c->expressions.outputs.count; o++) {
        const ElaboratedValue *value = &c->expressions.outputs.at[o];
        size_t count = 1;

        for (unsigned k = 0; k < value->rank; k++)
            count *= (size_t)value->extents[k];
        for (size_t i = 0; i < count; i++)
            if (value->elements[i] != EXPR_NONE)
                vec_push(c->arena, &c->roots, value->elements[i]);
    }
}

static bool begin(Counting *c, Cost *cost)
{
    Diag diag;

    diag_init(&diag, c->arena, &c->unit->source);
    c->pool = expr_pool(c->arena, &c->unit->names);
    c->pool->most = MOST_NODES;
    if (!sym_elaborate(&c->expressions, c->pool, c->unit->lowered.program, &diag)) {
        const char *why = diag.messages.count > 0 ? diag.messages.at[0].text : "";

        cost->no_gates = arena_copy(c->unit->arena, why, strlen(why));
        return false;
    }
    find_active(c);
    find_roots(c);
    return true;
}

/* ---- the gradient as expressions ----------------------------------------------------------------------- */

/* By node: does it depend on what is differentiated by? */
static bool *find_dependence(const Counting *c, const ExprVec *reached)
{
    bool *depends = arena_array(c->arena, bool, c->pool->nodes.count + 1);

    for (size_t i = 0; i < reached->count; i++) {
        ExprId id = reached->at[i];
        const Expr *node = &c->pool->nodes.at[id];

        depends[id] = node->kind == EXPR_NAME && c->active[node->u.name.variable];
        for (unsigned k = 0; k < expr_arity(c->pool, id); k++)
            depends[id] |= depends[expr_args(c->pool, id)[k]];
    }
    return depends;
}

/* Local gradient by operand k times what comes from above; EXPR_NONE: structurally 0. */
static ExprId contribution(ExprPool *pool, ExprId id, unsigned k, ExprId above)
{
    ExprId zero = expr_int(pool, 0), local;

    if (pool->nodes.at[id].op == OP_SELECT) {
        ExprId condition = pool->nodes.at[id].u.arg[0];

        return k == 0 ? EXPR_NONE
                      : expr_fold(pool, OP_SELECT, condition, k == 1 ? above : zero, k == 1 ? zero : above);
    }
    local = sym_partial(pool, id, k, expr_fold);
    if (local == EXPR_NONE)
        return EXPR_NONE;
    if (expr_is_int(pool, local, -1))
        return expr_fold(pool, OP_NEG, above, EXPR_NONE, EXPR_NONE);
    return expr_fold(pool, OP_MUL, local, above, EXPR_NONE);
}

/* One seed for each output: a name, so that products with it are counted as they are for the gradient. */
static void seed(Counting *c, ExprId *adjoint)
{
    int32_t extent = (int32_t)c->roots.count;
    VariableId seeds = expr_variable(c->pool, NAME_NONE, UINT32_MAX, 1, &extent);

    for (size_t i = 0; i < c->roots.count; i++) {
        ExprId one = expr_element(c->pool, seeds, i), *at = &adjoint[c->roots.at[i]];

        *at = *at == EXPR_NONE ? one : expr_fold(c->pool, OP_ADD, *at, one, EXPR_NONE);
    }
}

static void build_gradient(Counting *c)
{
    ExprVec reached = { 0 };
    ExprId *adjoint = arena_array(c->arena, ExprId, c->pool->nodes.count + 1);
    bool *depends;

    expr_reach(c->pool, c->arena, c->roots.at, c->roots.count, &reached);
    depends = find_dependence(c, &reached);
    for (size_t id = 0; id < c->pool->nodes.count; id++)
        adjoint[id] = EXPR_NONE;
    seed(c, adjoint);
    for (size_t i = reached.count; i-- > 0 && !c->pool->full;) {
        ExprId id = reached.at[i];

        if (adjoint[id] == EXPR_NONE || !depends[id])
            continue;
        if (c->pool->nodes.at[id].kind == EXPR_NAME)
            vec_push(c->arena, &c->gradient, adjoint[id]);
        for (unsigned k = 0; k < expr_arity(c->pool, id); k++) {
            ExprId arg = expr_args(c->pool, id)[k], term;

            term = depends[arg] ? contribution(c->pool, id, k, adjoint[id]) : EXPR_NONE;
            if (term != EXPR_NONE)
                adjoint[arg] = adjoint[arg] == EXPR_NONE ? term : expr_fold(c->pool, OP_ADD, adjoint[arg], term, EXPR_NONE);
        }
    }
}

/* ---- counting ------------------------------------------------------------------------------------------ */

/* Operations of the value and of further expressions together. */
static uint64_t count_with_value(const Counting *c, const ExprId *more, size_t count)
{
    ExprVec all = { 0 };

    for (size_t i = 0; i < c->roots.count; i++)
        vec_push(c->arena, &all, c->roots.at[i]);
    for (size_t i = 0; i < count; i++)
        vec_push(c->arena, &all, more[i]);
    expr_unmark_all(c->pool, all.at, all.count);
    return count_graph(c->pool, c->arena, all.at, all.count);
}

/* Is there a function without a derivative in the gradient? */
static bool ends_here(const Counting *c)
{
    ExprVec reached = { 0 };
    bool *depends;

    expr_reach(c->pool, c->arena, c->gradient.at, c->gradient.count, &reached);
    depends = find_dependence(c, &reached);
    for (size_t i = 0; i < reached.count; i++)
        if (c->pool->nodes.at[reached.at[i]].kind == EXPR_OP && depends[reached.at[i]] &&
            op_info[c->pool->nodes.at[reached.at[i]].op].no_derivative)
            return true;
    return false;
}

/* <gradient, v> */
static ExprId inner_product(Counting *c)
{
    int32_t extent = (int32_t)c->gradient.count;
    VariableId v = expr_variable(c->pool, NAME_NONE, UINT32_MAX, 1, &extent);
    ExprId sum = expr_int(c->pool, 0);

    for (size_t i = 0; i < c->gradient.count; i++) {
        ExprId term = expr_fold(c->pool, OP_MUL, c->gradient.at[i], expr_element(c->pool, v, i), EXPR_NONE);

        sum = expr_fold(c->pool, OP_ADD, sum, term, EXPR_NONE);
    }
    return sum;
}

static void count_products(Counting *c, Cost *cost)
{
    AdCost ad;
    ExprId inner;

    build_gradient(c);
    if (c->pool->full || ends_here(c))
        return;
    ad = count_ad(c->pool, c->arena, c->gradient.at, c->gradient.count, c->active);
    cost->gates[COST_PRODUCT] = (GateCount){ true, count_with_value(c, c->gradient.at, c->gradient.count) + ad.forward };
    inner = inner_product(c);
    ad = count_ad(c->pool, c->arena, &inner, 1, c->active);
    if (!c->pool->full)
        cost->gates[COST_PRODUCT_REVERSE] = (GateCount){ true, count_with_value(c, &inner, 1) + ad.reverse };
}

void cost_count_gates(Cost *cost, Unit *unit)
{
    Counting c = { .unit = unit, .arena = heap_arena(&unit->heap) };

    cost->inputs = program_elements(unit->lowered.program, unit->wanted.at, unit->wanted.count);
    if (begin(&c, cost)) {
        AdCost ad = count_ad(c.pool, c.arena, c.roots.at, c.roots.count, c.active);

        cost->gates[COST_VALUE] = (GateCount){ true, ad.value };
        cost->gates[COST_GRADIENT] = (GateCount){ true, ad.value + ad.reverse };
        count_products(&c, cost);
    }
    heap_release(&unit->heap, c.arena);
}
