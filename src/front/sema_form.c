/* sema_form.c -- integer expressions and exact constants: how they combine, and their value without code.
 *
 * Bounds, extents and the inference of ranges need the value of an expression before the loop has come to it. Its nodes
 * are gone through with a stack of forms; what is neither constant nor an integer expression is FORM_NONE.
 */
#include "front/sema.h"

enum { MOST_EXPONENT = 4096 };

AffId sema_rational_aff(Sema *s, Rational number)
{
    if (number.big != NULL)
        return AFF_FAIL;
    return aff_scale(&s->model->affs, aff_const(&s->model->affs, number.num), 1, number.den);
}

bool sema_combine_exact(Sema *s, AstOp op, Rational a, Rational b, Rational *out)
{
    int64_t exponent;

    switch (op) {
    case AST_OP_ADD: return rational_add(s->arena, a, b, out);
    case AST_OP_SUB: return rational_sub(s->arena, a, b, out);
    case AST_OP_MUL: return rational_mul(s->arena, a, b, out);
    case AST_OP_DIV: return rational_div(s->arena, a, b, out);
    case AST_OP_POW:
        return rational_to_int(b, &exponent) && exponent >= -MOST_EXPONENT && exponent <= MOST_EXPONENT &&
               (exponent >= 0 || rational_sign(a) != 0) && rational_power(s->arena, a, exponent, out);
    default: return false;
    }
}

static bool constant(const AffPool *affs, AffId aff, int64_t *num, int64_t *den)
{
    *num = affs->affs.at[aff].constant;
    *den = affs->affs.at[aff].den;
    return affs->affs.at[aff].count == 0;
}

static AffId combine(AffPool *affs, AstOp op, AffId a, AffId b)
{
    int64_t num, den;

    switch (op) {
    case AST_OP_ADD: return aff_add(affs, a, b);
    case AST_OP_SUB: return aff_sub(affs, a, b);
    case AST_OP_MUL:
        if (constant(affs, a, &num, &den))
            return aff_scale(affs, b, num, den);
        return constant(affs, b, &num, &den) ? aff_scale(affs, a, num, den) : AFF_FAIL;
    case AST_OP_DIV: return constant(affs, b, &num, &den) && num != 0 ? aff_scale(affs, a, den, num) : AFF_FAIL;
    default: return AFF_FAIL;
    }
}

AffId sema_combine_aff(Sema *s, AstOp op, AffId a, AffId b)
{
    AffPool *affs = &s->model->affs;
    AffId result;

    if (a == AFF_FAIL || b == AFF_FAIL)
        return AFF_FAIL;
    result = combine(affs, op, a, b);
    return result != AFF_FAIL && affs->affs.at[result].count <= MOST_FORM_TERMS && aff_is_small(affs, result) ? result : AFF_FAIL;
}

/* ---- forms ---- */

static Form none(AstId ast)
{
    return (Form){ .kind = FORM_NONE, .ast = ast, .aff = AFF_FAIL, .high = AFF_FAIL, .symbol = NO_SYMBOL };
}

static Form exact(AstId ast, Rational number)
{
    Form form = none(ast);

    form.kind = FORM_EXACT;
    form.number = number;
    return form;
}

static Form affine(AstId ast, AffId aff)
{
    Form form = none(ast);

    form.kind = aff == AFF_FAIL ? FORM_NONE : FORM_AFFINE;
    form.aff = aff;
    return form;
}

AffId sema_form_aff(Sema *s, const Form *form)
{
    if (form->kind == FORM_EXACT)
        return sema_rational_aff(s, form->number);
    return form->kind == FORM_AFFINE ? form->aff : AFF_FAIL;
}

