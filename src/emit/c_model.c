/* c_model.c -- the structs of an emitted file: their members, types, sizes, and the constant arrays. */
#include "emit/c_model.h"

#include <math.h>
#include <string.h>

/* ---- members ----------------------------------------------------------------------------------------- */

/* Symbols die with their program. */
static Member member_of(CModel *m, const char *name, const Symbol *symbol)
{
    int32_t *extents = symbol->rank == 0 ? NULL : arena_array(m->arena, int32_t, symbol->rank);

    for (unsigned k = 0; k < symbol->rank; k++)
        extents[k] = symbol->extents[k];
    return (Member){ name, extents, symbol->rank, symbol->integer };
}

/* Macros know no name spaces. */
static void init_member_names(const CModel *m, CNames *names)
{
    c_names_init(names, m->arena);
    for (size_t i = 0; i < m->macros.count; i++)
        c_names_reserve(names, m->macros.at[i]);
}

/* Names that C does not own go first, so that they stay as they are whatever the others become. */
static void name_all(CModel *m, CNames *names, const Program *p, const SymId *symbols, size_t count, const char **out)
{
    for (int owned = 0; owned < 2; owned++) {
        for (size_t i = 0; i < count; i++) {
            const char *name = names_text(p->names, p->symbols.at[symbols[i]].name);

            if (out[i] == NULL && (owned || strcmp(c_names_take(names, name), name) == 0))
                out[i] = owned ? c_names_take(names, name) : name;
        }
        if (!owned)
            init_member_names(m, names);
        for (size_t i = 0; i < count && !owned; i++)
            if (out[i] != NULL)
                c_names_take(names, out[i]);
    }
}

Part c_model_part(const Symbol *symbol)
{
    switch ((SymRole)symbol->role) {
    case SYM_PARAM:
        return PART_PARAMS;
    case SYM_INTEGER:
        return PART_INDEX;
    case SYM_DATA:
        return PART_SAMPLES;
    default:
        return PART_INPUTS;
    }
}

Symbol c_model_of_sample(const Symbol *symbol)
{
    Symbol one = *symbol;

    if (symbol->role == SYM_DATA) {
        one.extents++;
        one.rank--;
    }
    return one;
}

static void add_declared(CModel *m, const Program *p)
{
    for (size_t i = 0; i < m->unit->lowered.declared.count; i++) {
        SymId id = m->unit->lowered.declared.at[i].symbol;
        Symbol symbol = c_model_of_sample(&p->symbols.at[id]);

        vec_push(m->arena, &m->members[c_model_part(&symbol)], member_of(m, m->declared[id], &symbol));
    }
    for (size_t i = 0; i < m->unit->wanted.count; i++) {
        SymId id = m->unit->wanted.at[i];

        vec_push(m->arena, &m->members[PART_GRAD], member_of(m, m->declared[id], &p->symbols.at[id]));
    }
}

/* Struct members have name spaces of their own, but readers do not care: all declared names and outputs differ. */
static void add_members(CModel *m, const Program *p)
{
    size_t declared = m->unit->lowered.declared.count, count = declared + p->outputs.count;
    SymId *symbols = arena_array(m->arena, SymId, count + 1);
    const char **given = arena_array(m->arena, const char *, count + 1);
    CNames names;

    m->declared = arena_array(m->arena, const char *, p->symbols.count + 1);
    for (size_t i = 0; i < declared; i++)
        symbols[i] = m->unit->lowered.declared.at[i].symbol;
    for (size_t i = 0; i < p->outputs.count; i++)
        symbols[declared + i] = p->outputs.at[i];
    init_member_names(m, &names);
    name_all(m, &names, p, symbols, count, given);
    for (size_t i = 0; i < declared; i++)
        m->declared[symbols[i]] = given[i];
    add_declared(m, p);
    for (size_t i = 0; i < p->outputs.count; i++) {
        Member member = member_of(m, given[declared + i], &p->symbols.at[symbols[declared + i]]);

        vec_push(m->arena, &m->members[PART_OUTPUTS], member);
        vec_push(m->arena, &m->outputs, p->symbols.at[p->outputs.at[i]].name);
    }
}

