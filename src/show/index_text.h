/* index_text.h -- derivatives in index form as a model, and in LaTeX. */
#ifndef BPGEN_SHOW_INDEX_TEXT_H
#define BPGEN_SHOW_INDEX_TEXT_H

#include "show/message.h"
#include "teach/index_derivation.h"

/* A model that bpgen reads: what is given, the lines of names that are used, a line for each derivative. */
void index_text(const IndexDerivation *d, Language language, Text *out);

/* The lines in an align* environment (amsmath), the ranges of indices beside them. */
void index_tex(const IndexDerivation *d, Language language, Text *out);

#endif
