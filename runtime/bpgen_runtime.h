/* bpgen_runtime.h -- the functions that emitted C needs beyond <math.h>.
 *
 * The text between "@helper NAME: OTHERS" and the next such line (or "@end") is one function with its comment; it
 * calls the OTHERS, which stand before it. bpgen prints what a model needs into the emitted file, or includes this
 * file. The float versions (sigf, reluf, ...) are made from this text by to_float.awk, so: comments stand on lines of
 * their own; constants are decimals with more digits than a double has; nothing depends on the format.
 *
 * Errors are in ulp of the result and are asserted by tests/numeric/runtime_ulp.c for both formats, with a libm whose
 * exp, log and log1p are within about one ulp (glibc's are). Tables come from constants.py.
 */
#ifndef BPGEN_RUNTIME_H
#define BPGEN_RUNTIME_H

#include <math.h>

/* @helper sig: */
/* 1/(1 + exp(-x)); exp never overflows. Error 3 ulp. */
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

/* @helper logsig: softplus */
/* log(1/(1 + exp(-x))) = -softplus(-x). Error 2 ulp. */
static inline double logsig(double x)
{
    return -softplus(-x);
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
/* x Phi(x), Phi the standard normal distribution. With t = |x|: below 1 Phi(x) = 1/2 + x/2 - x close(x^2). From there
 * the value is max(x, 0) - t Phi(-t), and exp(t^2/2) t Phi(-t) is a smooth function of k = (t - 3)/(t + 3), here
 * 5/16 + away(k) (after Shepherd and Laframboise, Math. Comp. 36 (1981), 249-253; relative error 2e-17). a + b is
 * -t^2/2 to twice the precision: h is t rounded to 8 bits behind the point, whose square is exact; the factor
 * exp(b) = 1 + b goes into the last sum. Error 3 ulp. */
static inline double gelu(double x)
{
    static const double close[] = {
        1.01057719598567322142e-1, 6.64903800669054264658e-2, -9.97355701003502200349e-3,
        1.18732821546803438125e-3, -1.15434687516559415907e-4, 9.44465579310384581001e-6,
        -6.65967987965523131281e-7, 4.1224107514160813645e-8, -2.27041375856760000946e-9,
        1.10643282827558910114e-10, -4.0743269774266274828e-12
    };
    static const double away[] = {
        5.20418450666864969991e-2, 1.09875854107941890686e-1, -1.39657130971441661073e-1,
        9.13773474157936597701e-2, -2.88629460832906818322e-2, -1.74512289016811321596e-3,
        4.00010675572826594345e-3, -9.11821649663719388562e-6, -6.51202090604797861952e-4,
        -5.1089889035217397471e-5, 1.16604496103253232444e-4, 3.27779850796184120358e-5,
        -1.69709443526516087771e-5, -1.20720186765852855859e-5, 5.62797163276187779581e-8,
        2.84093760783247009765e-6, 1.21608189121925444469e-6, -1.11080492867517862042e-7,
        -6.9736911874379427892e-7, -1.7432675036627495963e-7, 3.54433401733856828133e-7,
        -8.72764542786571611016e-8
    };
    const double t = fabs(x) > 40.0 ? 40.0 : fabs(x);
    const double h = floor(256.0 * t + 0.5) / 256.0;
    const double square = -0.5 * h * h, rest = 0.5 * (h - t) * (h + t);
    const double a = square + rest, b = square - a + rest, k = (t - 3.0) / (t + 3.0);
    double sum;

    if (t < 1.0)
        return x * (0.5 + 0.5 * x - x * horner(close, 10, x * x));
    sum = horner(away, 21, k);
    return relu(x) - (0.3125 + (sum + (0.3125 + sum) * b)) * exp(a);
}

/* @helper digamma_1p: horner */
/* digamma(1 + t), t >= 0. To t = 1: (t - root) (1 + num(t)/den(t)), a rational interpolant of a small correction
 * (relative error of all 8e-20); the parts of the root but the last are short, so that they are subtracted exactly.
 * From there, with z = t + 1/2: log(z) + 1/(24 z^2) - ..., the series replaced by a rational interpolant in 1/z^2. */
static inline double digamma_1p(double t)
{
    static const double near_num[] = {
        2.50380137503405358921e-1, -3.09574088259688861811e-1, -6.91940943740351610176e-1,
        -3.54731500198988246369e-1, -7.11549397915135871002e-2, -5.51986218603625378607e-3,
        -1.19342043870030618378e-4
    };
    static const double near_den[] = {
        1.0, 2.17716659866713427702, 1.66307369636659077189, 5.71045572713312797605e-1,
        9.11190225330328487558e-2, 6.10097569243482145023e-3, 1.20431511722869013794e-4
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
        return (t - 0.46163177490234375 - 3.70066118193790316581726074219e-7 + 9.96025276570394008611482291392e-14 -
                5.08257947335414837785e-31) * (1.0 + horner(near_num, 6, t) / horner(near_den, 6, t));
    return log(z) + w * (horner(far_num, 7, w) / horner(far_den, 7, w));
}

/* @helper digamma: digamma_1p horner */
/* The derivative of log(|gamma(x)|). Below 1: digamma(x + 1) - 1/x. Below 0: digamma(1 - x) - pi cot(pi r), with r =
 * x - (the nearest integer), s = |r|, pi cot(pi s) = (1 - 2s) (1/(s (1 - s)) + num(s)/den(s)), whose zero is exact.
 * Infinite at the poles. Error 3 ulp for x > 0, near the root too; for x < 0 4 ulp of the largest of 1, digamma(1 - x)
 * and |pi cot(pi x)|, which near a root is more than the value itself. */
static inline double digamma(double x)
{
    static const double num[] = {
        9.99999999999999973521e-1, 5.33703856056990996921e-1, -2.75617850497322352202e-1,
        -8.76101333397921035174e-2, 1.19948831051868106314e-2, 1.1841155609040831308e-3,
        2.13020309574444733593e-4
    };
    static const double den[] = {
        1.0, 8.23571989753428597165e-1, -4.57154307468449943552e-1, -2.42123035588757736283e-1,
        4.91098433614463580275e-2, 1.04634202695782101635e-2
    };
    const double r = x - floor(x + 0.5), s = fabs(r);
    double cot;

    if (x >= 1.0)
        return digamma_1p(x - 1.0);
    if (x > 0.0)
        return digamma_1p(x) - 1.0 / x;
    cot = (1.0 - 2.0 * s) * (1.0 / (s * (1.0 - s)) + horner(num, 6, s) / horner(den, 5, s));
    return digamma_1p(-x) + (r < 0.0 ? cot : -cot);
}

/* @helper trigamma_1p: horner */
/* trigamma(1 + t), t >= 0. To t = 2: 1/(t + 5/8) + num(t)/den(t), a rational interpolant of a small correction
 * (relative error of all 4e-19). From there, with z = t + 1/2: 1/z - 1/(12 z^3) + ..., the series replaced by a
 * rational interpolant in 1/z^2. */
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

    if (!isfinite(x) || x == 0.0)
        return 1.0;
    (void)frexp(x, &e);
    return ldexp(1.0, e > 64 ? 2 - e : isnormal(x) ? -e : -53 - e);
}

/* @helper finite_or_zero: */
/* x, or 0 for infinities and NaN. */
static inline double finite_or_zero(double x)
{
    return isfinite(x) ? x : 0.0;
}

/* @helper add_to: */
/* Kahan's sum: *rest is what *sum is too large by. n terms of one sign: error 1 ulp and a little, whatever n is. */
static inline void add_to(double *sum, double *rest, double term)
{
    const double y = term - *rest;
    const double t = *sum + y;

    *rest = isfinite(t) ? (t - *sum) - y : 0.0;
    *sum = t;
}

/* @end */
#endif
