/* plan_machine.h -- for the tests of plans: programs by hand, and an interpreter that runs the tree as plan.h says.
 *
 * Memory that is not written yet is poisoned, so that a wrong order or store shows in the comparison with the stages
 * run one by one.
 */
#ifndef BPGEN_PLAN_MACHINE_H
#define BPGEN_PLAN_MACHINE_H

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval.h"
#include "plan/plan.h"

static unsigned passed, failed;

static inline void expect(bool good, const char *what, unsigned number)
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
    double **memory;     /* by symbol; FOLD_COPY: two halves, the second for the new element */
    int32_t **integers;
    double *local;       /* by plan node: the accumulator of a held leaf */
    int32_t (*best)[8];  /* by plan node: positions */
    int64_t *indices;
} Machine;

static inline int64_t aff_value(const Machine *m, AffId aff);

static inline size_t full_offset(const Machine *m, SymId s, const AffId *subs, unsigned rank)
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

/* The same where the store of the symbol puts the element. */
static inline size_t offset_of(const Machine *m, SymId s, const AffId *subs, unsigned rank)
{
    const Store *store = &m->plan->stores[s];
    size_t offset = 0;

    if (full_offset(m, s, subs, rank) == SIZE_MAX)
        return SIZE_MAX;
    for (unsigned k = 0; k < rank && store->kind != STORE_CELL; k++) {
        int64_t at = aff_value(m, subs[k]);
        int32_t extent = plan_extent(m->plan, s, k);

        if (extent > 0)
            offset = offset * (size_t)extent + (size_t)(store->fold == FOLD_PARITY && k == store->folded ? at & 1 : at);
    }
    return plan_is_new(m->plan, s, subs) ? offset + eval_elements(m->p, s) : offset;
}

static inline int64_t aff_value(const Machine *m, AffId aff)
{
    const Affine *a = &m->p->affs.affs.at[aff];
    int64_t value = a->constant;

    for (uint32_t t = a->first; t < a->first + a->count; t++) {
        const Atom *atom = &m->p->affs.atoms.at[m->p->affs.terms.at[t].atom];
        int64_t x = atom->kind == ATOM_INDEX
                        ? m->indices[atom->of]
                        : m->integers[atom->of][offset_of(m, atom->of, m->p->affs.subs.at + atom->subs, atom->rank)];

        value += m->p->affs.terms.at[t].coef * x;
    }
    return value;
}

static inline double *element(const Machine *m, SymId s, const AffId *subs)
{
    static double outside;
    size_t offset = offset_of(m, s, subs, m->p->symbols.at[s].rank);

    return offset == SIZE_MAX ? &outside : &m->memory[s][offset];
}

static inline double node_value(const Machine *m, NodeId id)
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

static inline double start_of(const Stage *stage)
{
    return stage->op == STAGE_ADD ? 0 : -(double)INFINITY;
}

static inline double combined(const Stage *stage, double old, double value)
{
    return stage->op == STAGE_ADD ? old + value : op_value(OP_MAX, (const double[]){ old, value });
}

static inline void run_argmax(Machine *m, PlanId leaf, const Stage *stage)
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

static inline void run_leaf(Machine *m, PlanId id)
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

static inline void begin_held(Machine *m, const PlanNode *loop)
{
    for (PlanId id = loop->first_held; id != NO_ID; id = m->plan->nodes.at[id].next_held) {
        const Stage *stage = &m->p->stages.at[m->plan->nodes.at[id].stage];

        m->best[id][0] = -1;
        if (stage->op != STAGE_ARGMAX)
            m->local[id] = stage->fresh ? start_of(stage) : *element(m, stage->target, stage->subs);
        /* Nobody may look at it meanwhile, but for the old element in the same place. */
        if (stage->op != STAGE_ARGMAX && !(m->plan->stores[stage->target].fold == FOLD_IN_PLACE &&
                                           m->plan->stores[stage->target].kind == STORE_ARRAY))
            *element(m, stage->target, stage->subs) = (double)NAN;
    }
}

