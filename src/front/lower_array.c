/* lower_array.c -- subscripts, transposes, and arrays put together from parts. */
#include <string.h>

#include "front/lowering.h"

/* ---- subscripts ------------------------------------------------------------------------------------- */

static bool constant_item(const Lowering *l, const CheckedItem *item, int64_t *value)
{
    return aff_is_const(&l->model->affs, item->value, value);
}

/* Element `k` along the first axis of a list. */
static Value pick(const Lowering *l, const Value *list, int64_t k)
{
    Value made = *list;
    uint32_t stride = list->count / (uint32_t)list->shape.extent[0];

    made.first = list->first + (uint32_t)k * stride;
    made.count = stride;
    made.listed--;
    made.shape.rank--;
    memmove(made.shape.extent, list->shape.extent + 1, made.shape.rank * sizeof *made.shape.extent);
    made.node = NO_ID;
    return made.listed == 0 ? l->parts.at[made.first] : made;
}

static bool keeps_all(const Lowering *l, const CheckedItem *item, int32_t extent)
{
    int64_t start;

    return item->keeps && item->length == extent && constant_item(l, item, &start) && start == 0;
}

/* A slice of constant start along the first axis of a list. */
static bool slice_list(const Lowering *l, Value *list, const CheckedItem *items)
{
    uint32_t stride = list->count / (uint32_t)list->shape.extent[0];
    int64_t start;

    if (!items[0].keeps || !constant_item(l, &items[0], &start))
        return false;
    for (unsigned k = 1; k < list->shape.rank; k++)
        if (!keeps_all(l, &items[k], list->shape.extent[k]))
            return false;
    list->first += (uint32_t)start * stride;
    list->count = (uint32_t)items[0].length * stride;
    list->shape.extent[0] = items[0].length;
    list->node = NO_ID;
    return true;
}

/* All items at once: dropped axes get the subscript, kept ones a shifted index, under their new numbers. */
static void take(Lowering *l, Value *base, const CheckedItem *items, Span at)
{
    Renaming renaming = { .count = base->shape.rank };
    Shape shape = { 0 };
    unsigned axis = 0;

    for (unsigned k = 0; k < base->shape.rank; k++)
        if (items[k].keeps)
            shape.extent[shape.rank++] = items[k].length;
    for (unsigned k = 0; k < base->shape.rank; k++) {
        renaming.from[k] = base->shape.rank - 1u - k;
        renaming.to[k] = import_aff(l, items[k].value);
        if (!items[k].keeps)
            continue;
        axis++;
        if (items[k].length > 1)
            renaming.to[k] = aff_add(&l->p->affs, renaming.to[k], aff_index(&l->p->affs, shape.rank - axis));
    }
    value_rename(l, base, &renaming, at);
    base->shape = shape;
}

void lower_subscript(Lowering *l, const CheckedNode *n)
{
    const CheckedItem *items = l->model->items.at + n->u.items.first;
    uint32_t count = n->u.items.count;
    Value value = vec_pop(&l->stack), list;
    int64_t k;

    for (; count > 0 && value.listed > 0 && !items[0].keeps && constant_item(l, &items[0], &k); items++, count--)
        value = pick(l, &value, k);
    list = value;
    if (count > 0 && !(value.listed > 0 && slice_list(l, &list, items)))
        take(l, &value, items, n->at);
    else
        value = list;
    vec_push(l->arena, &l->stack, value);
}

void lower_transpose(Lowering *l, const CheckedNode *n)
{
    Value *value = &vec_top(&l->stack);
    Renaming renaming = { .count = 2, .from = { 0, 1 } };

    renaming.to[0] = aff_index(&l->p->affs, 1);
    renaming.to[1] = aff_index(&l->p->affs, 0);
    value_rename(l, value, &renaming, n->at);
    value->shape = n->shape;
}

/* ---- comprehensions --------------------------------------------------------------------------------- */

/* `count` indices become leading axes: their new names, and the new shape. */
static Shape find_axes(Lowering *l, const Value *value, const CheckedIndex *indices, uint32_t count, Renaming *to)
{
    Renaming renaming = { .count = count };
    Shape shape = { .rank = (uint8_t)(count + value->shape.rank) };
    AffPool *affs = &l->p->affs;

    memcpy(shape.extent + count, value->shape.extent, value->shape.rank * sizeof *shape.extent);
    for (uint32_t k = 0; k < count; k++) {
        const Dim *dim = &l->ranges[l->index_of[indices[k]]];

        shape.extent[k] = dim->extent;
        renaming.from[k] = l->index_of[indices[k]];
        renaming.to[k] = dim->extent == 1 ? aff_const(affs, dim->least)
                                          : aff_offset(affs, aff_index(affs, shape.rank - 1u - k), dim->least);
    }
    *to = renaming;
    return shape;
}

