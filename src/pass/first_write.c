/* first_write.c -- who writes an element of an adjoint first, writes it with =.
 *
 * Reverse mode only ever adds. Here the contributions to each adjoint are gone through in the order in which they run; the one
 * that reaches an element first sets it. What a contribution reaches only in part, or may miss (a scatter through integers, a
 * triangle), is set to 0 before it. In a loop the contributions with the smallest offset to a descending time come first.
 */
#include <stdlib.h>
#include <string.h>

#include "pass/cover.h"
#include "pass/pass.h"

typedef struct {
    StageId stage;
    LoopId loop;   /* the innermost around it, or NO_ID */
    uint32_t top;  /* position in the body of the stage, or of the outermost loop around it */
    uint32_t order;
    bool first;    /* it writes first, everywhere that it writes */
} Contribution;

/* A box to be set to 0 before the item `top`. */
typedef struct {
    uint32_t top, order;
    SymId symbol;
    const Interval *box;
    StageId like; /* the stage whose indices are used, or NO_ID */
} Fill;

typedef struct {
    Program *p;
    Arena *arena;
    bool *adds_only;     /* by symbol: written by plain ADD and nothing else */
    uint32_t *first;     /* by symbol: its first place in `all` */
    VEC(Contribution) all;
    LoopId *outer;       /* by loop: the loop around it, or NO_ID */
    VEC(Fill) fills;
    VEC(IndexId) indices; /* by dimension: of fills that have no model */
} Writes;

/* ---- finding the contributions ----------------------------------------------------------------------- */

static bool is_adjoint(const Symbol *symbol)
{
    return symbol->role == SYM_GRADIENT || (symbol->role == SYM_LOCAL && symbol->of != NO_ID);
}

static void find_symbols(Writes *w)
{
    const Program *p = w->p;
    bool *other = arena_array(w->arena, bool, p->symbols.count + 1);

    w->adds_only = arena_array(w->arena, bool, p->symbols.count + 1);
    w->first = arena_array(w->arena, uint32_t, p->symbols.count + 1);
    for (size_t i = 0; i < p->body.count; i++) {
        const Stage *stage = &p->stages.at[p->body.at[i].id];

        if (p->body.at[i].kind != ITEM_STAGE)
            continue;
        if (stage->op == STAGE_ADD && !stage->fresh)
            w->adds_only[stage->target] = true;
        else
            other[stage->target] = true;
        w->first[stage->target + 1]++;
    }
    for (SymId s = 0; s < p->symbols.count; s++) {
        w->adds_only[s] = !other[s] && (w->adds_only[s] || is_adjoint(&p->symbols.at[s]));
        w->first[s + 1] += w->first[s];
    }
}

static void list_contributions(Writes *w)
{
    const Program *p = w->p;
    uint32_t *next = arena_array(w->arena, uint32_t, p->symbols.count + 1), top = 0;
    LoopId loop = NO_ID;

    w->outer = arena_array(w->arena, LoopId, p->loops.count + 1);
    memcpy(next, w->first, p->symbols.count * sizeof *next);
    w->all.count = w->first[p->symbols.count];
    w->all.at = arena_array(w->arena, Contribution, w->all.count);
    for (uint32_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (loop == NO_ID)
            top = i;
        if (item.kind == ITEM_LOOP) {
            w->outer[item.id] = loop;
            loop = item.id;
        } else if (item.kind == ITEM_END) {
            loop = w->outer[item.id];
        } else {
            w->all.at[next[p->stages.at[item.id].target]++] = (Contribution){ item.id, loop, top, i, false };
        }
    }
}

/* ---- what a contribution reaches --------------------------------------------------------------------- */

enum { NO_DIMENSION = UINT8_MAX };

/* The box that a contribution reaches at most. It is `regular` if every element of it is reached, and once unless there are
 * indices to be summed over. */
typedef struct {
    Interval *box;
    bool regular;
    bool reduces;
} Reach;

typedef struct {
    Writes *w;
    const Stage *stage;
    LoopId loop;
    uint8_t *uses; /* by dimension of the domain: how many subscripts use it */
} Finding;

static bool constant_range(const Program *p, const Range *range, Interval *out)
{
    return aff_is_const(&p->affs, range->low, &out->low) && aff_is_const(&p->affs, range->high, &out->high);
}

