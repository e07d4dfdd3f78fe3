/* circuit_print.h -- printing expressions of a circuit. Private to src/teach/circuit*.c. */
#ifndef BPGEN_TEACH_CIRCUIT_PRINT_H
#define BPGEN_TEACH_CIRCUIT_PRINT_H

#include "teach/circuit.h"

/* How tightly an expression binds; what binds less than asked for stands in parentheses. */
enum { BINDS_SELECT, BINDS_OR, BINDS_AND, BINDS_EQUAL, BINDS_COMPARE, BINDS_SUM, BINDS_TERM, BINDS_PREFIX, BINDS_POWER,
       BINDS_LEAF };

/* Expressions of one stage. `subscripts`: arrays are written with theirs, else as a whole. */
typedef struct {
    const Circuit *circuit;
    const Stage *stage;
    bool subscripts;
} Printer;

void print_node(const Printer *p, NodeId node, unsigned binds, Text *out);
/* The same of a product: the numbers first, what is divided by behind a stroke, equal factors as powers. */
void print_factors(const Printer *p, NodeId node, unsigned binds, Text *out);
void print_aff(const Printer *p, AffId aff, Text *out);
/* "[i,k-1]" */
void print_subs(const Printer *p, const AffId *subs, unsigned rank, Text *out);
/* " for i in 0..3, k in 0..i": the ranges of the stage's domain that are marked. */
void print_ranges(const Printer *p, const bool *which, Text *out);

#endif
