/* c_context.c -- branches as a tree of contexts, and where two of them meet.
 *
 * A context is a list of facts: this condition holds, that one does not. That a && b holds is two facts, that it does
 * not is one. What two contexts need belongs where the facts that they share are known, as far as their conditions may
 * be asked there: x[i-1] in i > 0 && x[i-1] > 0 ? log(x[i-1]) : 0 is read only if i > 0. */
#include "emit/c_body.h"

/* ---- making contexts --------------------------------------------------------------------------------- */

NodeId c_condition(const CBody *b, NodeId condition, unsigned *side)
{
    while (b->p->nodes.at[condition].op == OP_NOT) {
        condition = b->p->nodes.at[condition].u.arg[0];
        *side ^= 1;
    }
    return condition;
}

typedef struct {
    const CBody *b;
    uint32_t context;
    NodeId condition;
} SoughtGroup;

static bool same_group(const void *context, uint32_t id)
{
    const SoughtGroup *sought = context;
    const Group *group = &sought->b->groups.at[id];

    return group->context == sought->context && group->condition == sought->condition;
}

uint32_t c_context_new(CBody *b, uint32_t parent, uint32_t group, unsigned side)
{
    Context context = { .parent = parent, .group = group, .side = (uint8_t)side };

    if (parent != NO_ID) {
        NodeId latest = b->contexts.at[parent].latest, condition = b->groups.at[group].condition;

        context.depth = b->contexts.at[parent].depth + 1;
        context.latest = condition > latest ? condition : latest;
    }
    vec_push(b->arena, &b->contexts, context);
    return (uint32_t)b->contexts.count - 1;
}

uint32_t c_context(CBody *b, uint32_t parent, NodeId condition, unsigned side)
{
    uint64_t hash;
    uint32_t group;

    condition = c_condition(b, condition, &side);
    hash = hash_mix(hash_mix(HASH_START, parent), condition);
    group = hash_find(&b->group_table, hash, same_group, &(SoughtGroup){ b, parent, condition });
    if (group == HASH_NONE) {
        group = (uint32_t)b->groups.count;
        vec_push(b->arena, &b->groups, (Group){ parent, condition, { NO_ID, NO_ID }, NO_ID, false, false });
        hash_add(b->arena, &b->group_table, hash, group);
    }
    if (b->groups.at[group].side[side] == NO_ID) {
        uint32_t made = c_context_new(b, parent, group, side);

        b->groups.at[group].side[side] = made;
    }
    return b->groups.at[group].side[side];
}

NodeId c_operand(CBody *b, NodeId node, uint32_t context, unsigned k, uint32_t *operand_context)
{
    const Node *n = &b->p->nodes.at[node];
    unsigned side = 0;

    *operand_context = context;
    if (n->op != OP_SELECT && n->op != OP_AND && n->op != OP_OR)
        return n->u.arg[k];
    if (k == 0)
        return c_condition(b, n->u.arg[0], &side);
    *operand_context = c_context(b, context, n->u.arg[0], n->op == OP_SELECT ? k - 1 : n->op == OP_OR);
    return n->u.arg[k];
}

/* ---- where contexts meet ----------------------------------------------------------------------------- */

typedef struct {
    NodeId condition;
    uint8_t side;
    bool shared;
} Fact;

typedef VEC(Fact) FactVec;

static uint32_t meet_in_tree(const CBody *b, uint32_t x, uint32_t y)
{
    const Context *contexts = b->contexts.at;

    while (x != y) {
        if (contexts[x].depth >= contexts[y].depth)
            x = contexts[x].parent;
        else
            y = contexts[y].parent;
    }
    return x;
}

/* Takes a && b apart where it holds, and a || b where it does not; the first asked comes first. */
static void add_facts(CBody *b, NodeId condition, unsigned side, FactVec *facts)
{
    VEC(Fact) stack = { 0 };

    condition = c_condition(b, condition, &side);
    vec_push(b->arena, &stack, (Fact){ condition, (uint8_t)side, false });
    while (stack.count > 0) {
        Fact fact = vec_pop(&stack);
        const Node *node = &b->p->nodes.at[fact.condition];

        if (node->op != (fact.side == 0 ? OP_AND : OP_OR)) {
            vec_push(b->arena, facts, fact);
            continue;
        }
        for (unsigned k = 2; k-- > 0;) {
            unsigned part_side = fact.side;
            NodeId part = c_condition(b, node->u.arg[k], &part_side);

            vec_push(b->arena, &stack, (Fact){ part, (uint8_t)part_side, false });
        }
    }
}

static Fact *find_fact(const FactVec *facts, const Fact *sought)
{
    for (size_t i = 0; i < facts->count; i++)
        if (facts->at[i].condition == sought->condition && facts->at[i].side == sought->side)
            return &facts->at[i];
    return NULL;
}

/* What a branch adds to what is known: in c ? (d ? (c ? x : y) : z) : 0 the inner c says nothing new. */
static void add_new_facts(CBody *b, uint32_t context, const FactVec *known, FactVec *facts)
{
    FactVec of_branch = { 0 };

    add_facts(b, b->groups.at[b->contexts.at[context].group].condition, b->contexts.at[context].side, &of_branch);
    for (size_t i = 0; i < of_branch.count; i++)
        if (find_fact(known, &of_branch.at[i]) == NULL && find_fact(facts, &of_branch.at[i]) == NULL)
            vec_push(b->arena, facts, of_branch.at[i]);
}

/* The facts known in `context` and neither in `above`, which is around it, nor among `known`; the outermost first. */
static void list_facts(CBody *b, uint32_t above, uint32_t context, const FactVec *known, FactVec *facts)
{
    VEC(uint32_t) path = { 0 };

    for (; context != above; context = b->contexts.at[context].parent)
        vec_push(b->arena, &path, context);
    while (path.count > 0)
        add_new_facts(b, vec_pop(&path), known, facts);
}

static uint32_t outermost(const CBody *b, uint32_t context)
{
    while (b->contexts.at[context].depth > 0)
        context = b->contexts.at[context].parent;
    return context;
}

/* The next fact of `from` that `other` has too and that may be asked: all before it in `from` are known. */
static Fact *next_shared(FactVec *from, FactVec *other)
{
    for (size_t i = 0; i < from->count; i++) {
        Fact *same;

        if (from->at[i].shared)
            continue;
        same = find_fact(other, &from->at[i]);
        if (same == NULL)
            return NULL;
        same->shared = true;
        from->at[i].shared = true;
        return &from->at[i];
    }
    return NULL;
}

uint32_t c_context_common(CBody *b, uint32_t x, uint32_t y)
{
    uint32_t meet = meet_in_tree(b, x, y);
    FactVec none = { 0 }, of_meet = { 0 }, of_x = { 0 }, of_y = { 0 };
    const Fact *fact;

    if (meet == x || meet == y)
        return meet;
    list_facts(b, outermost(b, meet), meet, &none, &of_meet);
    list_facts(b, meet, x, &of_meet, &of_x);
    list_facts(b, meet, y, &of_meet, &of_y);
    for (;;) {
        fact = next_shared(&of_x, &of_y);
        if (fact == NULL)
            fact = next_shared(&of_y, &of_x);
        if (fact == NULL)
            return meet;
        meet = c_context(b, meet, fact->condition, fact->side);
    }
}

bool c_context_is_around(CBody *b, uint32_t outer, uint32_t inner)
{
    return c_context_common(b, outer, inner) == outer || c_context_common(b, inner, outer) == outer;
}
