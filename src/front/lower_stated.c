/* lower_stated.c -- functions whose derivatives the user states, and C functions of the user's.
 *
 * The code of such a function is scalar code over its arguments, so applied to arrays it is applied at each of their
 * elements. Code of operators only takes the axes of the arguments as they are. Code that makes arrays has axes of its
 * own: for it the axes of the arguments become indices, and axes again behind it.
 */
#include "front/lowering.h"

#include <string.h>

/* ---- axes and indices -------------------------------------------------------------------------------- */

static bool is_plain_kind(CheckedKind kind)
{
    switch ((int)kind) {
    case CHECKED_NUMBER:
    case CHECKED_PI:
    case CHECKED_E:
    case CHECKED_REF:
    case CHECKED_OP:
    case CHECKED_SELECT:
    case CHECKED_AND:
    case CHECKED_OR:
    case CHECKED_MARK_THEN:
    case CHECKED_MARK_ELSE:
    case CHECKED_MARK_RIGHT:
    case CHECKED_STATED:
    case CHECKED_BIND:
    case CHECKED_CALL:
        return true;
    default:
        return false;
    }
}

static bool is_plain_code(const CheckedModel *model, CheckedCode code)
{
    for (CheckedId i = code.first; i < code.end; i++)
        if (!is_plain_kind((CheckedKind)model->function_nodes.at[i].kind) || model->function_nodes.at[i].shape.rank > 0)
            return false;
    return true;
}

static bool is_plain_function(const CheckedModel *model, const CheckedFunction *function)
{
    uint32_t end = function->derivatives + (function->has_derivatives ? function->arg_count : 0);

    for (uint32_t k = function->value; k < end; k++)
        if (!is_plain_code(model, model->function_codes.at[k]))
            return false;
    return true;
}

/* An index for each axis that is longer than 1, from outer to inner. */
static Renaming axes_to_indices(Lowering *l, const Shape *shape)
{
    Renaming renaming = { 0 };

    for (unsigned k = 0; k < shape->rank; k++) {
        IndexId axis = shape->rank - 1u - k, index;

        if (shape->extent[k] == 1)
            continue;
        index = index_new(l, shape->extent[k]);
        renaming.from[renaming.count] = axis;
        renaming.to[renaming.count++] = aff_index(&l->p->affs, index);
    }
    return renaming;
}

static Renaming inverse(Lowering *l, const Renaming *renaming)
{
    Renaming made = { .count = renaming->count };

    for (uint32_t k = 0; k < renaming->count; k++) {
        (void)aff_is_index(&l->p->affs, renaming->to[k], &made.from[k]);
        made.to[k] = aff_index(&l->p->affs, renaming->from[k]);
    }
    return made;
}

/* ---- one call ---------------------------------------------------------------------------------------- */

static NodeId run_code(Lowering *l, uint32_t code, Span at)
{
    const CheckedModel *model = l->model;
    Value value;

    lower_code(l, model->function_nodes.at, model->function_codes.at[code]);
    if (l->failed)
        return node_int(l->p, 0);
    value = vec_pop(&l->stack);
    return value_node(l, &value, at);
}

/* The function of the nodes `args`: its value, linked with its derivatives. */
static NodeId apply(Lowering *l, const CheckedFunction *function, const NodeId *args, Span at)
{
    NodeId value = function->is_extern ? node_call(l->p, function->name, args, function->arg_count)
                                       : run_code(l, function->value, at);

    describe(l, value, at);
    if (!function->has_derivatives)
        return value;
    value = describe(l, node_op1(l->p, OP_STOP, value), at);
    for (uint32_t k = 0; k < function->arg_count; k++)
        value = describe(l, node_op(l->p, OP_LINK, value, args[k], run_code(l, function->derivatives + k, at)), at);
    return value;
}

/* Takes the arguments from the stack. */
static NodeId *take_arguments(Lowering *l, const CheckedFunction *function, const Renaming *renaming, Span at)
{
    NodeId *args = arena_array(l->arena, NodeId, function->arg_count);
    Value *values = l->stack.at + l->stack.count - function->arg_count;

    for (uint32_t k = 0; k < function->arg_count; k++) {
        Value value = values[k];

        args[k] = value_node(l, &value, at);
        if (renaming->count > 0) {
            value_rename(l, &value, renaming, at);
            args[k] = value_node(l, &value, at);
        }
        l->bound[function->first_arg + k] = value_of_node(args[k], (Shape){ 0 });
    }
    l->stack.count -= function->arg_count;
    return args;
}

void lower_stated(Lowering *l, const CheckedNode *n)
{
    const CheckedFunction *function = &l->model->functions.at[n->u.stated];
    Renaming renaming = { 0 }, back;
    const NodeId *args;
    Shape shape = n->shape;
    Span at = n->at;
    Value made;

    if (shape.rank > 0 && !is_plain_function(l->model, function))
        renaming = axes_to_indices(l, &shape);
    args = take_arguments(l, function, &renaming, at);
    made = value_of_node(apply(l, function, args, at), (Shape){ 0 });
    if (renaming.count > 0) {
        back = inverse(l, &renaming);
        value_rename(l, &made, &back, at);
    }
    made.shape = shape;
    vec_push(l->arena, &l->stack, made);
}