/* Also for a left side. */
static void indices_to_axes(Lowering *l, Value *value, const CheckedIndex *indices, uint32_t count, Span at)
{
    Renaming renaming;
    Shape shape = find_axes(l, value, indices, count, &renaming);

    value_rename(l, value, &renaming, at);
    value->shape = shape;
}

/* The same for a node that must not become an array before: its loop has not ended. */
static void rename_to_axes(Lowering *l, Value *value, const CheckedIndex *indices, uint32_t count)
{
    Renaming renaming;

    value->shape = find_axes(l, value, indices, count, &renaming);
    value->node = node_substitute(l->p, value->node, renaming.from, renaming.to, count);
}

void lower_comprehension(Lowering *l, const CheckedNode *n)
{
    const CheckedIndex *indices = l->model->index_lists.at + n->u.indices.first;
    Value value = vec_pop(&l->stack);

    indices_to_axes(l, &value, indices, n->u.indices.count, n->at);
    vec_push(l->arena, &l->stack, value);
}

/* ---- lists ------------------------------------------------------------------------------------------ */

static bool equally_listed(const Value *values, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (values[i].listed != values[0].listed)
            return false;
    return true;
}

void lower_array(Lowering *l, const CheckedNode *n)
{
    Value made = { .shape = n->shape, .node = NO_ID, .aff = AFF_FAIL, .first = (uint32_t)l->parts.count,
                   .at = n->at };
    Value *values = l->stack.at + l->stack.count - n->count;
    bool nested = equally_listed(values, n->count);

    for (uint32_t i = 0; i < n->count; i++) {
        if (nested && values[i].listed > 0) {
            for (uint32_t k = 0; k < values[i].count; k++)
                vec_push(l->arena, &l->parts, l->parts.at[values[i].first + k]);
            continue;
        }
        (void)value_node(l, &values[i], n->at);
        values[i].listed = 0;
        vec_push(l->arena, &l->parts, values[i]);
    }
    made.listed = (uint8_t)(1 + (nested ? values[0].listed : 0));
    made.count = (uint32_t)l->parts.count - made.first;
    l->stack.count -= n->count;
    vec_push(l->arena, &l->stack, made);
}

/* Scalars stand for one element along the first axis; the rest of the axes are those of the result. */
static int32_t part_length(const Value *part)
{
    return part->shape.rank == 0 ? 1 : part->shape.extent[0];
}

static void fill_part(Lowering *l, SymId target, const Value *part, const Shape *whole, int32_t start, Span at)
{
    Shape shape = *whole;
    AffId subs[MOST_DIMS + MOST_AXES];

    shape.extent[0] = part_length(part);
    l->dims.count = l->free;
    domain_axes(l, &shape);
    domain_keep(l);
    domain_subs(l, subs);
    subs[l->free] = aff_offset(&l->p->affs, subs[l->free], start);
    domain_stage_at(l, target, STAGE_SET, part->node, subs, at);
}

void lower_concat(Lowering *l, const CheckedNode *n)
{
    Value *parts = l->stack.at + l->stack.count - n->count;
    SetId deps = 0;
    SymId target;
    int32_t start = 0;
    Value made;

    for (uint32_t i = 0; i < n->count; i++) {
        NodeId node = value_node(l, &parts[i], n->at); /* may make nodes */

        deps = set_union(l->p, deps, l->p->nodes.at[node].deps);
    }
    domain_begin(l, deps, NULL, 0);
    domain_axes(l, &n->shape);
    domain_keep(l);
    target = domain_symbol(l, names_intern_text(l->p->names, "joined"), n->at);
    for (uint32_t i = 0; i < n->count && !l->failed; i++) {
        fill_part(l, target, &parts[i], &n->shape, start, n->at);
        start += part_length(&parts[i]);
    }
    made = value_of_node(domain_read(l, target, &n->shape, n->at), n->shape);
    l->stack.count -= n->count;
    vec_push(l->arena, &l->stack, made);
}

/* ---- names ------------------------------------------------------------------------------------------ */

