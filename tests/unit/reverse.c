/* reverse.c -- the programs by hand on which reverse mode is tried. */
#include "reverse_run.h"

static void build_lecture(Test *t) /* f = (x + sig(y)) / (sig(x) + (x+y)^2) */
{
    static const double x_value[] = { 3 }, y_value[] = { -4 }, gradient[] = { 2.0595697955721652 };
    NodeId x = read0(t, param(t, "x", 0, 0, 0)), y = read0(t, param(t, "y", 0, 0, 0)), num, den, sum;
    SymId f = output(t, "f", 0, 0, 0);

    num = op2(t, OP_ADD, x, op1(t, OP_SIG, y));
    den = op1(t, OP_SIG, x);
    sum = op2(t, OP_ADD, x, y);
    den = named(t, op2(t, OP_ADD, den, op2(t, OP_MUL, sum, sum)), "den");
    set0(t, f, named(t, op2(t, OP_DIV, num, den), "f"));
    t->values[0] = x_value;
    t->values[1] = y_value;
    t->tape = "sig_y sig_x x_plus_y den f";
    t->exact = true;
    t->gradient = gradient;
}

static void build_fan_out(Test *t) /* f = s*s*s + sin(s)*y, g = s/y, s = x*y */
{
    NodeId x = read0(t, param(t, "x", 0, 0, 0)), y = read0(t, param(t, "y", 0, 0, 0));
    NodeId s = named(t, op2(t, OP_MUL, x, y), "s"), cube, wave;
    SymId f = output(t, "f", 0, 0, 0), g = output(t, "g", 0, 0, 0);

    cube = op2(t, OP_MUL, op2(t, OP_MUL, s, s), s);
    wave = op2(t, OP_MUL, op1(t, OP_SIN, s), y);
    set0(t, f, op2(t, OP_ADD, cube, wave));
    set0(t, g, op2(t, OP_DIV, s, y));
}

static void build_chained_outputs(Test *t) /* f = x*y, g = f*f + f: an output that is read */
{
    NodeId x = read0(t, param(t, "x", 0, 0, 0)), y = read0(t, param(t, "y", 0, 0, 0)), f;
    SymId fs = output(t, "f", 0, 0, 0), g = output(t, "g", 0, 0, 0);

    set0(t, fs, op2(t, OP_MUL, x, y));
    f = read0(t, fs);
    set0(t, g, op2(t, OP_ADD, op2(t, OP_MUL, f, f), f));
    t->tape = "f";
}

static void build_product(Test *t) /* f = sum(sig(W @ x + b)) with outlined stages */
{
    SymId w = param(t, "W", 2, 3, 4), x = param(t, "x", 1, 4, 0), b = param(t, "b", 1, 3, 0);
    SymId f = output(t, "f", 0, 0, 0);
    SymId z = symbol(t, "z", SYM_LOCAL, 1, 3, 0), a = symbol(t, "a", SYM_LOCAL, 1, 3, 0);
    IndexId i = index_of(t, "i"), k = index_of(t, "k");
    Range domain[] = { range(t, i, 0, 3), range(t, k, 0, 4) };
    AffId ai = at(t, i, 0), ak = at(t, k, 0);
    NodeId wx = op2(t, OP_MUL, read2(t, w, ai, ak), read1(t, x, ak));

    stage(t, STAGE_ADD, true, z, &ai, domain, 2, wx);
    stage(t, STAGE_SET, false, a, &ai, domain, 1, op1(t, OP_SIG, op2(t, OP_ADD, read1(t, z, ai), read1(t, b, ai))));
    sum0(t, f, domain, 1, op2(t, OP_MUL, read1(t, a, ai), read1(t, a, ai)));
    t->tape = "a";
}

