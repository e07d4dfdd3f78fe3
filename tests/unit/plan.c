/* plan.c -- plans of known models: the numbers of loops and arrays, and the same values as the stages one by one. */
#include "tests/unit/plan_machine.h"

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
    xi = read1(f, y, plain(f, i));
    stage(f, STAGE_ADD, true, s, NULL, all, node_op2(f->p, OP_MUL, xi, read1(f, z, plain(f, i))), NO_ID);
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

/* A weight gradient keeps the samples outside, so that it shares their loop and what it reads is a local. */
static void test_samples(Fixture *f)
{
    enum { SAMPLES = 6, CLASSES = 4, INPUTS = 5 };
    SymId x = symbol(f, "X", SYM_PARAM, 2, SAMPLES, INPUTS, 0), e = symbol(f, "E", SYM_LOCAL, 2, SAMPLES, CLASSES, 0);
    SymId d_w = symbol(f, "d_W", SYM_GRADIENT, 2, CLASSES, INPUTS, 0);
    IndexId n = index_of(f, "n"), c = index_of(f, "c"), d = index_of(f, "d");
    Domain none = { .rank = 0 }, outer = range(range(none, f, n, 0, SAMPLES), f, c, 0, CLASSES);
    Domain all = range(outer, f, d, 0, INPUTS);
    AffId subs[2];
    NodeId value = read2(f, x, plain(f, n), plain(f, c));
    Plan *plan;

    subs[0] = plain(f, n);
    subs[1] = plain(f, c);
    stage(f, STAGE_SET, false, e, subs, outer, node_op1(f->p, OP_EXP, value), NO_ID);
    value = node_op2(f->p, OP_MUL, read2(f, x, plain(f, n), plain(f, d)), read2(f, e, plain(f, n), plain(f, c)));
    subs[0] = plain(f, c);
    subs[1] = plain(f, d);
    stage(f, STAGE_ADD, true, d_w, subs, all, value, NO_ID);
    plan = check_plan(f, "samples", 0);
    expect(store_of(plan, e)->kind == STORE_CELL && plan->array_elements == 0, "samples: no arrays", 0);
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
    expect(count_loops(plan, true) == 2 && count_loops(plan, false) == 4, "recurrence: loops", reverse);
}

static void test_recurrence_forward(Fixture *f)
{
    test_recurrence(f, false);
}

static void test_recurrence_reverse(Fixture *f)
{
    test_recurrence(f, true);
}

/* a, b = b, a + b over turns, and v[i] = v[i] + v[1]: one place for b, a copy for a, two for v. */
static void test_folds(Fixture *f)
{
    enum { T = 6, N = 5 };
    SymId a = symbol(f, "a", SYM_LOCAL, 1, T + 1, 0, 0), b = symbol(f, "b", SYM_LOCAL, 1, T + 1, 0, 0);
    SymId v = symbol(f, "v", SYM_LOCAL, 2, T + 1, N, 0), x = symbol(f, "x", SYM_PARAM, 1, N, 0, 0);
    SymId y = symbol(f, "y", SYM_OUTPUT, 1, N, 0, 0);
    IndexId t = index_of(f, "t"), i = index_of(f, "i");
    Domain none = { .rank = 0 }, all = range(none, f, i, 0, N);
    AffId now = plain(f, t), next = shifted(f, t, 1), subs[2];
    NodeId old_a = read1(f, a, now), old_b = read1(f, b, now), sum;
    LoopId loop;
    Plan *plan;

    stage1(f, STAGE_SET, false, a, number(f, 0), none, read1(f, x, number(f, 0)));
    stage1(f, STAGE_SET, false, b, number(f, 0), none, read1(f, x, number(f, 1)));
    subs[0] = number(f, 0);
    subs[1] = plain(f, i);
    stage(f, STAGE_SET, false, v, subs, all, read1(f, x, plain(f, i)), NO_ID);
    loop = program_begin_loop(f->p, (Loop){ .index = t, .low = 0, .high = T, .condition = NO_ID, .turns = NO_ID });
    stage1(f, STAGE_SET, false, a, next, none, old_b);
    stage1(f, STAGE_SET, false, b, next, none, node_op2(f->p, OP_ADD, old_a, old_b));
    sum = node_op2(f->p, OP_ADD, read2(f, v, now, plain(f, i)), read2(f, v, now, number(f, 1)));
    subs[0] = next;
    stage(f, STAGE_SET, false, v, subs, all, sum, NO_ID);
    program_end_loop(f->p, loop);
    sum = node_op2(f->p, OP_ADD, read1(f, a, number(f, T)), read1(f, b, number(f, T)));
    sum = node_op2(f->p, OP_MUL, sum, read2(f, v, number(f, T), plain(f, i)));
    stage1(f, STAGE_SET, false, y, plain(f, i), all, sum);
    plan = check_plan(f, "folds", 0);
    expect(store_of(plan, a)->fold == FOLD_COPY && store_of(plan, a)->kind == STORE_CELL, "folds: a copy", 0);
    expect(store_of(plan, b)->fold == FOLD_IN_PLACE && store_of(plan, b)->kind == STORE_CELL, "folds: in place", 0);
    expect(store_of(plan, v)->fold == FOLD_PARITY && plan->array_elements == 2 * N, "folds: two vectors", 0);
    plan->stores[a].fold = FOLD_IN_PLACE;
    expect(plan_check(plan) != NULL, "folds: a value is lost", 0);
    plan->stores[a].fold = FOLD_COPY;
    plan->stores[v].new = 0;
    expect(plan_check(plan) != NULL, "folds: another element", 0);
}

int main(void)
{
    with_fixture(test_rosenbrock);
    with_fixture(test_network);
    with_fixture(test_move);
    with_fixture(test_product);
    with_fixture(test_samples);
    with_fixture(test_recurrence_forward);
    with_fixture(test_recurrence_reverse);
    with_fixture(test_folds);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
