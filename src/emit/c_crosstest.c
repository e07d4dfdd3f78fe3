/* c_crosstest.c -- the self-test's checks of one function against another: forward against reverse mode, dense matrices against
 * products with vectors, and directions against differences along them. */
#include "emit/c_selftest.h"

/* ---- text -------------------------------------------------------------------------------------------- */

static uint64_t directions(const Test *t)
{
    return t->m->unit->options.directions > 0 ? (uint64_t)t->m->unit->options.directions : 1;
}

/* Element `j` of direction b. */
static const char *direction_of(const Test *t, const char *j)
{
    if (directions(t) == 1)
        return c_test_direction(t, j);
    return c_test_direction(t, text_formatted(t->arena, "b * %llu + %s", (unsigned long long)c_model_reals(t->m, PART_GRAD), j));
}

/* Element `i` of the b-th tangent or product. */
static const char *result_of(const Test *t, const char *vector, Part part, const char *i)
{
    if (directions(t) == 1)
        return text_formatted(t->arena, "%s[%s]", vector, i);
    return text_formatted(t->arena, "%s[b * %llu + %s]", vector, (unsigned long long)c_model_reals(t->m, part), i);
}

static const char *hessian_at(const Test *t, const char *i, const char *j)
{
    if (!t->m->unit->options.lower_triangle)
        return text_formatted(t->arena, "hessian[%s][%s]", i, j);
    return text_formatted(t->arena, "hessian[%s < %s ? %s : %s][%s < %s ? %s : %s]", i, j, j, i, i, j, i, j);
}

/* Adds the terms to the variable, which is 0 or new, and their absolute values to the scale. */
static void add_terms(const Test *t, const char *variable, const char *index, uint64_t count, const char *term)
{
    if (count == 1) {
        text_line(t->out, "%s = %s;", variable, term);
        text_line(t->out, "scale += fabs%s(%s);", t->m->suffix, variable);
        return;
    }
    text_line(t->out, "%s = 0;", variable);
    c_test_open(t, index, count);
    text_line(t->out, "const %s term = %s;", t->m->real, term);
    text_add(t->out, "\n");
    text_line(t->out, "%s += term;", variable);
    text_line(t->out, "scale += fabs%s(term);", t->m->suffix);
    c_test_close(t, count);
}

static void compare(Test *t, const char *value)
{
    text_line(t->out, "if (!%s_close(%s, up, scale))", t->m->prefix, value);
    c_test_fail(t);
}

/* Elements that are nothing but rounding are compared with the size of the others. */
static void begin_scale(const Test *t, double others)
{
    text_begin_line(t->out);
    text_add(t->out, "scale = ");
    c_test_number(t, others);
    text_add(t->out, ";\n");
}

static double rounding_of(const Test *t, Part part)
{
    return t->sample->golden[part].rounding;
}

/* Is it emitted, and finite as far as is known? */
static bool has(const Test *t, Part part)
{
    return c_test_has(t, part) && !t->sample->golden[part].infinite;
}

/* ---- one function against another -------------------------------------------------------------------- */

/* seed (J d) = (seed J) d */
static void tangent_with_gradient(Test *t)
{
    uint64_t outputs = c_model_reals(t->m, PART_OUTPUTS), wanted = c_model_reals(t->m, PART_GRAD);
    const char *i = c_test_index("i", outputs), *j = c_test_index("j", wanted);

    c_test_open(t, "b", directions(t));
    begin_scale(t, rounding_of(t, PART_TANGENT) + rounding_of(t, PART_GRAD));
    add_terms(t, "up", "i", outputs, c_test_seeded(t, i, result_of(t, "t", PART_OUTPUTS, i)));
    add_terms(t, "down", "j", wanted, text_formatted(t->arena, "g[%s] * %s", j, direction_of(t, j)));
    compare(t, "down");
    c_test_close(t, directions(t));
}

/* A matrix times the directions is what the function with directions gave. */
static void product_with_matrix(Test *t, const char *vector, Part part, const char *element)
{
    Part rows = c_model_struct(part);
    uint64_t row_count = c_model_reals(t->m, rows), columns = c_model_reals(t->m, PART_GRAD);
    const char *i = c_test_index("i", row_count), *j = c_test_index("j", columns);

    c_test_open(t, "b", directions(t));
    c_test_open(t, "i", row_count);
    begin_scale(t, t->sample->golden[part].scale + rounding_of(t, part == PART_TANGENT ? PART_JACOBIAN : PART_HESSIAN));
    add_terms(t, "up", "j", columns, text_formatted(t->arena, "%s * %s", element, direction_of(t, j)));
    compare(t, result_of(t, vector, rows, i));
    c_test_close(t, row_count);
    c_test_close(t, directions(t));
}

static const char *jacobian_at(const Test *t)
{
    return text_formatted(t->arena, "jacobian[%s][%s]", c_test_index("i", c_model_reals(t->m, PART_OUTPUTS)),
                          c_test_index("j", c_model_reals(t->m, PART_GRAD)));
}

