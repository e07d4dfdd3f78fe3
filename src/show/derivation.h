/* derivation.h -- derivatives of a model as a model, and in LaTeX. */
#ifndef BPGEN_SHOW_DERIVATION_H
#define BPGEN_SHOW_DERIVATION_H

#include "show/message.h"
#include "teach/derivation_steps.h"

/* A model that bpgen reads: declarations if the model has any (or if a param is gone), and a line for each derivative. The steps
 * stand in front of it as comments. */
void derivation_text(const Derivation *d, Language language, Text *out);

/* Formulas in align* environments (amsmath), the steps with their names beside them. */
void derivation_tex(const Derivation *d, Language language, Text *out);

/* "product rule", "chain rule, sin", "like terms, signs". */
void derivation_step_name(const Derivation *d, const StepLine *line, Language language, Text *out);
/* "(u*v)' = u'*v + u*v'"; in LaTeX where `tex`. */
const char *derivation_rule_formula(DerivativeRule rule, bool tex);
/* The rules of the lines, each once, in the order of their first use; returns how many. */
size_t derivation_rules_used(const StepLines *steps, DerivativeRule *rules);

#endif