void c_model_add_tape(CModel *m, const Program *forward)
{
    CNames names;

    init_member_names(m, &names);
    for (SymId s = 0; s < forward->symbols.count; s++) {
        const Symbol *symbol = &forward->symbols.at[s];
        const char *name;

        if (symbol->role != SYM_TAPE)
            continue;
        name = names_text(forward->names, symbol->name);
        name = name[0] == '\0' ? c_names_temporary(&names) : c_names_take(&names, name);
        vec_push(m->arena, &m->members[PART_TAPE], member_of(m, name, symbol));
        m->has_int32 |= symbol->integer;
    }
}

static const char *upper_case(Arena *arena, const char *text)
{
    char *upper = arena_copy(arena, text, strlen(text));

    for (char *at = upper; *at != '\0'; at++)
        *at = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    return upper;
}

static void add_macros(CModel *m)
{
    static const char *const endings[] = { "GRAD_H", "BPGEN_VERSION", "N_PARAMS", "N_INPUTS", "N_SAMPLE", "N_OUTPUTS", "N_GRAD",
                                           "N_DIRECTIONS", "JACOBIAN_NNZ", "HESSIAN_NNZ", "PARAMS_DEFAULT" };
    Text text;

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        text_init(&text, m->arena);
        text_printf(&text, "%s_%s", m->upper, endings[i]);
        vec_push(m->arena, &m->macros, text_string(&text));
    }
}

static void add_global(CModel *m, const char *ending, const char *more)
{
    Text text;

    text_init(&text, m->arena);
    text_printf(&text, "%s_%s%s", m->prefix, ending, more);
    vec_push(m->arena, &m->globals, text_string(&text));
}

static const char *const struct_endings[PART_COUNT] = {
    [PART_PARAMS] = "params", [PART_INPUTS] = "inputs", [PART_INDEX] = "index",
    [PART_SAMPLES] = "sample", [PART_TAPE] = "tape",
    [PART_OUTPUTS] = "outputs", [PART_GRAD] = "grad", [PART_WORK] = "work",
};

static void add_globals(CModel *m)
{
    for (unsigned f = 0; f < FUNCTION_COUNT; f++)
        add_global(m, function_rows[f].name, "");
    for (unsigned part = 0; part < PART_COUNT; part++) {
        if (struct_endings[part] == NULL)
            continue;
        add_global(m, struct_endings[part], "");
        add_global(m, struct_endings[part], C_IS_FLAT);
    }
    add_global(m, "jacobian_triplets", "");
    add_global(m, "jacobian_csc", "");
    add_global(m, "hessian_triplets", "");
    add_global(m, "hessian_csc", "");
    add_global(m, "index_ok", "");
    add_global(m, "selftest", "");
}

void c_model_init(CModel *m, Unit *unit, Arena *arena)
{
    *m = (CModel){ .unit = unit, .arena = arena, .prefix = unit->options.prefix, .scalar = unit->scalar };
    m->upper = upper_case(arena, m->prefix);
    m->is_float = unit->options.real == REAL_FLOAT;
    m->real = m->is_float ? "float" : "double";
    m->suffix = m->is_float ? "f" : "";
    m->real_size = m->is_float ? 4 : 8;
    add_macros(m);
    add_members(m, unit->value);
    m->has_int32 = m->members[PART_INDEX].count > 0 || m->members[PART_SAMPLES].count > 0;
    add_globals(m);
}

Part c_model_struct(Part part)
{
    switch (part) {
    case PART_SEED:
    case PART_TANGENT:
        return PART_OUTPUTS;
    case PART_DIRECTION:
    case PART_PRODUCT:
    case PART_JACOBIAN:
    case PART_HESSIAN:
    case PART_JACOBIAN_ENTRIES:
    case PART_HESSIAN_ENTRIES:
        return PART_GRAD;
    default:
        return part;
    }
}

bool c_model_has(const CModel *m, Part part)
{
    return part == PART_WORK ? m->work.count > 0 : m->members[c_model_struct(part)].count > 0;
}

