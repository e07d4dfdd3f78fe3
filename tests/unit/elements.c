/* elements.c -- models written out element by element have the same values, bit for bit, and no domains and loops left. */
#include "eval/point.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *text;
    bool scalar;      /* nothing but stages of one point is left */
    bool good;
} Model;

static void fill(Evaluation *e, const Unit *unit)
{
    Random random = { 7 };

    for (size_t i = 0; i < unit->lowered.declared.count; i++)
        point_sample(e, &unit->lowered.declared.at[i], &random);
    eval_run(e);
}

static bool same_outputs(const Evaluation *a, const Evaluation *b)
{
    for (size_t o = 0; o < a->program->outputs.count; o++) {
        SymId s = a->program->outputs.at[o];
        size_t bytes = eval_elements(a->program, s) * sizeof(double);

        if (memcmp(a->reals[s], b->reals[b->program->outputs.at[o]], bytes) != 0)
            return false;
    }
    return true;
}

static bool is_scalar(const Program *p)
{
    for (size_t i = 0; i < p->body.count; i++)
        if (p->body.at[i].kind != ITEM_STAGE || p->stages.at[p->body.at[i].id].rank > 0)
            return false;
    return true;
}

static void compare(Unit *unit, void *context)
{
    Model *model = context;
    Evaluation whole, single;
    Program *elements;

    if (!unit_open(unit, "model", model->text, strlen(model->text)))
        return;
    eval_init(&whole, unit->arena, unit->lowered.program);
    fill(&whole, unit);
    elements = pass_elements(unit->lowered.program, 1000);
    if (program_verify(elements) != NULL || is_scalar(elements) != model->scalar)
        return;
    eval_init(&single, unit->arena, elements);
    fill(&single, unit);
    model->good = same_outputs(&whole, &single);
}

static void expect(const char *name, bool scalar, const char *text)
{
    Options options = options_default();
    Model model = { .text = text, .scalar = scalar };
    Unit unit;

    unit_init(&unit, &options);
    unit_run(&unit, compare, &model);
    unit_close(&unit);
    printf("%s %s\n", model.good ? "PASS" : "FAIL", name);
}

int main(void)
{
    expect("scalars stay", true, "f = sin(x)*y");
    expect("matrix products", true, "param W[5,4], b[5]; input x[4]\nz = sig(W @ x + b)\nf = sum(z^2)");
    expect("maximum, softmax", true, "param x[12]\nf = max(x) + sum(softmax(x)[i]*i for i in 0..12)");
    expect("arrays as outputs", true, "param W[5,4]; input x[4]\ny = tanh(W @ x)\noutput y");
    expect("loops", true, "param a, x[3]\nh = x\nfor t in 0..20 { h = tanh(a*h + x[0]) }\nf = sum(h*h)");
    expect("loops in loops", true, "param a\nh = 1\nfor t in 0..5 { for s in 0..4 { h = sin(h*a + s) } }\nf = h");
    expect("larger ones stay", false, "param W[40,40]; input x[40]\nf = sum(W @ x)");
    expect("a condition stays", false, "param a in [1, 2]\nh = a\nfor t in 0..20 while h > 0.1 { h = h/2 }\nf = h");
    return 0;
}
