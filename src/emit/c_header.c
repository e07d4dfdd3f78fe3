/* c_header.c -- the header, the head comment, and the check of integer inputs. */
#include "emit/c_model.h"

#include <string.h>

/* ---- what the file is about -------------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void add_names(const Member *members, size_t count, Text *out)
{
    enum { MOST = 12 };

    for (size_t i = 0; i < count && i < MOST; i++) {
        text_printf(out, "%s%s", i == 0 ? "" : ", ", members[i].name);
        c_model_print_extents(members[i].extents, members[i].rank, out);
    }
    if (count > MOST)
        text_printf(out, " and %lu more", (unsigned long)(count - MOST));
}

/* What the functions give, beside the value. */
static const struct {
    uint8_t part;
    const char *what;
} results[] = { { PART_GRAD, "the gradient" },
                { PART_TANGENT, "directional derivatives" },
                { PART_JACOBIAN, "the Jacobian" },
                { PART_PRODUCT, "Hessian-vector products" },
                { PART_HESSIAN, "the Hessian" },
                { PART_JACOBIAN_ENTRIES, "the sparse Jacobian" },
                { PART_HESSIAN_ENTRIES, "the sparse Hessian" } };

static void add_results(const CModel *m, const char *by, Text *out)
{
    size_t count = 0, last = 0;

    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        if ((m->parts >> results[i].part & 1) != 0)
            count++, last = i;
    for (size_t i = 0; count > 0 && i <= last; i++)
        if ((m->parts >> results[i].part & 1) != 0)
            text_printf(out, "%s%s", i == last ? " and " : ", ", results[i].what);
    if (count > 0)
        text_add(out, by);
}

static void print_subject(const CModel *m, Text *out)
{
    Text given;

    text_init(&given, m->arena);
    add_results(m, " by ", &given);
    text_add(out, " * Computes ");
    add_names(m->members[PART_OUTPUTS].at, m->members[PART_OUTPUTS].count, out);
    text_add(out, text_string(&given));
    if (given.size > 0)
        add_names(m->members[PART_GRAD].at, m->members[PART_GRAD].count, out);
    text_add(out, ".\n");
}

/* ---- head comment of the C file ---------------------------------------------------------------------- */

/* In hundredths, so that no floating-point printing is needed. */
static void print_ratio(uint64_t value, uint64_t all, const char *with, Text *out)
{
    uint64_t hundredths;

    if (value == 0 || all > UINT64_MAX / 100)
        return;
    hundredths = (all * 100 + value / 2) / value;
    text_printf(out, " (%llu.%02llu times the value%s)", (unsigned long long)(hundredths / 100),
                (unsigned long long)(hundredths % 100), with);
}

/* The backward sweep is never called without the forward sweep: its ratio is that of both. */
static void print_weight(const CFunction *functions, FunctionId id, Text *out)
{
    uint64_t value = c_count_weight(&functions[FUNCTION_VALUE].counts), weight = c_count_weight(&functions[id].counts);
    uint64_t forward = c_count_weight(&functions[FUNCTION_FORWARD].counts);

    text_printf(out, "; weight %llu", (unsigned long long)weight);
    if (id == FUNCTION_BACKWARD)
        print_ratio(value, weight > UINT64_MAX - forward ? UINT64_MAX : weight + forward, ", with forward", out);
    else if (id != FUNCTION_VALUE)
        print_ratio(value, weight, "", out);
}

static size_t longest_name(const CFunction *functions)
{
    size_t longest = 0;

    for (unsigned f = 0; f < FUNCTION_COUNT; f++)
        if (functions[f].made && strlen(functions[f].name) > longest)
            longest = strlen(functions[f].name);
    return longest;
}

static void print_counts(const CFunction *functions, bool samples, Text *out)
{
    int width = (int)longest_name(functions);

    text_printf(out, " * Operations of one call%s (loops multiplied out, both branches counted; in the weight a libm call counts 8):\n",
                samples ? " with one sample" : "");
    for (unsigned f = 0; f < FUNCTION_COUNT; f++) {
        if (!functions[f].made)
            continue;
        text_printf(out, " *   %-*s  ", width, functions[f].name);
        c_count_print(&functions[f].counts, out);
        print_weight(functions, (FunctionId)f, out);
        text_add(out, "\n");
    }
}

