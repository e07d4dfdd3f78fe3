/* c_writes.c -- which leaf writes what, when what a node reads is complete, and which nodes may not be computed
 * anywhere. */
#include "emit/c_body.h"

/* The node after `id` in program order; loops before their children. */
static PlanId next_in_order(const Plan *plan, PlanId id)
{
    if (plan->nodes.at[id].kind == PLAN_FOR && plan->nodes.at[id].first_child != NO_ID)
        return plan->nodes.at[id].first_child;
    while (id != NO_ID && plan->nodes.at[id].next == NO_ID)
        id = plan->nodes.at[id].parent;
    return id == NO_ID ? NO_ID : plan->nodes.at[id].next;
}

/* The indices of a FOR lie in its range; one index may run in several. */
static void note_range(CBody *b, const PlanNode *loop)
{
    int64_t low, high, unused;

    c_expr_bounds(b, loop->low, &low, &unused);
    c_expr_bounds(b, loop->high, &unused, &high);
    if (b->index_high[loop->index] < b->index_low[loop->index]) {
        b->index_low[loop->index] = low;
        b->index_high[loop->index] = high - 1;
    }
    if (low < b->index_low[loop->index])
        b->index_low[loop->index] = low;
    if (high - 1 > b->index_high[loop->index])
        b->index_high[loop->index] = high - 1;
}

static bool may_end_early(const CBody *b, PlanId loop)
{
    for (; loop != NO_ID; loop = b->plan->nodes.at[loop].parent)
        if (c_loop_condition(b, loop) != NO_ID)
            return true;
    return false;
}

static bool is_moving(const AffPool *affs, AffId bound)
{
    int64_t value;

    return !aff_is_const(affs, bound, &value) && !aff_has_element(affs, bound);
}

/* Does a loop that moves over the target's elements have bounds that move with an outer one, so that it may have no turn? */
static bool may_have_no_turn(const CBody *b, const Stage *stage, PlanId loop)
{
    for (; loop != NO_ID; loop = b->plan->nodes.at[loop].parent) {
        const PlanNode *node = &b->plan->nodes.at[loop];

        if (!is_moving(&b->p->affs, node->low) && !is_moving(&b->p->affs, node->high))
            continue;
        for (uint32_t k = 0; k < stage_subs(b->p, stage); k++)
            if (aff_uses_index(&b->p->affs, stage->subs[k], node->index))
                return true;
    }
    return false;
}

/* Loops that end before a node whose parent is `parent`: their counts of turns are written. */
static void end_loops(CBody *b, PlanId *open, PlanId parent, uint32_t leaves)
{
    for (; *open != parent; *open = b->plan->nodes.at[*open].parent) {
        SymId count = c_loop_count(b, *open, NULL);

        if (count == NO_ID)
            continue;
        b->symbols[count].last_write = leaves;
        b->symbols[count].partial |= may_end_early(b, b->plan->nodes.at[*open].parent);
        b->symbols[count].writes++;
    }
}

static void number_leaves(CBody *b)
{
    const Plan *plan = b->plan;
    uint32_t leaves = 0;
    PlanId open = NO_ID;

    for (size_t i = 0; i < b->p->indices.count; i++)
        b->index_high[i] = -1;

    for (PlanId id = plan->first; id != NO_ID; id = next_in_order(plan, id)) {
        const PlanNode *node = &plan->nodes.at[id];

        end_loops(b, &open, node->parent, leaves);
        b->first_leaf[id] = leaves + 1;
        if (node->next != NO_ID)
            b->ordinals[node->next] = b->ordinals[id] + 1;
        if (node->kind == PLAN_STAGE) {
            const Stage *stage = &b->p->stages.at[node->stage];
            CSymbol *target = &b->symbols[stage->target];

            target->last_write = ++leaves;
            target->writes++;
            target->partial |= may_end_early(b, node->parent);
            target->skipped |= (stage->op == STAGE_SET || stage->fresh) && may_have_no_turn(b, stage, node->parent);
            target->guarded |= stage->op == STAGE_SET && stage->guard != NO_ID && !node->zero;
        } else {
            note_range(b, node);
            if (node->first_child != NO_ID && c_loop_condition(b, id) != NO_ID)
                b->ordinals[node->first_child] = 1; /* the condition is item 0 */
            open = id;
        }
    }
    end_loops(b, &open, NO_ID, leaves);
}

