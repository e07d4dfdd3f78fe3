/* program.h -- the program of stages: symbols, hash-consed nodes, an ordered body of stages and loops.
 *
 * Order is the data structure: a node's arguments have smaller ids, a stage reads only what precedes it.
 * Scalars that depend on no index are nodes and not stages; a symbol exists for what is an array, an
 * accumulator, a parameter, an output, or was cut out on purpose (pass/outline.c).
 */
#ifndef BPGEN_PROGRAM_H
#define BPGEN_PROGRAM_H

#include "base/diag.h"
#include "base/names.h"
#include "base/rational.h"
#include "ir/affine.h"
#include "ir/ops.h"

typedef uint32_t SymId, IndexId, NodeId, StageId, LoopId, SetId;
#define NO_ID UINT32_MAX

/* ---- symbols ---------------------------------------------------------------------------------------- */

typedef enum {
    SYM_PARAM,     /* real, given by the caller; differentiated by default */
    SYM_INPUT,     /* real, given by the caller */
    SYM_DATA,      /* real, a value for every sample of the call, given by the caller: the sample is the first dimension */
    SYM_SAMPLES,   /* a scalar: how many samples the caller gives */
    SYM_INTEGER,   /* integer input of the caller, or (`local`) positions written by STAGE_ARGMAX */
    SYM_TABLE,     /* constants: `values`; `integer` if all are whole */
    SYM_LOCAL,     /* computed by stages */
    SYM_OUTPUT,    /* a result: computed by stages, handed to the caller */
    SYM_SEED,      /* adjoint of an output, given by the caller of the backward sweep */
    SYM_GRADIENT,  /* adjoint of a wanted param or input, handed to the caller */
    SYM_TAPE,      /* computed by the forward sweep and read by the backward sweep of another function */
    /* Several directions, seeds or copies at once are one more dimension, the last one. */
    SYM_DIRECTION, /* tangent of a wanted param or input, given by the caller of a forward sweep */
    SYM_TANGENT,   /* tangent of an output or of a gradient, handed to the caller */
    SYM_JACOBIAN,  /* rank 2: elements of all outputs by elements of all wanted symbols, handed to the caller */
    SYM_HESSIAN,   /* rank 2: elements of all wanted symbols by the same, handed to the caller */
    SYM_ROLE_COUNT
} SymRole;

typedef struct {
    Name name;             /* the user's, or a telling one; not unique: the emitter makes it so */
    Span at;               /* where it was declared or first assigned */
    uint8_t role;          /* SymRole */
    uint8_t rank;          /* any: context indices and loops put dimensions in front */
    bool integer;          /* elements are integers and may stand in subscripts */
    bool local;            /* SYM_INTEGER written by STAGE_ARGMAX */
    bool inactive;         /* a shift: its derivative cancels exactly and is not taken (logsumexp, softmax, norm) */
    bool compensated;      /* STAGE_ADDs carry along what rounding loses (Kahan): the sums inside norm and logsumexp */
    bool named;            /* `name` is the user's */
    bool adjoint;          /* made by reverse mode */
    bool tangent;          /* made by forward mode */
    bool lower;            /* SYM_HESSIAN: only the elements i >= j are written */
    const int32_t *extents; /* rank of them */
    int64_t low, high;     /* integer: elements lie in low .. high-1 */
    const int32_t *ends;   /* local integer: low and high again, for each place along the last axis; or NULL */
    const Rational *values; /* SYM_TABLE: row-major */
    bool pattern;          /* SYM_TABLE: it tells where the entries of a sparse matrix are */
    SymId of;              /* SEED, GRADIENT, DIRECTION, TANGENT, adjoint and tangent LOCALs: what they belong to; else NO_ID */
} Symbol;

/* ---- indices ---------------------------------------------------------------------------------------- */

typedef struct {
    Name name; /* the user's, or NAME_NONE */
    Span at;
} Index;

/* ---- nodes ------------------------------------------------------------------------------------------ */

/* Leaves: OP_LITERAL (u.literal in Program.literals), OP_PI, OP_E, OP_INTEGER (u.aff as a real value),
 * OP_READ (u.read: symbol and subscripts), OP_FUNCTION (u.function). Everything else has arguments.
 * OP_SELECT: arg[0] is a condition; what only one branch needs is evaluated only where that branch is taken.
 * OP_AND, OP_OR: the right side likewise. */
