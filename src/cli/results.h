/* results.h -- what bpgen eval prints: values, gradients, and derivatives of every kind, by the names of the model. */
#ifndef BPGEN_CLI_RESULTS_H
#define BPGEN_CLI_RESULTS_H

#include "cli/cli.h"

/* What was printed already. */
typedef struct {
    bool values, gradient;
} Printed;

/* Everything that the program hands to the caller and that was not printed yet. */
void results_print(const Unit *unit, const Evaluation *e, Printed *printed, Text *out);

#endif