static void print_sizes(const CModel *m, Text *out)
{
    bool any = false;

    for (unsigned part = 0; part < PART_COUNT; part++) {
        if (!c_model_has(m, (Part)part) || c_model_struct((Part)part) != part || !c_model_uses(m, (Part)part) ||
            (part == PART_GRAD && m->unit->wanted_is_params) || (part == PART_OUTPUTS && m->scalar))
            continue;
        text_printf(out, "%s%s %llu", any ? ", " : " * Bytes: ", c_model_type(m, (Part)part),
                    (unsigned long long)c_model_bytes(m, (Part)part));
        any = true;
    }
    if (any)
        text_add(out, ".\n");
}

/* What --tape-limit has done. */
static void print_checkpoints(const CModel *m, Text *out)
{
    const Unit *unit = m->unit;

    for (size_t i = 0; i < unit->cuts.count; i++) {
        const TapeCut *cut = &unit->cuts.at[i];

        text_printf(out, " * --tape-limit: the loop over %s keeps %llu bytes at once instead of %llu: checkpoints of %d segments"
                    " of %d turns.\n", names_text(&unit->names, cut->loop), (unsigned long long)cut->after,
                    (unsigned long long)cut->before, (int)cut->segments.count, (int)cut->segments.length);
    }
    if (unit->cuts.count > 0)
        text_printf(out, " *   The backward sweep computes segments again: extra operations of weight %llu.\n",
                    (unsigned long long)unit->computed_again);
}

static void print_samples(const CModel *m, const CFunction *functions, Text *out)
{
    if (!c_model_has(m, PART_SAMPLES))
        return;
    text_printf(out, " * Data: `samples` are n_samples structs %s, which are only read, one after the other; nothing is kept of a "
                     "sample when the\n"
                     " * next one comes, so memory does not depend on their number. Of no samples a sum is 0, a mean is NaN.\n"
                     " * With -O3 -fno-trapping-math -fno-signed-zeros -fassociative-math compilers may take several samples at "
                     "once; sums are\n"
                     " * then added up in another order.\n",
                c_model_type(m, PART_SAMPLES));
    if (functions[FUNCTION_BACKWARD].made)
        text_add(out, " * The tape holds nothing of single samples: the backward sweep goes through the data again and computes that "
                      "once more.\n");
}

static void add_base_name(const CModel *m, Text *out)
{
    const char *name = base_name(m->unit->source.name);

    c_comment_string(name, strlen(name), 60, out);
}

static void print_title(const CModel *m, const char *what, Text *out)
{
    text_printf(out, "/* %s -- made by bpgen %s from ", what, BPGEN_VERSION);
    add_base_name(m, out);
    text_add(out, "; changes here will be lost.\n *\n");
}

void c_head_comment(const CModel *m, const CFunction *functions, Text *out)
{
    Text title;

    text_init(&title, m->arena);
    text_printf(&title, "%s: value", m->prefix);
    add_results(m, "", &title);
    print_title(m, text_string(&title), out);
    print_subject(m, out);
    text_add(out, " *\n");
    print_counts(functions, c_model_has(m, PART_SAMPLES), out);
    print_sizes(m, out);
    c_externs_comment(m, out);
    print_checkpoints(m, out);
    print_samples(m, functions, out);
    text_add(
        out,
        " *\n"
        " * Results are overwritten, never added to; they may not overlap the arguments. Nothing else is written: the "
        "functions\n"
        " * are reentrant, allocate nothing and do no input or output.\n"
        " * C99. Faster with -O2 -fno-math-errno -fno-trapping-math, which change no result; -std=gnu99 or "
        "-ffp-contract=fast lets\n"
        " * the compiler use fused multiply-add. -DBPGEN_SELFTEST adds a self-test, -DBPGEN_SELFTEST_MAIN a main that "
        "runs it.\n"
        " * This file belongs to you: use, change and distribute it without conditions. There is no warranty. */\n");
}

