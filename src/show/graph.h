/* graph.h -- what a drawing of a circuit shows: nodes and wires with their texts, for SVG and DOT. */
#ifndef BPGEN_SHOW_GRAPH_H
#define BPGEN_SHOW_GRAPH_H

#include "show/layout.h"
#include "show/message.h"
#include "show/svg.h"

typedef enum {
    SHAPE_LEAF,      /* param, input: a box */
    SHAPE_CONSTANT,  /* a table: a dashed box */
    SHAPE_GATE,      /* a circle; longer symbols: a box with round ends */
    SHAPE_MODULE,    /* a box of two lines: symbol, and below it what it computes */
    SHAPE_AMPLIFIER, /* a triangle that points to the left */
    SHAPE_END        /* the name of an output */
} GraphShape;

/* Texts may be NULL: nothing is written there. */
typedef struct {
    uint8_t shape;        /* GraphShape */
    const char *kind;     /* "gate", "leaf", "output": with the number the id, as in gate-3 */
    uint32_t number;
    uint32_t gate;        /* the number of the gate that it stands for (data-gate); 0: none */
    SvgColour colour;
    const char *symbol;   /* inside */
    const char *detail;   /* MODULE: inside, below */
    const char *name;     /* above */
    const char *note;     /* below, muted: what the gradient is */
    const char *gradient; /* below, in the colour of gradients */
    bool ordered;         /* operands stand one below the other in their order */
    const char *title;    /* all of it with full digits: shown when the mouse rests there */
} GraphNode;

typedef struct {
    uint32_t from, to;    /* nodes, from < to */
    const char *value;    /* above the wire */
    const char *gradient; /* below */
    const char *title;
    bool faint;           /* nothing flows back through it */
} GraphWire;

typedef struct {
    const char *title, *description;
    const char *legend[3];  /* what stands above the wires, what below, and what dashed wires are; NULL: there is nothing */
    const char *remark;     /* below the drawing, or NULL */
    const char *wire_kind;  /* of ids of wires: "wire" */
    bool backward;          /* arrows point to the left */
    VEC(GraphNode) nodes;   /* in an order in which wires go from an earlier one to a later one */
    VEC(GraphWire) wires;   /* by `to`, in the order of operands */
} Graph;

/* False: too large to be drawn. */
bool graph_svg(const Graph *graph, Arena *arena, Text *out);
void graph_dot(const Graph *graph, Text *out);

#endif
