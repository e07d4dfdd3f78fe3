/* explain.h -- the staged forward and backward listing of a circuit: lines with their texts and values, forks, remarks, and
 * whether central differences agree. Plain data for text, LaTeX, JSON and reports.
 */
#ifndef BPGEN_TEACH_EXPLAIN_H
#define BPGEN_TEACH_EXPLAIN_H

#include "teach/circuit.h"

typedef struct {
    uint32_t number;     /* of the gate that computes, or whose local gradient is applied */
    bool opens;          /* the first line of this number in its column */
    GateId gate;         /* forward: computed here. Backward: its gradient is computed here */
    WireId wire;         /* backward; NO_ID: a seed of the caller's */
    const char *target;  /* "xpy", "dx", "dW1", "lap[i]" */
    const char *formula; /* "x + y", "2*xpy * dxpysqr", "dz outer x" */
    bool adds;           /* += */
    SummedOver summed;
    SymId value;         /* forward: its value. Backward: the gradient after this line */
    SymId term;          /* backward: what this line contributes; NO_ID: a seed */
} ExplainLine;

/* What several gates use: their contributions add up. */
typedef struct {
    GateId gate;
    uint32_t count;
    const uint32_t *users; /* numbers of the gates, ascending; twice where it is used twice */
    const SymId *terms;    /* in the order in which they arrive */
    bool overwritten;      /* by mistake: only the last one stays */
} ExplainFork;

typedef enum {
    REMARK_TIE,   /* max, min: both operands, or several elements, are the largest: the first one receives all */
    REMARK_KINK,  /* abs, relu, ...: it bends at this point; the derivative taken there is `taken` */
    REMARK_STATED /* differences are those of the body: not compared where derivatives were stated otherwise */
} RemarkKind;

typedef struct {
    RemarkKind kind;
    GateId gate;
    double taken;
} ExplainRemark;

/* A gradient that differences do not confirm. */
typedef struct {
    GateId gate;        /* the leaf */
    size_t element;
    double value, expected;
    const uint32_t *stages; /* numbers of the gates whose contributions were overwritten, in order; the last one stays */
    uint32_t stage_count;   /* 0: it is wrong because what comes down to it is */
    WireId wrong;       /* the first line of the backward sweep whose gradient is wrong; NO_ID: not known */
} ExplainFailure;

typedef struct {
    double step;        /* h of the central differences */
    size_t elements;    /* of all gradients */
    size_t compared;    /* large models: some of them, chosen at random */
    size_t skipped;     /* elements where differences say nothing: at kinks, or they do not settle */
    size_t not_finite;  /* elements whose gradient is no number */
    bool at_kink;       /* a gate bends at this point, which may be why */
    bool decided;       /* something was compared, or is wrong */
    bool harmless;      /* pass, in spite of a mistake that was asked for */
    double worst;       /* relative gap */
    bool extrapolated;  /* the plain quotient was too coarse there: extrapolated to h = 0 */
    bool finite;        /* the value is finite at this point */
    bool pass;
} ExplainCheck;

typedef struct {
    const Circuit *circuit;
    VEC(ExplainLine) forward, backward;
    VEC(ExplainFork) forks;
    VEC(ExplainRemark) remarks;
    ExplainCheck check;
    VEC(ExplainFailure) failures;
} Explain;

/* The listing of a circuit that has run; `right` is the circuit without the mistake, or NULL if there is none. `value` is an
 * evaluation of a program of the same outputs at the same point, for differences. */
void explain_make(Explain *explain, const Circuit *circuit, const Circuit *right, Unit *unit, Evaluation *value);

/* explain_check.c */
void explain_compare(Explain *explain, const Circuit *right, Evaluation *value);

#endif
