/* node.c -- hash-consing, and every simplification: the expected form, its value over special numbers, idempotence. */
#include "pass/pass.h"
#include "tests/support/tally.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    Heap heap;
    Names names;
    Source source;
    Program *raw, *simple;
    SymId x, y;
    Tally tally;
} Test;

/* ---- expressions in postfix ------------------------------------------------------------------------- */

static SymId param(Program *p, const char *name)
{
    return program_symbol(p, (Symbol){ .name = names_intern_text(p->names, name), .role = SYM_PARAM, .of = NO_ID });
}

static Op op_named(const char *word)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (strcmp(op_info[op].name, word) == 0)
            return (Op)op;
    return OP_COUNT;
}

static NodeId leaf(Test *t, Program *p, const char *word)
{
    Rational value;
    bool minus = word[0] == '-' && word[1] != '\0';

    if (strcmp(word, "x") == 0)
        return node_read(p, t->x, NULL);
    if (strcmp(word, "y") == 0)
        return node_read(p, t->y, NULL);
    if (!rational_parse(p->arena, word + minus, strlen(word + minus), &value))
        return NO_ID;
    return node_literal(p, minus ? rational_neg(p->arena, value) : value);
}

static NodeId build(Test *t, Program *p, const char *postfix, bool raw)
{
    NodeId stack[32] = { NO_ID };
    size_t depth = 0;
    char text[256], *word;

    snprintf(text, sizeof text, "%s", postfix);
    for (word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        Op op = op_named(word);
        NodeId arg[OP_MOST_ARGS] = { NO_ID, NO_ID, NO_ID };
        size_t arity = op == OP_COUNT ? 0 : op_info[op].arity;

        if (op == OP_COUNT) {
            stack[depth++] = leaf(t, p, word);
            continue;
        }
        memcpy(arg, stack + depth - arity, arity * sizeof *arg);
        depth -= arity;
        stack[depth++] = (raw ? node_raw : node_op)(p, op, arg[0], arg[1], arg[2]);
    }
    return stack[0];
}

/* ---- values ----------------------------------------------------------------------------------------- */

static long double exact_op(Op op, const long double *a)
{
    switch (op) {
    case OP_ADD: return a[0] + a[1];
    case OP_SUB: return a[0] - a[1];
    case OP_MUL: return a[0] * a[1];
    case OP_DIV: return a[0] / a[1];
    case OP_NEG: return -a[0];
    case OP_POW: return powl(a[0], a[1]);
    case OP_EXP: return expl(a[0]);
    case OP_EXP2: return exp2l(a[0]);
    case OP_EXPM1: return expm1l(a[0]);
    case OP_LOG: return logl(a[0]);
    case OP_LOG1P: return log1pl(a[0]);
    case OP_SQRT: return sqrtl(a[0]);
    case OP_ABS: return fabsl(a[0]);
    case OP_COS: return cosl(a[0]);
    case OP_SIG: return 1 / (1 + expl(-a[0]));
    case OP_LOGSIG: return a[0] > 0 ? -log1pl(expl(-a[0])) : a[0] - log1pl(expl(a[0]));
    case OP_SOFTPLUS: return a[0] > 0 ? a[0] + log1pl(expl(-a[0])) : log1pl(expl(a[0]));
    case OP_LT: return a[0] < a[1];
    case OP_GT: return a[0] > a[1];
    case OP_EQ: return a[0] == a[1];
    case OP_NE: return a[0] != a[1];
    case OP_AND: return a[0] != 0 && a[1] != 0;
    case OP_OR: return a[0] != 0 || a[1] != 0;
    case OP_NOT: return a[0] == 0;
    case OP_MAX: return isnan(a[0]) || a[0] >= a[1] ? a[0] : a[1];
    default: return NAN;
    }
}

/* All nodes are evaluated, the branches of selects too, but only the taken one counts. */
static long double value_of(Test *t, const Program *p, NodeId root, double x, double y, bool exact)
{
    long double *values = calloc(root + 1, sizeof *values), result;

    for (NodeId i = 0; i <= root; i++) {
        const Node *node = &p->nodes.at[i];
        long double a[OP_MOST_ARGS] = { 0 };
        double d[OP_MOST_ARGS];
        Rational literal;

        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            a[k] = values[node->u.arg[k]];
        for (unsigned k = 0; k < OP_MOST_ARGS; k++)
            d[k] = (double)a[k];
        if (node_is_literal(p, i, &literal))
            values[i] = exact ? (long double)literal.num / (long double)literal.den : (long double)rational_to_double(literal);
        else if (node->op == OP_READ)
            values[i] = (long double)(node->u.read.symbol == t->x ? x : y);
        else if (node->op == OP_E)
            values[i] = exact ? 2.718281828459045235360287471352662498L : (long double)2.718281828459045;
        else if (node->op == OP_SELECT)
            values[i] = a[0] != 0 ? a[1] : a[2];
        else
            values[i] = exact ? exact_op((Op)node->op, a) : (long double)op_value((Op)node->op, d);
    }
    result = values[root];
    free(values);
    return result;
}