/* ---- header ------------------------------------------------------------------------------------------ */

/* Long comments in several lines. */
static void print_purpose(const char *text, Text *out)
{
    enum { LONGEST_LINE = 112 };
    size_t on_line = 2;

    text_add(out, "/*");
    while (*text != '\0') {
        size_t size = strcspn(text, " ");

        if (on_line + size + 1 > LONGEST_LINE) {
            text_add(out, "\n *");
            on_line = 2;
        }
        text_add(out, " ");
        text_bytes(out, text, size);
        on_line += size + 1;
        text += size + (text[size] == ' ');
    }
    text_add(out, " */\n");
}

static void print_prototypes(const CModel *m, const CFunction *functions, Text *out)
{
    for (unsigned f = 0; f < FUNCTION_COUNT; f++) {
        if (!functions[f].made)
            continue;
        print_purpose(function_rows[f].purpose, out);
        c_signature(m, &functions[f], false, out);
        text_add(out, ";\n\n");
    }
    c_patterns_declare(m, out);
    if (c_model_has(m, PART_INDEX)) {
        text_add(out, "/* 1 if all integer inputs lie in their declared ranges, else 0. The other functions do not "
                      "check them. */\n");
        text_printf(out, "int %s_index_ok(const %s *index);\n\n", m->prefix, c_model_type(m, PART_INDEX));
    }
    text_printf(out,
                "#ifdef BPGEN_SELFTEST\n/* 0 if the functions work on this machine, else the number of the first check "
                "that failed. */\n"
                "int %s_selftest(void);\n#endif\n\n",
                m->prefix);
}

static void print_macro(const CModel *m, const char *name, uint64_t value, const char *what, const char *of, Text *out)
{
    text_printf(out, "#define %s_%s %llu /* %s%s */\n", m->upper, name, (unsigned long long)value, what, of);
}

static void print_macros(const CModel *m, Text *out)
{
    text_printf(out, "#define %s_BPGEN_VERSION \"%s\"\n", m->upper, BPGEN_VERSION);
    if (c_model_has(m, PART_PARAMS))
        print_macro(m, "N_PARAMS", c_model_reals(m, PART_PARAMS), "reals in ", c_model_type(m, PART_PARAMS), out);
    if (c_model_has(m, PART_INPUTS))
        print_macro(m, "N_INPUTS", c_model_reals(m, PART_INPUTS), "reals in ", c_model_type(m, PART_INPUTS), out);
    if (c_model_has(m, PART_SAMPLES))
        print_macro(m, "N_SAMPLE", c_model_reals(m, PART_SAMPLES), "reals in ", c_model_type(m, PART_SAMPLES), out);
    print_macro(m, "N_OUTPUTS", c_model_reals(m, PART_OUTPUTS), "reals in the result", "", out);
    if (c_model_has(m, PART_GRAD) && c_model_uses(m, PART_GRAD))
        print_macro(m, "N_GRAD", c_model_reals(m, PART_GRAD), "elements differentiated by: reals in ",
                    c_model_type(m, PART_GRAD), out);
    if ((m->parts >> PART_JACOBIAN_ENTRIES & 1) != 0)
        print_macro(m, "JACOBIAN_NNZ", m->unit->jacobian_columns.entries, "entries of the sparse Jacobian", "", out);
    if ((m->parts >> PART_HESSIAN_ENTRIES & 1) != 0)
        print_macro(m, "HESSIAN_NNZ", m->unit->hessian_columns.entries, "entries of the sparse Hessian", "", out);
    if (m->unit->options.directions > 0 && (m->parts >> PART_DIRECTION & 1) != 0)
        print_macro(m, "N_DIRECTIONS", (uint64_t)m->unit->options.directions, "directions at once", "", out);
    text_add(out, "\n");
}

