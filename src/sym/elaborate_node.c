/* elaborate_node.c -- the expression of a node where the indices stand, over a stack of what is still needed. */
#include "sym/elaborating.h"

/* ---- integers ---------------------------------------------------------------------------------------- */

/* Elements in subscripts of elements: each of them takes a frame of the stack. */
enum { MOST_NESTED = 1000 };

/* NOLINTNEXTLINE(misc-no-recursion): limited by MOST_NESTED */
static bool element_value(Elaborating *e, const Atom *atom, int64_t *value)
{
    const Symbol *symbol = &e->p->symbols.at[atom->of];
    size_t place;
    bool found;

    if (symbol->role != SYM_TABLE && e->integers[atom->of] == NULL)
        return elaborate_refuse(e, symbol->at, "this integer input chooses elements, so what is computed has no closed form before "
                                               "it is known: make it a const");
    if (e->nested == MOST_NESTED)
        return elaborate_refuse(e, symbol->at, "elements stand in subscripts of elements, more than a thousand deep: this is not written "
                                               "out");
    e->nested++;
    found = elaborate_place(e, atom->of, e->p->affs.subs.at + atom->subs, atom->rank, &place);
    e->nested--;
    if (!found)
        return false;
    if (symbol->role == SYM_TABLE)
        return rational_to_int(symbol->values[place], value);
    *value = e->integers[atom->of][place];
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): likewise */
bool elaborate_aff(Elaborating *e, AffId id, int64_t *value)
{
    const AffPool *pool = &e->p->affs;
    const Affine *aff = &pool->affs.at[id];
    int64_t sum = aff->constant;

    for (uint32_t t = 0; t < aff->count; t++) {
        const AffTerm *term = &pool->terms.at[aff->first + t];
        const Atom *atom = &pool->atoms.at[term->atom];
        int64_t factor = 0;

        if (atom->kind == ATOM_INDEX)
            factor = e->indices[atom->of];
        else if (!element_value(e, atom, &factor))
            return false;
        sum += term->coef * factor;
    }
    *value = sum;
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): likewise */
bool elaborate_place(Elaborating *e, SymId id, const AffId *subs, uint32_t rank, size_t *place)
{
    const Symbol *symbol = &e->p->symbols.at[id];
    size_t at = 0;

    for (uint32_t k = 0; k < rank; k++) {
        int64_t sub;

        if (!elaborate_aff(e, subs[k], &sub) || sub < 0 || sub >= symbol->extents[k])
            return false;
        at = at * (size_t)symbol->extents[k] + (size_t)sub;
    }
    *place = at;
    return true;
}

/* An integer expression as a real value. Elements of integer inputs are reals here. */
static ExprId integer_value(Elaborating *e, AffId id)
{
    const AffPool *pool = &e->p->affs;
    const Affine *aff = &pool->affs.at[id];
    ExprId sum = expr_int(e->pool, aff->constant);

    for (uint32_t t = 0; t < aff->count && !e->failed; t++) {
        const AffTerm *term = &pool->terms.at[aff->first + t];
        const Atom *atom = &pool->atoms.at[term->atom];
        ExprId factor;
        size_t place;
        int64_t value;

        if (atom->kind == ATOM_ELEMENT && e->variables[atom->of] != EXPR_NONE) {
            if (!elaborate_place(e, atom->of, pool->subs.at + atom->subs, atom->rank, &place))
                return expr_int(e->pool, 0);
            factor = expr_element(e->pool, e->variables[atom->of], place);
        } else {
            value = 0;
            if (atom->kind == ATOM_INDEX)
                value = e->indices[atom->of];
            else if (!element_value(e, atom, &value))
                return expr_int(e->pool, 0);
            factor = expr_int(e->pool, value);
        }
        factor = expr_fold(e->pool, OP_MUL, expr_int(e->pool, term->coef), factor, EXPR_NONE);
        sum = expr_fold(e->pool, OP_ADD, sum, factor, EXPR_NONE);
    }
    return sum;
}

/* ---- leaves ------------------------------------------------------------------------------------------ */

static ExprId read_value(Elaborating *e, NodeId id)
{
    SymId s = e->p->nodes.at[id].u.read.symbol;
    const Symbol *symbol = &e->p->symbols.at[s];
    ExprId value;
    size_t place;

    if (symbol->role == SYM_DATA || symbol->role == SYM_SAMPLES) {
        elaborate_refuse(e, symbol->at, "how many samples there are is not known, so there is no closed form: declare an input array in "
                                        "place of data");
        return EXPR_NONE;
    }
    /* Out of range only where a branch is not taken. */
    if (!elaborate_place(e, s, node_subs(e->p, id), symbol->rank, &place))
        return expr_int(e->pool, 0);
    if (symbol->role == SYM_TABLE)
        return expr_number(e->pool, symbol->values[place]);
    if (e->variables[s] != EXPR_NONE)
        return expr_element(e->pool, e->variables[s], place);
    if (e->integers[s] != NULL)
        return expr_int(e->pool, e->integers[s][place]);
    value = e->elements[s][place];
    return value != EXPR_NONE ? value : expr_int(e->pool, 0); /* an empty sum, a turn that was not made */
}

