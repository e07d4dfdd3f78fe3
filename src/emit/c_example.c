/* c_example.c -- a small program that calls the emitted functions and prints value and gradient. */
#include "emit/c.h"
#include "emit/c_sample.h"

static void print_member(const CModel *m, const Member *member, const char *variable, const char *label, Text *out)
{
    static const char *const names[] = { "i", "j", "k", "l" };
    const char *cast = m->is_float ? "(double)" : "";

    for (unsigned k = 0; k < member->rank; k++) {
        text_line(out, "for (int %s = 0; %s < %ld; %s++)", names[k], names[k], (long)member->extents[k], names[k]);
        out->indent++;
    }
    text_begin_line(out);
    text_printf(out, "printf(\"%s%s", label, member->name);
    for (unsigned k = 0; k < member->rank; k++)
        text_add(out, "[%d]");
    text_printf(out, " = %%.17g\\n\", ");
    for (unsigned k = 0; k < member->rank; k++)
        text_printf(out, "%s, ", names[k]);
    text_printf(out, "%s%s.%s", cast, variable, member->name);
    for (unsigned k = 0; k < member->rank; k++)
        text_printf(out, "[%s]", names[k]);
    text_add(out, ");\n");
    out->indent -= member->rank;
}

static void print_members(const CModel *m, Part part, const char *variable, const char *label, Text *out)
{
    for (size_t i = 0; i < m->members[part].count; i++)
        print_member(m, &m->members[part].at[i], variable, label, out);
}

static void print_value(const CModel *m, const CFunction *function, Text *out)
{
    text_begin_line(out);
    if (!m->scalar) {
        c_sample_call(m, function, out);
        text_add(out, ";\n");
        print_members(m, PART_OUTPUTS, "out", "", out);
        return;
    }
    text_printf(out, "printf(\"%s = %%.17g\\n\", %s", c_model_output(m, 0), m->is_float ? "(double)" : "");
    c_sample_call(m, function, out);
    text_add(out, ");\n");
}

/* Results that are no structs of one name each are printed as flat vectors and matrices. */
static void print_flat(const CModel *m, Part part, Text *out)
{
    const char *name = c_argument_names[part], *cast = m->is_float ? "(double)" : "";
    bool matrix = part == PART_JACOBIAN || part == PART_HESSIAN, batch = c_model_is_batch(m, part);
    unsigned long long rows = c_model_reals(m, part == PART_JACOBIAN ? PART_OUTPUTS : part), columns = c_model_reals(m, PART_GRAD);

    if (batch)
        rows *= (unsigned long long)m->unit->options.directions;
    text_line(out, "for (int i = 0; i < %llu; i++)", rows);
    if (matrix) {
        bool lower = part == PART_HESSIAN && m->unit->options.lower_triangle;

        text_line(out, lower ? "    for (int j = 0; j <= i; j++)" : "    for (int j = 0; j < %llu; j++)", columns);
        text_line(out, "        printf(\"%s[%%d][%%d] = %%.17g\\n\", i, j, %s%s[i][j]);", name, cast, name);
    } else {
        text_line(out, "    printf(\"%s[%%d] = %%.17g\\n\", i, %s((const %s *)%s%s)[i]);", name, cast, m->real,
                  batch ? "" : "&", name);
    }
}

/* With the rows and columns. */
static void print_entries(const CModel *m, Part part, Text *out)
{
    const char *matrix = part == PART_JACOBIAN_ENTRIES ? "jacobian" : "hessian";
    const char *upper = part == PART_JACOBIAN_ENTRIES ? "JACOBIAN" : "HESSIAN";

    text_line(out, "{");
    out->indent++;
    text_line(out, "static int32_t rows[%s_%s_NNZ], columns[%s_%s_NNZ];", m->upper, upper, m->upper, upper);
    text_add(out, "\n");
    text_line(out, "%s_%s_triplets(rows, columns);", m->prefix, matrix);
    text_line(out, "for (int i = 0; i < %s_%s_NNZ; i++)", m->upper, upper);
    text_line(out, "    printf(\"%s[%%d][%%d] = %%.17g\\n\", (int)rows[i], (int)columns[i], %s%s_values[i]);", matrix,
              m->is_float ? "(double)" : "", matrix);
    out->indent--;
    text_line(out, "}");
}

/* What the function gives beside value and gradient. */
static void print_results(const CModel *m, const CFunction *function, Text *out)
{
    for (unsigned part = PART_TANGENT; part < PART_WORK; part++)
        if (c_function_has(function, (Part)part))
            (part == PART_JACOBIAN_ENTRIES || part == PART_HESSIAN_ENTRIES ? print_entries : print_flat)(m, (Part)part, out);
}