static Form of_symbol(Sema *s, AstId id, CheckedSym symbol)
{
    const CheckedSymbol *info = &s->model->symbols.at[symbol];
    const Known *known = sema_known(s, symbol);
    Form form = none(id);

    form.silent = s->symbols.at[symbol].bad;
    if (form.silent)
        return form;
    s->model->symbols.at[symbol].used = true;
    if (info->shape.rank == 0 && info->role == NAME_CONST)
        return exact(id, info->values[0]);
    if (known->exact)
        return exact(id, known->number);
    if (known->aff != AFF_FAIL)
        return affine(id, known->aff);
    if (known->integers != NO_SYMBOL) {
        form.kind = FORM_TABLE;
        form.symbol = known->integers;
        form.lead = known->lead;
        form.lead_count = known->lead_count;
    }
    return form;
}

static Form of_name(Sema *s, AstId id)
{
    Found found = sema_find(s, s->ast->nodes.at[id].u.name);
    Form form;

    if (found.kind == FOUND_SYMBOL)
        return of_symbol(s, id, found.id);
    if (found.kind != FOUND_INDEX)
        return none(id);
    if (!s->indices.at[found.id].bad)
        return affine(id, aff_index(&s->model->affs, found.id));
    form = none(id);
    form.silent = true;
    return form;
}

static Form of_binary(Sema *s, AstId id, const Form *a, const Form *b)
{
    AstOp op = s->ast->nodes.at[id].u.op;
    AffId left, right;
    Rational number;

    if (a->kind == FORM_NONE || b->kind == FORM_NONE)
        return a->kind == FORM_NONE ? *a : *b;
    if (a->kind == FORM_EXACT && b->kind == FORM_EXACT && sema_combine_exact(s, op, a->number, b->number, &number))
        return exact(id, number);
    left = sema_form_aff(s, a);
    right = sema_form_aff(s, b);
    return affine(id, sema_combine_aff(s, op, left, right));
}

static Form of_unary(Sema *s, AstId id, const Form *a)
{
    AstOp op = s->ast->nodes.at[id].u.op;

    if (a->kind == FORM_NONE || op == AST_OP_PLUS)
        return *a;
    if (op == AST_OP_NEG && a->kind == FORM_EXACT)
        return exact(id, rational_neg(s->arena, a->number));
    return op == AST_OP_NEG && a->kind == FORM_AFFINE ? affine(id, aff_scale(&s->model->affs, a->aff, -1, 1))
                                                      : none(id);
}

/* An element of an integer input or const: all axes have a subscript. */
static Form of_element(Sema *s, AstId id, Form form, const Form *items, uint32_t count)
{
    const CheckedSymbol *symbol = &s->model->symbols.at[form.symbol];
    uint32_t lead = (uint32_t)s->leads.count, total = form.lead_count + count;
    int64_t place = 0, at;
    bool fixed = true;

    if (total > symbol->shape.rank)
        return none(id);
    for (uint32_t k = 0; k < total; k++) {
        AffId sub = k < form.lead_count ? s->leads.at[form.lead + k] : sema_form_aff(s, &items[k - form.lead_count]);

        if (sub == AFF_FAIL || !aff_is_whole(&s->model->affs, sub))
            return none(id);
        vec_push(s->arena, &s->leads, sub);
        fixed = fixed && aff_is_const(&s->model->affs, sub, &at) && at >= 0 && at < symbol->shape.extent[k];
        place = fixed ? place * symbol->shape.extent[k] + at : 0;
    }
    if (total == symbol->shape.rank && fixed && symbol->role == NAME_CONST)
        return exact(id, symbol->values[place]);
    form.ast = id;
    form.lead = lead;
    form.lead_count = (uint8_t)total;
    if (total == symbol->shape.rank)
        return symbol->whole ? affine(id, aff_element(&s->model->affs, form.symbol, s->leads.at + lead, total))
                             : none(id);
    return form;
}

static Form of_subscript(Sema *s, AstId id, const Form *base, const Form *items, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        if (items[k].kind == FORM_NONE)
            return items[k];
    return base->kind == FORM_TABLE ? of_element(s, id, *base, items, count) : none(id);
}

