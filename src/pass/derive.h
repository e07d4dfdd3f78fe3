/* derive.h -- what both modes share: factors, sums, partial derivatives, winners of a maximum. For src/pass and src/teach/circuit*.c. */
#ifndef BPGEN_DERIVE_H
#define BPGEN_DERIVE_H

#include "pass/hull.h"
#include "pass/pass.h"

/* NO_ID stands for a derivative that is 0 by structure. */
bool derive_is_zero(const Program *p, NodeId value);
NodeId derive_plus(Program *p, NodeId sum, NodeId value);

/* "x_dot" or "d_x", and the symbol of that name with the shape of the primal one. */
Name derive_name(Program *p, Name name, bool tangent);
SymId derive_symbol(Program *p, SymId primal, SymRole role, bool tangent);

/* factor * derivative. A side of a select that is 0 stays 0, whatever the other factor is: it is not multiplied. */
NodeId derive_times(Program *p, NodeId factor, NodeId derivative);

/* The partial derivative of `node` by argument k, with `result` in place of its value; NO_ID: it is 0. Where there is
 * none `no_derivative` takes it down, with the place `at`. */
NodeId derive_partial(Program *p, NodeId node, NodeId result, unsigned k, NoDerivative *no_derivative, Span at);

/* By symbol: elements are added to after they were set, so that what a SET stage stores is not the value in the end. */
bool *derive_find_summed(const Program *p, Arena *arena);

/* ---- winner.c ---------------------------------------------------------------------------------------- */

/* The positions of the maxima that a stage finds, and what becomes of stages that take the derivative there: reduced
 * indices are replaced. */
typedef struct {
    Program *p;
    uint32_t reduced, kept;
    IndexId *indices;  /* the reduced ones */
    AffId *positions;  /* elements of the symbol of positions */
    Range *domain;     /* the kept ranges */
} Winner;

/* Appends the STAGE_ARGMAX of a STAGE_MAX, whose domain `hulls` knows. */
void winner_find(Winner *winner, Program *p, Arena *arena, const Hulls *hulls, const Stage *stage);
NodeId winner_value(const Winner *winner, NodeId value);
AffId winner_aff(const Winner *winner, AffId aff);

#endif
