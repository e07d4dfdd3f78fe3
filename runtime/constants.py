#!/usr/bin/env python3
"""constants.py -- the coefficients of bpgen_runtime.h, printed as C tables (needs mpmath; not a part of the build).

Each is a rational or polynomial interpolant at Chebyshev nodes, within a small factor of the best approximation of its
degree.
"""
from mpmath import cos, cot, erf, erfc, exp, findroot, log, lu_solve, matrix, mp, mpf, nint, nstr, pi, psi, sin, sqrt

mp.dps = 70
ROOT = findroot(lambda x: psi(0, x), 1.4616)


def value(coefficients, x):
    result = mpf(0)
    for c in reversed(coefficients):
        result = result * x + c
    return result


def rational(f, low, high, p, q):
    """Numerator of degree p and denominator of degree q (constant term 1) that meet f at p + q + 1 nodes."""
    n = p + q + 1
    a, b = matrix(n, n), matrix(n, 1)
    for i in range(n):
        x = (low + high) / 2 + (high - low) / 2 * cos((2 * i + 1) * pi / (2 * n))
        b[i] = f(x)
        for k in range(p + 1):
            a[i, k] = x**k
        for k in range(1, q + 1):
            a[i, p + k] = -b[i] * x**k
    s = lu_solve(a, b)
    return [s[k] for k in range(p + 1)], [mpf(1)] + [s[p + k] for k in range(1, q + 1)]


def show(name, f, low, high, p, q, whole=None):
    """Prints the tables and the largest error relative to `whole`, of which f is a part."""
    low, high, whole = mpf(low), mpf(high), whole or f
    num, den = rational(f, low, high, p, q)
    worst = 0
    for i in range(401):
        x = low + (high - low) * i / 400
        worst = max(worst, abs((value(num, x) / value(den, x) - f(x)) / whole(x)))
    print(f"{name}: {nstr(worst, 3)}")
    for table in (num, den):
        if len(table) > 1:
            print("    " + ", ".join(nstr(c, 21, min_fixed=-1, max_fixed=4) for c in table))


def digamma_near(t):
    over_root = psi(1, ROOT) if abs(1 + t - ROOT) < mpf(10)**-25 else psi(0, 1 + t) / (1 + t - ROOT)
    return over_root - 1


def trigamma_near(t):
    return psi(1, 1 + t) - 1 / (t + mpf(5) / 8)


def digamma_far(w):
    z = 1 / sqrt(w)
    return (psi(0, z + mpf(1) / 2) - log(z)) / w


def trigamma_far(w):
    z = 1 / sqrt(w)
    return (1 - psi(1, z + mpf(1) / 2) * z) / w


def cotangent(s):
    if s == 0:
        return mpf(1)
    if abs(s - mpf(1) / 2) < mpf(10)**-25:
        return pi**2 / 2 - 4
    return pi * cot(pi * s) / (1 - 2 * s) - 1 / (s * (1 - s))


def cosecant(z):
    return pi**2 / 3 if z == 0 else (pi / sin(pi * sqrt(z)))**2 - 1 / z


def gelu_near(z):
    x = sqrt(z)
    return mpf('0.5') - (1 / sqrt(2 * pi) if z == 0 else erf(x / sqrt(mpf(2))) / (2 * x))


def gelu_far(k):
    t = 3 * (1 + k) / (1 - k)
    return t * exp(t * t / 2) * erfc(t / sqrt(mpf(2))) / 2 - mpf('0.3125')


def split(x, *bits):
    """x as a sum: parts of that many bits behind the point, and the rest."""
    parts = []
    for b in bits:
        parts.append(nint(x * 2**b) / mpf(2)**b)
        x -= parts[-1]
    return parts + [x]


if __name__ == "__main__":
    print("root of digamma, less 1:", [nstr(part, 30) for part in split(ROOT - 1, 20, 42, 96)])
    tiny = mpf(10)**-20
    show("gelu, t <= 1", gelu_near, 0, 1, 10, 0)
    show("gelu, t >= 1", gelu_far, mpf(-1) / 2, mpf(36) / 42, 21, 0, lambda k: gelu_far(k) + mpf(5) / 16)
    show("digamma, 0 <= t <= 1", digamma_near, 0, 1, 6, 6, lambda t: digamma_near(t) + 1)
    show("digamma, t >= 1", digamma_far, tiny, mpf(4) / 9, 7, 7, lambda w: digamma_far(w) - log(w) / (2 * w))
    show("cot", cotangent, 0, mpf(1) / 2, 6, 5, lambda s: cotangent(s) + (4 if s == 0 else 1 / (s * (1 - s))))
    show("trigamma, 0 <= t <= 2", trigamma_near, 0, 2, 7, 9, lambda t: psi(1, 1 + t))
    show("trigamma, t >= 2", trigamma_far, tiny, mpf(4) / 25, 6, 6, lambda w: trigamma_far(w) - 1 / w)
    show("1/sin^2", cosecant, 0, mpf(1) / 4, 4, 5)
