/* sema_number.c -- operators on single constants: exact while they can be. */
#include <math.h>

#include "front/sema.h"

enum { MOST_EXPONENT = 4096 };

Num num_of(Rational value)
{
    return (Num){ .exact = true, .value = value };
}

static double real_of(Num a)
{
    return a.exact ? rational_to_double(a.value) : a.real;
}

static Num truth(bool value)
{
    return num_of(RATIONAL(value));
}

static bool compare(Arena *arena, Op op, Rational a, Rational b)
{
    int order = rational_compare(arena, a, b);

    switch (op) {
    case OP_EQ: return order == 0;
    case OP_NE: return order != 0;
    case OP_LT: return order < 0;
    case OP_LE: return order <= 0;
    case OP_GT: return order > 0;
    default: return order >= 0;
    }
}

static bool power(Arena *arena, Rational a, Rational b, Rational *out)
{
    int64_t exponent;

    return rational_to_int(b, &exponent) && exponent >= -MOST_EXPONENT && exponent <= MOST_EXPONENT &&
           (exponent >= 0 || rational_sign(a) != 0) && rational_power(arena, a, exponent, out);
}

static Num larger(Arena *arena, Num a, Num b)
{
    return rational_compare(arena, b.value, a.value) > 0 ? b : a;
}

static Num smaller(Arena *arena, Num a, Num b)
{
    return rational_compare(arena, b.value, a.value) < 0 ? b : a;
}

/* False: the result is not rational (or too large), or the operator gives none. */
static bool apply_exact(Arena *arena, Op op, const Num *args, Num *out)
{
    Rational a = args[0].value;

    out->exact = true;
    switch (op) {
    case OP_ADD: return rational_add(arena, a, args[1].value, &out->value);
    case OP_SUB: return rational_sub(arena, a, args[1].value, &out->value);
    case OP_MUL: return rational_mul(arena, a, args[1].value, &out->value);
    case OP_DIV: return rational_div(arena, a, args[1].value, &out->value);
    case OP_POW: return power(arena, a, args[1].value, &out->value);
    case OP_NEG: *out = num_of(rational_neg(arena, a)); return true;
    case OP_ABS: *out = num_of(rational_abs(arena, a)); return true;
    case OP_SIGN: *out = num_of(RATIONAL(rational_sign(a))); return true;
    case OP_STEP: *out = truth(rational_sign(a) > 0); return true;
    case OP_NOT: *out = truth(rational_sign(a) == 0); return true;
    case OP_RELU: *out = larger(arena, num_of(RATIONAL(0)), args[0]); return true;
    case OP_MAX: *out = larger(arena, args[0], args[1]); return true;
    case OP_MIN: *out = smaller(arena, args[0], args[1]); return true;
    case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
        *out = truth(compare(arena, op, a, args[1].value));
        return true;
    default: return false;
    }
}

/* False: the result is no finite number. */
bool num_apply(Arena *arena, Op op, const Num *args, Num *out)
{
    double real[OP_MOST_ARGS];
    Num result = { 0 };
    bool exact = true;

    for (unsigned k = 0; k < op_info[op].arity; k++)
        exact = exact && args[k].exact;
    if (!exact || !apply_exact(arena, op, args, &result)) {
        for (unsigned k = 0; k < op_info[op].arity; k++)
            real[k] = real_of(args[k]);
        result = (Num){ .real = op_value(op, real) };
        if (!isfinite(result.real))
            return false;
        if (op_info[op].result == KIND_CONDITION)
            result = truth(result.real != 0);
    }
    *out = result;
    return true;
}