static double distance(double value, long double exact)
{
    double rounded = (double)exact;

    if (value == rounded || (isnan(value) && isnan(rounded)))
        return 0;
    if (!isfinite(value) || !isfinite(rounded))
        return HUGE_VAL;
    return (double)(fabsl((long double)value - exact) / fmaxl(fabsl(exact) * (long double)DBL_EPSILON, 0x1p-1074L));
}

static const double special[] = { 0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.7, -0.3, 1e-9, -1e-17, 40.0, -745.2, 1000.0, 1e-310, -4e-320,
                                  1e-160, 1e160, -3e307, 1.7e308, HUGE_VAL, -HUGE_VAL, NAN };
enum { SPECIAL = sizeof special / sizeof *special };

/* The simplified value equals the raw one, or is at least as near to the exact one (up to 4 units in the last place more).
 * The simplified form in long double is taken as exact; where cancellation spoils the raw form, that is its point. */
static bool keeps_value(Test *t, NodeId raw, NodeId simple, const char *text)
{
    for (size_t i = 0; i < SPECIAL; i++) {
        for (size_t k = 0; k < SPECIAL; k++) {
            double x = special[i], y = special[k];
            double before = (double)value_of(t, t->raw, raw, x, y, false), after = (double)value_of(t, t->simple, simple, x, y, false);
            long double exact = value_of(t, t->simple, simple, x, y, true), same = value_of(t, t->raw, raw, x, y, true);

            if (before == after || (isnan(before) && (isnan(after) || isinf(x) || isinf(y) || !isfinite(same))))
                continue;
            if (distance(after, exact) <= distance(before, exact) + 4
                && (!isfinite(same) || fabsl(same - exact) <= 1e-15L * fmaxl(1, fabsl(exact))))
                continue;
            printf("%s at x = %g, y = %g: %.17g became %.17g (exact: %.20Lg)\n", text, x, y, before, after, exact);
            return false;
        }
    }
    return true;
}

/* ---- rules ------------------------------------------------------------------------------------------ */

typedef struct {
    const char *raw, *simple;
} Rule;

