/* c_leaf.c -- stages as statements: what a leaf of the plan writes, and the accumulators around loops. */
#include "emit/c_body.h"

static const PlanNode *plan_at(const CBody *b, PlanId id)
{
    return &b->plan->nodes.at[id];
}

static const Stage *stage_of(const CBody *b, PlanId leaf)
{
    return &b->p->stages.at[plan_at(b, leaf)->stage];
}

bool c_leaf_needs_start(const CBody *b, PlanId leaf)
{
    const Stage *stage = stage_of(b, leaf);

    return !plan_at(b, leaf)->zero && plan_at(b, leaf)->hold == NO_ID && stage->fresh && stage->guard != NO_ID &&
           stage->op != STAGE_SET;
}

bool c_is_local(const CBody *b, SymId symbol)
{
    const Store *store = &b->plan->stores[symbol];

    return store->kind == STORE_CELL ||
           (store->kind == STORE_CALLER && b->p->symbols.at[symbol].rank == 0 && b->symbols[symbol].writes > 0);
}

/* An adjoint without a name of its own is d_NAME, one of an adjoint d_d_NAME, and so on. */
const char *c_symbol_word(const CBody *b, SymId symbol)
{
    const char *word = names_text(b->p->names, b->p->symbols.at[symbol].name);
    unsigned above = 0;
    Text text;

    for (; word[0] == '\0' && b->p->symbols.at[symbol].of != NO_ID; above++) {
        symbol = b->p->symbols.at[symbol].of;
        word = names_text(b->p->names, b->p->symbols.at[symbol].name);
    }
    if (above == 0)
        return word[0] == '\0' ? "t" : word;
    text_init(&text, b->arena);
    while (above-- > 0)
        text_add(&text, "d_");
    text_add(&text, word);
    return text_string(&text);
}

const char *c_declare_symbol(CBody *b, SymId symbol)
{
    const Symbol *s = &b->p->symbols.at[symbol];
    bool nameless = b->large && s->name == NAME_NONE && s->of == NO_ID;

    b->symbols[symbol].base =
        nameless ? c_names_temporary(&b->names) : c_names_take(&b->names, c_symbol_word(b, symbol));
    return b->symbols[symbol].base;
}

/* Likewise for the element's place: "h", "h_next". */
static const char *declare_element(CBody *b, SymId symbol, const AffId *subs)
{
    const char **base = c_expr_base(b, symbol, subs);
    Text text;

    if (base == &b->symbols[symbol].base)
        return c_declare_symbol(b, symbol);
    text_init(&text, b->arena);
    text_printf(&text, "%s_next", c_symbol_word(b, symbol));
    return *base = c_names_take(&b->names, text_string(&text));
}

PlanId c_scope_of_local(const CBody *b, SymId symbol, const AffId *subs)
{
    const Store *store = &b->plan->stores[symbol];

    if (store->kind != STORE_CELL)
        return NO_ID;
    return plan_is_new(b->plan, symbol, subs) ? store->loop : store->scope;
}

static const char *type_of(const CBody *b, SymId symbol)
{
    return b->p->symbols.at[symbol].integer ? "int32_t" : b->m->real;
}

static const char *start_of(const CBody *b, const Stage *stage)
{
    if (stage->op == STAGE_MAX)
        return b->m->is_float ? "-HUGE_VALF" : "-HUGE_VAL";
    return b->m->is_float ? "0.0f" : "0.0";
}

static Text *begin_line(CBody *b)
{
    b->line.size = 0;
    text_add(&b->line, "");
    return &b->line;
}

static unsigned subs_of(const CBody *b, const Stage *stage)
{
    return b->p->symbols.at[stage->target].rank - (stage->op == STAGE_ARGMAX ? 1u : 0u);
}

static void add_target(CBody *b, const Stage *stage)
{
    c_expr_element(b, stage->target, stage->subs, subs_of(b, stage), &b->line);
}

