/* program.c -- the verifier finds each kind of broken program and accepts right ones. */
#include <string.h>

#include "tests/unit/program_build.h"

static void expect_right(Test *t, const char *what)
{
    const char *wrong = program_verify(t->p);

    if (wrong != NULL)
        printf("%s\n", wrong);
    expect(&t->tally, wrong == NULL, "%s", what);
    program_free(t->p);
}

static void expect_wrong(Test *t, const char *message)
{
    const char *wrong = program_verify(t->p);

    if (wrong == NULL || strstr(wrong, message) == NULL)
        printf("%s\n", wrong == NULL ? "accepted" : wrong);
    expect(&t->tally, wrong != NULL && strstr(wrong, message) != NULL, "%s", message);
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
    expect(&t->tally, stage_points(t->p, &t->p->stages.at[0]) == 10, "points of a triangle");
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
    expect(&t->tally, stage_points(t->p, &s) == count, "points of a nest");
    s.rank = 2;
    expect(&t->tally, stage_points(t->p, &s) == 6 + 5 + 4 + 3 + 2 + 1, "points of a clipped triangle");
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

static void test_dump(Test *t)
{
    Text text;

    build_broken(t, RIGHT);
    text_init(&text, t->p->arena);
    program_dump(t->p, &text);
    expect(&t->tally, strcmp(text_string(&text), "param x[4]\nlocal z[4]\noutput f\n"
                                         "z[i] = x[i]   for i in 0..4\n"
                                         "f += z[i]*z[i]   for i in 0..4   from 0\n") == 0, "the dump");
    if (t->tally.failed > 0)
        printf("%s", text_string(&text));
    program_free(t->p);
}

static void all(Test *t)
{
    test_broken(t);
    test_triangle(t);
    test_points(t);
    test_conditions(t);
    test_points_one_by_one(t, false);
    test_points_one_by_one(t, true);
    test_loops(t);
    test_dump(t);
}

int main(void)
{
    return run_tests("program", all);
}
