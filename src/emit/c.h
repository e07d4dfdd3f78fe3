/* c.h -- what the C emitter offers beside its format. */
#ifndef BPGEN_EMIT_C_H
#define BPGEN_EMIT_C_H

#include "emit/emit.h"

/* The text of a small program that calls the emitted functions at the defaults of the model and prints the results. */
void emit_c_example(Unit *unit, Text *out);

#endif