static const Rule rules[] = {
    /* numbers */
    { "1 2 +", "3" }, { "1 3 / 2 *", "2 3 /" }, { "0.1 0.2 +", "0.3" }, { "2 10 pow", "1024" }, { "2 -3 pow", "0.125" },
    { "3 neg", "-3" }, { "0 neg", "0 neg" }, { "1 0 /", "1 0 /" }, { "1e300 1e300 *", "1e300 1e300 *" }, { "-3 abs", "3" },
    { "2 3 max", "3" }, { "1 2 < x y ?:", "x" }, { "1 2 > x y ?:", "y" }, { "0 -2 *", "0 -2 *" },
    /* identities */
    { "x 0 +", "x" }, { "0 x +", "x" }, { "x 0 -", "x" }, { "x 1 *", "x" }, { "1 x *", "x" }, { "x 1 /", "x" }, { "x neg neg", "x" },
    { "x y neg -", "x y +" }, { "x y neg +", "x y -" }, { "x neg y +", "y x -" }, { "x -1 *", "x neg" }, { "x -1 /", "x neg" },
    { "0 x *", "0 x *" }, { "x x -", "x x -" }, { "x x /", "x x /" }, { "x neg y *", "x y * neg" }, { "x neg y neg *", "x y *" },
    { "x y neg /", "x y / neg" }, { "x neg 3 *", "x -3 *" }, { "3 x * neg", "-3 x *" }, { "x -2 y * +", "x 2 y * -" },
    { "x -2 y * -", "x 2 y * +" }, { "x y max x y max max", "x y max" },
    /* terms and factors */
    { "x x +", "2 x *" }, { "2 x * x +", "3 x *" }, { "4 x * x 2 * -", "2 x *" }, { "x 3 x * -", "-2 x *" }, { "x x neg -", "2 x *" },
    { "1 x - 1 x + -", "-2 x *" }, { "x 1 + 1 x - -", "2 x *" }, { "1 x - 1 y + -", "1 x - 1 y + -" },
    { "2 0.3 x * *", "0.6 x *" }, { "0.5 2 x * *", "x" }, { "x 4 /", "x 0.25 *" }, { "x 3 /", "x 3 /" }, { "3 x 5 * *", "3 x 5 * *" },
    { "3 x / 2 *", "6 x /" }, { "1 2 x * /", "0.5 x /" }, { "x 8 / 3 *", "x 0.375 *" },
    { "2 3 x * y * *", "2 3 x * y * *" }, { "1e-300 x * 1e300 *", "1e-300 x * 1e300 *" },
    /* powers */
    { "x 2 pow", "x x *" }, { "x 3 pow", "x x * x *" }, { "x 4 pow", "x x * x x * *" }, { "x 1 pow", "x" }, { "x 0 pow", "1" },
    { "1 x pow", "1" }, { "x -1 pow", "1 x /" }, { "x -2 pow", "1 x / 1 x / *" }, { "x 7 pow", "x x * x x * * x x * x * *" },
    { "x 8 pow", "x x * x x * * x x * x x * * *" }, { "x 9 pow", "x 9 pow" }, { "x 0.5 pow", "x 0.5 pow" },
    { "x exp 0.5 pow", "x exp sqrt" }, { "x x * y y * + 0.5 pow", "x x * y y * + sqrt" }, { "2 x pow", "x exp2" },
    { "e x pow", "x exp" }, { "x 5 pow", "x x * x x * * x *" }, { "x 6 pow", "x x * x * x x * x * *" },
    { "x -8 pow", "1 x / 1 x / * 1 x / 1 x / * * 1 x / 1 x / * 1 x / 1 x / * * *" },
    /* conditions */
    { "x y < x x ?:", "x" }, { "x 0 > ! x y ?:", "x 0 > y x ?:" }, { "x 0 > ! ! x y ?:", "x 0 > x y ?:" },
    { "x 0 > x 0 > ! || x y ?:", "x" }, { "x 0 > ! x 0 > && x y ?:", "y" }, { "x 0 > x 0 <= && x y ?:", "x 0 > x 0 <= && x y ?:" },
    { "x y == ! x y ?:", "x y != x y ?:" }, { "x 0 > x 0 > && x y ?:", "x 0 > x y ?:" }, { "1 1 == x 0 > && x y ?:", "x 0 > x y ?:" },
    { "x 0 > x 0 > x y ?: 3 ?:", "x 0 > x 3 ?:" }, { "x 0 > x 0 ?: x 0 > 0 y ?: +", "x 0 > x y ?:" },
    { "x 0 > x 0 ?: x 0 > y 0 ?: +", "x 0 > x y + 0 ?:" },
    /* functions */
    { "1 x + log", "x log1p" }, { "x 1 + log", "x log1p" }, { "1 x - log", "x neg log1p" }, { "x exp 1 -", "x expm1" },
    { "-1 x exp +", "x expm1" }, { "1 x exp -", "x expm1 neg" }, { "1 1 x neg exp + /", "x sig" }, { "1 x neg exp 1 + /", "x sig" },
    { "1 1 x exp + /", "x neg sig" }, { "x exp 1 x exp + /", "x sig" }, { "y 1 x exp + /", "y x neg sig *" },
    { "1 x exp + log", "x softplus" }, { "x exp 1 + log", "x softplus" }, { "x exp log1p", "x softplus" }, { "x sig log", "x logsig" }, { "x neg abs", "x abs" }, { "x neg cos", "x cos" },
};

static void test_rules(Test *t)
{
    Rebuild rebuild;

    rebuild_begin(&rebuild, t->raw, t->simple);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        NodeId raw = build(t, t->raw, rules[i].raw, true), got = rebuild_node(&rebuild, raw);
        NodeId wanted = build(t, t->simple, rules[i].simple, strchr(rules[i].simple, '3') == NULL || strcmp(rules[i].simple, "2 3 /") != 0);

        expect(&t->tally, got == wanted, "%s", rules[i].raw);
        expect(&t->tally, keeps_value(t, raw, got, rules[i].raw), "%s", rules[i].raw);
        expect(&t->tally, build(t, t->simple, rules[i].raw, false) == got, "%s", rules[i].raw);
    }
}

