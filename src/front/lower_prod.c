/* lower_prod.c -- products of elements: short ones as gates, long ones as a loop with a carried value.
 *
 * One index is multiplied over after the other, the innermost first. The loop P[t+1] = P[t]*x[t] keeps all partial
 * products, so that its adjoint needs no division.
 */
#include "front/lowering.h"

enum { SHORT_PRODUCT = 8 };

/* What remains to be multiplied over, from outer to inner. */
typedef struct {
    const CheckedNode *n;
    VEC(Dim) reduced;
    NodeId x;      /* a plain read, or what is left after inner indices */
} Product;

static bool is_reduced(const Product *product, IndexId index)
{
    for (size_t i = 0; i < product->reduced.count; i++)
        if (product->reduced.at[i].index == index)
            return true;
    return false;
}

static NodeId at_index(Lowering *l, NodeId x, IndexId from, AffId to)
{
    return node_substitute(l->p, x, &from, &to, 1);
}

static NodeId multiply(Lowering *l, const Product *product, NodeId a, NodeId b)
{
    return describe(l, node_op2(l->p, OP_MUL, a, b), product->n->at);
}

/* The domain of one element of the partial products: free indices, axes of the result, outer reduced indices. */
static void product_domain(Lowering *l, const Product *product, const Dim *inner)
{
    SetId deps = l->p->nodes.at[product->x].deps, outer = 0;
    const IndexId *items;
    uint32_t count;

    deps = set_union(l->p, deps, set_union(l->p, set_of_aff(l->p, inner->low), set_of_aff(l->p, inner->high)));
    for (size_t i = 0; i < product->reduced.count; i++) {
        const Dim *dim = &product->reduced.at[i];

        deps = set_union(l->p, deps, set_union(l->p, set_of_aff(l->p, dim->low), set_of_aff(l->p, dim->high)));
    }
    items = set_items(l->p, deps, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (items[i] != inner->index && !is_reduced(product, items[i]))
            outer = set_union(l->p, outer, set_of(l->p, items[i]));
        items = set_items(l->p, deps, &count);
    }
    domain_begin(l, outer, NULL, 0);
    domain_axes(l, &product->n->shape);
    for (size_t i = 0; i < product->reduced.count; i++)
        vec_push(l->arena, &l->dims, product->reduced.at[i]);
    domain_keep(l);
}

static NodeId short_product(Lowering *l, const Product *product, const Dim *inner, int64_t low, int64_t high)
{
    NodeId made = NO_ID;

    for (int64_t i = low; i < high; i++) {
        NodeId factor = at_index(l, product->x, inner->index, aff_const(&l->p->affs, i));

        made = made == NO_ID ? factor : multiply(l, product, made, factor);
    }
    return made == NO_ID ? node_int(l->p, 1) : made;
}

/* In a range that depends on outer indices a turn outside of it leaves the product alone. */
static NodeId turn(Lowering *l, const Product *product, const Dim *inner, IndexId time, NodeId before)
{
    AffId now = aff_index(&l->p->affs, time);
    NodeId next = multiply(l, product, before, at_index(l, product->x, inner->index, now)), inside;
    int64_t bound;

    if (!aff_is_const(&l->p->affs, inner->low, &bound)) {
        inside = node_op2(l->p, OP_GE, node_integer(l->p, now), node_integer(l->p, inner->low));
        next = node_op(l->p, OP_SELECT, inside, next, before);
    }
    if (!aff_is_const(&l->p->affs, inner->high, &bound)) {
        inside = node_op2(l->p, OP_LT, node_integer(l->p, now), node_integer(l->p, inner->high));
        next = node_op(l->p, OP_SELECT, inside, next, before);
    }
    return describe(l, next, product->n->at);
}

/* The partial product at this time. */
static NodeId product_at(Lowering *l, SymId symbol, AffId time)
{
    AffId subs[MOST_DIMS];

    loop_turn(l)->sub = time;
    domain_subs(l, subs);
    return node_read(l->p, symbol, subs);
}

static NodeId long_product(Lowering *l, const Product *product, const Dim *inner)
{
    Name name = inner->index < USER_INDEX ? NAME_NONE : l->p->indices.at[inner->index].name;
    IndexId time = program_index(l->p, name, product->n->at);
    Loop loop = { .index = time, .low = (int32_t)inner->least, .high = (int32_t)(inner->least + inner->extent),
                  .condition = NO_ID, .turns = NO_ID, .at = product->n->at };
    NodeId made = product->x, next;
    LoopId id;
    SymId symbol;
    AffId now;

    loop_push(l, (OpenLoop){ .turn = { .index = time, .least = inner->least, .extent = inner->extent }, .checked = NO_ID,
                             .turns = NO_ID, .asked = NO_ID });
    now = vec_top(&l->loops).turn.sub;
    product_domain(l, product, inner);
    loop_turn(l)->extent++;
    if (domain_fits(l, product->n->at)) {
        symbol = domain_symbol(l, name_after(l, "prod", product->x), product->n->at);
        loop_turn(l)->sub = AFF_ZERO;
        domain_stage(l, symbol, STAGE_SET, node_int(l->p, 1), product->n->at);
        id = program_begin_loop(l->p, loop);
        next = turn(l, product, inner, time, product_at(l, symbol, now));
        loop_turn(l)->sub = aff_offset(&l->p->affs, now, 1);
        domain_stage(l, symbol, STAGE_SET, next, product->n->at);
        program_end_loop(l->p, id);
        made = describe(l, product_at(l, symbol, aff_const(&l->p->affs, inner->extent)), product->n->at);
    }
    l->loops.count--;
    return made;
}

static NodeId multiply_over(Lowering *l, Product *product, const Dim *inner)
{
    int64_t low, high;

    if (inner->index == NO_ID)
        return product->x;
    if (aff_is_const(&l->p->affs, inner->low, &low) && aff_is_const(&l->p->affs, inner->high, &high) &&
        high - low <= SHORT_PRODUCT)
        return short_product(l, product, inner, low, high);
    return long_product(l, product, inner);
}

void lower_prod(Lowering *l, const CheckedNode *n, Value value)
{
    Product product = { .n = n };
    const CheckedIndex *indices = l->model->index_lists.at + n->u.reduce.first;

    if (value.listed > 0 && value.node == NO_ID && value.listed == value.shape.rank && n->u.reduce.count == 0) {
        product.x = l->parts.at[value.first].node;
        for (uint32_t i = 1; i < value.count; i++)
            product.x = multiply(l, &product, product.x, l->parts.at[value.first + i].node);
        vec_push(l->arena, &l->stack, value_of_node(product.x, n->shape));
        return;
    }
    value_settle(l, &value, n->at);
    product.x = value.node;
    l->dims.count = 0;
    if (n->u.reduce.count > 0)
        domain_indices(l, indices, n->u.reduce.count);
    else
        domain_axes(l, &value.shape);
    for (size_t i = 0; i < l->dims.count; i++)
        vec_push(l->arena, &product.reduced, l->dims.at[i]);
    while (product.reduced.count > 0 && !l->failed) {
        Dim inner = vec_pop(&product.reduced);

        product.x = multiply_over(l, &product, &inner);
    }
    vec_push(l->arena, &l->stack, value_of_node(product.x, n->shape));
}
