/* program_passes.c -- unrolling, pruning and shifting keep values, and take out what they are for. */
#include <math.h>

#include "eval/eval.h"
#include "tests/unit/program_build.h"

static double run(Test *t, const Program *p, SymId output, size_t element)
{
    Evaluation e;
    Arena *arena = heap_arena(&t->heap);
    double result;

    eval_init(&e, arena, p);
    for (SymId i = 0; i < p->symbols.count; i++) {
        size_t count = 1;

        for (unsigned k = 0; k < p->symbols.at[i].rank; k++)
            count *= (size_t)p->symbols.at[i].extents[k];
        for (size_t n = 0; p->symbols.at[i].role == SYM_PARAM && n < count; n++)
            e.reals[i][n] = sin(1.0 + 3.0 * i + 0.7 * (double)n);
    }
    eval_run(&e);
    result = e.reals[output][element];
    heap_release(&t->heap, arena);
    return result;
}

/* The passes in turn: same values, right programs, as many stages as expected in the end. */
static void expect_unrolled(Test *t, SymId output, size_t elements, size_t stages, const char *what)
{
    Program *p = t->p, *simple, *unrolled, *pruned;
    const char *wrong = program_verify(p);
    bool equal = true;

    simple = pass_simplify(p);
    wrong = wrong == NULL ? program_verify(simple) : wrong;
    unrolled = pass_unroll(simple);
    wrong = wrong == NULL ? program_verify(unrolled) : wrong;
    pruned = pass_prune(unrolled);
    wrong = wrong == NULL ? program_verify(pruned) : wrong;
    if (wrong != NULL || pruned->stages.count != stages) {
        Text text;

        text_init(&text, pruned->arena);
        program_dump(pruned, &text);
        printf("%s\n%s\n", wrong == NULL ? "" : wrong, text_string(&text));
    }
    for (size_t k = 0; k < elements && wrong == NULL; k++) {
        SymId after = pruned->outputs.at[0];
        double before = run(t, p, output, k);

        equal &= fabs(before - run(t, pruned, after, k)) <= 1e-14 * (1 + fabs(before));
    }
    expect(&t->tally, wrong == NULL && equal && pruned->stages.count == stages, "%s", what);
    program_free(p);
    if (unrolled != simple)
        program_free(unrolled);
    if (pruned != unrolled)
        program_free(pruned);
    program_free(simple);
}

/* a = W x for 2 x 3; y[i] = sig(a[i]): all scalars but the outputs. */
static void test_unroll_product(Test *t)
{
    SymId w, x, a, y;
    Range domain[2];
    AffId i, j;

    begin(t);
    w = symbol(t, "W", SYM_PARAM, 2, 2, 3);
    x = symbol(t, "x", SYM_PARAM, 1, 3, 0);
    a = symbol(t, "a", SYM_LOCAL, 1, 2, 0);
    y = symbol(t, "y", SYM_OUTPUT, 1, 2, 0);
    domain[0] = range(t, t->i, 0, 2);
    domain[1] = range(t, t->j, 0, 3);
    i = at(t, t->i, 0);
    j = at(t, t->j, 0);
    stage(t, STAGE_ADD, true, a, &i, domain, 2, times(t, read2(t, w, i, j), read1(t, x, j)));
    stage(t, STAGE_SET, false, y, &i, domain, 1, node_op1(t->p, OP_SIG, read1(t, a, i)));
    expect_unrolled(t, y, 2, 2, "a small product");
}

/* r[n,k] = X[n,k] - c[k]; f += r[n,k]^2: the inner dimension of 3 is written out, the outer one of 50 stays. */
static void test_unroll_inner(Test *t)
{
    SymId x, c, r, f;
    Range domain[2];
    AffId subs[2];
    NodeId value;

    begin(t);
    x = symbol(t, "X", SYM_PARAM, 2, 50, 3);
    c = symbol(t, "c", SYM_PARAM, 1, 3, 0);
    r = symbol(t, "r", SYM_LOCAL, 2, 50, 3);
    f = symbol(t, "f", SYM_OUTPUT, 0, 0, 0);
    domain[0] = range(t, t->i, 0, 50);
    domain[1] = range(t, t->j, 0, 3);
    subs[0] = at(t, t->i, 0);
    subs[1] = at(t, t->j, 0);
    value = node_op2(t->p, OP_SUB, read2(t, x, subs[0], subs[1]), read1(t, c, subs[1]));
    stage(t, STAGE_SET, false, r, subs, domain, 2, value);
    value = read2(t, r, subs[0], subs[1]);
    stage(t, STAGE_ADD, true, f, NULL, domain, 2, times(t, value, value));
    expect_unrolled(t, f, 1, 4, "inner dimensions");
}

