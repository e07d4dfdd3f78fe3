/* plan_broken.c -- a plan with one mistake made by hand: plan_check says which. */
#include "tests/unit/plan_machine.h"

enum { ROWS = 3, COLUMNS = 4 };

/* A plan of s[i] = sum(A[i,k]*x[k]), y[i] = s[i]*x[0], f = sum(y): for i { hold s { for k }, y, f }, and its nodes. */
typedef struct {
    Fixture *f;
    Plan *plan;
    SymId a, s;
    PlanId outer, inner, sum, row, total; /* for i, for k, the leaves of s, y and f */
} Model;

static PlanNode *node(Model *m, PlanId id)
{
    return &m->plan->nodes.at[id];
}

static Model make(Fixture *f)
{
    Model m = { .f = f };
    SymId x = symbol(f, "x", SYM_PARAM, 1, COLUMNS, 0, 0), y = symbol(f, "y", SYM_OUTPUT, 1, ROWS, 0, 0);
    SymId total = symbol(f, "f", SYM_OUTPUT, 0, 0, 0, 0);
    IndexId i = index_of(f, "i"), k = index_of(f, "k");
    Domain none = { .rank = 0 }, rows = range(none, f, i, 0, ROWS), all = range(rows, f, k, 0, COLUMNS);

    m.a = symbol(f, "A", SYM_PARAM, 2, ROWS, COLUMNS, 0);
    m.s = symbol(f, "s", SYM_LOCAL, 1, ROWS, 0, 0);
    stage1(f, STAGE_ADD, true, m.s, plain(f, i), all, node_op2(f->p, OP_MUL, read2(f, m.a, plain(f, i), plain(f, k)), read1(f, x, plain(f, k))));
    stage1(f, STAGE_SET, false, y, plain(f, i), rows, node_op2(f->p, OP_MUL, read1(f, m.s, plain(f, i)), read1(f, x, number(f, 0))));
    stage(f, STAGE_ADD, true, total, NULL, rows, read1(f, y, plain(f, i)), NO_ID);
    m.plan = check_plan(f, "the plan before", 0);
    m.outer = m.plan->first;
    m.inner = node(&m, m.outer)->first_child;
    m.sum = node(&m, m.inner)->first_child;
    m.row = node(&m, m.inner)->next;
    m.total = node(&m, m.row)->next;
    return m;
}

static void circle(Model *m) { node(m, m->total)->next = m->inner; }
static void other_parent(Model *m) { node(m, m->row)->parent = NO_ID; }
static void other_parent_of_child(Model *m) { node(m, m->sum)->parent = m->outer; }
static void same_index(Model *m) { node(m, m->inner)->index = node(m, m->outer)->index; }
static void lost(Model *m) { node(m, m->row)->next = NO_ID; }
static void twice(Model *m) { node(m, m->total)->stage = node(m, m->row)->stage; }
static void open_bound(Model *m) { node(m, m->outer)->low = aff_index(&m->plan->copy->affs, node(m, m->inner)->index); }
static void other_domain(Model *m)
{
    Range *domain = arena_new(m->f->arena, Range);

    *domain = m->plan->program->stages.at[node(m, m->row)->stage].domain[0];
    domain->index = node(m, m->inner)->index;
    m->plan->copy->stages.at[node(m, m->row)->stage].domain = domain;
}
static void held_write(Model *m) { node(m, m->row)->hold = m->outer; }
static void held_elsewhere(Model *m) { node(m, m->total)->hold = m->inner; }
static void held_not_listed(Model *m) { node(m, m->inner)->first_held = NO_ID; }
static void held_too_far(Model *m)
{
    node(m, m->sum)->hold = m->outer;
    node(m, m->outer)->first_held = m->sum;
    node(m, m->sum)->next_held = m->total;
}
static void table(Model *m) { m->plan->stores[m->s].kind = STORE_TABLE; }
static void deep_cell(Model *m) { m->plan->stores[m->s].scope = m->inner; }
static void wide_cell(Model *m) { m->plan->stores[m->s].scope = NO_ID; }
static void unwritten(Model *m) { m->plan->stores[m->a].kind = STORE_CELL, m->plan->stores[m->a].scope = m->outer; }

static const struct {
    const char *message;
    void (*break_it)(Model *);
} mistakes[] = {
    { "the plan's tree has a circle", circle },
    { "a plan node's next node has another parent", other_parent },
    { "a plan node's child has another parent", other_parent_of_child },
    { "two loops of the plan have one index", same_index },
    { "a plan node is not in the tree", lost },
    { "a stage is not exactly once in the plan", twice },
    { "a loop's bound uses an index that is not open", open_bound },
    { "a stage's domain index has no loop around its leaf", other_domain },
    { "a leaf that only writes is held", held_write },
    { "a leaf is held over a loop that is not around it", held_elsewhere },
    { "a held leaf is not in its loop's list", held_not_listed },
    { "a leaf is held over a loop whose index is in its subscripts", held_too_far },
    { "a stage writes a table", table },
    { "a local is written outside of its scope", deep_cell },
    { "the first write of a local is deeper than its scope", wide_cell },
    { "a local is read before it is written", unwritten },
};

static size_t chosen;

static void test_mistake(Fixture *f)
{
    Model m = make(f);
    const char *said;

    mistakes[chosen].break_it(&m);
    said = plan_check(m.plan);
    expect(said != NULL && strcmp(said, mistakes[chosen].message) == 0, mistakes[chosen].message, (unsigned)chosen);
    if (said != NULL && strcmp(said, mistakes[chosen].message) != 0)
        printf("    said: %s\n", said);
}

int main(void)
{
    for (chosen = 0; chosen < sizeof mistakes / sizeof mistakes[0]; chosen++)
        with_fixture(test_mistake);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
