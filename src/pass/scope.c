/* scope.c -- paths of conditions as a tree, and the way out of them. */
#include "pass/scope.h"

void scopes_init(Scopes *s, Program *p, Arena *arena)
{
    *s = (Scopes){ .p = p, .arena = arena };
}

static Branch *branch_of(const Scopes *s, ScopeId scope)
{
    return &s->branches.at[(scope - 1) / 2];
}

static uint32_t depth_of(const Scopes *s, ScopeId scope)
{
    return scope == 0 ? 0 : branch_of(s, scope)->depth;
}

static ScopeId jump_of(const Scopes *s, ScopeId scope)
{
    return scope == 0 ? 0 : branch_of(s, scope)->jump;
}

typedef struct {
    const Branch *branches;
    ScopeId parent;
    NodeId condition;
} SoughtBranch;

static bool same_branch(const void *context, uint32_t id)
{
    const SoughtBranch *sought = context;

    return sought->branches[id].parent == sought->parent && sought->branches[id].condition == sought->condition;
}

/* Jumps as in a skew-binary list: Myers, "An applicative random-access stack", Information Processing Letters 17
 * (1983). */
static ScopeId choose_jump(const Scopes *s, ScopeId parent)
{
    ScopeId once = jump_of(s, parent), twice = jump_of(s, once);

    return depth_of(s, parent) - depth_of(s, once) == depth_of(s, once) - depth_of(s, twice) ? twice : parent;
}

ScopeId scope_branch(Scopes *s, ScopeId parent, NodeId condition, bool holds)
{
    uint64_t hash = hash_mix(hash_mix(HASH_START, parent), condition);
    uint32_t id = hash_find(&s->table, hash, same_branch, &(SoughtBranch){ s->branches.at, parent, condition });

    if (id == HASH_NONE) {
        Branch branch = { parent, choose_jump(s, parent), depth_of(s, parent) + 1, condition, { NO_ID, NO_ID } };

        id = (uint32_t)s->branches.count;
        vec_push(s->arena, &s->branches, branch);
        hash_add(s->arena, &s->table, hash, id);
    }
    return 2 * id + (holds ? 1 : 2);
}

ScopeId scope_of_guard(Scopes *s, NodeId guard)
{
    ScopeId scope = 0;
    NodeVec rest = { 0 };

    if (guard == NO_ID)
        return 0;
    vec_push(s->arena, &rest, guard);
    while (rest.count > 0) {
        NodeId condition = vec_pop(&rest);
        const Node *node = &s->p->nodes.at[condition];

        if (node->op == OP_AND) {
            vec_push(s->arena, &rest, node->u.arg[1]);
            vec_push(s->arena, &rest, node->u.arg[0]);
        } else if (node->op == OP_NOT) {
            scope = scope_branch(s, scope, node->u.arg[0], false);
        } else {
            scope = scope_branch(s, scope, condition, true);
        }
    }
    if (branch_of(s, scope)->guard[(scope - 1) % 2] == NO_ID)
        branch_of(s, scope)->guard[(scope - 1) % 2] = guard;
    return scope;
}

ScopeId scope_parent(const Scopes *s, ScopeId scope)
{
    return branch_of(s, scope)->parent;
}

static ScopeId climb(const Scopes *s, ScopeId scope, uint32_t depth)
{
    while (depth_of(s, scope) > depth)
        scope = depth_of(s, jump_of(s, scope)) >= depth ? jump_of(s, scope) : scope_parent(s, scope);
    return scope;
}

ScopeId scope_meet(const Scopes *s, ScopeId a, ScopeId b)
{
    if (a == b || b == SCOPE_NONE)
        return a;
    if (a == SCOPE_NONE)
        return b;
    a = climb(s, a, depth_of(s, b));
    b = climb(s, b, depth_of(s, a));
    while (a != b) {
        bool far = jump_of(s, a) != jump_of(s, b);

        a = far ? jump_of(s, a) : scope_parent(s, a);
        b = far ? jump_of(s, b) : scope_parent(s, b);
    }
    return a;
}

