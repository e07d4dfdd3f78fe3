/* lower_data.c -- values per sample, and the reductions that bring them back to one for all samples.
 *
 * The sample is an index like any other, the outermost one of all domains that have it: whatever depends on it has it as
 * a dimension. That these arrays are as long as the samples are many is only a manner of speaking: pass/samples.c makes
 * loops over the samples of it, in which one sample is in memory at a time.
 */
#include "front/lowering.h"

bool data_is_sample(const Lowering *l, const Dim *dim)
{
    return l->sample != NO_ID && dim->index == l->sample && !dim->is_turn;
}

void data_begin(Lowering *l, int32_t samples)
{
    for (size_t i = 0; i < l->model->declared.count; i++)
        if (l->model->symbols.at[l->model->declared.at[i]].role == NAME_DATA)
            l->p->samples = samples;
}

/* After all that is declared, whose numbers stay. */
void data_make_index(Lowering *l)
{
    Symbol count = { .name = names_intern_text(l->p->names, "sample_count"), .role = SYM_SAMPLES, .of = NO_ID };

    if (l->p->samples == 0)
        return;
    l->sample_count = program_symbol(l->p, count);
    l->sample = l->p->sample = program_index(l->p, names_intern_text(l->p->names, "sample"), no_span());
}

/* Loops ask what names depend on before any code has used them. */
void data_bind(Lowering *l)
{
    for (size_t i = 0; i < l->model->declared.count; i++)
        if (l->model->symbols.at[l->model->declared.at[i]].role == NAME_DATA)
            (void)symbol_value(l, l->model->declared.at[i], no_span());
}

static SetId without_sample(Lowering *l, SetId set)
{
    SetId rest = 0;
    uint32_t count;
    const IndexId *items = set_items(l->p, set, &count);

    for (uint32_t i = 0; i < count; i++) {
        if (items[i] != l->sample)
            rest = set_union(l->p, rest, set_of(l->p, items[i]));
        items = set_items(l->p, set, &count);
    }
    return rest;
}

SetId data_free(Lowering *l, CheckedSym symbol, SetId free)
{
    bool by_sample = symbol != NO_ID && l->model->symbols.at[symbol].per_sample;

    return l->sample == NO_ID || by_sample ? free : without_sample(l, free);
}

SetId data_counted(Lowering *l, CheckedId begin, SetId free)
{
    CheckedId i = begin;

    while (l->code[i].kind != CHECKED_LOOP_WHILE)
        i++;
    return l->sample == NO_ID || l->code[i - 1].per_sample ? free : without_sample(l, free);
}

/* The condition of the branch, or the turn of the loop, would be that of another sample. */
static bool is_inside_sample(const Lowering *l)
{
    return loops_have(l, l->sample) || (l->guards.count > 0 && set_has(l->p, vec_top(&l->guards).deps, l->sample));
}

static NodeId sum_samples(Lowering *l, const CheckedNode *n, NodeId value)
{
    SymId target;

    domain_begin(l, without_sample(l, l->p->nodes.at[value].deps), NULL, 0);
    domain_axes(l, &n->shape);
    domain_keep(l);
    vec_push(l->arena, &l->dims, l->ranges[l->sample]);
    target = domain_symbol(l, name_after(l, "sum", value), n->at);
    domain_stage(l, target, STAGE_ADD, value, n->at);
    return domain_read(l, target, &n->shape, n->at);
}

void lower_reduce_data(Lowering *l, const CheckedNode *n)
{
    Value value = vec_pop(&l->stack);
    NodeId total;

    if (is_inside_sample(l) && !l->failed) {
        diag_error(l->diag, n->at, "a reduction over the samples inside a branch or a loop whose condition is per sample: "
                                   "give it a name before");
        l->failed = true;
    }
    total = sum_samples(l, n, value_node(l, &value, n->at));
    if (n->u.reduce.op == REDUCE_MEAN)
        total = describe(l, node_op2(l->p, OP_DIV, total, node_read(l->p, l->sample_count, NULL)), n->at);
    vec_push(l->arena, &l->stack, value_of_node(total, n->shape));
}
