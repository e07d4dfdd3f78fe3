/* checked.h -- the model after sema: names resolved, functions put in place, shapes and ranges known, subscripts sound.
 *
 * Again one array in post-order, to be read by one loop upwards with a stack of values: every node takes the values of
 * its `count` operands from the stack (the last operand is on top) and leaves its own; statements and marks leave none.
 * Nothing in it can be wrong any more.
 *
 * What is not there: clauses, bounds and subscripts leave no code (they are affine forms in indices, items); unary plus
 * and brackets vanish; size(A) is a CHECKED_NUMBER; ln and sigmoid are OP_LOG and OP_SIG; x^y is OP_POW; -x is OP_NEG.
 * Code that can never run (a branch whose condition contradicts the ranges of the indices, a loop without turns) is
 * replaced by the number 0, so every subscript that is left is in range wherever it is evaluated.
 *
 * `at` of a node: the source text of the construct, brackets around it not included; inside a `def`, of its body.
 */
#ifndef BPGEN_CHECKED_H
#define BPGEN_CHECKED_H

#include "base/diag.h"
#include "base/names.h"
#include "base/rational.h"
#include "front/ast.h"
#include "ir/affine.h"
#include "ir/ops.h"

typedef uint32_t CheckedId, CheckedSym, CheckedIndex;

enum { MOST_AXES = 4 };

typedef struct {
    uint8_t rank;
    int32_t extent[MOST_AXES];
} Shape;

typedef enum { VALUE_REAL, VALUE_INTEGER, VALUE_CONDITION } ValueKind;

typedef enum {
    NAME_PARAM, NAME_INPUT, NAME_INTEGER_INPUT, NAME_DATA,
    NAME_CONST,    /* exact constants: `values`, no code; one that is not exact (sqrt(2)) is a NAME_LOCAL with ordinary
                    * code and a CHECKED_ASSIGN where it is declared */
    NAME_LOCAL,    /* assigned once; or an argument or local of a function put in place (a new symbol for every call);
                    * or local to the turn of a loop (the same symbol in every turn) */
    NAME_CARRIED,  /* carried by a loop: the ASSIGN before the loop and those in it have the same symbol */
    NAME_GATHERED  /* gathered by a loop: `shape` is that of the whole array, the extents of the loops first */
} NameRole;

typedef struct {
    Name name;
    Span at;          /* the name where it is declared or assigned */
    NameRole role;
    Shape shape;
    bool per_sample;  /* depends on data */
    bool used;
    bool in_call;             /* an argument or local of a function put in place: its value may depend on the indices in
                               * scope at the call */
    bool has_range;   /* `in [lo, hi]` */
    Rational low, high;       /* has_range; integer inputs: elements low .. high-1 */
    bool has_default;
    const Rational *values;   /* NAME_CONST: row-major elements; has_default: likewise (a scalar already spread) */
    bool whole;               /* NAME_CONST, NAME_INTEGER_INPUT: every element is an integer */
} CheckedSymbol;

typedef struct {
    Name name;
    Span at;
    AffId low, high;  /* low .. high-1: in CheckedModel.affs, over outer indices (only of reductions; else constants) */
    int64_t least, most; /* the smallest low and the largest high-1 (over all outer indices) */
} CheckedIndexInfo;

