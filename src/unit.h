/* unit.h -- one compilation: from the text of a model to its programs. Text in, text out; no exit, no globals. */
#ifndef BPGEN_UNIT_H
#define BPGEN_UNIT_H

#include "front/lower.h"
#include "pass/pass.h"
#include "sparse/compress.h"

#define BPGEN_VERSION "0.1.0"

typedef enum { REAL_DOUBLE, REAL_FLOAT } RealType;

/* How a Jacobian is found: one forward sweep for each wanted element, or one reverse sweep for each output element. */
typedef enum { MODE_CHEAPER, MODE_FORWARD, MODE_REVERSE } JacobianMode;

typedef struct {
    const char *prefix;    /* of all external names; a C identifier */
    const char *const *wanted; /* --wrt: names, in any order; NULL: all params */
    size_t wanted_count;
    const ConstOverride *overrides;
    size_t override_count;
    uint32_t functions;    /* --functions: a bit for each row of emit/functions.def; 0: the usual ones */
    RealType real;
    JacobianMode mode;
    int32_t directions;    /* of jvp and hvp at once; 0: one, without an index of its own */
    bool lower_triangle;   /* of a Hessian only the elements i >= j are computed and written */
    bool fast;             /* --fast */
    bool include_runtime;  /* --runtime=include */
    int32_t samples;       /* Program.samples: with how many the evaluator works */
    uint64_t tape_limit;   /* --tape-limit: loops that keep more bytes for the backward sweep keep less and compute again */
    uint32_t stack_limit;  /* --stack-limit: functions whose arrays need more bytes take a workspace argument */
    uint64_t most_work;    /* of one evaluation (eval_work): what takes more is refused, and a self-test goes without values */
    const char *header_name; /* what the emitted file includes; "": nothing, the header stands in front */
    const char *tables_name; /* likewise of tables of large sparse patterns, if there are any */
    const char *dump;      /* -d: comma-separated names of passes after which the program is dumped, or NULL */
} Options;

#define NO_TAPE_LIMIT UINT64_MAX

/* What a command line without options means. */
Options options_default(void);

/* A loop that was cut into segments, and the bytes that it keeps at once. */
typedef struct {
    Name loop; /* its index */
    Segments segments;
    uint64_t before, after;
} TapeCut;

typedef struct {
    Heap heap;
    Arena *arena;           /* of the heap: everything but the programs and the two below */
    Arena *front;           /* ast and model; NULL once they were forgotten */
    const char *failure;    /* memory ran out, or an internal error: what it was; else NULL */
    Names names;
    Source source;
    Diag diag;
    Options options;
    Ast ast;
    CheckedModel model;
    Lowered lowered;        /* every gate that the user wrote */
    VEC(SymId) wanted;      /* in declared order; all programs below keep the numbers of declared symbols */
    bool wanted_is_params;  /* exactly all params: the gradient has their type */
    bool scalar;            /* one output, of rank 0: it has value_grad */
    Program *value;         /* simplified; outputs only */
    Program *value_grad;    /* scalar models: value and gradient, seed 1; else NULL */
    Program *reversed;      /* values, then adjoints of everything with SYM_SEED: what `eval` and `check` run */
    Sweeps sweeps;          /* the same, split into two functions */
    Program *jvp;           /* outputs; a SYM_DIRECTION of every wanted symbol, a SYM_TANGENT of every output */
    Program *jacobian;      /* outputs; one SYM_JACOBIAN */
    Program *hvp;           /* outputs, gradients; directions of the wanted symbols, a SYM_TANGENT of every gradient */
    Program *hessian;       /* outputs, gradients; one SYM_HESSIAN: of sum(seed * outputs), in scalar models of the output */
    Program *jacobian_sparse; /* outputs; a SYM_JACOBIAN of rank 1, the entries column by column */
    Program *hessian_sparse;  /* outputs, gradients; a SYM_HESSIAN of rank 1 */
    Pattern jacobian_columns; /* their patterns with rows and columns exchanged: the entries of the columns, in order */
    Pattern hessian_columns;
    /* --tape-limit */
    VEC(TapeCut) cuts;
    uint64_t computed_again; /* weight of the operations that the backward sweep does again */
    bool tape_told;          /* these two are known, warnings given */
    Text dump;              /* what -d asked for */
} Unit;

/* An empty unit. Allocates nothing. */
void unit_init(Unit *unit, const Options *options);

/* Runs `work`, inside which everything below and everything that takes the unit may be called. False if memory ran out or an
 * internal error turned up: unit->failure says what; then only unit_close may follow. */
typedef void UnitWork(Unit *unit, void *context);
bool unit_run(Unit *unit, UnitWork *work, void *context);

/* Reads, checks and lowers a model; `text` must live as long as the unit. False: unit->diag has errors. */
bool unit_open(Unit *unit, const char *source_name, const char *text, size_t size);

/* The param, input or data of this name, or NO_ID. */
SymId unit_find_declared(const Unit *unit, const char *name, size_t size);

/* Models with data: programs made from now on are evaluated with so many samples, 1 or more. Before any is made. */
void unit_set_samples(Unit *unit, int32_t samples);

/* Frees the AST and the checked model, which programs do not need. */
void unit_forget_model(Unit *unit);

/* Each makes its programs, unless they are there. False: unit->diag has errors (a function without a derivative). */
bool unit_make_value(Unit *unit);
bool unit_make_value_grad(Unit *unit); /* scalar models with something to differentiate by; else it stays NULL */
bool unit_make_reversed(Unit *unit);
bool unit_make_sweeps(Unit *unit);
bool unit_make_jvp(Unit *unit);
bool unit_make_jacobian(Unit *unit);
bool unit_make_hvp(Unit *unit);     /* has SYM_SEED symbols, except in scalar models, where the seed is 1 */
bool unit_make_hessian(Unit *unit); /* likewise */

/* The structure of a Jacobian (rows: elements of the outputs) or Hessian (of sum(seed * outputs)), and the colours that compress
 * it. `given`: as in Dependence. False: unit->diag has errors (too large). (unit_sparse.c) */
typedef struct {
    Pattern pattern;
    Colouring columns;
    Colouring rows; /* Jacobian */
    Colouring star; /* Hessian */
} Sparsity;
bool unit_jacobian_sparsity(Unit *unit, const int32_t *const *given, Sparsity *sparsity);
bool unit_hessian_sparsity(Unit *unit, const int32_t *const *given, Sparsity *sparsity);

/* The programs of compressed derivatives and the patterns of their entries. */
bool unit_make_jacobian_sparse(Unit *unit);
bool unit_make_hessian_sparse(Unit *unit);

/* The programs of a function with stated derivatives alone: the value of its body, and that with the derivatives stated. Both
 * have the arguments as params. Before unit_forget_model. */
typedef struct {
    Lowered lowered;
    Program *value, *reversed;
} Stated;
bool unit_make_stated(Unit *unit, size_t function, Stated *stated);

/* Does the gradient by this symbol go through the stated derivatives of the function? */
bool unit_is_stated(Unit *unit, SymId wanted, Name function);

/* Frees one of these programs, which becomes NULL; of large models they do not fit in memory together. */
void unit_forget(Program **program);

/* Did -d ask for the result of this pass? The pass adds it to unit->dump. */
bool unit_dumps(const Unit *unit, const char *name);

/* Frees everything. */
void unit_close(Unit *unit);

#endif
