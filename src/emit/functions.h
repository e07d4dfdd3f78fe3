/* functions.h -- the functions that an emitted file can have, and which of them are asked for. */
#ifndef BPGEN_EMIT_FUNCTIONS_H
#define BPGEN_EMIT_FUNCTIONS_H

#include "unit.h"

typedef enum {
#define FUNCTION(ID, name, program, make, arguments, usual, help, purpose) FUNCTION_##ID,
#include "emit/functions.def"
    FUNCTION_COUNT
} FunctionId;

typedef struct {
    const char *name, *arguments, *help, *purpose;
    size_t program; /* where it is in Unit */
    bool (*make)(Unit *unit);
    bool usual;
} FunctionRow;

extern const FunctionRow function_rows[FUNCTION_COUNT];

/* The function of this name, or FUNCTION_COUNT. */
FunctionId function_find(const char *name, size_t size);

bool function_has(FunctionId id, char argument);

/* Its program; NULL until `make` was called. */
Program **function_program(Unit *unit, FunctionId id);

/* Is it to be emitted? Without --functions: the usual ones that the model has. */
bool function_is_asked(const Unit *unit, FunctionId id);

/* Can all functions of --functions be emitted for this model? False: unit->diag says what to do. */
bool functions_check(Unit *unit);

#endif
