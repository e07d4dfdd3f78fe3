/* c_body.h -- one function being printed: which node is computed where, and how.
 *
 * A scope is the body of a FOR of the plan, or the function's block. A node that a scope computes is an instance; a
 * node that does not change in a loop and is not in a branch belongs to an outer scope. Inside a scope, contexts are
 * branches: (parent context, condition, side). An instance stands in the deepest context that contains all its uses, so
 * what only one branch needs is computed only there. c_scope.c finds scopes, contexts and instances; c_sort.c puts
 * operands and conditions first; c_place.c gives lines and branches an order; c_print.c writes them.
 */
#ifndef BPGEN_EMIT_C_BODY_H
#define BPGEN_EMIT_C_BODY_H

#include "emit/c_model.h"
#include "plan/plan.h"

typedef struct {
    NodeId node;
    uint32_t context;
    uint32_t item; /* ordinal of the scope's item that needs it first */
    uint32_t uses;
    uint32_t segment; /* where it is computed; NO_ID: not placed */
    uint32_t time;    /* when it is known in that segment */
    uint32_t opening; /* `branch`: the one that assigns it */
    uint32_t escape;  /* the opening in front of which it is declared, or NO_ID */
    uint32_t next_declared;
    uint32_t shadowed; /* while its scope is printed: the outer instance of the node */
    uint32_t twin;     /* another instance of the node in this scope, in another branch, or NO_ID */
    bool second;       /* it is the twin of another one, which where[] finds */
    SymId result;      /* a local that only gets this value, or NO_ID: its name will do */
    const char *name;  /* NULL until it is printed */
    uint16_t tree;     /* operations printed with it where it is not `own` */
    uint16_t deep;     /* depth of the deepest context of what its printed tree refers to */
    bool own;          /* has a line of its own; else it is printed inside its only user */
    bool branch;       /* an `if` assigns it */
} Inst;

typedef struct {
    uint32_t parent; /* context, or NO_ID: the scope itself */
    uint32_t group;
    uint32_t depth; /* 0: the scope itself */
    NodeId latest;  /* the largest of the conditions on the way */
    uint8_t side;   /* 0: where the condition holds */
} Context;

typedef struct {
    uint32_t context; /* in which the condition is asked */
    NodeId condition; /* never a negation */
    uint32_t side[2]; /* contexts, or NO_ID */
    uint32_t opening; /* the last `if` made for it, or NO_ID */
    bool asked;       /* a use of the condition is counted for it */
    bool demanded;    /* the condition was asked for in its scope */
} Group;

typedef struct {
    uint32_t context;                    /* of the scope itself */
    uint32_t first_inst, inst_count;     /* in an order in which they can be computed */
    uint32_t first_export, export_count; /* nodes that the parent computes for it */
    uint64_t times;                      /* how often the body runs */
} Scope;

/* Numbers of gates by source span: forward lines get them in order, backward lines find them. */
typedef struct {
    Arena *arena;
    VEC(Span) spans;
    HashTable table;
} Gates;

/* Where the elements of a symbol are, in C. */
typedef struct {
    const char *base;                                /* "p->W1", "z"; NULL: not yet declared */
    const char *integer_base;                        /* of a table that stands in subscripts */
    const char *next;                                /* FOLD_COPY: likewise, where the new element is */
    uint8_t part;                                    /* whose argument `base` uses, or PART_COUNT */
    const char *member;                              /* of the caller: "p->W1", also where it is held in a local */
    const char *batch;                               /* "direction": the last subscript chooses its struct, "samples": the first; `member` is "" or ".x" */
    bool loaded;                                     /* a scalar that is read: gets a local at the top */
    uint32_t writes;                                 /* leaves that write it */
    bool partial;                                    /* written in a loop that a condition may end early */
    bool guarded;                                    /* some elements are written only under a guard */
    bool skipped;                                    /* set in a loop that may have no turn: j in 0..i */
    bool picked;                                     /* an element is read by constant subscripts */
    bool in_text;                                    /* of an integer symbol: its elements are written somewhere */
    uint32_t last_write;                             /* number (from 1) of the last of them, 0: none */
    uint32_t write_scope, write_segment, write_time; /* c_place.c: its last writer so far */
} CSymbol;

struct CPrinter;