/* Arguments of a function put in place: an array that is computed is computed once. */
void lower_bind(Lowering *l, const CheckedNode *n)
{
    Value *values = l->stack.at + l->stack.count - n->u.bind.count;

    for (uint32_t i = 0; i < n->u.bind.count; i++) {
        Value value = values[i];
        const CheckedSymbol *symbol = &l->model->symbols.at[n->u.bind.first + i];

        if (value.shape.rank > 0 && (value.node == NO_ID ? value.aff == AFF_FAIL : !value_is_plain(l, value.node)))
            value_materialise(l, &value, symbol->name, n->at);
        derive_name_value(l, n->u.bind.first + i, &value, n->at);
        l->bound[n->u.bind.first + i] = value;
    }
    l->stack.count -= n->u.bind.count;
}

/* Turns and free indices before the dimensions of the name: plain, in their order, none of them a left index. */
static bool leads_with_free(const Lowering *l, const AffId *subs, uint32_t free, const CheckedIndex *left,
                            uint32_t left_count)
{
    uint32_t index, before = 0;
    int64_t offset;

    for (uint32_t k = 0; k < free; k++) {
        if (!aff_is_shifted_index(&l->p->affs, subs[k], &index, &offset) || index < USER_INDEX)
            return false;
        if (k < l->loops.count ? index != l->loops.at[k].turn.index : index <= before)
            return false;
        for (uint32_t i = 0; i < left_count; i++)
            if (index == l->index_of[left[i]])
                return false;
        if (offset != -l->ranges[index].least)
            return false;
        before = k < l->loops.count ? 0 : index;
    }
    return true;
}

/* Is the value just the whole of an array without a name of the user's, with the left indices in their order? */
static bool is_fresh_array(const Lowering *l, const Value *value, const CheckedIndex *left, uint32_t left_count,
                           const Shape *shape, SymId *target)
{
    const Symbol *symbol;
    const AffId *subs;
    uint32_t free, index;
    int64_t zero;

    if (l->p->nodes.at[value->node].op != OP_READ)
        return false;
    *target = l->p->nodes.at[value->node].u.read.symbol;
    symbol = &l->p->symbols.at[*target];
    subs = node_subs(l->p, value->node);
    if (symbol->role != SYM_LOCAL || symbol->named || symbol->rank < shape->rank)
        return false;
    free = symbol->rank - shape->rank;
    if (!leads_with_free(l, subs, free, left, left_count))
        return false;
    for (uint32_t k = 0; k < shape->rank; k++) {
        IndexId wanted = k < left_count ? l->index_of[left[k]] : shape->rank - 1u - k;

        if (symbol->extents[free + k] != shape->extent[k])
            return false;
        if (k >= left_count && shape->extent[k] == 1 && aff_is_const(&l->p->affs, subs[free + k], &zero))
            continue;
        if (!aff_is_index(&l->p->affs, subs[free + k], &index) || index != wanted)
            return false;
    }
    return true;
}

static void assign_array(Lowering *l, const CheckedNode *n, const CheckedSymbol *symbol, Value *value)
{
    const CheckedIndex *left = l->model->index_lists.at + n->u.assign.first;
    uint32_t count = n->u.assign.count;
    NodeId node = value_node(l, value, n->at);
    SymId target;

    domain_begin(l, l->p->nodes.at[node].deps, left, count);
    domain_indices(l, left, count);
    domain_axes(l, &value->shape);
    domain_keep(l);
    target = domain_symbol(l, symbol->name, symbol->at);
    l->p->symbols.at[target].named = true;
    domain_stage(l, target, STAGE_SET, node, n->at);
    value->node = domain_read(l, target, &symbol->shape, n->at);
    value->aff = AFF_FAIL;
    value->shape = symbol->shape;
    value->listed = count > 0 ? 0 : value->listed;
}

static void name_array(Lowering *l, const CheckedSymbol *symbol, SymId target)
{
    Symbol *made = &l->p->symbols.at[target];

    made->name = symbol->name;
    made->at = symbol->at;
    made->named = true;
}

/* A list that has no array yet gets one under the name. */
static void assign_list(Lowering *l, const CheckedNode *n, const CheckedSymbol *symbol, Value *value)
{
    value_materialise(l, value, symbol->name, n->at);
    name_array(l, symbol, l->p->nodes.at[value->node].u.read.symbol);
}

