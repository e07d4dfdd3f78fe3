/* lower_derive.c -- grad, jacobian and jvp: the slice between the name and the value is differentiated in place. */
#include "front/slice.h"

/* ---- the names by which is differentiated ------------------------------------------------------------ */

void derive_find_names(Lowering *l)
{
    l->differentiated = arena_array(l->arena, bool, l->model->symbols.count);
    for (size_t i = 0; i < l->code_count; i++) {
        const CheckedNode *n = &l->code[i];

        if (n->kind == CHECKED_GRAD || n->kind == CHECKED_JACOBIAN || n->kind == CHECKED_JVP)
            l->differentiated[n->u.symbol] = true;
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

/* ---- reverse mode ----------------------------------------------------------------------------------- */

void lower_grad(Lowering *l, const CheckedNode *n)
{
    Value x = symbol_value(l, n->u.symbol, n->at);
    NodeId f = value_node(l, &vec_top(&l->stack), n->at), made = NO_ID;
    Reverse reverse = { .seeds = false };
    Slice s;

    if (slice_begin(&s, l, f, &vec_top(&l->stack).shape, x.node, 0)) {
        SymId wanted = slice_wanted(&s);

        simplify(&s);
        pass_reverse(s.part, &wanted, 1, &reverse);
        if (is_differentiable(l, &reverse.no_derivative))
            made = slice_put_back(&s, s.part->gradients.at[0], &n->shape, NULL, n->at);
    }
    slice_end(&s);
    replace(l, 1, value_of_node(made == NO_ID ? node_int(l->p, 0) : made, n->shape));
}
