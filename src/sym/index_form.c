/* index_form.c -- values and gradients as functions of indices: forwards through the items, then backwards. */
#include <string.h>

#include "sym/derivative.h"
#include "sym/forming.h"

static ExprId fold2(const Forming *f, Op op, ExprId a, ExprId b)
{
    return expr_fold(f->pool, op, a, b, EXPR_NONE);
}

/* The indices of the variable's axes as integer expressions. */
static void axes_of(Forming *f, VariableId variable, AffId *axes)
{
    for (unsigned k = 0; k < f->pool->variables.at[variable].rank; k++)
        axes[k] = aff_index(&f->pool->affs, f->known.at[variable].axes[k]);
}

static ExprId chosen(const Forming *f, FormPiece piece)
{
    if (piece.condition == EXPR_NONE)
        return piece.value;
    return expr_fold(f->pool, OP_SELECT, piece.condition, piece.value, expr_int(f->pool, 0));
}

/* ---- forwards: definitions --------------------------------------------------------------------------- */

static bool uses_axes(const Forming *f, VariableId variable, ExprId value)
{
    for (unsigned k = 0; k < f->pool->variables.at[variable].rank; k++)
        if (form_uses_index(f, value, f->known.at[variable].axes[k]))
            return true;
    return false;
}

/* What the item adds to the definition of its target. A part that is set under a condition is chosen among the parts; what is the
 * same for all elements needs no condition if it is the first. */
static void define(Forming *f, const FormItem *item)
{
    AffId axes[FORM_MOST_RANK];
    unsigned rank = f->pool->variables.at[item->target].rank;
    ExprId *definition = &f->known.at[item->target].definition;
    FormItem unguarded = *item;
    FormPiece piece;

    /* Who reads the value stands in the branch that its guard is about. */
    unguarded.guard = EXPR_NONE;
    axes_of(f, item->target, axes);
    piece = form_sum_where(f, &unguarded, axes, item->subs, rank, item->value);
    if (item->op == STAGE_ADD)
        *definition = *definition == EXPR_NONE ? chosen(f, piece) : fold2(f, OP_ADD, *definition, chosen(f, piece));
    else if (*definition == EXPR_NONE)
        *definition = uses_axes(f, item->target, piece.value) ? chosen(f, piece) : piece.value;
    else
        *definition = piece.condition == EXPR_NONE ? piece.value
                                                   : expr_fold(f->pool, OP_SELECT, piece.condition, piece.value, *definition);
}

/* Does the value depend on something wanted? */
static void find_activity(Forming *f, const FormItem *item)
{
    ExprVec reached = { 0 };

    expr_reach(f->pool, f->arena, &item->value, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        const Expr *node = &f->pool->nodes.at[reached.at[i]];

        if (node->kind == EXPR_NAME && f->known.at[node->u.name.variable].active)
            f->known.at[item->target].active = true;
    }
    expr_drop(f->arena, &reached);
}

static void go_forwards(Forming *f)
{
    for (size_t i = 0; i < f->request->count; i++)
        f->known.at[f->variables[f->request->wanted[i]]].active = true;
    for (uint32_t k = 0; k < f->order.count && !f->failed; k++) {
        FormItem item = form_item(f, k);

        find_activity(f, &item);
        define(f, &item);
    }
}

/* ---- backwards: adjoints ----------------------------------------------------------------------------- */

/* The derivative of the item's value by one of the names in it; the value itself is called by its name. */
static ExprId local_gradient(Forming *f, const FormItem *item, ExprId name)
{
    Op without = OP_COUNT;
    ExprId local = sym_derivative(f->pool, item->value, name, expr_fold, NULL, &without), *by;
    size_t size = (size_t)item->value + 1;

    if (local == EXPR_NONE) {
        form_refuse(f, item->at, without == OP_TRIGAMMA ? "'trigamma' has no derivative in the language" : "the derivative is too large");
        return expr_int(f->pool, 0);
    }
    if (item->op != STAGE_SET || f->pool->nodes.at[item->value].kind != EXPR_OP)
        return local;
    by = arena_array(f->arena, ExprId, size);
    for (size_t i = 0; i < size; i++)
        by[i] = EXPR_NONE;
    by[item->value] = expr_name(f->pool, item->target, item->subs);
    local = expr_replace(f->pool, local, by, size, expr_fold);
    arena_drop(f->arena, by, size * sizeof *by);
    return local;
}

