/* forming.h -- the state of making an index form; private to src/sym. */
#ifndef BPGEN_SYM_FORMING_H
#define BPGEN_SYM_FORMING_H

#include "sym/index_form.h"

/* The values that an index can have, at most: low .. high-1. By index of the pool. */
typedef struct {
    int64_t low, high;
} Hull;

/* A stage, or a scalar that the user named (no domain), with indices of its own in the pool. */
typedef struct {
    VariableId target;
    uint8_t op;     /* StageOp */
    uint8_t rank;   /* of the domain */
    ExprId value;
    ExprId guard;   /* or EXPR_NONE */
    uint32_t *indices;
    AffId *low, *high;
    AffId *subs;    /* as many as the target has dimensions */
    Span at;
} FormItem;

/* What is known of a variable. */
typedef struct {
    bool given;   /* by the caller */
    bool named;   /* a name of the user's: it stays */
    bool active;  /* it depends on what is wanted */
    bool used;    /* it stands in a line */
    VariableId gradient_of; /* it is the gradient of output number `output` by this; else EXPR_NONE */
    size_t output;
    uint32_t axes[FORM_MOST_RANK]; /* indices that definition and adjoint are functions of */
    ExprId definition; /* over names and params; EXPR_NONE: given */
    ExprId adjoint;    /* EXPR_NONE: none so far */
} FormVariable;

typedef struct {
    ExprPool *pool;
    Arena *arena;
    const Program *p;
    Diag *diag;
    const FormRequest *request;
    IndexForm *out;
    VariableId *variables;      /* by symbol of the program */
    VariableId *node_variables; /* by node: of named scalars, else EXPR_NONE */
    VEC(FormVariable) known;    /* by variable */
    VEC(Hull) hulls;            /* by index of the pool */
    VEC(uint32_t) order;        /* stages (id) and named nodes (id + stages), each behind what it needs */
    VEC(VariableId) staged;     /* gradients by what the user named, each behind what it needs */
    /* Of the item that is being made. */
    AffId *index_map;           /* by index of the program */
    ExprId *node_map;           /* by node */
    VEC(AffId) affs;            /* still to be looked at */
    bool failed;
} Forming;

/* Says why there is no index form. Always false. */
bool form_refuse(Forming *f, Span at, const char *why);

/* ---- index_items.c: stages and scalars as items ------------------------------------------------------ */

/* Variables for all symbols and named scalars, and the order. False: refused. */
bool form_begin(Forming *f);
uint32_t form_index(Forming *f, Name name, int64_t low, int64_t high);
/* Item number `k` of the order, with indices of its own: two calls have different ones. */
FormItem form_item(Forming *f, uint32_t k);

/* ---- index_solve.c: sums over the points of an item with given subscripts ---------------------------- */

/* A value where `condition` holds (EXPR_NONE: everywhere), 0 elsewhere. */
typedef struct {
    ExprId value, condition;
} FormPiece;

/* The sum of `body` over the points of the item's domain at which subs[k] = targets[k], for k < rank. */
FormPiece form_sum_where(Forming *f, const FormItem *item, const AffId *targets, const AffId *subs, uint32_t rank, ExprId body);

/* ---- index_prove.c ----------------------------------------------------------------------------------- */

/* What surrounds the body of sums: indices with bounds, from outer to inner, and what is not negative there. */
typedef struct {
    const uint32_t *indices;
    const AffId *low, *high;
    size_t count;
    const AffId *conditions;
    size_t condition_count;
} FormScope;

/* Will bpgen accept the subscripts in the body? */
bool form_is_provable(Forming *f, const FormScope *scope, ExprId body);

/* ---- index_expr.c: expressions with indices ---------------------------------------------------------- */

/* The expression with indices replaced, from[i] by to[i], all at once. */
ExprId form_substitute(Forming *f, ExprId root, const uint32_t *from, const AffId *to, size_t count);
bool form_uses_index(const Forming *f, ExprId root, uint32_t index);
/* Sum of body for index in low..high, factors without the index in front. */
ExprId form_sum(Forming *f, uint32_t index, AffId low, AffId high, ExprId body);
/* expr_fold, and choices as far out as they go: what is chosen by the same condition is chosen once. */
ExprMake form_make;
/* The least and the largest value of an integer expression. */
void form_interval(const Forming *f, AffId aff, int64_t *least, int64_t *largest);

/* ---- index_names.c ----------------------------------------------------------------------------------- */

/* A variable for the gradient of an output by another variable; it gets its name when all others have theirs. */
VariableId form_gradient_variable(Forming *f, size_t output, VariableId by);
/* Every variable that is used gets a name of its own. */
void form_names(Forming *f);
/* The name of index number `place`, which no variable that is used has. */
Name form_letter(const Forming *f, unsigned place);

/* ---- index_lines.c: what is printed ------------------------------------------------------------------ */

/* Lines for the wanted derivatives and for the names that they use; `adjoints` by output, then by what is wanted: EXPR_NONE where
 * nothing contributes. */
void form_lines(Forming *f, const ExprId *adjoints);

#endif