static void build_softmax(Test *t) /* y = softmax(x), shifted by an inactive maximum */
{
    SymId x = param(t, "x", 1, 5, 0), y = output(t, "y", 1, 5, 0), m, e, s;
    IndexId i = index_of(t, "i");
    Range domain[] = { range(t, i, 0, 5) };
    AffId ai = at(t, i, 0);

    m = symbol(t, "m", SYM_LOCAL, 0, 0, 0);
    t->p->symbols.at[m].inactive = true;
    e = symbol(t, "E", SYM_LOCAL, 1, 5, 0);
    s = symbol(t, "s", SYM_LOCAL, 0, 0, 0);
    stage(t, STAGE_MAX, true, m, NULL, domain, 1, read1(t, x, ai));
    stage(t, STAGE_SET, false, e, &ai, domain, 1, op1(t, OP_EXP, op2(t, OP_SUB, read1(t, x, ai), read0(t, m))));
    sum0(t, s, domain, 1, read1(t, e, ai));
    stage(t, STAGE_SET, false, y, &ai, domain, 1, op2(t, OP_DIV, read1(t, e, ai), read0(t, s)));
}

static void build_max(Test *t) /* f = max(x)*2, two elements tie: the first wins */
{
    static const double x_value[] = { 1, 7, 3, 7 }, gradient[] = { 0, 2, 0, 0 };
    SymId x = param(t, "x", 1, 4, 0), f = output(t, "f", 0, 0, 0), m = symbol(t, "m", SYM_LOCAL, 0, 0, 0);
    IndexId i = index_of(t, "i");
    Range domain[] = { range(t, i, 0, 4) };

    stage(t, STAGE_MAX, true, m, NULL, domain, 1, read1(t, x, at(t, i, 0)));
    set0(t, f, op2(t, OP_MUL, node_int(t->p, 2), read0(t, m)));
    t->values[0] = x_value;
    t->exact = true;
    t->gradient = gradient;
}

static void build_pool(Test *t) /* y[i] = max(x[2*i+p]^2 for p in 0..2) */
{
    SymId x = param(t, "x", 1, 6, 0), y = output(t, "y", 1, 3, 0);
    IndexId i = index_of(t, "i"), p = index_of(t, "p");
    Range domain[] = { range(t, i, 0, 3), range(t, p, 0, 2) };
    AffId ai = at(t, i, 0), sub = aff_add(&t->p->affs, aff_scale(&t->p->affs, ai, 2, 1), at(t, p, 0));
    NodeId element = read1(t, x, sub);

    stage(t, STAGE_MAX, true, y, &ai, domain, 2, op2(t, OP_MUL, element, element));
}

static void build_branch(Test *t) /* f = x > 0 ? sqrt(x)*x + sqrt(x) : 0, at 0 */
{
    static const double zero[] = { 0 }, gradient[] = { 0 };
    NodeId x = read0(t, param(t, "x", 0, 0, 0)), root, value, above;
    SymId f = output(t, "f", 0, 0, 0);

    above = op2(t, OP_GT, x, node_int(t->p, 0));
    root = op1(t, OP_SQRT, x);
    value = op2(t, OP_ADD, op2(t, OP_MUL, root, x), root);
    set0(t, f, node_op(t->p, OP_SELECT, above, value, node_int(t->p, 0)));
    t->values[0] = zero;
    t->exact = true;
    t->gradient = gradient;
    t->tape = "sqrt_x";
}

/* f = (x > 0 ? s : 0) + (x > 1 || y > 2 ? s*s : 0), s = sqrt(x) + 1/x, at x = 0 */
static void build_two_branches(Test *t)
{
    static const double zero[] = { 0 }, one[] = { 1 }, gradient[] = { 0 };
    NodeId x = read0(t, param(t, "x", 0, 0, 0)), y = read0(t, param(t, "y", 0, 0, 0)), s, first, second, either;
    NodeId none = node_int(t->p, 0);
    SymId f = output(t, "f", 0, 0, 0);

    s = op2(t, OP_ADD, op1(t, OP_SQRT, x), op2(t, OP_DIV, node_int(t->p, 1), x));
    first = node_op(t->p, OP_SELECT, op2(t, OP_GT, x, none), s, none);
    either = op2(t, OP_OR, op2(t, OP_GT, x, node_int(t->p, 1)), op2(t, OP_GT, y, node_int(t->p, 2)));
    second = node_op(t->p, OP_SELECT, either, op2(t, OP_MUL, s, s), none);
    set0(t, f, op2(t, OP_ADD, first, second));
    t->values[0] = zero;
    t->values[1] = one;
    t->exact = true;
    t->gradient = gradient;
}

