/* c_externtest.c -- the self-test of a model that calls C functions of the user's. What they give is not known here, so there are
 * no golden values: functions that give the same must agree, and gradients must agree with differences, which checks the stated
 * derivatives of the user's functions, too.
 */
#include "emit/c_selftest.h"

static bool gives(const Test *t, FunctionId id, Part part)
{
    return t->functions[id].made && c_function_has(&t->functions[id], part) &&
           !(part == PART_OUTPUTS && t->functions[id].returns);
}

static unsigned count_giving(const Test *t, Part part)
{
    unsigned count = 0;

    for (unsigned id = 0; id < FUNCTION_COUNT; id++)
        count += gives(t, (FunctionId)id, part);
    return count;
}

/* The value of a model with one scalar output: the first function gives `mid`, the others are compared with it. */
static void check_value(Test *t, FunctionId id, bool *is_kept)
{
    if (!*is_kept) {
        text_line(t->out, "mid = %s;", c_test_call(t, id));
        text_line(t->out, "if (!(mid - mid == 0)) /* not a point that the functions are made for */");
        text_line(t->out, "    return 0;");
    } else {
        text_line(t->out, "if (!%s_close(%s, mid, 0))", t->m->prefix, c_test_call(t, id));
        c_test_fail(t);
    }
    *is_kept = true;
}

/* The first function that gives it is kept, with its size; the others are compared. */
static void keep_or_compare(Test *t, Part part, const char *vector, const char *kept, bool *is_kept)
{
    uint64_t count = c_model_reals(t->m, part);
    const char *i = c_test_index("i", count);

    if (!*is_kept) {
        text_line(t->out, "%s_scale = 0;", kept);
        c_test_open(t, "i", count);
        text_line(t->out, "%s[%s] = %s[%s];", kept, i, vector, i);
        text_line(t->out, "%s_scale += fabs%s(%s[%s]);", kept, t->m->suffix, vector, i);
        c_test_close(t, count);
    } else {
        c_test_each(t, "i", count);
        text_line(t->out, "if (!%s_close(%s[%s], %s[%s], %s_scale))", t->m->prefix, vector, i, kept, i, kept);
        c_test_fail(t);
        c_test_each_end(t, count);
    }
    *is_kept = true;
}

static bool has_slopes(const Test *t)
{
    return count_giving(t, PART_GRAD) > 1 || c_test_has_differences(t) || t->sample->curvatures.count > 0;
}

static void compare_functions(Test *t)
{
    bool value = false, outputs = false, gradient = false;

    for (unsigned f = 0; f < FUNCTION_COUNT; f++) {
        FunctionId id = (FunctionId)f;

        if (!t->functions[id].made)
            continue;
        if (t->functions[id].returns)
            check_value(t, id, &value);
        else
            text_line(t->out, "%s;", c_test_call(t, id));
        if (gives(t, id, PART_OUTPUTS) && count_giving(t, PART_OUTPUTS) > 1)
            keep_or_compare(t, PART_OUTPUTS, "o", "values", &outputs);
        if (gives(t, id, PART_GRAD) && has_slopes(t))
            keep_or_compare(t, PART_GRAD, "g", "slopes", &gradient);
    }
}

/* A kink adds to what the difference may be off: as much as the slopes on both sides differ. */
static void print_differences(Test *t)
{
    if (!c_test_has_differences(t))
        return;
    c_test_total(t, "mid");
    text_begin_line(t->out);
    text_add(t->out, "gap = ");
    c_literal_double(t->m, c_tolerance(t->m).difference, t->out);
    text_printf(t->out, " * (slopes_scale + fabs%s(mid));\n", t->m->suffix);
    c_test_differences(t, text_formatted(t->arena, "gap + fabs%s(up - mid + (down - mid)) / step", t->m->suffix));
}

void c_externtest_gap(const Test *t, const char *curve)
{
    uint64_t wanted = c_model_reals(t->m, PART_GRAD);

    c_test_sum(t, "gap", "i", wanted, text_formatted(t->arena, "fabs%s(%s[%s])", t->m->suffix, curve, c_test_index("i", wanted)));
    text_begin_line(t->out);
    text_add(t->out, "gap = ");
    c_literal_double(t->m, c_tolerance(t->m).difference, t->out);
    text_add(t->out, " * (gap + slopes_scale);\n");
}

void c_externtest_declare(const Test *t, const Text *checks)
{
    if (c_test_uses(checks, "values"))
        text_line(t->out, "static %s values[%llu];", t->m->real, (unsigned long long)c_model_reals(t->m, PART_OUTPUTS));
    if (c_test_uses(checks, "values_scale"))
        text_line(t->out, "%s values_scale;", t->m->real);
    if (c_test_uses(checks, "slopes_scale"))
        text_line(t->out, "%s slopes_scale;", t->m->real);
}

void c_externtest_print(Test *t)
{
    compare_functions(t);
    c_crosstest_print(t);
    print_differences(t);
}
