/* depend.c -- what entries touch, and which accesses may meet.
 *
 * A scalar node (one without indices) is computed once, where it is first needed, so what it reads counts as read by an
 * ENTRY_ORDER of its own; every user comes after that entry. Only symbols that stages write are of interest.
 */
#include "plan/planner.h"

/* Of one scalar node; more are put together, so that long sums over accumulators stay linear. */
enum { MOST_SOURCES = 8 };

/* Entries that a scalar node comes after, ascending. */
typedef struct {
    uint32_t first, count;
} Sources;

struct Depend {
    uint32_t *seen;       /* by node: number of the listing that met it last */
    uint32_t listing;
    BlockId *block_seen;  /* by node: 1 + the last block in which its sources were found */
    uint32_t *source_set; /* by node: in sets */
    VEC(Sources) sets;    /* 0 is empty */
    VEC(EntryId) sources;
    NodeVec stack;
    VEC(AffId) affs;      /* worklist */
};

void depend_begin(Planner *planner)
{
    struct Depend *depend = arena_new(planner->work, struct Depend);
    size_t nodes = planner->from->nodes.count;

    depend->seen = arena_array(planner->work, uint32_t, nodes);
    depend->block_seen = arena_array(planner->work, BlockId, nodes);
    depend->source_set = arena_array(planner->work, uint32_t, nodes);
    vec_push(planner->work, &depend->sets, (Sources){ 0, 0 });
    planner->depend = depend;
}

/* ---- expressions in levels --------------------------------------------------------------------------- */

static AffId level_of_index(void *context, AffPool *pool, uint32_t index)
{
    const Planner *planner = context;

    (void)pool;
    return planner->levels[index];
}

AffId depend_import(Planner *planner, AffId aff)
{
    return aff_import(&planner->pool, &planner->from->affs, aff, level_of_index, NULL, planner);
}

/* ---- accesses ---------------------------------------------------------------------------------------- */

static void add_access(Planner *planner, Access access)
{
    if (planner->written[access.symbol])
        vec_push(planner->work, &planner->accesses, access);
}

/* Elements of integer symbols that stand in an expression are read, too; theirs likewise. */
static void add_elements(Planner *planner, EntryId owner, AffId aff)
{
    struct Depend *depend = planner->depend;

    if (!aff_has_element(&planner->pool, aff))
        return;
    vec_push(planner->work, &depend->affs, aff);
    while (depend->affs.count > 0) {
        const Affine a = planner->pool.affs.at[vec_pop(&depend->affs)];

        for (uint32_t t = a.first; t < a.first + a.count; t++) {
            const Atom atom = planner->pool.atoms.at[planner->pool.terms.at[t].atom];
            uint32_t first = (uint32_t)planner->subs.count;

            if (atom.kind != ATOM_ELEMENT)
                continue;
            for (unsigned k = 0; k < atom.rank; k++) {
                AffId sub = planner->pool.subs.at[atom.subs + k];

                vec_push(planner->arena, &planner->subs, sub);
                vec_push(planner->work, &depend->affs, sub);
            }
            add_access(planner, (Access){ atom.of, false, owner, first, atom.rank });
        }
    }
}

static void add_read(Planner *planner, EntryId owner, NodeId id)
{
    const Program *p = planner->from;
    const Node *node = &p->nodes.at[id];
    Access access = { .owner = owner, .subs = (uint32_t)planner->subs.count };

    if (node->op == OP_INTEGER) {
        add_elements(planner, owner, depend_import(planner, node->u.aff));
        return;
    }
    access.symbol = node->u.read.symbol;
    access.sub_count = p->symbols.at[access.symbol].rank;
    for (unsigned k = 0; k < access.sub_count; k++)
        vec_push(planner->arena, &planner->subs, depend_import(planner, node_subs(p, id)[k]));
    for (unsigned k = 0; k < access.sub_count; k++)
        add_elements(planner, owner, planner->subs.at[access.subs + k]);
    add_access(planner, access);
}

/* Does the leaf read what a stage writes? */
static bool leaf_matters(const Planner *planner, NodeId id)
{
    const Program *p = planner->from;
    const Node *node = &p->nodes.at[id];

    if (node->op == OP_INTEGER)
        return aff_has_element(&p->affs, node->u.aff);
    if (node->op != OP_READ)
        return false;
    if (planner->written[node->u.read.symbol])
        return true;
    for (unsigned k = 0; k < p->symbols.at[node->u.read.symbol].rank; k++)
        if (aff_has_element(&p->affs, node_subs(p, id)[k]))
            return true;
    return false;
}