static void gradient_with_jacobian(Test *t)
{
    uint64_t outputs = c_model_reals(t->m, PART_OUTPUTS), wanted = c_model_reals(t->m, PART_GRAD);

    c_test_open(t, "j", wanted);
    begin_scale(t, t->sample->golden[PART_GRAD].scale + rounding_of(t, PART_JACOBIAN));
    add_terms(t, "up", "i", outputs, c_test_seeded(t, c_test_index("i", outputs), jacobian_at(t)));
    compare(t, text_formatted(t->arena, "g[%s]", c_test_index("j", wanted)));
    c_test_close(t, wanted);
}

/* ---- differences along the first direction ----------------------------------------------------------- */

static bool has_slope(const Test *t)
{
    return t->sample->slope_gap > 0;
}

static bool has_curvature(const Test *t)
{
    return t->sample->curvatures.count > 0 && (c_test_has(t, PART_PRODUCT) || c_test_has(t, PART_HESSIAN));
}

/* Do params (inputs) move along a direction? */
static bool moves(const Test *t, Part part)
{
    for (size_t k = 0; k < t->sample->symbols.count; k++)
        for (size_t i = 0; i < t->m->unit->wanted.count; i++)
            if (t->sample->symbols.at[k].part == part && t->sample->symbols.at[k].symbol == t->m->unit->wanted.at[i])
                return true;
    return false;
}

static const char *behind(const Test *t, uint64_t place, const char *i)
{
    return place == 0 ? i : text_formatted(t->arena, "%llu + %s", (unsigned long long)place, i);
}

static void print_run(const Test *t, const char *vector, uint64_t offset, uint64_t place, uint64_t count)
{
    const char *i = c_test_index("i", count);
    const char *element = count == 1 ? text_formatted(t->arena, "%llu", (unsigned long long)offset) : behind(t, offset, i);
    const char *moved = count == 1 ? text_formatted(t->arena, "%llu", (unsigned long long)place) : behind(t, place, i);

    c_test_each(t, "i", count);
    text_line(t->out, "%s[%s] += step * %s;", vector, element, c_test_direction(t, moved));
    c_test_each_end(t, count);
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
    if (!has_slope(t) && !has_curvature(t))
        return;
    text_printf(t->out, "static void %s_move(", t->m->prefix);
    if (moves(t, PART_PARAMS))
        text_printf(t->out, "%s *x, ", t->m->real);
    if (moves(t, PART_INPUTS))
        text_printf(t->out, "%s *y, ", t->m->real);
    text_printf(t->out, "%s step)\n{\n", t->m->real);
    t->out->indent = 1;
    print_runs(t, PART_PARAMS);
    print_runs(t, PART_INPUTS);
    t->out->indent = 0;
    text_add(t->out, "}\n\n");
}

/* A step along the direction: "" or "-". */
static void step_away(const Test *t, const char *sign)
{
    text_line(t->out, "%s_move(%s%s%sstep);", t->m->prefix, moves(t, PART_PARAMS) ? "x, " : "",
              moves(t, PART_INPUTS) ? "y, " : "", sign);
}

static void step_back(const Test *t)
{
    if (moves(t, PART_PARAMS))
        text_line(t->out, "p = kept_p;");
    if (moves(t, PART_INPUTS))
        text_line(t->out, "in = kept_in;");
}

/* Sets `kept` to the derivative of the total along the first direction. */
static void print_tangent(const Test *t)
{
    uint64_t outputs = c_model_reals(t->m, PART_OUTPUTS), wanted = c_model_reals(t->m, PART_GRAD);
    const char *i = c_test_index("i", outputs), *j = c_test_index("j", wanted);

    if (c_test_has(t, PART_TANGENT)) {
        c_test_sum(t, "kept", "i", outputs, c_test_seeded(t, i, text_formatted(t->arena, "t[%s]", i)));
        return;
    }
    text_line(t->out, "kept = 0;");
    c_test_each(t, "i", outputs);
    c_test_each(t, "j", wanted);
    text_line(t->out, "kept += %s * %s;", c_test_seeded(t, i, jacobian_at(t)), c_test_direction(t, j));
    c_test_each_end(t, wanted);
    c_test_each_end(t, outputs);
}