/* ---- random expressions ----------------------------------------------------------------------------- */

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static NodeId random_node(Test *t, uint64_t *state, NodeId *pool, size_t count)
{
    static const Op ops[] = { OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_NEG, OP_EXP, OP_LOG, OP_SELECT, OP_POW, OP_ADD, OP_MUL, OP_SUB };
    Op op = ops[next_random(state) % (sizeof ops / sizeof *ops)];
    NodeId a = pool[next_random(state) % count], b = pool[next_random(state) % count], c = pool[next_random(state) % count];

    if (op == OP_SELECT)
        return node_raw(t->raw, op, node_raw(t->raw, OP_GT, c, pool[0], NO_ID), a, b);
    if (op == OP_POW)
        b = node_int(t->raw, (int64_t)(next_random(state) % 17) - 8);
    return node_raw(t->raw, op, a, b, NO_ID);
}

/* Finite values stay finite; a second pass changes nothing; the verifier of the order of nodes agrees by construction. */
static void test_random(Test *t)
{
    enum { POOL = 40, ROUNDS = 300 };
    uint64_t state = 1;

    for (int round = 0; round < ROUNDS; round++) {
        NodeId pool[POOL];
        size_t count = 0;
        Rebuild first, second;
        Program *simple = program_like(t->raw), *again = program_like(t->raw);
        bool finite = true, same = true;

        simple->simplify = again->simplify = true;
        for (const char *const *word = (const char *const[]){ "0", "x", "y", "1", "2", "-1", "0.5", "3", NULL }; *word != NULL; word++)
            pool[count++] = leaf(t, t->raw, *word);
        while (count < POOL) {
            pool[count] = random_node(t, &state, pool, count);
            count++;
        }
        rebuild_begin(&first, t->raw, simple);
        rebuild_begin(&second, simple, again);
        for (size_t i = 0; i < POOL; i++)
            rebuild_node(&first, pool[i]);
        for (NodeId i = 0; i < simple->nodes.count; i++)
            rebuild_node(&second, i);
        for (size_t i = 0; i < POOL; i++) {
            NodeId node = rebuild_node(&first, pool[i]);
            double before = (double)value_of(t, t->raw, pool[i], 1.3, -0.7, false);
            double after = (double)value_of(t, simple, node, 1.3, -0.7, false);

            finite &= !isfinite(before) || isfinite(after);
            finite &= !isfinite(before) || fabs(before - after) <= 1e-6 * (1 + fabs(before)) || fabs(before) > 1e12;
            if (!finite) {
                printf("round %d, node %zu: %.17g became %.17g\n", round, i, before, after);
                break;
            }
            same &= second.memo[node] < again->nodes.count && again->nodes.at[second.memo[node]].op == simple->nodes.at[node].op;
        }
        expect(&t->tally, finite, "a finite value changed");
        expect(&t->tally, same && again->nodes.count <= simple->nodes.count, "simplification is not idempotent");
        program_free(simple);
        program_free(again);
    }
}

/* ---- nodes ------------------------------------------------------------------------------------------ */

static void test_consing(Test *t)
{
    Program *p = t->raw;
    NodeId x = node_read(p, t->x, NULL), y = node_read(p, t->y, NULL), sum = node_raw(p, OP_ADD, x, y, NO_ID);
    NodeId product = node_raw(p, OP_MUL, y, x, NO_ID);

    expect(&t->tally, node_raw(p, OP_ADD, y, x, NO_ID) == sum && p->nodes.at[sum].u.arg[0] == x, "x+y and y+x are one, as first written");
    expect(&t->tally, node_raw(p, OP_MUL, x, y, NO_ID) == product && p->nodes.at[product].u.arg[0] == y, "y*x and x*y likewise");
    expect(&t->tally, node_raw(p, OP_SUB, x, y, NO_ID) != node_raw(p, OP_SUB, y, x, NO_ID), "x-y and y-x are two");
    expect(&t->tally, node_int(p, 3) == leaf(t, p, "3.0") && node_int(p, 3) != node_int(p, -3), "literals are equal by value");
    expect(&t->tally, node_integer(p, aff_const(&p->affs, 3)) == node_int(p, 3), "a constant integer is a literal");
}

