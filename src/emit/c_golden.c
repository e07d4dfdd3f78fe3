/* c_golden.c -- what the self-test compares with: elements of outputs and gradient, and which of them differences check.
 *
 * Elements where differences are useless at the chosen point (kinks, strong curvature) are found here, with the
 * evaluator, and left out, so that a failure means that the functions, the compiler or the libm of the machine are
 * wrong. */
#include <math.h>

#include "emit/c_sample.h"

/* A difference costs two evaluations here: of programs with more nodes than LARGE fewer are taken. */
enum { MOST_GOLDEN = 16, MOST_DIFFERENCES = 12, LARGE = 100000, MOST_OF_LARGE = 3, ROUNDING_RUNS = 3, MOST_RUNS = 16, ROUNDINGS = 512 };

typedef struct {
    const SampleSymbol *symbol;
    uint64_t element;
    double gradient;
} GradientElement;

/* Results as one flat vector; `batch` structs of them, one behind the other, are the last dimension of the symbols. */
typedef struct {
    const Evaluation *e;
    const SymId *symbols;
    size_t symbol_count;
    uint64_t batch, size;
} Vector;

static Vector vector_of(const Evaluation *e, const SymId *symbols, size_t count, uint64_t batch)
{
    Vector v = { e, symbols, count, batch, 0 };

    for (size_t k = 0; k < count; k++)
        v.size += eval_elements(e->program, symbols[k]);
    return v;
}

static double vector_at(const Vector *v, uint64_t place)
{
    uint64_t one = v->size / v->batch, b = place / one, i = place % one;

    for (size_t k = 0; k < v->symbol_count; k++) {
        uint64_t count = eval_elements(v->e->program, v->symbols[k]) / v->batch;

        if (i < count)
            return v->e->reals[v->symbols[k]][i * v->batch + b];
        i -= count;
    }
    return 0;
}

static Vector outputs_of(const Evaluation *e)
{
    return vector_of(e, e->program->outputs.at, e->program->outputs.count, 1);
}

static Vector gradients_of(const Evaluation *e)
{
    return vector_of(e, e->program->gradients.at, e->program->gradients.count, 1);
}

static double total_of(const CModel *m, const Vector *outputs)
{
    double sum = 0;

    for (uint64_t i = 0; i < outputs->size; i++)
        sum += c_sample_seed(m, i) * vector_at(outputs, i);
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
    Vector outputs = outputs_of(&s->value);

    *x = kept + step;
    eval_run(&s->value);
    up = total_of(m, &outputs);
    *x = kept - step;
    eval_run(&s->value);
    down = total_of(m, &outputs);
    *x = kept;
    return (up - down) / (2 * step);
}

/* ---- what is kept ------------------------------------------------------------------------------------ */

/* The most that an element moves where numbers have fewer bits. What comes out not finite says nothing, but for float, which it is
 * infinite for, too. A number of which no digit is left is nothing but rounding, and may come out as 0 a few times: more runs. */
static double find_rounding(const CModel *m, Evaluation *e, const Vector *v)
{
    unsigned runs = e->program->nodes.count > LARGE ? 1 : ROUNDING_RUNS;
    double *values = arena_array(e->arena, double, v->size), most = 0;

    for (uint64_t i = 0; i < v->size; i++)
        values[i] = vector_at(v, i);
    for (unsigned run = 0; run < runs; run++) {
        eval_run_coarse(e, c_tolerance(m).bits, run);
        for (uint64_t i = 0; i < v->size; i++) {
            double gap = fabs(vector_at(v, i) - values[i]);

            most = isfinite(gap) || m->is_float ? fmax(most, isnan(gap) ? HUGE_VAL : gap) : most;
            if (runs == ROUNDING_RUNS && values[i] != 0 && gap > fabs(values[i]) / 2)
                runs = MOST_RUNS;
        }
    }
    eval_run(e);
    return most;
}

/* As large as a number is whose last of so many bits are wrong like that after ROUNDINGS operations. */
static double size_of_rounding(const CModel *m, double gap)
{
    return ldexp(gap, (int)c_tolerance(m).bits) / ROUNDINGS;
}

