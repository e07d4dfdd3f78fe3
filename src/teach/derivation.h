/* derivation.h -- symbolic derivatives of a model's results, and how they came about. */
#ifndef BPGEN_TEACH_DERIVATION_H
#define BPGEN_TEACH_DERIVATION_H

#include "sym/derivative.h"
#include "sym/elaborate.h"
#include "sym/expand.h"
#include "unit.h"

typedef enum {
    FORM_TIDY,   /* as a person would write it */
    FORM_EXPAND, /* functions written out, everything multiplied out */
    FORM_COLLECT /* a polynomial by ascending powers, the common factor in front */
} DerivedForm;

typedef struct {
    const char *const *by; /* names to differentiate by, one after the other; arrays element by element */
    size_t by_count;       /* 0: first derivatives by every param */
    DerivedForm form;
    bool steps;
} DerivationRequest;

/* One differentiation; derivatives of higher order have several. */
typedef struct {
    ExprId of, by;
    ExprId raw;           /* as the rules left it, 0 and 1 folded */
    ExprId tidy;
    DerivativeLog rules;  /* with `steps`; as sym_derivative gives them */
    TidyLog rewrites;
    bool too_long;        /* with `steps`: they are not listed */
} Differentiation;

typedef struct {
    Name name;                     /* "df_dx", "d3f_dx2_dy": of no name of the model */
    const ElaboratedValue *output;
    size_t place;                  /* row-major, in the output */
    const ExprId *by;              /* elements, in order */
    size_t order;
    ExprId value;                  /* in the form that was asked for */
    VEC(Differentiation) stages;   /* with `steps` */
} Derivative;

typedef struct {
    Unit *unit;
    ExprPool *pool;
    Tidy *tidy;
    Elaboration values;
    bool declares; /* the model declares its params; else they are the names that nothing assigns */
    VEC(Derivative) all;
    int64_t operations; /* of their trees together */
} Derivation;

/* Derivatives of more operations (as a tree, before it is tidy) and more derivatives at once are not made, nor more operations of all
 * results and their steps together. The steps of a derivative of more operations than the last number are not listed. */
enum { DERIVATION_MOST_OPERATIONS = 20000, DERIVATION_MOST = 1000, DERIVATION_MOST_TOGETHER = 200000, STEPS_MOST_OPERATIONS = 1000 };

/* False: `why` tells, or unit->diag has errors. */
bool derivation_make(Derivation *out, Unit *unit, const DerivationRequest *request, Text *why);

#endif