static void build_two_branches_taken(Test *t)
{
    static const double x_value[] = { 0.5 }, y_value[] = { 3 };

    build_two_branches(t);
    t->exact = false;
    t->values[0] = x_value;
    t->values[1] = y_value;
}

static void build_array_branch(Test *t) /* y[i] = x[i] > 0 ? x[i]*sqrt(a) : x[i], at a = 0, where no x is positive */
{
    static const double zero[] = { 0 }, x_value[] = { -1, -2, -3 }, gradient[] = { 0 };
    SymId a = param(t, "a", 0, 0, 0), x = param(t, "x", 1, 3, 0), y = output(t, "y", 1, 3, 0);
    IndexId i = index_of(t, "i");
    Range domain[] = { range(t, i, 0, 3) };
    AffId ai = at(t, i, 0);
    NodeId element = read1(t, x, ai), above = op2(t, OP_GT, element, node_int(t->p, 0)), value;

    value = op2(t, OP_MUL, element, op1(t, OP_SQRT, read0(t, a)));
    stage(t, STAGE_SET, false, y, &ai, domain, 1, node_op(t->p, OP_SELECT, above, value, element));
    t->values[0] = zero;
    t->values[1] = x_value;
    t->exact = true;
    t->gradient = gradient;
}

static void build_guard(Test *t) /* x > 1: T = sum(sqrt(x*v)); f = x > 1 ? T : x */
{
    NodeId x = read0(t, param(t, "x", 0, 0, 0)), above = op2(t, OP_GT, x, node_int(t->p, 1));
    SymId v = param(t, "v", 1, 4, 0), f = output(t, "f", 0, 0, 0), r = symbol(t, "r", SYM_LOCAL, 1, 4, 0), sum;
    IndexId i = index_of(t, "i");
    Range domain[] = { range(t, i, 0, 4) };
    AffId ai = at(t, i, 0);
    Stage guarded = { .target = r, .op = STAGE_SET, .rank = 1, .guard = above, .domain = domain, .subs = &ai };
    NodeId branch;

    sum = symbol(t, "T", SYM_LOCAL, 0, 0, 0);
    guarded.value = op1(t, OP_SQRT, op2(t, OP_MUL, x, op2(t, OP_MUL, read1(t, v, ai), read1(t, v, ai))));
    program_stage(t->p, guarded);
    guarded = (Stage){ .target = sum, .op = STAGE_ADD, .fresh = true, .rank = 1, .guard = above, .domain = domain };
    guarded.value = read1(t, r, ai);
    program_stage(t->p, guarded);
    branch = node_op(t->p, OP_SELECT, above, read0(t, sum), x);
    set0(t, f, op2(t, OP_MUL, branch, branch));
}

static void build_guard_taken(Test *t)
{
    static const double two[] = { 2 };

    build_guard(t);
    t->values[0] = two;
}