/* The range of an index of the domain or of a loop around the stage; *dimension is NO_DIMENSION for a loop's. */
static bool index_range(const Finding *f, IndexId index, Interval *out, unsigned *dimension)
{
    const Program *p = f->w->p;

    for (unsigned d = 0; d < f->stage->rank; d++) {
        if (f->stage->domain[d].index == index) {
            *dimension = d;
            return constant_range(p, &f->stage->domain[d], out);
        }
    }
    *dimension = NO_DIMENSION;
    for (LoopId loop = f->loop; loop != NO_ID; loop = f->w->outer[loop]) {
        const Loop *l = &p->loops.at[loop];

        *out = (Interval){ l->low, l->high };
        if (l->index == index)
            return l->condition == NO_ID && l->turns == NO_ID;
    }
    return false;
}

/* The interval of one subscript: a constant, or an index with a factor +-1. */
static bool sub_interval(Finding *f, AffId sub, Interval *out)
{
    const AffPool *affs = &f->w->p->affs;
    const Affine *a = &affs->affs.at[sub];
    AffTerm term;
    Interval range;
    unsigned dimension;

    *out = (Interval){ a->constant, a->constant + 1 };
    if (a->count == 0)
        return true;
    term = affs->terms.at[a->first];
    if (a->count > 1 || affs->atoms.at[term.atom].kind != ATOM_INDEX || (term.coef != 1 && term.coef != -1) ||
        !index_range(f, affs->atoms.at[term.atom].of, &range, &dimension))
        return false;
    if (dimension != NO_DIMENSION && f->uses[dimension]++ > 0)
        return false;
    if (term.coef == 1)
        *out = (Interval){ a->constant + range.low, a->constant + range.high };
    else
        *out = (Interval){ a->constant - range.high + 1, a->constant - range.low + 1 };
    return true;
}

static bool uses_index(const Finding *f, uint32_t rank, IndexId index)
{
    for (uint32_t k = 0; k < rank; k++)
        if (aff_uses_index(&f->w->p->affs, f->stage->subs[k], index))
            return true;
    return false;
}

/* Is the range of an index that is summed over empty for no element, or may it be, since the sum then is the 0 that it begins
 * with? It may use indices of the target, but no other sum. */
static bool range_is_sum(const Finding *f, uint32_t rank, unsigned d)
{
    const AffPool *affs = &f->w->p->affs;
    const Range *range = &f->stage->domain[d];

    for (unsigned k = 0; k < d; k++) {
        IndexId index = f->stage->domain[k].index;

        if ((aff_uses_index(affs, range->low, index) || aff_uses_index(affs, range->high, index)) && !uses_index(f, rank, index))
            return false;
    }
    return true;
}

static Reach find_reach(Writes *w, const Contribution *c)
{
    const Stage *stage = &w->p->stages.at[c->stage];
    const Symbol *target = &w->p->symbols.at[stage->target];
    uint8_t uses[UINT8_MAX] = { 0 };
    Finding f = { w, stage, c->loop, uses };
    Reach reach = { .box = arena_array(w->arena, Interval, target->rank), .regular = true };

    for (unsigned k = 0; k < target->rank; k++) {
        Interval *side = &reach.box[k];

        if (!sub_interval(&f, stage->subs[k], side) || side->low < 0 || side->high > target->extents[k]) {
            reach.regular = false;
            *side = (Interval){ 0, target->extents[k] };
        }
    }
    for (unsigned d = 0; d < stage->rank; d++) {
        if (uses_index(&f, target->rank, stage->domain[d].index))
            continue;
        reach.reduces = true;
        reach.regular &= range_is_sum(&f, target->rank, d);
    }
    for (LoopId loop = c->loop; loop != NO_ID; loop = w->outer[loop])
        reach.regular &= uses_index(&f, target->rank, w->p->loops.at[loop].index);
    return reach;
}

/* ---- the order of contributions in a loop ------------------------------------------------------------- */

/* The offset c of the subscript t+c that has the loop's index, and where it stands. */
static bool time_offset(const Writes *w, const Contribution *c, LoopId loop, unsigned *dimension, int64_t *offset)
{
    const Stage *stage = &w->p->stages.at[c->stage];
    uint32_t index;

    for (unsigned k = 0; k < w->p->symbols.at[stage->target].rank; k++) {
        if (aff_is_shifted_index(&w->p->affs, stage->subs[k], &index, offset) && index == w->p->loops.at[loop].index) {
            *dimension = k;
            return true;
        }
    }
    return false;
}

static bool same_times(const Writes *w, const Contribution *a, const Contribution *b)
{
    for (LoopId loop = a->loop; loop != NO_ID; loop = w->outer[loop]) {
        unsigned a_dimension, b_dimension;
        int64_t offset;

        if (!time_offset(w, a, loop, &a_dimension, &offset) || !time_offset(w, b, loop, &b_dimension, &offset) ||
            a_dimension != b_dimension)
            return false;
    }
    return true;
}