static void test_integers(Test *t)
{
    Program *p = program_new(&t->heap, &t->names, &t->source);
    AffId i = aff_index(&p->affs, program_index(p, NAME_NONE, (Span){ 0, 0 }));
    NodeId now = node_integer(p, i), next = node_integer(p, aff_offset(&p->affs, i, 1));
    NodeId twice = node_integer(p, aff_scale(&p->affs, i, 2, 1));

    p->simplify = true;
    expect(&t->tally, node_is_int(p, node_op2(p, OP_GT, next, now), 1), "i+1 > i");
    expect(&t->tally, node_is_int(p, node_op2(p, OP_GT, now, now), 0), "not i > i");
    expect(&t->tally, node_is_int(p, node_op2(p, OP_EQ, now, next), 0), "not i == i+1");
    expect(&t->tally, p->nodes.at[node_op2(p, OP_LT, now, twice)].op == OP_LT, "i < 2*i is not decided");
    program_free(p);
}

/* Comparisons of k in 0..3 and m in -2..6 with numbers and with each other. */
static void test_integer_ranges(Test *t)
{
    static const struct {
        Op op;
        int known;              /* -1: not decided */
        int64_t k, m, constant; /* factors, and what they are compared with */
    } cases[] = {
        { OP_LT, 1, 1, 0, 3 }, { OP_LT, -1, 1, 0, 2 }, { OP_LT, 0, 1, 0, 0 }, { OP_LE, 1, 1, 0, 2 }, { OP_LE, -1, 1, 0, 1 },
        { OP_LE, 0, 1, 0, -1 }, { OP_GE, 1, 1, 0, 0 }, { OP_GE, -1, 1, 0, 1 }, { OP_GE, 0, 1, 0, 3 }, { OP_GT, 1, 1, 0, -1 },
        { OP_GT, -1, 1, 0, 0 }, { OP_GT, 0, 1, 0, 2 }, { OP_EQ, 0, 1, 0, 3 }, { OP_EQ, -1, 1, 0, 1 }, { OP_EQ, -1, 1, 0, 0 },
        { OP_NE, 1, 1, 0, 3 }, { OP_NE, 1, 1, 0, -1 }, { OP_NE, -1, 1, 0, 2 }, { OP_LT, 1, -2, 0, 1 }, { OP_GT, -1, -2, 0, -4 },
        { OP_GE, 1, -2, 0, -4 }, { OP_LE, 1, 1, 1, 7 }, { OP_LE, -1, 1, 1, 6 }, { OP_GE, 1, 1, -1, -5 }, { OP_GE, -1, 1, -1, -4 },
        { OP_LT, -1, INT64_MAX, 0, 1 },
    };
    Program *p = t->simple;
    Symbol k = { .name = names_intern(&t->names, "k", 1), .role = SYM_INTEGER, .integer = true, .high = 3, .of = NO_ID };
    Symbol m = { .name = names_intern(&t->names, "m", 1), .role = SYM_INTEGER, .integer = true, .low = -2, .high = 6, .of = NO_ID };
    AffId of_k = aff_element(&p->affs, program_symbol(p, k), NULL, 0), of_m = aff_element(&p->affs, program_symbol(p, m), NULL, 0);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        NodeId left = node_integer(p, aff_add(&p->affs, aff_scale(&p->affs, of_k, cases[i].k, 1), aff_scale(&p->affs, of_m, cases[i].m, 1)));
        NodeId test = node_op2(p, cases[i].op, left, node_int(p, cases[i].constant));
        bool decided = p->nodes.at[test].op == OP_LITERAL;

        expect(&t->tally, cases[i].known < 0 ? !decided : node_is_int(p, test, cases[i].known), "a comparison of integer inputs, case %zu", i);
    }
}

static void test_sets(Test *t)
{
    Program *p = program_new(&t->heap, &t->names, &t->source);
    IndexId i = program_index(p, NAME_NONE, (Span){ 0, 0 }), j = program_index(p, NAME_NONE, (Span){ 0, 0 });
    SetId a = set_of(p, i), b = set_of(p, j), both = set_union(p, a, b);
    SymId s = program_symbol(p, (Symbol){ .role = SYM_PARAM, .rank = 1, .extents = (const int32_t[]){ 9 }, .of = NO_ID });
    AffId sub = aff_add(&p->affs, aff_index(&p->affs, i), aff_index(&p->affs, j));
    NodeId read = node_read(p, s, &sub), other;
    AffId two = aff_const(&p->affs, 2);

    expect(&t->tally, both == set_union(p, b, a) && set_union(p, both, a) == both && set_has(p, both, j) && !set_has(p, a, j), "unions");
    expect(&t->tally, p->nodes.at[read].deps == both && set_of_aff(p, sub) == both, "a read depends on its subscripts");
    other = node_substitute(p, node_raw(p, OP_SIN, read, NO_ID, NO_ID), &i, &two, 1);
    expect(&t->tally, p->nodes.at[other].deps == b && p->nodes.at[other].op == OP_SIN, "substitution");
    expect(&t->tally, node_substitute(p, other, &i, &two, 1) == other, "substitution of what does not occur");
    program_free(p);
}

