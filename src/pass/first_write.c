/* first_write.c -- who writes an element of an adjoint first, writes it with =.
 *
 * Reverse mode only ever adds. Here the contributions to each adjoint are gone through in the order in which they
 * run; the one that reaches an element first sets it. What a contribution reaches only in part, or may miss (a
 * scatter through integers, a triangle), is set to 0 before it. In a loop the contributions with the smallest offset
 * to a descending time come first.
 */
#include <string.h>

#include "pass/first_write.h"

/* ---- finding the contributions ----------------------------------------------------------------------- */

static bool is_adjoint(const Symbol *symbol)
{
    return symbol->role == SYM_GRADIENT || (symbol->role == SYM_LOCAL && symbol->of != NO_ID);
}

/* The guard that all writers of a symbol have so far. */
static void meet_guard(Writes *w, const Stage *stage, bool first)
{
    NodeId guard = stage->guard != NO_ID && w->p->nodes.at[stage->guard].deps == 0 ? stage->guard : NO_ID;

    if (first)
        w->guards[stage->target] = guard;
    else if (w->guards[stage->target] != guard)
        w->guards[stage->target] = NO_ID;
}

static void find_symbols(Writes *w)
{
    const Program *p = w->p;
    bool *other = arena_array(w->arena, bool, p->symbols.count + 1);

    w->adds_only = arena_array(w->arena, bool, p->symbols.count + 1);
    w->first = arena_array(w->arena, uint32_t, p->symbols.count + 1);
    w->guards = arena_array(w->arena, NodeId, p->symbols.count + 1);
    for (size_t i = 0; i < p->body.count; i++) {
        const Stage *stage = &p->stages.at[p->body.at[i].id];

        if (p->body.at[i].kind != ITEM_STAGE)
            continue;
        if (stage->op == STAGE_ADD && !stage->fresh)
            w->adds_only[stage->target] = true;
        else
            other[stage->target] = true;
        meet_guard(w, stage, w->first[stage->target + 1]++ == 0);
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
    w->begin = arena_array(w->arena, uint32_t, p->loops.count + 1);
    w->time = arena_array(w->arena, uint8_t, p->loops.count + 1);
    w->turns = arena_array(w->arena, SymId *, p->symbols.count + 1);
    memcpy(next, w->first, p->symbols.count * sizeof *next);
    w->all.count = w->first[p->symbols.count];
    w->all.at = arena_array(w->arena, Contribution, w->all.count);
    for (uint32_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (loop == NO_ID)
            top = i;
        if (item.kind == ITEM_LOOP) {
            w->outer[item.id] = loop;
            w->begin[item.id] = i;
            loop = item.id;
        } else if (item.kind == ITEM_END) {
            loop = w->outer[item.id];
        } else {
            SymId target = p->stages.at[item.id].target;

            w->all.at[next[target]++] = (Contribution){ .stage = item.id, .loop = loop, .top = top, .order = i };
        }
    }
}

static void find_reads_of(Writes *w, bool *seen, NodeVec *stack, NodeId root, uint32_t top)
{
    if (root != NO_ID)
        vec_push(w->arena, stack, root);
    while (stack->count > 0) {
        NodeId id = vec_pop(stack);
        const Node *node = &w->p->nodes.at[id];

        if (seen[id])
            continue;
        seen[id] = true;
        if (node->op == OP_READ && w->read[node->u.read.symbol] == NO_ID)
            w->read[node->u.read.symbol] = top;
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            vec_push(w->arena, stack, node->u.arg[k]);
    }
}

static void find_reads(Writes *w)
{
    const Program *p = w->p;
    bool *seen = arena_array(w->arena, bool, p->nodes.count + 1);
    NodeVec stack = { 0 };
    uint32_t top = 0, depth = 0;

    w->read = arena_array(w->arena, uint32_t, p->symbols.count + 1);
    memset(w->read, 0xff, p->symbols.count * sizeof *w->read);
    for (uint32_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (depth == 0)
            top = i;
        depth += item.kind == ITEM_LOOP;
        depth -= item.kind == ITEM_END;
        if (item.kind == ITEM_STAGE) {
            find_reads_of(w, seen, &stack, p->stages.at[item.id].value, top);
            find_reads_of(w, seen, &stack, p->stages.at[item.id].guard, top);
        }
    }
}

/* The range of a loop's index; false: it is that of a domain. */
static bool loop_range(const Program *p, IndexId index, Interval *out)
{
    for (size_t i = 0; i < p->loops.count; i++) {
        *out = (Interval){ p->loops.at[i].low, p->loops.at[i].high };
        if (p->loops.at[i].index == index)
            return true;
    }
    return false;
}

/* Widens the interval of what is read of a dimension. */
static void read_side(const Program *p, AffId sub, int32_t extent, Interval *side)
{
    Interval all = { 0, extent }, loop;
    int64_t offset;
    uint32_t index;

    if (aff_is_const(&p->affs, sub, &offset))
        all = (Interval){ offset, offset + 1 };
    else if (aff_is_shifted_index(&p->affs, sub, &index, &offset) && loop_range(p, index, &loop))
        all = (Interval){ loop.low + offset, loop.high + offset };
    if (side->high <= side->low)
        *side = all;
    side->low = all.low < side->low ? all.low : side->low;
    side->high = all.high > side->high ? all.high : side->high;
}

/* Boxes around all that is read of adjoints that stand in loops. */
static void find_read_boxes(Writes *w)
{
    const Program *p = w->p;

    w->boxes = arena_array(w->arena, Interval *, p->symbols.count + 1);
    for (NodeId id = 0; id < p->nodes.count && p->loops.count > 0; id++) {
        const Node *node = &p->nodes.at[id];
        const Symbol *s;

        if (node->op != OP_READ || p->symbols.at[node->u.read.symbol].role != SYM_LOCAL)
            continue;
        s = &p->symbols.at[node->u.read.symbol];
        if (w->boxes[node->u.read.symbol] == NULL)
            w->boxes[node->u.read.symbol] = arena_array(w->arena, Interval, s->rank);
        for (unsigned k = 0; k < s->rank; k++)
            read_side(p, node_subs(p, id)[k], s->extents[k], &w->boxes[node->u.read.symbol][k]);
    }
}

/* May somebody read something of the box? */
static bool is_read(const Writes *w, SymId symbol, const Interval *box)
{
    const Symbol *s = &w->p->symbols.at[symbol];

    if (s->role != SYM_LOCAL || w->p->loops.count == 0)
        return true;
    for (unsigned k = 0; k < s->rank; k++)
        if (w->boxes[symbol] == NULL || w->boxes[symbol][k].low >= box[k].high || box[k].low >= w->boxes[symbol][k].high)
            return false;
    return true;
}

/* ---- one symbol --------------------------------------------------------------------------------------- */

static bool is_whole_box(const BoxVec *rest, const Interval *box, uint32_t rank)
{
    return rest->count == 1 && memcmp(rest->at[0], box, rank * sizeof *box) == 0;
}

static bool place_contribution(Writes *w, Cover *cover, Contribution *c, bool in_order)
{
    Reach reach = reach_of(w, c);
    BoxVec rest = { 0 };

    if (!cover_add(cover, reach.box, &rest))
        return false;
    c->first = in_order && reach.regular && is_whole_box(&rest, reach.box, cover->rank);
    c->reduces = reach.reduces;
    for (size_t i = 0; !c->first && i < rest.count; i++)
        if (!fill_before(w, c, rest.at[i], in_order))
            return false;
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
            in_order = reach_sort_by_time(w, list + i, next - i);
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
        bool done = true;

        if (w->read[symbol] < top)
            top = w->read[symbol]; /* elements that nothing needs are read, too */
        for (size_t i = 0; i < rest.count && done; i++)
            done = !is_read(w, symbol, rest.at[i]) || fill_at(w, top, symbol, rest.at[i], like);
        if (done)
            return;
    }
    w->fills.count = fills;
    for (size_t i = 0; i < count; i++)
        list[i].first = false;
    w->turns[symbol] = NULL;
    (void)fill_at(w, top, symbol, whole, like);
}