/* Does b reach an element that both reach at an earlier turn than a? The outermost loop decides first. */
static bool runs_earlier(const Writes *w, const Contribution *b, const Contribution *a)
{
    bool earlier = b->order < a->order;

    for (LoopId loop = a->loop; loop != NO_ID; loop = w->outer[loop]) {
        unsigned dimension;
        int64_t a_offset = 0, b_offset = 0;

        time_offset(w, a, loop, &dimension, &a_offset);
        time_offset(w, b, loop, &dimension, &b_offset);
        if (a_offset != b_offset)
            earlier = (b_offset < a_offset) == w->p->loops.at[loop].reverse;
    }
    return earlier;
}

/* Sorts the contributions of one loop by the turn that reaches an element; false if that is not the same order everywhere. */
static bool sort_by_time(Writes *w, Contribution *group, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (group[i].loop != group[0].loop || !same_times(w, &group[0], &group[i]))
            return false;
    for (size_t i = 1; i < count; i++) {
        Contribution moved = group[i];
        size_t k = i;

        for (; k > 0 && runs_earlier(w, &moved, &group[k - 1]); k--)
            group[k] = group[k - 1];
        group[k] = moved;
    }
    return true;
}

/* ---- one symbol --------------------------------------------------------------------------------------- */

static void add_fill(Writes *w, uint32_t top, SymId symbol, const Interval *box, StageId like)
{
    vec_push(w->arena, &w->fills, (Fill){ top, (uint32_t)w->fills.count, symbol, box, like });
}

static bool is_whole_box(const BoxVec *rest, const Interval *box, uint32_t rank)
{
    return rest->count == 1 && memcmp(rest->at[0], box, rank * sizeof *box) == 0;
}

static bool place_contribution(Writes *w, Cover *cover, Contribution *c, bool in_order)
{
    Reach reach = find_reach(w, c);
    BoxVec rest = { 0 };

    if (!cover_add(cover, reach.box, &rest))
        return false;
    c->first = in_order && reach.regular && is_whole_box(&rest, reach.box, cover->rank);
    for (size_t i = 0; !c->first && i < rest.count; i++)
        add_fill(w, c->top, w->p->stages.at[c->stage].target, rest.at[i], c->stage);
    return true;
}

static bool place_all(Writes *w, Cover *cover, Contribution *list, size_t count)
{
    size_t next;

    for (size_t i = 0; i < count; i = next) {
        bool in_order = true;

        for (next = i + 1; next < count && list[next].top == list[i].top;)
            next++;
        if (list[i].loop != NO_ID)
            in_order = sort_by_time(w, list + i, next - i);
        for (size_t k = i; k < next; k++)
            if (!place_contribution(w, cover, &list[k], in_order))
                return false;
    }
    return true;
}

static Interval *whole_box(const Writes *w, SymId symbol)
{
    const Symbol *s = &w->p->symbols.at[symbol];
    Interval *box = arena_array(w->arena, Interval, s->rank);

    for (unsigned k = 0; k < s->rank; k++)
        box[k] = (Interval){ 0, s->extents[k] };
    return box;
}

/* Where an adjoint that nothing contributes to is set to 0: a gradient at the end, others before the adjoint stages. */
static uint32_t place_of_zeros(const Writes *w, SymId symbol)
{
    uint32_t least = (uint32_t)w->p->body.count;

    if (w->p->symbols.at[symbol].role == SYM_GRADIENT)
        return least;
    for (size_t i = 0; i < w->all.count; i++)
        if (w->adds_only[w->p->stages.at[w->all.at[i].stage].target] && w->all.at[i].top < least)
            least = w->all.at[i].top;
    return least;
}

static void write_array(Writes *w, SymId symbol, Contribution *list, size_t count)
{
    const Symbol *s = &w->p->symbols.at[symbol];
    size_t fills = w->fills.count;
    uint32_t top = count == 0 ? place_of_zeros(w, symbol) : list[0].top;
    StageId like = count == 0 ? NO_ID : list[0].stage;
    Interval *whole = whole_box(w, symbol);
    BoxVec rest = { 0 };
    Cover cover;

    cover_init(&cover, w->arena, s->extents, s->rank);
    if (place_all(w, &cover, list, count) && cover_add(&cover, whole, &rest)) {
        for (size_t i = 0; i < rest.count; i++)
            add_fill(w, top, symbol, rest.at[i], like);
        return;
    }
    w->fills.count = fills;
    for (size_t i = 0; i < count; i++)
        list[i].first = false;
    add_fill(w, top, symbol, whole, like);
}

