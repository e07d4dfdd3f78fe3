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

/* Is an array wanted or the result, and nothing in the model that only goes element by element (loops, maxima over arrays)? */
bool index_derivation_fits(const Unit *unit);

/* Of all outputs by all that is wanted; `staged` as in FormRequest. False: unit->diag has errors. */
bool index_derivation_make(IndexDerivation *out, Unit *unit, bool staged);

#endif
