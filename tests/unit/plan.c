/* plan.c -- plans of hand-made and random programs: the tree, run as plan.h says, must give what the stages give one by one,
 * to the last bit (but for the sign of zero). Memory that is not written yet is poisoned, so that a wrong order or store shows. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval.h"
#include "plan/plan.h"

static unsigned passed, failed;

static void expect(bool good, const char *what, unsigned number)
{
    if (good) {
        passed++;
        return;
    }
    failed++;
    printf("FAIL %s (%u)\n", what, number);
}

/* ---- running a plan ---------------------------------------------------------------------------------- */

typedef struct {
    const Plan *plan;
    const Program *p;
    double **memory;     /* by symbol */
    int32_t **integers;
    double *local;       /* by plan node: the accumulator of a held leaf */
    int32_t (*best)[8];  /* by plan node: positions */
    int64_t *indices;
} Machine;

static int64_t aff_value(const Machine *m, AffId aff);

static size_t full_offset(const Machine *m, SymId s, const AffId *subs, unsigned rank)
{
    size_t offset = 0;

    for (unsigned k = 0; k < rank; k++) {
        int64_t at = aff_value(m, subs[k]);

        if (at < 0 || at >= m->p->symbols.at[s].extents[k])
            return SIZE_MAX;
        offset = offset * (size_t)m->p->symbols.at[s].extents[k] + (size_t)at;
    }
    return offset;
}

static int64_t aff_value(const Machine *m, AffId aff)
{
    const Affine *a = &m->p->affs.affs.at[aff];
    int64_t value = a->constant;

    for (uint32_t t = a->first; t < a->first + a->count; t++) {
        const Atom *atom = &m->p->affs.atoms.at[m->p->affs.terms.at[t].atom];
        int64_t x = atom->kind == ATOM_INDEX
                        ? m->indices[atom->of]
                        : m->integers[atom->of][full_offset(m, atom->of, m->p->affs.subs.at + atom->subs, atom->rank)];

        value += m->p->affs.terms.at[t].coef * x;
    }
    return value;
}

/* Where the store of the symbol puts the element. */
static double *element(const Machine *m, SymId s, const AffId *subs)
{
    static double outside;
    const Symbol *symbol = &m->p->symbols.at[s];
    const Store *store = &m->plan->stores[s];
    size_t offset = 0;

    if (full_offset(m, s, subs, symbol->rank) == SIZE_MAX)
        return &outside;
    for (unsigned k = 0; k < symbol->rank && store->kind != STORE_CELL; k++)
        if (store->dropped == NULL || !store->dropped[k])
            offset = offset * (size_t)symbol->extents[k] + (size_t)aff_value(m, subs[k]);
    return &m->memory[s][offset];
}

static double node_value(const Machine *m, NodeId id)
{
    const Node *node = &m->p->nodes.at[id];
    double args[OP_MOST_ARGS] = { 0 };

    if (node->op == OP_LITERAL)
        return rational_to_double(m->p->literals.at[node->u.literal]);
    if (node->op == OP_INTEGER)
        return (double)aff_value(m, node->u.aff);
    if (node->op == OP_READ)
        return *element(m, node->u.read.symbol, node_subs(m->p, id));
    if (node->op == OP_SELECT)
        return node_value(m, node->u.arg[node_value(m, node->u.arg[0]) != 0 ? 1 : 2]);
    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        args[k] = node_value(m, node->u.arg[k]);
    return op_value((Op)node->op, args);
}

static double start_of(const Stage *stage)
{
    return stage->op == STAGE_ADD ? 0 : -INFINITY;
}

static double combined(const Stage *stage, double old, double value)
{
    return stage->op == STAGE_ADD ? old + value : op_value(OP_MAX, (const double[]){ old, value });
}

static void run_argmax(Machine *m, PlanId leaf, const Stage *stage)
{
    double value = node_value(m, stage->value);
    unsigned q = 0;

    if (m->best[leaf][0] >= 0 && !(value > m->local[leaf] || (isnan(value) && !isnan(m->local[leaf]))))
        return;
    m->local[leaf] = value;
    for (unsigned k = 0; k < stage->rank; k++) {
        bool used = false;

        for (uint32_t s = 0; s < stage_subs(m->p, stage); s++)
            used |= aff_uses_index(&m->p->affs, stage->subs[s], stage->domain[k].index);
        if (!used)
            m->best[leaf][q++] = (int32_t)m->indices[stage->domain[k].index];
    }
}

static void run_leaf(Machine *m, PlanId id)
{
    const PlanNode *leaf = &m->plan->nodes.at[id];
    const Stage *stage = &m->p->stages.at[leaf->stage];
    double *target = stage->op == STAGE_ARGMAX ? NULL : element(m, stage->target, stage->subs);
    bool goes = stage->guard == NO_ID || leaf->zero || node_value(m, stage->guard) != 0;

    if (leaf->zero)
        *target = start_of(stage);
    else if (stage->op == STAGE_ARGMAX && goes)
        run_argmax(m, id, stage);
    else if (stage->op == STAGE_SET && goes)
        *target = node_value(m, stage->value);
    else if (stage->op == STAGE_SET || stage->op == STAGE_ARGMAX)
        return;
    else if (leaf->hold != NO_ID && goes)
        m->local[id] = combined(stage, m->local[id], node_value(m, stage->value));
    else if (leaf->hold == NO_ID && stage->fresh)
        *target = goes ? node_value(m, stage->value) : start_of(stage);
    else if (leaf->hold == NO_ID && goes)
        *target = combined(stage, *target, node_value(m, stage->value));
}