static void write_scalar(Writes *w, SymId symbol, Contribution *list, size_t count)
{
    if (count > 0 && list[0].loop == NO_ID)
        list[0].first = true;
    else
        add_fill(w, count == 0 ? place_of_zeros(w, symbol) : list[0].top, symbol, NULL, count == 0 ? NO_ID : list[0].stage);
}

/* ---- writing it down ---------------------------------------------------------------------------------- */

/* Where the guard does not hold, a first write writes 0. */
static void make_first(Writes *w, const Contribution *c)
{
    Program *p = w->p;
    Stage stage = p->stages.at[c->stage];
    Reach reach = find_reach(w, c);

    if (stage.guard != NO_ID) {
        NodeId zero = node_int(p, 0);

        stage.value = node_op(p, OP_SELECT, stage.guard, stage.value, zero);
        stage.guard = NO_ID;
    }
    stage.op = reach.reduces ? STAGE_ADD : STAGE_SET;
    stage.fresh = reach.reduces;
    p->stages.at[c->stage] = stage;
}

/* The index that a model stage uses for this dimension; else one of the fills' own. */
static IndexId fill_index(Writes *w, const Fill *fill, unsigned dimension)
{
    const Stage *like = fill->like == NO_ID ? NULL : &w->p->stages.at[fill->like];
    int64_t offset;
    uint32_t index;

    if (like != NULL && aff_is_shifted_index(&w->p->affs, like->subs[dimension], &index, &offset))
        for (unsigned d = 0; d < like->rank; d++)
            if (like->domain[d].index == index)
                return index;
    while (w->indices.count <= dimension)
        vec_push(w->arena, &w->indices, program_index(w->p, NAME_NONE, (Span){ 0, 0 }));
    return w->indices.at[dimension];
}

static bool has_index(const Range *domain, unsigned rank, IndexId index)
{
    for (unsigned d = 0; d < rank; d++)
        if (domain[d].index == index)
            return true;
    return false;
}

static StageId fill_stage(Writes *w, const Fill *fill)
{
    Program *p = w->p;
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];
    Stage stage = { .target = fill->symbol, .op = STAGE_SET, .value = node_int(p, 0), .guard = NO_ID, .domain = domain, .subs = subs };

    stage.at = fill->like == NO_ID ? p->symbols.at[fill->symbol].at : p->stages.at[fill->like].at;
    for (unsigned k = 0; k < p->symbols.at[fill->symbol].rank; k++) {
        Interval side = fill->box[k];
        IndexId index;

        subs[k] = aff_const(&p->affs, side.low);
        if (side.high == side.low + 1)
            continue;
        index = fill_index(w, fill, k);
        if (has_index(domain, stage.rank, index)) /* the diagonal of the model */
            index = program_index(p, NAME_NONE, (Span){ 0, 0 });
        domain[stage.rank++] = (Range){ index, subs[k], aff_const(&p->affs, side.high) };
        subs[k] = aff_index(&p->affs, index);
    }
    return program_stage(p, stage);
}

static int compare_fills(const void *a, const void *b)
{
    const Fill *x = a, *y = b;

    if (x->top != y->top)
        return x->top < y->top ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* The body with the fills in their places. */
static void insert_fills(Writes *w)
{
    Program *p = w->p;
    size_t count = p->body.count, next = 0;
    Item *old = arena_array(w->arena, Item, count);

    if (w->fills.count == 0)
        return;
    qsort(w->fills.at, w->fills.count, sizeof *w->fills.at, compare_fills);
    memcpy(old, p->body.at, count * sizeof *old);
    p->body.count = 0;
    for (size_t i = 0; i <= count; i++) {
        while (next < w->fills.count && w->fills.at[next].top == i)
            fill_stage(w, &w->fills.at[next++]);
        if (i < count)
            vec_push(p->arena, &p->body, old[i]);
    }
}

Program *pass_first_write(Program *p)
{
    Writes w = { .p = p, .arena = heap_arena(p->heap) };

    find_symbols(&w);
    list_contributions(&w);
    for (SymId s = 0; s < p->symbols.count; s++) {
        Contribution *list = w.all.at + w.first[s];
        size_t count = w.first[s + 1] - w.first[s];

        if (!w.adds_only[s])
            continue;
        if (p->symbols.at[s].rank == 0)
            write_scalar(&w, s, list, count);
        else
            write_array(&w, s, list, count);
    }
    for (size_t i = 0; i < w.all.count; i++)
        if (w.all.at[i].first)
            make_first(&w, &w.all.at[i]);
    insert_fills(&w);
    heap_release(p->heap, w.arena);
    return p;
}