typedef struct {
    uint16_t op;
    SetId deps; /* the indices that the value depends on */
    union {
        NodeId arg[OP_MOST_ARGS];
        uint32_t literal;
        AffId aff;
        Name function; /* a C function of the user's */
        struct {
            SymId symbol;
            uint32_t subs; /* first of rank subscripts in Program.subs; equal lists have equal positions */
        } read;
    } u;
} Node;

/* Side facts of a node, for listings and messages; carried along when a pass rebuilds. */
typedef struct {
    Name name; /* the user's name of the scalar, or NAME_NONE */
    Span at;   /* the source text that it computes; {0, 0} for derived nodes */
} NodeInfo;

/* ---- stages and loops ------------------------------------------------------------------------------- */

typedef enum {
    STAGE_SET,   /* target[subs]  = value : each element once */
    STAGE_ADD,   /* target[subs] += value */
    STAGE_MAX,   /* target[subs] max= value (a NaN stays) */
    STAGE_ARGMAX /* target[subs, q] = the value of the q-th reduced index where `value` is largest; first position wins */
} StageOp;

typedef struct {
    IndexId index;
    AffId low, high; /* low .. high-1; may use indices to the left in the domain and indices of enclosing loops */
} Range;

/* For every point of the domain, in order (the last index moves fastest), where the guard holds:
 * target[subs] op value. Domain indices that no subscript uses are reduced over. */
typedef struct {
    SymId target;
    uint8_t op;       /* StageOp */
    bool fresh;       /* ADD, MAX: the elements that it reaches count as 0 (-inf) before; false: an earlier stage wrote them */
    uint8_t rank;     /* number of ranges of the domain */
    NodeId value;
    NodeId guard;     /* a condition, or NO_ID */
    const Range *domain;
    const AffId *subs; /* as many as the target has dimensions (ARGMAX: one less) */
    Span at;          /* the source text that the stage computes; of an adjoint stage: of the gate or stage whose local derivative it applies */
} Stage;

/* A recurrence: index runs over 0 .. extent-1 (from the end if `reverse`), the body once a turn. Carried symbols have
 * the time as first dimension and are read at t, written at t+1. */
typedef struct {
    IndexId index;
    int32_t low, high;
    bool reverse;
    NodeId condition; /* `while`, or NO_ID */
    SymId turns;      /* integer symbol, its dimensions those of the outer loops, or NO_ID: with a condition the loop counts its turns there,
                         without one it makes as many */
    bool segments;    /* its turns are segments of a longer loop: the backward sweep computes one again (pass/recompute.c) */
    bool samples;     /* over the samples of a call, 0 .. their number, for which `high` stands in (pass/samples.c) */
    Span at;
} Loop;

typedef enum { ITEM_STAGE, ITEM_LOOP, ITEM_END } ItemKind;

/* The body in order; ITEM_LOOP ... ITEM_END bracket like parentheses. */
typedef struct {
    uint8_t kind;
    uint32_t id; /* stage or loop (for END: its loop) */
} Item;

/* ---- program ---------------------------------------------------------------------------------------- */

typedef struct Program {
    Heap *heap;
    Arena *arena;  /* its own, of the heap: who replaces a program by a rebuilt one frees the old */
    Names *names;
    const Source *source;
    AffPool affs;
    VEC(Symbol) symbols;
    VEC(Index) indices;
    VEC(Node) nodes;
    VEC(NodeInfo) infos;    /* parallel to nodes */
    VEC(Rational) literals;
    VEC(AffId) subs;
    VEC(Stage) stages;
    VEC(Loop) loops;
    VEC(Item) body;
    VEC(SymId) outputs;     /* SYM_OUTPUT in the order of the `output` line */
    VEC(SymId) gradients;   /* SYM_GRADIENT, in declared order of what they belong to; empty in a value program */
    VEC(SymId) derivatives; /* SYM_TANGENT, SYM_JACOBIAN, SYM_HESSIAN: what else is handed to the caller, in the order of what it belongs to */
    bool simplify;          /* node_op simplifies (everywhere but in the lowered program, which shows what the user wrote; derivatives inside it are simplified) */
    bool fast;              /* --fast: rewrites that only change rounding are allowed */
    int32_t samples;        /* the extent of what has a value for every sample: it stands in for their number, which only the
                             * caller knows. 0: there are no data */
    IndexId sample;         /* samples > 0: the index that runs over them, in domains 0 .. samples-1, at last in loops */
    struct ProgramTables *tables; /* hash tables, index sets: program.c's own */
} Program;

