/* sema.h -- what the files of the checker share.
 *
 * One loop goes upwards through the AST (sema_run) with a stack of values. What has to happen before a subtree (an
 * index comes into scope, a condition begins to hold) is an event at the first node of that subtree; a call puts a
 * frame on a stack and the loop goes on in the function's body. Code that is not wanted is cut off again.
 */
#ifndef BPGEN_SEMA_H
#define BPGEN_SEMA_H

#include "front/checked.h"

#define NO_SYMBOL UINT32_MAX
#define NO_INDEX UINT32_MAX

enum {
    MOST_STEPS = 1 << 24, /* nodes visited and emitted, all functions put in place: about a gigabyte */
    MOST_FORM_TERMS = 64, /* longer integer expressions count as numbers: partial sums would cost quadratic room */
    MOST_QUOTED = 60      /* bytes of source text in a message */
};

/* ---- values on the stack ---- */

typedef enum { IS_ERROR, IS_NUMBER, IS_CONDITION, IS_ABSENT, IS_COLON, IS_SLICE, IS_BARE_NAME } ValueClass;

typedef uint32_t FactId; /* what is known when a condition holds: in Sema.facts, 0 is nothing */

typedef struct {
    uint8_t is;          /* ValueClass */
    bool exact;          /* `number` is the value of a scalar constant */
    bool star_fits;      /* a product element by element whose operands would fit @ */
    bool low_absent, high_absent; /* of a slice */
    uint8_t lead_count;
    Shape shape;
    AstId ast;           /* for messages */
    CheckedId first;     /* where its code begins */
    AffId aff;           /* integer expression that is no constant, else AFF_FAIL; low end of a slice */
    AffId high;          /* of a slice */
    CheckedSym integers; /* an integer input or exact const, or rows of it, else NO_SYMBOL */
    uint32_t lead;       /* `integers`: its first subscripts, lead_count of them in Sema.leads */
    FactId yes, no;      /* of a condition */
    Rational number;
} Value;

/* ---- names ---- */

typedef enum {
    BUILTIN_NONE, BUILTIN_OP, BUILTIN_REDUCE, BUILTIN_EXTREME, BUILTIN_DOT, BUILTIN_OUTER, BUILTIN_SOFTMAX,
    BUILTIN_CONCAT, BUILTIN_SIZE, BUILTIN_GRAD, BUILTIN_JACOBIAN, BUILTIN_JVP
} Builtin;

/* What is known of a name, by Name. Ids are held + 1, so that 0 is none. */
typedef struct {
    uint32_t inner;        /* newest binding of an argument, a local of a block or an index: in Sema.bindings */
    uint32_t outer;        /* symbol of the outer level */
    uint32_t outer_assign; /* first ASSIGN at the outer level */
    uint32_t declarator;   /* first DECLARATOR at the outer level */
    uint32_t assigns, last_assign; /* all ASSIGNs in order: chain in Sema.assigns */
    uint32_t lost;         /* ASSIGN in a loop that has ended since */
    AstId lost_loop;       /* that loop */
    uint32_t function;     /* DEF or EXTERN: in Sema.functions */
    uint32_t mark;         /* def whose body has this name for itself (check of uncalled defs) */
    uint8_t builtin;       /* Builtin */
    uint8_t detail;        /* Op or ReduceOp */
    bool reported;         /* undefined: said once */
} Word;

typedef struct {
    Name name;
    uint32_t frame;  /* number of frames when it was made */
    bool is_index;
    uint32_t id;     /* symbol or index */
    uint32_t below;  /* the binding that it covers, + 1 */
} Binding;

typedef struct {
    AstId ast;
    uint32_t next; /* + 1 */
} AssignLink;

/* What is known of the value of a symbol beside its shape. */
typedef struct {
    bool exact;          /* `number` is the value of a scalar constant */
    uint8_t lead_count;
    AffId aff;           /* these four as in Value */
    CheckedSym integers;
    uint32_t lead;
    Rational number;
    int64_t low, high;   /* integer symbols: elements lie in low .. high-1 */
} Known;

