/* emit_ir.c -- the programs of stages as text. */
#include "emit/emit.h"
#include "emit/functions.h"

static void print(const char *title, const Program *program, Text *out)
{
    if (program == NULL)
        return;
    text_printf(out, "# %s\n", title);
    program_dump(program, out);
    text_add(out, "\n");
}

/* With --functions: the programs of these. */
static bool print_functions(Unit *unit, Text *out)
{
    if (!functions_check(unit))
        return false;
    for (unsigned id = 0; id < FUNCTION_COUNT; id++) {
        if (!function_is_asked(unit, (FunctionId)id))
            continue;
        if (!function_rows[id].make(unit))
            return false;
        print(function_rows[id].name, *function_program(unit, (FunctionId)id), out);
    }
    return true;
}

static bool emit(Unit *unit, Emitted *out)
{
    if (!unit_make_value(unit))
        return false;
    print("as written", unit->lowered.program, &out->main);
    if (unit->options.functions != 0)
        return print_functions(unit, &out->main);
    print("value", unit->value, &out->main);
    if (unit->wanted.count > 0) {
        if (!unit_make_reversed(unit))
            return false;
        print("value and adjoints", unit->reversed, &out->main);
    }
    return true;
}

const Emitter emit_ir = { .name = "ir",
                          .help = "the program of stages as text, before and after differentiation",
                          .emit = emit };