/* The function as a name; one variable for all its calls. */
static ExprId function_name(ExprPool *pool, Name name)
{
    VariableId v = 0;

    while (v < pool->variables.count && !(pool->variables.at[v].symbol == EXPR_FUNCTION && pool->variables.at[v].name == name))
        v++;
    if (v == pool->variables.count)
        v = expr_variable(pool, name, EXPR_FUNCTION, 0, NULL);
    return expr_name(pool, v, NULL);
}

static ExprId leaf_value(Elaborating *e, NodeId id)
{
    const Node *node = &e->p->nodes.at[id];

    switch (node->op) {
    case OP_LITERAL:
        return expr_number(e->pool, e->p->literals.at[node->u.literal]);
    case OP_INTEGER:
        return integer_value(e, node->u.aff);
    case OP_READ:
        return read_value(e, id);
    case OP_FUNCTION:
        return function_name(e->pool, node->u.function);
    default:
        return expr_raw(e->pool, (Op)node->op, EXPR_NONE, EXPR_NONE, EXPR_NONE);
    }
}

/* ---- operators --------------------------------------------------------------------------------------- */

static bool is_condition(Op op)
{
    return op_info[op].result == KIND_CONDITION;
}

/* Scales and shifts against overflow: they cancel exactly, whatever they are, so they are taken as 1 and 0. */
static bool is_neutral(const Elaborating *e, NodeId id)
{
    return e->p->nodes.at[id].op == OP_SCALE_OF || e->p->nodes.at[id].op == OP_FINITE;
}

static ExprId operator_value(Elaborating *e, const Node *node)
{
    ExprId arg[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE };
    ExprMake *make = is_condition((Op)node->op) ? expr_fold : expr_raw;

    if (node->op == OP_SCALE_OF || node->op == OP_FINITE)
        return expr_int(e->pool, node->op == OP_SCALE_OF);
    for (unsigned k = 0; k < op_info[node->op].arity && !(node->op == OP_STOP && k > 0); k++) {
        if (is_neutral(e, node->u.arg[k]))
            make = expr_fold;
        arg[k] = e->values[node->u.arg[k]];
    }
    return make(e->pool, node->op == OP_ROOT ? OP_SQRT : (Op)node->op, arg[0], arg[1], arg[2]);
}

static bool is_known(const Elaborating *e, NodeId id)
{
    uint64_t since = e->p->nodes.at[id].deps == 0 ? e->turn_stamp : e->stamp;

    return e->stamps[id] >= since;
}

static void set_value(Elaborating *e, NodeId id, ExprId value)
{
    e->values[id] = value;
    e->stamps[id] = e->stamp;
    if (!e->failed)
        elaborate_name_node(e, id, value);
}

/* True if the argument is known; else it is put on the stack. */
static bool want(Elaborating *e, NodeId id)
{
    if (is_known(e, id))
        return true;
    vec_push(e->pool->arena, &e->stack, id);
    return false;
}

static bool is_truth(const Elaborating *e, NodeId id, int64_t value)
{
    return expr_is_int(e->pool, e->values[id], value);
}

/* Choices and junctions look only at what a known condition leaves over. True: *value is the result; false: operands are wanted. */
static bool lazy_value(Elaborating *e, const Node *node, ExprId *value)
{
    const NodeId *arg = node->u.arg;

    if (!want(e, arg[0]))
        return false;
    if (node->op == OP_SELECT) {
        bool yes = is_truth(e, arg[0], 1), no = is_truth(e, arg[0], 0);

        if ((!no && !want(e, arg[1])) || (!yes && !want(e, arg[2])))
            return false;
        *value = yes ? e->values[arg[1]] : no ? e->values[arg[2]] : operator_value(e, node);
        return true;
    }
    if (is_truth(e, arg[0], node->op == OP_OR)) {
        *value = e->values[arg[0]];
        return true;
    }
    if (!want(e, arg[1]))
        return false;
    *value = operator_value(e, node);
    return true;
}

static bool all_known(Elaborating *e, const Node *node)
{
    bool known = true;

    /* The last one wanted is computed first: from the left, as it was written. */
    for (unsigned k = node->op == OP_STOP ? 1 : op_info[node->op].arity; k-- > 0;)
        known = want(e, node->u.arg[k]) && known;
    return known;
}

/* Computes the node on top of the stack, or puts what it needs above it. */
static void step(Elaborating *e)
{
    NodeId id = vec_top(&e->stack);
    const Node *node = &e->p->nodes.at[id];
    ExprId value;

    if (is_known(e, id)) {
        (void)vec_pop(&e->stack);
        return;
    }
    if (node->op == OP_CALL && !e->pool->calls) {
        elaborate_refuse(e, e->p->infos.at[id].at, "what a C function computes is not known to bpgen, so there is no closed form: give "
                                                   "the function a body with 'def'");
        return;
    }
    if (op_info[node->op].arity == 0) {
        value = leaf_value(e, id);
    } else if (node->op == OP_SELECT || node->op == OP_AND || node->op == OP_OR) {
        if (!lazy_value(e, node, &value))
            return;
    } else if (node->op == OP_SCALE_OF || node->op == OP_FINITE || all_known(e, node)) {
        value = operator_value(e, node);
    } else {
        return;
    }
    (void)vec_pop(&e->stack);
    set_value(e, id, value);
}

ExprId elaborate_node(Elaborating *e, NodeId node)
{
    e->stack.count = 0;
    vec_push(e->pool->arena, &e->stack, node);
    while (e->stack.count > 0 && !e->failed)
        step(e);
    return e->failed ? EXPR_NONE : e->values[node];
}