static void print_slope(Test *t)
{
    print_tangent(t);
    step_away(t, "");
    c_test_total(t, "up");
    step_back(t);
    step_away(t, "-");
    c_test_total(t, "down");
    step_back(t);
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

/* Sets `curve` to the derivative of the gradient along the first direction. */
static void print_curve(const Test *t)
{
    uint64_t wanted = c_model_reals(t->m, PART_GRAD);
    const char *i = c_test_index("i", wanted), *j = c_test_index("j", wanted);

    if (c_test_has(t, PART_PRODUCT)) {
        c_test_each(t, "i", wanted);
        text_line(t->out, "curve[%s] = h[%s];", i, i);
        c_test_each_end(t, wanted);
        return;
    }
    c_test_open(t, "i", wanted);
    c_test_sum(t, text_formatted(t->arena, "curve[%s]", i), "j", wanted,
               text_formatted(t->arena, "%s * %s", hessian_at(t, i, j), c_test_direction(t, j)));
    c_test_close(t, wanted);
}

static TestRun run_from(const uint64_t *place, size_t most)
{
    TestRun run = { place[0], most > 1 ? place[1] - place[0] : 1, 1 };

    while (run.count < most && place[run.count] - place[run.count - 1] == run.stride)
        run.count++;
    return run;
}

static void compare_curve(Test *t, const TestRun *run)
{
    const char *i = c_test_run_index(t, "i", run), *abs = text_formatted(t->arena, "fabs%s", t->m->suffix);

    c_test_open_run(t, "i", run);
    text_begin_line(t->out);
    text_printf(t->out, "if (%s((moved[%s] - g[%s]) / (2 * step) - curve[%s]) > ", abs, i, i, i);
    if (t->sample->calls_c)
        text_printf(t->out, "gap + %s(moved[%s] - slopes[%s] + (g[%s] - slopes[%s])) / step", abs, i, i, i, i);
    else
        c_test_number(t, t->sample->curvature_gap);
    text_add(t->out, ")\n");
    c_test_fail(t);
    c_test_close(t, run->count);
}

static void print_curvature(Test *t)
{
    uint64_t wanted = c_model_reals(t->m, PART_GRAD);
    const char *i = c_test_index("i", wanted);

    print_curve(t);
    if (t->sample->calls_c)
        c_externtest_gap(t, "curve");
    step_away(t, "");
    call_gradient(t);
    c_test_each(t, "i", wanted);
    text_line(t->out, "moved[%s] = g[%s];", i, i);
    c_test_each_end(t, wanted);
    step_back(t);
    step_away(t, "-");
    call_gradient(t);
    step_back(t);
    for (size_t k = 0; k < t->sample->curvatures.count;) {
        TestRun run = run_from(&t->sample->curvatures.at[k], t->sample->curvatures.count - k);

        compare_curve(t, &run);
        k += run.count;
    }
    if (c_test_has_differences(t) && !t->sample->calls_c) /* which compare with the gradient at the point */
        call_gradient(t);
}

/* Stated derivatives need not be those of any function: then both triangles of the second derivatives differ. */
static bool is_symmetric(const Test *t)
{
    return !program_has(t->m->unit->lowered.program, OP_LINK);
}

/* ---- all --------------------------------------------------------------------------------------------- */

void c_crosstest_declare(const Test *t, const Text *checks)
{
    unsigned long long wanted = c_model_reals(t->m, PART_GRAD);

    if (c_test_uses(checks, "curve"))
        text_line(t->out, "static %s curve[%llu], moved[%llu];", t->m->real, wanted, wanted);
    if (c_test_uses(checks, "kept_p"))
        text_line(t->out, "static %s kept_p;", c_model_type(t->m, PART_PARAMS));
    if (c_test_uses(checks, "kept_in"))
        text_line(t->out, "static %s kept_in;", c_model_type(t->m, PART_INPUTS));
}

void c_crosstest_fill(const Test *t)
{
    uint64_t count = directions(t) * c_model_reals(t->m, PART_GRAD);
    const char *i = c_test_index("i", count);

    if (!c_test_has(t, PART_DIRECTION))
        return;
    c_test_each(t, "i", count);
    text_line(t->out, "((%s *)%sdirection)[%s] = %s;", t->m->real, c_model_is_batch(t->m, PART_DIRECTION) ? "" : "&", i,
              c_test_direction(t, i));
    c_test_each_end(t, count);
}

void c_crosstest_print(Test *t)
{
    uint64_t wanted = c_model_reals(t->m, PART_GRAD);

    if (has(t, PART_TANGENT) && has(t, PART_GRAD))
        tangent_with_gradient(t);
    if (has(t, PART_TANGENT) && has(t, PART_JACOBIAN))
        product_with_matrix(t, "t", PART_TANGENT, jacobian_at(t));
    if (has(t, PART_GRAD) && has(t, PART_JACOBIAN))
        gradient_with_jacobian(t);
    if (has(t, PART_PRODUCT) && has(t, PART_HESSIAN) && is_symmetric(t))
        product_with_matrix(t, "h", PART_PRODUCT, hessian_at(t, c_test_index("i", wanted), c_test_index("j", wanted)));
    if (!has_slope(t) && !has_curvature(t))
        return;
    if (moves(t, PART_PARAMS))
        text_line(t->out, "kept_p = p;");
    if (moves(t, PART_INPUTS))
        text_line(t->out, "kept_in = in;");
    if (has_slope(t))
        print_slope(t);
    if (has_curvature(t))
        print_curvature(t);
}