Program *program_new(Heap *heap, Names *names, const Source *source);
void program_free(Program *program);

/* Symbols. `extents` and `ends` are copied. */
SymId program_symbol(Program *p, Symbol symbol);
/* The values of an element of an integer symbol: *low .. *high-1. */
void program_element_range(const Program *p, const Atom *element, int64_t *low, int64_t *high);
/* The elements of one symbol, of several together. */
uint64_t symbol_elements(const Symbol *symbol);
/* "[0,1]": the subscripts of the element at this row-major place; nothing for a scalar. */
void symbol_print_element(const Symbol *symbol, size_t element, Text *out);
uint64_t program_elements(const Program *p, const SymId *symbols, size_t count);
IndexId program_index(Program *p, Name name, Span at);

/* ---- building nodes (node.c) ------------------------------------------------------------------------ */

NodeId node_literal(Program *p, Rational value);
NodeId node_int(Program *p, int64_t value);
NodeId node_integer(Program *p, AffId aff); /* an integer expression as a real value; a constant becomes a literal */
NodeId node_read(Program *p, SymId symbol, const AffId *subs); /* with p->simplify: a literal where it is a known element of a table */
/* A call of a C function of the user's, with `count` >= 1 arguments. */
NodeId node_call(Program *p, Name function, const NodeId *args, uint32_t count);
NodeId node_function(Program *p, Name function);
/* An operator. Hash-consed: the same operator on the same arguments (in either order if it commutes) is the same node.
 * With p->simplify the constructor simplifies locally (simplify.c). The order of operands as first written is kept. */
NodeId node_op(Program *p, Op op, NodeId a, NodeId b, NodeId c);
#define node_op1(p, op, a) node_op((p), (op), (a), NO_ID, NO_ID)
#define node_op2(p, op, a, b) node_op((p), (op), (a), (b), NO_ID)
/* The same without simplification. */
NodeId node_raw(Program *p, Op op, NodeId a, NodeId b, NodeId c);
/* Names and places; the first one given stays. */
void node_describe(Program *p, NodeId node, Name name, Span at);

/* A name that tells what the node computes ("sig_y", "x_plus_y", "den"): the user's if it has one, else made of the operator and
 * short names of the operands, else (longer than 24 bytes) NAME_NONE. */
Name node_telling_name(const Program *p, NodeId node);

/* OP_CALL: the function's name. */
static inline Name node_called(const Program *p, NodeId call)
{
    return p->nodes.at[p->nodes.at[call].u.arg[0]].u.function;
}
bool node_is_literal(const Program *p, NodeId node, Rational *value);
bool node_is_int(const Program *p, NodeId node, int64_t value);
bool program_has(const Program *p, Op op); /* is there a node of this operator? */
const AffId *node_subs(const Program *p, NodeId node); /* of OP_READ */

/* The partial derivative of `node` with respect to its argument `k`, as an expression over its arguments and `result`: itself, or
 * a read of where a stage has stored it. NO_ID if it is structurally 0. Rows of ops.def; not for OP_SELECT, AND, OR, comparisons. */
NodeId node_partial(Program *p, NodeId node, NodeId result, unsigned k);
/* An expression in the postfix of ops.def's partials over a, b, c, which are `args`. */
NodeId node_formula(Program *p, const char *postfix, const NodeId *args);

/* Index sets: equal ids are equal sets; 0 is the empty one. */
SetId set_of(Program *p, IndexId index);
SetId set_union(Program *p, SetId a, SetId b);
SetId set_of_aff(Program *p, AffId aff);
bool set_has(const Program *p, SetId set, IndexId index);
const IndexId *set_items(const Program *p, SetId set, uint32_t *count); /* ascending */

/* ---- building the body ------------------------------------------------------------------------------ */