static inline void end_held(Machine *m, const PlanNode *loop)
{
    for (PlanId id = loop->first_held; id != NO_ID; id = m->plan->nodes.at[id].next_held) {
        const Stage *stage = &m->p->stages.at[m->plan->nodes.at[id].stage];

        if (stage->op == STAGE_ARGMAX) {
            unsigned last = m->p->symbols.at[stage->target].rank - 1u;
            int32_t count = m->p->symbols.at[stage->target].extents[last];
            size_t offset = offset_of(m, stage->target, stage->subs, last) * (size_t)count;

            memcpy(m->integers[stage->target] + offset, m->best[id], (size_t)count * sizeof(int32_t));
        } else {
            *element(m, stage->target, stage->subs) = m->local[id];
        }
    }
}

static inline void poison(double *memory, size_t count)
{
    for (size_t i = 0; i < count; i++)
        memory[i] = (double)NAN;
}

/* Each turn of the scope has a new local. */
static inline void poison_cells(Machine *m, PlanId scope)
{
    for (SymId s = 0; s < m->p->symbols.count; s++) {
        size_t count = eval_elements(m->p, s);

        if (m->plan->stores[s].kind == STORE_CELL && m->plan->stores[s].scope == scope)
            poison(m->memory[s], 1);
        if (m->plan->stores[s].fold == FOLD_COPY && m->plan->stores[s].loop == scope)
            poison(m->memory[s] + count, count);
    }
}

static inline void copy_folded(Machine *m, PlanId loop)
{
    for (SymId s = 0; s < m->p->symbols.count; s++) {
        size_t count = eval_elements(m->p, s);

        if (m->plan->stores[s].fold == FOLD_COPY && m->plan->stores[s].loop == loop)
            memcpy(m->memory[s], m->memory[s] + count, count * sizeof(double));
    }
}

/* Is there another turn? */
static inline bool goes_on(const Machine *m, const PlanNode *loop)
{
    NodeId condition = loop->sequential ? m->p->loops.at[loop->loop].condition : NO_ID;

    return condition == NO_ID || node_value(m, condition) != 0;
}

static inline void store_count(const Machine *m, const PlanNode *loop, int64_t turns)
{
    const Atom *element;

    if (loop->count == AFF_FAIL || m->p->loops.at[loop->loop].condition == NO_ID)
        return;
    element = &m->p->affs.atoms.at[m->p->affs.terms.at[m->p->affs.affs.at[loop->count].first].atom];
    m->integers[element->of][offset_of(m, element->of, m->p->affs.subs.at + element->subs, element->rank)] =
        (int32_t)turns;
}

static inline void run_list(Machine *m, PlanId id)
{
    for (; id != NO_ID; id = m->plan->nodes.at[id].next) {
        const PlanNode *node = &m->plan->nodes.at[id];
        int64_t low, high, turn;

        if (node->kind == PLAN_STAGE) {
            run_leaf(m, id);
            continue;
        }
        low = aff_value(m, node->low);
        high = aff_value(m, node->high);
        begin_held(m, node);
        for (turn = 0; turn < high - low; turn++) {
            m->indices[node->index] = node->reverse ? high - 1 - turn : low + turn;
            poison_cells(m, id);
            if (!goes_on(m, node))
                break;
            run_list(m, node->first_child);
            copy_folded(m, id);
        }
        store_count(m, node, turn);
        end_held(m, node);
    }
}

static inline Machine run_plan(Arena *arena, const Plan *plan, const Evaluation *e)
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

        m.memory[s] = arena_array(arena, double, 2 * count);
        m.integers[s] = arena_array(arena, int32_t, count);
        for (size_t i = 0; i < 2 * count; i++)
            m.memory[s][i] = i < count && (role == SYM_PARAM || role == SYM_TABLE) ? e->reals[s][i] : (double)NAN;
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

static inline void open_fixture(Fixture *f)
{
    f->arena = heap_arena(&f->heap);
    names_init(&f->names, f->arena);
    f->p = program_new(&f->heap, &f->names, NULL);
}

