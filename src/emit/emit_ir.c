/* emit_ir.c -- the programs of stages as text. */
#include "emit/emit.h"

static void print(const char *title, const Program *program, Text *out)
{
    if (program == NULL)
        return;
    text_printf(out, "# %s\n", title);
    program_dump(program, out);
    text_add(out, "\n");
}

static bool emit(Unit *unit, Emitted *out)
{
    if (!unit_make_value(unit))
        return false;
    print("as written", unit->lowered.program, &out->main);
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
