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

static void print_calls(const CModel *m, const CFunction *functions, Text *out)
{
    if (functions[FUNCTION_VALUE_GRAD].made) {
        print_value(m, &functions[FUNCTION_VALUE_GRAD], out);
    } else if (functions[FUNCTION_FORWARD].made) {
        print_value(m, &functions[FUNCTION_FORWARD], out);
        text_line(out, "/* The gradient of the sum of seed times output. */");
        text_begin_line(out);
        c_sample_call(m, &functions[FUNCTION_BACKWARD], out);
        text_add(out, ";\n");
    } else {
        print_value(m, &functions[FUNCTION_VALUE], out);
        return;
    }
    print_members(m, PART_GRAD, "grad", "d_", out);
}

/* Of the functions that print_calls calls. */
static uint16_t called_parts(const CFunction *functions)
{
    if (functions[FUNCTION_VALUE_GRAD].made)
        return functions[FUNCTION_VALUE_GRAD].parts;
    if (functions[FUNCTION_FORWARD].made)
        return functions[FUNCTION_FORWARD].parts | functions[FUNCTION_BACKWARD].parts;
    return functions[FUNCTION_VALUE].parts;
}

static void print_seeds(const CModel *m, const CFunction *functions, Text *out)
{
    uint64_t count = 0;

    if (m->scalar || !functions[FUNCTION_BACKWARD].made)
        return;
    for (size_t i = 0; i < m->members[PART_OUTPUTS].count; i++)
        count += c_model_elements(&m->members[PART_OUTPUTS].at[i]);
    text_line(out, "for (int i = 0; i < %llu; i++)", (unsigned long long)count);
    text_line(out, "    ((%s *)&seed)[i] = 1;", m->real);
}

static void print_program(const CModel *m, const CFunction *functions, const Sample *sample, Text *out)
{
    text_printf(out, "/* How to call the functions of %s; made by bpgen %s. */\n", m->prefix, BPGEN_VERSION);
    if (*m->unit->options.header_name != '\0')
        text_printf(out, "#include \"%s\"\n\n", m->unit->options.header_name);
    else
        text_printf(out, "#include \"%s_grad.h\"\n\n", m->prefix);
    text_add(out, "#include <stdint.h>\n#include <stdio.h>\n\nint main(void)\n{\n");
    out->indent = 1;
    c_sample_declare(m, called_parts(functions), out);
    if (c_sample_has_formula(sample, PART_PARAMS))
        text_line(out, "%s *const x = (%s *)&p; /* the struct as a flat vector */", m->real, m->real);
    if (c_sample_has_formula(sample, PART_INPUTS))
        text_line(out, "%s *const y = (%s *)&in;", m->real, m->real);
    text_add(out, "\n");
    c_sample_print(sample, m, out);
    print_seeds(m, functions, out);
    print_calls(m, functions, out);
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