typedef enum {
    /* leave a value */
    CHECKED_NUMBER,    /* u.number in CheckedModel.numbers: a scalar */
    CHECKED_PI, CHECKED_E,
    CHECKED_REF,       /* u.symbol: the whole of it, as it is now (a carried name: the present value) */
    CHECKED_INDEX,     /* u.index as a number: of a clause, of the left side, or of a loop */
    CHECKED_OP,        /* u.op of the table, element by element, each operand broadcast to `shape`: axes line up at the
                        * last one, missing axes and axes of extent 1 repeat. As many operands as the table says, but
                        * OP_MIN and OP_MAX take `count` >= 2, to be joined from the left: max(max(a, b), c).
                        * Comparisons and OP_NOT are here too (value CONDITION); never OP_AND, OP_OR, OP_SELECT */
    CHECKED_SELECT,    /* condition, MARK_THEN, then, MARK_ELSE, else: 3 operands, all broadcast to `shape` */
    CHECKED_AND, CHECKED_OR, /* left, MARK_RIGHT, right: 2 operands, broadcast */
    CHECKED_SUBSCRIPT, /* 1 operand, the base; u.items: one CheckedItem for each axis of the base, first axis first. A
                        * read of an integer symbol is a SUBSCRIPT of its REF, value INTEGER (rank 0: the REF alone) */
    CHECKED_TRANSPOSE, /* a matrix */
    CHECKED_MATMUL,    /* a, b: [n]@[n], [m,n]@[n], [m]@[m,n], [m,n]@[n,k] */
    CHECKED_DOT,       /* a, b of equal shape, any rank >= 1: the sum of all products */
    CHECKED_OUTER,     /* a, b: vectors */
    CHECKED_ARRAY,     /* `count` elements of one shape s: [count] ++ s */
    CHECKED_COMPREHENSION, /* body ; u.indices, outer to inner: shape = their numbers of elements ++ shape of the body.
                        * Ranges are constant and may begin at any number: index value v gives element v - low */
    CHECKED_REDUCE,    /* body ; u.reduce: without indices over all elements (rank >= 1), giving a scalar; else over the
                        * indices (ranges may use indices to their left and outer ones), element by element over the
                        * body's shape */
    CHECKED_SOFTMAX,   /* a vector */
    CHECKED_CONCAT,    /* `count` >= 1 parts joined along the first axis; if `shape` has rank 1, scalars count as [1] */
    CHECKED_CALL,      /* the result of a function put in place: 1 operand, the value that its body left ; u.def. The
                        * code of a call: arguments, CHECKED_BIND, statements of the body (ASSIGN, LOOP_..), the value
                        * (of a block: REF of the name assigned last), CALL. It may stand inside the body of a
                        * reduction, so its symbols may depend on the indices in scope */
    CHECKED_STATED,    /* a function with stated derivatives, or extern: `count` arguments, broadcast ; u.stated */
    CHECKED_GRAD, CHECKED_JACOBIAN, /* 1 operand f ; u.symbol: the name by which it is differentiated, an independent variable
                        * with its present value */
    CHECKED_JVP,       /* f, direction ; u.symbol */
    CHECKED_REDUCE_DATA, /* body ; u.reduce.op SUM or MEAN: over the samples, element by element (for data, i: a REDUCE
                        * over i stands before it) */
    /* leave none */
    CHECKED_MARK_THEN, CHECKED_MARK_ELSE, CHECKED_MARK_RIGHT, /* no operands: what follows is evaluated only in that
                        * case, up to node u.mark (THEN: its MARK_ELSE, ELSE: the SELECT, RIGHT: the AND or OR). At
                        * MARK_THEN and MARK_RIGHT the condition is on top of the stack (AND: if true, OR: if not) */
    CHECKED_BIND,      /* takes u.bind.count = `count` values and gives them to the symbols u.bind.first .. +count-1
                        * (arguments, in order; a plain REF makes the argument another name of that symbol, but one that is
                        * differentiated by is a variable of its own) */
    CHECKED_ASSIGN,    /* 1 operand ; u.assign: symbol[left indices] = it. The symbol's shape is the extents of the left
                        * indices ++ the shape of the value. Left indices are those written on the left, in order, with
                        * ranges 0 .. extent-1, inferred or stated (`for` clauses behind the statement leave nothing
                        * else); of a gathered name the first ones are indices of enclosing loops. A symbol is assigned
                        * as a whole, every element once; a carried one again in the loop, where the right side is
                        * computed from the old value before the new one takes its place. An assignment inside a call
                        * (symbol.in_call) gives a value for each point of the indices in scope there */
    CHECKED_LOOP_BEGIN, /* u.loop in CheckedModel.loops; the condition of `while` follows as an expression */
    CHECKED_LOOP_WHILE, /* 1 operand: that condition, a scalar, tested before each turn ; u.loop */
    CHECKED_LOOP_END,   /* u.loop */
    CHECKED_KIND_COUNT
} CheckedKind;

typedef enum {
    REDUCE_SUM, REDUCE_PROD, REDUCE_MAX, REDUCE_MIN, REDUCE_MEAN, REDUCE_NORM, REDUCE_LOGSUMEXP, REDUCE_COUNT
} ReduceOp;