/* Rows of a small triangle (the first is empty), a maximum, a guarded sum, a short product loop. */
static void test_unroll_rest(Test *t)
{
    SymId x, s, m, y;
    Range domain[2];
    AffId i, j;
    NodeId value;

    begin(t);
    x = symbol(t, "x", SYM_PARAM, 1, 4, 0);
    s = symbol(t, "s", SYM_LOCAL, 1, 4, 0);
    m = symbol(t, "m", SYM_LOCAL, 0, 0, 0);
    y = symbol(t, "y", SYM_OUTPUT, 0, 0, 0);
    domain[0] = range(t, t->i, 0, 4);
    domain[1] = (Range){ t->j, number(t, 0), at(t, t->i, 0) };
    i = at(t, t->i, 0);
    j = at(t, t->j, 0);
    stage(t, STAGE_ADD, true, s, &i, domain, 2, read1(t, x, j));
    stage(t, STAGE_MAX, true, m, NULL, domain, 1, read1(t, s, i));
    value = node_op2(t->p, OP_ADD, read1(t, s, i), read0(t, m));
    program_stage(t->p, (Stage){ .target = y, .op = STAGE_ADD, .fresh = true, .rank = 1, .value = value, .domain = domain,
                                 .guard = node_op2(t->p, OP_GT, read1(t, x, i), node_int(t->p, 0)) });
    expect_unrolled(t, y, 1, 1, "a triangle, a maximum, a guarded sum");
    build_loop(t, 0, false, 6);
    expect_unrolled(t, 2, 1, 1, "a short loop");
    build_loop(t, 1, true, 8);
    expect_unrolled(t, 2, 1, 1, "a short loop backwards");
    build_loop(t, 0, false, 9);
    expect_unrolled(t, 2, 1, 3, "a loop that stays");
}

/* Convolutions are left alone: x[i+k] does not become constant. */
static void test_unroll_not(Test *t)
{
    SymId x, w, y;
    Range domain[2];
    AffId i, k, both;

    begin(t);
    x = symbol(t, "x", SYM_PARAM, 1, 52, 0);
    w = symbol(t, "w", SYM_PARAM, 1, 3, 0);
    y = symbol(t, "y", SYM_OUTPUT, 1, 50, 0);
    domain[0] = range(t, t->i, 0, 50);
    domain[1] = range(t, t->k, 0, 3);
    i = at(t, t->i, 0);
    k = at(t, t->k, 0);
    both = aff_add(&t->p->affs, i, k);
    stage(t, STAGE_ADD, true, y, &i, domain, 2, times(t, read1(t, w, k), read1(t, x, both)));
    expect_unrolled(t, y, 50, 1, "a convolution");
}

/* s += exp(1000*x[i]); y = log(s), for each row or at once. */
static void test_shift(Test *t, bool also)
{
    SymId x, s, y, z;
    Range domain[2];
    AffId subs[2];
    NodeId value;
    Program *simple, *again;

    begin(t);
    x = symbol(t, "x", SYM_PARAM, 2, 3, 40);
    s = symbol(t, "s", SYM_LOCAL, 1, 3, 0);
    y = symbol(t, "y", SYM_OUTPUT, 1, 3, 0);
    z = symbol(t, "z", SYM_OUTPUT, 1, 3, 0);
    domain[0] = range(t, t->i, 0, 3);
    domain[1] = range(t, t->j, 0, 40);
    subs[0] = at(t, t->i, 0);
    subs[1] = at(t, t->j, 0);
    value = times(t, node_int(t->p, 1000), read2(t, x, subs[0], subs[1]));
    stage(t, STAGE_ADD, true, s, subs, domain, 2, node_op1(t->p, OP_EXP, value));
    stage(t, STAGE_SET, false, y, subs, domain, 1, node_op1(t->p, OP_LOG, read1(t, s, subs[0])));
    value = read1(t, s, subs[0]);
    stage(t, STAGE_SET, false, z, subs, domain, 1, also ? value : node_int(t->p, 0));
    simple = pass_simplify(t->p);
    again = pass_simplify(simple);
    expect(&t->tally, program_verify(simple) == NULL && again->stages.count == simple->stages.count, "shifting once");
    expect(&t->tally, also ? simple->stages.count == 3 : simple->stages.count == 5 && isfinite(run(t, again, y, 1)), "shifted sums of exp");
    program_free(t->p);
    program_free(simple);
    program_free(again);
}

static void test_prune(Test *t)
{
    SymId x, z, f, dead;
    Range domain;
    AffId i;
    Program *pruned;

    begin(t);
    x = symbol(t, "x", SYM_PARAM, 1, 4, 0);
    symbol(t, "unused", SYM_PARAM, 0, 0, 0);
    dead = symbol(t, "dead", SYM_LOCAL, 1, 4, 0);
    z = symbol(t, "z", SYM_LOCAL, 1, 4, 0);
    f = symbol(t, "f", SYM_OUTPUT, 0, 0, 0);
    domain = range(t, t->i, 0, 4);
    i = at(t, t->i, 0);
    stage(t, STAGE_SET, false, dead, &i, &domain, 1, node_op1(t->p, OP_EXP, read1(t, x, i)));
    stage(t, STAGE_SET, false, z, &i, &domain, 1, node_op1(t->p, OP_SIN, read1(t, x, i)));
    stage(t, STAGE_ADD, true, f, NULL, &domain, 1, read1(t, z, i));
    pruned = pass_prune(t->p);
    expect(&t->tally, program_verify(pruned) == NULL && pruned->stages.count == 2 && pruned->symbols.count == 4 && pruned->nodes.count == 3,
           "what nothing needs is dropped");
    expect(&t->tally, run(t, pruned, pruned->outputs.at[0], 0) == run(t, t->p, f, 0), "pruning keeps values");
    program_free(t->p);
    program_free(pruned);
}

static void all(Test *t)
{
    test_unroll_product(t);
    test_unroll_inner(t);
    test_unroll_rest(t);
    test_unroll_not(t);
    test_shift(t, false);
    test_shift(t, true);
    test_prune(t);
}

int main(void)
{
    return run_tests("program_passes", all);
}
