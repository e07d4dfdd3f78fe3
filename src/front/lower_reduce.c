/* lower_reduce.c -- products of arrays and reductions: stages that accumulate. */
#include "front/lowering.h"

/* A fresh accumulator over the present domain, and the read of it. */
static SymId accumulate(Lowering *l, StageOp op, NodeId value, Name name, Span at)
{
    SymId target = domain_symbol(l, name, at);

    domain_stage(l, target, op, value, at);
    return target;
}

static SetId deps_of(const Lowering *l, NodeId node)
{
    return l->p->nodes.at[node].deps;
}

static void replace(Lowering *l, uint32_t taken, Value value)
{
    l->stack.count -= taken;
    vec_push(l->arena, &l->stack, value);
}

/* ---- products --------------------------------------------------------------------------------------- */

/* Axis `from` of an operand becomes the axis number `to`. */
static void place(Lowering *l, Value *value, unsigned from, unsigned to, Span at)
{
    Renaming renaming = { .count = 1, .from = { from }, .to = { aff_index(&l->p->affs, to) } };

    if (from != to)
        value_rename(l, value, &renaming, at);
}

static void add_axis(Lowering *l, unsigned axis, int32_t extent)
{
    domain_axis(l, axis, extent);
}

/* Every combination keeps the axes of the larger operand where they are: W[1,0]*x[0] is reduced over axis 0, and so on.
 * Two matrices meet over a third axis. What meets every row or column is computed once. */
void lower_matmul(Lowering *l, const CheckedNode *n)
{
    Value *a = &l->stack.at[l->stack.count - 2], *b = a + 1;
    unsigned a_rank = a->shape.rank, b_rank = b->shape.rank, meet = a_rank == 2 && b_rank == 2 ? 2 : b_rank - 1u;
    int32_t met = b->shape.extent[0];
    NodeId product;
    Name name;
    SymId target;

    if (b_rank == 2)
        value_settle(l, a, n->at);
    if (a_rank == 2)
        value_settle(l, b, n->at);
    name = name_of_two(l, value_node(l, a, n->at), a_rank + b_rank == 2 ? "_dot_" : "_",
                       value_node(l, b, n->at));
    place(l, a, 0, meet, n->at);
    if (meet == 2)
        place(l, b, 1, 2, n->at);
    product = describe(l, node_op2(l->p, OP_MUL, value_node(l, a, n->at), value_node(l, b, n->at)), n->at);
    domain_begin(l, deps_of(l, product), NULL, 0);
    if (a_rank == 2)
        add_axis(l, 1, a->shape.extent[0]);
    if (b_rank == 2)
        add_axis(l, 0, b->shape.extent[1]);
    domain_keep(l);
    add_axis(l, meet, met);
    target = accumulate(l, STAGE_ADD, product, name, n->at);
    replace(l, 2, value_of_node(domain_read(l, target, &n->shape, n->at), n->shape));
}

void lower_dot(Lowering *l, const CheckedNode *n)
{
    Value *a = &l->stack.at[l->stack.count - 2], *b = a + 1;
    Shape shape = a->shape;
    NodeId x = value_node(l, a, n->at), y = value_node(l, b, n->at), product;
    SymId target;

    product = describe(l, node_op2(l->p, OP_MUL, x, y), n->at);
    domain_begin(l, deps_of(l, product), NULL, 0);
    domain_axes(l, &shape);
    target = accumulate(l, STAGE_ADD, product, name_of_two(l, x, "_dot_", y), n->at);
    replace(l, 2, value_of_node(domain_read(l, target, &n->shape, n->at), n->shape));
}

void lower_outer(Lowering *l, const CheckedNode *n)
{
    Value *a = &l->stack.at[l->stack.count - 2], *b = a + 1;
    NodeId x, y;

    value_settle(l, a, n->at);
    value_settle(l, b, n->at);
    place(l, a, 0, 1, n->at);
    x = value_node(l, a, n->at);
    y = value_node(l, b, n->at);
    replace(l, 2, value_of_node(describe(l, node_op2(l->p, OP_MUL, x, y), n->at), n->shape));
}

/* ---- reductions ------------------------------------------------------------------------------------- */

typedef struct {
    const CheckedIndex *indices; /* reduced; none: all axes of the operand */
    uint32_t count;
    const Shape *whole;          /* the operand's shape */
    const Shape *rest;           /* the result's */
    Span at;
} Reduction;