const char *c_model_output(const CModel *m, size_t k)
{
    return m->members[PART_OUTPUTS].at[k].name;
}

/* ---- types and sizes --------------------------------------------------------------------------------- */

const char *c_model_type(const CModel *m, Part part)
{
    Part of = c_model_struct(part);
    Text text;

    if (c_model_is_bare(part) || (m->scalar && of == PART_OUTPUTS))
        return m->real;
    if (of == PART_GRAD && m->unit->wanted_is_params)
        of = PART_PARAMS;
    text_init(&text, m->arena);
    text_printf(&text, "%s_%s", m->prefix, struct_endings[of]);
    return text_string(&text);
}

bool c_model_is_bare(Part part)
{
    return part >= PART_JACOBIAN && part <= PART_HESSIAN_ENTRIES;
}

const Pattern *c_model_pattern(const CModel *m, Part part)
{
    return part == PART_JACOBIAN_ENTRIES ? &m->unit->jacobian_columns : &m->unit->hessian_columns;
}

bool c_model_is_batch(const CModel *m, Part part)
{
    if (part == PART_SAMPLES)
        return true;
    return m->unit->options.directions > 0 && (part == PART_DIRECTION || part == PART_TANGENT || part == PART_PRODUCT);
}

void c_model_print_array(const CModel *m, Part part, const char *qualifier, Text *out)
{
    if (part == PART_JACOBIAN)
        text_printf(out, "[%s%s_N_OUTPUTS][%s_N_GRAD]", qualifier, m->upper, m->upper);
    else if (part == PART_HESSIAN)
        text_printf(out, "[%s%s_N_GRAD][%s_N_GRAD]", qualifier, m->upper, m->upper);
    else if (part == PART_JACOBIAN_ENTRIES || part == PART_HESSIAN_ENTRIES)
        text_printf(out, "[%s%s_%s_NNZ]", qualifier, m->upper, part == PART_JACOBIAN_ENTRIES ? "JACOBIAN" : "HESSIAN");
    else if (part == PART_SAMPLES)
        text_printf(out, "[%s%ld]", qualifier, (long)m->unit->lowered.program->samples);
    else if (c_model_is_batch(m, part))
        text_printf(out, "[%s%s_N_DIRECTIONS]", qualifier, m->upper);
}

uint64_t c_model_reals(const CModel *m, Part part)
{
    Part of = c_model_struct(part);
    uint64_t count = 0;

    for (size_t i = 0; i < m->members[of].count; i++)
        if (!m->members[of].at[i].integer)
            count += c_model_elements(&m->members[of].at[i]);
    return count;
}

uint64_t c_model_elements(const Member *member)
{
    uint64_t elements = 1;

    for (unsigned k = 0; k < member->rank; k++)
        elements *= (uint64_t)member->extents[k];
    return elements;
}

uint64_t c_model_bytes(const CModel *m, Part part)
{
    uint64_t bytes = 0;
    bool reals = false;

    for (size_t i = 0; i < m->work.count && part == PART_WORK; i++)
        if (m->work.at[i].elements * m->real_size > bytes)
            bytes = m->work.at[i].elements * m->real_size;
    for (size_t i = 0; i < m->members[part].count; i++) {
        const Member *member = &m->members[part].at[i];

        reals |= !member->integer;
        bytes += c_model_elements(member) * (member->integer ? 4 : m->real_size);
    }
    return reals ? (bytes + m->real_size - 1) / m->real_size * m->real_size : bytes;
}

void c_model_print_extents(const int32_t *extents, unsigned rank, Text *out)
{
    for (unsigned k = 0; k < rank; k++)
        text_printf(out, "[%ld]", (long)extents[k]);
}

