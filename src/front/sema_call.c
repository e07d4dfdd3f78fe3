/* sema_call.c -- calls of built-in functions. */
#include "front/sema.h"

void sema_drop(Sema *s, AstId call, uint32_t count)
{
    CheckedId first = count > 0 ? s->values.at[s->values.count - count].first : sema_here(s);

    s->values.count -= count;
    sema_push_error(s, call, first);
}

bool sema_takes(Sema *s, AstId call, uint32_t count, uint32_t wanted)
{
    if (count == wanted)
        return true;
    sema_error(s, sema_at(s, call), "%s takes %u argument%s, not %u", sema_name(s, s->ast->nodes.at[call].u.name),
               wanted, wanted == 1 ? "" : "s", count);
    return false;
}

/* Takes `count` arguments that are numbers? Else they are dropped. */
static bool takes_numbers(Sema *s, AstId id, uint32_t count, uint32_t wanted)
{
    bool good = sema_takes(s, id, count, wanted);

    for (uint32_t k = 0; k < count && good; k++)
        good = sema_is_number(s, &s->values.at[s->values.count - count + k]);
    if (!good)
        sema_drop(s, id, count);
    return good;
}

static void push_array(Sema *s, AstId id, CheckedKind kind, uint32_t count, Shape shape)
{
    CheckedId first = s->values.at[s->values.count - count].first;

    if (!sema_fits(s, shape, id)) {
        sema_drop(s, id, count);
        return;
    }
    s->values.count -= count;
    sema_emit(s, kind, id, count, first, shape);
    sema_push(s, sema_value(id, first, shape));
}

static void call_dot(Sema *s, AstId id, uint32_t count)
{
    const Value *args = s->values.at + s->values.count - count;

    if (!takes_numbers(s, id, count, 2))
        return;
    if (args[0].shape.rank > 0 && sema_same_shape(args[0].shape, args[1].shape)) {
        push_array(s, id, CHECKED_DOT, 2, (Shape){ 0 });
        return;
    }
    sema_error(s, sema_at(s, id), "dot needs two arrays of one shape, not %s (%s) and %s (%s)",
               sema_shape_text(s, args[0].shape), sema_text(s, args[0].ast), sema_shape_text(s, args[1].shape),
               sema_text(s, args[1].ast));
    sema_drop(s, id, count);
}

static void call_outer(Sema *s, AstId id, uint32_t count)
{
    const Value *args = s->values.at + s->values.count - count;

    if (!takes_numbers(s, id, count, 2))
        return;
    if (args[0].shape.rank == 1 && args[1].shape.rank == 1) {
        push_array(s, id, CHECKED_OUTER, 2, sema_prefix_shape(args[0].shape, args[1].shape));
        return;
    }
    sema_error(s, sema_at(s, id), "outer needs two vectors, not %s (%s) and %s (%s)", sema_shape_text(s, args[0].shape),
               sema_text(s, args[0].ast), sema_shape_text(s, args[1].shape), sema_text(s, args[1].ast));
    sema_drop(s, id, count);
}

static void call_softmax(Sema *s, AstId id, uint32_t count)
{
    const Value *arg = s->values.at + s->values.count - count;

    if (!takes_numbers(s, id, count, 1))
        return;
    if (arg->shape.rank == 1) {
        push_array(s, id, CHECKED_SOFTMAX, 1, arg->shape);
        return;
    }
    if (arg->shape.rank == 0)
        sema_error(s, sema_at(s, id), "softmax needs a vector; %s is a scalar", sema_text(s, arg->ast));
    else
        sema_error(s, sema_at(s, id), "softmax needs a vector, not %s%s", sema_shape_text(s, arg->shape),
                   arg->shape.rank == 2 ? "; row by row: [softmax(A[i]) for i]" : "");
    sema_drop(s, id, count);
}

/* Scalars count as [1] among vectors. */
static Shape part_shape(Shape shape)
{
    if (shape.rank == 0) {
        shape.rank = 1;
        shape.extent[0] = 1;
    }
    return shape;
}

static void call_concat(Sema *s, AstId id, uint32_t count)
{
    const Value *args = s->values.at + s->values.count - count;
    Shape shape;
    int64_t extent = 0;

    if (count == 0) {
        sema_error(s, sema_at(s, id), "concat takes one or more arguments, not 0");
        sema_drop(s, id, count);
        return;
    }
    if (!takes_numbers(s, id, count, count))
        return;
    shape = part_shape(args[0].shape);
    for (uint32_t k = 0; k < count; k++) {
        Shape part = part_shape(args[k].shape), other = part;

        extent += part.extent[0];
        other.extent[0] = shape.extent[0];
        if (sema_same_shape(shape, other))
            continue;
        sema_error(s, sema_at(s, args[k].ast), "concat joins along the first axis; the others differ: %s and %s",
                   sema_shape_text(s, args[k].shape), sema_shape_text(s, args[0].shape));
        sema_drop(s, id, count);
        return;
    }
    if (extent > INT32_MAX) {
        sema_error(s, sema_at(s, id), "an array has at most %d elements; these together have %lld", INT32_MAX, (long long)extent);
        sema_drop(s, id, count);
        return;
    }
    shape.extent[0] = (int32_t)extent;
    push_array(s, id, CHECKED_CONCAT, count, shape);
}