static void begin_held(Machine *m, const PlanNode *loop)
{
    for (PlanId id = loop->first_held; id != NO_ID; id = m->plan->nodes.at[id].next_held) {
        const Stage *stage = &m->p->stages.at[m->plan->nodes.at[id].stage];

        m->best[id][0] = -1;
        if (stage->op != STAGE_ARGMAX)
            m->local[id] = stage->fresh ? start_of(stage) : *element(m, stage->target, stage->subs);
        if (stage->op != STAGE_ARGMAX) /* nobody may look at it meanwhile */
            *element(m, stage->target, stage->subs) = NAN;
    }
}

static void end_held(Machine *m, const PlanNode *loop)
{
    for (PlanId id = loop->first_held; id != NO_ID; id = m->plan->nodes.at[id].next_held) {
        const Stage *stage = &m->p->stages.at[m->plan->nodes.at[id].stage];

        if (stage->op == STAGE_ARGMAX) {
            unsigned last = m->p->symbols.at[stage->target].rank - 1u;
            int32_t count = m->p->symbols.at[stage->target].extents[last];
            size_t offset = full_offset(m, stage->target, stage->subs, last) * (size_t)count;

            memcpy(m->integers[stage->target] + offset, m->best[id], (size_t)count * sizeof(int32_t));
        } else {
            *element(m, stage->target, stage->subs) = m->local[id];
        }
    }
}

/* Each turn of the scope has a new local. */
static void poison_cells(Machine *m, PlanId scope)
{
    for (SymId s = 0; s < m->p->symbols.count; s++)
        if (m->plan->stores[s].kind == STORE_CELL && m->plan->stores[s].scope == scope)
            m->memory[s][0] = NAN;
}

static void run_list(Machine *m, PlanId id)
{
    for (; id != NO_ID; id = m->plan->nodes.at[id].next) {
        const PlanNode *node = &m->plan->nodes.at[id];
        int64_t low, high;

        if (node->kind == PLAN_STAGE) {
            run_leaf(m, id);
            continue;
        }
        low = aff_value(m, node->low);
        high = aff_value(m, node->high);
        begin_held(m, node);
        for (int64_t turn = 0; turn < high - low; turn++) {
            m->indices[node->index] = node->reverse ? high - 1 - turn : low + turn;
            poison_cells(m, id);
            run_list(m, node->first_child);
        }
        end_held(m, node);
    }
}

static Machine run_plan(Arena *arena, const Plan *plan, const Evaluation *e)
{
    const Program *p = plan->program;
    Machine m = { .plan = plan, .p = p };

    m.memory = arena_array(arena, double *, p->symbols.count + 1);
    m.integers = arena_array(arena, int32_t *, p->symbols.count + 1);
    m.local = arena_array(arena, double, plan->nodes.count + 1);
    m.best = arena_alloc(arena, (plan->nodes.count + 1) * sizeof *m.best);
    m.indices = arena_array(arena, int64_t, p->indices.count + 1);
    for (SymId s = 0; s < p->symbols.count; s++) {
        size_t count = eval_elements(p, s);
        SymRole role = (SymRole)p->symbols.at[s].role;

        m.memory[s] = arena_array(arena, double, count);
        m.integers[s] = arena_array(arena, int32_t, count);
        for (size_t i = 0; i < count; i++)
            m.memory[s][i] = role == SYM_PARAM || role == SYM_TABLE ? e->reals[s][i] : (double)NAN;
        if (p->symbols.at[s].integer && !p->symbols.at[s].local)
            memcpy(m.integers[s], e->integers[s], count * sizeof(int32_t));
    }
    run_list(&m, plan->first);
    return m;
}

/* ---- making programs --------------------------------------------------------------------------------- */

typedef struct {
    Heap heap;
    Names names;
    Arena *arena;
    Program *p;
} Fixture;

static void open_fixture(Fixture *f)
{
    f->arena = heap_arena(&f->heap);
    names_init(&f->names, f->arena);
    f->p = program_new(&f->heap, &f->names, NULL);
}

static SymId symbol(Fixture *f, const char *name, SymRole role, unsigned rank, int32_t e0, int32_t e1, int32_t e2)
{
    int32_t extents[3] = { e0, e1, e2 };
    Symbol s = { .name = names_intern_text(&f->names, name), .role = (uint8_t)role, .rank = (uint8_t)rank,
                 .extents = extents, .of = NO_ID, .named = true };

    return program_symbol(f->p, s);
}

static IndexId index_of(Fixture *f, const char *name)
{
    return program_index(f->p, names_intern_text(&f->names, name), (Span){ 0, 0 });
}

static AffId plain(Fixture *f, IndexId i)
{
    return aff_index(&f->p->affs, i);
}

static AffId shifted(Fixture *f, IndexId i, int64_t by)
{
    return aff_offset(&f->p->affs, aff_index(&f->p->affs, i), by);
}

static AffId number(Fixture *f, int64_t value)
{
    return aff_const(&f->p->affs, value);
}

static NodeId read0(Fixture *f, SymId s)
{
    return node_read(f->p, s, NULL);
}