bool scope_is_inside(const Scopes *s, ScopeId inner, ScopeId outer)
{
    return climb(s, inner, depth_of(s, outer)) == outer;
}

/* ---- scopes side by side ------------------------------------------------------------------------------ */

enum { MOST_ALTERNATIVES = 8, MOST_LEVELS = 16 };

NodeId scope_condition(Scopes *s, ScopeId outer, ScopeId scope)
{
    NodeId all = NO_ID;

    for (; scope != outer; scope = scope_parent(s, scope)) {
        NodeId condition = branch_of(s, scope)->condition;

        if (scope % 2 == 0)
            condition = node_op1(s->p, OP_NOT, condition);
        all = all == NO_ID ? condition : node_op2(s->p, OP_AND, condition, all);
    }
    return all;
}

uint32_t scope_distance(const Scopes *s, ScopeId outer, ScopeId scope)
{
    return depth_of(s, scope) - depth_of(s, outer);
}

/* Adds the alternatives of a condition that are new; false if they become too many. */
static bool add_alternatives(const Program *p, NodeId condition, NodeId *list, size_t *count)
{
    NodeId rest[MOST_ALTERNATIVES + 1] = { condition };
    size_t pending = 1;

    while (pending > 0) {
        const Node *node = &p->nodes.at[rest[--pending]];
        size_t i = 0;

        if (node->op == OP_OR && pending + 2 > MOST_ALTERNATIVES)
            return false;
        if (node->op == OP_OR) {
            rest[pending++] = node->u.arg[1];
            rest[pending++] = node->u.arg[0];
            continue;
        }
        while (i < *count && list[i] != rest[pending])
            i++;
        if (i == MOST_ALTERNATIVES)
            return false;
        if (i == *count)
            list[(*count)++] = rest[pending];
    }
    return true;
}

/* The way from `outer` to the scope where the other side of its first condition was asked before and failed. */
static NodeId remaining_condition(Scopes *s, ScopeId outer, ScopeId scope, ScopeId other)
{
    ScopeId side = climb(s, scope, depth_of(s, outer) + 1);
    bool opposite = other != side && (other - 1) / 2 == (side - 1) / 2;

    return scope_condition(s, opposite ? side : outer, scope);
}

ScopeId scope_join(Scopes *s, ScopeId a, ScopeId b)
{
    ScopeId outer = scope_meet(s, a, b);
    NodeId list[MOST_ALTERNATIVES], any;
    size_t count = 0;
    uint32_t depth;

    if (outer == SCOPE_NONE || a == SCOPE_NONE || b == SCOPE_NONE || outer == a || outer == b)
        return outer;
    depth = depth_of(s, outer) + 1;
    if (depth_of(s, a) > depth + MOST_LEVELS || depth_of(s, b) > depth + MOST_LEVELS)
        return outer;
    if (depth_of(s, a) == depth && depth_of(s, b) == depth && (a - 1) / 2 == (b - 1) / 2) /* always one of them */
        return outer;
    if (depth_of(s, a) > depth) { /* what is asked first may be a whole side */
        ScopeId swap = a;

        a = b;
        b = swap;
    }
    if (!add_alternatives(s->p, scope_condition(s, outer, a), list, &count) ||
        !add_alternatives(s->p, remaining_condition(s, outer, b, a), list, &count))
        return outer;
    any = list[0];
    for (size_t i = 1; i < count; i++)
        any = node_op2(s->p, OP_OR, any, list[i]);
    return scope_branch(s, outer, any, true);
}

bool scope_holds_stages(const Scopes *s, ScopeId scope, NodeId *guard)
{
    *guard = scope == 0 ? NO_ID : branch_of(s, scope)->guard[(scope - 1) % 2];
    return scope == 0 || *guard != NO_ID;
}

void scope_hold_stages(Scopes *s, ScopeId scope)
{
    if (scope != 0 && branch_of(s, scope)->guard[(scope - 1) % 2] == NO_ID) {
        NodeId guard = scope_condition(s, 0, scope);

        branch_of(s, scope)->guard[(scope - 1) % 2] = guard;
    }
}