/* Elements spread over the vector, not all in one column of a matrix. */
static void keep(GoldenList *list, const CModel *m, Evaluation *e, const Vector *v, Arena *arena)
{
    uint64_t count = v->size, stride = (count + MOST_GOLDEN - 1) / MOST_GOLDEN;

    list->found = true;
    for (uint64_t i = 0; i < count; i++) {
        double value = vector_at(v, i);

        list->found &= isfinite(value);
        list->scale = fmax(list->scale, fabs(value));
    }
    if (list->found) {
        double rounding = size_of_rounding(m, find_rounding(m, e, v));

        list->found = isfinite(rounding);
        list->rounding = rounding > list->scale ? rounding : 0;
        list->scale = fmax(list->scale, list->rounding);
    }
    list->infinite = !list->found;
    for (uint64_t i = 0, k = 0; list->found && i < count; i += stride, k++) {
        uint64_t place = i + 7 * k % stride;

        if (place < count)
            vec_push(arena, &list->at, (Golden){ place, vector_at(v, place) });
    }
}

static void keep_differences(Sample *s, const CModel *m, Arena *arena)
{
    bool large = s->value.program->nodes.count > LARGE;
    uint64_t count = c_model_reals(m, PART_GRAD), most = large ? MOST_OF_LARGE : MOST_DIFFERENCES;
    uint64_t stride = (count + most - 1) / most;
    double step = c_tolerance(m).step, gap = c_tolerance(m).difference * (s->golden[PART_GRAD].scale + s->total);

    for (uint64_t i = 0; i < count; i += stride) {
        GradientElement element = gradient_at(s, i);

        if (fabs(difference_at(s, m, &element, step) - element.gradient) < 0.1 * gap)
            vec_push(arena, &s->differences,
                     (Difference){ i, element.symbol->part, element.symbol->offset + element.element });
    }
}

/* A function of the language with stated derivatives may be a surrogate, which differences do not know. */
static bool may_have_surrogates(const Program *p)
{
    for (NodeId id = 0; id < p->nodes.count; id++) {
        const Node *node = &p->nodes.at[id];

        if (node->op == OP_STOP && (p->nodes.at[node->u.arg[0]].op != OP_CALL ||
                                    node_called(p, node->u.arg[0]) != p->nodes.at[node->u.arg[1]].u.function))
            return true;
    }
    return false;
}

void c_golden_unknown(Sample *s, const CModel *m, Arena *arena)
{
    uint64_t count = s->has_gradient ? c_model_reals(m, PART_GRAD) : 0;
    uint64_t stride = (count + MOST_DIFFERENCES - 1) / MOST_DIFFERENCES;

    for (uint64_t i = 0; i < count && !may_have_surrogates(m->unit->lowered.program); i += stride) {
        GradientElement element = gradient_at(s, i);

        vec_push(arena, &s->differences,
                 (Difference){ i, element.symbol->part, element.symbol->offset + element.element });
        vec_push(arena, &s->curvatures, i);
    }
}

void c_golden_find(Sample *sample, const CModel *m, Arena *arena)
{
    Vector outputs = outputs_of(&sample->value), gradients;

    keep(&sample->golden[PART_OUTPUTS], m, &sample->value, &outputs, arena);
    sample->total = fabs(total_of(m, &outputs)) + sample->golden[PART_OUTPUTS].rounding;
    if (!sample->has_gradient)
        return;
    gradients = gradients_of(&sample->gradient);
    keep(&sample->golden[PART_GRAD], m, &sample->gradient, &gradients, arena);
    keep_differences(sample, m, arena);
}

/* ---- functions with directions ----------------------------------------------------------------------- */

static Part part_of(const Program *p)
{
    const Symbol *first = &p->symbols.at[p->derivatives.at[0]];

    switch ((SymRole)first->role) {
    case SYM_TANGENT:
        return p->symbols.at[first->of].role == SYM_OUTPUT ? PART_TANGENT : PART_PRODUCT;
    case SYM_JACOBIAN:
        return first->rank == 1 ? PART_JACOBIAN_ENTRIES : PART_JACOBIAN;
    default:
        return first->rank == 1 ? PART_HESSIAN_ENTRIES : PART_HESSIAN;
    }
}

/* Runs at a point moved along the first direction. */
static void run_moved(const Sample *s, const CModel *m, Evaluation *e, double step)
{
    uint64_t place = 0;

    c_sample_fill(s, m, e);
    for (size_t k = 0; k < m->unit->wanted.count; k++)
        for (uint64_t i = 0; i < eval_elements(e->program, m->unit->wanted.at[k]); i++)
            e->reals[m->unit->wanted.at[k]][i] += step * c_sample_direction(place++);
    eval_run(e);
}