/* Beside every CheckedSymbol. */
typedef struct {
    bool bad;            /* has an error: silences what uses it */
    bool fixed;          /* a const, exact or not */
    bool argument;
    uint32_t known;      /* in Sema.known; 0: nothing */
    AstId ast;           /* ASSIGN, DECLARATOR, or CALL that gives an argument; 0 for implicit params */
    uint32_t home;       /* number of loops open where it was made */
    uint32_t gathering;  /* number of the outermost loop that gathers it, from 1: whole when fewer are open; 0: none */
    uint32_t sources;    /* last definition: in Sema.sources, + 1 */
    uint32_t carried_by; /* the last loop found to carry it, + 1 */
    uint32_t seen;       /* stamp of the walk for `grad` */
    struct Cell *cell;   /* its value while a const is computed */
} SymbolInfo;

typedef enum { FOUND_NOTHING, FOUND_SYMBOL, FOUND_INDEX, FOUND_PI, FOUND_E } FoundKind;

typedef struct {
    FoundKind kind;
    uint32_t id;
} Found;

/* Beside every CheckedIndexInfo. */
typedef struct {
    bool known;          /* its range is */
    bool bad;            /* has an error: silences what uses it */
    bool stated;
    bool is_loop;
    bool guarded;        /* a subscript did not count because a condition names the index */
    bool changes;        /* its range depends on other indices */
    uint32_t guards;     /* inference: conditions on it that hold here */
    uint32_t uses, last_use; /* inference: subscripts that name it, chain in Sema.uses, + 1 */
    uint32_t direct;     /* inference: the use that is the index alone, + 1 */
    int64_t now;         /* its value while a const is computed */
} IndexInfo;

typedef struct {
    AstId ast;
    Name name;
    bool is_extern, stated;
    bool bad, called;
    uint32_t args;
    uint32_t checked;    /* stated: in CheckedModel.functions */
} Function;

/* ---- stacks ---- */

typedef struct {
    AstId def, call;     /* call: AST_NO_ID while a stated function is checked where it stands */
    AstId end;           /* last node of the body */
    CheckedId first;     /* where the code of the call begins */
    size_t bindings;
} Frame;

typedef struct {
    AstId owner;         /* REDUCE, COMPREHENSION or ASSIGN */
    size_t bindings;
    size_t indices;      /* its own: the last ones of Sema.scope_indices from here */
    CheckedId begin;     /* where the code of the body begins */
    bool bad, data, empty, dead_before;
} Scope;

typedef struct {
    AstId owner;         /* SELECT, AND or OR */
    size_t undo;
    bool dead_before;
    CheckedId mark;      /* the node of the branch that is open */
    CheckedId then_mark;
} Guard;

typedef struct {
    AstId ast;
    uint32_t loop;       /* in CheckedModel.loops */
    CheckedIndex index;
    size_t bindings;
    size_t gathered;     /* its own: the last ones of Sema.gathered from here */
    uint32_t frame;
    CheckedId begin;
    bool dead_before, empty;
} OpenLoop;

/* ---- integer expressions and what is known of them ---- */

/* Bounds beside those that an index has by its range; inclusive. Held by AtomId. */
enum { MOST_BOUNDS = 3 };

typedef struct {
    uint8_t count[2];            /* 0: lower, 1: upper */
    AffId bound[2][MOST_BOUNDS];
} Bounds;

typedef struct {
    AtomId atom;
    Bounds old;
} Undo;

/* `aff op 0`, or both of two facts (op AST_OP_AND). */
typedef struct {
    AstOp op;
    AffId aff;
    FactId left, right;
} Fact;

/* The value of an AST as far as bounds and inference need it. */
typedef enum { FORM_NONE, FORM_EXACT, FORM_AFFINE, FORM_TABLE, FORM_COLON, FORM_SLICE, FORM_ABSENT } FormKind;

