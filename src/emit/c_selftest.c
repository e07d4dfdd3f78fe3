/* c_selftest.c -- the self-test of an emitted file: golden values from the built-in evaluator, and central differences.
 */
#include <math.h>
#include <string.h>

#include "emit/c_sample.h"

enum { DIGITS = 12 };

typedef struct {
    CModel *m;
    const CFunction *functions;
    const Sample *sample;
    Arena *arena;
    Text *out;
    int next; /* number of the next check */
} Test;

static uint64_t output_elements(const Test *t)
{
    uint64_t count = 0;

    for (size_t i = 0; i < t->m->members[PART_OUTPUTS].count; i++)
        count += c_model_elements(&t->m->members[PART_OUTPUTS].at[i]);
    return count;
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

static void check_elements(Test *t, const char *vector, const Golden *golden, size_t count, double scale)
{
    for (size_t i = 0; i < count; i++) {
        Text what;

        text_init(&what, t->arena);
        text_printf(&what, "%s[%llu]", vector, (unsigned long long)golden[i].place);
        check(t, text_string(&what), golden[i].value, scale);
    }
}

static void check_outputs(Test *t, unsigned function)
{
    if (!t->functions[function].made)
        return;
    if (t->m->scalar) {
        check(t, call_of(t, function), t->sample->outputs.at[0].value, 0.0);
        return;
    }
    text_line(t->out, "%s;", call_of(t, function));
    check_elements(t, "o", t->sample->outputs.at, t->sample->outputs.count, t->sample->output_scale);
}

static void check_gradient(Test *t)
{
    check_elements(t, "g", t->sample->gradients.at, t->sample->gradients.count, t->sample->gradient_scale);
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

static void print_difference(Test *t, const Difference *difference)
{
    Text moved;
    const char *x;

    text_init(&moved, t->arena);
    text_printf(&moved, "%s[%llu]", difference->part == PART_PARAMS ? "x" : "y", (unsigned long long)difference->moved);
    x = text_string(&moved);
    text_line(t->out, "kept = %s;", x);
    text_line(t->out, "%s = kept + step;", x);
    print_total(t, "up");
    text_line(t->out, "%s = kept - step;", x);
    print_total(t, "down");
    text_line(t->out, "%s = kept;", x);
    text_line(t->out, "if (fabs%s((up - down) / (2 * step) - g[%llu]) > tolerance)", t->m->suffix,
              (unsigned long long)difference->place);
    text_line(t->out, "    return %d;", t->next++);
}

static double allowed_gap(const Test *t)
{
    return c_tolerance(t->m).difference * (t->sample->gradient_scale + fabs(t->sample->total));
}

/* ---- the function ------------------------------------------------------------------------------------ */

static void print_close(const Test *t)
{
    text_printf(t->out, "static int %s_close(%s value, %s golden, %s scale)\n{\n", t->m->prefix, t->m->real, t->m->real,
                t->m->real);
    text_printf(t->out, "    return fabs%s(value - golden) <= ", t->m->suffix);
    c_literal_double(t->m, c_tolerance(t->m).golden, t->out);
    text_printf(t->out, " * (fabs%s(golden) + scale);\n}\n\n", t->m->suffix);
}

static void print_vectors(const Test *t)
{
    const char *real = t->m->real;

    if (c_model_has(t->m, PART_PARAMS))
        text_line(t->out, "%s *const x = (%s *)&p;", real, real);
    if (c_model_has(t->m, PART_INPUTS))
        text_line(t->out, "%s *const y = (%s *)&in;", real, real);
    if (t->sample->has_gradient)
        text_line(t->out, "const %s *const g = (const %s *)&grad;", real, real);
    if (!t->m->scalar)
        text_line(t->out, "const %s *const o = (const %s *)&out;", real, real);
    if (!t->m->scalar && t->sample->has_gradient)
        text_line(t->out, "%s *const s = (%s *)&seed;", real, real);
    if (!t->sample->has_gradient)
        return;
    text_begin_line(t->out);
    text_printf(t->out, "const %s step = ", real);
    c_literal_double(t->m, c_tolerance(t->m).step, t->out);
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
    if (t->sample->has_gradient)
        text_line(t->out, "(void)step, (void)tolerance, (void)kept, (void)up, (void)down;");
}

static void print_seeds(const Test *t)
{
    if (t->m->scalar || !t->sample->has_gradient)
        return;
    text_line(t->out, "for (int32_t i = 0; i < %llu; i++)", (unsigned long long)output_elements(t));
    text_line(t->out, "    s[i] = %s - %s * (%s)(i %% 3);", t->m->is_float ? "1.0f" : "1.0",
              t->m->is_float ? "0.25f" : "0.25", t->m->real);
}

static void print_checks(Test *t)
{
    c_sample_print(t->sample, t->m, t->out);
    print_seeds(t);
    check_outputs(t, FUNCTION_VALUE);
    if (!t->sample->has_gradient)
        return;
    check_outputs(t, FUNCTION_VALUE_GRAD);
    if (t->functions[FUNCTION_VALUE_GRAD].made)
        check_gradient(t);
    check_outputs(t, FUNCTION_FORWARD);
    text_line(t->out, "%s;", call_of(t, FUNCTION_BACKWARD));
    check_gradient(t);
    for (size_t i = 0; i < t->sample->differences.count; i++)
        print_difference(t, &t->sample->differences.at[i]);
}

static uint16_t all_parts(const CFunction *functions)
{
    uint16_t parts = 0;

    for (unsigned f = 0; f < FUNCTION_COUNT; f++)
        parts |= functions[f].made ? functions[f].parts : 0;
    return parts;
}

void c_selftest_print(CModel *m, const CFunction *functions, const Sample *sample, Text *out)
{
    Arena *arena = heap_arena(&m->unit->heap);
    Test t = { .m = m, .functions = functions, .sample = sample, .arena = arena, .out = out, .next = 1 };

    text_add(out, "\n#ifdef BPGEN_SELFTEST\n\n");
    if (sample->finite)
        print_close(&t);
    text_printf(out, "int %s_selftest(void)\n{\n", m->prefix);
    out->indent = 1;
    if (sample->finite) {
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