/* Row i of a matrix with a column for each wanted element, times the first direction. */
static double row_at(const CModel *m, const Vector *matrix, uint64_t i)
{
    uint64_t columns = c_model_reals(m, PART_GRAD);
    double sum = 0;

    for (uint64_t j = 0; j < columns; j++) {
        bool above = m->unit->options.lower_triangle && j > i;

        sum += vector_at(matrix, above ? j * columns + i : i * columns + j) * c_sample_direction(j);
    }
    return sum;
}

/* Is the difference of the totals the tangent of the total? */
static void try_slope(Sample *s, const CModel *m, Evaluation *e, const Vector *tangent, bool matrix)
{
    Vector outputs = outputs_of(e);
    double step = c_tolerance(m).step, slope = 0, up, down, gap;

    for (uint64_t i = 0; i < outputs.size; i++)
        slope += c_sample_seed(m, i) * (matrix ? row_at(m, tangent, i) : vector_at(tangent, i));
    gap = c_tolerance(m).difference * (fmax(fabs(slope), s->golden[matrix ? PART_JACOBIAN : PART_TANGENT].rounding) + s->total);
    run_moved(s, m, e, step);
    up = total_of(m, &outputs);
    run_moved(s, m, e, -step);
    down = total_of(m, &outputs);
    if (fabs((up - down) / (2 * step) - slope) < 0.1 * gap)
        s->slope_gap = gap;
}

/* Which differences of gradient elements are those of the product? */
static void try_curvatures(Sample *s, const CModel *m, Evaluation *e, const Vector *product, bool matrix, Arena *arena)
{
    Vector gradient = gradients_of(e);
    uint64_t count = gradient.size, stride = (count + MOST_DIFFERENCES - 1) / MOST_DIFFERENCES;
    double *curves = arena_array(e->arena, double, count), *up = arena_array(e->arena, double, count), scale = 0;
    double step = c_tolerance(m).step;

    for (uint64_t i = 0; i < count; i++) {
        curves[i] = matrix ? row_at(m, product, i) : vector_at(product, i);
        scale = fmax(scale, fabs(curves[i]));
    }
    scale = fmax(scale, s->golden[matrix ? PART_HESSIAN : PART_PRODUCT].rounding);
    s->curvature_gap = c_tolerance(m).difference * (scale + s->golden[PART_GRAD].scale);
    run_moved(s, m, e, step);
    for (uint64_t i = 0; i < count; i++)
        up[i] = vector_at(&gradient, i);
    run_moved(s, m, e, -step);
    for (uint64_t i = 0; i < count; i += stride)
        if (fabs((up[i] - vector_at(&gradient, i)) / (2 * step) - curves[i]) < 0.1 * s->curvature_gap)
            vec_push(arena, &s->curvatures, i);
}

void c_sample_take(Sample *sample, const CModel *m, const Program *program, Arena *arena)
{
    Arena *scratch;
    Evaluation e;
    Part part;
    Vector results;
    bool found;

    if (program == NULL || program->derivatives.count == 0 || !sample->finite || sample->calls_c)
        return;
    part = part_of(program);
    if (c_sample_is_large(m, 1u << part) || c_sample_is_costly(m, program))
        return;
    scratch = heap_arena(&m->unit->heap);
    eval_init(&e, scratch, program);
    c_sample_fill(sample, m, &e);
    eval_run(&e);
    results = vector_of(&e, program->derivatives.at, program->derivatives.count,
                        c_model_is_batch(m, part) ? (uint64_t)m->unit->options.directions : 1);
    keep(&sample->golden[part], m, &e, &results, arena);
    found = sample->golden[part].found;
    if (found && (part == PART_TANGENT || part == PART_JACOBIAN) && sample->slope_gap == 0)
        try_slope(sample, m, &e, &results, part == PART_JACOBIAN);
    if (found && (part == PART_PRODUCT || part == PART_HESSIAN) && sample->curvatures.count == 0)
        try_curvatures(sample, m, &e, &results, part == PART_HESSIAN, arena);
    heap_release(&m->unit->heap, scratch);
}