static void build_prod(Test *t) /* f = prod(x) with a zero element */
{
    static const double x_value[] = { 2, 0, 3, 5 }, gradient[] = { 0, 30, 0, 0 };
    SymId x = param(t, "x", 1, 4, 0), f = output(t, "f", 0, 0, 0), p = symbol(t, "P", SYM_LOCAL, 1, 5, 0);
    IndexId i = index_of(t, "i");
    AffId first = number(t, 0), last = number(t, 4), now = at(t, i, 0), next = at(t, i, 1);
    LoopId loop;

    stage(t, STAGE_SET, false, p, &first, NULL, 0, node_int(t->p, 1));
    loop = program_begin_loop(t->p, (Loop){ .index = i, .low = 0, .high = 4, .condition = NO_ID, .turns = NO_ID });
    stage(t, STAGE_SET, false, p, &next, NULL, 0, op2(t, OP_MUL, read1(t, p, now), read1(t, x, now)));
    program_end_loop(t->p, loop);
    set0(t, f, read1(t, p, last));
    t->values[0] = x_value;
    t->exact = true;
    t->gradient = gradient;
    t->tape = "P";
}

static void build_recurrence(Test *t) /* h[t+1] = sin(a*h[t]); o[t] = v*h[t+1] + a; f = sum(o^2), a and v scalars */
{
    NodeId a = read0(t, param(t, "a", 0, 0, 0)), v = read0(t, param(t, "v", 0, 0, 0)), element;
    SymId f = output(t, "f", 0, 0, 0), h = symbol(t, "h", SYM_LOCAL, 1, 7, 0), o = symbol(t, "o", SYM_LOCAL, 1, 6, 0);
    IndexId i = index_of(t, "t"), k = index_of(t, "k");
    AffId first = number(t, 0), now = at(t, i, 0), next = at(t, i, 1);
    Range domain[] = { range(t, k, 0, 6) };
    LoopId loop;

    stage(t, STAGE_SET, false, h, &first, NULL, 0, op1(t, OP_EXP, a));
    loop = program_begin_loop(t->p, (Loop){ .index = i, .low = 0, .high = 6, .condition = NO_ID, .turns = NO_ID });
    stage(t, STAGE_SET, false, h, &next, NULL, 0, op1(t, OP_SIN, op2(t, OP_MUL, op1(t, OP_EXP, a), read1(t, h, now))));
    stage(t, STAGE_SET, false, o, &now, NULL, 0, op2(t, OP_ADD, op2(t, OP_MUL, v, read1(t, h, next)), a));
    program_end_loop(t->p, loop);
    element = read1(t, o, at(t, k, 0));
    sum0(t, f, domain, 1, op2(t, OP_MUL, element, element));
}

static void build_scatter(Test *t) /* y[n] = x[label[n]]*w[n]: a gather, whose adjoint scatters */
{
    SymId x, w, y, label = symbol(t, "label", SYM_INTEGER, 1, 6, 0);
    IndexId n = index_of(t, "n");
    Range domain[] = { range(t, n, 0, 6) };
    AffId an = at(t, n, 0), picked = aff_element(&t->p->affs, label, &an, 1);

    x = param(t, "x", 1, 3, 0);
    w = param(t, "w", 1, 6, 0);
    y = output(t, "y", 1, 6, 0);
    stage(t, STAGE_SET, false, y, &an, domain, 1, op2(t, OP_MUL, read1(t, x, picked), read1(t, w, an)));
}

static void build_stencil(Test *t) /* Rosenbrock: f += 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 */
{
    SymId x = param(t, "x", 1, 7, 0), f = output(t, "f", 0, 0, 0);
    IndexId i = index_of(t, "i");
    Range domain[] = { range(t, i, 0, 6) };
    NodeId now = read1(t, x, at(t, i, 0)), next = read1(t, x, at(t, i, 1)), gap, rest;

    gap = op2(t, OP_SUB, next, op2(t, OP_MUL, now, now));
    rest = op2(t, OP_SUB, node_int(t->p, 1), now);
    gap = op2(t, OP_MUL, node_int(t->p, 100), op2(t, OP_MUL, gap, gap));
    sum0(t, f, domain, 1, op2(t, OP_ADD, gap, op2(t, OP_MUL, rest, rest)));
    t->tape = "";
}