/* "double z" where the target is a local that is written for the first time, else "z[i]". */
static void add_first(CBody *b, const Stage *stage, bool constant)
{
    bool declares = c_is_local(b, stage->target) && *c_expr_base(b, stage->target, stage->subs) == NULL;

    if (!declares) {
        add_target(b, stage);
        return;
    }
    text_add(&b->line, constant ? "const " : "");
    text_add(&b->line, type_of(b, stage->target));
    text_add(&b->line, " ");
    text_add(&b->line, declare_element(b, stage->target, stage->subs));
}

/* The new element is the old one, in the same place. */
bool c_leaf_is_idle(const CBody *b, PlanId leaf)
{
    const Stage *stage = stage_of(b, leaf);
    const Node *value = &b->p->nodes.at[stage->value];
    const Store *store = &b->plan->stores[stage->target];

    if (plan_at(b, leaf)->zero || stage->op != STAGE_SET || store->fold != FOLD_IN_PLACE || value->op != OP_READ ||
        value->u.read.symbol != stage->target)
        return false;
    for (unsigned k = 0; k < subs_of(b, stage); k++)
        if (k != store->folded && stage->subs[k] != node_subs(b->p, stage->value)[k])
            return false;
    return true;
}

/* ---- leaves ------------------------------------------------------------------------------------------ */

/* A result whose value has a line already needs none of its own, but d_x = d_y; does: it is where a path ends. */
static bool is_alias(CBody *b, PlanId leaf)
{
    const Stage *stage = stage_of(b, leaf);
    CSymbol *symbol = &b->symbols[stage->target];
    uint32_t inst = c_find(b, stage->value, b->context);

    if (stage->op != STAGE_SET || stage->guard != NO_ID || symbol->writes != 1 || symbol->base != NULL ||
        inst == NO_ID || !c_is_local(b, stage->target) || !b->insts.at[inst].own)
        return false;
    if (b->p->symbols.at[stage->target].of != NO_ID && b->insts.at[inst].result != stage->target)
        return false;
    symbol->base = b->insts.at[inst].name;
    return true;
}

static void print_set(CBody *b, PlanId leaf)
{
    const Stage *stage = stage_of(b, leaf);
    bool constant = b->symbols[stage->target].writes == 1;
    Text *line = begin_line(b);

    if (is_alias(b, leaf) || c_leaf_is_idle(b, leaf))
        return;
    b->value.size = 0;
    c_expr(b, stage->value, LEVEL_ANY, false, &b->value);
    add_first(b, stage, constant);
    text_add(line, " = ");
    text_bytes(line, text_string(&b->value), b->value.size);
    text_add(line, ";");
    c_line_end(b, stage->at);
}

/* a += -x is written a -= x. */
static void print_add(CBody *b, const Stage *stage, const char *held)
{
    NodeId value = stage->value;
    const Node *node = &b->p->nodes.at[value];
    uint32_t inst = c_find(b, value, b->context);
    bool minus = node->op == OP_NEG && inst != NO_ID && !b->insts.at[inst].own;
    Text *line = begin_line(b);

    if (held != NULL)
        text_add(line, held);
    else
        add_target(b, stage);
    text_add(line, minus ? " -= " : " += ");
    c_expr(b, minus ? node->u.arg[0] : value, LEVEL_ANY, false, line);
    text_add(line, ";");
    c_count_add(b->counts, OP_ADD, b->times);
    c_line_end(b, stage->at);
}

/* A sum whose rounding errors are carried along. */
static void print_compensated(CBody *b, const Stage *stage, const char *held, const char *rest)
{
    Text *line = begin_line(b);

    text_printf(line, "add_to%s(&%s, &%s, ", b->m->suffix, held, rest);
    b->m->adds_to = true;
    c_expr(b, stage->value, LEVEL_ANY, false, line);
    text_add(line, ");");
    c_count_add(b->counts, OP_ADD, b->times);
    for (int k = 0; k < 3; k++)
        c_count_add(b->counts, OP_SUB, b->times);
    c_line_end(b, stage->at);
}

