/* oracle_bound.c -- running error bounds: see oracle_measure in oracle.h. */
#include "oracle_state.h"

#include <float.h>
#include <math.h>

const OracleFormat oracle_double = { DBL_EPSILON / 2, 4.9406564584124654e-324, DBL_MAX };
const OracleFormat oracle_float = { (double)(FLT_EPSILON / 2), 1.4012984643248171e-45, (double)FLT_MAX };

/* ---- one operator ------------------------------------------------------------------------------------ */

double oracle_ulps(Op op)
{
    switch (op) {
    case OP_NEG: case OP_ABS: case OP_SIGN: case OP_STEP: case OP_RELU: case OP_MIN: case OP_MAX: case OP_CLAMP: case OP_SELECT:
    case OP_SCALE_OF: case OP_FINITE:
        return 0;
    case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_SQRT: case OP_ROOT:
        return 0.5;
    case OP_SIN: case OP_COS: case OP_EXP: case OP_EXP2: case OP_EXPM1: case OP_LOG: case OP_LOG1P: case OP_LOG2: case OP_POW:
    case OP_ATAN: case OP_ASIN: case OP_ACOS: case OP_ATAN2: case OP_HYPOT: case OP_TAN: case OP_ERF:
        return 1;
    case OP_SIG: case OP_SOFTPLUS: case OP_LOGSIG: case OP_SILU: case OP_GELU: case OP_TRIGAMMA:
    case OP_SINH: case OP_COSH: case OP_TANH: case OP_ASINH: case OP_ACOSH: case OP_ATANH: case OP_LOG10:
        return 3;
    case OP_DIGAMMA: case OP_LGAMMA: case OP_CBRT:
        return 4;
    default:
        return op_info[op].result == KIND_CONDITION ? 0 : 5; /* erfc */
    }
}

/* Rounding of a result: so many ulp, at least of the smallest number. */
static double rounding(const Oracle *o, double ulp, double size)
{
    return ulp == 0 || size == 0 ? 0 : 2 * ulp * o->format.unit * size + fmax(1, ulp) * o->format.smallest;
}

static double size_of(const Oracle *o, const mpfr_t x)
{
    double size = fabs(mpfr_get_d(x, MPFR_RNDA));

    return size > o->format.largest ? HUGE_VAL : size;
}

/* What the result can move by if one argument moves by its error: the function's own values there. */
static double moved(Oracle *o, Op op, const mpfr_t y, const mpfr_t *const *args, const double *errors)
{
    double sum = 0;

    for (unsigned k = 0; k < op_info[op].arity; k++) {
        double most = 0;

        for (int sign = -1; sign <= 1 && errors[k] > 0; sign += 2) {
            const mpfr_t *at[OP_MOST_ARGS] = { args[0], args[1], args[2] };
            double gap;

            mpfr_set_d(o->moved, sign * errors[k], MPFR_RNDN);
            mpfr_add(o->moved, o->moved, *args[k], MPFR_RNDN);
            at[k] = (const mpfr_t *)&o->moved;
            oracle_function(op, o->t, *at[0], *at[1], *at[2]);
            mpfr_sub(o->t, o->t, y, MPFR_RNDN);
            gap = fabs(mpfr_get_d(o->t, MPFR_RNDA));
            most = gap > most || isnan(gap) ? gap : most;
        }
        sum += most;
    }
    return sum;
}

/* A comparison whose sides are closer than their errors may come out either way: the error of the condition is 1. */
static double comparison(Oracle *o, const mpfr_t *const *args, const double *errors)
{
    double both = errors[0] + errors[1];

    if (both == 0)
        return 0;
    mpfr_sub(o->t, *args[0], *args[1], MPFR_RNDN);
    return !(fabs(mpfr_get_d(o->t, MPFR_RNDZ)) > both);
}

/* Only the branch that is taken counts, unless either may be. */
static double selection(Oracle *o, const mpfr_t *const *args, const double *errors)
{
    if (errors[0] == 0)
        return mpfr_zero_p(*args[0]) ? errors[2] : errors[1];
    mpfr_sub(o->t, *args[1], *args[2], MPFR_RNDN);
    return fabs(mpfr_get_d(o->t, MPFR_RNDA)) + errors[1] + errors[2];
}

/* Below 0 the function is a difference of two parts, whose sizes count. */
static double digamma_parts(Oracle *o, const mpfr_t a, const mpfr_t y)
{
    double part;

    if (mpfr_sgn(a) > 0)
        return size_of(o, y);
    mpfr_ui_sub(o->moved, 1, a, MPFR_RNDN);
    mpfr_digamma(o->t, o->moved, MPFR_RNDN);
    part = size_of(o, o->t);
    return 1 + 2 * part + size_of(o, y);
}

