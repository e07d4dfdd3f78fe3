/* functions.c -- the table of emitted functions, and which of them a model has. */
#include "emit/functions.h"

#include <string.h>

const FunctionRow function_rows[FUNCTION_COUNT] = {
#define FUNCTION(ID, name, program, make, arguments, usual, help, purpose) \
    { name, arguments, help, purpose, offsetof(Unit, program), make, usual },
#include "emit/functions.def"
};

FunctionId function_find(const char *name, size_t size)
{
    unsigned id = 0;

    while (id < FUNCTION_COUNT &&
           (strlen(function_rows[id].name) != size || memcmp(function_rows[id].name, name, size) != 0))
        id++;
    return (FunctionId)id;
}

bool function_has(FunctionId id, char argument)
{
    return strchr(function_rows[id].arguments, argument) != NULL;
}

Program **function_program(Unit *unit, FunctionId id)
{
    return (Program **)(void *)((char *)unit + function_rows[id].program);
}

static bool needs_scalar(FunctionId id)
{
    return function_has(id, 'g') && strpbrk(function_rows[id].arguments, "sS") == NULL;
}

bool function_is_asked(const Unit *unit, FunctionId id)
{
    if (unit->options.functions != 0)
        return (unit->options.functions >> id & 1) != 0;
    return function_rows[id].usual && (id == FUNCTION_VALUE || unit->wanted.count > 0) &&
           (unit->scalar || !needs_scalar(id));
}

bool functions_check(Unit *unit)
{
    const Span whole = { 0, unit->source.size > 0 };

    if (unit->options.functions == 0)
        return true;
    for (unsigned f = 0; f < FUNCTION_COUNT; f++) {
        FunctionId id = (FunctionId)f;

        if (!function_is_asked(unit, id) || id == FUNCTION_VALUE)
            continue;
        if (unit->wanted.count == 0)
            diag_error(&unit->diag, whole,
                       "--functions: %s: there is nothing to differentiate by; declare a param, or name inputs with --wrt",
                       function_rows[id].name);
        else if (needs_scalar(id) && !unit->scalar)
            diag_error(&unit->diag, whole,
                       "--functions: %s needs one scalar output; for several, or for an array, ask for vjp, for forward "
                       "and backward, or for jacobian",
                       function_rows[id].name);
        else if (id == FUNCTION_BACKWARD && !function_is_asked(unit, FUNCTION_FORWARD))
            diag_error(&unit->diag, whole,
                       "--functions: backward reads the tape that forward writes; ask for forward, too, or for vjp");
    }
    return unit->diag.errors == 0;
}
