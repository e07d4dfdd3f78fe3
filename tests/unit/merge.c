/* merge.c -- arrays that are computed alike become one: models written with repetitions have as many stages as those without; what
 * differs in a guard, a turn, a domain or a number stays apart. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *text;
    size_t stages; /* of its value */
} Model;

static void count_stages(Unit *unit, void *context)
{
    Model *model = context;

    if (unit_open(unit, "model", model->text, strlen(model->text)) && unit_make_value(unit))
        for (size_t i = 0; i < unit->value->body.count; i++)
            model->stages += unit->value->body.at[i].kind == ITEM_STAGE;
}

static size_t stages_of(const char *text)
{
    Options options = options_default();
    Model model = { .text = text };
    Unit unit;

    unit_init(&unit, &options);
    unit_run(&unit, count_stages, &model);
    unit_close(&unit);
    return model.stages;
}

static unsigned passed, failed;

static void expect(const char *name, bool same, const char *repeated, const char *once)
{
    size_t a = stages_of(repeated), b = stages_of(once);

    if (a > 0 && b > 0 && (a == b) == same) {
        passed++;
    } else {
        failed++;
        printf("failed: %s: %zu stages and %zu\n", name, a, b);
    }
}

#define WEIGHTS "param w[19], v[19,19]; input x[19]\n"
#define NET WEIGHTS "z = tanh(v @ x + w)\nJ = sum(z^2)\n"
#define STEPS WEIGHTS "h = x\nfor t in 0..20 { h = tanh(v @ h + w) }\nJ = sum(h^2)\n"

int main(void)
{
    expect("calls", true, WEIGHTS "def a(y) = tanh(v @ y + w)\nf = sum(a(x)^2) + sum(a(x)*(1 - a(x)))",
           WEIGHTS "z = v @ x\nf = sum(tanh(z + w)^2) + sum(tanh(z + w)*(1 - tanh(z + w)))");
    expect("gradients", true, NET "f = sum(grad(J, w)^2) + sum(grad(J, w)^3)", NET "g = grad(J, w)\nf = sum(g^2) + sum(g^3)");
    expect("gradients through a loop", true, STEPS "f = sum(grad(J, w)^2) + sum(grad(J, w)^3)",
           STEPS "g = grad(J, w)\nf = sum(g^2) + sum(g^3)");
    expect("loops of different turns", false,
           WEIGHTS "h = x; k = x\nfor t in 0..20 { h = tanh(v @ h + w) }\nfor t in 0..21 { k = tanh(v @ k + w) }\nf = sum(h*k)",
           WEIGHTS "h = x\nfor t in 0..20 { h = tanh(v @ h + w) }\nf = sum(h*h)");
    expect("loops that begin differently", false,
           WEIGHTS "h = x; k = w\nfor t in 0..20 { h = tanh(v @ h + w) }\nfor t in 0..20 { k = tanh(v @ k + w) }\nf = sum(h*k)",
           WEIGHTS "h = x\nfor t in 0..20 { h = tanh(v @ h + w) }\nf = sum(h*h)");
    expect("numbers", false, WEIGHTS "f = sum(tanh(v @ x + 2)*tanh(v @ x + 3)) + norm(2*x) + norm(3*x)", WEIGHTS "f = sum(tanh(v @ x + 2)^2) + norm(2*x)");
    expect("domains", false, WEIGHTS "f = sum(w[i]*x[i] for i in 0..19)*sum(w[i]*x[i] for i in 0..18)",
           WEIGHTS "f = sum(w[i]*x[i] for i in 0..19)^2");
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0;
}