static void print_max(CBody *b, const Stage *stage, const char *held)
{
    Text *line = begin_line(b);

    b->value.size = 0;
    if (held != NULL)
        text_add(&b->value, held);
    else
        c_expr_element(b, stage->target, stage->subs, subs_of(b, stage), &b->value);
    text_printf(line, "%s = %s%s(%s, ", text_string(&b->value), op_info[OP_MAX].c, b->m->suffix,
                text_string(&b->value));
    b->m->helpers[OP_MAX] = true;
    c_expr(b, stage->value, LEVEL_ANY, false, line);
    text_add(line, ");");
    c_count_add(b->counts, OP_MAX, b->times);
    c_line_end(b, stage->at);
}

static bool is_reduced(const CBody *b, const Stage *stage, unsigned range)
{
    for (unsigned k = 0; k < subs_of(b, stage); k++)
        if (aff_uses_index(&b->p->affs, stage->subs[k], stage->domain[range].index))
            return false;
    return true;
}

/* NaN counts as the largest, as in max. */
static void print_argmax(CBody *b, PlanId leaf)
{
    const Stage *stage = stage_of(b, leaf);
    const char *best = b->accumulators[leaf], *position = b->positions[leaf];
    const char *value = c_names_take(&b->names, "candidate");
    unsigned q = 0;

    begin_line(b);
    text_printf(&b->line, "const %s %s = ", b->m->real, value);
    c_expr(b, stage->value, LEVEL_ANY, false, &b->line);
    text_add(&b->line, ";");
    c_line_end(b, stage->at);
    c_line(b, "if (%s_0 < 0 || %s > %s || (isnan(%s) && !isnan(%s))) {", position, value, best, value, best);
    b->out->indent++;
    c_line(b, "%s = %s;", best, value);
    for (unsigned k = 0; k < stage->rank; k++)
        if (is_reduced(b, stage, k))
            c_line(b, "%s_%u = %s;", position, q++, b->index_names[stage->domain[k].index]);
    b->out->indent--;
    c_line(b, "}");
}

void c_leaf_print(CBody *b, PlanId leaf, bool start)
{
    const PlanNode *node = plan_at(b, leaf);
    const Stage *stage = stage_of(b, leaf);
    const char *held = node->hold == NO_ID ? NULL : b->accumulators[leaf];

    b->context = b->scopes[c_scope_id(node->parent)].context;
    if (!node->zero && stage->guard != NO_ID)
        b->context = c_context(b, b->context, stage->guard, 0);
    if (start || node->zero) {
        begin_line(b);
        add_first(b, stage, false);
        text_printf(&b->line, " = %s;", start_of(b, stage));
        c_line_end(b, node->zero ? (Span){ 0, 0 } : stage->at);
    } else if (stage->op == STAGE_ARGMAX) {
        print_argmax(b, leaf);
    } else if (stage->op == STAGE_SET || (stage->fresh && node->hold == NO_ID)) {
        print_set(b, leaf);
    } else if (stage->op == STAGE_ADD && b->rests[leaf] != NULL) {
        print_compensated(b, stage, held, b->rests[leaf]);
    } else if (stage->op == STAGE_ADD) {
        print_add(b, stage, held);
    } else {
        print_max(b, stage, held);
    }
}

/* ---- accumulators ------------------------------------------------------------------------------------ */

/* z[i] is summed up in z_i. */
static const char *accumulator_name(CBody *b, const Stage *stage)
{
    Text text;

    text_init(&text, b->arena);
    text_add(&text, c_symbol_word(b, stage->target));
    for (unsigned k = 0; k < subs_of(b, stage); k++) {
        uint32_t index;
        int64_t value;

        if (aff_is_index(&b->p->affs, stage->subs[k], &index))
            text_printf(&text, "_%s", b->index_names[index]);
        else if (aff_is_const(&b->p->affs, stage->subs[k], &value))
            text_printf(&text, "_%lld", (long long)value);
        else
            text_add(&text, "_at");
    }
    return c_names_take(&b->names, text_string(&text));
}

