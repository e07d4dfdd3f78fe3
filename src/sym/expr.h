/* expr.h -- symbolic expressions: a pool of hash-consed nodes, operands before users.
 *
 * Equal expressions have equal ids, so an expression is a graph in which everything stands once; read as a tree, a node counts as
 * often as there are ways to it (count.h). Order of operands matters: a+b and b+a are two expressions. Every pass is a loop
 * over ids; nothing recurses.
 */
#ifndef BPGEN_SYM_EXPR_H
#define BPGEN_SYM_EXPR_H

#include "base/names.h"
#include "base/rational.h"
#include "base/vec.h"
#include "ir/affine.h"
#include "ir/ops.h"

typedef uint32_t ExprId, VariableId;
#define EXPR_NONE UINT32_MAX

typedef enum {
    EXPR_NUMBER,  /* u.number: in ExprPool.numbers */
    EXPR_NAME,    /* u.name: a scalar variable or an element of an array */
    EXPR_INTEGER, /* u.aff: an integer expression over indices, as a real value */
    EXPR_OP,      /* op and u.arg, as many as op_info[op].arity. OP_PI and OP_E have none. OP_STOP has one: the name of its
                   * function is not kept. OP_CALL: the function, an EXPR_NAME, and one argument or an OP_LIST. Never OP_LITERAL,
                   * OP_INTEGER, OP_READ, OP_FUNCTION */
    EXPR_SUM      /* u.sum: sum of body for index in low .. high-1 */
} ExprKind;

typedef struct {
    uint16_t kind; /* ExprKind */
    uint16_t op;   /* Op */
    union {
        uint32_t number;
        AffId aff;
        ExprId arg[OP_MOST_ARGS]; /* EXPR_NONE behind the arity */
        struct {
            VariableId variable;
            uint32_t subs; /* first of rank subscripts in ExprPool.subs; equal lists have equal positions */
        } name;
        struct {
            uint32_t index; /* in ExprPool.indices */
            AffId low, high;
            ExprId body;
        } sum;
    } u;
} Expr;

/* What an expression is made of: params and inputs, in index form also names of intermediate results. */
typedef struct {
    Name name;
    uint32_t symbol; /* of the program that was elaborated, UINT32_MAX, or EXPR_FUNCTION: a C function of the user's */
    uint8_t rank;
    const int32_t *extents;
} ExprVariable;

typedef struct {
    Arena *arena;
    Names *names;
    VEC(Expr) nodes;
    VEC(Rational) numbers;
    VEC(ExprVariable) variables;
    AffPool affs;      /* subscripts and bounds; its indices count in `indices` */
    VEC(AffId) subs;
    VEC(Name) indices;
    bool calls;        /* C functions of the user's may occur (OP_CALL); who sets it can print them */
    size_t most;       /* nodes that the pool may hold; 0: EXPR_MOST */
    bool full;         /* it would have been more, or a constant is too large: what was made since is of no use */
    HashTable node_table, number_table, sub_table;
    VEC(uint8_t) marks; /* by node: expr_reach's, all 0 between calls */
} ExprPool;

enum { EXPR_MOST = 1 << 22 };
#define EXPR_FUNCTION (UINT32_MAX - 1)

/* Everything lives in the arena. */
ExprPool *expr_pool(Arena *arena, Names *names);

/* `extents` are copied. */
VariableId expr_variable(ExprPool *pool, Name name, uint32_t symbol, uint8_t rank, const int32_t *extents);
uint32_t expr_index(ExprPool *pool, Name name);

/* ---- leaves ----------------------------------------------------------------------------------------- */

ExprId expr_number(ExprPool *pool, Rational value);
ExprId expr_int(ExprPool *pool, int64_t value);
ExprId expr_integer(ExprPool *pool, AffId aff); /* a constant becomes a number */
ExprId expr_name(ExprPool *pool, VariableId variable, const AffId *subs);
/* The element with constant subscripts at this row-major place. */
ExprId expr_element(ExprPool *pool, VariableId variable, size_t place);
/* The other way round; SIZE_MAX where a subscript is no constant. */
size_t expr_place(const ExprPool *pool, ExprId name);

/* ---- operators -------------------------------------------------------------------------------------- */

/* A constructor of operators. It gets as many arguments as the operator takes, EXPR_NONE behind them. */
typedef ExprId ExprMake(ExprPool *pool, Op op, ExprId a, ExprId b, ExprId c);

/* As it stands: nothing is folded. */
ExprMake expr_raw;

/* Only 0, 1 and exact constants:
 *     operators + - * / neg pow of numbers: the exact result (pow: whole exponents; no division by 0)
 *     u+0, 0+u, u-0, u*1, 1*u, u/1, u^1: u      0-u: -u      u*0, 0*u, 0/u: 0      u^0: 1
 *     u*(1/v), (1/v)*u: u/v
 *     comparisons of numbers and of equal expressions, conditions with a side that is known: known
 *     c ? a : b with c known, or with a and b the same: the branch
 * A condition that is known is the number 1 or 0. */
ExprMake expr_fold;

/* Sum of body for index in low .. high-1. */
ExprId expr_sum(ExprPool *pool, uint32_t index, AffId low, AffId high, ExprId body);

/* ---- looking ---------------------------------------------------------------------------------------- */

bool expr_is_number(const ExprPool *pool, ExprId id, Rational *value);
bool expr_is_int(const ExprPool *pool, ExprId id, int64_t value);
/* How many operands: the arity, of OP_STOP 1, of a sum 1 (the body), of leaves 0; and which. */
unsigned expr_arity(const ExprPool *pool, ExprId id);
const ExprId *expr_args(const ExprPool *pool, ExprId id);
const AffId *expr_subs(const ExprPool *pool, ExprId id); /* of EXPR_NAME */

/* The name of the variable that stands for a symbol of the program, as elements in subscripts have it. */
const char *expr_symbol_name(const ExprPool *pool, uint32_t symbol);

/* Every node that the roots need, each once, ascending, appended to `out`. */
typedef VEC(ExprId) ExprVec;
void expr_reach(const ExprPool *pool, Arena *arena, const ExprId *roots, size_t count, ExprVec *out);
static inline void expr_drop(Arena *arena, ExprVec *vec) /* gives its memory back */
{
    arena_drop(arena, vec->at, vec->room * sizeof *vec->at);
    *vec = (ExprVec){ 0 };
}

/* The expression made anew by a constructor, from its leaves upwards. */
ExprId expr_remake(ExprPool *pool, ExprId root, ExprMake *make);
/* The same with variables' elements replaced: by[id] where it is not EXPR_NONE, for id < by_count. */
ExprId expr_replace(ExprPool *pool, ExprId root, const ExprId *by, size_t by_count, ExprMake *make);
/* Without marks of stated derivatives: a link and a stop are their value. After the last derivative was taken. */
ExprId expr_unmark(ExprPool *pool, ExprId root);
void expr_unmark_all(ExprPool *pool, ExprId *roots, size_t count); /* many at once, in place */

/* The value in double, computed as written, where `values[variable]` are the row-major elements. Not for sums and indices. */
double expr_value(const ExprPool *pool, Arena *arena, ExprId root, const double *const *values);
/* The same of one node, whose operands have the values known[id]. */
double expr_node_value(const ExprPool *pool, ExprId id, const double *known, const double *const *values);

#endif