typedef struct {
    uint8_t kind;
    bool silent;         /* FORM_NONE: the error was reported already */
    uint8_t lead_count;
    AstId ast;           /* FORM_NONE: what is not constant */
    AffId aff, high;
    CheckedSym symbol;   /* FORM_TABLE */
    uint32_t lead;
    Rational number;
} Form;

typedef struct {
    uint32_t symbol;
    CheckedId first, end; /* code of a value that was assigned to it */
    uint32_t next;
} Definition;

/* Inference: a subscript that names an index whose range is not known. */
typedef struct {
    AffId aff;
    int64_t limit;       /* 0 <= aff < limit is wanted */
    AstId base, item;    /* the array's name, the subscript */
    unsigned axis;
    bool is_slice;
    uint32_t next;       /* + 1 */
} Use;

typedef struct Sema {
    CheckedModel *model;
    Arena *arena;
    const Ast *ast;
    Diag *diag;
    const ConstOverride *overrides;
    size_t override_count;
    bool *override_used;

    bool implicit;       /* no param, input or data: free names are params */
    bool stopped;        /* too large: give up */
    bool plain;          /* bounds are taken without what conditions say */
    bool dead;           /* what is checked here is never evaluated: nothing to prove */
    bool impure;         /* a name that is no const was used */
    bool over_data;      /* something is reduced over the samples */
    bool in_stated;      /* inside a function with stated derivatives */
    uint64_t steps;

    uint32_t *events;    /* by AST id: first event there + 1; event = 2*owner + which */
    uint32_t *next_event; /* by event, + 1 */
    VEC(AstId) open_clauses; /* clauses without a range, ascending */
    CheckedIndex *clause_index; /* by AST id of a CLAUSE or left NAME: the index that inference made, + 1 */
    Word *words;
    size_t word_count;
    VEC(Name) outer_names; /* of the outer level, for suggestions */
    VEC(AssignLink) assigns;
    VEC(uint32_t) lines; /* where lines start; made for the first message with a line number */

    VEC(Value) values;
    VEC(Binding) bindings;
    VEC(SymbolInfo) symbols;
    VEC(Known) known;
    VEC(IndexInfo) indices;
    VEC(Function) functions;
    VEC(Frame) frames;
    VEC(Scope) scopes;
    VEC(CheckedIndex) scope_indices;
    VEC(Guard) guards;
    VEC(OpenLoop) loops;
    VEC(CheckedSym) gathered; /* being gathered, by the loop in which they are assigned */
    HashTable turns;     /* (symbol, loop) pairs: assigned in the turn */
    VEC(uint64_t) turn_keys;
    VEC(AffId) leads;
    VEC(Fact) facts;
    VEC(Bounds) bounds;
    VEC(Undo) undo;
    VEC(AffId) bound_stack;
    uint64_t narrowed;   /* work of sema_assume */
    VEC(Form) forms;
    VEC(Use) uses;
    VEC(Definition) sources;
    uint32_t walk;       /* stamp of the walk for `grad` */
    uint64_t walked;
    VEC(AstId) output_names;
} Sema;

/* sema.c -- the loop */
void sema_run(Sema *s, AstId first, AstId last);
void sema_push(Sema *s, Value value);
Value sema_pop(Sema *s);
void sema_push_error(Sema *s, AstId ast, CheckedId first);
Value sema_value(AstId ast, CheckedId first, Shape shape);
CheckedId sema_here(const Sema *s); /* where the next node goes */
CheckedNode *sema_emit(Sema *s, CheckedKind kind, AstId ast, uint32_t count, CheckedId first, Shape shape);
void sema_cut(Sema *s, CheckedId end);
/* The number as code, repeated over `shape`. */
CheckedId sema_emit_number(Sema *s, Rational number, AstId ast, Shape shape);

/* sema_begin.c -- tables made before the loop */
void sema_prepare(Sema *s);
void sema_outputs(Sema *s);

