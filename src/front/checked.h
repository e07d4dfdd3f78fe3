/* checked.h -- the model after sema: names resolved, functions put in place, shapes and ranges known, subscripts proved.
 *
 * Again one array in post-order, to be read by one loop upwards with a stack of values: every node takes the values of
 * its operands from the stack and leaves its own (statements and markers leave none). Nothing in it can be wrong any more.
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
    NAME_CONST,    /* exact constants: `values`; a const that is not exact (sqrt(2)) is a NAME_LOCAL bound at the top */
    NAME_LOCAL,    /* assigned once, or an argument or local of a function put in place */
    NAME_CARRIED,  /* carried by a loop */
    NAME_GATHERED  /* gathered by a loop */
} NameRole;

typedef struct {
    Name name;
    Span at;          /* the name where it is declared or assigned */
    NameRole role;
    Shape shape;
    bool per_sample;  /* depends on data */
    bool used;
    bool has_range;   /* `in [lo, hi]` */
    Rational low, high;       /* has_range; integer inputs: elements low .. high-1 */
    bool has_default;
    const Rational *values;   /* NAME_CONST: row-major elements; has_default: likewise (a scalar already spread) */
    bool whole;               /* NAME_CONST, NAME_INTEGER_INPUT: every element is an integer */
} CheckedSymbol;

typedef struct {
    Name name;
    Span at;
    AffId low, high;  /* low .. high-1: in CheckedModel.affs, over outer indices */
    int64_t least, most; /* the smallest low and the largest high-1 (over all outer indices) */
} CheckedIndexInfo;

typedef enum {
    /* leave a value */
    CHECKED_NUMBER,    /* u.number in CheckedModel.numbers */
    CHECKED_PI, CHECKED_E,
    CHECKED_REF,       /* u.symbol: the whole of it, as it is now (a carried name: the present value) */
    CHECKED_INDEX,     /* u.index as an integer */
    CHECKED_OP,        /* u.op of the table, op_info[].arity operands, broadcast to `shape` */
    CHECKED_SELECT,    /* condition, then, else (with MARK_THEN and MARK_ELSE between), broadcast to `shape` */
    CHECKED_AND, CHECKED_OR, /* two conditions, MARK_RIGHT between; broadcast */
    CHECKED_SUBSCRIPT, /* base, then the integer expressions of the items in order; u.items: base's rank of CheckedItem */
    CHECKED_TRANSPOSE,
    CHECKED_MATMUL, CHECKED_DOT, CHECKED_OUTER,
    CHECKED_ARRAY,     /* count elements of one shape */
    CHECKED_COMPREHENSION, /* body ; u.indices */
    CHECKED_REDUCE,    /* body ; u.reduce: without indices over all elements, else over the indices, element by element over the rest */
    CHECKED_SOFTMAX,
    CHECKED_CONCAT,    /* count parts (scalars count as [1]) */
    CHECKED_CALL,      /* the result of a function put in place: its operand is the value that its body left */
    CHECKED_STATED,    /* a function with stated derivatives, or extern: count arguments, element by element ; u.stated */
    CHECKED_GRAD, CHECKED_JACOBIAN, /* f ; u.symbol */
    CHECKED_JVP,       /* f, direction ; u.symbol */
    CHECKED_REDUCE_DATA, /* body ; u.reduce.op SUM or MEAN: over the samples */
    /* leave none */
    CHECKED_MARK_THEN, CHECKED_MARK_ELSE, CHECKED_MARK_RIGHT, /* what follows is evaluated only in that case */
    CHECKED_BIND,      /* takes u.bind.count values and gives them to the symbols u.bind.first .. +count-1 (arguments, in order) */
    CHECKED_ASSIGN,    /* takes a value ; u.assign: symbol[indices..., axes...] = it; the symbol's shape is extents of the indices ++ shape of the value */
    CHECKED_LOOP_BEGIN, /* u.loop in CheckedModel.loops; a `while` condition follows as an expression, then CHECKED_LOOP_WHILE takes it */
    CHECKED_LOOP_WHILE,
    CHECKED_LOOP_END,
    CHECKED_KIND_COUNT
} CheckedKind;

typedef enum { REDUCE_SUM, REDUCE_PROD, REDUCE_MAX, REDUCE_MIN, REDUCE_MEAN, REDUCE_NORM, REDUCE_LOGSUMEXP, REDUCE_COUNT } ReduceOp;

/* What happens to one axis of the base. `value` is the affine form (in CheckedModel.affs) of the subscript or of the slice's start. */
typedef struct {
    bool keeps;      /* a slice (or ':'): the axis stays with `length` elements */
    AffId value;
    int32_t length;  /* keeps */
} CheckedItem;

typedef struct {
    CheckedIndex index; /* the loop's index; runs low .. high-1 */
    int64_t low, high;
    bool has_while;
    uint32_t carried, carried_count; /* in CheckedModel.loop_names: the symbols carried from turn to turn */
    uint32_t gathered, gathered_count;
} CheckedLoop;

typedef struct {
    uint8_t kind;       /* CheckedKind */
    uint8_t value;      /* ValueKind */
    bool per_sample;
    uint32_t count;     /* number of values taken (expressions: operands) */
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
        AstId stated;   /* the DEF or EXTERN */
    } u;
} CheckedNode;

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
    VEC(CheckedSym) declared; /* params, inputs, data in declared order (implicit params: by first appearance) */
    VEC(CheckedSym) outputs;  /* in the order of the output line */
    AffPool affs;             /* atoms: CheckedIndex; CheckedSym of integer inputs and whole-number const arrays */
} CheckedModel;

/* An integer expression of the tree as affine form is needed by lowering only where it stands in a subscript (CheckedItem) or a range;
 * elsewhere it is an ordinary operand. */

typedef struct {
    const char *name;   /* --const name=text */
    const char *value;
} ConstOverride;

/* front/sema*.c: checks the whole language (LANGUAGE.md), reports through `diag`. The model is whole only if diag->errors stayed 0. */
void sema_check(CheckedModel *model, Arena *arena, const Ast *ast, const ConstOverride *overrides, size_t override_count, Diag *diag);

#endif
