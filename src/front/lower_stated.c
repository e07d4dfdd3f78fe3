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

static bool is_plain_code(const Lowering *l, CheckedCode code)
{
    for (CheckedId i = code.first; i < code.end; i++) {
        const CheckedNode *n = &l->model->function_nodes.at[i];

        if (!is_plain_kind((CheckedKind)n->kind) || n->shape.rank > 0 ||
            (n->kind == CHECKED_STATED && !l->is_plain[n->u.stated]))
            return false;
    }
    return true;
}

static bool is_plain_function(const Lowering *l, const CheckedFunction *function)
{
    uint32_t end = function->derivatives + (function->has_derivatives ? function->arg_count : 0);

    for (uint32_t k = function->value; k < end; k++)
        if (!is_plain_code(l, l->model->function_codes.at[k]))
            return false;
    return true;
}

/* A function calls only those before it. */
void stated_prepare(Lowering *l)
{
    l->is_plain = arena_array(l->arena, bool, l->model->functions.count + 1);
    for (size_t i = 0; i < l->model->functions.count; i++)
        l->is_plain[i] = is_plain_function(l, &l->model->functions.at[i]);
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

/* More steps in the code of such functions than this: a function that calls another one twice, which calls ... */
enum { MOST_STEPS = 1 << 24 };

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
        value = value_of_node(args[k], (Shape){ 0 });
        derive_name_value(l, function->first_arg + k, &value, at);
        l->bound[function->first_arg + k] = value;
    }
    l->stack.count -= function->arg_count;
    return args;
}

/* The present value of the call is what the code so far has left. */
static void take_value(Lowering *l, CodeFrame *frame)
{
    Value value = vec_pop(&l->stack);
    NodeId node = describe(l, value_node(l, &value, frame->place), frame->place);

    if (frame->value == NO_ID && frame->function->has_derivatives)
        frame->value = describe(l, node_op2(l->p, OP_STOP, node, node_function(l->p, frame->function->name)), frame->place);
    else if (frame->value == NO_ID)
        frame->value = node;
    else
        frame->value = describe(l, node_op(l->p, OP_LINK, frame->value, frame->args[frame->linked++], node), frame->place);
}

static void end_call(Lowering *l)
{
    CodeFrame frame = vec_pop(&l->frames);
    Value made = value_of_node(frame.value, (Shape){ 0 });

    if (frame.renaming.count > 0) {
        Renaming back = inverse(l, &frame.renaming);

        value_rename(l, &made, &back, frame.place);
    }
    made.shape = frame.shape;
    vec_push(l->arena, &l->stack, made);
}

static void enter_code(Lowering *l, CodeFrame *frame, uint32_t code)
{
    CheckedCode run = l->model->function_codes.at[code];
    CheckedId offset = (CheckedId)l->model->nodes.count;

    frame->next = offset + run.first;
    frame->end = offset + run.end;
    l->stated_steps += run.end - run.first;
    if (l->stated_steps > MOST_STEPS && !l->failed) {
        diag_error(l->diag, frame->place, "the functions with stated derivatives call each other too often: more than %d steps",
                   MOST_STEPS);
        l->failed = true;
    }
}

void lower_end_code(Lowering *l)
{
    CodeFrame *frame = &vec_top(&l->frames);

    if (frame->function == NULL) {
        l->frames.count--;
        return;
    }
    take_value(l, frame);
    if (frame->function->has_derivatives && frame->linked < frame->function->arg_count)
        enter_code(l, frame, frame->function->derivatives + frame->linked);
    else
        end_call(l);
}

void lower_stated(Lowering *l, const CheckedNode *n)
{
    const CheckedFunction *function = &l->model->functions.at[n->u.stated];
    CodeFrame frame = { .function = function, .shape = n->shape, .place = n->at,
                        .value = NO_ID };

    if (n->shape.rank > 0 && !l->is_plain[n->u.stated])
        frame.renaming = axes_to_indices(l, &n->shape);
    frame.args = take_arguments(l, function, &frame.renaming, n->at);
    if (function->is_extern) { /* no code of a body: what it would leave is there at once */
        NodeId call = node_call(l->p, function->name, frame.args, function->arg_count);

        vec_push(l->arena, &l->stack, value_of_node(describe(l, call, n->at), (Shape){ 0 }));
    } else {
        enter_code(l, &frame, function->value);
    }
    vec_push(l->arena, &l->frames, frame);
}
