/* c_crosstest.c -- the self-test's checks of one function against another: forward against reverse mode, dense matrices against
 * products with vectors, and directions against differences along them. */
#include "emit/c_selftest.h"

#include <stdarg.h>

/* ---- text -------------------------------------------------------------------------------------------- */

static bool is_made(const Test *t, Part part)
{
    return (t->parts >> part & 1) != 0;
}

static uint64_t directions(const Test *t)
{
    return t->m->unit->options.directions > 0 ? (uint64_t)t->m->unit->options.directions : 1;
}

static const char *format(const Test *t, const char *pattern, ...) __attribute__((format(printf, 2, 3)));
static const char *format(const Test *t, const char *pattern, ...)
{
    Text text;
    va_list arguments;

    text_init(&text, t->arena);
    va_start(arguments, pattern);
    text_vprintf(&text, pattern, arguments);
    va_end(arguments);
    return text_string(&text);
}

const char *c_test_direction(const Test *t, const char *place)
{
    return format(t, "(0.5%s - 0.125%s * (%s)((%s) %% 7))", t->m->suffix, t->m->suffix, t->m->real, place);
}

/* Element `j` of direction b. */
static const char *direction_of(const Test *t, const char *j)
{
    return c_test_direction(t, directions(t) == 1 ? j : format(t, "b * %llu + %s", (unsigned long long)c_model_reals(t->m, PART_GRAD), j));
}

/* Element `i` of the b-th tangent or product. */
static const char *result_of(const Test *t, const char *vector, Part part, const char *i)
{
    if (directions(t) == 1)
        return format(t, "%s[%s]", vector, i);
    return format(t, "%s[b * %llu + %s]", vector, (unsigned long long)c_model_reals(t->m, part), i);
}

static const char *hessian_at(const Test *t, const char *i, const char *j)
{
    if (!t->m->unit->options.lower_triangle)
        return format(t, "hessian[%s][%s]", i, j);
    return format(t, "hessian[%s < %s ? %s : %s][%s < %s ? %s : %s]", i, j, j, i, i, j, i, j);
}

static void open_loop(const Test *t, const char *index, uint64_t count)
{
    text_line(t->out, "for (int32_t %s = 0; %s < %llu; %s++) {", index, index, (unsigned long long)count, index);
    t->out->indent++;
}

static void close_loop(const Test *t)
{
    t->out->indent--;
    text_line(t->out, "}");
}

/* Sets the variable to the sum of the terms, and adds that of their absolute values to the scale. */
static void add_terms(const Test *t, const char *variable, const char *index, uint64_t count, const char *term)
{
    c_test_sum(t, variable, index, count, term);
    c_test_sum(t, "part", index, count, format(t, "fabs%s(%s)", t->m->suffix, term));
    text_line(t->out, "scale += part;");
}

static void compare(Test *t, const char *value)
{
    text_line(t->out, "if (!%s_close(%s, up, scale))", t->m->prefix, value);
    c_test_fail(t);
}

static void open_directions(const Test *t)
{
    if (directions(t) > 1)
        open_loop(t, "b", directions(t));
}

/* Elements that are nothing but rounding are compared with the size of the others. */
static void begin_scale(const Test *t, Part part)
{
    text_begin_line(t->out);
    text_add(t->out, "scale = ");
    c_test_number(t, t->sample->golden[part].scale);
    text_add(t->out, ";\n");
}

static void close_directions(const Test *t)
{
    if (directions(t) > 1)
        close_loop(t);
}

/* ---- one function against another -------------------------------------------------------------------- */

/* seed (J d) = (seed J) d */
static void tangent_with_gradient(Test *t)
{
    uint64_t outputs = c_model_reals(t->m, PART_OUTPUTS), wanted = c_model_reals(t->m, PART_GRAD);

    open_directions(t);
    text_line(t->out, "scale = 0;");
    add_terms(t, "up", "i", outputs, format(t, "%s * %s", c_test_seed(t, "i"), result_of(t, "t", PART_OUTPUTS, "i")));
    add_terms(t, "down", "i", wanted, format(t, "g[i] * %s", direction_of(t, "i")));
    compare(t, "down");
    close_directions(t);
}

/* A matrix times the directions is what the function with directions gave. */
static void product_with_matrix(Test *t, const char *vector, Part part, const char *element)
{
    Part rows = c_model_struct(part);

    open_directions(t);
    open_loop(t, "i", c_model_reals(t->m, rows));
    begin_scale(t, part);
    add_terms(t, "up", "j", c_model_reals(t->m, PART_GRAD), format(t, "%s * %s", element, direction_of(t, "j")));
    compare(t, result_of(t, vector, rows, "i"));
    close_loop(t);
    close_directions(t);
}

