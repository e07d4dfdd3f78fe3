/* unroll.c -- small domains and short loops written out, local arrays of constant subscripts turned into scalars. */
#include "pass/unroll.h"

#include <string.h>

enum { MOST_SCALARS = 1024 };

/* The points of some dimensions in order. Bounds use indices of these dimensions only. */
typedef struct {
    const Program *p;
    const Stage *stage;
    uint8_t dimensions[UINT8_MAX]; /* positions in the domain, ascending */
    uint8_t count;
    int64_t values[UINT8_MAX];     /* by dimension of the domain */
    bool started;
} Odometer;

/* One target of the stage and what goes to it; `value` is NO_ID for a sum without terms. */
typedef struct {
    const AffId *subs; /* in the new program */
    NodeId value, guard;
} Group;

typedef struct {
    Unroller *u;
    Stage stage;           /* of the old program */
    const StagePlan *plan;
    int64_t turn;
    Odometer points;
    VEC(Group *) groups;
} Copier;

/* ---- points ----------------------------------------------------------------------------------------- */

static int64_t bound(const Odometer *o, AffId aff)
{
    Affine a = o->p->affs.affs.at[aff];
    int64_t value = a.constant;

    for (uint32_t i = 0; i < a.count; i++) {
        AffTerm term = o->p->affs.terms.at[a.first + i];
        IndexId index = o->p->affs.atoms.at[term.atom].of;

        for (unsigned k = 0; k < o->count; k++)
            if (o->stage->domain[o->dimensions[k]].index == index)
                value += term.coef * o->values[o->dimensions[k]];
    }
    return value;
}

/* Enters dimension number k and those behind it at their first value; false if one of them is empty: `*failed` tells
 * which. */
static bool enter(Odometer *o, unsigned k, unsigned *failed)
{
    for (; k < o->count; k++) {
        const Range *range = &o->stage->domain[o->dimensions[k]];

        o->values[o->dimensions[k]] = bound(o, range->low);
        if (o->values[o->dimensions[k]] >= bound(o, range->high)) {
            *failed = k;
            return false;
        }
    }
    return true;
}

static bool next_point(Odometer *o)
{
    unsigned k = o->count, failed = 0;

    if (!o->started) {
        o->started = true;
        if (enter(o, 0, &failed))
            return true;
        k = failed;
    }
    while (k-- > 0) {
        uint8_t d = o->dimensions[k];

        if (++o->values[d] >= bound(o, o->stage->domain[d].high))
            continue;
        if (enter(o, k + 1, &failed))
            return true;
        k = failed;
    }
    return false;
}

static void begin_points(const Copier *c, Odometer *o, bool kept_only)
{
    *o = (Odometer){ .p = c->u->from, .stage = &c->stage };
    for (unsigned d = c->stage.rank - c->plan->inner; d < c->stage.rank; d++)
        if (!kept_only || unroll_is_kept(c->u->from, &c->stage, d))
            o->dimensions[o->count++] = (uint8_t)d;
}

/* ---- substitution ----------------------------------------------------------------------------------- */

/* Indices that become numbers at a point. */
typedef struct {
    IndexId from[UINT8_MAX + 1];
    AffId to[UINT8_MAX + 1];
    uint32_t count;
} Constants;

static void find_constants(const Copier *c, const Odometer *o, Constants *constants)
{
    AffPool *affs = &c->u->from->affs;

    constants->count = 0;
    for (unsigned k = 0; k < o->count; k++) {
        constants->from[constants->count] = c->stage.domain[o->dimensions[k]].index;
        constants->to[constants->count++] = aff_const(affs, o->values[o->dimensions[k]]);
    }
    if (c->plan->turn != NO_ID) {
        constants->from[constants->count] = c->plan->turn;
        constants->to[constants->count++] = aff_const(affs, c->turn);
    }
}

static AffId constant_of(void *context, AffPool *pool, uint32_t index)
{
    const Constants *constants = context;

    for (uint32_t i = 0; i < constants->count; i++)
        if (constants->from[i] == index)
            return constants->to[i];
    return aff_index(pool, index);
}

static AffId copy_aff(const Copier *c, Constants *constants, AffId aff)
{
    AffId at_point = aff_substitute(&c->u->from->affs, aff, constant_of, NULL, constants);

    return rebuild_aff(&c->u->rebuild, at_point);
}

static NodeId copy_node(const Copier *c, const Constants *constants, NodeId node)
{
    NodeId at_point;

    if (node == NO_ID)
        return NO_ID;
    at_point = node_substitute(c->u->from, node, constants->from, constants->to, constants->count);
    return rebuild_in_order(&c->u->rebuild, at_point);
}

