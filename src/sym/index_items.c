/* index_items.c -- stages and named scalars of a program as items over indices of their own. */
#include "sym/forming.h"

bool form_refuse(Forming *f, Span at, const char *why)
{
    if (!f->failed)
        diag_error(f->diag, at, "%s", why);
    f->failed = true;
    return false;
}

uint32_t form_index(Forming *f, Name name, int64_t low, int64_t high)
{
    uint32_t index = expr_index(f->pool, name);

    vec_push(f->arena, &f->hulls, (Hull){ low, high });
    return index;
}

/* ---- variables --------------------------------------------------------------------------------------- */

static VariableId add_variable(Forming *f, Name name, SymId symbol, uint8_t rank, const int32_t *extents, FormVariable known)
{
    VariableId variable = expr_variable(f->pool, name, symbol, rank, extents);

    known.gradient_of = EXPR_NONE;
    known.definition = known.adjoint = EXPR_NONE;
    for (unsigned k = 0; k < rank; k++)
        known.axes[k] = form_index(f, NAME_NONE, 0, extents[k]);
    vec_push(f->arena, &f->known, known);
    return variable;
}

static bool is_given(const Symbol *symbol)
{
    return symbol->role == SYM_PARAM || symbol->role == SYM_INPUT || symbol->role == SYM_TABLE ||
           (symbol->role == SYM_INTEGER && !symbol->local);
}

static void begin_symbol(Forming *f, SymId id)
{
    const Symbol *symbol = &f->p->symbols.at[id];
    FormVariable known = { .given = is_given(symbol), .named = symbol->named && !symbol->inactive };

    if (symbol->role == SYM_DATA || symbol->role == SYM_SAMPLES) {
        form_refuse(f, symbol->at, "derivatives in index form are not made of models with data: declare an input array in place of data");
        return;
    }
    if (symbol->rank > FORM_MOST_RANK) {
        form_refuse(f, symbol->at, "arrays of so many axes have no index form");
        return;
    }
    /* In steps, arrays that functions were given keep the name that tells what they are. */
    known.named |= f->request->staged && !known.given && symbol->rank > 0 && symbol->name != NAME_NONE && !symbol->inactive;
    f->variables[id] = add_variable(f, symbol->name, id, symbol->rank, symbol->extents, known);
}

/* Scalars that the user named and that no symbol stands for. */
static void begin_node(Forming *f, NodeId id)
{
    const NodeInfo *info = &f->p->infos.at[id];
    const Node *node = &f->p->nodes.at[id];

    f->node_variables[id] = EXPR_NONE;
    if (info->name == NAME_NONE || node->deps != 0 || op_info[node->op].form == FORM_LEAF || op_info[node->op].result != KIND_REAL)
        return;
    f->node_variables[id] = add_variable(f, info->name, NO_ID, 0, NULL, (FormVariable){ .named = true });
}

/* ---- order ------------------------------------------------------------------------------------------- */

static void order_stage(Forming *f, StageId id, bool *placed)
{
    const Stage *stage = &f->p->stages.at[id];
    NodeId roots[2] = { stage->value, stage->guard };
    NodeVec reached = { 0 };

    if (f->p->symbols.at[stage->target].inactive)
        return;
    if (stage->op == STAGE_MAX || stage->op == STAGE_ARGMAX) {
        form_refuse(f, stage->at, "the maximum or minimum over an array has no derivative in index form, since its position depends on values: "
                                  "write out the elements with max(a, b)");
        return;
    }
    if (stage->op == STAGE_ADD && !f->p->symbols.at[stage->target].named)
        f->known.at[f->variables[stage->target]].named = false; /* only sums on the way */
    node_reach(f->p, f->arena, roots, stage->guard == NO_ID ? 1 : 2, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        NodeId node = reached.at[i];

        if (f->node_variables[node] == EXPR_NONE || placed[node])
            continue;
        placed[node] = true;
        vec_push(f->arena, &f->order, node + (uint32_t)f->p->stages.count);
    }
    vec_push(f->arena, &f->order, id);
}

bool form_begin(Forming *f)
{
    const Program *p = f->p;
    bool *placed = arena_array(f->arena, bool, p->nodes.count + 1);

    f->variables = arena_array(f->arena, VariableId, p->symbols.count + 1);
    f->node_variables = arena_array(f->arena, VariableId, p->nodes.count + 1);
    f->index_map = arena_array(f->arena, AffId, p->indices.count + 1);
    f->node_map = arena_array(f->arena, ExprId, p->nodes.count + 1);
    for (SymId s = 0; s < p->symbols.count && !f->failed; s++)
        begin_symbol(f, s);
    for (NodeId n = 0; n < p->nodes.count && !f->failed; n++)
        begin_node(f, n);
    for (size_t i = 0; i < p->body.count && !f->failed; i++) {
        if (p->body.at[i].kind != ITEM_STAGE)
            return form_refuse(f, p->loops.at[p->body.at[i].id].at,
                               "derivatives in index form do not go through loops: write the turns out, or derive by a scalar");
        order_stage(f, p->body.at[i].id, placed);
    }
    return !f->failed;
}

/* ---- nodes as expressions ---------------------------------------------------------------------------- */