static void before_argmax(CBody *b, PlanId leaf)
{
    const Stage *stage = stage_of(b, leaf);
    unsigned q = 0;
    Text first;

    b->accumulators[leaf] = c_names_take(&b->names, "best");
    b->positions[leaf] = c_names_take(&b->names, "best_at");
    c_line(b, "%s %s = %s;", b->m->real, b->accumulators[leaf], b->m->is_float ? "-HUGE_VALF" : "-HUGE_VAL");
    for (unsigned k = 0; k < stage->rank; k++)
        if (is_reduced(b, stage, k)) {
            text_init(&first, b->arena);
            text_printf(&first, "%s_%u", b->positions[leaf], q++);
            c_names_take(&b->names, text_string(&first));
            c_line(b, "int32_t %s = -1;", text_string(&first));
        }
}

static void before_reduction(CBody *b, PlanId leaf)
{
    const Stage *stage = stage_of(b, leaf);

    begin_line(b);
    if (c_is_local(b, stage->target)) {
        if (stage->fresh) {
            add_first(b, stage, false);
            text_printf(&b->line, " = %s;", start_of(b, stage));
            c_line_end(b, (Span){ 0, 0 });
        }
        b->accumulators[leaf] = *c_expr_base(b, stage->target, stage->subs);
        return;
    }
    b->accumulators[leaf] = accumulator_name(b, stage);
    text_printf(&b->line, "%s %s = ", b->m->real, b->accumulators[leaf]);
    if (stage->fresh)
        text_add(&b->line, start_of(b, stage));
    else
        add_target(b, stage);
    text_add(&b->line, ";");
    c_line_end(b, (Span){ 0, 0 });
}

static void declare_rest(CBody *b, PlanId leaf)
{
    Text name;

    text_init(&name, b->arena);
    text_printf(&name, "%s_rest", b->accumulators[leaf]);
    b->rests[leaf] = c_names_take(&b->names, text_string(&name));
    c_line(b, "%s %s = %s;", b->m->real, b->rests[leaf], b->m->is_float ? "0.0f" : "0.0");
}

void c_leaf_before_loop(CBody *b, PlanId loop)
{
    for (PlanId leaf = plan_at(b, loop)->first_held; leaf != NO_ID; leaf = plan_at(b, leaf)->next_held) {
        if (stage_of(b, leaf)->op == STAGE_ARGMAX)
            before_argmax(b, leaf);
        else
            before_reduction(b, leaf);
        if (stage_of(b, leaf)->op == STAGE_ADD && b->p->symbols.at[stage_of(b, leaf)->target].compensated)
            declare_rest(b, leaf);
    }
}

static void after_argmax(CBody *b, PlanId leaf)
{
    const Stage *stage = stage_of(b, leaf);
    unsigned q = 0;

    for (unsigned k = 0; k < stage->rank; k++) {
        if (!is_reduced(b, stage, k))
            continue;
        begin_line(b);
        add_target(b, stage);
        text_printf(&b->line, "[%u] = %s_%u;", q, b->positions[leaf], q);
        q++;
        c_line_end(b, (Span){ 0, 0 });
    }
}

void c_leaf_after_loop(CBody *b, PlanId loop)
{
    for (PlanId leaf = plan_at(b, loop)->first_held; leaf != NO_ID; leaf = plan_at(b, leaf)->next_held) {
        const Stage *stage = stage_of(b, leaf);

        if (stage->op == STAGE_ARGMAX) {
            after_argmax(b, leaf);
        } else if (!c_is_local(b, stage->target)) {
            begin_line(b);
            add_target(b, stage);
            text_printf(&b->line, " = %s;", b->accumulators[leaf]);
            c_line_end(b, (Span){ 0, 0 });
        }
    }
}
