/* sema_expr.c -- numbers, operators, arrays, transposes. */
#include "front/sema.h"

void sema_number(Sema *s, AstId id)
{
    Rational number = s->ast->numbers.at[s->ast->nodes.at[id].u.number];
    Value value = sema_value(id, sema_here(s), (Shape){ 0 });
    CheckedNode *node = sema_emit(s, CHECKED_NUMBER, id, 0, value.first, value.shape);

    node->u.number = (uint32_t)s->model->numbers.count;
    vec_push(s->arena, &s->model->numbers, number);
    value.exact = number.big == NULL;
    value.number = number;
    node->value = (uint8_t)(rational_is_whole(number) ? VALUE_INTEGER : VALUE_REAL);
    sema_push(s, value);
}

/* Emits an operator whose result is `value`. */
static void finish(Sema *s, AstId id, CheckedKind kind, Op op, uint32_t count, Value value)
{
    CheckedNode *node;

    value.ast = id;
    if (!sema_fits(s, value.shape, id)) {
        sema_push_error(s, id, value.first);
        return;
    }
    node = sema_emit(s, kind, id, count, value.first, value.shape);
    if (kind == CHECKED_OP)
        node->u.op = op;
    node->value = (uint8_t)sema_kind(s, &value);
    sema_push(s, value);
}

/* ---- unary ---- */

static void negate(Sema *s, AstId id, Value a)
{
    Value value = sema_value(id, a.first, a.shape);

    if (a.exact) {
        value.exact = true;
        value.number = rational_neg(s->arena, a.number);
    }
    value.aff = aff_scale(&s->model->affs, a.aff, -1, 1);
    finish(s, id, CHECKED_OP, OP_NEG, 1, value);
}

static void negate_condition(Sema *s, AstId id, Value a)
{
    Value value = sema_value(id, a.first, a.shape);

    if (a.is != IS_CONDITION) {
        sema_error(s, sema_at(s, a.ast), "'!' needs a condition; compare with 0: %s == 0", sema_text(s, a.ast));
        sema_push_error(s, id, a.first);
        return;
    }
    value.is = IS_CONDITION;
    value.yes = a.no;
    value.no = a.yes;
    finish(s, id, CHECKED_OP, OP_NOT, 1, value);
}

void sema_unary(Sema *s, AstId id)
{
    Value a = sema_pop(s);
    AstOp op = s->ast->nodes.at[id].u.op;

    if (a.is != IS_ERROR && op == AST_OP_NOT) {
        negate_condition(s, id, a);
    } else if (!sema_is_number(s, &a)) {
        sema_push_error(s, id, a.first);
    } else if (op == AST_OP_PLUS) {
        a.ast = id;
        sema_push(s, a);
    } else {
        negate(s, id, a);
    }
}

/* ---- binary ---- */

static Op table_op(AstOp op)
{
    switch (op) {
    case AST_OP_ADD: return OP_ADD;
    case AST_OP_SUB: return OP_SUB;
    case AST_OP_MUL: return OP_MUL;
    case AST_OP_DIV: return OP_DIV;
    case AST_OP_POW: return OP_POW;
    case AST_OP_EQ: return OP_EQ;
    case AST_OP_NE: return OP_NE;
    case AST_OP_LT: return OP_LT;
    case AST_OP_LE: return OP_LE;
    case AST_OP_GT: return OP_GT;
    case AST_OP_GE: return OP_GE;
    default: return OP_COUNT;
    }
}

static void compare(Sema *s, AstId id, const Value *a, const Value *b, Value value)
{
    AffPool *affs = &s->model->affs;
    AstOp op = s->ast->nodes.at[id].u.op;

    value.is = IS_CONDITION;
    if (value.shape.rank == 0 && (a->exact || a->aff != AFF_FAIL) && (b->exact || b->aff != AFF_FAIL)) {
        AffId left = sema_aff(s, a), right = sema_aff(s, b), difference = aff_sub(affs, left, right);

        value.yes = sema_fact(s, op, difference);
        value.no = sema_fact(s, sema_negated(op), difference);
    }
    finish(s, id, CHECKED_OP, table_op(op), 2, value);
}

static bool divides_by_zero(AstOp op, const Value *a, const Value *b)
{
    if (op == AST_OP_DIV)
        return b->exact && rational_sign(b->number) == 0;
    return op == AST_OP_POW && a->exact && b->exact && rational_sign(a->number) == 0 && rational_sign(b->number) < 0;
}

static void calculate(Sema *s, AstId id, const Value *a, const Value *b, Value value)
{
    AstOp op = s->ast->nodes.at[id].u.op;
    Shape product;

    if (divides_by_zero(op, a, b)) {
        sema_error(s, sema_at(s, id), "division by the constant 0");
        sema_push_error(s, id, value.first);
        return;
    }
    if (a->exact && b->exact)
        value.exact = sema_combine_exact(s, op, a->number, b->number, &value.number) && value.number.big == NULL;
    else if (a->aff != AFF_FAIL || b->aff != AFF_FAIL)
        value.aff = sema_combine_aff(s, op, sema_aff(s, a), sema_aff(s, b));
    value.star_fits = op == AST_OP_MUL && sema_matmul_shape(a->shape, b->shape, &product);
    finish(s, id, CHECKED_OP, table_op(op), 2, value);
}

static const char *axes(Shape shape, unsigned axis)
{
    return shape.rank == 1 ? "elements" : axis == 0 ? "rows" : "columns";
}

