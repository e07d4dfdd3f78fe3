/* lower_value.c -- values: made into nodes, into arrays of their own, with indices renamed. */
#include <string.h>

#include "front/lowering.h"

Value value_of_node(NodeId node, Shape shape)
{
    return (Value){ .shape = shape, .node = node, .aff = AFF_FAIL };
}

Value value_of_aff(AffId aff, Shape shape)
{
    return (Value){ .shape = shape, .node = NO_ID, .aff = aff };
}

/* An integer expression may be a fraction only on its way to a real value. */
static NodeId node_of_aff(Lowering *l, AffId aff)
{
    int64_t den = l->p->affs.affs.at[aff].den;
    NodeId whole;

    if (den == 1)
        return node_integer(l->p, aff);
    whole = node_integer(l->p, aff_scale(&l->p->affs, aff, den, 1));
    return node_op2(l->p, OP_DIV, whole, node_int(l->p, den));
}

/* ---- materialising ---------------------------------------------------------------------------------- */

static Shape part_shape(const Value *value)
{
    Shape shape = { .rank = (uint8_t)(value->shape.rank - value->listed) };

    memcpy(shape.extent, value->shape.extent + value->listed, shape.rank * sizeof *shape.extent);
    return shape;
}

static bool find_literal(const Lowering *l, NodeId node, Rational *value)
{
    const Node *at = &l->p->nodes.at[node];

    if (at->op != OP_NEG)
        return node_is_literal(l->p, node, value);
    if (!node_is_literal(l->p, at->u.arg[0], value))
        return false;
    *value = rational_neg(l->p->arena, *value);
    return true;
}

/* A list of literals is a table. */
static bool make_table(Lowering *l, Value *value, Name name, Span at)
{
    Symbol table = { .name = name, .at = at, .role = SYM_TABLE, .rank = value->listed, .extents = value->shape.extent,
                     .of = NO_ID };
    Rational *values;

    if (value->listed != value->shape.rank)
        return false;
    values = arena_array(l->p->arena, Rational, value->count);
    for (uint32_t i = 0; i < value->count; i++)
        if (!find_literal(l, l->parts.at[value->first + i].node, &values[i]))
            return false;
    table.values = values;
    l->dims.count = l->free = l->kept = 0;
    value->node = domain_read(l, program_symbol(l->p, table), &value->shape, at);
    return true;
}

/* The text of an operator; a leaf may stand at many places. */
static Span text_at(const Lowering *l, NodeId node, Span at)
{
    Span own = l->p->infos.at[node].at;

    return own.end == 0 || value_is_plain(l, node) ? at : own;
}

/* One stage an element of the list; the subscripts of the listed axes are constants. */
static void fill_list(Lowering *l, const Value *value, SymId target, Span at)
{
    Shape shape = part_shape(value);
    AffId subs[MOST_DIMS + MOST_AXES];

    for (uint32_t i = 0; i < value->count && !l->failed; i++) {
        uint32_t rest = i;

        l->kept = (uint32_t)(l->dims.count = l->free);
        domain_subs(l, subs);
        for (unsigned k = value->listed; k-- > 0;) {
            uint32_t extent = (uint32_t)value->shape.extent[k];

            subs[l->free + k] = aff_const(&l->p->affs, rest % extent);
            rest /= extent;
        }
        for (unsigned k = 0; k < shape.rank; k++)
            subs[l->free + value->listed + k] =
                shape.extent[k] == 1 ? AFF_ZERO : aff_index(&l->p->affs, shape.rank - 1u - k);
        domain_axes(l, &shape);
        domain_stage_at(l, target, STAGE_SET, l->parts.at[value->first + i].node, subs,
                        text_at(l, l->parts.at[value->first + i].node, at));
    }
}

void value_prepare(Lowering *l, Value *value, Span at)
{
    if (value->listed == 0 || value->node != NO_ID) {
        (void)value_node(l, value, at);
        return;
    }
    for (uint32_t i = 0; i < value->count; i++)
        (void)value_node(l, &l->parts.at[value->first + i], at);
}

void value_store(Lowering *l, const Value *value, SymId target, Span at)
{
    if (value->listed > 0 && value->node == NO_ID)
        fill_list(l, value, target, at);
    else
        domain_stage(l, target, STAGE_SET, value->node, text_at(l, value->node, at));
}

/* NOLINTNEXTLINE(misc-no-recursion): lists in lists, as deep as an array has axes */
static void materialise_list(Lowering *l, Value *value, Name name)
{
    SetId deps = 0;
    SymId target;
    Span at = value->at;

    for (uint32_t i = 0; i < value->count; i++) {
        NodeId node = value_node(l, &l->parts.at[value->first + i], at); /* may make nodes */

        deps = set_union(l->p, deps, l->p->nodes.at[node].deps);
    }
    if (make_table(l, value, name, at))
        return;
    domain_begin(l, deps, NULL, 0);
    domain_axes(l, &value->shape);
    domain_keep(l);
    target = domain_symbol(l, name, at);
    fill_list(l, value, target, at);
    value->node = domain_read(l, target, &value->shape, at);
}

/* Makes the value an array of its own and leaves the read of it; a list stays known as a list, too. */
void value_materialise(Lowering *l, Value *value, Name name, Span at)
{
    SymId target;
    NodeId node;

    if (value->listed > 0 && value->node == NO_ID) {
        materialise_list(l, value, name);
        return;
    }
    node = value_node(l, value, at);
    domain_begin(l, l->p->nodes.at[node].deps, NULL, 0);
    domain_axes(l, &value->shape);
    domain_keep(l);
    target = domain_symbol(l, name, at);
    domain_stage(l, target, STAGE_SET, node, text_at(l, node, at));
    value->node = domain_read(l, target, &value->shape, at);
    value->aff = AFF_FAIL;
}