static NodeId read1(Fixture *f, SymId s, AffId a)
{
    return node_read(f->p, s, &a);
}

static NodeId read2(Fixture *f, SymId s, AffId a, AffId b)
{
    AffId subs[2];

    subs[0] = a;
    subs[1] = b;
    return node_read(f->p, s, subs);
}

typedef struct {
    Range domain[4];
    unsigned rank;
} Domain;

static Domain range(Domain before, Fixture *f, IndexId i, int64_t low, int64_t high)
{
    before.domain[before.rank].index = i;
    before.domain[before.rank].low = number(f, low);
    before.domain[before.rank++].high = number(f, high);
    return before;
}

static StageId stage(Fixture *f, StageOp op, bool fresh, SymId target, const AffId *subs, Domain domain, NodeId value,
                     NodeId guard)
{
    Stage s = { .target = target, .op = (uint8_t)op, .fresh = fresh, .rank = (uint8_t)domain.rank, .value = value,
                .guard = guard, .domain = domain.domain, .subs = subs };

    return program_stage(f->p, s);
}

static StageId stage1(Fixture *f, StageOp op, bool fresh, SymId target, AffId sub, Domain domain, NodeId value)
{
    return stage(f, op, fresh, target, &sub, domain, value, NO_ID);
}

/* ---- comparing --------------------------------------------------------------------------------------- */

static uint32_t state = 1;

static unsigned pick(unsigned count)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 10) % count;
}

static bool same_outputs(const Machine *m, const Evaluation *e)
{
    for (SymId s = 0; s < m->p->symbols.count; s++) {
        size_t count = eval_elements(m->p, s);

        if (m->p->symbols.at[s].role != SYM_OUTPUT && m->p->symbols.at[s].role != SYM_GRADIENT)
            continue;
        for (size_t i = 0; i < count; i++)
            if (m->memory[s][i] != e->reals[s][i] && !(isnan(m->memory[s][i]) && isnan(e->reals[s][i]))) {
                printf("symbol %" PRIu32 " element %zu: plan %.17g, stages %.17g\n", s, i, m->memory[s][i], e->reals[s][i]);
                return false;
            }
    }
    return true;
}

static void show(const Fixture *f, const Plan *plan)
{
    Text text;

    text_init(&text, f->arena);
    program_dump(f->p, &text);
    text_add(&text, "--\n");
    plan_dump(plan, &text);
    printf("%s\n", text_string(&text));
}

/* Plans, checks, runs and compares. */
static Plan *check_plan(Fixture *f, const char *what, unsigned test)
{
    Plan *plan = plan_make(&f->heap, f->p);
    const char *wrong = plan_check(plan);
    Evaluation e;
    Machine m;
    bool same;

    expect(wrong == NULL, wrong == NULL ? what : wrong, test);
    eval_init(&e, f->arena, f->p);
    for (SymId s = 0; s < f->p->symbols.count; s++)
        for (size_t i = 0; f->p->symbols.at[s].role == SYM_PARAM && i < eval_elements(f->p, s); i++)
            e.reals[s][i] = (double)pick(2000) / 700 - 1;
    eval_run(&e);
    m = run_plan(f->arena, plan, &e);
    same = same_outputs(&m, &e);
    expect(same, what, test);
    if (!same || wrong != NULL)
        show(f, plan);
    return plan;
}

static unsigned count_loops(const Plan *plan, bool top)
{
    unsigned count = 0;

    for (PlanId id = 0; id < plan->nodes.count; id++)
        count += plan->nodes.at[id].kind == PLAN_FOR && (!top || plan->nodes.at[id].parent == NO_ID);
    return count;
}

static const Store *store_of(const Plan *plan, SymId s)
{
    return &plan->stores[s];
}

/* ---- known models ------------------------------------------------------------------------------------ */

/* f = sum (10*(x[i+1] - x[i]^2))^2 + ..., and its gradient in first-write form: one loop. */
static void test_rosenbrock(Fixture *f)
{
    enum { N = 9 };
    SymId x = symbol(f, "x", SYM_PARAM, 1, N, 0, 0), t = symbol(f, "t", SYM_LOCAL, 1, N - 1, 0, 0);
    SymId out = symbol(f, "f", SYM_OUTPUT, 0, 0, 0, 0), d_x = symbol(f, "d_x", SYM_GRADIENT, 1, N, 0, 0);
    SymId d_t = symbol(f, "d_t", SYM_LOCAL, 1, N - 1, 0, 0);
    IndexId i = index_of(f, "i");
    Domain none = { .rank = 0 }, all = range(none, f, i, 0, N - 1);
    NodeId xi = read1(f, x, plain(f, i)), next = read1(f, x, shifted(f, i, 1)), ti = read1(f, t, plain(f, i)), u;
    Plan *plan;

    u = node_op2(f->p, OP_MUL, xi, xi);
    stage1(f, STAGE_SET, false, t, plain(f, i), all, node_op2(f->p, OP_SUB, next, u));
    u = node_op2(f->p, OP_SUB, node_int(f->p, 1), xi);
    stage(f, STAGE_ADD, true, out, NULL, all, node_op2(f->p, OP_ADD, node_op2(f->p, OP_MUL, ti, ti), u), NO_ID);
    stage1(f, STAGE_SET, false, d_t, plain(f, i), all, node_op2(f->p, OP_MUL, node_int(f->p, 200), ti));
    stage1(f, STAGE_SET, false, d_x, number(f, 0), none, node_int(f->p, 0));
    stage1(f, STAGE_SET, false, d_x, shifted(f, i, 1), all, read1(f, d_t, plain(f, i)));
    u = node_op2(f->p, OP_MUL, read1(f, d_t, plain(f, i)), xi);
    stage1(f, STAGE_ADD, false, d_x, plain(f, i), all, node_op2(f->p, OP_SUB, u, xi));
    plan = check_plan(f, "rosenbrock", 0);
    expect(count_loops(plan, false) == 1, "rosenbrock: one loop", count_loops(plan, false));
    expect(plan->array_elements == 0 && store_of(plan, t)->kind == STORE_CELL, "rosenbrock: no arrays", 0);
}

