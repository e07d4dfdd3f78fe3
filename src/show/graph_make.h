/* graph_make.h -- from circuits and reverse networks to what drawings show. */
#ifndef BPGEN_SHOW_GRAPH_MAKE_H
#define BPGEN_SHOW_GRAPH_MAKE_H

#include "show/graph.h"
#include "teach/reverse_net.h"

typedef struct {
    Language language;
    const char *model;  /* its name, for the title */
    bool values;        /* else the structure alone */
    bool gradients;
    bool modules;       /* boxes that say what they compute, shapes on the wires */
} GraphOptions;

void graph_of_circuit(Graph *graph, Arena *arena, const Circuit *circuit, const GraphOptions *options);
void graph_of_reverse(Graph *graph, Arena *arena, const Circuit *circuit, const ReverseNet *net, const GraphOptions *options);

/* The backward sweep, a box for each stage (graph_back.c). */
void graph_of_backward(Graph *graph, Arena *arena, const Circuit *circuit, const GraphOptions *options);

/* ---- graph_text.c -------------------------------------------------------------------------------------- */

/* A number for a drawing: `digits` significant ones, a minus sign that is as wide as a plus, 0 without a sign. */
const char *graph_number(Arena *arena, double value, int digits);
/* With all its digits. */
const char *graph_full_number(Arena *arena, double value);

/* What stands inside a gate; constants stand beside an empty box for the operand: "1/[]", "[]^2", "+1". */
const char *graph_symbol(Arena *arena, const Circuit *circuit, const Gate *gate);

/* The name of an element: "x[0,1]". */
const char *graph_element_name(Arena *arena, const Circuit *circuit, const Gate *gate, size_t element);

#endif
