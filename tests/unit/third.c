/* third.c -- third derivatives of every function of one variable, by the eight ways to differentiate three times (forward or
 * reverse each time), against each other and against differences of the second derivative. */
#include "eval/eval.h"
#include "pass/pass.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    Heap heap;
    Arena *arena;
    Names names;
    Source source;
    unsigned passed, failed;
} Test;

static const double points[] = { 0.3, 0.85, 1.7, -0.4 };

/* f = function(x), or something with more than one gate. */
static Program *build(Test *t, Op op)
{
    Program *p = program_new(&t->heap, &t->names, &t->source);
    Symbol symbol = { .of = NO_ID };
    SymId x, f;
    NodeId value;

    p->simplify = true;
    symbol.name = names_intern_text(&t->names, "x");
    symbol.role = SYM_PARAM;
    x = program_symbol(p, symbol);
    symbol.name = names_intern_text(&t->names, "f");
    symbol.role = SYM_OUTPUT;
    f = program_symbol(p, symbol);
    vec_push(p->arena, &p->outputs, f);
    value = node_read(p, x, NULL);
    if (op_info[op].arity == 2)
        value = node_op2(p, op, node_op2(p, OP_ADD, value, node_int(p, 2)), node_op2(p, OP_MUL, value, value));
    else
        value = node_op1(p, op, value);
    value = node_op2(p, OP_MUL, value, node_read(p, x, NULL));
    program_stage(p, (Stage){ .target = f, .op = STAGE_SET, .value = value, .guard = NO_ID });
    return p;
}

/* The derivative of the only output by x, symbol 0, becomes the only output. False: it has none. */
static bool differentiate(Program **program, bool reverse_mode)
{
    Program *p = *program;
    SymId x = 0, old = p->outputs.at[0], made;
    Reverse reverse = { .seeds = true };
    Forward forward = { .local = false };

    if (reverse_mode)
        p = pass_reverse(p, &x, 1, &reverse);
    else
        p = pass_forward(p, &x, 1, &old, 1, &forward);
    if (reverse.no_derivative.found || forward.no_derivative.found)
        return false;
    made = reverse_mode ? p->gradients.at[0] : p->derivatives.at[0];
    p->symbols.at[old].role = SYM_LOCAL;
    p->symbols.at[made].role = SYM_OUTPUT;
    p->gradients.count = p->derivatives.count = 0;
    p->outputs.at[0] = made;
    *program = pass_prune(p);
    return true;
}

static double value_at(Test *t, const Program *p, double x)
{
    Evaluation e;

    eval_init(&e, t->arena, p);
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == SYM_SEED || p->symbols.at[s].role == SYM_DIRECTION)
            e.reals[s][0] = 1;
    e.reals[0][0] = x;
    eval_run(&e);
    return e.reals[p->outputs.at[0]][0];
}

static void expect(Test *t, bool good, Op op, const char *what, double a, double b)
{
    t->passed += good;
    t->failed += !good;
    if (!good)
        printf("failed: %s: %s: %.17g and %.17g\n", op_info[op].name, what, a, b);
}

static bool is_near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance * (1 + fabs(a) + fabs(b));
}

static void compare(Test *t, Op op, const Program *second, const Program *third, Program *const *others)
{
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        double x = points[i], h = 1e-4, exact = value_at(t, third, x), slope;

        if (!isfinite(exact))
            continue;
        slope = (value_at(t, second, x + h) - value_at(t, second, x - h)) / (2 * h);
        expect(t, is_near(slope, exact, 1e-6), op, "difference of the second derivative", slope, exact);
        for (unsigned way = 0; way < 8; way++)
            expect(t, is_near(value_at(t, others[way], x), exact, 1e-13), op, "another way",
                   value_at(t, others[way], x), exact);
    }
}

static void check_function(Test *t, Op op)
{
    Program *ways[8], *second = build(t, op);

    if (!differentiate(&second, true) || !differentiate(&second, false))
        return;
    for (unsigned way = 0; way < 8; way++) {
        ways[way] = build(t, op);
        for (unsigned k = 0; k < 3; k++)
            if (!differentiate(&ways[way], way >> k & 1))
                return;
        expect(t, program_verify(ways[way]) == NULL, op, "verifier", way, 0);
    }
    compare(t, op, second, ways[0], ways);
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
    for (Op op = 0; op < OP_COUNT; op++)
        if (op_info[op].result == KIND_REAL && op_info[op].arity > 0 && op_info[op].arity < 3 && op != OP_LIST &&
            op != OP_CALL && op != OP_STOP && !op_info[op].no_derivative)
            check_function(&t, op);
    heap_free(&t.heap);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