/* z = W1 @ x + b, a = sig(z), o = W2 . a, and the backward sweep of 0.5*o^2. */
static void test_network(Fixture *f)
{
    enum { IN = 16, HIDDEN = 32 };
    SymId w1 = symbol(f, "W1", SYM_PARAM, 2, HIDDEN, IN, 0), b = symbol(f, "b", SYM_PARAM, 1, HIDDEN, 0, 0);
    SymId w2 = symbol(f, "W2", SYM_PARAM, 1, HIDDEN, 0, 0), x = symbol(f, "x", SYM_PARAM, 1, IN, 0, 0);
    SymId s = symbol(f, "s", SYM_LOCAL, 1, HIDDEN, 0, 0), a = symbol(f, "a", SYM_LOCAL, 1, HIDDEN, 0, 0);
    SymId o = symbol(f, "o", SYM_OUTPUT, 0, 0, 0, 0), d_a = symbol(f, "d_a", SYM_LOCAL, 1, HIDDEN, 0, 0);
    SymId d_w2 = symbol(f, "d_W2", SYM_GRADIENT, 1, HIDDEN, 0, 0), d_x = symbol(f, "d_x", SYM_GRADIENT, 1, IN, 0, 0);
    SymId d_w1 = symbol(f, "d_W1", SYM_GRADIENT, 2, HIDDEN, IN, 0), d_s = symbol(f, "d_s", SYM_LOCAL, 1, HIDDEN, 0, 0);
    SymId d_b = symbol(f, "d_b", SYM_GRADIENT, 1, HIDDEN, 0, 0);
    IndexId i = index_of(f, "i"), k = index_of(f, "k");
    Domain none = { .rank = 0 }, hidden = range(none, f, i, 0, HIDDEN), both = range(hidden, f, k, 0, IN);
    AffId ai = plain(f, i), ak = plain(f, k), w[2];
    NodeId va = read1(f, a, ai), d_o = node_op2(f->p, OP_MUL, read0(f, o), node_int(f->p, 2)), v;
    Plan *plan;

    w[0] = ai;
    w[1] = ak;
    stage1(f, STAGE_ADD, true, s, ai, both, node_op2(f->p, OP_MUL, read2(f, w1, ai, ak), read1(f, x, ak)));
    v = node_op2(f->p, OP_ADD, read1(f, s, ai), read1(f, b, ai));
    stage1(f, STAGE_SET, false, a, ai, hidden, node_op1(f->p, OP_SIG, v));
    stage(f, STAGE_ADD, true, o, NULL, hidden, node_op2(f->p, OP_MUL, read1(f, w2, ai), va), NO_ID);
    stage1(f, STAGE_SET, false, d_w2, ai, hidden, node_op2(f->p, OP_MUL, d_o, va));
    stage1(f, STAGE_SET, false, d_a, ai, hidden, node_op2(f->p, OP_MUL, d_o, read1(f, w2, ai)));
    v = node_op2(f->p, OP_MUL, va, node_op2(f->p, OP_SUB, node_int(f->p, 1), va));
    stage1(f, STAGE_SET, false, d_s, ai, hidden, node_op2(f->p, OP_MUL, read1(f, d_a, ai), v));
    stage1(f, STAGE_SET, false, d_b, ai, hidden, read1(f, d_s, ai));
    stage(f, STAGE_SET, false, d_w1, w, both, node_op2(f->p, OP_MUL, read1(f, d_s, ai), read1(f, x, ak)), NO_ID);
    stage1(f, STAGE_ADD, true, d_x, ak, both, node_op2(f->p, OP_MUL, read1(f, d_s, ai), read2(f, w1, ai, ak)));
    plan = check_plan(f, "network", 0);
    /* for i { for k }, a zero loop for d_x, for i { for k } */
    expect(count_loops(plan, true) == 3 && count_loops(plan, false) == 5, "network: loops", count_loops(plan, false));
    expect(plan->array_elements == HIDDEN && store_of(plan, a)->kind == STORE_ARRAY, "network: only a is an array", 0);
    expect(store_of(plan, s)->kind == STORE_CELL && store_of(plan, d_s)->kind == STORE_CELL, "network: cells", 0);
}