static NodeId partial(Program *p, NodeId node, unsigned k)
{
    return node_partial(p, node, node, k);
}

static void test_partials(Test *t)
{
    Program *p = t->simple;
    NodeId x = node_read(p, t->x, NULL), y = node_read(p, t->y, NULL), sig = node_op1(p, OP_SIG, x);

    expect(&t->tally, partial(p, sig, 0) == build(t, p, "x sig 1 x sig - *", true), "d sig(x)");
    expect(&t->tally, partial(p, node_op2(p, OP_DIV, x, y), 0) == build(t, p, "1 y /", true), "d x/y by x");
    expect(&t->tally, partial(p, node_op2(p, OP_DIV, x, y), 1) == build(t, p, "x y / 1 y / * neg", true), "d x/y by y");
    expect(&t->tally, node_is_int(p, partial(p, node_op2(p, OP_ADD, x, y), 1), 1), "d x+y by y");
    expect(&t->tally, partial(p, node_op1(p, OP_STEP, x), 0) == NO_ID, "step has no derivative");
}

static void expect_name(Test *t, const char *postfix, const char *name)
{
    Name got = node_telling_name(t->raw, build(t, t->raw, postfix, true));

    if (strcmp(names_text(&t->names, got), name) != 0)
        printf("%s is called '%s'\n", postfix, names_text(&t->names, got));
    expect(&t->tally, strcmp(names_text(&t->names, got), name) == 0, "%s", name);
}

static void test_names(Test *t)
{
    expect_name(t, "y sig", "sig_y");
    expect_name(t, "x y +", "x_plus_y");
    expect_name(t, "x 2 pow", "x_squared");
    expect_name(t, "x x *", "x_squared");
    expect_name(t, "x y + 2 pow", "sq_x_plus_y");
    expect_name(t, "2 x *", "two_x");
    expect_name(t, "1 x -", "one_minus_x");
    expect_name(t, "x y + x *", "");
    expect_name(t, "x y sig +", "x_plus_sig_y");
    expect_name(t, "x sin cos sin cos sin cos sin cos sin cos sin", "");
}

/* A million gates: time and memory, and no recursion over depth. */
static void test_large(Test *t)
{
    enum { GATES = 1000000 };
    Program *p = program_new(&t->heap, &t->names, &t->source), *simple;
    SymId s = program_symbol(p, (Symbol){ .role = SYM_PARAM, .rank = 1, .extents = (const int32_t[]){ 1000 }, .of = NO_ID });
    SymId f = program_symbol(p, (Symbol){ .name = names_intern_text(&t->names, "f"), .role = SYM_OUTPUT, .of = NO_ID });
    NodeId node = node_int(p, 1);

    for (int i = 0; i < GATES; i++) {
        AffId sub = aff_const(&p->affs, i % 1000);

        node = node_op2(p, i % 3 == 0 ? OP_SUB : OP_ADD, node_op1(p, OP_SIN, node), node_read(p, s, &sub));
    }
    vec_push(p->arena, &p->outputs, f);
    program_stage(p, (Stage){ .target = f, .op = STAGE_SET, .value = node, .guard = NO_ID });
    expect(&t->tally, p->arena->total < 150 * (size_t)p->nodes.count, "150 bytes a node");
    simple = pass_simplify(p);
    expect(&t->tally, simple->nodes.count == p->nodes.count && program_verify(simple) == NULL, "a deep program is rebuilt");
    expect(&t->tally, simple->arena->total < 150 * (size_t)p->nodes.count, "150 bytes a node, with the memo of the rebuild");
    program_free(simple);
    program_free(p);
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
    t->raw = program_new(&t->heap, &t->names, &t->source);
    t->simple = program_new(&t->heap, &t->names, &t->source);
    t->simple->simplify = true;
    for (int k = 0; k < 2; k++) {
        t->x = param(k == 0 ? t->raw : t->simple, "x");
        t->y = param(k == 0 ? t->raw : t->simple, "y");
    }
    test_consing(t);
    test_sets(t);
    test_integers(t);
    test_integer_ranges(t);
    test_rules(t);
    test_random(t);
    test_partials(t);
    test_names(t);
    test_large(t);
    heap_free(&t->heap);
    return tally_close(&t->tally, "node");
}
