/* swell_row.h -- one row of the swell table: what its parts share. */
#ifndef BPGEN_TEACH_SWELL_ROW_H
#define BPGEN_TEACH_SWELL_ROW_H

#include "sym/count.h"
#include "sym/derivative.h"
#include "sym/elaborate.h"
#include "sym/polynomial.h"
#include "teach/swell.h"

/* An element of a param or input. */
typedef struct {
    SymId symbol;
    size_t place; /* row-major */
} SwellElement;

typedef struct {
    Unit *unit;
    const SwellRequest *request;
    SwellRow *row;       /* its texts and numbers lie in the unit's arena */
    Text *refusal;       /* why not, where it is not the model's text */
    bool expand;         /* try to multiply out */
    ExprPool *pool;
    Elaboration elaboration;
    ExprId f;
    size_t output;       /* its number among the outputs */
    VEC(SwellElement) by;
    ExprId *folded;      /* a derivative for each of them */
    Polynomial expanded; /* the last one of them multiplied out, if row->expanded is known */
} SwellWork;

/* swell_find.c: what is differentiated, and by what. False as in swell_row. */
bool swell_find_output(SwellWork *w);
bool swell_find_variables(SwellWork *w);

/* swell_accuracy.c: the derivative at the point in three ways. False as in swell_row. */
bool swell_measure_accuracy(SwellWork *w);

/* Adds a line to w->refusal; false. */
bool swell_refuse(SwellWork *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* swell_row.c: fills the row; unit ... expand are there. False: w->refusal has lines, or unit->diag errors. */
bool swell_row(SwellWork *w, const SwellModel *model);

#endif