/* ---- scalars ---------------------------------------------------------------------------------------- */

/* The node of an element of a symbol that is no symbol any more, or NULL. */
static NodeId *find_scalar(const Unroller *u, SymId symbol, const AffId *subs)
{
    const Symbol *at = &u->from->symbols.at[symbol];
    uint64_t element = 0;

    if (u->scalars[symbol] == NULL)
        return NULL;
    for (unsigned k = u->turns[symbol]; k < at->rank; k++) {
        int64_t sub;

        if (!aff_is_const(&u->to->affs, subs[k], &sub) || sub < 0 || sub >= at->extents[k])
            return NULL;
        element = element * (uint64_t)at->extents[k] + (uint64_t)sub;
    }
    return &u->scalars[symbol][element];
}

/* What was never written stands in branches that are never taken. */
static NodeId read_scalar(Rebuild *r, NodeId old, SymId symbol, const AffId *subs)
{
    const Unroller *u = r->context;
    NodeId *scalar = find_scalar(u, symbol, subs);

    (void)old;
    if (scalar != NULL && *scalar != NO_ID)
        return *scalar;
    return u->unwritten[symbol] ? node_int(u->to, 0) : NO_ID;
}

/* Which one it is of the arrays of its name that gave elements a name so far: 1, 2, ... */
static uint32_t same_name(const Unroller *u, SymId symbol)
{
    if (u->ordinals[symbol] != 0)
        return u->ordinals[symbol];
    u->ordinals[symbol] = 1;
    for (SymId s = 0; s < u->to->symbols.count; s++)
        u->ordinals[symbol] += s != symbol && u->ordinals[s] != 0 && u->to->symbols.at[s].name == u->to->symbols.at[symbol].name;
    return u->ordinals[symbol];
}

/* The element gets the array's name and its subscripts: a_1_2, or a[1,2], of a second array of the name a_2[1,2]. */
static void describe_scalar(const Copier *c, const Group *group, NodeId node)
{
    Program *to = c->u->to;
    const Symbol *symbol = &to->symbols.at[c->stage.target];
    Text text;

    if (symbol->name == NAME_NONE)
        return;
    text_init(&text, c->u->scratch);
    text_add(&text, names_text(to->names, symbol->name));
    if (c->u->brackets && op_info[to->nodes.at[node].op].arity > 0 && to->infos.at[node].name == NAME_NONE &&
        same_name(c->u, c->stage.target) > 1)
        text_printf(&text, "_%u", (unsigned)same_name(c->u, c->stage.target));
    for (unsigned k = c->u->turns[c->stage.target]; k < symbol->rank; k++) {
        int64_t sub = 0;

        aff_is_const(&to->affs, group->subs[k], &sub);
        text_printf(&text, c->u->brackets ? (k == c->u->turns[c->stage.target] ? "[%d" : ",%d") : "_%d", (int)sub);
    }
    if (c->u->brackets && symbol->rank > c->u->turns[c->stage.target])
        text_add(&text, "]");
    node_describe(to, node, names_intern(to->names, text.at, text.size), c->stage.at);
}

static void store_scalar(const Copier *c, const Group *group, NodeId *scalar)
{
    Program *to = c->u->to;
    NodeId value = group->value == NO_ID ? node_int(to, 0) : group->value;

    if (group->guard != NO_ID && c->stage.op == STAGE_ADD)
        value = node_op(to, OP_SELECT, group->guard, value, node_int(to, 0));
    else if (group->guard != NO_ID && *scalar != NO_ID) /* else nothing reads it where the guard fails */
        value = node_op(to, OP_SELECT, group->guard, value, *scalar);
    *scalar = value;
    describe_scalar(c, group, value);
}

/* ---- stages that stay ------------------------------------------------------------------------------- */

static bool stands_alone(const Program *p, const Stage *stage, IndexId index)
{
    for (uint32_t i = 0; i < stage_subs(p, stage); i++)
        if (aff_coef(&p->affs, stage->subs[i], index) != 0 && p->affs.affs.at[stage->subs[i]].count == 1)
            return true;
    return false;
}

/* Does every point of what is left of the domain have an element of its own? */
static bool reduces_nothing(const Copier *c)
{
    for (uint32_t i = 0; i < stage_subs(c->u->from, &c->stage); i++)
        if (aff_has_element(&c->u->from->affs, c->stage.subs[i]))
            return false;
    for (unsigned d = 0; d + c->plan->inner < c->stage.rank; d++)
        if (!stands_alone(c->u->from, &c->stage, c->stage.domain[d].index))
            return false;
    return true;
}

