/* unit_passes.h -- running passes inside a unit. Private to src/unit*.c. */
#ifndef BPGEN_UNIT_PASSES_H
#define BPGEN_UNIT_PASSES_H

#include "unit.h"

/* Every pass ends here: the program is verified and, if asked for, shown. */
Program *unit_end_pass(Unit *unit, const char *name, Program *program);

/* `next` is what a pass made of `program`, which is freed if it is another one. */
Program *unit_replace(Unit *unit, const char *name, Program *program, Program *next);
Program *unit_run_pass(Unit *unit, const char *name, Program *(*pass)(Program *), Program *program);

/* A simplified program with small things written out and branches sunk; what is differentiated stands in stages. */
Program *unit_prepare(Unit *unit, size_t wanted_count);
/* The same before another differentiation. */
Program *unit_outline(Unit *unit, Program *program, size_t wanted_count);
/* What comes last. */
Program *unit_finish(Unit *unit, Program *program);

/* The prepared program with its adjoints. NULL, with a message, where a function without a derivative would have to be
 * differentiated. */
Program *unit_reverse(Unit *unit, Reverse *reverse);
/* The same under --tape-limit. */
Program *unit_reverse_bounded(Unit *unit, Reverse *reverse);
/* The message; frees the program. Returns NULL. */
Program *unit_refuse(Unit *unit, const NoDerivative *no_derivative, Program *program);

/* ---- unit_derive.c ------------------------------------------------------------------------------------- */

typedef VEC(SymId) SymVec;

/* Directions or seeds, in the order of what they belong to. */
void unit_find_role(Unit *unit, const Program *program, SymRole role, SymVec *found);
/* Outputs, gradients and tangents of gradients. NULL: as above. */
Program *unit_second_program(Unit *unit);
/* For a Jacobian: with directions, or with seeds. NULL: as above. */
Program *unit_jacobian_program(Unit *unit, bool forward);

#endif