static uint32_t aff_write(const CBody *b, AffId aff)
{
    const AffPool *pool = &b->p->affs;
    const Affine *a = &pool->affs.at[aff];
    uint32_t last = 0;

    for (uint32_t t = 0; t < a->count; t++) {
        uint32_t write = b->atom_write[pool->terms.at[a->first + t].atom];

        last = write > last ? write : last;
    }
    return last;
}

/* ---- which counts of turns stand in the text --------------------------------------------------------- */

static void note_text(CBody *b, AffId aff)
{
    const AffPool *pool = &b->p->affs;
    const Affine *a = &pool->affs.at[aff];

    for (uint32_t t = a->first; t < a->first + a->count; t++) {
        const Atom *atom = &pool->atoms.at[pool->terms.at[t].atom];

        if (atom->kind == ATOM_ELEMENT)
            b->symbols[atom->of].in_text = true;
    }
}

/* Subscripts of dimensions that the symbol has not got in C are not written. */
static void note_element(CBody *b, SymId symbol, const AffId *subs, unsigned count)
{
    uint8_t kind = b->plan->stores[symbol].kind;

    for (unsigned k = 0; k < count && kind != STORE_CELL; k++)
        if (kind != STORE_ARRAY || plan_extent(b->plan, symbol, k) > 0)
            note_text(b, subs[k]);
}

static void find_text(CBody *b)
{
    const Program *p = b->p;

    for (PlanId id = 0; id < b->plan->nodes.count; id++)
        if (b->plan->nodes.at[id].kind == PLAN_FOR)
            note_text(b, b->plan->nodes.at[id].high);
    for (StageId s = 0; s < p->stages.count; s++)
        note_element(b, p->stages.at[s].target, p->stages.at[s].subs, stage_subs(p, &p->stages.at[s]));
    for (NodeId id = 0; id < p->nodes.count; id++) {
        const Node *node = &p->nodes.at[id];

        if (node->op == OP_INTEGER)
            note_text(b, node->u.aff);
        else if (node->op == OP_READ)
            note_element(b, node->u.read.symbol, node_subs(p, id), p->symbols.at[node->u.read.symbol].rank);
    }
    for (SymId s = 0; s < p->symbols.count; s++)
        b->symbols[s].in_text |= b->plan->stores[s].kind == STORE_CALLER;
}

/* ---- elements that are read for themselves ------------------------------------------------------------ */

static bool is_picked(const Program *p, NodeId read)
{
    int64_t subscript;

    for (unsigned k = 0; k < p->symbols.at[p->nodes.at[read].u.read.symbol].rank; k++)
        if (!aff_is_const(&p->affs, node_subs(p, read)[k], &subscript))
            return false;
    return true;
}

static void find_picked(CBody *b)
{
    for (NodeId id = 0; id < b->p->nodes.count; id++)
        if (b->p->nodes.at[id].op == OP_READ)
            b->symbols[b->p->nodes.at[id].u.read.symbol].picked |= is_picked(b->p, id);
}

/* ---- what reads need --------------------------------------------------------------------------------- */

/* Atoms are older than the expressions that use them, also as subscripts of other atoms. */
static void find_atom_writes(CBody *b)
{
    const AffPool *pool = &b->p->affs;

    for (AtomId id = 0; id < pool->atoms.count; id++) {
        const Atom *atom = &pool->atoms.at[id];

        if (atom->kind != ATOM_ELEMENT)
            continue;
        b->atom_write[id] = b->symbols[atom->of].last_write;
        b->has_integers |= b->atom_write[id] > 0;
        for (unsigned k = 0; k < atom->rank; k++) {
            uint32_t write = aff_write(b, pool->subs.at[atom->subs + k]);

            b->atom_write[id] = write > b->atom_write[id] ? write : b->atom_write[id];
        }
    }
}

/* May the element not exist, or not be written? */
static bool is_unsafe_read(const CBody *b, NodeId id)
{
    SymId symbol = b->p->nodes.at[id].u.read.symbol;
    const Symbol *s = &b->p->symbols.at[symbol];

    if (s->rank == 0 || b->symbols[symbol].guarded)
        return s->rank > 0;
    for (unsigned k = 0; k < s->rank; k++) {
        int64_t low, high;

        c_expr_bounds(b, node_subs(b->p, id)[k], &low, &high);
        if (low < 0 || high >= s->extents[k])
            return true;
    }
    return false;
}

