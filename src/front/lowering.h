/* lowering.h -- what the files lower*.c share; private to them.
 *
 * The value of an expression of rank r is one scalar node over the canonical indices of its axes: index k of the
 * program is the k-th axis counted from the last one, so operands of element-wise operators line up without renaming.
 * An axis of extent 1 has the subscript 0 and no index, so broadcasting needs none either. User indices are free in the
 * node.
 */
#ifndef BPGEN_LOWERING_H
#define BPGEN_LOWERING_H

#include "front/lower.h"

/* The indices 0 .. MOST_AXES-1 of the program are the axes; then come the user's, from outer to inner. */
enum { USER_INDEX = MOST_AXES };

/* The ranks of symbols and domains are bytes; a pass may add a few dimensions to these. */
enum { MOST_DIMS = 200 };

/* At least one of node, aff, parts is there. */
typedef struct {
    Shape shape;
    NodeId node;
    AffId aff;             /* an integer (or an array of integers over the axes), else AFF_FAIL */
    uint32_t first, count; /* `listed`: the leading axes element by element, in Lowering.parts */
    uint8_t listed;        /* how many axes the list covers; 0: no list */
    Name name;             /* of a list: the function that it is the result of, or NAME_NONE */
    Span at;               /* of a list: its text */
} Value;

/* A condition that holds where stages are being made. */
typedef struct {
    NodeId condition; /* NO_ID: one that no stage can use */
    bool negated, made;
    NodeId all;       /* made: this and the outer ones as one condition, or NO_ID */
    SetId deps;       /* of this and the outer ones */
} Guard;

/* One dimension of a symbol, or one reduced index, with its range. */
typedef struct {
    IndexId index;    /* NO_ID: an axis of extent 1 */
    AffId low, high;
    int64_t least;    /* the smallest value that the index takes: element 0 */
    int32_t extent;
    bool is_turn;     /* the turn of a loop around: a dimension, but not a part of the domain */
    AffId sub;        /* is_turn: the subscript of the turn that is meant */
} Dim;

/* A loop that is open. */
typedef struct {
    Dim turn;
    SetId set;        /* the indices of this and all outer ones */
    uint32_t checked; /* in CheckedModel.loops; NO_ID: a product, or an index whose elements differ in their turns */
    LoopId made;      /* once its body began */
    SymId turns;      /* the number of turns made, or NO_ID */
    SetId free;       /* indices around that its names depend on */
    size_t carries;   /* Lowering.carries before it */
    uint32_t outer;   /* has_while: how many loops over indices were opened for it, */
    uint32_t guards;  /* and how many guards */
    CheckedId begin;  /* its LOOP_BEGIN */
    size_t body, stages; /* of the program, before it began */
    SymId asked;      /* the condition, where stages have to compute it, or NO_ID */
    CheckedId asked_end; /* then: behind its code */
} OpenLoop;

/* A name that an open loop carries. */
typedef struct {
    CheckedSym checked;
    SymId symbol;     /* has the turn as a dimension, behind those of outer loops: read at t, written at t+1 */
    uint32_t depth;   /* of the loop: 1 for the outermost */
    uint32_t outer;   /* Lowering.carry_of before it */
    bool written;     /* in this turn */
} Carry;

/* Replaces indices by integer expressions, all at once. */
typedef struct {
    uint32_t count;
    IndexId from[MOST_AXES];
    AffId to[MOST_AXES];
} Renaming;

/* Code being lowered: that of the model, or inside of it that of a function with stated derivatives. */
typedef struct {
    CheckedId next, end;
    const CheckedFunction *function; /* NULL: the model. Else the call: */
    const NodeId *args;              /* its arguments, at one element */
    Renaming renaming;               /* of axes to indices, while its code is lowered */
    Shape shape;
    Span place;
    NodeId value;                    /* what is made so far: the value, linked with `linked` derivatives; or NO_ID */
    uint32_t linked;
} CodeFrame;