/* sema_message.c */
void sema_error(Sema *s, Span at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void sema_warning(Sema *s, Span at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void sema_error_plain(Sema *s, Span at, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool sema_is_full(const Sema *s); /* no more messages are shown: texts for them need not be made */
unsigned sema_line(Sema *s, uint32_t offset);
const char *sema_text(Sema *s, AstId ast);
const char *sema_shape_text(Sema *s, Shape shape);
const char *sema_rational_text(Sema *s, Rational number);
const char *sema_aff_text(Sema *s, AffId aff);
Span sema_at(const Sema *s, AstId ast);
const char *sema_name(const Sema *s, Name name);

/* sema_names.c */
Found sema_find(const Sema *s, Name name);
CheckedSym sema_symbol(Sema *s, Name name, Span at, NameRole role, Shape shape, AstId ast);
const Known *sema_known(const Sema *s, CheckedSym symbol);
Known *sema_know(Sema *s, CheckedSym symbol); /* to be filled in */
void sema_bind(Sema *s, Name name, bool is_index, uint32_t id);
void sema_unbind(Sema *s, size_t bindings);
const char *sema_role(const Sema *s, CheckedSym symbol);
bool sema_is_outer(const Sema *s); /* not in a function, loop or block */
AstId sema_position(const Sema *s, AstId ast);
void sema_reference(Sema *s, AstId id); /* AST_NAME */
Found sema_lookup(Sema *s, AstId id); /* the same without code: reports what is undefined */
void sema_warn_hiding(Sema *s, Name name, Span at);
const char *sema_nearest(Sema *s, Name name, const char *best, const char *candidate, unsigned *distance);
unsigned sema_tolerance(const char *word); /* how far a suggestion may lie, + 1 */
ValueKind sema_kind(const Sema *s, const Value *value);

/* sema_function.c */
typedef enum { CALLS_NOTHING, CALLS_USER, CALLS_BUILTIN } Callee;
Callee sema_callee(const Sema *s, Name name, AstId ast, uint32_t *function);
void sema_unknown_function(Sema *s, AstId call);
void sema_define(Sema *s, AstId id);

/* sema_inline.c */
bool sema_call_user(Sema *s, AstId id, uint32_t function, uint32_t args); /* true: the loop goes on in the body */
void sema_end_call(Sema *s);
void sema_check_uncalled(Sema *s);

/* sema_call.c */
bool sema_call(Sema *s, AstId id);

/* sema_grad.c */
AstId sema_bare_name(Sema *s, AstId call);
void sema_note_source(Sema *s, CheckedSym symbol, CheckedId first, CheckedId end);
bool sema_takes(Sema *s, AstId call, uint32_t count, uint32_t wanted);
void sema_drop(Sema *s, AstId call, uint32_t count); /* the arguments; the value is an error */
void sema_derivative(Sema *s, AstId id, Builtin which, uint32_t args);

/* sema_shape.c */
bool sema_broadcast(Shape p, Shape q, Shape *out);
bool sema_same_shape(Shape p, Shape q);
bool sema_matmul_shape(Shape p, Shape q, Shape *out);
Shape sema_prefix_shape(Shape first, Shape rest); /* may have more axes than an array: sema_fits says so */
bool sema_fits(Sema *s, Shape shape, AstId ast);  /* few enough axes and elements */
bool sema_is_number(Sema *s, const Value *value); /* reports conditions */
void sema_disagree(Sema *s, AstId at, const Value *a, const Value *b);

/* sema_expr.c */
void sema_number(Sema *s, AstId id);
void sema_unary(Sema *s, AstId id);
void sema_binary(Sema *s, AstId id);
void sema_array(Sema *s, AstId id);
void sema_transpose(Sema *s, AstId id);
void sema_op(Sema *s, AstId id, Op op, uint32_t count);

/* sema_branch.c */
void sema_select_event(Sema *s, AstId owner, bool is_else);
void sema_select(Sema *s, AstId id);
void sema_right_event(Sema *s, AstId owner);
void sema_logic(Sema *s, AstId id);

/* sema_reduce.c */
AstId sema_open_scope(Sema *s, AstId owner, AstId at);
void sema_reduce(Sema *s, AstId id);
void sema_reduce_all(Sema *s, AstId id, ReduceOp op);
void sema_comprehension(Sema *s, AstId id);

/* sema_subscript.c */
void sema_subscript(Sema *s, AstId id);
void sema_slice(Sema *s, AstId id);
AffId sema_aff(Sema *s, const Value *value); /* of a constant, too */

/* sema_form.c */
Form sema_form(Sema *s, AstId ast);          /* for bounds and extents: no messages */
AffId sema_form_aff(Sema *s, const Form *form);
Form sema_form_step(Sema *s, AstId id);      /* one node; operands lie on Sema.forms */
AffId sema_rational_aff(Sema *s, Rational number);
bool sema_combine_exact(Sema *s, AstOp op, Rational a, Rational b, Rational *out);
AffId sema_combine_aff(Sema *s, AstOp op, AffId a, AffId b);

/* sema_index.c */
CheckedIndex sema_new_index(Sema *s, AstId ast, Name name, Span at);
CheckedIndex sema_clause(Sema *s, AstId clause); /* binds the index of a clause: a new one, or that of the inference */
CheckedIndex sema_open_clause(Sema *s, AstId clause, Name name, Span at); /* makes and binds it */
bool sema_index_name(Sema *s, Name name, Span at); /* may an index have this name here? */
void sema_set_range(Sema *s, CheckedIndex index, AffId low, AffId high);
void sema_state_range(Sema *s, CheckedIndex index, AstId clause);
bool sema_bound_form(Sema *s, AstId ast, const char *rule, AffId *aff); /* a bound; `rule` ends the message */
bool sema_constant_range(const Sema *s, CheckedIndex index, int64_t *low, int64_t *high);
const char *sema_range_text(Sema *s, AstId low, AstId high);
bool sema_has_open_clause(const Sema *s, AstId first, AstId last);

/* sema_infer.c */
void sema_infer(Sema *s, AstId first, AstId last, const CheckedIndex *left, uint32_t left_count);
bool sema_largest(Sema *s, AffId aff, CheckedIndex index, int64_t limit, int64_t *high, bool *outside);

/* sema_proof.c */
bool sema_bound(Sema *s, AffId aff, bool upper, int64_t *bound);
bool sema_prove(Sema *s, AffId aff, int64_t limit, const Value *base, unsigned axis, AstId item);

/* sema_narrow.c */
FactId sema_fact(Sema *s, AstOp op, AffId aff);
FactId sema_both(Sema *s, FactId a, FactId b);
void sema_assume(Sema *s, FactId fact); /* sets s->dead if it cannot hold */
void sema_forget(Sema *s, size_t undo);
AstOp sema_negated(AstOp op);
const Bounds *sema_bounds(const Sema *s, AtomId atom); /* or NULL */

/* sema_declare.c */
void sema_declare(Sema *s, AstId id);
void sema_check_overrides(Sema *s);

/* sema_override.c: the value given on the command line, or NULL; reports one that makes no sense */
const Rational *sema_override(Sema *s, Name name, Span at, Shape *shape, bool *given);

/* sema_const.c: the value of the code from `first` to the end, row-major. NULL: not rational and `exact_only`, or it
 * cannot be computed here. */
const Rational *sema_evaluate(Sema *s, CheckedId first, bool exact_only);

/* sema_number.c: single numbers, rational while they can be */
typedef struct {
    bool exact;
    Rational value;
    double real; /* not exact */
} Num;

bool num_apply(Arena *arena, Op op, const Num *args, Num *out);
Num num_of(Rational value);

/* sema_assign.c */
AstId sema_begin_assign(Sema *s, AstId id);
void sema_end_assign(Sema *s, AstId id);

/* sema_loop.c */
AstId sema_begin_loop(Sema *s, AstId id);
void sema_begin_body(Sema *s, AstId id);
void sema_end_loop(Sema *s, AstId id);
bool sema_first_in_turn(Sema *s, CheckedSym symbol);

/* sema_data.c */
void sema_spread_data(Sema *s);

#endif
