/* trace.c -- runs the body point by point, with sets of wanted elements in place of numbers. */
#include "sparse/trace.h"

/* Contributions to one symbol that wait for the next read of it. */
enum { MOST_LATE = 1 << 20 };

static bool too_long(const Trace *t)
{
    return t->steps + t->sets->steps > PATTERN_MOST_STEPS;
}

/* ---- contributions ------------------------------------------------------------------------------------ */

static bool is_ascending(const ContributionVec *late)
{
    for (size_t i = 1; i < late->count; i++)
        if (late->at[i - 1].element > late->at[i].element)
            return false;
    return true;
}

/* Merge sort: mostly they are in order, or a few ascending pieces. */
static void sort_late(Trace *t, ContributionVec *late)
{
    Arena *scratch = heap_arena(t->p->heap);
    Contribution *from = late->at, *to = arena_array(scratch, Contribution, late->count);

    for (size_t width = 1; width < late->count; width *= 2) {
        Contribution *swap = from;

        for (size_t a = 0; a < late->count; a += 2 * width) {
            size_t b = a + width < late->count ? a + width : late->count, i = a, j = b;
            size_t c = a + 2 * width < late->count ? a + 2 * width : late->count;

            for (size_t k = a; k < c; k++)
                to[k] = j == c || (i < b && from[i].element <= from[j].element) ? from[i++] : from[j++];
        }
        from = to;
        to = swap;
    }
    for (size_t i = 0; from != late->at && i < late->count; i++)
        late->at[i] = from[i];
    heap_release(t->p->heap, scratch);
}

static void deliver_late(Trace *t, SymId symbol)
{
    ContributionVec *late = &t->late[symbol];

    if (t->of[symbol] == NULL) {
        t->of[symbol] = arena_array(t->arena, NumberSet, symbol_elements(&t->p->symbols.at[symbol]));
        t->steps += symbol_elements(&t->p->symbols.at[symbol]) / 8;
    }
    if (!is_ascending(late))
        sort_late(t, late);
    for (size_t i = 0; i < late->count;) {
        uint32_t element = late->at[i].element;
        NumberSet *set = &t->of[symbol][element];
        size_t before = t->found.count;

        vec_push(t->arena, &t->found, *set);
        for (; i < late->count && late->at[i].element == element; i++)
            if (late->at[i].set != vec_top(&t->found))
                vec_push(t->arena, &t->found, late->at[i].set);
        *set = sets_union(t->sets, t->found.at + before, t->found.count - before);
        t->found.count = before;
    }
    late->count = 0;
}

static void contribute(Trace *t, SymId symbol, size_t element, NumberSet set)
{
    ContributionVec *late = &t->late[symbol];

    if (set == 0)
        return;
    vec_push(t->arena, late, (Contribution){ (uint32_t)element, set });
    if (late->count == MOST_LATE)
        deliver_late(t, symbol);
}

/* ---- values ------------------------------------------------------------------------------------------- */

static void find_read(Trace *t, NodeId id)
{
    SymId symbol = t->p->nodes.at[id].u.read.symbol;
    Reach reach;
    size_t element;

    if (t->late[symbol].count > 0)
        deliver_late(t, symbol);
    if (t->of[symbol] == NULL)
        return;
    reach = trace_reach(t, symbol, node_subs(t->p, id));
    while (trace_next(t, &reach, &element) && !too_long(t))
        if (element != SIZE_MAX && t->of[symbol][element] != 0)
            vec_push(t->arena, &t->found, t->of[symbol][element]);
}

/* The arguments through which a node depends on something. */
static unsigned active_args(const Trace *t, const Node *node, NodeId *args)
{
    unsigned count = 0;

    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        if (activity_edge((Op)node->op, k) && t->active.nodes[node->u.arg[k]])
            args[count++] = node->u.arg[k];
    return count;
}

/* A node without indices has one set for the whole run. */
static NumberSet scalar_set(Trace *t, NodeId root)
{
    size_t bottom = t->stack.count;

    vec_push(t->arena, &t->stack, root);
    while (t->stack.count > bottom) {
        NodeId top = vec_top(&t->stack), args[OP_MOST_ARGS];
        size_t height = t->stack.count, before = t->found.count;
        unsigned count = active_args(t, &t->p->nodes.at[top], args);

        for (unsigned k = 0; k < count && t->scalars[top] == 0; k++)
            if (t->scalars[args[k]] == 0)
                vec_push(t->arena, &t->stack, args[k]);
        if (t->stack.count > height)
            continue;
        t->stack.count--;
        if (t->scalars[top] != 0)
            continue;
        if (t->p->nodes.at[top].op == OP_READ)
            find_read(t, top);
        for (unsigned k = 0; k < count; k++)
            vec_push(t->arena, &t->found, t->scalars[args[k]] - 1);
        t->scalars[top] = 1 + sets_union(t->sets, t->found.at + before, t->found.count - before);
        t->found.count = before;
        t->steps++;
    }
    return t->scalars[root] - 1;
}