typedef struct {
    Arena *arena;
    const CheckedModel *model;
    const CheckedNode *code; /* the model's nodes, behind them those of functions with stated derivatives */
    size_t code_count;
    Program *p;
    Diag *diag;
    SymId *symbols;       /* by CheckedSym: what is declared, tables; else NO_ID */
    Value *bound;         /* by CheckedSym: its present value */
    IndexId *index_of;    /* by CheckedIndex */
    bool *differentiated; /* by CheckedSym: something is differentiated by it */
    CheckedId *gathered_by; /* by CheckedSym, of gathered names: the end of the loop after which it is whole */
    CheckedIndex *checked_of; /* by IndexId, of the user's */
    Dim *ranges;          /* by IndexId, of the user's */
    SetId *closures;      /* by IndexId, of the user's: itself and what its bounds need, transitively */
    size_t index_room;    /* of these three */
    VEC(CodeFrame) frames;
    bool *is_plain;       /* by function with stated derivatives: operators only, on scalars */
    uint64_t stated_steps; /* taken in functions with stated derivatives */
    VEC(Value) stack;
    VEC(Value) parts;
    VEC(Guard) guards;
    VEC(NodeId) conjuncts;
    /* The domain of the stages being made: free indices, axes of the target, reduced indices. */
    VEC(Dim) dims;
    uint32_t free, kept;  /* dims[0 .. free) are free indices, dims[0 .. kept) dimensions of the target */
    NodeId guard;
    /* Loops. */
    VEC(OpenLoop) loops;
    VEC(Carry) carries;
    uint32_t *carry_of;   /* by CheckedSym: the innermost loop's, + 1; 0: none */
    bool *last_in_turn;   /* by position in `code`: an ASSIGN of a carried name that no nested loop carries further in this turn */
    uint32_t *assigned;   /* by CheckedSym: the last walk over code that met an assignment */
    uint32_t walk;
    CheckedId *loop_ends; /* by loop of the checked model: its LOOP_END in `code` */
    AffId *replaced;      /* by CheckedIndex: what stands for it at present, or AFF_FAIL */
    IndexId sample;       /* the index of the samples, the first of the user's; NO_ID: there are no data */
    SymId sample_count;   /* how many there are */
    bool failed;          /* something is too large: reported, and the program is given up */
} Lowering;

/* lower.c: a new index over 0 .. extent-1, which is outermost */
IndexId index_new(Lowering *l, int32_t extent);

/* lower_domain.c: domains, symbols and stages */
void domain_begin(Lowering *l, SetId deps, const CheckedIndex *own, uint32_t own_count);
void domain_axis(Lowering *l, unsigned position, int32_t extent);
void domain_axes(Lowering *l, const Shape *shape);
void domain_indices(Lowering *l, const CheckedIndex *own, uint32_t own_count);
void domain_keep(Lowering *l);
bool domain_fits(Lowering *l, Span at);
SymId domain_symbol(Lowering *l, Name name, Span at);
SymId domain_symbol_like(Lowering *l, Symbol symbol); /* of the dimensions kept */
void domain_stage(Lowering *l, SymId target, StageOp op, NodeId value, Span at);
void domain_stage_at(Lowering *l, SymId target, StageOp op, NodeId value, const AffId *subs, Span at);
void domain_subs(Lowering *l, AffId *subs);
NodeId domain_read(Lowering *l, SymId symbol, const Shape *shape, Span at);

/* lower_loop.c: recurrences */
void loops_prepare(Lowering *l);
SetId loops_set(const Lowering *l);
bool loops_have(const Lowering *l, IndexId index);
void loop_push(Lowering *l, OpenLoop loop);
Dim *loop_turn(Lowering *l);  /* the innermost loop's dimension of the present domain */
Carry *loop_carry(Lowering *l, CheckedSym symbol);
void loop_domain(Lowering *l, CheckedSym symbol, const CheckedIndex *own, uint32_t own_count);
NodeId loop_gathered(Lowering *l, NodeId node, const CheckedIndex *left, uint32_t count);
void lower_loop_begin(Lowering *l, const CheckedNode *n);
void lower_loop_while(Lowering *l, const CheckedNode *n);
void lower_loop_end(Lowering *l, const CheckedNode *n);

/* lower.c: the code [first, end), once more */
void lower_code(Lowering *l, CheckedId first, CheckedId end);

