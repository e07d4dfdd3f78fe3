/* reverse_net.h -- the backward sweep as a network of its own: from the outputs back, amplifiers and weights.
 *
 * At a fixed point the backward sweep is linear. A gate of one operand whose slope depends on that operand (sig, exp, 1/x, x^2)
 * is an amplifier with a constant gain, its slope there; every other gate passes what arrives on to its operands times its local
 * gradients, and is a part of the wires if it has one reader: those carry the product of the local gradients as weight. So a
 * network of neurons sig(W a + b) becomes one amplifier a neuron, joined by the same weights in the opposite direction.
 */
#ifndef BPGEN_TEACH_REVERSE_NET_H
#define BPGEN_TEACH_REVERSE_NET_H

#include "teach/circuit_element.h"

typedef enum {
    REVERSE_LEAF,      /* the gradient of a param or input, or of an element of one */
    REVERSE_AMPLIFIER,
    REVERSE_JUNCTION,  /* adds up what arrives and gives it to several operands */
    REVERSE_SOURCE     /* an output: gives out its seed */
} ReverseKind;

typedef struct {
    uint8_t kind;      /* ReverseKind */
    GateId gate;       /* SOURCE: what computes the output */
    size_t element;    /* LEAF, SOURCE: of an array */
    bool single;       /* LEAF, SOURCE: it is one element of several */
    WireId wire;       /* AMPLIFIER: the one through which it works; its local gradient is the gain */
    double gain;       /* AMPLIFIER; else 1 */
    double arrives;    /* the gradient of its value: the sum of its wires; SOURCE: the seed */
    double leaves;     /* arrives x gain: what its own wires, if any, multiply with their weights */
} ReverseNode;

typedef struct {
    uint32_t to, from; /* nodes: what flows back goes from `from` to `to`, and to < from */
    double weight;     /* the product of the local gradients on the way */
    bool plain;        /* they are all 1 by their form */
    double carries;    /* weight x leaves */
    const char *name;  /* of the weight: "W2[0,1]", "0.5*W" */
} ReverseWire;

typedef struct {
    VEC(ReverseNode) nodes; /* leaves; then gates in forward order; then sources */
    VEC(ReverseWire) wires; /* in the order of the backward sweep */
    size_t hidden;          /* elements of arrays that are read once: weights. They are left out; their gradients are what
                             * they are multiplied with times gradients that are here */
} ReverseNet;

/* Of a circuit that has run. False: `*array` is a gate whose value is an array, so that numbers for single wires do not exist. */
bool reverse_net_build(ReverseNet *net, const Circuit *circuit, Arena *arena, GateId *array);

#endif