/* Free indices, the axes that stay, what is reduced. */
static void reduction_domain(Lowering *l, const Reduction *r, SetId deps)
{
    domain_begin(l, deps, r->indices, r->count);
    domain_axes(l, r->rest);
    domain_keep(l);
    if (r->count > 0)
        domain_indices(l, r->indices, r->count);
    else
        domain_axes(l, r->whole);
}

static NodeId reduced(Lowering *l, const Reduction *r, StageOp op, NodeId value, Name name)
{
    SymId target;

    reduction_domain(l, r, deps_of(l, value));
    target = accumulate(l, op, value, name, r->at);
    return domain_read(l, target, r->rest, r->at);
}

static NodeId op1(Lowering *l, const Reduction *r, Op op, NodeId a)
{
    return describe(l, node_op1(l->p, op, a), r->at);
}

static NodeId op2(Lowering *l, const Reduction *r, Op op, NodeId a, NodeId b)
{
    return describe(l, node_op2(l->p, op, a, b), r->at);
}

static NodeId literal(Lowering *l, int64_t value)
{
    return node_int(l->p, value);
}

static NodeId counted(Lowering *l, const Reduction *r, NodeId value)
{
    const Shape scalar = { 0 };
    Reduction all = *r;

    all.rest = &scalar;
    return reduced(l, &all, STAGE_ADD, literal(l, 1), name_after(l, "count", value));
}

/* How many elements a mean is taken of: a product of the ranges; a stage counts where they depend on one another. */
static NodeId count_elements(Lowering *l, const Reduction *r, NodeId value)
{
    NodeId count = NO_ID;
    int64_t product = 1, extent;

    for (unsigned k = 0; k < r->whole->rank && r->count == 0; k++)
        product *= r->whole->extent[k];
    for (uint32_t i = 0; i < r->count; i++) {
        const Dim *dim = &l->ranges[l->index_of[r->indices[i]]];
        AffId length = aff_sub(&l->p->affs, dim->high, dim->low);

        for (uint32_t k = 0; k < i; k++)
            if (aff_uses_index(&l->p->affs, length, l->index_of[r->indices[k]]))
                return counted(l, r, value);
        if (aff_is_const(&l->p->affs, length, &extent))
            product *= extent;
        else
            count = count == NO_ID ? node_integer(l->p, length)
                                   : node_op2(l->p, OP_MUL, count, node_integer(l->p, length));
    }
    if (count == NO_ID || product == 1)
        return count == NO_ID ? literal(l, product) : count;
    return node_op2(l->p, OP_MUL, literal(l, product), count);
}

static NodeId sum(Lowering *l, const Reduction *r, NodeId value)
{
    return reduced(l, r, STAGE_ADD, value, name_after(l, "sum", value));
}

/* The same where an error bound is promised: rounding errors do not add up. */
static NodeId compensated_sum(Lowering *l, const Reduction *r, NodeId value, Name name)
{
    NodeId read = reduced(l, r, STAGE_ADD, value, name);

    l->p->symbols.at[l->p->nodes.at[read].u.read.symbol].compensated = true;
    return read;
}

/* The largest element of `value`: what is only a shift of it or a scale takes no part in the derivative. */
static NodeId inactive_max(Lowering *l, const Reduction *r, NodeId value)
{
    NodeId read = reduced(l, r, STAGE_MAX, value, name_after(l, "max", value));

    l->p->symbols.at[l->p->nodes.at[read].u.read.symbol].inactive = true;
    return read;
}

static bool may_be_empty(const Lowering *l, const Reduction *r)
{
    int64_t value;

    for (uint32_t i = 0; i < r->count; i++) {
        const Dim *dim = &l->ranges[l->index_of[r->indices[i]]];

        if (!aff_is_const(&l->p->affs, dim->low, &value) || !aff_is_const(&l->p->affs, dim->high, &value))
            return true;
    }
    return false;
}

/* The largest magnitude, from 0 on where there may be no element at all. */
static NodeId largest_magnitude(Lowering *l, const Reduction *r, NodeId magnitude)
{
    SymId target;
    NodeId read;

    if (!may_be_empty(l, r))
        return inactive_max(l, r, magnitude);
    reduction_domain(l, r, deps_of(l, magnitude));
    l->dims.count = l->kept;
    target = accumulate(l, STAGE_SET, literal(l, 0), name_after(l, "max", magnitude), r->at);
    read = domain_read(l, target, r->rest, r->at);
    l->p->symbols.at[target].inactive = true;
    reduction_domain(l, r, deps_of(l, magnitude));
    domain_stage(l, target, STAGE_MAX, magnitude, r->at);
    if (!l->failed)
        vec_top(&l->p->stages).fresh = false;
    return read;
}

