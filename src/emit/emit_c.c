/* emit_c.c -- C99: value, value and gradient, forward and backward sweep, with a header. */
#include "emit/c.h"
#include "emit/c_body.h"
#include "emit/c_sample.h"
#include "emit/emit.h"

#include <string.h>

/* ---- making the functions ---------------------------------------------------------------------------- */

/* The letters of functions.def. */
static const struct {
    char letter;
    uint8_t part;
} arguments[] = { { 's', PART_SEED },    { 'S', PART_SEED },    { 'd', PART_DIRECTION }, { 't', PART_TAPE },
                  { 'o', PART_OUTPUTS }, { 'g', PART_GRAD },    { 'x', PART_TANGENT },   { 'p', PART_PRODUCT },
                  { 'j', PART_JACOBIAN }, { 'h', PART_HESSIAN },
                  { 'J', PART_JACOBIAN_ENTRIES }, { 'H', PART_HESSIAN_ENTRIES } };

/* One scalar output is returned, and its seed is 1 where the function does not ask for it in any case. */
static uint32_t parts_of(const CModel *m, FunctionId id)
{
    uint32_t parts = 0;

    for (unsigned part = PART_PARAMS; part <= PART_SAMPLES; part++)
        if (c_model_has(m, (Part)part))
            parts |= 1u << part;
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        char letter = arguments[i].letter;

        if (function_has(id, letter) && c_model_has(m, (Part)arguments[i].part) &&
            !(m->scalar && (letter == 's' || letter == 'o')))
            parts |= 1u << arguments[i].part;
    }
    return parts;
}

/* The functions of which the self-test's point is found: their programs are kept until it is. */
enum { LAST_OF_POINT = FUNCTION_VJP };

typedef struct {
    CModel *m;
    CFunction *functions;
    Sample *sample;
    Gates gates;
} Making;

static CFunction begin_function(const Making *k, FunctionId id)
{
    return (CFunction){ .name = function_rows[id].name,
                        .returns = k->m->scalar && function_has(id, 'o'),
                        .parts = parts_of(k->m, id) };
}

/* The backward sweep has the numbers of the forward sweep. */
static void print_function(Making *k, FunctionId id)
{
    Heap *heap = &k->m->unit->heap;

    if (id != FUNCTION_BACKWARD && k->gates.arena != NULL)
        heap_release(heap, k->gates.arena);
    if (id != FUNCTION_BACKWARD)
        k->gates = (Gates){ .arena = heap_arena(heap) };
    k->functions[id] = begin_function(k, id);
    c_function_make(k->m, *function_program(k->m->unit, id), &k->functions[id], &k->gates);
    k->m->parts |= k->functions[id].parts;
}

/* Of a function that is not emitted: others are compared with it. */
static void count_function(Making *k, FunctionId id)
{
    Arena *arena = heap_arena(&k->m->unit->heap);
    Gates gates = { .arena = arena };
    CFunction function = begin_function(k, id);
    CModel scratch = *k->m;
    Text text;

    text_init(&text, arena);
    scratch.out = &text;
    c_function_make(&scratch, *function_program(k->m->unit, id), &function, &gates);
    k->functions[id].counts = function.counts;
    heap_release(&k->m->unit->heap, arena);
}

static bool make_function(Making *k, FunctionId id)
{
    Unit *unit = k->m->unit;
    bool asked = function_is_asked(unit, id);

    if (!asked && id != FUNCTION_VALUE && id != c_sample_gradient(unit))
        return true;
    if (!function_rows[id].make(unit))
        return false;
    if (id == FUNCTION_FORWARD)
        c_model_add_tape(k->m, unit->sweeps.forward);
    if (asked)
        print_function(k, id);
    else if (id == FUNCTION_VALUE)
        count_function(k, id);
    return unit->diag.errors == 0;
}

/* Of large models one program is alive at a time, besides those of the point. */
static bool make_functions(Making *k, Arena *arena)
{
    Unit *unit = k->m->unit;

    for (unsigned id = 0; id <= LAST_OF_POINT; id++)
        if (!make_function(k, (FunctionId)id))
            return false;
    if (k->sample != NULL)
        c_sample_find(k->sample, k->m, arena);
    for (unsigned id = 0; id <= LAST_OF_POINT; id++)
        unit_forget(function_program(unit, (FunctionId)id));
    for (unsigned id = LAST_OF_POINT + 1; id < FUNCTION_COUNT; id++) {
        if (!make_function(k, (FunctionId)id))
            return false;
        if (k->sample != NULL && function_is_asked(unit, (FunctionId)id))
            c_sample_take(k->sample, k->m, *function_program(unit, (FunctionId)id), arena);
        unit_forget(function_program(unit, (FunctionId)id));
    }
    return true;
}