/* size(A), size(A, k) of a name. */
static Form of_size(Sema *s, AstId id, const Form *args, uint32_t count)
{
    AstId base = args[0].ast;
    Found found = { FOUND_NOTHING, 0 };
    const Shape *shape;
    int64_t axis, elements = 1;

    if (s->ast->nodes.at[base].kind == AST_NAME)
        found = sema_find(s, s->ast->nodes.at[base].u.name);
    if (found.kind != FOUND_SYMBOL || s->symbols.at[found.id].bad)
        return none(id);
    shape = &s->model->symbols.at[found.id].shape;
    s->model->symbols.at[found.id].used = true;
    if (count == 2) {
        if (args[1].kind != FORM_EXACT || !rational_to_int(args[1].number, &axis) || axis < 0 || axis >= shape->rank)
            return none(id);
        return exact(id, RATIONAL(shape->extent[axis]));
    }
    for (unsigned k = 0; k < shape->rank; k++)
        elements *= shape->extent[k];
    return exact(id, RATIONAL(elements));
}

static Form of_call(Sema *s, AstId id, const Form *args, uint32_t count)
{
    Name name = s->ast->nodes.at[id].u.name;
    uint32_t function;

    if (s->words[name].builtin == BUILTIN_SIZE && (count == 1 || count == 2) &&
        sema_callee(s, name, id, &function) == CALLS_BUILTIN)
        return of_size(s, id, args, count);
    return none(id);
}

static Form of_slice(Sema *s, AstId id, const Form *low, const Form *high)
{
    Form form = none(id);

    form.kind = FORM_SLICE;
    form.aff = low->kind == FORM_ABSENT ? AFF_ZERO : sema_form_aff(s, low);
    form.high = sema_form_aff(s, high);
    return form;
}

static Form marker(AstId id, FormKind kind)
{
    Form form = none(id);

    form.kind = (uint8_t)kind;
    return form;
}

/* One node, whose operands lie on Sema.forms; lists and clauses leave nothing. */
static Form next_form(Sema *s, AstId id, const Form *args, uint32_t count)
{
    const AstNode *node = &s->ast->nodes.at[id];

    switch ((AstKind)node->kind) {
    case AST_NUMBER: return exact(id, s->ast->numbers.at[node->u.number]);
    case AST_NAME: return of_name(s, id);
    case AST_UNARY: return of_unary(s, id, &args[0]);
    case AST_BINARY: return of_binary(s, id, &args[0], &args[1]);
    case AST_SUBSCRIPT: return of_subscript(s, id, &args[0], args + 1, count - 1);
    case AST_CALL: return of_call(s, id, args, count);
    case AST_COLON: return marker(id, FORM_COLON);
    case AST_SLICE: return of_slice(s, id, &args[0], &args[1]);
    case AST_NONE: return marker(id, FORM_ABSENT);
    default: return none(id);
    }
}

Form sema_form_step(Sema *s, AstId id)
{
    const AstNode *node = &s->ast->nodes.at[id];
    uint32_t count = node->count;
    Form form = { 0 };

    switch ((AstKind)node->kind) {
    case AST_LIST: case AST_CLAUSE_DATA:
        return form;
    case AST_CLAUSE:
        s->forms.count -= 2;
        return form;
    case AST_CALL: case AST_ARRAY:
        count = s->ast->nodes.at[id - 1].count;
        break;
    case AST_SUBSCRIPT:
        count = s->ast->nodes.at[id - 1].count + 1;
        break;
    case AST_REDUCE: case AST_COMPREHENSION:
        count = 1;
        break;
    default:
        break;
    }
    form = next_form(s, id, s->forms.at + s->forms.count - count, count);
    s->forms.count -= count;
    vec_push(s->arena, &s->forms, form);
    return form;
}

Form sema_form(Sema *s, AstId ast)
{
    size_t base = s->forms.count;
    Form form;

    for (AstId id = s->ast->nodes.at[ast].first; id <= ast; id++)
        sema_form_step(s, id);
    form = s->forms.at[base];
    s->forms.count = base;
    return form;
}