uint32_t scopes_push(Scopes *s, uint32_t list, ScopeId scope, NodeId value)
{
    uint32_t id = (uint32_t)s->values.count;
    ScopedValue made = { scope, value, id };

    if (list != NO_ID) {
        made.next = s->values.at[list].next;
        s->values.at[list].next = id;
    }
    vec_push(s->arena, &s->values, made);
    return id;
}

/* ---- folding ------------------------------------------------------------------------------------------ */

static void heap_push(Scopes *s, uint32_t branch)
{
    size_t i = s->heap.count;

    vec_push(s->arena, &s->heap, branch);
    for (; i > 0 && s->heap.at[(i - 1) / 2] < branch; i = (i - 1) / 2)
        s->heap.at[i] = s->heap.at[(i - 1) / 2];
    s->heap.at[i] = branch;
}

static uint32_t heap_pop(Scopes *s)
{
    uint32_t top = s->heap.at[0], last = vec_pop(&s->heap);
    size_t i = 0, count = s->heap.count;

    for (size_t child = 1; child < count; child = 2 * i + 1) {
        if (child + 1 < count && s->heap.at[child + 1] > s->heap.at[child])
            child++;
        if (s->heap.at[child] <= last)
            break;
        s->heap.at[i] = s->heap.at[child];
        i = child;
    }
    if (count > 0)
        s->heap.at[i] = last;
    return top;
}

/* Adds to the sum of a scope; the branch of a scope that is left again goes on the heap when its first sum begins. */
static void add_sum(Scopes *s, ScopeId scope, NodeId value, ScopeId top)
{
    bool first;

    while (s->sums.count < 2 * s->branches.count + 1)
        vec_push(s->arena, &s->sums, NO_ID);
    first = s->sums.at[scope] == NO_ID;
    s->sums.at[scope] = first ? value : node_op2(s->p, OP_ADD, s->sums.at[scope], value);
    if (first && scope != top && s->sums.at[scope % 2 == 1 ? scope + 1 : scope - 1] == NO_ID)
        heap_push(s, (scope - 1) / 2);
}

static NodeId take_sum(Scopes *s, ScopeId scope)
{
    NodeId sum = s->sums.at[scope];

    s->sums.at[scope] = NO_ID;
    return sum;
}

static void leave_branch(Scopes *s, uint32_t id, NodeId *sums, ScopeId top)
{
    Branch branch = s->branches.at[id];

    if (sums[0] == NO_ID && sums[1] == NO_ID)
        return;
    for (unsigned k = 0; k < 2; k++)
        if (sums[k] == NO_ID)
            sums[k] = node_int(s->p, 0);
    add_sum(s, branch.parent, node_op(s->p, OP_SELECT, branch.condition, sums[0], sums[1]), top);
}

uint32_t scopes_fold(Scopes *s, uint32_t list, ScopeId top, bool stages)
{
    uint32_t at = list, out = NO_ID;
    NodeId sum;

    do {
        ScopedValue value = s->values.at[at = s->values.at[at].next];

        add_sum(s, value.scope, value.value, top);
    } while (at != list);
    while (s->heap.count > 0) {
        uint32_t id = heap_pop(s);
        NodeId sums[2], guard;

        /* A branch is younger than those around it: when it is popped, all that lies inside has arrived. */
        for (uint32_t k = 0; k < 2; k++) {
            ScopeId scope = 2 * id + 1 + k;

            sums[k] = scope == top ? NO_ID : take_sum(s, scope);
            if (sums[k] != NO_ID && stages && scope_holds_stages(s, scope, &guard)) {
                out = scopes_push(s, out, scope, sums[k]);
                sums[k] = NO_ID;
            }
        }
        leave_branch(s, id, sums, top);
    }
    if ((sum = s->sums.count > top ? take_sum(s, top) : NO_ID) != NO_ID)
        out = scopes_push(s, out, top, sum);
    return out;
}
