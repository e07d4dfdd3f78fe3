/* taylor.c -- Taylor series by the chain rule, one order after the other.
 *
 * Of y = g(a, b): y' = g_a(a, b, y) a' + g_b(a, b, y) b', so
 *
 *     (k+1) y_(k+1) = sum over arguments a, sum over j = 0 .. k of (g_a)_(k-j) (j+1) a_(j+1)
 *
 * where g_a is the partial derivative from the row of ops.def, an expression of the same pool. Its coefficients are needed to one
 * order less than those of y, so partials of partials end; sin and cos, which are each other's, do at once.
 */
#include "teach/taylor.h"

#include "sym/derivative.h"

typedef struct {
    unsigned need;      /* order to which its coefficients are needed; UNNEEDED */
    bool depends;       /* on the variable */
    bool partials;      /* they were made */
    ExprId partial[OP_MOST_ARGS];
    double *at;         /* need + 1 coefficients */
} Series;

#define UNNEEDED UINT32_MAX

struct Taylor {
    ExprPool *pool;
    ExprId root, by;
    unsigned order;
    VEC(Series) series; /* by expression */
    ExprVec waiting;    /* expressions whose need grew */
};

static const Expr *expr_at(const Taylor *t, ExprId id)
{
    return &t->pool->nodes.at[id];
}

/* Entries of what was added to the pool. */
static void extend(Taylor *t)
{
    for (ExprId id = (ExprId)t->series.count; id < t->pool->nodes.count; id++) {
        Series series = { .need = UNNEEDED, .depends = id == t->by, .partial = { EXPR_NONE, EXPR_NONE, EXPR_NONE } };

        for (unsigned k = 0; k < expr_arity(t->pool, id); k++)
            series.depends |= t->series.at[expr_args(t->pool, id)[k]].depends;
        vec_push(t->pool->arena, &t->series, series);
    }
}

static void need(Taylor *t, ExprId id, unsigned order)
{
    Series *series = &t->series.at[id];

    if (!series->depends)
        order = 0;
    if (series->need != UNNEEDED && series->need >= order)
        return;
    series->need = order;
    vec_push(t->pool->arena, &t->waiting, id);
}

static bool is_condition(Op op)
{
    return op_info[op].result == KIND_CONDITION;
}

/* What the coefficients of an operator are computed from. */
static bool need_operands(Taylor *t, ExprId id)
{
    Op op = (Op)expr_at(t, id)->op;
    unsigned order = t->series.at[id].need, arity = expr_arity(t->pool, id);

    for (unsigned k = 0; k < arity; k++) {
        ExprId arg = expr_args(t->pool, id)[k];

        need(t, arg, is_condition(op) || (op == OP_SELECT && k == 0) ? 0 : order);
        if (order == 0 || is_condition(op) || op == OP_SELECT || !t->series.at[arg].depends)
            continue;
        if (op_info[op].no_derivative)
            return false;
        if (!t->series.at[id].partials)
            t->series.at[id].partial[k] = sym_partial(t->pool, id, k, expr_fold);
        if (t->pool->full)
            return false;
        extend(t);
        if (t->series.at[id].partial[k] != EXPR_NONE)
            need(t, t->series.at[id].partial[k], order - 1);
    }
    t->series.at[id].partials |= order > 0;
    return true;
}

static bool find_needs(Taylor *t)
{
    extend(t);
    need(t, t->root, t->order);
    while (t->waiting.count > 0) {
        ExprId id = vec_pop(&t->waiting);

        if (expr_at(t, id)->kind == EXPR_SUM || expr_at(t, id)->kind == EXPR_INTEGER)
            return false;
        if (expr_at(t, id)->kind == EXPR_OP && !need_operands(t, id))
            return false;
    }
    return true;
}

/* ---- coefficients -------------------------------------------------------------------------------------- */

static void compute_values(const Taylor *t, const double *const *values, double *known)
{
    for (ExprId id = 0; id < t->series.count; id++)
        if (t->series.at[id].need != UNNEEDED)
            known[id] = expr_node_value(t->pool, id, known, values);
}

/* Coefficient `order` > 0 of an operator that depends on the variable. */
static double next_coefficient(const Taylor *t, ExprId id, unsigned order)
{
    const Expr *expr = expr_at(t, id);
    const Series *series = &t->series.at[id];
    double sum = 0;

    if (expr->kind == EXPR_NAME)
        return order == 1;
    if (expr->op == OP_SELECT) {
        series = &t->series.at[expr->u.arg[t->series.at[expr->u.arg[0]].at[0] != 0 ? 1 : 2]];
        return series->depends ? series->at[order] : 0;
    }
    for (unsigned k = 0; k < expr_arity(t->pool, id); k++) {
        const Series *arg = &t->series.at[expr->u.arg[k]], *partial;

        if (!arg->depends || series->partial[k] == EXPR_NONE)
            continue;
        partial = &t->series.at[series->partial[k]];
        for (unsigned j = partial->depends ? 1 : order; j <= order; j++)
            sum += partial->at[order - j] * (double)j * arg->at[j];
    }
    return sum / (double)order;
}

Taylor *taylor_new(ExprPool *pool, ExprId root, ExprId by, unsigned order)
{
    Taylor *t = arena_new(pool->arena, Taylor);

    *t = (Taylor){ .pool = pool, .root = root, .by = by, .order = order };
    if (!find_needs(t))
        return NULL;
    for (ExprId id = 0; id < t->series.count; id++)
        if (t->series.at[id].need != UNNEEDED)
            t->series.at[id].at = arena_array(pool->arena, double, t->series.at[id].need + 1u);
    return t;
}

void taylor_compute(Taylor *t, const double *const *values, double *coefficients)
{
    const Series *root = &t->series.at[t->root];
    double *known = arena_array(t->pool->arena, double, t->series.count + 1);

    compute_values(t, values, known);
    for (ExprId id = 0; id < t->series.count; id++)
        if (t->series.at[id].need != UNNEEDED)
            t->series.at[id].at[0] = known[id];
    for (unsigned k = 1; k <= t->order; k++) {
        for (ExprId id = 0; id < t->series.count; id++) {
            Series *series = &t->series.at[id];

            if (series->need != UNNEEDED && series->need >= k && !is_condition((Op)expr_at(t, id)->op))
                series->at[k] = next_coefficient(t, id, k);
        }
    }
    for (unsigned k = 0; k <= t->order; k++)
        coefficients[k] = k <= root->need ? root->at[k] : 0;
    arena_drop(t->pool->arena, known, (t->series.count + 1) * sizeof *known);
}

/* Constant but for jumps. */
static bool is_step(const Expr *expr)
{
    const OpInfo *info = &op_info[expr->op];

    return expr->kind == EXPR_OP &&
           (is_condition((Op)expr->op) || (info->callable && !info->no_derivative && info->partial[0] == NULL));
}

bool taylor_same_side(const Taylor *t, const double *const *values)
{
    double *known = arena_array(t->pool->arena, double, t->series.count + 1);
    bool same = true;

    compute_values(t, values, known);
    for (ExprId id = 0; id < t->series.count && same; id++)
        if (t->series.at[id].need != UNNEEDED && is_step(expr_at(t, id)))
            same = known[id] == t->series.at[id].at[0];
    arena_drop(t->pool->arena, known, (t->series.count + 1) * sizeof *known);
    return same;
}
