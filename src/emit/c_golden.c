/* c_golden.c -- what the self-test compares with: elements of outputs and gradient, and which of them differences check.
 *
 * Elements where differences are useless at the chosen point (kinks, strong curvature) are found here, with the
 * evaluator, and left out, so that a failure means that the functions, the compiler or the libm of the machine are
 * wrong. */
#include <math.h>

#include "emit/c_sample.h"

/* A difference costs two evaluations here: of programs with more nodes than LARGE fewer are taken. */
enum { MOST_GOLDEN = 16, MOST_DIFFERENCES = 12, LARGE = 100000, MOST_OF_LARGE = 3 };

typedef struct {
    const SampleSymbol *symbol;
    uint64_t element;
    double gradient;
} GradientElement;

static uint64_t elements_of(const CModel *m, Part part)
{
    uint64_t count = 0;

    for (size_t i = 0; i < m->members[part].count; i++)
        count += c_model_elements(&m->members[part].at[i]);
    return count;
}

static double output_at(const Evaluation *e, uint64_t i)
{
    for (size_t k = 0; k < e->program->outputs.count; k++) {
        uint64_t count = eval_elements(e->program, e->program->outputs.at[k]);

        if (i < count)
            return e->reals[e->program->outputs.at[k]][i];
        i -= count;
    }
    return 0;
}

static double total_of(const Sample *s, const CModel *m)
{
    uint64_t count = elements_of(m, PART_OUTPUTS);
    double sum = 0;

    for (uint64_t i = 0; i < count; i++)
        sum += (m->scalar ? 1 : c_sample_seed(i)) * output_at(&s->value, i);
    return sum;
}

static const SampleSymbol *sample_of(const Sample *s, SymId symbol)
{
    const SampleSymbol *at = s->symbols.at;

    while (at->symbol != symbol)
        at++;
    return at;
}

/* Element i of the gradient as a flat vector. */
static GradientElement gradient_at(const Sample *s, uint64_t i)
{
    const Evaluation *e = &s->gradient;
    size_t k = 0;

    for (; i >= eval_elements(e->program, e->program->gradients.at[k]); k++)
        i -= eval_elements(e->program, e->program->gradients.at[k]);
    return (GradientElement){ sample_of(s, e->program->symbols.at[e->program->gradients.at[k]].of), i,
                              e->reals[e->program->gradients.at[k]][i] };
}

static double difference_at(Sample *s, const CModel *m, const GradientElement *element, double step)
{
    double *x = &s->value.reals[element->symbol->symbol][element->element], kept = *x, up, down;

    *x = kept + step;
    eval_run(&s->value);
    up = total_of(s, m);
    *x = kept - step;
    eval_run(&s->value);
    down = total_of(s, m);
    *x = kept;
    return (up - down) / (2 * step);
}

/* ---- what is kept ------------------------------------------------------------------------------------ */

static void keep_outputs(Sample *s, const CModel *m, Arena *arena)
{
    uint64_t count = elements_of(m, PART_OUTPUTS), stride = (count + MOST_GOLDEN - 1) / MOST_GOLDEN;

    for (uint64_t i = 0; i < count; i++)
        s->output_scale = fmax(s->output_scale, fabs(output_at(&s->value, i)));
    for (uint64_t i = 0; i < count; i += stride)
        vec_push(arena, &s->outputs, (Golden){ i, output_at(&s->value, i) });
}

static void keep_gradients(Sample *s, const CModel *m, Arena *arena)
{
    uint64_t count = elements_of(m, PART_GRAD), stride = (count + MOST_GOLDEN - 1) / MOST_GOLDEN;

    for (uint64_t i = 0; i < count; i++)
        s->gradient_scale = fmax(s->gradient_scale, fabs(gradient_at(s, i).gradient));
    for (uint64_t i = 0; i < count; i += stride)
        vec_push(arena, &s->gradients, (Golden){ i, gradient_at(s, i).gradient });
}

static void keep_differences(Sample *s, const CModel *m, Arena *arena)
{
    bool large = s->value.program->nodes.count > LARGE;
    uint64_t count = elements_of(m, PART_GRAD), most = large ? MOST_OF_LARGE : MOST_DIFFERENCES;
    uint64_t stride = (count + most - 1) / most;
    double step = c_tolerance(m).step, gap = c_tolerance(m).difference * (s->gradient_scale + fabs(s->total));

    for (uint64_t i = 0; i < count; i += stride) {
        GradientElement element = gradient_at(s, i);

        if (fabs(difference_at(s, m, &element, step) - element.gradient) < 0.1 * gap)
            vec_push(arena, &s->differences,
                     (Difference){ i, element.symbol->part, element.symbol->offset + element.element });
    }
}

void c_golden_find(Sample *sample, const CModel *m, Arena *arena)
{
    sample->total = total_of(sample, m);
    keep_outputs(sample, m, arena);
    if (!sample->has_gradient)
        return;
    keep_gradients(sample, m, arena);
    keep_differences(sample, m, arena);
}