typedef struct CBody {
    CModel *m;
    const Plan *plan;
    const Program *p; /* the plan's */
    Arena *arena;
    Text *out;
    Text line, value;         /* the line being made, a part of it */
    struct CPrinter *printer; /* c_expr.c's stacks */
    CNames names;
    Gates *gates;
    Counts *counts;
    uint64_t times;       /* of the scope being printed */
    CSymbol *symbols;     /* by symbol */
    Scope *scopes;        /* by plan node; [0] is the function's block, [id+1] a FOR */
    uint32_t *ordinals;   /* by plan node: its place among the items of its scope */
    uint32_t *first_leaf; /* by plan node: number of its first leaf, from 1 */
    uint32_t *last_write; /* by node: number of the last leaf that writes something it reads */
    uint32_t *atom_write; /* by atom: likewise */
    bool *unsafe;         /* by node: it may be computed only where its users ask for it */
    uint32_t *where;      /* by node: its visible instance, or NO_ID */
    uint32_t *handed_up;  /* by node: 1 + the last scope whose parent computes it */
    VEC(Inst) insts;
    VEC(Context) contexts;
    VEC(Group) groups;
    HashTable group_table;
    VEC(NodeId) exports;
    const char **index_names;        /* by index, while its loop is open */
    int64_t *index_low, *index_high; /* the smallest and the largest value */
    const char **literals;           /* by literal: its text, or NULL */
    const char **accumulators;       /* by plan node: the local of a leaf that is held */
    const char **rests;              /* by plan node: what the local of a held compensated sum is too large by, or NULL */
    const char **positions;          /* by plan node: prefix of the position locals of an ARGMAX */
    uint32_t context;                /* from which the expression being printed is asked for */
    uint32_t used_parts;
    uint64_t least_in_work; /* arrays of so many elements, or more, are in the workspace */
    bool large;           /* so many lines that they have no comments */
    bool has_integers;    /* some integer symbol is computed here */
    size_t backward_item; /* ordinal of the first top item of the backward sweep, or SIZE_MAX */
    bool counts_samples;  /* n_samples was printed */
    bool label_due;       /* it begins with the next line */
} CBody;

/* c_context.c */
uint32_t c_context_new(CBody *b, uint32_t parent, uint32_t group, unsigned side);
/* The branch of a condition: side 0 where it holds. */
uint32_t c_context(CBody *b, uint32_t parent, NodeId condition, unsigned side);
/* Where what both need is computed. */
uint32_t c_context_common(CBody *b, uint32_t x, uint32_t y);
/* Is all that is known in the one known in the other, whichever was asked first? */
bool c_context_is_around(CBody *b, uint32_t outer, uint32_t inner);
/* Removes negations: they change the side. */
NodeId c_condition(const CBody *b, NodeId condition, unsigned *side);

/* c_writes.c: fills ordinals, first_leaf, last_write, unsafe, and the symbols' writes. */
void c_writes_find(CBody *b);

/* c_scope.c */
void c_scopes_find(CBody *b);
static inline uint32_t c_scope_id(PlanId plan)
{
    return plan == NO_ID ? 0 : plan + 1;
}
static inline PlanId c_first_item(const CBody *b, PlanId plan)
{
    return plan == NO_ID ? b->plan->first : b->plan->nodes.at[plan].first_child;
}

/* Is it a list of arguments, which stands in the calls that use it? */
static inline bool c_is_part(const CBody *b, NodeId node)
{
    return op_info[b->p->nodes.at[node].op].form == FORM_PART;
}

/* Operand `k` of a node that is computed in `context`, as it is printed (a condition without its negation), and the
 * context in which it is asked for. */
NodeId c_operand(CBody *b, NodeId node, uint32_t context, unsigned k, uint32_t *operand_context);
/* The instance of a node that users in `context` see, or NO_ID. */
uint32_t c_find(CBody *b, NodeId node, uint32_t context);

/* c_sort.c: puts the instances of the scope in order, and links those of one node. */
void c_sort_scope(CBody *b, uint32_t scope, Arena *arena);

/* c_shape.c: which instances of the scope get lines of their own. */
void c_shape_scope(CBody *b, uint32_t scope);

/* c_place.c: the order of a scope. */
typedef enum { ITEM_DEFINE, ITEM_ASSIGN, ITEM_OPEN, ITEM_START_LEAF, ITEM_LEAF, ITEM_FOR, ITEM_STOP } OrderKind;

