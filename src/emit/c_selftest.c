/* c_selftest.c -- the self-test of an emitted file: golden values from the built-in evaluator, and central differences.
 *
 * Elements where differences are useless at the chosen point (kinks, strong curvature) are found here, with the
 * evaluator, and left out, so that a failure means that the functions, the compiler or the libm of the machine are
 * wrong. */
#include <math.h>
#include <string.h>

#include "emit/c_sample.h"

enum { MOST_GOLDEN = 16, MOST_DIFFERENCES = 12, DIGITS = 12 };

/* Steps and tolerances: of float like those that held on the small machines of the firmware trials. */
typedef struct {
    double golden, step, difference;
} Tolerance;

static Tolerance tolerance_of(const CModel *m)
{
    return m->is_float ? (Tolerance){ 1e-3, 1e-2, 1e-2 } : (Tolerance){ 1e-9, 1e-5, 1e-6 };
}

typedef struct {
    CModel *m;
    const CFunction *functions;
    Sample sample;
    Arena *arena;
    Text *out;
    int next;     /* number of the next check */
    double scale; /* the largest element of the gradient */
    double total; /* sum of seed times output */
} Test;

/* ---- values from the evaluator ----------------------------------------------------------------------- */

static uint64_t output_elements(const Test *t)
{
    uint64_t count = 0;

    for (size_t i = 0; i < t->m->members[PART_OUTPUTS].count; i++)
        count += c_model_elements(&t->m->members[PART_OUTPUTS].at[i]);
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

static double total_of(const Test *t)
{
    double sum = 0;

    for (uint64_t i = 0; i < output_elements(t); i++)
        sum += (t->m->scalar ? 1 : c_sample_seed(i)) * output_at(&t->sample.value, i);
    return sum;
}

typedef struct {
    const SampleSymbol *symbol;
    uint64_t element;
    double gradient;
} GradientElement;

static uint64_t gradient_elements(const Test *t)
{
    uint64_t count = 0;

    for (size_t i = 0; i < t->m->members[PART_GRAD].count; i++)
        count += c_model_elements(&t->m->members[PART_GRAD].at[i]);
    return count;
}

static const SampleSymbol *sample_of(const Test *t, SymId symbol)
{
    const SampleSymbol *at = t->sample.symbols.at;

    while (at->symbol != symbol)
        at++;
    return at;
}

/* Element i of the gradient as a flat vector. */
static GradientElement gradient_at(const Test *t, uint64_t i)
{
    const Evaluation *e = &t->sample.gradient;
    size_t k = 0;

    for (; i >= eval_elements(e->program, e->program->gradients.at[k]); k++)
        i -= eval_elements(e->program, e->program->gradients.at[k]);
    return (GradientElement){ sample_of(t, e->program->symbols.at[e->program->gradients.at[k]].of), i,
                              e->reals[e->program->gradients.at[k]][i] };
}

static double difference_at(Test *t, const GradientElement *element, double step)
{
    double *x = &t->sample.value.reals[element->symbol->symbol][element->element], kept = *x, up, down;

    *x = kept + step;
    eval_run(&t->sample.value);
    up = total_of(t);
    *x = kept - step;
    eval_run(&t->sample.value);
    down = total_of(t);
    *x = kept;
    return (up - down) / (2 * step);
}

/* ---- text -------------------------------------------------------------------------------------------- */

static void add_golden(const Test *t, double value)
{
    size_t begin = t->out->size;

    text_printf(t->out, "%.*g", DIGITS, value);
    text_printf(t->out, "%s%s", strpbrk(t->out->at + begin, ".e") == NULL ? ".0" : "", t->m->suffix);
}

/* if (!close(..., golden, scale)) return n; */
static void check(Test *t, const char *what, double golden, double scale)
{
    text_begin_line(t->out);
    text_printf(t->out, "if (!%s_close(%s, ", t->m->prefix, what);
    add_golden(t, golden);
    text_add(t->out, ", ");
    add_golden(t, scale);
    text_add(t->out, "))\n");
    text_line(t->out, "    return %d;", t->next++);
}

static const char *call_of(const Test *t, unsigned function)
{
    Text text;

    text_init(&text, t->arena);
    c_sample_call(t->m, &t->functions[function], &text);
    return text_string(&text);
}

static void check_outputs(Test *t, unsigned function)
{
    uint64_t count = output_elements(t), stride = (count + MOST_GOLDEN - 1) / MOST_GOLDEN;
    double scale = 0;

    if (!t->functions[function].made)
        return;
    for (uint64_t i = 0; i < count; i++)
        scale = fmax(scale, fabs(output_at(&t->sample.value, i)));
    if (t->m->scalar) {
        check(t, call_of(t, function), output_at(&t->sample.value, 0), 0.0);
        return;
    }
    text_line(t->out, "%s;", call_of(t, function));
    for (uint64_t i = 0; i < count; i += stride) {
        Text what;

        text_init(&what, t->arena);
        text_printf(&what, "o[%llu]", (unsigned long long)i);
        check(t, text_string(&what), output_at(&t->sample.value, i), scale);
    }
}

static void check_gradient(Test *t)
{
    uint64_t count = gradient_elements(t), stride = (count + MOST_GOLDEN - 1) / MOST_GOLDEN;

    for (uint64_t i = 0; i < count; i += stride) {
        Text what;

        text_init(&what, t->arena);
        text_printf(&what, "g[%llu]", (unsigned long long)i);
        check(t, text_string(&what), gradient_at(t, i).gradient, t->scale);
    }
}

static void print_total(Test *t, const char *variable)
{
    if (t->m->scalar) {
        text_line(t->out, "%s = %s;", variable, call_of(t, FUNCTION_VALUE));
        return;
    }
    text_line(t->out, "%s;", call_of(t, FUNCTION_VALUE));
    text_line(t->out, "%s = 0;", variable);
    text_line(t->out, "for (int32_t i = 0; i < %llu; i++)", (unsigned long long)output_elements(t));
    text_line(t->out, "    %s += s[i] * o[i];", variable);
}

static const char *moved_element(const Test *t, const GradientElement *element)
{
    Text text;

    text_init(&text, t->arena);
    text_printf(&text, "%s[%llu]", element->symbol->part == PART_PARAMS ? "x" : "y",
                (unsigned long long)(element->symbol->offset + element->element));
    return text_string(&text);
}

static void print_difference(Test *t, const GradientElement *element, uint64_t i)
{
    const char *x = moved_element(t, element);

    text_line(t->out, "kept = %s;", x);
    text_line(t->out, "%s = kept + step;", x);
    print_total(t, "up");
    text_line(t->out, "%s = kept - step;", x);
    print_total(t, "down");
    text_line(t->out, "%s = kept;", x);
    text_line(t->out, "if (fabs%s((up - down) / (2 * step) - g[%llu]) > tolerance)", t->m->suffix,
              (unsigned long long)i);
    text_line(t->out, "    return %d;", t->next++);
}

static double allowed_gap(const Test *t)
{
    return tolerance_of(t->m).difference * (t->scale + fabs(t->total));
}

static void check_differences(Test *t)
{
    uint64_t count = gradient_elements(t), stride = (count + MOST_DIFFERENCES - 1) / MOST_DIFFERENCES;
    double step = tolerance_of(t->m).step;

    for (uint64_t i = 0; i < count; i += stride) {
        GradientElement element = gradient_at(t, i);

        if (fabs(difference_at(t, &element, step) - element.gradient) < 0.1 * allowed_gap(t))
            print_difference(t, &element, i);
    }
}

/* ---- the function ------------------------------------------------------------------------------------ */

static void print_close(const Test *t)
{
    text_printf(t->out, "static int %s_close(%s value, %s golden, %s scale)\n{\n", t->m->prefix, t->m->real, t->m->real,
                t->m->real);
    text_printf(t->out, "    return fabs%s(value - golden) <= ", t->m->suffix);
    c_literal_double(t->m, tolerance_of(t->m).golden, t->out);
    text_printf(t->out, " * (fabs%s(golden) + scale);\n}\n\n", t->m->suffix);
}

static void print_vectors(const Test *t)
{
    const char *real = t->m->real;

    if (c_model_has(t->m, PART_PARAMS))
        text_line(t->out, "%s *const x = (%s *)&p;", real, real);
    if (c_model_has(t->m, PART_INPUTS))
        text_line(t->out, "%s *const y = (%s *)&in;", real, real);
    if (t->sample.has_gradient)
        text_line(t->out, "const %s *const g = (const %s *)&grad;", real, real);
    if (!t->m->scalar)
        text_line(t->out, "const %s *const o = (const %s *)&out;", real, real);
    if (!t->m->scalar && t->sample.has_gradient)
        text_line(t->out, "%s *const s = (%s *)&seed;", real, real);
    if (!t->sample.has_gradient)
        return;
    text_begin_line(t->out);
    text_printf(t->out, "const %s step = ", real);
    c_literal_double(t->m, tolerance_of(t->m).step, t->out);
    text_printf(t->out, ", tolerance = ");
    add_golden(t, allowed_gap(t));
    text_printf(t->out, ";\n");
    text_line(t->out, "%s kept, up, down;", real);
}

static void silence(const Test *t)
{
    if (c_model_has(t->m, PART_PARAMS))
        text_line(t->out, "(void)x;");
    if (c_model_has(t->m, PART_INPUTS))
        text_line(t->out, "(void)y;");
    if (t->sample.has_gradient)
        text_line(t->out, "(void)step, (void)tolerance, (void)kept, (void)up, (void)down;");
}

static void print_seeds(const Test *t)
{
    if (t->m->scalar || !t->sample.has_gradient)
        return;
    text_line(t->out, "for (int32_t i = 0; i < %llu; i++)", (unsigned long long)output_elements(t));
    text_line(t->out, "    s[i] = %s - %s * (%s)(i %% 3);", t->m->is_float ? "1.0f" : "1.0",
              t->m->is_float ? "0.25f" : "0.25", t->m->real);
}

static void print_checks(Test *t)
{
    c_sample_print(&t->sample, t->m, t->out);
    print_seeds(t);
    check_outputs(t, FUNCTION_VALUE);
    if (!t->sample.has_gradient)
        return;
    check_outputs(t, FUNCTION_VALUE_GRAD);
    if (t->functions[FUNCTION_VALUE_GRAD].made)
        check_gradient(t);
    check_outputs(t, FUNCTION_FORWARD);
    text_line(t->out, "%s;", call_of(t, FUNCTION_BACKWARD));
    check_gradient(t);
    check_differences(t);
}

static uint16_t all_parts(const CFunction *functions)
{
    uint16_t parts = 0;

    for (unsigned f = 0; f < FUNCTION_COUNT; f++)
        parts |= functions[f].made ? functions[f].parts : 0;
    return parts;
}

static void measure(Test *t)
{
    t->total = total_of(t);
    for (uint64_t i = 0; t->sample.has_gradient && i < gradient_elements(t); i++)
        t->scale = fmax(t->scale, fabs(gradient_at(t, i).gradient));
}

void c_selftest_print(CModel *m, const CFunction *functions, Text *out)
{
    Arena *arena = heap_arena(&m->unit->heap);
    Test t = { .m = m, .functions = functions, .arena = arena, .out = out, .next = 1 };

    c_sample_find(&t.sample, m, arena);
    text_add(out, "\n#ifdef BPGEN_SELFTEST\n\n");
    if (t.sample.finite) {
        measure(&t);
        print_close(&t);
    }
    text_printf(out, "int %s_selftest(void)\n{\n", m->prefix);
    out->indent = 1;
    if (t.sample.finite) {
        c_sample_declare(m, all_parts(functions), out);
        print_vectors(&t);
        text_add(out, "\n");
        silence(&t);
        print_checks(&t);
    }
    text_line(out, "return 0;");
    out->indent = 0;
    text_add(out, "}\n");
    text_printf(out,
                "\n#ifdef BPGEN_SELFTEST_MAIN\nint main(void)\n{\n    return %s_selftest();\n}\n#endif\n\n#endif\n",
                m->prefix);
    heap_release(&m->unit->heap, arena);
}