static inline SymId symbol(Fixture *f, const char *name, SymRole role, unsigned rank, int32_t e0, int32_t e1,
                           int32_t e2)
{
    int32_t extents[3] = { e0, e1, e2 };
    Symbol s = { .name = names_intern_text(&f->names, name), .role = (uint8_t)role, .rank = (uint8_t)rank,
                 .extents = extents, .of = NO_ID, .named = true };

    return program_symbol(f->p, s);
}

static inline IndexId index_of(Fixture *f, const char *name)
{
    return program_index(f->p, names_intern_text(&f->names, name), (Span){ 0, 0 });
}

static inline AffId plain(Fixture *f, IndexId i)
{
    return aff_index(&f->p->affs, i);
}

static inline AffId shifted(Fixture *f, IndexId i, int64_t by)
{
    return aff_offset(&f->p->affs, aff_index(&f->p->affs, i), by);
}

static inline AffId number(Fixture *f, int64_t value)
{
    return aff_const(&f->p->affs, value);
}

static inline NodeId read0(Fixture *f, SymId s)
{
    return node_read(f->p, s, NULL);
}

static inline NodeId read1(Fixture *f, SymId s, AffId a)
{
    return node_read(f->p, s, &a);
}

static inline NodeId read2(Fixture *f, SymId s, AffId a, AffId b)
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

static inline Domain range(Domain before, Fixture *f, IndexId i, int64_t low, int64_t high)
{
    before.domain[before.rank].index = i;
    before.domain[before.rank].low = number(f, low);
    before.domain[before.rank++].high = number(f, high);
    return before;
}

static inline StageId stage(Fixture *f, StageOp op, bool fresh, SymId target, const AffId *subs, Domain domain,
                            NodeId value, NodeId guard)
{
    Stage s = { .target = target, .op = (uint8_t)op, .fresh = fresh, .rank = (uint8_t)domain.rank, .value = value,
                .guard = guard, .domain = domain.domain, .subs = subs };

    return program_stage(f->p, s);
}

static inline StageId stage1(Fixture *f, StageOp op, bool fresh, SymId target, AffId sub, Domain domain, NodeId value)
{
    return stage(f, op, fresh, target, &sub, domain, value, NO_ID);
}

/* ---- comparing --------------------------------------------------------------------------------------- */

static uint32_t state = 1;

static inline unsigned pick(unsigned count)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 10) % count;
}

static inline bool same_outputs(const Machine *m, const Evaluation *e)
{
    for (SymId s = 0; s < m->p->symbols.count; s++) {
        size_t count = eval_elements(m->p, s);

        if (m->p->symbols.at[s].role != SYM_OUTPUT && m->p->symbols.at[s].role != SYM_GRADIENT)
            continue;
        for (size_t i = 0; i < count; i++)
            if (m->memory[s][i] != e->reals[s][i] && !(isnan(m->memory[s][i]) && isnan(e->reals[s][i]))) {
                printf("symbol %" PRIu32 " element %zu: ", s, i);
                printf("plan %.17g, stages %.17g\n", m->memory[s][i], e->reals[s][i]);
                return false;
            }
    }
    return true;
}

static inline void show(const Fixture *f, const Plan *plan)
{
    Text text;

    text_init(&text, f->arena);
    program_dump(f->p, &text);
    text_add(&text, "--\n");
    plan_dump(plan, &text);
    printf("%s\n", text_string(&text));
}

/* Plans, checks, runs and compares. */
static inline Plan *check_plan(Fixture *f, const char *what, unsigned test)
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

static inline unsigned count_loops(const Plan *plan, bool top)
{
    unsigned count = 0;

    for (PlanId id = 0; id < plan->nodes.count; id++)
        count += plan->nodes.at[id].kind == PLAN_FOR && (!top || plan->nodes.at[id].parent == NO_ID);
    return count;
}

static inline const Store *store_of(const Plan *plan, SymId s)
{
    return &plan->stores[s];
}

static inline void with_fixture(void (*test)(Fixture *))
{
    Fixture f = { .arena = NULL };

    if (setjmp(f.heap.on_failure) != 0)
        abort();
    open_fixture(&f);
    test(&f);
    heap_free(&f.heap);
}

#endif