/* What stands between two loops moves in front of the first one. */
static void test_move(Fixture *f)
{
    SymId x = symbol(f, "x", SYM_PARAM, 1, 5, 0, 0), c = symbol(f, "c", SYM_LOCAL, 0, 0, 0, 0);
    SymId y = symbol(f, "y", SYM_OUTPUT, 1, 5, 0, 0), z = symbol(f, "z", SYM_OUTPUT, 1, 5, 0, 0);
    SymId s = symbol(f, "s", SYM_OUTPUT, 0, 0, 0, 0);
    IndexId i = index_of(f, "i");
    Domain none = { .rank = 0 }, all = range(none, f, i, 0, 5);
    NodeId xi = read1(f, x, plain(f, i));
    Plan *plan;

    stage1(f, STAGE_SET, false, y, plain(f, i), all, xi);
    stage(f, STAGE_SET, false, c, NULL, none, read1(f, x, number(f, 3)), NO_ID);
    stage1(f, STAGE_SET, false, z, plain(f, i), all, node_op2(f->p, OP_MUL, read0(f, c), xi));
    stage(f, STAGE_ADD, true, s, NULL, all, node_op2(f->p, OP_MUL, read1(f, y, plain(f, i)), read1(f, z, plain(f, i))), NO_ID);
    plan = check_plan(f, "move", 0);
    expect(count_loops(plan, false) == 1, "move: one loop", count_loops(plan, false));
}

/* C[i,j] += A[i,k]*B[k,j] runs i, k, j; the zero loops share i. */
static void test_product(Fixture *f)
{
    SymId a = symbol(f, "A", SYM_PARAM, 2, 5, 6, 0), b = symbol(f, "B", SYM_PARAM, 2, 6, 7, 0);
    SymId c = symbol(f, "C", SYM_OUTPUT, 2, 5, 7, 0);
    IndexId i = index_of(f, "i"), j = index_of(f, "j"), k = index_of(f, "k");
    Domain none = { .rank = 0 }, all = range(range(range(none, f, i, 0, 5), f, j, 0, 7), f, k, 0, 6);
    AffId subs[2];
    NodeId ak = read2(f, a, plain(f, i), plain(f, k)), bk = read2(f, b, plain(f, k), plain(f, j));
    Plan *plan;

    subs[0] = plain(f, i);
    subs[1] = plain(f, j);
    stage(f, STAGE_ADD, true, c, subs, all, node_op2(f->p, OP_MUL, ak, bk), NO_ID);
    plan = check_plan(f, "product", 0);
    expect(count_loops(plan, true) == 1 && count_loops(plan, false) == 4, "product: loops", count_loops(plan, false));
}

/* h[t+1,i] = h[t,i]*x[i] + sum_k h[t,k] in a Loop, and s += h[t+1,i] within it. */
static void test_recurrence(Fixture *f, bool reverse)
{
    enum { T = 6, N = 4 };
    SymId x = symbol(f, "x", SYM_PARAM, 1, N, 0, 0), h = symbol(f, "h", SYM_OUTPUT, 2, T + 1, N, 0);
    SymId u = symbol(f, "u", SYM_LOCAL, 2, T, N, 0);
    SymId s = symbol(f, "s", SYM_OUTPUT, 0, 0, 0, 0), c = symbol(f, "c", SYM_LOCAL, 1, T, 0, 0);
    IndexId t = index_of(f, "t"), i = index_of(f, "i");
    Domain none = { .rank = 0 }, all = range(none, f, i, 0, N);
    AffId at = plain(f, t), from = reverse ? shifted(f, t, 1) : at, to = reverse ? at : shifted(f, t, 1), subs[2];
    NodeId old = read2(f, h, from, plain(f, i)), term;
    LoopId loop;
    Plan *plan;

    subs[0] = number(f, reverse ? T : 0);
    subs[1] = plain(f, i);
    stage(f, STAGE_SET, false, h, subs, all, read1(f, x, plain(f, i)), NO_ID);
    stage(f, STAGE_SET, false, s, NULL, none, node_int(f->p, 0), NO_ID);
    loop = program_begin_loop(f->p, (Loop){ .index = t, .low = 0, .high = T, .reverse = reverse, .condition = NO_ID,
                                            .turns = NO_ID });
    stage(f, STAGE_ADD, true, c, &at, all, old, NO_ID);
    subs[0] = at;
    stage(f, STAGE_SET, false, u, subs, all, node_op2(f->p, OP_MUL, old, read1(f, x, plain(f, i))), NO_ID);
    term = node_op2(f->p, OP_ADD, read2(f, u, at, plain(f, i)), read1(f, c, at));
    subs[0] = to;
    stage(f, STAGE_SET, false, h, subs, all, node_op2(f->p, OP_MUL, term, node_op1(f->p, OP_SIG, term)), NO_ID);
    stage(f, STAGE_ADD, false, s, NULL, all, read2(f, h, to, plain(f, i)), NO_ID);
    program_end_loop(f->p, loop);
    plan = check_plan(f, "recurrence", reverse);
    expect(store_of(plan, u)->dropped != NULL && store_of(plan, u)->dropped[0], "recurrence: time is dropped", reverse);
    expect(store_of(plan, c)->kind == STORE_CELL, "recurrence: a local of one turn", reverse);
    expect(count_loops(plan, true) == 2 && count_loops(plan, false) == 4, "recurrence: loops", count_loops(plan, false));
}

/* ---- random programs --------------------------------------------------------------------------------- */

enum { MOST_MADE = 64 };

typedef struct {
    Fixture f;
    SymId made[MOST_MADE]; /* complete symbols */
    bool seen[MOST_MADE];  /* read by some stage: nobody writes them any more */
    unsigned count;
    SymId table, label;    /* integers */
} Random;

