/* circuit_element.h -- circuits whose arrays are written out: which element a wire reads, numbers of expressions. */
#ifndef BPGEN_TEACH_CIRCUIT_ELEMENT_H
#define BPGEN_TEACH_CIRCUIT_ELEMENT_H

#include "teach/circuit.h"

/* The lowered program with arrays and loops written out element by element, where a stage or loop has at most so many points.
 * Before the circuit is built, and before anything else is made of the unit. */
void circuit_write_out(Unit *unit, uint64_t most);

/* Does a gradient flow back through the wire? Not if what comes back to its gate is 0 by structure, as through 0*x. */
static inline bool circuit_flows(const Circuit *circuit, WireId wire)
{
    return circuit->wires.at[wire].active && circuit->wires.at[wire].contribution != NO_ID;
}

/* Does the wire read one element of `from` that is known, at one point? Which one, row-major? */
bool circuit_element(const Circuit *circuit, WireId wire, size_t *element);

/* Does the stage write one element that is known? Which one of its target? */
bool circuit_target(const Circuit *circuit, StageId stage, size_t *element);

/* An element of a symbol, real or integer. */
double circuit_value_at(const Circuit *circuit, SymId symbol, size_t element);

/* The value of an expression without indices at the point: for local gradients at single elements. */
double circuit_number(const Circuit *circuit, NodeId node);

#endif