/* Adds to the adjoint of what `name` is an element of. */
static void contribute(Forming *f, const FormItem *item, ExprId upstream, ExprId name)
{
    VariableId variable = f->pool->nodes.at[name].u.name.variable;
    unsigned rank = f->pool->variables.at[variable].rank;
    AffId axes[FORM_MOST_RANK], subs[FORM_MOST_RANK];
    ExprId body = fold2(f, OP_MUL, upstream, local_gradient(f, item, name)), term;
    ExprId *adjoint;

    axes_of(f, variable, axes);
    for (unsigned k = 0; k < rank; k++)
        subs[k] = expr_subs(f->pool, name)[k];
    term = chosen(f, form_sum_where(f, item, axes, subs, rank, body));
    adjoint = &f->known.at[variable].adjoint;
    *adjoint = *adjoint == EXPR_NONE ? term : fold2(f, OP_ADD, *adjoint, term);
}

/* The gradient by something that the user named gets a name itself, unless it is a number or a name already. */
static void name_adjoint(Forming *f, size_t output, VariableId target)
{
    FormVariable known = f->known.at[target];
    AffId axes[FORM_MOST_RANK];
    VariableId gradient;

    if (!known.named || f->pool->nodes.at[known.adjoint].kind == EXPR_NUMBER || f->pool->nodes.at[known.adjoint].kind == EXPR_NAME)
        return;
    gradient = form_gradient_variable(f, output, target);
    memcpy(f->known.at[gradient].axes, known.axes, sizeof known.axes);
    f->known.at[gradient].definition = known.adjoint;
    vec_push(f->arena, &f->staged, gradient);
    axes_of(f, target, axes);
    f->known.at[target].adjoint = expr_name(f->pool, gradient, axes);
}

static void go_back_through(Forming *f, size_t output, const FormItem *item)
{
    const FormVariable *target = &f->known.at[item->target];
    ExprVec reached = { 0 };
    ExprId upstream;

    if (!target->active || target->adjoint == EXPR_NONE)
        return;
    if (f->request->staged)
        name_adjoint(f, output, item->target);
    target = &f->known.at[item->target];
    upstream = form_substitute(f, target->adjoint, target->axes, item->subs, f->pool->variables.at[item->target].rank);
    expr_reach(f->pool, f->arena, &item->value, 1, &reached);
    for (size_t i = 0; i < reached.count && !f->failed; i++) {
        const Expr *node = &f->pool->nodes.at[reached.at[i]];

        if (node->kind == EXPR_NAME && f->known.at[node->u.name.variable].active)
            contribute(f, item, upstream, reached.at[i]);
    }
    expr_drop(f->arena, &reached);
}

/* The gradient of the output itself: 1, or an input of the output's shape. */
static void seed(Forming *f, SymId symbol)
{
    VariableId output = f->variables[symbol], upstream = EXPR_NONE;
    ExprVariable v = f->pool->variables.at[output];
    AffId axes[FORM_MOST_RANK];

    if (v.rank == 0) {
        f->known.at[output].adjoint = expr_int(f->pool, 1);
    } else {
        upstream = expr_variable(f->pool, names_format(f->pool->names, "d_%s", names_text(f->pool->names, v.name)), NO_ID, v.rank,
                                 v.extents);
        vec_push(f->arena, &f->known, (FormVariable){ .given = true, .gradient_of = EXPR_NONE, .definition = EXPR_NONE, .adjoint = EXPR_NONE });
        axes_of(f, output, axes);
        f->known.at[output].adjoint = expr_name(f->pool, upstream, axes);
    }
    vec_push(f->arena, &f->out->upstream, upstream);
}

/* The gradients of one output by everything on the way. */
static void go_backwards(Forming *f, size_t output)
{
    for (size_t v = 0; v < f->known.count; v++)
        f->known.at[v].adjoint = EXPR_NONE;
    seed(f, f->request->outputs[output]);
    for (size_t k = f->order.count; k-- > 0 && !f->failed;) {
        FormItem item = form_item(f, (uint32_t)k);

        go_back_through(f, output, &item);
        if (f->pool->full)
            form_refuse(f, item.at, "the derivative is too large to be written as one expression");
    }
}

bool sym_index_form(IndexForm *out, ExprPool *pool, const Program *program, const FormRequest *request, Diag *diag)
{
    Forming f = { .pool = pool, .arena = pool->arena, .p = program, .diag = diag, .request = request, .out = out };
    ExprId *adjoints = arena_array(pool->arena, ExprId, request->output_count * request->count + 1), *next = adjoints;

    *out = (IndexForm){ .given = { 0 } };
    if (form_begin(&f))
        go_forwards(&f);
    for (size_t i = 0; i < request->output_count && !f.failed; i++) {
        go_backwards(&f, i);
        for (size_t k = 0; k < request->count; k++)
            *next++ = f.known.at[f.variables[request->wanted[k]]].adjoint;
    }
    if (!f.failed)
        form_lines(&f, adjoints);
    return !f.failed;
}