static int32_t extent_of(const Random *r, SymId s, unsigned k)
{
    return r->f.p->symbols.at[s].extents[k];
}

/* A subscript for a dimension of `extent` elements from an index over low .. low+count-1. */
static AffId random_sub(Random *r, int32_t extent, IndexId i, int64_t low, int32_t count)
{
    AffPool *pool = &r->f.p->affs;

    if (extent < count || pick(8) == 0)
        return number(&r->f, pick((unsigned)extent));
    if (pick(6) == 0)
        return aff_sub(pool, number(&r->f, low + (int64_t)pick((unsigned)(extent - count + 1)) + count - 1), plain(&r->f, i));
    if (pick(8) == 0 && extent_of(r, r->label, 0) >= low + count && extent >= 4) {
        AffId sub = plain(&r->f, i);

        return aff_element(pool, r->label, &sub, 1);
    }
    return shifted(&r->f, i, (int64_t)pick((unsigned)(extent - count + 1)) - low);
}

/* The domain of a stage: indices with their lows and counts. */
typedef struct {
    Domain domain;
    int64_t low[4];
    int32_t count[4];
} Space;

static NodeId random_read(Random *r, const Space *space)
{
    unsigned at = pick(r->count);
    SymId s = r->made[at];
    AffId subs[3];

    r->seen[at] = true;
    for (unsigned k = 0; k < r->f.p->symbols.at[s].rank; k++) {
        int32_t extent = extent_of(r, s, k);
        unsigned d = space->domain.rank == 0 ? 0 : pick(space->domain.rank);

        subs[k] = space->domain.rank == 0 ? number(&r->f, pick((unsigned)extent))
                                          : random_sub(r, extent, space->domain.domain[d].index, space->low[d], space->count[d]);
    }
    return node_read(r->f.p, s, subs);
}

static NodeId random_condition(Random *r, const Space *space)
{
    Program *p = r->f.p;

    if (space->domain.rank > 0 && pick(2) == 0) {
        NodeId a = node_integer(p, plain(&r->f, space->domain.domain[pick(space->domain.rank)].index));

        return node_raw(p, OP_LT, a, node_int(p, 1 + pick(3)), NO_ID);
    }
    return node_raw(p, OP_GT, random_read(r, space), node_int(p, 0), NO_ID);
}

static NodeId random_value(Random *r, const Space *space)
{
    Program *p = r->f.p;
    NodeId value = random_read(r, space);

    for (unsigned n = pick(4); n > 0; n--) {
        static const Op ops[] = { OP_ADD, OP_SUB, OP_MUL, OP_MAX };
        NodeId other = random_read(r, space);

        value = node_raw(p, ops[pick(4)], value, other, NO_ID);
        if (pick(6) == 0)
            value = node_raw(p, OP_SELECT, random_condition(r, space), value, other);
    }
    return node_raw(p, OP_MUL, value, node_literal(p, (Rational){ 1, 3, NULL }), NO_ID);
}

static int32_t random_extent(void)
{
    return pick(4) == 0 ? 4 + (int32_t)pick(3) : 5;
}

static Space random_space(Random *r, unsigned rank)
{
    Space space = { .domain = { .rank = 0 } };

    for (unsigned k = 0; k < rank; k++) {
        IndexId i = index_of(&r->f, &"i\0j\0k\0l"[2 * k]);

        space.low[k] = pick(3) == 0 ? pick(3) : 0;
        space.count[k] = random_extent();
        space.domain = range(space.domain, &r->f, i, space.low[k], space.low[k] + space.count[k]);
    }
    return space;
}

static void made(Random *r, SymId s)
{
    r->made[r->count] = s;
    r->seen[r->count++] = false;
}

static SymRole random_role(void)
{
    return pick(3) == 0 ? SYM_OUTPUT : SYM_LOCAL;
}

static NodeId random_guard(Random *r, const Space *space)
{
    return pick(5) == 0 ? random_condition(r, space) : NO_ID;
}

/* T[i - low, ...] = value, or a sum or maximum over further indices. */
static void add_filling(Random *r)
{
    unsigned rank = pick(3), reduced = pick(2) * (1 + pick(2));
    Space space = random_space(r, rank + reduced);
    int32_t extents[2] = { 1, 1 };
    AffId subs[2];
    unsigned first = reduced > 0 && pick(3) == 0 ? reduced : 0; /* reductions outside */
    bool maximum = reduced > 0 && pick(4) == 0;
    SymId target;
    NodeId value;

    for (unsigned k = 0; k < rank; k++) {
        extents[k] = space.count[first + k];
        subs[k] = shifted(&r->f, space.domain.domain[first + k].index, -space.low[first + k]);
    }
    target = symbol(&r->f, "t", random_role(), rank, extents[0], extents[1], 1);
    value = random_value(r, &space);
    if (reduced == 0 && pick(3) > 0)
        stage(&r->f, STAGE_SET, false, target, subs, space.domain, value, NO_ID);
    else
        stage(&r->f, maximum ? STAGE_MAX : STAGE_ADD, true, target, subs, space.domain, value,
              maximum ? NO_ID : random_guard(r, &space));
    made(r, target);
}

