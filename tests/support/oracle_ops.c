/* oracle_ops.c -- every operator in MPFR, and which way it decides. */
#include "oracle_state.h"

#include <stdlib.h>

static void set_condition(mpfr_t y, bool c)
{
    mpfr_set_si(y, c, MPFR_RNDN);
}

static void normal_cdf(mpfr_t y, const mpfr_t a)
{
    mpfr_sqrt_ui(y, 2, MPFR_RNDN);
    mpfr_div(y, a, y, MPFR_RNDN);
    mpfr_neg(y, y, MPFR_RNDN);
    mpfr_erfc(y, y, MPFR_RNDN);
    mpfr_div_2ui(y, y, 1, MPFR_RNDN);
}

static void sigmoid(mpfr_t y, const mpfr_t a)
{
    mpfr_neg(y, a, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_add_si(y, y, 1, MPFR_RNDN);
    mpfr_si_div(y, 1, y, MPFR_RNDN);
}

static void softplus(mpfr_t y, const mpfr_t a)
{
    if (mpfr_cmp_ui(a, 1u << 20) > 0) { /* exp may be infinite; the difference to a is far below the last digit */
        mpfr_set(y, a, MPFR_RNDN);
        return;
    }
    mpfr_exp(y, a, MPFR_RNDN);
    mpfr_log1p(y, y, MPFR_RNDN);
}

/* A NaN stays, as in the runtime. */
static void smaller(mpfr_t y, const mpfr_t a, const mpfr_t b)
{
    mpfr_set(y, mpfr_nan_p(b) || mpfr_less_p(b, a) ? b : a, MPFR_RNDN);
}

static void larger(mpfr_t y, const mpfr_t a, const mpfr_t b)
{
    mpfr_set(y, mpfr_nan_p(b) || mpfr_greater_p(b, a) ? b : a, MPFR_RNDN);
}

static void sign_of(mpfr_t y, const mpfr_t a, int below)
{
    if (mpfr_nan_p(a))
        mpfr_set_nan(y);
    else
        mpfr_set_si(y, mpfr_sgn(a) > 0 ? 1 : mpfr_sgn(a) < 0 ? below : 0, MPFR_RNDN);
}

/* trigamma(x) as a difference of digamma at three times the bits. The step is small beside the distance to any pole, which for a
 * double x is at least 2^-53 of it (and |x| for the pole at 0). */
static void trigamma(mpfr_t y, const mpfr_t a)
{
    mpfr_prec_t bits = mpfr_get_prec(y);
    mpfr_t x, h, f, g;

    mpfr_inits2(3 * bits, x, h, f, g, (mpfr_ptr)0);
    mpfr_mul_2si(h, a, -bits, MPFR_RNDN);
    mpfr_add(x, a, h, MPFR_RNDN);
    mpfr_digamma(f, x, MPFR_RNDN);
    mpfr_sub(x, a, h, MPFR_RNDN);
    mpfr_digamma(g, x, MPFR_RNDN);
    mpfr_sub(f, f, g, MPFR_RNDN);
    mpfr_div(f, f, h, MPFR_RNDN);
    mpfr_div_2ui(y, f, 1, MPFR_RNDN);
    mpfr_clears(x, h, f, g, (mpfr_ptr)0);
}

void oracle_function(Op op, mpfr_t y, const mpfr_t a, const mpfr_t b, const mpfr_t c)
{
    int sign;

#define ONE(OP, fn) case OP_##OP: fn(y, a, MPFR_RNDN); return
#define TWO(OP, fn) case OP_##OP: fn(y, a, b, MPFR_RNDN); return
#define TEST(OP, fn) case OP_##OP: set_condition(y, fn(a, b)); return
    switch (op) {
    TWO(ADD, mpfr_add); TWO(SUB, mpfr_sub); TWO(MUL, mpfr_mul); TWO(DIV, mpfr_div); TWO(POW, mpfr_pow);
    TWO(ATAN2, mpfr_atan2); TWO(HYPOT, mpfr_hypot);
    ONE(NEG, mpfr_neg); ONE(SIN, mpfr_sin); ONE(COS, mpfr_cos); ONE(TAN, mpfr_tan); ONE(ASIN, mpfr_asin); ONE(ACOS, mpfr_acos);
    ONE(ATAN, mpfr_atan); ONE(SINH, mpfr_sinh); ONE(COSH, mpfr_cosh); ONE(TANH, mpfr_tanh); ONE(ASINH, mpfr_asinh);
    ONE(ACOSH, mpfr_acosh); ONE(ATANH, mpfr_atanh); ONE(EXP, mpfr_exp); ONE(EXP2, mpfr_exp2); ONE(EXPM1, mpfr_expm1);
    ONE(LOG, mpfr_log); ONE(LOG2, mpfr_log2); ONE(LOG10, mpfr_log10); ONE(LOG1P, mpfr_log1p); ONE(SQRT, mpfr_sqrt);
    ONE(ROOT, mpfr_sqrt); ONE(CBRT, mpfr_cbrt); ONE(ABS, mpfr_abs); ONE(ERF, mpfr_erf); ONE(ERFC, mpfr_erfc);
    ONE(DIGAMMA, mpfr_digamma);
    TEST(EQ, mpfr_equal_p); TEST(LT, mpfr_less_p); TEST(LE, mpfr_lessequal_p); TEST(GT, mpfr_greater_p); TEST(GE, mpfr_greaterequal_p);
    case OP_NE: set_condition(y, !mpfr_equal_p(a, b)); return;
    case OP_MIN: smaller(y, a, b); return;
    case OP_MAX: larger(y, a, b); return;
    case OP_AND: set_condition(y, !mpfr_zero_p(a) && !mpfr_zero_p(b)); return;
    case OP_OR: set_condition(y, !mpfr_zero_p(a) || !mpfr_zero_p(b)); return;
    case OP_NOT: set_condition(y, mpfr_zero_p(a)); return;
    case OP_SELECT: mpfr_set(y, mpfr_zero_p(a) ? c : b, MPFR_RNDN); return;
    case OP_LGAMMA: mpfr_lgamma(y, &sign, a, MPFR_RNDN); return;
    case OP_TRIGAMMA: trigamma(y, a); return;
    case OP_SIGN: sign_of(y, a, -1); return;
    case OP_STEP: sign_of(y, a, 0); return;
    case OP_SIG: sigmoid(y, a); return;
    case OP_RELU: mpfr_set(y, a, MPFR_RNDN); if (mpfr_sgn(y) < 0) mpfr_set_zero(y, 1); return;
    case OP_SOFTPLUS: softplus(y, a); return;
    case OP_LOGSIG: mpfr_neg(y, a, MPFR_RNDN); softplus(y, y); mpfr_neg(y, y, MPFR_RNDN); return;
    case OP_SILU: sigmoid(y, a); mpfr_mul(y, a, y, MPFR_RNDN); return;
    case OP_GELU: normal_cdf(y, a); mpfr_mul(y, a, y, MPFR_RNDN); return;
    case OP_CLAMP: larger(y, a, b); smaller(y, y, c); return;
    case OP_SCALE_OF: mpfr_set_si(y, 1, MPFR_RNDN); return; /* exact arithmetic needs no scaling */
    case OP_FINITE: mpfr_set(y, a, MPFR_RNDN); if (!mpfr_number_p(y)) mpfr_set_zero(y, 1); return;
    default: fprintf(stderr, "oracle: no rule for '%s'\n", op_info[op].name); exit(70);
    }
}

/* ---- decisions --------------------------------------------------------------------------------------- */

static unsigned side(int comparison)
{
    return comparison < 0 ? 1 : comparison > 0 ? 3 : 2;
}

unsigned oracle_decision(Op op, const mpfr_t a, const mpfr_t b, const mpfr_t c)
{
    switch (op) {
    case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE: case OP_MIN: case OP_MAX:
        return side(mpfr_cmp(a, b));
    case OP_ABS: case OP_SIGN: case OP_STEP: case OP_RELU: case OP_NOT: case OP_SELECT:
        return side(mpfr_sgn(a));
    case OP_CLAMP:
        return side(mpfr_cmp(a, b)) + 4 * side(mpfr_cmp(a, c)) + 16 * side(mpfr_cmp(b, c));
    default:
        return 0;
    }
}
