/* lower_domain.c -- the domain that stages run over, and symbols and stages over it. */
#include "front/lowering.h"

/* The turns of the loops around, then the free indices: what the value depends on, what their bounds need, and what the guards around join; not the
 * statement's own indices. Ascending numbers go from outer to inner. */
void domain_begin(Lowering *l, SetId deps, const CheckedIndex *own, uint32_t own_count)
{
    uint32_t count;
    const IndexId *items;
    SetId set = set_union(l->p, deps, loops_set(l));

    for (uint32_t i = 0; i < own_count; i++)
        set = set_union(l->p, set, l->closures[l->index_of[own[i]]]);
    items = set_items(l->p, set, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (items[i] >= USER_INDEX && !loops_have(l, items[i])) {
            set = set_union(l->p, set, l->closures[items[i]]);
            items = set_items(l->p, set, &count); /* what is added is outer: it stands before */
        }
    }
    l->guard = guard_for(l, &set);
    l->dims.count = 0;
    for (size_t i = 0; i < l->loops.count && i < MOST_DIMS / 2; i++)
        vec_push(l->arena, &l->dims, l->loops.at[i].turn);
    items = set_items(l->p, set, &count);
    for (uint32_t i = 0; i < count; i++) {
        bool is_own = items[i] < USER_INDEX || loops_have(l, items[i]);

        for (uint32_t k = 0; k < own_count; k++)
            is_own |= items[i] == l->index_of[own[k]];
        if (!is_own && l->dims.count < MOST_DIMS / 2)
            vec_push(l->arena, &l->dims, l->ranges[items[i]]);
    }
    if (l->dims.count == MOST_DIMS / 2 && !l->failed) {
        diag_error(l->diag, l->p->indices.at[vec_top(&l->dims).index].at,
                   "this lies inside %d indices, which is too deep", MOST_DIMS / 2);
        l->failed = true;
    }
    l->free = l->kept = (uint32_t)l->dims.count;
}

void domain_axis(Lowering *l, unsigned position, int32_t extent)
{
    IndexId index = extent == 1 ? NO_ID : position;

    vec_push(l->arena, &l->dims, (Dim){ .index = index, .high = aff_const(&l->p->affs, extent), .extent = extent });
}

void domain_axes(Lowering *l, const Shape *shape)
{
    for (unsigned k = 0; k < shape->rank; k++)
        domain_axis(l, shape->rank - 1 - k, shape->extent[k]);
}

void domain_indices(Lowering *l, const CheckedIndex *own, uint32_t own_count)
{
    for (uint32_t i = 0; i < own_count; i++)
        vec_push(l->arena, &l->dims, l->ranges[l->index_of[own[i]]]);
}

/* All that was added so far are dimensions of the target. */
void domain_keep(Lowering *l)
{
    l->kept = (uint32_t)l->dims.count;
}

bool domain_fits(Lowering *l, Span at)
{
    int64_t elements = 1;

    for (uint32_t k = 0; k < l->kept && elements <= INT32_MAX; k++)
        elements *= data_is_sample(l, &l->dims.at[k]) ? 1 : l->dims.at[k].extent;
    if (elements <= INT32_MAX && l->dims.count <= MOST_DIMS)
        return true;
    if (!l->failed && elements > INT32_MAX)
        diag_error(l->diag, at, "this needs an array of more than 2147483647 elements");
    else if (!l->failed)
        diag_error(l->diag, at, "this runs over more than %d indices", MOST_DIMS);
    l->failed = true;
    return false;
}

SymId domain_symbol(Lowering *l, Name name, Span at)
{
    return domain_symbol_like(l, (Symbol){ .name = name, .at = at, .role = SYM_LOCAL, .of = NO_ID });
}

SymId domain_symbol_like(Lowering *l, Symbol symbol)
{
    int32_t extents[MOST_DIMS] = { 0 };

    if (!domain_fits(l, symbol.at))
        l->free = l->kept = 0;
    for (uint32_t k = 0; k < l->kept; k++)
        extents[k] = l->dims.at[k].extent;
    symbol.rank = (uint8_t)l->kept;
    symbol.extents = extents;
    return program_symbol(l->p, symbol);
}

/* The plain subscripts of the target: its dimensions, counted from 0. */
void domain_subs(Lowering *l, AffId *subs)
{
    AffPool *affs = &l->p->affs;

    for (uint32_t k = 0; k < l->kept; k++) {
        const Dim *dim = &l->dims.at[k];

        if (dim->is_turn)
            subs[k] = dim->sub;
        else
            subs[k] = dim->index == NO_ID ? AFF_ZERO : aff_offset(affs, aff_index(affs, dim->index), -dim->least);
    }
}

void domain_stage(Lowering *l, SymId target, StageOp op, NodeId value, Span at)
{
    AffId subs[MOST_DIMS];

    if (!domain_fits(l, at))
        return;
    domain_subs(l, subs);
    domain_stage_at(l, target, op, value, subs, at);
}

void domain_stage_at(Lowering *l, SymId target, StageOp op, NodeId value, const AffId *subs, Span at)
{
    Stage stage = { .target = target, .op = (uint8_t)op, .fresh = op != STAGE_SET, .value = value, .guard = l->guard,
                    .subs = subs, .at = at };
    Range domain[MOST_DIMS];

    if (!domain_fits(l, at))
        return;
    for (size_t k = 0; k < l->dims.count; k++)
        if (data_is_sample(l, &l->dims.at[k]))
            domain[stage.rank++] = (Range){ l->sample, l->dims.at[k].low, l->dims.at[k].high };
    for (size_t k = 0; k < l->dims.count; k++)
        if (l->dims.at[k].index != NO_ID && !l->dims.at[k].is_turn &&
            !data_is_sample(l, &l->dims.at[k]))
            domain[stage.rank++] = (Range){ l->dims.at[k].index, l->dims.at[k].low, l->dims.at[k].high };
    stage.domain = domain;
    program_stage(l->p, stage);
}

/* The whole of a symbol (made by domain_symbol) over the present domain: free indices, then axes. */
NodeId domain_read(Lowering *l, SymId symbol, const Shape *shape, Span at)
{
    AffId subs[MOST_DIMS + MOST_AXES];
    uint32_t kept = l->kept;

    l->kept = l->free;
    domain_subs(l, subs);
    l->kept = kept;
    for (unsigned k = 0; k < shape->rank; k++)
        subs[l->free + k] = shape->extent[k] == 1 ? AFF_ZERO : aff_index(&l->p->affs, shape->rank - 1u - k);
    return describe(l, node_read(l->p, symbol, subs), at);
}