/* NOLINTNEXTLINE(misc-no-recursion): likewise */
NodeId value_node(Lowering *l, Value *value, Span at)
{
    if (value->node == NO_ID && value->aff != AFF_FAIL)
        value->node = describe(l, node_of_aff(l, value->aff), at);
    else if (value->node == NO_ID)
        materialise_list(l, value, value->name != NAME_NONE ? value->name : names_intern_text(l->p->names, "list"));
    return value->node;
}

bool value_is_plain(const Lowering *l, NodeId node)
{
    return op_info[l->p->nodes.at[node].op].form == FORM_LEAF;
}

/* For what reads the value more than once. */
void value_settle(Lowering *l, Value *value, Span at)
{
    NodeId node = value_node(l, value, at);

    if (!value_is_plain(l, node))
        value_materialise(l, value, name_after(l, NULL, node), at);
}

/* ---- renaming --------------------------------------------------------------------------------------- */

static AffId map_index(void *context, AffPool *pool, uint32_t index)
{
    const Renaming *renaming = context;

    for (uint32_t i = 0; i < renaming->count; i++)
        if (renaming->from[i] == index)
            return renaming->to[i];
    return aff_index(pool, index);
}

static AffId rename_aff(Lowering *l, AffId aff, const Renaming *renaming)
{
    Renaming copy = *renaming;

    return aff_substitute(&l->p->affs, aff, map_index, NULL, &copy);
}

static bool depends(const Lowering *l, NodeId node, const Renaming *renaming)
{
    for (uint32_t i = 0; i < renaming->count; i++)
        if (set_has(l->p, l->p->nodes.at[node].deps, renaming->from[i]))
            return true;
    return false;
}

enum { LARGE = 64 };

/* Does every index become an index again, perhaps shifted? */
static bool only_shifts(const Lowering *l, const Renaming *renaming)
{
    uint32_t index;
    int64_t offset;

    for (uint32_t i = 0; i < renaming->count; i++)
        if (!aff_is_shifted_index(&l->p->affs, renaming->to[i], &index, &offset))
            return false;
    return true;
}

/* Should this be an array before it is renamed? Renaming copies, so what is large should, lest chains of it go
 * quadratic (a node that is used twice may count twice); and where conditions on an index protect subscripts, putting a
 * number for the index would leave subscripts out of range in branches that are never taken. */
static bool must_be_array(const Lowering *l, NodeId root, const Renaming *renaming)
{
    NodeId stack[2 * LARGE + 2 * OP_MOST_ARGS];
    unsigned depth = 0, count = 0;
    bool branches = false, integers = false;

    stack[depth++] = root;
    while (depth > 0 && count <= LARGE) {
        NodeId top = stack[--depth];
        const Node *node = &l->p->nodes.at[top];

        if (!depends(l, top, renaming))
            continue;
        count++;
        branches |= node->op == OP_SELECT || node->op == OP_AND || node->op == OP_OR;
        integers |= node->op == OP_INTEGER;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            stack[depth++] = node->u.arg[k];
    }
    return count > LARGE || (branches && integers && !only_shifts(l, renaming));
}

static NodeId rename_read(Lowering *l, NodeId read, const Renaming *renaming)
{
    SymId symbol = l->p->nodes.at[read].u.read.symbol;
    uint32_t rank = l->p->symbols.at[symbol].rank;
    AffId subs[UINT8_MAX];

    for (uint32_t k = 0; k < rank; k++)
        subs[k] = rename_aff(l, node_subs(l->p, read)[k], renaming);
    return node_read(l->p, symbol, subs);
}

/* The list of a value is lost, and the shape is the caller's business. */
void value_rename(Lowering *l, Value *value, const Renaming *renaming, Span at)
{
    if (value->aff != AFF_FAIL) {
        value->aff = rename_aff(l, value->aff, renaming);
        value->node = NO_ID;
        fold_table(l, value);
        return;
    }
    (void)value_node(l, value, at);
    value->listed = 0;
    if (!depends(l, value->node, renaming))
        return;
    if (must_be_array(l, value->node, renaming))
        value_materialise(l, value, name_after(l, NULL, value->node), at);
    if (l->p->nodes.at[value->node].op == OP_READ) {
        value->node = describe(l, rename_read(l, value->node, renaming), at);
        fold_table(l, value);
    } else {
        value->node = node_substitute(l->p, value->node, renaming->from, renaming->to, renaming->count);
    }
}

/* ---- names ------------------------------------------------------------------------------------------ */

enum { LONGEST_NAME = 32 };

static const char *text_of(const Lowering *l, NodeId node)
{
    const Node *at = &l->p->nodes.at[node];
    Name name = at->op == OP_READ ? l->p->symbols.at[at->u.read.symbol].name : node_telling_name(l->p, node);

    return names_text(l->p->names, name);
}

/* "sum_A" for the prefix "sum" and a node called A; the prefix or "t" where that is too long or there is no name. */
Name name_after(const Lowering *l, const char *prefix, NodeId node)
{
    const char *text = text_of(l, node);
    bool usable = text[0] != '\0' && strlen(text) <= LONGEST_NAME;

    if (prefix == NULL)
        return names_intern_text(l->p->names, usable ? text : "t");
    return usable ? names_format(l->p->names, "%s_%s", prefix, text) : names_intern_text(l->p->names, prefix);
}

Name name_of_two(const Lowering *l, NodeId a, const char *between, NodeId b)
{
    const char *x = text_of(l, a), *y = text_of(l, b);

    if (x[0] == '\0' || y[0] == '\0' || strlen(x) + strlen(y) > LONGEST_NAME)
        return names_intern_text(l->p->names, "product");
    return names_format(l->p->names, "%s%s%s", x, between, y);
}