static void store_stage(Copier *c, Group *group)
{
    Program *to = c->u->to;
    Stage stage = c->stage;
    Range domain[UINT8_MAX];
    Odometer none = { .count = 0 };
    Constants turn;

    find_constants(c, &none, &turn);
    stage.rank = (uint8_t)(stage.rank - c->plan->inner);
    for (unsigned d = 0; d < stage.rank; d++) {
        domain[d].index = c->stage.domain[d].index;
        domain[d].low = copy_aff(c, &turn, c->stage.domain[d].low);
        domain[d].high = copy_aff(c, &turn, c->stage.domain[d].high);
    }
    stage.domain = domain;
    stage.subs = group->subs;
    stage.value = group->value == NO_ID ? node_int(to, 0) : group->value;
    stage.guard = group->guard;
    if (stage.fresh && stage.guard == NO_ID && reduces_nothing(c)) {
        stage.op = STAGE_SET;
        stage.fresh = false;
    }
    program_stage(to, stage);
}

/* ---- terms ------------------------------------------------------------------------------------------ */

static const AffId *copy_subs(Arena *arena, const AffId *subs, uint32_t count)
{
    AffId *copy = count == 0 ? NULL : arena_array(arena, AffId, count);

    if (count > 0)
        memcpy(copy, subs, count * sizeof *subs);
    return copy;
}

static Group *find_group(Copier *c, const AffId *subs, uint32_t count)
{
    Group *group;
    NodeId *scalar;

    for (size_t i = 0; i < c->groups.count && c->stage.op != STAGE_SET; i++)
        if (count == 0 || memcmp(c->groups.at[i]->subs, subs, count * sizeof *subs) == 0)
            return c->groups.at[i];
    group = arena_new(c->u->scratch, Group);
    *group = (Group){ copy_subs(c->u->scratch, subs, count), NO_ID, NO_ID };
    scalar = find_scalar(c->u, c->stage.target, subs);
    if (scalar != NULL && c->stage.op != STAGE_SET && !c->stage.fresh)
        group->value = *scalar;
    vec_push(c->u->scratch, &c->groups, group);
    return group;
}

static NodeId guarded_term(Program *to, NodeId guard, NodeId value)
{
    return guard == NO_ID ? value : node_op(to, OP_SELECT, guard, value, node_int(to, 0));
}

/* Where one of two guards holds. */
static NodeId either(Program *to, NodeId a, NodeId b)
{
    return a == NO_ID || b == NO_ID ? NO_ID : node_op2(to, OP_OR, a, b);
}

/* A maximum keeps the first of equal values. Where no guard holds nothing was written. */
static void add_to_maximum(Copier *c, Group *group, NodeId value, NodeId guard)
{
    Program *to = c->u->to;
    NodeId before = group->value, larger = node_op2(to, OP_MAX, before, value);

    if (guard == group->guard) {
        group->value = larger;
        return;
    }
    if (guard != NO_ID)
        larger = node_op(to, OP_SELECT, guard, larger, before);
    group->value = group->guard == NO_ID ? larger : node_op(to, OP_SELECT, group->guard, larger, value);
    group->guard = either(to, group->guard, guard);
}

/* The guard of a term that is added to what is there may be what keeps the element in range. */
static void add_to_sum(Copier *c, Group *group, NodeId value, NodeId guard)
{
    Program *to = c->u->to;

    if (c->stage.fresh || guard != group->guard) {
        NodeId sum = guarded_term(to, group->guard, group->value);

        group->value = node_op2(to, OP_ADD, sum, guarded_term(to, guard, value));
        group->guard = c->stage.fresh ? NO_ID : either(to, group->guard, guard);
    } else {
        group->value = node_op2(to, OP_ADD, group->value, value);
    }
}

/* Sums in the order of the loop. */
static void add_term(Copier *c, Group *group, NodeId value, NodeId guard)
{
    if (group->value == NO_ID) {
        group->value = value;
        group->guard = guard;
    } else if (c->stage.op == STAGE_MAX) {
        add_to_maximum(c, group, value, guard);
    } else {
        add_to_sum(c, group, value, guard);
    }
}

/* The group of the point's target, whose subscripts use kept indices only. */
static Group *group_of(Copier *c, Constants *constants)
{
    AffId subs[UINT8_MAX];
    uint32_t count = stage_subs(c->u->from, &c->stage);

    for (uint32_t k = 0; k < count; k++)
        subs[k] = copy_aff(c, constants, c->stage.subs[k]);
    return find_group(c, subs, count);
}

/* A point at which nothing is written. A reader in a loop that stays still stands under a condition of its own, which says nothing
 * of what a table holds: for it the element has a value. (Conditions on indices it does understand.) */
