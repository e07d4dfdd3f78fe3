/* lower_derive.c -- grad, jacobian and jvp: the slice between the name and the value is differentiated in place. */
#include "front/slice.h"

/* ---- the names by which is differentiated ------------------------------------------------------------ */

static void note_gathered(Lowering *l, CheckedId end)
{
    const CheckedLoop *loop = &l->model->loops.at[l->code[end].u.loop];

    for (uint32_t k = 0; k < loop->gathered_count; k++)
        l->gathered_by[l->model->loop_names.at[loop->gathered + k]] = end;
}

void derive_find_names(Lowering *l)
{
    l->differentiated = arena_array(l->arena, bool, l->model->symbols.count);
    l->gathered_by = arena_array(l->arena, CheckedId, l->model->symbols.count);
    for (size_t i = 0; i < l->code_count; i++) {
        const CheckedNode *n = &l->code[i];

        if (n->kind == CHECKED_GRAD || n->kind == CHECKED_JACOBIAN || n->kind == CHECKED_JVP)
            l->differentiated[n->u.symbol] = true;
        if (n->kind == CHECKED_LOOP_END)
            note_gathered(l, (CheckedId)i); /* the outermost loop comes last */
    }
}

/* Such a name has a symbol of its own even where its value is that of another one, which counts as independent. */
void derive_name_value(Lowering *l, CheckedSym id, Value *value, Span at)
{
    const CheckedSymbol *symbol = &l->model->symbols.at[id];

    if (!l->differentiated[id])
        return;
    value_materialise(l, value, symbol->name, at);
    value->listed = 0;
}

/* The array that the loop has gathered is whole now. */
void derive_name_gathered(Lowering *l, CheckedId end)
{
    const CheckedLoop *loop = &l->model->loops.at[l->code[end].u.loop];

    for (uint32_t k = 0; k < loop->gathered_count; k++) {
        CheckedSym name = l->model->loop_names.at[loop->gathered + k];

        if (l->gathered_by[name] == end)
            derive_name_value(l, name, &l->bound[name], l->model->symbols.at[name].at);
    }
}

/* ---- differentiating -------------------------------------------------------------------------------- */

/* Simplified first: a derivative is that of the accurate form (log1p for log(1+x), a shifted log-sum-exp). */
static void simplify(Slice *s)
{
    Program *simplified = pass_simplify(s->part);

    program_free(s->part);
    s->part = simplified;
}

static bool is_differentiable(Lowering *l, const NoDerivative *missing)
{
    if (!missing->found)
        return true;
    if (missing->op == OP_CALL)
        no_derivative_report(missing, l->model->names, l->diag);
    else
        diag_error(l->diag, missing->at, "%s has no derivative in this language", op_info[missing->op].name);
    l->failed = true;
    return false;
}

static void replace(Lowering *l, uint32_t taken, Value value)
{
    l->stack.count -= taken;
    vec_push(l->arena, &l->stack, value);
}

/* ---- both modes ------------------------------------------------------------------------------------- */

/* The gradient of a scalar, a node over free indices; what is put back depends on `deps`, too. */
static NodeId gradient(Lowering *l, NodeId f, CheckedSym x, SetId deps, Span at)
{
    const Shape scalar = { 0 };
    Reverse reverse = { .seeds = false };
    NodeId made = node_int(l->p, 0);
    Slice s;

    if (slice_begin(&s, l, f, &scalar, symbol_value(l, x, at).node, deps)) {
        SymId wanted = slice_wanted(&s);

        simplify(&s);
        pass_reverse(s.part, &wanted, 1, &reverse);
        if (is_differentiable(l, &reverse.no_derivative))
            made = slice_put_back(&s, s.part->gradients.at[0], NULL, NULL, at);
    }
    slice_end(&s);
    return made;
}

/* The derivative of f, a node over axes, along a direction. */
static NodeId tangent(Lowering *l, const Value *f, CheckedSym x, const Value *direction, Span at)
{
    NodeId made = node_int(l->p, 0);
    Slice s;

    if (slice_begin(&s, l, f->node, &f->shape, symbol_value(l, x, at).node, l->p->nodes.at[direction->node].deps)) {
        SymId wanted = slice_wanted(&s);
        Forward forward = { .local = true };

        simplify(&s);
        pass_forward(s.part, &wanted, 1, &s.output, 1, &forward);
        if (is_differentiable(l, &forward.no_derivative))
            made = slice_put_back(&s, forward.tangents[0], &f->shape, direction, at);
    }
    slice_end(&s);
    return made;
}