/* The value of the next turn. */
static void assign_carried(Lowering *l, const CheckedNode *n, Carry *carry, Value *value)
{
    const CheckedSymbol *symbol = &l->model->symbols.at[n->u.assign.symbol];
    const CheckedIndex *left = l->model->index_lists.at + n->u.assign.first;
    uint32_t count = n->u.assign.count;

    if (count > 0)
        (void)value_node(l, value, n->at);
    value_prepare(l, value, n->at);
    loop_domain(l, carry->checked, left, count);
    domain_indices(l, left, count);
    domain_axes(l, &value->shape);
    domain_keep(l);
    value_store(l, value, carry->symbol, n->at);
    carry->written = true;
    *value = value_of_node(domain_read(l, carry->symbol, &symbol->shape, n->at), symbol->shape);
}

/* A read of an array that the loops fill needs none of its own; but not of one that has much more to it: it would be
 * kept for all turns. */
static bool is_read_of_larger(const Lowering *l, NodeId node)
{
    const Symbol *symbol;
    double elements = 1;

    if (l->p->nodes.at[node].op != OP_READ)
        return false;
    symbol = &l->p->symbols.at[l->p->nodes.at[node].u.read.symbol];
    for (unsigned k = 0; k < symbol->rank; k++)
        elements *= symbol->extents[k];
    for (uint32_t k = 0; k < l->kept; k++)
        elements /= l->dims.at[k].extent;
    return symbol->role == SYM_LOCAL && elements > 2;
}

/* One element, or row, of an array whose first axes are turns. */
static void assign_gathered(Lowering *l, const CheckedNode *n, Value *value)
{
    const CheckedSymbol *symbol = &l->model->symbols.at[n->u.assign.symbol];
    const CheckedIndex *left = l->model->index_lists.at + n->u.assign.first;
    uint32_t count = n->u.assign.count, turns = 0;
    AffId subs[MOST_DIMS];
    SymId target;

    (void)value_node(l, value, n->at);
    while (turns < count && loops_have(l, l->index_of[left[turns]]))
        turns++;
    domain_begin(l, l->p->nodes.at[value->node].deps, left, count);
    domain_indices(l, left + turns, count - turns);
    domain_axes(l, &value->shape);
    domain_keep(l);
    if (is_fresh_array(l, value, left, count, &symbol->shape, &target)) {
        name_array(l, symbol, target);
    } else if (!value_is_plain(l, value->node) || is_read_of_larger(l, value->node)) {
        target = domain_symbol(l, symbol->name, symbol->at);
        name_array(l, symbol, target);
        domain_stage(l, target, STAGE_SET, value->node, n->at);
        domain_subs(l, subs);
        value->node = node_read(l->p, target, subs);
    }
    value->node = loop_gathered(l, value->node, left, count);
    value->aff = AFF_FAIL;
    value->listed = 0;
    rename_to_axes(l, value, left, count);
}

void lower_assign(Lowering *l, const CheckedNode *n)
{
    const CheckedSymbol *symbol = &l->model->symbols.at[n->u.assign.symbol];
    const CheckedIndex *left = l->model->index_lists.at + n->u.assign.first;
    uint32_t count = n->u.assign.count;
    Carry *carry = loop_carry(l, n->u.assign.symbol);
    Value value = vec_pop(&l->stack);
    SymId target;

    if (carry != NULL && l->last_in_turn[n - l->code]) {
        assign_carried(l, n, carry, &value);
        l->bound[n->u.assign.symbol] = value;
        return;
    }
    if (symbol->role == NAME_GATHERED) {
        assign_gathered(l, n, &value);
        l->bound[n->u.assign.symbol] = value;
        return;
    }
    if (value.listed > 0 && value.node == NO_ID && count == 0)
        assign_list(l, n, symbol, &value);
    (void)value_node(l, &value, n->at);
    if (l->differentiated[n->u.assign.symbol]) {
        assign_array(l, n, symbol, &value);
        value.listed = 0;
    } else if (is_fresh_array(l, &value, left, count, &symbol->shape, &target)) {
        name_array(l, symbol, target);
        indices_to_axes(l, &value, left, count, n->at);
    } else if (symbol->shape.rank == 0) {
        node_describe(l->p, value.node, symbol->name, n->at);
    } else if (value_is_plain(l, value.node)) {
        indices_to_axes(l, &value, left, count, n->at);
    } else {
        assign_array(l, n, symbol, &value);
    }
    l->bound[n->u.assign.symbol] = value;
}