static void leave_out(Copier *c, Constants *constants)
{
    if (c->stage.op == STAGE_SET && !c->plan->protects && c->u->scalars[c->stage.target] == NULL)
        add_term(c, group_of(c, constants), node_int(c->u->to, 0), NO_ID);
}

static void copy_point(Copier *c)
{
    Constants constants;
    NodeId value, guard;
    Group *group;

    find_constants(c, &c->points, &constants);
    guard = copy_node(c, &constants, c->stage.guard);
    group = c->stage.op != STAGE_SET ? group_of(c, &constants) : NULL;
    if (guard != NO_ID && node_is_int(c->u->to, guard, 0)) {
        leave_out(c, &constants);
        return;
    }
    if (guard != NO_ID && c->u->to->nodes.at[guard].op == OP_LITERAL)
        guard = NO_ID;
    value = copy_node(c, &constants, c->stage.value);
    add_term(c, group != NULL ? group : group_of(c, &constants), value, guard);
}

/* A fresh sum of a kept element whose reduced range is empty is 0, so all kept elements come first. */
static void begin_groups(Copier *c)
{
    Odometer kept;
    Constants constants;

    if (c->stage.op != STAGE_ADD || !c->stage.fresh)
        return;
    begin_points(c, &kept, true);
    while (next_point(&kept)) {
        find_constants(c, &kept, &constants);
        group_of(c, &constants);
    }
}

static void copy_stage(Unroller *u, StageId id, int64_t turn)
{
    Copier c = { .u = u, .stage = u->from->stages.at[id], .plan = &u->plans[id], .turn = turn };

    if (unroll_writes_nothing(u->from, &c.stage))
        return;
    begin_groups(&c);
    begin_points(&c, &c.points, false);
    while (next_point(&c.points))
        copy_point(&c);
    if (c.groups.count == 0 && --u->writers[c.stage.target] == 0)
        u->unwritten[c.stage.target] = true;
    for (size_t i = 0; i < c.groups.count; i++) {
        NodeId *scalar = find_scalar(u, c.stage.target, c.groups.at[i]->subs);

        if (scalar != NULL)
            store_scalar(&c, c.groups.at[i], scalar);
        else if (c.groups.at[i]->value != NO_ID || c.stage.fresh)
            store_stage(&c, c.groups.at[i]);
    }
}

/* ---- the pass --------------------------------------------------------------------------------------- */

/* The stages of a loop that is unrolled, turn by turn; returns the place of its end. */
static size_t copy_turns(Unroller *u, size_t place)
{
    const Program *p = u->from;
    const Loop *loop = &p->loops.at[p->body.at[place].id];
    size_t end = place + 1;

    for (int32_t n = 0; n < loop->high - loop->low; n++) {
        int32_t turn = loop->reverse ? loop->high - 1 - n : loop->low + n;

        for (end = place + 1; p->body.at[end].kind == ITEM_STAGE; end++)
            copy_stage(u, p->body.at[end].id, turn);
    }
    return end;
}

/* Is there a domain, a loop or an array to be turned into scalars? */
static bool has_arrays(const Program *p)
{
    for (StageId id = 0; id < p->stages.count; id++)
        if (p->stages.at[id].rank > 0 || p->symbols.at[p->stages.at[id].target].rank > 0)
            return true;
    return p->loops.count > 0;
}

static Program *unroll(Unroller *u)
{
    Program *p = u->from;

    u->to = program_like(p);
    u->scratch = heap_arena(p->heap);
    u->ordinals = arena_array(u->scratch, uint32_t, p->symbols.count + 1);
    unroll_plan(u);
    rebuild_begin(&u->rebuild, p, u->to);
    u->rebuild.read = read_scalar;
    u->rebuild.context = u;
    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE)
            copy_stage(u, item.id, 0);
        else if (item.kind == ITEM_LOOP && u->whole_loop[item.id])
            i = copy_turns(u, i);
        else
            rebuild_item(&u->rebuild, item);
    }
    heap_release(p->heap, u->scratch);
    return u->to;
}

Program *pass_unroll(Program *p)
{
    Unroller u = { .from = p, .most = UNROLL_POINTS, .most_scalars = MOST_SCALARS };

    return has_arrays(p) ? unroll(&u) : p;
}

/* Loops inside loops are unrolled from the inside outwards. */
Program *pass_elements(Program *p, uint64_t most)
{
    Program *now = pass_prune_copy(p);

    while (has_arrays(now)) {
        Unroller u = { .from = now, .most = most, .most_scalars = most, .brackets = true };
        size_t loops = now->loops.count;
        Program *next = unroll(&u);

        program_free(now);
        now = next;
        if (now->loops.count == 0 || now->loops.count >= loops)
            break;
    }
    return now;
}
