/* model_text.h -- parts of a model as text that bpgen reads. */
#ifndef BPGEN_SHOW_MODEL_TEXT_H
#define BPGEN_SHOW_MODEL_TEXT_H

#include "unit.h"

/* The params and inputs with extents, ranges and defaults, several on a line where they fit. Before unit_forget_model. */
void model_text_declarations(const Unit *unit, const CheckedSymbol *const *symbols, size_t count, Text *out);

/* A long statement over several lines. */
void model_text_broken(const char *text, Text *out);

#endif
