/* circuit.h -- a model at a point as a circuit: gates of one operator each, the wires between them, values and gradients.
 *
 * Built from the lowered program: loops are written out in turns, of a scalar branch only the taken side is there, what no
 * result needs is left out. Everything is a symbol of one ordinary program, so every number comes from the evaluator:
 * the value of a gate; for each wire the contribution local gradient x upstream gradient; the gradient of a gate or leaf
 * after each of its contributions. A scalar is a symbol of rank 0; a gate inside a domain is an array over the indices that
 * it depends on. `W @ x` is one gate: stages that multiply two values and add up keep the product.
 */
#ifndef BPGEN_TEACH_CIRCUIT_H
#define BPGEN_TEACH_CIRCUIT_H

#include "eval/eval.h"
#include "teach/mistake.h"
#include "unit.h"

typedef uint32_t GateId; /* NO_ID: none */
typedef uint32_t WireId;

/* A model whose circuit has more gates is refused. */
enum { MOST_GATES = 5000 };

typedef enum {
    /* leaves: number 0, no wires come in */
    GATE_PARAM,
    GATE_INPUT,    /* input, data, integer input, number of samples */
    GATE_TABLE,    /* an array of constants */
    /* computed */
    GATE_OP,       /* one operator (op), elementwise in a domain */
    GATE_SUM,      /* sum over some indices of what its one wire brings */
    GATE_PRODUCT,  /* the same of the product of two: W @ x, a dot product */
    GATE_MAX,      /* maximum over some indices */
    GATE_ARGMAX,   /* its position: integers, no gradient */
    GATE_STATED,   /* a function with stated derivatives: `function` of its wires */
    GATE_COPY,     /* elements of one array in other places: slices, transposes, broadcasts, constants */
    GATE_JOIN      /* an array put together from what its wires bring, each its own elements (or summed there) */
} GateKind;

typedef struct {
    uint8_t kind;          /* GateKind */
    uint16_t op;           /* GATE_OP: Op; else OP_COUNT */
    uint32_t number;       /* 1, 2, ... in forward order; leaves: 0 */
    const char *name;      /* unique: the user's or a telling one; the turn of a loop in brackets: "sigx", "W1_x", "l[3]" */
    bool named;            /* the user's */
    Name function;         /* GATE_STATED */
    SymId value;           /* its value */
    StageId stage;         /* of the program: computes it; JOIN: the first of several; leaves: NO_ID */
    NodeId expression;     /* what the stage computes at a point of its domain; NO_ID: leaves, JOIN */
    NodeId condition;      /* OP_SELECT between scalars (expression: the side that is taken): what decides; else NO_ID */
    bool second;           /* likewise: the side behind the colon is taken */
    Span at;               /* source text */
    bool active;           /* a gradient flows through it (leaves: and is wanted) */
    SymId seed;            /* an output with a SYM_SEED (in scalar models it is 1): holds it; else NO_ID */
    SymId gradient;        /* after all contributions; NO_ID if not active */
    WireId first_wire;     /* its operands, in order: wires first_wire ... first_wire + wire_count-1 */
    uint32_t wire_count;
    uint32_t fork;         /* how many active wires leave it: more than 1, and their contributions add up */
} Gate;

/* From a leaf or gate to an operand of a gate. */
typedef struct {
    GateId from, to;
    NodeId read;           /* the operand in to's expression: a read of `from` with its subscripts. JOIN: of its own stage */
    StageId forward;       /* the stage that reads it: to's; JOIN: its own */
    uint8_t operand;       /* which argument of the operator it is: 0, 1, 2; STATED: which argument of the function */
    bool condition;        /* it is only compared with something, or chooses an element */
    bool active;           /* the rest: only of active wires */
    NodeId local;          /* d to / d from at a point of the domain of `forward`; never 0 by structure */
    NodeId upstream;       /* the gradient of `to` there: a read */
    SymId local_value;     /* its value, where both ends are scalars; else NO_ID */
    SymId contribution;    /* shaped like `from` */
    SymId total;           /* gradient of `from` after this contribution (the same symbol as contribution if it is the first) */
    bool first;            /* nothing was added up before: d = ..., else d += ... */
} Wire;

typedef struct {
    Program *program;
    Evaluation evaluation;       /* of program, at the point */
    VEC(Gate) gates;             /* leaves first, in declared order, tables behind them; then in forward order */
    size_t leaves;               /* how many of them are leaves */
    VEC(Wire) wires;             /* by gate, in the order of its operands */
    VEC(WireId) backward;        /* the active wires in the order of the backward sweep: last gate first, operands in order */
    VEC(GateId) outputs;         /* by output of the program: what carries it (a leaf, if a param is returned as it is) */
    bool scalar;                 /* the one output has the seed 1 */
    bool broken;                 /* the mistake asked for could be made somewhere */
    const char **names;          /* by symbol of the program: "sigx"; of gradients "dsigx"; NULL: no gate's */
    Arena *arena;
    const char *refusal;         /* why there is none, with advice; else NULL */
    Span refusal_at;             /* {0, 0}: no place */
} Circuit;

typedef struct {
    bool elementary;             /* --gates: sig as negate, exp, +1, 1/x (elementary.def) */
    Mistake mistake;
    const bool *seeded;          /* by output: a SYM_SEED for the caller to fill? NULL: the one scalar output has the seed 1 */
} CircuitOptions;

/* The circuit of unit->lowered.program at the point that `point` (an evaluation of that program) holds, differentiated by
 * unit->wanted. Its program keeps the numbers of the symbols of the lowered one. It is not run yet: fill seeds, then
 * circuit_run. False: circuit->refusal, or unit->diag has errors (a function without a derivative). */
bool circuit_build(Circuit *circuit, Unit *unit, Evaluation *point, const CircuitOptions *options);
void circuit_run(Circuit *circuit);

/* Values of a symbol of the circuit: row-major elements. */
static inline const double *circuit_values(const Circuit *circuit, SymId symbol)
{
    return circuit->evaluation.reals[symbol];
}

/* The symbol's shape, "(3,2)"; nothing for a scalar. */
void circuit_shape(const Circuit *circuit, SymId symbol, Text *out);

/* ---- circuit_text.c: formulas over the names of gates ------------------------------------------------- */

/* What was recognised where a contribution adds up over indices that the operand does not have. */
typedef enum { SUM_NONE, SUM_ALL, SUM_ROWS, SUM_COLUMNS, SUM_OTHER } SummedOver;

/* `target` gets what stands on the left, `value` what on the right: "x" and "x + sigy", "W1_x" and "W1 @ x", "lap[i]" and
 * "u[i-1] - two_u[i]" where it takes subscripts to say what is meant. */
void circuit_expression(const Circuit *circuit, GateId gate, Text *target, Text *value);
/* The local gradient of a wire: "1", "sigx*(1 - sigx)", "-1/den^2", "W1^T". */
void circuit_local(const Circuit *circuit, WireId wire, Text *value);
/* Local x upstream: "dxpy" and "2*xpy * dxpysqr", "dW1" and "dz outer x", "dx" and "W1^T @ dz". */
SummedOver circuit_contribution(const Circuit *circuit, WireId wire, Text *target, Text *value);

#endif