bool c_functions_make(CModel *m, Unit *unit, Arena *arena, CFunction *functions, Sample *sample, Text *out)
{
    Making making = { .m = m, .functions = functions, .sample = sample };
    bool made;

    if (!functions_check(unit) || !unit_make_value(unit))
        return false;
    c_model_init(m, unit, arena);
    if (!c_externs_reserve(m))
        return false;
    m->out = out;
    made = make_functions(&making, arena);
    if (making.gates.arena != NULL)
        heap_release(&unit->heap, making.gates.arena);
    return made;
}

/* ---- the file ---------------------------------------------------------------------------------------- */

/* Structs of reals are vectors, too. */
static void print_assertions(const CModel *m, Text *out)
{
    static const Part parts[] = { PART_PARAMS, PART_INPUTS, PART_SAMPLES, PART_OUTPUTS, PART_GRAD };
    static const char *const macros[] = { "N_PARAMS", "N_INPUTS", "N_SAMPLE", "N_OUTPUTS", "N_GRAD" };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (c_model_has(m, parts[i]) && c_model_uses(m, parts[i]) && !(parts[i] == PART_OUTPUTS && m->scalar) &&
            !(parts[i] == PART_GRAD && m->unit->wanted_is_params))
            text_printf(out, "typedef char %s" C_IS_FLAT "[sizeof(%s) == %s_%s * sizeof(%s) ? 1 : -1];\n",
                        c_model_type(m, parts[i]), c_model_type(m, parts[i]), m->upper, macros[i], m->real);
    text_add(out, "\n");
}

/* Large ones beside the file; on standard output in it. */
static void print_tables(const CModel *m, Text *tables, Text *out)
{
    bool beside = *m->unit->options.tables_name != '\0';

    if (!c_model_has_tables(m, true))
        return;
    if (beside) {
        text_printf(out, "#include \"%s\"\n\n", m->unit->options.tables_name);
        text_printf(tables, "/* %s: where the entries of sparse derivatives are; included by the file of the functions. */\n\n",
                    m->prefix);
    }
    c_model_print_tables(m, true, beside ? tables : out);
}

static void print_beginning(CModel *m, const CFunction *functions, Text *tables, Text *out)
{
    c_head_comment(m, functions, out);
    text_add(out, "#if defined BPGEN_SELFTEST_MAIN && !defined BPGEN_SELFTEST\n#define BPGEN_SELFTEST\n#endif\n\n");
    if (*m->unit->options.header_name != '\0')
        text_printf(out, "#include \"%s\"\n\n", m->unit->options.header_name);
    text_add(out, "#include <math.h>\n#include <stdint.h>\n\n");
    print_assertions(m, out);
    c_runtime_print(m, out);
    c_model_print_tables(m, false, out);
    print_tables(m, tables, out);
}

/* In place: the text may be most of the memory. */
static void put_in_front(Text *text, const Text *front)
{
    size_t size = text->size;

    text_bytes(text, text_string(front), front->size);
    memmove(text->at + front->size, text->at, size);
    memcpy(text->at, text_string(front), front->size);
}

/* What stands in front of the functions is known only when they are printed: counts, helpers, constants. */
static void print_rest(CModel *m, const CFunction *functions, const Sample *sample, Emitted *out)
{
    Text front;

    c_patterns_print(m, &out->main);
    c_index_ok_print(m, &out->main);
    c_selftest_print(m, functions, sample, &out->main);
    text_init(&front, m->arena);
    print_beginning(m, functions, &out->tables, &front);
    put_in_front(&out->main, &front);
    c_header_print(m, functions, &out->header);
}

/* A model of inputs only has a value and no gradient. */
static void warn_of_nothing_wanted(Unit *unit)
{
    if (unit->wanted.count == 0 && unit->options.functions == 0)
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

bool emit_c_functions(Unit *unit, Text *out)
{
    CFunction functions[FUNCTION_COUNT] = { 0 };
    Arena *arena = heap_arena(&unit->heap);
    Sample sample;
    CModel m;
    bool made = c_functions_make(&m, unit, arena, functions, &sample, out);

    heap_release(&unit->heap, arena);
    return made;
}

const Emitter emit_c = { .name = "c",
                         .extension = ".c",
                         .help = "C99: value, gradient, forward and backward sweep, with a header",
                         .emit = emit };
