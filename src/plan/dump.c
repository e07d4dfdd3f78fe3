/* dump.c -- a plan as text: the loop tree, then where each computed symbol is kept. */
#include <inttypes.h>

#include "plan/plan.h"

static void print_name(const Program *p, Name name, char kind, uint32_t id, Text *out)
{
    if (name == NAME_NONE)
        text_printf(out, "%c%" PRIu32, kind, id);
    else
        text_add(out, names_text(p->names, name));
}

/* Names of the user are not unique among symbols and indices that were made: those that are not the first have their
 * number. */
typedef struct {
    const Program *p;
    Arena *arena;
    Text *out;
    const char **symbols, **indices;
} Dumper;

static const char *unique_name(Dumper *d, Name name, char kind, uint32_t id, bool *taken)
{
    Text text;

    text_init(&text, d->arena);
    print_name(d->p, name, kind, id, &text);
    if (name != NAME_NONE && taken[name])
        text_printf(&text, ".%" PRIu32, id);
    if (name != NAME_NONE)
        taken[name] = true;
    return text_string(&text);
}

static void find_names(Dumper *d)
{
    const Program *p = d->p;
    bool *taken = arena_array(d->arena, bool, p->names->texts.count);

    d->symbols = arena_array(d->arena, const char *, p->symbols.count);
    d->indices = arena_array(d->arena, const char *, p->indices.count);
    for (SymId s = 0; s < p->symbols.count; s++)
        d->symbols[s] = unique_name(d, p->symbols.at[s].name, '$', s, taken);
    taken = arena_array(d->arena, bool, p->names->texts.count);
    for (IndexId i = 0; i < p->indices.count; i++)
        d->indices[i] = unique_name(d, p->indices.at[i].name, '_', i, taken);
}

static const char *name_of_atom(const void *context, AtomKind kind, uint32_t id)
{
    const Dumper *d = context;

    return kind == ATOM_INDEX ? d->indices[id] : d->symbols[id];
}

static void print_aff(Dumper *d, AffId aff)
{
    aff_print(&d->p->affs, aff, name_of_atom, d, d->out);
}

static void print_for(Dumper *d, const PlanNode *node)
{
    text_begin_line(d->out);
    text_printf(d->out, "%s %s in ", node->sequential ? "loop" : "for", d->indices[node->index]);
    print_aff(d, node->low);
    text_add(d->out, "..");
    print_aff(d, node->high);
    text_add(d->out, node->reverse ? " reversed\n" : "\n");
}

static void print_leaf(Dumper *d, const Plan *plan, const PlanNode *node)
{
    static const char *const words[] = { "=", "+=", "max=", "argmax=" };
    const Stage *stage = &d->p->stages.at[node->stage];
    uint32_t sub_count = stage_subs(d->p, stage);

    text_begin_line(d->out);
    text_add(d->out, d->symbols[stage->target]);
    for (uint32_t k = 0; k < sub_count; k++) {
        text_add(d->out, k == 0 ? "[" : ",");
        print_aff(d, stage->subs[k]);
    }
    text_add(d->out, sub_count > 0 ? "] " : " ");
    if (node->zero) {
        text_add(d->out, stage->op == STAGE_MAX ? "= -inf\n" : "= 0\n");
        return;
    }
    text_printf(d->out, "%s%s ", stage->fresh ? "0 " : "", words[stage->op]);
    text_printf(d->out, "%%%" PRIu32, stage->value);
    if (stage->guard != NO_ID)
        text_printf(d->out, " if %%%" PRIu32, stage->guard);
    if (node->hold != NO_ID)
        text_printf(d->out, "   held over %s", d->indices[plan->nodes.at[node->hold].index]);
    text_add(d->out, "\n");
}

static void print_tree(Dumper *d, const Plan *plan)
{
    PlanId id = plan->first;

    while (id != NO_ID) {
        const PlanNode *node = &plan->nodes.at[id];

        if (node->kind == PLAN_FOR)
            print_for(d, node);
        else
            print_leaf(d, plan, node);
        if (node->kind == PLAN_FOR && node->first_child != NO_ID) {
            d->out->indent++;
            id = node->first_child;
            continue;
        }
        while (id != NO_ID && plan->nodes.at[id].next == NO_ID) {
            id = plan->nodes.at[id].parent;
            if (id != NO_ID)
                d->out->indent--;
        }
        id = id == NO_ID ? NO_ID : plan->nodes.at[id].next;
    }
}

static void print_store(Dumper *d, const Plan *plan, SymId id)
{
    static const char *const folds[] = { "", "in place", "with a copy", "by parity" };
    const Symbol *symbol = &d->p->symbols.at[id];
    const Store *store = &plan->stores[id];

    if (store->kind != STORE_ARRAY && store->kind != STORE_CELL)
        return;
    text_printf(d->out, "%s %s", store->kind == STORE_ARRAY ? "array" : "cell", d->symbols[id]);
    for (unsigned k = 0; store->kind == STORE_ARRAY && k < symbol->rank; k++) {
        if (plan_extent(plan, id, k) == 0)
            text_add(d->out, "[-]");
        else
            text_printf(d->out, "[%" PRId32 "]", plan_extent(plan, id, k));
    }
    if (store->fold != FOLD_NONE)
        text_printf(d->out, " folded over %s, %s", d->indices[plan->nodes.at[store->loop].index], folds[store->fold]);
    if (store->kind == STORE_CELL && store->scope != NO_ID)
        text_printf(d->out, " in %s", d->indices[plan->nodes.at[store->scope].index]);
    text_add(d->out, "\n");
}

void plan_dump(const Plan *plan, Text *out)
{
    Dumper d = { .p = plan->program, .arena = heap_arena(plan->program->heap), .out = out };
    unsigned indent = out->indent;

    find_names(&d);
    print_tree(&d, plan);
    out->indent = indent;
    for (SymId s = 0; s < plan->program->symbols.count; s++)
        print_store(&d, plan, s);
    text_printf(out, "%" PRIu64 " array elements\n", plan->array_elements);
    heap_release(plan->program->heap, d.arena);
}
