/* c_selftest.c -- the self-test of an emitted file: golden values from the built-in evaluator, and central differences.
 */
#include "emit/c_selftest.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { DIGITS = 12 };

/* ---- text -------------------------------------------------------------------------------------------- */

/* What no float can hold is 0 there, too. */
void c_test_number(const Test *t, double value)
{
    size_t begin = t->out->size;

    if (t->m->is_float && fabs(value) < (double)FLT_MIN)
        value = 0;
    text_printf(t->out, "%.*g", DIGITS, value);
    text_printf(t->out, "%s%s", strpbrk(t->out->at + begin, ".e") == NULL ? ".0" : "", t->m->suffix);
}

void c_test_fail(Test *t)
{
    text_line(t->out, "    return %d;", t->next++);
}

/* if (!close(..., golden, scale)) return n; */
static void check(Test *t, const char *what, double golden, double scale)
{
    text_begin_line(t->out);
    text_printf(t->out, "if (!%s_close(%s, ", t->m->prefix, what);
    c_test_number(t, golden);
    text_add(t->out, ", ");
    c_test_number(t, scale);
    text_add(t->out, "))\n");
    c_test_fail(t);
}

const char *c_test_call(const Test *t, FunctionId id)
{
    Text text;

    text_init(&text, t->arena);
    c_sample_call(t->m, &t->functions[id], &text);
    return text_string(&text);
}

/* The scalar output is given as the function's value. */
FunctionId c_test_giving(const Test *t, Part part)
{
    unsigned id = 0;

    while (id < FUNCTION_COUNT &&
           !(t->functions[id].made &&
             (c_function_has(&t->functions[id], part) || (part == PART_OUTPUTS && t->functions[id].returns))))
        id++;
    return (FunctionId)id;
}

/* ---- golden values ----------------------------------------------------------------------------------- */

/* How the test calls the elements of a result. */
static const char *const vectors[PART_COUNT] = {
    [PART_OUTPUTS] = "o", [PART_GRAD] = "g", [PART_TANGENT] = "t", [PART_PRODUCT] = "h",
};

/* Element of a matrix: "hessian[1][0]". */
static void add_element(const Test *t, Part part, uint64_t place, Text *out)
{
    uint64_t columns = c_model_reals(t->m, PART_GRAD);

    if (vectors[part] != NULL)
        text_printf(out, "%s[%llu]", vectors[part], (unsigned long long)place);
    else if (part == PART_JACOBIAN_ENTRIES || part == PART_HESSIAN_ENTRIES)
        text_printf(out, "%s[%llu]", c_argument_names[part], (unsigned long long)place);
    else
        text_printf(out, "%s[%llu][%llu]", c_argument_names[part], (unsigned long long)(place / columns),
                    (unsigned long long)(place % columns));
}

static void check_elements(Test *t, Part part)
{
    const GoldenList *golden = &t->sample->golden[part];

    for (size_t i = 0; golden->found && i < golden->at.count; i++) {
        Text what;

        text_init(&what, t->arena);
        add_element(t, part, golden->at.at[i].place, &what);
        check(t, text_string(&what), golden->at.at[i].value, golden->scale);
    }
}

static void check_function(Test *t, FunctionId id)
{
    if (t->functions[id].returns)
        check(t, c_test_call(t, id), t->sample->golden[PART_OUTPUTS].at.at[0].value, 0.0);
    else
        text_line(t->out, "%s;", c_test_call(t, id));
    for (unsigned part = PART_OUTPUTS; part < PART_WORK; part++)
        if (c_function_has(&t->functions[id], (Part)part))
            check_elements(t, (Part)part);
}

/* ---- differences ------------------------------------------------------------------------------------- */

void c_test_sum(const Test *t, const char *variable, const char *index, uint64_t count, const char *term)
{
    text_line(t->out, "%s = 0;", variable);
    text_line(t->out, "for (int32_t %s = 0; %s < %llu; %s++)", index, index, (unsigned long long)count, index);
    text_line(t->out, "    %s += %s;", variable, term);
}

const char *c_test_seed(const Test *t, const char *place)
{
    Text text;

    text_init(&text, t->arena);
    text_printf(&text, "(1.0%s - 0.25%s * (%s)(%s %% 3))", t->m->suffix, t->m->suffix, t->m->real, place);
    return t->m->scalar ? t->m->is_float ? "1.0f" : "1.0" : text_string(&text);
}

void c_test_total(const Test *t, const char *variable)
{
    FunctionId id = c_test_giving(t, PART_OUTPUTS);
    Text term;

    if (t->m->scalar) {
        text_line(t->out, "%s = %s;", variable, c_test_call(t, id));
        return;
    }
    text_line(t->out, "%s;", c_test_call(t, id));
    text_init(&term, t->arena);
    text_printf(&term, "%s * o[i]", c_test_seed(t, "i"));
    c_test_sum(t, variable, "i", c_model_reals(t->m, PART_OUTPUTS), text_string(&term));
}

static bool has_differences(const Test *t)
{
    return t->sample->differences.count > 0 && c_test_giving(t, PART_OUTPUTS) < FUNCTION_COUNT &&
           c_test_giving(t, PART_GRAD) < FUNCTION_COUNT;
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
    c_test_total(t, "up");
    text_line(t->out, "%s = kept - step;", x);
    c_test_total(t, "down");
    text_line(t->out, "%s = kept;", x);
    text_line(t->out, "if (fabs%s((up - down) / (2 * step) - slopes[%llu]) > tolerance)", t->m->suffix,
              (unsigned long long)difference->place);
    c_test_fail(t);
}

