/* c_externtest.c -- the self-test of a model that calls C functions of the user's. What they give is not known here, so there are
 * no golden values: functions that give the same must agree, and gradients must agree with differences, which checks the stated
 * derivatives of the user's functions, too.
 */
#include "emit/c_selftest.h"

static bool is_made(const Test *t, Part part)
{
    return (t->parts >> part & 1) != 0;
}

static bool gives(const Test *t, FunctionId id, Part part)
{
    return t->functions[id].made && c_function_has(&t->functions[id], part);
}

static void declare_kept(const Test *t, const char *name, Part part)
{
    text_line(t->out, "static %s %s[%llu];", t->m->real, name, (unsigned long long)c_model_reals(t->m, part));
}

static void open_loop(const Test *t, Part part)
{
    text_line(t->out, "for (int32_t i = 0; i < %llu; i++) {", (unsigned long long)c_model_reals(t->m, part));
    t->out->indent++;
}

static void close_loop(const Test *t)
{
    t->out->indent--;
    text_line(t->out, "}");
}

/* The first function that gives it is kept, with its size; the others are compared. */
static void keep_or_compare(Test *t, Part part, const char *vector, const char *kept, bool *is_kept)
{
    if (!*is_kept) {
        text_line(t->out, "%s_scale = 0;", kept);
        open_loop(t, part);
        text_line(t->out, "%s[i] = %s[i];", kept, vector);
        text_line(t->out, "%s_scale += fabs%s(%s[i]);", kept, t->m->suffix, vector);
    } else {
        open_loop(t, part);
        text_line(t->out, "if (!%s_close(%s[i], %s[i], %s_scale))", t->m->prefix, vector, kept, kept);
        c_test_fail(t);
    }
    close_loop(t);
    *is_kept = true;
}

static void compare_functions(Test *t)
{
    bool value = false, outputs = false, gradient = false;

    for (unsigned id = 0; id < FUNCTION_COUNT; id++) {
        const CFunction *function = &t->functions[id];

        if (!function->made)
            continue;
        text_line(t->out, "%s%s;", function->returns ? "up = " : "", c_test_call(t, (FunctionId)id));
        if (function->returns && !value) {
            text_line(t->out, "mid = up;");
            text_line(t->out, "if (!(mid - mid == 0)) /* not a point that the functions are made for */");
            text_line(t->out, "    return 0;");
            value = true;
        } else if (function->returns) {
            text_line(t->out, "if (!%s_close(up, mid, 0))", t->m->prefix);
            c_test_fail(t);
        }
        if (gives(t, (FunctionId)id, PART_OUTPUTS) && !function->returns)
            keep_or_compare(t, PART_OUTPUTS, "o", "values", &outputs);
        if (gives(t, (FunctionId)id, PART_GRAD))
            keep_or_compare(t, PART_GRAD, "g", "slopes", &gradient);
    }
}

/* A kink adds to what the difference may be off: as much as the slopes on both sides differ. */
static void print_difference(Test *t, const Difference *difference)
{
    const char *vector = difference->part == PART_PARAMS ? "x" : "y";
    unsigned long long moved = difference->moved;

    text_line(t->out, "kept = %s[%llu];", vector, moved);
    text_line(t->out, "%s[%llu] = kept + step;", vector, moved);
    c_test_total(t, "up");
    text_line(t->out, "%s[%llu] = kept - step;", vector, moved);
    c_test_total(t, "down");
    text_line(t->out, "%s[%llu] = kept;", vector, moved);
    text_line(t->out, "if (fabs%s((up - down) / (2 * step) - slopes[%llu]) > gap + fabs%s(up - mid + (down - mid)) / step)",
              t->m->suffix, (unsigned long long)difference->place, t->m->suffix);
    c_test_fail(t);
}

static void print_differences(Test *t)
{
    if (t->sample->differences.count == 0 || c_test_giving(t, PART_OUTPUTS) == FUNCTION_COUNT)
        return;
    c_test_total(t, "mid");
    text_begin_line(t->out);
    text_add(t->out, "gap = ");
    c_literal_double(t->m, c_tolerance(t->m).difference, t->out);
    text_printf(t->out, " * (slopes_scale + fabs%s(mid));\n", t->m->suffix);
    for (size_t i = 0; i < t->sample->differences.count; i++)
        print_difference(t, &t->sample->differences.at[i]);
}

void c_externtest_gap(const Test *t, const char *curve)
{
    Text term;

    text_init(&term, t->arena);
    text_printf(&term, "fabs%s(%s[i])", t->m->suffix, curve);
    c_test_sum(t, "gap", "i", c_model_reals(t->m, PART_GRAD), text_string(&term));
    text_begin_line(t->out);
    text_add(t->out, "gap = ");
    c_literal_double(t->m, c_tolerance(t->m).difference, t->out);
    text_add(t->out, " * (gap + slopes_scale);\n");
}

void c_externtest_declare(const Test *t)
{
    text_line(t->out, "%s mid = 0, gap = 0;", t->m->real);
    if (is_made(t, PART_OUTPUTS))
        declare_kept(t, "values", PART_OUTPUTS);
    if (is_made(t, PART_OUTPUTS))
        text_line(t->out, "%s values_scale = 0;", t->m->real);
    if (is_made(t, PART_GRAD))
        declare_kept(t, "slopes", PART_GRAD);
    if (is_made(t, PART_GRAD))
        text_line(t->out, "%s slopes_scale = 0;", t->m->real);
}

void c_externtest_print(Test *t)
{
    text_line(t->out, "(void)gap, (void)mid, (void)%s_close;", t->m->prefix);
    if (is_made(t, PART_OUTPUTS))
        text_line(t->out, "(void)values, (void)values_scale;");
    if (is_made(t, PART_GRAD))
        text_line(t->out, "(void)slopes, (void)slopes_scale;");
    compare_functions(t);
    c_crosstest_print(t);
    print_differences(t);
}