void lower_grad(Lowering *l, const CheckedNode *n)
{
    NodeId f = value_node(l, &vec_top(&l->stack), n->at);

    replace(l, 1, value_of_node(gradient(l, f, n->u.symbol, 0, n->at), n->shape));
}

void lower_jvp(Lowering *l, const CheckedNode *n)
{
    Value *f = &l->stack.at[l->stack.count - 2], *direction = f + 1;

    (void)value_node(l, f, n->at);
    value_settle(l, direction, n->at);
    replace(l, 2, value_of_node(tangent(l, f, n->u.symbol, direction, n->at), n->shape));
}

/* ---- Jacobians -------------------------------------------------------------------------------------- */

/* New indices for the axes of a shape, and the way to them and back to axes that stand `shift` further from the last. */
typedef struct {
    Renaming away, back;
    SetId set;
} Copies;

static Copies make_copies(Lowering *l, const Shape *shape, unsigned shift)
{
    AffPool *affs = &l->p->affs;
    Copies copies = { .set = 0 };

    for (unsigned axis = 0; axis < shape->rank; axis++) {
        int32_t extent = shape->extent[shape->rank - 1u - axis];
        IndexId index;

        if (extent == 1)
            continue;
        index = index_new(l, extent);
        copies.away.from[copies.away.count] = axis;
        copies.away.to[copies.away.count++] = aff_index(affs, index);
        copies.back.from[copies.back.count] = index;
        copies.back.to[copies.back.count++] = aff_index(affs, axis + shift);
        copies.set = set_union(l->p, copies.set, set_of(l->p, index));
    }
    return copies;
}

/* One gradient for each element of f. */
static Value by_rows(Lowering *l, const CheckedNode *n, Value f, const Shape *x)
{
    Copies rows = make_copies(l, &f.shape, x->rank);
    Value made;

    value_rename(l, &f, &rows.away, n->at);
    made = value_of_node(gradient(l, value_node(l, &f, n->at), n->u.symbol, rows.set, n->at), *x);
    value_rename(l, &made, &rows.back, n->at);
    return made;
}

/* 1 where all axes have the values of their copies, else 0. */
static Value unit_direction(Lowering *l, const Copies *columns, const Shape *x)
{
    Program *p = l->p;
    NodeId here = NO_ID;

    for (uint32_t k = 0; k < columns->away.count; k++) {
        NodeId axis = node_integer(p, aff_index(&p->affs, columns->away.from[k]));
        NodeId equal = node_op2(p, OP_EQ, axis, node_integer(p, columns->away.to[k]));

        here = here == NO_ID ? equal : node_op2(p, OP_AND, here, equal);
    }
    if (here == NO_ID)
        return value_of_node(node_int(p, 1), *x);
    return value_of_node(node_op(p, OP_SELECT, here, node_int(p, 1), node_int(p, 0)), *x);
}

/* One derivative of f along each element of x. */
static Value by_columns(Lowering *l, const CheckedNode *n, Value f, const Shape *x)
{
    Copies columns = make_copies(l, x, 0);
    Value direction = unit_direction(l, &columns, x), made;
    Renaming shift = { .count = f.shape.rank };

    (void)value_node(l, &f, n->at);
    made = value_of_node(tangent(l, &f, n->u.symbol, &direction, n->at), f.shape);
    for (unsigned axis = 0; axis < f.shape.rank; axis++) {
        shift.from[axis] = axis;
        shift.to[axis] = aff_index(&l->p->affs, axis + x->rank);
    }
    value_rename(l, &made, &shift, n->at);
    value_rename(l, &made, &columns.back, n->at);
    return made;
}

static int64_t elements(const Shape *shape)
{
    int64_t count = 1;

    for (unsigned k = 0; k < shape->rank; k++)
        count *= shape->extent[k];
    return count;
}

void lower_jacobian(Lowering *l, const CheckedNode *n)
{
    const Shape *x = &l->model->symbols.at[n->u.symbol].shape;
    Value f = vec_pop(&l->stack), made;

    made = elements(&f.shape) <= elements(x) ? by_rows(l, n, f, x) : by_columns(l, n, f, x);
    made.shape = n->shape;
    vec_push(l->arena, &l->stack, made);
}
