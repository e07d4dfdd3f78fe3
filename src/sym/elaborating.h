/* elaborating.h -- the state of an elaboration; private to src/sym. */
#ifndef BPGEN_SYM_ELABORATING_H
#define BPGEN_SYM_ELABORATING_H

#include "sym/elaborate.h"

/* A loop that is open: where it begins in the body, and its turn, counted from 0. */
typedef struct {
    size_t begin;
    int64_t turn;
} RunningLoop;

typedef struct {
    Elaboration *out;
    ExprPool *pool;
    const Program *p;
    Diag *diag;
    VariableId *variables;  /* by symbol */
    ExprId **elements;      /* by symbol, of what is computed */
    int64_t **integers;     /* by symbol: counts of turns */
    int64_t *indices;       /* by index: where it stands */
    ExprId *values;         /* by node */
    uint64_t *stamps;       /* by node: when its value was made */
    uint64_t stamp;         /* of this point of a stage */
    uint64_t turn_stamp;    /* nodes without indices keep their value from here on */
    uint64_t room, points;  /* elements of all arrays; points that were computed */
    VEC(RunningLoop) running;
    VEC(NodeId) stack;
    unsigned nested;        /* elements in subscripts of elements, around the one at hand */
    bool failed;
} Elaborating;

/* Says why the model has no closed form. Always false. */
bool elaborate_refuse(Elaborating *e, Span at, const char *why);

/* The value of a node at the present indices; EXPR_NONE if the elaboration failed. (elaborate_node.c) */
ExprId elaborate_node(Elaborating *e, NodeId node);
bool elaborate_aff(Elaborating *e, AffId aff, int64_t *value);
/* The row-major place of an element; false where a subscript is outside or has no fixed value. */
bool elaborate_place(Elaborating *e, SymId symbol, const AffId *subs, uint32_t rank, size_t *place);

/* Keeps a scalar that the user named. */
void elaborate_name_node(Elaborating *e, NodeId node, ExprId value);

#endif