static void print_default(const CModel *m, const Member *member, const Rational *values, Text *out)
{
    uint64_t count = c_model_elements(member);

    for (uint64_t i = 0; i < count; i++) {
        text_brackets(out, member->extents, member->rank, i, "{ ");
        c_literal(m, values[i], out);
        text_brackets(out, member->extents, member->rank, i + 1, " }");
        if (i + 1 < count)
            text_add(out, i % 8 == 7 ? ", \\\n    " : ", ");
    }
}

/* An initialiser, if every param has a default. */
static void print_defaults(const CModel *m, Text *out)
{
    size_t params = 0;

    for (size_t i = 0; i < m->unit->lowered.declared.count; i++) {
        const Declared *declared = &m->unit->lowered.declared.at[i];

        if (m->unit->lowered.program->symbols.at[declared->symbol].role == SYM_PARAM && declared->defaults == NULL)
            return;
    }
    for (size_t i = 0; i < m->unit->lowered.declared.count; i++) {
        const Declared *declared = &m->unit->lowered.declared.at[i];

        if (m->unit->lowered.program->symbols.at[declared->symbol].role != SYM_PARAM)
            continue;
        text_printf(out, params == 0 ? "#define %s_PARAMS_DEFAULT { \\\n    " : ", \\\n    ", m->upper);
        print_default(m, &m->members[PART_PARAMS].at[params++], declared->defaults, out);
    }
    if (params > 0)
        text_add(out, " }\n\n");
}

void c_header_print(const CModel *m, const CFunction *functions, Text *out)
{
    Text title;

    text_init(&title, m->arena);
    text_printf(&title, "%s: interface", m->prefix);
    print_title(m, text_string(&title), out);
    print_subject(m, out);
    text_add(out, " * Arguments come in the order: params, inputs, index, samples and their number, seed, direction, tape, outputs,\n"
                  " * gradient, other derivatives, work. All results are overwritten. */\n");
    text_printf(out, "#ifndef %s_GRAD_H\n#define %s_GRAD_H\n\n", m->upper, m->upper);
    if (m->has_int32)
        text_add(out, "#include <stdint.h>\n\n");
    text_add(out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    print_macros(m, out);
    c_model_print_types(m, out);
    c_externs_print(m, out);
    print_defaults(m, out);
    print_prototypes(m, functions, out);
    text_add(out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

/* ---- integer inputs ---------------------------------------------------------------------------------- */

static void print_range_check(const CModel *m, const Member *member, const Symbol *symbol, Text *out)
{
    static const char *const loops[] = { "i", "j", "k", "l" };

    for (unsigned k = 0; k < member->rank; k++) {
        text_line(out, "for (int32_t %s = 0; %s < %ld; %s++) {", loops[k], loops[k], (long)member->extents[k],
                  loops[k]);
        out->indent++;
    }
    text_begin_line(out);
    text_printf(out, "ok &= ");
    for (unsigned side = 0; side < 2; side++) {
        text_printf(out, "index->%s", member->name);
        for (unsigned k = 0; k < member->rank; k++)
            text_printf(out, "[%s]", loops[k]);
        text_printf(out, side == 0 ? " >= %lld && " : " < %lld;\n",
                    (long long)(side == 0 ? symbol->low : symbol->high));
    }
    for (unsigned k = 0; k < member->rank; k++) {
        out->indent--;
        text_line(out, "}");
    }
    (void)m;
}

void c_index_ok_print(const CModel *m, Text *out)
{
    size_t member = 0;

    if (!c_model_has(m, PART_INDEX))
        return;
    text_printf(out, "\nint %s_index_ok(const %s *index)\n{\n", m->prefix, c_model_type(m, PART_INDEX));
    out->indent++;
    text_line(out, "int ok = 1;");
    text_add(out, "\n");
    for (size_t i = 0; i < m->unit->lowered.declared.count; i++) {
        const Symbol *symbol = &m->unit->lowered.program->symbols.at[m->unit->lowered.declared.at[i].symbol];

        if (symbol->role == SYM_INTEGER)
            print_range_check(m, &m->members[PART_INDEX].at[member++], symbol, out);
    }
    text_line(out, "return ok;");
    out->indent--;
    text_add(out, "}\n");
}