/* T[i+k] += value over two indices. */
static void add_scatter(Random *r)
{
    Space space = random_space(r, 2);
    int32_t extent = space.count[0] + space.count[1] - 1;
    SymId target = symbol(&r->f, "y", random_role(), 1, extent, 0, 0);
    AffId sub = aff_add(&r->f.p->affs, plain(&r->f, space.domain.domain[0].index), plain(&r->f, space.domain.domain[1].index));
    NodeId value = random_value(r, &space);

    sub = aff_offset(&r->f.p->affs, sub, -space.low[0] - space.low[1]);
    stage(&r->f, STAGE_ADD, true, target, &sub, space.domain, value, random_guard(r, &space));
    made(r, target);
}

/* T[i] += value over j <= i, or over j with i <= j; or more is added to what nobody has read. */
static void add_triangle(Random *r)
{
    Space space = random_space(r, 2);
    bool transposed = pick(2) == 0;
    SymId target;
    AffId sub;
    NodeId value;

    space.low[0] = space.low[1] = 0;
    space.count[1] = space.count[0];
    space.domain.domain[0].low = space.domain.domain[1].low = number(&r->f, 0);
    space.domain.domain[0].high = number(&r->f, space.count[0]);
    space.domain.domain[1].high = shifted(&r->f, space.domain.domain[0].index, 1);
    target = symbol(&r->f, "l", random_role(), 1, space.count[0], 0, 0);
    sub = plain(&r->f, space.domain.domain[transposed].index);
    value = random_value(r, &space);
    stage(&r->f, STAGE_ADD, true, target, &sub, space.domain, value, random_guard(r, &space));
    made(r, target);
}

/* T[0] = .., T[i+1] = .., T[i] += .. */
static void add_adjoint(Random *r)
{
    Space space = random_space(r, 1), none = { .domain = { .rank = 0 } };
    SymId target = symbol(&r->f, "d", random_role(), 1, space.count[0] + 1, 0, 0);
    IndexId i = space.domain.domain[0].index;
    NodeId value = random_value(r, &none);

    stage1(&r->f, STAGE_SET, false, target, number(&r->f, 0), none.domain, value);
    value = random_value(r, &space);
    stage1(&r->f, STAGE_SET, false, target, shifted(&r->f, i, 1 - space.low[0]), space.domain, value);
    value = random_value(r, &space);
    stage1(&r->f, STAGE_ADD, false, target, shifted(&r->f, i, -space.low[0]), space.domain, value);
    made(r, target);
}

/* More is added to a symbol that nobody has read. */
static void add_more(Random *r)
{
    unsigned at = pick(r->count);
    SymId target = r->made[at];
    const Symbol *s = &r->f.p->symbols.at[target];
    unsigned rank = s->rank;
    Space space = random_space(r, rank + pick(2));
    AffId subs[3];
    NodeId value, guard;

    if (r->seen[at] || (s->role != SYM_LOCAL && s->role != SYM_OUTPUT))
        return;
    r->seen[at] = true; /* not by its own value */
    for (unsigned k = 0; k < rank; k++)
        subs[k] = random_sub(r, s->extents[k], space.domain.domain[k].index, space.low[k], space.count[k]);
    r->made[at] = r->made[0];
    value = random_value(r, &space);
    guard = random_guard(r, &space);
    r->made[at] = target;
    r->seen[at] = false;
    for (StageId id = 0; id < r->f.p->stages.count; id++)
        if (r->f.p->stages.at[id].target == target && r->f.p->stages.at[id].op == STAGE_MAX)
            return;
    stage(&r->f, STAGE_ADD, false, target, subs, space.domain, value, guard);
}

/* label2 = argmax over k of value, then y[i] = x[label2[i]]. */
static void add_argmax(Random *r)
{
    Space space = random_space(r, 2);
    int32_t extents[2];
    SymId label, target = symbol(&r->f, "m", random_role(), 1, space.count[0], 0, 0);
    AffId sub = shifted(&r->f, space.domain.domain[0].index, -space.low[0]), element[2];
    NodeId value = random_value(r, &space);
    Domain outer = space.domain;

    extents[0] = space.count[0];
    extents[1] = 1;
    label = program_symbol(r->f.p, (Symbol){ .role = SYM_INTEGER, .integer = true, .local = true, .rank = 2, .low = space.low[1],
                                             .high = space.low[1] + space.count[1], .extents = extents, .of = NO_ID });
    stage(&r->f, STAGE_ARGMAX, false, label, &sub, space.domain, value, NO_ID);
    element[0] = sub;
    element[1] = AFF_ZERO;
    element[0] = aff_offset(&r->f.p->affs, aff_element(&r->f.p->affs, label, element, 2), -space.low[1]);
    outer.rank = 1;
    value = read1(&r->f, r->made[1], element[0]);
    stage1(&r->f, STAGE_SET, false, target, sub, outer, value);
    made(r, target);
}

/* A stage that fills T[t, i] within a loop over t from what is complete and from h[t or t+1, ..]. */
static void add_turn_stage(Random *r, SymId target, AffId time, AffId old_time, SymId h)
{
    Space space = random_space(r, 1 + pick(2));
    int32_t count = extent_of(r, target, 1);
    AffId subs[2], read[2];
    NodeId value;

    space.low[0] = 0;
    space.count[0] = count;
    space.domain.domain[0].low = number(&r->f, 0);
    space.domain.domain[0].high = number(&r->f, count);
    value = random_value(r, &space);
    subs[0] = time;
    subs[1] = plain(&r->f, space.domain.domain[0].index);
    read[0] = old_time;
    read[1] = random_sub(r, count, space.domain.domain[0].index, 0, count);
    value = node_raw(r->f.p, OP_ADD, value, node_read(r->f.p, h, read), NO_ID);
    stage(&r->f, STAGE_ADD, true, target, subs, space.domain, value, random_guard(r, &space));
}

