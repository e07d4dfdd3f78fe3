/* c_expr_index.c -- integer expressions and elements of symbols as C text. */
#include "emit/c_expr.h"

void c_expr_add_aff(Printer *p, AffId aff, unsigned level)
{
    c_expr_add(p, (Task){ .kind = TASK_AFF, .id = aff, .level = (uint8_t)level });
}

/* ---- integer expressions ----------------------------------------------------------------------------- */

static void add_term(Printer *p, const AffTerm *term, bool first, bool wide)
{
    int64_t coef = term->coef < 0 ? -term->coef : term->coef;

    if (first)
        c_expr_add_text(p, term->coef < 0 ? "-" : "");
    else
        c_expr_add_text(p, term->coef < 0 ? " - " : " + ");
    if (coef != 1) {
        c_expr_add_number(p, coef);
        c_expr_add_text(p, " * ");
    }
    c_expr_add(p, (Task){ .kind = TASK_ATOM, .id = term->atom, .whole = wide });
}

static unsigned aff_level(const CBody *b, const Affine *a, bool wide)
{
    const AffTerm *term = a->count == 0 ? NULL : &b->p->affs.terms.at[a->first];

    if (a->count == 0)
        return a->constant < 0 ? LEVEL_UNARY : LEVEL_PRIMARY;
    if (a->count > 1 || a->constant != 0)
        return LEVEL_ADD;
    if (term->coef == 1)
        return wide ? LEVEL_UNARY : LEVEL_PRIMARY;
    return term->coef == -1 ? LEVEL_UNARY : LEVEL_MUL;
}

/* What is positive comes first: i - 1, 4 - i. */
void c_expr_expand_aff(Printer *p, const Task *task)
{
    const AffPool *pool = &p->b->p->affs;
    const Affine *a = &pool->affs.at[task->id];
    bool wide = c_expr_is_wide(p->b, task->id), first = true, brackets = aff_level(p->b, a, wide) < task->level;
    bool constant_first = a->constant > 0;

    for (uint32_t t = 0; t < a->count; t++)
        constant_first &= pool->terms.at[a->first + t].coef < 0;
    c_expr_add_text(p, brackets ? "(" : "");
    if (constant_first || a->count == 0) {
        c_expr_add_number(p, a->constant);
        first = false;
    }
    for (int negative = 0; negative < 2; negative++)
        for (uint32_t t = 0; t < a->count; t++) {
            const AffTerm *term = &pool->terms.at[a->first + t];

            if ((term->coef < 0) != negative)
                continue;
            add_term(p, term, first, wide);
            first = false;
        }
    if (a->count > 0 && a->constant != 0 && !constant_first) {
        c_expr_add_text(p, a->constant < 0 ? " - " : " + ");
        c_expr_add_number(p, a->constant < 0 ? -a->constant : a->constant);
    }
    c_expr_add_text(p, brackets ? ")" : "");
}

/* ---- elements of symbols ----------------------------------------------------------------------------- */

const char **c_expr_base(CBody *b, SymId symbol, const AffId *subs)
{
    return plan_is_new(b->plan, symbol, subs) ? &b->symbols[symbol].next : &b->symbols[symbol].base;
}

static const char *base_of(CBody *b, SymId symbol, const AffId *subs, bool integer)
{
    CSymbol *s = &b->symbols[symbol];
    const char **base = integer ? &s->integer_base : &s->base;

    if (b->p->symbols.at[symbol].role == SYM_TABLE && *base == NULL)
        *base = c_model_table(b->m, b->p, symbol, integer);
    if (b->p->symbols.at[symbol].role == SYM_TABLE)
        return *base;
    if (b->p->symbols.at[symbol].role == SYM_SAMPLES)
        b->counts_samples = true;
    else if (s->part < PART_COUNT && !c_is_local(b, symbol) && !s->loaded)
        b->used_parts |= 1u << s->part;
    return *c_expr_base(b, symbol, subs);
}

static void add_parity(Printer *p, AffId aff)
{
    int64_t value;

    if (aff_is_const(&p->b->p->affs, aff, &value)) {
        c_expr_add_number(p, value & 1);
        return;
    }
    c_expr_add_aff(p, aff, LEVEL_UNARY);
    c_expr_add_text(p, " & 1");
}

void c_expr_add_element(Printer *p, SymId symbol, const AffId *subs, unsigned rank, bool integer)
{
    const Store *store = &p->b->plan->stores[symbol];
    const char *batch = p->b->symbols[symbol].batch;
    unsigned first = batch != NULL && p->b->p->symbols.at[symbol].role == SYM_DATA;

    if (batch != NULL) {
        c_expr_add_text(p, batch);
        c_expr_add_text(p, "[");
        c_expr_add_aff(p, subs[first == 1 ? 0 : --rank], LEVEL_ANY);
        c_expr_add_text(p, "]");
    }
    c_expr_add_text(p, base_of(p->b, symbol, subs, integer));
    if (store->kind == STORE_CELL)
        return;
    for (unsigned k = first; k < rank; k++) {
        if (store->kind == STORE_ARRAY && plan_extent(p->b->plan, symbol, k) == 0)
            continue;
        c_expr_add_text(p, "[");
        if (store->fold == FOLD_PARITY && k == store->folded)
            add_parity(p, subs[k]);
        else
            c_expr_add_aff(p, subs[k], LEVEL_ANY);
        c_expr_add_text(p, "]");
    }
}

void c_expr_expand_atom(Printer *p, const Task *task)
{
    const AffPool *pool = &p->b->p->affs;
    const Atom *atom = &pool->atoms.at[task->id];

    if (task->whole)
        c_expr_add_text(p, "(int64_t)");
    if (atom->kind == ATOM_INDEX)
        c_expr_add_text(p, p->b->index_names[atom->of]);
    else
        c_expr_add_element(p, atom->of, pool->subs.at + atom->subs, atom->rank, true);
}