/* lower_data.c: what has a value for every sample */
void data_begin(Lowering *l, int32_t samples);
void data_make_index(Lowering *l);
void data_bind(Lowering *l);
/* Of the free indices of a loop, those that this name of it may depend on (NO_ID: its condition). */
SetId data_free(Lowering *l, CheckedSym symbol, SetId free);
/* Those for which turns are counted one by one: the sample only if the condition of the loop that begins there is per sample. */
SetId data_counted(Lowering *l, CheckedId begin, SetId free);
bool data_is_sample(const Lowering *l, const Dim *dim);
void lower_reduce_data(Lowering *l, const CheckedNode *n);

/* lower_guard.c: branches */
void guard_push(Lowering *l, NodeId condition, bool negated);
void guard_pop(Lowering *l);
NodeId guard_for(Lowering *l, SetId *set);

/* lower_value.c: values */
Value value_of_node(NodeId node, Shape shape);
Value value_of_aff(AffId aff, Shape shape);
NodeId value_node(Lowering *l, Value *value, Span at);
bool value_is_plain(const Lowering *l, NodeId node);
void value_materialise(Lowering *l, Value *value, Name name, Span at);
/* Makes the nodes of a value, or of all elements of a list, so that value_store makes nothing but its own stages. */
void value_prepare(Lowering *l, Value *value, Span at);
/* The stages of a prepared value over the present domain, which ends with its axes: of an expression one, of a list one an
 * element. */
void value_store(Lowering *l, const Value *value, SymId target, Span at);
void value_settle(Lowering *l, Value *value, Span at);
void value_rename(Lowering *l, Value *value, const Renaming *renaming, Span at);
Name name_after(const Lowering *l, const char *prefix, NodeId node);
Name name_of_two(const Lowering *l, NodeId a, const char *between, NodeId b);

/* lower_symbol.c: declared names, tables, integer expressions, outputs */
void symbols_declare(Lowering *l, Lowered *lowered);
void symbols_output(Lowering *l);
/* Of a program of one function: its arguments become params, and wait on the stack; a scalar becomes the output. */
void symbols_declare_arguments(Lowering *l, const CheckedFunction *function, Lowered *lowered);
void symbols_output_value(Lowering *l, Value value, Name name, Span at);
Value symbol_value(Lowering *l, CheckedSym symbol, Span at);
AffId import_aff(Lowering *l, AffId aff);
void fold_table(Lowering *l, Value *value);

/* The handlers of checked nodes that leave a value or take one. */
void lower_op(Lowering *l, const CheckedNode *n);
void lower_select(Lowering *l, const CheckedNode *n);
void lower_subscript(Lowering *l, const CheckedNode *n);
void lower_transpose(Lowering *l, const CheckedNode *n);
void lower_array(Lowering *l, const CheckedNode *n);
void lower_comprehension(Lowering *l, const CheckedNode *n);
void lower_concat(Lowering *l, const CheckedNode *n);
void lower_matmul(Lowering *l, const CheckedNode *n);
void lower_dot(Lowering *l, const CheckedNode *n);
void lower_outer(Lowering *l, const CheckedNode *n);
void lower_reduce(Lowering *l, const CheckedNode *n);
void lower_softmax(Lowering *l, const CheckedNode *n);
void lower_bind(Lowering *l, const CheckedNode *n);
void lower_assign(Lowering *l, const CheckedNode *n);
void lower_stated(Lowering *l, const CheckedNode *n);

/* lower_stated.c: before anything is lowered; the innermost code is at its end */
void stated_prepare(Lowering *l);
void lower_end_code(Lowering *l);

/* lower_derive.c: derivatives inside the model */
void derive_find_names(Lowering *l);
void derive_name_value(Lowering *l, CheckedSym id, Value *value, Span at);
void derive_name_gathered(Lowering *l, CheckedId end);
void lower_grad(Lowering *l, const CheckedNode *n);
void lower_jvp(Lowering *l, const CheckedNode *n);
void lower_jacobian(Lowering *l, const CheckedNode *n);

/* lower_prod.c: the product of `value` over its axes or over indices */
void lower_prod(Lowering *l, const CheckedNode *n, Value value);

static inline Span no_span(void)
{
    return (Span){ 0, 0 };
}

static inline NodeId describe(Lowering *l, NodeId node, Span at)
{
    node_describe(l->p, node, NAME_NONE, at);
    return node;
}

#endif
