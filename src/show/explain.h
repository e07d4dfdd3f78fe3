/* explain.h -- the listing of explain for people and programs. */
#ifndef BPGEN_SHOW_EXPLAIN_H
#define BPGEN_SHOW_EXPLAIN_H

#include "show/message.h"
#include "teach/explain.h"

/* For a terminal: forward and backward side by side, or one above the other where they are too wide for that. */
void explain_text(const Explain *explain, Mistake mistake, Language language, Text *out);
void explain_tex(const Explain *explain, Mistake mistake, Language language, Text *out);
void explain_json(const Explain *explain, Mistake mistake, Text *out);

/* ---- explain_cells.c: what these share ---------------------------------------------------------------- */

/* Up to this many elements an array is shown with its numbers. */
enum { MOST_SHOWN = 12 };

/* "model.expr at x = 3, y = -4"; the mistake. */
void explain_title(const Circuit *circuit, Language language, Text *out);
const char *explain_mistake(Mistake mistake, Language language); /* NULL: none */
void explain_number(double value, int digits, Text *out);
/* A scalar with 15 digits; a small array in brackets with 12; else nothing. */
void explain_value(const Circuit *circuit, SymId symbol, Text *out);
/* "dx", "dW1[2,0]" */
void explain_element(const Circuit *circuit, GateId leaf, size_t element, Text *out);
/* The formula of a line, with a word on what is summed over; a seed says so. */
void explain_formula(const ExplainLine *line, Language language, Text *out);
void explain_fork(const Explain *explain, const ExplainFork *fork, Language language, Text *out);
void explain_remark(const Explain *explain, const ExplainRemark *remark, Language language, Text *out);
void explain_failure(const Explain *explain, const ExplainFailure *failure, Language language, Text *out);
void explain_verdict(const Explain *explain, Language language, Text *out);

#endif
