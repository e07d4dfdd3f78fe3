/* program.c -- the verifier finds each kind of broken program and accepts right ones; unrolling, pruning and shifting keep values. */
#include "eval/eval.h"
#include "pass/pass.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    Heap heap;
    Names names;
    Source source;
    Program *p;
    IndexId i, j, k;
    unsigned passed, failed;
} Test;

static void expect(Test *t, bool ok, const char *what)
{
    if (ok) {
        t->passed++;
    } else {
        t->failed++;
        printf("failed: %s\n", what);
    }
}

/* ---- building --------------------------------------------------------------------------------------- */

static void begin(Test *t)
{
    t->p = program_new(&t->heap, &t->names, &t->source);
    t->p->simplify = true;
    t->i = program_index(t->p, names_intern_text(&t->names, "i"), (Span){ 0, 0 });
    t->j = program_index(t->p, names_intern_text(&t->names, "j"), (Span){ 0, 0 });
    t->k = program_index(t->p, names_intern_text(&t->names, "k"), (Span){ 0, 0 });
}

static SymId symbol(Test *t, const char *name, SymRole role, unsigned rank, int32_t m, int32_t n)
{
    int32_t extents[] = { m, n };
    SymId made = program_symbol(t->p, (Symbol){ .name = names_intern_text(&t->names, name), .role = (uint8_t)role,
                                                .rank = (uint8_t)rank, .extents = extents, .of = NO_ID,
                                                .integer = role == SYM_INTEGER, .high = 3 });

    if (role == SYM_OUTPUT)
        vec_push(t->p->arena, &t->p->outputs, made);
    return made;
}

static AffId at(Test *t, IndexId i, int64_t offset)
{
    return aff_offset(&t->p->affs, aff_index(&t->p->affs, i), offset);
}

static AffId number(Test *t, int64_t value)
{
    return aff_const(&t->p->affs, value);
}

static Range range(Test *t, IndexId i, int64_t low, int64_t high)
{
    AffId from = number(t, low), to = number(t, high);

    return (Range){ i, from, to };
}

static NodeId read0(Test *t, SymId s)
{
    return node_read(t->p, s, NULL);
}

static NodeId read1(Test *t, SymId s, AffId i)
{
    return node_read(t->p, s, &i);
}

static NodeId read2(Test *t, SymId s, AffId i, AffId j)
{
    return node_read(t->p, s, (AffId[]){ i, j });
}

static NodeId times(Test *t, NodeId a, NodeId b)
{
    return node_op2(t->p, OP_MUL, a, b);
}

static StageId stage(Test *t, StageOp op, bool fresh, SymId target, const AffId *subs, const Range *domain, unsigned rank, NodeId value)
{
    return program_stage(t->p, (Stage){ .target = target, .op = (uint8_t)op, .fresh = fresh, .rank = (uint8_t)rank, .value = value,
                                        .guard = NO_ID, .domain = domain, .subs = subs });
}

/* ---- the verifier ----------------------------------------------------------------------------------- */

static void expect_right(Test *t, const char *what)
{
    const char *wrong = program_verify(t->p);

    if (wrong != NULL)
        printf("%s\n", wrong);
    expect(t, wrong == NULL, what);
    program_free(t->p);
}

static void expect_wrong(Test *t, const char *message)
{
    const char *wrong = program_verify(t->p);

    if (wrong == NULL || strstr(wrong, message) == NULL)
        printf("%s\n", wrong == NULL ? "accepted" : wrong);
    expect(t, wrong != NULL && strstr(wrong, message) != NULL, message);
    program_free(t->p);
}

/* z[i] = x[i]; f += z[i]*z[i], with one thing broken. */
typedef enum {
    RIGHT, NO_WRITER, LATE, SHORT, TWICE, REPEATED, NOT_FRESH, TWO_FRESH, OUTSIDE, FOREIGN, GIVEN, CHANGED, NO_OUTPUT, CONDITION,
    BACKWARD, NESTED, BREAKS
} Break;

static const char *const messages[BREAKS] = {
    "", "z is read before", "z is read before", "z is read before", "first twice", "set more than once", "no value yet", "first twice",
    "subscript 0 of x runs over 1..5", "not in scope", "given by the caller", "changed after", "f is not written",
    "is a condition", "not in scope", "in scope already"
};