static void find_unsafe(CBody *b)
{
    for (NodeId id = 0; id < b->p->nodes.count; id++) {
        const Node *node = &b->p->nodes.at[id];

        b->unsafe[id] = node->op == OP_READ && is_unsafe_read(b, id);
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            b->unsafe[id] |= b->unsafe[node->u.arg[k]];
    }
}

/* Which leaves write a symbol, and which FOR an index belongs to. */
typedef struct {
    PlanId *first; /* by symbol: the last of its leaves, or NO_ID */
    PlanId *next;  /* by leaf: the one before */
    PlanId *loop;  /* by index, or NO_ID */
} Writers;

static PlanId *no_plans(CBody *b, size_t count)
{
    PlanId *ids = arena_array(b->arena, PlanId, count + 1);

    for (size_t i = 0; i < count; i++)
        ids[i] = NO_ID;
    return ids;
}

static void find_writers(CBody *b, Writers *w)
{
    w->first = no_plans(b, b->p->symbols.count);
    w->next = no_plans(b, b->plan->nodes.count);
    w->loop = no_plans(b, b->p->indices.count);
    for (PlanId id = 0; id < b->plan->nodes.count; id++) {
        const PlanNode *node = &b->plan->nodes.at[id];

        if (node->kind == PLAN_FOR) {
            w->loop[node->index] = id;
        } else {
            SymId target = b->p->stages.at[node->stage].target;

            w->next[id] = w->first[target];
            w->first[target] = id;
        }
    }
}

static bool is_inside(const CBody *b, PlanId leaf, PlanId loop)
{
    PlanId at = leaf;

    while (at != NO_ID && at != loop)
        at = b->plan->nodes.at[at].parent;
    return at == loop;
}

/* The last leaf that writes what is read. A recurrence writes other elements than the one that it reads, if it does so
 * at another offset of its index: what earlier turns made is complete when the turn begins. */
static uint32_t last_write_of(const CBody *b, const Writers *w, SymId symbol, unsigned k, AffId sub)
{
    uint32_t last = 0, index;
    int64_t offset, other;
    PlanId loop;

    if (!aff_is_shifted_index(&b->p->affs, sub, &index, &offset) || w->loop[index] == NO_ID ||
        !b->plan->nodes.at[w->loop[index]].sequential)
        return b->symbols[symbol].last_write;
    loop = w->loop[index];
    for (PlanId leaf = w->first[symbol]; leaf != NO_ID; leaf = w->next[leaf]) {
        const Stage *stage = &b->p->stages.at[b->plan->nodes.at[leaf].stage];

        if (is_inside(b, leaf, loop) && aff_is_shifted_index(&b->p->affs, stage->subs[k], &index, &other) &&
            w->loop[index] == loop && other != offset)
            continue;
        last = b->first_leaf[leaf] > last ? b->first_leaf[leaf] : last;
    }
    return last;
}

static uint32_t read_write(const CBody *b, const Writers *w, NodeId id)
{
    SymId symbol = b->p->nodes.at[id].u.read.symbol;
    uint32_t last = b->symbols[symbol].last_write, write;

    if (b->p->symbols.at[symbol].integer)
        return last;
    for (unsigned k = 0; w->first != NULL && k < b->p->symbols.at[symbol].rank; k++)
        last = (write = last_write_of(b, w, symbol, k, node_subs(b->p, id)[k])) < last ? write : last;
    return last;
}

static void find_node_writes(CBody *b)
{
    const Program *p = b->p;
    Writers writers = { NULL, NULL, NULL };

    if (p->loops.count > 0)
        find_writers(b, &writers);

    for (NodeId id = 0; id < p->nodes.count; id++) {
        const Node *node = &p->nodes.at[id];
        uint32_t last = 0, write;

        if (node->op == OP_INTEGER)
            last = aff_write(b, node->u.aff);
        if (node->op == OP_READ) {
            last = read_write(b, &writers, id);
            for (unsigned k = 0; k < p->symbols.at[node->u.read.symbol].rank; k++)
                last = (write = aff_write(b, node_subs(p, id)[k])) > last ? write : last;
        }
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            last = (write = b->last_write[node->u.arg[k]]) > last ? write : last;
        b->last_write[id] = last;
    }
}

void c_writes_find(CBody *b)
{
    number_leaves(b);
    if (b->p->loops.count > 0)
        find_text(b);
    find_picked(b);
    find_atom_writes(b);
    find_node_writes(b);
    find_unsafe(b);
}
