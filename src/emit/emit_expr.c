/* emit_expr.c -- the model in the language again, one statement a line, brackets only where they are needed. */
#include "emit/emit.h"

static bool emit(Unit *unit, Emitted *out)
{
    ast_print(&unit->ast, &out->main);
    return true;
}

const Emitter emit_expr = { .name = "expr",
                            .help = "the model as text that bpgen reads again",
                            .needs_model = true,
                            .emit = emit };