static void build_broken(Test *t, Break how)
{
    SymId x, z, f;
    Range domain[2];
    AffId i;
    NodeId zi, value;

    begin(t);
    x = symbol(t, "x", SYM_PARAM, 1, 4, 0);
    z = symbol(t, "z", SYM_LOCAL, 1, 4, 0);
    f = symbol(t, "f", SYM_OUTPUT, 0, 0, 0);
    domain[0] = range(t, t->i, 0, how == SHORT ? 3 : 4);
    domain[1] = range(t, how == NESTED ? t->i : t->j, 0, 2);
    if (how == BACKWARD)
        domain[0].high = at(t, t->j, 1);
    i = at(t, t->i, 0);
    value = how == FOREIGN ? read1(t, x, at(t, t->k, 0)) : read1(t, x, at(t, t->i, how == OUTSIDE));
    if (how == CONDITION)
        value = node_op2(t->p, OP_GT, value, node_int(t->p, 0));
    zi = read1(t, z, i);
    if (how == LATE)
        stage(t, STAGE_ADD, true, f, NULL, domain, 1, times(t, zi, zi));
    if (how != NO_WRITER)
        stage(t, STAGE_SET, false, how == GIVEN ? x : z, &i, domain, how == REPEATED || how == BACKWARD || how == NESTED ? 2 : 1, value);
    if (how == TWICE)
        stage(t, STAGE_SET, false, z, (AffId[]){ number(t, 2) }, NULL, 0, node_int(t->p, 1));
    domain[0] = range(t, t->i, 0, 4);
    if (how == LATE || how == NO_OUTPUT)
        return;
    stage(t, STAGE_ADD, how != NOT_FRESH, f, NULL, domain, 1, times(t, zi, zi));
    if (how == TWO_FRESH)
        stage(t, STAGE_ADD, true, f, NULL, domain, 1, zi);
    if (how == CHANGED)
        stage(t, STAGE_ADD, false, z, &i, domain, 1, zi);
}

static void test_broken(Test *t)
{
    build_broken(t, RIGHT);
    expect_right(t, "a right program");
    for (Break how = NO_WRITER; how < BREAKS; how++) {
        build_broken(t, how);
        expect_wrong(t, messages[how]);
    }
}

/* Lower triangle of L from x, its rows summed over the same triangle; a read of the whole square is refused. */
static void build_triangle(Test *t, bool square)
{
    SymId x, l, y;
    Range domain[2];
    AffId subs[2];

    begin(t);
    x = symbol(t, "x", SYM_PARAM, 1, 5, 0);
    l = symbol(t, "l", SYM_LOCAL, 2, 5, 5);
    y = symbol(t, "y", SYM_OUTPUT, 1, 5, 0);
    domain[0] = range(t, t->i, 0, 5);
    domain[1] = (Range){ t->j, number(t, 0), at(t, t->i, 0) };
    subs[0] = at(t, t->i, 0);
    subs[1] = at(t, t->j, 0);
    stage(t, STAGE_SET, false, l, subs, domain, 2, read1(t, x, aff_sub(&t->p->affs, subs[0], at(t, t->j, 1))));
    if (square)
        domain[1] = range(t, t->j, 0, 5);
    stage(t, STAGE_ADD, true, y, subs, domain, 2, read2(t, l, subs[0], subs[1]));
}

static void test_triangle(Test *t)
{
    build_triangle(t, false);
    expect(t, stage_points(t->p, &t->p->stages.at[0]) == 10, "points of a triangle");
    expect_right(t, "a triangle");
    build_triangle(t, true);
    expect_wrong(t, "l is read before");
}

static void test_points(Test *t)
{
    Range domain[3];
    SymId x;
    NodeId one;
    Stage s;
    uint64_t count = 0;

    begin(t);
    x = symbol(t, "x", SYM_OUTPUT, 0, 0, 0);
    one = node_int(t->p, 1);
    domain[0] = range(t, t->i, 0, 7);
    domain[1] = (Range){ t->j, at(t, t->i, -2), number(t, 4) };
    domain[2] = (Range){ t->k, at(t, t->j, 0), at(t, t->i, 1) };
    s = (Stage){ .target = x, .op = STAGE_ADD, .fresh = true, .rank = 3, .value = one, .guard = NO_ID, .domain = domain };
    for (int i = 0; i < 7; i++)
        for (int j = i - 2; j < 4; j++)
            for (int k = j; k < i + 1; k++)
                count++;
    expect(t, stage_points(t->p, &s) == count, "points of a nest");
    s.rank = 2;
    expect(t, stage_points(t->p, &s) == 6 + 5 + 4 + 3 + 2 + 1, "points of a clipped triangle");
    program_free(t->p);
}

/* y[i] = i > 0 ? x[i-1] : 0, and z written in two parts, read as a whole. */
static void test_conditions(Test *t)
{
    SymId x, y, z;
    Range domain;
    AffId i;
    NodeId condition, part;

    begin(t);
    x = symbol(t, "x", SYM_PARAM, 1, 100, 0);
    z = symbol(t, "z", SYM_LOCAL, 1, 100, 0);
    y = symbol(t, "y", SYM_OUTPUT, 1, 100, 0);
    i = at(t, t->i, 0);
    domain = range(t, t->i, 0, 100);
    condition = node_op2(t->p, OP_GT, node_integer(t->p, i), node_int(t->p, 0));
    part = node_op(t->p, OP_SELECT, condition, read1(t, x, at(t, t->i, -1)), node_int(t->p, 0));
    program_stage(t->p, (Stage){ .target = z, .op = STAGE_SET, .rank = 1, .value = part, .guard = condition, .domain = &domain,
                                 .subs = &i });
    stage(t, STAGE_SET, false, z, (AffId[]){ AFF_ZERO }, NULL, 0, node_int(t->p, 7));
    stage(t, STAGE_SET, false, y, &i, &domain, 1, read1(t, z, i));
    expect_right(t, "conditions on indices");
}