/* h[0,i] = .., then over t: u[t,i] from h[t,..], h[t+1,i] from u[t,..], s += h. */
static void add_recurrence(Random *r)
{
    Space space = random_space(r, 1);
    int32_t turns = 2 + (int32_t)pick(3), count = space.count[0];
    bool reverse = pick(2) == 0;
    SymId h = symbol(&r->f, "h", random_role(), 2, turns + 1, count, 0), u = symbol(&r->f, "u", SYM_LOCAL, 2, turns, count, 0);
    SymId s = symbol(&r->f, "s", random_role(), 1, count, 0, 0);
    IndexId t = index_of(&r->f, "t"), i = space.domain.domain[0].index;
    AffId old = reverse ? shifted(&r->f, t, 1) : plain(&r->f, t), now = reverse ? plain(&r->f, t) : shifted(&r->f, t, 1), subs[2];
    NodeId value = random_value(r, &space);
    LoopId loop;

    subs[0] = number(&r->f, reverse ? turns : 0);
    subs[1] = shifted(&r->f, i, -space.low[0]);
    stage(&r->f, STAGE_SET, false, h, subs, space.domain, value, NO_ID);
    stage1(&r->f, STAGE_SET, false, s, subs[1], space.domain, value);
    loop = program_begin_loop(r->f.p, (Loop){ .index = t, .low = 0, .high = turns, .reverse = reverse, .condition = NO_ID,
                                              .turns = NO_ID });
    add_turn_stage(r, u, plain(&r->f, t), old, h);
    add_turn_stage(r, h, now, plain(&r->f, t), u);
    if (pick(2) == 0) {
        subs[0] = pick(2) == 0 ? old : now;
        stage1(&r->f, STAGE_ADD, false, s, subs[1], space.domain, read2(&r->f, h, subs[0], subs[1]));
    }
    program_end_loop(r->f.p, loop);
    made(r, h);
    made(r, u);
    made(r, s);
}

static void open_random(Random *r)
{
    Rational *values;

    open_fixture(&r->f);
    r->count = 0;
    values = arena_array(r->f.arena, Rational, 8);
    for (int k = 0; k < 8; k++)
        values[k] = RATIONAL(k * 3 % 4);
    r->label = symbol(&r->f, "label", SYM_TABLE, 1, 8, 0, 0);
    r->f.p->symbols.at[r->label].values = values;
    r->f.p->symbols.at[r->label].integer = true;
    r->f.p->symbols.at[r->label].high = 4;
    made(r, symbol(&r->f, "p", SYM_PARAM, 0, 0, 0, 0));
    made(r, symbol(&r->f, "x", SYM_PARAM, 1, 8, 0, 0));
    made(r, symbol(&r->f, "W", SYM_PARAM, 2, 7, 6, 0));
    made(r, symbol(&r->f, "V", SYM_PARAM, 2, 5, 5, 0));
}

static void add_random(Random *r)
{
    switch (pick(13)) {
    case 0:
        add_scatter(r);
        break;
    case 1:
        add_triangle(r);
        break;
    case 2:
        add_adjoint(r);
        break;
    case 3:
    case 4:
        add_more(r);
        break;
    case 5:
        add_argmax(r);
        break;
    case 6:
        add_recurrence(r);
        break;
    default:
        add_filling(r);
    }
}

static void test_random(unsigned number_of_test, unsigned stages, unsigned *loops, unsigned *fused)
{
    Random r;
    Plan *plan;
    unsigned before = 0;

    if (setjmp(r.f.heap.on_failure) != 0)
        abort();
    r.f.heap.arenas = NULL;
    open_random(&r);
    state = number_of_test * 7919 + 1;
    for (unsigned n = 0; n < stages && r.count < MOST_MADE - 3; n++)
        add_random(&r);
    for (StageId s = 0; s < r.f.p->stages.count; s++)
        before += r.f.p->stages.at[s].rank;
    plan = check_plan(&r.f, "random program", number_of_test);
    *loops += before;
    *fused += count_loops(plan, false);
    plan_free(plan);
    heap_free(&r.f.heap);
}

static void with_fixture(void (*test)(Fixture *))
{
    Fixture f = { .arena = NULL };

    if (setjmp(f.heap.on_failure) != 0)
        abort();
    open_fixture(&f);
    test(&f);
    heap_free(&f.heap);
}

static void test_recurrence_forward(Fixture *f)
{
    test_recurrence(f, false);
}

static void test_recurrence_reverse(Fixture *f)
{
    test_recurrence(f, true);
}

int main(int argc, char **argv)
{
    unsigned tests = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 3000, loops = 0, fused = 0;

    with_fixture(test_rosenbrock);
    with_fixture(test_network);
    with_fixture(test_move);
    with_fixture(test_product);
    with_fixture(test_recurrence_forward);
    with_fixture(test_recurrence_reverse);
    for (unsigned n = 0; n < tests && failed < 5; n++)
        test_random(n, 2 + n % 14, &loops, &fused);
    expect(fused < loops * 9 / 10, "random programs: loops are fused", fused);
    printf("plan: %u loops became %u\n", loops, fused);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