/* ---- what a stage reads ------------------------------------------------------------------------------ */

static void list_node(Planner *planner, NodeId node, NodeVec *scalars)
{
    struct Depend *depend = planner->depend;

    if (node == NO_ID || depend->seen[node] == depend->listing)
        return;
    depend->seen[node] = depend->listing;
    if (planner->from->nodes.at[node].deps == 0)
        vec_push(planner->work, scalars, node);
    else
        vec_push(planner->work, &depend->stack, node);
}

void depend_list(Planner *planner, NodeId value, NodeId guard, NodeVec *reads, NodeVec *scalars)
{
    struct Depend *depend = planner->depend;

    reads->count = scalars->count = 0;
    depend->listing++;
    list_node(planner, value, scalars);
    list_node(planner, guard, scalars);
    while (depend->stack.count > 0) {
        NodeId id = vec_pop(&depend->stack);
        const Node *node = &planner->from->nodes.at[id];

        if (node->op == OP_READ || node->op == OP_INTEGER)
            vec_push(planner->work, reads, id);
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            list_node(planner, node->u.arg[k], scalars);
    }
}

/* ---- scalar nodes ------------------------------------------------------------------------------------ */

static EntryId new_order_entry(Planner *planner)
{
    EntryId id = (EntryId)planner->entries.count;

    vec_push(planner->arena, &planner->entries, (Entry){ .kind = ENTRY_ORDER, .asked = NO_ID, .next = NO_ID });
    planner_append(planner, id);
    return id;
}

static uint32_t set_of_one(Planner *planner, EntryId entry)
{
    struct Depend *depend = planner->depend;

    vec_push(planner->work, &depend->sets, (Sources){ (uint32_t)depend->sources.count, 1 });
    vec_push(planner->work, &depend->sources, entry);
    return (uint32_t)depend->sets.count - 1;
}

static uint32_t sources_of_leaf(Planner *planner, NodeId leaf)
{
    EntryId id = new_order_entry(planner);

    planner->entries.at[id].access = (uint32_t)planner->accesses.count;
    add_read(planner, id, leaf);
    planner->entries.at[id].access_end = (uint32_t)planner->accesses.count;
    return set_of_one(planner, id);
}

/* One entry after all of `merged`, to stand for them. */
static uint32_t sources_joined(Planner *planner, const EntryId *merged, unsigned count)
{
    EntryId id = new_order_entry(planner);

    planner->entries.at[id].after = (uint32_t)planner->afters.count;
    for (unsigned i = 0; i < count; i++)
        vec_push(planner->work, &planner->afters, merged[i]);
    planner->entries.at[id].after_end = (uint32_t)planner->afters.count;
    return set_of_one(planner, id);
}

static uint32_t union_of_sources(Planner *planner, uint32_t a, uint32_t b)
{
    struct Depend *depend = planner->depend;
    Sources x = depend->sets.at[a], y = depend->sets.at[b];
    const EntryId *xs = depend->sources.at + x.first, *ys = depend->sources.at + y.first;
    EntryId merged[2 * MOST_SOURCES];
    unsigned n = 0, i = 0, k = 0;

    if (a == b || y.count == 0)
        return a;
    if (x.count == 0)
        return b;
    while (i < x.count || k < y.count) {
        EntryId next = k == y.count || (i < x.count && xs[i] <= ys[k]) ? xs[i] : ys[k];

        i += i < x.count && xs[i] == next;
        k += k < y.count && ys[k] == next;
        merged[n++] = next;
    }
    if (n == x.count || n == y.count)
        return n == x.count ? a : b;
    if (n > MOST_SOURCES)
        return sources_joined(planner, merged, n);
    vec_push(planner->work, &depend->sets, (Sources){ (uint32_t)depend->sources.count, n });
    for (i = 0; i < n; i++)
        vec_push(planner->work, &depend->sources, merged[i]);
    return (uint32_t)depend->sets.count - 1;
}

/* An argument whose sources are not known yet in this block, or NO_ID. */
static NodeId unknown_argument(const Planner *planner, const Node *node)
{
    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        if (planner->depend->block_seen[node->u.arg[k]] != planner->block + 1)
            return node->u.arg[k];
    return NO_ID;
}

