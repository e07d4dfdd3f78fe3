/* pass.h -- program to program. Every pass is one file and one function; the pipeline verifies after each. */
#ifndef BPGEN_PASS_H
#define BPGEN_PASS_H

#include "ir/program.h"

/* A pass that rebuilds takes the old program and gives back a new one (the caller frees the old). A pass that only
 * appends or rewrites stages works in place and returns its argument. */

/* Rebuilds with simplifying constructors and rewrites that gain accuracy (log1p, expm1, sig, softplus, shifted
 * log-sum-exp); equal subexpressions become one. Idempotent. */
Program *pass_simplify(Program *p);

/* Arrays that are computed alike become one. */
Program *pass_merge(Program *p);

/* Unrolls domain dimensions of constant bounds where the stage's whole domain has at most UNROLL_POINTS points,
 * and turns local arrays that are then read and written only at constant subscripts into scalar nodes. */
enum { UNROLL_POINTS = 8 };
Program *pass_unroll(Program *p);

/* For people who want to see every element: all domains and loops of at most so many points are written out, what is then
 * read at constant subscripts is scalar and called a[1]. Always a new program; nothing is simplified that was not before. */
Program *pass_elements(Program *p, uint64_t most);

/* Local arrays with a dimension in which every subscript is a number become one array for each number. */
Program *pass_part(Program *p);

/* --fast: divisions by a common denominator share its reciprocal. */
Program *pass_share_reciprocals(Program *p);

/* Drops what no output or gradient needs: symbols, stages, loops, nodes. Keeps params, inputs, outputs, gradients. */
Program *pass_prune(Program *p);
/* The same, but always a new program. */
Program *pass_prune_copy(Program *p);

/* Gives a guard to stages all of whose readers stand under it, so that what an untaken branch needs is neither
 * computed nor differentiated. */
Program *pass_sink_guards(Program *p);

/* Before differentiation: an expensive active node inside a domain becomes a stage over the indices that it
 * depends on, and an active node that several stages share becomes a symbol of its own. */
Program *pass_outline(Program *p, const SymId *wanted, size_t wanted_count);

/* Does a derivative go through argument k? */
bool activity_edge(Op op, unsigned k);

/* What depends on the wanted symbols and is needed by the results. */
typedef struct {
    bool *symbols; /* by symbol */
    bool *nodes;   /* by node */
} Activity;
void activity_find(Activity *activity, Arena *arena, const Program *p, const SymId *wanted, size_t wanted_count,
                   const SymId *results, size_t result_count);

/* A function without a derivative had to be differentiated: the program is unfinished. */
typedef struct {
    bool found;
    Op op;
    Name function; /* OP_CALL: the C function */
    Span at;
} NoDerivative;
void no_derivative_report(const NoDerivative *no_derivative, const Names *names, Diag *diag);

/* Reverse mode: appends the adjoint stages of everything active, last stage first, and fills p->gradients with one
 * SYM_GRADIENT for each wanted symbol. With `seeds` the adjoints of the outputs are SYM_SEED symbols, else the one
 * scalar output has the constant 1. Sets `first_adjoint` to the first item of the body that belongs to the
 * backward sweep, and `first_node` to the number of nodes before. Sources of the rules: Griewank and Walther,
 * Evaluating Derivatives (2nd ed., SIAM 2008), chapters 3 and 4. */
typedef struct {
    bool seeds;
    size_t first_adjoint;
    NodeId first_node;
    SymId first_symbol; /* likewise of symbols */
    NoDerivative no_derivative;
} Reverse;
Program *pass_reverse(Program *p, const SymId *wanted, size_t wanted_count, Reverse *reverse);

/* Forward mode: behind every stage of an active symbol, in the same loop, one that computes its tangent. Every wanted
 * symbol gets a SYM_DIRECTION, every result (any computed symbols) a SYM_TANGENT, which goes to p->derivatives; a result
 * that does not depend on the wanted symbols has the tangent 0. Works on programs that reverse mode has extended. */
typedef struct {
    const SymId *directions; /* by wanted symbol: what holds its tangent, written before the first stage that reads the symbol;
                                NULL: new SYM_DIRECTION symbols */
    bool local;              /* the tangents of results are SYM_LOCAL and not handed to the caller */
    SymId *tangents;         /* found, by result */
    NoDerivative no_derivative;
} Forward;
Program *pass_forward(Program *p, const SymId *wanted, size_t wanted_count, const SymId *results, size_t result_count,
                      Forward *forward);

/* Several copies at once: every symbol that depends on the seeds (given by the caller: SYM_DIRECTION, SYM_SEED) gets a
 * last dimension of `extent`, every domain that such a symbol is computed over a last index. With `unit` the seeds are
 * no arguments any more but unit vectors: element number k of all seeds together, in their order and row-major, is 1 in
 * copy k, else 0. With `matrix` likewise: in copy k it is row number of the element, column k of a symbol that the program
 * computes. Positions of maxima and conditions of loops must not depend on the seeds. */