static bool can_multiply(Sema *s, AstId id, const Value *a, const Value *b)
{
    const Value *wrong = a->shape.rank == 0 || (a->shape.rank > 2 && b->shape.rank != 0) ? a : b;
    Shape shape;

    if (sema_matmul_shape(a->shape, b->shape, &shape))
        return true;
    if (wrong->shape.rank == 0)
        sema_error(s, sema_at(s, id), "@ needs arrays; %s is a scalar: write *", sema_text(s, wrong->ast));
    else if (wrong->shape.rank > 2)
        sema_error(s, sema_at(s, id), "@ needs vectors or matrices; %s has %d axes", sema_text(s, wrong->ast),
                   wrong->shape.rank);
    else
        sema_error(s, sema_at(s, id), "shapes %s (%s) and %s (%s) do not fit @: %d %s meet %d %s",
                   sema_shape_text(s, a->shape), sema_text(s, a->ast), sema_shape_text(s, b->shape),
                   sema_text(s, b->ast), a->shape.extent[a->shape.rank - 1], axes(a->shape, 1), b->shape.extent[0],
                   axes(b->shape, 0));
    return false;
}

static void multiply(Sema *s, AstId id, const Value *a, const Value *b)
{
    Value value = sema_value(id, a->first, (Shape){ 0 });

    if (!can_multiply(s, id, a, b)) {
        sema_push_error(s, id, a->first);
        return;
    }
    sema_matmul_shape(a->shape, b->shape, &value.shape);
    finish(s, id, CHECKED_MATMUL, OP_COUNT, 2, value);
}

void sema_binary(Sema *s, AstId id)
{
    Value b = sema_pop(s), a = sema_pop(s);
    AstOp op = s->ast->nodes.at[id].u.op;
    Value value = sema_value(id, a.first, (Shape){ 0 });
    bool left = sema_is_number(s, &a), right = sema_is_number(s, &b);

    if (!left || !right) {
        sema_push_error(s, id, a.first);
    } else if (op == AST_OP_MATMUL) {
        multiply(s, id, &a, &b);
    } else if (!sema_broadcast(a.shape, b.shape, &value.shape)) {
        sema_disagree(s, id, &a, &b);
        sema_push_error(s, id, a.first);
    } else if (op >= AST_OP_EQ && op <= AST_OP_GE) {
        compare(s, id, &a, &b, value);
    } else {
        calculate(s, id, &a, &b, value);
    }
}

/* A function of the operator table; its arguments are the last `count` values. */
void sema_op(Sema *s, AstId id, Op op, uint32_t count)
{
    const Value *args = s->values.at + s->values.count - count;
    Value value = sema_value(id, args[0].first, (Shape){ 0 }), sofar = args[0];
    bool good = true;

    for (uint32_t k = 0; k < count; k++)
        good = sema_is_number(s, &args[k]) && good;
    for (uint32_t k = 0; k < count && good; k++) {
        good = sema_broadcast(value.shape, args[k].shape, &value.shape);
        if (!good)
            sema_disagree(s, id, &sofar, &args[k]);
        if (args[k].shape.rank >= sofar.shape.rank)
            sofar = args[k];
    }
    s->values.count -= count;
    if (good)
        finish(s, id, CHECKED_OP, op, count, value);
    else
        sema_push_error(s, id, value.first);
}

/* ---- arrays ---- */

void sema_array(Sema *s, AstId id)
{
    uint32_t count = s->ast->nodes.at[id - 1].count;
    const Value *items = s->values.at + s->values.count - count;
    Value value = sema_value(id, items[0].first, (Shape){ 0 });
    bool good = true;

    for (uint32_t k = 0; k < count; k++)
        good = sema_is_number(s, &items[k]) && good;
    for (uint32_t k = 1; k < count && good; k++) {
        good = sema_same_shape(items[0].shape, items[k].shape);
        if (!good)
            sema_error(s, sema_at(s, items[k].ast),
                       "the elements of an array have one shape; this one is %s, the first %s",
                       sema_shape_text(s, items[k].shape), sema_shape_text(s, items[0].shape));
    }
    value.shape.rank = 1;
    value.shape.extent[0] = (int32_t)count;
    value.shape = sema_prefix_shape(value.shape, items[0].shape);
    s->values.count -= count;
    if (good)
        finish(s, id, CHECKED_ARRAY, OP_COUNT, count, value);
    else
        sema_push_error(s, id, value.first);
}

void sema_transpose(Sema *s, AstId id)
{
    Value a = sema_pop(s), value = sema_value(id, a.first, a.shape);

    if (!sema_is_number(s, &a)) {
        sema_push_error(s, id, a.first);
        return;
    }
    if (a.shape.rank != 2) {
        const char *text = sema_text(s, a.ast);

        if (a.shape.rank == 0)
            sema_error(s, sema_at(s, id), "' needs a matrix; %s is a scalar", text);
        else if (a.shape.rank == 1)
            sema_error(s, sema_at(s, id),
                       "%s is a vector: it is neither row nor column and has no transpose; the inner product"
                       " is x @ y, the outer product outer(x, y)",
                       text);
        else
            sema_error(s, sema_at(s, id), "' needs a matrix; %s has %d axes", text, a.shape.rank);
        sema_push_error(s, id, a.first);
        return;
    }
    value.shape.extent[0] = a.shape.extent[1];
    value.shape.extent[1] = a.shape.extent[0];
    finish(s, id, CHECKED_TRANSPOSE, OP_COUNT, 1, value);
}