/* `domain` (stage.rank ranges) and `subs` are copied. */
StageId program_stage(Program *p, Stage stage);
/* Indices of their own over all elements of an array: `rank` ranges of a domain, and the subscripts. */
void program_domain(Program *p, const int32_t *extents, unsigned rank, Range *domain, AffId *subs);
uint32_t stage_subs(const Program *p, const Stage *stage); /* how many subscripts its target has */
LoopId program_begin_loop(Program *p, Loop loop);
void program_end_loop(Program *p, LoopId loop);
void program_close_loop(Program *p, LoopId loop); /* the same; an empty loop, begun last, leaves nothing behind */
size_t program_end_of_loop(const Program *p, size_t begin); /* places in the body: of the loop's beginning, and of its end */

/* ---- looking and rebuilding (rebuild.c) ------------------------------------------------------------- */

/* Copies nodes from one program to another (or the same) with replacements; results are remembered. */
typedef struct Rebuild {
    const Program *from;
    Program *to;
    SymId *symbols;   /* map by symbol of `from`; NULL: the same numbers */
    AffId *indices;   /* map by index of `from` to expressions of `to`; NULL: the same numbers */
    /* Called for every OP_READ whose subscripts are mapped already (may be NULL): returns the node to use, or NO_ID for a plain read. */
    NodeId (*read)(struct Rebuild *, NodeId old, SymId symbol, const AffId *subs);
    /* Called for every operator whose arguments are mapped already (may be NULL): returns the node to use, or NO_ID for the same operator. */
    NodeId (*op)(struct Rebuild *, NodeId old, const NodeId *args);
    /* Called for every element of an integer symbol of `from` whose subscripts are mapped already (may be NULL): returns the
     * expression to use, or AFF_FAIL for a plain element. */
    AffId (*element)(struct Rebuild *, SymId symbol, const AffId *subs, uint32_t rank);
    void *context;
    NodeId *memo;     /* by node of `from`, NO_ID where not built yet; made by rebuild_begin */
    size_t memo_size;
    VEC(NodeId) dirty; /* entries of memo that are set, so that rebuild_forget costs only what was built */
    VEC(NodeId) stack;
} Rebuild;

void rebuild_begin(Rebuild *r, const Program *from, Program *to);
NodeId rebuild_node(Rebuild *r, NodeId old);
AffId rebuild_aff(Rebuild *r, AffId old);
/* The same; what `old` needs is copied in ascending order of the old ids, so that the order of the user's gates stays. */
NodeId rebuild_in_order(Rebuild *r, NodeId old);
void rebuild_forget(Rebuild *r); /* after the maps changed */

/* An empty program with the symbols, indices, outputs, gradients and flags of `from`, all under the same numbers. */
Program *program_like(const Program *from);
/* Appends a copy of a stage, of an item of the body (an END closes the innermost open loop). Indices that the map renames are
 * renamed in the domain, too. */
StageId rebuild_stage(Rebuild *r, StageId old);
void rebuild_item(Rebuild *r, Item item);
/* The nodes that stages and loop conditions of `from` need, copied in their old order, which is the user's. */
void rebuild_all_nodes(Rebuild *r);

/* In the same program: `node` with indices replaced (`from[i]` by `to[i]`, all at once). */
NodeId node_substitute(Program *p, NodeId node, const IndexId *from, const AffId *to, uint32_t count);

/* Every node that `root` needs, each once, in ascending order of ids, appended to `out`. */
typedef VEC(NodeId) NodeVec;
void node_reach(const Program *p, Arena *arena, const NodeId *roots, size_t count, NodeVec *out);

/* By symbol: the dimension whose subscript is the sample, or NO_ID (samples.c). */
uint32_t *sample_dimensions(const Program *p, Arena *arena);

/* Number of points of a stage's domain, saturating: exact for affine bounds, if there are not very many (else not less). */
uint64_t stage_points(const Program *p, const Stage *stage);

/* ---- verifier and dump ------------------------------------------------------------------------------ */

/* NULL if all invariants hold, else what is wrong (a bug of bpgen): arguments before nodes; subscripts affine in the
 * indices in scope, whole, as many as dimensions and in range; every element written completely before it is read,
 * each once by SET or fresh ADD/MAX before other ADDs; bounds use indices to the left; outputs and gradients complete. */
const char *program_verify(const Program *p);

/* The program as text (--emit=ir, -d). */
void program_dump(const Program *p, Text *out);

#endif