typedef struct {
    const SymId *seeds;
    size_t count;
    int32_t extent;
    bool unit;
    const SymId *matrix; /* NULL: none */
} Batch;
Program *pass_batch(Program *p, const Batch *batch);

/* The same for unit vectors, with symbols of their own for every copy, for programs without loops: `copies` has room for
 * extent times the number of symbols, and gets for each copy k and symbol s, at k * symbols + s, the symbol that holds
 * it; NO_ID: it is 0, or does not depend on the seeds. */
Program *pass_copies(Program *p, const Batch *batch, SymId *copies);

/* From a program of one derivative by all the seeds, which are given by the caller, to the matrix of all derivatives: a
 * SYM_JACOBIAN or SYM_HESSIAN, which takes the place of p->derivatives. Rows are the elements of the results, columns
 * those of the seeds, both in order and row-major; `transposed` the other way around (reverse mode). */
typedef struct {
    SymRole role;
    const SymId *seeds;
    size_t seed_count;
    const SymId *results; /* tangents or gradients */
    size_t result_count;
    bool transposed;      /* the results are p->gradients, and given up */
    bool symmetric;       /* the lower triangle is computed, the upper one a copy of it */
    bool lower;           /* only the lower triangle is written */
} Matrix;
Program *pass_matrix(Program *p, const Matrix *matrix);

/* What a matrix is made of is handed to nobody: the results become locals, p->derivatives empty, and `gradients` p->gradients, too. */
void pass_hide_results(Program *p, const SymId *results, size_t count, bool gradients);

/* Replaces zero fills by first writes: the first stage that reaches an element of an adjoint sets it; what no
 * stage reaches is set to 0. Called by pass_reverse at its end; kept apart because forward mode and loops use it,
 * too. */
Program *pass_first_write(Program *p);

/* --tape-limit: long recurrences are cut into segments before they are differentiated (checkpoint*.c); afterwards the
 * backward sweep gets stages that compute again what it needs of a segment (recompute.c). */
typedef struct {
    IndexId index;         /* of the loop */
    int32_t count, length; /* segments, and turns of each; the turns that are left over come first */
} Segments;

/* An outermost loop of the forward sweep, and how many elements of what it writes the backward sweep reads. */
typedef struct {
    IndexId index;
    Span at;
    uint64_t elements;
} TapedLoop;

typedef struct {
    VEC(TapedLoop) loops; /* those with the most elements first */
    uint64_t elements;    /* of all that the forward sweep writes and the backward sweep reads */
    const bool *read;     /* by symbol of the forward sweep: is it read? */
    const uint32_t *sample; /* by symbol: sample_dimensions */
    size_t symbols;       /* how many these are */
} Tape;

/* `p` as pass_reverse left it; the tape lies in `arena`. */
void tape_measure(Tape *tape, Arena *arena, const Program *p, const Reverse *reverse);
/* Into how many segments a loop of `p`, the program before it is reversed, should be cut; *elements are then left at once.
 * NULL, or why it cannot be cut. */
const char *tape_segments(const Program *p, const Tape *tape, IndexId loop, Segments *segments, uint64_t *elements);
Program *pass_checkpoint(Program *p, const Segments *segments);
/* Returns the weight of the operations that are done again. */
uint64_t pass_recompute(Program *p, const Reverse *reverse);

/* Splits a reversed program into the forward sweep (outputs and SYM_TAPE) and the backward sweep (reads SYM_TAPE).
 * The tape holds what the backward sweep reads of forward locals and forward scalars, and only that; both have its
 * symbols in the same order. `reversed` is as pass_reverse left it (no pass in between) and is used up: only
 * program_free may follow. Both results are pruned. */
typedef struct {
    Program *forward, *backward;
} Sweeps;
void pass_split(Program *reversed, const Reverse *reverse, Sweeps *sweeps);

/* Models with data: loops over the samples (Loop.samples) in place of the index Program.sample of domains and of the arrays as
 * long as the samples are many; one loop for all that can be done in one pass over the data. In place; stages and symbols are
 * only added. With `first_adjoint` what stands from that item on shares nothing that has a value for every sample with what stands
 * before: it is computed again. Nothing that looks for Program.sample may follow. */
Program *pass_samples(Program *p, size_t *first_adjoint);
/* False if samples would have to be gone through again in every turn of a loop; *at: where. */
bool pass_samples_check(const Program *p, Span *at);

/* Drops the marks of stated derivatives (OP_STOP, OP_LINK), once nothing more is differentiated: no program that is planned,
 * evaluated or printed has any. In place; nodes, stages and items keep their numbers. */
Program *pass_unlink(Program *p);

#endif
