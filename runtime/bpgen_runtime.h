/* bpgen_runtime.h -- the functions that emitted C needs beyond <math.h>.
 *
 * The text between "@helper NAME: OTHERS" and the next such line (or "@end") is one function with its comment; it calls
 * the OTHERS, which stand before it. bpgen prints what a model needs into the emitted file, or includes this file. The
 * float versions (sigf, reluf, ...) are made from this text by to_float.awk, so: comments stand on lines of their own;
 * constants are decimals with more digits than a double has; nothing depends on the format.
 *
 * Errors are in ulp of the result and are asserted by tests/numeric/runtime_ulp.c for both formats, against a libm like
 * glibc's, whose exp, expm1, log, log1p are within about one ulp. Tables come from constants.py.
 */
#ifndef BPGEN_RUNTIME_H
#define BPGEN_RUNTIME_H

#include <math.h>

/* @helper sig: */
/* 1/(1 + exp(-x)); exp never overflows. Error 2 ulp. */
static inline double sig(double x)
{
    const double e = exp(-fabs(x));

    return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

/* @helper relu: */
/* max(x, 0); exact. A NaN stays. */
static inline double relu(double x)
{
    return x <= 0.0 ? 0.0 : x;
}

/* @helper step: */
/* 1 where x > 0, else 0; exact. A NaN stays. */
static inline double step(double x)
{
    return x > 0.0 ? 1.0 : x <= 0.0 ? 0.0 : x;
}

/* @helper sign: */
/* -1, 0, 1; exact. A NaN stays. */
static inline double sign(double x)
{
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x + 0.0;
}

/* @helper min: */
/* The smaller one, the first if they are equal; a NaN stays. */
static inline double min(double x, double y)
{
    return y < x || y != y ? y : x;
}

/* @helper max: */
/* The larger one, the first if they are equal; a NaN stays. */
static inline double max(double x, double y)
{
    return y > x || y != y ? y : x;
}

/* @helper clamp: min max */
/* x brought into [low, high]; a NaN stays. */
static inline double clamp(double x, double low, double high)
{
    return min(max(x, low), high);
}

/* @helper softplus: relu */
/* log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)); exp never overflows. Error 2 ulp. */
static inline double softplus(double x)
{
    return relu(x) + log1p(exp(-fabs(x)));
}

/* @helper silu: */
/* x/(1 + exp(-x)). Far below 0 it is x*exp(x), by the root of exp(x), which is no subnormal number. Error 3 ulp. */
static inline double silu(double x)
{
    const int deep = x < -40.0;
    const double e = exp(deep ? 0.5 * x : -x);

    return deep ? x * e * e : x / (1.0 + e);
}

/* @helper horner: */
/* c[0] + c[1] x + ... + c[degree] x^degree */
static inline double horner(const double *c, int degree, double x)
{
    double sum = c[degree];

    while (degree > 0) {
        degree--;
        sum = sum * x + c[degree];
    }
    return sum;
}

/* @helper gelu: horner relu */
/* x Phi(x), Phi the standard normal distribution. With t = |x| it is max(x, 0) - t Phi(-t), where
 * exp(t^2/2) Phi(-t) (t + 4) is a smooth function of k = (t - 4)/(t + 4), here a polynomial (relative error 4e-18; the
 * form is that of Shepherd and Laframboise, Math. Comp. 36 (1981), 249-253). exp(-t^2/2) is split at h, t rounded to
 * 8 bits behind the point, whose square is exact. Error 3 ulp. */
static inline double gelu(double x)
{
    static const double c[] = {
        7.5528513041575149327e-1, -6.07896641971892107586e-1, 3.87137400742214540991e-1,
        -1.86521857959657246801e-1, 6.03965748909365606887e-2, -7.54018896672679157474e-3,
        -3.47969236739359515045e-3, 1.63081845758870119111e-3, 1.33344312409645736571e-4,
        -2.31094935169459014419e-4, -1.90825847977343310843e-6, 3.51446860530034629601e-5,
        7.1666632452210311862e-7, -5.9201733230161029169e-6, -6.29696560581582332973e-7,
        1.02155403719610153346e-6, 2.71804529625928357672e-7, -1.54964917422474504682e-7,
        -8.54084181568512497791e-8, 1.32807977873103278433e-8, 1.96196108613555597402e-8,
        1.91827702037334026256e-9, -2.52209945787807353642e-9, -7.26241981040957929638e-10
    };
    const double t = fabs(x) > 40.0 ? 40.0 : fabs(x);
    const double h = floor(256.0 * t + 0.5) / 256.0;
    const double e = exp(-0.5 * h * h);
    const double scaled = t / (t + 4.0) * horner(c, 23, (t - 4.0) / (t + 4.0));

    return relu(x) - scaled * (e + e * expm1(0.5 * (h - t) * (h + t)));
}

/* @helper digamma_1p: horner */
/* digamma(1 + t), t >= 0. To t = 2: (t - root) num(t)/den(t), a rational interpolant (relative error 9e-18); the first
 * 20 bits of the root are subtracted exactly. From there, with z = t + 1/2: log(z) + 1/(24 z^2) - ..., the series
 * replaced by a rational interpolant in 1/z^2. */
static inline double digamma_1p(double t)
{
    static const double near_num[] = {
        1.25038013750340534809, 1.92992975138087102031, 1.06028477067201790322, 2.59436542515590631502e-1,
        2.84699538832892378649e-2, 1.21262569570151033473e-3, 1.26818973410626094821e-5
    };
    static const double near_den[] = {
        1.0, 2.2270212301537558382, 1.76845160234948787793, 6.47561693937529689548e-1,
        1.15298329325311158106e-1, 9.46123402728179933263e-3, 2.96282281202684689478e-4,
        2.05143618259765063809e-6
    };
    static const double far_num[] = {
        4.16666666666665540088e-2, 6.07384443514387833591e-1, 2.6005188992815499502, 3.76304016976477246971,
        1.53790587926076053841, 6.75052263176447969371e-2
    };
    static const double far_den[] = {
        1.0, 14.7522266443411536907, 64.9018313418765597137, 100.408934653571514998, 49.7755803335478689789,
        5.33509266289951544699
    };
    const double z = t + 0.5, w = 1.0 / z / z;

    if (t <= 2.0)
        return (t - 0.46163177490234375 - 3.70066018591262659542e-7) *
               (horner(near_num, 6, t) / horner(near_den, 7, t));
    return log(z) + w * (horner(far_num, 5, w) / horner(far_den, 5, w));
}

/* @helper digamma: digamma_1p horner */
/* The derivative of log(|gamma(x)|). Below 1: digamma(x + 1) - 1/x. Below 0, with r = x - (the nearest integer):
 * digamma(1 - x) - pi cot(pi r), where pi cot(pi r) = 1/r - r num(r^2)/den(r^2). Infinite at the poles.
 * Error 3 ulp for x > 0, near the root too; for x < 0 3 ulp of the largest of 1, digamma(1 - x) and pi cot(pi x), which
 * near a root is more than the value itself. */
static inline double digamma(double x)
{
    static const double num[] = {
        3.28986813369645285356, -2.29585593187333272069, 3.6142264817873415012e-1, -1.23443624155805954398e-2
    };
    static const double den[] = {
        1.0, -1.35583014820835896384, 3.83489372121718102442e-1, -2.79431262105686356361e-2,
        2.83913128775528590002e-4
    };
    const double r = x - floor(x + 0.5);

    if (x >= 1.0)
        return digamma_1p(x - 1.0);
    if (x > 0.0)
        return digamma_1p(x) - 1.0 / x;
    return digamma_1p(-x) + (r * (horner(num, 3, r * r) / horner(den, 4, r * r)) - 1.0 / r);
}

/* @helper trigamma_1p: horner */
/* trigamma(1 + t), t >= 0. To t = 2 a rational interpolant (relative error 9e-20). From there, with z = t + 1/2:
 * 1/z - 1/(12 z^3) + ..., the series replaced by a rational interpolant in 1/z^2. */
static inline double trigamma_1p(double t)
{
    static const double near_num[] = {
        1.64493406684822643633, 4.96341825453607484106, 6.5124997676427605324, 4.79238521639616811858,
        2.13426920133250236467, 5.76097666808633256428e-1, 8.75465435215279668925e-2, 5.80466289441054811597e-3
    };
    static const double near_den[] = {
        1.0, 4.4789224135723644109, 8.53126551467181219101, 9.06255416311804009963, 5.90387231184879686878,
        2.4293716972261966995, 6.20354662374054261819e-1, 9.04488748580261888763e-2, 5.80466289766114314252e-3
    };
    static const double far_num[] = {
        8.33333333333333058627e-2, 1.99838363298164492199, 15.5876820244060926007, 48.2220680016715268134,
        57.2142976501372280694, 20.1838489816768128303, 5.70602046210716311028e-1
    };
    static const double far_den[] = {
        1.0, 24.3306035957790306202, 195.291109837379578054, 640.679215924799228505, 865.504404866127173745,
        426.268158321257557539, 53.4367786087468497307
    };
    const double v = 1.0 / (t + 0.5), w = v * v;

    if (t <= 2.0)
        return horner(near_num, 7, t) / horner(near_den, 8, t);
    return v - v * w * (horner(far_num, 6, w) / horner(far_den, 6, w));
}

/* @helper trigamma: trigamma_1p horner */
/* The derivative of digamma. Below 1: trigamma(x + 1) + 1/x^2. Below 0, with r = x - (the nearest integer):
 * (pi/sin(pi r))^2 - trigamma(1 - x), where (pi/sin(pi r))^2 = 1/r^2 + num(r^2)/den(r^2). Infinite at the poles.
 * Error 3 ulp. */
static inline double trigamma(double x)
{
    static const double num[] = {
        3.28986813369645287366, -2.4900721034425267999, 1.13803626269489913693, -2.11020078364963637798e-1,
        1.60174291993035129464e-2
    };
    static const double den[] = {
        1.0, -2.73081203884455921219, 2.64397635060050209181, -1.11135106495273021679,
        2.14021658805443592864e-1, -1.58349658276029521872e-2
    };
    const double r = x - floor(x + 0.5);

    if (x >= 1.0)
        return trigamma_1p(x - 1.0);
    if (x > 0.0)
        return trigamma_1p(x) + 1.0 / x / x;
    return 1.0 / r / r + (horner(num, 4, r * r) / horner(den, 5, r * r) - trigamma_1p(-x));
}

/* @helper scale_of: */
/* A power of two k, about 1/|x|, such that neither k nor the square of k x leaves the normal numbers. 1 for 0,
 * infinities and NaN. */
static inline double scale_of(double x)
{
    int e = 0;

    if (!isfinite(x))
        return 1.0;
    (void)frexp(x, &e);
    return ldexp(1.0, e > 64 ? 2 - e : e < -64 ? -53 - e : -e);
}

/* @helper finite_or_zero: */
/* x, or 0 for infinities and NaN. */
static inline double finite_or_zero(double x)
{
    return isfinite(x) ? x : 0.0;
}

/* @end */
#endif
