/* derivative.h -- derivatives of expressions by the rules of a textbook. */
#ifndef BPGEN_SYM_DERIVATIVE_H
#define BPGEN_SYM_DERIVATIVE_H

#include "sym/expr.h"

typedef enum {
    RULE_CONSTANT,   /* c' = 0: numbers and everything without the variable */
    RULE_VARIABLE,   /* x' = 1 */
    RULE_SUM,        /* (u + v)' = u' + v' */
    RULE_DIFFERENCE, /* (u - v)' = u' - v' */
    RULE_NEGATION,   /* (-u)' = -u' */
    RULE_PRODUCT,    /* (u*v)' = u'*v + u*v' */
    RULE_QUOTIENT,   /* (u/v)' = (u'*v - u*v')/v^2 */
    RULE_POWER,      /* (u^n)' = n*u^(n-1)*u', n a number */
    RULE_CHAIN,      /* f(u)' = f'(u)*u'; of several arguments the sum; f' from the rows of ops.def */
    RULE_CHOICE,     /* (c ? u : v)' = c ? u' : v' */
    RULE_STATED,     /* the derivative that the user states */
    RULE_SIGMA,      /* (sum of u)' = sum of u' */
    RULE_COUNT
} DerivativeRule;

/* One rule as it was applied: `of` became `result`. */
typedef struct {
    DerivativeRule rule;
    ExprId of;
    ExprId result;                 /* its derivative, as the constructor made it */
    ExprId inner[OP_MOST_ARGS];    /* derivatives of its operands; EXPR_NONE behind them */
    ExprId partial[OP_MOST_ARGS];  /* RULE_CHAIN: partial derivatives by the operands; EXPR_NONE: structurally 0 */
} DerivativeStep;

/* In the order of ids, hence operands before users; each distinct subexpression once. */
typedef VEC(DerivativeStep) DerivativeLog;

/* The derivative of `of` by the variable's element `by` (EXPR_NAME), made with `make` (expr_fold; expr_raw folds nothing). Every
 * subexpression is differentiated once, so the result shares. `log` may be NULL; steps are added. EXPR_NONE: a function without
 * a derivative, whose operator goes to *without if that is not NULL, or the pool is full. */
ExprId sym_derivative(ExprPool *pool, ExprId of, ExprId by, ExprMake *make, DerivativeLog *log, Op *without);

/* The rule of a step with other derivatives of the operands, such as names that stand for them: what one line of a listing says. */
ExprId sym_rule(ExprPool *pool, const DerivativeStep *step, const ExprId *inner, ExprMake *make);

/* An expression in the postfix of ops.def over `args`, and `result` for y. */
ExprId sym_formula(ExprPool *pool, const char *postfix, const ExprId *args, ExprId result, ExprMake *make);

/* Does the derivative by the operand have to be taken? What only decides or has structurally no effect does not make active. */
bool sym_passes_on(const Expr *node, unsigned k);

/* The partial derivative of an operator node by its argument `k`, from the rows of ops.def; EXPR_NONE: structurally 0. */
ExprId sym_partial(ExprPool *pool, ExprId node, unsigned k, ExprMake *make);

#endif
