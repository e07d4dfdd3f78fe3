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
/* "[i,k-1]" */
void print_subs(const Printer *p, const AffId *subs, unsigned rank, Text *out);
/* " for i in 0..3, k in 0..i": the ranges of the stage's domain that are marked. */
void print_ranges(const Printer *p, const bool *which, Text *out);

/* ---- circuit_view.c: arrays by their indices ---------------------------------------------------------- */

/* A read as `label` with one index a dimension: W[3,i,k] is W[3] with i, k. Not `plain`: it is something else, or the indices do
 * not run over all of it. */
typedef struct {
    const char *label;
    unsigned rank;
    IndexId index[UINT8_MAX];
    bool plain;
} View;

const char *print_name(const Circuit *circuit, SymId symbol);
/* The first `rank` dimensions of a symbol at these subscripts. */
View view_of(const Printer *p, SymId symbol, const AffId *subs, unsigned rank, const char *name);
View view_of_read(const Printer *p, NodeId read);
bool view_same(const View *a, const View *b);
/* Are the indices of `part` the last ones of `whole`, so that elements line up as the language lines them up? */
bool view_is_trailing(const View *part, const View *whole);
/* Are its indices some of the other's, in the same order? */
bool view_is_subsequence(const View *part, const View *whole);
/* Do all arrays in the expression line up with the target? */
bool view_lines_up(const Printer *p, NodeId expression, const View *target);

/* A factor on one side of @: as it is, or transposed. */
typedef struct {
    const View *view;
    bool transposed;
} Side;

/* a times b, summed over what the target has not: "W1 @ x", "dz outer x", "W1^T @ dz", "a*b". `forward`: the model's own x @ W
 * stays as it is. False: it takes subscripts. */
bool view_product(const View *a, const View *b, const View *target, bool forward, Side *first, Side *second, Text *out);

#endif
