#!/usr/bin/env python3
"""constants.py -- the coefficients of bpgen_runtime.h, printed as C tables (needs mpmath; not a part of the build).

Each is a rational or polynomial interpolant at Chebyshev nodes, within a small factor of the best approximation of its
degree. A line before each table gives its largest relative error.
"""
from mpmath import cos, cot, erfc, exp, findroot, log, lu_solve, matrix, mp, mpf, nint, nstr, pi, psi, sin, sqrt

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


def show(name, f, low, high, p, q):
    low, high = mpf(low), mpf(high)
    num, den = rational(f, low, high, p, q)
    worst = 0
    for i in range(401):
        x = low + (high - low) * i / 400
        worst = max(worst, abs(value(num, x) / value(den, x) / f(x) - 1))
    print(f"{name}: {nstr(worst, 3)}")
    for table in (num, den):
        if len(table) > 1:
            print("    " + ", ".join(nstr(c, 21, min_fixed=-1, max_fixed=4) for c in table))


def digamma_near(t):
    return psi(1, ROOT) if abs(1 + t - ROOT) < mpf(10)**-25 else psi(0, 1 + t) / (1 + t - ROOT)


def digamma_far(w):
    z = 1 / sqrt(w)
    return (psi(0, z + mpf(1) / 2) - log(z)) / w


def trigamma_far(w):
    z = 1 / sqrt(w)
    return (1 - psi(1, z + mpf(1) / 2) * z) / w


def cotangent(z):
    r = sqrt(z)
    return pi**2 / 3 if z == 0 else (1 / r - pi * cot(pi * r)) / r


def cosecant(z):
    return pi**2 / 3 if z == 0 else (pi / sin(pi * sqrt(z)))**2 - 1 / z


def gelu_tail(k):
    t = 4 * (1 + k) / (1 - k)
    return (t + 4) * exp(t * t / 2) * erfc(t / sqrt(mpf(2))) / 2


if __name__ == "__main__":
    high = nint((ROOT - 1) * 2**20) / 2**20
    print("root of digamma, less 1:", nstr(high, 25), nstr(ROOT - 1 - high, 21))
    tiny = mpf(10)**-20
    show("gelu", gelu_tail, -1, mpf(35) / 43, 23, 0)
    show("digamma, 0 <= t <= 2", digamma_near, 0, 2, 6, 7)
    show("digamma, t >= 2", digamma_far, tiny, mpf(4) / 25, 5, 5)
    show("cot", cotangent, 0, mpf(1) / 4, 3, 4)
    show("trigamma, 0 <= t <= 2", lambda t: psi(1, 1 + t), 0, 2, 7, 8)
    show("trigamma, t >= 2", trigamma_far, tiny, mpf(4) / 25, 6, 6)
    show("1/sin^2", cosecant, 0, mpf(1) / 4, 4, 5)