static void build_triangle(Test *t) /* s[i] = sum(L[i,j]*r[j] for j in 0..i); f = sum(s^2), two elements of L by name */
{
    SymId l = param(t, "L", 2, 4, 4), r = param(t, "r", 1, 4, 0), f = output(t, "f", 0, 0, 0);
    SymId s = symbol(t, "s", SYM_LOCAL, 1, 4, 0);
    IndexId i = index_of(t, "i"), j = index_of(t, "j");
    Range domain[] = { range(t, i, 0, 4), { j, AFF_ZERO, at(t, i, 0) } };
    AffId ai = at(t, i, 0), aj = at(t, j, 0), two = number(t, 2), three = number(t, 3);
    NodeId square, term = op2(t, OP_MUL, read2(t, l, ai, aj), read1(t, r, aj));

    stage(t, STAGE_ADD, true, s, &ai, domain, 2, term);
    square = op2(t, OP_MUL, read1(t, s, ai), read1(t, s, ai));
    sum0(t, f, domain, 1, op2(t, OP_MUL, square, op2(t, OP_MUL, read2(t, l, two, three), read2(t, l, three, two))));
}

static void build_scalars_inside(Test *t) /* y[i] = x[i]*(a*b) + a: cheap scalars in a domain; one element used again */
{
    SymId a = param(t, "a", 0, 0, 0), b = param(t, "b", 0, 0, 0), x = param(t, "x", 1, 5, 0);
    SymId y = output(t, "y", 1, 5, 0), g = output(t, "g", 0, 0, 0);
    IndexId i = index_of(t, "i");
    Range domain[] = { range(t, i, 0, 5) };
    AffId ai = at(t, i, 0);
    NodeId ab = named(t, op2(t, OP_MUL, read0(t, a), read0(t, b)), "ab");

    stage(t, STAGE_SET, false, y, &ai, domain, 1, op2(t, OP_ADD, op2(t, OP_MUL, read1(t, x, ai), ab), read0(t, a)));
    set0(t, g, op2(t, OP_MUL, ab, read1(t, x, number(t, 2))));
}

static void build_unused(Test *t) /* nothing depends on y, and only x[1] of x matters */
{
    SymId x = param(t, "x", 1, 40, 0), f;

    param(t, "y", 2, 2, 3);
    f = output(t, "f", 0, 0, 0);
    set0(t, f, op1(t, OP_EXP, read1(t, x, number(t, 1))));
}

static void build_refused(Test *t)
{
    NodeId x = read0(t, param(t, "x", 0, 0, 0));

    set0(t, output(t, "f", 0, 0, 0), op1(t, OP_TRIGAMMA, x));
    t->fails = "trigamma";
}

static void run_all(Test *t)
{
    run(t, "lecture", build_lecture);
    run(t, "fan-out", build_fan_out);
    run(t, "chained outputs", build_chained_outputs);
    run(t, "product", build_product);
    run(t, "softmax", build_softmax);
    run(t, "max", build_max);
    run(t, "pool", build_pool);
    run(t, "branch", build_branch);
    run(t, "two branches", build_two_branches);
    run(t, "two branches taken", build_two_branches_taken);
    run(t, "array branch", build_array_branch);
    run(t, "guard", build_guard);
    run(t, "guard taken", build_guard_taken);
    run(t, "prod", build_prod);
    run(t, "recurrence", build_recurrence);
    run(t, "scatter", build_scatter);
    run(t, "stencil", build_stencil);
    run(t, "triangle", build_triangle);
    run(t, "scalars inside", build_scalars_inside);
    run(t, "unused", build_unused);
    run(t, "refused", build_refused);
}

int main(void)
{
    static Test t;

    if (setjmp(t.heap.on_failure) != 0) {
        printf("memory ran out\n");
        return 1;
    }
    t.arena = heap_arena(&t.heap);
    names_init(&t.names, t.arena);
    run_all(&t);
    heap_free(&t.heap);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