/* sqrt(sum((x*k)^2))/k with k a power of two near 1/max|x|: nothing overflows, and scaling is exact. */
static NodeId norm(Lowering *l, const Reduction *r, NodeId x)
{
    NodeId magnitude = op1(l, r, OP_ABS, x), largest, scale, scaled, squares, root;
    Name name = name_after(l, "squares", x);

    largest = largest_magnitude(l, r, magnitude);
    scale = op1(l, r, OP_SCALE_OF, largest);
    scaled = op2(l, r, OP_MUL, x, scale);
    squares = compensated_sum(l, r, op2(l, r, OP_MUL, scaled, scaled), name);
    root = op1(l, r, OP_ROOT, squares);
    return op2(l, r, OP_DIV, root, scale);
}

/* shift + log(sum(exp(x - shift))) with the maximum as shift. */
static NodeId logsumexp(Lowering *l, const Reduction *r, NodeId x)
{
    Name name = name_after(l, "sumexp", x);
    NodeId shift = op1(l, r, OP_FINITE, inactive_max(l, r, x)), total;
    NodeId power = op1(l, r, OP_EXP, op2(l, r, OP_SUB, x, shift));

    total = compensated_sum(l, r, power, name);
    return op2(l, r, OP_ADD, shift, op1(l, r, OP_LOG, total));
}

static NodeId extreme(Lowering *l, const Reduction *r, NodeId value, bool least)
{
    NodeId largest;

    if (!least)
        return reduced(l, r, STAGE_MAX, value, name_after(l, "max", value));
    largest = reduced(l, r, STAGE_MAX, op1(l, r, OP_NEG, value), name_after(l, "minus_min", value));
    return op1(l, r, OP_NEG, largest);
}

static NodeId reduce(Lowering *l, const Reduction *r, ReduceOp op, NodeId value)
{
    NodeId total;

    switch (op) {
    case REDUCE_SUM:
        return sum(l, r, value);
    case REDUCE_MEAN:
        total = sum(l, r, value);
        return op2(l, r, OP_DIV, total, count_elements(l, r, value));
    case REDUCE_MAX:
    case REDUCE_MIN:
        return extreme(l, r, value, op == REDUCE_MIN);
    case REDUCE_NORM:
        return norm(l, r, value);
    case REDUCE_LOGSUMEXP:
        return logsumexp(l, r, value);
    case REDUCE_PROD:
    case REDUCE_COUNT:
        break;
    }
    return value;
}

void lower_reduce(Lowering *l, const CheckedNode *n)
{
    Value value = vec_pop(&l->stack);
    Reduction r = { l->model->index_lists.at + n->u.reduce.first, n->u.reduce.count, &value.shape, &n->shape, n->at };
    ReduceOp op = n->u.reduce.op;
    NodeId made;

    if (op == REDUCE_PROD) {
        lower_prod(l, n, value);
        return;
    }
    if (op == REDUCE_NORM || op == REDUCE_LOGSUMEXP)
        value_settle(l, &value, n->at);
    made = reduce(l, &r, op, value_node(l, &value, n->at));
    vec_push(l->arena, &l->stack, value_of_node(made, n->shape));
}

/* exp(x - shift) / sum(exp(x - shift)), the powers computed once. */
void lower_softmax(Lowering *l, const CheckedNode *n)
{
    Value value = vec_pop(&l->stack), power;
    Shape scalar = { 0 };
    Reduction r = { NULL, 0, &n->shape, &scalar, n->at };
    NodeId x, shift, total;

    value_settle(l, &value, n->at);
    x = value.node;
    shift = op1(l, &r, OP_FINITE, inactive_max(l, &r, x));
    power = value_of_node(op1(l, &r, OP_EXP, op2(l, &r, OP_SUB, x, shift)), n->shape);
    value_materialise(l, &power, name_after(l, "exp", x), n->at);
    total = sum(l, &r, power.node);
    vec_push(l->arena, &l->stack, value_of_node(op2(l, &r, OP_DIV, power.node, total), n->shape));
}
