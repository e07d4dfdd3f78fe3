"""explained.py -- where a reference is wrong, and where double cannot do better: each place, its limit, its reason."""
from decimal import Decimal

# The files print values and gradients below 1e-60 or so as 0 (the Hessians of the same points are not 0). Recomputed with mpmath:
# value, gradient.
CORRECTED = {place: (Decimal(f), [Decimal(g) for g in grad]) for place, f, grad in (
    (('fpbench-20fd5dd550a6', 0), '1.0542779710517891853e-70', (
        '2.6278125567697301165e-71', '-9.8917383494702664595e-71', '4.3815600120299408847e-69', '-2.2212672569693815851e-68')),
    (('herbie-67e09488fa23', 2), '-5.5697178223668145358e-101', ('-5.5697178223668145358e-101',)),
    (('herbie-504c6f35c10b', 0), '-2.2704482227615531746e-292', (
        '-5.5287936944491332638e-289', '-1.8393504589460683946e-292', '4.4538440686660312219e-292')),
    (('herbie-f75baf0df2d6', 0), '1.6089362594637935217e-62', (
        '3.9946306433463228533e-62', '-7.1800005473969775515e-60', '-4.5562698086713052437e-62', '1.7545053775035403882e-64')),
)}


class Reason:
    def __init__(self, limits, text):
        """`limits`: largest error by kind, as a part of the largest number of this order and of those below."""
        self.limits = {kind: Decimal(limit) for kind, limit in limits.items()}
        self.text = text


UNDERFLOW = Reason({'values': '0.01', 'gradients': '0.01', 'Hessians': 'Infinity'},
                   'numerator 4e-322 and denominator 4e-252 of the formula: the numerator has 7 bits in double, so value and '
                   'gradient have two digits by any method; in the Hessian the square of 1/denominator overflows (NaN)')
TANH = Reason({'gradients': '1e-15', 'Hessians': '1e-15'},
              "tanh' is 1 - tanh^2, which cancels where tanh is near 1: its error is a rounding of 1, 1.3e-12 of the derivative")
EXPM1 = Reason({'Hessians': '1e-14'},
               'exp(u) - 1 with u = -34 and -50: of exp(u) only a digit is left beside 1, so the second derivatives, 1e-13 of '
               'the first ones, cannot be had from this formula in double')
LINEAR = Reason({'Hessians': '1e-15'},
                'a linear function written as a root of a square: the terms of its second derivative cancel to a rounding '
                'instead of 0')
ONE = Reason({'gradients': '1e-14'},
             'the integrand is 1, written 1/((1/tanh(x))^2 - (1/sinh(x))^2)^2: the terms of its derivative cancel to a rounding '
             'instead of 0')

EXPLAINED = {
    ('fpbench-20fd5dd550a6', 0): UNDERFLOW,
    ('rules-3e81864a4655', 1): TANH,
    ('herbie-88aad0408d2d', 0): EXPM1,
    ('herbie-e7a4a2ee8c44', 0): LINEAR, ('herbie-e7a4a2ee8c44', 1): LINEAR, ('herbie-e7a4a2ee8c44', 2): LINEAR,
    ('herbie-579f805cdd37', 0): LINEAR, ('herbie-579f805cdd37', 1): LINEAR, ('herbie-579f805cdd37', 2): LINEAR,
    ('rubi-d0a98bbe4c8f', 0): ONE,
}


def is_explained(kind, place, error, below):
    reason = EXPLAINED.get(place)
    return reason is not None and kind in reason.limits and error <= reason.limits[kind] * below
