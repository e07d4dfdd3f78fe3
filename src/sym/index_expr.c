/* index_expr.c -- expressions with indices: replacing indices, pulling factors out of sums, intervals. */
#include "sym/forming.h"

/* ---- replacing --------------------------------------------------------------------------------------- */

typedef struct {
    const uint32_t *from;
    const AffId *to;
    size_t count;
} IndexMapping;

static AffId map_index(void *context, AffPool *pool, uint32_t index)
{
    const IndexMapping *mapping = context;

    for (size_t i = 0; i < mapping->count; i++)
        if (mapping->from[i] == index)
            return mapping->to[i];
    return aff_index(pool, index);
}

static AffId map_aff(Forming *f, AffId aff, IndexMapping *mapping)
{
    return aff_substitute(&f->pool->affs, aff, map_index, NULL, mapping);
}

static bool integer_of(const Forming *f, ExprId id, AffId *aff)
{
    const Expr *node = &f->pool->nodes.at[id];
    int64_t value;

    if (node->kind == EXPR_NUMBER && rational_to_int(f->pool->numbers.at[node->u.number], &value)) {
        *aff = aff_const(&f->pool->affs, value);
        return true;
    }
    *aff = node->u.aff;
    return node->kind == EXPR_INTEGER;
}

/* Is the comparison of a difference with 0 the same at both ends, and between them? */
static bool is_decided(Op op, int64_t least, int64_t largest, bool *holds)
{
    double ends[2][2] = { { (double)least, 0 }, { (double)largest, 0 } };
    bool first = op_value(op, ends[0]) != 0, last = op_value(op, ends[1]) != 0;

    *holds = first;
    return first == last && (least == largest || (op != OP_EQ && op != OP_NE) || least > 0 || largest < 0);
}

/* A comparison of integers that is the same for all values of the indices is known: 1 or 0; else EXPR_NONE. */
static ExprId known_comparison(const Forming *f, Op op, ExprId a, ExprId b)
{
    int64_t least, largest;
    bool holds;
    AffId u, v;

    if (op < OP_EQ || op > OP_GE || !integer_of(f, a, &u) || !integer_of(f, b, &v))
        return EXPR_NONE;
    form_interval(f, aff_sub(&f->pool->affs, u, v), &least, &largest);
    return is_decided(op, least, largest, &holds) ? expr_int(f->pool, holds) : EXPR_NONE;
}

static ExprId substitute_node(Forming *f, ExprId id, const ExprId *map, IndexMapping *mapping)
{
    Expr node = f->pool->nodes.at[id];
    ExprId arg[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE }, known;
    AffId subs[UINT8_MAX];

    switch ((ExprKind)node.kind) {
    case EXPR_NUMBER:
        return id;
    case EXPR_INTEGER:
        return expr_integer(f->pool, map_aff(f, node.u.aff, mapping));
    case EXPR_NAME:
        for (unsigned k = 0; k < f->pool->variables.at[node.u.name.variable].rank; k++)
            subs[k] = map_aff(f, expr_subs(f->pool, id)[k], mapping);
        return expr_name(f->pool, node.u.name.variable, subs);
    case EXPR_SUM:
        return expr_sum(f->pool, node.u.sum.index, map_aff(f, node.u.sum.low, mapping), map_aff(f, node.u.sum.high, mapping),
                        map[node.u.sum.body]);
    case EXPR_OP:
        break;
    }
    for (unsigned k = 0; k < expr_arity(f->pool, id); k++)
        arg[k] = map[node.u.arg[k]];
    known = known_comparison(f, (Op)node.op, arg[0], arg[1]);
    return known != EXPR_NONE ? known : expr_fold(f->pool, (Op)node.op, arg[0], arg[1], arg[2]);
}

ExprId form_substitute(Forming *f, ExprId root, const uint32_t *from, const AffId *to, size_t count)
{
    AffId *kept = arena_array(f->arena, AffId, count); /* they may be subscripts in the pool, which moves */
    IndexMapping mapping = { from, kept, count };
    ExprId *map = arena_array(f->arena, ExprId, (size_t)root + 1), result;
    ExprVec reached = { 0 };

    for (size_t i = 0; i < count; i++)
        kept[i] = to[i];
    expr_reach(f->pool, f->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++)
        map[reached.at[i]] = substitute_node(f, reached.at[i], map, &mapping);
    result = map[root];
    expr_drop(f->arena, &reached);
    arena_drop(f->arena, map, ((size_t)root + 1) * sizeof *map);
    return result;
}