/* The number of elements, or the extent of an axis: a constant. */
static bool find_size(Sema *s, const Value *args, uint32_t count, int64_t *size)
{
    Shape shape = args[0].shape;
    int64_t axis;

    if (shape.rank == 0) {
        sema_error(s, sema_at(s, args[0].ast), "size needs an array; %s is a scalar", sema_text(s, args[0].ast));
        return false;
    }
    *size = 1;
    if (count == 1) {
        for (unsigned k = 0; k < shape.rank; k++)
            *size *= shape.extent[k];
        return true;
    }
    if (!args[1].exact || !rational_to_int(args[1].number, &axis) || axis < 0 || axis >= shape.rank) {
        sema_error(s, sema_at(s, args[1].ast), "the axis of %s is a constant in 0..%d, not %s",
                   sema_text(s, args[0].ast), shape.rank, sema_text(s, args[1].ast));
        return false;
    }
    *size = shape.extent[axis];
    return true;
}

static void call_size(Sema *s, AstId id, uint32_t count)
{
    const Value *args = s->values.at + s->values.count - count;
    Value value;
    int64_t size;

    if (count != 1 && count != 2) {
        sema_error(s, sema_at(s, id), "size takes 1 or 2 arguments, not %u", count);
        sema_drop(s, id, count);
        return;
    }
    if (!takes_numbers(s, id, count, count))
        return;
    if (!find_size(s, args, count, &size)) {
        sema_drop(s, id, count);
        return;
    }
    value = sema_value(id, args[0].first, (Shape){ 0 });
    value.exact = true;
    value.number = RATIONAL(size);
    s->values.count -= count;
    sema_cut(s, value.first);
    sema_emit_number(s, value.number, id, value.shape);
    vec_top(&s->model->nodes).value = VALUE_INTEGER;
    sema_push(s, value);
}

static void call_reduction(Sema *s, AstId id, uint32_t count, ReduceOp op)
{
    const char *name = sema_name(s, s->ast->nodes.at[id].u.name);

    if (count == 1) {
        sema_reduce_all(s, id, op);
        return;
    }
    if (count == 0)
        sema_error(s, sema_at(s, id), "%s takes 1 argument, not 0", name);
    else
        sema_error(s, sema_at(s, id), "%s takes one array; along an axis write %s(A[i] for i) or [%s(A[i]) for i]",
                   name, name, name);
    sema_drop(s, id, count);
}

static void call_builtin(Sema *s, AstId id, const Word *word, uint32_t count)
{
    switch ((Builtin)word->builtin) {
    case BUILTIN_OP:
        if (sema_takes(s, id, count, op_info[word->detail].arity))
            sema_op(s, id, (Op)word->detail, count);
        else
            sema_drop(s, id, count);
        break;
    case BUILTIN_REDUCE: call_reduction(s, id, count, (ReduceOp)word->detail); break;
    case BUILTIN_EXTREME:
        if (count >= 2)
            sema_op(s, id, word->detail == REDUCE_MAX ? OP_MAX : OP_MIN, count);
        else
            call_reduction(s, id, count, (ReduceOp)word->detail);
        break;
    case BUILTIN_DOT: call_dot(s, id, count); break;
    case BUILTIN_OUTER: call_outer(s, id, count); break;
    case BUILTIN_SOFTMAX: call_softmax(s, id, count); break;
    case BUILTIN_CONCAT: call_concat(s, id, count); break;
    case BUILTIN_SIZE: call_size(s, id, count); break;
    case BUILTIN_GRAD: case BUILTIN_JACOBIAN: case BUILTIN_JVP:
        sema_derivative(s, id, (Builtin)word->builtin, count);
        break;
    case BUILTIN_NONE: break;
    }
}

/* True: a function of the user's, and the loop goes on in its body. */
bool sema_call(Sema *s, AstId id)
{
    const AstNode *node = &s->ast->nodes.at[id];
    uint32_t count = s->ast->nodes.at[id - 1].count, function;

    switch (sema_callee(s, node->u.name, id, &function)) {
    case CALLS_USER:
        return sema_call_user(s, id, function, count);
    case CALLS_BUILTIN:
        call_builtin(s, id, &s->words[node->u.name], count);
        break;
    case CALLS_NOTHING:
        sema_unknown_function(s, id);
        sema_drop(s, id, count);
        break;
    }
    return false;
}
