/* emit_c.c -- C99: value, value and gradient, forward and backward sweep, with a header. */
#include "emit/c_body.h"
#include "emit/c_sample.h"
#include "emit/emit.h"

#include <string.h>

static uint16_t base_parts(const CModel *m)
{
    uint16_t parts = 0;

    for (unsigned part = PART_PARAMS; part <= PART_INDEX; part++)
        if (c_model_has(m, (Part)part))
            parts |= (uint16_t)(1u << part);
    return parts;
}

static uint16_t part_if(const CModel *m, Part part, bool condition)
{
    if (!condition || !c_model_has(m, part))
        return 0;
    return (uint16_t)(1u << part);
}

static void make_value(CModel *m, CFunction *function)
{
    uint16_t outputs = part_if(m, PART_OUTPUTS, !m->scalar);
    Gates gates = { .arena = heap_arena(&m->unit->heap) };

    *function = (CFunction){ .name = "value", .returns = m->scalar, .parts = base_parts(m) | outputs };
    c_function_make(m, m->unit->value, function, &gates);
    heap_release(&m->unit->heap, gates.arena);
}

static bool make_value_grad(CModel *m, CFunction *function)
{
    Gates gates = { 0 };

    if (!unit_make_value_grad(m->unit))
        return false;
    gates.arena = heap_arena(&m->unit->heap);
    *function = (CFunction){ .name = "value_grad", .returns = true, .parts = base_parts(m) | part_if(m, PART_GRAD, true) };
    c_function_make(m, m->unit->value_grad, function, &gates);
    heap_release(&m->unit->heap, gates.arena);
    return true;
}

/* The backward sweep has the numbers of the forward sweep. */
static bool make_sweeps(CModel *m, CFunction *functions)
{
    CFunction *forward = &functions[FUNCTION_FORWARD], *backward = &functions[FUNCTION_BACKWARD];
    Unit *unit = m->unit;
    uint16_t base;
    Gates gates = { 0 };

    if (!unit_make_sweeps(unit))
        return false;
    c_model_add_tape(m, unit->sweeps.forward);
    gates.arena = heap_arena(&unit->heap);
    base = base_parts(m) | part_if(m, PART_TAPE, true);
    *forward =
        (CFunction){ .name = "forward", .returns = m->scalar, .parts = base | part_if(m, PART_OUTPUTS, !m->scalar) };
    c_function_make(m, unit->sweeps.forward, forward, &gates);
    unit_forget(&unit->sweeps.forward);
    *backward =
        (CFunction){ .name = "backward", .parts = base | part_if(m, PART_SEED, true) | part_if(m, PART_GRAD, true) };
    c_function_make(m, unit->sweeps.backward, backward, &gates);
    unit_forget(&unit->sweeps.backward);
    heap_release(&unit->heap, gates.arena);
    return true;
}

/* Structs of reals are vectors, too. */
static void print_assertions(const CModel *m, Text *out)
{
    static const Part parts[] = { PART_PARAMS, PART_INPUTS };
    static const char *const macros[] = { "N_PARAMS", "N_INPUTS" };

    for (size_t i = 0; i < 2; i++)
        if (c_model_has(m, parts[i]))
            text_printf(out, "typedef char %s_is_flat[sizeof(%s) == %s_%s * sizeof(%s) ? 1 : -1];\n",
                        c_model_type(m, parts[i]), c_model_type(m, parts[i]), m->upper, macros[i], m->real);
    text_add(out, "\n");
}

static void print_beginning(CModel *m, const CFunction *functions, Text *out)
{
    c_head_comment(m, functions, out);
    text_add(out, "#if defined BPGEN_SELFTEST_MAIN && !defined BPGEN_SELFTEST\n#define BPGEN_SELFTEST\n#endif\n\n");
    if (*m->unit->options.header_name != '\0')
        text_printf(out, "#include \"%s\"\n\n", m->unit->options.header_name);
    text_add(out, "#include <math.h>\n#include <stdint.h>\n\n");
    print_assertions(m, out);
    c_runtime_print(m, out);
    c_model_print_tables(m, out);
}

/* In place: the text may be most of the memory. */
static void put_in_front(Text *text, const Text *front)
{
    size_t size = text->size;

    text_bytes(text, text_string(front), front->size);
    memmove(text->at + front->size, text->at, size);
    memcpy(text->at, text_string(front), front->size);
}

/* Of large models one program is alive at a time, besides the small one of the value. */
bool c_functions_make(CModel *m, Unit *unit, Arena *arena, CFunction *functions, Sample *sample, Text *out)
{
    bool differentiates = unit->wanted.count > 0;

    if (unit->lowered.program->samples > 0) {
        diag_error(&unit->diag, (Span){ 0, 1 }, "data are evaluated but not yet compiled to C");
        return false;
    }
    if (!unit_make_value(unit))
        return false;
    c_model_init(m, unit, arena);
    if (!c_externs_reserve(m))
        return false;
    m->out = out;
    make_value(m, &functions[FUNCTION_VALUE]);
    if (differentiates && !(unit->scalar ? make_value_grad(m, &functions[FUNCTION_VALUE_GRAD]) : unit_make_reversed(unit)))
        return false;
    c_sample_find(sample, m, arena);
    unit_forget(&unit->value);
    unit_forget(&unit->value_grad);
    unit_forget(&unit->reversed);
    return !differentiates || make_sweeps(m, functions);
}

static void print_rest(CModel *m, const CFunction *functions, const Sample *sample, Emitted *out)
{
    Text front;

    c_index_ok_print(m, &out->main);
    c_selftest_print(m, functions, sample, &out->main);
    text_init(&front, m->arena);
    print_beginning(m, functions, &front);
    put_in_front(&out->main, &front);
    c_header_print(m, functions, &out->header);
}

/* What stands in front of the functions is known only when they are printed: counts, helpers, constants. */
/* A model of inputs only has a value and no gradient. */
static void warn_of_nothing_wanted(Unit *unit)
{
    if (unit->wanted.count == 0)
        diag_warning(&unit->diag, (Span){ 0, unit->source.size > 0 },
                     "there is nothing to differentiate by: declare a param, or name inputs with --wrt");
}

static bool emit(Unit *unit, Emitted *out)
{
    CFunction functions[FUNCTION_COUNT] = { 0 };
    Arena *arena = heap_arena(&unit->heap);
    Sample sample;
    CModel m;
    bool made = c_functions_make(&m, unit, arena, functions, &sample, &out->main);

    warn_of_nothing_wanted(unit);
    if (made)
        print_rest(&m, functions, &sample, out);
    heap_release(&unit->heap, arena);
    return made;
}

const Emitter emit_c = { .name = "c",
                         .extension = ".c",
                         .help = "C99: value, gradient, forward and backward sweep, with a header",
                         .emit = emit };
