/* c.h -- what the C emitter offers beside its format. */
#ifndef BPGEN_EMIT_C_H
#define BPGEN_EMIT_C_H

#include "emit/emit.h"
#include "emit/functions.h"

/* How often each operator stands in the emitted code, times the turns of the loops around it. */
typedef struct {
    uint64_t ops[OP_COUNT];
} Counts;

/* With the weights of the operator table. */
uint64_t c_count_weight(const Counts *counts);
/* "12 add/sub, 3 mul, 1 div, 2 exp" */
void c_count_print(const Counts *counts, Text *out);

/* What the head comment would say of these functions (a bit for each): counts[FunctionId], of the value in any case. False:
 * unit->diag has errors. The programs made for it are forgotten. */
bool emit_c_counts(Unit *unit, uint32_t functions, Counts *counts);

/* The text of a small program that calls the emitted functions at the defaults of the model and prints the results. */
void emit_c_example(Unit *unit, Text *out);

/* The text of the functions alone, without what stands around them in a file. False: unit->diag has errors. */
bool emit_c_functions(Unit *unit, Text *out);

#endif