/* What the nodes below depend on at this point. */
static void visit(Trace *t, NodeId id)
{
    const Node *node = &t->p->nodes.at[id];
    NodeId args[OP_MOST_ARGS] = { NO_ID };
    unsigned count = 0;
    int taken;

    if (node->op == OP_READ) {
        find_read(t, id);
    } else if (node->deps == 0 && !t->joint) {
        NumberSet set = scalar_set(t, id); /* which uses t->found itself */

        vec_push(t->arena, &t->found, set);
    } else if (node->op == OP_SELECT) {
        taken = trace_decide(t, node->u.arg[0]);
        if (taken != 0 && t->active.nodes[node->u.arg[1]])
            args[count++] = node->u.arg[1];
        if (taken != 1 && t->active.nodes[node->u.arg[2]])
            args[count++] = node->u.arg[2];
    } else {
        count = active_args(t, node, args);
    }
    for (unsigned k = 0; k < count; k++)
        vec_push(t->arena, &t->stack, args[k]);
}

static NumberSet value_set(Trace *t, NodeId root)
{
    t->walk++;
    t->found.count = 0;
    vec_push(t->arena, &t->stack, root);
    while (t->stack.count > 0) {
        NodeId id = vec_pop(&t->stack);

        if (t->seen[id] == t->walk)
            continue;
        t->seen[id] = t->walk;
        t->steps++;
        visit(t, id);
    }
    return sets_union(t->sets, t->found.at, t->found.count);
}

/* ---- stages ------------------------------------------------------------------------------------------- */

static void list_node(Trace *t, NodeId id)
{
    const Node *node = &t->p->nodes.at[id];
    NodeId args[OP_MOST_ARGS];
    unsigned count = active_args(t, node, args);

    if (node->op == OP_READ)
        for (unsigned k = 0; k < t->p->symbols.at[node->u.read.symbol].rank; k++)
            trace_list_atoms(t, node_subs(t->p, id)[k]);
    if (node->op == OP_SELECT)
        trace_list_condition(t, node->u.arg[0]);
    for (unsigned k = 0; k < count; k++)
        vec_push(t->arena, &t->stack, args[k]);
}

/* The atoms of everything that is looked at for the stage. */
static void list_stage(Trace *t, const Stage *stage)
{
    trace_begin_atoms(t);
    for (unsigned k = 0; k < stage->rank; k++) {
        trace_list_atoms(t, stage->domain[k].low);
        trace_list_atoms(t, stage->domain[k].high);
    }
    for (unsigned k = 0; k < stage_subs(t->p, stage); k++)
        trace_list_atoms(t, stage->subs[k]);
    if (stage->guard != NO_ID)
        trace_list_condition(t, stage->guard);
    t->walk++;
    vec_push(t->arena, &t->stack, stage->value);
    while (t->stack.count > 0) {
        NodeId id = vec_pop(&t->stack);

        if (t->seen[id] != t->walk && t->scalars[id] == 0)
            list_node(t, id);
        t->seen[id] = t->walk;
    }
    trace_end_atoms(t);
}

/* Goes on to the next point of the domain; `first` begins. */
static bool next_point(Trace *t, const Stage *stage, bool first)
{
    unsigned k = first ? 0 : stage->rank;

    for (bool fill = first;;) {
        int64_t least, most;

        trace_compute_atoms(t);
        if (fill && k == stage->rank)
            return true;
        if (!fill && k == 0)
            return false;
        if (fill) {
            trace_bounds(t, stage->domain[k].low, &least, &most);
            t->indices[stage->domain[k].index] = least;
        } else {
            t->indices[stage->domain[--k].index]++;
        }
        trace_compute_atoms(t);
        trace_bounds(t, stage->domain[k].high, &least, &most);
        fill = t->indices[stage->domain[k].index] < most;
        k += fill;
    }
}