/* ---- which indices ----------------------------------------------------------------------------------- */

static bool node_uses_index(const ExprPool *pool, ExprId id, uint32_t index)
{
    const Expr *node = &pool->nodes.at[id];

    if (node->kind == EXPR_INTEGER)
        return aff_uses_index(&pool->affs, node->u.aff, index);
    if (node->kind == EXPR_SUM)
        return aff_uses_index(&pool->affs, node->u.sum.low, index) || aff_uses_index(&pool->affs, node->u.sum.high, index);
    if (node->kind != EXPR_NAME)
        return false;
    for (unsigned k = 0; k < pool->variables.at[node->u.name.variable].rank; k++)
        if (aff_uses_index(&pool->affs, expr_subs(pool, id)[k], index))
            return true;
    return false;
}

/* By node: does it, or anything that it needs, use the index? */
static void find_uses(const ExprPool *pool, const ExprVec *reached, uint32_t index, bool *uses)
{
    for (size_t i = 0; i < reached->count; i++) {
        ExprId id = reached->at[i];

        uses[id] = node_uses_index(pool, id, index);
        for (unsigned k = 0; k < expr_arity(pool, id); k++)
            uses[id] |= uses[expr_args(pool, id)[k]];
    }
}

bool form_uses_index(const Forming *f, ExprId root, uint32_t index)
{
    ExprVec reached = { 0 };
    bool found = false;

    expr_reach(f->pool, f->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count && !found; i++)
        found = node_uses_index(f->pool, reached.at[i], index);
    expr_drop(f->arena, &reached);
    return found;
}

/* ---- sums -------------------------------------------------------------------------------------------- */

static ExprId fold2(const Forming *f, Op op, ExprId a, ExprId b)
{
    return expr_fold(f->pool, op, a, b, EXPR_NONE);
}

/* Of a product: the factors without the index and those with it. */
typedef struct {
    ExprId out, in;
} Split;

static Split split_node(const Forming *f, ExprId id, const Split *parts, const bool *uses)
{
    Expr node = f->pool->nodes.at[id]; /* the table moves when it grows */
    ExprId one = expr_int(f->pool, 1), a = node.u.arg[0], b = node.u.arg[1];

    if (!uses[id])
        return (Split){ id, one };
    if (node.kind == EXPR_OP && node.op == OP_MUL)
        return (Split){ fold2(f, OP_MUL, parts[a].out, parts[b].out), fold2(f, OP_MUL, parts[a].in, parts[b].in) };
    if (node.kind == EXPR_OP && node.op == OP_NEG)
        return (Split){ fold2(f, OP_NEG, parts[a].out, EXPR_NONE), parts[a].in };
    if (node.kind == EXPR_OP && node.op == OP_DIV)
        return (Split){ fold2(f, OP_DIV, parts[a].out, parts[b].out), fold2(f, OP_DIV, parts[a].in, parts[b].in) };
    return (Split){ one, id };
}

static Split split_product(const Forming *f, ExprId body, uint32_t index)
{
    size_t size = (size_t)body + 1;
    bool *uses = arena_array(f->arena, bool, size);
    Split *parts = arena_array(f->arena, Split, size), whole;
    ExprVec reached = { 0 };

    expr_reach(f->pool, f->arena, &body, 1, &reached);
    find_uses(f->pool, &reached, index, uses);
    for (size_t i = 0; i < reached.count; i++)
        parts[reached.at[i]] = split_node(f, reached.at[i], parts, uses);
    whole = parts[body];
    expr_drop(f->arena, &reached);
    arena_drop(f->arena, parts, size * sizeof *parts);
    arena_drop(f->arena, uses, size * sizeof *uses);
    return whole;
}

ExprId form_sum(Forming *f, uint32_t index, AffId low, AffId high, ExprId body)
{
    AffId length = aff_sub(&f->pool->affs, high, low);
    int64_t least, largest;
    Split parts;
    ExprId sum;

    if (expr_is_int(f->pool, body, 0))
        return body;
    form_interval(f, length, &least, &largest);
    parts = split_product(f, body, index);
    if (expr_is_int(f->pool, parts.in, 1) && least >= 0)
        sum = expr_integer(f->pool, length); /* every element is the same */
    else
        sum = expr_sum(f->pool, index, low, high, parts.in);
    return fold2(f, OP_MUL, parts.out, sum);
}