static void gradient_with_jacobian(Test *t)
{
    open_loop(t, "j", c_model_reals(t->m, PART_GRAD));
    begin_scale(t, PART_GRAD);
    add_terms(t, "up", "i", c_model_reals(t->m, PART_OUTPUTS), format(t, "%s * jacobian[i][j]", c_test_seed(t, "i")));
    compare(t, "g[j]");
    close_loop(t);
}

/* ---- differences along the first direction ----------------------------------------------------------- */

static bool has_slope(const Test *t)
{
    return t->sample->slope_gap > 0;
}

static bool has_curvature(const Test *t)
{
    return t->sample->curvatures.count > 0 && (is_made(t, PART_PRODUCT) || is_made(t, PART_HESSIAN));
}

static void print_run(const Test *t, const char *vector, uint64_t offset, uint64_t place, uint64_t count)
{
    text_line(t->out, "for (int32_t i = 0; i < %llu; i++)", (unsigned long long)count);
    text_line(t->out, "    %s[%s] += step * %s;", vector, offset == 0 ? "i" : format(t, "%llu + i", (unsigned long long)offset),
              c_test_direction(t, place == 0 ? "i" : format(t, "%llu + i", (unsigned long long)place)));
}

/* What is wanted lies in runs in the structs of params and inputs. */
static void print_runs(const Test *t, Part part)
{
    uint64_t place = 0, offset = 0, count = 0, begin = 0;

    for (size_t i = 0, k = 0; i < t->m->unit->wanted.count; i++, k++) {
        const SampleSymbol *symbol;

        while (t->sample->symbols.at[k].symbol != t->m->unit->wanted.at[i])
            k++;
        symbol = &t->sample->symbols.at[k];
        if (symbol->part == part && (count == 0 || symbol->offset != offset + count || place != begin + count)) {
            if (count > 0)
                print_run(t, part == PART_PARAMS ? "x" : "y", offset, begin, count);
            offset = symbol->offset, begin = place, count = 0;
        }
        count += symbol->part == part ? symbol->count : 0;
        place += symbol->count;
    }
    if (count > 0)
        print_run(t, part == PART_PARAMS ? "x" : "y", offset, begin, count);
}

void c_crosstest_print_move(const Test *t)
{
    bool params = c_model_has(t->m, PART_PARAMS), inputs = c_model_has(t->m, PART_INPUTS);

    if (!has_slope(t) && !has_curvature(t))
        return;
    text_printf(t->out, "static void %s_move(", t->m->prefix);
    if (params)
        text_printf(t->out, "%s *x, ", t->m->real);
    if (inputs)
        text_printf(t->out, "%s *y, ", t->m->real);
    text_printf(t->out, "%s step)\n{\n", t->m->real);
    t->out->indent = 1;
    print_runs(t, PART_PARAMS);
    print_runs(t, PART_INPUTS);
    if (params)
        text_line(t->out, "(void)x;");
    if (inputs)
        text_line(t->out, "(void)y;");
    t->out->indent = 0;
    text_add(t->out, "}\n\n");
}

/* Back to the point and, with a sign, a step along the direction. */
static void move(const Test *t, const char *sign)
{
    bool params = c_model_has(t->m, PART_PARAMS), inputs = c_model_has(t->m, PART_INPUTS);

    if (params)
        text_line(t->out, "p = kept_p;");
    if (inputs)
        text_line(t->out, "in = kept_in;");
    if (sign != NULL)
        text_line(t->out, "%s_move(%s%s%sstep);", t->m->prefix, params ? "x, " : "", inputs ? "y, " : "", sign);
}

static void print_slope(Test *t)
{
    const char *seed = c_test_seed(t, "i");

    if (is_made(t, PART_TANGENT))
        c_test_sum(t, "kept", "i", c_model_reals(t->m, PART_OUTPUTS), format(t, "%s * t[i]", seed));
    else
        text_line(t->out, "kept = 0;");
    if (!is_made(t, PART_TANGENT)) {
        open_loop(t, "i", c_model_reals(t->m, PART_OUTPUTS));
        c_test_sum(t, "part", "j", c_model_reals(t->m, PART_GRAD), format(t, "jacobian[i][j] * %s", c_test_direction(t, "j")));
        text_line(t->out, "kept += %s * part;", seed);
        close_loop(t);
    }
    move(t, "");
    c_test_total(t, "up");
    move(t, "-");
    c_test_total(t, "down");
    move(t, NULL);
    text_begin_line(t->out);
    text_printf(t->out, "if (fabs%s((up - down) / (2 * step) - kept) > ", t->m->suffix);
    c_test_number(t, t->sample->slope_gap);
    text_add(t->out, ")\n");
    c_test_fail(t);
}