/* Unknown atoms of the target are tried before the value is looked at: in d_x[k[n]] += x[k[n]] both are the same. */
static void trace_point(Trace *t, const Stage *stage)
{
    Reach reach = trace_reach(t, stage->target, stage->subs);
    size_t element;

    t->joint = reach.count > 0;
    while (trace_next(t, &reach, &element) && !too_long(t))
        if (element != SIZE_MAX && (stage->guard == NO_ID || trace_decide(t, stage->guard) != 0))
            contribute(t, stage->target, element, value_set(t, stage->value));
    t->joint = false;
}

static bool is_traced(const Trace *t, const Stage *stage)
{
    return stage->op != STAGE_ARGMAX && !t->p->symbols.at[stage->target].inactive && t->active.symbols[stage->target]
           && t->active.nodes[stage->value];
}

static void trace_stage(Trace *t, const Stage *stage)
{
    if (!is_traced(t, stage))
        return;
    list_stage(t, stage);
    for (bool first = true; !too_long(t) && next_point(t, stage, first); first = false)
        trace_point(t, stage);
}

/* ---- the body ----------------------------------------------------------------------------------------- */

typedef struct {
    size_t begin; /* position of its ITEM_LOOP */
    int32_t turn;
} Running;

/* Begins a turn, or says that the loop is over: every turn that it may make is made. */
static bool enter_turn(Trace *t, const Loop *loop, int32_t turn)
{
    int32_t extent = loop->high - loop->low;

    if (turn >= extent)
        return false;
    t->indices[loop->index] = loop->reverse ? loop->high - 1 - turn : loop->low + turn;
    return true;
}

static void trace_body(Trace *t)
{
    const Program *p = t->p;
    VEC(Running) running = { 0 };

    for (size_t i = 0; i < p->body.count && !too_long(t); i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE) {
            trace_stage(t, &p->stages.at[item.id]);
            continue;
        }
        if (item.kind == ITEM_LOOP)
            vec_push(t->arena, &running, (Running){ i, 0 });
        else
            vec_top(&running).turn++;
        i = vec_top(&running).begin;
        if (!enter_turn(t, &p->loops.at[item.id], vec_top(&running).turn)) {
            i = program_end_of_loop(p, i);
            (void)vec_pop(&running);
        }
    }
}

static void init_wanted(Trace *t)
{
    uint32_t column = 0;

    for (size_t i = 0; i < t->asked->wanted_count; i++) {
        SymId symbol = t->asked->wanted[i];
        size_t count = symbol_elements(&t->p->symbols.at[symbol]);

        t->of[symbol] = arena_array(t->arena, NumberSet, count);
        for (size_t k = 0; k < count; k++, column++)
            t->of[symbol][k] = sets_range(t->sets, column, column + 1);
    }
}

static void trace_init(Trace *t, const Dependence *asked, Arena *arena, NumberSets *sets)
{
    const Program *p = asked->program;
    size_t nodes = p->nodes.count + 1, symbols = p->symbols.count + 1, atoms = p->affs.atoms.count + 1;

    *t = (Trace){ .asked = asked, .p = p, .arena = arena, .sets = sets };
    activity_find(&t->active, arena, p, asked->wanted, asked->wanted_count, asked->results, asked->result_count);
    t->of = arena_array(arena, NumberSet *, symbols);
    t->late = arena_array(arena, ContributionVec, symbols);
    t->scalars = arena_array(arena, uint32_t, nodes);
    t->indices = arena_array(arena, int64_t, p->indices.count + 1);
    t->atom_values = arena_array(arena, int64_t, atoms);
    t->atom_known = arena_array(arena, bool, atoms);
    t->atom_tried = arena_array(arena, bool, atoms);
    t->atom_seen = arena_array(arena, uint32_t, atoms);
    t->seen = arena_array(arena, uint32_t, nodes);
    t->conditions = arena_array(arena, ConditionCode, nodes);
    t->condition_values = arena_array(arena, double, nodes);
}

bool trace_run(const Dependence *asked, Arena *arena, NumberSets *sets, NumberSet *of_row)
{
    Trace t;
    size_t row = 0;

    trace_init(&t, asked, arena, sets);
    init_wanted(&t);
    trace_body(&t);
    for (size_t i = 0; i < asked->result_count && !too_long(&t); i++) {
        SymId symbol = asked->results[i];
        size_t count = symbol_elements(&t.p->symbols.at[symbol]);

        if (t.late[symbol].count > 0)
            deliver_late(&t, symbol);
        for (size_t k = 0; k < count; k++, row++)
            of_row[row] = t.of[symbol] == NULL ? 0 : t.of[symbol][k];
    }
    return !too_long(&t);
}