/* ---- choices ----------------------------------------------------------------------------------------- */

static bool is_op(const ExprPool *pool, ExprId id, Op op)
{
    return pool->nodes.at[id].kind == EXPR_OP && pool->nodes.at[id].op == op;
}

/* The value of a choice where the condition is known to hold, or not to hold; other expressions stay. */
static ExprId under(const ExprPool *pool, ExprId id, ExprId condition, bool holds)
{
    ExprId asked;

    if (!is_op(pool, id, OP_SELECT))
        return id;
    asked = pool->nodes.at[id].u.arg[0];
    for (; is_op(pool, condition, OP_NOT); holds = !holds)
        condition = pool->nodes.at[condition].u.arg[0];
    for (; is_op(pool, asked, OP_NOT); holds = !holds)
        asked = pool->nodes.at[asked].u.arg[0];
    return asked == condition ? pool->nodes.at[id].u.arg[holds ? 1 : 2] : id;
}

/* c ? u : 0 */
static bool is_mask(const ExprPool *pool, ExprId id)
{
    return is_op(pool, id, OP_SELECT) && expr_is_int(pool, pool->nodes.at[id].u.arg[2], 0);
}

static ExprId make_choice(ExprPool *pool, ExprId c, ExprId a, ExprId b)
{
    a = under(pool, a, c, true);
    b = under(pool, b, c, false);
    if (is_op(pool, c, OP_NOT))
        return expr_fold(pool, OP_SELECT, pool->nodes.at[c].u.arg[0], b, a);
    return expr_fold(pool, OP_SELECT, c, a, b);
}

/* Factors go into the branch of c ? u : 0, which keeps the other one 0 whatever they are; so what is chosen by the same condition
 * comes together. */
ExprId form_make(ExprPool *pool, Op op, ExprId a, ExprId b, ExprId c)
{
    ExprId zero = expr_int(pool, 0);
    Expr left, right;

    if (op == OP_SELECT)
        return make_choice(pool, a, b, c);
    if (op != OP_NEG && op_info[op].form != FORM_INFIX)
        return expr_fold(pool, op, a, b, c);
    left = pool->nodes.at[a];
    right = pool->nodes.at[b == EXPR_NONE ? a : b];
    if ((op == OP_NEG || op == OP_MUL || op == OP_DIV) && is_mask(pool, a))
        return make_choice(pool, left.u.arg[0], expr_fold(pool, op, left.u.arg[1], b, c), zero);
    if (op == OP_MUL && is_mask(pool, b))
        return make_choice(pool, right.u.arg[0], expr_fold(pool, op, a, right.u.arg[1], c), zero);
    if (op == OP_ADD && is_op(pool, a, OP_SELECT) && is_op(pool, b, OP_SELECT) && left.u.arg[0] == right.u.arg[0])
        return make_choice(pool, left.u.arg[0], expr_fold(pool, op, left.u.arg[1], right.u.arg[1], c),
                           expr_fold(pool, op, left.u.arg[2], right.u.arg[2], c));
    return expr_fold(pool, op, a, b, c);
}

/* ---- intervals --------------------------------------------------------------------------------------- */

void form_interval(const Forming *f, AffId id, int64_t *least, int64_t *largest)
{
    const AffPool *pool = &f->pool->affs;
    const Affine *aff = &pool->affs.at[id];

    *least = *largest = aff->constant;
    for (uint32_t t = 0; t < aff->count; t++) {
        const Atom *atom = &pool->atoms.at[pool->terms.at[aff->first + t].atom];
        int64_t coef = pool->terms.at[aff->first + t].coef, low, high;

        if (atom->kind == ATOM_INDEX) {
            low = f->hulls.at[atom->of].low;
            high = f->hulls.at[atom->of].high;
        } else {
            low = f->p->symbols.at[atom->of].low;
            high = f->p->symbols.at[atom->of].high;
        }
        *least += coef * (coef > 0 ? low : high - 1);
        *largest += coef * (coef > 0 ? high - 1 : low);
    }
}
