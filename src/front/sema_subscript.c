/* sema_subscript.c -- A[i, :, a..b]: each item is proved to lie in its axis. */
#include "front/sema.h"

AffId sema_aff(Sema *s, const Value *value)
{
    return value->exact ? sema_rational_aff(s, value->number) : value->aff;
}

/* ---- single subscripts and ends of slices ---- */

static void say_not_integer(Sema *s, const Value *item)
{
    const char *text = sema_text(s, item->ast);
    const AstNode *node = &s->ast->nodes.at[item->ast];
    Found found = { FOUND_NOTHING, 0 };

    if (node->kind == AST_NAME)
        found = sema_find(s, node->u.name);
    if (item->shape.rank > 0)
        sema_error(s, sema_at(s, item->ast), "a subscript is one integer; %s is %s", text,
                   sema_shape_text(s, item->shape));
    else if (found.kind == FOUND_SYMBOL && s->model->symbols.at[found.id].role < NAME_CONST)
        sema_error(s, sema_at(s, item->ast),
                   "the subscript %s is not an integer known to be in range; an integer input is"
                   " declared  input %s in 0..n",
                   text, text);
    else if (found.kind == FOUND_SYMBOL && !s->symbols.at[found.id].argument)
        sema_error(s, sema_at(s, item->ast), "the subscript %s is not an integer known to be in range; declare it:"
                   " const %s = ...", text, text);
    else
        sema_error(s, sema_at(s, item->ast), "the subscript %s is not an integer known to be in range", text);
}

static bool subscript_aff(Sema *s, const Value *item, AffId *aff)
{
    if (item->is == IS_ERROR || !sema_is_number(s, item))
        return false;
    *aff = item->shape.rank == 0 ? sema_aff(s, item) : AFF_FAIL;
    if (*aff == AFF_FAIL) {
        say_not_integer(s, item);
        return false;
    }
    if (!aff_is_whole(&s->model->affs, *aff)) {
        sema_error(s, sema_at(s, item->ast), "the subscript %s is not an integer", sema_text(s, item->ast));
        return false;
    }
    return true;
}

void sema_slice(Sema *s, AstId id)
{
    Value high = sema_pop(s), low = sema_pop(s), value = sema_value(id, low.first, (Shape){ 0 });

    value.is = IS_SLICE;
    value.low_absent = low.is == IS_ABSENT;
    value.high_absent = high.is == IS_ABSENT;
    value.aff = AFF_ZERO;
    if (!value.low_absent && !subscript_aff(s, &low, &value.aff))
        value.is = IS_ERROR;
    if (!value.high_absent && !subscript_aff(s, &high, &value.high))
        value.is = IS_ERROR;
    sema_push(s, value);
}

/* ---- items ---- */

static bool check_slice(Sema *s, const Value *base, const Value *item, unsigned axis, CheckedItem *out)
{
    AffPool *affs = &s->model->affs;
    int64_t extent = base->shape.extent[axis], length;
    AstId high_ast = item->ast - 1, low_ast = s->ast->nodes.at[high_ast].first - 1;
    AffId high = item->high_absent ? aff_const(affs, extent) : item->high, span = aff_sub(affs, high, item->aff);

    if (span == AFF_FAIL || !aff_is_const(affs, span, &length)) {
        sema_error(s, sema_at(s, item->ast), "the length of the slice %s is not constant", sema_text(s, item->ast));
        return false;
    }
    if (!item->low_absent && !sema_prove(s, item->aff, extent + (length <= 0), base, axis, low_ast))
        return false;
    if (length < 1) {
        sema_error(s, sema_at(s, item->ast), "the slice %s is empty: ranges are half open", sema_text(s, item->ast));
        return false;
    }
    if (!item->high_absent && !sema_prove(s, high, extent + 1, base, axis, high_ast))
        return false;
    *out = (CheckedItem){ .keeps = true,
                          .value = item->aff,
                          .length = (int32_t)(length > INT32_MAX ? INT32_MAX : length) };
    return true;
}

static bool check_item(Sema *s, const Value *base, const Value *item, unsigned axis, CheckedItem *out)
{
    AffId aff;

    switch ((ValueClass)item->is) {
    case IS_COLON:
        *out = (CheckedItem){ .keeps = true, .value = AFF_ZERO, .length = base->shape.extent[axis] };
        return true;
    case IS_SLICE:
        return check_slice(s, base, item, axis, out);
    default:
        if (!subscript_aff(s, item, &aff) || !sema_prove(s, aff, base->shape.extent[axis], base, axis, item->ast))
            return false;
        *out = (CheckedItem){ .value = aff };
        return true;
    }
}