static uint32_t sources_of_node(Planner *planner, NodeId scalar)
{
    struct Depend *depend = planner->depend;

    vec_push(planner->work, &depend->stack, scalar);
    while (depend->stack.count > 0) {
        NodeId id = vec_top(&depend->stack), unknown;
        const Node *node = &planner->from->nodes.at[id];
        uint32_t set = 0;

        unknown = depend->block_seen[id] == planner->block + 1 ? NO_ID : unknown_argument(planner, node);
        if (unknown != NO_ID) {
            vec_push(planner->work, &depend->stack, unknown);
            continue;
        }
        (void)vec_pop(&depend->stack);
        if (depend->block_seen[id] == planner->block + 1)
            continue;
        if (leaf_matters(planner, id))
            set = sources_of_leaf(planner, id);
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            set = union_of_sources(planner, set, depend->source_set[node->u.arg[k]]);
        depend->source_set[id] = set;
        depend->block_seen[id] = planner->block + 1;
    }
    return depend->source_set[scalar];
}

/* ---- entries ----------------------------------------------------------------------------------------- */

static void add_afters(Planner *planner, EntryId id, const NodeVec *scalars)
{
    struct Depend *depend = planner->depend;

    planner->entries.at[id].after = (uint32_t)planner->afters.count;
    for (size_t i = 0; i < scalars->count; i++) {
        Sources set = depend->sets.at[depend->source_set[scalars->at[i]]];

        for (uint32_t k = set.first; k < set.first + set.count; k++) {
            EntryId order = depend->sources.at[k];

            if (planner->entries.at[order].asked == id)
                continue;
            planner->entries.at[order].asked = id;
            vec_push(planner->work, &planner->afters, order);
        }
    }
    planner->entries.at[id].after_end = (uint32_t)planner->afters.count;
}

void depend_zero(Planner *planner, EntryId id, SymId target, unsigned sub_count)
{
    Access access = { target, true, id, planner->entries.at[id].subs, sub_count };

    planner->entries.at[id].access = (uint32_t)planner->accesses.count;
    for (unsigned k = 0; k < sub_count; k++)
        add_elements(planner, id, planner->subs.at[access.subs + k]);
    add_access(planner, access);
    planner->entries.at[id].access_end = (uint32_t)planner->accesses.count;
}

void depend_stage(Planner *planner, EntryId id, const NodeVec *reads, const NodeVec *scalars)
{
    const Stage *stage = &planner->from->stages.at[planner->entries.at[id].of];
    unsigned rank = planner->entries.at[id].rank;

    for (size_t i = 0; i < scalars->count; i++)
        (void)sources_of_node(planner, scalars->at[i]);
    add_afters(planner, id, scalars);
    depend_zero(planner, id, stage->target, stage_subs(planner->from, stage));
    for (size_t i = 0; i < reads->count; i++)
        if (leaf_matters(planner, reads->at[i]))
            add_read(planner, id, reads->at[i]);
    for (unsigned l = 0; l < rank; l++) {
        Dim dim = planner->dims.at[planner->entries.at[id].dims + l];

        add_elements(planner, id, dim.low);
        add_elements(planner, id, dim.high);
    }
    planner->entries.at[id].access_end = (uint32_t)planner->accesses.count;
}

unsigned planner_turn_subs(Planner *planner, BlockId block, AffId *subs)
{
    const Program *p = planner->from;
    AffPool *pool = &planner->pool;
    unsigned rank = p->symbols.at[p->loops.at[planner->blocks.at[block].loop].turns].rank;

    for (unsigned k = rank; k-- > 0;) {
        LoopId outer;

        block = planner->blocks.at[block].parent;
        outer = planner->blocks.at[block].loop;
        subs[k] = aff_offset(pool, aff_index(pool, MOST_LEVELS + outer), -(int64_t)p->loops.at[outer].low);
    }
    return rank;
}

void depend_loop(Planner *planner, EntryId id, const Loop *loop)
{
    NodeVec reads = { 0 }, scalars = { 0 };
    AffId subs[UINT8_MAX];
    unsigned rank;

    depend_list(planner, loop->condition, NO_ID, &reads, &scalars);
    for (size_t i = 0; i < scalars.count; i++)
        (void)sources_of_node(planner, scalars.at[i]);
    for (size_t i = 0; i < reads.count; i++)
        if (leaf_matters(planner, reads.at[i]))
            add_read(planner, id, reads.at[i]);
    if (loop->turns == NO_ID)
        return;
    rank = planner_turn_subs(planner, planner->block, subs);
    for (unsigned k = 0; k < rank; k++)
        vec_push(planner->arena, &planner->subs, subs[k]);
    add_access(planner, (Access){ loop->turns, loop->condition != NO_ID, id, (uint32_t)planner->subs.count - rank, rank });
}
