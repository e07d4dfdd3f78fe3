/* c_selftest.c -- the self-test of an emitted file: golden values from the built-in evaluator, and central differences.
 */
#include "emit/c_selftest.h"

#include <math.h>

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
    const GoldenList *value = &t->sample->golden[PART_OUTPUTS];

    if (t->functions[id].returns && value->found)
        check(t, c_test_call(t, id), value->at.at[0].value, value->rounding);
    else
        text_line(t->out, "%s%s;", t->functions[id].returns ? "(void)" : "", c_test_call(t, id));
    for (unsigned part = PART_OUTPUTS; part < PART_WORK; part++)
        if (c_function_has(&t->functions[id], (Part)part))
            check_elements(t, (Part)part);
}

/* The functions that give the total at moved points may overwrite the gradient there, so it is kept. */
static void print_differences(Test *t)
{
    uint64_t count = c_model_reals(t->m, PART_GRAD);
    const char *i = c_test_index("i", count);

    if (!c_test_has_differences(t))
        return;
    c_test_each(t, "i", count);
    text_line(t->out, "slopes[%s] = g[%s];", i, i);
    c_test_each_end(t, count);
    c_test_differences(t, "tolerance");
}

static double allowed_gap(const Test *t)
{
    return c_tolerance(t->m).difference * (t->sample->golden[PART_GRAD].scale + t->sample->total);
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

static void print_helpers(const Test *t, const Text *checks)
{
    if (c_test_uses(checks, text_formatted(t->arena, "%s_close", t->m->prefix)))
        print_close(t);
    if (c_test_uses(checks, text_formatted(t->arena, "%s_move", t->m->prefix)))
        c_crosstest_print_move(t);
}

static void print_seeds(const Test *t)
{
    uint64_t count = c_model_reals(t->m, PART_SEED);
    const char *i = c_test_index("i", count);

    if (t->m->scalar || !c_test_has(t, PART_SEED))
        return;
    c_test_each(t, "i", count);
    text_line(t->out, "((%s *)&seed)[%s] = %s;", t->m->real, i, c_test_seed(t, i));
    c_test_each_end(t, count);
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

/* The structs as flat vectors. */
static void declare_vectors(const Test *t, const Text *checks)
{
    const char *real = t->m->real;

    if (c_test_uses(checks, "x"))
        text_line(t->out, "%s *const x = (%s *)&p;", real, real);
    if (c_test_uses(checks, "y"))
        text_line(t->out, "%s *const y = (%s *)&in;", real, real);
    for (unsigned part = PART_OUTPUTS; part < PART_COUNT; part++)
        if (vectors[part] != NULL && c_test_has(t, (Part)part) && c_test_uses(checks, vectors[part]))
            text_line(t->out, "const %s *const %s = (const %s *)%s%s;", real, vectors[part], real,
                      c_model_is_batch(t->m, (Part)part) ? "" : "&", c_argument_names[part]);
}

static void declare_variables(const Test *t, const Text *checks)
{
    static const char *const names[] = { "kept", "up", "mid", "down", "scale", "gap" };
    Text list;

    text_init(&list, t->arena);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (c_test_uses(checks, names[i]))
            text_printf(&list, "%s%s", list.size > 0 ? ", " : "", names[i]);
    if (list.size > 0)
        text_line(t->out, "%s %s;", t->m->real, text_string(&list));
}

static void declare(const Test *t, const Text *checks)
{
    c_sample_declare(t->m, t->parts, t->out);
    declare_vectors(t, checks);
    if (c_test_uses(checks, "step")) {
        text_begin_line(t->out);
        text_printf(t->out, "const %s step = ", t->m->real);
        c_literal_double(t->m, c_tolerance(t->m).step, t->out);
        text_add(t->out, ";\n");
    }
    if (c_test_uses(checks, "tolerance")) {
        text_begin_line(t->out);
        text_printf(t->out, "const %s tolerance = ", t->m->real);
        c_test_number(t, allowed_gap(t));
        text_add(t->out, ";\n");
    }
    if (c_test_uses(checks, "slopes"))
        text_line(t->out, "static %s slopes[%llu];", t->m->real, (unsigned long long)c_model_reals(t->m, PART_GRAD));
    declare_variables(t, checks);
    c_crosstest_declare(t, checks);
    if (t->sample->calls_c)
        c_externtest_declare(t, checks);
    text_add(t->out, "\n");
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
    Test t = { .m = m, .sample = sample, .arena = arena, .out = out, .next = 1 };
    Text checks;

    text_init(&checks, arena);
    checks.indent = 1;
    text_add(out, "\n#ifdef BPGEN_SELFTEST\n");
    if (choose_functions(&t, functions, tested) && sample->finite) {
        t.out = &checks;
        print_checks(&t);
        t.out = out;
    }
    if (sample->too_large)
        text_add(out, "\n/* The model is too large for a test with known values. */\n");
    text_add(out, "\n");
    if (checks.size > 0)
        print_helpers(&t, &checks);
    text_printf(out, "int %s_selftest(void)\n{\n", m->prefix);
    out->indent = 1;
    if (checks.size > 0)
        declare(&t, &checks);
    text_bytes(out, text_string(&checks), checks.size);
    text_line(out, "return 0;");
    out->indent = 0;
    text_add(out, "}\n");
    text_printf(out,
                "\n#ifdef BPGEN_SELFTEST_MAIN\nint main(void)\n{\n    return %s_selftest();\n}\n#endif\n\n#endif\n",
                m->prefix);
    heap_release(&m->unit->heap, arena);
}