static AffId map_index(void *context, AffPool *pool, uint32_t index)
{
    const Forming *f = context;

    (void)pool;
    return f->index_map[index];
}

static AffId import(Forming *f, AffId aff)
{
    return aff_import(&f->pool->affs, &f->p->affs, aff, map_index, NULL, f);
}

static ExprId read_value(Forming *f, NodeId id)
{
    SymId symbol = f->p->nodes.at[id].u.read.symbol;
    AffId subs[FORM_MOST_RANK];

    for (unsigned k = 0; k < f->p->symbols.at[symbol].rank; k++)
        subs[k] = import(f, node_subs(f->p, id)[k]);
    return expr_name(f->pool, f->variables[symbol], subs);
}

static bool is_neutral(const Forming *f, NodeId id)
{
    return f->p->nodes.at[id].op == OP_SCALE_OF || f->p->nodes.at[id].op == OP_FINITE;
}

/* As in elaborate_node.c: scales and shifts cancel exactly. */
static ExprId operator_value(Forming *f, NodeId id)
{
    const Node *node = &f->p->nodes.at[id];
    ExprId arg[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE };
    ExprMake *make = expr_raw;

    if (is_neutral(f, id))
        return expr_int(f->pool, node->op == OP_SCALE_OF);
    for (unsigned k = 0; k < op_info[node->op].arity && !(node->op == OP_STOP && k > 0); k++) {
        if (is_neutral(f, node->u.arg[k]))
            make = expr_fold;
        arg[k] = f->node_map[node->u.arg[k]];
    }
    return make(f->pool, node->op == OP_ROOT ? OP_SQRT : (Op)node->op, arg[0], arg[1], arg[2]);
}

static ExprId node_value(Forming *f, NodeId id)
{
    const Node *node = &f->p->nodes.at[id];

    switch (node->op) {
    case OP_LITERAL:
        return expr_number(f->pool, f->p->literals.at[node->u.literal]);
    case OP_INTEGER:
        return expr_integer(f->pool, import(f, node->u.aff));
    case OP_READ:
        return read_value(f, id);
    case OP_CALL:
        form_refuse(f, f->p->infos.at[id].at, "what a C function computes is not known to bpgen, so there is no closed form: give the "
                                              "function a body with 'def'");
        return expr_int(f->pool, 0);
    default:
        return operator_value(f, id);
    }
}

/* The node over names; other scalars that the user named stay names. */
static ExprId convert(Forming *f, NodeId root)
{
    NodeVec reached = { 0 };

    node_reach(f->p, f->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        NodeId id = reached.at[i];

        if (f->p->nodes.at[id].op == OP_FUNCTION || f->p->nodes.at[id].op == OP_LIST)
            continue;
        if (id != root && f->node_variables[id] != EXPR_NONE)
            f->node_map[id] = expr_name(f->pool, f->node_variables[id], NULL);
        else
            f->node_map[id] = node_value(f, id);
    }
    return f->node_map[root];
}

/* ---- items ------------------------------------------------------------------------------------------- */

/* A range becomes one of the pool, with an index of its own. */
static void add_range(Forming *f, FormItem *item, unsigned k, const Range *range)
{
    int64_t least, largest, ignored;
    Name name = f->p->indices.at[range->index].name;

    item->low[k] = import(f, range->low);
    item->high[k] = import(f, range->high);
    form_interval(f, item->low[k], &least, &ignored);
    form_interval(f, item->high[k], &ignored, &largest);
    item->indices[k] = form_index(f, name, least, largest > least ? largest : least + 1);
    f->index_map[range->index] = aff_index(&f->pool->affs, item->indices[k]);
}

static FormItem stage_item(Forming *f, const Stage *stage)
{
    FormItem item = { .target = f->variables[stage->target], .op = stage->op, .rank = stage->rank, .guard = EXPR_NONE, .at = stage->at };
    uint32_t subs = stage_subs(f->p, stage);

    item.indices = arena_array(f->arena, uint32_t, stage->rank + 1u);
    item.low = arena_array(f->arena, AffId, stage->rank + 1u);
    item.high = arena_array(f->arena, AffId, stage->rank + 1u);
    item.subs = arena_array(f->arena, AffId, subs + 1u);
    for (unsigned k = 0; k < stage->rank; k++)
        add_range(f, &item, k, &stage->domain[k]);
    for (uint32_t k = 0; k < subs; k++)
        item.subs[k] = import(f, stage->subs[k]);
    if (stage->guard != NO_ID)
        item.guard = convert(f, stage->guard);
    item.value = convert(f, stage->value);
    /* A stage that only copies a scalar that the user named: the name. */
    if (f->node_variables[stage->value] != EXPR_NONE)
        item.value = expr_name(f->pool, f->node_variables[stage->value], NULL);
    return item;
}

FormItem form_item(Forming *f, uint32_t k)
{
    uint32_t id = f->order.at[k];
    NodeId node;

    if (id < f->p->stages.count)
        return stage_item(f, &f->p->stages.at[id]);
    node = id - (uint32_t)f->p->stages.count;
    return (FormItem){ .target = f->node_variables[node], .op = STAGE_SET, .value = convert(f, node), .guard = EXPR_NONE,
                       .at = f->p->infos.at[node].at };
}