/* Scalars that follow each other share a line. */
static void print_members(const CModel *m, const Member *members, size_t count, bool integer, Text *out)
{
    enum { MOST_ON_A_LINE = 8 };
    unsigned on_line = 0;

    for (size_t i = 0; i < count; i++) {
        const Member *member = &members[i];

        if (member->integer != integer)
            continue;
        if (on_line > 0 && (member->rank > 0 || on_line == MOST_ON_A_LINE)) {
            text_add(out, ";\n");
            on_line = 0;
        }
        if (on_line > 0) {
            text_add(out, ", ");
        } else {
            text_begin_line(out);
            text_printf(out, "%s ", integer ? "int32_t" : m->real);
        }
        text_add(out, member->name);
        c_model_print_extents(member->extents, member->rank, out);
        on_line = member->rank > 0 ? MOST_ON_A_LINE : on_line + 1;
    }
    if (on_line > 0)
        text_add(out, ";\n");
}

bool c_model_uses(const CModel *m, Part part)
{
    if (part <= PART_SAMPLES)
        return true;
    for (unsigned other = 0; other < PART_COUNT; other++)
        if ((m->parts >> other & 1) != 0 && c_model_struct((Part)other) == part)
            return true;
    return false;
}

/* Reals first: integers behind them leave no holes. */
static void print_struct(const CModel *m, Part part, const char *what, Text *out)
{
    if (m->members[part].count == 0 || !c_model_uses(m, part))
        return;
    text_line(out, "/* %s */", what);
    text_line(out, "typedef struct {");
    out->indent++;
    print_members(m, m->members[part].at, m->members[part].count, false, out);
    print_members(m, m->members[part].at, m->members[part].count, true, out);
    out->indent--;
    text_line(out, "} %s;", c_model_type(m, part));
    text_add(out, "\n");
}

static void print_work(const CModel *m, Text *out)
{
    if (m->work.count == 0)
        return;
    text_line(
        out,
        "/* Room for arrays that are too large for the stack. The functions that take it overwrite it; nothing in it");
    text_line(out, " * needs to be kept between calls. One for each thread. */");
    text_line(out, "typedef union {");
    out->indent++;
    for (size_t i = 0; i < m->work.count; i++) {
        text_line(out, "struct {");
        out->indent++;
        print_members(m, m->work.at[i].members.at, m->work.at[i].members.count, false, out);
        print_members(m, m->work.at[i].members.at, m->work.at[i].members.count, true, out);
        out->indent--;
        text_line(out, "} %s;", m->work.at[i].function);
    }
    out->indent--;
    text_line(out, "} %s;", c_model_type(m, PART_WORK));
    text_add(out, "\n");
}

void c_model_print_types(const CModel *m, Text *out)
{
    print_struct(m, PART_PARAMS, "Parameters, in declared order: a flat vector of reals, too.", out);
    print_struct(m, PART_INPUTS, "Inputs, in declared order.", out);
    print_struct(m, PART_INDEX, "Integer inputs; their ranges are checked by the function _index_ok.", out);
    print_struct(m, PART_SAMPLES, "One sample, in declared order: a flat vector, too.", out);
    if (!m->scalar)
        print_struct(m, PART_OUTPUTS, "Results, their upstream gradients (seeds), and their tangents.", out);
    if (!m->unit->wanted_is_params)
        print_struct(m, PART_GRAD, "Gradient, and directions in the space of what is differentiated by.", out);
    print_struct(m, PART_TAPE, "What the forward sweep keeps for the backward sweep.", out);
    print_work(m, out);
}

/* ---- literals ---------------------------------------------------------------------------------------- */

/* A literal of C has a point or an exponent. */
static void add_literal(const CModel *m, double value, float single, Text *out)
{
    size_t begin = out->size;

    if (m->is_float ? isinf(single) : isinf(value)) {
        text_printf(out, "%s%s", value < 0 ? "-" : "", m->is_float ? "HUGE_VALF" : "HUGE_VAL");
        return;
    }
    if (m->is_float)
        text_float(out, single);
    else
        text_double(out, value);
    text_printf(out, "%s%s", strpbrk(out->at + begin, ".e") == NULL ? ".0" : "", m->suffix);
}

void c_literal(const CModel *m, Rational value, Text *out)
{
    add_literal(m, rational_to_double(value), rational_to_float(value), out);
}

void c_literal_double(const CModel *m, double value, Text *out)
{
    add_literal(m, value, (float)value, out);
}