/* Many elements written one by one, in a scattered order. */
static void test_points_one_by_one(Test *t, bool gap)
{
    enum { COUNT = 200000 };
    SymId z, f;
    Range domain;

    begin(t);
    z = symbol(t, "z", SYM_LOCAL, 1, COUNT, 0);
    f = symbol(t, "f", SYM_OUTPUT, 0, 0, 0);
    for (int64_t i = 0; i < COUNT - gap; i++)
        stage(t, STAGE_SET, false, z, (AffId[]){ number(t, i * 7919 % COUNT) }, NULL, 0, node_int(t->p, i));
    domain = range(t, t->i, 0, COUNT);
    stage(t, STAGE_ADD, true, f, NULL, &domain, 1, read1(t, z, at(t, t->i, 0)));
    if (gap)
        expect_wrong(t, "z is read before");
    else
        expect_right(t, "point writes");
}

/* P[0] = 1; loop t: P[t+1] = P[t+shift]*x[t]; f = P[n] */
static void build_loop(Test *t, int64_t shift, bool reverse, int32_t turns)
{
    SymId x, c, f;
    LoopId loop;
    AffId start, next, last, now;

    begin(t);
    x = symbol(t, "x", SYM_PARAM, 1, turns, 0);
    c = symbol(t, "P", SYM_LOCAL, 1, turns + 1, 0);
    f = symbol(t, "f", SYM_OUTPUT, 0, 0, 0);
    start = number(t, reverse ? turns : 0);
    last = number(t, reverse ? 0 : turns);
    next = at(t, t->i, !reverse);
    now = at(t, t->i, shift);
    stage(t, STAGE_SET, false, c, &start, NULL, 0, node_int(t->p, 1));
    loop = program_begin_loop(t->p, (Loop){ .index = t->i, .high = turns, .reverse = reverse, .condition = NO_ID, .turns = NO_ID });
    stage(t, STAGE_SET, false, c, &next, NULL, 0, times(t, read1(t, c, now), read1(t, x, at(t, t->i, 0))));
    program_end_loop(t->p, loop);
    stage(t, STAGE_SET, false, f, NULL, NULL, 0, read1(t, c, last));
}

static void test_loops(Test *t)
{
    build_loop(t, 0, false, 20);
    expect_right(t, "a recurrence");
    build_loop(t, 1, true, 20);
    expect_right(t, "a recurrence that runs backwards");
    build_loop(t, 1, false, 20);
    expect_wrong(t, "P is read before");
    build_loop(t, 0, true, 20);
    expect_wrong(t, "P is read before");
}

/* ---- passes ----------------------------------------------------------------------------------------- */

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
    expect(t, wrong == NULL && equal && pruned->stages.count == stages, what);
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
    expect(t, program_verify(simple) == NULL && again->stages.count == simple->stages.count, "shifting once");
    expect(t, also ? simple->stages.count == 3 : simple->stages.count == 5 && isfinite(run(t, again, y, 1)), "shifted sums of exp");
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
    expect(t, program_verify(pruned) == NULL && pruned->stages.count == 2 && pruned->symbols.count == 4 && pruned->nodes.count == 3,
           "what nothing needs is dropped");
    expect(t, run(t, pruned, pruned->outputs.at[0], 0) == run(t, t->p, f, 0), "pruning keeps values");
    program_free(t->p);
    program_free(pruned);
}

static void test_dump(Test *t)
{
    Text text;

    build_broken(t, RIGHT);
    text_init(&text, t->p->arena);
    program_dump(t->p, &text);
    expect(t, strcmp(text_string(&text), "param x[4]\nlocal z[4]\noutput f\n"
                                         "z[i] = x[i]   for i in 0..4\n"
                                         "f += z[i]*z[i]   for i in 0..4   from 0\n") == 0, "the dump");
    if (t->failed > 0)
        printf("%s", text_string(&text));
    program_free(t->p);
}

int main(void)
{
    static Test test;
    Test *t = &test;

    if (setjmp(t->heap.on_failure) != 0) {
        printf("out of memory\n");
        return 1;
    }
    names_init(&t->names, heap_arena(&t->heap));
    test_broken(t);
    test_triangle(t);
    test_points(t);
    test_conditions(t);
    test_points_one_by_one(t, false);
    test_points_one_by_one(t, true);
    test_loops(t);
    test_unroll_product(t);
    test_unroll_inner(t);
    test_unroll_rest(t);
    test_unroll_not(t);
    test_shift(t, false);
    test_shift(t, true);
    test_prune(t);
    test_dump(t);
    heap_free(&t->heap);
    printf("%u passed, %u failed\n", t->passed, t->failed);
    return t->failed != 0;
}