static void write_scalar(Writes *w, SymId symbol, Contribution *list, size_t count)
{
    if (count == 0) {
        (void)fill_at(w, place_of_zeros(w, symbol), symbol, NULL, NO_ID);
        return;
    }
    list[0].first = list[0].loop == NO_ID;
    list[0].reduces = w->p->stages.at[list[0].stage].rank > 0;
    if (!list[0].first)
        (void)fill_at(w, list[0].top, symbol, NULL, list[0].stage);
}

/* ---- writing it down ---------------------------------------------------------------------------------- */

/* Is the adjoint only written and only of interest where one guard holds, as its primal? */
static bool stays_guarded(const Writes *w, SymId symbol)
{
    const Symbol *s = &w->p->symbols.at[symbol];

    return s->role == SYM_LOCAL && s->of != NO_ID && w->guards[symbol] != NO_ID &&
           w->guards[s->of] == w->guards[symbol];
}

/* Where the guard does not hold, a first write writes 0. */
static void make_first(Writes *w, const Contribution *c)
{
    Program *p = w->p;
    Stage stage = p->stages.at[c->stage];

    if (stage.guard != NO_ID && !stays_guarded(w, stage.target)) {
        NodeId zero = node_int(p, 0);

        stage.value = node_op(p, OP_SELECT, stage.guard, stage.value, zero);
        stage.guard = NO_ID;
    }
    stage.op = c->reduces ? STAGE_ADD : STAGE_SET;
    stage.fresh = c->reduces;
    p->stages.at[c->stage] = stage;
}

Program *pass_first_write(Program *p)
{
    Writes w = { .p = p, .arena = heap_arena(p->heap) };

    find_symbols(&w);
    list_contributions(&w);
    find_reads(&w);
    find_read_boxes(&w);
    turns_find(&w);
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
    fill_insert(&w);
    heap_release(p->heap, w.arena);
    return p;
}