static void print_seeds(const CModel *m, uint32_t parts, Text *out)
{
    if (m->scalar || (parts >> PART_SEED & 1) == 0)
        return;
    text_line(out, "/* The gradient is that of the sum of seed times output. */");
    text_line(out, "for (int i = 0; i < %llu; i++)", (unsigned long long)c_model_reals(m, PART_SEED));
    text_line(out, "    ((%s *)&seed)[i] = 1;", m->real);
}

/* The first element moves; of several directions each moves another one. */
static void print_directions(const CModel *m, uint32_t parts, Text *out)
{
    bool batch = c_model_is_batch(m, PART_DIRECTION);

    if ((parts >> PART_DIRECTION & 1) == 0)
        return;
    if (batch)
        text_line(out, "for (int i = 0; i < %llu; i++)", (unsigned long long)m->unit->options.directions);
    text_line(out, batch ? "    ((%s *)&direction[i])[i %% %llu] = 1;" : "((%s *)&direction)[0] = 1;", m->real,
              (unsigned long long)c_model_reals(m, PART_GRAD));
}

/* The first one that is made; FUNCTION_COUNT: none. */
static FunctionId first_of(const CFunction *functions, const FunctionId *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (functions[ids[i]].made)
            return ids[i];
    return FUNCTION_COUNT;
}

/* Every result once: value and gradient by the fastest function that gives them. Gives back the arguments of all calls. */
static uint32_t print_calls(const CModel *m, const CFunction *functions, Text *out)
{
    static const FunctionId gradients[] = { FUNCTION_VALUE_GRAD, FUNCTION_FORWARD, FUNCTION_VJP, FUNCTION_HVP, FUNCTION_HESSIAN,
                                            FUNCTION_HESSIAN_SPARSE };
    static const FunctionId values[] = { FUNCTION_VALUE, FUNCTION_JVP, FUNCTION_JACOBIAN, FUNCTION_JACOBIAN_SPARSE };
    FunctionId first = first_of(functions, gradients, sizeof gradients / sizeof *gradients);
    bool gradient = first != FUNCTION_COUNT && (first != FUNCTION_FORWARD || functions[FUNCTION_BACKWARD].made);
    uint32_t parts;

    if (first == FUNCTION_COUNT)
        first = first_of(functions, values, sizeof values / sizeof *values);
    print_value(m, &functions[first], out);
    parts = functions[first].parts;
    if (first == FUNCTION_FORWARD && gradient) {
        parts |= functions[FUNCTION_BACKWARD].parts;
        text_begin_line(out);
        c_sample_call(m, &functions[FUNCTION_BACKWARD], out);
        text_add(out, ";\n");
    }
    if (gradient)
        print_members(m, PART_GRAD, "grad", "d_", out);
    print_results(m, &functions[first], out);
    for (unsigned id = FUNCTION_JVP; id < FUNCTION_COUNT; id++) {
        if (!functions[id].made || id == first)
            continue;
        text_begin_line(out);
        c_sample_call(m, &functions[id], out);
        text_add(out, ";\n");
        print_results(m, &functions[id], out);
        parts |= functions[id].parts;
    }
    return parts;
}

static void print_program(const CModel *m, const CFunction *functions, const Sample *sample, Text *out)
{
    uint32_t parts;
    Text calls;

    text_init(&calls, m->arena);
    calls.indent = 1;
    parts = print_calls(m, functions, &calls);
    text_printf(out, "/* How to call the functions of %s; made by bpgen %s. */\n", m->prefix, BPGEN_VERSION);
    if (*m->unit->options.header_name != '\0')
        text_printf(out, "#include \"%s\"\n\n", m->unit->options.header_name);
    else
        text_printf(out, "#include \"%s_grad.h\"\n\n", m->prefix);
    text_add(out, "#include <stdint.h>\n#include <stdio.h>\n\nint main(void)\n{\n");
    out->indent = 1;
    c_sample_declare(m, parts, out);
    if (c_sample_has_formula(sample, PART_PARAMS))
        text_line(out, "%s *const x = (%s *)&p; /* the struct as a flat vector */", m->real, m->real);
    if (c_sample_has_formula(sample, PART_INPUTS))
        text_line(out, "%s *const y = (%s *)&in;", m->real, m->real);
    text_add(out, "\n");
    c_sample_print(sample, m, out);
    print_seeds(m, parts, out);
    print_directions(m, parts, out);
    text_add(out, text_string(&calls));
    text_line(out, "return 0;");
    out->indent = 0;
    text_add(out, "}\n");
}

void emit_c_example(Unit *unit, Text *out)
{
    CFunction functions[FUNCTION_COUNT] = { 0 };
    Arena *arena = heap_arena(&unit->heap);
    Sample sample;
    CModel m;
    Text code;

    text_init(&code, arena);
    if (c_functions_make(&m, unit, arena, functions, &sample, &code))
        print_program(&m, functions, &sample, out);
    heap_release(&unit->heap, arena);
}