/* What happens to one axis of the base. `value` is the affine form (in CheckedModel.affs) of the subscript or of the
 * slice's start: whole for all values of the indices; atoms are indices in scope and elements of integer symbols. */
typedef struct {
    bool keeps;      /* a slice (or ':'): the axis stays with `length` elements; false: the axis is dropped */
    AffId value;
    int32_t length;  /* keeps */
} CheckedItem;

typedef struct {
    CheckedIndex index; /* the loop's index; runs low .. high-1 */
    int64_t low, high;
    bool has_while;
    uint32_t carried, carried_count;   /* in CheckedModel.loop_names: the symbols carried from turn to turn */
    uint32_t gathered, gathered_count; /* likewise: the symbols whose left side names this loop's index */
} CheckedLoop;

typedef struct {
    uint8_t kind;       /* CheckedKind */
    uint8_t value;      /* ValueKind */
    bool per_sample;
    uint32_t count;     /* number of values taken (expressions: operands) */
    CheckedId first;    /* of nodes that leave a value: where their code begins (the subtree is [first, this], with the
                         * statements of calls and the marks in it) */
    Shape shape;
    Span at;            /* the source text (inside a `def`: of the function's body) */
    union {
        uint32_t number;
        CheckedSym symbol;
        CheckedIndex index;
        Op op;
        struct { uint32_t first, count; } items;   /* in CheckedModel.items */
        struct { uint32_t first, count; } indices; /* in CheckedModel.index_lists, outer to inner */
        struct { ReduceOp op; uint32_t first, count; } reduce; /* indices likewise */
        struct { CheckedSym first; uint32_t count; } bind;
        struct { CheckedSym symbol; uint32_t first, count; } assign; /* left indices likewise */
        uint32_t loop;
        uint32_t stated; /* in CheckedModel.functions */
        AstId def;       /* the DEF of a CALL */
        CheckedId mark;
    } u;
} CheckedNode;

/* A `def` with stated derivatives, or an extern, called or not: scalar code over its arguments, in
 * CheckedModel.function_nodes (ids in that code count there; the symbols and numbers are the model's). */
typedef struct {
    AstId ast;                /* the DEF or EXTERN */
    Name name;
    bool is_extern;
    CheckedSym first_arg;     /* the arguments: consecutive NAME_LOCAL scalars that no BIND sets */
    uint32_t arg_count;
    uint32_t value;           /* in CheckedModel.function_codes; is_extern: none */
    uint32_t derivatives;     /* arg_count of them in CheckedModel.function_codes */
    bool has_derivatives;     /* false: an extern that is not differentiated */
} CheckedFunction;

/* Stack code [first, end) in CheckedModel.function_nodes that leaves one value. */
typedef struct {
    CheckedId first, end;
} CheckedCode;

typedef struct {
    Arena *arena;
    Names *names;
    const Ast *ast;
    VEC(CheckedNode) nodes;
    VEC(Rational) numbers;
    VEC(CheckedSymbol) symbols;
    VEC(CheckedIndexInfo) indices;
    VEC(CheckedItem) items;
    VEC(CheckedIndex) index_lists;
    VEC(CheckedLoop) loops;
    VEC(CheckedSym) loop_names;
    VEC(CheckedFunction) functions;
    VEC(CheckedNode) function_nodes;
    VEC(CheckedCode) function_codes;
    VEC(CheckedSym) declared; /* params, inputs, data as declared (implicit params: by first appearance) */
    VEC(CheckedSym) outputs;  /* in the order of the output line; without one: what the last statement assigns */
    AffPool affs;             /* atoms: CheckedIndex; CheckedSym of integer inputs and whole-number const arrays */
} CheckedModel;

/* An integer expression of the tree as affine form is needed by lowering only where it stands in a subscript
 * (CheckedItem) or a range; elsewhere it is an ordinary operand. */

typedef struct {
    const char *name;   /* --const name=text */
    const char *value;
} ConstOverride;

/* front/sema*.c: checks the whole language (LANGUAGE.md), reports through `diag`. The model is whole only if
 * diag->errors stayed 0. */
void sema_check(CheckedModel *model, Arena *arena, const Ast *ast, const ConstOverride *overrides,
                size_t override_count, Diag *diag);

#endif