/* The bound of a result y whose arguments have these bounds. */
static double bound(Oracle *o, Op op, const mpfr_t y, const mpfr_t *const *args, const double *errors)
{
    double a = size_of(o, *args[0]), b = size_of(o, *args[1]), size = size_of(o, y);

    switch (op) {
    case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE: return comparison(o, args, errors);
    case OP_AND: case OP_OR: return fmax(errors[0], errors[1]);
    case OP_NOT: case OP_NEG: case OP_ABS: return errors[0];
    case OP_SIGN: case OP_STEP: return errors[0] > 0 && !(a > errors[0]) ? 2 : 0;
    case OP_SELECT: return selection(o, args, errors);
    case OP_MIN: case OP_MAX: return fmax(errors[0], errors[1]);
    case OP_ADD: case OP_SUB: return errors[0] + errors[1] + 2 * 0.5 * o->format.unit * size;
    case OP_MUL: return a * errors[1] + b * errors[0] + errors[0] * errors[1] + rounding(o, 0.5, size);
    case OP_DIV:
        if (errors[0] == 0 && errors[1] == 0)
            return rounding(o, 0.5, size);
        return b > errors[1] ? (errors[0] + size * errors[1]) / (b - errors[1]) + rounding(o, 0.5, size) : HUGE_VAL;
    case OP_SCALE_OF: return 0;
    case OP_SIN: case OP_COS: /* they go up and down within larger errors */
        return fmin(errors[0], 2) + rounding(o, oracle_ulps(op), size);
    case OP_DIGAMMA: return moved(o, op, y, args, errors) + rounding(o, oracle_ulps(op), digamma_parts(o, *args[0], y));
    default: return moved(o, op, y, args, errors) + rounding(o, oracle_ulps(op), size);
    }
}

/* A constant or an integer as the nearest number of the format. */
static double of_constant(const Oracle *o, const mpfr_t x)
{
    double near = o->format.unit == oracle_double.unit ? mpfr_get_d(x, MPFR_RNDN) : (double)mpfr_get_flt(x, MPFR_RNDN);

    return mpfr_cmp_d(x, near) == 0 ? 0 : rounding(o, 0.5, size_of(o, x));
}

/* ---- the program ------------------------------------------------------------------------------------- */

void oracle_measure(Oracle *o, OracleFormat format)
{
    o->format = format;
    o->measured = true;
    oracle_real(o, o->moved);
    o->node_errors = arena_array(o->arena, double, o->p->nodes.count + 1);
    o->element_errors = arena_array(o->arena, double *, o->p->symbols.count + 1);
    o->best_errors = arena_array(o->arena, double *, o->p->symbols.count + 1);
    for (SymId s = 0; s < o->p->symbols.count; s++) {
        size_t count = eval_elements(o->p, s);

        o->element_errors[s] = arena_array(o->arena, double, count);
        o->best_errors[s] = arena_array(o->arena, double, o->best[s] != NULL ? count : 0);
        for (size_t i = 0; o->elements[s] != NULL && o->p->symbols.at[s].role == SYM_TABLE && i < count; i++)
            o->element_errors[s][i] = of_constant(o, o->elements[s][i]);
    }
}

const double *oracle_bounds(const Oracle *o, SymId symbol)
{
    return o->element_errors[symbol];
}

bool oracle_undecided(const Oracle *o)
{
    return o->undecided;
}

void oracle_bound_clear(Oracle *o, SymId symbol)
{
    for (size_t i = 0; i < eval_elements(o->p, symbol); i++)
        o->element_errors[symbol][i] = 0;
}

void oracle_bound_constant(Oracle *o, NodeId id)
{
    o->node_errors[id] = of_constant(o, o->nodes[id]);
}

/* scale_of is a power of two that depends on the format; its square times anything cancels exactly. */
static void scale_of(mpfr_t y, const mpfr_t a)
{
    double value = mpfr_get_d(a, MPFR_RNDN);

    mpfr_set_d(y, op_value(OP_SCALE_OF, &value), MPFR_RNDN);
}

void oracle_bound_operator(Oracle *o, NodeId id, const mpfr_t *const *args)
{
    const Node *n = &o->p->nodes.at[id];
    double errors[OP_MOST_ARGS] = { 0 }, error;

    if (n->op == OP_SCALE_OF)
        scale_of(o->nodes[id], *args[0]);
    for (unsigned k = 0; k < op_info[n->op].arity; k++)
        errors[k] = o->node_errors[n->u.arg[k]];
    error = bound(o, (Op)n->op, o->nodes[id], args, errors);
    o->node_errors[id] = isnan(error) ? HUGE_VAL : error; /* the edge of the domain is closer than the error, or 0*inf */
}

void oracle_bound_store(Oracle *o, const Stage *s, int64_t at, bool from_nothing)
{
    double *error = &o->element_errors[s->target][at], of_value = o->node_errors[s->value];

    if (s->op == STAGE_ADD) /* to what is 0 by cancellation, too: its error stays */
        *error += of_value + (from_nothing ? 0 : o->format.unit * size_of(o, o->elements[s->target][at]));
    else if (s->op == STAGE_MAX && !from_nothing)
        *error = fmax(*error, of_value);
    else
        *error = of_value;
}

void oracle_bound_condition(Oracle *o, NodeId condition)
{
    if (o->node_errors[condition] != 0)
        o->undecided = true;
}

void oracle_bound_position(Oracle *o, const Stage *s, int64_t at, bool first, bool wins)
{
    double *error = &o->best_errors[s->target][at], both = *error + o->node_errors[s->value];

    if (!first && both > 0) {
        mpfr_sub(o->t, o->nodes[s->value], o->best[s->target][at], MPFR_RNDN);
        o->undecided |= !(fabs(mpfr_get_d(o->t, MPFR_RNDZ)) > both);
    }
    if (first || wins)
        *error = o->node_errors[s->value];
}