/* ---- what the result is ---- */

/* A row or an element of an integer array is still one; an element of a const is a number. */
static void keep_integers(Sema *s, const Value *base, const CheckedItem *items, Value *value)
{
    const CheckedSymbol *symbol = &s->model->symbols.at[base->integers];
    uint32_t lead = (uint32_t)s->leads.count, count = 0;
    int64_t place = 0, at;
    bool fixed = true;

    for (unsigned k = 0; k < symbol->shape.rank; k++) {
        unsigned axis = k - base->lead_count;
        AffId sub;

        if (k >= base->lead_count && items[axis].keeps) {
            if (items[axis].length != symbol->shape.extent[k])
                return;
            continue;
        }
        if (count < k)
            return; /* an axis in front is kept */
        sub = k < base->lead_count ? s->leads.at[base->lead + k] : items[axis].value;
        vec_push(s->arena, &s->leads, sub);
        count++;
        fixed = fixed && aff_is_const(&s->model->affs, sub, &at) && at >= 0 && at < symbol->shape.extent[k];
        place = fixed ? place * symbol->shape.extent[k] + at : 0;
    }
    if (count < symbol->shape.rank) {
        value->integers = base->integers;
        value->lead = lead;
        value->lead_count = (uint8_t)count;
    } else if (fixed && symbol->role == NAME_CONST) {
        value->number = symbol->values[place];
        value->exact = value->number.big == NULL;
    } else if (symbol->whole) {
        value->aff = aff_element(&s->model->affs, base->integers, s->leads.at + lead, count);
    }
}

static void finish(Sema *s, AstId id, const Value *base, const CheckedItem *items, CheckedId end)
{
    Value value = sema_value(id, base->first, (Shape){ 0 });
    uint32_t first = (uint32_t)s->model->items.count;
    CheckedNode *node;

    for (unsigned k = 0; k < base->shape.rank; k++) {
        vec_push(s->arena, &s->model->items, items[k]);
        if (items[k].keeps)
            value.shape.extent[value.shape.rank++] = items[k].length;
    }
    if (base->integers != NO_SYMBOL)
        keep_integers(s, base, items, &value);
    sema_cut(s, end); /* what the items computed is in their affine forms */
    node = sema_emit(s, CHECKED_SUBSCRIPT, id, 1, base->first, value.shape);
    node->u.items.first = first;
    node->u.items.count = base->shape.rank;
    node->value = (uint8_t)sema_kind(s, &value);
    sema_push(s, value);
}

static void say_scalar(Sema *s, const Value *base)
{
    const AstNode *node = &s->ast->nodes.at[base->ast];
    const char *text = sema_text(s, base->ast), *word = NULL;
    Found found = { FOUND_NOTHING, 0 };

    if (node->kind == AST_NAME)
        found = sema_find(s, node->u.name);
    if (found.kind == FOUND_SYMBOL) {
        NameRole role = s->model->symbols.at[found.id].role;

        word = role == NAME_PARAM ? "param" : role == NAME_DATA ? "data" : role < NAME_CONST ? "input" : NULL;
    }
    if (word != NULL)
        sema_error(s, sema_at(s, base->ast), "%s is a scalar and takes no subscript; declare its shape: %s %s[n]", text,
                   word, text);
    else
        sema_error(s, sema_at(s, base->ast), "%s is a scalar and takes no subscript", text);
}

static bool can_subscript(Sema *s, const Value *base, const Value *items, uint32_t count)
{
    if (!sema_is_number(s, base))
        return false;
    if (base->shape.rank == 0) {
        say_scalar(s, base);
        return false;
    }
    if (count > base->shape.rank) {
        sema_error(s, sema_at(s, items[base->shape.rank].ast), "%s has %d %s, not %u", sema_text(s, base->ast),
                   base->shape.rank, base->shape.rank == 1 ? "axis" : "axes", count);
        return false;
    }
    return true;
}

void sema_subscript(Sema *s, AstId id)
{
    uint32_t count = s->ast->nodes.at[id - 1].count;
    const Value *items = s->values.at + s->values.count - count;
    Value base = items[-1], colon = sema_value(id, 0, (Shape){ 0 });
    CheckedItem checked[MOST_AXES] = { 0 };
    CheckedId end = items[0].first;
    bool good = can_subscript(s, &base, items, count);

    colon.is = IS_COLON;
    if (good)
        for (unsigned k = 0; k < base.shape.rank; k++)
            good = check_item(s, &base, k < count ? &items[k] : &colon, k, &checked[k]) && good;
    s->values.count -= count + 1;
    if (good)
        finish(s, id, &base, checked, end);
    else
        sema_push_error(s, id, base.first);
}
