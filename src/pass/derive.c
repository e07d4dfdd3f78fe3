/* derive.c -- factors, sums and partial derivatives, for both modes. */
#include "pass/derive.h"

bool derive_is_zero(const Program *p, NodeId value)
{
    return value == NO_ID || node_is_int(p, value, 0);
}

NodeId derive_plus(Program *p, NodeId sum, NodeId value)
{
    return sum == NO_ID ? value : value == NO_ID ? sum : node_op2(p, OP_ADD, sum, value);
}

Name derive_name(Program *p, Name name, bool tangent)
{
    return name == NAME_NONE ? NAME_NONE : names_format(p->names, tangent ? "%s_dot" : "d_%s", names_text(p->names, name));
}

SymId derive_symbol(Program *p, SymId primal, SymRole role, bool tangent)
{
    Symbol symbol = p->symbols.at[primal];

    symbol.name = derive_name(p, symbol.name, tangent);
    symbol.role = (uint8_t)role;
    symbol.named = false;
    symbol.compensated = false;
    symbol.adjoint |= !tangent;
    symbol.tangent |= tangent;
    symbol.of = primal;
    return program_symbol(p, symbol);
}

/* Is it a select with the number 0 on one side? */
static bool is_masked(const Program *p, NodeId value)
{
    const Node *node = &p->nodes.at[value];

    return node->op == OP_SELECT && (derive_is_zero(p, node->u.arg[1]) || derive_is_zero(p, node->u.arg[2]));
}

/* factor * derivative, where the derivative may have a side that is 0. */
static NodeId times_masked(Program *p, NodeId factor, NodeId derivative)
{
    Node select = p->nodes.at[derivative];

    if (!is_masked(p, derivative))
        return node_op2(p, OP_MUL, factor, derivative);
    for (unsigned k = 1; k < OP_MOST_ARGS; k++)
        if (!derive_is_zero(p, select.u.arg[k]))
            select.u.arg[k] = node_op2(p, OP_MUL, factor, select.u.arg[k]);
    return node_op(p, OP_SELECT, select.u.arg[0], select.u.arg[1], select.u.arg[2]);
}

NodeId derive_times(Program *p, NodeId factor, NodeId derivative)
{
    Node select = p->nodes.at[factor];

    if (!is_masked(p, factor))
        return times_masked(p, factor, derivative);
    for (unsigned k = 1; k < OP_MOST_ARGS; k++)
        if (!derive_is_zero(p, select.u.arg[k]))
            select.u.arg[k] = times_masked(p, select.u.arg[k], derivative);
    return node_op(p, OP_SELECT, select.u.arg[0], select.u.arg[1], select.u.arg[2]);
}

NodeId derive_partial(Program *p, NodeId node, NodeId result, unsigned k, NoDerivative *no_derivative, Span at)
{
    Op op = (Op)p->nodes.at[node].op;
    NodeId partial = node_partial(p, node, result, k);

    if (partial == NO_ID && op_info[op].no_derivative && !no_derivative->found)
        *no_derivative = (NoDerivative){ .found = true, .op = op, .at = at,
                                         .function = op == OP_CALL ? node_called(p, node) : NAME_NONE };
    return derive_is_zero(p, partial) ? NO_ID : partial;
}

void no_derivative_report(const NoDerivative *no_derivative, const Names *names, Diag *diag)
{
    if (no_derivative->op == OP_CALL)
        diag_error(diag, no_derivative->at,
                   "'%s' is a C function without a derivative; state one for each argument: extern %s(x) derivative ...",
                   names_text(names, no_derivative->function), names_text(names, no_derivative->function));
    else
        diag_error(diag, no_derivative->at, "%s has no derivative in this language; leave its argument out of --wrt",
                   op_info[no_derivative->op].name);
}

bool *derive_find_summed(const Program *p, Arena *arena)
{
    bool *summed = arena_array(arena, bool, p->symbols.count + 1);

    for (size_t i = 0; i < p->body.count; i++) {
        const Stage *stage = &p->stages.at[p->body.at[i].id];

        if (p->body.at[i].kind == ITEM_STAGE && stage->op == STAGE_ADD && !stage->fresh)
            summed[stage->target] = true;
    }
    return summed;
}
