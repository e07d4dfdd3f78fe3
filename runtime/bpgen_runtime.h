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
/* x Phi(x), Phi the standard normal distribution. With t = |x|: to 1/2 Phi(x) = 1/2 + x close(x^2). From there the value is
 * max(x, 0) - t Phi(-t), and exp(t^2/2) t Phi(-t) is a smooth function of k = (t - 5)/(t + 5), here the polynomial away(k)
 * (after Shepherd and Laframboise, Math. Comp. 36 (1981), 249-253). Their relative errors are 3e-18 and 4e-18.
 * exp(-t^2/2) is split at h, t rounded to 8 bits behind the point, whose square is exact. Error 3 ulp. */
static inline double gelu(double x)
{
    static const double close[] = {
        3.98942280401432676932e-1, -6.64903800669049304553e-2, 9.9735570099924625002e-3,
        -1.187328214091771712e-3, 1.154346657586864426e-4, -9.44446924299959504804e-6,
        6.65081098430994925023e-7, -3.90188697239897024113e-8
    };
    static const double away[] = {
        3.84596524875031479323e-1, 5.19052734300030349677e-2, -8.50384434600402070301e-2,
        9.08862296493470090029e-2, -7.42563952504525396641e-2, 4.7950863731650817087e-2,
        -2.4161785953483930873e-2, 8.90084502091207807673e-3, -1.89562307989625874443e-3,
        -1.26485222316570106161e-4, 2.42761625585368053604e-4, -5.45689720103860171027e-5,
        -1.65405612212976920003e-5, 1.03300391616777119019e-5, 6.04983398619643675822e-7,
        -1.55072822548195816848e-6, 5.0095438424060746344e-8, 2.34712897394089660857e-7,
        -1.42962735558691567477e-8, -3.52805133741282602136e-8, 1.02334165408463223967e-9,
        3.82516845845123794762e-9, 2.03348148254420969526e-10
    };
    const double t = fabs(x) > 40.0 ? 40.0 : fabs(x);
    const double h = floor(256.0 * t + 0.5) / 256.0;
    double tail;

    if (t < 0.5)
        return x * (0.5 + x * horner(close, 7, x * x));
    tail = horner(away, 22, (t - 5.0) / (t + 5.0)) * exp(-0.5 * h * h);
    return relu(x) - (tail + tail * expm1(0.5 * (h - t) * (h + t)));
}

/* @helper digamma_1p: horner */
/* digamma(1 + t), t >= 0. To t = 1: (t - root) (2/(t + 7/4) + num(t)/den(t)), a rational interpolant of a small correction
 * (relative error of all 2e-18); the parts of the root but the last are short, so that they are subtracted exactly.
 * From there, with z = t + 1/2: log(z) + 1/(24 z^2) - ..., the series replaced by a rational interpolant in 1/z^2. */
static inline double digamma_1p(double t)
{
    static const double near_num[] = {
        1.07522994646262499664e-1, 6.79877836107018936059e-2, 1.22876772448982427907e-1,
        8.95433086388004392759e-2, 1.95483900793139827178e-2, 1.13335834777350106159e-3,
        4.99341247352769362896e-6
    };
    static const double near_den[] = {
        1.0, 2.50755590103967154661, 2.31755259692519797879, 9.9551416566089261052e-1,
        2.02462002728020471892e-1, 1.73824300948906634246e-2, 4.38039799762872833965e-4
    };
    static const double far_num[] = {
        4.16666666666664182575e-2, 8.34538927588723015342e-1, 5.659180402977664537, 16.3157503877913479199,
        20.5599232436560668015, 10.3812560765946487296, 1.60440196510357805471, 2.56619332611288753988e-2
    };
    static const double far_den[] = {
        1.0, 20.2039342621231369808, 139.263756263772642227, 414.184331842981761572, 554.894827581543354833,
        318.700420496970717733, 67.1337507491444954305, 3.45753905948381217928
    };
    const double z = t + 0.5, w = 1.0 / z / z;

    if (t < 1.0)
        return (t - 0.46163177490234375 - 3.70066118193790316581726074219e-7 + 9.96025276570394003528902818038e-14) *
               (2.0 / (t + 1.75) + horner(near_num, 6, t) / horner(near_den, 6, t));
    return log(z) + w * (horner(far_num, 7, w) / horner(far_den, 7, w));
}

/* @helper digamma: digamma_1p horner */
/* The derivative of log(|gamma(x)|). Below 1: digamma(x + 1) - 1/x. Below 0, with r = x - (the nearest integer):
 * digamma(1 - x) - pi cot(pi r), where pi cot(pi r) = 1/r - r num(r^2)/den(r^2). Infinite at the poles.
 * Error 3 ulp for x > 0, near the root too; for x < 0 4 ulp of the largest of 1, digamma(1 - x) and |pi cot(pi x)|,
 * which near a root is more than the value itself. */
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
/* trigamma(1 + t), t >= 0. To t = 2: 1/(t + 5/8) + num(t)/den(t), a rational interpolant of a small correction (relative
 * error of all 3e-19). From there, with z = t + 1/2: 1/z - 1/(12 z^3) + ..., the series replaced by a rational
 * interpolant in 1/z^2. */
static inline double trigamma_1p(double t)
{
    static const double near_num[] = {
        4.49340668482264359097e-2, 4.31520483080099041949e-1, 8.2719066367924242725e-1,
        7.52333792668021689772e-1, 3.87476793702531103989e-1, 1.1727256832289988509e-1,
        1.97078483702138157572e-2, 1.4406219963013402215e-3
    };
    static const double near_den[] = {
        1.0, 6.13419413671804847, 16.0231387402702274194, 23.5183561054882455705, 21.5042781320440722857,
        12.7881692187823810246, 4.98166168701674855553, 1.23514590441722517997, 1.78311705626287856843e-1,
        1.15249758694072594153e-2
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
        return 1.0 / (t + 0.625) + horner(near_num, 7, t) / horner(near_den, 9, t);
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