static void call_gradient(const Test *t)
{
    FunctionId id = c_test_giving(t, PART_GRAD);

    if (id == FUNCTION_BACKWARD)
        text_line(t->out, "%s;", c_test_call(t, FUNCTION_FORWARD));
    text_line(t->out, "%s;", c_test_call(t, id));
}

static void print_curvature(Test *t)
{
    uint64_t wanted = c_model_reals(t->m, PART_GRAD);

    open_loop(t, "i", wanted);
    if (is_made(t, PART_PRODUCT))
        text_line(t->out, "curve[i] = h[i];");
    else
        c_test_sum(t, "curve[i]", "j", wanted, format(t, "%s * %s", hessian_at(t, "i", "j"), c_test_direction(t, "j")));
    close_loop(t);
    if (t->sample->calls_c)
        c_externtest_gap(t, "curve");
    move(t, "");
    call_gradient(t);
    text_line(t->out, "for (int32_t i = 0; i < %llu; i++)", (unsigned long long)wanted);
    text_line(t->out, "    moved[i] = g[i];");
    move(t, "-");
    call_gradient(t);
    move(t, NULL);
    for (size_t i = 0; i < t->sample->curvatures.count; i++) {
        unsigned long long place = t->sample->curvatures.at[i];

        text_begin_line(t->out);
        text_printf(t->out, "if (fabs%s((moved[%llu] - g[%llu]) / (2 * step) - curve[%llu]) > ", t->m->suffix, place, place, place);
        if (t->sample->calls_c)
            text_printf(t->out, "gap + fabs%s(moved[%llu] - slopes[%llu] + (g[%llu] - slopes[%llu])) / step", t->m->suffix,
                        place, place, place, place);
        else
            c_test_number(t, t->sample->curvature_gap);
        text_add(t->out, ")\n");
        c_test_fail(t);
    }
    call_gradient(t);
}

/* Stated derivatives need not be those of any function: then both triangles of the second derivatives differ. */
static bool is_symmetric(const Test *t)
{
    return !program_has(t->m->unit->lowered.program, OP_LINK);
}

/* ---- all --------------------------------------------------------------------------------------------- */

void c_crosstest_declare(const Test *t)
{
    unsigned long long wanted = c_model_reals(t->m, PART_GRAD);

    text_line(t->out, "%s scale, part;", t->m->real);
    if (has_curvature(t))
        text_line(t->out, "static %s curve[%llu], moved[%llu];", t->m->real, wanted, wanted);
    if (!has_slope(t) && !has_curvature(t))
        return;
    if (c_model_has(t->m, PART_PARAMS))
        text_line(t->out, "static %s kept_p;", c_model_type(t->m, PART_PARAMS));
    if (c_model_has(t->m, PART_INPUTS))
        text_line(t->out, "static %s kept_in;", c_model_type(t->m, PART_INPUTS));
}

void c_crosstest_fill(const Test *t)
{
    text_line(t->out, "(void)scale, (void)part;");
    if (!is_made(t, PART_DIRECTION))
        return;
    text_line(t->out, "for (int32_t i = 0; i < %llu; i++)", (unsigned long long)(directions(t) * c_model_reals(t->m, PART_GRAD)));
    text_line(t->out, "    ((%s *)%sdirection)[i] = %s;", t->m->real, c_model_is_batch(t->m, PART_DIRECTION) ? "" : "&",
              c_test_direction(t, "i"));
}

void c_crosstest_print(Test *t)
{
    if (is_made(t, PART_TANGENT) && is_made(t, PART_GRAD))
        tangent_with_gradient(t);
    if (is_made(t, PART_TANGENT) && is_made(t, PART_JACOBIAN))
        product_with_matrix(t, "t", PART_TANGENT, "jacobian[i][j]");
    if (is_made(t, PART_GRAD) && is_made(t, PART_JACOBIAN))
        gradient_with_jacobian(t);
    if (is_made(t, PART_PRODUCT) && is_made(t, PART_HESSIAN) && is_symmetric(t))
        product_with_matrix(t, "h", PART_PRODUCT, hessian_at(t, "i", "j"));
    if (!has_slope(t) && !has_curvature(t))
        return;
    if (c_model_has(t->m, PART_PARAMS))
        text_line(t->out, "kept_p = p;");
    if (c_model_has(t->m, PART_INPUTS))
        text_line(t->out, "kept_in = in;");
    if (has_slope(t))
        print_slope(t);
    if (has_curvature(t))
        print_curvature(t);
}