typedef struct {
    uint8_t kind;
    uint32_t id;   /* instance; opening; plan node (STOP: the loop that ends unless its condition holds) */
    uint32_t next; /* NO_ID at the end */
} OrderItem;

typedef struct {
    uint32_t first, last; /* items */
    uint32_t opening;     /* NO_ID: the scope itself */
    uint32_t depth;
    uint8_t side;
} Segment;

typedef struct {
    uint32_t group, segment, time;
    uint32_t side[2];  /* segments */
    uint32_t declared; /* instances declared in front of it, by next_declared */
    VEC(SymId) cells;  /* symbols likewise */
    bool defines;      /* the condition gets a line in front */
} Opening;

typedef struct {
    VEC(OrderItem) items;
    VEC(Segment) segments; /* [0] is the scope itself */
    VEC(Opening) openings;
} Order;

void c_order_scope(CBody *b, PlanId plan, Order *order);

/* c_expr.c, c_bounds.c */
enum {
    LEVEL_ANY,
    LEVEL_TERNARY,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_EQUAL,
    LEVEL_RELATION,
    LEVEL_ADD,
    LEVEL_MUL,
    LEVEL_UNARY,
    LEVEL_PRIMARY
};
/* c_level.c: of a node, as it is printed; what an operator asks of its left and of its right operand. */
unsigned c_level(const CBody *b, const Node *node);
unsigned c_level_left(const CBody *b, Op op, NodeId left);
unsigned c_level_right(Op op);
unsigned c_level_infix(Op op);

/* The node as an operand that binds at least as tightly as `level`; `whole`: itself, even if it has a name. */
void c_expr(CBody *b, NodeId node, unsigned level, bool whole, Text *out);
void c_expr_aff(CBody *b, AffId aff, unsigned level, Text *out);
void c_expr_bounds(const CBody *b, AffId aff, int64_t *low, int64_t *high);
/* Is the expression wider than int32_t on the way? */
bool c_expr_is_wide(const CBody *b, AffId aff);
/* Where the symbol is that the element belongs to; FOLD_COPY has two places. */
const char **c_expr_base(CBody *b, SymId symbol, const AffId *subs);
/* "p->W1[i][j]"; a symbol's own name if it is a local. ARGMAX: `rank` subscripts of one more. */
void c_expr_element(CBody *b, SymId symbol, const AffId *subs, unsigned rank, Text *out);
void c_expr_condition(CBody *b, NodeId condition, bool holds, Text *out);

/* c_print.c */
void c_print_body(CBody *b);
void c_line(CBody *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints b->line with the comment of the gate behind it. */
void c_line_end(CBody *b, Span at);

/* c_leaf.c */
void c_leaf_print(CBody *b, PlanId leaf, bool start);
void c_leaf_before_loop(CBody *b, PlanId loop);
void c_leaf_after_loop(CBody *b, PlanId loop);
bool c_leaf_needs_start(const CBody *b, PlanId leaf);
bool c_leaf_is_idle(const CBody *b, PlanId leaf);
bool c_is_local(const CBody *b, SymId symbol);
const char *c_declare_symbol(CBody *b, SymId symbol);
/* The FOR in whose body the C local of an element is declared, or NO_ID. */
PlanId c_scope_of_local(const CBody *b, SymId symbol, const AffId *subs);
const char *c_symbol_word(const CBody *b, SymId symbol);

/* c_loop.c */
static inline NodeId c_loop_condition(const CBody *b, PlanId plan)
{
    const PlanNode *node = plan == NO_ID ? NULL : &b->plan->nodes.at[plan];

    return node != NULL && node->sequential ? b->p->loops.at[node->loop].condition : NO_ID;
}
/* The symbol that counts the loop's turns and is written by it, or NO_ID; *element: of it. */
SymId c_loop_count(const CBody *b, PlanId loop, const Atom **element);
/* The head of the loop; `condition`: of the loop, where it can stand there, else NO_ID. */
void c_loop_head(CBody *b, PlanId loop, NodeId condition);
void c_loop_before(CBody *b, PlanId loop);
void c_loop_after(CBody *b, PlanId loop);
/* What a turn made becomes what was. */
bool c_loop_is_samples(const CBody *b, const PlanNode *loop);
void c_loop_end_turn(CBody *b, PlanId loop);

/* c_function.c */
void c_function_make(CModel *m, Program *program, CFunction *function, Gates *gates);

#endif