/* The function that gives the total at moved points may overwrite the gradient there. */
static void print_differences(Test *t)
{
    unsigned long long count = c_model_reals(t->m, PART_GRAD);

    if (!has_differences(t))
        return;
    text_line(t->out, "for (int32_t i = 0; i < %llu; i++)", count);
    text_line(t->out, "    slopes[i] = g[i];");
    for (size_t i = 0; i < t->sample->differences.count; i++)
        print_difference(t, &t->sample->differences.at[i]);
}

static double allowed_gap(const Test *t)
{
    return c_tolerance(t->m).difference * (t->sample->golden[PART_GRAD].scale + fabs(t->sample->total));
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

/* The results as flat vectors. */
static void print_vectors(const Test *t)
{
    const char *real = t->m->real;

    if (c_model_has(t->m, PART_PARAMS))
        text_line(t->out, "%s *const x = (%s *)&p;", real, real);
    if (c_model_has(t->m, PART_INPUTS))
        text_line(t->out, "%s *const y = (%s *)&in;", real, real);
    for (unsigned part = PART_OUTPUTS; part < PART_COUNT; part++)
        if (vectors[part] != NULL && (t->parts >> part & 1) != 0)
            text_line(t->out, "const %s *const %s = (const %s *)%s%s;", real, vectors[part], real,
                      c_model_is_batch(t->m, (Part)part) ? "" : "&", c_argument_names[part]);
}

static void print_locals(const Test *t)
{
    text_begin_line(t->out);
    text_printf(t->out, "const %s step = ", t->m->real);
    c_literal_double(t->m, c_tolerance(t->m).step, t->out);
    text_printf(t->out, ", tolerance = ");
    c_test_number(t, allowed_gap(t));
    text_printf(t->out, ";\n");
    text_line(t->out, "%s kept, up, down;", t->m->real);
    if (has_differences(t) && !t->sample->calls_c)
        text_line(t->out, "static %s slopes[%llu];", t->m->real, (unsigned long long)c_model_reals(t->m, PART_GRAD));
}

static void silence(const Test *t)
{
    if (c_model_has(t->m, PART_PARAMS))
        text_line(t->out, "(void)x;");
    if (c_model_has(t->m, PART_INPUTS))
        text_line(t->out, "(void)y;");
    for (unsigned part = PART_OUTPUTS; part < PART_COUNT; part++)
        if (vectors[part] != NULL && (t->parts >> part & 1) != 0)
            text_line(t->out, "(void)%s;", vectors[part]);
    text_line(t->out, "(void)step, (void)tolerance, (void)kept, (void)up, (void)down;");
}

static void print_seeds(const Test *t)
{
    if (t->m->scalar || (t->parts >> PART_SEED & 1) == 0)
        return;
    text_line(t->out, "for (int32_t i = 0; i < %llu; i++)", (unsigned long long)c_model_reals(t->m, PART_SEED));
    text_line(t->out, "    ((%s *)&seed)[i] = %s;", t->m->real, c_test_seed(t, "i"));
}

static void print_checks(Test *t)
{
    c_sample_print(t->sample, t->m, t->out);
    print_seeds(t);
    c_crosstest_fill(t);
    if (t->sample->calls_c) {
        c_externtest_print(t);
        return;
    }
    for (unsigned id = 0; id < FUNCTION_COUNT; id++)
        if (t->functions[id].made)
            check_function(t, (FunctionId)id);
    c_sparsetest_print(t);
    c_crosstest_print(t);
    print_differences(t);
}

static void print_body(Test *t)
{
    c_sample_declare(t->m, t->parts, t->out);
    print_vectors(t);
    print_locals(t);
    c_crosstest_declare(t);
    if (t->sample->calls_c)
        c_externtest_declare(t);
    text_add(t->out, "\n");
    silence(t);
    print_checks(t);
}

/* All but those with very large matrices; false: none. */
static bool choose_functions(Test *t, const CFunction *functions, CFunction *tested)
{
    bool any = false;

    for (unsigned id = 0; id < FUNCTION_COUNT; id++) {
        tested[id] = functions[id];
        if (!functions[id].made)
            continue;
        tested[id].made = !c_sample_is_large(t->m, functions[id].parts);
        if (tested[id].made)
            t->parts |= functions[id].parts;
        else
            text_printf(t->out, "\n/* The matrix of %s_%s is too large for a test. */\n", t->m->prefix, functions[id].name);
        any |= tested[id].made;
    }
    t->functions = tested;
    return any;
}

void c_selftest_print(CModel *m, const CFunction *functions, const Sample *sample, Text *out)
{
    Arena *arena = heap_arena(&m->unit->heap);
    CFunction tested[FUNCTION_COUNT];
    bool any;
    Test t = { .m = m, .sample = sample, .arena = arena, .out = out, .next = 1 };

    text_add(out, "\n#ifdef BPGEN_SELFTEST\n");
    any = choose_functions(&t, functions, tested) && sample->finite;
    text_add(out, "\n");
    if (any) {
        print_close(&t);
        c_crosstest_print_move(&t);
    }
    text_printf(out, "int %s_selftest(void)\n{\n", m->prefix);
    out->indent = 1;
    if (any)
        print_body(&t);
    text_line(out, "return 0;");
    out->indent = 0;
    text_add(out, "}\n");
    text_printf(out,
                "\n#ifdef BPGEN_SELFTEST_MAIN\nint main(void)\n{\n    return %s_selftest();\n}\n#endif\n\n#endif\n",
                m->prefix);
    heap_release(&m->unit->heap, arena);
}
