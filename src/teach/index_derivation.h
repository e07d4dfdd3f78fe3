/* index_derivation.h -- derivatives of a model with arrays in index form. */
#ifndef BPGEN_TEACH_INDEX_DERIVATION_H
#define BPGEN_TEACH_INDEX_DERIVATION_H

#include "sym/index_form.h"
#include "unit.h"

typedef struct {
    Unit *unit;
    ExprPool *pool;
    IndexForm form;
} IndexDerivation;

/* More stages and named scalars are no model for people: then derivatives go element by element. */
enum { INDEX_MOST_STAGES = 1000 };

/* Is there an array among what is wanted, the results or, unless steps are asked for, the params and inputs, and nothing in the model that
 * only goes element by element (loops, maxima over arrays)? */
bool index_derivation_fits(const Unit *unit, bool steps);

/* Of all outputs by all that is wanted; `staged` as in FormRequest. False: unit->diag has errors. */
bool index_derivation_make(IndexDerivation *out, Unit *unit, bool staged);

#endif
