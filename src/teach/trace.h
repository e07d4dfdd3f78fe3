/* trace.h -- forward and reverse mode on one circuit, side by side: tangents by every input, gradients, and what they cost.
 *
 * Local gradients, contributions and gradients are the circuit's. Tangents are those of pass_forward on its program, found in as many
 * runs as forward mode needs: one for each number that is differentiated by.
 */
#ifndef BPGEN_TEACH_TRACE_H
#define BPGEN_TEACH_TRACE_H

#include "teach/circuit.h"

/* More sweeps of forward mode are counted, but not made. */
enum { MOST_SWEEPS = 8 };

typedef struct {
    SymId symbol;       /* its tangent is 1 in one element */
    size_t element;
    const char *name;   /* "w", "W[0,1]" */
    double **tangents;  /* by gate: shaped like its value; NULL: it has none (integers), or is an input that stands still */
} TraceSweep;

/* Operations: a sweep's come on top of those of the values, which are found once. */
typedef struct {
    uint64_t values, forward_sweep, reverse_sweep;
} TraceWork;

/* What the gradient costs by recursion without sharing. A call asks for the gradient of one value. Counted are the values with names
 * of the user's (all gates, if no named value needs another one), each element of an array by itself, but not the output, whose
 * gradient is given. */
typedef struct {
    bool named;             /* counted are the user's */
    VEC(GateId) first;      /* the counted ones that need no other counted one: the nearest to the inputs */
    double *calls;          /* by gate: for its gradient, all elements together; 0: not counted. Whole numbers, exact up to 2^53 */
    double all;             /* for the first ones together: as many as there are paths from them to counted values */
    uint64_t values;        /* how many are counted: reverse mode computes each gradient once */
} TraceCalls;

typedef struct {
    Circuit *circuit;
    uint64_t inputs, outputs;  /* numbers differentiated by, numbers with a seed: sweeps of forward and of reverse mode */
    VEC(TraceSweep) sweeps;
    TraceWork work;
    TraceCalls calls;
} CircuitTrace;

/* Of a circuit whose seeds are filled. Its program gets longer; all its numbers stay, and it has been run. */
void trace_build(CircuitTrace *trace, Circuit *circuit, Unit *unit);

/* ---- trace_count.c ------------------------------------------------------------------------------------- */

/* Appends stages that count, by gate (NO_ID: nothing to count): the calls for each element, what arrives at each element in the
 * backward sweep. */
void trace_add_counters(CircuitTrace *trace, Arena *arena, SymId *paths, SymId *arrivals);
/* After the program was run. */
void trace_count_work(CircuitTrace *trace, Arena *arena, const SymId *arrivals);
void trace_sum_calls(CircuitTrace *trace, Arena *arena, const SymId *paths);

#endif
